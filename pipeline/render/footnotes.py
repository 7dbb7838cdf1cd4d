"""Notes at the foot of the page, of any length: each begins on the page of its call and goes on on the next ones.

WeasyPrint 70.0 never divides a note. One that does not fit moves to the next page, away from its call; one that is
higher than the page runs out of it; and when room is made for a line by moving the notes of earlier lines, the notes
of that line are lost (docs/upstream/lost-footnotes.md). Inside `continued` it divides them, as TeX and Typst do:

* every note is printed, whole, once, and begins on the page of its call;
* what does not fit stands first at the foot of the next page, before the notes called there;
* no note waits for a long one to end: the long one gives way, and goes on a page later;
* where a note may be divided, its orphans, widows and break-inside say; the press only cuts closer when a note
  could not begin on its page otherwise;
* with long notes, the foot takes at most `footnotes_area.CEILING` of the text area as long as there is text to print,
  or the `max-height` of `@footnote` if a style sheet gives one.

The box of each part has an attribute `note_part` (`part_of`), and the same element as all its parts: a structure
tree has one Note for them, with content on each of their pages (ISO 32000-1, 14.7.4), and may say "continued" there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import weasyprint
from weasyprint import document, layout
from weasyprint.formatting_structure import build
from weasyprint.layout import LayoutContext, block, column, inline, page

from pipeline.render.footnotes_foot import NotePart
from pipeline.render.footnotes_layout import hooks

VERSION = "70.0"

_LEANED_UPON = {
    "document.Document._render": (document.Document._render, ""),
    "build.element_to_box": (build.element_to_box, ""),
    "build.create_anonymous_boxes": (build.create_anonymous_boxes, ""),
    "layout.layout_document": (layout.layout_document, ""),
    "LayoutContext.__init__": (LayoutContext.__init__, ""),
    "LayoutContext.layout_footnote": (LayoutContext.layout_footnote, ""),
    "LayoutContext.unlayout_footnote": (LayoutContext.unlayout_footnote, ""),
    "LayoutContext.report_footnote": (LayoutContext.report_footnote, ""),
    "LayoutContext._update_footnote_area": (LayoutContext._update_footnote_area, ""),
    "page.make_page": (page.make_page, ""),
    "page.remake_page": (page.remake_page, ""),
    "page.make_all_pages": (page.make_all_pages, ""),
    "block.block_level_layout": (block.block_level_layout, ""),
    "block.block_container_layout": (block.block_container_layout, ""),
    "block._linebox_layout": (block._linebox_layout, ""),
    "block._break_line": (block._break_line, ""),
    "block.remove_placeholders": (block.remove_placeholders, ""),
    "inline.iter_line_boxes": (inline.iter_line_boxes, ""),
    "column.columns_layout": (column.columns_layout, ""),
    "column._report_footnotes": (column._report_footnotes, ""),
}


@contextmanager
def continued() -> Iterator[bool]:
    """Let notes continue on the next page in every layout (`HTML.render`) that is made inside.

    Names of the engine are replaced meanwhile, for the whole process: one thread only.

    Yields:
        Whether notes are continued. With another version of the engine they are not, and nothing is replaced.
    """
    if weasyprint.__version__ != VERSION:
        yield False
        return
    replaced = [(module, name, getattr(module, name), new) for module, name, new in hooks()]
    try:
        for module, name, _, new in replaced:
            setattr(module, name, new)
        yield True
    finally:
        for module, name, old, _ in replaced:
            setattr(module, name, old)


def part_of(box: Any) -> NotePart | None:
    """Which part of a note a laid-out box is; None for a box that is no note at the foot of a page."""
    part = getattr(box, "note_part", None)
    return part if isinstance(part, NotePart) else None
