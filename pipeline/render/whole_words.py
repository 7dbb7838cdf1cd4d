"""Words that are too long for what is left of a line go to the next one whole, also within emphasis.

With `overflow-wrap: break-word` a word may be divided anywhere, but only where it is alone on its line. WeasyPrint 70.0
takes every text for the first one on its line as long as the first element of the line has not ended, and divides
`Asia-Plus` after the A when it comes late in that element (docs/upstream/words-divided.md). Here the place of a text
says whether it is the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline

from pipeline.render.leaning import replacing

LEANED_UPON = {
    "weasyprint.layout.inline:get_next_linebox": "67af458c2545e74f",
    "weasyprint.layout.inline:split_inline_box": "3a0cb7ca7e34c7ef",
    "weasyprint.layout.inline:split_inline_level": "d98c008c8fc00582",
    "weasyprint.layout.inline:split_text_box": "8c564329599ef23f",
}
"""The engine's functions that are replaced here, or that call what is replaced: digests of their text."""

_NEAR = 0.01  # px

_split_inline_box = inline.split_inline_box
_split_inline_level = inline.split_inline_level
_split_text_box = inline.split_text_box


@contextmanager
def kept_whole() -> Iterator[None]:
    """Keep words whole in every layout that is made inside (see `leaning.replacing`)."""
    lines = _Lines()
    names = (
        (inline, "split_inline_box", lines.inline_box),
        (inline, "split_inline_level", lines.inline_level),
        (inline, "split_text_box", lines.text_box),
    )
    with replacing(names):
        yield


class _Lines:
    """Knows where the text of the line begins that is being made, in CSS pixels from the left."""

    def __init__(self) -> None:
        self._start = 0.0
        self._first = True

    def inline_box(self, context: Any, box: Any, x: float, max_x: float, bottom: float, skip: Any, *more: Any) -> Any:
        """A line, or an inline element on it."""
        if isinstance(box, boxes.LineBox):  # a line within a line, too: that of an inline block
            around, self._start = self._start, x
            try:
                return _split_inline_box(context, box, x, max_x, bottom, skip, *more)
            finally:
                self._start = around
        if self._is_first(x) and skip is None:
            self._start = x + box.margin_left + box.border_left_width + box.padding_left
        return _split_inline_box(context, box, x, max_x, bottom, skip, *more)

    def inline_level(self, context: Any, box: Any, x: float, *more: Any) -> Any:
        """Something on a line."""
        self._first = self._is_first(x)
        return _split_inline_level(context, box, x, *more)

    def text_box(self, context: Any, box: Any, width: Any, skip: Any, is_line_start: bool = True) -> Any:
        """A text: `is_line_start` says whether it may be divided anywhere."""
        return _split_text_box(context, box, width, skip, is_line_start=is_line_start and self._first)

    def _is_first(self, x: float) -> bool:
        return x <= self._start + _NEAR
