"""Texts in which Markdown has no meaning: both of pandoc's readers take them for what they are, alone or together."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline import nodes, pandoc, reading, scan
from pipeline.assemble import Piece, PieceKind
from pipeline.cache import Cache
from pipeline.outline import outline_of
from pipeline.plain_texts import are_sentences, are_words
from pipeline.scanning import _of_sentences, _values, known_outline
from pipeline.source import Embedded

pytestmark = pytest.mark.process

# Letters and digits of many scripts, superscript and Roman ones among them.
LETTERS = st.characters(categories=["L"])
WORD = st.text(st.characters(categories=("L", "Nd", "No", "Nl")), min_size=1, max_size=6)
OFTEN = st.sampled_from(("Mr", "e", "ii", "mix", "12", "2019", "A", "don’t", "well-known", "p", "http", "www", "Table"))
FIRST = st.text(LETTERS, min_size=2, max_size=6) | st.sampled_from(("Table", "http", "mix"))
PART = st.tuples(
    st.sampled_from((" ", " ", " ", ". ", ", ", ": ", "; ", " – ")),
    st.sampled_from(("", "", "", "(", "“", "‘", "“‘")),
    WORD | OFTEN,
    st.sampled_from(("", "", "", ")", "”", "’", "’”", ".”")),
).map("".join)
SENTENCES = st.tuples(FIRST, st.lists(PART, max_size=10).map("".join), st.sampled_from(("", ".", ":"))).map("".join)
SENTENCES = SENTENCES.filter(are_sentences)
WRITTEN = (
    "Here are Mr. Smith and Dr. Jones, p. ex. in 1984.",
    "Table: of things",
    "mixed things",
    "He says: “It is I.”",
    "The “quoted ‘words’” and “one that does not end",
    "http: no address",
    "Between 21 March 1993 and 13 June 1993 – or later.",
    "don’t",
)


@pytest.mark.parametrize(
    "text",
    ["mix. Then", "ii.", "Mr. Smith", "12. a", "A book", "2019 was", "(a) b", "a\nb", "ab  c", "ab -- c", "ab @c",
     "ab *c*", "ab_c", "ab - c", "ab... c", "“Ab", "ab\u00a0c", "ab. ", "ab\n", "- ab", "ab|c", "ab 'c'", "ab/c",
     "www.example", "", "ab e\u0301", "ab \ufa15"],
)  # fmt: skip
def test_what_may_have_a_meaning_is_not_plain(text: str) -> None:
    assert not are_sentences(text)


def test_what_is_written_most_often_is_plain() -> None:
    assert all(are_sentences(text) for text in WRITTEN)
    assert are_words("National council and ordinance of Kessim") and are_words("2019: a well-known year")


@given(st.lists(SENTENCES, min_size=10, max_size=40))
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_the_scan_finds_the_sentences_themselves_and_no_block(texts: list[str]) -> None:
    texts += WRITTEN
    replies = pandoc.run(tuple(pandoc.Request("read", text, scan.READER) for text in texts))
    for text, reply in zip(texts, replies, strict=True):
        tree = {"blocks": nodes.blocks_of(reply.result)}
        assert outline_of(tree["blocks"], text) == known_outline(text, Cache(Path("/nonexistent/proofpress")))
        assert _values(scan.tokens_in(tree, text)) == _of_sentences(text)


def piece(number: int, text: str, ending: str = "\n\n\n") -> Piece:
    return Piece(PieceKind.NOTE, str(number), text + ending, Embedded(text, "notes/a.yaml", 1, 1, 0))


@given(st.lists(SENTENCES | st.just("A *marked* text."), min_size=10, max_size=40))
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_what_is_read_together_is_what_is_read_alone(texts: list[str]) -> None:
    pieces = [piece(number, text) for number, text in enumerate((*texts, *WRITTEN, "1. a list", "A *note*[^x]"))]
    alone = pandoc.run(tuple(pandoc.Request("read", piece.markdown, reading.READER) for piece in pieces))
    together = [(blocks(), log) for blocks, log in reading._answers([(piece, reading.READER) for piece in pieces])]
    assert together == [(nodes.blocks_of(reply.result), reply.log) for reply in alone]


def test_what_does_not_come_back_word_for_word_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[list[str]] = []
    run = pandoc.run

    def changed(requests: tuple[pandoc.Request, ...]) -> tuple[pandoc.Reply, ...]:
        runs.append([request.text for request in requests])
        return tuple(
            pandoc.Reply(reply.result.replace("second", "2nd"), reply.log, reply.error) for reply in run(requests)
        )

    pieces = [piece(1, "The first."), piece(2, "A *marked* one."), piece(3, "The second.")]
    monkeypatch.setattr(pandoc, "run", changed)
    answers = reading._answers([(piece, reading.READER) for piece in pieces])
    assert [nodes.words(blocks()) for blocks, _ in answers] == ["The first.", "A marked one.", "The 2nd."]
    assert runs == [["A *marked* one.\n\n\n", "The first.\n\nThe second."], ["The first.\n\n\n", "The second.\n\n\n"]]
