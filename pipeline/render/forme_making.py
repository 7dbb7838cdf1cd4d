"""From laid-out pages to a forme: the objects of the layout engine's PDF, taken before it is a file.

The engine (WeasyPrint 70.0) makes a PDF of its own for the pages of a gathering. What belongs to a whole file is left
out of it (fonts, outline, destinations, catalog), and every number of another object is written as a mark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pydyf
import weasyprint
from weasyprint import pdf as engine_pdf
from weasyprint.pdf import anchors

from pipeline.diagnostics import Findings
from pipeline.render.contrast import faint_texts
from pipeline.render.engine import Engine
from pipeline.render.forme import Bookmark, Face, Forme, Sheet, Stock, number_of
from pipeline.render.forme_drawing import Drawing, content_of
from pipeline.render.leaning import replacing
from pipeline.render.pagemap import read_page_starts
from pipeline.render.pages import Layout
from pipeline.render.right_hand import BoundToSideError, Margins
from pipeline.render.tags import AddTags
from pipeline.render.zones import Across, mark_zones, zone_of

_SCALE = 0.75  # points (72 to the inch) in a pixel (96)
_ENCODED = ("Filter", "/Filter")
_PAGES, _CATALOG = 1, 2  # the first objects of every file that the engine makes

_add_links = anchors.add_links


@dataclass(frozen=True, slots=True)
class Made:
    """A forme, what it prints, and the font files that it uses, by their SHA-256."""

    forme: Forme
    stock: Stock
    files: Mapping[str, bytes]


@dataclass(slots=True)
class _Kept:
    """What is kept out of the engine's PDF."""

    fonts: list[Any] = field(default_factory=list)
    anchored: list[tuple[int, str, float]] = field(default_factory=list)


class _Key(pydyf.Object):  # type: ignore[misc]
    """A key of the parent tree."""

    def __init__(self, key: int) -> None:
        super().__init__()
        self.key = key

    @property
    def data(self) -> bytes:
        return b"\x03%d\x03" % self.key


def make_forme(
    engine: Engine,
    pages: weasyprint.Document,
    margins: Mapping[int, Margins],
    layout: Layout,
    findings: Findings,
    add_tags: AddTags,
) -> Made:
    """Draw laid-out pages.

    Args:
        engine: has laid them out.
        pages: the pages, laid out as right-hand ones.
        margins: what stands in their margins, by the identity of each `weasyprint.Page`.
        layout: what was read from them.
        findings: what has been found wrong so far, and what the engine complains about now.
        add_tags: gives the pages their structure.

    Raises:
        BoundToSideError: when the pages cannot be moved to the other side.
    """
    drawing, kept = Drawing(margins), _Kept()
    for page in pages.pages:
        mark_zones(page._page_box, margins[id(page)].shift)
    with _open_ends(kept), drawing.in_place():
        pdf = engine.draw(pages, add_tags)
        objects = {item.number: item for item in pdf.objects if item.free == "n"}
        tagged = _structure(pdf, objects)
        page_numbers = list(pdf.pages["Kids"][::3])
        bodies = tuple(_bodies(page_numbers, objects))
        sheets = tuple(_sheets(page_numbers, objects, bodies, kept))
        contents = {sheet.content for sheet in sheets}
        streams, encoded = _streams(objects, contents)
        fonts_object = objects[number_of(next(o["Font"] for o in objects.values() if _has_fonts(o)))]
        for at in page_numbers:
            objects[at]["Tabs"] = "/S"  # from link to link in the order of the structure (ISO 14289-1, 7.18.3)
        left_out = {0, _CATALOG, fonts_object.number, *tagged.left_out, *contents}
        node = objects[_PAGES]
        node["Kids"] = pydyf.Array(objects[page].reference for page in page_numbers)
        node["Parent"] = b"\x01P\x01"
        plain = tuple(
            (at, tagged.seen_from_whole(_body(item, fonts_object.reference)))
            for at, item in sorted(objects.items())
            if at not in left_out and not isinstance(item, pydyf.Stream) and at != pdf.info.number
        )
        streams = tuple((at, head.replace(fonts_object.reference, b"\x01F\x01"), data) for at, head, data in streams)
    faces, files = _faces(kept.fonts)
    forme = Forme(
        sheets=sheets,
        count=len(pdf.objects),
        packed=len(plain),
        pages=_PAGES,
        structure=tagged.document,
        namespaced=bool(tagged.namespace),
        kids=tagged.kids,
        parents=tagged.leaf,
        keys=tagged.keys,
        ids=tagged.ids,
        slots=tuple(drawing.slots),
        faces=faces,
        bookmarks=tuple(_bookmarks(pages)),
        faint=faint_texts(pages.pages),
        starts=read_page_starts(page._page_box for page in pages.pages),
        linked=tuple(
            dict.fromkeys(name for page in pages.pages for kind, name, *_ in page.links if kind == "internal")
        ),
        layout=layout,
        findings=findings.all(),
    )
    heads = tuple(drawing.heads[id(page)] for page in pages.pages)
    return Made(forme, Stock(plain, streams, encoded, bodies, heads), files)


@contextmanager
def _open_ends(kept: _Kept) -> Iterator[None]:
    """Have the engine write marks for what only the whole report knows, and leave out what belongs to a whole file."""

    def fonts_kept(pdf: Any, fonts: Mapping[Any, Any], *_: Any) -> Any:
        kept.fonts.extend(fonts.values())
        return pydyf.Dictionary()

    def links_moved(links_and_anchors: Any, matrix: Any, pdf: Any, page: Any, names: Any, tags: Any) -> None:
        links, places = links_and_anchors
        _add_links((links, ()), matrix, pdf, page, names, tags)
        for kind, _, _, box in links:
            if kind in ("internal", "external"):
                x1, y1, x2, y2 = box.link_annotation["Rect"]
                shift = zone_of(box, 0.0) * _SCALE
                box.link_annotation["Rect"] = pydyf.Array((Across(x1, shift), y1, Across(x2, shift), y2))
        for name, x, y in places:
            kept.anchored.append((len(pdf.pages["Kids"][::3]) - 1, name, round(matrix.transform_point(x, y)[1], 3)))

    def links_told(pages: Any) -> Iterator[tuple[Any, Any]]:
        seen: set[str] = set()
        for page in pages:
            places = [(name, x, y) for name, (x, y, _, _) in page.anchors.items() if name not in seen]
            seen.update(name for name, _, _ in places)
            yield list(page.links), places

    def no_outline(*_: Any, **__: Any) -> tuple[list[Any], int]:
        return [], 0

    replaced: tuple[tuple[Any, str, Any], ...] = (
        (engine_pdf, "build_fonts_dictionary", fonts_kept),
        (engine_pdf, "add_links", links_moved),
        (engine_pdf, "add_outlines", no_outline),
        (engine_pdf, "resolve_links", links_told),
        (pydyf.Object, "reference", property(lambda item: b"\x01%d\x01" % item.number)),
        (pydyf.PDF, "page_references", property(lambda pdf: tuple(b"\x01%d\x01" % n for n in pdf.pages["Kids"][::3]))),
    )
    with replacing(replaced):
        yield


def _has_fonts(item: Any) -> bool:
    return isinstance(item, pydyf.Dictionary) and isinstance(item.get("Font"), bytes)


def _body(item: Any, fonts: bytes) -> bytes:
    return bytes(item.data).replace(fonts, b"\x01F\x01")


@dataclass(frozen=True, slots=True)
class _Tagged:
    """The structure tree of a gathering, taken apart.

    Attributes:
        document: the number of its Document element; 0 when there is none.
        namespace: the number of its namespace, or 0.
        leaf: the number of its leaf of the parent tree, and
        keys: how many keys that has.
        kids: the elements in the Document element.
        ids: the names of elements, and their objects.
        left_out: the numbers of objects that the whole file has of its own.
    """

    document: int = 0
    namespace: int = 0
    leaf: int = 0
    keys: int = 0
    kids: tuple[bytes, ...] = ()
    ids: tuple[tuple[bytes, bytes], ...] = ()
    left_out: frozenset[int] = frozenset()

    def seen_from_whole(self, body: bytes) -> bytes:
        """An object with references to the whole file's Document element and namespace in place of its own."""
        for number, mark in ((self.document, b"D"), (self.namespace, b"N")):
            if number:
                body = body.replace(b"\x01%d\x01" % number, b"\x01%s\x01" % mark)
        return body


def _structure(pdf: Any, objects: Mapping[int, Any]) -> _Tagged:
    """Take the structure tree apart; its leaf of the parent tree is made part of a larger one."""
    mark = pdf.catalog.get("StructTreeRoot")
    if mark is None:
        return _Tagged()
    root = objects[number_of(mark)]
    document = objects[number_of(root["K"][0])]
    parents = objects[number_of(root["ParentTree"])]
    numbers = parents["Nums"]
    keys = len(numbers) // 2
    for position in range(0, len(numbers), 2):
        numbers[position] = _Key(numbers[position])
    parents["Limits"] = pydyf.Array((_Key(0), _Key(max(0, keys - 1))))
    for item in objects.values():
        if isinstance(item, pydyf.Dictionary):
            for name in ("StructParents", "StructParent"):
                if name in item:
                    item[name] = _Key(item[name])
    namespaces = [number_of(reference) for reference in root.get("Namespaces", ())]
    tree = [number_of(root["IDTree"])] if "IDTree" in root else []
    names = objects[tree[0]]["Names"] if tree else ()
    return _Tagged(
        document=document.number,
        namespace=namespaces[0] if namespaces else 0,
        leaf=parents.number,
        keys=keys,
        kids=tuple(pydyf._to_bytes(kid) for kid in document["K"]),
        ids=tuple((pydyf._to_bytes(a), pydyf._to_bytes(b)) for a, b in zip(names[::2], names[1::2], strict=True)),
        left_out=frozenset((root.number, document.number, *namespaces, *tree)),
    )


def _bodies(numbers: list[int], objects: Mapping[int, Any]) -> Iterator[bytes]:
    for at in numbers:
        yield content_of(objects[number_of(objects[at]["Contents"])])


def _sheets(numbers: list[int], objects: Mapping[int, Any], bodies: tuple[bytes, ...], kept: _Kept) -> Iterator[Sheet]:
    for index, (at, body) in enumerate(zip(numbers, bodies, strict=True)):
        yield Sheet(
            object=at,
            content=number_of(objects[at]["Contents"]),
            anchored=tuple((name, top) for where, name, top in kept.anchored if where == index),
            patterned=b"/Pattern cs" in body and b"\x04" in body,
        )


def _streams(
    objects: Mapping[int, Any], contents: set[int]
) -> tuple[tuple[tuple[int, bytes, bytes], ...], frozenset[int]]:
    found, encoded = [], set()
    for at, item in sorted(objects.items()):
        if isinstance(item, pydyf.Stream) and at not in contents:
            data = content_of(item)
            item.extra.pop("Interpolate", None)  # no picture asks to be smoothed (ISO 19005-3, 6.2.8)
            if any(name in item.extra for name in _ENCODED):
                encoded.add(at)
            elif item.extra.get("Subtype") == "/Form" and (b"\x04" in data or b"\x05" in data):
                raise BoundToSideError("something transparent stands partly beside the text")
            found.append((at, bytes(pydyf.Dictionary(item.extra).data), data))
    return tuple(found), frozenset(encoded)


def _bookmarks(pages: weasyprint.Document) -> Iterator[Bookmark]:
    for index, page in enumerate(pages.pages):
        for level, title, (_, y), _ in page.bookmarks:
            yield Bookmark(level, title, index, round((page.height - y) * _SCALE, 3))


def _faces(fonts: list[Any]) -> tuple[tuple[Face, ...], dict[str, bytes]]:
    files: dict[str, bytes] = {}
    digests: dict[int, str] = {}
    found: dict[str, Face] = {}
    for font in sorted(fonts, key=lambda font: font.hash):
        if font.bitmap:
            raise BoundToSideError(f"the font {font.family} has pictures in place of outlines")
        data = font.file_content
        if id(data) not in digests:
            digests[id(data)] = hashlib.sha256(data).hexdigest()
            files[digests[id(data)]] = data
        before = found.get(font.hash)
        found[font.hash] = Face(
            hash=font.hash,
            name=font.name.decode(),
            family=font.family,
            file=digests[id(data)],
            index=font.index,
            axes=tuple(sorted(_axes(font).items())),
            ascent=font.ascent,
            descent=font.descent,
            flags=font.flags,
            widths={**(before.widths if before else {}), **font.widths},
            unicode={**(before.unicode if before else {}), **font.to_unicode},
            absent=frozenset(font.missing.values()) | (before.absent if before else frozenset()),
        )
    return tuple(found.values()), files


def _axes(font: Any) -> dict[str, float]:
    """Where a variable font stands on its axes, as the engine decides it when it makes a static font of it."""
    axes = {tag: float(value) for tag, value in font.variations.items() if len(tag) == 4}
    axes.setdefault("wght", float(font.weight))
    axes.setdefault("opsz", float(font.font_size))
    axes.setdefault("slnt", 0.0 if font.style != 1 else -90.0)
    axes.setdefault("ital", float(font.style == 2))
    return axes
