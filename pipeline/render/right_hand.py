"""Pages laid out as right-hand pages, every one, with what their margins show on either side (WeasyPrint 70.0).

Left pages have the same text area as right ones, in another place. So a gathering is laid out without knowing where
in the report it stands, and a page that comes to stand on the left is moved when it is printed. Two things are kept
apart from the pages: the boxes in their margins, which are made for both sides, and the numbers in these, which are
those of a page `SENTINEL` until the pages of the whole report are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from weasyprint import layout
from weasyprint.formatting_structure import boxes
from weasyprint.layout import page as page_layout
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.percent import resolve_percentages

from pipeline.render.leaning import replacing

SENTINEL = 888
"""The number that every page has for the boxes in its margins: a rare one, as digits and as a roman numeral."""

_COUNTED = ("page", "pages")
_SIDES = ("left", "right", "recto", "verso")
_PageType = page_layout.PageType
_make_margin_boxes = layout.make_margin_boxes


class BoundToSideError(Exception):
    """The pages cannot be laid out without knowing which are left ones; the message says why."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What stands in the margins of a page: boxes for a right-hand page, and for a left-hand one.

    Attributes:
        right, left: the boxes.
        shift: how far the text area of a left-hand page is from that of a right-hand one, in pixels.
    """

    right: Any
    left: Any
    shift: float


@contextmanager
def right_hand_pages(html: Any, *, blank: bool = False) -> Iterator[list[Margins]]:
    """Lay out what is rendered inside as right-hand pages without anything in their margins.

    Args:
        html: the tree that is rendered, as the engine has it.
        blank: whether the pages are ones that were left empty (`:blank`).

    Yields:
        The margins of each page, once they are laid out.

    Raises:
        BoundToSideError: from the layout, when it depends on the side of a page.
    """
    found: list[Margins] = []
    alike: dict[tuple[Any, ...], Margins] = {}  # by all that decides what stands in the margins of a page

    def margins_apart(context: Any, page: Any, state: Any) -> tuple[()]:
        if found and context.page_maker[context.current_page - 1][1]["break"] in _SIDES:
            raise BoundToSideError("something within a chapter asks for a left page or for a right one")
        kind = _kind(context, page, state)
        if kind not in alike:
            right = _shell(context, page.page_type, html)
            left = _shell(context, page.page_type._replace(side="left"), html)
            if (left.width, left.height) != (page.width, page.height):
                raise BoundToSideError("left pages have a text area of another size than right ones")
            for shell in (right, left):
                _fill(context, shell, state)
            alike[kind] = Margins(right, left, left.content_box_x() - page.content_box_x())
        found.append(alike[kind])
        return ()

    replaced = (
        (layout, "make_margin_boxes", margins_apart),
        (page_layout, "PageType", lambda side, empty, *rest: _PageType("right", empty or blank, *rest)),
        (page_layout, "set_page_type_computed_styles", _style_page),
    )
    with replacing(replaced):
        yield found


def _style_page(page_type: Any, html: Any, style_for: Any) -> None:
    """The engine's `set_page_type_computed_styles`, without looking for the page's boxes among all elements."""
    style_for.add_page_declarations(page_type)
    root = html.etree_element
    style_for.set_computed_styles(page_type, root=root, parent=root, base_url=html.base_url)
    cascaded = style_for.get_cascaded_styles()
    rules = (rule for sheet, *_ in style_for._sheets for rule in sheet.page_rules)
    for pseudo_type in sorted({selector[1] for _, selectors, _ in rules for selector in selectors if selector[1]}):
        if (page_type, pseudo_type) in cascaded:
            style_for.set_computed_styles(
                page_type, pseudo_type=pseudo_type, root=root, parent=page_type, base_url=html.base_url
            )


def _kind(context: Any, page: Any, state: Any) -> tuple[Any, ...]:
    """All that decides what stands in the margins of a page: the rules for it, and the words they may name."""
    style_for, number = context.style_for, context.current_page
    types = (page.page_type, page.page_type._replace(side="left"))
    rules = tuple(
        style_for._page_type_match(selector[2], page_type)
        for sheet, *_ in style_for._sheets
        for _, selectors, _ in sheet.page_rules
        for selector in selectors
        for page_type in types
    )
    strings = tuple(
        (name, tuple(by_page.get(number, ())), _last_before(by_page, number))
        for name, by_page in sorted(context.string_set.items())
    )
    counters = tuple(sorted((name, tuple(values)) for name, values in state[1].items() if name not in _COUNTED))
    running = number if any(any(pages.values()) for pages in context.running_elements.values()) else 0
    return rules, strings, counters, running


def _last_before(by_page: Mapping[int, list[str]], number: int) -> str:
    before = [page for page, texts in by_page.items() if page < number and texts]
    return by_page[max(before)][-1] if before else ""


def _shell(context: Any, page_type: Any, html: Any) -> Any:
    """A page of that type without any text."""
    if context.style_for(page_type) is None:
        _style_page(page_type, html, context.style_for)
    style = context.style_for(page_type)
    shell = boxes.PageBox(page_type, style)
    size = style["size"]
    resolve_percentages(shell, size)
    shell.position_x = shell.position_y = 0
    page_layout.page_width(shell, context, size[0])
    page_layout.page_height(shell, context, size[1])
    return shell


def _fill(context: Any, shell: Any, state: Any) -> None:
    quote_depth, counters, scopes, groups = state
    numbered = (quote_depth, {**counters, "page": [SENTINEL]}, scopes, groups)
    shell.children = tuple(_make_margin_boxes(context, shell, numbered))
    for box in shell.children:
        layout_box_backgrounds(shell, box, context.get_image_from_uri)
