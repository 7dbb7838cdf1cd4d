"""YAML to values that remember their places. Nothing else reads it, so every mistake in YAML is found here, once."""

from __future__ import annotations

import contextlib
import pickle

import yaml

from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.source import Mark, Path_, Place, Yaml, YamlFile

VERSION = "yaml-1"
DEEPEST = 50

YAML_SYNTAX = declare(
    "SRC010",
    "yaml-syntax",
    Severity.ERROR,
    """
    A YAML file cannot be read. The place is where the reader lost the thread; the cause often stands a
    line above: a missing quote, a colon inside a text without quotes, a tab.

    Bad:   title: Counts: two ways
    Good:  title: "Counts: two ways"
    """,
)
DUPLICATE_KEY = declare(
    "SRC011",
    "duplicate-key",
    Severity.ERROR,
    """
    A key stands twice in one YAML mapping, and only one of the two values would be kept.
    """,
)
YAML_ALIAS = declare(
    "SRC012",
    "yaml-alias",
    Severity.ERROR,
    """
    YAML anchors and aliases (`&name`, `*name`), tags (`!name`) and nesting deeper than 50 levels are not
    used in reports: each value has one home, and a reader should see it where it counts.
    """,
)

_TAGS = frozenset({"null", "bool", "int", "float", "timestamp", "str", "seq", "map", "merge", "value"})


def parse_yaml(text: str, shown: str, findings: Findings, first_line: int = 1) -> YamlFile | None:
    """YAML text as values: mappings, lists, texts, booleans and nulls; numbers and dates stay text.

    That `1.10` stays "1.10" and `no` stays "no" is meant: what a value is, the model decides.

    Args:
        text: the YAML.
        shown: the file, as findings name it.
        findings: where faults go.
        first_line: the line of the file on which `text` begins.

    Returns:
        None when the YAML cannot be read.
    """
    before = first_line - 1
    try:
        deep = _too_deep(text)
        if deep:
            span = Span(shown, deep[0] + 1 + before, deep[1] + 1)
            findings.add(YAML_ALIAS.at(span, f"more than {DEEPEST} levels are nested"))
            return None
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(shown, mark.line + 1 + before, mark.column + 1) if mark else Span(shown)
        words = " ".join(part for part in (error.context, error.problem) if part)
        findings.add(YAML_SYNTAX.at(span, words or "the YAML cannot be read"))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        findings.add(YAML_SYNTAX.at(Span(shown), str(error) or "the YAML is nested too deeply"))
        return None
    reader = _Reader(shown, before, text.split("\n"), findings)
    try:
        value = reader.value(node, ()) if node is not None else None
    except _NotReadError:
        return None
    return YamlFile(value, Place(shown, reader.spans, reader.keys, reader.styles), text)


def known_yaml(text: str, shown: str, findings: Findings, cache: Cache) -> YamlFile | None:
    """What `parse_yaml` makes of a whole file; not parsed again when it was read without a finding before.

    Args:
        text: the YAML.
        shown: the file, as findings name it.
        findings: where faults go.
        cache: keeps values and places by the text alone.
    """
    key = key_of(VERSION, yaml.__version__, text)
    stored = cache.get(key)
    if stored is not None:
        value, spans, keys, styles = pickle.loads(stored)  # noqa: S301  # the cache is our own
        return YamlFile(value, Place(shown, spans, keys, styles), text)
    own = Findings()
    file = parse_yaml(text, shown, own)
    if file is not None and not own.all():
        kept = file.value, file.place.spans, file.place.keys, file.place.styles
        cache.put(key, pickle.dumps(kept, pickle.HIGHEST_PROTOCOL))
    findings.extend(own.all())
    return file


def _too_deep(text: str) -> tuple[int, int] | None:
    """The line and column, from 0, where values are nested too deeply.

    The composer, written in C, calls itself for each level; a deep enough file would end the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                mark = event.start_mark
                return (mark.line, mark.column) if mark else (0, 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


class _NotReadError(Exception):
    """A value is left out; why has been told."""


class _Reader:
    """Turns composed nodes into values and records where each stood."""

    def __init__(self, shown: str, before: int, lines: list[str], findings: Findings) -> None:
        self.shown, self.before, self.lines, self.findings = shown, before, lines, findings
        self.spans: dict[Path_, Mark] = {}
        self.keys: dict[Path_, Mark] = {}
        self.styles: dict[Path_, str] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path_, key: Mark | None = None) -> Yaml:
        mark = _mark(node, self.before)
        if id(node) in self._seen:  # the reader knows the place of the first one only, so the key must do
            self.findings.add(YAML_ALIAS.at(self._span(key or mark), "an alias repeats a value", "write the value out"))
            raise _NotReadError
        self._seen.add(id(node))
        if node.tag.rpartition(":")[2] not in _TAGS:
            self.findings.add(YAML_ALIAS.at(self._span(mark), f'the tag "{node.tag}" is not used in reports'))
            raise _NotReadError
        self.spans[path] = mark
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, path)
        if not isinstance(node, yaml.ScalarNode):
            return None
        self.styles[path] = node.style or ""
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Yaml]:
        mapping: dict[str, Yaml] = {}
        for key_node, value_node in node.value:
            mark = _mark(key_node, self.before)
            if not isinstance(key_node, yaml.ScalarNode):
                self.findings.add(YAML_SYNTAX.at(self._span(mark), "a key is not a word"))
                continue
            key = str(key_node.value)
            if key in mapping:
                first = self.keys[(*path, key)]
                message = f'the key "{key}" stands twice'
                self.findings.add(DUPLICATE_KEY.at(self._span(mark), message, f"the first one is on line {first[0]}"))
                continue
            self.keys[(*path, key)] = mark
            with contextlib.suppress(_NotReadError):
                mapping[key] = self.value(value_node, (*path, key), mark)
        return mapping

    def _sequence(self, node: yaml.SequenceNode, path: Path_) -> list[Yaml]:
        items: list[Yaml] = []
        for item in node.value:
            with contextlib.suppress(_NotReadError):
                items.append(self.value(item, (*path, len(items))))
        return items

    def _span(self, mark: Mark) -> Span:
        return Span(self.shown, *mark)


def _mark(node: yaml.Node, before: int) -> Mark:
    start, end = node.start_mark, node.end_mark
    return start.line + 1 + before, start.column + 1, end.column + 1 if end.line == start.line else 0


def _scalar(node: yaml.ScalarNode) -> bool | str | None:
    text = str(node.value)
    if not node.style:  # plain; the C loader says "", the Python one None
        if text in ("", "~", "null", "Null", "NULL"):
            return None
        if text in ("true", "True", "false", "False"):
            return text in ("true", "True")
    return text
