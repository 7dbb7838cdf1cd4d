"""CSV files (RFC 4180) as tables whose cells know their places."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.report import DataTable
from pipeline.source import BEGINNING, FIRST_LINE, Embedded

RAGGED_ROW = declare(
    "TBL001",
    "ragged-row",
    Severity.ERROR,
    """
    A row of a CSV file has more or fewer cells than the head. Often a comma inside a cell lacks the
    quotes around the cell.

    Bad:   Osh, Jalal-Abad,14
    Good:  "Osh, Jalal-Abad",14
    """,
)
BAD_CSV_HEAD = declare(
    "TBL002",
    "bad-csv-head",
    Severity.ERROR,
    """
    A CSV file is empty, cannot be parsed, or its first row does not name each column once.
    """,
)


def data_table(text: str, file: str, name: str, findings: Findings) -> tuple[DataTable | None, bool]:
    """A CSV text (RFC 4180) as a table, or None when its head cannot be used; and whether no row is left out."""
    lines = text.split("\n")
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[Embedded, ...]] = []
    columns: tuple[str, ...] = ()
    last, whole = 0, True
    try:
        for cells in reader:
            line, last = last + 1, reader.line_num
            if not cells:
                continue
            if not columns:
                columns = tuple(cell.strip() for cell in cells)
                if len(set(columns)) != len(columns) or not all(columns):
                    message = "the first row does not name each column once"
                    findings.add(BAD_CSV_HEAD.at(Span(file, line), message))
                    return None, False
            elif len(cells) != len(columns):
                message = f"the row has {len(cells)} cells, the head has {len(columns)}"
                hint = "put quotes around a cell that holds a comma"
                findings.add(RAGGED_ROW.at(Span(file, line), message, hint))
                whole = False
            else:
                rows.append(tuple(_cells(cells, lines[line - 1], file, line)))
    except csv.Error as error:
        findings.add(BAD_CSV_HEAD.at(Span(file, reader.line_num), f"the file cannot be parsed: {error}"))
        return None, False
    if not columns:
        findings.add(BAD_CSV_HEAD.at(Span(file, 1), "the file is empty", "write a head row and at least one row"))
        return None, False
    return DataTable(file, name, columns, tuple(rows), text), whole


def _cells(cells: list[str], line_text: str, file: str, line: int) -> Iterator[Embedded]:
    start = 0
    for cell in cells:
        at = line_text.find(cell, start) if cell else start
        known = at >= 0 and "\n" not in cell
        column = at + 1 + len(cell) - len(cell.lstrip()) if known else 1
        yield Embedded(cell.strip(), file, line, column, FIRST_LINE if known else BEGINNING)
        start = at + len(cell) if known else start
