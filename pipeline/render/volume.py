"""What belongs to the whole PDF and to no gathering: catalog, page tree, outline, destinations, labels, fonts.

ISO 32000-2: catalog 7.7.2, page tree 7.7.3, name trees 7.9.6, outline 12.3.3, page labels 12.4.2, structure 14.7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.render import typefaces
from pipeline.render.binding import (
    APART,
    DOCUMENT,
    FONTS,
    IN_STREAM,
    NAMESPACE,
    PAGES,
    Chunk,
    Seat,
    file_of,
    global_chunk,
    in_blocks,
    referred,
)
from pipeline.render.forme import Bookmark, Face, Forme, number_of, string
from pipeline.render.labels import page_labels
from pipeline.render.statement import Statement
from pipeline.render.tags import NAMESPACE as _PDF_2

_CATALOG, _STRUCTURE, _PARENTS, _NAMES, _OUTLINES, _PLACES, _IDS = 1, 6, 7, 8, 9, 10, 11
FIRST = 12  # of the objects whose number depends on the report: those of its `Statement`
_PER_FACE = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """What the whole file has, beside the pages.

    Attributes:
        version: of PDF.
        statement: what it says of itself; its objects have numbers from `FIRST`.
        parts: the id of each part of the report, and the ids of its chapters.
    """

    version: str
    statement: Statement
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Seated:
    """A forme in its place, and the stretch of the file that it becomes."""

    forme: Forme
    seat: Seat
    chunk: Chunk


def room_for_whole(statement: Statement, bookmarks: int, faces: int) -> int:
    """The number after which those of formes begin."""
    needed = statement.after + bookmarks + _PER_FACE * faces
    return in_blocks(needed + needed // IN_STREAM + 2 + APART)


def bound(
    seated: Sequence[Seated],
    labels: Sequence[str],
    faces: Sequence[tuple[Face, bytes]],
    facts: Facts,
) -> bytes:
    """The finished file.

    Args:
        seated: the formes in their order.
        labels: the label of every page.
        faces: the fonts that they use, with their subsets.
        facts: what the whole file has.
    """
    statement = facts.statement
    objects: dict[int, bytes] = dict(statement.objects)
    streams: list[tuple[int, bytes, bytes]] = list(statement.streams)
    last = statement.after
    bookmarks = [(mark, _page(item, mark.page)) for item in seated for mark in item.forme.bookmarks]
    last = _add_outline(objects, bookmarks, last)
    fonts = []
    for face, data in faces:
        fonts.append(b"/%s %d 0 R" % (face.hash.encode(), last))
        _add_face(objects, streams, face, data, last)
        last += _PER_FACE
    objects[FONTS] = b"<<" + b"".join(fonts) + b">>"
    objects[PAGES] = _page_tree(seated)
    objects |= _structure(seated)
    names = list(_destinations(seated))
    tree = b"".join(string(name) + b" " + place + b" " for name, place in sorted(names))
    objects[_PLACES] = b"<</Names[" + tree + b"]>>"
    objects[_NAMES] = b"<</Dests %d 0 R" % _PLACES + statement.names + b">>"
    objects[_CATALOG] = _catalog(statement, labels, tagged=_STRUCTURE in objects, outlined=bool(bookmarks))
    chunks = [global_chunk(objects, streams, last), *(item.chunk for item in seated)]
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in chunks:
        digest.update(chunk.data)
    return file_of(chunks, facts.version, _CATALOG, statement.info, digest.digest())


def _page(item: Seated, page: int) -> bytes:
    return b"%d 0 R" % (item.seat.base + item.forme.sheets[page].object)


def _dictionary(entries: Iterator[tuple[str, bytes]]) -> bytes:
    return b"<<" + b"".join(b"/%s %s" % (name.encode(), value) for name, value in entries) + b">>"


def _catalog(statement: Statement, labels: Sequence[str], *, tagged: bool, outlined: bool) -> bytes:
    entries = [
        ("Type", b"/Catalog"),
        ("Pages", b"%d 0 R" % PAGES),
        ("Names", b"%d 0 R" % _NAMES),
        ("PageLabels", page_labels(labels)),
    ]
    if outlined:
        entries.append(("Outlines", b"%d 0 R" % _OUTLINES))
    if tagged:
        entries.append(("StructTreeRoot", b"%d 0 R" % _STRUCTURE))
    return _dictionary(iter(entries))[:-2] + statement.catalog + b">>"


def _page_tree(seated: Sequence[Seated]) -> bytes:
    kids = b" ".join(b"%d 0 R" % (item.seat.base + item.forme.pages) for item in seated)
    count = sum(len(item.forme.sheets) for item in seated)
    return b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)


def _structure(seated: Sequence[Seated]) -> dict[int, bytes]:
    """The structure tree: one Document, whose children are those of every gathering's."""
    tagged = [item for item in seated if item.forme.structure]
    if not tagged:
        return {}
    kids = b" ".join(kid for item in tagged for kid in referred(_own_kids(item), item.seat.base))
    leaves = b" ".join(b"%d 0 R" % (item.seat.base + item.forme.parents) for item in tagged)
    after = max(item.seat.base + item.forme.keys for item in tagged)
    ids = sorted(
        (name, place)
        for item in tagged
        for name, place in zip(
            (name for name, _ in item.forme.ids),
            referred((place for _, place in item.forme.ids), item.seat.base),
            strict=True,
        )
    )
    found = {_PARENTS: b"<</Kids[%s]>>" % leaves}
    tree, space, own = b"", b"", b""
    if ids:
        found[_IDS] = b"<</Names[" + b" ".join(b"%s %s" % pair for pair in ids) + b"]>>"
        tree = b"/IDTree %d 0 R" % _IDS
    if any(item.forme.namespaced for item in tagged):
        found[NAMESPACE] = b"<</Type/Namespace/NS %s>>" % string(_PDF_2)
        space, own = b"/Namespaces[%d 0 R]" % NAMESPACE, b"/NS %d 0 R" % NAMESPACE
    root = b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d%s%s>>"
    found[_STRUCTURE] = root % (DOCUMENT, _PARENTS, after, tree, space)
    found[DOCUMENT] = b"<</Type/StructElem/S/Document/P %d 0 R%s/K[%s]>>" % (_STRUCTURE, own, kids)
    return found


def _own_kids(item: Seated) -> list[bytes]:
    """The elements of a forme that hang in the Document element, and in no part."""
    within = dict(item.seat.hanging.within)
    return [kid for kid in item.forme.kids if number_of(kid) not in within]


def _destinations(seated: Sequence[Seated]) -> Iterator[tuple[str, bytes]]:
    """Where every id is; a link shows its page from the left edge, whichever side the page is on."""
    seen: set[str] = set()
    for item in seated:
        for number, sheet in enumerate(item.forme.sheets):
            for name, top in sheet.anchored:
                if name not in seen:
                    seen.add(name)
                    yield name, b"[%s/XYZ 0 %g 0]" % (_page(item, number), top)


# ------------------------------------------------------------------ outline


def _add_outline(objects: dict[int, bytes], bookmarks: Sequence[tuple[Bookmark, bytes]], first: int) -> int:
    """Write the outline; gives the number after its last."""
    parents: list[int] = []  # of each bookmark, the index of the one above it; -1 at the top
    above: list[tuple[int, int]] = []
    for index, (mark, _) in enumerate(bookmarks):
        while above and above[-1][0] >= mark.level:
            above.pop()
        parents.append(above[-1][1] if above else -1)
        above.append((mark.level, index))
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(parents):
        children.setdefault(parent, []).append(index)
    below = [0] * len(bookmarks)
    for index in reversed(range(len(bookmarks))):
        if parents[index] >= 0:
            below[parents[index]] += 1 + below[index]
    for siblings in children.values():
        for place, index in enumerate(siblings):
            mark, page = bookmarks[index]
            parent = _OUTLINES if parents[index] < 0 else first + parents[index]
            entries = [
                ("Title", string(mark.title)),
                ("Parent", b"%d 0 R" % parent),
                ("Dest", b"[%s/XYZ 0 %g 0]" % (page, mark.top)),
            ]
            if place:
                entries.append(("Prev", b"%d 0 R" % (first + siblings[place - 1])))
            if place + 1 < len(siblings):
                entries.append(("Next", b"%d 0 R" % (first + siblings[place + 1])))
            if index in children:
                entries += [
                    ("First", b"%d 0 R" % (first + children[index][0])),
                    ("Last", b"%d 0 R" % (first + children[index][-1])),
                    ("Count", b"%d" % below[index]),
                ]
            objects[first + index] = _dictionary(iter(entries))
    if bookmarks:
        top = children[-1]
        ends = (first + top[0], first + top[-1], len(bookmarks))
        objects[_OUTLINES] = b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % ends
    return first + len(bookmarks)


# ------------------------------------------------------------------ fonts


def _add_face(
    objects: dict[int, bytes], streams: list[tuple[int, bytes, bytes]], face: Face, data: bytes, at: int
) -> None:
    """Write a font as six objects: the font, its descendant, its descriptor, file, characters, codes."""
    cff = typefaces.is_opentype_cff(data)
    name = face.name.encode()
    coding = b"%d 0 R" % (at + 5) if face.absent else b"/Identity-H"
    objects[at] = b"<</Type/Font/Subtype/Type0/BaseFont %s/Encoding %s/ToUnicode %d 0 R/DescendantFonts[%d 0 R]>>" % (
        name, coding, at + 4, at + 1,
    )  # fmt: skip
    objects[at + 1] = (
        b"<</Type/Font/Subtype/CIDFontType%d/BaseFont %s"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/CIDToGIDMap/Identity/W %s/FontDescriptor %d 0 R>>"
    ) % (0 if cff else 2, name, typefaces.widths(face), at + 2)
    widest = max(face.widths.values(), default=0)
    objects[at + 2] = (
        b"<</Type/FontDescriptor/FontName %s/FontFamily %s/Flags %d/FontBBox[0 %d %d %d]/ItalicAngle 0"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/StemH 80/FontFile%d %d 0 R>>"
    ) % (
        name, string(face.family), typefaces.descriptor_flags(face), face.descent, widest, face.ascent,
        face.ascent, face.descent, face.ascent, 3 if cff else 2, at + 3,
    )  # fmt: skip
    streams.append((at + 3, b"<</Subtype/OpenType>>" if cff else b"<</Length1 %d>>" % len(data), data))
    streams.append((at + 4, b"<<>>", typefaces.unicode_map(face)))
    if face.absent:
        head = b"<</Type/CMap/CMapName/Proofpress-0/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
        streams.append((at + 5, head, typefaces.encoding(face)))


# ------------------------------------------------------------------ page labels
