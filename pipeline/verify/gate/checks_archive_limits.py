"""How large things may be in an archive (ISO 19005-3, 6.1.13): what every reader can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_archive_graphics import colour_spaces
from pipeline.verify.gate.clauses import Check, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.painted import inherited, painted
from pipeline.verify.gate.rules import FILE_STRUCTURE
from pipeline.verify.gate.typefaces import typefaces
from pipeline.verify.gate.values import items, kind_of, name, number, pairs, place

_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))
_INTEGERS, _REALS, _STRINGS, _NAMES, _SMALL = range(5)
_LARGEST, _SMALLEST = 3.403e38, 1.175e-38
_KINDS_IN_CONTENT = {"the integer": _INTEGERS, "a string of": _STRINGS, "a name of": _NAMES}
# What is too large is written with many characters: a number with ten digits in a row, a string, a name.
_LONG = re.compile(rb"(?:^|[ [.+-])\d{10}|/[^ /()<>\[\]]{128}|\((?:[^\\)]|\\.){32768}|<[0-9a-f]{65536}", re.DOTALL)
_SIGNS = bytes(48 if chr(sign) in "0123456789" else 32 if chr(sign) in " /()<>[]" else 120 for sign in range(256))
_DIGITS, _WORD = b"0" * 10, b"x" * 128
_BOXES = ("/MediaBox", "/CropBox", "/TrimBox", "/ArtBox", "/BleedBox")


def _limit(test: str, says: str) -> Callable[[Check], Check]:
    return clause(f"6.1.13-{test}", says, FILE_STRUCTURE, _EARLY)


@once
def _too_large(file: Opened) -> tuple[tuple[int, Fault], ...]:
    """What is larger than it may be, or smaller, by its kind."""
    found: list[tuple[int, Fault]] = []
    for value in file.dictionaries if _may_be_too_large(file) else ():
        for key, inner in pairs(value):
            if len(key) > 31 and len(key.encode()) > 127:  # a character has four bytes at most
                found.append((_NAMES, Fault("a name has more than 127 bytes", place(value))))
            found += [(kind, Fault(message, place(value))) for kind, message in _in_value(inner)]
    for canvas in painted(file):
        for message in sorted(canvas.limits):
            kind = next((kind for word, kind in _KINDS_IN_CONTENT.items() if message.startswith(word)), _REALS)
            if kind is _REALS and "E-" in message:
                kind = _SMALL
            found.append((kind, Fault(f"{message} stands in a content stream", canvas.where)))
    return tuple(found)


def _may_be_too_large(file: Opened) -> bool:
    """Whether something in the objects is written with so many characters that it could be too large.

    Only asked of a file in parts, of which is known how it is written.
    """
    return not file.left_out.objects or any(map(_is_long, file.texts))


def _is_long(text: bytes) -> bool:
    signs = text.translate(_SIGNS)  # each search is for a plain word then, which is quicker
    many = _DIGITS in signs or _WORD in signs.replace(b"0", b"x") or len(text) > 32767
    return many and _LONG.search(text) is not None


def _in_value(value: Any, depth: int = 0) -> Iterator[tuple[int, str]]:
    for item in value if kind_of(value) is pikepdf.ObjectType.array else (value,):
        kind = kind_of(item)
        if type(item) is int:
            if not -(2**31) <= item < 2**31:
                yield _INTEGERS, f"the integer {item} has more than 32 bits"
        elif kind is pikepdf.ObjectType.string:
            if len(bytes(item)) > 32767:
                yield _STRINGS, f"a string has {len(bytes(item)):,} bytes"
        elif kind is pikepdf.ObjectType.name_:
            if len(name(item).encode()) > 127:
                yield _NAMES, "a name has more than 127 bytes"
        elif kind is pikepdf.ObjectType.array:
            yield from _in_value(item, depth + 1) if depth < 16 else ()
        else:
            size = abs(number(item) or 0)
            if size > _LARGEST:
                yield _REALS, f"the number {item} is too large"
            elif 0 < size < _SMALLEST:
                yield _SMALL, f"the number {item} is too near to 0"


def _of_kind(file: Opened, wanted: int) -> Iterator[Fault]:
    return (fault for kind, fault in _too_large(file) if kind == wanted)


@_limit("1", "integers have 32 bits")
def integers(file: Opened) -> Iterator[Fault]:
    """In objects and in content streams."""
    yield from _of_kind(file, _INTEGERS)


@_limit("2", "numbers are not too large")
def reals(file: Opened) -> Iterator[Fault]:
    """At most 3.403e38."""
    yield from _of_kind(file, _REALS)


@_limit("3", "strings are not too long")
def strings(file: Opened) -> Iterator[Fault]:
    """At most 32,767 bytes."""
    yield from _of_kind(file, _STRINGS)


@_limit("4", "names are not too long")
def names(file: Opened) -> Iterator[Fault]:
    """At most 127 bytes."""
    yield from _of_kind(file, _NAMES)


@_limit("5", "numbers are not too near to 0")
def small_reals(file: Opened) -> Iterator[Fault]:
    """At least 1.175e-38, or 0."""
    yield from _of_kind(file, _SMALL)


@_limit("7", "there are not too many objects")
def objects(file: Opened) -> Iterator[Fault]:
    """At most 8,388,607."""
    if file.count > 8_388_607:
        yield Fault(f"the file has {file.count:,} objects")


@_limit("8", "graphics states are not stacked too high")
def states(file: Opened) -> Iterator[Fault]:
    """At most 28."""
    for canvas in painted(file):
        if canvas.deepest > 28:
            yield Fault(f"graphics states are stacked {canvas.deepest} high", canvas.where)


@_limit("9", "colours have not too many components")
def components(file: Opened) -> Iterator[Fault]:
    """DeviceN: at most 32."""
    for space in colour_spaces(file):
        several = isinstance(space, pikepdf.Array) and len(space) > 1 and name(space[0]) == "DeviceN"
        if several and len(items(space[1])) > 32:
            yield Fault(f"a DeviceN colour space has {len(items(space[1]))} colorants", place(space))


@_limit("10", "CIDs have 16 bits")
def cids(file: Opened) -> Iterator[Fault]:
    """In CMaps that are in the file."""
    for face in typefaces(file):
        reader = face.cmap[1] if face.kind == "Type0" else None
        if reader is not None and max(reader.cids.values(), default=0) > 65535:
            yield Fault(f"the CMap of {face.title} has CIDs above 65,535", face.where)


@_limit("11", "pages are neither too large nor too small")
def boxes(file: Opened) -> Iterator[Fault]:
    """Every box: 3 to 14,400 units."""
    for page in file.looked_at:
        for key in _BOXES:
            box = [number(side) or 0.0 for side in items(inherited(page.object, key))]
            if len(box) == 4 and not all(3 <= abs(side) <= 14400 for side in (box[2] - box[0], box[3] - box[1])):
                yield Fault(f"the {key[1:]} is smaller than 3 or larger than 14,400 units", page.where)
