"""What several tests need: a report read as the press reads it, and findings as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.cache import Cache
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.index import Index, build_index
from pipeline.load import load
from pipeline.report import Report
from pipeline.rules import apply_allowances, check

TODAY = date(2026, 6, 1)

# A slow machine is not a fault of the code; what is found once is found again.
settings.register_profile("press", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("press")


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as the press sees it, and all that it finds in the sources."""

    report: Report
    index: Index
    findings: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        return [finding.rule.code for finding in self.findings]


Reader = Callable[[Path], Reading]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What texts hold is found once for all tests."""
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def read(cache: Cache) -> Reader:
    """Reads and checks the report in a folder; findings name files relative to it."""

    def reading(folder: Path) -> Reading:
        findings = Findings()
        report = load(folder, lambda path: path.relative_to(folder).as_posix(), cache, findings)
        index = build_index(report, in_text_notes=True)
        findings.extend(check(report, index))
        return Reading(report, index, apply_allowances(findings.all(), report, TODAY))

    return reading


@pytest.fixture(scope="session")
def as_text() -> Callable[[Iterable[Diagnostic]], str]:
    """Findings as they are written in `expected.txt`."""

    def lines(findings: Iterable[Diagnostic]) -> str:
        text = ""
        for finding in findings:
            rule = finding.rule
            text += f"{finding.span}: {rule.severity.value} {rule.code} {rule.name}: {finding.message}\n"
            text += f"  hint: {finding.hint}\n" if finding.hint else ""
        return text

    return lines
