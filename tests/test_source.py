"""YAML that remembers places, and texts inside it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cache import Cache
from pipeline.diagnostics import Findings, Span
from pipeline.source import BEGINNING, Embedded, Yaml, YamlFile, embedded
from pipeline.yaml_source import known_yaml, parse_yaml


def parsed(text: str, first_line: int = 1) -> YamlFile:
    findings = Findings()
    file = parse_yaml(text, "a.yaml", findings, first_line)
    assert findings.all() == ()
    assert file is not None
    return file


def at(text: str, span: Span) -> str:
    """What stands at a place, as far as it goes on one line."""
    line = text.split("\n")[span.line - 1]
    return line[span.column - 1 : span.end_column - 1 if span.end_column else None]


# ---------------------------------------------------------------- properties

WORDS = st.text(alphabet="abcdefgh\u00e9\u0436 .,-", min_size=1, max_size=12).map(str.strip).filter(bool)
KEYS = st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True)
SCALARS = st.one_of(
    WORDS.map(lambda words: f"k{words}".rstrip(".-, ")),  # never a number, a date or a null
    st.integers(-999, 9999).map(str),
    st.dates().map(str),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(KEYS, inner, min_size=1, max_size=4),
    max_leaves=20,
)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for number, inner in enumerate(value) for leaf in leaves(inner, (*path, number))]
    return [(path, str(value))]


@settings(max_examples=20)
@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=5), st.booleans(), st.sampled_from([None, True, False]))
def test_each_value_stands_where_its_span_points(tree: dict[str, Any], indent: bool, flow: bool | None) -> None:
    text = yaml.safe_dump(
        tree, allow_unicode=True, indent=4 if indent else 2, default_flow_style=flow, width=10_000, sort_keys=False
    )
    file = parsed(text)
    assert file.value == tree
    for path, value in leaves(tree):
        assert at(text, file.place.at(*path)).strip("'\"") == value
        names = [step for step in range(len(path)) if isinstance(path[step], str)]
        for step in names:
            assert at(text, file.place.key(*path[: step + 1])) == path[step]
    with TemporaryDirectory() as folder:
        kept = [known_yaml(text, "a.yaml", Findings(), Cache(Path(folder))) for _ in range(2)]
    assert kept == [file, file]


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))
def test_a_block_of_lines_knows_its_lines(words: list[str], indent: int, blanks: int, before: int) -> None:
    body = textwrap.indent("\n".join(words), " " * indent)
    text = "# remark\n" * before + "a: 1\nb: |\n" + "\n" * blanks + body + "\nc: 2\n"
    file = parsed(text)
    assert isinstance(file.value, dict)
    value = str(file.value["b"]).strip()
    inside = embedded(value, file.place, text, "b")
    for number, line in enumerate(value.split("\n"), 1):
        if line.strip():
            assert at(text, inside.span(number, 1, len(line) + 1)) == line


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.10", "1.10"),
        ("no", "no"),
        ("2026-01-31", "2026-01-31"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("true", True),
        ("'true'", "true"),
        ("~", None),
        ("", None),
        ("null", None),
        ("'null'", "null"),
        ("NaN", "NaN"),
    ],
)
def test_scalars_stay_as_they_were_written(text: str, value: Yaml) -> None:
    assert parsed(f"a: {text}\n").value == {"a": value}


def test_a_file_that_was_read_is_not_parsed_again_unless_it_had_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, sound, faulty = Cache(tmp_path), "a: |\n  b\nc: 'd'\n", "a: 1\nb: 2\na: 3\n"
    first = known_yaml(sound, "a.yaml", Findings(), cache)
    assert first == parsed(sound)
    for _ in range(2):
        findings = Findings()
        assert known_yaml(faulty, "a.yaml", findings, cache) is not None
        assert [finding.rule.code for finding in findings.all()] == ["SRC011"]
    monkeypatch.setattr(yaml, "compose", lambda *_, **__: pytest.fail("the YAML was parsed"))
    again = known_yaml(sound, "b.yaml", Findings(), cache)
    assert again is not None and first is not None
    assert (again.value, again.text) == (first.value, first.text)
    assert str(again.place.at("c")) == "b.yaml:3:4"
    assert (again.place.style("a"), again.place.style("c"), again.place.has_key("b")) == ("|", "'", False)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-3])
    monkeypatch.undo()
    assert known_yaml(sound, "a.yaml", Findings(), cache) == first


def test_an_empty_file_is_nothing() -> None:
    assert parsed("# only a remark\n").value is None


def test_the_first_of_two_equal_keys_is_kept() -> None:
    findings = Findings()
    file = parse_yaml("a: 1\nb: 2\na: 3\n", "a.yaml", findings)
    assert file is not None
    assert file.value == {"a": "1", "b": "2"}
    assert [(one.rule.code, str(one.span)) for one in findings.all()] == [("SRC011", "a.yaml:3:1")]
    assert "line 1" in findings.all()[0].hint


@pytest.mark.parametrize("text", ["a: !!python/name:os.system\n", "a: !include b.yaml\n", "a: !!binary aGk=\n"])
def test_tags_are_refused(text: str) -> None:
    findings = Findings()
    file = parse_yaml(text, "a.yaml", findings)
    assert file is not None
    assert file.value == {}
    assert [(one.rule.code, str(one.span)) for one in findings.all()] == [("SRC012", "a.yaml:1:4")]


def test_an_alias_is_told_at_the_key_that_holds_it() -> None:
    findings = Findings()
    parse_yaml("a: &x [1]\nb:\n  c: *x\n", "a.yaml", findings)
    assert [(one.rule.code, str(one.span)) for one in findings.all()] == [("SRC012", "a.yaml:3:3")]


@pytest.mark.parametrize("levels", [50, 51])
def test_fifty_levels_are_enough(levels: int) -> None:
    findings = Findings()
    file = parse_yaml("[" * levels + "]" * levels, "a.yaml", findings)
    assert (file is None) == (levels > 50)


@given(st.text(max_size=80))
def test_no_text_is_a_traceback(text: str) -> None:
    clean = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
    findings = Findings()
    file = parse_yaml(clean, "a.yaml", findings)
    assert file is not None or findings.all()


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`, \n?", max_size=60))
def test_no_yaml_is_a_traceback(text: str) -> None:
    findings = Findings()
    file = parse_yaml(text, "a.yaml", findings)
    assert file is not None or findings.all()


def test_lines_are_counted_from_where_the_front_matter_begins() -> None:
    findings = Findings()
    parse_yaml("a: 1\nb: [\n", "a.md", findings, first_line=2)
    assert findings.all()[0].span.line >= 3


# ---------------------------------------------------------------- embedded texts


class TestEmbedded:
    """How lines and columns of a text map to its file."""

    @pytest.mark.parametrize(
        ("yaml_text", "words"),
        [
            ("a: see x here", "x"),
            ("a: 'see x here'", "x"),
            ('a: "see x here"', "x"),
            ('a: "   see x here "', "x"),
            ("deep: {a: see x here}", "x"),
            ("a: |\n  see\n  that x here", "x"),
            ("a: |+\n\n\n      see\n\n      that x here\n\n", "x"),
        ],
    )
    def test_places_are_exact(self, yaml_text: str, words: str) -> None:
        file = parsed(yaml_text)
        path = ("deep", "a") if yaml_text.startswith("deep") else ("a",)
        value: Any = file.value
        for step in path:
            value = value[step]
        text = value.strip()
        inside = embedded(text, file.place, yaml_text, *path)
        line = text[: text.index(words)].count("\n") + 1
        column = text.index(words) - text.rfind("\n", 0, text.index(words))
        assert at(yaml_text, inside.span(line, column, column + len(words))) == words

    @pytest.mark.parametrize(
        "yaml_text",
        ["a: >-\n  see\n  that x", "a: see\n  that x", "a: 'it''s x'", 'a: "see \\u0041 x"', 'a: "see\n  that x"'],
    )
    def test_where_places_are_not_exact_the_beginning_is_named(self, yaml_text: str) -> None:
        file = parsed(yaml_text)
        assert isinstance(file.value, dict)
        text = str(file.value["a"])
        inside = embedded(text, file.place, yaml_text, "a")
        assert inside.indent == BEGINNING
        span = inside.span(1, text.index("x") + 1, text.index("x") + 2)
        assert (span.line, span.end_column) == (1, 0)
        assert span.column in (4, 5)

    def test_in_front_matter(self) -> None:
        head = "id: sec-a\ntitle: On x\nlead: |\n  First\n  and x\n"
        file = parsed(head, first_line=2)
        whole = "---\n" + head + "---\n"
        title = embedded("On x", file.place, head, "title", first_line=2)
        lead = embedded("First\nand x", file.place, head, "lead", first_line=2)
        assert at(whole, title.span(1, 4, 5)) == "x"
        assert at(whole, lead.span(2, 5, 6)) == "x"

    def test_a_body_is_at_home_everywhere(self) -> None:
        body = Embedded("one\ntwo x", "a.md", 5, 1, 0)
        assert str(body.span(2, 5, 6)) == "a.md:6:5"
