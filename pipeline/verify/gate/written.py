"""The objects of a PDF as text, the way qpdf writes them: to see at once which of them name which others.

The texts are cut out of the bytes of the file (see `cutting`). Where a file is not written the way qpdf writes, it is
asked: the text of an object that stands here is always the one that qpdf would write of it, but for the order of
entries, and for the stream of cross-references.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf

STRING = rb"\((?:[^\\)]|\\.)*\)|<[0-9a-fA-F]*>"
"""A string as qpdf writes it: parentheses in it stand behind a stroke."""

_REFERENCE = re.compile(STRING + rb"|(\d+) 0 R", re.DOTALL)
_ENDS = b" 0 R"  # how a reference ends: objects of later generations are not read
_IN_STRING = re.compile(rb"\([^)]* 0 R")


class UnusualFileError(Exception):
    """Something is not as the press writes it; the message says what."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A stretch of a file: some objects by themselves, and the objects that are packed in the streams behind them.

    Attributes:
        key: the digest of its bytes, and of where its objects are in them: what decides all their texts; "" when it is
            not cut out of the bytes of the file.
        numbers: of its objects.
    """

    key: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The objects of a stretch.

    Attributes:
        texts: their texts by their numbers; of a stream, that of its dictionary.
        streams: the numbers of the streams.
        packs: the numbers of the streams that hold objects, when nothing is left to be said of them: what they say of
            themselves is what they must say, and they were unpacked.
    """

    texts: dict[int, bytes]
    streams: tuple[int, ...] = ()
    packs: tuple[int, ...] = ()


class Written:
    """The objects of a file by their numbers.

    A stretch is read when one of its objects is asked for, or has been read before, in this file or in another.

    Args:
        stretches: of the file.
        read: reads one.
        raw: gives the data of a stream, packed as they are.

    Attributes:
        stretches: of the file.
        numbers: of all objects, in order.
    """

    def __init__(
        self, stretches: Sequence[Stretch], read: Callable[[Stretch], Texts], raw: Callable[[int], bytes]
    ) -> None:
        self.stretches = tuple(stretches)
        self.numbers = tuple(sorted(number for stretch in stretches for number in stretch.numbers))
        self._read, self._raw = read, raw
        self._texts: dict[int, bytes] = {}
        self._settled: dict[Stretch, Texts] = {}

    def settle(self, stretch: Stretch, known: Texts) -> None:
        """Take what is known of a stretch for what it says; its other texts are read when they are asked for."""
        self._settled[stretch] = known
        self._texts.update(known.texts)

    def read(self, stretch: Stretch) -> Texts:
        """The objects of a stretch.

        Raises:
            UnusualFileError: when one is not written as qpdf writes it.
        """
        found = self._read(stretch)
        self.settle(stretch, found)
        return found

    def of(self, stretch: Stretch) -> Texts:
        """What is known of a stretch, which is read when that is nothing.

        Raises:
            UnusualFileError: as `read`.
        """
        return self._settled.get(stretch) or self.read(stretch)

    def find(self, number: int) -> bytes | None:
        """The text of an object, or None when there is none.

        Raises:
            UnusualFileError: as `read`.
        """
        if number not in self._texts and number in self._homes:
            self.read(self._homes[number])
        return self._texts.get(number)

    def text(self, number: int) -> bytes:
        """The text of an object.

        Raises:
            UnusualFileError: when there is none, or as `read`.
        """
        text = self.find(number)
        if text is None:
            raise UnusualFileError(f"there is no object {number}")
        return text

    def having(self, word: bytes) -> tuple[int, ...]:
        """The numbers of objects that have a word in their text, of those that were read.

        Args:
            word: one of which is known that no stretch has it that need not be read (see `settled.EVERYWHERE`).
        """
        return tuple(number for number, text in self._texts.items() if word in text)

    def raw(self, number: int) -> bytes:
        """The data of a stream."""
        return self._raw(number)

    @property
    def streams(self) -> frozenset[int]:
        """The numbers of the streams."""
        return frozenset(number for stretch in self.stretches for number in self.of(stretch).streams)

    @property
    def packs(self) -> frozenset[int]:
        """The numbers of the streams that hold objects (see `Texts`)."""
        return frozenset(number for stretch in self.stretches for number in self.of(stretch).packs)

    @cached_property
    def _homes(self) -> dict[int, Stretch]:
        return {number: stretch for stretch in self.stretches for number in stretch.numbers}


def unparsed(objects: Iterable[Any], raw: Callable[[int], bytes]) -> Written:
    """The objects of a file as qpdf writes them, in one stretch.

    Args:
        objects: the objects as qpdf has read them.
        raw: gives the data of a stream.

    Raises:
        UnusualFileError: when an object is of a later generation.
    """
    texts: dict[int, bytes] = {}
    streams: list[int] = []
    for value in objects:
        if type(value) is not pikepdf.Object:
            continue
        number, generation = value.objgen
        if generation:
            raise UnusualFileError("an object has a generation")
        if value._type_code is pikepdf.ObjectType.stream:
            streams.append(number)
            value = value.stream_dict
        texts[number] = value.unparse(resolved=True)
    whole = Texts(texts, tuple(streams))
    return Written((Stretch("", tuple(texts)),), lambda _: whole, raw)


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
