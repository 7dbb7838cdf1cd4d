"""Notes that continue on the next page: what is replaced in the layout engine, WeasyPrint 70.0.

`NoteContext` takes the place of the engine's layout context, and `Foot` that of its list of a page's notes. The foot
tells the engine how much of the page is left; so a line goes to the next page when its note cannot begin under it,
and only then. When the text of a page stands, it is read back, and the notes called on it get their places.

A page is laid out once more when it is plain that it should have been filled in another way: when the text has left
too little for its notes to begin; when a block that just did not fit has left much white; and when one that is to
stay whole was torn, because of what came from the page before. In the last two cases notes are divided to make room,
if that helps.

Six names of the engine are replaced while `hooks` are in place; `footnotes` puts them there and takes them away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from weasyprint import document, layout
from weasyprint.formatting_structure import boxes
from weasyprint.layout import LayoutContext, block, column, page

from pipeline.render.footnotes_area import WHITE, Part
from pipeline.render.footnotes_boxes import torn
from pipeline.render.footnotes_foot import Foot, Line

_ATTEMPTS = 3
"""How often a page is laid out again for a note that cannot begin; the first time is nearly always enough."""

_WORTH = 0.02
"""Share of the text area, about a line, that notes have to be able to give for it, and that has to be won."""

_block_level_layout = block.block_level_layout
_iter_line_boxes = block.iter_line_boxes
_remake_page = page.remake_page
every_page = layout.make_all_pages
"""The engine's own way through all pages."""


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

    Attributes:
        foot: of the page that is being laid out.
        handed: what each page, by its index, gets from the page before.
        begun: the page on which each note begins, as far as pages are laid out; `begun_on` the same by page.
        filled: how each page was filled last: where it begins, and its reserve.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.footnotes: Any = _Waiting()
        self.foot = Foot(self, 0)
        self.handed: dict[int, tuple[Part, ...]] = {}
        self.begun: dict[Any, int] = {}
        self.begun_on: dict[int, list[Any]] = {}
        self.filled: dict[int, tuple[Any, float]] = {}

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


class _Attempt:
    """A page, laid out until it is filled well.

    Args:
        index: of the page.
        context, root_box, html: as the engine's `remake_page` takes them.
    """

    def __init__(self, index: int, context: NoteContext, root_box: Any, html: Any) -> None:
        self._arguments = (index, context, root_box, html)
        self._context = context
        self._index = index
        self._before = _Before(context, index)
        self._first = True

    def run(self) -> tuple[Any, Any]:
        """The page, and where the next one begins."""
        begins = self._context.page_maker[self._index][0]
        known = self._context.filled.get(self._index)
        if known is not None and known[0] == begins:  # in an earlier round of the layout
            made = self._lay_out(known[1])
            if not self._context.foot.shortage:
                return made
        made, reserve = self._fill()
        self._context.filled[self._index] = begins, reserve
        return made

    def _fill(self) -> tuple[tuple[Any, Any], float]:
        made, reserve = self._lay_out(0.0), 0.0
        foot = self._context.foot
        if foot.shortage:
            for _ in range(_ATTEMPTS):
                reserve += foot.shortage
                made, foot = self._lay_out(reserve), self._context.foot
                if not foot.shortage:
                    return made, reserve
            return self._lay_out(0.0), 0.0  # what cannot begin goes to the next page
        height = self._context.current_footnote_area.page.height
        flaw = self._flaw(*made)
        if flaw > WHITE * height and foot.give > _WORTH * height:
            other = self._lay_out(-foot.give)
            if not self._context.foot.shortage and self._flaw(*other) < flaw - _WORTH * height:
                return other, -foot.give
            made = self._lay_out(0.0)
        return made, reserve

    def _lay_out(self, reserve: float) -> tuple[Any, Any]:
        context = self._context
        if not self._first:
            context.foot.take_all_back()
            self._before.restore()
        self._first = False
        context.foot = Foot(context, self._index, reserve)
        context.reported_footnotes = list(context.handed.get(self._index, ()))
        made: tuple[Any, Any] = _remake_page(*self._arguments)
        return made

    def _flaw(self, made: Any, resume_at: Any) -> float:
        """How much white the page has that it should not have; a block that is torn counts as a page of it."""
        foot = self._context.foot
        next_page = self._context.page_maker[self._index + 1][1]
        forced = next_page["break"] != "any" or next_page["page"] not in (None, made.page_type.name)
        white = 0.0 if resume_at is None or forced else foot.white
        return white + (self._context.current_footnote_area.page.height if foot.torn else 0.0)


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


# ------------------------------------------------------------------ in place of the engine's functions


def _lines_noted(
    context: NoteContext, box: Any, position_y: float, bottom_space: float, skip_stack: Any, block_box: Any,
    *args: Any,
) -> Iterator[Any]:  # fmt: skip
    """`iter_line_boxes`, which lets the foot know the line that comes next."""
    lines = _iter_line_boxes(context, box, position_y, bottom_space, skip_stack, block_box, *args)
    for before, (line, resume_at) in enumerate(lines):
        context.foot.line = Line(line, before, resume_at is not None, bottom_space, block_box)
        yield line, resume_at


def _page_laid_out(context: NoteContext, box: Any, *args: Any, **kwargs: Any) -> Any:
    """`block_level_layout` as it is called for the text of a page, and after that for the area of its notes."""
    foot = context.foot
    if isinstance(box, boxes.FootnoteAreaBox):
        area = foot.lay_out(kwargs["absolute_boxes"])
        return area, None, {"break": "any", "page": None}, [], False, None
    foot.clear_page()
    result = _block_level_layout(context, box, *args, **kwargs)
    if result[0] is None:
        for _ in foot.concessions():
            result = _block_level_layout(context, box, *args, **kwargs)
            if result[0] is not None:
                break
    foot.body, foot.torn = result[0], torn(box, result[1])
    return result


def _page_remade(index: int, context: NoteContext, root_box: Any, html: Any) -> tuple[Any, Any]:
    """`remake_page`, with what the page before hands over, and what this one does."""
    for note in context.begun_on.pop(index, ()):
        if context.begun.get(note) == index:
            del context.begun[note]
    made, resume_at = _Attempt(index, context, root_box, html).run()
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
    yield from every_page(context, root_box, html, pages)


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
