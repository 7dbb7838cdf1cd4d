"""YAML values against the model: every fault named at its place, the sound rest kept.

A fault in one value does not hide those in others: the value is reported, taken out, and the rest is
validated again.
"""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.diagnostics import Diagnostic, Findings, Rule, Severity, declare, did_you_mean
from pipeline.model import Authored
from pipeline.source import Path_, Place, Yaml

UNKNOWN_KEY = declare(
    "SCH001",
    "unknown-key",
    Severity.ERROR,
    """
    A key is not one of those that the file may have. Often it is a typing mistake, and the setting that
    was meant would silently not apply.

    Bad:   tittle: Findings
    Good:  title: Findings
    """,
)
WRONG_VALUE = declare(
    "SCH002",
    "wrong-value",
    Severity.ERROR,
    """
    A value has the wrong type or form: a list where a text is expected, a word that is not among those
    allowed, an id with a space in it.

    Bad:   kind: chaptre
    Good:  kind: chapter
    """,
)
MISSING_KEY = declare(
    "SCH003",
    "missing-key",
    Severity.ERROR,
    """
    A key that must be there is missing.

    Bad:   - {caption: The hull}
    Good:  - {id: fig-hull, file: images/hull.svg, caption: The hull, alt: A hull seen from the side}
    """,
)
DUPLICATE_ID = declare(
    "SCH004",
    "duplicate-id",
    Severity.ERROR,
    """
    Two things in the report have the same id, so a reference could mean either.
    """,
)
BAD_DATE = declare(
    "SCH005",
    "bad-date",
    Severity.ERROR,
    """
    A date is not of the form 2026-11-23 (works may give 2026-11 or 2026), or is not in the calendar.

    Bad:   date: 31.11.2026
    Good:  date: 2026-11-30
    """,
)
BAD_ISBN = declare(
    "SCH006",
    "bad-isbn",
    Severity.ERROR,
    """
    An ISBN does not have 13 digits, or its check digit is wrong (ISO 2108). Each edition has its own.
    """,
)
BAD_ISSN = declare(
    "SCH007",
    "bad-issn",
    Severity.ERROR,
    """
    An ISSN is not of the form 1234-5679, or its check digit is wrong (ISO 3297).
    """,
)
BAD_DOI = declare(
    "SCH008",
    "bad-doi",
    Severity.ERROR,
    """
    A DOI is not of the form 10.1234/name (ISO 26324).
    """,
)
BAD_ORCID = declare(
    "SCH009",
    "bad-orcid",
    Severity.ERROR,
    """
    An ORCID iD is not of the form 0000-0002-1825-0097, or its check digit is wrong (ISO 7064 MOD 11-2).
    """,
)
BAD_LANGUAGE = declare(
    "SCH010",
    "bad-language",
    Severity.ERROR,
    """
    A language tag is not of the form `en`, `en-GB` or `uz-Cyrl` (BCP 47). Readers' voices and the
    hyphenation depend on it.
    """,
)

_RULES_BY_TYPE: Mapping[str, Rule] = {
    "extra_forbidden": UNKNOWN_KEY,
    "missing": MISSING_KEY,
    "date": BAD_DATE,
    "isbn": BAD_ISBN,
    "issn": BAD_ISSN,
    "doi": BAD_DOI,
    "orcid": BAD_ORCID,
    "language": BAD_LANGUAGE,
}

Model = TypeVar("Model", bound=Authored)

ROUNDS = 12  # each takes faults out; what is left after so many is not worth more


def validated(model: type[Model], value: Yaml, place: Place, findings: Findings) -> Model | None:
    """The value as a model, or None when what is left of it after the faults is not one.

    Args:
        model: the class that says what may stand there.
        value: the YAML value.
        place: where it stands.
        findings: where faults go.
    """
    if not isinstance(value, dict):
        findings.add(WRONG_VALUE.at(place.span, f"expected keys and values, found {_kind_of(value)}"))
        return None
    with contextlib.suppress(ValidationError):
        return model.model_validate(value)
    rest = _Remainder(value)
    told: set[Path_] = set()
    for _ in range(ROUNDS):
        try:
            return model.model_validate(rest.value)
        except ValidationError as error:
            faults = error.errors(include_url=False)
        progress = False
        # All places first: taking one part out moves those behind it.
        places = [rest.original(fault["loc"]) for fault in faults]
        for fault, path in zip(faults, places, strict=True):
            missing = fault["type"] == "missing"
            subject = (*path, str(fault["loc"][-1])) if missing else path
            if fault["type"] == "too_short" and any(_is_inside(other, path) for other in (*places, *told)):
                continue  # too short because a part of it is faulty
            if fault["type"] == "one-of" and any(_is_inside(other, path) for other in told):
                continue  # neither, because the one that was there is faulty
            if subject not in told and not (missing and place.has_key(*subject)):
                findings.add(_finding(model, fault, path, place))
                told.add(subject)
            if not missing:
                progress |= rest.take_out(path)
        if not progress:
            return None
    return None


def _is_inside(inner: Path_, outer: Path_) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


class _Remainder:
    """A copy of a value from which faulty parts are taken out, and where its parts stood in the original."""

    def __init__(self, value: Yaml) -> None:
        self.value: Yaml = copy.deepcopy(value)
        self._kept: dict[Path_, list[int]] = {}

    def original(self, location: tuple[int | str, ...]) -> Path_:
        """The place in the original of pydantic's location in the copy.

        Only steps that exist are kept: a location also names the members of unions.
        """
        path: Path_ = ()
        here = self.value
        for step in location:
            if isinstance(here, dict) and isinstance(step, str) and step in here:
                here, path = here[step], (*path, step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                path, here = (*path, self._indices(path, here)[step]), here[step]
        return path

    def take_out(self, path: Path_) -> bool:
        """Remove the part that stood at a place of the original; False when it is not there any more."""
        here = self.value
        walked: Path_ = ()
        for step in path[:-1]:
            if isinstance(here, dict) and isinstance(step, str) and step in here:
                here = here[step]
            elif isinstance(here, list) and step in (indices := self._indices(walked, here)):
                here = here[indices.index(int(step))]
            else:
                return False
            walked = (*walked, step)
        if not path:
            return False
        if isinstance(here, dict) and path[-1] in here:
            del here[str(path[-1])]
            return True
        if isinstance(here, list) and path[-1] in (indices := self._indices(walked, here)):
            position = indices.index(int(path[-1]))
            del here[position], indices[position]
            return True
        return False

    def _indices(self, path: Path_, here: list[Yaml]) -> list[int]:
        return self._kept.setdefault(path, list(range(len(here))))


def _finding(model: type[Authored], fault: ErrorDetails, path: Path_, place: Place) -> Diagnostic:
    rule = _RULES_BY_TYPE.get(fault["type"], WRONG_VALUE)
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    if rule is UNKNOWN_KEY:
        known = _keys_near(model, fault["loc"])
        hint = did_you_mean(name, known) or (f"known keys: {', '.join(sorted(known))}" if known else "")
        return rule.at(place.key(*path), f'the key "{name}" is not known here', hint)
    if rule is MISSING_KEY:
        return rule.at(place.at(*path), f'the key "{name}" is missing', f'add "{name}:"')
    return rule.at(place.at(*path), _words(fault))


def _words(fault: ErrorDetails) -> str:
    message = fault["msg"]
    given = fault.get("input")
    if fault["type"] in ("date", "isbn", "issn", "doi", "orcid", "language", "web-address", "one-of"):
        return message
    if fault["type"] == "string_type":
        message = f"expected a text, found {_kind_of(given)}"
        return message + ("; write it in quotes" if isinstance(given, bool) else "")
    if fault["type"] in ("tuple_type", "list_type"):
        return f"expected a list, found {_kind_of(given)}"
    if fault["type"] in ("model_type", "dict_type"):
        return f"expected keys and values, found {_kind_of(given)}"
    if fault["type"] == "string_pattern_mismatch":
        pattern = str(fault.get("ctx", {}).get("pattern", ""))
        return f'"{given}" does not have the form {_FORMS.get(pattern, pattern)}'
    shown = f'"{given}": ' if isinstance(given, str) else ""
    return shown + re.sub(r"^(Input|Value|String|Tuple) ", lambda m: f"the {m[1].lower()} ", message)


# What a pattern of the model says, in words.
_NAME = "letters, digits, hyphens, dots"
_FORMS: Mapping[str, str] = {
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": f"of an id ({_NAME})",
    **{rf"^{kind}-[A-Za-z0-9_.-]+$": f"{kind}-name ({_NAME})" for kind in ("sec", "fig", "tbl")},
    r"^#[0-9a-fA-F]{6}$": "#1d4a42",
    r"^[^/\\:][^\\:]*$": "of a path inside the report, with / between folders",
    r"^[A-Z]+[0-9]{3}$": "XREF001",
    r"^[a-z*†‡]{1,2}$": "of a mark (one or two of a to z, * † ‡)",
    r"^[0-9A-Za-z][0-9A-Za-z.+-]*$": "1.0.0",
}


def _kind_of(value: object) -> str:
    kinds = {
        dict: "keys and values",
        list: "a list",
        bool: "true or false",
        str: "a text",
        type(None): "nothing",
    }
    return kinds.get(type(value), "something else")


def _keys_near(model: type[Authored], location: tuple[int | str, ...]) -> set[str]:
    """The keys that may stand where an unknown one does, found in the JSON Schema of the model."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    here: list[dict[str, object]] = [schema]
    for step in location[:-1]:
        here = [deeper for entry in here for deeper in _deeper(entry, step, definitions)]
    keys: set[str] = set()
    for entry in here:
        properties = entry.get("properties", {})
        if isinstance(properties, dict):
            keys |= set(properties)
    return keys


def _resolved(entry: object, definitions: Mapping[str, object]) -> list[dict[str, object]]:
    if not isinstance(entry, dict):
        return []
    if "$ref" in entry:
        return _resolved(definitions.get(str(entry["$ref"]).rsplit("/", 1)[-1]), definitions)
    choices = entry.get("anyOf")
    if isinstance(choices, list):
        return [found for choice in choices for found in _resolved(choice, definitions)]
    return [entry]


def _deeper(entry: dict[str, object], step: int | str, definitions: Mapping[str, object]) -> list[dict[str, object]]:
    if isinstance(step, int):
        return _resolved(entry.get("items"), definitions)
    properties = entry.get("properties")
    if isinstance(properties, dict) and step in properties:
        return _resolved(properties[step], definitions)
    return [entry] if entry.get("title") == step else []
