"""Which heads belong to a cell of a table that is not a plain grid (ISO 32000-1, table 349: `Headers`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.render.tags_tree import Branch


@dataclass(frozen=True, slots=True)
class _Cell:
    branch: Branch
    row: int
    column: int
    rows: int
    columns: int

    @property
    def heads_column(self) -> bool:
        return self.branch.role == "TH" and self.branch.attributes.get("Table", {}).get("Scope") == "/Column"

    @property
    def heads_row(self) -> bool:
        return self.branch.role == "TH" and not self.heads_column

    def meets_columns(self, other: _Cell) -> bool:
        return self.column < other.column + other.columns and other.column < self.column + self.columns

    def meets_rows(self, other: _Cell) -> bool:
        return self.row < other.row + other.rows and other.row < self.row + self.rows


def name_heads(root: Branch) -> None:
    """Give the heads of irregular tables ids, and their cells the ids of their heads.

    An id is made from that of the nearest element around the table that has one, with a stroke, which ids of
    authors cannot hold: it is unique in the report as long as those are.
    """
    counts: dict[str, int] = {}
    for table in root.branches():
        if table.role == "Table":
            around = _named(table)
            counts[around] = counts.get(around, 0) + 1
            cells = tuple(_cells(table))
            if _is_irregular(cells):
                _connect(cells, f"{around}/t{counts[around]}")


def _named(table: Branch) -> str:
    branch: Branch | None = table
    while branch is not None:
        if branch.id:
            return branch.id
        branch = branch.parent
    return ""


def _cells(table: Branch) -> Iterator[_Cell]:
    """The cells with their places, as rows and columns that span others leave them."""
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(branch for branch in table.branches() if branch.role == "TR"):
        column = 0
        for kid in line.kids:
            if not isinstance(kid, Branch):
                continue
            while (row, column) in taken:
                column += 1
            spans = kid.attributes.get("Table", {})
            rows, columns = int(spans.get("RowSpan", 1)), int(spans.get("ColSpan", 1))
            taken.update((row + r, column + c) for r in range(rows) for c in range(columns))
            yield _Cell(kid, row, column, rows, columns)
            column += columns


def _is_irregular(cells: tuple[_Cell, ...]) -> bool:
    return any(cell.rows > 1 or cell.columns > 1 for cell in cells)


def _connect(cells: tuple[_Cell, ...], prefix: str) -> None:
    heads = [cell for cell in cells if cell.branch.role == "TH"]
    for head in heads:
        head.branch.id = head.branch.id or f"{prefix}/r{head.row + 1}c{head.column + 1}"
    group: _Cell | None = None
    width = max((cell.column + cell.columns for cell in cells), default=0)
    for cell in cells:
        if cell.heads_row and cell.column == 0 and cell.columns == width:
            group = cell  # a head over the rows below it
            continue
        found = [head for head in heads if head is not cell and _belongs(head, cell, group)]
        if found:
            table = cell.branch.attributes.setdefault("Table", {})
            table["Headers"] = tuple(dict.fromkeys(head.branch.id for head in found))


def _belongs(head: _Cell, cell: _Cell, group: _Cell | None) -> bool:
    if head is group:
        return not cell.heads_column
    above = head.heads_column and head.row < cell.row and head.meets_columns(cell)
    before = head.heads_row and head.column < cell.column and head.meets_rows(cell)
    return above or before
