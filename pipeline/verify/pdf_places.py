"""Places in a PDF, and what leads to them: boxes of pages, destinations, links.

All measures are PDF units (72 to the inch) from the bottom left corner of the page; pages count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

from pipeline.verify.pdf_page import Box, Run, reach

LINK_SLACK = 1.5
"""How far beside a link the middle of a text may lie that it covers."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to go to; `top` is None where only the page is said."""

    page: int
    top: float | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link annotation.

    Attributes:
        page: where it stands.
        box: the part of the page that it covers.
        name: the destination that it names, or "".
        uri: the address that it opens, or "".
        broken: why it leads nowhere by itself, or "".
    """

    page: int
    box: Box
    name: str
    uri: str
    broken: str = ""

    def covers(self, run: Run, slack: float = LINK_SLACK) -> bool:
        """Whether the middle of a text lies in it."""
        x, y = run.middle
        left, bottom, right, top = self.box
        return left - slack <= x <= right + slack and bottom - slack <= y <= top + slack


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline; `at` is None when it leads nowhere."""

    title: str
    at: Destination | None


def item_of(holder: Any, key: str) -> Any:
    """An entry of a dictionary; None where there is none."""
    return holder.get(key) if isinstance(holder, pikepdf.Dictionary) else None


def box_of(array: Any) -> Box:
    """A rectangle, whichever of its corners are said (ISO 32000-2, 7.9.5)."""
    x1, y1, x2, y2 = (float(number) for number in array)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def bleed_of(page: Any, box: Box) -> Box | None:
    """The rectangle up to which a page bleeds, if it does; its default is the page itself (ISO 32000-2, table 31)."""
    array = page.obj.get("/BleedBox")
    bleed = box_of(array) if array is not None else box
    return bleed if reach(bleed, box) > 0 else None


def destination_of(value: Any, numbers: Mapping[tuple[int, int], int]) -> Destination | None:
    """An explicit destination, or one that a dictionary holds (ISO 32000-2, 12.3.2)."""
    if isinstance(value, pikepdf.Dictionary):
        value = value.get("/D")
    if not isinstance(value, pikepdf.Array) or not len(value):
        return None
    target = value[0]
    page = numbers.get(target.objgen) if isinstance(target, pikepdf.Dictionary) else None
    if page is None:
        return None
    place = {"/XYZ": 3, "/FitH": 2, "/FitBH": 2}.get(str(value[1]) if len(value) > 1 else "")
    top = value[place] if place is not None and len(value) > place else None
    return Destination(page, None if top is None else float(top))


def destinations_of(root: Any, numbers: Mapping[tuple[int, int], int]) -> dict[str, Destination]:
    """The named destinations of a file that lead to one of its pages.

    Args:
        root: its catalog.
        numbers: of the pages, by those of their objects.
    """
    named: dict[str, Any] = {}
    tree = item_of(root.get("/Names"), "/Dests")
    if tree is not None:
        named.update((str(name), value) for name, value in pikepdf.NameTree(tree).items())
    old = root.get("/Dests")
    if isinstance(old, pikepdf.Dictionary):
        named.update((name.removeprefix("/"), value) for name, value in old.items())
    found = ((name, destination_of(value, numbers)) for name, value in named.items())
    return {name: place for name, place in found if place is not None}


def links_of(page: Any, number: int, numbers: Mapping[tuple[int, int], int]) -> Iterator[Link]:
    """The links on a page.

    Args:
        page: the page, as pikepdf has it.
        number: its own.
        numbers: of all pages, by those of their objects.
    """
    for note in page.obj.get("/Annots") or ():
        if not isinstance(note, pikepdf.Dictionary) or note.get("/Subtype") != "/Link":
            continue
        box = box_of(note.get("/Rect", (0, 0, 0, 0)))
        action, target = note.get("/A"), note.get("/Dest")
        kind = str(item_of(action, "/S") or "")
        if kind == "/GoTo":
            target = item_of(action, "/D")
        if kind == "/URI":
            yield Link(number, box, "", str(item_of(action, "/URI") or ""))
        elif isinstance(target, (pikepdf.String, pikepdf.Name)):
            yield Link(number, box, str(target).removeprefix("/"), "")
        elif target is not None:
            broken = "" if destination_of(target, numbers) else "its page does not exist"
            yield Link(number, box, "", "", broken)
        else:
            yield Link(number, box, "", "", f"it does {kind}" if kind else "it says no target")
