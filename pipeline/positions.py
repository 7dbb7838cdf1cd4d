"""Where pieces of text stand: the positions that pandoc's `commonmark_x+sourcepos` reader puts into its AST.

The reader wraps each word in a span with its position; the words of a run are joined again here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, TypeAlias

from pipeline.diagnostics import Span

UNPLAIN = "\ufffc"

Node: TypeAlias = "dict[str, Any]"


class Run:
    """Text that stands together.

    Attributes:
        pieces: its text in pieces that stand on one line each, with the line and column where each begins.
        text: all of it.
    """

    __slots__ = ("_starts", "pieces")

    def __init__(self) -> None:
        self.pieces: list[tuple[str, int, int]] = []
        self._starts: list[int] = []

    @property
    def text(self) -> str:
        """All of it."""
        return "".join([text for text, _, _ in self.pieces])

    def place(self, at: int) -> tuple[int, int]:
        """The line and column of a character of the text."""
        if not self._starts:
            self._starts = list(accumulate((len(text) for text, _, _ in self.pieces[:-1]), initial=0))
        number = bisect_right(self._starts, at) - 1
        _, line, column = self.pieces[number]
        return line, column + at - self._starts[number]


_POSITION = re.compile(r"(?:[^@]*@)?(\d+):(\d+)-(\d+):(\d+)")


def position_of(attributes: list[list[str]]) -> Span:
    """The place that an element carries; line 0 when it carries none. The path is left empty."""
    return Span("", *_numbers(attributes))


def _numbers(attributes: list[list[str]]) -> tuple[int, int, int]:
    for key, value in attributes:
        if key == "data-pos" and (found := _POSITION.match(value)):
            line, column, last_line, last_column = found.groups()
            return int(line), int(column), int(last_column) if line == last_line else 0
    return 0, 0, 0


def first_position(inlines: list[Node]) -> Span:
    """The place of the first of several inlines that carries one."""
    for inline in inlines:
        content: Any = inline.get("c")
        if inline["t"] in ("Span", "Link", "Image", "Code") and (span := position_of(content[0][2])).line:
            return span
    return Span("")


def position_or_first(attributes: list[list[str]], inlines: list[Node]) -> Span:
    """An element's own place, else that of the first inline in it."""
    position = position_of(attributes)
    return position if position.line else first_position(inlines)


def lines_of(attributes: list[list[str]]) -> tuple[int, int]:
    """The first and the last line of a block; (1, 0) when it has no position."""
    for key, value in attributes:
        if key == "data-pos" and (found := _POSITION.match(value)):
            return int(found[1]), int(found[3]) - (found[4] == "1")
    return 1, 0


def unwrapped(block: Node) -> Node:
    """A block without the div that only carries its position."""
    if block["t"] != "Div":
        return block
    (identifier, classes, attributes), inside = block["c"]
    bare = not identifier and not classes and {key for key, _ in attributes} == {"wrapper", "data-pos"}
    return unwrapped(inside[0]) if bare and len(inside) == 1 else block


def piece_of(inline: Node) -> tuple[str, int, int] | None:
    r"""A piece of plain text with its place; what was written otherwise than it reads is made unreadable.

    The reader wraps each piece in a span that carries its position. An escape (`\@`) is longer in the
    source than in the text: it must not be read as the sign that it escapes.
    """
    if inline["t"] in ("SoftBreak", "LineBreak"):
        return "\n", 0, 0
    if inline["t"] != "Span" or ["wrapper", "1"] not in inline["c"][0][2]:
        return None
    (line, column, end), inside = _numbers(inline["c"][0][2]), inline["c"][1]
    if len(inside) != 1:
        return ("", line, column) if not inside else None
    kind = inside[0]["t"]
    if kind == "Str":
        text = str(inside[0]["c"])
        plain = not end or end - column == len(text)
        return text if plain else UNPLAIN * len(text), line, column
    if kind == "Space":
        return " ", line, column
    return ("\n", line, column) if kind in ("SoftBreak", "LineBreak") else None


def span_of(run: Run, start: int, end: int) -> Span:
    """The place of a stretch of a run."""
    line, column = run.place(start)
    last_line, last_column = run.place(end - 1)
    return Span("", line, column, last_column + 1 if last_line == line else 0)


def pieces_of(run: Run) -> Iterator[tuple[str, Span]]:
    """A run of text as pieces that each stand on one line without a gap."""
    words: list[str] = []
    first = (0, 0)
    line, behind = 0, 0  # where the piece goes on that is being joined
    for text, own_line, column in run.pieces:
        if not text:
            continue
        if words and ((own_line, column) != (line, behind) or words[-1] == "\n"):
            yield "".join(words), Span("", *first, behind)
            words = []
        if not words:
            first = own_line, column
        words.append(text)
        line, behind = own_line, column + len(text)
    if words:
        yield "".join(words), Span("", *first, behind)


def heading_words(inlines: list[Node]) -> str:
    """The words of a heading without the calls of its notes."""
    words = re.sub(r"\[\^[^\]]+\]", "", plain_words(inlines))
    return re.sub(r"([\^~])([^\s^~]+)\1", r"\2", words).strip()


def plain_words(inlines: list[Node]) -> str:
    """The words of inlines."""
    words = []
    for inline in inlines:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        if kind == "Str":
            words.append(str(content))
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            words.append(" ")
        elif kind == "Code":
            words.append(str(content[1]))
        elif kind in ("Span", "Link", "Quoted"):
            words.append(plain_words(content[1]))
        elif isinstance(content, list) and kind in ("Emph", "Strong", "Superscript", "Subscript", "SmallCaps"):
            words.append(plain_words(content))
    return "".join(words)
