"""What the checks of a finished file say, as values: those who check and those who print need not meet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CheckState(Enum):
    """How a check of an artefact ended; a check that was not run is never a passed one."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check of an artefact said.

    Attributes:
        name: what was checked, "EPUBCheck 5.3.0".
        state: how it ended.
        detail: a figure ("14 notes called, 14 printed") or the reason why it was not run.
    """

    name: str
    state: CheckState
    detail: str
