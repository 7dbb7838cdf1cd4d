"""The blocks of a text, as the scan's reader sees them: what is kept of them, and what notes do not change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import pandoc, scan, scanning
from pipeline.cache import Cache
from pipeline.outline import Outline, outline_of, packed, unpacked
from pipeline.scanning import known_outline
from pipeline.source import Embedded
from tests.manuscripts import Writer

TEXT = """## A head[^a] of two {#sec-x}

Words

| a | b |
|---|---|
| 1 | 2 |

- one
- two

> said

Words
|---|---|
"""


def outlined(*texts: str) -> list[Outline]:
    replies = pandoc.run(tuple(pandoc.Request("read", text, scan.READER) for text in texts))
    return [outline_of(json.loads(reply.result)["blocks"], text) for reply, text in zip(replies, texts, strict=True)]


@pytest.mark.parametrize("text", ["a\n|---|---|", "- a\n  | --- | :-: |\n", "> a\n> |---|---|", "- > a\n  > ---|---\n"])
def test_a_lost_table_is_found_wherever_it_stands(text: str) -> None:
    (outline,) = outlined(text)
    assert [line for line, _ in outline.lost_rows] == [1]


def with_calls(text: str) -> str:
    calls = dict.fromkeys(re.findall(r"\[\^([^\s\[\]^]+)\]", text))
    return text + "".join(f'\n\n[^{call}]: []{{.note-call note="{call}"}}' for call in calls)


def test_blocks_have_their_words_and_places() -> None:
    (outline,) = outlined(TEXT)
    assert outline.blocks == (
        ('a heading of level 2 ("Aheadoftwo")', (1, 1)),
        ("a table of 2 rows and 2 columns", (5, 1)),
        ("an item", (9, 3)),
        ("an item", (10, 3)),
        ("a quotation", (12, 3)),
        ("the end of a quotation", (12, 1)),
    )
    assert outline.lost_rows == ((14, 1),)  # the row above it
    assert unpacked(packed(outline)) == outline


@pytest.mark.artefact
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_what_makes_notes_known_changes_no_block(seed: int) -> None:
    bodies = Writer(seed).write().bodies
    plain, called = outlined(*bodies), outlined(*map(with_calls, bodies))
    assert plain == called
    assert any(outline.blocks for outline in plain) or not any("#" in body for body in bodies)


def test_the_scan_keeps_the_outline_of_what_it_reads(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert known_outline(TEXT, cache) is None
    scanning.scan((Embedded(TEXT, "a.md", 1, 1, -1),), cache)
    assert known_outline(TEXT, cache) == outlined(TEXT)[0]
    assert known_outline(TEXT + " ", cache) is None
