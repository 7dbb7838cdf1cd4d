"""What stands elsewhere on a left-hand page than the text around it, and how far it moves.

Side notes, wide blocks and chapter openers stand at the outer side of the page. On a left-hand page their rectangles
are mirrored at the middle of the page, as the text area is. A row of four key figures, whose last stands in the side
column, is mirrored column by column: there the first stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.layout.background import Background

from pipeline.render.printable import MIRRORED

_ROW = 4


class Across(pydyf.Object):  # type: ignore[misc]
    """A coordinate across the page in points, which is another one on a left-hand page: a mark, as `forme` says."""

    def __init__(self, right: float, shift: float) -> None:
        super().__init__()
        self.right, self.shift = right, shift

    def __float__(self) -> float:
        return float(self.right)

    @property
    def data(self) -> bytes:
        """The mark."""
        return b"\x02%s;%s\x02" % (pydyf._to_bytes(round(self.right, 4)), pydyf._to_bytes(round(self.shift, 4)))


def across(right: float, box: Any, scale: float) -> float | Across:
    """A coordinate of a box: a mark where the page may still become a left-hand one, else the number.

    Args:
        right: the coordinate on a right-hand page, in points.
        box: moves as `mark_zones` has said.
        scale: points in a pixel.
    """
    zone = getattr(box, "zone", None)
    return right if zone is None else Across(right, float(zone) * scale)


class Ground(Background):  # type: ignore[misc]
    """A background that knows how far it moves."""

    zone: float = 0.0


def mark_zones(page: Any, shift: float) -> None:
    """Give every box of a page how far it moves on a left-hand page: `box.zone`, in pixels.

    Args:
        page: the page (`_page_box`), laid out as a right-hand one.
        shift: how far its text area moves.
    """
    width = page.margin_width()
    own: dict[int, float] = {}
    pending = [(child, shift, None) for child in page.children]
    while pending:
        box, zone, around = pending.pop()
        box = getattr(box, "_box", box)  # an absolute box stands behind a placeholder
        if box.element is not around and not isinstance(box, (boxes.TextBox, boxes.LineBox)):
            names = box.element.get("class", "").split() if box.element is not None else ()
            if not MIRRORED.isdisjoint(names):
                zone = width - box.border_width() - 2 * box.border_box_x()
            if "of-4" in names:
                own |= dict(_columns(box, width))
        zone = own.get(id(box), zone)
        box.zone = zone
        if box.background is not None:
            box.background = Ground(*box.background)
            box.background.zone = zone
        pending += [(child, zone, box.element) for child in box.all_children()]


def zone_of(box: Any, otherwise: float) -> float:
    """How far a box, or its background, moves."""
    zone = getattr(box, "zone", None)
    return otherwise if zone is None else float(zone)


def _columns(block: Any, width: float) -> Iterator[tuple[int, float]]:
    """How far each of the columns of a row moves, by the identity of its box."""
    pairs = [box for box in block.descendants() if _is_column(box)]
    for start in range(0, len(pairs), _ROW):
        row = pairs[start : start + _ROW]
        for box, other in zip(row, reversed(row), strict=True):
            yield id(box), width - (other.border_box_x() + other.border_width()) - box.border_box_x()


def _is_column(box: Any) -> bool:
    element = box.element
    return (
        isinstance(box, boxes.BlockLevelBox)
        and element is not None
        and "pair" in element.get("class", "").split()
        and box.is_grid_item
    )
