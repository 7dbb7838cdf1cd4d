"""The manuscript: Markdown pieces made from the structured sources by the templates in `manuscript/`.

Each piece is read by pandoc on its own. An author's text stands at known lines of its piece, so that what
pandoc says about a line is told about the author's line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from pipeline import wording
from pipeline.diagnostics import Findings, Span
from pipeline.index import Index, chosen_rows, printed_rows
from pipeline.model import Column
from pipeline.report import FigureEntry, Report, TableEntry
from pipeline.scan import Form
from pipeline.source import Embedded
from pipeline.templating import Templates
from pipeline.toolchain import Tool

LICENCES: Mapping[str, tuple[str, str]] = {
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution-ShareAlike 4.0 International",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution-NonCommercial 4.0 International",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}


START = "[]{.start}"
"""Stands before words that are no block of their own, so that the title "2019. The first year" is no list."""


class PieceKind(Enum):
    """What a piece of the manuscript is."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    NOTE = "note"
    FIGURE = "figure"
    TABLE = "table"
    IMPRINT = "imprint"
    COLOPHON = "colophon"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the manuscript.

    Attributes:
        kind: what it is.
        id: the id of the section, note, figure or table that it belongs to.
        markdown: its text.
        origin: the author's text in it, for places; it begins on line `offset` + 1 of the piece.
        offset: lines of the piece before the author's text.
    """

    kind: PieceKind
    id: str
    markdown: str
    origin: Embedded
    offset: int = 0

    def span(self, line: int, column: int) -> Span:
        """The author's place of a line and column of the piece."""
        own = line - self.offset
        inside = 1 <= own <= self.origin.text.count("\n") + 1
        return self.origin.span(own, column) if inside else self.origin.span(1, 1)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the colophon says about how the edition was made."""

    press_version: str
    pandoc_version: str
    tools: tuple[Tool, ...]
    commit: str


def manuscript_filters(words: Mapping[str, str]) -> Mapping[str, Callable[..., object]]:
    """The functions that manuscript templates may use."""

    def day(value: str) -> str:
        moment = date.fromisoformat(value)
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}" if words["and"] == "and" else value

    return {"cell": _cell, "alignment": _alignment, "literal": _literal, "day": day, "licence": _licence}


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def assemble(
    report: Report, index: Index, templates: Templates, provenance: Provenance, findings: Findings
) -> tuple[Piece, ...]:
    """The manuscript of everything that is printed.

    Raises:
        StageFailedError: when one of the press's own templates fails.
    """
    words = wording.words_for(report.settings.lang, report.settings.labels)
    known = frozenset(entry.note.id for entry in report.notes)
    pieces: list[Piece] = []

    def text_piece(kind: PieceKind, identifier: str, text: Embedded) -> None:
        words = (START if kind is PieceKind.TITLE else "") + text.text
        markdown = templates.render("manuscript/text.md.j2", findings, text=words, calls=_calls(report, known, text))
        pieces.append(Piece(kind, identifier, markdown, text))

    for section in index.order:
        text_piece(PieceKind.TITLE, section.id, section.title)
        if section.lead:
            text_piece(PieceKind.LEAD, section.id, section.lead)
        text_piece(PieceKind.BODY, section.id, section.body)
    for call in index.notes:
        if call.entry is not None and call.entry.text is not None:
            text_piece(PieceKind.NOTE, call.id, call.entry.text)
    for figure in report.figures:
        if figure.figure.id in index.placed:
            pieces.append(_figure(report, figure, known, templates, words, findings))
    for table in report.tables:
        if table.table.id in index.placed and table.data is not None:
            pieces.append(_table(report, table, known, templates, words, findings))
    pieces += _matter(report, templates, provenance, findings)
    return tuple(pieces)


def _calls(report: Report, known: frozenset[str], *texts: Embedded | None) -> tuple[str, ...]:
    names = [token.name for text in texts for token in report.tokens_of(text) if token.form is Form.NOTE_CALL]
    return tuple(dict.fromkeys(name for name in names if name in known))


def _figure(
    report: Report,
    entry: FigureEntry,
    known: frozenset[str],
    templates: Templates,
    words: Mapping[str, str],
    findings: Findings,
) -> Piece:
    markdown = templates.render(
        "manuscript/figure.md.j2",
        findings,
        figure=entry.figure,
        href=asset_name(entry),
        words=words,
        calls=_calls(report, known, entry.caption, entry.unit, entry.source),
    )
    return Piece(PieceKind.FIGURE, entry.figure.id, markdown, entry.caption, 1)


def asset_name(entry: FigureEntry) -> str:
    """The name by which editions call the picture of a figure."""
    figure = entry.figure
    ending = "svg" if figure.chart else str(figure.file).rsplit(".", 1)[-1].lower()
    return f"assets/{figure.id}.{ending}"


def _table(
    report: Report,
    entry: TableEntry,
    known: frozenset[str],
    templates: Templates,
    words: Mapping[str, str],
    findings: Findings,
) -> Piece:
    rows = printed_rows(entry)
    markdown = templates.render(
        "manuscript/table.md.j2",
        findings,
        table=entry.table,
        rows=_marked_rows(entry, words),
        words=words,
        calls=_calls(
            report, known, entry.caption, entry.unit, *entry.headings, *(cell for row in rows for cell in row),
            *entry.notes, entry.source,
        ),
    )  # fmt: skip
    return Piece(PieceKind.TABLE, entry.table.id, markdown, entry.caption, 1)


def _marked_rows(entry: TableEntry, words: Mapping[str, str]) -> list[list[str]]:
    """The cells as Markdown; a span marks the head of a group and a checked sum."""
    assert entry.data is not None
    table, data = entry.table, entry.data
    totals = {total.row for total in table.totals if total.row}
    group_place = data.columns.index(table.groups) if table.groups in data.columns else -1
    columns = [column for column in table.columns if column.name in data.columns]
    rows: list[list[str]] = []
    group = ""
    for source, cells in zip(chosen_rows(entry), printed_rows(entry), strict=True):
        is_total = source[0].text in totals
        if group_place >= 0 and source[group_place].text != group and not is_total:
            group = source[group_place].text
            rows.append([f"[{group}]{{.group}}", *([""] * (len(columns) - 1))])
        shown = [_shown(cell.text, column, words) for cell, column in zip(cells, columns, strict=True)]
        if is_total:
            shown[0] = f"[{shown[0]}]{{.total}}"
        rows.append(shown)
    return rows


def _shown(text: str, column: Column, words: Mapping[str, str]) -> str:
    if column.format == "number":
        bare, mark, rest = text.partition("^")
        return wording.number(bare, words) + mark + rest
    return text


def _matter(report: Report, templates: Templates, provenance: Provenance, findings: Findings) -> list[Piece]:
    settings = report.settings
    names = settings.identifiers
    identifiers = [
        (name, value)
        for name, value in (
            ("DOI", names.doi), ("ISBN (PDF)", names.isbn_pdf), ("ISBN (EPUB)", names.isbn_epub),
            ("Report number", names.report_number),
        )
        if value
    ]  # fmt: skip
    nowhere = Embedded("", report.place.file, 1, 1, -1)
    imprint = templates.render("manuscript/imprint.md.j2", findings, settings=settings, identifiers=identifiers)
    colophon = templates.render(
        "manuscript/colophon.md.j2",
        findings,
        settings=settings,
        press_version=provenance.press_version,
        pandoc_version=provenance.pandoc_version,
        tools=provenance.tools,
        commit=provenance.commit,
    )
    return [
        Piece(PieceKind.IMPRINT, "press-imprint", imprint, report.imprint or nowhere),
        Piece(PieceKind.COLOPHON, "press-colophon", colophon, report.colophon or nowhere),
    ]


def _cell(text: str) -> str:
    """Text for a cell of a pipe table: on one line, its own pipes escaped; spaces that do not break stay."""
    line = re.sub(r"[ \t\n]+", " ", text).strip(" ")
    return _CELL_MARKS.sub(lambda found: "\\" + found[0] if found[0] in "|`\\" else found[0], line)


# Code and what is escaped already stay as they are; a backtick or a backslash by itself would reach into the next cell.
_CELL_MARKS = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\\.|[|`\\]")


def _alignment(column: Column) -> str:
    return {"left": ":---", "right": "---:", "center": ":---:"}[_aligned(column)]


def _aligned(column: Column) -> str:
    return column.align or ("right" if column.format == "number" and not column.header else "left")


def _literal(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return "".join("\\" + sign if sign in r"\`*_{}[]<>#+-.!|@^~$" and sign not in "-." else sign for sign in text)


def _licence(name: str) -> str:
    words, address = LICENCES.get(name, (name, ""))
    return f"[{words}]({address})" if address else _literal(words)
