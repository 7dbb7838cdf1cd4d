"""Charts: a Vega-Lite specification and the report's data in, an SVG drawing with real text out."""

from __future__ import annotations

from pipeline.charts.draw import draw_chart
from pipeline.charts.specification import ChartSource

__all__ = ["ChartSource", "draw_chart"]
