"""Every rule, on a report that is clean but for one fault: what is found, all of it, at its place."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.diagnostics import Rule, Span
from pipeline.rulebook import load_rules
from pipeline.rules import RULES, apply_allowances
from pipeline.rules.figures import ALT_MISSING
from tests.readings import CLEAN, DEMO, TESTS, Reader, as_text

FIXTURES = sorted(path.name for path in (TESTS / "rules").iterdir() if path.is_dir())

# Rules that no folder of files can show: the test that makes each of them fire.
FIRED_IN_TESTS = {
    "FIG008": "test_odd_books.py::test_a_picture_of_forty_megabytes_is_told_at_its_line",
    "CITE007": "test_citations.py::test_a_style_that_counts_back_needs_notes_counted_through",
    "SRC001": "test_load.py::test_latin_1",
    "SRC002": "test_load.py::test_byte_order_mark",
    "SRC003": "test_load.py::test_carriage_returns",
    "SRC004": "test_load.py::test_a_line_of_a_megabyte",
    "SRC007": "test_load.py::test_control_character",
}
# Families that later stages declare; their own tests make them fire.
OF_LATER_STAGES = ("TPL", "PDC", "WPR", "PDF", "EPUB", "PAR", "PKG", "TOOL")
OF_LATER_STAGES_CODES = ("CITE006", "STR010")


def overlaid(code: str, folder: Path) -> Path:
    """The clean report with the files of a fixture in place of its own."""
    report = folder / "report"
    shutil.copytree(CLEAN, report)
    shutil.copytree(TESTS / "rules" / code, report, dirs_exist_ok=True)
    (report / "expected.txt").unlink()
    return report


def test_the_clean_report_is_clean(read: Reader) -> None:
    assert as_text(read(CLEAN).findings) == ""


def test_the_demo_is_clean(read: Reader) -> None:
    assert as_text(read(DEMO).findings) == ""


@pytest.mark.parametrize("code", FIXTURES)
def test_rule(code: str, read: Reader, tmp_path: Path) -> None:
    expected = (TESTS / "rules" / code / "expected.txt").read_text(encoding="utf-8")
    report = overlaid(code, tmp_path)
    assert as_text(read(report).findings) == expected
    assert as_text(read(report).findings) == expected, "what is kept of a report says the same"


@pytest.mark.parametrize("code", FIXTURES)
def test_a_fixture_shows_its_own_rule(code: str) -> None:
    expected = (TESTS / "rules" / code / "expected.txt").read_text(encoding="utf-8")
    assert f" {code} " in expected


def test_every_rule_has_a_fixture_that_fires_it() -> None:
    known = {rule.code for rule in load_rules()}
    sources = {code for code in known if not code.startswith(OF_LATER_STAGES) and not code.startswith("FIG1")}
    sources -= set(OF_LATER_STAGES_CODES)
    assert sources == set(FIXTURES) | set(FIRED_IN_TESTS)


@pytest.mark.parametrize("test", FIRED_IN_TESTS.values())
def test_a_test_that_fires_a_rule_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8")


def test_every_rule_is_explained() -> None:
    def is_explained(rule: Rule) -> bool:
        sentences = rule.doc.partition("\n\n")[0]
        return sentences.rstrip().endswith((".", ":")) and len(sentences.split()) >= 8

    assert [rule.code for rule in load_rules() if not is_explained(rule)] == []


def test_functions_of_rules_are_registered_once() -> None:
    assert len(set(RULES)) == len(RULES)


class TestAllowances:
    """What a report accepts, and until when."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return overlaid("SUP002", tmp_path)

    @pytest.mark.parametrize(
        ("today", "left"),
        [
            (date(2026, 3, 1), []),
            (date(2026, 3, 2), ["NOTE002", "SUP002"]),
            (date(2026, 9, 2), ["NOTE002", "NOTE002", "SUP002", "SUP002"]),
        ],
    )
    def test_until_is_the_last_day(self, folder: Path, read: Reader, today: date, left: list[str]) -> None:
        reading = read(folder)
        unused = read(overlaid("NOTE002", folder)).findings
        assert [finding.rule.code for finding in unused] == ["NOTE002"]
        second = Span("notes/spare.yaml", 3, 7, 12)
        both = [unused[0], unused[0].rule.at(second, 'nothing calls the note "other"')]
        found = apply_allowances(both, reading.report, today)
        assert sorted(finding.rule.code for finding in found) == left

    def test_an_acceptance_of_another_rule_takes_nothing_away(self, folder: Path, read: Reader) -> None:
        finding = ALT_MISSING.at(Span("notes/spare.yaml", 1, 7), "no text")
        found = apply_allowances([finding], read(folder).report, date(2026, 1, 1))
        assert finding in found

    def test_nothing_outside_the_report_is_accepted(self, folder: Path, read: Reader) -> None:
        rule = next(rule for rule in load_rules() if rule.code == "NOTE002")
        finding = rule.at(Span("elsewhere/notes/spare.yaml", 1, 7), "unused")
        found = apply_allowances([finding], read(folder).report, date(2026, 1, 1))
        assert finding in found
