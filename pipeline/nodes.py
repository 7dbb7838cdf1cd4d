"""pandoc's AST as plain JSON values: making nodes and walking trees.

See https://hackage.haskell.org/package/pandoc-types for the shapes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Node: TypeAlias = "dict[str, Any]"
Nodes: TypeAlias = "list[Node]"
API_VERSION = [1, 23, 1, 1]


@dataclass(frozen=True, slots=True)
class Inlines:
    """Inlines as a metadata value."""

    nodes: Nodes


def text(value: str) -> Nodes:
    """Words as inlines, spaces between them."""
    inlines: Nodes = []
    for number, word in enumerate(value.split(" ")):
        if number:
            inlines.append({"t": "Space"})
        if word:
            inlines.append({"t": "Str", "c": word})
    return inlines


def span(inlines: Nodes, identifier: str = "", classes: tuple[str, ...] = (), **attributes: str) -> Node:
    """A span; `data_title` becomes the attribute `data-title`."""
    return {"t": "Span", "c": [_attributes(identifier, classes, attributes), inlines]}


def div(blocks: Nodes, identifier: str = "", classes: tuple[str, ...] = (), **attributes: str) -> Node:
    """A div."""
    return {"t": "Div", "c": [_attributes(identifier, classes, attributes), blocks]}


def link(inlines: Nodes, target: str, identifier: str = "", classes: tuple[str, ...] = (), **attributes: str) -> Node:
    """A link."""
    return {"t": "Link", "c": [_attributes(identifier, classes, attributes), inlines, [target, ""]]}


def paragraph(inlines: Nodes) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": inlines}


def _attributes(identifier: str, classes: tuple[str, ...], attributes: Mapping[str, str]) -> list[Any]:
    pairs = [[key.replace("_", "-"), value] for key, value in attributes.items()]
    return [identifier, list(classes), pairs]


def document(blocks: Nodes, meta: Mapping[str, Any] | None = None) -> str:
    """A whole document as JSON text."""
    values = {key: meta_value(value) for key, value in (meta or {}).items()}
    return json.dumps({"pandoc-api-version": API_VERSION, "meta": values, "blocks": blocks})


def blocks_of(result: str) -> Nodes:
    """The blocks of a document given as JSON text."""
    blocks: Nodes = json.loads(result)["blocks"]
    return blocks


def meta_value(value: object) -> Node:
    """A Python value as pandoc metadata; texts are literal."""
    if isinstance(value, Mapping):
        return {"t": "MetaMap", "c": {key: meta_value(item) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"t": "MetaList", "c": [meta_value(item) for item in value]}
    if isinstance(value, Inlines):
        return {"t": "MetaInlines", "c": value.nodes}
    return {"t": "MetaString", "c": str(value)}


def is_note_call(node: Node) -> bool:
    """Whether a node is the call of a note, as `resolve` makes it."""
    return node.get("t") == "Link" and "noteref" in node["c"][0][1]


def is_leaf(node: Node) -> bool:
    """Whether a node has no other inside: a word, a space, a line across."""
    return not isinstance(node.get("c"), (list, dict))


Rewrite: TypeAlias = Callable[[Node], "Nodes | None"]


def rewritten(value: Any, rewrite: Rewrite) -> Any:
    """A tree in which `rewrite` replaced nodes.

    Args:
        value: a node, a list of nodes, or any part of the AST.
        rewrite: given a node, the nodes that take its place (it is then not walked further), or None to
            keep it and walk into it. Nodes are visited in reading order.
    """
    if isinstance(value, list):
        result: list[Any] = []
        for item in value:
            if isinstance(item, dict) and "t" in item:
                replacement = rewrite(item)
                if replacement is not None:
                    result.extend(replacement)
                    continue
                if is_leaf(item):  # most are
                    result.append(item)
                    continue
            result.append(rewritten(item, rewrite))
        return result
    if isinstance(value, dict):
        return {key: rewritten(item, rewrite) for key, item in value.items()}
    return value


def walk(value: Any, past: Container[str] = ()) -> Iterator[Node]:
    """Every node of a tree, in reading order.

    Args:
        value: a node, a list of nodes, or any part of the AST.
        past: types of nodes that are not walked into.
    """
    waiting = [value]
    while waiting:
        here = waiting.pop()
        kind = type(here)
        if kind is list:
            waiting += [item for item in reversed(here) if type(item) is not str]
        elif kind is dict:
            if "t" not in here:
                waiting += reversed(here.values())
                continue
            yield here
            inside = here.get("c")
            if (type(inside) is list or type(inside) is dict) and here["t"] not in past:
                waiting.append(inside)


def words(value: Any) -> str:
    """The plain words of inlines or blocks, without notes."""
    parts: list[str] = []
    _collect(value, parts)
    return "".join(parts).strip()


def _collect(value: Any, parts: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, parts)
        return
    if not isinstance(value, dict):
        return
    kind, content = value.get("t"), value.get("c")
    if kind == "Str":
        parts.append(str(content))
    elif kind in ("Space", "SoftBreak", "LineBreak"):
        parts.append(" ")
    elif kind in ("Code", "Math"):
        parts.append(str(content[1]) if isinstance(content, list) else "")
    elif kind == "Quoted" and isinstance(content, list):
        marks = ("\u201c", "\u201d") if content[0].get("t") == "DoubleQuote" else ("\u2018", "\u2019")
        parts.append(marks[0])
        _collect(content[1], parts)
        parts.append(marks[1])
    elif kind in ("Span", "Link", "Cite", "Image") and isinstance(content, list):
        _collect(content[1], parts)
    elif kind != "Note":
        _collect(content, parts)
