"""Are the pages of a finished PDF good ones? Blank pages, headings alone, single lines, figures far from their words.

What is found is no fault of the file: it can be read. It is told because an author can mend it with a few words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.diagnostics import Diagnostic, Span
from pipeline.verify.layout_sheet import Filled, fill_of_pages, lines_of, pieces_of
from pipeline.verify.pdf_inspection import Inspection, Verdict
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_rules import (
    BLANK_ABOVE_NOTES,
    FAR_FROM_REFERENCE,
    HEADING_AT_FOOT,
    PAGE_EMPTY,
    SINGLE_LINE,
)
from pipeline.verify.pdf_words import Block, Hyperlink, StrandKind
from pipeline.verify.text import shown

_EMPTY = 1 / 4  # of the height that text may take
_RIVER = 1 / 6
_LINES = 2  # of text below a heading
_FAR = 1  # page from a figure to the first words that name it

Faults = list[Diagnostic]


def check_pages(look: Inspection) -> Verdict:
    """Pages are filled, headings stand over their text, lines in company, figures near the words that name them."""
    filled = list(fill_of_pages(look).values())
    lowest = lowest_on_pages(look) if any(_is_told(page) for page in filled) else {}
    return judged([(page, look.label(page.page)) for page in filled], lowest, look.locate, look.file, flow_of(look))


@dataclass(frozen=True, slots=True)
class Flow:
    """What is wrong with the way in which text flows over pages.

    Attributes:
        pages: how many pages were looked at.
        headings, single, far: headings at a foot, single lines, what is far from its reference.
    """

    pages: int
    headings: tuple[Diagnostic, ...]
    single: tuple[Diagnostic, ...]
    far: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Lowest:
    """What of texts and figures is printed lowest on a page: the id that it comes from, the words."""

    id: str
    words: str


def flow_of(look: Inspection) -> Flow:
    """Headings, single lines, and figures, which are judged by what is near them."""
    headings = tuple(fault for item in look.of_kind(StrandKind.TEXT) for fault in _headings(look, item))
    flowing = look.of_kind(StrandKind.TEXT, StrandKind.FLOAT, StrandKind.NOTE)
    single = tuple(fault for item in flowing for fault in _single_lines(look, item))
    return Flow(len(look.pdf.pages), headings, single, tuple(_far(look)))


def judged(
    filled: Sequence[tuple[Filled, str]],
    lowest: Mapping[int, Lowest],
    locate: Callable[[str], Span],
    file: Span,
    flow: Flow,
) -> Verdict:
    """The verdict on pages.

    Args:
        filled: how each page is filled whose chapter goes on behind it, and what it is called.
        lowest: what is printed lowest on pages.
        locate: where in the sources an id comes from.
        file: the place of what has no other.
        flow: what is judged by what is near.
    """
    empty = [(page, label) for page, label in filled if page.blank > _EMPTY]
    rivers = [(page, label) for page, label in filled if _is_told(page) and page.blank <= _EMPTY]

    def at_last(page: Filled) -> tuple[Span, str]:
        last = lowest.get(page.page)
        return (locate(last.id), f', after "{last.words}"') if last is not None else (file, "")

    faults: Faults = [_empty(page, label, *at_last(page)) for page, label in empty]
    faults += [_river(page, label, *at_last(page)) for page, label in rivers]
    return Verdict(
        [*faults, *flow.headings, *flow.single, *flow.far],
        "{} pages, {} more than a quarter empty, {} with a blank above their notes, {} headings at a foot, {} single "
        "lines, {} figures or tables far from their reference",
        (flow.pages, len(empty), len(rivers), len(flow.headings), len(flow.single), len(flow.far)),
    )


def _is_told(page: Filled) -> bool:
    return page.blank > _EMPTY or page.above_notes > _RIVER * page.height


def _place(look: Inspection, printed: Printed, offset: int) -> Span:
    return look.locate(_name(printed, offset))


def _name(printed: Printed, offset: int) -> str:
    """Where a text comes from: the last thing with a name of its own before it, which the call of a note is not."""
    strand = printed.strand
    found = strand.id
    for anchor in strand.anchors:
        if anchor.start > offset:
            break
        if not anchor.id.startswith("noteref-"):
            found = anchor.id
    return found


# ---------------------------------------------------------------- blanks


def lowest_on_pages(look: Inspection) -> dict[int, Lowest]:
    """What of texts and figures is printed lowest on each page."""
    found: dict[int, tuple[Printed, int, Run]] = {}
    for item in look.of_kind(StrandKind.TEXT, StrandKind.FLOAT):
        for match in item.matches:
            known = found.get(match.run.page)
            if known is None or match.run.box[1] < known[2].box[1]:
                found[match.run.page] = item, match.start, match.run
    return {page: Lowest(_name(item, at), shown(run.text, 40)) for page, (item, at, run) in found.items()}


def _empty(page: Filled, label: str, place: Span, after: str) -> Diagnostic:
    message = f"page {label} is {page.blank:.0%} empty{after}"
    return PAGE_EMPTY.at(place, message, "move what did not fit on it, or make it smaller")


def _river(page: Filled, label: str, place: Span, after: str) -> Diagnostic:
    message = f"page {label} has a blank of {page.above_notes:.0f} points above its notes{after}"
    return BLANK_ABOVE_NOTES.at(place, message, "shorten the note that is called next, or move its call")


# ---------------------------------------------------------------- headings


def _headings(look: Inspection, item: Printed) -> Iterator[Diagnostic]:
    """Headings whose text begins on the next page, or with one line on theirs."""
    headings = sorted((block for block in item.strand.blocks if block.is_heading), key=lambda block: block.start)
    starts = [heading.start for heading in headings]
    told = -1
    for heading, end in zip(headings, (*starts[1:], len(item.strand.letters)), strict=False):
        if heading.end >= end:
            continue  # another heading follows at once, and is judged with this one
        runs = item.between(heading.start, heading.end)
        text = item.between(heading.end, end)
        if not runs or not text or text[-1].page == runs[-1].page:
            continue
        page = runs[-1].page
        below = lines_of(run for run in text if run.page == page and run.box[3] < runs[-1].box[3])
        if len(below) < _LINES and not _float_below(look, runs[-1]) and told != page:
            told = page
            yield _heading(look, item, heading, page, len(below))


def _float_below(look: Inspection, heading: Run) -> bool:
    """Whether a figure, table or box stands under a heading."""
    low = heading.box[1]
    if any(
        match.run.page == heading.page and match.run.box[3] < low
        for item in look.of_kind(StrandKind.FLOAT)
        for match in item.matches
    ):
        return True
    return any(mark.box[3] < low and not mark.artifact for mark in look.pdf.pages[heading.page].marks)


def _heading(look: Inspection, item: Printed, heading: Block, page: int, lines: int) -> Diagnostic:
    words = item.strand.excerpt(heading.start, heading.end)
    below = "nothing" if not lines else "one line"
    message = f'the heading "{words}" stands at the foot of page {look.label(page)} with {below} below it'
    return HEADING_AT_FOOT.at(_place(look, item, heading.start), message, "add or take a line before it")


# ---------------------------------------------------------------- single lines


def _single_lines(look: Inspection, item: Printed) -> Iterator[Diagnostic]:
    for block in item.strand.blocks:
        first, last = item.at(block.start), item.at(block.end - 1)
        if first is None or last is None or (first.page == last.page and last.box[1] < first.box[3]):
            continue
        pieces = pieces_of(item.between(block.start, block.end))
        if len(pieces) < 2:
            continue
        for piece, where in ((pieces[0], "foot"), (pieces[-1], "top")):
            if len(piece.lines) == 1:
                words = shown(" ".join(run.text.strip() for run in piece.runs))
                message = f"one line of a paragraph stands alone at the {where} of page {look.label(piece.page)}"
                place = _place(look, item, block.start)
                yield SINGLE_LINE.at(place, f'{message}: "{words}"', "a word more or less in it mends it")


# ---------------------------------------------------------------- figures and tables


def _far(look: Inspection) -> Iterator[Diagnostic]:
    """Figures and tables far from the first words of their chapter that name them."""
    named: dict[tuple[str, str], tuple[Printed, Hyperlink]] = {}
    for printed, link in look.hyperlinks():
        if "ref" in link.names and printed.strand.kind in (StrandKind.TEXT, StrandKind.FLOAT, StrandKind.SIDE):
            named.setdefault((printed.section, link.href.removeprefix("#")), (printed, link))
    with_text = {match.run.page for item in look.of_kind(StrandKind.TEXT) for match in item.matches}
    for id, (at, _) in look.labels.items():
        reference = named.get((at.section, id))
        if reference is None or not id.startswith(("fig-", "tbl-")):
            continue
        printed, link = reference
        words = printed.at(link.start)
        _, start, end = look.places[id]
        pages = {run.page for run in at.between(start, end)}
        if words is None or not pages:
            continue
        stands = min(pages, key=lambda page: abs(page - words.page))
        away = 1 + sum(page in with_text for page in range(min(stands, words.page) + 1, max(stands, words.page)))
        if stands != words.page and away > _FAR:
            first, last = look.label(min(pages)), look.label(words.page)
            message = f'"{id}" stands on page {first}, {away} pages from the first words that name it, on page {last}'
            yield FAR_FROM_REFERENCE.at(_place(look, at, start), message, "place it behind the paragraph that names it")
