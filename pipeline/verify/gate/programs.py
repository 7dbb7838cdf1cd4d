"""Font programs: the glyphs in them and how wide they are, whatever their format."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from fontTools import t1Lib
from fontTools.cffLib import CFFFontSet
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont

from pipeline.verify.gate.opened import entry, name

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
    """

    kind: str
    glyphs: list[str] = field(default_factory=list)
    units: float = 1000.0
    encoding: dict[int, str] = field(default_factory=dict)
    cmaps: dict[tuple[int, int], Cmap] = field(default_factory=dict)
    broken: str = ""
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
    font["loca"], font["glyf"], font["hmtx"]
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
    font = t1Lib.T1Font.__new__(t1Lib.T1Font)
    font.data, font.encoding = data, "ascii"
    font.parse()
    glyphs = font.getGlyphSet()
    program = Program("Type1", sorted(glyphs.keys(), key=lambda glyph: glyph != ".notdef"), _font=glyphs)
    matrix = font.font.get("FontMatrix", [0.001])
    program.units = 1.0 / matrix[0] if matrix[0] else 1000.0
    encoding = font.font.get("Encoding")
    if isinstance(encoding, list):
        program.encoding = {code: glyph for code, glyph in enumerate(encoding) if glyph != ".notdef"}
    return program
