"""Font programs: the glyphs in them and how wide they are, whatever their format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.misc import eexec
from fontTools.misc.psCharStrings import T1CharString
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont

from pipeline.verify.gate.values import entry, name

Cmap = dict[int, str]


@dataclass(slots=True)
class Program:
    """A font program.

    Attributes:
        kind: "TrueType", "CFF", "CID" (CFF with CIDs) or "Type1".
        glyphs: the names of its glyphs in their order; in a "CID" program they are "cid00012".
        units: to the em.
        encoding: its own encoding: code to name.
        cmaps: of TrueType: platform and encoding, and code to name.
        broken: why it cannot be read, or "".
        drawn: of TrueType: the numbers of the glyphs that have an outline.
    """

    kind: str
    glyphs: list[str] = field(default_factory=list)
    units: float = 1000.0
    encoding: dict[int, str] = field(default_factory=dict)
    cmaps: dict[tuple[int, int], Cmap] = field(default_factory=dict)
    broken: str = ""
    drawn: frozenset[int] = frozenset()
    _places: dict[str, int] = field(default_factory=dict)
    _font: Any = None

    def has(self, glyph: str) -> bool:
        """Whether there is a glyph of a name."""
        if not self._places:
            self._places = {name: index for index, name in enumerate(self.glyphs)}
        return glyph in self._places

    def place(self, glyph: str) -> int:
        """The number of a glyph, 0 when there is none of that name."""
        return self._places[glyph] if self.has(glyph) else 0

    def width(self, glyph: str) -> float | None:
        """How far a glyph goes, in thousandths of the em; None when that cannot be read."""
        try:
            return self._advance(glyph) * 1000.0 / self.units
        except Exception:  # whatever is wrong inside a program of a stranger, its width is not known
            return None

    def _advance(self, glyph: str) -> float:
        if self.kind == "TrueType":
            return float(self._font["hmtx"][glyph][0])
        charstring = self._font[glyph]
        charstring.draw(NullPen())
        return float(charstring.width)


def program_of(descriptor: Any) -> Program | None:
    """The program that a font descriptor embeds; None when it embeds none."""
    for key in ("/FontFile", "/FontFile2", "/FontFile3"):
        stream = entry(descriptor, key)
        if stream is not None:
            try:
                return _read(key, name(entry(stream, "/Subtype")), stream.read_bytes())
            except Exception as error:  # fontTools fails in many ways on a damaged font
                return Program("unknown", broken=f"{type(error).__name__}: {error}")
    return None


def _read(key: str, subtype: str, data: bytes) -> Program:
    if key == "/FontFile":
        return _type1(data)
    if data[:4] in (b"\0\1\0\0", b"true", b"OTTO", b"ttcf"):
        return _sfnt(data)
    if key == "/FontFile2":
        return _sfnt(data)
    return _cff(data)


def _sfnt(data: bytes) -> Program:
    font = TTFont(BytesIO(data), lazy=True, fontNumber=0, recalcTimestamp=False)
    if "CFF " in font:
        program = _bare(font["CFF "].cff)
        program.cmaps = _cmaps(font)
        return program
    count = font["maxp"].numGlyphs
    # The names in "post" need not be unique and may be missing; numbers always are there.
    font.setGlyphOrder([f"gid{index}" for index in range(count)])
    program = Program("TrueType", font.getGlyphOrder(), float(font["head"].unitsPerEm) or 1000.0, _font=font)
    places = list(font["loca"])  # read, as "glyf" and "hmtx" are, so that a damaged table is noticed
    font["glyf"], font["hmtx"]
    program.drawn = frozenset(index for index in range(count) if places[index] != places[index + 1])
    program.cmaps = _cmaps(font)
    return program


def _cmaps(font: TTFont) -> dict[tuple[int, int], Cmap]:
    if "cmap" not in font:
        return {}
    return {
        (table.platformID, table.platEncID): dict(table.cmap) for table in font["cmap"].tables if hasattr(table, "cmap")
    }


def _cff(data: bytes) -> Program:
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(data), None)
    return _bare(fonts)


def _bare(fonts: CFFFontSet) -> Program:
    top = fonts.topDictIndex[0]
    is_cid = hasattr(top, "ROS")
    matrix = getattr(top, "FontMatrix", None) or [0.001]
    units = 1.0 / matrix[0] if matrix[0] else 1000.0
    program = Program("CID" if is_cid else "CFF", list(top.charset), units, _font=top.CharStrings)
    if not is_cid:
        encoding = top.Encoding
        if encoding == "StandardEncoding":
            encoding = StandardEncoding
        if isinstance(encoding, list):
            program.encoding = {code: glyph for code, glyph in enumerate(encoding) if glyph != ".notdef"}
    return program


def _type1(data: bytes) -> Program:
    """A Type 1 program (Adobe Type 1 Font Format, 1990): a clear part, and one that is encrypted."""
    head, found, rest = data.partition(b"eexec")
    if not found:
        raise ValueError("there is no encrypted part")
    rest = rest.lstrip(b" \t\r\n")
    if re.fullmatch(rb"[0-9A-Fa-f\s]{8}", rest[:8]):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", rest)
        rest = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    plain = eexec.decrypt(rest, 55665)[0][4:]
    skipped = re.search(rb"/lenIV\s+(\d+)", plain)
    skip = int(skipped[1]) if skipped else 4
    before, _, after = plain.partition(b"/CharStrings")
    subroutines: list[Any] = []
    for index, code in _pieces(before, rb"dup\s+(\d+)\s+(\d+)\s+\S+ ", skip):
        subroutines += [None] * (int(index) + 1 - len(subroutines))
        subroutines[int(index)] = T1CharString(code, subrs=subroutines)
    pieces = dict(_pieces(after, rb"/([^\s/]+)\s+(\d+)\s+\S+ ", skip))
    glyphs = {title.decode("latin-1"): T1CharString(code, subrs=subroutines) for title, code in pieces.items()}
    if not glyphs:
        raise ValueError("there are no glyphs")
    program = Program("Type1", sorted(glyphs, key=lambda glyph: glyph != ".notdef"), _font=glyphs)
    matrix = re.search(rb"/FontMatrix\s*\[\s*([-+.\deE]+)", head)
    program.units = 1.0 / float(matrix[1]) if matrix and float(matrix[1]) else 1000.0
    if re.search(rb"/Encoding\s+StandardEncoding\s+def", head):
        program.encoding = {code: glyph for code, glyph in enumerate(StandardEncoding) if glyph != ".notdef"}
    else:
        listed = re.findall(rb"dup\s+(\d+)\s*/([^\s/]+)\s+put", head)
        program.encoding = {int(code): glyph.decode("latin-1") for code, glyph in listed}
    return program


def _pieces(data: bytes, head: bytes, skip: int) -> Iterator[tuple[bytes, bytes]]:
    """The charstrings of a part: what names each of them, and its code."""
    pattern, at = re.compile(head), 0
    while (found := pattern.search(data, at)) is not None:
        at = found.end() + int(found[2])
        yield found[1], eexec.decrypt(data[found.end() : at], 4330)[0][skip:]
