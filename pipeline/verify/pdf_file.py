"""What a finished PDF says of itself: pages, texts with their places, destinations, links, outline, metadata.

Structure is read with pikepdf (qpdf) and text with pdfium, neither of which had a part in making the file. All
measures are PDF units (72 to the inch) from the bottom left corner of the page; pages count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from pipeline.cache import Cache
from pipeline.verify.pdf_fonts import Font, fonts_of
from pipeline.verify.pdf_kept import Pages, ReadPage
from pipeline.verify.pdf_page import Page
from pipeline.verify.pdf_places import Bookmark, Destination, Link, destination_of, destinations_of, item_of
from pipeline.verify.pdf_sheet import Sheets
from pipeline.verify.pdf_stretches import BarePages


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF that was read.

    Attributes:
        title, lang: what its metadata say, "" for nothing.
        tagged: whether it is marked as tagged and has a structure tree.
        faults: what qpdf says about its syntax.
    """

    pages: tuple[Page, ...]
    destinations: Mapping[str, Destination]
    links: tuple[tuple[Link, ...], ...]
    outline: tuple[Bookmark, ...]
    fonts: tuple[Font, ...]
    title: str
    lang: str
    tagged: bool
    faults: tuple[str, ...]

    @property
    def unreadable(self) -> tuple[Font, ...]:
        """The fonts whose text cannot be read back for certain."""
        return tuple(font for font in self.fonts if not font.readable)


class UnusablePdfError(Exception):
    """The file cannot be read at all; the message says why."""


class OpenPdf:
    """A PDF that is being read.

    Args:
        pdf: the file, as qpdf has it.
        reader: the same, as pdfium has it.
        data: its bytes.
        cache: keeps what pages paint, so that pages that were read before are not read again.
        sound: see `Pages`.

    Attributes:
        bare: the file without what its pages paint, its fonts, and what is said of its syntax.
        pages: its pages, to be read.
    """

    def __init__(
        self, pdf: pikepdf.Pdf, reader: pdfium.PdfDocument, data: bytes, cache: Cache, *, sound: bool = False
    ) -> None:
        pages: list[Any] = list(pdf.pages)  # what pikepdf's stubs say of pages differs from version to version
        if len(reader) != len(pages):
            raise UnusablePdfError(f"qpdf counts {len(pages)} pages and pdfium {len(reader)}")
        numbers: dict[tuple[int, int], int] = {page.objgen: number for number, page in enumerate(pages)}
        sheets = Sheets()
        self._bare = BarePages(pdf, data, cache, sheets)
        self.pages = Pages(pdf, reader, self._bare.all, sheets, cache, sound=sound)
        root = pdf.Root
        destinations = destinations_of(root, numbers)
        self.bare = PdfFile(
            pages=tuple(
                Page(page.label, bare.box, (), bleed=bare.bleed)
                for page, bare in zip(pages, self._bare.all, strict=True)
            ),
            destinations=destinations,
            links=tuple(bare.links for bare in self._bare.all),
            outline=tuple(_outline(pdf, destinations, numbers)),
            fonts=(),
            title=_title(pdf),
            lang=str(root.get("/Lang", "")),
            tagged=bool(item_of(root.get("/MarkInfo"), "/Marked")) and "/StructTreeRoot" in root,
            faults=(),
        )

    def keep(self) -> None:
        """Keep what was read beside what pages paint; for the caller who knows that no reader complains."""
        self._bare.keep()

    def whole(self) -> PdfFile:
        """The file with all its pages.

        Raises:
            pikepdf.PdfError: when something in it cannot be decoded.
        """
        bare = self.bare
        sheets = self.pages.read(0, len(bare.pages) - 1)
        return replace(
            bare,
            pages=tuple(painted(page, sheet) for page, sheet in zip(bare.pages, sheets, strict=True)),
            fonts=fonts_of((number, sheet.shown, sheet.fonts) for number, sheet in enumerate(sheets)),
            faults=self.pages.faults(),
        )


def painted(page: Page, sheet: ReadPage) -> Page:
    """A page with what it paints."""
    return replace(page, runs=sheet.runs, marks=sheet.marks, painted=sheet.painted)


@contextmanager
def opened(path: Path, cache: Cache, *, sound: bool = False) -> Iterator[OpenPdf]:
    """A PDF to be read.

    Args:
        path: the file.
        cache: keeps what pages paint.
        sound: see `Pages`.

    Raises:
        UnusablePdfError: when it cannot be opened, is encrypted or has no pages, then or while it is read.
    """
    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                raise UnusablePdfError("the file is encrypted")
            if not len(pdf.pages):
                raise UnusablePdfError("the file has no pages")
            with pdfium.PdfDocument(path) as reader:
                yield OpenPdf(pdf, reader, path.read_bytes(), cache, sound=sound)
    except pikepdf.PasswordError as error:
        raise UnusablePdfError("the file is encrypted and asks for a password") from error
    except UnicodeDecodeError as error:  # ISO 32000-2, 7.3.5
        raise UnusablePdfError("a name in the file is no text") from error
    except (pikepdf.PdfError, pdfium.PdfiumError, OSError) as error:
        raise UnusablePdfError(f"the file cannot be opened: {error}") from error


def read_pdf(path: Path, cache: Cache) -> PdfFile:
    """Read a PDF.

    Args:
        path: the file.
        cache: keeps what pages paint, so that pages that were read before are not read again.

    Raises:
        UnusablePdfError: when it cannot be opened, is encrypted or has no pages.
    """
    with opened(path, cache) as file:
        return file.whole()


def _title(pdf: pikepdf.Pdf) -> str:
    """The title of the file; a file of PDF 2.0 says it in its XMP alone."""
    if "/Info" in pdf.trailer:
        return str(pdf.docinfo.get("/Title", ""))
    if "/Metadata" not in pdf.Root:
        return ""
    return str(pdf.open_metadata().get("dc:title", "") or "")


# ---------------------------------------------------------------- structure


def _outline(
    pdf: pikepdf.Pdf, named: Mapping[str, Destination], numbers: Mapping[tuple[int, int], int]
) -> Iterator[Bookmark]:
    with pdf.open_outline() as outline:
        pending = list(reversed(outline.root))
    while pending:
        item = pending.pop()
        target: Any = item.destination
        if target is None:
            target = item_of(item.action, "/D")
        if isinstance(target, (str, pikepdf.String, pikepdf.Name)):
            at = named.get(str(target).removeprefix("/"))
        else:
            at = destination_of(target, numbers)
        yield Bookmark(item.title, at)
        pending.extend(reversed(item.children))
