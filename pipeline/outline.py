"""The blocks of a text in reading order: headings, lists, tables, quotations, code, and where each stands.

Both of pandoc's readers are asked for them, one with positions (`scan`) and one without (`reading`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline import nodes
from pipeline.nodes import Node, Nodes

Position: TypeAlias = "tuple[int, int]"
_DELIMITERS = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?")
_NOTE_CALL = re.compile(r"\[\^[^\s\[\]^]+\]")
VERSION = "outline-1"


@dataclass(frozen=True, slots=True)
class Outline:
    """The blocks of a text.

    Attributes:
        blocks: what each is, in words, with its line and column where the reader keeps them.
        lost_rows: where `|---|---|` stands in a paragraph: a table that follows words without an empty line.
    """

    blocks: tuple[tuple[str, Position | None], ...]
    lost_rows: tuple[Position, ...]


def outline_of(blocks: Nodes, text: str) -> Outline:
    """The outline of a tree, and of the text that it was read from."""
    has_rows = any(_DELIMITERS.fullmatch(line.strip(" >\t")) for line in text.split("\n") if "-" in line)
    return Outline(tuple(blocks_in(blocks)), tuple(_lost_rows(blocks)) if has_rows else ())


def packed(outline: Outline) -> bytes:
    """An outline as bytes."""
    return json.dumps([outline.blocks, outline.lost_rows]).encode()


def unpacked(data: bytes) -> Outline:
    """An outline from its bytes."""
    blocks, lost_rows = json.loads(data)
    return Outline(
        tuple((what, None if place is None else (place[0], place[1])) for what, place in blocks),
        tuple((line, column) for line, column in lost_rows),
    )


def _lost_rows(blocks: Nodes) -> Iterator[Position]:
    for block in _paragraphs(blocks):
        text = "".join(_as_typed(node) for node in nodes.walk(block["c"]))
        if "|" not in text:
            continue
        line, column = _first_position(block["c"]) or (1, 1)
        for number, words in enumerate(text.split("\n")):
            if _DELIMITERS.fullmatch(words.strip()):
                yield line + number - (number > 0), column


def _paragraphs(value: object) -> Iterator[Node]:
    """The paragraphs of any part of a tree."""
    if isinstance(value, list):
        for item in value:
            yield from _paragraphs(item)
    elif isinstance(value, dict):
        if value.get("t") in ("Para", "Plain"):
            yield value
        elif value.get("t") != "Header":
            yield from _paragraphs(value.get("c"))


def _as_typed(node: Node) -> str:
    if node["t"] == "Str":
        return str(node["c"])
    return {"Space": " ", "SoftBreak": "\n", "LineBreak": "\n"}.get(node["t"], "")


def blocks_in(blocks: Nodes) -> Iterator[tuple[str, Position | None]]:
    """The blocks in reading order: what each is, and where, when the reader keeps positions."""
    for block in blocks:
        kind: str = block["t"]
        content: Any = block.get("c")
        if kind == "Header":
            said = _NOTE_CALL.sub("", nodes.words(content[2]))  # which one reader takes for words
            words = re.sub(r"[^\w#]", "", said)  # quotation marks and dashes differ
            yield f'a heading of level {content[0]} ("{words}")', _position(content[1])
        elif _is_line_across(block):
            yield "a line across", None
        elif kind in ("BulletList", "OrderedList"):
            word = "an item" if kind == "BulletList" else "a numbered item"
            for item in content if kind == "BulletList" else content[1]:
                yield word, _first_position(item)
                yield from blocks_in(item)
        elif kind == "DefinitionList":
            for term, definitions in content:
                yield "a term with definitions", _first_position(term)
                for definition in definitions:
                    yield from blocks_in(definition)
        elif kind == "BlockQuote":
            yield "a quotation", _first_position(content)
            yield from blocks_in(content)
            yield "the end of a quotation", None
        elif kind == "CodeBlock":
            yield "code", _position(content[0])
        elif kind == "Table":
            rows = len(content[3][1]) + sum(len(body[2]) + len(body[3]) for body in content[4])
            yield f"a table of {rows} rows and {len(content[2])} columns", _position(content[0])
        elif kind == "Div":
            yield from _div(content)


def _is_line_across(block: Node) -> bool:
    """Whether a block is a line across; the scan's reader takes `* * *` for three lists, the innermost empty."""
    depth = 0
    while block["t"] == "BulletList" and len(block["c"]) == 1:
        depth += 1
        (inside,) = block["c"]
        while len(inside) == 1 and inside[0]["t"] == "Div":
            inside = inside[0]["c"][1]
        if len(inside) != 1:
            return depth == 3 and not inside
        block = inside[0]
    return str(block["t"]) == "HorizontalRule" and depth == 0


def _div(content: Any) -> Iterator[tuple[str, Position | None]]:
    attributes, inside = content
    position = _position(attributes)
    wrapped = any(key == "wrapper" for key, _ in attributes[2])
    if not wrapped:
        yield f"the block {' '.join([*attributes[1], attributes[0]]).strip()}", position
    for kind, place in blocks_in(inside):
        yield kind, place or (position if wrapped else None)
    if not wrapped:
        yield "the end of a block", None


def _position(attributes: Any) -> Position | None:
    for key, value in attributes[2]:
        if key == "data-pos":  # "3:1-4:1;1:1-4:1" for a heading over a line of dashes
            return min((int(line), int(column)) for line, column in re.findall(r"(\d+):(\d+)-", value))
    return None


def _first_position(value: object) -> Position | None:
    """The first position that is kept anywhere in a part of the tree."""
    if isinstance(value, list):
        if len(value) == 2 and value[0] == "data-pos":
            return _position(["", [], [value]])
        return next((found for item in value if (found := _first_position(item))), None)
    if isinstance(value, dict):
        return _first_position(value.get("c"))
    return None
