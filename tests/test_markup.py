"""From what pandoc writes to the markup that the editions rely on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline import markup
from tests.composing import Composed, composed, parsed, text_of, write_report

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
DATA = """\
state,region,women,men,note
Osh,South,1200,3,one|two
Jalal-Abad,South,800,2199^a^,"`a|b` and ``c`` end"
Talas,North,-5,07,10\u00a0000 \\| x
All,,1995,2209,a ` tick
"""
TABLE = """\
- id: tbl-t
  data: data/t.csv
  caption: 2019. The first *table* & more
  unit: 1. People
  columns:
    - {name: state, title: "# State", header: true, width: 0.4}
    - {name: women, title: Women | girls, format: number}
    - {name: men, title: Men, format: number, align: center}
    - {name: note, title: Said}
  groups: region
  totals: [{row: All, columns: [women]}]
  notes: [{mark: a, text: Of *all*}]
  source: A source
  width: wide
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Composed:
    return composed(
        write_report(
            tmp_path_factory.mktemp("markup"),
            {
                "sec-a": "::: {#tbl-t}\n:::\n\n::: {#fig-f}\n:::\n\n"
                '![1. *In* text](assets/i.svg){#fig-g .wide fig-alt="Alt"}\n\n'
                '::: {.box kind=Method title="How & why" lang=ru}\nIn the box.\n:::\n\n'
                "::: key-figures\n12\n\n:   people\n:::\n\n::: side\nAside.\n:::\n\n"
                "| a | b |\n|---|--:|\n| 1 | 2 |\n\n: Own *caption* {#tbl-own}\n\n| c |\n|---|\n| d |\n",
            },
            sources="",
            figures=(
                '- {id: fig-f, file: i.svg, alt: "A <b> & c", caption: "10) A caption", unit: "A unit", source: From}\n'
            ),
            tables=TABLE,
            files={"data/t.csv": DATA, "i.svg": SVG, "assets/i.svg": SVG},
        )
    )


@pytest.fixture(scope="module")
def body(made: Composed) -> etree._Element:
    return parsed(made.chapter("sec-a").html)


def only(element: etree._Element, path: str) -> etree._Element:
    (found,) = element.findall(path)
    return found


def test_the_sources_of_this_file_are_sound(made: Composed) -> None:
    assert [finding for finding in made.findings if finding.is_error] == []


def test_a_table_of_data_has_its_caption_columns_groups_and_sums(body: etree._Element) -> None:
    block = only(body, "div[@id='tbl-t']")
    assert block.get("class") == "table wide"
    table = only(block, "table")
    assert [child.tag for child in table] == ["caption", "colgroup", "thead", "tbody"]
    assert [(part.get("class"), text_of(part)) for part in table[0]] == [
        ("label", "Table\u00a01"),
        ("caption", "2019. The first table & more"),
        ("unit", "1. People"),
    ]
    assert [column.get("style") for column in table[1]] == ["width: 40.00%"] + ["width: 20.00%"] * 3
    heads = [(cell.tag, cell.get("scope"), cell.get("class"), text_of(cell)) for cell in table[2][0]]
    assert heads == [
        ("th", "col", None, "# State"),
        ("th", "col", "number", "Women | girls"),
        ("th", "col", "center", "Men"),
        ("th", "col", None, "Said"),
    ]
    rows = [(row.get("class"), [(cell.tag, cell.get("scope"), text_of(cell)) for cell in row]) for row in table[3]]
    assert rows == [
        ("group", [("th", "rowgroup", "South")]),
        (None, [("th", "row", "Osh"), ("td", None, "1,200"), ("td", None, "3"), ("td", None, "one|two")]),
        (None, [("th", "row", "Jalal-Abad"), ("td", None, "800"), ("td", None, "2,199a"),
                ("td", None, "a|b and c end")]),
        ("group", [("th", "rowgroup", "North")]),
        (None, [("th", "row", "Talas"), ("td", None, "\u22125"), ("td", None, "07"), ("td", None, "10\u00a0000 | x")]),
        ("total", [("th", "row", "All"), ("td", None, "1,995"), ("td", None, "2,209"), ("td", None, "a ` tick")]),
    ]  # fmt: skip
    assert table[3][0][0].get("colspan") == "4"
    assert text_of(only(block, "div[@class='table-notes']")).strip() == "a Of all"
    assert text_of(only(block, "div[@class='source']")).strip() == "Source A source"


def test_no_presentational_attribute_is_left(body: etree._Element) -> None:
    for element in body.iter():
        assert not {"style", "align", "width"} & set(element.attrib) or element.tag == "col"


def test_a_figure_has_caption_picture_and_source_in_this_order(body: etree._Element) -> None:
    figure = only(body, "figure[@id='fig-f']")
    assert figure.get("class") == "figure"
    assert [child.tag for child in figure] == ["figcaption", "img", "div"]
    assert text_of(figure[0]).strip() == "Figure\u00a01 10) A caption A unit"
    assert dict(figure[1].items()) == {"src": "assets/fig-f.svg", "alt": "A <b> & c"}
    assert text_of(figure[2]).strip() == "Source From"


def test_a_picture_in_the_text_is_a_figure_like_the_others(body: etree._Element, made: Composed) -> None:
    figure = only(body, "figure[@id='fig-g']")
    assert figure.get("class") == "figure wide"
    assert " ".join(text_of(figure[0]).split()) == "Figure 2 1. In text"
    source = figure[1].get("src", "")
    assert figure[1].get("alt") == "Alt"
    assert {asset.href for asset in made.document.assets} == {"assets/fig-f.svg", source}


def test_a_table_in_the_text_is_a_table_like_the_others(body: etree._Element) -> None:
    block = only(body, "div[@id='tbl-own']")
    assert " ".join(text_of(only(block, "table/caption")).split()) == "Table 2 Own caption"
    assert [cell.get("class") for cell in block.iter("td")] == [None, "number"]
    bare = body.findall("table")
    assert [text_of(cell) for table in bare for cell in table.iter("th", "td")] == ["c", "d"]


def test_a_box_has_its_kind_and_title_as_paragraphs(body: etree._Element) -> None:
    box = only(body, "div[@class='box']")
    assert [(part.tag, part.get("class"), text_of(part)) for part in box] == [
        ("p", "box-kind", "Method"),
        ("p", "box-title", "How & why"),
        ("p", None, "In the box."),
    ]
    assert "ru" in (box.get("lang"), box.get("data-lang"))


def test_lists_of_figures_and_tables_have_the_printed_titles(made: Composed) -> None:
    assert [(entry.label, entry.title, entry.plain) for entry in made.document.figures] == [
        ("Figure\u00a01", "10) A caption", "10) A caption"),
        ("Figure\u00a02", "1. <em>In</em> text", "1. In text"),
    ]
    assert [(entry.label, entry.plain) for entry in made.document.tables] == [
        ("Table\u00a01", "2019. The first table & more"),
        ("Table\u00a02", "Own caption"),
    ]


# ---------------------------------------------------------------- pieces by themselves


@pytest.mark.parametrize(
    ("html", "bare"),
    [
        ("Plain", "Plain"),
        ('One <a class="noteref" id="noteref-x" href="#note-x">1</a> two', "One  two"),
        ('<em id="e">One</em><a class="noteref" href="#n">1</a>.', "<em>One</em>."),
        ('See <a class="ref" href="#x">Figure 1</a>', "See <span>Figure 1</span>"),
        ("A &amp; B &lt; C", "A &amp; B &lt; C"),
        ('<a class="noteref" href="#n">1</a>', ""),
        ('<em><a class="noteref" href="#n">1</a> x</em>', "<em> x</em>"),
    ],
)
def test_a_bare_title_has_no_notes_links_or_ids(html: str, bare: str) -> None:
    assert markup.bare_title(html) == bare


def test_an_inline_piece_is_the_inside_of_its_paragraph() -> None:
    assert markup.inline("<p>One <em>two</em> &amp; three</p>") == "One <em>two</em> &amp; three"
    assert markup.inline("<p>One</p>\n<p>two</p>") == "One two"
    assert markup.inline("") == ""


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_no_character_of_a_text_is_lost(text: str) -> None:
    element = etree.Element("p")
    element.text = text
    html = etree.tostring(element, encoding="unicode")
    assert text_of(markup.parsed(markup.finished(html, {}))) == text
    assert text_of(markup.parsed(markup.bare_title(html))) == text


def test_markup_that_asks_for_a_file_gets_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    with pytest.raises(etree.XMLSyntaxError):
        markup.parsed(f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><p>&e;</p>')
