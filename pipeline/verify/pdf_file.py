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
from pipeline.verify.pdf_page import Box, Page, Run, common, reach


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to go to; `top` is None where only the page is said."""

    page: int
    top: float | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link annotation.

    Attributes:
        page: where it stands.
        box: the part of the page that it covers.
        name: the destination that it names, or "".
        uri: the address that it opens, or "".
        broken: why it leads nowhere by itself, or "".
    """

    page: int
    box: Box
    name: str
    uri: str
    broken: str = ""

    def covers(self, run: Run, slack: float = 1.5) -> bool:
        """Whether the middle of a text lies in it."""
        x, y = run.middle
        left, bottom, right, top = self.box
        return left - slack <= x <= right + slack and bottom - slack <= y <= top + slack


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline; `at` is None when it leads nowhere."""

    title: str
    at: Destination | None


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
        cache: keeps what pages paint, so that pages that were read before are not read again.
        sound: see `Pages`.

    Attributes:
        bare: the file without what its pages paint, its fonts, and what is said of its syntax.
        pages: its pages, to be read.
    """

    def __init__(self, pdf: pikepdf.Pdf, reader: pdfium.PdfDocument, cache: Cache, *, sound: bool = False) -> None:
        pages: list[Any] = list(pdf.pages)  # what pikepdf's stubs say of pages differs from version to version
        if len(reader) != len(pages):
            raise UnusablePdfError(f"qpdf counts {len(pages)} pages and pdfium {len(reader)}")
        numbers: dict[tuple[int, int], int] = {page.objgen: number for number, page in enumerate(pages)}
        boxes = [common(_box(page.cropbox), _box(page.trimbox)) for page in pages]
        self.pages = Pages(pdf, reader, boxes, cache, sound=sound)
        root = pdf.Root
        destinations = _destinations(root, numbers)
        self.bare = PdfFile(
            pages=tuple(
                Page(page.label, box, (), bleed=_bleed(page, box)) for page, box in zip(pages, boxes, strict=True)
            ),
            destinations=destinations,
            links=tuple(tuple(_links(page, number, numbers)) for number, page in enumerate(pages)),
            outline=tuple(_outline(pdf, destinations, numbers)),
            fonts=(),
            title=_title(pdf),
            lang=str(root.get("/Lang", "")),
            tagged=bool(_item(root.get("/MarkInfo"), "/Marked")) and "/StructTreeRoot" in root,
            faults=(),
        )

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
                yield OpenPdf(pdf, reader, cache, sound=sound)
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


def _item(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, pikepdf.Dictionary) else None


def _box(array: Any) -> Box:
    x1, y1, x2, y2 = (float(number) for number in array)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _bleed(page: Any, box: Box) -> Box | None:
    """The rectangle up to which a page bleeds, if it does; its default is the page itself (ISO 32000-2, table 31)."""
    array = page.obj.get("/BleedBox")
    bleed = _box(array) if array is not None else box
    return bleed if reach(bleed, box) > 0 else None


def _destination(value: Any, numbers: Mapping[tuple[int, int], int]) -> Destination | None:
    """An explicit destination, or one that a dictionary holds (ISO 32000-2, 12.3.2)."""
    if isinstance(value, pikepdf.Dictionary):
        value = value.get("/D")
    if not isinstance(value, pikepdf.Array) or not len(value):
        return None
    target = value[0]
    page = numbers.get(target.objgen) if isinstance(target, pikepdf.Dictionary) else None
    if page is None:
        return None
    place = {"/XYZ": 3, "/FitH": 2, "/FitBH": 2}.get(str(value[1]) if len(value) > 1 else "")
    top = value[place] if place is not None and len(value) > place else None
    return Destination(page, None if top is None else float(top))


def _destinations(root: Any, numbers: Mapping[tuple[int, int], int]) -> dict[str, Destination]:
    named: dict[str, Any] = {}
    tree = _item(root.get("/Names"), "/Dests")
    if tree is not None:
        named.update((str(name), value) for name, value in pikepdf.NameTree(tree).items())
    old = root.get("/Dests")
    if isinstance(old, pikepdf.Dictionary):
        named.update((name.removeprefix("/"), value) for name, value in old.items())
    found = ((name, _destination(value, numbers)) for name, value in named.items())
    return {name: place for name, place in found if place is not None}


def _links(page: Any, number: int, numbers: Mapping[tuple[int, int], int]) -> Iterator[Link]:
    for note in page.obj.get("/Annots") or ():
        if not isinstance(note, pikepdf.Dictionary) or note.get("/Subtype") != "/Link":
            continue
        box = _box(note.get("/Rect", (0, 0, 0, 0)))
        action, target = note.get("/A"), note.get("/Dest")
        kind = str(_item(action, "/S") or "")
        if kind == "/GoTo":
            target = _item(action, "/D")
        if kind == "/URI":
            yield Link(number, box, "", str(_item(action, "/URI") or ""))
        elif isinstance(target, (pikepdf.String, pikepdf.Name)):
            yield Link(number, box, str(target).removeprefix("/"), "")
        elif target is not None:
            broken = "" if _destination(target, numbers) else "its page does not exist"
            yield Link(number, box, "", "", broken)
        else:
            yield Link(number, box, "", "", f"it does {kind}" if kind else "it says no target")


def _outline(
    pdf: pikepdf.Pdf, named: Mapping[str, Destination], numbers: Mapping[tuple[int, int], int]
) -> Iterator[Bookmark]:
    with pdf.open_outline() as outline:
        pending = list(reversed(outline.root))
    while pending:
        item = pending.pop()
        target: Any = item.destination
        if target is None:
            target = _item(item.action, "/D")
        if isinstance(target, (str, pikepdf.String, pikepdf.Name)):
            at = named.get(str(target).removeprefix("/"))
        else:
            at = _destination(target, numbers)
        yield Bookmark(item.title, at)
        pending.extend(reversed(item.children))
