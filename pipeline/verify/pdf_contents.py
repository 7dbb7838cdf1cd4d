"""The printed contents: which texts on their pages make which line, and what page number stands in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.document import Document, Entry
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_page import Run
from pipeline.verify.text import HYPHEN, is_numeral, letters_of


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A line of the contents, or of the list of figures and tables.

    Attributes:
        entry: what it should say.
        runs: the texts that lead to its target, in the order of painting; none when nothing does.
        whole: whether these are its words.
        number: the page number in it, or None.
    """

    entry: Entry
    runs: tuple[Run, ...]
    whole: bool
    number: Run | None


def read_contents(document: Document, pdf: PdfFile, first: int, last: int) -> tuple[ContentsLine, ...]:
    """Find the lines of the contents on the pages from `first` to `last`."""
    entries = (*document.contents, *document.figures, *document.tables)
    linked: dict[str, set[int]] = defaultdict(set)
    for page in range(first, last + 1):
        for link in pdf.links[page]:
            linked[link.name].add(page)
    return tuple(_line(entry, pdf, sorted(linked[entry.id])) for entry in entries)


def words_of(document: Document) -> int:
    """How many words the contents have."""
    entries = (*document.contents, *document.figures, *document.tables)
    return sum(len(_text(entry).split()) for entry in entries)


def _line(entry: Entry, pdf: PdfFile, pages: Iterable[int]) -> ContentsLine:
    """The best of what leads to the target: with all words and a number, with all words, or with any."""
    wanted = letters_of(_text(entry)).replace(HYPHEN, "")
    found = [line for page in pages for line in _lines_on(entry, wanted, pdf, page)]
    none = ContentsLine(entry, (), False, None)
    return max(found, key=lambda line: (line.whole, line.number is not None), default=none)


def _lines_on(entry: Entry, wanted: str, pdf: PdfFile, page: int) -> Iterator[ContentsLine]:
    spots = [link for link in pdf.links[page] if link.name == entry.id]
    runs = tuple(run for run in pdf.pages[page].runs if any(spot.covers(run) for spot in spots))
    if not runs:
        return
    yield ContentsLine(entry, runs, _letters(runs) == wanted, None)
    for run in runs:
        if is_numeral(run.letters):
            rest = tuple(other for other in runs if other is not run)
            yield ContentsLine(entry, runs, _letters(rest) == wanted, run)


def _letters(runs: tuple[Run, ...]) -> str:
    return "".join(run.letters for run in runs).replace(HYPHEN, "")


def _text(entry: Entry) -> str:
    title = etree.fromstring(f"<div>{entry.title}</div>".encode())
    return f"{entry.label} {''.join(str(text) for text in title.itertext())}"
