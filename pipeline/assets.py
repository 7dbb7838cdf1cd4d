"""The pictures of a document: charts are drawn, and a chart that was drawn before is not drawn again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pipeline import toolchain
from pipeline.assemble import asset_name
from pipeline.cache import Cache, key_of
from pipeline.charts import ChartSource, draw_chart
from pipeline.diagnostics import Findings
from pipeline.document import Asset
from pipeline.index import Index
from pipeline.report import FigureEntry, Report
from pipeline.resolve import picture_name

VERSION = "charts-1"
MEDIA_TYPES: Mapping[str, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
Rows: TypeAlias = tuple[Mapping[str, str], ...]


def assets(report: Report, index: Index, theme: Path, cache: Cache, findings: Findings) -> tuple[Asset, ...]:
    """The pictures and charts that are printed, each under the name by which editions call it.

    Args:
        report: the report.
        index: where its figures are placed, and their titles.
        theme: the theme of charts.
        cache: keeps the charts that were drawn without a finding.
        findings: told of faults in charts.
    """
    found: list[Asset] = []
    desk = _desk(report, theme, cache) if any(entry.chart is not None for entry in report.figures) else None
    for entry in report.figures:
        href = asset_name(entry)
        if entry.figure.id not in index.placed:
            continue
        if entry.chart is not None and desk is not None:
            drawn = desk.chart(entry, entry.chart, index.targets[entry.figure.id].title, findings)
            if drawn is not None:
                found.append(Asset(href, MEDIA_TYPES["svg"], drawn))
        elif entry.picture is not None:
            found.append(Asset(href, MEDIA_TYPES.get(href.rsplit(".", 1)[-1], ""), entry.picture))
    for path, picture in report.pictures.items():
        href = picture_name(path)
        found.append(Asset(href, MEDIA_TYPES.get(href.rsplit(".", 1)[-1], ""), picture))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where charts are drawn.

    Attributes:
        folder: the folder of the report as findings name it, with a slash behind it.
        data: the report's data by file.
        theme: the theme of charts.
        common: names all that every chart is drawn from: data, theme, typefaces, tools.
        cache: keeps drawings.
    """

    folder: str
    data: Mapping[str, Rows]
    theme: Path
    common: str
    cache: Cache

    def chart(self, entry: FigureEntry, text: str, title: str, findings: Findings) -> bytes | None:
        """The drawing of a chart; a warning is told with every build, so what has one is drawn anew."""
        alt = entry.figure.alt or ""
        key = key_of(VERSION, self.common, text, title, alt)
        known = self.cache.get(key)
        if known is not None:
            return known
        own = Findings()
        source = ChartSource(path=self.folder + str(entry.figure.chart), text=text, data=self.data)
        drawn = draw_chart(source, title, alt, self.theme, own)
        if drawn is not None and not own.all():
            self.cache.put(key, drawn)
        findings.extend(own.all())
        return drawn


def _desk(report: Report, theme: Path, cache: Cache) -> _Desk:
    data = {
        name: tuple({column: cell.text for column, cell in zip(table.columns, row, strict=True)} for row in table.rows)
        for name, table in report.data.items()
    }
    fonts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in toolchain.fonts().values()]
    tools = [(tool.name, tool.version) for tool in toolchain.versions()]
    texts = [part for name, table in report.data.items() for part in (name, table.text)]
    common = key_of(repr(fonts), repr(tools), theme.read_bytes(), *texts)
    return _Desk(report.place.file.removesuffix("report.yaml"), data, theme, common, cache)
