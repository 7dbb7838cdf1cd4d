"""veraPDF (https://verapdf.org), where it is installed: its verdict, and its findings under our codes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lxml import etree

from pipeline import toolchain
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Rule, Span
from pipeline.verify.gate.clauses import Standard, all_clauses
from pipeline.verify.gate.rules import FOREIGN_FINDING

NAME = toolchain.VERAPDF
_PATIENCE = 900  # seconds for one file and one profile
_FLAVOURS = {
    Standard.UA1: "ua1",
    Standard.UA2: "ua2",
    Standard.A1: "1a",
    Standard.A2: "2a",
    Standard.A3: "3a",
    Standard.A4: "4f",
}


def check_with_verapdf(
    program: Path | None, path: Path, shown: str, standards: frozenset[Standard]
) -> tuple[CheckResult, tuple[Diagnostic, ...]]:
    """Let veraPDF hold a file against standards.

    Args:
        program: the program, or None when there is none.
        path: the file.
        shown: what it is called in findings.
        standards: what to hold it against.
    """
    flavours = [_FLAVOURS[standard] for standard in sorted(standards, key=lambda s: s.value) if standard in _FLAVOURS]
    if program is None:
        return CheckResult(NAME, CheckState.NOT_RUN, "there is no verapdf on the PATH"), ()
    if not flavours:
        return CheckResult(NAME, CheckState.NOT_RUN, "the file says of no standard that it conforms to it"), ()
    findings: list[Diagnostic] = []
    for flavour in flavours:
        try:
            done = subprocess.run(
                [program, "--format", "xml", "--flavour", flavour, str(path)],
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
            failed, broken = _read(done.stdout)
        except (subprocess.TimeoutExpired, OSError, etree.XMLSyntaxError) as error:
            return CheckResult(NAME, CheckState.NOT_RUN, f"it gave no answer: {error}"), tuple(findings)
        if failed is None:
            return CheckResult(NAME, CheckState.NOT_RUN, "its answer holds no verdict"), tuple(findings)
        for number, message in broken:
            findings.append(Diagnostic(_rule_of(number), Span(shown), message, foreign=f"veraPDF {flavour} {number}"))
        if failed and not broken:
            findings.append(FOREIGN_FINDING.at(Span(shown), f"veraPDF finds that the file is no {flavour}"))
    told = ", ".join(flavours)
    if findings:
        return CheckResult(NAME, CheckState.FAILED, f"{told}: {len(findings)} rules"), tuple(findings)
    return CheckResult(NAME, CheckState.PASSED, told), ()


def _read(answer: bytes) -> tuple[bool | None, list[tuple[str, str]]]:
    """Whether the file failed (None: not said), and the rules that are broken."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    tree = etree.fromstring(answer, parser)
    report = next(tree.iter("{*}validationReport"), None)
    if report is None or report.get("isCompliant") not in ("true", "false"):
        return None, []
    broken = []
    for rule in report.iter("{*}rule"):
        if rule.get("status", "failed") == "failed":
            message = " ".join((rule.findtext("{*}description") or "").split())
            broken.append((f"{rule.get('clause')}-{rule.get('testNumber')}", message))
    return report.get("isCompliant") == "false", broken


def _rule_of(number: str) -> Rule:
    """Our code for a rule of veraPDF."""
    same = (clause.rule for clause in all_clauses() if number in {clause.number_in(it) for it in clause.standards})
    return next(same, FOREIGN_FINDING)
