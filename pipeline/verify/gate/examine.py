"""All clauses on one file: which standards it is held against, and what each clause says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Rule, Severity, Span, has_errors
from pipeline.verify.gate import (
    checks_annotations,
    checks_archive_attached,
    checks_archive_file,
    checks_archive_fonts,
    checks_archive_graphics,
    checks_archive_interactive,
    checks_archive_limits,
    checks_archive_pictures,
    checks_archive_streams,
    checks_content,
    checks_extensions,
    checks_fonts,
    checks_language,
    checks_metadata,
    checks_properties,
    checks_reading,
    checks_structure,
    checks_tables,
    checks_ua2,
    checks_ua2_annotations,
    checks_ua2_texts,
)
from pipeline.verify.gate.batches import Desk, judge_from_behind, judge_in_batches
from pipeline.verify.gate.checks_metadata import A_ID, UA_ID
from pipeline.verify.gate.clauses import ARCHIVE, UA, Clause, Fault, Standard, all_clauses
from pipeline.verify.gate.elements import structure
from pipeline.verify.gate.holding import hold
from pipeline.verify.gate.opened import NotReadableError, Opened
from pipeline.verify.gate.tape import shelf
from pipeline.verify.pdf_rules import UNSOUND

FAMILIES = (
    checks_annotations,
    checks_archive_attached,
    checks_archive_file,
    checks_archive_fonts,
    checks_archive_graphics,
    checks_archive_interactive,
    checks_archive_limits,
    checks_archive_pictures,
    checks_archive_streams,
    checks_content,
    checks_extensions,
    checks_fonts,
    checks_language,
    checks_metadata,
    checks_properties,
    checks_reading,
    checks_structure,
    checks_tables,
    checks_ua2,
    checks_ua2_annotations,
    checks_ua2_texts,
)
"""The modules whose clauses are known."""

_OBJECT = re.compile(r"object (\d+)")
_MOST_FAULTS = 20  # of one clause that are told; the number of all is in its detail


@dataclass(frozen=True, slots=True)
class Profile:
    """What a file is held against.

    Attributes:
        standards: the standards.
        level_a: whether what only level A of PDF/A asks for counts.
        level_u: whether what level U asks for counts.
    """

    standards: frozenset[Standard]
    level_a: bool = True
    level_u: bool = True

    def asks(self, clause: Clause, standard: Standard) -> bool:
        """Whether it asks for a clause of a standard."""
        leveled = clause.level_a and standard in ARCHIVE
        return not leveled or self.level_a or (self.level_u and clause.level_u)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a clause says of a file.

    Attributes:
        standard: the standard for which it was asked.
        number, says, matterhorn, code: the clause's own.
        state: how it ended.
        detail: how many faults, or why it was not run.
    """

    standard: str
    number: str
    says: str
    matterhorn: tuple[str, ...]
    code: str
    state: CheckState
    detail: str


@dataclass(frozen=True, slots=True)
class Examination:
    """A file and what was found in it.

    Attributes:
        path: the file as it is shown.
        standards: what it was held against.
        judged: every clause.
        findings: its faults.
        pages: how many pages it has; 0 when it cannot be read.
    """

    path: str
    standards: tuple[str, ...]
    judged: tuple[Judged, ...]
    findings: tuple[Diagnostic, ...]
    pages: int

    @property
    def passed(self) -> bool:
        """Whether every clause was asked and none is broken."""
        return bool(self.judged) and all(item.state is CheckState.PASSED for item in self.judged)

    def checks(self) -> tuple[CheckResult, ...]:
        """One result for each clause."""
        return tuple(CheckResult(_title(item), item.state, item.detail or item.says) for item in self.judged)

    def summary(self) -> tuple[CheckResult, ...]:
        """One result for each standard."""
        return tuple(_summary(standard, self.judged) for standard in self.standards)


def _title(item: Judged) -> str:
    conditions = f" [{', '.join(item.matterhorn)}]" if item.matterhorn else ""
    return f"{item.standard} {item.number}{conditions}: {item.says}" if item.number else item.standard


def _summary(standard: str, judged: Iterable[Judged]) -> CheckResult:
    own = [item for item in judged if item.standard == standard]
    failed = [item.number for item in own if item.state is CheckState.FAILED]
    left = [item.number for item in own if item.state is CheckState.NOT_RUN]
    if failed:
        return CheckResult(standard, CheckState.FAILED, f"{len(failed)} of {len(own)} rules: {', '.join(failed)}")
    if left or not own:
        return CheckResult(standard, CheckState.NOT_RUN, f"{len(left)} of {len(own)} rules: {', '.join(left)}")
    return CheckResult(standard, CheckState.PASSED, f"{len(own)} rules")


def examine(
    path: Path,
    shown: str,
    profile: Profile | None = None,
    *,
    undeclared: bool = False,
    only_declared: bool = False,
    locate: Callable[[str], Span] | None = None,
    cache: Cache | None = None,
    desk: Desk | None = None,
) -> Examination:
    """Hold a file against standards.

    Args:
        path: the file.
        shown: what it is called in findings.
        profile: the standards; None for those that the file says it conforms to, and PDF/UA-1 when it says none.
        undeclared: leave out the clauses about the declaration itself, which is written when the others hold.
        only_declared: ask those alone.
        locate: where in the sources an id comes from, when that is known: faults of structure elements are told there.
        cache: for files of our own: keeps what content streams say when nothing is wrong with the file.
        desk: where another process takes part in the work (see `take_part`).
    """
    try:
        file = Opened(path, cache)
        asked = profile or _said_profile(file)
        questions = [
            question
            for question in _questions(asked)
            if not (question.clause.declared and undeclared) and (question.clause.declared or not only_declared)
        ]
        complete = Standard.FILE in asked.standards and not only_declared
        held = (standard.value for standard in asked.standards)
        holding = hold(file, held, len(all_clauses())) if not only_declared else None
        if holding is not None:
            if complete:
                judge_in_batches(file, holding, [question.clause for question in questions], _faults, desk)
            file.look_past(holding.leave_out())
        judged: list[Judged] = []
        findings: list[Diagnostic] = []
        told: list[tuple[Rule, Fault]] = []
        for question in questions:
            clause, against = question.clause, question.against
            faults, why = _faults(clause, file)
            judged += [_judged(clause, standard, faults, why) for standard in against]
            told += [(clause.rule, fault) for fault in faults]
            findings += _findings(clause, against[-1], faults, why, _Places(file, shown, locate))
        if complete and not has_errors(findings):
            shelf(file).keep()  # no reader complains
            if holding is not None:
                holding.keep(told)
        standards = tuple(sorted({item.standard for item in judged}))
        return Examination(shown, standards, tuple(judged), tuple(findings), len(file.pages))
    except NotReadableError as error:
        return unreadable(shown, str(error))


def take_part(path: Path, profile: Profile, cache: Cache, desk: Desk) -> None:
    """Do some of the work of another process that examines a file without its declarations, when there is much left.

    Args:
        path: the file.
        profile: the standards.
        cache: as in `examine`.
        desk: as in `examine`.
    """
    if not desk.is_busy():
        return
    file = Opened(path, cache)
    holding = hold(file, (standard.value for standard in profile.standards), len(all_clauses()))
    if holding is not None:
        clauses = [question.clause for question in _questions(profile) if not question.clause.declared]
        judge_from_behind(file, holding, clauses, _faults, desk)


@dataclass(frozen=True, slots=True)
class _Question:
    """A clause, and the standards for which it is asked."""

    clause: Clause
    against: tuple[Standard, ...]


def _questions(asked: Profile) -> Iterator[_Question]:
    for clause in all_clauses():
        among = sorted(clause.standards & asked.standards, key=lambda item: item.value)
        against = tuple(item for item in among if asked.asks(clause, item))
        if against:
            yield _Question(clause, against)


def unreadable(shown: str, why: str) -> Examination:
    """The examination of a file that cannot be read."""
    item = Judged(Standard.FILE.value, "", "the file can be read", (), UNSOUND.code, CheckState.FAILED, why)
    return Examination(shown, (Standard.FILE.value,), (item,), (UNSOUND.at(Span(shown), why),), 0)


def _said_profile(file: Opened) -> Profile:
    """The standards that a file says it conforms to."""
    standards = {Standard.FILE}
    ua, part, level = file.said(UA_ID, "part"), file.said(A_ID, "part"), file.said(A_ID, "conformance")
    archives = {"1": Standard.A1, "2": Standard.A2, "3": Standard.A3, "4": Standard.A4}
    if ua:
        standards.add(Standard.UA2 if "2" in ua else Standard.UA1)
    if part:
        standards.add(archives.get(part[0], Standard.A3))
    if not standards & (UA | ARCHIVE):
        standards.add(Standard.UA1)
    said = [value.upper() for value in level]
    return Profile(frozenset(standards), level_a=said not in (["B"], ["U"]), level_u=said != ["B"])


def _faults(clause: Clause, file: Opened) -> tuple[list[Fault], str]:
    """The faults that a clause finds, or why it could not be checked: such a file is not one that passes."""
    try:
        return list(dict.fromkeys(clause.check(file))), ""
    except (NotReadableError, MemoryError):
        raise
    except Exception as error:  # files of strangers make checks fail in ways that nobody foresees
        return [], f"{type(error).__name__}: {error}"


def _judged(clause: Clause, standard: Standard, faults: list[Fault], why: str) -> Judged:
    code, number = clause.rule.code, clause.number_in(standard)
    if why:
        state, detail = CheckState.NOT_RUN, why
    elif not faults:
        state, detail = CheckState.PASSED, ""
    elif clause.rule.severity is Severity.WARNING:
        state, detail = CheckState.PASSED, f"{len(faults)} to look at"
    else:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        state, detail = CheckState.FAILED, _message(faults[0]) + more
    return Judged(standard.value, number, clause.says, clause.matterhorn, code, state, detail)


class _Places:
    """Where a fault is told: at the source of the nearest element that has an id, or at the file."""

    def __init__(self, file: Opened, shown: str, locate: Callable[[str], Span] | None) -> None:
        self._file = file
        self._locate = locate
        self.file = Span(shown)

    def of(self, fault: Fault) -> Span:
        number = _OBJECT.search(fault.where) if self._locate is not None else None
        if number is None or self._locate is None:
            return self.file
        element = structure(self._file).by_object.get((int(number[1]), 0))
        for around in (element, *element.ancestors()) if element is not None else ():
            if around.get("/ID") is not None:
                return self._locate(str(around.get("/ID")).partition("/")[0])
        return self.file


def _findings(clause: Clause, standard: Standard, faults: list[Fault], why: str, places: _Places) -> list[Diagnostic]:
    number = f"{standard.value} {clause.number_in(standard)}"
    if why:
        return [UNSOUND.at(places.file, f"{number} could not be checked: {why}")]
    conditions = f", Matterhorn {', '.join(clause.matterhorn)}" if clause.matterhorn else ""
    return [
        Diagnostic(clause.rule, places.of(fault), _message(fault), foreign=number + conditions)
        for fault in faults[:_MOST_FAULTS]
    ]


def _message(fault: Fault) -> str:
    return f"{fault.where}: {fault.message}" if fault.where else fault.message
