"""Cells of a divided row that find no room on a page go on later where they stopped, and do not begin anew.

When a row goes on on a next page and one of its cells finds no room for a single line there, WeasyPrint 70.0 notes that
the cell has not begun. Its words come again from the first one (docs/upstream/cells-again.md). Here such a cell is
empty on that page, and goes on from where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout import block

from pipeline.render.leaning import replacing

LEANED_UPON = {
    "weasyprint.layout.table:table_layout": "6594fa40743fbc0b",
    "weasyprint.layout.block:block_container_layout": "65842ca53a8391eb",
}
"""The engine's functions that are replaced here, or that call what is replaced: digests of their text."""

_block_container_layout = block.block_container_layout


@contextmanager
def gone_on_with() -> Iterator[None]:
    """Go on with cells in every layout that is made inside (see `leaning.replacing`)."""
    with replacing([(block, "block_container_layout", _laid_out)]):
        yield


def _laid_out(context: Any, box: Any, bottom_space: float, skip_stack: Any, *order: Any, **named: Any) -> Any:
    """A box, or what is left of it: as it is laid out, where it goes on, and what else a layout gives."""
    result = _block_container_layout(context, box, bottom_space, skip_stack, *order, **named)
    if result[0] is not None or skip_stack is None or not isinstance(box, boxes.TableCellBox):
        return result
    nothing = {**named, "page_is_empty": True, "absolute_boxes": [], "fixed_boxes": []}
    cell = box.copy_with_children([])
    empty, _, *rest = _block_container_layout(context, cell, bottom_space, skip_stack, **nothing)
    return empty, skip_stack, *rest
