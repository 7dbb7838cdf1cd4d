"""The foot of one page, while the layout engine (WeasyPrint 70.0) fills the page and when the page is full.

The engine keeps a list of a page's notes and lays out their area again for every new one. Here each note is measured
once, by itself, with the engine's own rules for breaking it; `footnotes_area` shares the foot out by these measures,
and the measured boxes are what is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

from weasyprint.layout import block

from pipeline.render.footnotes_area import CEILING, WHITE, Part, Piece, Slot, placed, share, stacked
from pipeline.render.footnotes_boxes import calls, line_ends, lowest, note_box, shows_something, trim

# Under this name the engine's function stays within reach when another takes its place in `page`.
_block_level_layout = block.block_level_layout


@dataclass(frozen=True, slots=True)
class NotePart:
    """Which part of a note a box at the foot of a page is; the box has it as `note_part`.

    Attributes:
        number: 0 where the note begins, 1 on the page after.
        last: whether the note ends here.
    """

    number: int
    last: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The line of text that is being set.

    Attributes:
        box: the line.
        before: how many lines of its block are before it.
        more: whether lines follow it.
        bottom_space: what has to stay free below it.
        block: its block.
    """

    box: Any
    before: int
    more: bool
    bottom_space: float
    block: Any


class Foot:
    """The foot of the page that is being laid out.

    Args:
        context: the layout context, a `NoteContext`.
        index: of the page.
        reserve: how much of the page no text may take, because an earlier attempt left too little to the notes;
            negative, how much text may take that notes would have taken whole.

    Attributes:
        line: the line that is being set.
        body: the text of the page, when it stands.
        shortage: by how much the text has left too little for all notes to begin.
        white: what neither text nor notes have taken.
        torn: whether the page ends within a block that is not to be divided.
        give: how much the notes could leave to the text: those from the page before, and two of this page. It is
            known only when the page is filled badly.
    """

    def __init__(self, context: Any, index: int, reserve: float = 0.0) -> None:
        self.index = index
        self.reserve = reserve
        self.line: Line | None = None
        self.body: Any = None
        self.shortage = self.white = self.give = 0.0
        self.torn = False
        self._context = context
        self._slots: list[Slot] = []
        self._refused: list[Slot] = []
        self._frame: Any = None
        self._measuring = False

    # -------------------------------------------------------------- while the text is set

    def carry(self, part: Part) -> None:
        """Give what is left of a note from the page before its place."""
        self._slots.append(self._slot(part, room=inf, carried=True))
        self._settle()

    def begin(self, note: Any) -> bool:
        """Give a note its place under the line that is being set; false when it cannot begin there."""
        slot = self._slot(Part(note), room=self._room_under_line(), carried=False)
        slots = [*self._slots, slot]
        pieces, excess = share(slots, *self._limits(slots))
        if excess:
            self._refused.append(slot)
            # A line without a limit is only measured, or belongs to a head: it cannot go to the next page by itself.
            return self.line is not None and self.line.bottom_space == -inf
        self._slots = slots
        self._take(pieces)
        return True

    def take_back(self, note: Any) -> bool:
        """Remove a note; false when it has no place here."""
        if self._measuring:
            return False
        slot = _find(note, self._refused)
        if slot is not None:
            self._refused.remove(slot)
            return True
        slot = _find(note, self._slots)
        if slot is not None:
            self._slots.remove(slot)
            self._settle()
        return slot is not None

    def refuse(self, note: Any) -> None:
        """Remove a note, but remember it: if its line stays all the same, `lay_out` looks for room again."""
        slot = _find(note, self._slots)
        if slot is not None:
            self._slots.remove(slot)
            self._refused.append(slot)
            self._settle()

    def narrow(self, height: float) -> None:
        """Make the area no higher than the columns of the page have left it, if that can be done."""
        if self._slots:
            room, ceiling = self._limits(self._slots)
            pieces, excess = share(self._slots, min(room, height - self._decoration), ceiling, last_resort=True)
            if not excess:
                self._take(pieces)

    def clear_page(self) -> None:
        """Tell the engine how much of the page the text may take."""
        area = self._context.current_footnote_area
        height = 0.0 if area.height == "auto" else area.margin_height()
        self._context.page_bottom = area.position_y - self.reserve - height

    def concessions(self) -> Iterator[None]:
        """When nothing fits above what comes from the page before: let that take less, then nothing."""
        if self._slots:
            taken, least = stacked(s.piece for s in self._slots), stacked(s.least() for s in self._slots)
            for reserve in (least - taken, -taken - self._decoration):
                self.reserve = reserve
                self.clear_page()
                yield

    def _settle(self) -> None:
        limits = self._limits(self._slots)
        pieces, excess = share(self._slots, *limits)
        self._take(share(self._slots, *limits, last_resort=True)[0] if excess else pieces)

    def _take(self, pieces: list[Piece | None]) -> None:
        for slot, piece in zip(self._slots, pieces, strict=True):
            slot.piece = piece
        self._context.current_footnote_area.height = stacked(pieces) if any(pieces) else "auto"
        if not self._context.in_column:  # columns add the area to the page themselves, when they are done
            self.clear_page()

    def _limits(self, slots: Iterable[Slot]) -> tuple[float, float]:
        """How high the notes may be together, and how high when there are long ones."""
        area = self._context.current_footnote_area
        page_height = area.page.height - self.reserve
        room = min([page_height, *(slot.room for slot in slots)]) - self._decoration
        return min(room, area.max_height), min(CEILING * page_height, area.max_height)

    def _room_under_line(self) -> float:
        """How high the area may become without covering the line that is being set."""
        line = self.line
        if line is None:
            return inf
        bottom = line.box.position_y + line.box.height
        bottom += line.block.border_bottom_width + line.block.padding_bottom
        if line.more:  # the lines that must not be parted from this one
            bottom += line.box.height * max(0, line.block.style["orphans"] - line.before - 1)
        # Columns are as high as the notes leave them, so what is below a column is no measure.
        below = 0.0 if self._context.in_column else max(0.0, line.bottom_space)
        return float(self._context.current_footnote_area.position_y - self.reserve - below - bottom)

    # -------------------------------------------------------------- when the text stands

    def lay_out(self, positioned: list[Any]) -> Any:
        """The area as it is printed, now that the text stands.

        Every note called on the page, and no other, has its place, in the order of the calls. Notes that were cut
        get what the text has left over; if it has left too little for all to begin, `shortage` says how much.

        Args:
            positioned: the engine's list of what is placed at the end; it grows by what the notes hold of it.
        """
        called = list(dict.fromkeys(calls(self.body)))
        if not called and not self._slots and not self._refused:
            return self._empty_area()
        area = self._context.current_footnote_area
        room = area.position_y - max(lowest(self.body), area.page.content_box_y()) - self._decoration
        while True:
            self._read_calls(called)
            pieces = self._share_out(min(room, area.max_height))
            inner = [note for piece in pieces if piece is not None for note in calls(piece.box)]
            if set(inner) <= set(called):
                break
            called = list(dict.fromkeys([*called, *inner]))  # notes of notes
        for slot, piece in zip(self._slots, pieces, strict=True):
            slot.piece = piece
        self.white = room - stacked(pieces)
        if self.torn or self.white > WHITE * area.page.height:  # else nobody asks
            gives = [(s.carried, s.piece.extent - s.least().extent) for s in self._slots if s.piece is not None]
            self.give = sum(sorted(give for carried, give in gives if not carried)[-2:])
            self.give += sum(give for carried, give in gives if carried)
        return self._printed(positioned)

    def close(self) -> tuple[list[Any], list[Part]]:
        """The notes that begin on the page, and what the next one gets."""
        begun = [slot.part.note for slot in self._slots if slot.piece is not None and slot.part.number == 0]
        rest = []
        for slot in [*self._slots, *self._refused]:
            part = slot.part
            if slot.piece is None:
                rest.append(part)
            elif slot.piece.resume is not None:
                rest.append(Part(part.note, slot.piece.resume, part.number + 1))
        return begun, rest

    def take_all_back(self) -> None:
        """Give all notes that were called on the page back, before it is laid out again."""
        for slot in [*self._slots, *self._refused]:
            if not slot.carried:
                self._context.footnotes.append(slot.part.note)

    def _read_calls(self, called: list[Any]) -> None:
        """Notes stand in the order of their calls; one without a call on the page goes, one with a call comes."""
        context = self._context
        known = {slot.part.note: slot for slot in [*self._slots, *self._refused] if not slot.carried}
        self._slots = [slot for slot in self._slots if slot.carried]
        self._refused = []
        for note in called:
            if note in known:
                self._slots.append(known.pop(note))
            elif note in context.footnotes:
                context.footnotes.remove(note)
                if context.begun.get(note, self.index) >= self.index:
                    self._slots.append(self._slot(Part(note), room=inf, carried=False))
        for note in known:
            context.footnotes.append(note)

    def _share_out(self, room: float) -> list[Piece | None]:
        """Share the room out; notes for which there is none at all go to the next page."""
        pieces, excess = share(self._slots, room, inf)
        if excess:
            pieces, excess = share(self._slots, room, inf, last_resort=True)
            self.shortage = max(self.shortage, excess)
        while excess and not self._slots[-1].carried:
            late = self._slots.pop()
            late.piece = None
            self._refused.insert(0, late)
            pieces, excess = share(self._slots, room, inf, last_resort=True)
        return pieces

    def _printed(self, positioned: list[Any]) -> Any:
        shown = [slot for slot in self._slots if slot.piece is not None]
        if not shown:
            return self._empty_area()
        frame, children = self._frame, []
        pieces = [slot.piece for slot in shown]
        for slot, (top, piece) in zip(shown, placed(pieces), strict=True):
            piece.box.translate(dy=frame.content_box_y() + top - piece.box.border_box_y())
            piece.box.note_part = NotePart(slot.part.number, piece.resume is None)
            positioned.extend(piece.positioned)
            children.append(piece.box)
        printed = frame.copy_with_children(children)
        printed.height = max(frame.height, stacked(pieces))
        return printed

    def _empty_area(self) -> Any:
        area = self._context.current_footnote_area.deepcopy()
        area.height = "auto"
        return _block_level_layout(self._context, area, -inf, None, area.page)[0]

    # -------------------------------------------------------------- one note

    @property
    def _decoration(self) -> float:
        """The height of an area without notes: margins, border and padding."""
        if self._frame is None:
            self._frame = self._empty_area()
        return float(self._frame.margin_height())

    def _slot(self, part: Part, *, room: float, carried: bool) -> Slot:
        area = self._context.current_footnote_area
        source = note_box(part.note, area)
        return Slot(
            part,
            lambda limit, forced: self._lay(source, part.skip, limit, forced),
            area.page.height - self._decoration,
            line_ends,
            room=room,
            carried=carried,
        )

    def _lay(self, source: Any, skip: Any, limit: float, forced: bool) -> Piece | None:
        """A piece of a note, with the engine's own rules for breaking it."""
        context, frame = self._context, self._frame
        note = source.copy()
        note.position_x, note.position_y = frame.content_box_x(), frame.content_box_y()
        positioned: list[Any] = []
        before = (context.footnotes, context.in_column, context.broken_out_of_flow, self.line, self._measuring)
        shapes = context.excluded_shapes[:]
        context.footnotes, context.in_column, context.broken_out_of_flow = {}, False, {}
        self._measuring = True
        bottom_space = context.page_bottom - (note.position_y + limit)
        try:
            box, resume, _, margins, _, _ = _block_level_layout(
                context, note, bottom_space, skip, frame, forced, positioned, positioned
            )
        finally:
            (context.footnotes, context.in_column, context.broken_out_of_flow, self.line, self._measuring) = before
            context.excluded_shapes[:] = shapes
        if box is None or (resume is not None and not shows_something(box)):
            return None
        if resume is not None:
            trim(box)
        return Piece(
            top=box.border_box_y() - frame.content_box_y(),
            height=box.border_height(),
            bottom=block.collapse_margin([*margins, box.margin_bottom]),
            resume=resume,
            box=box,
            positioned=tuple(positioned),
        )


def _find(note: Any, slots: Iterable[Slot]) -> Slot | None:
    return next((slot for slot in slots if slot.part.note is note and not slot.carried), None)
