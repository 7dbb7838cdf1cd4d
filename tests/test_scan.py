"""What a text holds, each thing once and at its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import pandoc
from pipeline.cache import Cache
from pipeline.scan import Form, Token
from pipeline.scanning import scan
from pipeline.source import BEGINNING, FIRST_LINE, Embedded

NOWHERE = Cache(Path("/nonexistent/proofpress"))


def found(text: str, *forms: Form) -> list[Token]:
    tokens = scan((Embedded(text, "a.md", 1, 1, 0),), NOWHERE)[0]
    return [token for token in tokens if (token.form in forms if forms else token.form is not Form.PROSE)]


def places(tokens: list[Token]) -> list[tuple[str, str]]:
    return [(token.name, f"{token.span.line}:{token.span.column}-{token.span.end_column}") for token in tokens]


# ---------------------------------------------------------------- properties


@dataclass(frozen=True)
class Piece:
    """Markdown, and the things in it that are to be found: form, name and offset."""

    text: str
    expected: tuple[tuple[Form, str, int], ...] = ()


NAMES = st.sampled_from(["fig-a", "fig-a-b", "tbl-x1", "sec-one.two", "note-n_1"])
KEYS = st.sampled_from(["doe2019", "rfc4180", "un.2178", "Voronkov2017a", "who:2020"])
IDS = st.sampled_from(["a", "kz-men", "n1", "note.2", "\u0433\u043b\u0430\u0432\u0430"])
PLAIN = st.sampled_from(
    [
        "word", "a@b.org", "1,200", "\u0441\u043b\u043e\u0432\u043e", "don't", "(so)", "x^2^", "H~2~O", "50%", "&amp;",
        r"\@fig-no", "--", "\U0001f4d6",
    ]
)  # fmt: skip
CODE = st.sampled_from(["`@fig-a`", "`` [^a] ``", "`[@doe2019]`", "<https://a.org/@doe2019>", "[w](https://a.org/@x)"])


def _marked(form: Form, name: str, before: str, after: str = "") -> Piece:
    return Piece(before + name + after, ((form, name, 0),))


MARKS = st.one_of(
    NAMES.map(lambda name: _marked(Form.REFERENCE, name, "@")),
    KEYS.map(lambda key: _marked(Form.CITATION, key, "@")),
    IDS.map(lambda name: _marked(Form.NOTE_CALL, name, "[^", "]")),
)


def _wrapped(piece: Piece, sign: str) -> Piece:
    moved = tuple((form, name, offset + len(sign)) for form, name, offset in piece.expected)
    return Piece(sign + piece.text + sign, moved)


INLINES = st.one_of(
    PLAIN.map(Piece),
    CODE.map(Piece),
    MARKS,
    st.builds(_wrapped, MARKS, st.sampled_from(["*", "**", "~~"])),
    KEYS.map(lambda key: Piece(f"[see @{key}, p. 12]", ((Form.CITATION, key, 5),))),
    st.tuples(NAMES, NAMES).map(
        lambda two: Piece(
            f"[@{two[0]}; @{two[1]}]", ((Form.REFERENCE, two[0], 1), (Form.REFERENCE, two[1], len(two[0]) + 4))
        )
    ),
    NAMES.map(lambda name: Piece(f"[-@{name}]", ((Form.REFERENCE, name, 1),))),
)


def _joined(pieces: list[Piece], before: str, between: str) -> Piece:
    text, expected = before, []
    for number, piece in enumerate(pieces):
        text += between if number else ""
        expected += [(form, name, len(text) + offset) for form, name, offset in piece.expected]
        text += piece.text
    return Piece(text, tuple(expected))


LINES = st.one_of(
    st.lists(INLINES, min_size=1, max_size=6).map(lambda pieces: _joined([Piece("It"), *pieces], "", " ")),
    st.lists(INLINES, min_size=1, max_size=3).map(lambda pieces: _joined([Piece("It"), *pieces], "- ", " ")),
    st.lists(INLINES, min_size=1, max_size=3).map(lambda pieces: _joined([Piece("It"), *pieces], "> ", " ")),
    st.lists(INLINES, min_size=1, max_size=3).map(lambda pieces: _joined([Piece("It"), *pieces], "## ", " ")),
    st.lists(INLINES, min_size=2, max_size=2).map(
        lambda pieces: Piece(
            "| one | two |\n|-----|-----|\n" + (row := _joined(pieces, "| ", " | ")).text + " |",
            tuple((form, name, offset + 28) for form, name, offset in row.expected),
        )
    ),
    st.sampled_from(["```\n@fig-a [^a] [@doe2019]\n```", "::: {#fig-a}\n:::"]).map(Piece),
)


def _document(lines: list[Piece]) -> tuple[str, list[tuple[str, str, int, int]]]:
    whole = _joined(lines, "", "\n\n")
    expected = []
    for form, name, offset in whole.expected:
        line = whole.text.count("\n", 0, offset) + 1
        expected.append((form.value, name, line, offset - whole.text.rfind("\n", 0, offset)))
    return whole.text, expected


@settings(max_examples=8)
@given(st.lists(st.lists(LINES, min_size=1, max_size=7).map(_document), min_size=12, max_size=12))
def test_everything_is_found_once_and_at_its_place(
    documents: list[tuple[str, list[tuple[str, str, int, int]]]],
) -> None:
    texts = tuple(Embedded(text, "a.md", 1, 1, 0) for text, _ in documents)
    for (text, expected), tokens in zip(documents, scan(texts, NOWHERE), strict=True):
        seen = []
        for token in tokens:
            if token.form is Form.CITATION:
                seen += [(token.form.value, key, span.line, span.column) for key, span in token.keys]
            elif token.form in (Form.REFERENCE, Form.NOTE_CALL):
                seen.append((token.form.value, token.name, token.span.line, token.span.column))
        assert sorted(seen) == sorted(expected), text


@settings(max_examples=8)
@given(st.lists(st.lists(LINES, min_size=1, max_size=7).map(_document), min_size=12, max_size=12))
def test_prose_is_what_stands_there(documents: list[tuple[str, list[tuple[str, str, int, int]]]]) -> None:
    texts = tuple(Embedded(text, "a.md", 1, 1, 0) for text, _ in documents)
    for (text, _), tokens in zip(documents, scan(texts, NOWHERE), strict=True):
        lines = text.split("\n")
        for token in tokens:
            for piece, span in token.keys if token.form is Form.PROSE else ():
                written = lines[span.line - 1][span.column - 1 : span.end_column - 1] if span.line else "\n"
                assert all(one in (two, "\ufffc") for one, two in zip(piece, written, strict=False)), text


# ---------------------------------------------------------------- references and citations


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("See @fig-a.", "fig-a", "1:5-11"),
        ("See @fig-a, and", "fig-a", "1:5-11"),
        ("(@fig-a)", "fig-a", "1:2-8"),
        ("@fig-a's", "fig-a", "1:1-7"),
        ("**@fig-a**", "fig-a", "1:3-9"),
        ("[-@fig-a]", "fig-a", "1:2-9"),
        ("[Chapter @sec-a]", "sec-a", "1:10-16"),
        ("@{fig-a}", "fig-a", "1:1-9"),
        ("@fig-a-", "fig-a", "1:1-7"),
        ("@sec-a.b.", "sec-a.b", "1:1-9"),
    ],
)
def test_a_reference(text: str, name: str, place: str) -> None:
    assert places(found(text, Form.REFERENCE)) == [(name, place)]


@pytest.mark.parametrize(
    "text",
    [
        "mail a@fig-a.org", r"\@fig-a", "`@fig-a`", "<https://a.org/@fig-a>", "[x](https://a.org/@fig-a)", "$@fig-a$",
        "<b id='@fig-a'>",
    ],
)  # fmt: skip
def test_no_reference(text: str) -> None:
    assert found(text, Form.REFERENCE, Form.CITATION) == []


def test_the_number_alone() -> None:
    assert [token.number_only for token in found("[-@fig-a] @fig-b", Form.REFERENCE)] == [True, False]


def test_groups_are_told_apart() -> None:
    tokens = found("[@fig-a; @doe] [@fig-b] @fig-c [see @fig-d; also @fig-e]", Form.REFERENCE, Form.CITATION)
    groups = {token.name: token.group for token in tokens}
    assert groups["fig-a"] == groups["doe"]
    assert groups["fig-d"] == groups["fig-e"]
    assert len({groups["fig-a"], groups["fig-b"], groups["fig-d"]}) == 3
    assert groups["fig-c"] == 0


def test_a_group_of_citations_is_one_thing_with_several_keys() -> None:
    token = found("As [see @a, p. 3; @b2; -@c] say", Form.CITATION)
    assert [[key for key, _ in one.keys] for one in token] == [["a", "b2", "c"]]


def test_a_bracket_that_does_not_end_holds_nothing_together() -> None:
    assert [(token.name, token.bare) for token in found("[see @a and @b", Form.CITATION)] == [("a", True), ("b", True)]


# ---------------------------------------------------------------- notes


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("A.[^a]", "a", "1:3-7"),
        ("## A[^a]", "a", "1:5-9"),
        ("A[^a]^b^ and x^2^", "a", "1:2-6"),
        ("A^b^[^a]", "a", "1:5-9"),
        ("*A[^a]*", "a", "1:3-7"),
        ("[A[^a]](https://a.org)", "a", "1:3-7"),
        ("- A[^\u0433\u043b\u0430\u0432\u0430-1]", "\u0433\u043b\u0430\u0432\u0430-1", "1:4-14"),
        ("Term\n:   A[^a]", "a", "2:6-10"),
        ("| A |\n|---|\n| B[^a] |", "a", "3:4-8"),
    ],
)
def test_the_call_of_a_note(text: str, name: str, place: str) -> None:
    assert places(found(text, Form.NOTE_CALL)) == [(name, place)]


@pytest.mark.parametrize("text", ["`[^a]`", "```\n[^a]\n```", r"\[^a]", "[^a b]", "[^]"])
def test_no_call_of_a_note(text: str) -> None:
    assert found(text, Form.NOTE_CALL) == []


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("A^[a note] b", "", "1:2-4"),
        ("A[^a].\n\n[^a]: A note.", "a", "3:1-6"),
        ("A.\n\n[^a]: A note that is not called.", "a", "3:1-6"),
        ("> A.\n>\n> [^a]: In a quotation.", "a", "3:3-8"),
    ],
)
def test_a_note_written_in_the_text(text: str, name: str, place: str) -> None:
    assert places(found(text, Form.INLINE_NOTE)) == [(name, place)]


def test_a_note_in_code_is_not_written_in_the_text() -> None:
    assert found("```\n[^a]: code\n```\n\n    [^b]: code", Form.INLINE_NOTE) == []


# ---------------------------------------------------------------- everything else


def test_headings_have_the_words_of_their_authors_and_no_ids_of_their_own() -> None:
    tokens = found("## One *two* `three`[^n] x^2^\n\n### Four {#sec-four .unnumbered}", Form.HEADING)
    assert [(token.name, token.level, token.text, token.classes) for token in tokens] == [
        ("One two three x2", 2, "", ()),
        ("Four", 3, "sec-four", ("unnumbered",)),
    ]


def test_pictures() -> None:
    token = found('![A @fig-b](images/x.svg){#fig-a .wide fig-alt="Alt"}')[0]
    assert (token.form, token.name, token.text, token.classes) == (
        Form.IMAGE,
        "fig-a",
        "Alt",
        ("images/x.svg", "wide"),
    )


TABLE = "| a[^1] |\n|---|\n| b |\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (TABLE + "\n: Caption[^2] {#tbl-a}\n", "5:15-23"),
        (TABLE + "\nTable: Caption[^2] *x*{#tbl-a .wide}\n", "5:23-37"),
        (": Caption[^2] {#tbl-a}\n\n" + TABLE, "1:15-23"),
    ],
)
def test_the_caption_of_a_pipe_table_comes_first(text: str, place: str) -> None:
    tokens = found(text)
    assert places(tokens[:1]) == [("tbl-a", place)]
    assert [(token.form, token.name) for token in tokens] == [
        (Form.TABLE, "tbl-a"),
        (Form.NOTE_CALL, "2"),
        (Form.NOTE_CALL, "1"),
    ]


def test_a_caption_far_from_its_table_is_none() -> None:
    tokens = found(": Caption {#tbl-a}\n\nWords.\n\n" + TABLE)
    assert [(token.form, token.name) for token in tokens] == [(Form.STRAY, "tbl-a"), (Form.NOTE_CALL, "1")]


def test_blocks_and_what_is_within_them() -> None:
    text = '::: {.box title="T" kind=K}\nA @fig-a.\n\n::: side\nA @fig-b.\n:::\n:::\n\nA @fig-c.'
    assert [(token.name, token.within) for token in found(text, Form.REFERENCE)] == [
        ("fig-a", "box"),
        ("fig-b", "side"),
        ("fig-c", ""),
    ]
    assert found(text, Form.BLOCK)[0].text == '{"title": "T", "kind": "K"}'


def test_placements_are_empty() -> None:
    text = "::: {#fig-a}\n:::\n\n::: {#fig-b}\nWords.\n:::"
    assert [token.name for token in found(text, Form.PLACEMENT)] == ["fig-a"]
    assert [token.name for token in found(text, Form.DEFINITION)] == ["fig-b"]


@pytest.mark.parametrize(
    ("text", "form", "name", "place"),
    [
        ('A []{value="a.b.c" format=words}.', Form.VALUE, "a.b.c", "1:3-33"),
        ("A []{page=sec-a}.", Form.PAGE, "sec-a", "1:3-17"),
        ("A [words]{page=sec-a}.", Form.PAGE, "sec-a", "1:3-22"),
        ("A []{valeu=a}.", Form.EMPTY, "valeu", "1:3-14"),
        ("A [b]{#c}.", Form.DEFINITION, "c", "1:3-10"),
        ("A b{#c}.", Form.STRAY, "c", "1:4-8"),
        ("A [b](#c).", Form.LINK, "#c", "1:3-10"),
        ("A<br>b.", Form.RAW, "html", "1:2-6"),
        ("A.\n\n<div>\n\nB.", Form.RAW, "html", "3:1-6"),
        ("A `b`{=html}.", Form.RAW, "html", "1:3-13"),
        ("A $x$.", Form.MATH, "math", "1:3-6"),
    ],
)
def test_other_things(text: str, form: Form, name: str, place: str) -> None:
    assert places(found(text, form)) == [(name, place)]


# ---------------------------------------------------------------- the cache


def test_what_was_found_is_not_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    first = scan((Embedded("A @fig-a.", "a.md", 7, 3, 2),), cache)
    monkeypatch.setattr(pandoc, "run", lambda requests: () if not requests else pytest.fail("pandoc was started"))
    again = scan((Embedded("A @fig-a.", "b.md", 9, 3, 2), Embedded("A @fig-a.", "b.md", 9, 3, 2)), cache)
    assert str(first[0][0].span) == "a.md:7:5"
    assert [str(tokens[0].span) for tokens in again] == ["b.md:9:5", "b.md:9:5"]


EVERYTHING = """\
# A heading[^a] {#sec-a .unnumbered}

Words [see @fig-a; @doe, p. 3] and [-@tbl-b], a [link](#sec-a), $x$, <br>, []{value="a.b.c" format=words}.

::: {.box lang=ru}
![A caption](x.png){#fig-x fig-alt="Alt"} over
two lines [@one; @two].
:::
"""


def test_a_file_that_was_scanned_is_known_with_all_that_its_texts_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ((1, 1, 0), (40, 9, 4), (7, 3, FIRST_LINE), (9, 5, BEGINNING))
    texts = tuple(Embedded(EVERYTHING, f"{number % 3}.md", *place) for number, place in enumerate(places))
    cache = Cache(tmp_path / "a")
    first = scan(texts, cache)
    assert len({token.form for token in first[0]}) > 10
    assert first == tuple(scan((text,), Cache(tmp_path / "b"))[0] for text in texts)
    monkeypatch.setattr(pandoc, "run", lambda requests: pytest.fail("pandoc was started"))
    assert scan(texts, cache) == first
    moved = tuple(replace(text, line=text.line + 1) for text in texts)
    for before, after in zip(first, scan(moved, cache), strict=True):
        assert [token.span.line + 1 for token in before] == [token.span.line for token in after]


def test_a_damaged_cache_is_only_a_miss(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    text = Embedded("A @fig-a.", "a.md", 1, 1, 0)
    first = scan((text,), cache)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-5])
    assert scan((text,), cache) == first
