"""The fonts of a PDF: what is set in them, which glyphs that shows, and what these stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pikepdf
from fontTools import agl
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding

from pipeline.verify.gate.cmaps import Map, of_font, pairs, read
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.programs import Program, program_of
from pipeline.verify.gate.values import entry, identity, items, name, number

STANDARD_14 = frozenset(
    "Courier Courier-Bold Courier-Oblique Courier-BoldOblique Helvetica Helvetica-Bold Helvetica-Oblique "
    "Helvetica-BoldOblique Times-Roman Times-Bold Times-Italic Times-BoldItalic Symbol ZapfDingbats".split()
)
_SYMBOLIC, _NONSYMBOLIC = 4, 32
_COLLECTIONS = ("GB1", "CNS1", "Japan1", "Korea1", "KR")


def _win_ansi() -> dict[int, str]:
    """WinAnsiEncoding (ISO 32000-1, D.2): code page 1252; the codes that it leaves free are bullets."""
    found = {}
    for code in range(32, 256):
        try:
            character = ord(bytes([code]).decode("cp1252"))
        except UnicodeDecodeError:
            character = 0x2022
        found[code] = agl.UV2AGL.get(character, "bullet" if code > 126 else ".notdef")
    found.update({127: "bullet", 160: "space", 173: "hyphen"})
    return found


ENCODINGS = {
    "WinAnsiEncoding": _win_ansi(),
    "MacRomanEncoding": {code: glyph for code, glyph in enumerate(MacRoman) if glyph != ".notdef" and code >= 32},
    "StandardEncoding": {code: glyph for code, glyph in enumerate(StandardEncoding) if glyph != ".notdef"},
}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph that is shown.

    Attributes:
        code: its code.
        cid: its CID in a composite font.
        name: its name in the program; None when the program or the way to it is not known.
        present: whether the program has it; None when that is not known.
    """

    code: int
    cid: int
    name: str | None
    present: bool | None


class _Words(dict[int, str]):
    """What the codes of a font stand for, each looked up once."""

    def __init__(self, face: Typeface) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, code: int) -> str:
        words = self[code] = self._face.character(code) or ""
        return words


@dataclass(eq=False)
class Typeface:
    """A font of the file and what is set in it.

    Attributes:
        font: its dictionary.
        page: the first page with text in it.
        strings: the strings shown in it; `visible` are those that can be seen (not in rendering mode 3).
    """

    font: Any
    page: int
    strings: set[bytes] = field(default_factory=set)
    visible: set[bytes] = field(default_factory=set)

    @cached_property
    def kind(self) -> str:
        """Its subtype."""
        return name(entry(self.font, "/Subtype"))

    @cached_property
    def inner(self) -> Any:
        """The CID font of a composite one; itself otherwise."""
        if self.kind == "Type0":
            descendants = items(entry(self.font, "/DescendantFonts"))
            return descendants[0] if descendants else None
        return self.font

    @cached_property
    def inner_kind(self) -> str:
        """The subtype of the CID font."""
        return name(entry(self.inner, "/Subtype"))

    @cached_property
    def title(self) -> str:
        """What messages call it."""
        base = name(entry(self.font, "/BaseFont")) or self.kind or "font"
        return f'the font "{base}"'

    @property
    def is_subset(self) -> bool:
        """Whether its name says that it is a part of a font: six capitals and a plus (ISO 32000-1, 9.6.4)."""
        base = name(entry(self.inner, "/BaseFont"))
        return base[6:7] == "+" and base[:6].isascii() and base[:6].isalpha() and base[:6].isupper()

    @property
    def where(self) -> str:
        """Its place, for a message."""
        found = identity(self.font)[0]
        return f"page {self.page}, object {found}" if found else f"page {self.page}"

    @cached_property
    def descriptor(self) -> Any:
        """Its descriptor."""
        return entry(self.inner, "/FontDescriptor")

    @cached_property
    def program(self) -> Program | None:
        """Its program; None when it is not in the file."""
        return program_of(self.descriptor)

    @property
    def symbolic(self) -> bool:
        """Whether its descriptor says that it has signs of its own."""
        flags = number(entry(self.descriptor, "/Flags"))
        return bool(int(flags or 0) & _SYMBOLIC)

    # ------------------------------------------------------------ codes and characters

    @cached_property
    def cmap(self) -> tuple[str, Map | None]:
        """The CMap of a composite font."""
        return of_font(self.font)

    def codes(self, *, visible: bool = True) -> set[tuple[int, int]]:
        """The codes shown, with their length in bytes."""
        strings = self.visible if visible else self.strings
        if self.kind != "Type0":
            return {(code, 1) for code in b"".join(strings)}
        if self.cmap[1] is None and not any(len(data) % 2 for data in strings):
            return {(code, 2) for code in set(pairs(b"".join(strings)))}
        reader = self.cmap[1] or Map()
        return {code for data in strings for code in reader.codes(data)}

    def sequence(self, data: bytes) -> list[int]:
        """The codes of a string in their order."""
        if self.kind != "Type0":
            return list(data)
        if self.cmap[1] is None:
            return pairs(data).tolist()
        return [code for code, _ in self.cmap[1].codes(data)]

    def words(self, data: bytes) -> str:
        """What a string stands for; what nothing is said of is left out."""
        return "".join(map(self._words.__getitem__, self.sequence(data)))

    @cached_property
    def _words(self) -> _Words:
        return _Words(self)

    @cached_property
    def to_unicode(self) -> Map | None:
        """What it says about the characters of its codes."""
        stream = entry(self.font, "/ToUnicode")
        return read(stream) if isinstance(stream, pikepdf.Stream) else None

    @cached_property
    def encoding(self) -> dict[int, str]:
        """Of a simple font: code to the name of the glyph."""
        said = entry(self.font, "/Encoding")
        base = name(said) or name(entry(said, "/BaseEncoding"))
        if base in ENCODINGS:
            found = dict(ENCODINGS[base])
        elif self.program is not None and self.program.encoding:
            found = dict(self.program.encoding)
        elif self.symbolic and self.kind != "Type3":
            found = {}
        else:
            found = dict(ENCODINGS["StandardEncoding"]) if self.kind != "Type3" else {}
        code = 0
        for item in items(entry(said, "/Differences")):
            if isinstance(item, int):
                code = item
            else:
                found[code] = name(item)
                code += 1
        return found

    def character(self, code: int) -> str | None:
        """What a code stands for; None when nothing says it (ISO 14289-1, 7.21.7)."""
        if self.to_unicode is not None and code in self.to_unicode.texts:
            return self.to_unicode.texts[code]
        if self.kind == "Type0":
            ordering = str(entry(entry(self.inner, "/CIDSystemInfo"), "/Ordering") or "")
            return "?" if ordering.startswith(_COLLECTIONS) else None
        if self.kind == "TrueType" and self.symbolic and entry(self.font, "/Encoding") is None:
            return None
        glyph = self.encoding.get(code, "")
        return agl.toUnicode(glyph) or None

    # ------------------------------------------------------------ glyphs

    def glyphs(self, *, visible: bool = True) -> Iterator[Glyph]:
        """The glyphs that can be seen, or all."""
        for code, length in sorted(self.codes(visible=visible)):
            yield self._composite(code, length) if self.kind == "Type0" else self._simple(code)

    def _composite(self, code: int, length: int) -> Glyph:
        title, reader = self.cmap
        if title.startswith("Identity") and reader is None:
            cid: int | None = code
        else:
            cid = reader.cids.get((code, length)) if reader is not None else None
            if reader is not None and cid is None and not reader.uses:
                cid = 0
        program = self.program
        if cid is None or program is None or program.broken:
            return Glyph(code, cid or 0, None, None)
        if program.kind == "CID":
            glyph = f"cid{cid:05d}" if cid else ".notdef"
            return Glyph(code, cid, glyph, program.has(glyph))
        index = self._index_of(cid)
        if index is None:
            return Glyph(code, cid, None, None)
        present = 0 <= index < len(program.glyphs)
        return Glyph(code, cid, program.glyphs[index] if present else None, present)

    def _index_of(self, cid: int) -> int | None:
        mapping = entry(self.inner, "/CIDToGIDMap")
        if not isinstance(mapping, pikepdf.Stream):
            return cid
        data = self._gids
        return int.from_bytes(data[2 * cid : 2 * cid + 2], "big") if 2 * cid + 1 < len(data) else 0

    @cached_property
    def _gids(self) -> bytes:
        try:
            data: bytes = entry(self.inner, "/CIDToGIDMap").read_bytes()
        except pikepdf.PdfError:
            return b""
        return data

    def _simple(self, code: int) -> Glyph:
        program = self.program
        glyph = self.encoding.get(code)
        if program is None or program.broken:
            return Glyph(code, 0, None, None)
        if program.kind == "TrueType" or (program.cmaps and self.kind == "TrueType"):
            found = self._by_cmap(code, glyph)
            return Glyph(code, 0, found or program.glyphs[0], True) if program.glyphs else Glyph(code, 0, None, False)
        if glyph is None:
            return Glyph(code, 0, ".notdef", True)
        return Glyph(code, 0, glyph, program.has(glyph))

    def _by_cmap(self, code: int, glyph: str | None) -> str | None:
        """The way to a glyph of a simple TrueType font (ISO 32000-1, 9.6.6.4)."""
        program = self.program
        assert program is not None
        cmaps = program.cmaps
        if entry(self.font, "/Encoding") is not None and not self.symbolic:
            for character in agl.toUnicode(glyph or "")[:1]:
                if (3, 1) in cmaps and ord(character) in cmaps[(3, 1)]:
                    return cmaps[(3, 1)][ord(character)]
            if (1, 0) in cmaps and glyph in MacRoman:
                return cmaps[(1, 0)].get(MacRoman.index(glyph))
            if (3, 1) in cmaps or (1, 0) in cmaps:
                return None
        for offset in (0xF000, 0xF100, 0xF200, 0):
            if (3, 0) in cmaps and code + offset in cmaps[(3, 0)]:
                return cmaps[(3, 0)][code + offset]
        for key in ((1, 0), (3, 1), (0, 3)):
            if code in cmaps.get(key, {}):
                return cmaps[key][code]
        return None

    def said_width(self, glyph: Glyph) -> float | None:
        """The width that the font dictionary says for a glyph, in thousandths of the em."""
        if self.kind != "Type0":
            first = number(entry(self.font, "/FirstChar"))
            widths = items(entry(self.font, "/Widths"))
            at = glyph.code - int(first or 0)
            if first is not None and 0 <= at < len(widths):
                return number(widths[at])
            missing = number(entry(self.descriptor, "/MissingWidth"))
            return missing if missing is not None else 0.0
        return self._cid_widths.get(glyph.cid, number(entry(self.inner, "/DW")) or 1000.0)

    @cached_property
    def _cid_widths(self) -> dict[int, float]:
        found: dict[int, float] = {}
        parts = items(entry(self.inner, "/W"))
        at = 0
        while at + 1 < len(parts):
            first = number(parts[at])
            if first is None:
                break
            if isinstance(parts[at + 1], pikepdf.Array):
                for add, width in enumerate(parts[at + 1]):
                    found[int(first) + add] = number(width) or 0.0
                at += 2
            elif at + 2 < len(parts):
                last, width = number(parts[at + 1]), number(parts[at + 2])
                for cid in range(int(first), min(int(last or 0), 65535) + 1):
                    found[cid] = width or 0.0
                at += 3
            else:
                break
        return found


def typefaces(file: Opened) -> tuple[Typeface, ...]:
    """The fonts that text is set in, in the order in which they are met.

    They are those of the whole file: what parts that are left out show is known.
    """
    around = file.asks_for_parts
    found = _typefaces(file)
    file.asks_for_parts = around
    return found


@once
def _typefaces(file: Opened) -> tuple[Typeface, ...]:
    found: dict[Any, Typeface] = {}
    met: dict[Any, tuple[int, int]] = {}  # on which page each is met first, and after how many others
    for canvas in painted(file):
        for piece in canvas.pieces:
            if piece.kind == "text" and piece.font is not None:
                number = identity(piece.font)
                key: Any = number if number != (0, 0) else id(piece.font)
                if key not in found:
                    found[key] = Typeface(piece.font, piece.page)
                    met[key] = piece.page, len(found)
                face = found[key]
                face.strings.update(piece.codes)
                if piece.rendering != 3:
                    face.visible.update(piece.codes)
    for use in file.left_out.uses:
        key, first = identity(use.font), (use.page, use.order)
        face = found.setdefault(key, Typeface(use.font, use.page))
        met[key] = min(met.get(key, first), first)
        face.page = met[key][0]
        face.strings.update(use.strings)
        face.visible.update(use.visible)
    return tuple(found[key] for key in sorted(found, key=lambda key: met[key]))
