"""What the press says about a report: places, rules, and findings as values.

A finding is data (`Diagnostic`); how it looks on a terminal, in JSON or in SARIF is decided in `formats`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from inspect import cleandoc


class Severity(Enum):
    """How much a finding weighs: an error stops the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file that the author can open.

    Attributes:
        path: the file, relative to the folder the command was started in, with `/` between its parts.
        line: 1-based; 0 for the file as a whole.
        column: 1-based, in characters; 0 for the line as a whole.
        end_column: 1-based, exclusive, on the same line; 0 when only the beginning is known.
    """

    path: str
    line: int = 0
    column: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        """`path:line:column`, as far as it is known."""
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding. Its code is never used again for another kind.

    Attributes:
        code: family and number, `XREF001`.
        name: the fault in kebab-case, `unresolved-reference`.
        severity: what it weighs unless the report accepts it.
        doc: the page that `explain` prints: what, why, a bad and a good example.
    """

    code: str
    name: str
    severity: Severity
    doc: str

    def __reduce__(self) -> tuple[Callable[[str, str, Severity, str], Rule], tuple[str, str, Severity, str]]:
        """A rule handed from one process to another is the same rule there, if that has loaded what declares it."""
        return _rule, (self.code, self.name, self.severity, self.doc)

    @property
    def family(self) -> str:
        """The letters before the number."""
        return self.code.rstrip("0123456789")

    def at(self, span: Span, message: str, hint: str = "") -> Diagnostic:
        """A finding of this kind at a place."""
        return Diagnostic(self, span, message, hint)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what is wrong, where, and what to do.

    Attributes:
        rule: the kind of finding.
        span: the place in the author's files (or in an artefact, when no source is known).
        message: what is wrong, with the author's own words in it.
        hint: what to do; may be empty.
        foreign: the code that another tool gave it (`RSC-005`), beside ours.
    """

    rule: Rule
    span: Span
    message: str
    hint: str = ""
    foreign: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the finding stops the build."""
        return self.rule.severity is Severity.ERROR


_RULES: dict[str, Rule] = {}


def declare(code: str, name: str, severity: Severity, doc: str) -> Rule:
    """Register a rule; every code exists once.

    Raises:
        ValueError: when the code or the name is taken.
    """
    if code in _RULES or any(rule.name == name for rule in _RULES.values()):
        raise ValueError(f"rule {code} ({name}) is declared twice")
    _RULES[code] = Rule(code, name, severity, cleandoc(doc))
    return _RULES[code]


def _rule(code: str, name: str, severity: Severity, doc: str) -> Rule:
    return _RULES.get(code) or Rule(code, name, severity, doc)


def declared_rules() -> tuple[Rule, ...]:
    """All rules that the imported modules declare, by code."""
    return tuple(_RULES[code] for code in sorted(_RULES))


def in_order(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings without repetitions, by file, line, column and code."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda d: (d.span, d.rule.code, d.message)))


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    """Whether any of the findings stops the build."""
    return any(finding.is_error for finding in findings)


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or an empty string."""
    from difflib import get_close_matches

    near = get_close_matches(wanted, list(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


class Findings:
    """Collects findings while a stage runs, so that all are told at once and not only the first."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, finding: Diagnostic) -> None:
        """Note one finding."""
        self._found.append(finding)

    def extend(self, findings: Iterable[Diagnostic]) -> None:
        """Note several findings."""
        self._found.extend(findings)

    def all(self) -> tuple[Diagnostic, ...]:
        """What was found so far, in the order of the files."""
        return in_order(self._found)


class StageFailedError(Exception):
    """A stage could not produce its result; the findings that it carries say why."""

    def __init__(self, *findings: Diagnostic) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings

    def __reduce__(self) -> tuple[type[StageFailedError], tuple[Diagnostic, ...]]:
        """The findings are what is handed from one process to another."""
        return StageFailedError, self.findings
