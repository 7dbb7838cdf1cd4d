"""Take a document apart into the strands that its PDF is compared with: what the print templates make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate

from lxml import etree

from pipeline.document import Chapter, Document, Kind, NoteText
from pipeline.verify.pdf_words import (
    CONTENTS,
    HEADINGS,
    PAGE_NUMBER,
    Anchor,
    Block,
    Heading,
    Hyperlink,
    Label,
    Picture,
    Section,
    Strand,
    StrandKind,
)
from pipeline.verify.text import letters_of, runs_right_to_left, words_of

_SVG = "{http://www.w3.org/2000/svg}"
_UNSEEN = tuple(f"{_SVG}{name}" for name in ("defs", "symbol", "clipPath", "mask", "pattern", "marker"))
_FLOATS = frozenset(("figure", "table", "box"))
_BLOCKS = ("p", "li", "dd", *HEADINGS)
_LEVELS = ("h1", "h2", "h3")
_NOT_OUTLINED = (Kind.IMPRINT, Kind.BIBLIOGRAPHY, Kind.COLOPHON)  # of these, only the title is
_ABOVE_HEADING = 40.0  # PDF units between the upper edge of a heading and its words
_ABOVE_NOTE = 14.0
_CAPTIONS = ("caption", "figcaption")
_CODE = ("code", "pre", "samp", "kbd")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)


def sections_of(document: Document) -> tuple[Section, ...]:
    """The document in the order of print.

    Raises:
        etree.XMLSyntaxError: when some markup in it is not well-formed.
    """
    return tuple(section_of(chapter, document) for chapter in in_order_of_print(document))


def in_order_of_print(document: Document) -> tuple[Chapter | None, ...]:
    """The chapters in the order of print; None stands for the contents."""
    early = {Kind.IMPRINT: 0, Kind.FRONT: 2}
    ordered = sorted(document.chapters, key=lambda chapter: early.get(chapter.kind, 3))
    if not document.contents:
        return tuple(ordered)
    place = sum(chapter.kind is Kind.IMPRINT for chapter in ordered)
    return (*ordered[:place], None, *ordered[place:])


def section_of(chapter: Chapter | None, document: Document) -> Section:
    """A chapter of a document, or for None its contents, as it is printed.

    Raises:
        etree.XMLSyntaxError: when some markup in it is not well-formed.
    """
    return _chapter(chapter, document) if chapter is not None else Section(CONTENTS, (), (), "")


@dataclass(slots=True)
class _Writer:
    kind: StrandKind
    id: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    words: int = 0
    breaks: set[int] = field(default_factory=set)
    anchors: list[Anchor] = field(default_factory=list)
    links: list[Hyperlink] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    repeats: list[tuple[int, int]] = field(default_factory=list)
    captions: list[tuple[int, int]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def add(self, text: str | None) -> None:
        """Text, of which only the letters count and where words end."""
        if not text:
            return
        if text[0].isspace():
            self.cut()
        words = words_of(text)
        self.words += len(words)
        self.parts += words
        *between, self.length = accumulate(map(len, words), initial=self.length)
        self.breaks.update(between[1:])
        if words and text[-1].isspace():
            self.cut()

    def cut(self) -> None:
        """A word or an element ends here."""
        self.breaks.add(self.length)

    def number(self) -> None:
        """The press prints the number of a page here."""
        self.cut()
        self.parts.append(PAGE_NUMBER)
        self.length += 1
        self.cut()

    def label(self, id: str, text: str) -> None:
        """A number in its place."""
        start = self.length
        self.add(text)
        self.cut()
        self.labels.append(Label(id, start, self.length, " ".join(text.split())))

    def strand(self) -> Strand:
        """What was written."""
        letters = "".join(self.parts)
        return Strand(
            self.kind, self.id, letters, self.words, frozenset(self.breaks), tuple(self.anchors),
            tuple(self.links), tuple(self.labels), tuple(self.headings), tuple(self.repeats),
            tuple(self.captions), runs_right_to_left(letters), tuple(self.blocks),
        )  # fmt: skip


class _Reader:
    """Takes the markup of a chapter apart."""

    def __init__(self, document: Document, chapter: Chapter) -> None:
        self.page = document.words.page
        self.drawings = {asset.href: asset.data for asset in document.assets if "svg" in asset.media_type}
        self.chapter = chapter
        self.outlined = chapter.kind not in _NOT_OUTLINED
        self.more: list[Strand] = []
        self.pictures: list[Picture] = []
        self.code: list[str] = []

    def inside(self, html: str, writer: _Writer, *, floats: bool = False) -> None:
        """The text of a piece of markup; with `floats`, what may be passed by text becomes a strand."""
        root = _parsed(html)
        writer.cut()
        self.children(root, writer, root if floats else None, self.chapter.id)
        writer.cut()

    def children(self, element: etree._Element, writer: _Writer, flow: etree._Element | None, owner: str) -> None:
        writer.add(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, writer, flow, owner)
            writer.add(child.tail)

    def element(self, element: etree._Element, writer: _Writer, flow: etree._Element | None, owner: str) -> None:
        names = frozenset(element.get("class", "").split())
        tag = str(element.tag)
        writer.cut()
        if tag == f"{_SVG}svg":
            self.pictures.append(Picture(owner, _drawn(element)))
            return
        apart = StrandKind.SIDE if "side" in names else None
        if element.getparent() is flow and names & _FLOATS:
            apart = StrandKind.FLOAT
        if apart is not None and writer.kind is not apart:
            inner = _Writer(apart, owner)
            self.element(element, inner, None, owner)
            self.more.append(inner.strand())
            return
        owner = element.get("id") or owner
        mark = len(writer.anchors)
        if element.get("id"):
            writer.anchors.append(Anchor(owner, writer.length, writer.length, _above(tag, names)))
        if tag in _LEVELS and self.outlined and not _within_box(element):
            writer.headings.append(Heading(_bookmark(element), writer.length))
        if tag in _CODE:
            self.code.append("".join(str(text) for text in element.itertext()))
        if tag == "img" and element.get("src") in self.drawings:
            self.drawing(element.get("src", ""), owner)
        start = writer.length
        if "pageref" in names:
            writer.add(self.page)
            writer.number()
        elif tag == "span" and ("label" in names or ("number" in names and _is_numbered(element))):
            writer.label(owner, "".join(str(text) for text in element.itertext()))
        else:
            self.children(element, writer, flow, owner)
        if tag == "a" and writer.length > start:
            writer.links.append(Hyperlink(start, writer.length, element.get("href", ""), names))
        if tag == "thead":
            writer.repeats.append((start, writer.length))
        elif tag in _CAPTIONS:
            writer.captions.append((start, writer.length))
        elif tag in _BLOCKS and writer.length > start and element.find("p") is None:
            writer.blocks.append(Block(tag, start, writer.length))
        if element.get("id"):
            writer.anchors[mark] = replace(writer.anchors[mark], end=writer.length)
        writer.cut()

    def drawing(self, href: str, owner: str) -> None:
        try:
            root = etree.fromstring(self.drawings[href], _PARSER)
        except etree.XMLSyntaxError:
            return  # what cannot be read cannot be drawn; the engine has said so
        self.pictures.append(Picture(owner, _drawn(root)))


def _parsed(html: str) -> etree._Element:
    return etree.fromstring(f"<div>{html}</div>".encode(), _PARSER)


def _chapter(chapter: Chapter, document: Document) -> Section:
    reader = _Reader(document, chapter)
    text = _Writer(StrandKind.TEXT, chapter.id)
    if chapter.kind is not Kind.IMPRINT:
        text.headings.append(Heading(_joined(chapter.label, chapter.plain_title), 0))
        if chapter.label:
            text.label(chapter.id, chapter.label)
        reader.inside(chapter.title, text)
        text.blocks.append(Block(HEADINGS[0], 0, text.length))
        reader.inside(chapter.lead, text)
    reader.inside(chapter.html, text, floats=True)
    notes = tuple(_note(note, reader) for note in chapter.notes)
    parts = (_part(chapter),) if chapter.part else ()
    text.anchors.insert(0, Anchor(chapter.id, 0, text.length, None))
    strands = (text.strand(), *parts, *reader.more, *notes)
    return Section(chapter.id, strands, tuple(reader.pictures), "\n".join(reader.code))


def _part(chapter: Chapter) -> Strand:
    assert chapter.part is not None
    part = chapter.part
    writer = _Writer(StrandKind.PART, part.id)
    writer.headings.append(Heading(_joined(part.label, part.title), 0))
    if part.label:
        writer.label(part.id, part.label)
    writer.add(part.title)
    writer.anchors.append(Anchor(part.id, 0, writer.length, None))
    return writer.strand()


def _note(note: NoteText, reader: _Reader) -> Strand:
    writer = _Writer(StrandKind.NOTE, note.id)
    writer.label(note.id, note.mark)
    writer.links.append(Hyperlink(0, writer.length, f"#{note.call_id}", frozenset(("backlink",))))
    reader.inside(note.html, writer)
    writer.anchors.insert(0, Anchor(note.id, 0, writer.length, _ABOVE_NOTE))
    return writer.strand()


def _joined(label: str, title: str) -> str:
    return " ".join(f"{label} {title}".split())


def _bookmark(heading: etree._Element) -> str:
    """The line of the outline that a heading makes: its number and its plain title."""
    number = "".join(
        "".join(map(str, span.itertext())) for span in heading.iter("span") if span.get("class") == "number"
    )
    title = heading.get("data-title")
    if title is None:
        title = "".join(_plain(heading))
    return _joined(number, title)


def _plain(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not {"noteref", "number"} & set(child.get("class", "").split()):
            yield from _plain(child)
        yield child.tail or ""


def _above(tag: str, names: frozenset[str]) -> float | None:
    """How far above the words of an element a link to it may lead."""
    return _ABOVE_NOTE if "noteref" in names else _ABOVE_HEADING if tag in HEADINGS else None


def _is_numbered(number: etree._Element) -> bool:
    """Whether a number stands in a heading that can be referred to."""
    heading = number.getparent()
    return heading is not None and heading.tag in HEADINGS and heading.get("id") is not None


def _within_box(element: etree._Element) -> bool:
    return any("box" in above.get("class", "").split() for above in element.iterancestors())


def _drawn(root: etree._Element) -> tuple[str, ...]:
    """The pieces of text in a drawing, as they are compared; what is only defined may never be shown."""
    pieces = []
    for text in root.iter(f"{_SVG}text"):
        if not any(above.tag in _UNSEEN for above in text.iterancestors()):
            pieces += [letters for piece in text.itertext() if (letters := letters_of(str(piece)))]
    return tuple(pieces)
