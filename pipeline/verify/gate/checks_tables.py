"""Tables: cells in their places, and heads that say what they are heads of (ISO 14289-1, 7.2 and 7.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipeline.verify.gate.checks_structure import kids_of
from pipeline.verify.gate.clauses import UA, Fault, Standard, clause
from pipeline.verify.gate.elements import Element, is_ua2, structure
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.rules import TABLE_UNCLEAR, TABLE_WITHOUT_HEADS
from pipeline.verify.gate.values import items, name, number

_GROUPS = ("THead", "TBody", "TFoot")


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
        groups = [kid for kid in kids_of(table) if kid.type in _GROUPS]
        firsts = {id(next(_rows(group), None)) for group in groups}
        lasts = {id(row) for group in groups for row in list(_rows(group))[-1:]}
        self.edges = {at for at, row in enumerate(rows) if id(row) in firsts}
        self.edges |= {at + 1 for at, row in enumerate(rows) if id(row) in lasts}
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
        self.regular = not self.over and not self.beyond and len(set(self.lengths)) == 1
        self.ids = [cell.get("/ID") for cell, *_ in self.cells if cell.type == "TH" and cell.get("/ID") is not None]


def _span(cell: Element, key: str) -> int:
    value = number(cell.attribute("Table", key))
    return max(1, min(int(value), 1000)) if value is not None else 1


def _rows(element: Element) -> Iterator[Element]:
    for kid in kids_of(element):
        if kid.type == "TR":
            yield kid
        elif kid.type in _GROUPS:
            yield from _rows(kid)


@once
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


@clause("8.2.5.26-2", "cells do not reach out of the head, body or foot", TABLE_UNCLEAR, {Standard.UA2})
def groups_equal(file: Opened) -> Iterator[Fault]:
    """No cell spans rows of two groups (ISO 14289-2, 8.2.5.26)."""
    for grid in _grids(file):
        for cell, row, _, high, _ in grid.cells:
            if any(row < edge < row + high for edge in grid.edges):
                yield Fault("a cell reaches from one group of rows into another", cell.where)


@clause("7.2-42", "no row is longer than the first", TABLE_UNCLEAR, UA, matterhorn="09-004")
def rows_not_longer(file: Opened) -> Iterator[Fault]:
    """Rows have the same number of columns."""
    for grid in _grids(file):
        if grid.lengths and max(grid.lengths) > grid.lengths[0]:
            yield Fault(f"rows of a table have {min(grid.lengths)} to {max(grid.lengths)} columns", grid.table.where)


@clause("7.2-43", "no row is shorter than the first", TABLE_UNCLEAR, UA, matterhorn="09-004")
def rows_not_shorter(file: Opened) -> Iterator[Fault]:
    """Rows have the same number of columns."""
    for grid in _grids(file):
        if grid.lengths and min(grid.lengths) < grid.lengths[0]:
            yield Fault(f"rows of a table have {min(grid.lengths)} to {max(grid.lengths)} columns", grid.table.where)


@clause("7.5-1", "cells have heads", TABLE_UNCLEAR, UA, matterhorn="15-003")
def cells_headed(file: Opened) -> Iterator[Fault]:
    """TD: heads that it names, or one in its row or column that says so, unless every TH has a `Scope`."""
    for grid in _grids(file):
        for cell in _headless(grid, is_ua2(file)):
            if not items(cell.attribute("Table", "Headers")):
                yield Fault(
                    "a cell has no head: none is named (Headers), and none says that it is one (Scope)", cell.where
                )


@clause("7.5-2", "the heads that cells need are there", TABLE_UNCLEAR, UA, matterhorn="15-003")
def heads_exist(file: Opened) -> Iterator[Fault]:
    """TD that would have no head without those that it names: `Headers` are ids of head cells of the table."""
    for grid in _grids(file):
        for cell in _headless(grid, is_ua2(file)):
            for wanted in items(cell.attribute("Table", "Headers")):
                if wanted not in grid.ids:
                    yield Fault(
                        f'a cell names the head "{wanted}", which is not in the table, and has no other', cell.where
                    )


@clause("7.5-ids", "cells name heads that are there", TABLE_WITHOUT_HEADS, UA)
def heads_known(file: Opened) -> Iterator[Fault]:
    """`Headers` that lead to nothing, in a table whose heads can be told all the same."""
    for grid in _grids(file):
        for cell, *_ in grid.cells:
            for wanted in items(cell.attribute("Table", "Headers")):
                if wanted not in grid.ids:
                    yield Fault(f'a cell names the head "{wanted}", which is not in the table', cell.where)


def _headless(grid: _Grid, by_place: bool) -> Iterator[Element]:
    """The cells whose heads cannot be told (ISO 14289-1, 7.5; ISO 32000-2, 14.8.4.8.3).

    Args:
        grid: a table.
        by_place: whether a head cell that does not say of what is one of its column in the first row, and of its row
            in the first column, as PDF 2.0 has it.
    """
    if not grid.regular or all(_scope(cell) for cell, *_ in grid.cells if cell.type == "TH"):
        return
    for cell, row, column, high, wide in grid.cells:
        wanted = items(cell.attribute("Table", "Headers"))
        if cell.type != "TD" or (wanted and all(head in grid.ids for head in wanted)):
            continue
        up = any(_leads(grid, [(r, c) for r in range(row - 1, -1, -1)], "Column", by_place)
                 for c in range(column, column + wide))  # fmt: skip
        left = any(_leads(grid, [(r, c) for c in range(column - 1, -1, -1)], "Row", by_place)
                   for r in range(row, row + high))  # fmt: skip
        if not up and not left:
            yield cell


def _leads(grid: _Grid, way: list[tuple[int, int]], of: str, by_place: bool) -> bool:
    """Whether a head is met on the way from a cell; behind the nearest heads nobody looks on."""
    met = False
    for row, column in way:
        cell = grid.places[(row, column)]
        if cell.type == "TH":
            scope = _scope(cell) or (_scope_by_place(row, column) if by_place else "")
            if scope in ("Both", of):
                return True
            met = True
        elif met:
            return False
    return False


def _scope(cell: Element) -> str:
    return name(cell.attribute("Table", "Scope"))


def _scope_by_place(row: int, column: int) -> str:
    if (row == 0) == (column == 0):
        return "Both"
    return "Column" if row == 0 else "Row"


@clause("7.5-heads", "tables have heads", TABLE_WITHOUT_HEADS, UA)
def has_heads(file: Opened) -> Iterator[Fault]:
    """A table of data has a head."""
    for grid in _grids(file):
        if grid.cells and not any(cell.type == "TH" for cell, *_ in grid.cells):
            yield Fault("a table has no head cell", grid.table.where)
