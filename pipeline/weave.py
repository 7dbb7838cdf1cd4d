"""The words of citations come into the text, and the calls of their notes to the place where they are printed."""

from __future__ import annotations

import marshal
import re
from collections.abc import Sequence
from typing import Any

from pipeline.nodes import Node, Nodes, is_leaf, is_note_call

_MARKER, _CITED_CALL = "citation-group", "#note-cite-"
_OF_CITATIONS = (_MARKER.encode(), _CITED_CALL.encode())


def woven(blocks: Nodes, words: Sequence[Sequence[Nodes]]) -> Nodes:
    """Blocks with the words of their citations in their places, and the calls of notes made from citations in theirs.

    Args:
        blocks: the blocks.
        words: for each slot, the inlines of each group in it.
    """
    return [_calls_after_punctuation(_filled(block, words)) if _has_citations(block) else block for block in blocks]


def _has_citations(block: Node) -> bool:
    """Whether a block may have something of a citation in it: most have nothing, and are not walked through."""
    written = marshal.dumps(block)
    return any(word in written for word in _OF_CITATIONS)


def _filled(value: Any, words: Sequence[Sequence[Nodes]]) -> Any:
    """Any part of a tree with the words of its citations.

    Citeproc ends a citation in a note like a sentence; where the author's own words go on, its full stop goes.
    """
    if isinstance(value, dict):
        return value if is_leaf(value) else {key: _filled(item, words) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    result: list[Any] = []
    for place, item in enumerate(value):
        if not _is_marker(item):
            result.append(_filled(item, words))
            continue
        settings = dict(item["c"][0][2])
        own = [word for word in words[int(settings["slot"])][int(settings["group"])] if word["t"] != "Note"]
        behind = value[place + 1] if place + 1 < len(value) else None
        goes_on = isinstance(behind, dict) and behind.get("t") == "Str" and behind["c"][:1] in tuple(".,;:")
        result += _without_full_stop(own) if goes_on else own
    return result


def _is_marker(node: Any) -> bool:
    return isinstance(node, dict) and node.get("t") == "Span" and _MARKER in node["c"][0][1]


def _without_full_stop(inlines: Nodes) -> Nodes:
    if not inlines:
        return []
    *before, last = inlines
    if last["t"] == "Str":
        return [*before, {"t": "Str", "c": last["c"].removesuffix(".")}]
    if last["t"] == "Span":
        return [*before, {"t": "Span", "c": [last["c"][0], _without_full_stop(last["c"][1])]}]
    return inlines


def _calls_after_punctuation(value: Any) -> Any:
    """Any part of a tree with the calls made from citations without the space before, and behind the mark that follows.

    `as was shown [@key].` is written with a space and printed without one, as citeproc does in note styles.
    """
    if isinstance(value, dict):
        return value if is_leaf(value) else {key: _calls_after_punctuation(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    result: list[Any] = []
    for item in value:
        before: Any = result[-1] if result else None
        if _is_cited_call(item) and isinstance(before, dict) and before.get("t") in ("Space", "SoftBreak"):
            result.pop()
        elif _is_cited_call(before) and isinstance(item, dict) and item.get("t") == "Str":
            mark = re.match(r"[.,;:]+", item["c"])
            if mark:
                calls = next(
                    n for n in range(len(result) + 1) if n == len(result) or not _is_cited_call(result[-n - 1])
                )
                result.insert(len(result) - calls, {"t": "Str", "c": mark[0]})
                item = {"t": "Str", "c": item["c"][mark.end() :]}
        result.append(_calls_after_punctuation(item))
    return result


def _is_cited_call(node: Any) -> bool:
    return isinstance(node, dict) and is_note_call(node) and node["c"][2][0].startswith(_CITED_CALL)
