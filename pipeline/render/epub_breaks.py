"""The page breaks of the printed edition in the EPUB (EPUB Accessibility 1.1, "Page navigation").

A marker stands before the first word that a printed page shows and no page before it showed; a divided word is not
divided again: its marker stands before all of it. Two cases need a rule. A page without words of the text (empty,
or with nothing but notes) is marked where the text before it ends. And no marker stands before that of an earlier
page, so that the list is in reading order even where paragraphs passed a figure on paper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.render.blocks import BLOCK, Order, letters, letters_of_block, order_in, pieces
from pipeline.render.epub_markup import EPUB_TYPE, XHTML, elements, local_name
from pipeline.render.pagemap import PageMap, Place

PAGE_NOT_FOUND = declare(
    "EPUB107",
    "epub-page-not-found",
    Severity.ERROR,
    """
    The words with which a printed page begins are not where they should be in the EPUB, so the page cannot be
    marked in it.

    Both editions are made from one text. A print template of the report that changes the text of a chapter, and
    not only what is around it, is the likely cause.
    """,
)

_PLAIN = re.compile(r"[A-Za-z0-9.-]+")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNSPACED = re.compile(  # scripts that put no spaces between words: there a line ends anywhere
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_IN_WORDS = frozenset("'\u2019\u02bc\u00ad\u200c\u200d\u2060")
_CLOSING: Order = (1 << 30, 0, 0)
_OPENING: Order = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """The marker of a page: its id, and what the page is called."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A line of the page list."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A section of the book, as far as markers can stand in it.

    Attributes:
        id: of the chapter or part, or of a page of the press's own ("contents").
        file: its content document.
        roots: the parts of its text, with keys on their blocks; they are changed.
        lines: the links of the contents in it ("#sec-x"), in order.
        opens_untitled: whether the printed edition leaves out its heading.
    """

    id: str
    file: str
    roots: tuple[etree._Element, ...] = ()
    lines: tuple[str, ...] = ()
    opens_untitled: bool = False


@dataclass(frozen=True, slots=True)
class Breaks:
    """The markers that templates place, and the page list.

    Attributes:
        opening: of each section, the markers at its beginning.
        closing: those at its end.
        lines: those at lines of the contents, by the link of the line.
        links: the page list.
    """

    opening: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    closing: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    lines: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    links: tuple[PageLink, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a marker stands: the section, and the place in it; `block` is None at its beginning and end."""

    leaf: int
    order: Order
    block: etree._Element | None = None
    offset: int = 0
    line: str = ""


def put_breaks(
    page_map: PageMap, leaves: Sequence[Leaf], taken: frozenset[str], place: Span
) -> tuple[Breaks, tuple[Diagnostic, ...]]:
    """Put the markers into the text of the chapters, and say where the others stand.

    Args:
        page_map: the pages of the printed edition.
        leaves: the sections of the book in reading order; markers are put into their trees.
        taken: the ids of the book, of which no marker takes one.
        place: where findings point to.
    """
    faults: list[Diagnostic] = []
    blocks = {e.get(BLOCK, ""): e for leaf in leaves for root in leaf.roots for e in elements(root) if e.get(BLOCK)}
    known = {leaf.id: number for number, leaf in enumerate(leaves)}
    found: list[_Spot | None] = []
    for page in page_map.pages:
        spot = _spot(page.place, leaves, known, blocks)
        if isinstance(spot, str):
            faults.append(PAGE_NOT_FOUND.at(place, f"page {page.label} of the PDF begins with {spot}"))
            spot = None
        found.append(spot)
    spots = _in_order(_filled(found, leaves))
    marks = _marks(page_map, taken)
    links = [
        PageLink(mark.label, f"{leaves[spot.leaf].file}#{mark.id}") for mark, spot in zip(marks, spots, strict=True)
    ]
    opening: dict[str, tuple[Mark, ...]] = {}
    closing: dict[str, tuple[Mark, ...]] = {}
    lines: dict[str, tuple[Mark, ...]] = {}
    inside: list[tuple[_Spot, Mark]] = []
    for spot, mark in zip(spots, marks, strict=True):
        if spot.block is not None:
            inside.append((spot, mark))
        elif spot.line:
            lines[spot.line] = (*lines.get(spot.line, ()), mark)
        else:
            edge = closing if spot.order == _CLOSING else opening
            id = leaves[spot.leaf].id
            edge[id] = (*edge.get(id, ()), mark)
    for spot, mark in reversed(inside):  # backwards, so that the places before a marker stay where they are
        assert spot.block is not None
        _insert(spot.block, spot.offset, mark)
    return Breaks(opening, closing, lines, tuple(links)), tuple(faults)


def _spot(
    place: Place | None, leaves: Sequence[Leaf], known: Mapping[str, int], blocks: Mapping[str, etree._Element]
) -> _Spot | str | None:
    """Where a page begins; its first words when they are not there; None when the book has none of it."""
    if place is None or place.section not in known:
        return None
    number = known[place.section]
    leaf = leaves[number]
    if not place.block:
        return _Spot(number, _OPENING)
    if place.block.startswith("#"):
        if place.block not in leaf.lines:
            return None
        return _Spot(number, (1 + leaf.lines.index(place.block), 0, 0), line=place.block)
    block = blocks.get(place.block)
    if block is None or not letters_of_block(block).startswith(place.words, place.offset):
        return f'"{place.words}", and the EPUB does not have these words there'
    if leaf.opens_untitled and place.offset == 0 and _is_first(block, leaf):
        return _Spot(number, _OPENING)
    return _Spot(number, order_in(block, place.offset), block, place.offset)


def _is_first(block: etree._Element, leaf: Leaf) -> bool:
    texts = (e for root in leaf.roots for e in elements(root) if e.get(BLOCK) and letters_of_block(e))
    return next(texts, None) is block


def _filled(found: Sequence[_Spot | None], leaves: Sequence[Leaf]) -> list[_Spot]:
    """A place for the pages that have no words of the text: where the text before them ends."""
    filled: list[_Spot] = []
    following = _Spot(len(leaves), _OPENING)
    for spot in reversed(found):
        if spot is not None:
            following = spot
        elif following.block is None and following.order == _OPENING:  # the next page begins a section
            before = following.leaf - 1
            following = _Spot(max(before, 0), _CLOSING if before >= 0 else _OPENING)
        filled.append(following)
    return filled[::-1]


def _in_order(spots: Sequence[_Spot]) -> list[_Spot]:
    ordered: list[_Spot] = []
    for spot in spots:
        before = ordered[-1] if ordered else spot
        ordered.append(before if (before.leaf, before.order) > (spot.leaf, spot.order) else spot)
    return ordered


def _marks(page_map: PageMap, taken: frozenset[str]) -> list[Mark]:
    """A marker for each page, with an id: "page-12"; by the place of the page where the label cannot be in one."""
    marks: list[Mark] = []
    used = set(taken)
    for number, page in enumerate(page_map.pages, 1):
        id = f"page-{page.label}" if _PLAIN.fullmatch(page.label) else f"page-number-{number}"
        while id in used:
            id += "-of-print"
        used.add(id)
        marks.append(Mark(id, page.label))
    return marks


@dataclass(frozen=True, slots=True)
class _Sign:
    """A character of a block and where it stands; `field` is "" for a picture."""

    element: etree._Element
    field: str
    index: int
    text: str
    at: int


def _insert(block: etree._Element, offset: int, mark: Mark) -> None:
    """Put a marker before the word to which a letter of a block belongs."""
    signs = list(_signs(block))
    place = next(
        number for number, sign in enumerate(signs) if letters(sign.text) and sign.at + len(letters(sign.text)) > offset
    )
    while place > 0 and _in_one_word(signs[place - 1], signs[place]):
        place -= 1
    sign = signs[place]
    marker = etree.Element(f"{{{XHTML}}}span", {EPUB_TYPE: "pagebreak", "role": "doc-pagebreak"})
    marker.set("id", mark.id)
    marker.set("aria-label", mark.label)
    if place == 0 and local_name(block) in _HEADINGS:  # a heading is read out by itself, without a page in it
        sign = replace(sign, element=block, field="")
    if sign.field == "text" and sign.element is not block and not (sign.element.text or "")[: sign.index].strip():
        sign = replace(sign, field="")  # not in a link or a stressed word that begins here: before it
    if sign.field == "tail" and sign.index == 0 and _is_marker(sign.element):
        sign = replace(sign, field="")
    _put(marker, sign)


def _signs(block: etree._Element) -> Iterator[_Sign]:
    at = 0
    for piece in pieces(block):
        for index, text in enumerate(piece.text):
            yield _Sign(piece.element, piece.field, index, text, at)
            at += len(letters(text))


def _in_one_word(before: _Sign, sign: _Sign) -> bool:
    """Whether no line may end between two characters but by dividing a word."""
    return all(_is_of_word(text) and not _UNSPACED.match(text) for text in (before.text, sign.text))


def _is_of_word(sign: str) -> bool:
    return sign in _IN_WORDS or unicodedata.category(sign)[0] in "LMN"


def _put(marker: etree._Element, sign: _Sign) -> None:
    element = sign.element
    if sign.field == "text":
        text = element.text or ""
        element.text, marker.tail = text[: sign.index], text[sign.index :]
        element.insert(0, marker)
        return
    parent = element.getparent()
    assert parent is not None, "a block stands inside the element that was parsed"
    if sign.field == "tail":
        text = element.tail or ""
        element.tail, marker.tail = text[: sign.index], text[sign.index :]
        parent.insert(parent.index(element) + 1, marker)
    else:
        while (before := element.getprevious()) is not None and _is_marker(before) and not before.tail:
            element = before  # of a later page that begins at the same word
        parent.insert(parent.index(element), marker)


def _is_marker(element: etree._Element) -> bool:
    return element.get("role") == "doc-pagebreak"
