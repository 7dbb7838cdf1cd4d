"""The words that a document must show on paper, as strands: sequences that are painted in one order.

The text of a chapter is one strand. Figures, tables and boxes are strands of their own, because the press may let
text pass them; so are side notes, notes, part titles, and the lines of the contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from lxml import etree

from pipeline.document import Chapter, Document, Entry, Kind, NoteText
from pipeline.verify.text import letters_of, runs_right_to_left

PAGE_NUMBER = "\ue000"
"""Stands in a strand where the press prints the number of a page."""

_SVG = "{http://www.w3.org/2000/svg}"
_FLOATS = frozenset(("figure", "table", "box"))
_LEVELS = ("h1", "h2", "h3")
_CODE = ("code", "pre", "samp", "kbd")


class StrandKind(Enum):
    """What a strand holds."""

    CONTENTS = "contents"
    PART = "part"
    TEXT = "text"
    FLOAT = "float"
    SIDE = "side"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An element with an id and where its text begins; `exact` when the id marks just these words."""

    id: str
    start: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Hyperlink:
    """The words of a link: from letter `start` to before letter `end`; `names` are its classes."""

    start: int
    end: int
    href: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Label:
    """A number as it is printed where it belongs: "Figure 3", "2.1", "14", for the id that it numbers."""

    id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the outline and where its text begins."""

    title: str
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """Text that is painted in this order.

    Attributes:
        kind: what it holds.
        id: of the chapter, note or part that it belongs to.
        letters: the text, without spaces (see `text.letters_of`).
        breaks: the places in it where a word, or an element, ends.
        anchors, links, labels, headings: what is in it, in order.
        repeats: the parts that a page may show again: heads of tables.
        backwards: whether some of it is written from right to left.
    """

    kind: StrandKind
    id: str
    letters: str
    breaks: frozenset[int]
    anchors: tuple[Anchor, ...]
    links: tuple[Hyperlink, ...]
    labels: tuple[Label, ...]
    headings: tuple[Heading, ...]
    repeats: tuple[tuple[int, int], ...]
    backwards: bool

    def near(self, offset: int) -> str:
        """The id of the last element that begins at or before a place in it."""
        found = self.id
        for anchor in self.anchors:
            if anchor.start > offset:
                break
            found = anchor.id
        return found

    def excerpt(self, start: int, end: int, longest: int = 60) -> str:
        """The text from letter `start` to before `end`, with its spaces where words end."""
        end = min(end, start + longest)
        cuts = [start, *(cut for cut in range(start + 1, end) if cut in self.breaks), end]
        words = " ".join(self.letters[a:b] for a, b in zip(cuts, cuts[1:], strict=False))
        return words.replace(PAGE_NUMBER, "…")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the pieces of text in it."""

    near: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter, or the contents, as it is printed.

    Attributes:
        id: where it begins.
        strands: its words; the first one is its text.
        pictures: its drawings.
        code: the code in it, which may show any sign.
    """

    id: str
    strands: tuple[Strand, ...]
    pictures: tuple[Picture, ...]
    code: str


def sections_of(document: Document) -> tuple[Section, ...]:
    """The document in the order of print.

    Raises:
        etree.XMLSyntaxError: when some markup in it is not well-formed.
    """
    early = {Kind.IMPRINT: 0, Kind.FRONT: 2}
    ordered = sorted(document.chapters, key=lambda chapter: early.get(chapter.kind, 3))
    sections = [_chapter(chapter, document) for chapter in ordered]
    lines = (*document.contents, *document.figures, *document.tables)
    if document.contents:
        place = sum(chapter.kind is Kind.IMPRINT for chapter in ordered)
        sections.insert(place, Section("contents", (_contents(lines),), (), ""))
    return tuple(sections)


@dataclass(slots=True)
class _Writer:
    kind: StrandKind
    id: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    breaks: set[int] = field(default_factory=set)
    anchors: list[Anchor] = field(default_factory=list)
    links: list[Hyperlink] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    repeats: list[tuple[int, int]] = field(default_factory=list)

    def add(self, text: str | None) -> None:
        """Text, of which only the letters count and where words end."""
        if not text:
            return
        if text[0].isspace():
            self.cut()
        words = text.split()
        for number, word in enumerate(words):
            letters = letters_of(word)
            self.parts.append(letters)
            self.length += len(letters)
            if number < len(words) - 1 or text[-1].isspace():
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
        letters = "".join(self.parts)
        return Strand(
            self.kind, self.id, letters, frozenset(self.breaks), tuple(self.anchors), tuple(self.links),
            tuple(self.labels), tuple(self.headings), tuple(self.repeats), runs_right_to_left(letters),
        )  # fmt: skip


class _Reader:
    """Takes the markup of a chapter apart."""

    def __init__(self, document: Document, chapter: Chapter) -> None:
        self.page = document.words.page
        self.drawings = {asset.href: asset.data for asset in document.assets if "svg" in asset.media_type}
        self.chapter = chapter
        self.more: list[Strand] = []
        self.pictures: list[Picture] = []
        self.code: list[str] = []

    def inside(self, html: str, writer: _Writer, *, floats: bool = False) -> None:
        """The text of a piece of markup; with `floats`, what may be passed by text becomes a strand."""
        root = _parsed(html)
        writer.cut()
        self.children(root, writer, root if floats else None, self.chapter.id)
        writer.cut()

    def children(
        self, element: etree._Element, writer: _Writer, flow: etree._Element | None, owner: str
    ) -> None:
        writer.add(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, writer, flow, owner)
            writer.add(child.tail)

    def element(
        self, element: etree._Element, writer: _Writer, flow: etree._Element | None, owner: str
    ) -> None:
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
        if element.get("id"):
            writer.anchors.append(Anchor(owner, writer.length, tag in _HEADS or "noteref" in names))
        if tag in _LEVELS and not _within_box(element):
            writer.headings.append(Heading(_bookmark(element), writer.length))
        if tag in _CODE:
            self.code.append("".join(str(text) for text in element.itertext()))
        if tag == "img" and element.get("src") in self.drawings:
            self.drawing(element.get("src", ""), owner)
        start = writer.length
        if "pageref" in names:
            writer.add(self.page)
            writer.number()
        elif names & {"label", "number"} and tag == "span":
            writer.label(owner, "".join(str(text) for text in element.itertext()))
        else:
            self.children(element, writer, flow, owner)
        if tag == "a" and writer.length > start:
            writer.links.append(Hyperlink(start, writer.length, element.get("href", ""), names))
        if tag == "thead":
            writer.repeats.append((start, writer.length))
        writer.cut()

    def drawing(self, href: str, owner: str) -> None:
        try:
            root = etree.fromstring(self.drawings[href], _PARSER)
        except etree.XMLSyntaxError:
            return  # what cannot be read cannot be drawn; the engine has said so
        self.pictures.append(Picture(owner, _drawn(root)))


_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)


def _parsed(html: str) -> etree._Element:
    return etree.fromstring(f"<div>{html}</div>".encode(), _PARSER)


def _chapter(chapter: Chapter, document: Document) -> Section:
    reader = _Reader(document, chapter)
    text = _Writer(StrandKind.TEXT, chapter.id)
    text.anchors.append(Anchor(chapter.id, 0, False))
    if chapter.kind is not Kind.IMPRINT:
        text.headings.append(Heading(_joined(chapter.label, chapter.plain_title), 0))
        if chapter.label:
            text.label(chapter.id, chapter.label)
        reader.inside(chapter.title, text)
        reader.inside(chapter.lead, text)
    reader.inside(chapter.html, text, floats=True)
    notes = tuple(_note(note, reader) for note in chapter.notes)
    parts = (_part(chapter),) if chapter.part else ()
    strands = (text.strand(), *parts, *reader.more, *notes)
    return Section(chapter.id, strands, tuple(reader.pictures), "\n".join(reader.code))


def _part(chapter: Chapter) -> Strand:
    assert chapter.part is not None
    part = chapter.part
    writer = _Writer(StrandKind.PART, part.id)
    writer.anchors.append(Anchor(part.id, 0, False))
    writer.headings.append(Heading(_joined(part.label, part.title), 0))
    if part.label:
        writer.label(part.id, part.label)
    writer.add(part.title)
    return writer.strand()


def _note(note: NoteText, reader: _Reader) -> Strand:
    writer = _Writer(StrandKind.NOTE, note.id)
    writer.anchors.append(Anchor(note.id, 0, True))
    writer.label(note.id, note.mark)
    writer.links.append(Hyperlink(0, writer.length, f"#{note.call_id}", frozenset(("backlink",))))
    reader.inside(note.html, writer)
    return writer.strand()


def _contents(lines: tuple[Entry, ...]) -> Strand:
    writer = _Writer(StrandKind.CONTENTS, "contents")
    for line in lines:
        start = writer.length
        writer.add(line.label)
        writer.cut()
        for text in _parsed(line.title).itertext():
            writer.add(str(text))
            writer.cut()
        writer.links.append(Hyperlink(start, writer.length, f"#{line.id}", frozenset(("contents",))))
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


def _within_box(element: etree._Element) -> bool:
    return any("box" in above.get("class", "").split() for above in element.iterancestors())


def _drawn(root: etree._Element) -> tuple[str, ...]:
    """The pieces of text in a drawing, as they are compared; what is only defined may never be shown."""
    pieces = []
    for text in root.iter(f"{_SVG}text"):
        if not any(above.tag in _UNSEEN for above in text.iterancestors()):
            pieces += [letters for piece in text.itertext() if (letters := letters_of(str(piece)))]
    return tuple(pieces)


_UNSEEN = tuple(f"{_SVG}{name}" for name in ("defs", "symbol", "clipPath", "mask", "pattern", "marker"))
