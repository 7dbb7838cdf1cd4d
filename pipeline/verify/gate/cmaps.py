"""CMaps: which codes a string of a composite font has, which CID and which characters each of them stands for."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pikepdf

from pipeline.verify.gate.values import entry, name

PREDEFINED = frozenset(
    "GB-EUC-H GB-EUC-V GBpc-EUC-H GBpc-EUC-V GBK-EUC-H GBK-EUC-V GBKp-EUC-H GBKp-EUC-V GBK2K-H GBK2K-V UniGB-UCS2-H "
    "UniGB-UCS2-V UniGB-UTF16-H UniGB-UTF16-V B5pc-H B5pc-V HKscs-B5-H HKscs-B5-V ETen-B5-H ETen-B5-V ETenms-B5-H "
    "ETenms-B5-V CNS-EUC-H CNS-EUC-V UniCNS-UCS2-H UniCNS-UCS2-V UniCNS-UTF16-H UniCNS-UTF16-V 83pv-RKSJ-H "
    "90ms-RKSJ-H 90ms-RKSJ-V 90msp-RKSJ-H 90msp-RKSJ-V 90pv-RKSJ-H Add-RKSJ-H Add-RKSJ-V EUC-H EUC-V Ext-RKSJ-H "
    "Ext-RKSJ-V H V UniJIS-UCS2-H UniJIS-UCS2-V UniJIS-UCS2-HW-H UniJIS-UCS2-HW-V UniJIS-UTF16-H UniJIS-UTF16-V "
    "KSC-EUC-H KSC-EUC-V KSCms-UHC-H KSCms-UHC-V KSCms-UHC-HW-H KSCms-UHC-HW-V KSCpc-EUC-H UniKS-UCS2-H UniKS-UCS2-V "
    "UniKS-UTF16-H UniKS-UTF16-V Identity-H Identity-V".split()
)
"""The CMaps that every reader has (ISO 32000-1, table 118)."""

_BLOCK = re.compile(rb"begin(codespacerange|bfchar|bfrange|cidchar|cidrange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]|([-+]?\d+)|(/[^\s<>\[\]()/%]+)")
_COMMENT = re.compile(rb"%[^\r\n]*")
_MOST_CODES = 70_000
_LONG = 200_000  # bytes of a CMap that is not remembered


@dataclass(slots=True)
class Map:
    """A CMap that was read.

    Attributes:
        spaces: the ranges of codes: their length in bytes, the first, the last.
        cids: code (with its length) to CID.
        texts: code to characters.
        vertical: whether it says that it writes downwards; None when it says nothing.
        uses: the CMap that it goes on from, "" for none.
        system: registry, ordering and supplement that it says, as far as known.
    """

    spaces: list[tuple[int, int, int]] = field(default_factory=list)
    cids: dict[tuple[int, int], int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    vertical: int | None = None
    uses: str = ""

    def codes(self, data: bytes) -> Iterator[tuple[int, int]]:
        """The codes in a string, each with its length in bytes."""
        at = 0
        lengths = sorted({length for length, _, _ in self.spaces}) or [2]
        while at < len(data):
            for length in lengths:
                code = int.from_bytes(data[at : at + length], "big")
                inside = any(size == length and first <= code <= last for size, first, last in self.spaces)
                if at + length <= len(data) and (inside or (not self.spaces and length == 2)):
                    break
            else:
                length = lengths[0]
                code = int.from_bytes(data[at : at + length], "big")
            yield code, length
            at += length


def pairs(data: bytes) -> array[int]:
    """The codes of two bytes each in a string; a byte that is left over is none."""
    codes = array("H", data[: len(data) // 2 * 2])
    if sys.byteorder == "little":
        codes.byteswap()
    return codes


def read(stream: Any) -> Map:
    """Read an embedded CMap; what is read of it is not to be changed."""
    try:
        data: bytes = stream.read_bytes()
    except (pikepdf.PdfError, AttributeError):
        return Map()
    return _read(data) if len(data) < _LONG else _read.__wrapped__(data)


@lru_cache(maxsize=64)
def _read(written: bytes) -> Map:
    found = Map()
    data = _COMMENT.sub(b"", written)
    mode = re.search(rb"/WMode\s+(\d)", data)
    found.vertical = int(mode[1]) if mode else None
    used = re.search(rb"/([^\s/]+)\s+usecmap", data)
    found.uses = used[1].decode("latin-1") if used else ""
    for kind, block in _BLOCK.findall(data):
        tokens = [_value(match) for match in _TOKEN.finditer(block)]
        if kind == b"codespacerange":
            for low, high in zip(tokens[::2], tokens[1::2], strict=False):
                if isinstance(low, bytes) and isinstance(high, bytes):
                    found.spaces.append((len(low), int.from_bytes(low, "big"), int.from_bytes(high, "big")))
        elif kind.endswith(b"char"):
            for code, target in zip(tokens[::2], tokens[1::2], strict=False):
                _put(found, code, target, 0)
        else:
            for low, high, target in zip(tokens[::3], tokens[1::3], tokens[2::3], strict=False):
                _put_range(found, low, high, target)
    return found


def _value(match: re.Match[bytes]) -> Any:
    digits, many, plain, word = match.groups()
    if digits is not None:
        bare = re.sub(rb"\s", b"", digits).decode()
        return bytes.fromhex(bare + "0" * (len(bare) % 2))
    if many is not None:
        return [
            bytes.fromhex(re.sub(rb"\s", b"", inner).decode()) for inner in re.findall(rb"<([0-9A-Fa-f\s]*)>", many)
        ]
    return int(plain) if plain is not None else word.decode("latin-1")


def _put(found: Map, code: Any, target: Any, add: int) -> None:
    if not isinstance(code, bytes):
        return
    number = int.from_bytes(code, "big") + add
    if isinstance(target, int):
        found.cids[(number, len(code))] = target + add
    elif isinstance(target, bytes):
        found.texts[number] = _text(target, add)


def _put_range(found: Map, low: Any, high: Any, target: Any) -> None:
    if not isinstance(low, bytes) or not isinstance(high, bytes):
        return
    first, last = int.from_bytes(low, "big"), int.from_bytes(high, "big")
    for add in range(min(last - first + 1, _MOST_CODES)):
        if isinstance(target, list):
            if add < len(target):
                found.texts[first + add] = _text(target[add], 0)
        else:
            _put(found, low, target, add)


def _text(target: bytes, add: int) -> str:
    if add:
        size = len(target)
        target = ((int.from_bytes(target, "big") + add) % (1 << 8 * max(1, size))).to_bytes(max(1, size), "big")
    if len(target) == 1:
        target = b"\0" + target
    return target.decode("utf-16-be", "replace")


def of_font(font: Any) -> tuple[str, Map | None]:
    """The CMap of a composite font: its name, and what it says when it is embedded."""
    encoding = entry(font, "/Encoding")
    if isinstance(encoding, pikepdf.Stream):
        return name(entry(encoding, "/CMapName")), read(encoding)
    return name(encoding), None
