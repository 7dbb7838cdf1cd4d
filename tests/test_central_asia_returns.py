"""What the report in content/ promises of itself: notes, charts with their data, sums, and names from one list."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pipeline.charts import data_files
from pipeline.report import NoteEntry
from tests.readings import Reading

pytestmark = pytest.mark.process


def words_of(entry: NoteEntry) -> str:
    return entry.text.text if entry.text else ""


def test_the_report_is_clean(returns: Reading) -> None:
    assert returns.codes == []


def test_notes_of_every_kind_are_in_use(returns: Reading) -> None:
    notes = returns.report.notes
    assert len(returns.index.notes) == len(notes) >= 120
    assert sum(len(entry.note.cites) > 1 for entry in notes) >= 20
    assert sum("@note-" in words_of(entry) for entry in notes) >= 20
    assert sum("\n\n" in words_of(entry).strip() for entry in notes) >= 2
    captions = [
        *(entry.caption.text for entry in returns.report.figures),
        *(entry.caption.text for entry in returns.report.tables),
    ]
    cells = [cell.text for table in returns.report.data.values() for row in table.rows for cell in row]
    assert sum("[^" in words for words in captions) >= 3
    assert sum("[^" in words for words in cells) >= 3


def test_every_note_names_facts(returns: Reading) -> None:
    assert [entry.note.id for entry in returns.report.notes if not entry.note.facts] == []


def test_every_chart_has_a_finding_and_its_data_in_an_appendix(returns: Reading) -> None:
    charts = [entry for entry in returns.report.figures if entry.chart]
    assert len(charts) >= 3
    appendices = {section.id: section for section in returns.report.sections if section.head.kind.value == "appendix"}
    placed = "".join(section.body.text for section in appendices.values())
    tables = {entry.table.data for entry in returns.report.tables if f"{{#{entry.table.id}}}" in placed}
    for entry in charts:
        figure = entry.figure
        assert figure.alt and re.search(r"\d|six weeks", figure.alt), figure.id
        drawn_from = data_files(entry.chart or "")
        assert drawn_from and set(drawn_from) <= tables, figure.id


def test_every_data_file_but_the_single_numbers_is_behind_a_chart_or_table(returns: Reading) -> None:
    """So that it is handed on, as the appendix says."""
    report, placed = returns.report, returns.index.placed
    behind = {entry.table.data for entry in report.tables if entry.table.id in placed}
    behind |= {name for entry in report.figures if entry.figure.id in placed for name in data_files(entry.chart or "")}
    assert set(report.data) - behind == {"data/numbers.csv"}


def test_every_table_with_a_row_or_column_of_totals_has_it_added_up(returns: Reading) -> None:
    for entry in returns.report.tables:
        rows = [row[0].text for row in entry.data.rows] if entry.data else []
        summed = {total.row for total in entry.table.totals}
        assert {row for row in rows if row in ("Four States", "All years", "All operations")} <= summed, entry.table.id


def test_a_changed_cell_spoils_its_sums(spoilt_returns: Callable[[str, str, str], Reading]) -> None:
    spoilt = spoilt_returns("data/years.csv", "2021,12,117,0,79,208", "2021,12,118,0,79,208")
    assert [finding.message for finding in spoilt.findings] == [
        'the total in the row "2021" is 208, but 12 + 118 + 0 + 79 is 209',
        'the total in the column "Uzbekistan" is 435, but 220 + 98 + 118 + 0 + 0 + 0 is 436',
    ]


def test_every_other_form_of_a_name_is_found(
    returns: Reading, spoilt_returns: Callable[[str, str, str], Reading]
) -> None:
    """Each form that the list of terms rejects, put into a text of the report, is found once."""
    terms = returns.report.settings.terms
    assert len(terms) >= 15
    rejected = [word for term in terms for word in term.not_]
    added = "\n\n".join(f"Here are {word}." for word in rejected)
    head = "kind: back\n---\n"
    findings = spoilt_returns("sections/90-method.md", head, f"{head}\n{added}\n").findings
    assert {finding.rule.code for finding in findings} == {"TXT004"}
    named = {match[1] for finding in findings if (match := re.match(r'"(.+)" is not the term', finding.message))}
    assert set(rejected) <= named
