"""The words that a document must show on paper, as strands: sequences that are painted in one order.

The text of a chapter is one strand. Figures, tables and boxes are strands of their own, because the press may let
text pass them; so are side notes, notes and part titles.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

PAGE_NUMBER = "\ue000"
"""Stands in a strand where the press prints the number of a page."""

CONTENTS = "contents"
"""The id of the contents; the print templates give it."""


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class StrandKind(Enum):
    """What a strand holds."""

    PART = "part"
    TEXT = "text"
    FLOAT = "float"
    SIDE = "side"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An element with an id.

    Attributes:
        id: the id.
        start, end: its text, which may be empty: from the first letter to before the last.
        above: how far above its words a link may lead, in PDF units; None where anything may stand between.
    """

    id: str
    start: int
    end: int
    above: float | None


@dataclass(frozen=True, slots=True)
class Hyperlink:
    """The words of a link: from letter `start` to before letter `end`; `names` are its classes."""

    start: int
    end: int
    href: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Label:
    """A number as it is printed where it belongs: "Figure 3", "2.1", "14", for the id that it numbers."""

    id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the outline and where its text begins."""

    title: str
    start: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item of a list or a heading: its element, from letter `start` to before `end`."""

    tag: str
    start: int
    end: int

    @property
    def is_heading(self) -> bool:
        """Whether it stands over what follows."""
        return self.tag in HEADINGS


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """Text that is painted in this order.

    Attributes:
        kind: what it holds.
        id: of the chapter, note or part that it belongs to.
        letters: the text, without spaces (see `text.letters_of`).
        words: how many words it has.
        breaks: the places in it where a word, or an element, ends.
        anchors, links, labels, headings: what is in it, in order.
        repeats: the parts that a page may show again: heads of tables.
        captions: the parts that may stand above or below what they belong to.
        backwards: whether some of it is written from right to left.
        blocks: its paragraphs, items of lists and headings, in the order of their ends.
    """

    kind: StrandKind
    id: str
    letters: str
    words: int
    breaks: frozenset[int]
    anchors: tuple[Anchor, ...]
    links: tuple[Hyperlink, ...]
    labels: tuple[Label, ...]
    headings: tuple[Heading, ...]
    repeats: tuple[tuple[int, int], ...]
    captions: tuple[tuple[int, int], ...]
    backwards: bool
    blocks: tuple[Block, ...] = ()

    def near(self, offset: int) -> str:
        """The id of the last element that begins at or before a place in it."""
        found = self.id
        for anchor in self.anchors:
            if anchor.start > offset:
                break
            found = anchor.id
        return found

    def excerpt(self, start: int, end: int, longest: int = 60) -> str:
        """The text from letter `start` to before `end`, with its spaces where words end."""
        end = min(end, start + longest)
        cuts = [start, *(cut for cut in range(start + 1, end) if cut in self.breaks), end]
        words = " ".join(self.letters[a:b] for a, b in pairwise(cuts))
        return words.replace(PAGE_NUMBER, "…")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the pieces of text in it."""

    near: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter, or the contents, as it is printed.

    Attributes:
        id: where it begins.
        strands: its words; the first one is its text. The contents have none: see `pdf_contents`.
        pictures: its drawings.
        code: the code in it, which may show any sign.
    """

    id: str
    strands: tuple[Strand, ...]
    pictures: tuple[Picture, ...]
    code: str
