"""Where pieces of text stand: the positions that pandoc's `commonmark_x+sourcepos` reader puts into its AST.

The reader wraps each word in a span with its position; the words of a run are joined again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.diagnostics import Span

UNPLAIN = "\ufffc"

Node: TypeAlias = "dict[str, Any]"


@dataclass(slots=True)
class Run:
    """Text that stands together, with the line and column of each of its characters."""

    text: str
    places: list[tuple[int, int]]


_POSITION = re.compile(r"(?:[^@]*@)?(\d+):(\d+)-(\d+):(\d+)")


def position_of(attributes: list[list[str]]) -> Span:
    """The place that an element carries; line 0 when it carries none. The path is left empty."""
    for key, value in attributes:
        if key == "data-pos" and (found := _POSITION.match(value)):
            line, column, last_line, last_column = (int(number) for number in found.groups())
            return Span("", line, column, last_column if line == last_line else 0)
    return Span("")


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
    position, inside = position_of(inline["c"][0][2]), inline["c"][1]
    if len(inside) != 1:
        return ("", position.line, position.column) if not inside else None
    kind = inside[0]["t"]
    if kind in ("SoftBreak", "LineBreak"):
        return "\n", position.line, position.column
    if kind == "Space":
        return " ", position.line, position.column
    if kind != "Str":
        return None
    text = str(inside[0]["c"])
    if position.end_column and position.end_column - position.column != len(text):
        return UNPLAIN * len(text), position.line, position.column
    return text, position.line, position.column


def span_of(run: Run, start: int, end: int) -> Span:
    """The place of a stretch of a run."""
    line, column = run.places[start]
    last_line, last_column = run.places[end - 1]
    return Span("", line, column, last_column + 1 if last_line == line else 0)


def pieces_of(run: Run) -> Iterator[tuple[str, Span]]:
    """A run of text as pieces that each stand on one line without a gap."""
    start = 0
    for end in range(1, len(run.text) + 1):
        gap = end == len(run.text) or run.places[end] != (run.places[end - 1][0], run.places[end - 1][1] + 1)
        if gap or run.text[end - 1] == "\n":
            line, column = run.places[start]
            yield run.text[start:end], Span("", line, column, column + end - start)
            start = end


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
