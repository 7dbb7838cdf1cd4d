"""How the pages of a finished PDF are filled: where their text may stand, where it does, and in what lines.

Nothing is known of the style sheet. The pages themselves say how high their text may stand and how low: as high and
low as any text of a chapter stands on a page of the same size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.document import Kind
from pipeline.verify.pdf_inspection import Inspection
from pipeline.verify.pdf_page import Box, Page, Run
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_words import CONTENTS, StrandKind

_BAND = 0.6  # of the height of a page: a higher decoration is its ground
_UP = 24.0  # PDF units above the last line from where on a line stands in the next column
_SAME_LINE = 0.2  # of the lower of two texts; so much they share when they stand on one line, and lines share nothing

Band = tuple[float, float]
"""From the bottom to the top of something."""


Size = tuple[int, int]
"""Of a page: how wide it is, and how high."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on a page whose chapter goes on behind it.

    Attributes:
        page: its number.
        size: the size of the page.
        notes: the upper edge of its notes; None without any.
        text: the lower edge of what stands above its notes; None where nothing does.
        bands: where something stands, from below, apart from one another.
    """

    page: int
    size: Size
    notes: float | None
    text: float | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """How a page is filled.

    Attributes:
        page: its number.
        area: from the lowest place where text may stand to the highest.
        notes: the upper edge of its notes; None without any.
        text: the lower edge of what stands above its notes.
        blanks: the bands of its area in which nothing stands, from below.
    """

    page: int
    area: Band
    notes: float | None
    text: float
    blanks: tuple[Band, ...]

    @classmethod
    def of(cls, page: Standing, areas: Mapping[Size, Band]) -> Filled:
        """How a page is filled, when it is known where text may stand on pages of each size."""
        area = areas[page.size]
        text = area[1] if page.text is None else page.text
        return cls(page.page, area, page.notes, text, tuple(_blanks(page.bands, area)))

    @property
    def height(self) -> float:
        """Of its area; never 0, whatever stands there."""
        return max(1.0, self.area[1] - self.area[0])

    @property
    def blank(self) -> float:
        """How much of its area the largest blank takes, from 0 to 1."""
        return max((top - bottom for bottom, top in self.blanks), default=0.0) / self.height

    @property
    def above_notes(self) -> float:
        """How high the blank above its notes is; 0 without notes."""
        return max(0.0, self.text - self.notes) if self.notes is not None else 0.0


def fill_of_pages(look: Inspection) -> Mapping[int, Filled]:
    """How those pages are filled whose chapter goes on behind them, on a page of the same size."""
    pages, areas = standing_on_pages(look)
    return {page.page: Filled.of(page, areas) for page in pages}


def standing_on_pages(look: Inspection) -> tuple[tuple[Standing, ...], dict[Size, Band]]:
    """What stands on those pages, and how low and how high text stands on pages of each size."""
    texts: dict[int, list[Run]] = defaultdict(list)
    notes: dict[int, list[Run]] = defaultdict(list)
    for item in _flowing(look):
        for match in item.matches:
            (notes if item.strand.kind is StrandKind.NOTE else texts)[match.run.page].append(match.run)
    for line in look.reading.contents:
        for run in line.runs:
            texts[run.page].append(run)
    pages = look.pdf.pages
    found = tuple(
        _standing(number, pages[number], look.reading.heads[number], notes[number])
        for number in _gone_over(look)
        if number + 1 < len(pages) and _size(pages[number]) == _size(pages[number + 1])
    )
    return found, _areas(pages, [run for found in (texts, notes) for runs in found.values() for run in runs])


def _flowing(look: Inspection) -> Iterable[Printed]:
    """The strands of the chapters; part titles and the imprint have pages that are as they are."""
    imprint = {chapter.id for chapter in look.document.chapters if chapter.kind is Kind.IMPRINT}
    return (
        item for item in look.reading.printed if item.section not in imprint and item.strand.kind is not StrandKind.PART
    )


def _size(page: Page) -> Size:
    left, bottom, right, top = page.box
    return round(right - left), round(top - bottom)


def _areas(pages: tuple[Page, ...], runs: Iterable[Run]) -> dict[Size, Band]:
    sizes = [_size(page) for page in pages]
    found: dict[Size, Band] = {}
    for run in runs:
        size = sizes[run.page]
        bottom, top = found.get(size, (run.box[1], run.box[3]))
        found[size] = min(bottom, run.box[1]), max(top, run.box[3])
    return found


def _gone_over(look: Inspection) -> list[int]:
    """The pages behind which a section goes on that stands on them."""
    on: dict[str, set[int]] = defaultdict(set)
    for item in _flowing(look):
        on[item.section].update(match.run.page for match in item.matches)
    on[CONTENTS] = {run.page for line in look.reading.contents for run in line.runs}
    return sorted({page for pages in on.values() for page in pages if page < max(pages)})


def _standing(number: int, page: Page, head: tuple[Run, ...], notes: list[Run]) -> Standing:
    top_of_notes = max((run.box[3] for run in notes), default=None)
    known = {*head, *notes}
    others = [run.box for run in page.runs if run not in known and not run.artifact]
    others += [mark.box for mark in page.marks if not mark.artifact]
    above = [box for box in others if top_of_notes is None or box[3] > top_of_notes]
    bands = [mark.box for mark in page.marks if mark.artifact and _is_band(mark.box, page.box)]
    filled = [(box[1], box[3]) for box in (*others, *bands, *(run.box for run in notes))]
    text = min((box[1] for box in above), default=None)
    return Standing(number, _size(page), top_of_notes, text, tuple(_joined(filled)))


def _joined(bands: list[Band]) -> list[Band]:
    """Bands that touch as one."""
    found: list[Band] = []
    for bottom, top in sorted(bands):
        if found and bottom <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], top)
        else:
            found.append((bottom, top))
    return found


def _is_band(box: Box, page: Box) -> bool:
    """Whether a decoration is something to look at, and not the ground of the whole page."""
    return box[3] - box[1] < _BAND * (page[3] - page[1])


def _blanks(filled: Iterable[Band], area: Band) -> list[Band]:
    found = []
    reached = area[0]
    for bottom, top in sorted([*filled, (area[1], area[1])]):
        if bottom > reached:
            found.append((reached, min(bottom, area[1])))
        reached = max(reached, top)
    return found


# ---------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text on one page, or in one column of it, with the lines that it has there."""

    page: int
    runs: tuple[Run, ...]
    lines: tuple[Band, ...]


def pieces_of(runs: Iterable[Run]) -> tuple[Piece, ...]:
    """A text divided where it goes on on the next page or at the top of the next column."""
    found: list[list[Run]] = []
    for run in runs:
        last = found[-1][-1] if found else None
        if last is None or run.page != last.page or run.box[1] > last.box[3] + _UP:
            found.append([])
        found[-1].append(run)
    return tuple(Piece(runs[0].page, tuple(runs), lines_of(runs)) for runs in found)


def lines_of(runs: Iterable[Run]) -> tuple[Band, ...]:
    """The lines in which texts of a page or column stand, from above; raised marks are on the line of their word."""
    lines: list[Band] = []
    for run in sorted(runs, key=lambda run: run.box[1] - run.box[3]):  # high letters first: they make the line
        bottom, top = run.box[1], run.box[3]
        shared = (min(top, line[1]) - max(bottom, line[0]) for line in lines)
        if not any(height > _SAME_LINE * (top - bottom) for height in shared):
            lines.append((bottom, top))
    return tuple(sorted(lines, reverse=True))
