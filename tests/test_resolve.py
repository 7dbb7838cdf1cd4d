"""References, values and notes: what an author writes and what is printed, through the whole composition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.composing import NO_BREAK, Composed, Text, composed, parsed, text_of, words, write_report
from tests.manuscripts import Manuscript, Writer

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
FRONT_TITLE = '"The \\"hull\\" -- a child\'s plan"'
DATA = "name,total,label\nOsh City,12345.5,x\nSmall,3,y\nYear,2019,z\nWord,about 40,w\nLoss,-1200,v\n"


def figure(identifier: str, caption: str = "", more: str = "") -> str:
    return f"- {{id: {identifier}, file: i.svg, alt: A picture, caption: {caption or 'Of ' + identifier}{more}}}\n"


def table(identifier: str) -> str:
    column = "{name: name, title: Name, header: true}"
    return f"- {{id: {identifier}, data: data/nums.csv, caption: Of {identifier}, columns: [{column}]}}\n"


# Each line is what an author writes; the second text is what has to be printed. "_" stands for a space that does not
# break.
FORMS = (
    ("@sec-two", "Chapter_2"),
    ("@sec-front", "The “hull” – a child’s plan"),
    ("@sec-back", "Abbreviations"),
    ("@sec-app", "Appendix_A"),
    ("@sec-app2", "Appendix_B"),
    ("@sec-deep", "Section_1.1"),
    ("@sec-third", "Third level"),
    ("@sec-plain", "Plain one"),
    ("@sec-appdeep", "Section_A.1"),
    ("@sec-one-minted-heading", "Section_1.2"),
    ("@sec-part", "Part_I"),
    ("@fig-a", "Figure_1"),
    ("@fig-c", "Figure_3"),
    ("@tbl-t", "Table_1"),
    ("@tbl-own", "Table_2"),
    ("@note-last", "note_2"),
    ("[@fig-a]", "Figure_1"),
    ("([@fig-a])", "(Figure_1)"),
    ("*@fig-a*", "Figure_1"),
    ("@fig-a's", "Figure_1’s"),
    ("@fig-a.", "Figure_1."),
    ("[-@fig-b]", "2"),
    ("[-@note-last]", "2"),
    ("chapters [-@sec-one] and [-@sec-app]", "chapters 1 and A"),
    ("[Chapter @sec-two]", "Chapter_2"),
    ("[Chart @fig-b]", "Chart_2"),
    ("[*Chart* @fig-b]", "Chart_2"),
    ("[рисунке @fig-b]", "рисунке_2"),
    ("[see @fig-b]", "see Figure_2"),
    ("[See @fig-b]", "See Figure_2"),
    ("[see also @fig-b]", "see also Figure_2"),
    ("[see, e.g., @fig-b]", "see, e.g., Figure_2"),
    ("[cf. @fig-b]", "cf. Figure_2"),
    ("[compare @fig-b]", "compare Figure_2"),
    ("[см. @fig-b]", "см. Figure_2"),
    ("[siehe @fig-b]", "siehe Figure_2"),
    ("[voir @fig-b]", "voir Figure_2"),
    ("[see @sec-front]", "see The “hull” – a child’s plan"),
    ("[the foreword, @sec-front]", "the foreword, The “hull” – a child’s plan"),
    ("[@fig-b, left]", "Figure_2, left"),
    ("[@fig-b, *left* and []{value=\"nums.small.total\"}]", "Figure_2, left and 3"),
    ("[see -@fig-b on the left]", "see 2 on the left"),
    ("@fig-b [left]", "Figure_2 [left]"),
    ("@fig-b [@abel2019]", "Figure_2{call}"),
    ("@abel2019 [@fig-b]", "Abel{call} Figure_2"),
    ("[@fig-a; @fig-b]", "Figures_1 and 2"),
    ("[@fig-a; @fig-b; @fig-c]", "Figures_1, 2 and 3"),
    ("[@sec-one; @sec-two]", "Chapters_1 and 2"),
    ("[@sec-app; @sec-app2]", "Appendices_A and B"),
    ("[@sec-deep; @sec-appdeep]", "Sections_1.1 and A.1"),
    ("[@tbl-t; @tbl-own]", "Tables_1 and 2"),
    ("[@note-first; @note-last]", "notes_1 and 2"),
    ("[-@fig-a; -@fig-b]", "1 and 2"),
    ("[@fig-a; @tbl-t]", "Figure_1 and Table_1"),
    ("[@fig-a; @tbl-t; @sec-two]", "Figure_1, Table_1 and Chapter_2"),
    ("[@sec-one; @sec-app]", "Chapter_1 and Appendix_A"),
    ("[@sec-front; @sec-back]", "The “hull” – a child’s plan and Abbreviations"),
    ("[see @fig-a; @fig-b, left]", "see Figure_1 and Figure_2, left"),
    ("[]{page=sec-two}", "Chapter_2"),
    ("[there]{page=sec-front}", "there"),
    ('[]{value="nums.osh-city.total"}', "12,345.5"),
    ('[]{value="nums.osh-city.total" format=plain}', "12345.5"),
    ('[]{value="nums.small.total" format=words}', "three"),
    ('[]{value="nums.small.total"}', "3"),
    ('[]{value="nums.year.total" format=plain}', "2019"),
    ('[]{value="nums.word.total"}', "about 40"),
    ('[]{value="nums.loss.total"}', "−1,200"),
    ("`@fig-a`", "@fig-a"),
    ("\\@fig-a", "@fig-a"),
    ("mail@fig-a.org", "mail@fig-a.org"),
    ("[sic]", "[sic]"),
    ("[Findings]", "[Findings]"),
)  # fmt: skip


def everything(root: Path, lang: str = "en-GB", more: str = "", forms: bool = True) -> Path:
    """A report with one of everything that can be referred to, and every form of reference."""
    lines = "\n\n".join(f"Begin {source} end" for source, _ in FORMS) if forms else "Words.[^first]"
    sections = {
        "sec-front": Text("Front.\n\n## Findings", "front", FRONT_TITLE),
        "sec-one": Text(
            "Words.[^first]\n\n::: {#fig-a}\n:::\n\n## Deep one {#sec-deep}\n\n### Third level {#sec-third}\n\nx\n\n"
            "## Plain one {#sec-plain .unnumbered}\n\n::: {#fig-b}\n:::\n\n## Minted heading\n\n::: {#tbl-t}\n:::\n\n"
            '![In the text](i.svg){#fig-c fig-alt="x"}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n: Own table {#tbl-own}\n'
        ),
        "sec-two": Text("Words.[^last]\n\n" + lines if forms else "Words.[^last]"),
        "sec-app": Text("App.\n\n## Deep app {#sec-appdeep}\n\nx", "appendix"),
        "sec-app2": Text("App.", "appendix"),
        "sec-back": Text("Back.", "back", "Abbreviations"),
    }
    return write_report(
        root,
        sections,
        lang=lang,
        settings=(
            "sections: [sec-front, {part: First part, id: sec-part, sections: [sec-one, sec-two]}, sec-app, sec-app2, "
            f"sec-back]\n{more}"
        ),
        notes='- {id: first, text: One.}\n- {id: last, text: "Two; see @note-first and []{value=nums.small.total}."}\n',
        figures=figure("fig-a") + figure("fig-b"),
        tables=table("tbl-t"),
        files={"i.svg": SVG, "data/nums.csv": DATA},
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Composed:
    return composed(everything(tmp_path_factory.mktemp("full")))


@pytest.fixture(scope="module")
def lines(full: Composed) -> list[str]:
    """The printed paragraphs of the section with the forms, by their place; a call of a note is `{call}`."""
    body = parsed(full.chapter("sec-two").html)
    for call in body.iter("a"):
        if call.get("class") == "noteref":
            call.text = "{call}"
    return [text_of(paragraph) for paragraph in body.findall("p")][1:]


@pytest.mark.parametrize("place", range(len(FORMS)), ids=[source for source, _ in FORMS])
def test_every_form_of_reference_prints_what_the_manual_says(lines: list[str], place: int) -> None:
    assert len(lines) == len(FORMS)
    expected = f"Begin {FORMS[place][1]} end".replace("_", NO_BREAK)
    assert lines[place] == expected


def test_every_reference_is_a_link_to_its_target(full: Composed) -> None:
    body = parsed(full.chapter("sec-two").html)
    targets = [link.get("href", "")[1:] for link in body.iter("a") if link.get("class") == "ref"]
    written = [key for source, _ in FORMS for key in _keys(source)]
    assert targets == written


def _keys(source: str) -> list[str]:
    if source.startswith(("`", "\\", "mail")):
        return []
    pieces = [piece.split("]")[0].strip(";,.'*()") for piece in source.replace(";", " ").split() if "@" in piece]
    keys = [piece.split("@")[1].split("'")[0] for piece in pieces]
    return [key for key in keys if key != "abel2019"]


def test_a_page_reference_is_a_link_that_knows_whether_its_page_number_is_roman(full: Composed) -> None:
    body = parsed(full.chapter("sec-two").html)
    links = [(a.get("href"), a.get("data-front")) for a in body.iter("a") if a.get("class") == "pageref"]
    assert links == [("#sec-two", "false"), ("#sec-front", "true")]


def test_headings_carry_number_id_and_plain_title(full: Composed) -> None:
    body = parsed(full.chapter("sec-one").html)
    found = [(h.tag, h.get("id"), h.get("data-title"), text_of(h)) for h in body.iter("h2", "h3")]
    assert found == [
        ("h2", "sec-deep", "Deep one", "1.1 Deep one"),
        ("h3", "sec-third", "Third level", "Third level"),
        ("h2", "sec-plain", "Plain one", "Plain one"),
        ("h2", "sec-one-minted-heading", "Minted heading", "1.2 Minted heading"),
    ]


def test_the_words_of_another_language_and_of_one_that_the_press_does_not_know(tmp_path: Path) -> None:
    body = (
        "@sec-b @sec-in @fig-a @tbl-t @note-n @sec-app [@fig-a; @fig-b] []{value=nums.osh-city.total} "
        "[]{value=nums.small.total format=words} []{value=nums.loss.total}"
    )
    expected = {
        "ru-RU": "Глава_2 Раздел_2.1 Рисунок_1 Таблица_1 примечание_1 Приложение_A Рисунки_1 и 2 12_345,5 три −1_200",
        "ky": "Fig_1",
    }
    for lang, printed in expected.items():
        own = "labels: {figure: Fig}\n" if lang == "ky" else ""
        report = write_report(
            tmp_path / lang,
            {
                "sec-a": Text(("@fig-a" if own else body) + "\n\nWords.[^n]"),
                "sec-b": Text("x\n\n## In {#sec-in}\n\n::: {#fig-a}\n:::\n\n::: {#fig-b}\n:::\n\n::: {#tbl-t}\n:::"),
                "sec-app": Text("x", "appendix"),
            },
            lang=lang,
            settings=own,
            notes="- {id: n, text: x}\n",
            figures=figure("fig-a") + figure("fig-b"),
            tables=table("tbl-t"),
            files={"i.svg": SVG, "data/nums.csv": DATA},
        )
        first = parsed(composed(report).chapter("sec-a").html)[0]
        assert text_of(first) == printed.replace("_", NO_BREAK), lang


def test_figures_and_tables_counted_by_chapter(tmp_path: Path) -> None:
    report = everything(
        tmp_path, more="figure-numbering: chapter\ntable-numbering: chapter\nnote-numbering: section\n", forms=False
    )
    made = composed(report)
    labels = {target.id: target.number for target in made.index.targets.values()}
    assert [labels[name] for name in ("fig-a", "fig-b", "fig-c")] == ["1.1", "1.2", "1.3"]
    assert [labels[name] for name in ("tbl-t", "tbl-own")] == ["1.1", "1.2"]
    assert "Figure\u00a01.3 In the text" in made.plain("sec-one")
    assert "Table\u00a01.2 Own table" in made.plain("sec-one")
    assert [entry.label for entry in made.document.figures] == [f"Figure\u00a01.{n}" for n in (1, 2, 3)]


def test_notes_counted_by_section_are_referred_to_with_their_section(tmp_path: Path) -> None:
    report = write_report(
        tmp_path,
        {
            "sec-one": "A.[^a] B.[^b] Near @note-a.",
            "sec-two": "C.[^c] Far @note-b, near @note-c, both [@note-a; @note-c], bare [-@note-b], "
            "mine [Note @note-b].",
        },
        settings="note-numbering: section\n",
        notes="- {id: a, text: A}\n- {id: b, text: See @note-c.}\n- {id: c, text: C}\n",
    )
    made = composed(report)
    assert made.marks() == {"note-a": "1", "note-b": "2", "note-c": "1"}
    assert made.plain("sec-one").replace(NO_BREAK, " ") == "A.1 B.2 Near note 1."
    assert made.notes()["note-b"].replace(NO_BREAK, " ") == "See note 1 (Chapter 2)."
    assert made.plain("sec-two").replace(NO_BREAK, " ") == (
        "C.1 Far note 2 (Chapter 1), near note 1, both notes 1 (Chapter 1) and 1, bare 2 (Chapter 1), "
        "mine Note 2 (Chapter 1)."
    )


# ---------------------------------------------------------------- notes


def test_notes_are_numbered_in_the_order_in_which_a_reader_meets_them(tmp_path: Path) -> None:
    report = write_report(
        tmp_path,
        {
            "sec-one": Text(
                "Words.[^n3] @abel2019 says.\n\n::: {#fig-a}\n:::\n\n## Head[^n8]\n\n::: {#tbl-t}\n:::\n\n"
                "- item[^n16]\n\n> said[^n17]\n\n| a[^n18] | b |\n|---|---|\n| 1[^n19] | 2[^n20] |\n\n"
                "Term\n\n:   def[^n21]",
                title="'Title[^n1]'",
                lead="'Lead[^n2]'",
            ),
            "sec-two": "Again.[^n22]",
        },
        notes="".join(f"- {{id: n{n}, text: Note n{n}}}\n" for n in range(1, 23)),
        figures=figure("fig-a", "'Caption[^n5]'", ", unit: 'Unit[^n6]', source: 'From[^n7]'"),
        tables=(
            "- id: tbl-t\n  data: data/t.csv\n  caption: 'Table[^n9]'\n  unit: 'Unit[^n10]'\n  columns:\n"
            "    - {name: a, title: 'A[^n11]', header: true}\n    - {name: b, title: B}\n"
            "  notes: [{mark: x, text: 'Under[^n14]'}]\n  source: 'From[^n15]'\n"
        ),
        files={"i.svg": SVG, "data/t.csv": "a,b\nx[^n12]^x^,y[^n13]\n"},
    )
    made = composed(report)
    assert [finding for finding in made.findings if finding.is_error] == []
    expected = [f"note-n{n}" for n in range(1, 23)]
    expected[3:4] = ["note-cite-abel2019-1"]
    assert list(made.marks()) == expected
    assert list(made.marks().values()) == [str(n) for n in range(1, 23)]
    assert all(
        text == f"Note {name.removeprefix('note-')}" for name, text in made.notes().items() if "cite" not in name
    )
    calls = [
        (call.get("id"), call.get("href"), call.text)
        for chapter in made.document.chapters
        for part in (chapter.title, chapter.lead, chapter.html)
        for call in parsed(part).iter("a")
        if call.get("class") == "noteref"
    ]
    assert calls == [(f"noteref-{n[5:]}", f"#{n}", str(i)) for i, n in enumerate(expected, 1)]
    assert "noteref" not in "".join(entry.title for entry in (*made.document.contents, *made.document.figures))


def test_a_note_of_several_blocks_keeps_them(tmp_path: Path) -> None:
    notes = """
- id: long
  text: |
    First, see @note-other.

    - one
    - two [@abel2019, p. 4]

    > said

    Last []{value=nums.small.total}.
- {id: other, text: Other}
"""
    report = write_report(tmp_path, {"sec-a": "A.[^long] B.[^other]"}, notes=notes, files={"data/nums.csv": DATA})
    note = composed(report).chapter("sec-a").notes[0].html
    assert [element.tag for element in parsed(note)] == ["p", "ul", "blockquote", "p"]
    text = words(note).replace(NO_BREAK, " ")
    assert text == "First, see note 2. one two (Anna Abel, The Alpha Book (Press, 2019), 4) said Last 3."


def test_calls_made_from_citations_stand_behind_the_mark_without_a_space(tmp_path: Path) -> None:
    body = "Shown [@abel2019]. Both [@abel2019] [@baker2020], and [@cole2021] so.[^n]"
    report = write_report(tmp_path, {"sec-a": body}, notes="- {id: n, text: N}\n")
    made = composed(report)
    assert made.plain("sec-a") == "Shown.1 Both,23 and4 so.5"


# ---------------------------------------------------------------- two readers


# What is written, the line at which it goes wrong, and what is said.
READ_APART = (
    ("Words\n| a | b |\n|---|---|\n| x[^n1] | y |", 2, "here a table seems to be meant, and words are read"),
    ("Words:\n- one[^n2]\n- two", 2, "the press reads an item here, and pandoc reads nothing"),
    ("Words:\n1. one[^n3]\n2. two", 2, "the press reads a numbered item here, and pandoc reads nothing"),
    ("Words[^n4]\n## Head {#sec-h}\n\nx", 2, 'the press reads a heading of level 2 ("Head") here, and pandoc'),
    ("Words[^n5]\n\n```\nlost @fig-z", 3, "the press reads code here, and pandoc reads nothing"),
    ("Words[^n6]\n> said", 2, "the press reads a quotation here, and pandoc reads nothing"),
    ("Two lines\nof a heading[^n7]\n---\n\nx", 1, "the press reads a heading of level 2"),
    ("Words.[^n8]\n\n## About C#\n\nx", 3, '("AboutC#") here, and pandoc reads a heading of level 2 ("AboutC")'),
    ("Words.\n::: box\nx[^n9]\n:::", 2, "the press reads the block box here, and pandoc reads nothing"),
    ("A ![picture](a b.svg) with a space.[^n11]", 1, "pandoc reads the picture a b.svg here"),
    ("A picture ![x](i.svg){#fig-q fig-alt=x}[^n10] in a line", 1, "the press reads the image #fig-q here"),
)


def test_what_the_two_readers_read_differently_is_an_error_at_its_place(tmp_path: Path) -> None:
    report = write_report(
        tmp_path,
        {f"sec-a{number}": body for number, (body, _, _) in enumerate(READ_APART)},
        notes="".join(f"- {{id: n{number}, text: N}}\n" for number in range(1, len(READ_APART) + 1)),
        sources="",
        files={"i.svg": SVG},
    )
    found = [finding for finding in composed(report).findings if finding.rule.code == "STR010"]
    for number, (_, line, message) in enumerate(READ_APART):
        mine = [finding for finding in found if finding.span.path.endswith(f"sec-a{number}.md")]
        assert [(finding.span.line, finding.is_error) for finding in mine] == [(line + 5, True)], message
        assert message in mine[0].message


# ---------------------------------------------------------------- random manuscripts


@pytest.fixture(scope="module")
def write_random(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Manuscript], Composed]:
    root = tmp_path_factory.mktemp("random")
    counter = iter(range(1_000_000))

    def write(manuscript: Manuscript) -> Composed:
        chapters = range(1, len(manuscript.bodies) + 1)
        notes = [{"id": identifier, "text": text} for identifier, text in manuscript.notes.items()]
        return composed(
            write_report(
                root / str(next(counter)),
                {f"sec-c{number}": body for number, body in enumerate(manuscript.bodies, 1)},
                sources="",
                notes=yaml.safe_dump(notes, allow_unicode=True, width=10**9) if notes else "",
                figures="".join(figure(f"fig-{number}", f"Caption {number}") for number in chapters),
                files={"i.svg": SVG},
            ),
            root / "build",
        )

    return write


def plainly(text: str) -> str:
    return " ".join(text.replace(NO_BREAK, " ").split())


@pytest.mark.artefact
@settings(max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_random_manuscripts_lose_nothing_and_swap_nothing(
    write_random: Callable[[Manuscript], Composed], seed: int
) -> None:
    assert_nothing_lost_nothing_swapped(write_random, Writer(seed).write())


def test_one_random_manuscript_loses_nothing_and_swaps_nothing(
    write_random: Callable[[Manuscript], Composed],
) -> None:
    assert_nothing_lost_nothing_swapped(write_random, Writer(7, chapters=1).write())


def assert_nothing_lost_nothing_swapped(write_random: Callable[[Manuscript], Composed], manuscript: Manuscript) -> None:
    """References become labels, each note is printed once with its own text, nothing else changes, no alarm."""
    made = write_random(manuscript)
    assert [finding for finding in made.findings if finding.is_error] == []
    for number, printed in enumerate(manuscript.printed, 1):
        assert plainly(made.plain(f"sec-c{number}")) == plainly(printed)
    notes = {f"note-{identifier}": plainly(text) for identifier, text in manuscript.printed_notes.items()}
    assert {identifier: plainly(text) for identifier, text in made.notes().items()} == notes
    assert made.marks() == {f"note-{name}": str(mark) for mark, name in enumerate(manuscript.marks, 1)}
