"""Read what a page of a PDF paints, with pdfium: its texts, and the pictures and paths beside them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium_c

from pipeline.verify.pdf_page import Box, Mark, MarkKind, Run, around, common, reach
from pipeline.verify.text import letters_of

_NO_CONTENT = -1
_DEEPEST = 8  # form XObjects inside one another; the layout engine makes one, a drawing in a drawing two

Matrix = tuple[float, float, float, float, float, float]
_AS_IT_IS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Painted:
    """What a page paints: see `pdf_page.Page`."""

    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    painted: int


def read_painted(page: Any, number: int, box: Box) -> Painted:
    """Read a page.

    Args:
        page: a page of a `pypdfium2.PdfDocument`.
        number: which one.
        box: the rectangle that is shown of it, and left when it is cut.
    """
    runs: list[Run] = []
    marks: list[Mark] = []
    painted = 0
    reader = pdfium_c.FPDFText_LoadPage(page)
    try:
        for item in _items(page):
            if item.kind != pdfium_c.FPDF_PAGEOBJ_TEXT:
                painted += 1
                _add(marks, item, box)
                continue
            text = _text(item.piece, reader)
            letters = letters_of(text)
            if letters:
                whole, seen = item.bounds()
                cut = _cut(whole, seen)
                runs.append(Run(number, len(runs), text, letters, whole, item.content, item.artifact, cut=cut))
    finally:
        pdfium_c.FPDFText_ClosePage(reader)
    return Painted(_with_drawings(tuple(runs)), tuple(marks), painted)


@dataclass(frozen=True, slots=True)
class _Item:
    """A page object: what it is, and how the forms around it move it, clip it, and mark it."""

    piece: Any
    kind: int
    place: Matrix
    content: int
    artifact: bool
    clip: Box | None

    def bounds(self) -> tuple[Box, Box | None]:
        """The rectangle around it, and around the part of it that the clip paths leave, if any."""
        sides = tuple(ctypes.c_float() for _ in range(4))
        pdfium_c.FPDFPageObj_GetBounds(self.piece, *sides)
        left, bottom, right, top = (side.value for side in sides)
        whole = _moved((left, bottom, right, top), self.place)
        return whole, _within(whole, self.clip)


def _items(page: Any) -> Iterator[_Item]:
    """The texts, paths, pictures and shadings in the order of painting, also those in form XObjects."""
    count = pdfium_c.FPDFPage_CountObjects(page)
    outer = _Item(None, pdfium_c.FPDF_PAGEOBJ_FORM, _AS_IT_IS, _NO_CONTENT, False, None)
    pending = [(pdfium_c.FPDFPage_GetObject(page, index), outer, 0) for index in reversed(range(count))]
    while pending:
        piece, form, depth = pending.pop()
        kind = pdfium_c.FPDFPageObj_GetType(piece)
        content = int(pdfium_c.FPDFPageObj_GetMarkedContentID(piece))
        item = _Item(
            piece,
            kind,
            form.place,
            form.content if content == _NO_CONTENT else content,
            form.artifact or _is_artifact(piece),
            _common(form.clip, _clip(piece, form.place)),
        )
        if kind != pdfium_c.FPDF_PAGEOBJ_FORM:
            yield item
        elif depth < _DEEPEST:
            inside = replace(item, place=_times(_matrix(piece), form.place))
            for index in reversed(range(pdfium_c.FPDFFormObj_CountObjects(piece))):
                pending.append((pdfium_c.FPDFFormObj_GetObject(piece, index), inside, depth + 1))


# ---------------------------------------------------------------- texts


def _text(piece: Any, reader: Any, room: int = 1024) -> str:
    """The characters of a text object; asked again with more room when they do not fit (room in UTF-16 units)."""
    buffer = (ctypes.c_ushort * room)()
    needed = int(pdfium_c.FPDFTextObj_GetText(piece, reader, buffer, 2 * room)) // 2
    if needed > room:
        return _text(piece, reader, needed)
    return bytes(buffer)[: 2 * max(0, needed - 1)].decode("utf-16-le", "replace")


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


def _cut(whole: Box, seen: Box | None) -> float:
    """How far what is seen of a text is from its own edge, where it is farthest."""
    left, bottom, right, top = whole
    if seen is None:
        return max(right - left, top - bottom)
    if seen == whole:
        return 0.0
    return max(seen[0] - left, seen[1] - bottom, right - seen[2], top - seen[3])


# ---------------------------------------------------------------- pictures and paths


def _add(marks: list[Mark], item: _Item, page: Box) -> None:
    """Add a picture or a path to the marks of its page, or to the mark that it is a part of."""
    seen = item.bounds()[1]
    if seen is None:
        return
    is_picture = item.kind == pdfium_c.FPDF_PAGEOBJ_IMAGE
    mark = Mark(MarkKind.PICTURE if is_picture else MarkKind.PATH, seen, item.content, item.artifact)
    if is_picture:
        marks.append(mark)
    elif item.artifact:
        if reach(seen, page) > 0 and _within(seen, page) is not None:
            marks.append(mark)
    elif marks and replace(marks[-1], box=seen) == mark and mark.content != _NO_CONTENT:
        marks[-1] = replace(mark, box=around(marks[-1].box, seen))
    else:
        marks.append(mark)


# ---------------------------------------------------------------- geometry


def _clip(piece: Any, place: Matrix) -> Box | None:
    """The rectangle around what the clip paths of an object leave to be seen; None when it has none."""
    path = pdfium_c.FPDFPageObj_GetClipPath(piece)
    count = pdfium_c.FPDFClipPath_CountPaths(path) if path else 0
    x, y = ctypes.c_float(), ctypes.c_float()
    clip: Box | None = None
    for index in range(count):
        xs, ys = [], []
        for number in range(pdfium_c.FPDFClipPath_CountPathSegments(path, index)):
            segment = pdfium_c.FPDFClipPath_GetPathSegment(path, index, number)
            if pdfium_c.FPDFPathSegment_GetPoint(segment, x, y):
                xs.append(x.value)
                ys.append(y.value)
        if xs:
            clip = _common(clip, _moved((min(xs), min(ys), max(xs), max(ys)), place))
    return clip


def _common(first: Box | None, second: Box | None) -> Box | None:
    """What two clips leave."""
    if first is None or second is None:
        return second if first is None else first
    return common(first, second)


def _within(box: Box, clip: Box | None) -> Box | None:
    left, bottom, right, top = _common(box, clip) or box
    return (left, bottom, right, top) if left <= right and bottom <= top else None


def _matrix(piece: Any) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(piece, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(box: Box, place: Matrix) -> Box:
    left, bottom, right, top = box
    if place is _AS_IT_IS:
        return round(left, 3), round(bottom, 3), round(right, 3), round(top, 3)
    a, b, c, d, e, f = place
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return round(min(xs), 3), round(min(ys), 3), round(max(xs), 3), round(max(ys), 3)
