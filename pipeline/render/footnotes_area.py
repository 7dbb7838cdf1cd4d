"""The foot of a page shared out among its notes: which of them stand whole, which go on on the next page.

Nothing here knows the layout engine. A note is a `Slot`, which can be asked for pieces of itself; what it takes to
cut one is the business of `footnotes_layout`. Heights are in CSS pixels (96 to the inch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CEILING = 0.6
"""Share of the text area that the notes of a page may take when long ones are among them; the rest is for text."""

LONG = 0.25
"""Share of the text area from which a note counts as long, and gives way to the ceiling."""

WHITE = 0.12
"""Share of the text area that may stay empty before notes are divided to fill it."""

TINY = 1e-6
"""What adding up heights in another order may make of a difference that is none."""

_BELOW_LINE = 1e-3  # a cut is made just below a line, so that rounding does not cost that line


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is left of a note at the top of a page's foot.

    Attributes:
        note: the engine's box of the whole note; the same object for all its parts.
        skip: where this part begins, in the engine's own terms; None is the beginning of the note.
        number: 0 for the part with which the note begins.
    """

    note: Any
    skip: Any = None
    number: int = 0

    def same_as(self, other: Part) -> bool:
        """Whether both are the same words: `skip` is compared by value, the note by identity."""
        return self.note is other.note and self.skip == other.skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a note, laid out.

    Attributes:
        top, bottom: the margins above and below.
        height: from border to border.
        resume: where the note goes on; None when it ends here.
        box: the engine's box, and
        positioned: its list marks and the like, which the engine places at the very end.
    """

    top: float
    height: float
    bottom: float
    resume: Any = None
    box: Any = None
    positioned: tuple[Any, ...] = ()

    @property
    def extent(self) -> float:
        """From the upper margin to the lower border."""
        return self.top + self.height


class Slot:
    """A note's place at the foot of a page.

    Args:
        part: the note, or what is left of it.
        lay: gives the longest allowed piece from the beginning of the part that is no higher than a limit, or None
            when the first allowed piece is higher. "Allowed" is what orphans, widows and break-inside allow; with
            `forced`, a single line is allowed.
        page: height of the text area, the limit for the part as a whole.
        line_ends: how far down the lines of a piece end.
        room: how high the whole foot may become without covering the line of the note's call.
        carried: whether the part comes from the page before.
    """

    def __init__(
        self,
        part: Part,
        lay: Callable[[float, bool], Piece | None],
        page: float,
        line_ends: Callable[[Piece], list[float]],
        *,
        room: float,
        carried: bool,
    ) -> None:
        self.part = part
        self.room = room
        self.carried = carried
        self.piece: Piece | None = None
        self._lay = lay
        self._line_ends = line_ends
        self._pieces: dict[float, Piece | None] = {}
        whole = lay(page, False) or lay(page, True)
        assert whole is not None, "a forced piece has at least one line"
        self.whole: Piece = whole
        self.long = whole.extent >= LONG * page

    def up_to(self, limit: float) -> Piece | None:
        """The longest allowed piece that is no higher than `limit`."""
        if limit <= 0:
            return None
        if limit >= self.whole.extent:
            return self.whole
        key = round(limit, 4)
        if key not in self._pieces:
            self._pieces[key] = self._lay(limit, False)
        return self._pieces[key]

    def least(self) -> Piece:
        """The shortest allowed piece."""
        for end in self._line_ends(self.whole):
            piece = self.up_to(end + _BELOW_LINE)
            if piece is not None:
                return piece
        return self.whole

    def one_line(self) -> Piece:
        """The first line, whatever orphans and widows say."""
        ends = self._line_ends(self.whole)
        return (self._lay(ends[0] + _BELOW_LINE, True) if ends else None) or self.whole


def share(
    slots: Sequence[Slot], room: float, ceiling: float, *, last_resort: bool = False
) -> tuple[list[Piece | None], float]:
    """Share the foot of a page out among its notes.

    Notes stand whole as long as there is room. When there is not, long notes give way first, the newest before the
    older ones, and never the short ones for them; then the last note, the one whose line is being set. What gives way
    keeps as much as orphans and widows ask for. What is left of a short note is not divided once more.

    Args:
        slots: the notes in their order.
        room: how high the notes may be together.
        ceiling: how high they may be when there are long ones among them.
        last_resort: cut every note that can be cut, down to one line; what comes from the page before waits, if
            it has to, and has no piece at all.

    Returns:
        A piece for each note, and by how much they are higher than the room: 0 when they fit.
    """
    pieces: list[Piece | None] = [slot.whole for slot in slots]

    def give_way(indexes: Iterable[int], limit: float, shortest: Callable[[Slot], Piece | None]) -> None:
        for index in indexes:
            piece, excess = pieces[index], stacked(pieces) - limit
            if excess <= TINY:
                return
            if piece is not None:
                cut = slots[index].up_to(piece.extent - excess) or shortest(slots[index])
                if cut is None or cut.extent < piece.extent:
                    pieces[index] = cut

    newest_first = range(len(slots) - 1, -1, -1)
    give_way((i for i in newest_first if slots[i].long), min(room, ceiling), Slot.least)
    give_way(newest_first[:1], room, Slot.least)
    if last_resort:
        give_way(newest_first, room, Slot.least)
        give_way((i for i in newest_first if not slots[i].carried), room, Slot.one_line)
        give_way((i for i in newest_first if slots[i].carried), room, lambda slot: None)
    excess = stacked(pieces) - room
    return pieces, excess if excess > TINY and any(pieces) else 0.0


def stacked(pieces: Iterable[Piece | None]) -> float:
    """How high the pieces are on top of one another, without the margin below the last."""
    end = 0.0
    for top, piece in placed(pieces):
        end = top + piece.height
    return end


def placed(pieces: Iterable[Piece | None]) -> Iterable[tuple[float, Piece]]:
    """Each piece that is there with the place of its upper border, from the top of the foot; margins collapse."""
    end = margin = 0.0
    for piece in pieces:
        if piece is not None:
            top = end + _collapsed(margin, piece.top)
            yield top, piece
            end, margin = top + piece.height, piece.bottom


def _collapsed(above: float, below: float) -> float:
    """One margin out of two (CSS 2.2, 8.3.1)."""
    return max(0.0, above, below) + min(0.0, above, below)
