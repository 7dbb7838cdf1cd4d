"""From the author's YAML to a specification that can be drawn without asking for anything else.

The report's data goes in where a file is named; whatever would lead out of the report, or would be drawn
wrongly without a word, is a finding at its place in the file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pipeline.charts import faults, vocabulary
from pipeline.diagnostics import Diagnostic, Findings, Span, did_you_mean
from pipeline.source import Place, Yaml
from pipeline.yaml_source import parse_yaml

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Path_: TypeAlias = tuple[str | int, ...]

MOST_ROWS = 200_000
LONGEST_SIDE = 5_000  # units; a page is about 600 wide

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DATUM = re.compile(r"""\bdatum(?:\.([A-Za-z_$][\w$]*)|\[\s*(?:'([^']*)'|"([^"]*)")\s*\])""")


@dataclass(frozen=True, slots=True)
class ChartSource:
    """What a chart is drawn from.

    Attributes:
        path: the specification's file, as findings name it.
        text: the specification, YAML or JSON.
        data: the report's data by the name that a specification calls it ("data/x.csv"); each row maps
            the columns to the cells.
    """

    path: str
    text: str
    data: Mapping[str, tuple[Mapping[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Specification:
    """A specification with its data inside.

    Attributes:
        value: the specification, ready for Vega-Lite.
        span: where it begins, for faults that no smaller place is known for.
    """

    value: dict[str, Json]
    span: Span


def read_specification(source: ChartSource, findings: Findings) -> Specification | None:
    """The specification of a chart, or None when something in it is wrong."""
    own = Findings()
    file = parse_yaml(source.text, source.path, own)
    spec: Json = None
    if file is not None:
        if isinstance(file.value, dict):
            spec = _Reader(source, file.place, own).read(file.value)
        else:
            message = "the file holds no Vega-Lite specification"
            own.add(faults.NOT_A_CHART.at(file.place.span, message, "see: proofpress explain FIG101"))
    found = own.all()
    findings.extend(found)
    if any(finding.is_error for finding in found) or not isinstance(spec, dict) or file is None:
        return None
    return Specification(spec, Span(source.path, 1))


def data_files(text: str) -> tuple[str, ...]:
    """The files that a specification is drawn from, each once, as the report calls them ("data/x.csv").

    Args:
        text: the specification, YAML or JSON; one with faults names what can be read of it.
    """
    file = parse_yaml(text, "", Findings())
    spec = None if file is None else _typed(file.value, file.place, ())
    found = (data for key, data, _ in _walk(spec, ()) if key == "data" and isinstance(data, dict))
    return tuple(dict.fromkeys(_file_name(data["url"]) for data in found if "url" in data))


def _file_name(url: Json) -> str:
    return str(url).removeprefix("./")


def numbered(rows: tuple[Mapping[str, str], ...]) -> list[Json]:
    """Rows with numbers in the columns that hold nothing but numbers and empty cells.

    "007" is no number but a code, and keeps its zeros. An empty cell of a column of numbers is null.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    numeric = {
        column
        for column in columns
        if any(row.get(column) for row in rows)
        and all(_PLAIN_NUMBER.fullmatch(row[column]) for row in rows if row.get(column))
    }
    return [{column: _number(cell) if column in numeric else cell for column, cell in row.items()} for row in rows]


def _number(text: str) -> Json:
    if not text:
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else text


def _typed(value: Yaml, place: Place, path: Path_) -> Json:
    """Values with the types that YAML 1.2 gives to plain words; `parse_yaml` leaves numbers as text."""
    if isinstance(value, dict):
        return {key: _typed(item, place, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item, place, (*path, number)) for number, item in enumerate(value)]
    if not isinstance(value, str) or place.style(*path):
        return value
    if _NUMBER.fullmatch(value):
        return _number(value.removesuffix("."))
    return _WORDS.get(value, value)


class _Reader:
    """Goes through a specification once to read and once to compare its fields with the data."""

    def __init__(self, source: ChartSource, place: Place, findings: Findings) -> None:
        self.source, self.place, self.findings = source, place, findings
        self.rows = 0
        self.columns: set[str] = set()
        self.complete = True  # whether all columns are known; not when a transform makes them from values

    def read(self, value: dict[str, Yaml]) -> dict[str, Json]:
        spec = _typed(value, self.place, ())
        if not isinstance(spec, dict):
            raise TypeError("a mapping stays a mapping")
        dialect = spec.pop("$schema", "vega-lite")
        if not isinstance(dialect, str) or "vega-lite" not in dialect:
            message = f'"{dialect}" is not Vega-Lite'
            self.findings.add(faults.NOT_A_CHART.at(self.place.at("$schema"), message))
            return spec
        if not any(key in spec for key in vocabulary.COMPOSITIONS):
            message = "the specification draws nothing: it has no mark and no layers"
            self.findings.add(faults.NOT_A_CHART.at(self.place.span, message))
        datasets = spec.get("datasets")
        for name, values in datasets.items() if isinstance(datasets, dict) else ():
            self._count_rows(values, ("datasets", name))
        self._view(spec, ())
        self._limits(spec)
        if self.rows > MOST_ROWS:
            message = f"the chart draws {self.rows:,} rows of data; the most is {MOST_ROWS:,}"
            self.findings.add(faults.TOO_LARGE.at(self.place.span, message))
        if self.complete:
            for name, path in _fields(spec, ()):
                self._compare(name, path)
        return spec

    # ------------------------------------------------------------ views

    def _view(self, view: Json, path: Path_) -> None:
        """A view: a single chart, or one composed of others."""
        if not isinstance(view, dict):
            self._add(faults.UNKNOWN_WORD.at(self.place.at(*path), "a chart is a mapping of keys"))
            return
        for key in view:
            self._known(key, vocabulary.VIEW_KEYS, "key", (*path, key), is_key=True)
        if "data" in view:
            view["data"] = self._data(view["data"], (*path, "data"))
        self._mark(view.get("mark"), (*path, "mark"))
        self._encoding(view.get("encoding"), (*path, "encoding"))
        transforms = view.get("transform")
        for place, transform in enumerate(transforms if isinstance(transforms, list) else ()):
            self._transform(transform, (*path, "transform", place))
        facet = view.get("facet")
        if isinstance(facet, dict) and "field" not in facet:
            for channel in facet:
                self._known(channel, ("row", "column"), "channel", (*path, "facet", channel), is_key=True)
        for key in vocabulary.LISTS_OF_VIEWS:
            views = view.get(key)
            for place, inner in enumerate(views if isinstance(views, list) else ()):
                self._view(inner, (*path, key, place))
        if "spec" in view:
            self._view(view["spec"], (*path, "spec"))

    def _mark(self, mark: Json, path: Path_) -> None:
        if isinstance(mark, dict):
            mark, path = mark.get("type"), (*path, "type")
        if mark == "image":
            message = "a chart shows no pictures"
            self._add(faults.REACHES_OUT.at(self.place.at(*path), message, "use a figure with a file"))
        elif isinstance(mark, str):
            self._known(mark, vocabulary.MARKS, "mark", path)

    def _encoding(self, encoding: Json, path: Path_) -> None:
        for channel, definition in encoding.items() if isinstance(encoding, dict) else ():
            if channel == "url":
                self._refuse("url", (*path, channel))
                continue
            self._known(channel, vocabulary.CHANNELS, "channel", (*path, channel), is_key=True)
            if isinstance(definition, dict) and isinstance(definition.get("type"), str):
                self._known(str(definition["type"]), vocabulary.TYPES, "type", (*path, channel, "type"))

    def _transform(self, transform: Json, path: Path_) -> None:
        if not isinstance(transform, dict):
            return
        if not any(key in vocabulary.TRANSFORMS for key in transform):
            word = next(iter(transform), "")
            self._known(word, vocabulary.TRANSFORMS, "transform", (*path, word), is_key=True)
        if "pivot" in transform or "flatten" in transform:
            self.complete = False
        self.columns.update(
            name for key, names in vocabulary.DEFAULT_NAMES.items() if key in transform for name in names
        )
        origin = transform.get("from")
        if isinstance(origin, dict) and "data" in origin:
            origin["data"] = self._data(origin["data"], (*path, "from", "data"))
        keyvals = transform.get("keyvals")
        if isinstance(keyvals, dict):
            self._sequence(keyvals, (*path, "keyvals"))

    # ------------------------------------------------------------ data

    def _data(self, data: Json, path: Path_) -> Json:
        """Data with the rows of its file inside."""
        if not isinstance(data, dict):
            return data
        for key in data:
            self._known(key, vocabulary.DATA_KEYS, "key", (*path, key), is_key=True)
        form = data.get("format")
        if isinstance(form, dict):
            if form.get("type", "csv") != "csv" or set(form) - {"type", "parse"}:
                self._refuse("format", (*path, "format"), "only `parse` is used; the report's data is CSV")
            data["format"] = {"parse": form.get("parse")}
        if "url" in data:
            rows = self._file(data["url"], (*path, "url"))
            return {"values": rows, **{key: data[key] for key in ("format", "name") if key in data}}
        if "values" in data:
            self._count_rows(data["values"], (*path, "values"))
        elif isinstance(data.get("sequence"), dict):
            self._sequence(data["sequence"], (*path, "sequence"))
            self.columns.add("data")
        elif "name" not in data:
            self.complete = False  # a globe, a grid of meridians
        return data

    def _file(self, name: Json, path: Path_) -> Json:
        key = _file_name(name)
        if key in self.source.data:
            rows = numbered(self.source.data[key])
            self.rows += len(rows)
            self.columns.update(column for row in self.source.data[key][:1] for column in row)
            return rows
        span = self.place.at(*path)
        self.complete = False
        if re.match(r"[A-Za-z][\w+.-]*:|//", key):
            self._add(faults.REACHES_OUT.at(span, f'"{name}" is not a file of the report'))
        else:
            hint = did_you_mean(key, self.source.data) or did_you_mean(f"data/{key}", self.source.data)
            self._add(faults.DATA_MISSING.at(span, f'there is no data file "{name}"', hint))
        return []

    def _count_rows(self, values: Json, path: Path_) -> None:
        if not isinstance(values, list):
            self._refuse("values", path, "write the rows as a list of mappings")
            return
        self.rows += len(values)
        self.columns.add("data")
        for row in values:
            if isinstance(row, dict):
                self.columns.update(row)

    def _sequence(self, sequence: Json, path: Path_) -> None:
        """A generator of rows: counted before it runs."""
        if not isinstance(sequence, dict) or "stop" not in sequence:
            return
        start, stop, step = (sequence.get(key, other) for key, other in (("start", 0), ("stop", 0), ("step", 1)))
        if not all(isinstance(number, int | float) for number in (start, stop, step)) or not step:
            self._add(faults.UNKNOWN_WORD.at(self.place.at(*path), "a sequence has numbers, and a step"))
            return
        self.rows += max(0, math.ceil((float(stop) - float(start)) / float(step)))  # type: ignore[arg-type]

    # ------------------------------------------------------------ faults

    def _limits(self, spec: Json) -> None:
        for key, value, path in _walk(spec, ()):
            if key in vocabulary.REFUSED:
                self._refuse(key, path)
            if key in ("width", "height") and isinstance(value, int | float) and value > LONGEST_SIDE:
                message = f"the {key} of {value:,} units fits on no page"
                self._add(faults.TOO_LARGE.at(self.place.at(*path), message))
            if key == "as":
                self.columns.update(n for n in (value if isinstance(value, list) else [value]) if isinstance(n, str))

    def _compare(self, name: str, path: Path_) -> None:
        root = re.split(r"(?<!\\)[.\[]", name, maxsplit=1)[0].replace("\\", "")
        if name in self.columns or root in self.columns or name in ("*", ""):
            return
        hint = did_you_mean(name, sorted(self.columns))
        hint = hint or f"there are: {', '.join(sorted(self.columns)[:20])}" if self.columns else ""
        self._add(faults.FIELD_MISSING.at(self.place.at(*path), f'the data has no column "{name}"', hint))

    def _known(self, word: str, known: tuple[str, ...], what: str, path: Path_, *, is_key: bool = False) -> None:
        if word in known or word in vocabulary.REFUSED:
            return
        span = self.place.key(*path) if is_key else self.place.at(*path)
        hint = did_you_mean(word, known) or f"there are: {', '.join(sorted(known))}"
        self._add(faults.UNKNOWN_WORD.at(span, f'Vega-Lite has no {what} "{word}" here', hint))

    def _refuse(self, key: str, path: Path_, hint: str = "take it out") -> None:
        message = f'"{key}" leads out of the report'
        self._add(faults.REACHES_OUT.at(self.place.key(*path), message, hint))

    def _add(self, finding: Diagnostic) -> None:
        self.findings.add(finding)


def _walk(value: Json, path: Path_) -> Iterator[tuple[str, Json, Path_]]:
    """All keys of a specification with their values and places, but not the rows of data."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item, (*path, key)
            if key not in ("values", "datasets"):
                yield from _walk(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _walk(item, (*path, place))


def _fields(spec: Json, path: Path_) -> Iterator[tuple[str, Path_]]:
    """The columns that a specification uses, with their places."""
    for key, value, where in _walk(spec, path):
        if key == "field" and isinstance(value, str):
            yield value, where
        elif key in ("fold", "groupby") and isinstance(value, list):
            yield from ((item, (*where, place)) for place, item in enumerate(value) if isinstance(item, str))
        elif key in ("calculate", "filter", "test") and isinstance(value, str):
            for found in _DATUM.finditer(value):
                yield next(name for name in found.groups() if name is not None), where
