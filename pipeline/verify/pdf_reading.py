"""A PDF read against its document, as values: which text object prints which words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.verify.pdf_contents import ContentsLine
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_words import Strand


@dataclass(frozen=True, slots=True)
class Match:
    """The letters of a strand from `start` to before `end` are printed by a text object."""

    start: int
    end: int
    run: Run


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """A strand as it was found.

    Attributes:
        strand: the words.
        section: the id of the chapter that it belongs to.
        matches: what prints it, in order.
        gaps: the parts that were not found.
    """

    strand: Strand
    section: str
    matches: tuple[Match, ...]
    gaps: tuple[tuple[int, int], ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The text objects that print it."""
        return tuple(match.run for match in self.matches)

    def at(self, offset: int) -> Run | None:
        """The text object that prints the letter at a place, or None when it was not found."""
        index = bisect_right(self.matches, offset, key=lambda match: match.start) - 1
        if index < 0 or offset >= self.matches[index].end:
            return None
        return self.matches[index].run

    def between(self, start: int, end: int) -> tuple[Run, ...]:
        """The text objects that print the letters from `start` to before `end`."""
        first = max(0, bisect_right(self.matches, start, key=lambda match: match.start) - 1)
        found = []
        for match in self.matches[first:]:
            if match.start >= end:
                break
            if match.end > start:
                found.append(match.run)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Reading:
    """A PDF read against the document.

    Attributes:
        printed: every strand of the document.
        left: the text objects that belong to no strand, on the pages of the document's sections.
        heads: of each page, the text objects in its head.
        drawn: of each page, the letters in its drawings.
        pages: of each section, its first page and its last.
        contents: the lines of the contents.
    """

    printed: tuple[Printed, ...]
    left: tuple[Run, ...]
    heads: tuple[tuple[Run, ...], ...]
    drawn: tuple[str, ...]
    pages: Mapping[str, tuple[int, int]]
    contents: tuple[ContentsLine, ...]
