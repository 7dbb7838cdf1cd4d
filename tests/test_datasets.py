"""Which data a report hands on, and what they are said to stand behind."""

from __future__ import annotations

import pytest

from pipeline.charts import data_files
from pipeline.datasets import Dataset, Shown, datasets
from tests.composing import Composed, Text, composed, write_report

pytestmark = pytest.mark.process

CHART = "data: {url: data/counts.csv}\nmark: bar\nencoding: {x: {field: people, type: quantitative}}\n"
FIGURES = """\
- id: fig-counts
  chart: charts/counts.vl.yaml
  caption: "*Most* of them[^why], as @tbl-counts says"
  alt: A bar of 754 people.
- {id: fig-absent, chart: charts/absent.vl.yaml, caption: Not printed, alt: A bar.}
"""
TABLES = """\
- id: tbl-counts
  data: data/counts.csv
  caption: "The \\"counts\\", in full"
  columns: [{name: state, title: State, header: true}]
- id: tbl-more
  data: elsewhere/more.csv
  caption: More
  columns: [{name: state, title: State, header: true}]
"""
COUNTS = 'state,people,remark\nKazakhstan,754,"never printed, and handed on"\n'


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Composed:
    """A chart and a table from one file, a table from another; a third gives a value; a fourth is not printed."""
    sections: dict[str, str | Text] = {
        "sec-one": (
            "As @tbl-more and @fig-counts say.\n\n::: {#tbl-more}\n:::\n\n"
            'In all []{value="single.all.value"}.\n\n::: {#fig-counts}\n:::'
        ),
        "sec-two": "::: {#tbl-counts}\n:::",
        "sec-out": "As @fig-absent says.\n\n::: {#fig-absent}\n:::",
    }
    files = {
        "data/counts.csv": COUNTS,
        "elsewhere/more.csv": "state\nKyrgyzstan\n",
        "data/single.csv": "name,value\nAll,4\n",
        "data/absent.csv": "people\n9\n",
        "charts/counts.vl.yaml": CHART,
        "charts/absent.vl.yaml": CHART.replace("counts", "absent"),
    }
    report = write_report(
        tmp_path_factory.mktemp("project"),
        sections,
        settings="sections: [sec-one, sec-two]\nexclude: [sec-out]\n",
        notes="- {id: why, text: Because.}\n",
        sources="",
        figures=FIGURES,
        tables=TABLES,
        files=files,
    )
    return composed(report)


def test_what_a_printed_chart_or_table_is_made_from_is_handed_on(small: Composed) -> None:
    assert small.findings == ()
    assert datasets(small.report, small.document) == (
        Dataset("elsewhere/more.csv", b"state\nKyrgyzstan\n", (Shown("tbl-more", "Table 1", "More"),)),
        Dataset(
            "counts.csv",
            COUNTS.encode(),
            (
                Shown("fig-counts", "Figure 1", "Most of them, as Table 2 says"),
                Shown("tbl-counts", "Table 2", "The “counts”, in full"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("specification", "files"),
    [
        (CHART, ("data/counts.csv",)),
        ("data: {url: ./data/x.csv}\nmark: bar\n", ("data/x.csv",)),
        ("data: {values: [{data: {url: data/no.csv}}]}\nmark: bar\n", ()),
        (
            "data: {url: data/b.csv}\nlayer:\n  - {data: {url: data/a.csv}, mark: bar}\n  - mark: rule\n"
            "    transform: [{lookup: x, from: {data: {url: data/c.csv}, key: x, fields: [y]}}]\n"
            "  - {data: {url: data/b.csv}, mark: tick}\n",
            ("data/b.csv", "data/a.csv", "data/c.csv"),
        ),
        ('{"data": {"url": "data/x.csv"}, "mark": "bar"}', ("data/x.csv",)),
        ("data: {url: data/x.csv\n", ()),
        ("just words\n", ()),
    ],
)
def test_the_files_that_a_chart_is_drawn_from(specification: str, files: tuple[str, ...]) -> None:
    assert data_files(specification) == files
