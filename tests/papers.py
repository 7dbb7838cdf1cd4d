"""Words on paper, without a PDF: pages as they would be read back, made by hand."""

from __future__ import annotations

from dataclasses import replace

from pipeline.diagnostics import Span
from pipeline.document import Chapter, Kind, NoteText
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_inspection import Inspection, inspect
from pipeline.verify.pdf_match import match
from pipeline.verify.pdf_page import Page, Run
from pipeline.verify.pdf_places import Destination
from pipeline.verify.pdf_reading import Reading
from pipeline.verify.pdf_strands import sections_of
from pipeline.verify.text import letters_of
from tests.documents import RICH

Piece = tuple[str, float, float]
"""Words, and where they stand: from the left, from the foot."""


def paper(*pages: tuple[Piece, ...], **destinations: int) -> PdfFile:
    """A file that shows these pieces, painted in this order."""
    made = []
    for number, pieces in enumerate(pages):
        runs = tuple(
            Run(number, order, text, letters_of(text), (x, y, x + 5.0 * len(text), y + 8.0), order, False)
            for order, (text, x, y) in enumerate(pieces)
        )
        made.append(Page(str(number + 1), (0.0, 0.0, 595.0, 842.0), runs))
    places = {name.replace("_", "-"): Destination(page, None) for name, page in destinations.items()}
    return PdfFile(tuple(made), places, tuple(() for _ in pages), (), (), "", "", True, ())


def found_on(pdf: PdfFile, html: str, notes: tuple[NoteText, ...] = ()) -> Reading:
    """What is found of a chapter called "T" on these pages."""
    document = replace(RICH, chapters=(_chapter(html, notes),), contents=(), figures=(), tables=())
    return match(document, sections_of(document), pdf, frozenset({letters_of("Head")}))


def looked_at(pdf: PdfFile, html: str, notes: tuple[NoteText, ...] = ()) -> Inspection:
    """These pages read against a chapter called "T"; a place is the id that it has."""
    document = replace(RICH, chapters=(_chapter(html, notes),), contents=(), figures=(), tables=())
    return inspect(document, pdf, sections_of(document), "file.pdf", Span)


def _chapter(html: str, notes: tuple[NoteText, ...]) -> Chapter:
    return Chapter("sec-t", Kind.BACK, "", "T", "T", "T", "", html, notes)
