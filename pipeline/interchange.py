"""Findings and finished files for other programs: JSON for scripts, SARIF for code review, JUnit for build servers."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from urllib.parse import quote
from xml.etree import ElementTree

from pipeline.checks import CheckState
from pipeline.diagnostics import Diagnostic, Rule, Span, in_order
from pipeline.formats import Account, printable

JSON_VERSION = 1
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def dumped(value: object) -> str:
    """A value as JSON text."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


# ---------------------------------------------------------------- JSON


def as_json(account: Account) -> str:
    """The account as one JSON object; its shape is described in docs/commands.md."""
    findings = in_order(account.findings)
    states = Counter(check.state for item in account.published for check in item.checks)
    return dumped(
        {
            "format": JSON_VERSION,
            "tool": {"name": "proofpress", "version": account.version},
            "findings": [_finding_object(finding) for finding in findings],
            "artefacts": [
                {
                    "report": item.report,
                    "path": item.path,
                    "edition": item.edition,
                    "pages": item.pages or None,
                    "size": item.size,
                }
                for item in account.published
            ],
            "checks": [
                {
                    "artefact": item.path,
                    "name": check.name,
                    "state": check.state.value,
                    "detail": check.detail,
                }
                for item in account.published
                for check in item.checks
            ],
            "summary": {
                "errors": sum(finding.is_error for finding in findings),
                "warnings": sum(not finding.is_error for finding in findings),
                "files": len({finding.span.path for finding in findings}),
                "passed": states[CheckState.PASSED],
                "failed": states[CheckState.FAILED],
                "not_run": states[CheckState.NOT_RUN],
            },
        }
    )


def _finding_object(finding: Diagnostic) -> dict[str, object]:
    span = finding.span
    return {
        "rule": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.rule.severity.value,
        "path": span.path,
        "line": span.line or None,
        "column": span.column or None,
        "end_column": span.end_column or None,
        "message": finding.message,
        "hint": finding.hint,
        "foreign": finding.foreign,
    }


# ---------------------------------------------------------------- SARIF


def as_sarif(account: Account) -> str:
    """The account as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

    Checks that did not pass stand among the notifications of the invocation, so that a missing tool is
    visible there too.
    """
    findings = in_order(account.findings)
    rules = sorted({finding.rule for finding in findings}, key=lambda rule: rule.code)
    places = {rule.code: place for place, rule in enumerate(rules)}
    unproved = [
        {
            "level": "error" if check.state is CheckState.FAILED else "note",
            "message": {"text": f"{item.path}: {check.name}: {check.state.value}: {check.detail}"},
        }
        for item in account.published
        for check in item.checks
        if check.state is not CheckState.PASSED
    ]
    driver = {
        "name": "proofpress",
        "version": account.version,
        "semanticVersion": account.version,
        "rules": [_sarif_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": unproved}],
        "results": [_sarif_result(finding, places[finding.rule.code]) for finding in findings],
    }
    return dumped({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(rule: Rule) -> dict[str, object]:
    first = rule.doc.split("\n\n", 1)[0].replace("\n", " ")
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": first},
        "help": {"text": rule.doc},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _sarif_result(finding: Diagnostic, place: int) -> dict[str, object]:
    text = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
    result: dict[str, object] = {
        "ruleId": finding.rule.code,
        "ruleIndex": place,
        "level": finding.rule.severity.value,
        "message": {"text": text},
        "locations": [{"physicalLocation": _sarif_place(finding.span)}],
        # The same fault keeps its identity when lines above it come and go (SARIF 3.27.17).
        "partialFingerprints": {"ruleFileMessage/v1": _fingerprint(finding)},
    }
    if finding.foreign:
        result["properties"] = {"foreignCode": finding.foreign}
    return result


def _sarif_place(span: Span) -> dict[str, object]:
    absolute = span.path.startswith("/")
    uri = quote(span.path.encode("utf-8", "surrogateescape"), safe="/")
    artefact = {"uri": f"file://{uri}"} if absolute else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    region = {
        key: number
        for key, number in (
            ("startLine", span.line),
            ("startColumn", span.column),
            ("endColumn", span.end_column if span.end_column > span.column else 0),
        )
        if number and span.line
    }
    return {"artifactLocation": artefact} | ({"region": region} if region else {})


def _fingerprint(finding: Diagnostic) -> str:
    told = "\0".join((finding.rule.code, finding.span.path, finding.message))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]


# ---------------------------------------------------------------- JUnit


def as_junit(account: Account) -> str:
    """The account in the XML of JUnit, which build servers show: a suite for each file, a case for each check.

    Findings that belong to no check of a file stand in a suite of their own. A check that was not run is skipped,
    never passed.
    """
    suites = ElementTree.Element("testsuites", {"name": "proofpress"})
    for item in account.published:
        suite = ElementTree.SubElement(suites, "testsuite", {"name": printable(item.path)})
        for check in item.checks:
            case = ElementTree.SubElement(suite, "testcase", {"classname": item.path, "name": printable(check.name)})
            if check.state is CheckState.FAILED:
                ElementTree.SubElement(case, "failure", {"message": printable(check.detail)})
            elif check.state is CheckState.NOT_RUN:
                ElementTree.SubElement(case, "skipped", {"message": printable(check.detail)})
        _count_cases(suite)
    findings = in_order(account.findings)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "findings"})
    for finding in findings:
        name = f"{finding.rule.code} {finding.rule.name}"
        case = ElementTree.SubElement(suite, "testcase", {"classname": printable(str(finding.span)), "name": name})
        message = printable(finding.message)
        if finding.is_error:
            told = ElementTree.SubElement(case, "failure", {"message": message, "type": finding.rule.code})
            told.text = "\n".join(printable(part) for part in (finding.foreign, finding.hint) if part)
        else:
            ElementTree.SubElement(case, "system-out").text = message
    _count_cases(suite)
    ElementTree.indent(suites)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _count_cases(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
