"""What pandoc writes for many texts in one document is what it writes for each alone."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline import nodes, pandoc, weave, writing
from pipeline.nodes import Node, Nodes

pytestmark = pytest.mark.process

LETTERS = st.text(st.sampled_from("ab <>&\"'\n/p“é\u00a0"), min_size=1, max_size=8)
WORDS = LETTERS.map(lambda said: {"t": "Str", "c": said})
GAPS = st.sampled_from([{"t": "Space"}, {"t": "SoftBreak"}])


def inside(inlines: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inlines, max_size=4)
    marked = st.sampled_from(("Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"))
    identifiers = st.sampled_from(("", "sec-a", "x"))
    return st.one_of(
        st.builds(lambda kind, content: {"t": kind, "c": content}, marked, several),
        st.builds(nodes.span, several, identifiers, st.sampled_from(((), ("reference-mark",), ("number",)))),
        st.builds(nodes.link, several, st.sampled_from(("#sec-a", "mailto:a@b.c", "https://a.b/?c&d")), identifiers),
        st.builds(lambda content: {"t": "Quoted", "c": [{"t": "DoubleQuote"}, content]}, several),
    )


PARAGRAPHS = st.lists(st.recursive(WORDS | GAPS, inside, max_leaves=8), max_size=5).map(
    lambda said: [nodes.paragraph(said)]
)
OTHERS: tuple[Nodes, ...] = (
    [],
    [nodes.paragraph([{"t": "Str", "c": "a"}, {"t": "LineBreak"}, {"t": "Str", "c": "b"}])],
    [nodes.paragraph([{"t": "Note", "c": [nodes.paragraph(nodes.text("a note"))]}])],
    [nodes.paragraph([{"t": "Image", "c": [["", [], []], nodes.text("alt"), ["a.png", ""]]}])],
    [nodes.paragraph([{"t": "RawInline", "c": ["html", "</p>\n<p>"]}])],
    [{"t": "CodeBlock", "c": [["", ["python"], []], "a = 1"]}],
    [nodes.paragraph(nodes.text("two")), nodes.paragraph(nodes.text("paragraphs"))],
    [{"t": "Header", "c": [2, ["sec-a", [], []], nodes.text("A heading")]}],
)


def alone(texts: list[Nodes]) -> list[pandoc.Reply]:
    requests = (pandoc.Request("write", nodes.document(blocks), writing.WRITER) for blocks in texts)
    return list(pandoc.run(tuple(requests)))


@given(st.lists(PARAGRAPHS | st.sampled_from(OTHERS), max_size=20))
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_texts_written_together_are_those_written_alone(texts: list[Nodes]) -> None:
    assert writing._replies(texts) == alone(texts)


def test_paragraphs_are_written_in_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    run = pandoc.run

    def counted(requests: tuple[pandoc.Request, ...]) -> tuple[pandoc.Reply, ...]:
        counts.append(len(requests))
        return run(requests)

    texts = [[nodes.paragraph(nodes.text(f"Title {number}"))] for number in range(30)]
    expected = alone([*texts, *OTHERS])
    monkeypatch.setattr(pandoc, "run", counted)
    assert writing._replies([*texts, *OTHERS]) == expected
    assert counts == [len(OTHERS) + 1]


def test_what_pandoc_says_of_one_text_is_said_of_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    run = pandoc.run
    said = (pandoc.Message("Odd", "something is odd", 0, 0),)

    def odd(requests: tuple[pandoc.Request, ...]) -> tuple[pandoc.Reply, ...]:
        return tuple(
            pandoc.Reply(reply.result, said if "second" in request.text else (), "")
            for request, reply in zip(requests, run(requests), strict=True)
        )

    monkeypatch.setattr(pandoc, "run", odd)
    replies = writing._replies([[nodes.paragraph(nodes.text(word))] for word in ("first", "second", "third")])
    assert [reply.result for reply in replies] == ["<p>first</p>", "<p>second</p>", "<p>third</p>"]
    assert [reply.log for reply in replies] == [(), said, ()]


CITED = st.sampled_from(
    (
        nodes.span([], classes=("citation-group",), slot="0", group="0"),
        nodes.span([], classes=("citation-group",), slot="1", group="0"),
        nodes.link(nodes.text("1"), "#note-cite-a-1", "noteref-cite-a-1", ("noteref",)),
    )
)
SAID = ((nodes.text("Said. first."),), (nodes.text("Second,"),))
CITING = st.lists(st.recursive(WORDS | GAPS | CITED, inside, max_leaves=8), max_size=5).map(nodes.paragraph)


@given(st.lists(CITING | st.sampled_from([block for blocks in OTHERS for block in blocks]), max_size=8))
def test_blocks_without_citations_are_left_as_they_are_and_the_others_woven(blocks: Nodes) -> None:
    """The short way round blocks in which nothing is cited gives what walking through all of them gives."""
    assert weave.woven(blocks, SAID) == weave._calls_after_punctuation(weave._filled(blocks, SAID))


def test_a_citation_anywhere_in_a_block_is_found() -> None:
    marker = nodes.span([], classes=("citation-group",), slot="1", group="0")
    inner: Nodes = [{"t": "Emph", "c": [nodes.span([marker, {"t": "Str", "c": "é"}])]}]
    deep = [{"t": "BlockQuote", "c": [{"t": "BulletList", "c": [[nodes.paragraph(inner)]]}]}]
    assert "Second," in nodes.words(weave.woven(deep, SAID))
