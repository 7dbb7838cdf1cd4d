"""Tables: do the columns and rows exist, are the cells what they are said to be, are they placed?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.diagnostics import Diagnostic, Severity, Span, declare, did_you_mean
from pipeline.index import printed_rows
from pipeline.report import TableEntry
from pipeline.rules.survey import Survey, nearest
from pipeline.scan import Form
from pipeline.source import Embedded

UNKNOWN_COLUMN = declare(
    "TBL011",
    "unknown-column",
    Severity.ERROR,
    """
    A table names a column that its CSV file does not have: in `columns`, `groups` or `totals`.

    Bad:   - {name: totl, title: Total}
    Good:  - {name: total, title: Total}
    """,
)
NEVER_PLACED = declare(
    "TBL012",
    "table-never-placed",
    Severity.WARNING,
    """
    A table is described in tables.yaml and stands nowhere in the text, so it is not printed.

    Good:  ::: {#tbl-counts}
           :::
    """,
)
UNKNOWN_PLACED = declare(
    "TBL013",
    "unknown-table-placed",
    Severity.ERROR,
    """
    An empty block asks for a table that tables.yaml does not have.

    Bad:   ::: {#tbl-conuts}
           :::
    Good:  ::: {#tbl-counts}
           :::
    """,
)
PLACED_TWICE = declare(
    "TBL014",
    "table-placed-twice",
    Severity.ERROR,
    """
    A table is placed in two places. It has one number and one anchor; refer to it in the other place.

    Bad:   a second ::: {#tbl-counts} :::
    Good:  @tbl-counts
    """,
)
NO_HEADER_COLUMN = declare(
    "TBL015",
    "no-header-column",
    Severity.WARNING,
    """
    No column of a table is marked `header: true`. Readers who listen hear with each number the head of
    its column, and of its row when there is one (ISO 14289-1, 7.5).

    Bad:   columns: [{name: state, title: State}, {name: total, title: Total}]
    Good:  columns: [{name: state, title: State, header: true}, {name: total, title: Total}]
    """,
)
UNKNOWN_ROW = declare(
    "TBL016",
    "unknown-row",
    Severity.ERROR,
    """
    `rows` or `totals` names a row that the CSV file does not have. A row is named by its first cell, as
    it is written there.

    Bad:   rows: [Kazahstan]
    Good:  rows: [Kazakhstan]
    """,
)
NOT_A_NUMBER = declare(
    "TBL017",
    "not-a-number",
    Severity.ERROR,
    """
    A cell in a column of `format: number` is not a number. It may be empty, a dash, or carry the mark of
    a table note; words go into a column of text.

    Bad:   about 30
    Good:  30^a^
    """,
)
LOST_MARK = declare(
    "TBL018",
    "table-note-without-mark",
    Severity.WARNING,
    """
    A note under a table has a mark that stands in no cell, heading or caption of it, so no reader knows
    what it belongs to.

    Bad:   notes: [{mark: a, text: Estimate.}]     and no ^a^ in the table
    Good:  notes: [{mark: a, text: Estimate.}]     and a cell 30^a^
    """,
)

NOTHING = frozenset({"", "-", "\u2013", "\u2014", "\u2212", "..", "...", "\u2026", "n/a"})
_MARKS = re.compile(r"\^[^^]*\^|\[\^[^\]]*\]|\*+|(?<!\w)_|_(?!\w)|[\s\u00a0\u2009\u202f]+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?")


def number_in(cell: str) -> Decimal | None:
    """The number in a cell, without table marks, calls of notes and emphasis; None when it holds none."""
    bare = _MARKS.sub("", cell).replace("\u2212", "-").removesuffix("%")
    if _THOUSANDS.fullmatch(bare):
        return Decimal(bare.replace(",", ""))
    return Decimal(bare.replace(",", ".")) if _PLAIN.fullmatch(bare) else None


def is_empty(cell: str) -> bool:
    """Whether a cell says that there is nothing: it is empty, or a dash."""
    return _MARKS.sub("", cell).lower() in NOTHING


def cell_span(cell: Embedded) -> Span:
    """The place of a cell."""
    return Span(cell.file, cell.line, cell.column, cell.column + len(cell.text))


def unknown_columns(survey: Survey) -> Iterator[Diagnostic]:
    """TBL011."""
    for entry in survey.report.tables:
        if entry.data is None:
            continue
        for name, span in _columns_named(entry):
            if name not in entry.data.columns:
                hint = did_you_mean(name, entry.data.columns) or f"its columns are: {', '.join(entry.data.columns)}"
                yield UNKNOWN_COLUMN.at(span, f'"{entry.data.file}" has no column "{name}"', hint)


def _columns_named(entry: TableEntry) -> Iterator[tuple[str, Span]]:
    table, place = entry.table, entry.place
    for number, column in enumerate(table.columns):
        yield column.name, place.at("columns", number, "name")
    if table.groups:
        yield table.groups, place.at("groups")
    for number, total in enumerate(table.totals):
        if total.column:
            yield total.column, place.at("totals", number, "column")
        for key, names in (("columns", total.columns), ("of", total.of)):
            for inner, name in enumerate(names):
                yield name, place.at("totals", number, key, inner)


def unknown_rows(survey: Survey) -> Iterator[Diagnostic]:
    """TBL016."""
    for entry in survey.report.tables:
        if entry.data is None or entry.table.data in survey.report.broken:
            continue
        known = [row[0].text for row in entry.data.rows]
        named = [(name, entry.place.at("rows", number)) for number, name in enumerate(entry.table.rows)]
        for number, total in enumerate(entry.table.totals):
            if total.row:
                named.append((total.row, entry.place.at("totals", number, "row")))
        for name, span in named:
            if name not in known:
                yield UNKNOWN_ROW.at(span, f'"{entry.data.file}" has no row "{name}"', did_you_mean(name, known))


def never_placed(survey: Survey) -> Iterator[Diagnostic]:
    """TBL012."""
    if survey.is_lost("", "sections/"):
        return
    placed = {mention.token.name for mention in survey.all(Form.PLACEMENT)}
    for name, span in survey.tables.items():
        if name not in placed and name not in survey.pointed_at:
            hint = f"write ::: {{#{name}}} and ::: on two lines where it belongs"
            yield NEVER_PLACED.at(span, f'the table "{name}" is never placed', hint)


def unknown_placed(survey: Survey) -> Iterator[Diagnostic]:
    """TBL013."""
    for mention in survey.all(Form.PLACEMENT):
        name = mention.token.name
        if name.startswith("tbl-") and name not in survey.tables and not survey.is_lost(name, "tables.yaml"):
            hint = nearest(name, survey.tables) or f'add "- id: {name}" to tables.yaml'
            yield UNKNOWN_PLACED.at(mention.token.span, f'tables.yaml has no table "{name}"', hint)


def placed_twice(survey: Survey) -> Iterator[Diagnostic]:
    """TBL014."""
    first: dict[str, Span] = {}
    for section in survey.index.order:
        for token in survey.report.tokens_of(section.body):
            if token.form is not Form.PLACEMENT or not token.name.startswith("tbl-"):
                continue
            if token.name in first:
                message = f'the table "{token.name}" is placed a second time'
                hint = f"it is placed at {first[token.name]}; refer to it here with @{token.name}"
                yield PLACED_TWICE.at(token.span, message, hint)
            first.setdefault(token.name, token.span)


def no_header_column(survey: Survey) -> Iterator[Diagnostic]:
    """TBL015."""
    for entry in survey.report.tables:
        if not any(column.header for column in entry.table.columns):
            message = f'no column of "{entry.table.id}" heads its rows'
            hint = 'add "header: true" to the column that names each row'
            yield NO_HEADER_COLUMN.at(entry.place.key("columns"), message, hint)


def not_numbers(survey: Survey) -> Iterator[Diagnostic]:
    """TBL017."""
    told: set[Embedded] = set()
    for entry in survey.report.tables:
        if entry.data is None:
            continue
        columns = [column for column in entry.table.columns if column.name in entry.data.columns]
        for row in printed_rows(entry):
            for column, cell in zip(columns, row, strict=True):
                sound = is_empty(cell.text) or number_in(cell.text) is not None
                if column.format == "number" and not sound and cell not in told:
                    told.add(cell)
                    message = f'"{cell.text}" in the column "{column.name}" is not a number'
                    hint = f'write a number, or take "format: number" from the column in {entry.place.file}'
                    yield NOT_A_NUMBER.at(cell_span(cell), message, hint)


def lost_marks(survey: Survey) -> Iterator[Diagnostic]:
    """TBL018."""
    for entry in survey.report.tables:
        if entry.data is None:
            continue
        texts = [entry.caption, *([entry.unit] if entry.unit else []), *entry.headings]
        texts += [cell for row in printed_rows(entry) for cell in row]
        marked = {
            mark for text in texts for group in re.findall(r"\^([^^\s\]]+)\^", text.text) for mark in _each(group)
        }
        for number, note in enumerate(entry.table.notes):
            if note.mark not in marked:
                message = f'the mark "{note.mark}" stands nowhere in "{entry.table.id}"'
                hint = f"write ^{note.mark}^ in the cell that the note is about"
                yield LOST_MARK.at(entry.place.at("notes", number, "mark"), message, hint)


def _each(group: str) -> list[str]:
    """The marks of `^a^`, `^a,b^`."""
    return [mark.strip() for mark in group.split(",")]
