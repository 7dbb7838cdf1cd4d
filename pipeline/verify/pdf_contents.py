"""The printed contents: which texts on their pages make which line, and what page number stands in it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, islice

from lxml import etree

from pipeline.document import Document, Entry
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_places import LINK_SLACK, Link
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
    linked: dict[str, dict[_Sheet, list[Link]]] = defaultdict(dict)
    for page in range(first, last + 1):
        sheet = _Sheet(pdf.pages[page].runs)
        for link in pdf.links[page]:
            linked[link.name].setdefault(sheet, []).append(link)
    return tuple(_line(entry, linked[entry.id]) for entry in entries)


def words_of(document: Document) -> int:
    """How many words the contents have."""
    entries = (*document.contents, *document.figures, *document.tables)
    return sum(len(_text(entry).split()) for entry in entries)


class _Sheet:
    """The texts on a page of the contents, to be found by the links that cover them."""

    def __init__(self, runs: tuple[Run, ...]) -> None:
        self._runs = runs
        self._by_height = sorted((run.middle[1], number) for number, run in enumerate(runs))
        words = (any(map(str.isalnum, run.letters)) for run in runs)  # no leaders
        self._words_before = list(accumulate(words, initial=0))

    def stretches(self, spots: Iterable[Link]) -> Iterator[tuple[Run, ...]]:
        """The texts that links cover, apart where other words are painted between them, and then all together.

        On the last page of the contents a chapter may begin, and refer to what a line of the contents leads to. All
        together they are a line of which a style sheet has positioned a part, so that it is painted later.
        """
        covered = sorted({number for spot in spots for number in self._covered(spot)})
        stretches: list[list[Run]] = []
        before = -1
        for number in covered:
            if before < 0 or self._words_before[number] > self._words_before[before + 1]:
                stretches.append([])
            stretches[-1].append(self._runs[number])
            before = number
        yield from map(tuple, stretches)
        if len(stretches) > 1:
            yield tuple(self._runs[number] for number in covered)

    def _covered(self, spot: Link) -> Iterator[int]:
        _, bottom, _, top = spot.box
        first = bisect_left(self._by_height, (bottom - LINK_SLACK, 0))
        for height, number in islice(self._by_height, first, None):
            if height > top + LINK_SLACK:
                return
            if spot.covers(self._runs[number]):
                yield number


def _line(entry: Entry, linked: Mapping[_Sheet, list[Link]]) -> ContentsLine:
    """The best of what leads to the target: with all words and a number, with all words, or with any."""
    wanted = letters_of(_text(entry)).replace(HYPHEN, "")
    found = [line for sheet, spots in linked.items() for line in _lines_in(entry, wanted, sheet.stretches(spots))]
    none = ContentsLine(entry, (), False, None)
    best = max(found, key=lambda line: (line.whole, line.number is not None), default=none)
    beginnings = {line.runs[0] for line in found if line.whole and line.number is not None}
    return replace(best, again=len(beginnings) > 1)


def _lines_in(entry: Entry, wanted: str, stretches: Iterable[tuple[Run, ...]]) -> Iterator[ContentsLine]:
    for runs in stretches:
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
