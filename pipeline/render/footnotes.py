"""Notes at the foot of the page, of any length: each begins on the page of its call and goes on on the next ones.

WeasyPrint 70.0 never divides a note. One that does not fit moves to the next page, away from its call; one that is
higher than the page runs out of it; and when room is made for a line by moving the notes of earlier lines, the notes
of that line are lost (docs/upstream/lost-footnotes.md). Inside `continued` notes are divided, as TeX and Typst do it:

* every note is printed, whole, once, and begins on the page of its call;
* what does not fit stands first at the foot of the next page, before the notes that are called there;
* no note waits for a long one to end: the long one gives way, and goes on a page later;
* where a note may be divided, its orphans, widows and break-inside say. They are set aside only when a note could not
  begin on its page otherwise, and when not even one line of it has room there, it begins on the next page;
* with long notes, the foot takes at most `footnotes_area.CEILING` of the text area as long as there is text to print,
  or the `max-height` of `@footnote` if a style sheet gives one.

The boxes of all parts of a note have the same element, so that a structure tree can have one Note with content on
several pages (ISO 32000-1, 14.7.4); `part_of` says which part a box is, and whether it is "continued".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.render.footnotes_foot import NotePart
from pipeline.render.footnotes_layout import hooks
from pipeline.render.leaning import replacing

LEANED_UPON = {
    "weasyprint.document:Document._render": "ebaceeb0fa8e79aa",
    "weasyprint.formatting_structure.build:element_to_box": "2d0a37e45b7f3e0c",
    "weasyprint.formatting_structure.build:create_anonymous_boxes": "f1e76cc779a89855",
    "weasyprint.layout:layout_document": "a5cbf437e99caf72",
    "weasyprint.layout:LayoutContext.__init__": "f687f507fee8883e",
    "weasyprint.layout:LayoutContext.layout_footnote": "5075f64aaae4a32d",
    "weasyprint.layout:LayoutContext.unlayout_footnote": "c7c223cf4a0fda54",
    "weasyprint.layout:LayoutContext.report_footnote": "f05bad3895c6824c",
    "weasyprint.layout:LayoutContext._update_footnote_area": "2e317e4b066fb80c",
    "weasyprint.layout.page:make_page": "656f183328e8b1b5",
    "weasyprint.layout.page:remake_page": "1ff09b2dffa17839",
    "weasyprint.layout.page:make_all_pages": "b5e4034894841caa",
    "weasyprint.layout.block:block_level_layout": "c1301dde9284e245",
    "weasyprint.layout.block:block_container_layout": "65842ca53a8391eb",
    "weasyprint.layout.block:_linebox_layout": "e07bbe000974787e",
    "weasyprint.layout.block:_break_line": "2b92255d94ab45f7",
    "weasyprint.layout.block:remove_placeholders": "ce16d97a1caacea0",
    "weasyprint.layout.inline:iter_line_boxes": "04aec48abfcad809",
    "weasyprint.layout.column:columns_layout": "7a05cce3272fc581",
    "weasyprint.layout.column:_report_footnotes": "0e9226e4e92830f0",
}
"""The engine's functions that are replaced here, that call what is replaced, or that it relies on: their digests."""


@contextmanager
def continued() -> Iterator[bool]:
    """Let notes continue on the next page in every layout (`HTML.render`) that is made inside.

    Names of the engine are replaced meanwhile, for the whole process: one thread only.

    Yields:
        Whether notes are continued. With another version of the engine they are not, and nothing is replaced.
    """
    with replacing(hooks()) as active:
        yield active


def part_of(box: Any) -> NotePart | None:
    """Which part of a note a laid-out box is; None for a box that is no note at the foot of a page."""
    part = getattr(box, "note_part", None)
    return part if isinstance(part, NotePart) else None
