"""Charts are drawn once, and again when anything changes that they are drawn from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import assets
from pipeline.charts import ChartSource, draw_chart
from pipeline.diagnostics import Findings
from tests.composing import Composed, composed, write_report

CHART = """\
data: {url: data/counts.csv}
mark: bar
encoding:
  x: {field: total, type: quantitative, axis: null}
  y: {field: state, type: nominal, title: null}
"""
FIGURE = "- {id: fig-a, chart: charts/a.vl.yaml, caption: Counts, alt: Two bars.}\n"
PLACED = "See @fig-a.\n\n::: {#fig-a}\n:::\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    files = {"charts/a.vl.yaml": CHART, "data/counts.csv": "state,total\nOne,1\nTwo,2\n"}
    return write_report(tmp_path, {"sec-a": PLACED}, figures=FIGURE, files=files)


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    titles: list[str] = []

    def noted(source: ChartSource, title: str, description: str, theme: Path, findings: Findings) -> bytes | None:
        titles.append(title)
        return draw_chart(source, title, description, theme, findings)

    monkeypatch.setattr(assets, "draw_chart", noted)
    return titles


def chart(made: Composed) -> bytes:
    (asset,) = made.document.assets
    assert (asset.href, asset.media_type) == ("assets/fig-a.svg", "image/svg+xml")
    return asset.data


@pytest.mark.process
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("charts/a.vl.yaml", "mark: bar", "mark: point"),
        ("data/counts.csv", "Two,2", "Two,3"),
        ("figures.yaml", "Two bars", "Two long bars"),
        ("figures.yaml", "Counts", "Numbers"),
    ],
)
def test_a_chart_is_drawn_again_only_when_it_changes(
    report: Path, drawings: list[str], file: str, old: str, new: str
) -> None:
    first = chart(composed(report))
    text = report / "sections" / "001-sec-a.md"
    text.write_text(text.read_text("utf-8") + "\nOne more paragraph.\n", "utf-8")
    assert chart(composed(report)) == first
    assert drawings == ["Counts"]
    path = report / file
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert chart(composed(report)) != first
    assert len(drawings) == 2


@pytest.mark.process
def test_a_chart_with_a_warning_is_drawn_and_warned_of_with_every_build(report: Path, drawings: list[str]) -> None:
    path = report / "charts" / "a.vl.yaml"
    path.write_text(CHART + "  shape: {field: state, type: nominal}\n", "utf-8")
    codes = [[code for code in composed(report).codes if code.startswith("FIG")] for _ in range(2)]
    assert codes[0] and codes[0] == codes[1]
    assert len(drawings) == 2
