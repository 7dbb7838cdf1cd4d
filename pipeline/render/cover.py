"""The cover of the EPUB: a drawing with the title's words on it, as one picture for shelves and shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from fontTools.ttLib import TTFont
from lxml import etree

from pipeline import toolchain
from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare
from pipeline.document import Document
from pipeline.render.epub_markup import parser
from pipeline.templating import Templates

UNUSABLE_COVER = declare(
    "EPUB106",
    "epub-unusable-cover",
    Severity.ERROR,
    """
    The cover cannot be drawn: the report's drawing, or its template of the cover, is no usable SVG.

    The drawing is a whole SVG file with a `viewBox`; its words, if any, are set in the press's typefaces.

    Bad:   <svg width="210mm">...
    Good:  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297">...
    """,
)

WIDTH, HEIGHT = 210.0, 297.0  # user units of the cover, one a millimetre of an A4 page
PIXELS = 1600  # of the width; shops ask for at least 1400
_MARGIN = 24.0
_MOST_LINES = 4
_TITLE_SIZES = (19.4, 16.2, 13.4, 11.3, 9.5)  # mm; 55, 46, 38, 32 and 27 pt
_SUBTITLE_SIZE = 4.9
_DEFAULT_COLORS = {"ground": "#c9d5ca", "accent": "#1d4a42", "ink": "#1b211f"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type on the cover: its words and its baseline, in millimetres from the top."""

    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover, drawn.

    Attributes:
        png: the picture.
        words: what is written on it, in one line, for its text alternative.
    """

    png: bytes
    words: str


def draw_cover(
    document: Document, design_colors: tuple[tuple[str, str], ...], templates: Templates, findings: Findings
) -> Cover:
    """Set the title's words over the report's drawing, or over the press's plain cover, and rasterise it.

    Raises:
        StageFailedError: when the drawing or the template cannot be used.
    """
    imprint = document.imprint
    place = Span(f"{imprint.slug}.epub/cover.png")
    files = toolchain.fonts()
    serif = _Measure(files["fonts/SourceSerif4.ttf"])
    sans = _Measure(files["fonts/SourceSans3.ttf"])
    size, title = _set_title(imprint.title, serif)
    top = 30.0 + size * 0.82
    title_lines = _stacked(title, top, size * 1.02)
    below = (title_lines[-1].y if title_lines else top) + 13.0
    subtitle = sans.broken(imprint.subtitle, _SUBTITLE_SIZE, 110.0)
    people = imprint.publisher or ", ".join(creator.name for creator in imprint.creators)
    foot = ", ".join(part for part in (people, imprint.date[:4]) if part)
    svg = templates.render(
        "epub/cover.svg.j2",
        findings,
        document=document,
        drawing=_nested(document.cover, place),
        colors=_DEFAULT_COLORS | dict(design_colors),
        width=WIDTH,
        height=HEIGHT,
        margin=_MARGIN,
        kicker=imprint.kicker,
        foot=foot,
        title_size=size,
        title_lines=title_lines,
        subtitle_size=_SUBTITLE_SIZE,
        subtitle_lines=_stacked(subtitle, below, _SUBTITLE_SIZE * 1.35),
    )
    words = ". ".join(w for w in (imprint.kicker, imprint.title, imprint.subtitle, foot) if w)
    return Cover(_rasterised(svg, files, place), words)


def _rasterised(svg: str, files: Mapping[str, Path], place: Span) -> bytes:
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                width=PIXELS,
                skip_system_fonts=True,  # the same picture on every machine
                font_files=[str(path) for path in files.values()],
                serif_family="Source Serif 4",
                sans_serif_family="Source Sans 3",
                font_family="Source Sans 3",
            )
        )
    except ValueError as error:
        raise StageFailedError(UNUSABLE_COVER.at(place, str(error))) from error


def _nested(drawing: str, place: Span) -> str:
    """The report's drawing as an element that fills the cover, cut where its shape is another."""
    if not drawing:
        return ""
    try:
        root = etree.fromstring(drawing.encode(), parser())
    except etree.XMLSyntaxError as error:
        message = f"the drawing is not well-formed: {error.msg}"
        raise StageFailedError(UNUSABLE_COVER.at(place, message)) from error
    if etree.QName(root).localname != "svg" or not root.get("viewBox"):
        raise StageFailedError(UNUSABLE_COVER.at(place, "the drawing is no SVG with a viewBox"))
    root.attrib.update({"x": "0", "y": "0", "width": f"{WIDTH:g}", "height": f"{HEIGHT:g}"})
    root.set("preserveAspectRatio", "xMidYMid slice")
    return etree.tostring(root, encoding="unicode", with_tail=False)


class _Measure:
    """Widths of words in a typeface, near enough to break lines: kerning and weight are left out."""

    def __init__(self, path: Path) -> None:
        font = TTFont(path, lazy=True)
        self._glyphs: Mapping[int, str] = font.getBestCmap()
        self._advances: Mapping[str, tuple[int, int]] = font["hmtx"].metrics
        self._em = float(font["head"].unitsPerEm)

    def width(self, text: str, size: float) -> float:
        """The width of a text at a size, in the unit of the size."""
        advances = (self._advances[self._glyphs.get(ord(letter), ".notdef")][0] for letter in text)
        return size * sum(advances) / self._em

    def broken(self, text: str, size: float, room: float) -> tuple[str, ...]:
        """A text in the fewest lines that fit, and these as even as they can be."""
        words = text.split()
        if not words:
            return ()
        fewest = len(self._filled(words, size, room))
        narrower = room
        while narrower > room / 3 and len(self._filled(words, size, narrower * 0.97)) == fewest:
            narrower *= 0.97
            if max(self.width(word, size) for word in words) > narrower:
                break
        return self._filled(words, size, narrower)

    def _filled(self, words: Sequence[str], size: float, room: float) -> tuple[str, ...]:
        lines = [words[0]]
        for word in words[1:]:
            longer = f"{lines[-1]} {word}"
            if self.width(longer, size) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return tuple(lines)


def _set_title(title: str, face: _Measure) -> tuple[float, tuple[str, ...]]:
    """The largest size at which the title fits, and its lines."""
    room = WIDTH - 2 * _MARGIN
    for size in _TITLE_SIZES:
        lines = face.broken(title, size, room)
        fits = all(face.width(line, size) <= room for line in lines)
        if fits and len(lines) * size <= _MOST_LINES * 13.4:
            return size, lines
    return _TITLE_SIZES[-1], face.broken(title, _TITLE_SIZES[-1], room)


def _stacked(lines: Sequence[str], first: float, leading: float) -> tuple[Line, ...]:
    return tuple(Line(text, round(first + n * leading, 2)) for n, text in enumerate(lines))
