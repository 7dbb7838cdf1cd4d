"""Boxes of the layout engine (WeasyPrint 70.0) as the foot of a page needs them: notes to be cut, pages to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure import boxes, build

from pipeline.render.footnotes_area import Piece


def note_box(note: Any, area: Any) -> Any:
    """The box of a note as the engine would make it for its area; made anew, for page numbers in it may change."""
    holder = area.copy()
    holder.children = [note.deepcopy()]
    # The engine forgets both for notes: a line break in the source would be one in print.
    holder.process_whitespace()
    holder.process_text_transform()
    children = build.create_anonymous_boxes(holder).children
    if len(children) == 1 and isinstance(children[0], boxes.BlockBox):
        return children[0]
    return boxes.BlockBox.anonymous_from(note, children)


def line_ends(piece: Piece) -> list[float]:
    """How far down from the top of a piece its lines end."""
    top = piece.box.border_box_y() - piece.top
    return sorted({box.position_y + box.height - top for box in _lines(piece.box)})


def _lines(root: Any) -> Iterator[Any]:
    """The lines of text of a box; not those that are there for an empty mark only, and have no height."""
    return (box for box in root.descendants() if isinstance(box, boxes.LineBox) and box.height > 0)


def shows_something(root: Any) -> bool:
    """Whether a piece of a note has anything to read or to look at."""
    return any(_lines(root)) or any(isinstance(box, boxes.ReplacedBox) for box in root.descendants())


def trim(box: Any) -> None:
    """Take back the height that the engine gives a broken box, so that it reaches the end of the page."""
    last = next((child for child in reversed(box.children) if child.is_in_normal_flow()), None)
    if last is not None and isinstance(box, boxes.BlockContainerBox) and box.style["height"] == "auto":
        trim(last)
        box.height = last.position_y + last.margin_height() - box.content_box_y()


def calls(root: Any) -> Iterator[Any]:
    """The notes called in a box, in the order of the text; also in what the engine has only put aside so far."""
    pending = [root]
    while pending:
        box = pending.pop()
        box = getattr(box, "_box", box)
        if box is not None:
            if box.footnote is not None:
                yield box.footnote
            pending.extend(reversed(box.children))


def lowest(root: Any) -> float:
    """How far down the page its text, pictures, rules and grounds go; what is out of the flow does not count."""
    bottom = 0.0
    pending = [] if root is None else [root]
    while pending:
        box = pending.pop()
        if not isinstance(box, boxes.Box):
            continue  # a placeholder
        clipped = box.style["overflow"] != "visible" and box.style["height"] != "auto"
        if isinstance(box, boxes.LineBox):
            bottom = max(bottom, box.position_y + box.height)
        elif clipped or isinstance(box, boxes.ReplacedBox) or _is_drawn(box):
            bottom = max(bottom, box.border_box_y() + box.border_height())
        if not clipped:
            pending.extend(box.children)
    return bottom


def _is_drawn(box: Any) -> bool:
    """Whether one sees where a box ends; the grounds of the outermost boxes belong to the page."""
    if box.element_tag in ("html", "body") or not isinstance(box, (boxes.BlockLevelBox, boxes.TableCellBox)):
        return False
    ground = box.style["background_color"]
    return bool(
        box.border_bottom_width
        or ground == "currentcolor"
        or ground.alpha > 0
        or any(kind != "none" for kind, _ in box.style["background_image"])
    )


def torn(root: Any, resume_at: Any) -> bool:
    """Whether a page ends within a block that is not to be divided (`break-inside: avoid`).

    Args:
        root: the text of the document, before layout.
        resume_at: where the next page begins.
    """
    box = root
    while resume_at:
        index, resume_at = next(iter(resume_at.items()))
        if index >= len(box.children):
            return False  # within a text
        box = box.children[index]
        if resume_at is not None and box.style["break_inside"] in ("avoid", "avoid-page"):
            return True
    return False
