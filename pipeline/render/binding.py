"""Bind formes into one PDF: number their objects, fill in page numbers, add what belongs to the whole file.

The objects of a forme get a block of numbers of their own, with room to spare, so that an edit in one chapter rarely
changes the bytes of another. What a forme looks like in the file depends on a few values (`Seat`), and is kept.

Object streams and the cross-reference stream are those of ISO 32000-2, 7.5.7 and 7.5.8.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.render.forme import Forme, Slot, Stock, number_of
from pipeline.render.parts import NOTHING_HANGS, Hanging

ROOM = 512  # object numbers: the blocks of formes are multiples of this
PAGES, FONTS, DOCUMENT, NAMESPACE = 2, 3, 4, 5  # objects of the whole file that formes refer to; the catalog is 1
_METADATA = b"/Type /Metadata"
IN_STREAM = 400  # objects in an object stream
APART = 20  # objects of the whole file that may stand in streams of their own: there are numbers for so many
_LARGE = 20_000  # bytes from which they do
_OPEN_WIDE = b"0006"  # the mark of a page number in a string of UTF-16, among other things
_LEVEL = 6  # of zlib: more makes files hardly smaller

_REFERENCE = re.compile(rb"\x01(\d+|[PFDN])\x01")
_ACROSS = re.compile(rb"\x02([^;]*);([^\x02]*)\x02")
_KEY = re.compile(rb"\x03(\d+)\x03")
_MOVED = re.compile(rb"\x04([^\x04]*)\x04")
_PAGE_OF = re.compile("\x06([^\x06]*)\x06")
_STRING = re.compile(rb"\(([^()\\]|\\.)*\x06([^()\\]|\\.)*\)|<feff[0-9a-f]*>", re.DOTALL)
_IN_DOCUMENT = b"/P \x01D\x01"
_KIDS = re.compile(rb"(/K \[[^\]]*)\]")  # of an element of the structure: references and numbers
_ELEMENT = re.compile(rb"/Type ?/StructElem\b")
_ANNOTATION = re.compile(rb"/Type ?/Annot\b")
_ROW = struct.Struct(">BBIH")  # of the table of objects: what it is, five bytes that say where, two more
_ALONE, _PACKED = 1, 2  # what objects are: not packed, packed (ISO 32000-2, table 18)
_KINDS = 3  # of objects, each in object streams of its own: those of pages, of the structure, annotations
_PAGE = re.compile(rb"/Pg \x01(\d+)\x01")
_TEXT = re.compile(rb"\x05(\d+)\x05")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a forme stands in the report.

    Attributes:
        base: what is added to the numbers of its objects.
        page: the index of its first page.
        labels: the page numbers that are printed on its pages.
        named: the page numbers that its slots show, by the id of their target.
        hanging: what of its structure hangs elsewhere than in the Document element.
    """

    base: int
    page: int
    labels: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    hanging: Hanging = NOTHING_HANGS

    def is_left(self, page: int) -> bool:
        """Whether a page of the forme is a left-hand one."""
        return bool((self.page + page) % 2)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the file.

    Attributes:
        data: the bytes.
        offsets: the objects that stand in it, and where.
        packed: the objects that stand in object streams: number, number of the stream, place in it.
    """

    data: bytes
    offsets: tuple[tuple[int, int], ...]
    packed: tuple[tuple[int, int, int], ...]


def room_for(forme: Forme) -> int:
    """How many object numbers a forme gets."""
    return in_blocks(forme.count + forme.packed // IN_STREAM + _KINDS)


def in_blocks(needed: int) -> int:
    """So many object numbers, in whole blocks."""
    return -(-needed // ROOM) * ROOM


def seated(forme: Forme, stock: Stock, seat: Seat) -> Chunk:
    """A forme as it stands in the file.

    Its annotations have object streams of their own, and so has its structure, but for the elements that it begins
    with: who looks at its pages, or only at where it stands, does not read them.
    """
    numbered = _numbering(seat.base)
    side = [seat.is_left(page) for page in range(len(forme.sheets))]
    owner = _owners(forme, stock)
    bodies = []
    named, within, gathered = dict(seat.named), dict(seat.hanging.within), dict(seat.hanging.gathered)
    for at, body in stock.objects:
        if at in within:
            body = body.replace(_IN_DOCUMENT, b"/P %d 0 R" % within[at])
        if at in gathered:
            body = _KIDS.sub(rb"\1 " + b" ".join(b"%d 0 R" % kid for kid in gathered[at]) + b"]", body, count=1)
        if b"\x06" in body or _OPEN_WIDE in body:
            body = _STRING.sub(_told(named), body)
        if b"\x02" in body:
            body = _ACROSS.sub(_across(left=side[owner.get(at, 0)]), body)
        bodies.append((seat.base + at, _KEY.sub(_keyed(seat.base), _REFERENCE.sub(numbered, body))))
    writer = _Writer()
    for number, sheet in enumerate(forme.sheets):
        label = seat.labels[number]
        content = stock.bodies[number] + b"\n" + stock.heads[number][side[number]]
        content = _MOVED.sub(_moved(left=side[number]), content)
        content = _TEXT.sub(lambda found: _shown(forme.slots[int(found[1])], label, named), content)  # noqa: B023  # used at once
        writer.stream(seat.base + sheet.content, b"<<>>", content)
    for at, head, data in stock.streams:
        head = _REFERENCE.sub(numbered, head)
        writer.stream(seat.base + at, head, data, encoded=at in stock.encoded)
    kinds = _kinds(bodies, seat.base + forme.parents, {seat.base + number_of(kid) for kid in forme.kids})
    next_stream = seat.base + forme.count
    for kind in range(_KINDS):
        next_stream = writer.pack([item for item, own in zip(bodies, kinds, strict=True) if own == kind], next_stream)
    return writer.chunk()


def _kinds(bodies: Sequence[tuple[int, bytes]], parents: int, beginning: Collection[int]) -> list[int]:
    """Of each object, whether it belongs to the pages (0), to the structure (1), or is an annotation (2)."""

    def kind(number: int, body: bytes) -> int:
        if number in beginning:
            return 0
        if number == parents or _ELEMENT.search(body) is not None:
            return 1
        return 2 if _ANNOTATION.search(body) is not None else 0

    return [kind(number, body) for number, body in bodies]


def referred(marks: Iterable[bytes], base: int) -> list[bytes]:
    """References to objects of a forme, as they stand in the file."""
    return [_REFERENCE.sub(_numbering(base), mark) for mark in marks]


def _numbering(base: int) -> Callable[[re.Match[bytes]], bytes]:
    whole = {b"P": b"%d 0 R" % PAGES, b"F": b"%d 0 R" % FONTS, b"D": b"%d 0 R" % DOCUMENT, b"N": b"%d 0 R" % NAMESPACE}

    def numbered(found: re.Match[bytes]) -> bytes:
        return whole.get(found[1]) or b"%d 0 R" % (base + int(found[1]))

    return numbered


def _keyed(base: int) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: b"%d" % (base + int(found[1]))


def _across(*, left: bool) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: b"%g" % round(float(found[1]) + left * float(found[2]), 4)


def _told(named: Mapping[str, str]) -> Callable[[re.Match[bytes]], bytes]:
    """A string with the page numbers that it names."""

    def told(found: re.Match[bytes]) -> bytes:
        if found[0][:1] == b"(":
            return _PAGE_OF.sub(lambda mark: named.get(mark[1], ""), found[0].decode("latin-1")).encode("latin-1")
        text = bytes.fromhex(found[0][5:-1].decode("ascii")).decode("utf-16-be")
        filled = _PAGE_OF.sub(lambda mark: named.get(mark[1], ""), text)
        return b"<feff" + filled.encode("utf-16-be").hex().encode() + b">"

    return told


def _moved(*, left: bool) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: b"1 0 0 1 %s 0 cm" % found[1] if left else b""


def _owners(forme: Forme, stock: Stock) -> Mapping[int, int]:
    """The page that each object belongs to whose coordinates depend on the side: annotations, figures."""
    owner: dict[int, int] = {}
    pages = {sheet.object: number for number, sheet in enumerate(forme.sheets)}
    for at, body in stock.objects:
        if at in pages:
            for mark in _REFERENCE.findall(body.partition(b"/Annots")[2].partition(b"]")[0]):
                owner[int(mark)] = pages[at]
        elif b"\x02" in body and (page := _PAGE.search(body)) is not None:
            owner.setdefault(at, pages[int(page[1])])
    return owner


def _shown(slot: Slot, label: str, named: Mapping[str, str]) -> bytes:
    text = named.get(slot.target, slot.guess) if slot.target else _formed(label, slot.form)
    over = (slot.width(text) - slot.width(slot.guess)) * slot.align * slot.size / 1000
    glyphs = b"".join(b"%04x" % slot.glyphs[sign][0] for sign in text)
    return b"1 0 0 -1 %g %g Tm\n[<%s>] TJ" % (round(slot.x - over, 4), round(slot.y, 4), glyphs)


def _formed(label: str, form: str) -> str:
    """A page's label in the form in which its style sheet writes the number."""
    return label.upper() if form == "upper-roman" else label


class _Writer:
    """Collects objects with their places."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0
        self._offsets: list[tuple[int, int]] = []
        self._packed: list[tuple[int, int, int]] = []

    def stream(self, number: int, head: bytes, data: bytes, *, encoded: bool = False) -> None:
        """A stream, compressed unless it is encoded already."""
        coded = data if encoded else zlib.compress(data, _LEVEL)
        extra = b"/Length %d" % len(coded) + (b"" if encoded else b"/Filter/FlateDecode")
        self.object(number, head[:-2] + extra + b">>\nstream\n" + coded + b"\nendstream")

    def object(self, number: int, body: bytes) -> None:
        """An object that stands by itself."""
        written = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        self._offsets.append((number, self._length))
        self._parts.append(written)
        self._length += len(written)

    def pack(self, bodies: Sequence[tuple[int, bytes]], first: int) -> int:
        """Objects in object streams, whose own numbers begin at `first`; gives the next one."""
        starts = range(0, len(bodies), IN_STREAM)
        for count, start in enumerate(starts):
            group = bodies[start : start + IN_STREAM]
            places: list[bytes] = []
            length = 0
            for place, (number, body) in enumerate(group):
                places.append(b"%d %d" % (number, length))
                length += len(body) + 1
                self._packed.append((number, first + count, place))
            index = b" ".join(places) + b"\n"
            head = b"<</Type/ObjStm/N %d/First %d>>" % (len(group), len(index))
            self.stream(first + count, head, index + b"\n".join(body for _, body in group))
        return first + len(starts)

    def chunk(self) -> Chunk:
        return Chunk(b"".join(self._parts), tuple(self._offsets), tuple(self._packed))


def file_of(chunks: Sequence[Chunk], version: str, catalog: int, info: int, identity: bytes) -> bytes:
    """The file: header, chunks, cross-reference stream.

    Args:
        chunks: all that is in it.
        version: of PDF, "1.7".
        catalog: the number of the catalog, and
        info: that of the information dictionary; 0 where there is none.
        identity: sixteen bytes that name the file (ISO 32000-2, 14.4).
    """
    header = b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version.encode()
    own = 1 + max(number for chunk in chunks for number, *_ in (*chunk.offsets, *chunk.packed))
    position = len(header)
    # Numbers that are not taken are free, and the first is the head of their list.
    table = bytearray(_ROW.size * (own + 1))
    _ROW.pack_into(table, 0, 0, 0, 0, 0xFFFF)
    for chunk in chunks:
        for number, offset in chunk.offsets:
            _ROW.pack_into(table, _ROW.size * number, _ALONE, *divmod(position + offset, 1 << 32), 0)
        for number, stream, place in chunk.packed:
            _ROW.pack_into(table, _ROW.size * number, _PACKED, 0, stream, place)
        position += len(chunk.data)
    _ROW.pack_into(table, _ROW.size * own, _ALONE, *divmod(position, 1 << 32), 0)
    ends = b"/Root %d 0 R/Size %d/ID[<%s><%s>]" % (catalog, own + 1, identity.hex().encode(), identity.hex().encode())
    head = b"<</Type/XRef/W[1 5 2]" + ends + (b"/Info %d 0 R" % info if info else b"") + b">>"
    writer = _Writer()
    writer.stream(own, head, bytes(table))
    tail = b"startxref\n%d\n%%%%EOF\n" % position
    return b"".join((header, *(chunk.data for chunk in chunks), writer.chunk().data, tail))


def global_chunk(objects: Mapping[int, bytes], streams: Iterable[tuple[int, bytes, bytes]], packing: int) -> Chunk:
    """What belongs to the whole file.

    A reader that wants one object of a stream mostly reads all of them. So what lists everything in the report does not
    stand in one stream with the catalog.

    Args:
        objects: its objects that are no streams.
        streams: its streams: number, dictionary, content.
        packing: the first number of the object streams.
    """
    writer = _Writer()
    for number, head, data in streams:
        writer.stream(number, head, data, encoded=_METADATA in head)  # to be found by those who do not read PDF
    large = sorted((number for number, body in objects.items() if len(body) >= _LARGE), key=lambda n: -len(objects[n]))
    apart = sorted(large[:APART])
    packing = writer.pack(sorted(item for item in objects.items() if item[0] not in apart), packing)
    for number in apart:
        packing = writer.pack([(number, objects[number])], packing)
    return writer.chunk()
