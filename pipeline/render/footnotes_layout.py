"""Notes that continue on the next page: the part that works inside the layout engine, WeasyPrint 70.0.

The engine hands a page's notes to its `LayoutContext`, which keeps a list of them and lays out their area again for
every new one. `NoteContext` takes the list's place. It measures each note once, shares the foot of the page out
(`footnotes_area`), and tells the engine how much of the page is left; so a line goes to the next page when its note
cannot begin under it, and only then. When the text of a page stands, it is read back: every note called on it, and
no other, gets its place at the foot, in the order of the calls. If there is less room than the notes need to begin,
the page is laid out once more with that much kept free.

Six names of the engine are replaced while `hooks` are in place; `footnotes` puts them there and takes them away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from types import ModuleType
from typing import Any

from weasyprint import document, layout
from weasyprint.formatting_structure import boxes, build
from weasyprint.layout import LayoutContext, block, column, page

from pipeline.render.footnotes_area import CEILING, Part, Piece, Slot, placed, share, stacked

_ATTEMPTS = 5
"""Layouts of one page before it is taken as it is; the second is nearly always the last."""


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
class _Line:
    """The line of text that is being set."""

    box: Any
    before: int
    more: bool
    bottom_space: float
    block: Any


class _Waiting(dict[Any, None]):
    """The notes that stand nowhere yet: the engine's list, without searching all notes for every word."""

    def append(self, note: Any) -> None:
        self[note] = None

    def remove(self, note: Any) -> None:
        del self[note]

    def copy(self) -> _Waiting:
        return _Waiting(self)


class NoteContext(LayoutContext):  # type: ignore[misc]
    """The engine's layout context, with another foot of the page.

    The engine's own list of the notes of a page, `current_page_footnotes`, stays empty: what it does with that list
    is what loses notes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.footnotes: Any = _Waiting()
        self.foot = Foot(self, 0)
        self.handed: dict[int, tuple[Part, ...]] = {}
        self.begun: dict[Any, int] = {}
        self.begun_on: dict[int, list[Any]] = {}

    def layout_footnote(self, note: Any) -> bool:
        """Give a note its place; true when there is none, and its line has to go to the next page."""
        self.footnotes.remove(note)
        if isinstance(note, Part):
            self.foot.carry(note)
            return False
        if self.begun.get(note, self.foot.index) < self.foot.index:
            return False  # the head of a table, on its second page: the note stands on the first
        note.style["footnote_policy"] = "line"  # the others leave a note's line behind, or stop the engine
        return not self.foot.begin(note)

    def unlayout_footnote(self, note: Any) -> None:
        """Take a note back, because its line does not stay on the page."""
        if self.foot.take_back(note):
            self.footnotes.append(note)

    def report_footnote(self, note: Any) -> None:
        """The engine finds no room for a note after all."""
        self.foot.refuse(note)


class Foot:
    """The foot of the page that is being laid out.

    Args:
        context: the layout context.
        index: of the page.
        reserve: how much of the page no text may take, because an earlier attempt left too little to the notes.
    """

    def __init__(self, context: NoteContext, index: int, reserve: float = 0.0) -> None:
        self.index = index
        self.reserve = reserve
        self.shortage = 0.0
        self.line: _Line | None = None
        self.body: Any = None
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
        pieces, excess = share([*self._slots, slot], *self._limits([*self._slots, slot]))
        if excess:
            self._refused.append(slot)
            return False
        self._slots.append(slot)
        self._take(pieces)
        return True

    def take_back(self, note: Any) -> bool:
        """Remove a note; false when it has no place here."""
        if self._measuring:
            return False
        for slots in (self._refused, self._slots):
            for slot in slots:
                if slot.part.note is note and not slot.carried:
                    slots.remove(slot)
                    if slots is self._slots:
                        self._settle()
                    return True
        return False

    def refuse(self, note: Any) -> None:
        """Remove a note, but remember it: if its line stays all the same, `lay_out` looks for room again."""
        for slot in self._slots:
            if slot.part.note is note and not slot.carried:
                self._slots.remove(slot)
                self._refused.append(slot)
                self._settle()
                return

    def narrow(self, height: float) -> None:
        """Make the area no higher than the columns of the page have left it, if that can be done."""
        if self._slots and self._frame is not None:
            room, ceiling = self._limits(self._slots)
            pieces, excess = share(self._slots, min(room, height - self._decoration), ceiling, last_resort=True)
            if not excess:
                self._take(pieces)

    def concessions(self) -> list[float]:
        """What `reserve` has to be for the text to get most, or all, of what the notes take."""
        taken = stacked(slot.piece for slot in self._slots)
        least = stacked(slot.least() for slot in self._slots)
        return [least - taken, -taken - self._decoration] if self._slots else []

    def clear_page(self) -> None:
        """Tell the engine how much of the page the text may take."""
        context, area = self._context, self._context.current_footnote_area
        height = 0.0 if area.height == "auto" else area.margin_height()
        context.page_bottom = area.position_y - self.reserve - height

    def _settle(self) -> None:
        pieces, excess = share(self._slots, *self._limits(self._slots))
        if excess:
            pieces, _ = share(self._slots, *self._limits(self._slots), last_resort=True)
        self._take(pieces)

    def _take(self, pieces: list[Piece | None]) -> None:
        for slot, piece in zip(self._slots, pieces, strict=True):
            slot.piece = piece
        area = self._context.current_footnote_area
        area.height = stacked(pieces) if any(pieces) else "auto"
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
        line, floor = self.line, self._context.current_footnote_area.position_y - self.reserve
        if line is None:
            return inf
        bottom = line.box.position_y + line.box.height
        bottom += line.block.border_bottom_width + line.block.padding_bottom
        if line.more:  # the lines that must not be parted from this one
            bottom += line.box.height * max(0, line.block.style["orphans"] - line.before - 1)
        # Columns are as high as the notes leave them, so what is below a column is no measure.
        below = 0.0 if self._context.in_column else max(0.0, line.bottom_space)
        return float(floor - below - bottom)

    # -------------------------------------------------------------- when the text stands

    def lay_out(self, positioned: list[Any]) -> Any:
        """The area as it is printed, now that the text stands.

        Notes that were cut get what the text has left over; if it has left too little, `shortage` says how much.

        Args:
            positioned: the engine's list of what is placed at the end; it grows by what the notes hold of it.
        """
        area, body = self._context.current_footnote_area, self.body
        if self._frame is None and not any(True for _ in self._called()):
            return self._empty_area()
        self._read_calls(self._called())
        floor = area.position_y
        room = floor - max(lowest(body), area.page.content_box_y()) - self._decoration
        room = min(room, area.max_height)
        pieces, excess = self._share_out(room)
        if excess:
            self.shortage = excess
            while excess and not self._slots[-1].carried:
                self._refused.insert(0, self._slots.pop())
                pieces, excess = self._share_out(room)
        for slot, piece in zip(self._slots, pieces, strict=True):
            slot.piece = piece
        return self._printed(positioned)

    def close(self) -> tuple[list[Any], list[Part]]:
        """The notes that begin on the page, and what the next one gets."""
        begun = [slot.part.note for slot in self._slots if slot.piece is not None and slot.part.skip is None]
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

    def _share_out(self, room: float) -> tuple[list[Piece | None], float]:
        pieces, excess = share(self._slots, room, inf)
        if excess:
            pieces, excess = share(self._slots, room, inf, last_resort=True)
        return pieces, excess

    def _called(self) -> Iterator[Any]:
        """The notes called on the page, in the order of the text; those of a note after the text."""
        yield from calls(self.body)
        for slot in self._slots:
            if slot.piece is not None:
                yield from calls(slot.piece.box)

    def _read_calls(self, called: Iterable[Any]) -> None:
        """Notes stand in the order of their calls; one without a call on the page goes, one with a call comes."""
        context = self._context
        slots = {slot.part.note: slot for slot in [*self._slots, *self._refused] if not slot.carried}
        carried = [slot for slot in self._slots if slot.carried]
        here = {slot.part.note for slot in carried}
        self._refused = []
        self._slots = carried
        for note in list(dict.fromkeys(called)):
            if note in slots:
                self._slots.append(slots.pop(note))
            elif note in context.footnotes and note not in here:
                context.footnotes.remove(note)
                if context.begun.get(note, self.index) >= self.index:
                    self._slots.append(self._slot(Part(note), room=inf, carried=False))
        for note in slots:
            context.footnotes.append(note)

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
        page_height = area.page.height - self._decoration
        source = _source(part.note, area)
        return Slot(
            part,
            lambda limit, forced: self._lay(source, part.skip, limit, forced),
            page_height,
            _line_ends,
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
        context.footnotes, context.in_column, context.broken_out_of_flow = _Waiting(), False, {}
        self._measuring = True
        try:
            box, resume, _, margins, _, _ = _block_level_layout(
                context,
                note,
                context.page_bottom - (note.position_y + limit),
                skip,
                frame,
                forced,
                positioned,
                positioned,
            )
        finally:
            (context.footnotes, context.in_column, context.broken_out_of_flow, self.line, self._measuring) = before
            context.excluded_shapes[:] = shapes
        if box is None or (resume is not None and not _shows_something(box)):
            return None
        if resume is not None:
            _trim(box)
        return Piece(
            top=box.border_box_y() - frame.content_box_y(),
            height=box.border_height(),
            bottom=block.collapse_margin([*margins, box.margin_bottom]),
            resume=resume,
            box=box,
            positioned=tuple(positioned),
        )


def _source(note: Any, area: Any) -> Any:
    """The box of a note as the engine would make it for its area; made anew, for page numbers in it may change."""
    holder = area.copy()
    holder.children = [note.deepcopy()]
    # The engine forgets both for notes: a line break in the source would be one in print.
    holder.process_whitespace()
    holder.process_text_transform()
    children = build.create_anonymous_boxes(holder).children
    if len(children) == 1 and isinstance(children[0], boxes.BlockBox):
        return children[0]
    return boxes.BlockBox.anonymous_from(note, children)


def _line_ends(piece: Piece) -> list[float]:
    """How far down from the top of a piece its lines end."""
    top = piece.box.border_box_y() - piece.top
    return sorted({box.position_y + box.height - top for box in _lines(piece.box)})


def _lines(root: Any) -> Iterator[Any]:
    """The lines of text of a box; not those that are there for an empty mark only, and have no height."""
    return (box for box in root.descendants() if isinstance(box, boxes.LineBox) and box.height > 0)


def _shows_something(root: Any) -> bool:
    return any(_lines(root)) or any(isinstance(box, boxes.ReplacedBox) for box in root.descendants())


def _trim(box: Any) -> None:
    """Take back the height that the engine gives a broken box, so that it reaches the end of the page."""
    last = next((child for child in reversed(box.children) if child.is_in_normal_flow()), None)
    if last is not None and isinstance(box, boxes.BlockContainerBox) and box.style["height"] == "auto":
        _trim(last)
        box.height = last.position_y + last.margin_height() - box.content_box_y()


# ------------------------------------------------------------------ reading a page


def calls(root: Any) -> Iterator[Any]:
    """The notes called in a box, in the order of the text; also in what the engine has only put aside so far."""
    pending = [root]
    while pending:
        box = pending.pop()
        box = getattr(box, "_box", box)
        if box is not None:
            if box.footnote is not None:
                yield box.footnote
            pending.extend(reversed(box.children))


def lowest(root: Any) -> float:
    """How far down the page its text, pictures, rules and grounds go; what is out of the flow does not count."""
    bottom = 0.0
    pending = [root] if root is not None else []
    while pending:
        box = pending.pop()
        if not isinstance(box, boxes.Box):
            continue  # a placeholder
        clipped = box.style["overflow"] != "visible" and box.style["height"] != "auto"
        if isinstance(box, boxes.LineBox):
            bottom = max(bottom, box.position_y + box.height)
        elif clipped or isinstance(box, boxes.ReplacedBox) or _is_drawn(box):
            bottom = max(bottom, box.border_box_y() + box.border_height())
        if not clipped:
            pending.extend(box.children)
    return bottom


def _is_drawn(box: Any) -> bool:
    """Whether one sees where a box ends; the grounds of the outermost boxes belong to the page."""
    style = box.style
    if box.element_tag in ("html", "body") or not isinstance(box, (boxes.BlockLevelBox, boxes.TableCellBox)):
        return False
    ground = style["background_color"]
    return bool(
        box.border_bottom_width
        or (ground == "currentcolor" or ground.alpha > 0)
        or any(kind != "none" for kind, _ in style["background_image"])
    )


# ------------------------------------------------------------------ the engine's functions

_block_level_layout = block.block_level_layout
_iter_line_boxes = block.iter_line_boxes
_remake_page = page.remake_page
_make_all_pages = layout.make_all_pages


def _lines_noted(
    context: NoteContext, box: Any, position_y: float, bottom_space: float, skip_stack: Any, block_box: Any,
    *args: Any,
) -> Iterator[Any]:  # fmt: skip
    """`iter_line_boxes`, which lets the foot know the line that comes next."""
    lines = _iter_line_boxes(context, box, position_y, bottom_space, skip_stack, block_box, *args)
    for before, (line, resume_at) in enumerate(lines):
        context.foot.line = _Line(line, before, resume_at is not None, bottom_space, block_box)
        yield line, resume_at


def _page_laid_out(context: NoteContext, box: Any, *args: Any, **kwargs: Any) -> Any:
    """`block_level_layout` as it is called for the text of a page, and after that for the area of its notes."""
    if isinstance(box, boxes.FootnoteAreaBox):
        area = context.foot.lay_out(kwargs["absolute_boxes"])
        return area, None, {"break": "any", "page": None}, [], False, None
    foot = context.foot
    foot.clear_page()
    result = _block_level_layout(context, box, *args, **kwargs)
    if result[0] is None and foot.reserve >= 0:
        # Nothing fits above what comes from the page before: that takes less, or waits.
        for reserve in foot.concessions():
            foot.reserve = reserve
            foot.clear_page()
            result = _block_level_layout(context, box, *args, **kwargs)
            if result[0] is not None:
                break
    foot.body = result[0]
    return result


def _page_remade(index: int, context: NoteContext, root_box: Any, html: Any) -> Any:
    """`remake_page`, repeated with more room for the notes as long as one of them cannot begin."""
    for note in context.begun_on.pop(index, ()):
        if context.begun.get(note) == index:
            del context.begun[note]
    before = _Before(context, index)
    reserve = 0.0
    for attempt in range(_ATTEMPTS):
        context.foot = Foot(context, index, reserve)
        context.reported_footnotes = list(context.handed.get(index, ()))
        made, resume_at = _remake_page(index, context, root_box, html)
        if not context.foot.shortage or attempt == _ATTEMPTS - 1:
            break
        # What the last attempt leaves out goes to the next page; the room that was kept free has not helped.
        reserve = reserve + context.foot.shortage if attempt < _ATTEMPTS - 2 else 0.0
        context.foot.take_all_back()
        before.restore()
    begun, rest = context.foot.close()
    context.begun_on[index] = begun
    context.begun.update(dict.fromkeys(begun, index))
    _hand_over(context, index + 1, tuple(rest), is_last=resume_at is None)
    return made, resume_at


def _hand_over(context: NoteContext, index: int, rest: tuple[Part, ...], *, is_last: bool) -> None:
    """Give the next page what is left of the notes; it is made again when that is not what it had before."""
    had = context.handed.get(index, ())
    context.handed[index] = rest
    context.reported_footnotes = list(rest)
    same = len(had) == len(rest) and all(a.same_as(b) for a, b in zip(had, rest, strict=True))
    if not same and (rest or not is_last):
        context.page_maker[index][-1]["content_changed"] = True


def _all_pages_made(context: NoteContext, root_box: Any, html: Any, pages: list[Any]) -> Iterator[Any]:
    """`make_all_pages`; pages that give or get a part of a note are made again each time.

    The engine makes only those pages again that have changed, but keeps what they give in one list.
    """
    for index, rest in context.handed.items():
        if rest and index < len(pages):
            for state in context.page_maker[index - 1 : index + 1]:
                state[-1]["content_changed"] = True
    yield from _make_all_pages(context, root_box, html, pages)


class _Before:
    """What laying out a page changes in the context, for another attempt."""

    def __init__(self, context: NoteContext, index: int) -> None:
        self._context = context
        self._index = index
        self._next = context.page_maker[index + 1] if index + 1 < len(context.page_maker) else None
        self._state = {key: _copied(value) for key, value in context.page_maker[index][-1].items()}
        self._broken = dict(context.broken_out_of_flow)
        self._running = {
            name: list(of_page[index + 1]) for name, of_page in context.running_elements.items() if index + 1 in of_page
        }
        self._rendered = list(context.rendered_notes)

    def restore(self) -> None:
        """Set the context back."""
        context, index = self._context, self._index
        if self._next is None:
            del context.page_maker[index + 1 :]
        else:
            context.page_maker[index + 1] = self._next
        context.page_maker[index][-1].update({key: _copied(value) for key, value in self._state.items()})
        context.broken_out_of_flow = dict(self._broken)
        for of_page in context.running_elements.values():
            of_page.pop(index + 1, None)
        for name, elements in self._running.items():
            context.running_elements[name][index + 1] = list(elements)
        context.rendered_notes = list(self._rendered)


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


def _columns_done(context: NoteContext, footnotes_height: float) -> None:
    """`_report_footnotes`: where the engine moves notes away, they are cut to the height that the columns left."""
    context.foot.narrow(footnotes_height)


def hooks() -> tuple[tuple[ModuleType, str, Callable[..., Any]], ...]:
    """What takes the place of what: module, name, replacement."""
    return (
        (document, "LayoutContext", NoteContext),
        (layout, "make_all_pages", _all_pages_made),
        (page, "remake_page", _page_remade),
        (page, "block_level_layout", _page_laid_out),
        (block, "iter_line_boxes", _lines_noted),
        (column, "_report_footnotes", _columns_done),
    )
