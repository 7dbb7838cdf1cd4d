"""The objects of a PDF as text, the way qpdf writes them: to see at once which of them name which others.

The texts are cut out of the bytes of the file: to have qpdf read all objects of a long report and write them again
takes several times as long, and a kilobyte and a half of memory for each. Where a file is not written the way qpdf
writes, this is done all the same: the text of an object that stands here is always the one that qpdf would write of it,
but for the order of entries, and for the stream of cross-references.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

STRING = rb"\((?:[^\\)]|\\.)*\)|<[0-9a-fA-F]*>"
"""A string as qpdf writes it: parentheses in it stand behind a stroke."""

_REFERENCE = re.compile(STRING + rb"|(\d+) 0 R", re.DOTALL)
_ENDS = b" 0 R"  # how a reference ends: objects of later generations are not read
_IN_STRING = re.compile(rb"\([^)]* 0 R")
_STRING = re.compile(rb"(\((?:[^\\()\n]|\\[^\n])*\)|<[0-9a-fA-F]+>)")
_USUAL = bytes(sorted({*range(32, 127), ord("\n")} - set(b"%(){}")))  # what stands outside of strings
_BETWEEN = ((b"<<", b"<< "), (b">>", b" >>"), (b"[", b"[ "), (b"]", b" ]"), (b"/", b" /"), (b"~", b" ~"), (b"~", b"~ "))
_SPREAD = re.compile(rb"\d  +[\dR]")  # a reference with too many blanks
_NEEDLESS = re.compile(rb"#(?![01][0-9a-f]|2[03589f]|3[ce]|5[bd]|7[bdf]|[89a-f][0-9a-f])")  # escapes in names
_LENGTH = re.compile(rb"/Length (\d+) ")
_FLATE = re.compile(rb"/Filter /FlateDecode ")
_PACKED = re.compile(rb"<< /Type /ObjStm /N (\d+) /First (\d+) /Filter /FlateDecode /Length \d+ >>")
_IN_FILE, _IN_STREAM = 1, 2  # where an object is (ISO 32000-1, table 18)


class UnusualFileError(Exception):
    """Something is not as the press writes it; the message says what."""


@dataclass(frozen=True, slots=True)
class Written:
    """The objects of a file by their numbers.

    Attributes:
        texts: their texts, in the order of the numbers; of a stream, that of its dictionary.
        streams: the numbers of the streams.
        raw: gives the data of a stream, packed as they are.
        packs: the numbers of the streams that hold objects, when nothing is left to be said of them: what they say of
            themselves is what they must say, and they were unpacked.
    """

    texts: dict[int, bytes]
    streams: frozenset[int]
    raw: Callable[[int], bytes]
    packs: frozenset[int] = frozenset()

    def text(self, number: int) -> bytes:
        """The text of an object.

        Raises:
            UnusualFileError: when there is none.
        """
        try:
            return self.texts[number]
        except KeyError:
            raise UnusualFileError(f"there is no object {number}") from None


def unparsed(objects: Iterable[Any], raw: Callable[[int], bytes]) -> Written:
    """The objects of a file as qpdf writes them.

    Args:
        objects: the objects as qpdf has read them.
        raw: gives the data of a stream.

    Raises:
        UnusualFileError: when an object is of a later generation.
    """
    texts: dict[int, bytes] = {}
    streams: set[int] = set()
    for value in objects:
        if type(value) is not pikepdf.Object:
            continue
        number, generation = value.objgen
        if generation:
            raise UnusualFileError("an object has a generation")
        if value._type_code is pikepdf.ObjectType.stream:
            streams.add(number)
            value = value.stream_dict
        texts[number] = value.unparse(resolved=True)
    return Written(texts, frozenset(streams), raw)


def cut(data: bytes, places: Mapping[tuple[int, int], Any]) -> Written:
    """The objects of a file, cut out of its bytes.

    Args:
        data: the file.
        places: where qpdf finds each of its objects, by number and generation.

    Raises:
        UnusualFileError: when an object is of a later generation, or is not written as qpdf writes it.
    """
    return _Cutter(data).cut(places)


class _Cutter:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.streams: dict[int, slice] = {}

    def cut(self, places: Mapping[tuple[int, int], Any]) -> Written:
        found: dict[int, bytes] = {}
        packed: dict[int, list[tuple[int, int]]] = {}
        for (number, generation), place in places.items():
            if generation:
                raise UnusualFileError("an object has a generation")
            if place.type == _IN_STREAM:
                packed.setdefault(place.obj_stream_number, []).append((place.obj_stream_index, number))
            elif place.type == _IN_FILE:
                found[number] = self._one(number, place.offset)
        for number, members in packed.items():
            self._unpack(number, found.get(number, b""), members, found)
        texts = {number: found[number] for number in sorted(found)}
        return Written(texts, frozenset(self.streams), self.raw, frozenset(packed))

    def _one(self, number: int, at: int) -> bytes:
        """The text of an object that stands in the file by itself."""
        data, head = self._data, b"%d 0 obj\n" % number
        start = at + len(head)
        end = data.find(b"\n", start)
        text = data[start:end]
        if not data.startswith(head, at) or end < 0:
            raise UnusualFileError(f"object {number} does not begin as it should")
        text = _spaced(text)
        if data.startswith(b"\nstream\n", end):
            said = _LENGTH.findall(text)
            if len(said) != 1:
                raise UnusualFileError(f"stream {number} does not say its length")
            place = self.streams[number] = slice(end + 8, end + 8 + int(said[0]))
            if not data.startswith((b"\nendstream\nendobj\n", b"endstream\nendobj\n"), place.stop):
                raise UnusualFileError(f"stream {number} is not as long as it says")
            text = _in_one_order(text)
        elif not data.startswith(b"\nendobj\n", end):
            raise UnusualFileError(f"object {number} does not end as it should")
        return text

    def _unpack(self, number: int, head: bytes, members: list[tuple[int, int]], found: dict[int, bytes]) -> None:
        """Add the texts of the objects in a stream (ISO 32000-1, 7.5.7)."""
        said = _PACKED.fullmatch(head)
        try:
            data = zlib.decompress(self._data[self.streams[number]]) if said else b""
            first = int(said[2]) if said else 0
            table = [int(word) for word in data[:first].split()]
        except (zlib.error, ValueError, KeyError):
            raise UnusualFileError(f"what is packed in stream {number} cannot be read") from None
        starts = [first + start for start in table[1::2]]
        if not said or sorted(starts) != starts or len(table) != 2 * int(said[1]) or len(members) != int(said[1]):
            raise UnusualFileError(f"stream {number} is not packed as it should be")
        texts = _spaced(data[first:].removesuffix(b"\n")).split(b"\n")
        if starts[:1] != [first] or len(texts) != len(starts) or any(data[at - 1] != 10 for at in starts[1:]):
            raise UnusualFileError(f"the objects in stream {number} are not on lines of their own")
        for index, member in members:
            if index >= len(starts) or not texts[index] or table[2 * index] != member:
                raise UnusualFileError(f"object {member} is not packed as it should be")
            found[member] = texts[index]

    def raw(self, number: int) -> bytes:
        return self._data[self.streams[number]]


def _in_one_order(text: bytes) -> bytes:
    """The dictionary of a stream with its length and its filter at the end, where qpdf puts them when it packs it."""
    for key in (_FLATE, _LENGTH):
        found = key.search(text)
        if found is not None:
            text = text[: found.start()] + text[found.end() : -2] + found[0] + b">>"
    return text


def _spaced(text: bytes) -> bytes:
    """Objects with the blanks that qpdf sets, where the press has set none.

    Raises:
        UnusualFileError: when they have something else that qpdf does not write: a search in them would miss it.
    """
    pieces = _STRING.split(text)
    strings, rest = pieces[1::2], b"~".join(pieces[::2])
    if (
        rest.count(b"~") != len(strings)
        or rest.translate(None, _USUAL)
        or b"<" in rest.replace(b"<<", b"")
        or b">" in rest.replace(b">>", b"")
        or (b"#" in rest and _NEEDLESS.search(rest) is not None)
    ):
        raise UnusualFileError("an object is not written as it should be")
    if any(rest.count(sign) != rest.count(spaced) for sign, spaced in _BETWEEN):
        for sign in (b"<<", b">>", b"[", b"]", b"~"):
            rest = rest.replace(sign, b" " + sign + b" ")
        rest = rest.replace(b"/", b" /")
        while b"  " in rest:
            rest = rest.replace(b"  ", b" ")
        pieces[::2] = rest.replace(b" \n", b"\n").replace(b"\n ", b"\n").strip(b" ").split(b"~")
        text = b"".join(pieces)
    elif b"  " in rest and _SPREAD.search(rest) is not None:
        raise UnusualFileError("an object is not written as it should be")
    return text


def type_of(text: bytes) -> bytes:
    """The type of a dictionary, when it stands first in it, as the press writes it, or last, as qpdf does; or b""."""
    if text.startswith(b"<< /Type /"):
        return text[10 : text.find(b" ", 10)]
    at = text.rfind(b"/")
    return text[at + 1 : -3] if text.endswith(b" >>") and text.endswith(b"/Type ", 0, at) else b""


def references(text: bytes) -> list[int]:
    """The numbers of the objects that a text names, in its order."""
    found = named(text)
    if found is None:
        return [int(number) for number in _REFERENCE.findall(text) if number]
    return [int(number) for _, number in found[0]]


def named(text: bytes) -> tuple[list[tuple[bytes, bytes]], bytes] | None:
    """A text cut at the objects that it names: what stands before each, and its number; and the rest.

    None when a string could hold what looks like the name of an object: then it has to be read sign by sign.
    """
    if b"(" in text and (b"\\" in text or _IN_STRING.search(text) is not None):
        return None
    *pieces, rest = text.split(_ENDS)
    return [piece.rpartition(b" ")[::2] for piece in pieces], rest
