"""Charts: what is drawn, what is refused, and where the finding points."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import etree

from pipeline import toolchain
from pipeline.charts import ChartSource, draw, draw_chart
from pipeline.charts.specification import numbered
from pipeline.diagnostics import Diagnostic, Findings

THEME = Path(__file__).resolve().parent.parent / "templates" / "charts" / "theme.json"
SVG = {"s": "http://www.w3.org/2000/svg"}
DATA: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "data/returns.csv": (
        {"state": "Kazakhstan", "total": "754", "adults": "228", "code": "007"},
        {"state": "Kyrgyzstan", "total": "533", "adults": "", "code": "008"},
    ),
    "data/days.csv": ({"day": "2019-01-06", "n": "1"}, {"day": "2019-05-07", "n": "3"}),
}
BARS = """
data: {url: data/returns.csv}
width: 200
height: 60
mark: bar
encoding:
  x: {field: total, type: quantitative, axis: null}
  y: {field: state, type: nominal, title: null}
"""


def drawn(
    text: str, title: str = "Returns", description: str = "Two bars."
) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    findings = Findings()
    source = ChartSource("charts/x.vl.yaml", text.strip() + "\n", DATA)
    return draw_chart(source, title, description, THEME, findings), findings.all()


def svg_of(text: str, title: str = "Returns", description: str = "Two bars.") -> etree._Element:
    data, findings = drawn(text, title, description)
    assert findings == ()
    assert data is not None
    return etree.fromstring(data)


def labels(root: etree._Element) -> list[str]:
    return [element.text or "" for element in root.iterfind(".//s:text", SVG)]


def refused(text: str, code: str) -> Diagnostic:
    """The one finding of a chart that is not drawn."""
    data, findings = drawn(text)
    assert data is None
    assert [finding.rule.code for finding in findings] == [code]
    assert findings[0].span.path == "charts/x.vl.yaml"
    return findings[0]


# ---------------------------------------------------------------- what is drawn


@pytest.mark.process
def test_labels_are_text_in_the_typeface_of_the_press() -> None:
    root = svg_of(BARS)
    assert labels(root) == ["Kazakhstan", "Kyrgyzstan"]
    assert {t.get("font-family") for t in root.iter("{*}text")} == {"'Source Sans 3', sans-serif"}
    assert {t.get("font-size") for t in root.iter("{*}text")} == {"8.5px"}
    assert {t.get("fill") for t in root.iter("{*}text")} == {"#1b211f"}


@pytest.mark.process
def test_bars_are_as_long_as_the_numbers() -> None:
    root = svg_of(BARS.replace("axis: null", "axis: null, scale: {domain: [0, 754]}"))
    lengths = [
        float(match[1])
        for path in root.iterfind(".//s:path[@stroke='#1d4a42']", SVG)
        if (match := re.search(r"h([\d.]+)v", path.get("d", "")))
    ]
    assert lengths == [200.0, pytest.approx(200 * 533 / 754, abs=0.001)]


@pytest.mark.process
def test_one_unit_is_one_point() -> None:
    root = svg_of(BARS)
    box = root.get("viewBox", "").split()
    assert (root.get("width"), root.get("height")) == (f"{box[2]}pt", f"{box[3]}pt")


@pytest.mark.process
def test_the_longest_label_lies_inside_the_drawing() -> None:
    """Room is made for labels as the printed typeface sets them, not as some other typeface would."""
    font = TTFont(toolchain.fonts()["fonts/SourceSans3.ttf"])
    glyphs, names = font.getGlyphSet(location={"wght": 400}), font.getBestCmap()
    wide = "A very long label, Wwwwwwwwwwwwww"
    root = svg_of(BARS.replace("field: state", "field: label") + f"transform: [{{calculate: \"'{wide}'\", as: label}}]")
    width = sum(glyphs[names[ord(c)]].width for c in wide) * 8.5 / 1000
    left = float(re.findall(r"translate\(([\d.]+)", root.find("s:g", SVG).get("transform", ""))[0])  # type: ignore[union-attr]
    assert left - 6 - 2 <= width <= left - 6  # the padding of label and drawing takes 6


@pytest.mark.process
def test_the_drawing_says_its_title_and_description() -> None:
    root = svg_of(BARS, "Returns & <more>", "Kazakhstan 754; Kyrgyzstan 533.")
    assert root.get("role") == "img"
    titles = {e.get("id"): e.text for e in root if etree.QName(e).localname in ("title", "desc")}
    assert titles[root.get("aria-labelledby")] == "Returns & <more>"
    assert titles[root.get("aria-describedby")] == "Kazakhstan 754; Kyrgyzstan 533."


@pytest.mark.process
def test_without_a_description_there_is_none() -> None:
    root = svg_of(BARS, description="")
    assert root.find("s:desc", SVG) is None
    assert root.get("aria-describedby") is None


@pytest.mark.process
def test_nothing_in_the_drawing_is_for_scripts_or_in_another_language() -> None:
    root = svg_of(BARS)
    for element in root.iter():
        assert etree.QName(element).localname not in ("script", "style", "a", "image", "foreignObject")
        foreign = [n for n in element.attrib if str(n).startswith(("on", "aria-", "class", "{"))]
        assert element is root or foreign == []


@pytest.mark.process
def test_the_same_source_gives_the_same_bytes() -> None:
    first = drawn(BARS)[0]
    draw._worker().close()
    assert drawn(BARS)[0] == first


@pytest.mark.process
def test_ids_of_two_charts_are_apart_and_resolve() -> None:
    clipped = BARS.replace("mark: bar", "mark: {type: bar, clip: true}")
    one, other = svg_of(clipped), svg_of(clipped, title="Another")
    ids = [{e.get("id", "") for e in root.iter() if "id" in e.attrib} for root in (one, other)]
    assert any("clip" in word for word in ids[0])
    assert not ids[0] & ids[1]
    for root, own in zip((one, other), ids, strict=True):
        used = re.findall(r"url\(#([^)]+)\)", etree.tostring(root, encoding="unicode"))
        assert used
        assert set(used) <= own


@pytest.mark.process
def test_json_is_welcome_too() -> None:
    spec = {"data": {"url": "./data/returns.csv"}, "mark": "text", "encoding": {"text": {"field": "state"}}}
    assert labels(svg_of(json.dumps(spec))) == ["Kazakhstan", "Kyrgyzstan"]


@pytest.mark.process
def test_data_is_found_in_layers_concatenations_and_lookups() -> None:
    text = """
hconcat:
  - layer:
      - data: {url: data/returns.csv}
        mark: text
        encoding: {text: {field: state}}
  - data: {url: data/days.csv}
    transform:
      - {calculate: "'Kazakhstan'", as: key}
      - {lookup: key, from: {data: {url: data/returns.csv}, key: state, fields: [code]}}
    mark: text
    encoding: {text: {field: code}}
"""
    assert labels(svg_of(text)) == ["Kazakhstan", "Kyrgyzstan", "007", "007"]


@pytest.mark.process
def test_a_date_is_the_same_in_every_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
data: {url: data/days.csv, format: {parse: {day: date}}}
transform: [{calculate: "timeFormat(datum.day, '%d %B %H')", as: told}]
mark: text
encoding: {text: {field: told}}
"""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    draw._worker().close()
    assert labels(svg_of(text)) == ["06 January 00", "07 May 00"]


@pytest.mark.process
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1", "2.5", "-3"), [1, 2.5, -3]),
        (("1", "", "3"), [1, None, 3]),
        (("1", "about 2"), ["1", "about 2"]),
        (("007", "1"), ["007", "1"]),
        (("", ""), ["", ""]),
        (("1e400", "2"), ["1e400", 2]),
        (("2,199",), ["2,199"]),
    ],
)
def test_a_column_of_numbers_becomes_numbers(cells: tuple[str, ...], values: list[object]) -> None:
    rows = numbered(tuple({"a": cell} for cell in cells))
    assert [row["a"] for row in rows if isinstance(row, dict)] == values


@pytest.mark.process
def test_plain_words_have_the_types_of_yaml_and_quoted_ones_stay_text() -> None:
    text = """
data: {values: [{a: "0042", b: 42, c: null, d: true}]}
transform:
  - {calculate: "datum.a + '|' + datum.b * 2 + '|' + isValid(datum.c) + '|' + (datum.d === true)", as: t}
mark: text
encoding: {text: {field: t}}
"""
    assert labels(svg_of(text)) == ["0042|84|false|true"]


@pytest.mark.process
def test_the_specification_may_overrule_the_theme() -> None:
    root = svg_of(BARS + "config: {axis: {labelFontSize: 11}}")
    text = root.find(".//s:text", SVG)
    assert text is not None
    assert text.get("font-size") == "11px"
    assert text.get("fill") == "#1b211f"


# ---------------------------------------------------------------- what is refused, and where


@pytest.mark.process
@pytest.mark.parametrize(
    ("old", "new", "code", "line", "words"),
    [
        ("mark: bar", "mark: baar", "FIG102", 4, 'did you mean "bar"?'),
        ("encoding:", "encodng:", "FIG102", 5, 'did you mean "encoding"?'),
        ("  y: {", "  yy: {", "FIG102", 7, 'did you mean "y"?'),
        ("quantitative", "quantitativ", "FIG102", 6, 'did you mean "quantitative"?'),
        ("data/returns", "data/retruns", "FIG103", 1, 'did you mean "data/returns.csv"?'),
        ("data/returns", "returns", "FIG103", 1, 'did you mean "data/returns.csv"?'),
        ("data/returns.csv", "https://example.org/r.csv", "FIG104", 1, ""),
        ("data/returns.csv", "//example.org/r.csv", "FIG104", 1, ""),
        ("data/returns.csv", "file:///etc/passwd", "FIG104", 1, ""),
        ("data/returns.csv", "/etc/passwd", "FIG103", 1, ""),
        ("data/returns.csv}", "data/returns.csv, format: {type: topojson, feature: x}}", "FIG104", 1, ""),
        ("mark: bar", "mark: image", "FIG104", 4, ""),
        ("mark: bar", 'mark: {type: bar, href: "https://example.org"}', "FIG104", 4, ""),
        ("  y: {", "  href: {field: state}\n  y: {", "FIG104", 7, ""),
        ("mark: bar", "usermeta: {embedOptions: {}}\nmark: bar", "FIG104", 4, ""),
        ("field: state", "field: stat", "FIG106", 7, 'did you mean "state"?'),
        ("width: 200", "width: 900000", "FIG105", 2, ""),
    ],
)
def test_a_fault_is_found_at_its_line(old: str, new: str, code: str, line: int, words: str) -> None:
    assert old in BARS
    finding = refused(BARS.replace(old, new, 1), code)
    assert finding.span.line == line
    assert words in finding.hint


@pytest.mark.process
def test_a_column_misspelt_in_an_expression_is_found() -> None:
    finding = refused(BARS + 'transform:\n  - {filter: "datum.totl > 3"}', "FIG106")
    assert finding.span.line == 9
    assert finding.hint == 'did you mean "total"?'


@pytest.mark.process
def test_columns_that_the_chart_makes_itself_are_known() -> None:
    more = """
transform:
  - {calculate: "datum['total'] * 2", as: double}
  - {fold: [total, double]}
  - {window: [{op: sum, field: value, as: running}], sort: [{field: key}]}
  - {filter: "datum.running > 0 && datum.key != ''"}
"""
    assert drawn(BARS + more.strip())[1] == ()


@pytest.mark.process
def test_yaml_that_cannot_be_read_is_found_at_its_line() -> None:
    finding = refused("mark: bar\nwidth: [1", "SRC010")
    assert finding.span.line in (2, 3)


@pytest.mark.process
@pytest.mark.parametrize(
    "text",
    ["- bar", "just words", "width: 3", "$schema: https://vega.github.io/schema/vega/v5.json\nmark: bar"],
)
def test_what_is_no_vega_lite_is_told(text: str) -> None:
    assert refused(text, "FIG101").span.line == 1


@pytest.mark.process
def test_an_expression_that_cannot_be_read_is_the_charts_fault() -> None:
    finding = refused(BARS + 'transform: [{calculate: "datum.total +", as: a}]', "FIG107")
    assert "Vega-Lite: " in finding.message
    assert "https://cdn" not in finding.message


@pytest.mark.process
def test_an_expression_that_fails_while_drawing_is_no_drawing_without_marks(
    capfd: pytest.CaptureFixture[str],
) -> None:
    finding = refused(BARS + 'transform: [{calculate: "datum.total.x.y", as: a}]', "FIG107")
    assert "Cannot read properties of undefined" in finding.message
    assert capfd.readouterr() == ("", "")


@pytest.mark.process
def test_a_label_without_a_number_is_found() -> None:
    text = (
        BARS.replace("mark: bar", "mark: text")
        + "  text: {field: t}\ntransform: [{calculate: \"datum.adults + ' adults'\", as: t}]"
    )
    finding = refused(text, "FIG110")
    assert finding.message == 'a label says "null adults"'


@pytest.mark.process
def test_a_label_that_is_cut_is_found() -> None:
    data, findings = drawn(BARS.replace("title: null", "title: null, axis: {labelLimit: 30}"))
    assert data is None
    assert [finding.rule.code for finding in findings] == ["FIG111", "FIG111"]
    assert all("…" in finding.message for finding in findings)


@pytest.mark.process
def test_a_foreign_typeface_is_replaced_and_told() -> None:
    data, findings = drawn(BARS.replace("mark: bar", "mark: {type: text, font: Helvetica}") + "  text: {field: state}")
    assert [finding.rule.code for finding in findings] == ["FIG109"]
    assert data is not None
    assert b"Helvetica" not in data


# ---------------------------------------------------------------- bounds


@pytest.mark.process
@pytest.mark.parametrize(
    "rows",
    [
        "{sequence: {start: 0, stop: 1000000}}",
        "{sequence: {start: 0, stop: 1, step: 0.000001}}",
        "{sequence: {start: 0, stop: 1.0e+300}}",
    ],
)
def test_a_generator_of_a_million_rows_is_counted_not_run(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawing() -> None:
        raise AssertionError("it is run")

    monkeypatch.setattr(draw, "_worker", drawing)
    refused(f"data: {rows}\nmark: point\nencoding: {{x: {{field: data, type: quantitative}}}}", "FIG105")


@pytest.mark.process
def test_more_rows_than_can_be_printed_are_refused() -> None:
    findings = Findings()
    rows = ({"a": "1"},) * 200_001
    source = ChartSource("c.yaml", "data: {url: data/x.csv}\nmark: point\n", {"data/x.csv": rows})
    assert draw_chart(source, "t", "", THEME, findings) is None
    assert [finding.rule.code for finding in findings.all()] == ["FIG105"]


@pytest.mark.process
def test_a_chart_that_never_ends_is_ended_and_the_next_one_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hasty = tmp_path / "worker.py"
    hasty.write_text(draw.WORKER.read_text().replace("SECONDS = 30", "SECONDS = 3"))
    monkeypatch.setattr(draw, "WORKER", hasty)
    draw._worker().close()
    assert drawn(BARS)[0] is not None
    endless = "sequence(0, 100000000).length"
    refused(BARS + f'transform: [{{calculate: "{endless}", as: a}}, {{calculate: "{endless}", as: b}}]', "FIG105")
    assert drawn(BARS)[0] is not None
    draw._worker().close()
