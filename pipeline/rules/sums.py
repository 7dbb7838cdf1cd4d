"""Totals: is every sum that a table promises right?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.report import DataTable, TableEntry
from pipeline.rules.survey import Survey
from pipeline.rules.tables import cell_span, is_empty, number_in
from pipeline.source import Embedded

TOTAL_WRONG = declare(
    "TBL010",
    "total-wrong",
    Severity.ERROR,
    """
    A total that a table promises in `totals` is not the sum of what it adds up: a row of the other rows
    that are printed (without other rows of totals), or a column of the columns named. An empty cell or a
    dash adds nothing; when a sum fails, the message names the empty cells. Only a sum that was checked
    can be printed as a total.

    Bad:   Uzbekistan,331,125,27,531     with totals: [{column: total, of: [children, women, men]}]
    Good:  take the total out of `totals` and say in a table note why the parts do not add up
    """,
)


def totals(survey: Survey) -> Iterator[Diagnostic]:
    """TBL010."""
    for entry in survey.report.tables:
        if entry.data is None or entry.table.data in survey.report.broken:
            continue
        found: dict[tuple[Span, str], Diagnostic] = {}
        for total in entry.table.totals:
            if total.column:
                judged = _columns(entry, entry.data, total.column, total.of)
            else:
                judged = _rows(entry, entry.data, total.row or "", total.columns)
            for finding in judged:
                # A cell that is no number spoils the sum of its row and that of its column: it is told once.
                found.setdefault((finding.span, finding.message.partition(": ")[2]), finding)
        yield from found.values()


def _columns(entry: TableEntry, data: DataTable, column: str, of: tuple[str, ...]) -> Iterator[Diagnostic]:
    if not {column, *of} <= set(data.columns):
        return
    for row in _printed(entry, data):
        cells = dict(zip(data.columns, row, strict=True))
        parts = [(name, cells[name]) for name in of]
        yield from _compared(cells[column], parts, f'in the row "{row[0].text}"', _declared(entry))


def _rows(entry: TableEntry, data: DataTable, name: str, columns: tuple[str, ...]) -> Iterator[Diagnostic]:
    rows = _printed(entry, data)
    sums = {total.row for total in entry.table.totals if total.row}
    result = next((row for row in rows if row[0].text == name), None)
    if result is None:
        return
    parts = [row for row in rows if row[0].text not in sums]
    for column in columns or _number_columns(entry):
        if column in data.columns:
            place = data.columns.index(column)
            cells = [(row[0].text, row[place]) for row in parts]
            yield from _compared(result[place], cells, f'in the column "{column}"', _declared(entry))


def _printed(entry: TableEntry, data: DataTable) -> list[tuple[Embedded, ...]]:
    chosen = entry.table.rows
    return [row for row in data.rows if not chosen or row[0].text in chosen]


def _number_columns(entry: TableEntry) -> list[str]:
    return [column.name for column in entry.table.columns if column.format == "number"]


def _declared(entry: TableEntry) -> bool:
    """Whether cells that are no numbers are told by another rule, TBL017."""
    return bool(_number_columns(entry))


def _compared(
    total: Embedded, parts: list[tuple[str, Embedded]], where: str, told_elsewhere: bool
) -> Iterator[Diagnostic]:
    empty = [name for name, cell in parts if is_empty(cell.text)]
    if is_empty(total.text) or len(empty) == len(parts):
        return
    unclear = [
        cell
        for cell in (total, *(cell for _, cell in parts))
        if not is_empty(cell.text) and number_in(cell.text) is None
    ]
    if unclear:
        if not told_elsewhere:
            message = f'the total {where} cannot be checked: "{unclear[0].text}" is not a number'
            yield TOTAL_WRONG.at(cell_span(unclear[0]), message, "write a number, or leave the cell empty")
        return
    numbers = [number for _, cell in parts if (number := number_in(cell.text)) is not None]
    expected, found = sum(numbers, Decimal()), number_in(total.text)
    if found != expected:
        sum_words = " + ".join(f"{number:f}" for number in numbers) if len(numbers) <= 12 else f"{len(numbers)} cells"
        nothing = f" (empty: {', '.join(empty)})" if empty else ""
        message = f"the total {where} is {found:f}, but {sum_words} is {expected:f}{nothing}"
        hint = 'correct the cells, or take the total out of "totals" and say in a table note what it counts'
        yield TOTAL_WRONG.at(cell_span(total), message, hint)
