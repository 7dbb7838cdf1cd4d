"""JSON Schemas of the YAML files, generated from the model, for editors that complete and check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from pipeline import model, works

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> Mapping[str, dict[str, object]]:
    """The schema of each kind of file, by the name of the schema file."""
    kinds: dict[str, tuple[str, TypeAdapter[Any]]] = {
        "report.schema.json": ("report.yaml", TypeAdapter(model.ReportFile)),
        "section.schema.json": ("front matter of sections/*.md", TypeAdapter(model.SectionHead)),
        "notes.schema.json": ("notes/*.yaml", TypeAdapter(tuple[model.Note, ...])),
        "sources.schema.json": ("sources.yaml", TypeAdapter(tuple[works.Work, ...])),
        "figures.schema.json": ("figures.yaml", TypeAdapter(tuple[model.Figure, ...])),
        "tables.schema.json": ("tables.yaml", TypeAdapter(tuple[model.Table, ...])),
    }
    schemas: dict[str, dict[str, object]] = {}
    for name, (title, kind) in kinds.items():
        body = _with_numbers(kind.json_schema(by_alias=True))
        schemas[name] = {"$schema": DIALECT, **body, "title": f"Proofpress: {title}"}
    return schemas


def _with_numbers(node: Any) -> Any:
    """A schema in which a text may also be a number.

    The press reads every plain scalar as text, so that 1.10 stays 1.10; an editor takes `version: 1.10`,
    `issued: 2019` and `page: 12` for numbers and would underline them.
    """
    if isinstance(node, list):
        return [_with_numbers(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: _with_numbers(value) for key, value in node.items()}
    is_text = node.get("type") == "string" and not {"enum", "const"} & set(node)
    if is_text and re.search(str(node.get("pattern", "")), "1"):
        changed["type"] = ["string", "number"]
    return changed
