r"""A gathering that is laid out and drawn, but for what only the whole report knows.

Type that is ready to print is locked up in a forme. A `Forme` holds the pages of one gathering as PDF objects in
which six things are left open, each between two control characters that occur nowhere else in them:

    \x01N\x01      the number of another object of the forme
    \x02X;D\x02    a coordinate across the page, in points: X on a right-hand page, X + D on a left-hand one
    \x03K\x03      a key of the parent tree (ISO 32000-2, 14.7.5.4)
    \x04D\x04      in a content stream: move what follows by D pixels, on a left-hand page only
    \x05N\x05      in a content stream: show the text of slot N, a page number
    \x06ID\x06     in a string: the number of the page of ID

So a forme does not depend on where in the report it stands: a page more before it changes nothing in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pydyf

from pipeline.diagnostics import Diagnostic
from pipeline.render.contrast import Faint
from pipeline.render.pagemap import Place
from pipeline.render.pages import Layout

_MASKED = re.compile(r"[\\()]")  # what stands behind a stroke in a string


@dataclass(frozen=True, slots=True)
class Face:
    """A font as a forme uses it.

    Attributes:
        hash: its name in content streams, and the beginning of its PostScript name.
        name: its PDF name, with the solidus.
        family: its family.
        file: the SHA-256 of its file, and
        index: its place in that file.
        axes: where it stands on the axes of a variable font.
        ascent, descent: in thousandths of an em.
        flags: of its descriptor (ISO 32000-2, table 121).
        widths: the advance of each glyph that is used, in thousandths of an em.
        unicode: the characters that each glyph stands for.
        absent: glyphs that stand for characters that the font does not have.
    """

    hash: str
    name: str
    family: str
    file: str
    index: int
    axes: tuple[tuple[str, float], ...]
    ascent: float
    descent: float
    flags: int
    widths: Mapping[int, float]
    unicode: Mapping[int, str]
    absent: frozenset[int]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a page number.

    Attributes:
        target: the id whose page is named; "" for the number of the page itself.
        form: "decimal", "lower-roman" or "upper-roman" for the page itself; "" for the label of the target.
        guess: the text that the layout was made with.
        x, y: the left end of its base line, as `guess` was set, in pixels.
        align: 0 when it keeps its left end, 0.5 its middle, 1 its right end.
        size: of the type, in pixels.
        font: the hash of the face.
        glyphs: the glyph and the advance (in thousandths of an em) of each character that a page number may have.
        free: whether another text of any length fits; otherwise it must be as wide as `guess`.
    """

    target: str
    form: str
    guess: str
    x: float
    y: float
    align: float
    size: float
    font: str
    glyphs: Mapping[str, tuple[int, float]]
    free: bool

    def width(self, text: str) -> float:
        """How wide a text is here, in thousandths of an em."""
        return sum(self.glyphs[sign][1] for sign in text)

    def takes(self, text: str) -> bool:
        """Whether a text can be shown here without another layout."""
        known = all(sign in self.glyphs for sign in text)
        return known and (self.free or abs(self.width(text) - self.width(self.guess)) < 1)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline: its level from 1, its title, its page in the forme, how far up the page, in points."""

    level: int
    title: str
    page: int
    top: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a forme.

    Attributes:
        object: the number of its page object.
        content: the number that its content stream is to have.
        anchored: how far up the page each of its destinations is, in points.
        patterned: whether it has patterns that cannot be moved (ISO 32000-2, 8.7.3.1).
    """

    object: int
    content: int
    anchored: tuple[tuple[str, float], ...]
    patterned: bool


@dataclass(frozen=True, slots=True)
class Stock:
    """What a forme prints.

    Attributes:
        objects: its objects that are no streams: number and body, in the order of their numbers.
        streams: its streams beside pages: number, dictionary without length and filter, content.
        encoded: of these, those whose content is encoded already.
        bodies: of each page, the content stream without what stands in its margins.
        heads: of each page, what stands in its margins on a right-hand page, and on a left-hand one.
    """

    objects: tuple[tuple[int, bytes], ...]
    streams: tuple[tuple[int, bytes, bytes], ...]
    encoded: frozenset[int]
    bodies: tuple[bytes, ...]
    heads: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Forme:
    """The pages of a gathering, as the rest of the report needs to know them; what they print is in its `Stock`.

    Attributes:
        sheets: the pages.
        count: how many object numbers it takes; they begin at 1.
        packed: how many of them are no streams.
        pages: the number of the node of the page tree that holds its pages.
        structure: the number of its Document element, which is not in its stock; 0 when it has no structure.
        namespaced: whether its elements name the namespace of PDF 2.0.
        kids: the elements in that.
        parents: the number of its leaf of the parent tree; 0 when it has none.
        keys: how many keys that leaf has.
        ids: the names of elements of the structure and their objects (ISO 32000-2, 14.7.4.3), in order.
        slots: the places for page numbers.
        faces: the fonts.
        bookmarks: its part of the outline.
        linked: the ids that its links lead to.
        faint: the texts that differ too little from what they stand on.
        starts: where in the text each of its pages begins, or None for a page without words of it.
        layout: what was read from its pages; all are right-hand ones there.
        findings: what the layout engine and the layout complain about.
    """

    sheets: tuple[Sheet, ...]
    count: int
    packed: int
    pages: int
    structure: int
    namespaced: bool
    kids: tuple[bytes, ...]
    parents: int
    keys: int
    ids: tuple[tuple[bytes, bytes], ...]
    slots: tuple[Slot, ...]
    faces: tuple[Face, ...]
    bookmarks: tuple[Bookmark, ...]
    linked: tuple[str, ...]
    faint: tuple[Faint, ...]
    starts: tuple[Place | None, ...]
    layout: Layout
    findings: tuple[Diagnostic, ...]

    def misfits(self, labels: Mapping[str, str]) -> frozenset[str]:
        """The targets whose page numbers do not fit into the places that were left for them."""
        return frozenset(
            slot.target for slot in self.slots if slot.target and not slot.takes(labels.get(slot.target, slot.guess))
        )


def string(text: str) -> bytes:
    """A text as PDF writes it (ISO 32000-2, 7.9.2)."""
    if text.isascii() and _MASKED.search(text) is None:  # most are names
        return b"(" + text.encode() + b")"
    return bytes(pydyf.String(text).data)


def number_of(mark: bytes) -> int:
    """The number of the object of a forme that a mark stands for."""
    return int(mark.strip(b"\x01"))
