"""Lines drawn with the glyphs that they were measured with.

When it draws a line, the layout engine (WeasyPrint 70.0) has Pango find its glyphs once more. For a line that was found
by measuring a text (`measured_lines`) they are known. What is not plain is left to the engine: several fonts,
decorations, glyphs that do not stand on the line one after the other. The same operators come out, to the byte.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any

from weasyprint.draw import text as stock
from weasyprint.matrix import Matrix
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

from pipeline.render.measured_lines import Glyphs, Shown

LEANED_UPON = {
    "weasyprint.draw.text:draw_text": "ebaf96239c6ca363",
    "weasyprint.draw.text:draw_first_line": "1bb8eae6d88e71b1",
    "weasyprint.pdf.stream:Stream.add_font": "e4226e1117477217",
}
"""The engine's functions that are gone round: digests of their text."""

_draw_text = stock.draw_text


class MeasuredTexts:
    """Draws texts; what a glyph becomes in a content stream is remembered."""

    def __init__(self) -> None:
        self._faces: dict[Any, _Face] = {}

    def draw(self, stream: Any, box: Any, offset_x: float, text_overflow: str, block_ellipsis: Any) -> None:
        """Draw a text, in place of the engine's `draw_text`, and in its terms."""
        shown: Shown | None = getattr(box.pango_layout, "shown", None)
        whole = text_overflow != "ellipsis" and block_ellipsis == "none"
        face = self._face(stream, shown.glyphs) if shown is not None and whole and _is_plain(shown, box) else None
        written = face.written(shown) if face is not None and shown is not None else ""
        if face is None or not written:
            _draw_text(stream, box, offset_x, text_overflow, block_ellipsis)
            return
        stream.set_color(box.style["color"])
        stream.begin_text()
        stream.set_text_matrix(*Matrix(d=-1, e=box.position_x, f=box.position_y + box.baseline).values)
        stream.set_font_size(face.font.hash, face.size)
        stream.show_text(written)
        stream.end_text()

    def _face(self, stream: Any, glyphs: Glyphs) -> _Face:
        if glyphs.font not in self._faces:
            font, size = stream.add_font(glyphs.font)
            self._faces[glyphs.font] = _Face(font, size, glyphs.keeper)
        return self._faces[glyphs.font]


def _is_plain(shown: Shown, box: Any) -> bool:
    """Whether a line is drawn with nothing but the glyphs that it was measured with."""
    style, layout, odd = box.style, box.pango_layout, shown.glyphs.odd
    if odd and bisect_left(odd, shown.start) != bisect_left(odd, shown.end):
        return False
    return (
        layout.text == shown.text
        and not shown.text.isspace()
        and shown.start < shown.end
        and style["visibility"] == "visible"
        and style["text_decoration_line"] == "none"
        and style["font_size"] >= _SMALLEST
        and not layout.justification_spacing
    )


_NOTHING = re.compile(r">(?:-?0(?:\.0)?)?<|(?<=>)-?0(?:\.0)?$")
_SMALLEST = 1e-6  # what the engine draws
_SAYS_SIZES = 14802  # the version of Pango since which fonts say their sizes


class _Face:
    """A font at a size.

    Args:
        font: the engine's.
        size: in pixels.
        keeper: holds Pango's font.
    """

    def __init__(self, font: Any, size: float, keeper: Any) -> None:
        self.font, self.size, self._keeper = font, size, keeper
        says_size = pango.pango_version() >= _SAYS_SIZES
        self._is_plain = says_size and not (font.svg or font.png or font.colr or font.bitmap)
        self._known: dict[tuple[int, int], str] = {}
        self._advances: dict[int, int] = {}

    def written(self, shown: Shown) -> str:
        """The glyphs of a line as a content stream shows them; "" when the line by itself might show something else."""
        if not self._is_plain:
            return ""
        glyphs, known = shown.glyphs, self._known
        start, end = shown.start, shown.end
        pairs = list(zip(glyphs.ids[start:end], glyphs.widths[start:end], strict=True))
        for at, pair in enumerate(pairs, start):
            if pair not in known:
                known[pair] = self._glyph(glyphs, at)
        number, width = pairs[-1]
        if end < len(glyphs.ids) and self._advances.get(number) != width:
            return ""  # it stands nearer to the space behind it, or further from it
        return f"<{''.join([known[pair] for pair in pairs])}>".removesuffix("<>")

    def _glyph(self, glyphs: Glyphs, at: int) -> str:
        """A glyph in a string of a content stream, with the way to the next one; the font is told of it."""
        font, number, width = self.font, glyphs.ids[at], glyphs.widths[at]
        if number == pango.PANGO_GLYPH_EMPTY:
            return f">{-width / self.size}<" if width else ""
        if number not in font.to_unicode:
            behind = glyphs.places[at + 1] if at + 1 < len(glyphs.places) else len(glyphs.text)
            font.to_unicode[number] = glyphs.text[glyphs.places[at] : behind].decode()
        if number not in self._advances:
            self._advances[number] = _advance(glyphs.font, number)
        if number not in font.widths:
            font.widths[number] = round(self._advances[number] * 1000 * FROM_UNITS / self.size)
        gap = int(font.widths[number] - width * 1000 * FROM_UNITS / self.size)
        return f"{number:04x}>{gap}<" if gap else f"{number:04x}"


def without_nothing(text: str) -> str:
    """What the engine shows of a text, without steps of nothing from glyph to glyph: they make up half of it."""
    return _NOTHING.sub("", text)


def _advance(font: Any, number: int) -> int:
    """The advance of a glyph by itself, in units of Pango."""
    ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
    pango.pango_font_get_glyph_extents(font, number, ink, logical)
    return int(logical.width)
