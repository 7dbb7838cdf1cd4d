"""The press's typefaces inside of the EPUB, for reports that ask for them: only the letters that the book has.

A reader's own choice of a face wins over them, so nothing may depend on them. Each face is one file of one weight,
because many reading systems do not know variable fonts.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from pipeline.document import Asset
from pipeline.toolchain import fonts


@dataclass(frozen=True, slots=True)
class Face:
    """A face: the variable font it is taken from, its place on the axes, and the file that it becomes."""

    source: str
    axes: tuple[tuple[str, float], ...]
    href: str


_TEXT_SIZE = 14.0  # points; the middle of what readers choose
FACES = (
    Face("fonts/SourceSerif4.ttf", (("opsz", _TEXT_SIZE), ("wght", 400.0)), "fonts/SourceSerif4-Regular.ttf"),
    Face("fonts/SourceSerif4.ttf", (("opsz", _TEXT_SIZE), ("wght", 700.0)), "fonts/SourceSerif4-Bold.ttf"),
    Face("fonts/SourceSerif4-Italic.ttf", (("opsz", _TEXT_SIZE), ("wght", 400.0)), "fonts/SourceSerif4-Italic.ttf"),
    Face("fonts/SourceSans3.ttf", (("wght", 400.0),), "fonts/SourceSans3-Regular.ttf"),
    Face("fonts/SourceSans3.ttf", (("wght", 700.0),), "fonts/SourceSans3-Bold.ttf"),
)
MEDIA_TYPE = "font/ttf"
STYLE = "epub-fonts.css"
"""The style sheet that names them, in `css/`."""


def embedded_fonts(texts: Iterable[str]) -> tuple[Asset, ...]:
    """The faces with the characters of some texts; the same texts give the same bytes.

    Raises:
        ToolMissingError: when the typefaces are not installed.
    """
    characters = sorted({ord(sign) for text in texts for sign in text})
    files = fonts()
    return tuple(Asset(face.href, MEDIA_TYPE, _subset(str(files[face.source]), face, characters)) for face in FACES)


def _subset(path: str, face: Face, characters: list[int]) -> bytes:
    options = Options()
    options.layout_features = ["*"]  # figures of both kinds, fractions, small signs above the line
    options.name_IDs = ["*"]  # with the names goes the licence
    options.notdef_outline = True
    with TTFont(path, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
        instantiateVariableFont(font, dict(face.axes), inplace=True, updateFontNames=False)
        out = io.BytesIO()
        font.save(out, reorderTables=True)
    return out.getvalue()
