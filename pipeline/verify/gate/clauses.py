"""The clauses that a machine can check: each with its place in the standard, and the function that checks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from pipeline.diagnostics import Rule
from pipeline.verify.gate.numbering import in_archive_4, in_ua_2
from pipeline.verify.gate.opened import Opened


class Standard(Enum):
    """What a file can be held against."""

    UA1 = "PDF/UA-1"
    UA2 = "PDF/UA-2"
    A1 = "PDF/A-1"
    A2 = "PDF/A-2"
    A3 = "PDF/A-3"
    A4 = "PDF/A-4"
    FILE = "file"


UA = frozenset((Standard.UA1, Standard.UA2))
ARCHIVE = frozenset((Standard.A1, Standard.A2, Standard.A3, Standard.A4))


@dataclass(frozen=True, slots=True)
class Fault:
    """What breaks a clause, and where: "page 3", "object 12", or "" for the file."""

    message: str
    where: str = ""


Check = Callable[[Opened], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule of a standard.

    Attributes:
        number: its place in the standard, "7.1-3": clause and, as veraPDF counts, the test in it. Of PDF/UA it is
            that in ISO 14289-1.
        archive: its place in ISO 19005-3, where PDF/A asks for the same and counts otherwise.
        says: what it asks for, on one line.
        rule: our rule that tells of its faults.
        standards: the standards that it belongs to.
        check: finds its faults.
        matterhorn: the failure conditions of the Matterhorn Protocol 1.1 that it covers, "01-005".
        level_a: whether only level A of PDF/A asks for it.
        level_u: of such a clause, whether level U asks for it, too.
        declared: whether it is about the declaration itself, which is written last.
    """

    number: str
    says: str
    rule: Rule
    standards: frozenset[Standard]
    check: Check
    matterhorn: tuple[str, ...] = ()
    archive: str = ""
    level_a: bool = False
    declared: bool = False
    level_u: bool = False

    def number_in(self, standard: Standard) -> str:
        """Its place in a standard; in PDF/A-1 and PDF/A-2 that of PDF/A-3."""
        number = self.archive if self.archive and standard in ARCHIVE else self.number
        if standard is Standard.UA2:
            return in_ua_2(number)
        return in_archive_4(number) if standard is Standard.A4 else number


_CLAUSES: list[Clause] = []


def clause(
    number: str,
    says: str,
    rule: Rule,
    standards: Iterable[Standard],
    *,
    matterhorn: str = "",
    archive: str = "",
    level_a: bool = False,
    declared: bool = False,
    level_u: bool = False,
) -> Callable[[Check], Check]:
    """Register a function as the check of a clause; a function may check several."""

    def register(check: Check) -> Check:
        conditions = tuple(matterhorn.split())
        _CLAUSES.append(
            Clause(number, says, rule, frozenset(standards), check, conditions, archive, level_a, declared, level_u)
        )
        return check

    return register


def all_clauses() -> tuple[Clause, ...]:
    """Every clause of the modules that were imported, in the order of the standards."""
    return tuple(_CLAUSES)
