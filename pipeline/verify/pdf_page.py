"""A page of a finished PDF as values: what is painted on it, and where.

All measures are PDF units (72 to the inch) from the bottom left corner of the page; pages count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


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
        cut: how much of it a clip path takes away, at the side where it takes most.
    """

    page: int
    order: int
    text: str
    letters: str
    box: Box
    content: int
    artifact: bool
    drawn: bool = False
    cut: float = 0.0

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle of its rectangle."""
        left, bottom, right, top = self.box
        return (left + right) / 2, (bottom + top) / 2


class MarkKind(Enum):
    """What a mark is."""

    PICTURE = "picture"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is painted and is no text: a picture, a line, a ground, or all the paths of a drawing.

    Attributes:
        kind: what it is.
        box: the rectangle around what can be seen of it, on the page or beside it.
        content: the number of the marked content that it belongs to; -1 for none.
        artifact: whether it is marked as no part of the text.
    """

    kind: MarkKind
    box: Box
    content: int
    artifact: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        label: what it is called.
        box: the rectangle that is shown of it, and left when it is cut.
        runs: its texts, in the order of painting.
        marks: what else is painted on it; paths that belong to one drawing are one mark, and lines and grounds that
            are no part of the text are left out where they lie on the page, or beside it as the marks of a printer.
        painted: how many pictures and paths it has, those left out among them.
        bleed: the rectangle that what runs over the edge has to fill; None where no edge is cut.
    """

    label: str
    box: Box
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...] = ()
    painted: int = 0
    bleed: Box | None = None


def reach(box: Box, page: Box) -> float:
    """How far a rectangle reaches over the edge of its page; negative where it keeps away from it."""
    return max(page[0] - box[0], page[1] - box[1], box[2] - page[2], box[3] - page[3])


def around(first: Box, second: Box) -> Box:
    """The rectangle around two."""
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def common(first: Box, second: Box) -> Box:
    """What two rectangles share; opposite sides have changed places where they share nothing."""
    return max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]), min(first[3], second[3])
