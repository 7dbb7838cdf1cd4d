"""Values in the text: do file, row and column exist, and is there something to print?"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.diagnostics import Diagnostic, did_you_mean
from pipeline.index import slug
from pipeline.report import DataTable
from pipeline.rules.survey import Survey
from pipeline.rules.xref import FORMATS, UNKNOWN_FORMAT, UNRESOLVED_VALUE
from pipeline.scan import Form


def values(survey: Survey) -> Iterator[Diagnostic]:
    """XREF005."""
    tables = {table.name: (path, table) for path, table in survey.report.data.items()}
    for mention in survey.all(Form.VALUE):
        span, name = mention.token.span, mention.token.name
        file, _, rest = name.partition(".")
        row, _, column = rest.rpartition(".")
        if not (file and row and column):
            message = f'"{name}" does not have the form file.row.column'
            yield UNRESOLVED_VALUE.at(span, message, 'for example []{value="returns.kazakhstan.total"}')
        elif file not in tables:
            if not survey.is_lost("", f"data/{file}."):
                message = f'there is no file "data/{file}.csv"'
                yield UNRESOLVED_VALUE.at(span, message, did_you_mean(file, tables))
        else:
            path, table = tables[file]
            trouble = _trouble(table, row, column, path in survey.report.broken)
            if trouble:
                yield UNRESOLVED_VALUE.at(span, *trouble)


def _trouble(table: DataTable, row: str, column: str, rows_are_missing: bool) -> tuple[str, str] | None:
    """What is wrong with a row and column of a table, and a hint; None when there is a value."""
    if column not in table.columns:
        known = ", ".join(table.columns)
        hint = did_you_mean(column, table.columns) or f"the columns are: {known}"
        return f'"{table.file}" has no column "{column}"', hint
    names = [slug(cells[0].text) for cells in table.rows]
    if row not in names:
        found = f'"{table.file}" has no row "{row}"'
        return None if rows_are_missing else (found, did_you_mean(row, names) or did_you_mean(slug(row), names))
    if names.count(row) > 1:
        lines = " and ".join(str(cells[0].line) for cells, name in zip(table.rows, names, strict=True) if name == row)
        return f'"{table.file}" has more than one row "{row}"', f"they stand on lines {lines}"
    cell = table.rows[names.index(row)][table.columns.index(column)]
    if not cell.text:
        return f'the cell "{row}", "{column}" of "{table.file}" is empty', f"it stands on line {cell.line}"
    return None


def formats(survey: Survey) -> Iterator[Diagnostic]:
    """XREF011."""
    for mention in survey.all(Form.VALUE):
        form = mention.token.text
        if form and form not in FORMATS:
            hint = did_you_mean(form, FORMATS) or f"the formats are: {', '.join(FORMATS)}"
            yield UNKNOWN_FORMAT.at(mention.token.span, f'"{form}" is not a format of values', hint)
