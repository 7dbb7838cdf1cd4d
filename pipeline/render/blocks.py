"""The blocks of the text, numbered in the markup that every edition is made from, and the letters of each.

Editions break, move and rewrite what stands around a block, never its letters. So a place in one edition is found
in another by the number of its block and the letters before it. Spaces and soft hyphens do not count, because
lines are broken there; a picture, and the name of a page that only paper has, count as one letter each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lxml import etree

from pipeline.document import Chapter, Document

BLOCK = "data-block"
"""The attribute that holds a block's key, "sec-x/12"; it is never part of a finished edition."""

UNIT = "\ufffc"
"""Stands for what is no text and has a place in it (U+FFFC, object replacement character)."""

_BLOCKS = frozenset(
    (
        *("p", "li", "dt", "dd", "td", "th", "caption", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("pre", "blockquote", "figure", "div", "section", "aside", "header", "footer", "address", "details"),
    )
)
_UNITS = frozenset(("img", "svg", "math", "object"))
_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


Order: TypeAlias = tuple[int, int, int]
"""Where something stands in a chapter; orders can be compared."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of a block, or what counts as one letter of it.

    Attributes:
        element: what holds it.
        field: where: "text", "tail", or "" when it is the element itself, whose text is then `UNIT`.
        text: the text.
        behind: the number of the last block inside the block that ends before it, or 0.
    """

    element: Any
    field: str
    text: str
    behind: int


def with_blocks(document: Document) -> Document:
    """The document with a key on every block of its chapters.

    A chapter that is not well-formed stays as it is: the writer that parses it tells what is wrong.
    """
    return replace(document, chapters=tuple(map(_with_blocks, document.chapters)))


def _with_blocks(chapter: Chapter) -> Chapter:
    try:
        lead, body = (etree.fromstring(f"<div>{text}</div>", _PARSER) for text in (chapter.lead, chapter.html))
    except (etree.XMLSyntaxError, ValueError):  # ValueError: a character that XML forbids
        return chapter
    number_blocks(chapter.id, lead, body)
    return replace(chapter, lead=_inner(lead), html=_inner(body))


def number_blocks(chapter: str, lead: etree._Element, body: etree._Element) -> None:
    """Put keys on the blocks of a chapter, in the order of its text: those of the lead, then the others.

    Args:
        chapter: its id.
        lead: the lead, inside an element that is not part of it.
        body: the text below the title, in the same way.
    """
    number = 0
    for root in (lead, body):
        for element in root.iter(etree.Element):
            if element is not root and _name(element) in _BLOCKS:
                number += 1
                element.set(BLOCK, f"{chapter}/{number}")


def number_of(key: str) -> int:
    """The number in a block's key; 0 for "", the title."""
    number = key.rpartition("/")[2]
    return int(number) if number.isdecimal() else 0


def pieces(block: Any) -> tuple[Piece, ...]:
    """What a block itself holds, without the blocks inside it and the notes that stand behind their calls."""
    found: list[Piece] = []
    _collect(block, 0, found)
    return tuple(found)


def _collect(element: Any, behind: int, found: list[Piece]) -> int:
    if element.text:
        found.append(Piece(element, "text", element.text, behind))
    for child in element:
        if isinstance(child.tag, str):
            if is_unit(child):
                found.append(Piece(child, "", UNIT, behind))
            elif child.get(BLOCK) is not None:
                behind = max(number_of(inside.get(BLOCK, "")) for inside in child.iter())
            elif "footnote" not in child.get("class", "").split():
                behind = _collect(child, behind, found)
        if child.tail:
            found.append(Piece(child, "tail", child.tail, behind))
    return behind


def letters_of_block(block: Any) -> str:
    """The letters of a block, as places in it are counted."""
    return "".join(letters(piece.text) for piece in pieces(block))


def order_in(block: Any, offset: int) -> Order:
    """Where a letter of a block stands among the letters of its chapter.

    A picture below its caption belongs to the figure around both, and stands behind the caption all the same.
    """
    seen = behind = 0
    for piece in pieces(block):
        seen += len(letters(piece.text))
        behind = piece.behind
        if seen > offset:
            break
    return (behind, 1, offset) if behind else (number_of(block.get(BLOCK, "")), 0, offset)


def letters(text: str) -> str:
    """The letters of a text: without spaces and what is not seen, capitals and small letters alike.

    Capitals count as what they are folded to (Unicode, 3.13), since a style sheet may ask for them.
    """
    return _UNSEEN.sub("", text.casefold())


def is_unit(element: Any) -> bool:
    """Whether an element counts as one letter, whatever is in it."""
    return _name(element) in _UNITS or "pageref" in element.get("class", "").split()


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _inner(root: etree._Element) -> str:
    text = etree.tostring(root, encoding="unicode")
    return text[len("<div>") : -len("</div>")] if text.endswith("</div>") else ""
