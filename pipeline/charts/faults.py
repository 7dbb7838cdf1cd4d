"""The rules about charts."""

from __future__ import annotations

from pipeline.diagnostics import Severity, declare

NOT_A_CHART = declare(
    "FIG101",
    "chart-not-a-specification",
    Severity.ERROR,
    """
    A chart's file holds no Vega-Lite specification: it is empty, it is a list or a text, or it was written
    for Vega, the language below Vega-Lite.

    Bad:   - bar
    Good:  mark: bar
           data: {url: data/returns.csv}
    """,
)
UNKNOWN_WORD = declare(
    "FIG102",
    "chart-unknown-word",
    Severity.ERROR,
    """
    A chart uses a key, mark, channel or type that Vega-Lite does not have. Vega-Lite itself passes over
    unknown keys without a word, so a typing mistake would only be noticed by looking at the print.

    Bad:   encodng: {x: {field: total, type: quantitativ}}
    Good:  encoding: {x: {field: total, type: quantitative}}
    """,
)
DATA_MISSING = declare(
    "FIG103",
    "chart-data-missing",
    Severity.ERROR,
    """
    A chart names a data file that the report does not have. Data files are CSV files in the report's
    `data/` folder and are named with that folder.

    Bad:   data: {url: returns.csv}
    Good:  data: {url: data/returns.csv}
    """,
)
REACHES_OUT = declare(
    "FIG104",
    "chart-reaches-out",
    Severity.ERROR,
    """
    A chart asks for something outside the report: an address on the network, a picture, a link, a loader.
    A report is built without a network and must look the same in ten years, so everything that a chart
    shows comes from the report's own files.

    Bad:   data: {url: "https://example.org/returns.csv"}
    Good:  data: {url: data/returns.csv}
    """,
)
TOO_LARGE = declare(
    "FIG105",
    "chart-too-large",
    Severity.ERROR,
    """
    A chart is too large to print: more than 200,000 rows of data, more than 5,000 units wide or high, a
    drawing of more than 5 MB, or more than 30 seconds of work. Nobody can read that many marks; put the
    sums into the data file and draw those.
    """,
)
FIELD_MISSING = declare(
    "FIG106",
    "chart-field-missing",
    Severity.ERROR,
    """
    A chart uses a column that neither its data files nor its own calculations have. Vega-Lite draws such a
    chart without a word, with the marks missing.

    Bad:   y: {field: contry}
    Good:  y: {field: country}
    """,
)
CHART_FAILED = declare(
    "FIG107",
    "chart-failed",
    Severity.ERROR,
    """
    Vega-Lite could not draw a chart, or stopped while drawing it; the message is its own. Often an
    expression in `calculate`, `filter` or `test` is wrong.

    Bad:   {calculate: "datum.total +", as: double}
    Good:  {calculate: "datum.total + datum.total", as: double}
    """,
)
CHART_WARNING = declare(
    "FIG108",
    "chart-warning",
    Severity.WARNING,
    """
    Vega-Lite drew a chart but had something to say about it; the message is its own. Part of the
    specification had no effect.
    """,
)
FOREIGN_FONT = declare(
    "FIG109",
    "chart-font",
    Severity.WARNING,
    """
    A chart asks for a typeface that the press does not have. The press's sans serif is used in its place.
    Leave the font out: the theme of the press sets it.

    Bad:   mark: {type: text, font: Helvetica}
    Good:  mark: text
    """,
)
NO_NUMBER = declare(
    "FIG110",
    "chart-no-number",
    Severity.ERROR,
    """
    A drawing shows "NaN", "undefined" or "null", or places a mark at no number: a calculation went wrong
    or an empty cell was printed. Filter the empty rows out, or test for them with `isValid(...)`.

    Bad:   {calculate: "datum.adults + ' adults'", as: label}       (where adults is empty)
    Good:  {calculate: "isValid(datum.adults) ? datum.adults + ' adults' : 'not known'", as: label}
    """,
)
LABEL_CUT = declare(
    "FIG111",
    "chart-label-cut",
    Severity.ERROR,
    """
    A label of a chart was cut off because of a limit on its length, and a reader would not see its end.

    Bad:   axis: {labelLimit: 60}
    Good:  axis: {labelLimit: 0}       (no limit)
    """,
)
