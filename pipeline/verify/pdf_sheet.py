"""What a page of a PDF is made from: its content stream and the resources that it names, and a digest of both.

Pages with the same digest show the same things in the same places. The digest leaves out what differs between files
without being seen on the page: the numbers of objects, the resources that the page does not name, and the glyphs of its
fonts that it does not show. These are told apart where they can be (see `pdf_glyphs`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

from pipeline.verify.pdf_glyphs import Glyphs, glyphs_of

_NAME = re.compile(rb"/([^\s/<>\[\](){}%]+)")
_UNSEEN = frozenset(("/Length", "/Resources", "/StructParent", "/StructParents"))

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page is made from.

    Attributes:
        digest: of all of it; "" where it cannot be told, because something in it contains itself.
        streams: the page and the form XObjects that it paints, each with the resources that it takes names from.
        fonts: the fonts that these name, by their digests.
        contents: the numbers of the objects that the content stream of the page itself stands in.
    """

    digest: str
    streams: tuple[tuple[Any, Any], ...]
    fonts: Mapping[str, Any]
    contents: frozenset[Key]


@dataclass(slots=True)
class _Resource:
    """A resource, by its kind and its name without the stroke; its digest once that was needed."""

    kind: bytes
    name: bytes
    value: Any
    is_form: bool
    digest: bytes = b""


class _EndlessError(Exception):
    """Something contains itself."""


class Sheets:
    """Tells what pages of one file are made from; what several of them name is read once.

    Attributes:
        met: all names in the content streams that were read since somebody emptied it.
    """

    def __init__(self) -> None:
        self.met: set[bytes] = set()
        self._known: dict[Key, bytes] = {}
        self._open: set[Key] = set()
        self._tables: dict[bytes, tuple[_Resource, ...]] = {}
        self._fonts: dict[Key, bytes] = {}
        self._glyphs: dict[str, Glyphs] = {}

    def of(self, page: Any) -> Sheet:
        """What a page is made from.

        Args:
            page: a `pikepdf.Page`.
        """
        contents = page.obj.get("/Contents")
        parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents] if contents is not None else []
        streams: list[tuple[Any, Any]] = [(page, page.resources)]
        fonts: dict[str, Any] = {}
        try:
            boxes = tuple(self._value(box) for box in (page.mediabox, page.cropbox, page.trimbox))
            raw = [self._stream(part) for part in parts]
            content = b"\n".join(part.read_bytes() for part in parts)
            digest = _digest((*boxes, *raw, self._named(content, page.resources, streams, fonts))).hex()
        except _EndlessError:
            self._open.clear()
            digest = ""
        return Sheet(digest, tuple(streams), fonts, frozenset(part.objgen for part in parts))

    def digest_of(self, value: Any) -> str:
        """The digest of a font; "" where it cannot be told."""
        try:
            return self._font(value).hex()
        except _EndlessError:
            self._open.clear()
            return ""

    def glyphs(self, font: str, codes: Iterable[int]) -> str:
        """The digest of glyphs of a font with this digest; "" where that is one of the font with all its glyphs."""
        known = self._glyphs.get(font)
        return known.digest(codes) if known is not None else ""

    def _font(self, font: Any) -> bytes:
        """The digest of a font, without its single glyphs where these can be told apart."""
        key = font.objgen if isinstance(font, pikepdf.Object) and font.is_indirect else None
        if key is None:
            return self._value(font)
        if key not in self._fonts:
            glyphs = glyphs_of(font, self._value)
            if glyphs is None or glyphs.face.hex() in self._glyphs:  # a second one could not be told from the first
                self._fonts[key] = self._value(font)
            else:
                self._fonts[key] = glyphs.face
                self._glyphs[glyphs.face.hex()] = glyphs
        return self._fonts[key]

    def _named(self, content: bytes, resources: Any, streams: list[tuple[Any, Any]], fonts: dict[str, Any]) -> bytes:
        """The digest of the resources that a content stream names."""
        names = frozenset(_NAME.findall(content))
        self.met |= names
        escaped = any(b"#" in name for name in names)  # may stand for any other (ISO 32000-2, 7.3.5)
        found: list[bytes] = []
        for item in self._table(resources):
            if not escaped and item.name not in names:
                continue
            if item.is_form:
                digest = self._form(item.value, resources, streams, fonts)
            else:
                read = self._font if item.kind == b"/Font" else self._value
                digest = item.digest = item.digest or read(item.value)
            if item.kind == b"/Font":
                fonts[digest.hex()] = item.value
            found += [item.kind, item.name, digest]
        return _digest(found)

    def _table(self, resources: Any) -> tuple[_Resource, ...]:
        """The resources that a stream may name; most pages and forms share them with others, or have the same."""
        key = resources.unparse(resolved=True) if isinstance(resources, pikepdf.Object) else None
        if key is not None and key in self._tables:
            return self._tables[key]
        table = tuple(
            _Resource(_bytes(kind), _bytes(name[1:]), value, _is_form(value))
            for kind, held in _sorted(resources)
            for name, value in _sorted(held)
        )
        if key is not None:
            self._tables[key] = table
        return table

    def _form(self, form: Any, outer: Any, streams: list[tuple[Any, Any]], fonts: dict[str, Any]) -> bytes:
        """The digest of a form XObject; one without resources has those of the stream around it."""
        resources = form.get("/Resources", outer)
        self._enter(form.objgen)
        streams.append((form, resources))
        digest = _digest((self._stream(form), self._named(form.read_bytes(), resources, streams, fonts)))
        self._open.discard(form.objgen)
        return digest

    def _value(self, value: Any) -> bytes:
        """The digest of a value, whatever it is and holds."""
        if not isinstance(value, (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream)):
            plain = value.unparse() if isinstance(value, pikepdf.Object) else repr(value).encode()
            return _digest((type(value).__name__.encode(), plain))
        key = value.objgen if value.is_indirect else None
        if key is None:
            return self._held(value)
        if key not in self._known:
            self._enter(key)
            self._known[key] = self._held(value)
            self._open.discard(key)
        return self._known[key]

    def _held(self, value: Any) -> bytes:
        if not isinstance(value, pikepdf.Stream) and b" R" not in (written := value.unparse(resolved=True)):
            return _digest((b"=", written))  # it names no other object
        if isinstance(value, pikepdf.Array):
            return _digest((b"[", *(self._value(item) for item in value)))
        if isinstance(value, pikepdf.Dictionary):
            return self._entries(value)
        return _digest((self._stream(value), self._value(value.get("/Resources"))))

    def _enter(self, key: Key) -> None:
        if key in self._open:
            raise _EndlessError
        self._open.add(key)

    def _stream(self, stream: Any) -> bytes:
        """The digest of a stream without its resources."""
        written = stream.stream_dict.unparse(resolved=True)
        if b" R" not in written and b"/Struct" not in written and b"/Resources" not in written:
            return _digest((b"=", written, stream.read_raw_bytes()))
        return _digest((self._entries(stream, _UNSEEN), stream.read_raw_bytes()))

    def _entries(self, holder: Any, without: frozenset[str] = frozenset()) -> bytes:
        parts: list[bytes] = [b"<<"]
        for name, value in _sorted(holder):
            if name not in without:
                parts += [_bytes(name), self._value(value)]
        return _digest(parts)


def _sorted(holder: Any) -> Iterator[tuple[str, Any]]:
    """The entries of a dictionary or a stream, in the order of their names."""
    if isinstance(holder, (pikepdf.Dictionary, pikepdf.Stream)):
        yield from sorted(((str(name), value) for name, value in holder.items()), key=lambda entry: entry[0])


def _is_form(value: Any) -> bool:
    return isinstance(value, pikepdf.Stream) and value.get("/Subtype") == "/Form"


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _digest(parts: Iterable[bytes]) -> bytes:
    """A digest of several pieces, which are kept apart by their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
