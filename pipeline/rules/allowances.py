"""Accepted findings: which they take away, which are of no use any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.diagnostics import Diagnostic, Severity, declare, in_order
from pipeline.model import Allowance
from pipeline.report import Report

UNUSED = declare(
    "SUP001",
    "unused-allowance",
    Severity.WARNING,
    """
    An entry under `allow` accepts a finding that is not there. It was repaired, or the place is wrong;
    left standing, the entry would one day hide a new fault.
    """,
)
EXPIRED = declare(
    "SUP002",
    "expired-allowance",
    Severity.WARNING,
    """
    An entry under `allow` has an `until` that is past, so it accepts nothing any more. Repair the fault,
    or look at it again and set a new day.
    """,
)


def apply_allowances(findings: Iterable[Diagnostic], report: Report, today: date) -> tuple[Diagnostic, ...]:
    """The findings without those that the report accepts, and findings about the acceptances themselves.

    Args:
        findings: of every stage.
        report: the report; `at` of an allowance is relative to its folder.
        today: the day on which `until` is judged.
    """
    found = in_order(findings)
    folder = report.place.file.removesuffix("report.yaml")
    accepted: set[Diagnostic] = set()
    about: list[Diagnostic] = []
    for number, allowance in enumerate(report.settings.allow):
        taken = [finding for finding in found if _accepts(allowance, finding, folder)]
        place = report.place.inside("allow", number)
        if allowance.until and date.fromisoformat(allowance.until) < today:
            message = f"the acceptance of {allowance.rule} ended on {allowance.until}"
            about.append(EXPIRED.at(place.at("until"), message, "repair the fault, or set a new day"))
        elif taken:
            accepted.update(taken)
        else:
            where = f" at {allowance.at}" if allowance.at else ""
            message = f"there is no finding of {allowance.rule}{where}"
            about.append(UNUSED.at(place.at("rule"), message, "take the entry out"))
    return in_order([*(finding for finding in found if finding not in accepted), *about])


def _accepts(allowance: Allowance, finding: Diagnostic, folder: str) -> bool:
    if finding.rule.code != allowance.rule:
        return False
    if allowance.at is None:
        return True
    file, _, line = allowance.at.rpartition(":")
    if file and line.isdigit():
        return finding.span.path == folder + file and finding.span.line == int(line)
    return finding.span.path == folder + allowance.at
