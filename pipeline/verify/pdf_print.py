"""What a printer needs of a PDF: pages with their edges, art that runs over them, pictures that are fine enough."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.verify.pdf_bleed import check_bleed

LEAST = 300  # dots to the inch
_SLACK = 0.5  # PDF units by which boxes may differ
_LEAST_BLEED = 8.5  # PDF units: 3 mm

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


def check_for_printers(path: Path, findings: Findings) -> tuple[CheckResult, ...]:
    """Check the edges of the pages, what runs over them, and how fine the pictures are.

    Args:
        path: the PDF.
        findings: takes what is wrong.
    """
    return _edges(path, findings), check_bleed(path, findings), _pictures(path, findings)


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


def _pictures(path: Path, findings: Findings) -> CheckResult:
    count = coarse = 0
    for number, dots in _resolutions(path):
        count += 1
        if dots < LEAST:
            coarse += 1
            message = f"a picture on page {number} has {dots:.0f} dots to the inch, not {LEAST}"
            findings.add(PICTURE_COARSE.at(Span(path.name), message, "give it in more dots, or print it smaller"))
    detail = f"{count} pictures of dots" + (f", {coarse} of them coarse" if coarse else "")
    return CheckResult("PDF pictures", CheckState.PASSED, detail)


def _resolutions(path: Path) -> Iterator[tuple[int, float]]:
    """The page of each picture, and its dots to the inch in the coarser direction."""
    document = pdfium.PdfDocument(path)
    try:
        for index in range(len(document)):
            page = document[index]
            for piece in page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=8):
                facts = pdfium_c.FPDF_IMAGEOBJ_METADATA()
                if pdfium_c.FPDFImageObj_GetImageMetadata(piece, page, ctypes.byref(facts)):
                    yield index + 1, min(facts.horizontal_dpi, facts.vertical_dpi)
            page.close()
    finally:
        document.close()
