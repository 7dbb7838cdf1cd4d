"""What single glyphs of a font are: their outlines, their widths, the characters they stand for.

A file has each face once, with the glyphs that all its pages show. An edit that brings one more glyph changes the font
and no page that does not show it. So a page is known by the glyphs that it shows, and by what the fonts say of all.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterable
from typing import Any

import pikepdf

_OWN = (b"cmap", b"glyf", b"loca", b"hmtx", b"head", b"OS/2")  # tables that say something of single glyphs
_OS2 = ((4, 42), (58, 64), (68, 78), (86, 94))  # what the table OS/2 says of all (its weight, its heights)
_CHECKSUM = (8, 12)  # in the table head
_FORMAT = 50
_METRICS = 34  # in the table hhea: how many glyphs have a width of their own
_BLOCK = re.compile(rb"\d+\s+begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CHARACTER = re.compile(rb"\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>\s*")
_RANGE = re.compile(rb"\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>\s*")
_WORDS, _SCALE, _MORE, _BOTH_SCALES, _MATRIX = 1, 8, 32, 64, 128  # flags of the parts of a composite glyph


class Glyphs:
    """The glyphs of a composite font with TrueType outlines, whose codes are the numbers of its glyphs.

    Args:
        font: its dictionary.
        digest_of: gives the digest of a value of the file, with all that it names.

    Attributes:
        face: the digest of what the font says of all its glyphs.

    Raises:
        ValueError, struct.error: when it is another font, or is not understood.
    """

    def __init__(self, font: Any, digest_of: Callable[[Any], bytes]) -> None:
        inner: Any = font.DescendantFonts[0]
        descriptor: Any = inner.FontDescriptor
        if (font.Subtype, font.Encoding, inner.CIDToGIDMap) != ("/Type0", "/Identity-H", "/Identity"):
            raise ValueError("a font of another kind")
        if len(font.DescendantFonts) != 1 or not isinstance(font.get("/ToUnicode"), pikepdf.Stream):
            raise ValueError("a font of another kind")
        data: bytes = descriptor.FontFile2.read_bytes()
        tables = _tables(data)
        if not {*_OWN, b"hhea"} <= set(tables):
            raise ValueError("a font with other outlines")
        self._outlines = tables[b"glyf"]
        wide = struct.unpack_from(">H", tables[b"head"], _FORMAT)[0]
        loca = tables[b"loca"]
        places = struct.unpack(f">{len(loca) // 4}I" if wide else f">{len(loca) // 2}H", loca)
        self._starts = places if wide else tuple(2 * place for place in places)
        self._metrics, self._own = tables[b"hmtx"], struct.unpack_from(">H", tables[b"hhea"], _METRICS)[0]
        self._widths = _widths(inner.get("/W"))
        self._characters, rest = _characters(font.ToUnicode.read_bytes())
        self._spaces = sorted(code for code, said in self._characters.items() if said in (b"0020+0", b"00a0+0"))
        self._known: dict[int, bytes] = {}
        head, os2 = tables[b"head"], tables[b"OS/2"]
        of_all = [head[: _CHECKSUM[0]], head[_CHECKSUM[1] :], *(os2[start:end] for start, end in _OS2)]
        of_all += [part for tag in sorted(tables) if tag not in _OWN for part in (tag, tables[tag])]
        of_all += [rest, data[:4], struct.pack(">I", len(self._starts))]
        self._maps = _maps(tables[b"cmap"])
        of_all += [repr(kind).encode() for kind, _ in self._maps]
        of_all += _entries(font, ("/DescendantFonts", "/ToUnicode"), digest_of)
        of_all += _entries(inner, ("/FontDescriptor", "/W"), digest_of)
        of_all += _entries(descriptor, ("/FontFile2",), digest_of)
        self.face = _digest(of_all)

    def digest(self, codes: Iterable[int]) -> str:
        """The digest of the glyphs with some codes, in their order.

        That of the space is always among them: readers see by its width where words end.
        """
        known = [self._known.get(code) or self._glyph(code) for code in (*self._spaces, *codes)]
        return _digest((repr(self._spaces).encode(), *known)).hex()

    def _glyph(self, code: int) -> bytes:
        parts: list[bytes] = []
        self._outline(code, parts, set())
        at = 4 * min(code, self._own - 1)
        beyond = 4 * self._own + 2 * (code - self._own)  # the last width holds for all that follow
        parts.append(self._metrics[at : at + 4] if code < self._own else self._metrics[beyond : beyond + 2])
        parts.append(self._metrics[at : at + 2])
        character = self._characters.get(code, b"")
        first = int(character[:4], 16) + int(character[5:] or 0) if character[4:5] == b"+" else code
        mapped = [(found.get(code), found.get(first)) for _, found in self._maps]
        parts.append(repr((self._widths.get(code), character, mapped)).encode())
        found = self._known[code] = _digest(parts)
        return found

    def _outline(self, glyph: int, parts: list[bytes], seen: set[int]) -> None:
        """The outline of a glyph, and those of the glyphs that it is put together from."""
        if glyph in seen or not 0 <= glyph < len(self._starts) - 1:
            parts.append(b"none")
            return
        seen.add(glyph)
        outline = self._outlines[self._starts[glyph] : self._starts[glyph + 1]]
        parts.append(outline)
        if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
            return
        at, more = 10, _MORE
        while more and at + 4 <= len(outline):
            flags, part = struct.unpack_from(">HH", outline, at)
            self._outline(part, parts, seen)
            at += 4 + (4 if flags & _WORDS else 2)
            at += 2 if flags & _SCALE else 4 if flags & _BOTH_SCALES else 8 if flags & _MATRIX else 0
            more = flags & _MORE


def glyphs_of(font: Any, digest_of: Callable[[Any], bytes]) -> Glyphs | None:
    """The glyphs of a font; None when they cannot be told from one another."""
    try:
        return Glyphs(font, digest_of)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, struct.error, pikepdf.PdfError):
        return None


def _tables(data: bytes) -> dict[bytes, bytes]:
    """The tables of a font program (OpenType, "Table directory")."""
    found: dict[bytes, bytes] = {}
    for number in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, start, length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag in found or start + length > len(data):
            raise ValueError("a font that is damaged")
        found[tag] = data[start : start + length]
    return found


def _maps(table: bytes) -> list[tuple[tuple[int, int, int], dict[int, int]]]:
    """The character maps of a font program (OpenType, "cmap"), by their platforms, encodings and formats."""
    found: list[tuple[tuple[int, int, int], dict[int, int]]] = []
    for number in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, start = struct.unpack_from(">HHI", table, 4 + 8 * number)
        (form,) = struct.unpack_from(">H", table, start)
        if form not in _FORMS:
            raise ValueError("a character map of another form")
        found.append(((platform, encoding, form), _FORMS[form](table, start)))
    return found


def _by_segments(table: bytes, start: int) -> dict[int, int]:
    (size,) = struct.unpack_from(">H", table, start + 6)
    count = size // 2
    ends = struct.unpack_from(f">{count}H", table, start + 14)
    starts, deltas, ranges = (struct.unpack_from(f">{count}H", table, start + 16 + size * times) for times in (1, 2, 3))
    found: dict[int, int] = {}
    for segment, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if ranges[segment]:
                at = start + 16 + 3 * size + 2 * segment + ranges[segment] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", table, at) if at + 2 <= len(table) else (0,)
            if glyph or not ranges[segment]:
                found[code] = (glyph + deltas[segment]) & 0xFFFF
    return found


def _by_groups(table: bytes, start: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for group in range(struct.unpack_from(">I", table, start + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", table, start + 16 + 12 * group)
        if last - first > 0xFFFF:
            raise ValueError("a character map that is too large")
        found |= {code: glyph + code - first for code in range(first, last + 1)}
    return found


_FORMS: dict[int, Callable[[bytes, int], dict[int, int]]] = {4: _by_segments, 12: _by_groups}


def _widths(array: Any) -> dict[int, str]:
    """The widths of glyphs as the file says them (ISO 32000-2, 9.7.4.3), each as it is written."""
    found: dict[int, str] = {}
    parts = list(array) if array is not None else []
    at = 0
    while at < len(parts):
        first, second = int(parts[at]), parts[at + 1]
        if isinstance(second, pikepdf.Array):
            new = {first + add: str(width) for add, width in enumerate(list(second))}
            at += 2
        else:
            new = dict.fromkeys(range(first, int(second) + 1), str(parts[at + 2]))
            at += 3
        if new.keys() & found.keys():
            raise ValueError("a glyph with two widths")
        found |= new
    return found


def _characters(cmap: bytes) -> tuple[dict[int, bytes], bytes]:
    """What a ToUnicode CMap says of each code (ISO 32000-2, 9.10.3), and what else stands in it.

    Raises:
        ValueError: when it says something twice, or in a way that is not read here.
    """
    found: dict[int, bytes] = {}
    for kind, block in _BLOCK.findall(cmap):
        shape, at = _CHARACTER if kind == b"bfchar" else _RANGE, 0
        while at < len(block) and not block[at:].isspace():
            said = shape.match(block, at)
            if said is None:
                raise ValueError("a map that is not understood")
            at = said.end()
            first, last = int(said[1], 16), int(said[shape.groups - 1], 16)
            for code in range(first, last + 1):
                if code in found or last - first > 0xFFFF:
                    raise ValueError("a map that says something twice")
                found[code] = said[shape.groups] + b"+%d" % (code - first)
    return found, _BLOCK.sub(b"", cmap)


def _entries(holder: Any, without: tuple[str, ...], digest_of: Callable[[Any], bytes]) -> list[bytes]:
    found: list[bytes] = []
    for key in sorted(holder.keys()):
        if key not in without:
            found += [key.encode("utf-8", "surrogateescape"), digest_of(holder.get(key))]
    return found


def _digest(parts: Iterable[bytes]) -> bytes:
    """A digest of several pieces, which are kept apart by their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
