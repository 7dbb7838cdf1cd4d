"""What stands on the laid-out pages: read back from the engine's boxes before they become a PDF.

Everything is measured in CSS pixels (96 to the inch) from the top left corner of the page; pages count from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import weasyprint

from pipeline.render.labels import roman

_Key = TypeVar("_Key")

TOLERANCE = 0.75  # px; the engine rounds to this when it aligns lines


@dataclass(frozen=True, slots=True)
class Room:
    """The part of a page that text may fill.

    Attributes:
        verso: whether it is a left page.
        top, bottom: of the text area.
        foot: where the notes of the page begin; `bottom` when it has none. Side notes end there, too.
        width, height: of the whole page.
    """

    verso: bool
    top: float
    bottom: float
    foot: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Block:
    """A marked block (`data-place`) on its page.

    A side note is one block, on the page where it begins, with the height of all its pieces together; a block
    of the text has one for each page that it is on.
    """

    place: str
    side: bool
    page: int
    top: float
    height: float
    last: int = -1


@dataclass(frozen=True, slots=True)
class PrintedNote:
    """Where a note's call and its text were printed.

    Attributes:
        id: `note-…`.
        call_id: `noteref-…`.
        call: the page of its call, or None when the call is not printed.
        text: the page on which its text begins, or None when the note is lost.
        inside: whether all of its text lies within the text area of its page.
    """

    id: str
    call_id: str
    call: int | None
    text: int | None
    inside: bool


@dataclass(frozen=True, slots=True)
class StrayText:
    """Text that runs off its page, with the id of the nearest element that has one."""

    page: int
    text: str
    near: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What was read from the pages.

    Attributes:
        rooms, labels, folios: of each page: its measures, its label, the page number printed on it ("" for none).
        counts: of each page: the number that its folio is set to, or None, and by how much it is raised.
        filled: of each page, how far down its text goes.
        sections: of each page, the ids of the sections that are on it.
        blocks: what reaches into the side column, on its pages.
        flow: the pieces of the chapters (`data-flow`), where each begins, with its whole height.
        notes: where each note was called and printed.
        note_heights: of each note, its parts on several pages together.
        stray: text off its page.
        anchors: the page on which each element with an id begins.
        addresses: the targets of links that lead out of the report, and their pages.
    """

    rooms: tuple[Room, ...]
    labels: tuple[str, ...]
    folios: tuple[str, ...]
    counts: tuple[tuple[int | None, int], ...]
    filled: tuple[float, ...]
    sections: tuple[frozenset[str], ...]
    blocks: tuple[Block, ...]
    flow: Mapping[str, Block]
    notes: tuple[PrintedNote, ...]
    note_heights: Mapping[str, float]
    stray: tuple[StrayText, ...]
    anchors: Mapping[str, int]
    addresses: tuple[tuple[str, int], ...]


def read_layout(document: weasyprint.Document, notes: tuple[tuple[str, str], ...], cover: str) -> Layout:
    """Read the pages.

    Args:
        document: the laid-out pages.
        notes: the ids of every note of the report and of its call, in order.
        cover: the word for the cover, which labels it.
    """
    reader = PageReader()
    for number, page in enumerate(document.pages):
        reader.read(number, page._page_box)
    counts = _counts(document)
    return Layout(
        rooms=tuple(reader.rooms),
        labels=labels_of(counts, cover),
        folios=tuple(reader.folios),
        counts=counts,
        filled=tuple(reader.filled),
        sections=tuple(frozenset(ids) for ids in reader.sections),
        blocks=tuple(reader.blocks.values()),
        flow=reader.flow,
        notes=tuple(
            PrintedNote(note, call, reader.calls.get(call), reader.texts.get(note), note not in reader.outside)
            for note, call in notes
        ),
        note_heights=reader.note_heights,
        stray=tuple(reader.stray),
        anchors=reader.anchors,
        addresses=tuple(
            (target, number)
            for number, page in enumerate(document.pages)
            for kind, target, *_ in page.links
            if kind == "external"
        ),
    )


class PageReader:
    """Collects what the boxes say, page by page."""

    def __init__(self) -> None:
        self.rooms: list[Room] = []
        self.folios: list[str] = []
        self.filled: list[float] = []
        self.sections: list[set[str]] = []
        self.blocks: dict[tuple[str, int], Block] = {}
        self.flow: dict[str, Block] = {}
        self.anchors: dict[str, int] = {}
        self.calls: dict[str, int] = {}
        self.texts: dict[str, int] = {}
        self.note_heights: dict[str, float] = {}
        self._note_parts: set[tuple[str, int]] = set()
        self.outside: set[str] = set()
        self.stray: list[StrayText] = []

    def layout(self) -> Layout:
        """What the pages so far say of their blocks; of notes, labels and links it says nothing."""
        return Layout(
            rooms=tuple(self.rooms),
            labels=(),
            folios=(),
            counts=(),
            filled=tuple(self.filled),
            sections=tuple(frozenset(ids) for ids in self.sections),
            blocks=(),
            flow=self.flow,
            notes=(),
            note_heights=self.note_heights,
            stray=(),
            anchors=self.anchors,
            addresses=(),
        )

    def read(self, number: int, box: Any) -> None:
        """Read the box of a page."""
        top = box.content_box_y()
        notes = (child for child in box.children if type(child).__name__ == "FootnoteAreaBox")
        room = Room(
            verso=box.page_type.side == "left",
            top=top,
            bottom=top + box.height,
            foot=min((area.position_y for area in notes), default=top + box.height),
            width=box.margin_width(),
            height=box.margin_height(),
        )
        self.rooms.append(room)
        self.folios.append("")
        self.filled.append(top)
        self.sections.append(set())
        for child, around in _walk(box):
            self._see(number, room, child, around)

    def _see(self, number: int, room: Room, box: Any, around: _Around) -> None:
        kind = type(box).__name__
        if kind == "MarginBox":
            if box.at_keyword.endswith("-corner"):
                self.folios[-1] += "".join(_texts(box))
        elif kind == "TextBox":
            self._see_text(number, room, box, around.id)
        elif kind == "LineBox" or kind.endswith("ReplacedBox"):
            top, bottom = box.position_y, box.position_y + box.margin_height()
            if not around.note and not around.side:
                self.filled[-1] = max(self.filled[-1], bottom)
            elif around.note and (top < room.top - TOLERANCE or bottom > room.bottom + TOLERANCE):
                self.outside.add(around.note)
        elif box.element is not None and not _is_pseudo(box):
            self._see_element(number, box)

    def _see_text(self, number: int, room: Room, box: Any, near: str) -> None:
        if not box.text.strip():
            return
        left, top = box.position_x, box.position_y
        inside_page = (
            left >= -TOLERANCE
            and top >= -TOLERANCE
            and left + box.width <= room.width + TOLERANCE
            and top + box.height <= room.height + TOLERANCE
        )
        if not inside_page:
            self.stray.append(StrayText(number, box.text, near))

    def _see_element(self, number: int, box: Any) -> None:
        element = box.element
        names = element.get("class", "").split()
        identity = element.get("id", "")
        if identity:
            self.anchors.setdefault(identity, number)
        if "noteref" in names:
            self.calls.setdefault(identity, number)
        elif "footnote" in names:
            self.texts.setdefault(identity, number)
            if (identity, number) not in self._note_parts:  # the boxes inside a part have the same element
                self._note_parts.add((identity, number))
                self.note_heights[identity] = self.note_heights.get(identity, 0.0) + box.margin_height()
        elif element.tag == "section":
            self.sections[-1].add(identity)
        if not hasattr(box, "margin_height"):
            return
        if place := element.get("data-place"):
            side = "side" in names
            _add_piece(
                self.blocks,
                (place, 0 if side else number),
                Block(place, side, number, box.position_y, box.margin_height() - _shift(box)),
            )
        if key := element.get("data-flow"):
            _add_piece(self.flow, key, Block(key, False, number, box.position_y, box.margin_height()))


def _add_piece(blocks: dict[_Key, Block], key: _Key, piece: Block) -> None:
    """A block keeps its first place and grows by its pieces on later pages.

    An element has several boxes on a page, one inside the other; the outermost is read first and counts.
    """
    seen = blocks.get(key)
    if seen is None:
        blocks[key] = piece
    elif piece.page > seen.last:
        blocks[key] = replace(seen, height=seen.height + piece.height, last=piece.page)


@dataclass(frozen=True, slots=True)
class _Around:
    """What is around a box: the nearest id, the note that it belongs to, whether it is in a side note."""

    id: str = ""
    note: str = ""
    side: bool = False


def _walk(page: Any) -> Iterator[tuple[Any, _Around]]:
    """Every box of a page, from the outside inwards, in the order of the text."""
    pending = [(page, _Around())]
    while pending:
        placeholder, around = pending.pop()
        box = getattr(placeholder, "_box", placeholder)  # an absolute box stands behind a placeholder
        element = box.element
        if element is not None and not _is_pseudo(box):
            names = element.get("class", "").split()
            identity = element.get("id")
            if identity or "side" in names:
                around = _Around(
                    identity or around.id,
                    identity if identity and "footnote" in names else around.note,
                    around.side or "side" in names,
                )
        yield box, around
        if type(box).__name__ != "MarginBox":
            pending.extend((child, around) for child in reversed(box.children))


def _texts(box: Any) -> Iterator[str]:
    return (child.text for child in box.descendants() if type(child).__name__ == "TextBox")


def _is_pseudo(box: Any) -> bool:
    return box.element_tag is not None and "::" in box.element_tag


def _shift(box: Any) -> float:
    """A side note that was moved has the way it moved as its margin."""
    return float(box.margin_top) if isinstance(box.margin_top, (int, float)) else 0.0


def _counts(document: weasyprint.Document) -> tuple[tuple[int | None, int], ...]:
    """How the styles of the pages count them, as the engine follows them."""
    counts = []
    for page in document.pages:
        style = page._page_box.style
        reset = dict(style["counter_reset"]).get("page")
        counts.append((reset, dict(style["counter_increment"]).get("page", 0)))
    return tuple(counts)


def labels_of(counts: Iterable[tuple[int | None, int]], cover: str) -> tuple[str, ...]:
    """The page labels: cover, roman from the first restart of the folios, arabic from the second."""
    labels: list[str] = []
    value = restarts = 0
    for reset, increment in counts:
        if reset is None:
            value += increment
        else:
            value, restarts = reset, restarts + 1
        if restarts == 0:
            labels.append(cover if value == 1 else f"{cover} {value}")
        else:
            labels.append(roman(value) if restarts == 1 else str(value))
    return tuple(labels)


def joined(layouts: Sequence[tuple[int, Layout]], cover: str) -> Layout:
    """The layout of the whole report from those of its gatherings.

    Args:
        layouts: the index of its first page, and the layout, of each gathering, in order; pages are right-hand ones.
        cover: the word for the cover, which labels it.
    """
    parts = [layout for _, layout in layouts]
    counts = tuple(count for layout in parts for count in layout.counts)
    anchors: dict[str, int] = {}
    for start, layout in layouts:
        for id, page in layout.anchors.items():
            anchors.setdefault(id, start + page)
    return Layout(
        rooms=tuple(
            replace(room, verso=bool((start + page) % 2))
            for start, layout in layouts
            for page, room in enumerate(layout.rooms)
        ),
        labels=labels_of(counts, cover),
        folios=tuple(folio for layout in parts for folio in layout.folios),
        counts=counts,
        filled=tuple(foot for layout in parts for foot in layout.filled),
        sections=tuple(ids for layout in parts for ids in layout.sections),
        blocks=(),
        flow={},
        notes=tuple(
            replace(
                note,
                call=None if note.call is None else start + note.call,
                text=None if note.text is None else start + note.text,
            )
            for start, layout in layouts
            for note in layout.notes
        ),
        note_heights={},
        stray=tuple(replace(stray, page=start + stray.page) for start, layout in layouts for stray in layout.stray),
        anchors=anchors,
        addresses=tuple((target, start + page) for start, layout in layouts for target, page in layout.addresses),
    )
