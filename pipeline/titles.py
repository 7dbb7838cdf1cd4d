"""Titles of works, read as Markdown, as pandoc reads them in a YAML bibliography.

Quotation marks inside a title can then change with the quotation marks around it, and `[H.F. and Others]{.nocase}`
keeps its small letters. Most titles have no marks at all; those need no reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial

from pipeline import nodes, pandoc
from pipeline.cache import Cache, key_of
from pipeline.nodes import Nodes
from pipeline.plain_texts import are_words

VERSION = "titles-1"
READER = "markdown-raw_html-raw_tex-tex_math_dollars-auto_identifiers-citations-example_lists-fancy_lists-startnum"
VARIABLES = (
    "title",
    "title-short",
    "container-title",
    "container-title-short",
    "collection-title",
    "event-title",
)
_READER = 500  # characters of Markdown that are read in the time in which a reader is made


def with_markup(items: Sequence[dict[str, object]], cache: Cache) -> list[dict[str, object]]:
    """The works with their titles as inlines; a title that is not one paragraph stays text.

    Args:
        items: works as items of CSL-JSON.
        cache: keeps what pandoc read, title by title.

    Raises:
        StageFailedError: when pandoc cannot run.
    """
    titles = {str(item[key]): None for item in items for key in VARIABLES if isinstance(item.get(key), str)}
    read = _read([title for title in titles if not are_words(title)], cache)

    def value_of(key: str, value: object) -> object:
        if key not in VARIABLES or not isinstance(value, str):
            return value
        inlines = read[value] if value in read else nodes.text(value)
        return value if inlines is None else nodes.Inlines(inlines)

    return [{key: value_of(key, value) for key, value in item.items()} for item in items]


def _read(titles: Sequence[str], cache: Cache) -> dict[str, Nodes | None]:
    """The inlines of each title; None for one that is to stay text."""
    keys = {title: key_of(VERSION, pandoc.program(), READER, title) for title in titles}
    stored = {title: cache.get(key) for title, key in keys.items()}
    missing = [title for title, value in stored.items() if value is None]
    sizes = [_READER + len(title) for title in missing]
    fresh = pandoc.in_batches(missing, sizes, partial(_read_and_kept, cache, keys))
    found: dict[str, Nodes | None] = dict(zip(missing, fresh, strict=True))
    found |= {title: json.loads(value) for title, value in stored.items() if value is not None}
    return found


def _read_and_kept(cache: Cache, keys: dict[str, str], titles: Sequence[str]) -> list[Nodes | None]:
    replies = pandoc.run(tuple(pandoc.Request("read", _straight_quotes(title), READER) for title in titles))
    found: list[Nodes | None] = []
    for title, reply in zip(titles, replies, strict=True):
        blocks = nodes.blocks_of(reply.result) if not reply.error else []
        is_one = len(blocks) == 1 and blocks[0]["t"] in ("Para", "Plain")
        found.append(blocks[0]["c"] if is_one else None)
        if not reply.error:
            cache.put(keys[title], json.dumps(found[-1]).encode())
    return found


def _straight_quotes(title: str) -> str:
    """Pairs of typographic quotation marks as typed ones, which pandoc reads as quotations."""
    title = re.sub(r"“([^“”]*)”", r'"\1"', title)
    return re.sub(r"(?<!\w)‘([^‘’]*)’(?!\w)", r"'\1'", title)
