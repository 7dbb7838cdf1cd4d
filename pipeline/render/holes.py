"""White holes: text that comes after a figure, a table or a box may fill the page before it.

A block that is not broken moves to the next page when it does not fit, and leaves the rest of its page empty.
The engine has no floats, so the press lets paragraphs that follow the block stand before it. Headings and other
blocks are never passed, and a block with notes passes no paragraph with notes: their marks stay in order. Where
nothing may fill a large hole, a table or a box is broken after all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.render.pages import Layout

SMALLEST = 75.0  # px, four lines: less white is left alone
LARGE = 190.0  # px, ten lines: enough for the beginning of a table
_HIGH = 300.0  # px; a lower table looks worse broken than a hole does
BROKEN = -1  # instead of a number of followers: the block may be broken
_MOST = 5  # paragraphs that a block may move down
_FLOATS = ("figure", "table", "box")
_PASSED = ("p", "ul", "ol", "blockquote")


@dataclass(frozen=True, slots=True)
class Follower:
    """A paragraph or list that may stand before the block: its key (`data-flow`) and the notes called in it."""

    key: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Floating:
    """A block that may move down.

    Attributes:
        key: its `data-flow`.
        chapter: the id of its section.
        alone: whether it has pages of its own (landscape, long and wide).
        breakable: whether it is kept whole only to look better.
        followers: what it may pass, in order.
    """

    key: str
    chapter: str
    alone: bool
    breakable: bool
    followers: tuple[Follower, ...]


def floating(root: etree._Element) -> tuple[Floating, ...]:
    """Give everything in the flow of the chapters a key; return the blocks that may move."""
    found = []
    number = 0
    for matter in root.iter("div"):
        if "matter" not in _names(matter):
            continue
        section = next((a for a in matter.iterancestors("section")), matter)
        children = [child for child in matter if isinstance(child.tag, str)]
        for child in children:
            number += 1
            child.set("data-flow", f"flow-{number}")
        for index, child in enumerate(children):
            if _names(child) & set(_FLOATS):
                names = _names(child)
                alone = "landscape" in names or ({"table", "wide"} <= names and "whole" not in names)
                followers = _followers(child, children[index + 1 :])
                key = child.get("data-flow", "")
                breakable = "whole" in names and not alone
                found.append(Floating(key, section.get("id", ""), alone, breakable, followers))
    return tuple(found)


def move(root: etree._Element, moved: Mapping[str, int], blocks: tuple[Floating, ...]) -> None:
    """Put each block after as many of its followers as `moved` says, or let it be broken."""
    elements = {element.get("data-flow", ""): element for element in root.iter(etree.Element)}
    for block in blocks:
        count = moved.get(block.key, 0)
        if count == BROKEN:
            names = elements[block.key].get("class", "").split()
            elements[block.key].set("class", " ".join(name for name in names if name != "whole"))
        elif count:
            elements[block.followers[count - 1].key].addnext(elements[block.key])


def fill(layout: Layout, blocks: tuple[Floating, ...], moved: Mapping[str, int]) -> dict[str, int]:
    """How far blocks have to move down: one more block in each chapter, the first that leaves a hole."""
    taught = dict(moved)
    done: set[str] = set()
    for block in blocks:
        if block.chapter in done or block.key in moved:
            continue
        count = _count(layout, block)
        if count:
            taught[block.key] = count
            done.add(block.chapter)
    return taught


def is_decided(layout: Layout, block: Floating) -> bool:
    """Whether the pages so far show how a hole before a block would be filled: what comes after it stands, too."""
    at = layout.flow[block.key]
    if at.page + 1 >= len(layout.rooms):
        return False
    last = len(layout.rooms) - 1
    hole = layout.rooms[at.page - 1].foot - layout.filled[at.page - 1] if at.page else 0.0
    used = 0.0
    for follower in block.followers[:_MOST]:
        piece = layout.flow.get(follower.key)
        if piece is None or max(piece.page, piece.last) >= last:
            return False  # it may go on on the next page
        used += piece.height
        if used >= hole:
            break
    return True


def _count(layout: Layout, block: Floating) -> int:
    """How many followers fill the hole before a block; BROKEN; or 0 when there is no hole, or no help."""
    at = layout.flow.get(block.key)
    if at is None or at.page == 0 or at.top > layout.rooms[at.page].top + 1:
        return 0
    before = at.page - 1
    if block.chapter not in layout.sections[before]:
        return 0
    hole = layout.rooms[before].foot - layout.filled[before]
    if hole < SMALLEST:
        return 0
    used = 0.0
    for count, follower in enumerate(block.followers[:_MOST], start=1):
        piece = layout.flow.get(follower.key)
        height = piece.height if piece is not None else 0.0
        height += sum(layout.note_heights.get(note, 0.0) for note in follower.notes)
        if block.alone and used + height > hole:  # what is left over would stand alone on a page
            return count - 1
        used += height
        if used >= hole:
            return count
    if block.breakable and hole - used > LARGE and at.height > _HIGH:
        return BROKEN
    return min(len(block.followers), _MOST)


def _followers(block: etree._Element, after: list[etree._Element]) -> tuple[Follower, ...]:
    has_notes = any("noteref" in _names(link) for link in block.iter("a"))
    followers = []
    for element in after:
        notes = tuple(e.get("id", "") for e in element.iter("div") if "footnote" in _names(e))
        if "side" not in _names(element) and (element.tag not in _PASSED or (has_notes and notes)):
            break
        followers.append(Follower(element.get("data-flow", ""), notes))
    while followers and _is_side(after[len(followers) - 1]):  # a side note stays with the text before it
        followers.pop()
    return tuple(followers)


def _is_side(element: etree._Element) -> bool:
    return "side" in _names(element)


def _names(element: etree._Element) -> set[str]:
    return set(element.get("class", "").split())
