"""Whether what runs to an edge at which a page is cut goes on over it: seen on the page as it is drawn.

A knife cuts within a millimetre of the line. Art that ends at the line shows a thread of paper there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.verify.pdf_page import Box

_SCALE = 2.0  # dots to the PDF unit: 144 to the inch
_OFF = 1.0  # PDF units from the cut, and from the end of the bleed, at which colours are read: not on the edge itself
_LINES = 6  # so many lines are read, a PDF unit apart: a dotted line has a dot on one of them
_ASIDE = 24  # dots: so far a slanting line moves on its way over the bleed
_ALIKE = 48  # of 255, by which colours of a thing may differ: lines are drawn with soft edges
_PAPER = 255 - 24  # the darkest channel of what counts as paper

Colour = tuple[int, int, int]
Line = tuple[Colour, ...]

BLEED_MISSING = declare(
    "PDF403",
    "pdf-bleed-missing",
    Severity.WARNING,
    """
    Something runs to the edge of a page of the edition for printers and ends there. No knife cuts on a line:
    where the page is cut a little farther out, a thread of bare paper is seen.

    Let grounds and drawings go on over the edge by 4 mm. Those of a template of your own do so by a style sheet
    of your own, as templates/css/bleed.css does it for those of the press.
    """,
)


@dataclass(frozen=True, slots=True)
class _Edge:
    """Colours along an edge.

    Attributes:
        name: which one it is.
        inside: lines inside the cut, from the cut on inwards.
        outside: lines in the bleed, from its end on inwards.
    """

    name: str
    inside: tuple[Line, ...]
    outside: tuple[Line, ...]

    @property
    def is_reached(self) -> bool:
        """Whether anything but paper is there."""
        return any(map(_is_inked, self.inside[0]))

    @property
    def is_bare(self) -> bool:
        """Whether something that is there does not go on to the end of the bleed."""
        return any(
            _is_inked(colour)
            and not _alike(colour, self.outside[0][place])
            and not _is_near(colour, place, self.outside[:1])
            and not (self._is_dotted(colour, place) and _is_near(colour, place, self.outside))
            for place, colour in enumerate(self.inside[0])
        )

    def _is_dotted(self, colour: Colour, place: int) -> bool:
        return not all(_is_near(colour, place, (line,)) for line in self.inside)


def check_bleed(path: Path, findings: Findings) -> CheckResult:
    """Look at every edge of every page that says where it is cut.

    Args:
        path: the PDF.
        findings: takes what ends at an edge.
    """
    pages = reached = bare = 0
    for label, image, trim, bleed in _drawn(path):
        pages += 1
        for edge in _edges(image, trim, bleed):
            reached += edge.is_reached
            if edge.is_bare:
                bare += 1
                message = f"on page {label} something ends at the {edge.name} edge, where the page is cut"
                findings.add(BLEED_MISSING.at(Span(path.name), message, "let it go on over the edge by 4 mm"))
    if not pages:
        return CheckResult("PDF bleed", CheckState.NOT_RUN, "no page says where it is cut")
    detail = f"{pages} pages, {reached} of their edges reached" + (f", {bare} of them without bleed" if bare else "")
    return CheckResult("PDF bleed", CheckState.PASSED, detail)


def _drawn(path: Path) -> Iterator[tuple[str, Image.Image, Box, Box]]:
    """The pages as they are drawn, each with its label, and its cut and the end of its bleed in dots from the top."""
    with pikepdf.open(path) as pdf, pdfium.PdfDocument(path) as document:
        pages: list[Any] = list(pdf.pages)
        for number, page in enumerate(pages):
            if "/TrimBox" in page.obj and "/BleedBox" in page.obj:
                drawn = document[number]
                image = drawn.render(scale=_SCALE).to_pil().convert("RGB")
                drawn.close()
                trim, bleed = (_in_dots(box, page.cropbox) for box in (page.obj.TrimBox, page.obj.BleedBox))
                yield page.label, image, trim, bleed


def _in_dots(box: Any, shown: Any) -> Box:
    """A box of a page as dots of its drawing, which shows another box of it: left, top, right, bottom."""
    left, bottom, right, top = (float(side) for side in box)
    west, north = float(shown[0]), float(shown[3])
    return _SCALE * (left - west), _SCALE * (north - top), _SCALE * (right - west), _SCALE * (north - bottom)


def _edges(image: Image.Image, trim: Box, bleed: Box) -> Iterator[_Edge]:
    for name, place, inwards in (("left", 0, 1), ("top", 1, 1), ("right", 2, -1), ("bottom", 3, -1)):
        if abs(bleed[place] - trim[place]) < _SCALE * _LINES:
            continue  # hardly any bleed: that is told as such
        lines = [
            tuple(_line(image, trim, place, start + inwards * _SCALE * (_OFF + number)) for number in range(_LINES))
            for start in (trim[place], bleed[place])
        ]
        yield _Edge(name, *lines)


def _line(image: Image.Image, trim: Box, side: int, at: float) -> Line:
    """The colours on a line that runs along a side of the cut, so many dots from the left or from the top."""
    left, top, right, bottom = (int(place) for place in trim)
    dot = int(at)
    strip = (dot, top, dot + 1, bottom) if side in (0, 2) else (left, dot, right, dot + 1)
    data = image.crop(strip).tobytes()
    return tuple(zip(data[0::3], data[1::3], data[2::3], strict=True))


def _is_near(colour: Colour, place: int, lines: tuple[Line, ...]) -> bool:
    """Whether one of these lines has a colour near a place."""
    return any(_alike(colour, other) for line in lines for other in line[max(0, place - _ASIDE) : place + _ASIDE + 1])


def _is_inked(colour: Colour) -> bool:
    return min(colour) < _PAPER


def _alike(first: Colour, second: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(first, second, strict=True)) <= _ALIKE
