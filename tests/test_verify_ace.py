"""DAISY Ace that is missing, breaks off or answers by half: never a passed book."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings, Span
from pipeline.verify.ace import AceTools, find_ace, prove_claim, run_ace


def standing_in(folder: Path, program: str) -> AceTools:
    """Tools of which Ace is a program of ours, for the shell in place of Node."""
    script = folder / "ace.sh"
    script.write_text(program)
    return AceTools(Path("/bin/sh"), script, Path("/bin/true"))


def report(outcome: str, *assertions: object) -> str:
    return json.dumps(
        {
            "earl:assertedBy": {"doap:release": {"doap:revision": "1.4.6"}},
            "earl:result": {"earl:outcome": outcome},
            "assertions": [{"earl:testSubject": {"url": "a.xhtml"}, "assertions": list(assertions)}],
        }
    )


def answering(folder: Path, text: str) -> AceTools:
    """Ace that gives this report: its folder for reports is the third argument."""
    (folder / "answer.json").write_text(text)
    return standing_in(folder, f'mkdir -p "$3" && cp "{folder}/answer.json" "$3/report.json"\n')


def checked(tools: AceTools | None, reason: str = "", timeout: float = 60) -> tuple[CheckResult, list[str]]:
    findings = Findings()
    result = run_ace(Path("book.epub"), tools, reason, findings, timeout=timeout)
    return result, [f"{f.rule.code} [{f.foreign}] {f.span}: {f.message}" for f in findings.all()]


FAULT = {
    "earl:test": {"dct:title": "image-alt", "dct:description": "Images must have a text", "earl:impact": "critical"},
    "earl:result": {"earl:outcome": "fail", "dct:description": "Fix this:\n  no alt"},
}


def test_without_tools_it_is_not_run_and_nothing_is_wrong() -> None:
    result, found = checked(None, "no Node is installed")
    assert result == CheckResult("DAISY Ace", CheckState.NOT_RUN, "no Node is installed")
    assert found == []


@pytest.mark.process
def test_a_clean_report_is_a_passed_book(tmp_path: Path) -> None:
    result, found = checked(answering(tmp_path, report("pass")))
    assert result == CheckResult("DAISY Ace 1.4.6", CheckState.PASSED, "0 violations in 1 files")
    assert found == []


@pytest.mark.process
def test_violations_are_findings_at_their_page(tmp_path: Path) -> None:
    result, found = checked(answering(tmp_path, report("fail", FAULT)))
    assert result == CheckResult("DAISY Ace 1.4.6", CheckState.FAILED, "1 violations in 1 files")
    assert found == [
        "EPUB010 [image-alt] book.epub/a.xhtml: Images must have a text (critical): Fix this: no alt",
    ]


@pytest.mark.process
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "gave half an answer (JSONDecodeError"),
        ("{}", "gave half an answer (KeyError"),
        (report("fail"), 'contradicts itself: "fail" with 0 violations in 1 files'),
        (report("pass", FAULT), 'contradicts itself: "pass" with 1 violations in 1 files'),
    ],
)
def test_half_an_answer_is_not_run(answer: str, reason: str, tmp_path: Path) -> None:
    result, found = checked(answering(tmp_path, answer))
    assert result.state is CheckState.NOT_RUN
    assert result.detail.startswith(reason)
    assert found[0].startswith("TOOL021 [] book.epub: Ace ")


@pytest.mark.process
@pytest.mark.parametrize(
    ("answer", "codes"),
    [(report("pass"), []), (report("fail", FAULT), ["EPUB010", "EPUB011"]), ("", ["EPUB011", "TOOL021"])],
)
def test_a_claim_is_proved_by_a_passed_book_alone(
    answer: str, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = answering(tmp_path, answer)
    monkeypatch.setattr("pipeline.verify.ace.find_ace", lambda _: (tools, ""))
    findings = Findings()
    prove_claim(Path("book.epub"), tmp_path, Span("report.yaml", 9), findings)
    assert sorted(finding.rule.code for finding in findings.all()) == codes


def test_a_claim_is_not_proved_where_ace_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    findings = Findings()
    result = prove_claim(Path("book.epub"), tmp_path, Span("report.yaml", 9), findings)
    assert result.state is CheckState.NOT_RUN
    assert [(f.rule.code, f.span.line, f.message) for f in findings.all()] == [
        ("EPUB011", 9, "the EPUB cannot be called accessible: DAISY Ace not run, no Node is installed")
    ]


@pytest.mark.process
def test_a_crash_is_not_run(tmp_path: Path) -> None:
    result, _ = checked(standing_in(tmp_path, "echo no browser >&2\nexit 3\n"))
    assert result == CheckResult("DAISY Ace", CheckState.NOT_RUN, "gave no answer (exit code 3): no browser")


@pytest.mark.process
def test_what_does_not_end_is_not_run(tmp_path: Path) -> None:
    result, _ = checked(standing_in(tmp_path, "sleep 600\n"), timeout=0.5)
    assert result.detail == "did not end within 0.5 seconds"


def test_the_first_thing_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert find_ace(tmp_path) == (None, "no Node is installed")


@pytest.mark.process
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("v18.19.0", "Node 18.19.0 is too old, 20 is needed"),
        ("v22.1.0", 'Ace is not installed: run "make reader"'),
        ("nonsense", "Node does not tell its version: "),
    ],
)
def test_an_old_node_is_as_good_as_none(
    answer: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {answer}\n")
    node.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _: str(node))
    tools, told = find_ace(tmp_path)
    assert tools is None
    assert told.startswith(reason)
