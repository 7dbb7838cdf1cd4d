"""What a print shows of a random document, read from the engine's boxes and, independently, from the PDF."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import weasyprint
from weasyprint.formatting_structure import boxes

from benchmarks.notes_fuzz.documents import TOKEN, Source

_POINTS = 72 / 25.4  # to the millimetre
_SLACK = 0.75  # px; the engine rounds to this when it aligns lines

FAULTS = (
    "lost", "late", "early", "out of order", "off the page", "over the text", "words differ", "PDF words differ",
    "PDF off the page", "body words", "body order", "crash",
)  # fmt: skip
"""What may be wrong, by name. All but the last are counted in notes, lines or documents."""


@dataclass(slots=True)
class Tally:
    """Faults and figures, of one document or of many.

    Attributes:
        faults: how often each of `FAULTS` was seen.
        figures: pages, notes, words and the like.
        places: what a fault looked like, for whoever looks for its cause.
    """

    faults: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another tally to this one; of "most" figures, the larger one stays."""
        self.faults.update(other.faults)
        for name, count in other.figures.items():
            both = (self.figures[name], count)
            self.figures[name] = max(both) if name.startswith("most") else sum(both)
        self.places.extend(other.places)

    def fault(self, name: str, place: str) -> None:
        """Count a fault."""
        self.faults[name] += 1
        self.places.append(f"{name}: {place}")


@dataclass(slots=True)
class _Page:
    """Of one page: the body's words, the notes' words, the calls in order, where text ends and notes begin."""

    body: list[int] = field(default_factory=list)
    notes: list[tuple[int, int]] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    low: float = 0.0
    foot: float | None = None
    top: float = 0.0
    bottom: float = 0.0
    off: int = 0


def check(source: Source, printed: weasyprint.Document, pdf: bytes) -> Tally:
    """Compare a print with its source."""
    tally = Tally()
    pages = [_read_page(page._page_box) for page in printed.pages]
    where: dict[int, list[tuple[int, int]]] = defaultdict(list)
    called: dict[int, int] = {}
    for number, page in enumerate(pages):
        for note, word in page.notes:
            where[note].append((number, word))
        for note in page.calls:
            called.setdefault(note, number)
        if page.off:
            tally.fault("off the page", f"page {number + 1}, {page.off} lines")
        if page.foot is not None and page.low > page.foot + _SLACK:
            tally.fault("over the text", f"page {number + 1}, {page.low - page.foot:.1f} px")
        _check_order(tally, number, page, called)
    for note, length in enumerate(source.notes):
        _check_note(tally, note, length, where[note], called.get(note))
    _check_body(tally, source, [word for page in pages for word in page.body], "body")
    _check_pdf(tally, source, pdf, where)
    _figures(tally, source, pages, where)
    return tally


def _read_page(page: Any) -> _Page:
    read = _Page(top=page.content_box_y(), bottom=page.content_box_y() + page.height)
    for child in page.children:
        is_area = isinstance(child, boxes.FootnoteAreaBox)
        if not is_area and child.element_tag != "html":
            continue  # a margin box
        if is_area:
            read.foot = child.border_box_y()
        for box in child.descendants():
            if isinstance(box, boxes.TextBox):
                for kind, note, word in tokens(box.text):
                    if kind == "n":
                        read.notes.append((note, word))
                    elif kind == "b":
                        read.body.append(word)
            elif isinstance(box, boxes.LineBox):
                top, bottom = box.position_y, box.position_y + box.height
                read.off += is_area and (top < read.top - _SLACK or bottom > read.bottom + _SLACK)
                if not is_area:
                    read.low = max(read.low, bottom)
            elif not is_area and box.footnote is not None:
                read.calls.append(_number(box.footnote))
    return read


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """The tokens of a text: kind, note (0 for the body), word."""
    for found in TOKEN.finditer(text):
        yield (found[3], 0, int(found[4])) if found[3] else ("n", int(found[1]), int(found[2]))


def _number(note: Any) -> int:
    return next(number for kind, number, _ in tokens("".join(note.element.itertext())) if kind == "n")


def _check_note(tally: Tally, note: int, length: int, words: list[tuple[int, int]], call: int | None) -> None:
    if not words:
        tally.fault("lost", f"note {note} ({length} words), called on page {_page(call)}")
        return
    if [word for _, word in words] != list(range(length)):
        tally.fault("words differ", f"note {note}: {len(words)} of {length} words")
    begins = words[0][0]
    if call is None or begins != call:
        kind = "late" if call is None or begins > call else "early"
        tally.fault(kind, f"note {note} ({length} words), page {_page(begins)}, called on {_page(call)}")


def _page(index: int | None) -> str:
    return "-" if index is None else str(index + 1)


def _check_order(tally: Tally, number: int, page: _Page, called: dict[int, int]) -> None:
    """What comes from earlier pages stands first, in its order; then the notes of this page, as they are called."""
    shown = list(dict.fromkeys(note for note, _ in page.notes))
    older = [note for note in shown if called.get(note, number) < number]
    newer = [note for note in dict.fromkeys(page.calls) if note in shown and note not in older]
    if shown != older + newer or [called[note] for note in older] != sorted(called[note] for note in older):
        tally.fault("out of order", f"page {number + 1}: {shown}, called {page.calls}")


def _check_body(tally: Tally, source: Source, words: list[int], name: str) -> None:
    """The words of the text, once each, in their order; a head of a table is not asked, it comes again."""
    expected = [int(word) for word in _body_words(source.html)]
    if sorted(words) != sorted(expected):
        tally.fault("body words", f"{name}: {len(words)} of {len(expected)}")
    ordered = [word for word in words if word not in source.unordered]
    if ordered != sorted(ordered):
        tally.fault("body order", name)


def _body_words(html: str) -> list[str]:
    return [found[4] for found in TOKEN.finditer(html) if found[3] == "b"]


def _check_pdf(tally: Tally, source: Source, pdf: bytes, where: dict[int, list[tuple[int, int]]]) -> None:
    read: dict[int, list[tuple[int, int]]] = defaultdict(list)
    body: list[int] = []
    margin = source.margin * _POINTS
    file = pypdfium2.PdfDocument(pdf)
    for number in range(len(file)):
        page = file[number]
        text = page.get_textpage()
        width, height = page.get_size()
        for kind, note, word in tokens(text.get_text_bounded()):
            if kind == "n":
                read[note].append((number, word))
            elif kind == "b":
                body.append(word)
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            is_folio = top < margin and right - left < 40
            inside = left > margin - 4 and right < width - margin + 4
            inside = inside and bottom > margin - 4 and top < height - margin + 4
            if not is_folio and not inside:
                tally.fault("PDF off the page", f"page {number + 1}")
        text.close()
        page.close()
    file.close()
    for note in range(len(source.notes)):
        if read[note] != where[note]:
            tally.fault("PDF words differ", f"note {note}: {len(read[note])} of {len(where[note])} words")
    _check_body(tally, source, body, "PDF")


def _figures(tally: Tally, source: Source, pages: list[_Page], where: dict[int, list[tuple[int, int]]]) -> None:
    last = max((number for number, page in enumerate(pages) if page.body), default=0)
    tally.figures.update(
        documents=1,
        pages=len(pages),
        notes=len(source.notes),
        words=sum(source.notes),
        huge=sum(length >= 1000 for length in source.notes),
    )
    for number, page in enumerate(pages):
        foot = page.bottom if page.foot is None else page.foot
        white = foot - max(page.low, page.top)
        tally.figures["white"] += number < last and white > 0.25 * (page.bottom - page.top)
        tally.figures["notes only"] += not page.body
    for note in range(len(source.notes)):
        on = sorted({number for number, _ in where[note]})
        if len(on) > 1:
            tally.figures["divided"] += 1
            tally.figures["with a gap"] += on != list(range(on[0], on[-1] + 1))
            tally.figures["most pages"] = max(tally.figures["most pages"], len(on))
