"""Lay out, look, and lay out again until a layout teaches nothing new.

Five things are known only when the pages stand: on which page everything is, which blocks reach into the side
column of a left page, which side notes would cover one another or run over the foot, which notes the engine has
lost, and which figures leave a hole on the page before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import weasyprint
from lxml import etree

from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.render.engine import Engine
from pipeline.render.holes import Floating, fill, floating
from pipeline.render.pages import Block, Layout, read_layout
from pipeline.render.printable import Placement, named_targets, placed

SIDE_NOTES_CROWDED = declare(
    "WPR009",
    "side-notes-crowded",
    Severity.WARNING,
    """
    The side notes of a page do not fit into its side column without covering one another.

    Side notes are short and few: two on a page at most. Shorten one, or move one to another paragraph.
    """,
)

LAYOUT_UNSETTLED = declare(
    "WPR011",
    "layout-unsettled",
    Severity.WARNING,
    """
    The layout changed each time it was repeated, and the press stopped: a block may reach into the wrong
    margin, or a side note may cover another.

    Move a wide figure or a side note by one paragraph.
    """,
)

_ROUNDS = 7
_REPAIRS = 5  # rounds in which lost notes may be brought back
_FILLS = 3  # rounds in which blocks may be moved; each may cost one more layout
_GAP = 10.0  # px between two side notes, and between one and a wide figure
_NEAR = 0.5  # px; a side note that is this near to its place is not moved again


@dataclass(frozen=True, slots=True)
class Settled:
    """The final pages, what was read from them, and how many layouts it took."""

    pages: weasyprint.Document
    layout: Layout
    rounds: int


def settle(
    engine: Engine,
    root: etree._Element,
    notes: tuple[tuple[str, str], ...],
    cover: str,
    findings: Findings,
    edition: Span,
) -> Settled:
    """Repeat the layout until it stands.

    Args:
        engine: the layout engine.
        root: the prepared tree of the report.
        notes: the ids of every note and of its call.
        cover: the word for the cover, for its label.
        findings: told of crowded side notes, and of a layout that would not settle.
        edition: the place of these findings.

    Raises:
        StageFailedError: when the engine stops in the middle.
    """
    blocks = floating(root)
    targets = named_targets(root)
    placement = Placement()
    turn = 1
    while True:
        pages = engine.lay_out(placed(root, placement, blocks))
        layout = read_layout(pages, notes, cover)
        taught, crowded = _learn(layout, placement, turn, blocks, targets)
        if taught == placement or turn == _ROUNDS:
            break
        placement = taught
        turn += 1
    for page in crowded:
        message = f"the side notes of page {layout.labels[page]} cover one another"
        findings.add(SIDE_NOTES_CROWDED.at(edition, message, "shorten one, or move one to another paragraph"))
    if taught != placement:
        findings.add(LAYOUT_UNSETTLED.at(edition, f"the layout did not settle in {_ROUNDS} rounds"))
    return Settled(pages, layout, turn)


def _learn(
    layout: Layout, placement: Placement, turn: int, blocks: tuple[Floating, ...], targets: frozenset[str]
) -> tuple[Placement, tuple[int, ...]]:
    """What the next layout has to know, and the pages whose side notes find no room."""
    verso = frozenset(block.place for block in layout.blocks if layout.rooms[block.page].verso)
    shifts, crowded = shifts_of(layout, dict(placement.shifts))
    kept = dict(placement.kept)
    if turn <= _REPAIRS:
        for note in layout.notes:
            if note.call is not None and note.text is None:
                kept[note.call_id] = kept.get(note.call_id, -1) + 1
    moved = dict(placement.moved)
    if turn <= _FILLS:
        moved = fill(layout, blocks, moved)
    pages = {id: layout.labels[layout.anchors[id]] for id in targets if id in layout.anchors}
    taught = Placement(
        verso=verso,
        shifts=shifts,
        kept=tuple(sorted(kept.items())),
        moved=tuple(sorted(moved.items())),
        pages=tuple(sorted(pages.items())),
    )
    return taught, crowded


def shifts_of(layout: Layout, before: dict[str, float]) -> tuple[tuple[tuple[str, float], ...], tuple[int, ...]]:
    """How far every side note has to move so that none covers another, a wide block, or the page's foot."""
    shifts: dict[str, float] = {}
    crowded: list[int] = []
    pages: dict[int, list[Block]] = {}
    for block in layout.blocks:
        pages.setdefault(block.page, []).append(block)
    for page, blocks in pages.items():
        room = layout.rooms[page]
        sides = [block for block in blocks if block.side]
        walls = [(block.top, block.top + block.height) for block in blocks if not block.side]
        tops = arrange([(s.top, s.height) for s in sides], walls, room.top, room.foot)
        if tops is None:
            crowded.append(page)
            continue
        for side, top in zip(sides, tops, strict=True):
            if abs(top - side.top) > _NEAR:
                shifts[side.place] = round(top - side.top, 2)
    near = {
        place: before[place] if abs(before.get(place, 1e9) - shift) <= _NEAR else shift
        for place, shift in shifts.items()
    }
    return tuple(sorted(near.items())), tuple(crowded)


def arrange(
    notes: Sequence[tuple[float, float]], walls: Iterable[tuple[float, float]], top: float, bottom: float
) -> list[float] | None:
    """Where side notes stand in their column: in order, each as near to its place as the others let it.

    Args:
        notes: the top at which each would like to stand, and its height, in their order in the text.
        walls: the stretches of the column that are taken, as top and bottom.
        top: of the column.
        bottom: of the column.

    Returns:
        The tops, or None when there is no room for all.
    """
    stretches = _free(walls, top, bottom)
    placed_tops: list[float] = []
    floor = top
    for wanted, height in notes:  # downwards: each below the one before it
        spot = _spot(stretches, max(wanted, floor), height, upwards=False)
        placed_tops.append(bottom if spot is None else spot)
        floor = placed_tops[-1] + height + _GAP
    ceiling = bottom
    for index in reversed(range(len(notes))):  # and back up from the foot, as far as needed
        height = notes[index][1]
        spot = _spot(stretches, min(placed_tops[index], ceiling - height), height, upwards=True)
        if spot is None:
            return None
        placed_tops[index] = spot
        ceiling = spot - _GAP
    return placed_tops


def _free(walls: Iterable[tuple[float, float]], top: float, bottom: float) -> list[tuple[float, float]]:
    stretches = []
    for begin, end in sorted(walls):
        if begin - _GAP > top:
            stretches.append((top, begin - _GAP))
        top = max(top, end + _GAP)
    if bottom > top:
        stretches.append((top, bottom))
    return stretches


def _spot(stretches: list[tuple[float, float]], wanted: float, height: float, *, upwards: bool) -> float | None:
    """The nearest free place below (or above) a height at which a note of that height fits."""
    if upwards:
        for begin, end in reversed(stretches):
            at = min(wanted, end - height)
            if at >= begin - _NEAR:
                return at
        return None
    for begin, end in stretches:
        at = max(wanted, begin)
        if at + height <= end + _NEAR:
            return at
    return None
