"""What findings look like: text, JSON, SARIF."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Rule, Severity, Span
from pipeline.formats import (
    SOURCE_WIDTH,
    Account,
    Published,
    excerpt,
    finding_lines,
    human_size,
    plain,
    printable,
    published_lines,
    summary,
)
from pipeline.interchange import as_json, as_junit, as_sarif

UNRESOLVED = Rule(
    "XREF001",
    "unresolved-reference",
    Severity.ERROR,
    "A reference names an id\nthat nothing has.\n\nBad: @fig-hulll",
)
UNUSED = Rule("NOTE002", "unused-note", Severity.WARNING, "A note is never called.")

HULL = UNRESOLVED.at(
    Span("content/demo/sections/030.md", 41, 15, 25),
    'nothing has the id "fig-hulll"',
    'did you mean "fig-hull"?',
)
IDLE = UNUSED.at(Span("content/demo/notes/010.yaml", 7), 'the note "oath" is never called')
WHOLE = UNRESOLVED.at(Span("content/demo/data/an unusual näme.csv"), "the file is empty")
PUBLISHED = Published(
    report="demo",
    path="build/demo/demo.pdf",
    edition="pdf",
    pages=64,
    size=1_234_567,
    checks=(
        CheckResult("notes", CheckState.PASSED, "14 called, 14 printed"),
        CheckResult("fonts", CheckState.FAILED, "1 not embedded"),
        CheckResult("EPUBCheck", CheckState.NOT_RUN, "no Java"),
    ),
)
ACCOUNT = Account("1.2.3", (IDLE, HULL, WHOLE, HULL), (PUBLISHED,))


def text_of(finding: Diagnostic, source: str | None) -> str:
    return plain(finding_lines(finding, lambda _: source))


def under_the_carets(shown: str) -> str:
    """What a reader sees above the carets of a finding without wide characters."""
    _, source, carets, *_ = shown.splitlines()
    start = carets.index("^")
    return source[start : start + carets.count("^")]


# ---------------------------------------------------------------- text


def test_a_finding_is_place_code_name_message_line_carets_and_hint() -> None:
    assert text_of(HULL, "the hull plan @fig-hulll shows").splitlines() == [
        'content/demo/sections/030.md:41:15: error XREF001 unresolved-reference: nothing has the id "fig-hulll"',
        "   41 | the hull plan @fig-hulll shows",
        "      |               ^^^^^^^^^^",
        '  hint: did you mean "fig-hull"?',
    ]


def test_a_finding_about_a_line_shows_the_line_without_carets() -> None:
    assert text_of(IDLE, "- id: oath").splitlines() == [
        'content/demo/notes/010.yaml:7: warning NOTE002 unused-note: the note "oath" is never called',
        "    7 | - id: oath",
    ]


def test_a_finding_about_a_file_asks_for_no_line() -> None:
    def forbidden(_: Span) -> str | None:
        pytest.fail("a finding about a whole file has no line to show")

    assert plain(finding_lines(WHOLE, forbidden)).count("\n") == 1


def test_a_line_that_cannot_be_read_is_left_out() -> None:
    assert text_of(HULL, None).splitlines()[1:] == ['  hint: did you mean "fig-hull"?']


def test_the_code_of_a_foreign_tool_stands_beside_ours() -> None:
    foreign = Diagnostic(UNRESOLVED, Span("a.epub"), "bad", foreign="RSC-005")
    assert "unresolved-reference [RSC-005]: bad" in text_of(foreign, None)


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("a" * 500_000 + "@fig-hulll" + "b" * 500_000, 500_001),
        ("short @fig-hulll" + "b" * 500_000, 7),
        ("a" * 500_000 + "@fig-hulll", 500_001),
    ],
)
def test_of_a_long_line_only_the_surroundings_are_printed(source: str, column: int) -> None:
    finding = UNRESOLVED.at(Span("a.md", 1, column, column + 10), "x")
    shown = text_of(finding, source)
    assert under_the_carets(shown) == "@fig-hulll"
    assert len(shown.splitlines()[1]) <= SOURCE_WIDTH + 8
    assert "…" in shown


def test_wide_characters_take_two_columns() -> None:
    shown, before, marked = excerpt("中文 @图一 end", 4, 7)
    assert (shown, before, marked) == ("中文 @图一 end", 5, 5)


def test_accents_take_no_column() -> None:
    assert excerpt("e\u0301te\u0301 x", 7, 8) == ("e\u0301te\u0301 x", 4, 1)


def test_tabs_become_spaces_and_the_carets_stay_below_the_place() -> None:
    shown, before, marked = excerpt("\tkey:\t@fig", 7, 11)
    assert "\t" not in shown
    assert shown[before : before + marked] == "@fig"


def test_a_place_behind_the_end_of_the_line_is_marked_there() -> None:
    assert excerpt("abc", 40, 60) == ("abc", 3, 1)


@given(
    st.text(alphabet="ab \t中e\u0301\x1b\u202e", max_size=400),
    st.integers(min_value=1, max_value=420),
    st.integers(min_value=0, max_value=430),
    st.integers(min_value=20, max_value=120),
)
def test_an_excerpt_never_leaves_its_width(source: str, column: int, end: int, width: int) -> None:
    shown, before, marked = excerpt(source, column, end, width)
    assert sum(2 if c == "中" else 0 if c == "\u0301" else 1 for c in shown) <= width
    assert before + marked <= width + 1
    assert marked >= 1
    assert not {"\x1b", "\u202e", "\t"} & set(shown)


def test_what_an_author_writes_cannot_steer_the_terminal() -> None:
    finding = UNRESOLVED.at(Span("a\x1b[2J.md", 1, 1), "m\x1b[31m\nerror FAKE001 at\u202e", "h\x07")
    shown = text_of(finding, "\x1b]0;title\x07text")
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert [line.split(" ")[0] for line in shown.splitlines()].count("error") == 0


def test_letters_of_every_script_stay_as_they_are() -> None:
    assert printable("Қазақстан — “сөз” به\u200cنام 中文") == "Қазақстан — “сөз” به\u200cنام 中文"


def test_the_summary_counts_each_finding_once() -> None:
    assert summary(ACCOUNT) == "2 errors, 1 warning in 3 files; checks: 1 passed, 1 failed, 1 not run"
    assert summary(Account("1", (HULL,))) == "1 error in 1 file"
    assert summary(Account("1", ())) == "no errors, no warnings"


def test_a_published_file_is_told_with_pages_size_and_every_check() -> None:
    assert plain(published_lines(PUBLISHED)).splitlines() == [
        "build/demo/demo.pdf  64 pages, 1.2 MB",
        "  passed   notes: 14 called, 14 printed",
        "  failed   fonts: 1 not embedded",
        "  not run  EPUBCheck: no Java",
    ]


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (12_345_678, "12.3 MB"),
    ],
)
def test_sizes_for_people(size: int, told: str) -> None:
    assert human_size(size) == told


# ---------------------------------------------------------------- JSON


def test_json_holds_findings_files_checks_and_counts() -> None:
    value = json.loads(as_json(ACCOUNT))
    assert value["format"] == 1
    assert value["tool"] == {"name": "proofpress", "version": "1.2.3"}
    assert [(f["path"], f["line"], f["column"], f["end_column"]) for f in value["findings"]] == [
        ("content/demo/data/an unusual näme.csv", None, None, None),
        ("content/demo/notes/010.yaml", 7, None, None),
        ("content/demo/sections/030.md", 41, 15, 25),
    ]
    assert value["findings"][2] == {
        "rule": "XREF001",
        "name": "unresolved-reference",
        "severity": "error",
        "path": "content/demo/sections/030.md",
        "line": 41,
        "column": 15,
        "end_column": 25,
        "message": 'nothing has the id "fig-hulll"',
        "hint": 'did you mean "fig-hull"?',
        "foreign": "",
    }
    assert value["artefacts"] == [
        {
            "report": "demo",
            "path": "build/demo/demo.pdf",
            "edition": "pdf",
            "pages": 64,
            "size": 1_234_567,
        }
    ]
    assert [(c["artefact"], c["state"]) for c in value["checks"]] == [
        ("build/demo/demo.pdf", "passed"),
        ("build/demo/demo.pdf", "failed"),
        ("build/demo/demo.pdf", "not run"),
    ]
    assert value["summary"] == {
        "errors": 2,
        "warnings": 1,
        "files": 3,
        "passed": 1,
        "failed": 1,
        "not_run": 1,
    }


# ---------------------------------------------------------------- SARIF


def test_sarif_names_its_version_tool_and_only_the_rules_that_fired() -> None:
    value = json.loads(as_sarif(ACCOUNT))
    assert value["version"] == "2.1.0"
    (run,) = value["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("proofpress", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == ["NOTE002", "XREF001"]
    note, reference = driver["rules"]
    assert note["defaultConfiguration"] == {"level": "warning"}
    assert reference["name"] == "UnresolvedReference"
    assert reference["help"]["text"] == UNRESOLVED.doc
    assert reference["fullDescription"]["text"] == "A reference names an id that nothing has."


def test_sarif_results_point_to_their_rule_and_place() -> None:
    (run,) = json.loads(as_sarif(ACCOUNT))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == 3
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    whole, line, place = (result["locations"][0]["physicalLocation"] for result in run["results"])
    assert whole["artifactLocation"] == {
        "uri": "content/demo/data/an%20unusual%20n%C3%A4me.csv",
        "uriBaseId": "%SRCROOT%",
    }
    assert "region" not in whole
    assert line["region"] == {"startLine": 7}
    assert place["region"] == {"startLine": 41, "startColumn": 15, "endColumn": 25}
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_says_which_checks_failed_or_were_not_run() -> None:
    (run,) = json.loads(as_sarif(ACCOUNT))["runs"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [(n["level"], n["message"]["text"]) for n in told] == [
        ("error", "build/demo/demo.pdf: fonts: failed: 1 not embedded"),
        ("note", "build/demo/demo.pdf: EPUBCheck: not run: no Java"),
    ]


def test_the_fingerprint_outlives_a_shift_of_lines_and_tells_findings_apart() -> None:
    def fingerprint(finding: Diagnostic) -> str:
        (run,) = json.loads(as_sarif(Account("1", (finding,))))["runs"]
        return str(run["results"][0]["partialFingerprints"]["ruleFileMessage/v1"])

    moved = UNRESOLVED.at(Span(HULL.span.path, 99, 3), HULL.message, HULL.hint)
    assert fingerprint(moved) == fingerprint(HULL)
    assert fingerprint(WHOLE) != fingerprint(HULL)


def test_names_that_are_no_utf8_do_not_stop_the_machine_formats() -> None:
    odd = Account("1", (UNRESOLVED.at(Span("a\udcff.md", 1), "x"),))
    assert json.loads(as_json(odd))["findings"][0]["path"] == "a\udcff.md"
    location = json.loads(as_sarif(odd))["runs"][0]["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "a%FF.md"


# ---------------------------------------------------------------- JUnit


def test_junit_has_a_suite_for_each_file_and_one_for_the_findings() -> None:
    suites = etree.fromstring(as_junit(ACCOUNT).encode()).findall("testsuite")
    assert [suite.get("name") for suite in suites] == [PUBLISHED.path, "findings"]
    states = {check.name: check.state for check in PUBLISHED.checks}
    for case in suites[0].findall("testcase"):
        state = states[case.get("name", "")]
        assert (case.find("failure") is not None) == (state is CheckState.FAILED)
        assert (case.find("skipped") is not None) == (state is CheckState.NOT_RUN)
    assert suites[0].get("tests") == str(len(PUBLISHED.checks))


def test_junit_fails_for_errors_and_tells_warnings() -> None:
    findings = etree.fromstring(as_junit(ACCOUNT).encode()).findall("testsuite")[1]
    failed = [case.get("name") for case in findings.findall("testcase") if case.find("failure") is not None]
    told = [case.get("name") for case in findings.findall("testcase") if case.find("system-out") is not None]
    assert "XREF001 unresolved-reference" in failed
    assert "NOTE002 unused-note" in told
    assert findings.get("failures") == str(len(failed))
