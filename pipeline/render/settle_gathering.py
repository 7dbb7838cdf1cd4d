"""Lay out a gathering, look, and lay out what has to be another way.

A hole before a figure is noticed as soon as the pages around it stand, and the layout goes on from there. Side notes
are moved apart when all pages stand; that moves nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import weasyprint
from lxml import etree

from pipeline.diagnostics import Findings, Span
from pipeline.render.engine import Engine
from pipeline.render.holes import BROKEN, Floating, fill, floating, is_decided
from pipeline.render.pages import Layout, PageReader, read_layout
from pipeline.render.paging import Paging, StoppedError
from pipeline.render.printable import Placement, placed
from pipeline.render.right_hand import Margins
from pipeline.render.settle import LAYOUT_UNSETTLED, SIDE_NOTES_CROWDED, shifts_of

_REPAIRS = 5  # layouts for notes that were lost, and for side notes that were torn
_NEAR = 0.5  # px; a side note that is this near to its place is not moved again


def settle_gathering(
    engine: Engine,
    root: etree._Element,
    notes: tuple[tuple[str, str], ...],
    guesses: tuple[tuple[str, str], ...],
    findings: Findings,
    edition: Span,
) -> tuple[weasyprint.Document, dict[int, Margins], Layout]:
    """Lay out a gathering until it stands; all its pages are right-hand ones.

    Args:
        engine: the layout engine.
        root: the prepared tree of the gathering.
        notes: the ids of its notes and of their calls.
        guesses: the page numbers that it is laid out with, by the id of their target.
        findings: told of crowded side notes, and of a layout that would not settle.
        edition: the place of these findings.

    Returns:
        The pages, what stands in their margins, and what was read from them.

    Raises:
        StageFailedError: when the engine stops in the middle.
        BoundToSideError: when the pages depend on which side they are on.
    """
    blocks = floating(root)
    moved: dict[str, int] = {}
    placement = Placement(pages=guesses)
    turn = 1
    while True:
        tree = placed(root, Placement(moved=tuple(moved.items()), shifts=placement.shifts, kept=placement.kept,
                                      pages=guesses), blocks)  # fmt: skip
        pages, margins = _filled(engine, tree, blocks, moved)
        layout = read_layout(pages, notes, "")
        shifts, crowded = shifts_of(layout, dict(placement.shifts))
        taught = Placement(shifts=_torn(layout, shifts, placement), kept=_lost(layout, placement), pages=guesses)
        if taught == placement or turn == _REPAIRS:
            break
        placement, turn = taught, turn + 1
    if taught != placement:
        findings.add(LAYOUT_UNSETTLED.at(edition, f"the layout did not settle in {_REPAIRS} rounds"))
    _shift(pages, {place: by - dict(placement.shifts).get(place, 0.0) for place, by in shifts})
    for page in crowded:
        near = ", ".join(sorted(layout.sections[page])) or "the report"
        message = f"the side notes on a page of {near} cover one another"
        findings.add(SIDE_NOTES_CROWDED.at(edition, message, "shorten one, or move one to another paragraph"))
    return pages, margins, layout


def _filled(
    engine: Engine, tree: ElementTree.Element, blocks: tuple[Floating, ...], moved: dict[str, int]
) -> tuple[weasyprint.Document, dict[int, Margins]]:
    """The pages, laid out so that text stands before what would leave a hole; `moved` grows by what was moved."""
    watch = _Watch(blocks, moved)
    paging = Paging(watch.look)
    while True:
        try:
            return engine.lay_out_right_hand(tree, paging=paging)
        except StoppedError:
            _move(tree, watch.found, blocks)
            moved |= watch.found
            paging = Paging(watch.look, paging.beginning)


class _Watch:
    """Looks for holes while pages are made."""

    def __init__(self, blocks: tuple[Floating, ...], moved: Mapping[str, int]) -> None:
        self._blocks = blocks
        self._moved = moved
        self._reader = PageReader()
        self._read: list[Any] = []
        self.found: dict[str, int] = {}

    def look(self, pages: list[Any], is_last: bool) -> int | None:  # as it is called
        """The page with a hole that can be filled, once it is plain how; `found` says with what."""
        if self._read != pages[: len(self._read)]:
            self._reader, self._read = PageReader(), []
        for page in pages[len(self._read) :]:
            self._reader.read(len(self._read), page)
            self._read.append(page)
        layout = self._reader.layout()
        for block in self._blocks:
            at = layout.flow.get(block.key)
            if at is None or block.key in self._moved or not (is_last or is_decided(layout, block)):
                continue
            taught = fill(layout, (block,), {})
            if taught:
                self.found = taught
                return at.page - 1
        return None


def _move(tree: ElementTree.Element, moved: Mapping[str, int], blocks: tuple[Floating, ...]) -> None:
    """Put blocks after as many of their followers as `moved` says, or let them be broken."""
    parents = {child: parent for parent in tree.iter() for child in parent}
    elements = {element.get("data-flow", ""): element for element in tree.iter()}
    for block in blocks:
        count = moved.get(block.key, 0)
        element = elements.get(block.key)
        if element is None or not count:
            continue
        if count == BROKEN:
            element.set("class", " ".join(name for name in element.get("class", "").split() if name != "whole"))
        else:
            parent = parents[element]
            parent.remove(element)
            parent.insert(list(parent).index(elements[block.followers[count - 1].key]) + 1, element)


def _lost(layout: Layout, placement: Placement) -> tuple[tuple[str, int], ...]:
    """The calls whose note was lost, with how many blocks around them are kept whole."""
    kept = dict(placement.kept)
    for note in layout.notes:
        if note.call is not None and note.text is None:
            kept[note.call_id] = kept.get(note.call_id, -1) + 1
    return tuple(sorted(kept.items()))


def _torn(layout: Layout, shifts: tuple[tuple[str, float], ...], placement: Placement) -> tuple[tuple[str, float], ...]:
    """The shifts of side notes that went on on the next page: they have to be laid out where they fit."""
    torn = {block.place for block in layout.blocks if block.side and block.last > block.page}
    torn |= dict(placement.shifts).keys()
    return tuple(shift for shift in shifts if shift[0] in torn)


def _shift(pages: weasyprint.Document, shifts: Mapping[str, float]) -> None:
    """Move side notes along their column; nothing else depends on where they stand."""
    for page in pages.pages:
        pending = [(page._page_box, None)]
        while pending:
            box, around = pending.pop()
            box = getattr(box, "_box", box)
            place = box.element.get("data-place", "") if box.element is not None else ""
            if place in shifts and box.element is not around:
                if abs(shifts[place]) > _NEAR:
                    box.translate(dy=shifts[place])
            else:
                pending += [(child, box.element) for child in box.all_children()]
