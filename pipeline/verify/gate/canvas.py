"""What a content stream paints, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked content that is open.

    Attributes:
        tag: its tag.
        mcid: its number, or None.
        properties: its dictionary; None when it has none, or nothing but a number in it.
        stream: identity of the form that it stands in; (0, 0) in a page.
    """

    tag: str
    mcid: int | None
    properties: Any
    stream: tuple[int, int]


@dataclass(slots=True)
class State:
    """The graphics state, as far as the gate needs it."""

    font: Any = None
    size: float = 0.0
    rendering: int = 0
    fill: Any = "DeviceGray"
    stroke: Any = "DeviceGray"
    fill_over: bool = False
    stroke_over: bool = False
    mode: int = 0

    def copy(self) -> State:
        """The same state, to be changed."""
        return State(
            self.font,
            self.size,
            self.rendering,
            self.fill,
            self.stroke,
            self.fill_over,
            self.stroke_over,
            self.mode,
        )

    @property
    def overprinted(self) -> tuple[Any, ...]:
        """The colour spaces in which it paints over what is there (ISO 32000-1, 8.6.7)."""
        spaces = ((self.fill_over, self.fill), (self.stroke_over, self.stroke))
        return tuple(space for over, space in spaces if over and self.mode == 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something painted.

    Attributes:
        kind: "text", "path", "image", "inline image" or "shading".
        page: the number of its page; 0 outside pages.
        marks: the marked content around it, from the outside.
        font, codes, rendering: of text: its font, its strings, its rendering mode.
        spaces: the colour spaces that it is painted in.
        image: the image, or None.
    """

    kind: str
    page: int
    marks: tuple[Mark, ...]
    font: Any = None
    codes: tuple[bytes, ...] = ()
    rendering: int = 0
    spaces: tuple[Any, ...] = ()
    image: Any = None


@dataclass(slots=True)
class Canvas:
    """What one content stream does.

    Attributes:
        where: its place, for a message.
        page: the number of its page.
        holder: the page, form, pattern or glyph.
        shown: whether it is content of a page, and not the look of an annotation.
        resources: what its names mean; `own` says whether they are the stream's own.
        pieces: what it paints.
        marks: every marked content that was opened, with those around it.
        unknown: operators that do not exist.
        missing: names of resources that are not there.
        borrows: whether it uses a resource.
        deepest: how far graphics states are stacked.
        unbalanced: whether states or marked contents are closed that were never opened, or stay open.
        settings: the graphics state dictionaries that it uses, each once when it is an object.
        forms: the form XObjects that it paints.
        intents: rendering intents by name.
        limits: what is larger than PDF/A lets operands be.
        inline: the dictionaries of inline images.
        overprinted: colour spaces that are painted over what is there.
        broken: why it could not be read, or "".
    """

    where: str
    page: int
    holder: Any
    shown: bool
    resources: Any
    own: bool
    pieces: list[Piece] = field(default_factory=list)
    marks: list[tuple[Mark, tuple[Mark, ...]]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    borrows: bool = False
    deepest: int = 0
    unbalanced: bool = False
    settings: list[Any] = field(default_factory=list)
    forms: list[Any] = field(default_factory=list)
    intents: set[str] = field(default_factory=set)
    limits: set[str] = field(default_factory=set)
    inline: list[dict[str, Any]] = field(default_factory=list)
    overprinted: list[Any] = field(default_factory=list)
    broken: str = ""
