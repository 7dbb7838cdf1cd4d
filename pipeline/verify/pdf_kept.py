"""Read the pages of a PDF, each once: what a page paints is kept under the digest of what it is made from.

After an edit only the pages that it changed are read again; a glyph that came into a font changes no page that does not
show it. What is kept was read from a page whose content stream could be read in full and without a complaint; a file
about which a reader complains is never kept from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import unidata_version

import pikepdf
from pypdfium2 import PDFIUM_INFO

from pipeline.cache import Cache, key_of
from pipeline.verify.pdf_fonts import Shown, codes_shown
from pipeline.verify.pdf_page import Box, Mark, MarkKind, Run
from pipeline.verify.pdf_painted import Painted, read_painted
from pipeline.verify.pdf_sheet import Key, Sheet, Sheets

_READERS = ("pdf_fonts.py", "pdf_glyphs.py", "pdf_kept.py", "pdf_page.py", "pdf_painted.py", "pdf_sheet.py", "text.py")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read.

    Attributes:
        runs, marks, painted: what it paints (see `pdf_page.Page`).
        shown: the codes that it shows.
        fonts: its fonts, by their digests.
    """

    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    painted: int
    shown: Shown
    fonts: Mapping[str, Any]


def read_pages(
    pdf: pikepdf.Pdf, reader: Any, boxes: Sequence[Box], cache: Cache
) -> tuple[tuple[ReadPage, ...], tuple[str, ...]]:
    """Read the pages of a file.

    Args:
        pdf: the file, as qpdf has it.
        reader: the same, as a `pypdfium2.PdfDocument`.
        boxes: the rectangles that are shown of its pages, and left when they are cut.
        cache: where pages are kept.

    Returns:
        The pages, and what qpdf says about the syntax of the file.

    Raises:
        pikepdf.PdfError: when a stream of the file cannot be decoded.
    """
    sheets = Sheets()
    found: list[ReadPage] = []
    new: list[tuple[str, Painted, Shown]] = []
    sound: set[Key] = set()
    pages: list[Any] = list(pdf.pages)
    readers = digest_of_readers()
    for number, page in enumerate(pages):
        sheet = sheets.of(page)
        key = key_of("page of a PDF", readers, sheet.digest)
        stored = cache.get(key) if sheet.digest else None
        known = _unpacked(stored, number, sheets) if stored is not None else None
        if known is not None:
            painted, shown = known
            sound |= sheet.contents
        else:
            painted, shown = _read(reader, number, boxes[number], sheet, sheets)
            if sheet.digest:
                new.append((key, painted, shown))
        found.append(ReadPage(painted.runs, painted.marks, painted.painted, shown, sheet.fonts))
    faults = _faults(pdf, sound)
    if not faults:
        for key, painted, shown in new:
            cache.put(key, _packed(painted, shown, sheets))
    return tuple(found), faults


def digest_of_readers() -> str:
    """The digest of all that reads a page: what another version of it read is worth nothing."""
    code = (Path(__file__).with_name(name).read_bytes() for name in _READERS)
    return key_of(str(PDFIUM_INFO), pikepdf.__version__, unidata_version, *code)


def _read(reader: Any, number: int, box: Box, sheet: Sheet, sheets: Sheets) -> tuple[Painted, Shown]:
    page = reader[number]
    try:
        painted = read_painted(page, number, box)
    finally:
        page.close()
    return painted, codes_shown(sheet.streams, sheets.digest_of)


def _faults(pdf: pikepdf.Pdf, sound: set[Key]) -> tuple[str, ...]:
    """What qpdf says when every object of the file is read and every stream decoded.

    Args:
        pdf: the file; the content streams of new pages were read already.
        sound: the streams that were decoded before, with the same bytes.
    """
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.objgen not in sound:
            thing.read_bytes(pikepdf.StreamDecodeLevel.all)
    return tuple(f"WARNING: {warning}" for warning in pdf.get_warnings())


# ---------------------------------------------------------------- what is stored


def _packed(painted: Painted, shown: Shown, sheets: Sheets) -> bytes:
    value = (
        [(run.text, run.letters, run.box, run.content, run.artifact, run.drawn, run.cut) for run in painted.runs],
        [(mark.kind.value, mark.box, mark.content, mark.artifact) for mark in painted.marks],
        painted.painted,
        [(digest, sheets.glyphs(digest, sorted(codes)), sorted(codes)) for digest, codes in shown.items()],
    )
    return json.dumps(value, separators=(",", ":")).encode()


def _unpacked(stored: bytes, number: int, sheets: Sheets) -> tuple[Painted, Shown] | None:
    """What was stored of a page; None when the glyphs that it shows have changed."""
    runs, marks, painted, shown = json.loads(stored)
    if any(sheets.glyphs(digest, codes) != glyphs for digest, glyphs, codes in shown):
        return None
    return Painted(
        tuple(
            Run(number, order, text, letters, tuple(box), content, artifact, drawn, cut)
            for order, (text, letters, box, content, artifact, drawn, cut) in enumerate(runs)
        ),
        tuple(Mark(MarkKind(kind), tuple(box), content, artifact) for kind, box, content, artifact in marks),
        painted,
    ), {digest: frozenset(codes) for digest, _, codes in shown}
