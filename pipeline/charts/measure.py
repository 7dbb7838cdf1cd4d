"""Typefaces for measuring: Vega has to know how long a label is to make room for it.

The drawing library takes neither a variable font's weights nor a family name that ends in a digit, and it
would measure with whatever the machine has instead. So it is given small fonts without drawings whose
characters are exactly as wide as those of the press's typefaces at the weights that charts use. The bytes
of a chart are then the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import toolchain

if TYPE_CHECKING:
    from fontTools.fontBuilder import FontBuilder

WEIGHTS = (400, 600, 700)
# What a specification calls a typeface: the name to measure by, the file, the CSS that the drawing says.
SANS, SERIF = "Proofpress Measuring Sans", "Proofpress Measuring Serif"
FAMILIES: Mapping[str, str] = {"Source Sans 3": SANS, "Source Serif 4": SERIF}
FILES: Mapping[str, str] = {SANS: "fonts/SourceSans3.ttf", SERIF: "fonts/SourceSerif4.ttf"}
PRINTED: Mapping[str, str] = {SANS: "'Source Sans 3', sans-serif", SERIF: "'Source Serif 4', serif"}


def write_measuring_fonts(folder: Path) -> None:
    """Write the measuring fonts into a folder.

    Raises:
        ToolMissingError: when a font package is not installed.
    """
    files = toolchain.fonts()
    for family, href in FILES.items():
        for weight in WEIGHTS:
            name = f"{family.replace(' ', '')}-{weight}"
            _measuring_font(files[href], family, weight, name).save(folder / f"{name}.ttf")


def _measuring_font(file: Path, family: str, weight: int, name: str) -> FontBuilder:
    from fontTools.fontBuilder import FontBuilder  # most builds draw no chart anew
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as original:
        characters = original.getBestCmap()
        units = original["head"].unitsPerEm
        glyphs = original.getGlyphSet(location={"wght": weight})
        # One glyph for each width, not for each character: there are few widths.
        widths = {code: round(glyphs[glyph].width) for code, glyph in characters.items()}
    names = [".notdef", *(f"w{width}" for width in sorted(set(widths.values())))]
    font = FontBuilder(units, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({code: f"w{width}" for code, width in widths.items()})
    outline = _square()
    font.setupGlyf(dict.fromkeys(names, outline))
    font.setupHorizontalMetrics({glyph: (int(glyph[1:]) if glyph[0] == "w" else 500, 0) for glyph in names})
    font.setupHorizontalHeader(ascent=1024, descent=-400)
    font.setupNameTable({"familyName": family, "styleName": str(weight), "psName": name})
    font.setupOS2(usWeightClass=weight, sTypoAscender=1024, sTypoDescender=-400)
    font.setupPost()
    return font


def _square() -> object:
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 660), (1, 660), (1, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()
