"""All rules of the press: finding them, and how they look as a table, a page, and JSON."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.diagnostics import Rule, Severity, declared_rules, did_you_mean
from pipeline.formats import Line, Piece, Role
from pipeline.interchange import JSON_VERSION, dumped


def load_rules(mentioning: str = "") -> tuple[Rule, ...]:
    """Import the modules that declare rules, so that all rules are known.

    Args:
        mentioning: import only those whose text holds this word, to find one rule quickly.
    """
    package = Path(__file__).resolve().parent
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "declare(" in text and mentioning in text:
            parts = path.relative_to(package.parent).with_suffix("").parts
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
    return declared_rules()


def find_rule(wanted: str) -> Rule | None:
    """The rule of a code or name, in any case of letters."""
    for mentioning in (wanted.upper(), ""):  # few modules are imported when the code tells which
        for rule in load_rules(mentioning):
            if wanted.upper() == rule.code or wanted.lower() == rule.name:
                return rule
    return None


def near_rule(wanted: str) -> str:
    """A hint for a code or name that does not exist."""
    known = declared_rules()
    return (
        did_you_mean(wanted.upper(), [rule.code for rule in known])
        or did_you_mean(wanted.lower(), [rule.name for rule in known])
        or "see: proofpress rules"
    )


def _weight(rule: Rule) -> Role:
    return Role.ERROR if rule.severity is Severity.ERROR else Role.WARNING


def rule_table(rules: Iterable[Rule]) -> Iterator[Line]:
    """One line a rule: code, severity, name."""
    known = tuple(rules)
    widest = max((len(rule.code) for rule in known), default=0)
    for rule in known:
        yield (
            Piece(Role.NAME, rule.code.ljust(widest)),
            Piece(_weight(rule), f"  {rule.severity.value.ljust(7)}"),
            Piece(Role.PLAIN, f"  {rule.name}"),
        )


def rule_page(rule: Rule) -> Iterator[Line]:
    """The page that `explain` prints."""
    yield (
        Piece(Role.NAME, f"{rule.code} {rule.name}"),
        Piece(Role.PLAIN, " "),
        Piece(_weight(rule), f"({rule.severity.value})"),
    )
    yield ()
    for line in rule.doc.splitlines():
        yield (Piece(Role.PLAIN, line),)


def rules_json(rules: Iterable[Rule], version: str) -> str:
    """All rules as one JSON object."""
    return dumped(
        {
            "format": JSON_VERSION,
            "tool": {"name": "proofpress", "version": version},
            "rules": [
                {
                    "code": rule.code,
                    "name": rule.name,
                    "family": rule.family,
                    "severity": rule.severity.value,
                    "doc": rule.doc,
                }
                for rule in rules
            ],
        }
    )
