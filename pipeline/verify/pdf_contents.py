"""The printed contents: which texts on their pages make which line, and what page number stands in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from lxml import etree

from pipeline.document import Document, Entry
from pipeline.verify.pdf_file import Link, PdfFile
from pipeline.verify.pdf_page import Page, Run
from pipeline.verify.text import HYPHEN, is_numeral, letters_of


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A line of the contents, or of the list of figures and tables.

    Attributes:
        entry: what it should say.
        runs: the texts that lead to its target, in the order of painting; none when nothing does.
        whole: whether these are its words.
        number: the page number in it, or None.
        again: whether the whole line is printed more than once.
    """

    entry: Entry
    runs: tuple[Run, ...]
    whole: bool
    number: Run | None
    again: bool = False


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
    best = max(found, key=lambda line: (line.whole, line.number is not None), default=none)
    beginnings = {line.runs[0] for line in found if line.whole and line.number is not None}
    return replace(best, again=len(beginnings) > 1)


def _lines_on(entry: Entry, wanted: str, pdf: PdfFile, page: int) -> Iterator[ContentsLine]:
    spots = [link for link in pdf.links[page] if link.name == entry.id]
    for runs in _stretches(pdf.pages[page], spots):
        yield ContentsLine(entry, runs, _letters(runs) == wanted, None)
        for run in runs:
            if is_numeral(run.letters):
                rest = tuple(other for other in runs if other is not run)
                yield ContentsLine(entry, runs, _letters(rest) == wanted, run)


def _stretches(page: Page, spots: list[Link]) -> Iterator[tuple[Run, ...]]:
    """The texts that links cover, apart where other words are painted between them, and then all together.

    On the last page of the contents a chapter may begin, and refer to what a line of the contents leads to. All
    together they are a line of which a style sheet has positioned a part, so that it is painted later.
    """
    covered = {run for run in page.runs if any(spot.covers(run) for spot in spots)}
    if not covered:
        return
    painted = [run for run in page.runs if run in covered or any(map(str.isalnum, run.letters))]  # no leaders
    stretches = [tuple(runs) for linked, runs in groupby(painted, key=covered.__contains__) if linked]
    yield from stretches
    if len(stretches) > 1:
        yield tuple(run for runs in stretches for run in runs)


def _letters(runs: tuple[Run, ...]) -> str:
    return "".join(run.letters for run in runs).replace(HYPHEN, "")


def _text(entry: Entry) -> str:
    title = etree.fromstring(f"<div>{entry.title}</div>".encode())
    return f"{entry.label} {''.join(str(text) for text in title.itertext())}"
