"""Charts: a Vega-Lite specification and the report's data in, an SVG drawing with real text out."""

from __future__ import annotations

from pipeline.charts.draw import draw_chart
from pipeline.charts.specification import ChartSource, data_files

__all__ = ["ChartSource", "data_files", "draw_chart"]
