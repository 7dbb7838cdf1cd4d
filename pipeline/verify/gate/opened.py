"""A PDF opened for the gate: its objects as qpdf reads them, its bytes, its metadata.

Values come from files of strangers: nothing is expected to be there or to be of the type that the standard says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf
from lxml import etree

from pipeline.cache import Cache
from pipeline.verify.gate.written import Written

_STREAM_WORD = re.compile(rb"\bstream\r?\n")
_MOST_OBJECTS = 3_000_000
_ARRAY, _DICTIONARY, _STREAM = pikepdf.ObjectType.array, pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream
_NO_NUMBERS = (_DICTIONARY, _ARRAY, pikepdf.ObjectType.name_, _STREAM, pikepdf.ObjectType.string)


class NotReadableError(Exception):
    """The file cannot be read; the message says why."""


def kind_of(value: Any) -> pikepdf.ObjectType | None:
    """The type of an object of the file; None of a plain number, a boolean, null, and what is none of a file.

    `isinstance` asks the same four times as slowly, which counts where it is asked of every operand.
    """
    return value._type_code if type(value) is pikepdf.Object else None


def entry(holder: Any, key: str) -> Any:
    """An entry of a dictionary or stream; None when it is absent or the holder is something else."""
    if type(holder) is not pikepdf.Object:
        return None
    kind = holder._type_code
    return holder.get(key) if kind is _DICTIONARY or kind is _STREAM else None


def is_holder(value: Any) -> bool:
    """Whether something is a dictionary or a stream."""
    return type(value) is pikepdf.Object and ((kind := value._type_code) is _DICTIONARY or kind is _STREAM)


def items(value: Any) -> list[Any]:
    """The items of an array; a single value as a list of one; nothing for None."""
    if value is None:
        return []
    return list(value) if kind_of(value) is _ARRAY else [value]


def name(value: Any) -> str:
    """A name without its slash, with U+FFFD for what is not UTF-8; "" for anything else."""
    if kind_of(value) is not pikepdf.ObjectType.name_:
        return ""
    try:
        return str(value)[1:]
    except UnicodeDecodeError:
        escaped = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), value.unparse())
        return escaped[1:].decode("utf-8", "replace")


def text(value: Any) -> str:
    """A text string; "" for anything else."""
    return str(value) if isinstance(value, pikepdf.String) else ""


def number(value: Any) -> float | None:
    """A number, or None."""
    if value is None or isinstance(value, bool) or kind_of(value) in _NO_NUMBERS:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, NotImplementedError):
        return None


def pairs(holder: Any) -> list[tuple[str, Any]]:
    """The entries of a dictionary or stream by their keys: without their slash, with U+FFFD for what is not UTF-8."""
    if not is_holder(holder):
        return []
    found = {key.removeprefix("/"): value for key, value in holder.items()}
    return [(_readable(key), found[key]) for key in sorted(found)]


def _readable(key: str) -> str:
    return key if key.isascii() else key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def identity(value: Any) -> tuple[int, int]:
    """The number of an indirect object; (0, 0) of a direct one."""
    return value.objgen if isinstance(value, pikepdf.Object) else (0, 0)


def place(value: Any) -> str:
    """Where a value stands, for a message."""
    found = identity(value)[0]
    return f"object {found}" if found else ""


def tree_items(root: Any, key: str) -> Iterator[tuple[Any, Any]]:
    """The pairs of a name tree (`key` is "/Names") or number tree ("/Nums"), in the order of the file."""
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        found = identity(node)
        if found != (0, 0):
            if found in seen:
                continue
            seen.add(found)
        values = items(entry(node, key))
        yield from zip(values[::2], values[1::2], strict=False)
        pending.extend(reversed(items(entry(node, "/Kids"))))


@dataclass(slots=True)
class Page:
    """A page and its number, from 1."""

    number: int
    object: Any

    @property
    def where(self) -> str:
        """Its place, for a message."""
        return f"page {self.number}"


@dataclass(frozen=True, slots=True)
class Use:
    """What is shown in a font where nobody looks.

    Attributes:
        font: its dictionary.
        page: the number of the first page with text in it.
        order: how many fonts are met on that page before it.
        strings, visible: the strings shown in it (see `typefaces.Typeface`).
    """

    font: Any
    page: int
    order: int
    strings: tuple[bytes, ...]
    visible: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Parts of a file that were found to be sound before (see `parts`).

    Attributes:
        roots: the numbers of the structure elements that they begin with.
        pages: the numbers of their pages.
        objects: the numbers of their objects.
        uses: what they show.
    """

    roots: frozenset[int] = frozenset()
    pages: frozenset[int] = frozenset()
    objects: frozenset[int] = frozenset()
    uses: tuple[Use, ...] = ()


class Opened:
    """A PDF for the gate to look at.

    Clauses look at `looked_at`, `objects` and `dictionaries`, at the structure and at what is painted; parts that are
    left out are in none of them. `pages` are all of its pages, and `everywhere` looks at all of its objects.

    Attributes:
        left_out: what need not be looked at.

    Args:
        path: the file.
        cache: where what is read of its content streams is kept; None keeps nothing.

    Raises:
        NotReadableError: when it cannot be opened, or only with a password.
    """

    def __init__(self, path: Path, cache: Cache | None = None) -> None:
        self.path = path
        self.cache = cache
        self.left_out = LeftOut()
        try:
            self.data = path.read_bytes()
            self.pdf = pikepdf.open(path, suppress_warnings=True)
        except pikepdf.PasswordError as error:
            raise NotReadableError("it is encrypted and asks for a password") from error
        except (pikepdf.PdfError, OSError) as error:
            raise NotReadableError(f"it cannot be opened: {error}") from error
        self.root: Any = self.pdf.Root
        if not isinstance(self.root, pikepdf.Dictionary):
            raise NotReadableError("it has no catalog")
        if cache is None and len(self.pdf.objects) > _MOST_OBJECTS:
            raise NotReadableError(f"it has {len(self.pdf.objects):,} objects")

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages in their order."""
        found: list[Any] = list(self.pdf.pages)
        return tuple(Page(number, page.obj) for number, page in enumerate(found, 1))

    @cached_property
    def looked_at(self) -> tuple[Page, ...]:
        """The pages that are looked at."""
        return tuple(page for page in self.pages if page.number not in self.left_out.pages)

    @cached_property
    def all_objects(self) -> tuple[Any, ...]:
        """The indirect objects, those of parts that are left out among them."""
        return tuple(item for item in self.pdf.objects if item is not None)

    @cached_property
    def written(self) -> Written:
        """The objects as they are written.

        Raises:
            UnusualFileError: when they are not told apart by their numbers alone.
        """
        return Written(self.all_objects)

    @cached_property
    def objects(self) -> tuple[Any, ...]:
        """The indirect objects that are looked at."""
        left = self.left_out.objects
        if not left:
            return self.all_objects
        return tuple(item for item in self.all_objects if identity(item)[0] not in left)

    @cached_property
    def dictionaries(self) -> tuple[Any, ...]:
        """All dictionaries and streams, also those inside other objects."""
        return self._dictionaries[0]

    def having(self, *keys: str) -> tuple[Any, ...]:
        """The dictionaries and streams that have an entry of one of these keys, in the order of all."""
        found, places = self._dictionaries
        return tuple(found[at] for at in sorted({at for key in keys for at in places.get(key, ())}))

    def everywhere(self, key: str) -> list[Any]:
        """All values of a key, in parts that are left out, too."""
        found = [entry(value, key) for value in self.having(key)]
        written, texts = f"{key} ".encode(), self.written.texts if self.left_out.objects else {}
        for number in self.left_out.objects:
            if written in texts.get(number, b""):
                holders, _ = _holders(self.pdf.get_object(number, 0))
                found += [entry(value, key) for value in holders if entry(value, key) is not None]
        return found

    @cached_property
    def _dictionaries(self) -> tuple[tuple[Any, ...], dict[str, list[int]]]:
        """All dictionaries, and the places among them of those that have a key."""
        return _holders(*self.objects)

    @cached_property
    def version(self) -> str:
        """The version that the header says, "1.7"; "" when there is none."""
        found = re.match(rb"%PDF-(\d\.\d)", self.data[:1024])
        return found[1].decode() if found else ""

    @cached_property
    def bytes_outside_streams(self) -> bytes:
        """The file with blanks in place of what streams hold, so that it can be searched."""
        cut: list[bytes] = []
        at = 0
        for found in _STREAM_WORD.finditer(self.data):
            if found.end() < at:
                continue
            end = self.data.find(b"endstream", found.end())
            if end < 0:
                break
            cut += [self.data[at : found.end()], b" "]
            at = end
        return b"".join((*cut, self.data[at:]))

    @cached_property
    def metadata(self) -> bytes | None:
        """The XMP packet, or None."""
        stream = entry(self.root, "/Metadata")
        if not isinstance(stream, pikepdf.Stream):
            return None
        try:
            return stream.read_bytes()
        except pikepdf.PdfError:
            return None

    @cached_property
    def xmp(self) -> etree._Element | None:
        """The RDF of the packet, or None when there is none that can be read."""
        return rdf_of(self.metadata) if self.metadata is not None else None

    def said(self, namespace: str, local: str) -> list[str]:
        """The values of a property in the metadata, as element or as attribute."""
        if self.xmp is None:
            return []
        wanted = f"{{{namespace}}}{local}"
        found: list[str] = []
        for about in self.xmp.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"):
            if wanted in about.attrib:
                found.append(str(about.attrib[wanted]))
            found += [" ".join("".join(map(str, value.itertext())).split()) for value in about.findall(wanted)]
        return found


def rdf_of(packet: bytes) -> etree._Element | None:
    """The RDF of a packet of XMP, or None when there is none that can be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
    return tree if tree.tag == rdf else next(tree.iter(rdf), None)


def _holders(*top: Any) -> tuple[tuple[Any, ...], dict[str, list[int]]]:
    """The dictionaries in some objects, and the places among them of those that have a key."""
    found: list[Any] = []
    places: dict[str, list[int]] = {}
    pending: list[tuple[Any, int]] = [(item, 0) for item in top]
    while pending:
        value, depth = pending.pop()
        if is_holder(value):
            entries = dict(value.items())
            keys = sorted(entries)
            for key in keys:
                places.setdefault(key, []).append(len(found))
            found.append(value)
            kids = [entries[key] for key in keys]
        elif kind_of(value) is _ARRAY:
            kids = list(value)
        else:
            continue
        if depth < 64:
            pending.extend((kid, depth + 1) for kid in kids if _is_direct_holder(kid))
    return tuple(found), places


def _is_direct_holder(value: Any) -> bool:
    kind = kind_of(value)
    return (kind is _DICTIONARY or kind is _ARRAY or kind is _STREAM) and not value.is_indirect
