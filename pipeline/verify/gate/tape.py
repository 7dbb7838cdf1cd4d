"""Content streams as the steps that matter to the gate: what is shown, painted and set, and nothing of where.

The steps follow from the bytes of a stream alone. So they can be kept under the digest of these bytes, for our own
files: after an edit only the streams that it changed are taken apart again, and what names mean, which state holds
and what the structure says is found out anew for every file.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf

from pipeline.cache import Cache, key_of
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.values import items, kind_of

OPERATORS = frozenset(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q "
    "re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \" INLINE IMAGE".split()
)
PAINTS = frozenset("b B b* B* f F f* s S sh".split())
SHOWS = frozenset("Tj TJ ' \"".split())
DEVICES = {
    "g": "DeviceGray",
    "G": "DeviceGray",
    "rg": "DeviceRGB",
    "RG": "DeviceRGB",
    "k": "DeviceCMYK",
    "K": "DeviceCMYK",
}
PATTERNS = frozenset(("scn", "SCN"))
NAMING = frozenset("BDC BMC CS cs Do gs ri sh Tf Tr".split())
INLINE = "INLINE IMAGE"
_ALONE = frozenset(("q", "Q", "EMC", *DEVICES, *PAINTS)) - {"sh"}
# Operators that say where, how wide and how far apart: nothing of theirs is on a tape.
_UNHEARD = OPERATORS - SHOWS - NAMING - PATTERNS - _ALONE - {INLINE, "BI", "ID", "EI"}
# What is too large is written with many characters: digits in a row, outside of strings, or a name.
_EVERY = "".join(map(chr, range(256)))
_DIGITS = re.sub("[^0a-fA-F<]", " ", re.sub("[0-9]", "0", _EVERY)).encode("latin-1")
_WORDS = re.sub("[^ /]", "x", re.sub(r"[\0\t\n\f\r <>()\[\]]", " ", _EVERY)).encode("latin-1")
_Object: Any = pikepdf.Object
_ARRAY, _NAME, _STRING = pikepdf.ObjectType.array, pikepdf.ObjectType.name_, pikepdf.ObjectType.string
_SMALLEST, _LARGEST = Decimal("1.175e-38"), Decimal("3.403e38")  # of numbers (ISO 19005-3, 6.1.13)

Step = tuple[str, tuple[Any, ...]]
"""An operator and those of its operands that matter; of one that shows text, its strings as bytes."""


@dataclass(slots=True)
class Tape:
    """What a content stream says.

    Attributes:
        steps: what it does, in its order.
        unknown: operators that do not exist.
        limits: what is larger than PDF/A lets operands be.
    """

    steps: list[Step] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    limits: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Shelf:
    """Tapes that were made before, and those to be kept when nothing is wrong with their file.

    Attributes:
        cache: where they are kept; None where nothing is, as for files of strangers.
        known: the numbers of the pages and streams whose tapes were kept: nobody complained about their bytes.
        read: the numbers of those that were read for this file: whoever complained has said so to the file.
    """

    cache: Cache | None = None
    known: set[tuple[int, int]] = field(default_factory=set)
    read: set[tuple[int, int]] = field(default_factory=set)
    _new: dict[str, Tape] = field(default_factory=dict)

    def tape(self, stream: Any) -> Tape:
        """What a page or another content stream says.

        Raises:
            pikepdf.PdfError, TypeError, ValueError, RuntimeError: when it cannot be read.
        """
        data = self._data(stream) if self.cache is not None else None
        key = key_of("tape of the gate", _reader(), *data) if data is not None else ""
        stored = self.cache.get(key) if self.cache is not None and key else None
        if stored is not None:
            self.known.add(stream.objgen)
            return _unpacked(stored)
        tape = record(stream, small=data is not None and not any(map(_may_be_too_large, data)))
        self.read.add(stream.objgen)
        if key:
            self._new[key] = tape
        return tape

    def keep(self) -> None:
        """Keep the new tapes; for the caller who knows that no reader complains about the file."""
        for key, tape in self._new.items():
            packed = _packed(tape)
            if self.cache is not None and packed is not None:
                self.cache.put(key, packed)
        self._new.clear()

    def _data(self, stream: Any) -> list[bytes] | None:
        """What decides a tape: the bytes of the stream, decoded, and how they are read; None when that is not clear."""
        is_page = stream.get("/Type") == "/Page"
        if is_page == isinstance(stream, pikepdf.Stream):
            return None
        parts = items(stream.get("/Contents")) if is_page else [stream]
        if not all(isinstance(part, pikepdf.Stream) for part in parts):
            return None
        try:
            return [part.read_bytes() for part in parts]
        except pikepdf.PdfError:
            return None


@once
def shelf(file: Opened) -> Shelf:
    """The tapes of a file."""
    return Shelf(file.cache)


@lru_cache(maxsize=1)
def _reader() -> str:
    """The digest of all that makes a tape: what another version of it made is worth nothing."""
    code = (Path(__file__).with_name(name).read_bytes() for name in ("tape.py", "values.py"))
    return key_of(pikepdf.__version__, pikepdf.__libqpdf_version__, *code)


def record(stream: Any, *, small: bool = False) -> Tape:
    """Read a page or another content stream.

    Args:
        stream: the page or stream.
        small: whether it is known that nothing in it is too large, so that operands need not be measured.

    Raises:
        pikepdf.PdfError, TypeError, ValueError, RuntimeError: when it cannot be read.
    """
    tape = Tape()
    steps = tape.steps
    instructions: Any = pikepdf.parse_content_stream(stream)
    for instruction in instructions:
        operator = str(instruction.operator)
        if small and operator in _UNHEARD:
            continue
        operands = tuple(instruction.operands)
        if operator == INLINE and isinstance(instruction, pikepdf.ContentStreamInlineImage):
            steps.append((INLINE, (instruction.iimage,)))
        elif operator in SHOWS:
            if not small:
                _measure(tape, operands[:-1])
            shown = items(operands[-1]) if operands else []
            steps.append((operator, tuple(_strings(shown) if small else _measure(tape, shown))))
        else:
            if not small:
                _measure(tape, operands)
            if operator in _ALONE:
                steps.append((operator, ()))
            elif operator in NAMING:
                steps.append((operator, operands))
            elif operator in PATTERNS:
                if operands and kind_of(operands[-1]) is _NAME:
                    steps.append((operator, operands[-1:]))
            elif operator not in OPERATORS:
                tape.unknown.add(operator)
    return tape


def _may_be_too_large(data: bytes) -> bool:
    """Whether something in a content stream is written with so many characters that it could be too large."""
    if len(data) > 32767 and (b"(" in data or len(data) > 65534):
        return True
    return b" " + b"0" * 10 in b" " + data.translate(_DIGITS) or b"/" + b"x" * 128 in data.translate(_WORDS)


def _strings(operands: Iterable[Any]) -> list[bytes]:
    return [bytes(operand) for operand in operands if type(operand) is _Object and operand._type_code is _STRING]


def _measure(tape: Tape, operands: Iterable[Any]) -> list[bytes]:
    """Note what is too large (ISO 19005-3, 6.1.13); returns the strings, which are read for it."""
    strings: list[bytes] = []
    for operand in operands:
        if type(operand) is int:
            if not -(2**31) <= operand < 2**31:
                tape.limits.add(f"the integer {operand}")
            continue
        if type(operand) is Decimal:
            if operand and not _SMALLEST < abs(operand) < _LARGEST:
                tape.limits.add(f"the number {operand:.3E}")
            continue
        kind = kind_of(operand)
        if kind is _STRING:
            strings.append(bytes(operand))
            if len(strings[-1]) > 32767:
                tape.limits.add(f"a string of {len(strings[-1])} bytes")
        elif kind is _NAME:
            if len(str(operand).encode()) > 128:
                tape.limits.add("a name of more than 127 bytes")
        elif kind is _ARRAY:
            _measure(tape, operand)
    return strings


# ---------------------------------------------------------------- what is stored


def _packed(tape: Tape) -> bytes | None:
    """A tape as bytes; None when it holds something that is not stored, as an inline image."""
    steps: list[Step] = []
    for operator, operands in tape.steps:
        plain = operands
        if operator not in SHOWS:
            plain = tuple(_plain(operator, place, operand) for place, operand in enumerate(operands))
            if None in plain:
                return None
        steps.append((operator, plain))
    return pickle.dumps((steps, tape.unknown, tape.limits), pickle.HIGHEST_PROTOCOL)


def _plain(operator: str, place: int, operand: Any) -> str | bytes | float | None:
    """A name as a string, a dictionary as it is written, a number as it is; None for the rest.

    The rest is what an operator has no use for: messages show it as it is.
    """
    kind = kind_of(operand)
    if kind is _NAME:
        word = str(operand)
        return word if word.isascii() else None
    if kind is pikepdf.ObjectType.dictionary and (operator, place) == ("BDC", 1):
        written: bytes = operand.unparse()
        return written
    if (operator, place) not in (("Tf", 1), ("Tr", 0)):
        return None
    return float(operand) if type(operand) in (int, Decimal) else None


def _unpacked(stored: bytes) -> Tape:
    steps, unknown, limits = pickle.loads(stored)  # noqa: S301  # the cache is our own
    return Tape(
        [
            step if not step[1] or step[0] in SHOWS else (step[0], tuple([_operand(plain) for plain in step[1]]))
            for step in steps
        ],
        unknown,
        limits,
    )


def _operand(plain: str | bytes | float) -> Any:
    if isinstance(plain, str):
        return _named(plain)
    return _written(plain) if isinstance(plain, bytes) else plain


@lru_cache(maxsize=1024)
def _named(word: str) -> Any:
    return pikepdf.Name(word)


@lru_cache(maxsize=1024)
def _written(data: bytes) -> Any:
    return pikepdf.Object.parse(data)
