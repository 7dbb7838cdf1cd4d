"""The manuscript: whatever an author writes in a cell stays in its cell, and every line knows where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import nodes, pandoc, toolchain
from pipeline.assemble import START, Piece, PieceKind, Provenance, assemble, manuscript_filters
from pipeline.check import read_and_judge
from pipeline.diagnostics import Findings
from pipeline.nodes import Nodes
from pipeline.reading import READER
from pipeline.source import Embedded
from pipeline.templating import Templates
from pipeline.wording import words_for
from tests.composing import Text, composed, parsed, text_of, workspace_of, write_report

pytestmark = pytest.mark.process

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
FILTERS = manuscript_filters(words_for("en", {}))


def cell(text: str) -> str:
    return str(FILTERS["cell"](text))


def read(*texts: str) -> list[Nodes]:
    replies = pandoc.run(tuple(pandoc.Request("read", text, READER) for text in texts))
    assert not any(reply.error for reply in replies)
    return [nodes.blocks_of(reply.result) for reply in replies]


# ---------------------------------------------------------------- cells


SIGNS = st.text(alphabet="ab1 |`\\*_[](){}<>#&~^:$-.,'\"@!\t\n\u00a0é", max_size=8)


@settings(max_examples=4)
@given(rows=st.lists(st.tuples(SIGNS, SIGNS, SIGNS), min_size=20, max_size=40))
def test_a_cell_holds_what_it_holds_by_itself_and_nothing_of_its_neighbours(rows: list[tuple[str, str, str]]) -> None:
    lines = ["| A | B | C |", "|---|---|---|"]
    lines += ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    alone = [START + cell(text) for row in rows for text in row]
    table, *single = read("\n".join(lines) + "\n", *alone)
    assert [block["t"] for block in table] == ["Table"]
    body = table[0]["c"][4][0][3]
    found = [[nodes.words(part[4]) for part in row[1]] for row in body]
    expected = [nodes.words(blocks) for blocks in single]
    assert [len(row) for row in found] == [3] * len(rows)
    assert [text for row in found for text in row] == expected


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("one two", "one two"),
        (" one\n two\t", "one two"),
        ("a|b", "a\\|b"),
        ("a||b", "a\\|\\|b"),
        ("a\\|b", "a\\|b"),
        ("a\\\\|b", "a\\\\\\|b"),
        ("`a|b`", "`a|b`"),
        ("``a`|b``", "``a`|b``"),
        ("a ` b", "a \\` b"),
        ("a\\", "a\\\\"),
        ("2\u00a0199", "2\u00a0199"),
        ("2\u202f199", "2\u202f199"),
    ],
)
def test_what_a_cell_becomes(text: str, made: str) -> None:
    assert cell(text) == made


def test_text_that_is_not_markdown_is_left_as_it_is() -> None:
    texts = ["*a* _b_ [c](d) `e` <f> #g ~h~ ^i^ $j$ @k \\l |m| {n} +o+ !p!", "1. x", "A & B -- \"c\" 'd'", "- x"]
    for text, blocks in zip(texts, read(*(START + str(FILTERS["literal"](text)) for text in texts)), strict=True):
        plain = nodes.words(blocks).replace("“", '"').replace("”", '"').replace("‘", "'").replace("’", "'")
        assert plain.replace("–", "--") == text


# ---------------------------------------------------------------- titles and captions


def test_titles_and_captions_that_look_like_blocks_are_words(tmp_path: Path) -> None:
    shapes = ["1. One", "2019. The year", "A.  Letter", "(1) Bracket", "# Sign", "- dash", "> said", "| a | b",
              "+ plus", ": colon", "::: box", "*** x", "Term --- y"]  # fmt: skip
    report = write_report(
        tmp_path,
        {
            f"sec-a{number}": Text(f"::: {{#fig-{number}}}\n:::", title=repr(shape))
            for number, shape in enumerate(shapes)
        },
        sources="",
        figures="".join(
            f"- {{id: fig-{number}, file: i.svg, alt: A, caption: {shape!r}, unit: {shape!r}, source: {shape!r}}}\n"
            for number, shape in enumerate(shapes)
        ),
        files={"i.svg": SVG},
    )
    made = composed(report)
    for number, shape in enumerate(shapes):
        chapter = made.chapter(f"sec-a{number}")
        printed = shape.replace("---", "—").replace("  ", " ")
        assert text_of(parsed(chapter.title)) == chapter.plain_title == printed
        figure = parsed(chapter.html)[0]
        parts = {part.get("class"): text_of(part) for part in figure.iter("span")}
        assert (parts["caption"].strip(), parts["unit"].strip()) == (printed, printed)
        assert text_of(figure[-1]).strip().split(maxsplit=1) == ["Source", printed]
        assert not {"ul", "ol", "h1", "blockquote", "dl"} & {element.tag for element in figure.iter()}


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [(1, 1, "f.md:7:1"), (3, 2, "f.md:9:2"), (4, 1, "f.md:7:1"), (0, 0, "f.md:7:1")],
)
def test_a_line_of_a_piece_is_the_authors_line_or_the_beginning_of_the_text(line: int, column: int, place: str) -> None:
    piece = Piece(PieceKind.BODY, "sec-a", "one\ntwo\nthree\n\n[^x]: y", Embedded("one\ntwo\nthree", "f.md", 7, 1, 0))
    assert str(piece.span(line, column)) == place


def test_pandocs_messages_are_told_at_the_authors_lines(tmp_path: Path) -> None:
    box = "::: box\nwords"
    note = "- id: n\n  text: |\n    Fine.\n\n    ::: box\n    words\n"
    report = write_report(
        tmp_path,
        {"sec-a": f"Text.[^n]\n\n{box}", "sec-b": f"::: {{.box}}\n{box}\n:::\n"},
        sources="",
        notes=note,
    )
    found = [str(finding.span) for finding in composed(report).findings if finding.rule.code == "PDC001"]
    assert found == [
        "content/small/notes/notes.yaml:5:5",
        "content/small/sections/001-sec-a.md:8:1",
        "content/small/sections/002-sec-b.md:6:1",
    ]


# ---------------------------------------------------------------- pieces


def pieces_of(report: Path) -> tuple[Piece, ...]:
    workspace, findings = workspace_of(report), Findings()
    checked = read_and_judge(report, workspace, lambda _stage: None, findings)
    words = words_for(checked.report.settings.lang, {})
    templates = Templates(workspace.templates, None, workspace.shown, manuscript_filters(words))
    provenance = Provenance("1.2.3", "3.9", toolchain.versions(), "abc")
    return assemble(checked.report, checked.index, templates, provenance, findings)


def test_only_what_is_printed_is_assembled(tmp_path: Path) -> None:
    report = write_report(
        tmp_path,
        {"sec-a": Text("Text.[^n]\n\n::: {#fig-a}\n:::", lead="Lead"), "sec-b": "Draft.[^m] {#fig-b}"},
        settings="sections: [sec-a]\nexclude: [sec-b]\nimprint: Own *imprint*\ncolophon: Own colophon\n",
        sources="",
        notes="- {id: n, text: N}\n- {id: m, text: M}\n- {id: unused, text: U}\n",
        figures="".join(f"- {{id: fig-{n}, file: i.svg, alt: A, caption: C}}\n" for n in "ab"),
        files={"i.svg": SVG},
    )
    pieces = pieces_of(report)
    assert [(piece.kind, piece.id) for piece in pieces] == [
        (PieceKind.TITLE, "sec-a"),
        (PieceKind.LEAD, "sec-a"),
        (PieceKind.BODY, "sec-a"),
        (PieceKind.NOTE, "n"),
        (PieceKind.FIGURE, "fig-a"),
        (PieceKind.IMPRINT, "press-imprint"),
        (PieceKind.COLOPHON, "press-colophon"),
    ]
    imprint, colophon = pieces[-2].markdown, pieces[-1].markdown
    assert imprint.startswith("Own *imprint*\n\n")
    assert "23 November 2026. Version 1.0.0" in imprint
    assert colophon.startswith("Own colophon\n\n")
    assert "Proofpress 1.2.3, pandoc 3.9" in colophon and "Source: abc." in colophon


def test_a_row_chosen_twice_or_there_twice_is_printed_as_often_as_it_stands(tmp_path: Path) -> None:
    table = "- {id: tbl-t, data: data/t.csv, caption: C, rows: [b, a, b], columns: [{name: k, title: K, header: true},"
    report = write_report(
        tmp_path,
        {"sec-a": "::: {#tbl-t}\n:::"},
        sources="",
        tables=f"{table} {{name: v, title: V}}], totals: [{{row: a, columns: [v]}}]}}\n",
        files={"data/t.csv": "k,v\na,1\nb,2\nc,3\nb,4\n"},
    )
    body = parsed(composed(report).chapter("sec-a").html)
    rows = [(row.get("class"), [text_of(part) for part in row]) for row in body.iter("tr")]
    assert rows == [(None, ["K", "V"]), (None, ["b", "2"]), (None, ["b", "4"]), ("total", ["a", "1"])]


@pytest.mark.parametrize(
    ("lang", "day"), [("en", "3 January 2026"), ("fr", "2026-01-03"), ("de", "2026-01-03"), ("ru", "2026-01-03")]
)
def test_a_date_is_written_in_words_where_the_press_knows_them(lang: str, day: str) -> None:
    assert manuscript_filters(words_for(lang, {}))["day"]("2026-01-03") == day


def test_a_licence_is_named_and_linked() -> None:
    assert FILTERS["licence"]("CC0-1.0") == "[CC0 1.0 Universal](https://creativecommons.org/publicdomain/zero/1.0/)"
    assert FILTERS["licence"]("My *own*") == "My \\*own\\*"
