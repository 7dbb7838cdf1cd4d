"""The gate against PDF/UA: a small good file breaks nothing, and each fault breaks the clause that it is made for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.checks import CheckState
from pipeline.render.xmp import Claims
from pipeline.verify.gate.clauses import Standard, all_clauses
from pipeline.verify.gate.examine import Profile
from pipeline.verify.gate.matterhorn import ANSWERED_BY, FOR_PEOPLE
from tests.gating import (
    BOTH,
    broken,
    element,
    examined,
    paint,
    put,
    rename,
    repaint,
    resources,
    to_look_at,
)
from tests.small_pdfs import small
from tests.ua_faults import FAULTS, dynamic_form

pytestmark = pytest.mark.artefact

# Clauses whose faults are made in other ways, each with its test.
MADE_ELSEWHERE = {
    "6.1-1": "test_gate_archive.py::test_bytes",
    "7.16-1": "test_gate_ua.py::test_a_file_that_forbids_reading_aloud",
    "7.5-ids": "test_gate_ua.py::test_a_head_that_is_not_needed_and_not_there_is_told_and_fails_nothing",
    "7.5-heads": "test_gate_ua.py::test_a_table_without_heads_is_told_and_fails_nothing",
    "7.18.5-empty": "test_gate_ua.py::test_a_link_that_shows_nothing_is_told_and_fails_nothing",
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gate") / "good.pdf"
    path.write_bytes(small())
    return path


def test_the_good_file_breaks_nothing(tmp_path: Path) -> None:
    examination = examined(tmp_path / "good.pdf", small())
    assert broken(examination) == set()
    assert to_look_at(examination) == set()
    assert examination.passed
    assert examination.findings == ()
    assert len(examination.judged) > 150


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_breaks_its_clause(number: str, tmp_path: Path) -> None:
    examination = examined(tmp_path / "bad.pdf", small(FAULTS[number]))
    assert number in broken(examination), [item.detail for item in examination.judged if item.detail]
    clause = next(clause for clause in all_clauses() if clause.number == number)
    told = [finding for finding in examination.findings if finding.rule is clause.rule]
    assert any(number in finding.foreign or (clause.archive and clause.archive in finding.foreign) for finding in told)


@pytest.mark.parametrize(
    ("number", "others"),
    [
        ("7.1-3", set()),
        ("7.3-1", set()),
        ("7.9-1", set()),
        ("7.4.2-1", set()),
        ("7.18.5-2", set()),
        ("7.5-1", set()),
        ("7.5-2", set()),
        ("7.21.7-1", {"6.2.11.7.2-1"}),
        ("7.21.5-1", {"6.2.11.5-1"}),
        ("7.2-43", {"14.7.4-1", "7.1-3"}),
    ],
)
def test_a_fault_breaks_no_other_clause(number: str, others: set[str], tmp_path: Path) -> None:
    assert broken(examined(tmp_path / "bad.pdf", small(FAULTS[number]))) - others == {number}


def test_every_clause_of_pdf_ua_has_a_fault() -> None:
    numbers = {clause.number for clause in all_clauses() if Standard.UA1 in clause.standards}
    assert numbers - set(FAULTS) == set(MADE_ELSEWHERE)


@pytest.mark.parametrize("test", sorted(set(MADE_ELSEWHERE.values())))
def test_the_test_of_a_clause_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (Path(__file__).parent / file).read_text("utf-8")


def test_every_condition_of_the_protocol_is_answered() -> None:
    for_machines = {condition for clause in all_clauses() for condition in clause.matterhorn}
    assert not for_machines & set(FOR_PEOPLE)
    for condition, other in ANSWERED_BY.items():
        assert condition not in for_machines and other in for_machines
    assert len(for_machines | set(ANSWERED_BY)) >= 87


# ---------------------------------------------------------------- faults of other kinds


def test_a_file_that_forbids_reading_aloud(tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(small())
    with pikepdf.open(path) as pdf:
        for allowed, expected in ((True, set()), (False, {"7.16-1"})):
            permissions = pikepdf.Permissions(accessibility=allowed, extract=allowed)
            out = tmp_path / f"{allowed}.pdf"
            pdf.save(
                out,
                encryption=pikepdf.Encryption(owner="x", user="", R=3, aes=False, allow=permissions, metadata=False),
            )
            said = broken(examined(out, out.read_bytes(), Profile(frozenset((Standard.UA1,)))))
            assert said == expected


def test_a_table_without_heads_is_told_and_fails_nothing(tmp_path: Path) -> None:
    def headless(pdf: Pdf) -> None:
        for _ in range(4):
            rename(pdf, "TH", "TD")
        for at in range(6):
            found = element(pdf, "TD", at)
            if "/A" in found:
                del found["/A"]

    examination = examined(tmp_path / "bad.pdf", small(headless))
    assert broken(examination) == set()
    assert to_look_at(examination) == {"7.5-heads"}
    assert [finding.rule.code for finding in examination.findings] == ["PDF124"]


def test_a_head_that_is_not_needed_and_not_there_is_told_and_fails_nothing(tmp_path: Path) -> None:
    def astray(pdf: Pdf) -> None:
        element(pdf, "TD").A.Headers = Array([String("nothing")])

    examination = examined(tmp_path / "bad.pdf", small(astray))
    assert broken(examination) == set()
    assert to_look_at(examination) == {"7.5-ids"}


def test_a_link_that_shows_nothing_is_told_and_fails_nothing(tmp_path: Path) -> None:
    examination = examined(tmp_path / "bad.pdf", small(lambda pdf: put(pdf, "Link", element(pdf, "P")) and None))
    assert broken(examination) == set()
    assert to_look_at(examination) == {"7.18.5-empty"}
    assert [finding.rule.code for finding in examination.findings] == ["PDF125"]


def test_the_second_part(tmp_path: Path) -> None:
    profile = Profile(frozenset((Standard.UA2,)))
    claims = Claims(pdfua=2)
    assert "6.1-2" in broken(examined(tmp_path / "a.pdf", small(claims=claims), profile))
    later = small(dynamic_form, claims).replace(b"%PDF-1.7", b"%PDF-2.0", 1)
    found = broken(examined(tmp_path / "b.pdf", later, profile))
    assert "6.1-2" not in found and "8.10.1-3" in found


def test_what_is_not_asked_is_not_passed(tmp_path: Path) -> None:
    """Without a declaration a file is held against PDF/UA-1, and fails for want of it."""
    examination = examined(tmp_path / "a.pdf", small(claims=Claims()), None)
    assert examination.standards == ("PDF/UA-1", "file")
    assert broken(examination) == {"5-1", "5-2"}


def test_a_check_that_fails_is_a_finding(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.verify.gate import clauses, examine

    def stumbles(file: object) -> list[Any]:
        raise KeyError("nobody foresaw this")

    clause = clauses.Clause("0-0", "nothing", all_clauses()[0].rule, frozenset((Standard.FILE,)), stumbles)
    monkeypatch.setattr(examine, "all_clauses", lambda: (clause,))
    examination = examine.examine(good, "good.pdf", BOTH)
    assert [item.state for item in examination.judged] == [CheckState.NOT_RUN]
    assert not examination.passed
    assert [finding.rule.code for finding in examination.findings] == ["PDF001"]


def test_the_page_on_conformance_lists_every_condition() -> None:
    text = (Path(__file__).parent.parent / "docs" / "conformance.md").read_text("utf-8")
    checked, people = text.split("left to people\n", 1)
    for clause in all_clauses():
        for condition in clause.matterhorn:
            row = next(line for line in checked.splitlines() if line.startswith(f"| {condition} "))
            assert clause.number in row and clause.rule.code in row
    for condition, asks in FOR_PEOPLE.items():
        assert f"| {condition} | {asks} |" in people


def test_a_mask_is_no_content(tmp_path: Path) -> None:
    def masked(pdf: Pdf) -> None:
        mask = pdf.make_stream(b"0 g 0 0 5 5 re f")
        mask.Type, mask.Subtype, mask.BBox, mask.Resources = Name.XObject, Name.Form, Array([0, 0, 9, 9]), Dictionary()
        mask.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
        resources(pdf).ExtGState.G1.SMask = Dictionary(Type=Name.Mask, S=Name.Luminosity, G=mask)

    assert broken(examined(tmp_path / "a.pdf", small(masked))) == set()


def test_content_of_a_form_stands_where_the_form_is_painted(tmp_path: Path) -> None:
    assert "7.1-3" in broken(examined(tmp_path / "a.pdf", small(lambda pdf: paint(pdf, b"/Fm1 Do"))))
    tagged = lambda pdf: repaint(pdf, b"/Im1 Do", b"/Im1 Do /Fm1 Do")  # noqa: E731 - as short as the fault
    assert broken(examined(tmp_path / "b.pdf", small(tagged))) == set()
