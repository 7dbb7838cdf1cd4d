"""Where lines end, found by measuring a text once.

For every line the layout engine (WeasyPrint 70.0) has Pango lay out a hundred characters or so, three times. Here a
text is laid out once, as one long line; where each word ends on that says where a line of any width ends. What is not
certain by a pixel is left to the engine, and so are words that may be hyphenated or divided anywhere, and texts in
several fonts or in other directions. So the same lines come out, to the byte.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate
from math import inf
from typing import Any, NamedTuple

from weasyprint.layout import inline, preferred
from weasyprint.layout.percent import percentage
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.line_break import Layout

from pipeline.render.leaning import replacing

LEANED_UPON = {
    "weasyprint.text.line_break:split_first_line": "39ad1016863ca34d",
    "weasyprint.text.line_break:first_line_metrics": "55ec5d0b58b29a8b",
    "weasyprint.text.line_break:create_layout": "6587192cc0ab3ffa",
    "weasyprint.text.line_break:line_size": "03fa04fd51fc69aa",
    "weasyprint.text.line_break:Layout": "681b737d1ba5e004",
    "weasyprint.layout.inline:split_text_box": "8c564329599ef23f",
    "weasyprint.layout.preferred:inline_line_widths": "6c24f789e3ce5bb7",
}
"""The engine's functions that are gone round, or that use what is given here: digests of their text."""

_PLAIN = re.compile(  # letters that run from left to right, and signs that end no line by themselves
    "[ -~\u00a0-\u00ac\u00ae-\u024f\u0300-\u036f\u0370-\u03ff\u0400-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u2060"
    "\u20a0-\u20bf\u2190-\u22ff]*"
)
_SURE: float = 1.0 * TO_UNITS  # what a line must have left over, and the next word be too long
_FEW = 8  # texts that are looked at for the end of each line: notes and cells come between those of a paragraph
_MANY = 256  # texts that are remembered: cells are measured before they are set, and pages are set anew
_GLYPH = 5  # integers that Pango describes a glyph with: its number, its width, how far it is moved, marks
_NO_GLYPH = pango.PANGO_GLYPH_EMPTY  # shows nothing; higher numbers stand for what no font has

_split_first_line = line_break.split_first_line


@contextmanager
def taken() -> Iterator[None]:
    """Find lines in this way in every layout that is made inside (see `leaning.replacing`)."""
    lines = _Lines()
    with replacing([(module, "split_first_line", lines.first) for module in (inline, preferred)]):
        yield


class Glyphs(NamedTuple):
    """What Pango found for a text in one font, glyph by glyph.

    Attributes:
        font: the font.
        keeper: a layout that has it, so that it is not given back.
        text: the text, in UTF-8.
        ids, widths: of each glyph, its number in the font and its advance in units of Pango.
        places: where in the text what each stands for begins.
        odd: the glyphs that do not simply stand one after the other on the line.
    """

    font: Any
    keeper: Layout
    text: bytes
    ids: array[int]
    widths: array[int]
    places: array[int]
    odd: tuple[int, ...]


class Shown(NamedTuple):
    """The glyphs of a line.

    Attributes:
        glyphs: those of the whole text.
        start, end: those of the line among them.
        text: the words of the line.
    """

    glyphs: Glyphs
    start: int
    end: int
    text: str


class _Long:
    """A text as one long line.

    Args:
        text: plain.
        layout: of the text, without a width.
        line: its only line.
        keepers: a layout of each font, which holds it for as long as lines are to be drawn.
    """

    def __init__(self, text: str, layout: Any, line: Any, style: Any, keepers: dict[Any, Any]) -> None:
        self.text = text
        self.layout, self._line, self._keepers = layout, line, keepers
        self.width, self.height = line_break.line_size(line, style)
        self.baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where each character begins in UTF-8, and where the last one ends."""
        if self.text.isascii():
            return tuple(range(len(self.text) + 1))
        return tuple(accumulate((len(character.encode()) for character in self.text), initial=0))

    @cached_property
    def spots(self) -> Sequence[int | None]:
        """How far from the left each character begins, in units of Pango; None within a ligature."""
        found: list[int | None] = [None] * (self.places[-1] + 1)
        right = 0
        for place, width in zip(self.glyphs.places, self.glyphs.widths, strict=True):
            if found[place] is None:
                found[place] = right
            right += width
        found[-1] = right
        return found if len(found) == len(self.text) + 1 else [found[place] for place in self.places]

    @cached_property
    def glyphs(self) -> Glyphs:
        """The glyphs of the text."""
        ids, widths, places = array("i"), array("i"), array("i")
        odd: list[int] = []
        font = None
        run = self._line.runs[0] if self.text else ffi.NULL
        while run != ffi.NULL:
            item, glyphs = run.data.item, run.data.glyphs
            font, count, first = item.analysis.font, glyphs.num_glyphs, len(ids)
            numbers = memoryview(ffi.buffer(glyphs.glyphs, count * ffi.sizeof("PangoGlyphInfo"))).cast("i").tolist()
            ids.extend(numbers[::_GLYPH])
            widths.extend(numbers[1::_GLYPH])
            places.extend([item.offset + place for place in ffi.unpack(glyphs.log_clusters, count)])
            if any(numbers[2::_GLYPH]) or any(numbers[3::_GLYPH]) or max(numbers[::_GLYPH], default=0) > _NO_GLYPH:
                odd += range(first, first + count)
            run = run.next
        keeper = self._keepers.setdefault(font, self.layout)
        return Glyphs(font, keeper, self.text.encode(), ids, widths, places, tuple(odd))

    def shown(self, start: int, end: int) -> Shown:
        """The glyphs of the characters from one place to another."""
        glyphs = self.glyphs
        first, last = (bisect_left(glyphs.places, self.places[at]) for at in (start, end))
        return Shown(glyphs, first, last, self.text[start:end])

    @cached_property
    def breaks(self) -> list[int]:
        """The characters before which a line may end."""
        marks = pango.pango_layout_get_log_attrs_readonly(self.layout.layout, ffi.NULL)[0 : len(self.text)]
        return [at for at, mark in enumerate(marks) if mark.is_line_break and at]

    def end(self, at: int) -> int:
        """Where the words before a place end."""
        while at and self.text[at - 1] == " ":
            at -= 1
        return at


class _Found(NamedTuple):
    """A line: where it ends, where the next one begins (None for none), and how wide it is, in pixels."""

    end: int
    next: int | None
    width: float


class _Lines:
    """Finds lines, and remembers the texts that they were found in last."""

    def __init__(self) -> None:
        self._last: list[tuple[Any, str, _Long | None]] = []
        self._keepers: dict[Any, Any] = {}
        self._known: dict[tuple[int, str], tuple[Any, _Long | None]] = {}  # by style and text; the style is held

    def first(
        self,
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> tuple[Any, ...]:
        """The first line of a text, in place of the engine's function of that name, and in its terms."""
        if _is_plain(style):
            whole, long = self._measured(text, style, context)
            breakable = is_line_start and _may_divide_words(style, minimum=minimum)
            start = len(whole) - len(text)
            found = _first(long, start, style, context, max_width, breakable=breakable) if long is not None else None
            if found is not None and long is not None:
                line = _line(long.shown(start, found.end), max_width, justification_spacing)
                places = long.places
                resume_at = None if found.next is None else places[found.next] - places[start]
                return line, places[found.end] - places[start], resume_at, found.width, long.height, long.baseline
        more = (max_width, justification_spacing, is_line_start, minimum)
        return tuple(_split_first_line(text, style, context, *more))

    def _measured(self, text: str, style: Any, context: Any) -> tuple[str, _Long | None]:
        """The text that a text is the end of, and how it was measured; None when it is not one to be measured."""
        for number, (its_style, whole, long) in enumerate(self._last):
            if its_style is style and whole.endswith(text):
                if number:
                    self._last.insert(0, self._last.pop(number))
                return whole, long
        key = id(style), text
        if key not in self._known:
            long = _measure(text, style, context, self._keepers) if _PLAIN.fullmatch(text) else None
            self._known[key] = style, long
            if len(self._known) > _MANY:
                del self._known[next(iter(self._known))]
        long = self._known[key][1]
        self._last.insert(0, (style, text, long))
        del self._last[_FEW:]
        return text, long


def _measure(text: str, style: Any, context: Any, keepers: dict[Any, Any]) -> _Long | None:
    """A text as one long line in one font from left to right; None when it is not."""
    layout = line_break.create_layout(text, style, context, None, 0)
    line, second = layout.get_first_line()
    if second is not None:
        return None
    font = None
    run = line.runs[0] if text else ffi.NULL
    while run != ffi.NULL:
        analysis = run.data.item.analysis
        if analysis.level % 2 or font not in (None, analysis.font):
            return None
        font, run = analysis.font, run.next
    return _Long(text, layout, line, style, keepers)


def _first(
    long: _Long, start: int, style: Any, context: Any, max_width: float | None, *, breakable: bool
) -> _Found | None:
    """The line that begins at a place; None if that is not certain.

    Args:
        long: the text.
        start: where the line begins.
        style: of the text.
        context: of the layout.
        max_width: the room in pixels; None for any.
        breakable: whether a word that does not fit may be divided anywhere.
    """
    last = len(long.text)
    left = long.spots[start] if start else 0
    if left is None:
        return None
    width = ((long.spots[last] or 0) - left) * FROM_UNITS if start else long.width
    if max_width is None or max_width == inf or style["white_space"] == "nowrap":
        return _Found(last, None, width)
    room = max_width * TO_UNITS
    if width * TO_UNITS <= room - _SURE:
        return _Found(last, None, width)
    return _broken(long, start, left, room, style, context, breakable=breakable)


def _broken(
    long: _Long, start: int, left: int, room: float, style: Any, context: Any, *, breakable: bool
) -> _Found | None:
    """As `_first`, for a text that is too long for the room, in units of Pango."""
    breaks, last = long.breaks, len(long.text)
    first = bisect_right(breaks, start)
    fitting = bisect_right(breaks, room, lo=first, key=lambda at: _right(long, at) - left)
    if fitting == first:  # not even a word
        at = breaks[first] if first < len(breaks) else last
        if breakable or _may_hyphenate(style, long.end(at) - start) or not _exceeds(long, at, left, room):
            return None
    else:
        at = breaks[fitting - 1]
        following = breaks[fitting] if fitting < len(breaks) else last
        if _right(long, at) - left > room - _SURE or not _exceeds(long, following, left, room):
            return None
        if _hyphenates(long, at, following, left, room, style, context):
            return None
    end = long.end(at)
    if end == start or long.spots[end] is None or at == end < last:
        return None  # without a space between them, a letter may stand nearer to the next one
    return _Found(end, at if at < last else None, (_right(long, at) - left) * FROM_UNITS)


def _right(long: _Long, at: int) -> int:
    """How far the words before a place reach, in units of Pango; a ligature at its beginning."""
    end = long.end(at)
    while (spot := long.spots[end]) is None:
        end -= 1
    return spot


def _exceeds(long: _Long, at: int, left: int, room: float) -> bool:
    """Whether the words before a place are certainly too long."""
    return _right(long, at) - left > room + _SURE


def _hyphenates(long: _Long, at: int, following: int, left: int, room: float, style: Any, context: Any) -> bool:
    """Whether a part of the next word, with a hyphen, might fit."""
    if not _may_hyphenate(style, long.end(following) - at):
        return False
    zone = percentage(style["hyphenate_limit_zone"], style, room * FROM_UNITS)
    if (room - (_right(long, at) - left)) * FROM_UNITS < zone - 1:
        return False
    least = long.spots[min(at + style["hyphenate_limit_chars"][1], following)]
    return least is None or bool(least - left + _hyphen(style, context) <= room + TO_UNITS)


def _may_hyphenate(style: Any, letters: int) -> bool:
    least: int = style["hyphenate_limit_chars"][0]
    return style["hyphens"] == "auto" and bool(style["lang"]) and letters >= least


def _hyphen(style: Any, context: Any) -> float:
    """How wide a hyphen is, in units of Pango."""
    known = style.__dict__
    if "hyphen_width" not in known:
        layout = line_break.create_layout(style["hyphenate_character"], style, context, None, 0)
        known["hyphen_width"] = line_break.line_size(layout.get_first_line()[0], style)[0] * TO_UNITS
    return float(known["hyphen_width"])


def _is_plain(style: Any) -> bool:
    """Whether a style sets words one after the other, without more between letters and words than the font has."""
    known = style.__dict__
    if "sets_plain" not in known:
        known["sets_plain"] = (
            bool(style["font_size"])
            and style["white_space"] in ("normal", "nowrap")
            and style["letter_spacing"] in ("normal", 0)
            and not style["word_spacing"]
            and style["word_break"] == "normal"
            and style["text_decoration_line"] == "none"
            and style["direction"] == "ltr"
        )
    return bool(known["sets_plain"])


def _may_divide_words(style: Any, *, minimum: bool) -> bool:
    wrap = str(style["overflow_wrap"])
    return wrap == "anywhere" or (wrap == "break-word" and not minimum)


def _line(shown: Shown, max_width: float | None, justification_spacing: float) -> Any:
    """What the engine keeps of a line until it is drawn; it may have Pango lay it out again."""
    line = Layout.__new__(Layout)
    line.text, line.max_width, line.justification_spacing = shown.text, max_width, justification_spacing
    line.shown = shown
    line.first_line_direction = 0
    line.ascent = line.underline_position = line.strikethrough_position = None
    return line
