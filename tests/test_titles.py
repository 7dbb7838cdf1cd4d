"""Titles of works: the reader is asked for those that have marks, once each."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import nodes, pandoc, titles
from pipeline.cache import Cache
from pipeline.plain_texts import are_words
from pipeline.titles import with_markup

pytestmark = pytest.mark.process

MARKED = 'A "quoted" [sNaKe and Others]{.nocase} report'
# Letters and digits of many scripts, superscript and Roman ones among them, and the marks that a bare title may have.
WORDS = st.text(st.characters(categories=("L", "Nd", "No", "Nl")), min_size=1, max_size=8)
BARE = st.lists(st.tuples(WORDS, st.sampled_from((" ", ", ", "; ", ": ", "-"))), min_size=1, max_size=8).map(
    lambda parts: "".join(word + mark for word, mark in parts).rstrip(" ,;:-")
)
LIKE_MARKUP = ("Mr Smith", "i", "A", "1984", "2019 the first year", "Table: x", "e-mail", "http: a", "a1: b2; c3, d4")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@given(st.lists(BARE, min_size=20, max_size=60))
@settings(max_examples=20, deadline=None)
def test_a_title_without_marks_is_what_pandoc_would_read(texts: list[str]) -> None:
    bare = [text for text in (*texts, *LIKE_MARKUP) if are_words(text)]
    assert len(bare) >= len(LIKE_MARKUP)
    replies = pandoc.run(tuple(pandoc.Request("read", text, titles.READER) for text in bare))
    read = [nodes.blocks_of(reply.result) for reply in replies]
    assert read == [[nodes.paragraph(nodes.text(text))] for text in bare]


@pytest.mark.parametrize(
    "text", ["A. Book", "a  b", "a -- b", "don't", "“a”", "a_b_", "1. a", "(a)", "a: *b*", "@a", "a\n: b"]
)
def test_a_title_with_a_mark_is_not_taken_for_bare(text: str) -> None:
    assert not are_words(text)


def test_titles_with_marks_are_read_once_and_others_never(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    run = pandoc.run

    def noted(requests: tuple[pandoc.Request, ...]) -> tuple[pandoc.Reply, ...]:
        asked.extend(request.text for request in requests)
        return run(requests)

    monkeypatch.setattr(pandoc, "run", noted)
    works: list[dict[str, object]] = [
        {"id": "a", "title": MARKED, "publisher": "A *plain* publisher"},
        {"id": "b", "title": "A bare title", "container-title": MARKED, "event-title": "- a\n- b"},
    ]
    first = with_markup(works, cache)
    assert asked == [MARKED, "- a\n- b"]
    assert with_markup(works, cache) == first
    assert len(asked) == 2
    assert first[0]["title"] == first[1]["container-title"] != MARKED
    assert first[0]["publisher"] == "A *plain* publisher"
    assert first[1]["title"] == nodes.Inlines(nodes.text("A bare title"))
    assert first[1]["event-title"] == "- a\n- b", "a list is no title, and stays what it was"
    assert works[0]["title"] == MARKED, "what was given is not changed"


def test_a_damaged_entry_is_read_again(cache: Cache) -> None:
    works: list[dict[str, object]] = [{"title": MARKED}]
    first = with_markup(works, cache)
    (kept,) = (path for path in cache.folder.rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes()[:-2])
    assert with_markup(works, cache) == first
