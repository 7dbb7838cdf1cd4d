"""Does everything on a page lie on it, whole, and nothing on something else?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from pipeline.diagnostics import Diagnostic, Span
from pipeline.verify.pdf_inspection import Inspection, Verdict
from pipeline.verify.pdf_page import Box, Mark, MarkKind, Page, Run, around, common, reach
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_rules import MARK_OFF_PAGE, TEXT_CLIPPED, TEXT_OFF_PAGE, TEXT_ON_PICTURE, TEXT_OVERLAPS
from pipeline.verify.pdf_words import StrandKind
from pipeline.verify.text import shown

_SLACK = 1.0  # PDF units that one thing may reach over another: pdfium and the engine round
_THIN = 4.0  # PDF units; what is thinner is a line
_OUTWARDS = (-1, -1, 1, 1)  # from the middle of a page, for each side of a rectangle

Owners = Mapping[Run, tuple[Printed, int]]
"""Of each text object, the strand that it prints, and from where."""


def check_area(look: Inspection) -> Verdict:
    """All texts, pictures and lines lie on their page, none is clipped, and no text stands on another."""
    owners = {match.run: (item, match.start) for item in look.reading.printed for match in item.matches}
    outside: list[Diagnostic] = []
    clipped: list[Diagnostic] = []
    overlaps: list[Diagnostic] = []
    for page in look.pdf.pages:
        outside += _texts_outside(look, page, owners)
        outside += _marks_outside(look, page, owners)
        clipped += _clipped(look, page, owners)
        overlaps += _overlaps(look, page, owners)
        overlaps += _on_pictures(look, page, owners)
    texts = sum(len(page.runs) for page in look.pdf.pages)
    painted = sum(page.painted for page in look.pdf.pages)
    return Verdict(
        [*outside, *clipped, *overlaps],
        "{} pieces of text, {} pictures and paths on {} pages: {} out of bounds, {} clipped, {} overlaps",
        (texts, painted, len(look.pdf.pages), len(outside), len(clipped), len(overlaps)),
    )


def _place(look: Inspection, run: Run, owners: Owners) -> Span:
    owner = owners.get(run)
    return look.locate(owner[0].strand.near(owner[1])) if owner else look.file


# ---------------------------------------------------------------- on the page, and whole


def _texts_outside(look: Inspection, page: Page, owners: Owners) -> Iterator[Diagnostic]:
    for run in page.runs:
        if reach(run.box, page.box) > _SLACK:
            message = f'text reaches out of page {page.label}: "{shown(run.text)}"'
            yield TEXT_OFF_PAGE.at(_place(look, run, owners), message)


def _marks_outside(look: Inspection, page: Page, owners: Owners) -> Iterator[Diagnostic]:
    for mark in page.marks:
        left, bottom, right, top = mark.box
        is_line = min(right - left, top - bottom) < _THIN
        if reach(mark.box, page.box) <= _SLACK or _is_ground(mark.box, page) or _bleeds(mark, page):
            continue
        if mark.artifact and not is_line:
            continue  # a ground that is no part of the text may run over the edge
        what = "a picture" if mark.kind is MarkKind.PICTURE else "a line" if is_line else "a drawing"
        over = reach(mark.box, page.box)
        message = f"{what} reaches out of page {page.label} by {over:.0f} points, {_near(page, mark)}"
        yield MARK_OFF_PAGE.at(_place_of_mark(look, page, mark, owners), message)


def _is_ground(box: Box, page: Page) -> bool:
    """Whether something runs from edge to edge of its page."""
    left, bottom, right, top = page.box
    wide = box[0] <= left + _SLACK and box[2] >= right - _SLACK
    return wide or (box[1] <= bottom + _SLACK and box[3] >= top - _SLACK)


def _bleeds(mark: Mark, page: Page) -> bool:
    """Whether an ornament runs over the edge at which its page is cut as it has to: to the end of the bleed."""
    if page.bleed is None or not mark.artifact:
        return False
    sides = zip(mark.box, page.box, page.bleed, _OUTWARDS, strict=True)
    return all(out * (side - edge) <= _SLACK or out * (side - end) >= -_SLACK for side, edge, end, out in sides)


def _nearest(page: Page, mark: Mark) -> Run | None:
    """The text nearest to a picture or line, of those that are read."""
    x, y = (mark.box[0] + mark.box[2]) / 2, (mark.box[1] + mark.box[3]) / 2
    texts = [run for run in page.runs if not (run.drawn or run.artifact)]
    return min(texts, key=lambda run: abs(run.middle[0] - x) / 4 + abs(run.middle[1] - y), default=None)


def _near(page: Page, mark: Mark) -> str:
    run = _nearest(page, mark)
    return f'near "{shown(run.text, 30)}"' if run else "which has no text"


def _place_of_mark(look: Inspection, page: Page, mark: Mark, owners: Owners) -> Span:
    run = _nearest(page, mark)
    return _place(look, run, owners) if run else look.file


def _clipped(look: Inspection, page: Page, owners: Owners) -> Iterator[Diagnostic]:
    told: set[int] = set()
    for run in page.runs:
        if run.cut <= _SLACK or (run.drawn and run.content in told):
            continue
        text = run.text
        mark = None
        if run.drawn:  # letter by letter: told once for a drawing
            told.add(run.content)
            text = "".join(r.text for r in page.runs if r.drawn and r.content == run.content and r.cut > _SLACK)
            mark = Mark(MarkKind.PATH, run.box, run.content, False)
        place = _place_of_mark(look, page, mark, owners) if mark else _place(look, run, owners)
        yield TEXT_CLIPPED.at(place, f'text on page {page.label} is cut off: "{shown(text)}"')


# ---------------------------------------------------------------- one on another


def _overlap(first: Box, second: Box) -> bool:
    left, bottom, right, top = common(first, second)
    return right - left > _SLACK and top - bottom > _SLACK


def _overlaps(look: Inspection, page: Page, owners: Owners) -> Iterator[Diagnostic]:
    """Texts that stand on one another; the letters of one drawing may, and accents do."""
    drawings = _drawings(page)
    told: set[tuple[Span, Span]] = set()  # two texts that meet do it with many pieces
    below: list[Run] = []  # what reaches as high as the next one begins
    for run in sorted((run for run in page.runs if not _is_accent(run)), key=lambda run: run.box[1]):
        below = [other for other in below if other.box[3] > run.box[1]]
        for other in below:
            if (run.drawn and other.drawn) or not _overlap(run.box, other.box):
                continue
            first, second = sorted((run, other), key=lambda r: (r.drawn, r.order))
            if first.content == second.content and first.content in drawings:
                continue
            places = _place(look, first, owners), _place(look, second, owners)
            if places in told:
                continue
            told.add(places)
            message = f'on page {page.label} "{shown(first.text, 30)}" and "{shown(second.text, 30)}" overlap'
            yield TEXT_OVERLAPS.at(places[0 if first in owners else 1], message)
        below.append(run)


def _is_accent(run: Run) -> bool:
    return all(unicodedata.combining(letter) for letter in run.letters)


def _drawings(page: Page) -> dict[int, Box]:
    """The rectangles around the drawings and pictures that are part of the text, by their marked content."""
    found: dict[int, Box] = {}
    for mark in page.marks:
        if mark.content >= 0 and not mark.artifact:
            found[mark.content] = around(found.get(mark.content, mark.box), mark.box)
    return found


def _on_pictures(look: Inspection, page: Page, owners: Owners) -> Iterator[Diagnostic]:
    """Texts of chapters, and what stands around them, on pictures and drawings that they are no part of."""
    kinds = {owners[run][0].strand.kind for run in page.runs if run in owners}
    if not kinds - {StrandKind.PART}:
        return  # covers and part titles are designed
    pictures = [(-1, mark.box) for mark in page.marks if mark.kind is MarkKind.PICTURE and mark.content < 0]
    for content, box in (*_drawings(page).items(), *pictures):
        if min(box[2] - box[0], box[3] - box[1]) < _THIN or _is_ground(box, page):
            continue
        for run in page.runs:
            mine = content >= 0 and run.content == content
            if not (mine or run.drawn) and _overlap(run.box, box):
                message = f'on page {page.label} "{shown(run.text, 30)}" stands on a picture'
                yield TEXT_ON_PICTURE.at(_place(look, run, owners), message)
