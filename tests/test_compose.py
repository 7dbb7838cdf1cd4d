"""The document: chapters, contents, lists, pictures, facts about the publication."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import pandoc
from pipeline.document import Kind
from tests.composing import NO_BREAK, Composed, Text, composed, parsed, text_of, write_report

pytestmark = pytest.mark.process

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
OTHER = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 7"/>'
SETTINGS = """\
subtitle: Under it
short-title: Short
kicker: Report
abstract: In short.
keywords: [one, two]
series: {title: A Series, number: "3", issn: 2049-3630}
identifiers: {doi: 10.5555/12345678, isbn-epub: 978-0-306-40615-7, report-number: R/1}
sections:
  - sec-front
  - {part: First & last, id: sec-part, sections: [sec-one, sec-two]}
  - sec-app
  - sec-back
contents: {depth: 2}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Composed:
    return composed(
        write_report(
            tmp_path_factory.mktemp("compose"),
            {
                "sec-front": Text("Front [@abel2019].\n\n## In front\n\nx", "front", "Foreword"),
                "sec-one": Text(
                    "::: {#fig-a}\n:::\n\n## Deep *one*[^n] {#sec-deep}\n\n### Deeper\n\nx\n\n"
                    "## Plain {.unnumbered}\n\nx\n\n"
                    "![Two](images/a.b.svg){fig-alt=x} and ![three](images/a-b.svg){fig-alt=x}",
                    title="'One \"and\" only[^t]'",
                    lead="A *lead*.",
                ),
                "sec-two": Text("@sec-part and @sec-one.", title="Two"),
                "sec-app": Text("Words.", "appendix", "More"),
                "sec-back": Text("Words.", "back", "Abbreviations"),
            },
            settings=SETTINGS,
            notes="- {id: n, text: N}\n- {id: t, text: T}\n",
            figures=(
                "- {id: fig-a, file: images/a.svg, alt: A, caption: 'Counts of []{value=\"t.a.n\"} in @sec-two'}\n"
            ),
            files={
                "images/a.svg": SVG,
                "images/a.b.svg": SVG,
                "images/a-b.svg": OTHER,
                "data/t.csv": "k,n\na,1200\n",
                "templates/cover.svg.j2": "<svg>{{ data.t[0].n }} {{ settings.title }}</svg>",
            },
        )
    )


def test_the_chapters_stand_in_printed_order_with_their_labels(made: Composed) -> None:
    chapters = [(chapter.id, chapter.kind, chapter.label, chapter.plain_title) for chapter in made.document.chapters]
    assert chapters == [
        ("press-imprint", Kind.IMPRINT, "", "Imprint"),
        ("sec-front", Kind.FRONT, "", "Foreword"),
        ("sec-one", Kind.CHAPTER, "1", "One “and” only"),
        ("sec-two", Kind.CHAPTER, "2", "Two"),
        ("sec-app", Kind.APPENDIX, "A", "More"),
        ("sec-back", Kind.BACK, "", "Abbreviations"),
        ("press-bibliography", Kind.BIBLIOGRAPHY, "", "Bibliography"),
        ("press-colophon", Kind.COLOPHON, "", "Colophon"),
    ]
    one = made.chapter("sec-one")
    assert one.part is not None
    assert (one.part.id, one.part.label, one.part.title) == ("sec-part", "I", "First &amp; last")
    assert [chapter.id for chapter in made.document.chapters if chapter.part] == ["sec-one"]
    assert (one.running_title, one.lead) == ("One “and” only", "<p>A <em>lead</em>.</p>")
    assert text_of(parsed(one.title)) == "One “and” only2"


def test_the_contents_have_titles_without_notes_and_ids(made: Composed) -> None:
    lines = [
        (entry.id, entry.label, entry.title, entry.plain, entry.level, entry.front) for entry in made.document.contents
    ]
    assert lines == [
        ("sec-front", "", "Foreword", "Foreword", 1, True),
        ("sec-front-in-front", "", "In front", "In front", 2, True),
        ("sec-part", "Part I", "First &amp; last", "First & last", 0, False),
        ("sec-one", "1", "One “and” only", "One “and” only", 1, False),
        ("sec-deep", "1.1", "Deep <em>one</em>", "Deep one", 2, False),
        ("sec-two", "2", "Two", "Two", 1, False),
        ("sec-app", "A", "More", "More", 1, False),
        ("sec-back", "", "Abbreviations", "Abbreviations", 1, False),
        ("press-bibliography", "", "Bibliography", "Bibliography", 1, False),
        ("press-colophon", "", "Colophon", "Colophon", 1, False),
    ]


def test_the_list_of_figures_has_the_words_of_the_captions(made: Composed) -> None:
    (entry,) = made.document.figures
    assert (entry.label, entry.plain) == (f"Figure{NO_BREAK}1", "Counts of 1,200 in Chapter 2")
    assert made.index.targets["fig-a"].title == "Counts of in @sec-two", "the index is made from the source alone"


def test_every_picture_is_there_once_under_a_name_of_its_own(made: Composed) -> None:
    pictures = {asset.href: asset.data.decode() for asset in made.document.assets}
    assert len(pictures) == len(made.document.assets) == 3
    body = parsed(made.chapter("sec-one").html)
    shown = [pictures[picture.get("src", "")] for picture in body.iter("img")]
    assert shown == [SVG, SVG, OTHER]


def test_the_facts_about_the_publication_are_those_of_the_settings(made: Composed) -> None:
    imprint = made.document.imprint
    assert (imprint.slug, imprint.title, imprint.subtitle, imprint.short_title) == (
        "small",
        "A Small Report",
        "Under it",
        "Short",
    )
    assert (imprint.series, imprint.series_number, imprint.issn) == ("A Series", "3", "2049-3630")
    assert (imprint.doi, imprint.isbn_pdf, imprint.isbn_epub) == ("10.5555/12345678", "", "9780306406157")
    assert (imprint.rights, imprint.keywords) == ("© 2026 An Author", ("one", "two"))
    assert [(creator.name, creator.file_as) for creator in imprint.creators] == [("An Author", "An Author")]


def test_the_reports_own_cover_reads_the_data(made: Composed) -> None:
    assert made.document.cover == "<svg>1200 A Small Report</svg>"


def test_pandoc_reads_and_writes_only_what_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int] = []
    carry_out = pandoc.run

    def counted(requests: tuple[pandoc.Request, ...]) -> tuple[pandoc.Reply, ...]:
        starts.append(len(requests))
        return carry_out(requests)

    monkeypatch.setattr(pandoc, "run", counted)
    sections = {f"sec-a{number}": f"A [@abel2019].[^n{number}]" for number in range(5)}
    notes = "".join(f"- {{id: n{number}, text: N}}\n" for number in range(5))
    settings = "citations: {style: apa, bibliography: null}\ncontents: {figures: false, tables: false}\n"
    report = write_report(tmp_path, sections, notes=notes, settings=settings)
    cold = composed(report)
    assert len([start for start in starts if start]) == 4  # scan, read, citations, write
    starts.clear()
    warm = composed(report)
    assert not [start for start in starts if start]
    assert cold.document == warm.document
    starts.clear()
    text = report / "sections" / "003-sec-a2.md"
    text.write_text(text.read_text("utf-8").replace("A [", "Another [", 1), "utf-8")
    edited = composed(report)
    # The scan of the text; the text, its note and its title read; the three written, a paragraph each of one document.
    assert [start for start in starts if start] == [1, 3, 1]
    changed = [c.id for c, before in zip(edited.document.chapters, warm.document.chapters, strict=True) if c != before]
    assert changed == ["sec-a2"]
    assert [chapter.id for chapter in warm.document.chapters] == ["press-imprint", *sections, "press-colophon"]
    assert (warm.document.figures, warm.document.tables) == ((), ())


# ---------------------------------------------------------------- the report's own templates


def test_a_replaced_template_of_the_manuscript_is_used_and_its_fault_named(tmp_path: Path) -> None:
    figure = "- {id: fig-a, file: i.svg, alt: A, caption: Words}\n"
    good = "::: {.caption}\nOwn: {{ figure.caption }}\n:::\n\n![]({{ href }}){.picture}\n"
    for name, template in (("good", good), ("bad", "{{ figure.caption }}\n{{ figure.captoin }}\n")):
        made = composed(
            write_report(
                tmp_path / name,
                {"sec-a": "See @fig-a.\n\n::: {#fig-a}\n:::"},
                sources="",
                figures=figure,
                files={"i.svg": SVG, "templates/manuscript/figure.md.j2": template},
            )
        )
        found = [(str(finding.span), finding.rule.code) for finding in made.findings]
        caption = text_of(next(parsed(made.chapter("sec-a").html).iter("figcaption"))).strip()
        if name == "good":
            assert (found, caption) == ([], f"Figure{NO_BREAK}1 Own: Words")
        else:
            assert found == [("content/small/templates/manuscript/figure.md.j2:2", "TPL001")]
            assert caption == f"Figure{NO_BREAK}1 Words"


def test_a_cover_with_a_fault_is_named_and_left_out(tmp_path: Path) -> None:
    made = composed(
        write_report(tmp_path, {"sec-a": "A."}, sources="", files={"templates/cover.svg.j2": "<svg>\n{{ data.none }}"})
    )
    assert [(str(finding.span), finding.rule.code) for finding in made.findings] == [
        ("content/small/templates/cover.svg.j2:2", "TPL001")
    ]
    assert made.document.cover == ""


# ---------------------------------------------------------------- what is wrong is said, and nothing falls over


def test_a_report_full_of_faults_is_composed_all_the_same(tmp_path: Path) -> None:
    made = composed(
        write_report(
            tmp_path,
            {
                "sec-a": "@fig-nowhere [see @sec-none] [-@tbl-none] @note-none []{value=a.b.c} []{page=sec-none} "
                "[^none] [@none] [@fig-a; @none]\n\n::: {#fig-a}\n:::\n\n::: {#fig-a}\n:::\n\n::: {#fig-none}\n:::\n\n"
                "::: {#tbl-none}\n:::\n\nTwice.[^n] Twice.[^n]\n\n::: side\nAside.[^m]\n:::\n\n![x](none.png){#fig-x}"
            },
            settings="imprint: 'Called[^n] @fig-none [@abel2019]'\n",
            notes="- {id: n, text: 'In[^m] @note-none'}\n- {id: m}\n- {id: n, text: again}\n- {id: broken, txt: x}\n",
            figures="- {id: fig-a, file: none.svg, alt: A, caption: 'C[^n]'}\n",
            tables="- {id: tbl-none, data: none.csv, caption: C, columns: [{name: a, title: A}]}\n",
        )
    )
    assert {finding.rule.family for finding in made.findings if finding.is_error} >= {"XREF", "NOTE", "CITE", "SRC"}
    assert made.plain("sec-a").startswith("@fig-nowhere see @sec-none")
    assert "(**" not in made.chapter("sec-a").html


def test_a_figure_with_a_note_placed_twice_is_an_error_with_its_place(tmp_path: Path) -> None:
    made = composed(
        write_report(
            tmp_path,
            {"sec-a": "See @fig-a.\n\n::: {#fig-a}\n:::", "sec-b": "::: {#fig-a}\n:::"},
            sources="",
            notes="- {id: n, text: N}\n",
            figures="- {id: fig-a, file: i.svg, alt: A, caption: 'C[^n]'}\n",
            files={"i.svg": SVG},
        )
    )
    found = [(str(finding.span), finding.rule.code) for finding in made.findings if finding.is_error]
    assert ("content/small/sections/002-sec-b.md:6:1", "FIG005") in found
