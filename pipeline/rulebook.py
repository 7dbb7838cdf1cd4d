"""All rules of the press: finding them, and how they look as a table, a page, and JSON."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from functools import partial
from inspect import cleandoc
from pathlib import Path

from pipeline.diagnostics import Rule, Severity, declared_rules, did_you_mean
from pipeline.formats import Line, Piece, Role
from pipeline.interchange import JSON_VERSION, dumped

PACKAGE = Path(__file__).resolve().parent


def load_rules(word: str = "") -> tuple[Rule, ...]:
    """Import the modules that declare rules, so that all rules are known.

    Args:
        word: import only the modules whose text holds it.
    """
    for path, _ in _declaring(word):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
    return declared_rules()


def _declaring(word: str) -> Iterator[tuple[Path, str]]:
    """The modules that declare rules and hold a word, with their text."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "declare(" in text and word in text:
            yield path, text


def find_rule(wanted: str) -> Rule | None:
    """The rule of a code or name, in any case of letters."""
    code, name = wanted.upper(), wanted.lower()
    read, load = (partial(how, f'"{code}"') for how in (read_rules, load_rules))
    for rules in (read, partial(read_rules, f'"{name}"'), load, load_rules):
        for rule in rules():
            if rule.code == code or rule.name == name:
                return rule
    return None


def read_rules(word: str) -> Iterator[Rule]:
    """The rules of the modules that hold a word, read without importing them.

    Importing takes a second when a module needs a large library. Rules whose words are not plain texts are
    passed over.
    """
    for _, text in _declaring(word):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "declare":
                match node.args:
                    case [
                        ast.Constant(value=str(code)),
                        ast.Constant(value=str(name)),
                        ast.Attribute(attr=severity),
                        ast.Constant(value=str(doc)),
                    ]:
                        yield Rule(code, name, Severity[severity], cleandoc(doc))


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
