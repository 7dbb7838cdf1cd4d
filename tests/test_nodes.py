"""Making AST nodes and walking them; what is made here is read back by pandoc itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import nodes, pandoc
from pipeline.nodes import Inlines, Node, Nodes

TREE: Nodes = [
    nodes.paragraph(
        [
            *nodes.text("one  two"),
            nodes.span(nodes.text("in span"), "id", ("a", "b"), data_title="t"),
            {"t": "Quoted", "c": [{"t": "DoubleQuote"}, nodes.text("said")]},
            {"t": "Quoted", "c": [{"t": "SingleQuote"}, nodes.text("so")]},
            {"t": "Code", "c": [["", [], []], "x = 1"]},
            {"t": "Note", "c": [nodes.paragraph(nodes.text("hidden"))]},
            {"t": "SoftBreak"},
            nodes.link(nodes.text("link"), "#x", role="r"),
        ]
    ),
    nodes.div([nodes.paragraph(nodes.text("last"))], "d", ("c",)),
]


def test_the_words_are_those_of_a_reader_without_the_notes() -> None:
    assert nodes.words(TREE) == "one  twoin span“said”‘so’x = 1 linklast"


def test_pandoc_reads_what_is_made_here() -> None:
    meta = {"flag": "*plain*", "list": ["a", {"b": "c"}], "rich": Inlines([{"t": "Emph", "c": nodes.text("e")}])}
    reply = pandoc.run((pandoc.Request("write", nodes.document(TREE, meta), "html5"),))[0]
    assert (reply.error, reply.log) == ("", ())
    assert '<span id="id" class="a b" data-title="t">in span</span>' in reply.result
    assert '<a href="#x" role="r">link</a>' in reply.result
    assert '<div id="d" class="c">\n<p>last</p>' in reply.result


def test_metadata_is_literal_unless_it_says_otherwise() -> None:
    assert nodes.meta_value("*x*") == {"t": "MetaString", "c": "*x*"}
    assert nodes.meta_value(("a", 1)) == {
        "t": "MetaList",
        "c": [{"t": "MetaString", "c": "a"}, {"t": "MetaString", "c": "1"}],
    }
    assert nodes.meta_value(Inlines([])) == {"t": "MetaInlines", "c": []}


def test_nodes_are_visited_in_reading_order_and_replaced_ones_not_entered() -> None:
    met: list[str] = []

    def rewrite(node: Node) -> Nodes | None:
        met.append(node["t"])
        if node["t"] == "Quoted":
            return []
        if node["t"] == "Span":
            return [nodes.span([{"t": "Span", "c": [["", [], []], []]}]), {"t": "Space"}]
        return None

    result = nodes.rewritten(TREE, rewrite)
    assert met.index("Span") < met.index("Quoted") < met.index("Code") < met.index("Link") < met.index("Div")
    assert "DoubleQuote" not in met and met.count("Span") == 1
    assert [node["t"] for node in nodes.walk(result)].count("Span") == 2
    assert TREE[0]["c"][4]["t"] == "Span", "the tree itself is not changed"


def test_walking_meets_every_node_once_in_reading_order() -> None:
    kinds = [node["t"] for node in nodes.walk(TREE)]
    assert kinds[0] == "Para"
    assert kinds[-3:] == ["Div", "Para", "Str"]
    assert kinds.count("Str") == 9


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_text_is_its_words(text: str) -> None:
    inlines = nodes.text(text)
    assert "".join(" " if node["t"] == "Space" else node["c"] for node in inlines) == text
    assert nodes.words(inlines) == text.strip()


@pytest.mark.parametrize("text", ["", "a", "a\u00a0b"])
def test_a_space_that_does_not_break_is_part_of_its_word(text: str) -> None:
    assert all(node["t"] == "Str" for node in nodes.text(text))


def test_a_document_is_what_pandoc_calls_one() -> None:
    value = json.loads(nodes.document([], {}))
    assert value == {"pandoc-api-version": nodes.API_VERSION, "meta": {}, "blocks": []}
    assert nodes.blocks_of(nodes.document(TREE)) == TREE


def test_the_call_of_a_note_is_told_from_other_links() -> None:
    assert nodes.is_note_call(nodes.link([], "#note-x", "noteref-x", ("noteref",)))
    assert not nodes.is_note_call(nodes.link([], "#note-cite-x", classes=("ref",)))
    assert not nodes.is_note_call({"t": "Space"})
