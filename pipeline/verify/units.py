"""A text as the units that every edition must have once and in order: paragraphs, headings, cells, captions, notes.

Where a unit begins and ends is read from the markup by rules of this module alone, so that the editions are not
compared by the code that wrote them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from pipeline.document import Chapter, Document, Kind
from pipeline.verify.pdf_words import PAGE_NUMBER
from pipeline.verify.text import letters_of


class UnitKind(Enum):
    """What a unit is, by the words in which it is counted."""

    BLOCK = "blocks"
    CELL = "table cells"
    CAPTION = "captions"
    NOTE = "notes"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the text.

    Attributes:
        kind: what it is; a block inside of a cell, a caption or a note is one.
        letters: its text, as it is compared (see `text.letters_of`).
        words: its text as it is shown in messages.
        near: the id of the nearest element around or before it.
        marks: how many numbers are in it: of headings, figures and tables, and of the notes that it calls.
    """

    kind: UnitKind
    letters: str
    words: str
    near: str
    marks: int


EDGE = "\ue001"
"""Stands in the letters of a unit before and after a number of the press, which is no part of the words around it."""

_BREAKS = frozenset(
    (
        *("p", "li", "ul", "ol", "dl", "dt", "dd", "div", "section", "figure", "figcaption", "blockquote", "pre", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "aside"),
    )
)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def units_of_chapter(chapter: Chapter, page: str = "") -> tuple[Unit, ...]:
    """The units of a chapter of the document: title, lead, text, and its notes, each with its number before it.

    Args:
        chapter: the chapter.
        page: the word for "page", to get the units as they are printed: numbers of pages in place of words, no
            pictures, no title above the imprint.

    Raises:
        etree.XMLSyntaxError: when some markup in it is not well-formed.
    """
    number = f'<span class="number">{chapter.label}</span> ' if chapter.label else ""
    untitled = not chapter.title or (page and chapter.kind is Kind.IMPRINT)
    title = "" if untitled else f"<h1>{number}{chapter.title}</h1>"
    found = list(units(_parsed(f"{title}<div>{chapter.lead}</div>{chapter.html}"), chapter.id, page))
    for note in chapter.notes:
        mark = f'<div><span class="number">{note.mark}</span></div>'
        html = f'<div role="doc-footnote" id="{note.id}">{mark}{note.html}</div>'
        found += units(_parsed(html), note.id, page)
    return tuple(found)


def units_of_part(chapter: Chapter) -> tuple[Unit, ...]:
    """The title of the part that begins with a chapter, if one does."""
    if chapter.part is None:
        return ()
    number = f'<span class="number">{chapter.part.label}</span> ' if chapter.part.label else ""
    return tuple(units(_parsed(f"<h1>{number}{chapter.part.title}</h1>"), chapter.part.id))


def in_order_of_print(document: Document) -> Iterator[Chapter]:
    """The chapters, the imprint first as every edition has it."""
    yield from sorted(document.chapters, key=lambda chapter: chapter.kind is not Kind.IMPRINT)


def units(root: etree._Element, near: str, page: str = "") -> Iterator[Unit]:
    """The units of a tree, in order.

    Args:
        root: the tree.
        near: the id that its first units are near to.
        page: as in `units_of_chapter`.
    """
    reader = _Reader(near, page)
    reader.read(root, UnitKind.BLOCK)
    reader.end(UnitKind.BLOCK)
    yield from reader.units


class _Reader:
    def __init__(self, near: str, page: str) -> None:
        self.page = page
        self.units: list[Unit] = []
        self.near = near
        self.text: list[str] = []
        self.marks = 0

    def read(self, element: etree._Element, kind: UnitKind) -> None:
        tag = str(element.tag).rpartition("}")[2]
        kind = _kind(element, tag, kind)
        is_mark = _is_mark(element, tag)
        if tag in _BREAKS:
            self.end(kind)
        self.near = element.get("id") or self.near
        self.marks += is_mark
        if is_mark:
            self.text.append(EDGE)
        if tag == "img" and self.page:
            pass  # a picture on paper has its place and no letters
        elif self.page and "pageref" in element.get("class", "").split():
            self.text.append(f"{self.page} {PAGE_NUMBER}")
        elif tag == "img":
            self.text.append(f" [{element.get('src', '').rpartition('/')[2]}] ")
        elif element.get("role") == "doc-backlink":  # an edition may set a full stop behind the number of a note
            self.text.append("".join(map(str, element.itertext())).rstrip("."))
        else:
            self.inside(element, kind)
        if is_mark:
            self.text.append(EDGE)
        if tag in _BREAKS or element.get("role") == "doc-backlink":  # the number of a note is a unit by itself
            self.end(kind)

    def inside(self, element: etree._Element, kind: UnitKind) -> None:
        self.text.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                self.read(child, kind)
            self.text.append(child.tail or "")

    def end(self, kind: UnitKind) -> None:
        """A unit ends here; what has no letters is none."""
        text = "".join(self.text)
        letters = letters_of(text)
        if letters.strip(EDGE):
            words = " ".join(text.replace(EDGE, "").split())
            self.units.append(Unit(kind, letters, words, self.near, self.marks))
        self.text.clear()
        self.marks = 0


def _is_mark(element: etree._Element, tag: str) -> bool:
    """Whether an element is a number of the press: of a heading, a figure, a table, a note, or its call."""
    if tag == "a":
        return element.get("role") in ("doc-noteref", "doc-backlink")
    return tag == "span" and bool({"number", "label"} & set(element.get("class", "").split()))


def _kind(element: etree._Element, tag: str, around: UnitKind) -> UnitKind:
    if element.get("role") in ("doc-footnote", "doc-endnote"):
        return UnitKind.NOTE
    if around is UnitKind.BLOCK:
        if tag in ("td", "th"):
            return UnitKind.CELL
        if tag in ("caption", "figcaption"):
            return UnitKind.CAPTION
    return around


def _parsed(html: str) -> etree._Element:
    return etree.fromstring(f"<div>{html}</div>".encode(), _PARSER)
