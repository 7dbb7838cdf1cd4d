"""The words of Vega-Lite 5 and 6 that a specification is compared with.

See https://vega.github.io/vega-lite/docs/. Only the levels where a mistake passes without a word are
listed: the keys of a view, of data, of an encoding; marks and types. What stands deeper, Vega-Lite checks.
"""

from __future__ import annotations

COMPOSITIONS = ("mark", "layer", "facet", "hconcat", "vconcat", "concat", "repeat")
LISTS_OF_VIEWS = ("layer", "hconcat", "vconcat", "concat")
VIEW_KEYS = (
    *COMPOSITIONS,
    "align",
    "autosize",
    "background",
    "bounds",
    "center",
    "columns",
    "config",
    "data",
    "datasets",
    "description",
    "encoding",
    "height",
    "name",
    "padding",
    "params",
    "projection",
    "resolve",
    "spacing",
    "spec",
    "title",
    "transform",
    "view",
    "width",
)
DATA_KEYS = ("format", "graticule", "name", "sequence", "sphere", "url", "values")
MARKS = (
    "arc",
    "area",
    "bar",
    "boxplot",
    "circle",
    "errorband",
    "errorbar",
    "geoshape",
    "line",
    "point",
    "rect",
    "rule",
    "square",
    "text",
    "tick",
    "trail",
)
TYPES = ("geojson", "nominal", "ordinal", "quantitative", "temporal")
CHANNELS = (
    "angle",
    "color",
    "column",
    "description",
    "detail",
    "facet",
    "fill",
    "fillOpacity",
    "key",
    "latitude",
    "latitude2",
    "longitude",
    "longitude2",
    "opacity",
    "order",
    "radius",
    "radius2",
    "row",
    "shape",
    "size",
    "stroke",
    "strokeDash",
    "strokeOpacity",
    "strokeWidth",
    "text",
    "theta",
    "theta2",
    "time",
    "tooltip",
    "x",
    "x2",
    "xError",
    "xError2",
    "xOffset",
    "y",
    "y2",
    "yError",
    "yError2",
    "yOffset",
)
TRANSFORMS = (
    "aggregate",
    "bin",
    "calculate",
    "density",
    "extent",
    "filter",
    "flatten",
    "fold",
    "impute",
    "joinaggregate",
    "loess",
    "lookup",
    "pivot",
    "quantile",
    "regression",
    "sample",
    "stack",
    "timeUnit",
    "window",
)
# The columns that a transform makes when it is given no `as`.
DEFAULT_NAMES = {
    "fold": ("key", "value"),
    "density": ("value", "density"),
    "quantile": ("prob", "value"),
}
# Whatever they hold, these lead out of the report.
REFUSED = ("href", "loader", "usermeta")
