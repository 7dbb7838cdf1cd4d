"""What a finished PDF says of itself: pages, texts with their places, destinations, links, outline, metadata.

Structure is read with pikepdf (qpdf) and text with pdfium, neither of which had a part in making the file. All
measures are PDF units (72 to the inch) from the bottom left corner of the page; pages count from 0.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.verify.pdf_fonts import Font, read_fonts
from pipeline.verify.text import letters_of

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

_NO_CONTENT_ID = -1
_DEEPEST = 8  # form XObjects inside one another; the layout engine makes one, a drawing in a drawing two


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A text object: a piece of one line in one font, as the page paints it.

    Attributes:
        page: its page.
        order: its place in the order in which the page is painted.
        text: its characters.
        letters: the same as they are compared (see `text.letters_of`); never empty.
        box: the rectangle around its glyphs.
        content: the number of the marked content that it belongs to; -1 for none.
        artifact: whether it is marked as no part of the text (ISO 32000-2, 14.8.2.2): heads, folios.
        drawn: whether it is a piece of a drawing, whose letters are painted one by one.
    """

    page: int
    order: int
    text: str
    letters: str
    box: Box
    content: int
    artifact: bool
    drawn: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle of its rectangle."""
        left, bottom, right, top = self.box
        return (left + right) / 2, (bottom + top) / 2


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
class Page:
    """A page: its label, the rectangle that is shown of it, and its texts in the order of painting."""

    label: str
    box: Box
    runs: tuple[Run, ...]


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


def read_pdf(path: Path) -> PdfFile:
    """Read a PDF.

    Raises:
        UnusablePdfError: when it cannot be opened, is encrypted or has no pages.
    """
    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                raise UnusablePdfError("the file is encrypted")
            if not len(pdf.pages):
                raise UnusablePdfError("the file has no pages")
            return _read(pdf, path)
    except pikepdf.PasswordError as error:
        raise UnusablePdfError("the file is encrypted and asks for a password") from error
    except (pikepdf.PdfError, pdfium.PdfiumError, OSError) as error:
        raise UnusablePdfError(f"the file cannot be opened: {error}") from error


def _read(pdf: pikepdf.Pdf, path: Path) -> PdfFile:
    pages: list[Any] = list(pdf.pages)  # what pikepdf's stubs say of pages differs from version to version
    numbers: dict[tuple[int, int], int] = {page.objgen: number for number, page in enumerate(pages)}
    texts = _texts(path)
    if len(texts) != len(pages):
        raise UnusablePdfError(f"qpdf counts {len(pages)} pages and pdfium {len(texts)}")
    root = pdf.Root
    return PdfFile(
        pages=tuple(Page(page.label, _box(page.cropbox), runs) for page, runs in zip(pages, texts, strict=True)),
        destinations=_destinations(root, numbers),
        links=tuple(tuple(_links(page, number, numbers)) for number, page in enumerate(pages)),
        outline=tuple(_outline(pdf, root, numbers)),
        fonts=read_fonts(pdf),
        title=_title(pdf),
        lang=str(root.get("/Lang", "")),
        tagged=bool(_item(root.get("/MarkInfo"), "/Marked")) and "/StructTreeRoot" in root,
        faults=tuple(pdf.check_pdf_syntax()),
    )


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


def _outline(pdf: pikepdf.Pdf, root: Any, numbers: Mapping[tuple[int, int], int]) -> Iterator[Bookmark]:
    named = _destinations(root, numbers)
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


# ---------------------------------------------------------------- text


def _texts(path: Path) -> list[tuple[Run, ...]]:
    document = pdfium.PdfDocument(path)
    try:
        pages = []
        for number in range(len(document)):
            page = document[number]
            pages.append(_with_drawings(tuple(_runs(page, number))))
            page.close()
        return pages
    finally:
        document.close()


Matrix = tuple[float, float, float, float, float, float]
_AS_IT_IS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _runs(page: Any, number: int) -> Iterator[Run]:
    reader = pdfium_c.FPDFText_LoadPage(page)
    try:
        order = 0
        for piece, place in _text_objects(page):
            text = _text(piece, reader)
            letters = letters_of(text)
            if letters:
                box = _bounds(piece, place)
                content = int(pdfium_c.FPDFPageObj_GetMarkedContentID(piece))
                yield Run(number, order, text, letters, box, content, _is_artifact(piece))
                order += 1
    finally:
        pdfium_c.FPDFText_ClosePage(reader)


def _text_objects(page: Any) -> Iterator[tuple[Any, Matrix]]:
    """The text objects in the order of painting, also those in form XObjects, with what moves them."""
    count = pdfium_c.FPDFPage_CountObjects(page)
    pending = [(pdfium_c.FPDFPage_GetObject(page, index), _AS_IT_IS, 0) for index in reversed(range(count))]
    while pending:
        piece, place, depth = pending.pop()
        kind = pdfium_c.FPDFPageObj_GetType(piece)
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            yield piece, place
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inside = _times(_matrix(piece), place)
            for index in reversed(range(pdfium_c.FPDFFormObj_CountObjects(piece))):
                pending.append((pdfium_c.FPDFFormObj_GetObject(piece, index), inside, depth + 1))


def _text(piece: Any, reader: Any, room: int = 1024) -> str:
    """The characters of a text object; asked again with more room when they do not fit (room in UTF-16 units)."""
    buffer = (ctypes.c_ushort * room)()
    needed = int(pdfium_c.FPDFTextObj_GetText(piece, reader, buffer, 2 * room)) // 2
    if needed > room:
        return _text(piece, reader, needed)
    return bytes(buffer)[: 2 * max(0, needed - 1)].decode("utf-16-le", "replace")


def _matrix(piece: Any) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(piece, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _bounds(piece: Any, place: Matrix) -> Box:
    sides = tuple(ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(piece, *sides)
    left, bottom, right, top = (side.value for side in sides)
    if place is _AS_IT_IS:
        return left, bottom, right, top
    a, b, c, d, e, f = place
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _is_artifact(piece: Any) -> bool:
    name = (ctypes.c_ushort * 16)()
    length = ctypes.c_ulong()
    for index in range(pdfium_c.FPDFPageObj_CountMarks(piece)):
        mark = pdfium_c.FPDFPageObj_GetMark(piece, index)
        pdfium_c.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), length)
        if bytes(name)[: max(0, length.value - 2)].decode("utf-16-le", "replace") == "Artifact":
            return True
    return False


def _with_drawings(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Mark the letters of drawings: they are painted one by one, within one marked content."""
    alone = [len(run.text.strip()) == 1 for run in runs] + [False]
    found = list(runs)
    for index, run in enumerate(runs):
        for other in (index - 1, index + 1):
            near = alone[index] and 0 <= other < len(runs) and alone[other]
            if near and runs[other].content == run.content:
                found[index] = replace(run, drawn=True)
    return tuple(found)
