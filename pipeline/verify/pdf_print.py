"""What a printer needs of a PDF: pages with their edges, art that runs over them, pictures that are fine enough."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from lxml import etree
from PIL import Image

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.document import Document
from pipeline.verify.pdf_bleed import check_bleed

LEAST = 300  # dots to the inch
_SLACK = 0.5  # PDF units by which boxes may differ
_LEAST_BLEED = 8.5  # PDF units: 3 mm

_Size: TypeAlias = tuple[int, int]

PICTURE_COARSE = declare(
    "PDF401",
    "pdf-picture-coarse",
    Severity.WARNING,
    """
    A picture has fewer than 300 dots to the inch at the size at which it is printed, and will look coarse on paper.

    Give the picture in more dots, print it smaller, or draw it as SVG. Drawings are as fine as the printer.
    """,
)

EDGES_WRONG = declare(
    "PDF402",
    "pdf-edges-wrong",
    Severity.ERROR,
    """
    A page of the edition for printers does not say where it is cut, or has no bleed of 3 mm around that.
    """,
)


def check_for_printers(
    path: Path, document: Document, findings: Findings, locate: Callable[[str], Span]
) -> tuple[CheckResult, ...]:
    """Check the edges of the pages, what runs over them, and how fine the pictures are.

    Args:
        path: the PDF.
        document: what was sent to print.
        findings: takes what is wrong.
        locate: where in the sources an id (`fig-…`) comes from.
    """
    return _edges(path, findings), check_bleed(path, findings), _pictures(path, document, findings, locate)


def _edges(path: Path, findings: Findings) -> CheckResult:
    wrong = 0
    with pikepdf.open(path) as pdf:
        pages: list[Any] = list(pdf.pages)
        for number, page in enumerate(pages, 1):
            trim, bleed, media = (_box(page.obj.get(key)) for key in ("/TrimBox", "/BleedBox", "/MediaBox"))
            known = bool(trim and bleed and media)
            if not (known and _inside(trim, bleed, _LEAST_BLEED) and _inside(bleed, media, 0)):
                wrong += 1
                message = f"page {number} does not say where it is cut (TrimBox, BleedBox)"
                findings.add(EDGES_WRONG.at(Span(path.name), message))
        detail = f"{len(pages)} pages with trim and bleed"
    if wrong:
        return CheckResult("PDF edges", CheckState.FAILED, f"{wrong} of {len(pages)} pages")
    return CheckResult("PDF edges", CheckState.PASSED, detail)


def _box(value: Any) -> tuple[float, ...]:
    return tuple(float(side) for side in value) if value is not None else ()


def _inside(inner: tuple[float, ...], outer: tuple[float, ...], by: float) -> bool:
    gaps = (inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3])
    return min(gaps) >= by - _SLACK


def _pictures(path: Path, document: Document, findings: Findings, locate: Callable[[str], Span]) -> CheckResult:
    count = coarse = 0
    places = _places(document)
    for label, size, dots in _resolutions(path):
        count += 1
        if dots < LEAST:
            coarse += 1
            ids = places.get(size, set())
            place = locate(*ids) if len(ids) == 1 else Span(path.name)
            message = f"a picture on page {label} has {dots:.0f} dots to the inch, not {LEAST}"
            findings.add(PICTURE_COARSE.at(place, message, "give it in more dots, or print it smaller"))
    detail = f"{count} pictures of dots" + (f", {coarse} of them coarse" if coarse else "")
    return CheckResult("PDF pictures", CheckState.PASSED, detail)


def _places(document: Document) -> dict[_Size, set[str]]:
    """The ids of the figures, or else of the chapters, that show pictures of dots of a size."""
    sizes = {asset.href: _size(asset.data) for asset in document.assets if "svg" not in asset.media_type}
    found: dict[_Size, set[str]] = defaultdict(set)
    for chapter in document.chapters:
        for html in (chapter.lead, chapter.html, *(note.html for note in chapter.notes)):
            if "<img" not in html:
                continue
            for picture in etree.fromstring(f"<div>{html}</div>".encode()).iter("img"):
                size = sizes.get(picture.get("src", ""))
                around = (above.get("id") for above in (picture, *picture.iterancestors()))
                if size is not None:
                    found[size].add(next((id for id in around if id), chapter.id))
    return found


def _size(data: bytes) -> _Size | None:
    try:
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    except OSError:
        return None  # what cannot be read cannot be printed; the engine has said so


def _resolutions(path: Path) -> Iterator[tuple[str, _Size, float]]:
    """The page of each picture, its width and height in dots, and its dots to the inch in the coarser direction."""
    with pikepdf.open(path) as pdf, pdfium.PdfDocument(path) as document:
        pages: list[Any] = list(pdf.pages)
        for index, numbered in enumerate(pages):
            page = document[index]
            for piece in page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=8):
                facts = pdfium_c.FPDF_IMAGEOBJ_METADATA()
                if pdfium_c.FPDFImageObj_GetImageMetadata(piece, page, ctypes.byref(facts)):
                    yield numbered.label, (facts.width, facts.height), min(facts.horizontal_dpi, facts.vertical_dpi)
            page.close()
