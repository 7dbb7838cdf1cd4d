"""Tables: cells in their places, and heads that say what they are heads of (ISO 14289-1, 7.2 and 7.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import pikepdf

from pipeline.verify.gate.checks_structure import kids_of
from pipeline.verify.gate.clauses import UA, Fault, clause
from pipeline.verify.gate.elements import Element, structure
from pipeline.verify.gate.opened import Opened, items, name, number
from pipeline.verify.gate.rules import TABLE_UNCLEAR, TABLE_WITHOUT_HEADS


class _Grid:
    """The cells of a table on their places."""

    def __init__(self, table: Element) -> None:
        self.table = table
        self.places: dict[tuple[int, int], Element] = {}
        self.cells: list[tuple[Element, int, int, int, int]] = []
        self.lengths: list[int] = []
        self.over = False
        self.beyond = False
        rows = list(_rows(table))
        for row, line in enumerate(rows):
            column = 0
            for cell in kids_of(line):
                if cell.type not in ("TH", "TD"):
                    continue
                while (row, column) in self.places:
                    column += 1
                high, wide = _span(cell, "RowSpan"), _span(cell, "ColSpan")
                self.cells.append((cell, row, column, high, wide))
                self.beyond = self.beyond or row + high > len(rows)
                for r in range(row, min(row + high, len(rows))):
                    for c in range(column, column + wide):
                        self.over = self.over or (r, c) in self.places
                        self.places[(r, c)] = cell
                column += wide
        counts = Counter(row for row, _ in self.places)
        self.lengths = [counts[row] for row in range(len(rows))]


def _span(cell: Element, key: str) -> int:
    value = number(cell.attribute("Table", key))
    return max(1, min(int(value), 1000)) if value is not None else 1


def _rows(element: Element) -> Iterator[Element]:
    for kid in kids_of(element):
        if kid.type == "TR":
            yield kid
        elif kid.type in ("THead", "TBody", "TFoot"):
            yield from _rows(kid)


@lru_cache(maxsize=4)
def _grids(file: Opened) -> tuple[_Grid, ...]:
    return tuple(_Grid(element) for element in structure(file).all if element.type == "Table")


@clause("7.2-15", "cells do not lie over one another", TABLE_UNCLEAR, UA, matterhorn="09-004")
def cells_apart(file: Opened) -> Iterator[Fault]:
    """Spans."""
    yield from (Fault("cells of a table lie over one another", grid.table.where) for grid in _grids(file) if grid.over)


@clause("7.2-41", "columns are equally long", TABLE_UNCLEAR, UA, matterhorn="09-004")
def columns_equal(file: Opened) -> Iterator[Fault]:
    """No cell spans rows that are not there."""
    for grid in _grids(file):
        if grid.beyond:
            yield Fault("a cell spans more rows than the table has", grid.table.where)


@clause("7.2-42", "rows are equally long", TABLE_UNCLEAR, UA, matterhorn="09-004")
def rows_equal(file: Opened) -> Iterator[Fault]:
    """Rows have the same number of columns."""
    for grid in _grids(file):
        if len(set(grid.lengths)) > 1:
            yield Fault(f"rows of a table have {min(grid.lengths)} to {max(grid.lengths)} columns", grid.table.where)


@clause("7.5-1", "head cells say what they are heads of", TABLE_UNCLEAR, UA, matterhorn="15-003")
def heads_say(file: Opened) -> Iterator[Fault]:
    """TH: `Scope`, unless every cell names its heads."""
    for grid in _grids(file):
        cells = [cell for cell, *_ in grid.cells]
        all_named = all(items(cell.attribute("Table", "Headers")) for cell in cells if cell.type == "TD")
        if all_named and any(cell.type == "TD" for cell in cells):
            continue
        for cell in cells:
            if cell.type == "TH" and name(cell.attribute("Table", "Scope")) not in ("Row", "Column", "Both"):
                yield Fault("a head cell does not say what it is the head of (Scope)", cell.where)


@clause("7.5-3", "cells have heads", TABLE_UNCLEAR, UA, matterhorn="15-003")
def cells_headed(file: Opened) -> Iterator[Fault]:
    """TD with something in it: heads that it names, or a head in its column or row that says so (7.5, algorithm)."""
    for grid in _grids(file):
        heads = [(cell, row, column, high, wide) for cell, row, column, high, wide in grid.cells if cell.type == "TH"]
        columns = {
            c for cell, _, column, _, wide in heads if _heads(cell, "Column") for c in range(column, column + wide)
        }
        rows = {r for cell, row, _, high, _ in heads if _heads(cell, "Row") for r in range(row, row + high)}
        for cell, row, column, high, wide in grid.cells if heads else ():
            named = bool(items(cell.attribute("Table", "Headers")))
            headed = columns & set(range(column, column + wide)) or rows & set(range(row, row + high))
            if cell.type == "TD" and not named and not headed and (cell.content or cell.kids):
                yield Fault("a cell has no head", cell.where)


def _heads(cell: Element, way: str) -> bool:
    return name(cell.attribute("Table", "Scope")) in (way, "Both")


@clause("7.5-2", "heads that cells name are there", TABLE_UNCLEAR, UA, matterhorn="15-003")
def heads_exist(file: Opened) -> Iterator[Fault]:
    """TD and TH: `Headers` are ids of head cells of the table."""
    for grid in _grids(file):
        known = {str(cell.get("/ID")) for cell, *_ in grid.cells if cell.type == "TH" and cell.get("/ID") is not None}
        for cell, *_ in grid.cells:
            for wanted in items(cell.attribute("Table", "Headers")):
                if not isinstance(wanted, pikepdf.String) or str(wanted) not in known:
                    yield Fault(f'a cell names the head "{wanted}", which is not in the table', cell.where)


@clause("7.5-heads", "tables have heads", TABLE_WITHOUT_HEADS, UA)
def has_heads(file: Opened) -> Iterator[Fault]:
    """A table of data has a head."""
    for grid in _grids(file):
        if grid.cells and not any(cell.type == "TH" for cell, *_ in grid.cells):
            yield Fault("a table has no head cell", grid.table.where)
