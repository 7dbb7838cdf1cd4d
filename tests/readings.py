"""A report read and checked as the press does it, and findings as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.cache import Cache
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.index import Index, build_index
from pipeline.load import load
from pipeline.report import Report
from pipeline.rules import apply_allowances, check

TESTS = Path(__file__).resolve().parent
CLEAN = TESTS / "reports" / "clean"
DEMO = TESTS.parent / "content" / "demo"
RETURNS = TESTS.parent / "content" / "central-asia-returns"
TODAY = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as the press sees it, and all that it finds in the sources."""

    report: Report
    index: Index
    findings: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        """The codes of the findings, in order."""
        return [finding.rule.code for finding in self.findings]


Reader = Callable[[Path], Reading]


def reading(folder: Path, cache: Cache) -> Reading:
    """Read and check the report in a folder; findings name files relative to it."""
    findings = Findings()
    report = load(folder, lambda path: path.relative_to(folder).as_posix(), cache, findings)
    index = build_index(report, in_text_notes=True)
    findings.extend(check(report, index))
    return Reading(report, index, apply_allowances(findings.all(), report, TODAY))


def as_text(findings: Iterable[Diagnostic]) -> str:
    """Findings as they stand in `expected.txt`."""
    text = ""
    for finding in findings:
        rule = finding.rule
        text += f"{finding.span}: {rule.severity.value} {rule.code} {rule.name}: {finding.message}\n"
        text += f"  hint: {finding.hint}\n" if finding.hint else ""
    return text
