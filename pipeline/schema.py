"""JSON Schemas of the YAML files, generated from the model, for editors that complete and check."""

from __future__ import annotations

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
        body = kind.json_schema(by_alias=True)
        schemas[name] = {"$schema": DIALECT, **body, "title": f"Proofpress: {title}"}
    return schemas
