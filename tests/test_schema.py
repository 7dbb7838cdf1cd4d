"""The JSON Schemas that editors use say what the press says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from pipeline.schema import json_schemas
from tests.readings import CLEAN, TESTS

ROOT = TESTS.parent
SCHEMAS = json_schemas()
KINDS = {
    "report.yaml": "report",
    "sources.yaml": "sources",
    "figures.yaml": "figures",
    "tables.yaml": "tables",
    "notes/*.yaml": "notes",
}
CONTENT = [(path, kind) for pattern, kind in KINDS.items() for path in sorted((ROOT / "content").glob(f"*/{pattern}"))]


class EditorLoader(yaml.SafeLoader):
    """Types as YAML 1.2 and the language servers of editors have them: numbers, but no dates and no `no`."""


EditorLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def as_an_editor_sees(text: str) -> Any:
    return yaml.load(text, Loader=EditorLoader)  # noqa: S506 (a safe loader)


def faults(kind: str, value: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMAS[f"{kind}.schema.json"])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schemas_are_those_of_the_model(name: str) -> None:
    committed = (ROOT / "docs" / "schema" / name).read_text(encoding="utf-8")
    expected = json.dumps(SCHEMAS[name], ensure_ascii=False, indent=2) + "\n"
    assert committed == expected, "run: proofpress schema"


def test_no_other_schema_is_committed() -> None:
    assert {path.name for path in (ROOT / "docs" / "schema").iterdir()} == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize(("path", "kind"), CONTENT, ids=[str(path.relative_to(ROOT)) for path, _ in CONTENT])
class TestContent:
    """Every YAML file of a report that is kept here."""

    def test_names_its_schema_in_the_first_line(self, path: Path, kind: str) -> None:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found
        assert (path.parent / found[1]).resolve() == ROOT / "docs" / "schema" / f"{kind}.schema.json"

    def test_is_valid_in_an_editor(self, path: Path, kind: str) -> None:
        assert faults(kind, as_an_editor_sees(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("pattern", KINDS)
def test_the_clean_report_is_valid_in_an_editor(pattern: str) -> None:
    paths = list(CLEAN.glob(pattern))
    assert paths
    for path in paths:
        assert faults(KINDS[pattern], as_an_editor_sees(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("notes", "- {id: 7, cites: [{source: 2019a, locator: {page: 12}}]}"),
        ("sources", "- {id: a, type: book, title: 1984, issued: 1949, edition: 2, volume: 1.5}"),
        ("sources", "- {id: a, type: book, title: A, issued: 1949-06-08}"),
        ("tables", "- {id: tbl-a, data: a.csv, caption: A, columns: [{name: 2019, title: 2019, width: 0.5}]}"),
    ],
)
def test_numbers_and_dates_without_quotes_are_welcome(kind: str, text: str) -> None:
    assert faults(kind, as_an_editor_sees(text)) == []


@pytest.mark.parametrize(
    ("kind", "text", "where"),
    [
        ("notes", "- {id: a, txt: A}", "$[0]"),
        ("notes", "- {text: A}", "$[0]"),
        ("notes", "- {id: a, text: true}", "$[0].text"),
        ("notes", "- {id: a b}", "$[0].id"),
        ("figures", "- {id: 3, file: a.svg, caption: A}", "$[0].id"),
        ("figures", "- {id: fig-a, file: a.svg, caption: A, width: huge}", "$[0].width"),
        ("sources", "- {id: a, type: buch, title: A}", "$[0].type"),
        ("section", "{id: sec-a, title: A, kind: chaptre}", "$.kind"),
    ],
)
def test_an_editor_underlines_what_the_press_refuses(kind: str, text: str, where: str) -> None:
    assert where in [fault.split(": ")[0] for fault in faults(kind, as_an_editor_sees(text))]


def test_every_key_of_a_schema_is_in_kebab_case_or_of_csl() -> None:
    def keys(node: Any) -> set[str]:
        if isinstance(node, list):
            return {key for item in node for key in keys(item)}
        if not isinstance(node, dict):
            return set()
        own = set(node.get("properties", {})) if isinstance(node.get("properties"), dict) else set()
        return own | {key for value in node.values() for key in keys(value)}

    odd = {key for schema in SCHEMAS.values() for key in keys(schema) if not re.fullmatch(r"[a-z]+(-[a-z]+)*", key)}
    assert odd == {"DOI", "ISBN", "ISSN", "URL", "PMCID", "PMID", "archive_collection", "archive_location"}
