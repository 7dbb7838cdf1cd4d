"""What the report in content/ promises of itself: notes, charts with their data, sums, and names from one list."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.report import NoteEntry
from tests.readings import DEMO, Reader, Reading

REPORT = DEMO.parent / "central-asia-returns"


@pytest.fixture(scope="module")
def found(read: Reader) -> Reading:
    return read(REPORT)


def words_of(entry: NoteEntry) -> str:
    return entry.text.text if entry.text else ""


def test_the_report_is_clean(found: Reading) -> None:
    assert found.codes == []


def test_notes_of_every_kind_are_in_use(found: Reading) -> None:
    notes = found.report.notes
    assert len(found.index.notes) == len(notes) >= 120
    assert sum(len(entry.note.cites) > 1 for entry in notes) >= 20
    assert sum("@note-" in words_of(entry) for entry in notes) >= 20
    assert sum("\n\n" in words_of(entry).strip() for entry in notes) >= 2
    captions = [
        *(entry.caption.text for entry in found.report.figures),
        *(entry.caption.text for entry in found.report.tables),
    ]
    cells = [cell.text for table in found.report.data.values() for row in table.rows for cell in row]
    assert sum("[^" in words for words in captions) >= 3
    assert sum("[^" in words for words in cells) >= 3


def test_every_note_names_facts(found: Reading) -> None:
    assert [entry.note.id for entry in found.report.notes if not entry.note.facts] == []


def test_every_chart_has_a_finding_and_its_data_in_an_appendix(found: Reading) -> None:
    charts = [entry.figure for entry in found.report.figures if entry.figure.chart]
    assert len(charts) >= 3
    appendices = {section.id: section for section in found.report.sections if section.head.kind.value == "appendix"}
    placed = "".join(section.body.text for section in appendices.values())
    tables = {entry.table.data for entry in found.report.tables if f"{{#{entry.table.id}}}" in placed}
    for figure in charts:
        assert figure.alt and re.search(r"\d|six weeks", figure.alt), figure.id
        drawn_from = re.findall(r"url: (data/[\w.-]+)", (REPORT / str(figure.chart)).read_text(encoding="utf-8"))
        assert drawn_from and set(drawn_from) <= tables, figure.id


def test_every_table_with_a_row_or_column_of_totals_has_it_added_up(found: Reading) -> None:
    for entry in found.report.tables:
        rows = [row[0].text for row in entry.data.rows] if entry.data else []
        summed = {total.row for total in entry.table.totals}
        assert {row for row in rows if row in ("Four States", "All years", "All operations")} <= summed, entry.table.id


def test_a_changed_cell_spoils_its_sums(tmp_path: Path, read: Reader) -> None:
    folder = tmp_path / "report"
    shutil.copytree(REPORT, folder)
    file = folder / "data" / "years.csv"
    words = file.read_text(encoding="utf-8")
    assert words.count("2021,12,117,0,79,208") == 1
    file.write_text(words.replace("2021,12,117,0,79,208", "2021,12,118,0,79,208"), encoding="utf-8")
    assert [finding.message for finding in read(folder).findings] == [
        'the total in the row "2021" is 208, but 12 + 118 + 0 + 79 is 209',
        'the total in the column "Uzbekistan" is 435, but 220 + 98 + 118 + 0 + 0 + 0 is 436',
    ]


def test_every_other_form_of_a_name_is_found(tmp_path: Path, read: Reader) -> None:
    """Each form that the list of terms rejects, put into a text of the report, is found once."""
    folder = tmp_path / "report"
    shutil.copytree(REPORT, folder)
    terms = read(folder).report.settings.terms
    assert len(terms) >= 15
    section = folder / "sections" / "90-method.md"
    rejected = [word for term in terms for word in term.not_]
    added = "\n\n".join(f"Here are {word}." for word in rejected)
    section.write_text(section.read_text(encoding="utf-8") + "\n" + added + "\n", encoding="utf-8")
    findings = read(folder).findings
    assert {finding.rule.code for finding in findings} == {"TXT004"}
    named = {match[1] for finding in findings if (match := re.match(r'"(.+)" is not the term', finding.message))}
    assert set(rejected) <= named
