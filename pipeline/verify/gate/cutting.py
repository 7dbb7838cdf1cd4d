"""Cut the objects of a PDF out of its bytes.

To have qpdf read all objects of a long report and write them again takes several times as long, and a kilobyte and a
half of memory for each. A file is cut stretch by stretch: some objects that stand in it by themselves, and behind them
the streams in which others are packed. The press writes one for each chapter, and it stays the same to the byte as long
as nothing in the chapter changes.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.verify.gate.written import Stretch, Texts, UnusualFileError, Written

_STRING = re.compile(rb"(\((?:[^\\()\n]|\\[^\n])*\)|<[0-9a-fA-F]+>)")
_USUAL = bytes(sorted({*range(32, 127), ord("\n")} - set(b"%(){}")))  # what stands outside of strings
_BETWEEN = ((b"<<", b"<< "), (b">>", b" >>"), (b"[", b"[ "), (b"]", b" ]"), (b"/", b" /"), (b"~", b" ~"), (b"~", b"~ "))
_SPREAD = re.compile(rb"\d  +[\dR]")  # a reference with too many blanks
_NEEDLESS = re.compile(rb"#(?![01][0-9a-f]|2[03589f]|3[ce]|5[bd]|7[bdf]|[89a-f][0-9a-f])")  # escapes in names
_LENGTH = re.compile(rb"/Length (\d+) ")
_FLATE = re.compile(rb"/Filter /FlateDecode ")
_PACKED = re.compile(rb"<< /Type /ObjStm /N (\d+) /First (\d+) /Filter /FlateDecode /Length \d+ >>")
_IN_FILE, _IN_STREAM = 1, 2  # where an object is (ISO 32000-1, table 18)


def cut(data: bytes, places: Mapping[tuple[int, int], Any]) -> Written:
    """The objects of a file, to be cut out of its bytes.

    Args:
        data: the file.
        places: where qpdf has found its objects, by number and generation.

    Raises:
        UnusualFileError: when an object is of a later generation, or packed where nothing is.
    """
    cutter = _Cutter(data, places)
    return Written(cutter.stretches, cutter.read, cutter.raw)


class _Cutter:
    def __init__(self, data: bytes, places: Mapping[tuple[int, int], Any]) -> None:
        self._data = data
        self._streams: dict[int, slice] = {}
        self._places: dict[int, int] = {}  # of the objects that stand in the file by themselves
        self._packed: dict[int, array[int]] = {}  # of each stream that holds others: the place and number of each
        for (number, generation), place in places.items():
            kind = place.type
            if generation:
                raise UnusualFileError("an object has a generation")
            if kind == _IN_STREAM:
                self._packed.setdefault(place.obj_stream_number, array("q")).extend((place.obj_stream_index, number))
            elif kind == _IN_FILE:
                self._places[number] = place.offset
        if not self._packed.keys() <= self._places.keys():
            raise UnusualFileError("an object is packed in a stream that is not there")
        self._alone: dict[Stretch, list[int]] = {}
        self._end: dict[Stretch, int] = {}
        groups = list(self._groups())
        for group, after in zip(groups, [*groups[1:], []], strict=True):
            end = self._places[after[0]] if after else len(data)
            stretch = self._stretch(group, end)
            self._alone[stretch], self._end[stretch] = group, end
        self.stretches = tuple(self._alone)

    def _groups(self) -> Iterator[list[int]]:
        """The numbers of the objects that stand by themselves, by stretch, as they follow one another in the file."""
        group: list[int] = []
        for number in sorted(self._places, key=self._places.__getitem__):
            if group and group[-1] in self._packed and number not in self._packed:
                yield group
                group = []
            group.append(number)
        if group:
            yield group

    def _stretch(self, group: Sequence[int], end: int) -> Stretch:
        start = self._places[group[0]]
        packed = [number for at in group if at in self._packed for number in self._packed[at][1::2]]
        digest = hashlib.sha256(memoryview(self._data)[start:end])
        for number in group:
            rows = (number, self._places[number] - start, *self._packed.get(number, ()))
            digest.update(array("q", (len(rows), *rows)).tobytes())
        return Stretch(digest.hexdigest(), (*group, *packed))

    def read(self, stretch: Stretch) -> Texts:
        """Cut the objects of a stretch out."""
        end = self._end[stretch]
        found = {number: self._one(number, end) for number in self._alone[stretch]}
        packs = tuple(number for number in found if number in self._packed)
        for number in packs:
            self._unpack(number, found[number], found)
        return Texts(found, tuple(number for number in self._alone[stretch] if number in self._streams), packs)

    def _one(self, number: int, until: int) -> bytes:
        """The text of an object that stands in the file by itself, and ends before `until`."""
        data, at, head = self._data, self._places[number], b"%d 0 obj\n" % number
        start = at + len(head)
        end = data.find(b"\n", start, until)
        text = data[start:end]
        if not data.startswith(head, at, until) or end < 0:
            raise UnusualFileError(f"object {number} does not begin as it should")
        text = _spaced(text)
        if data.startswith(b"\nstream\n", end, until):
            said = _LENGTH.findall(text)
            if len(said) != 1:
                raise UnusualFileError(f"stream {number} does not say its length")
            place = self._streams[number] = slice(end + 8, end + 8 + int(said[0]))
            if not data.startswith((b"\nendstream\nendobj\n", b"endstream\nendobj\n"), place.stop, until):
                raise UnusualFileError(f"stream {number} is not as long as it says")
            text = _in_one_order(text)
        elif not data.startswith(b"\nendobj\n", end, until):
            raise UnusualFileError(f"object {number} does not end as it should")
        return text

    def _unpack(self, number: int, head: bytes, found: dict[int, bytes]) -> None:
        """Add the texts of the objects in a stream (ISO 32000-1, 7.5.7)."""
        said, places = _PACKED.fullmatch(head), self._packed[number]
        members = list(zip(places[::2], places[1::2], strict=True))
        try:
            data = zlib.decompress(self._data[self._streams[number]]) if said else b""
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
        if number not in self._streams:  # its stretch need not be read: all in it was found to end where it should
            self._one(number, len(self._data))
        return self._data[self._streams[number]]


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
