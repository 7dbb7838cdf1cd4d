"""Read the pages of a PDF, each once: what a page paints is kept under the digest of what it is made from.

After an edit only the pages that it changed are read again; a glyph that came into a font changes no page that does not
show it. What is kept was read from a page whose content stream could be read in full and without a complaint; a file
about which a reader complains is never kept from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from pipeline.cache import Cache, key_of
from pipeline.verify.pdf_fonts import Shown, codes_shown
from pipeline.verify.pdf_page import Mark, MarkKind, Run
from pipeline.verify.pdf_painted import Painted, read_painted
from pipeline.verify.pdf_sheet import Sheets
from pipeline.verify.pdf_stretches import BarePage
from pipeline.verify.version import digest_of_readers


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


class Pages:
    """The pages of a file, to be read one by one.

    Args:
        pdf: the file, as qpdf has it.
        reader: the same, as a `pypdfium2.PdfDocument`.
        bare: its pages without what they paint.
        known: has told what they are made from.
        cache: where pages are kept.
        sound: whether somebody else has every object of the file read and every stream decoded.

    Attributes:
        sheets: what each page is made from.
        glyphs: tells glyphs of a font from others (see `Sheets.glyphs`).

    """

    def __init__(
        self,
        pdf: pikepdf.Pdf,
        reader: Any,
        bare: Sequence[BarePage],
        known: Sheets,
        cache: Cache,
        *,
        sound: bool = False,
    ) -> None:
        self._pdf, self._reader, self._bare, self._cache = pdf, reader, bare, cache
        self._told: list[str] = []
        self._looked_through = sound
        self._readers = digest_of_readers()
        self._known = known
        self.sheets = tuple(page.sheet for page in bare)
        self.glyphs = self._known.glyphs

    def read(self, first: int, last: int) -> tuple[ReadPage, ...]:
        """Read the pages from `first` to `last`, and keep them when nothing is wrong; the first one gets the number 0.

        Raises:
            pikepdf.PdfError: when a page has no content stream.
        """
        found: list[ReadPage] = []
        new: list[tuple[str, Painted, Shown]] = []
        for number in range(first, last + 1):
            sheet = self.sheets[number]
            key = key_of("page of a PDF", self._readers, sheet.digest)
            stored = self._cache.get(key) if sheet.digest else None
            known = _unpacked(stored, number - first, self._known) if stored is not None else None
            if known is None:
                known = self._painted(number, number - first)
                if sheet.digest:
                    new.append((key, *known))
            painted, shown = known
            found.append(ReadPage(painted.runs, painted.marks, painted.painted, shown, sheet.fonts))
        if new and not self.faults():
            for key, painted, shown in new:
                self._cache.put(key, _packed(painted, shown, self._known))
        return tuple(found)

    def faults(self) -> tuple[str, ...]:
        """What qpdf says of the syntax of the file, when every object is read and every stream decoded, and so far.

        Raises:
            pikepdf.PdfError: when a stream of the file cannot be decoded.
        """
        if not self._looked_through:
            self._looked_through = True
            decoded = frozenset(key for sheet in self.sheets if sheet.digest for key in sheet.contents)
            for thing in self._pdf.objects:
                if isinstance(thing, pikepdf.Stream) and thing.objgen not in decoded:
                    thing.read_bytes(pikepdf.StreamDecodeLevel.all)
        self._told += (f"WARNING: {warning}" for warning in self._pdf.get_warnings())
        return tuple(self._told)

    def _painted(self, number: int, as_number: int) -> tuple[Painted, Shown]:
        page = self._reader[number]
        try:
            painted = read_painted(page, as_number, self._bare[number].box)
        finally:
            page.close()
        pages: Any = self._pdf.pages
        streams = self.sheets[number].streams or self._known.of(pages[number]).streams
        return painted, codes_shown(streams, self._known.digest_of)


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
