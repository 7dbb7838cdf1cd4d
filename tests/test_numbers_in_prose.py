"""Every number in the prose of the report in content/ is bound to its data or sourced, and the proof can fail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.numbers_in_prose import Number, Proof, in_words, numbers
from tests.readings import RETURNS, Reading

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def listed(returns: Reading) -> tuple[Number, ...]:
    return numbers(returns)


@pytest.fixture
def unproved_of(spoilt_returns: Callable[[str, str, str], Reading]) -> Callable[[str, str, str], list[str]]:
    """Replaces words, which must be there once, in a copy of the report; the numbers that are then unproved."""
    return lambda file, old, new: [
        f"{number.span.path} {number.words}"
        for number in numbers(spoilt_returns(file, old, new))
        if number.proof is Proof.NONE
    ]


def test_every_number_is_bound_or_sourced(listed: tuple[Number, ...]) -> None:
    unproved = [number for number in listed if number.proof is Proof.NONE]
    assert [f"{number.span}: {number.words} in: {number.sentence}" for number in unproved] == []


def test_the_numbers_are_found_at_all(listed: tuple[Number, ...]) -> None:
    counts = Counter(number.proof for number in listed)
    assert counts[Proof.VALUE] >= 70
    assert counts[Proof.NOTE] >= 150
    assert counts[Proof.DATA] >= 150
    places = {number.span.path.partition("/")[0] for number in listed}
    assert places >= {"sections", "notes", "data", "figures.yaml", "tables.yaml", "report.yaml"}


def test_a_number_is_listed_at_its_place(listed: tuple[Number, ...]) -> None:
    for number in listed:
        if number.proof is not Proof.VALUE and number.span.path.startswith(("sections/", "notes/")):
            lines = (RETURNS / number.span.path).read_text(encoding="utf-8").split("\n")
            assert lines[number.span.line - 1][number.span.column - 1 :].startswith(number.words), number


def test_every_note_that_holds_a_figure_names_its_facts(returns: Reading) -> None:
    for entry in returns.report.notes:
        figures = [words for _, words, why in in_words(entry.text.text if entry.text else "") if not why]
        assert entry.note.facts or not figures, entry.note.id


@pytest.mark.parametrize(
    ("file", "old", "new", "unproved"),
    [
        pytest.param(
            "sections/72-challenges.md",
            "How many, and why, is not said.",
            "There were 35 of them.",
            ["sections/72-challenges.md 35"],
            id="a bare number",
        ),
        pytest.param(
            "sections/72-challenges.md",
            "How many, and why, is not said.",
            "There were twenty-two, or 1,200.",
            ["sections/72-challenges.md twenty-two", "sections/72-challenges.md 1,200"],
            id="a number word, and a number with a comma",
        ),
        pytest.param(
            "sections/72-challenges.md",
            "How many, and why, is not said.",
            "They were 2020 people in 2020.",
            ["sections/72-challenges.md 2020"],
            id="a number that looks like a year",
        ),
        pytest.param(
            "sections/40-uzbekistan.md",
            '[]{value="returns.uzbekistan.carried"}',
            "435",
            ["sections/40-uzbekistan.md 435"],
            id="a value written out",
        ),
        pytest.param("sections/30-kazakhstan.md", "[^kz-198]", "", ["sections/30-kazakhstan.md 198"], id="a note gone"),
        pytest.param(
            "notes/kazakhstan.yaml",
            "  facts: [KAZ026]",
            "",
            ["sections/30-kazakhstan.md 198"],
            id="a note without a fact",
        ),
        pytest.param(
            "notes/uzbekistan.yaml",
            "- id: uz-remaining\n  cites:\n    - {source: gazeta202311}\n",
            "- id: uz-remaining\n",
            ["sections/40-uzbekistan.md 200"],
            id="a note without a work",
        ),
        pytest.param("figures.yaml", "531 people,", "532 people,", ["figures.yaml 532"], id="an alternative text"),
        pytest.param("figures.yaml", "(@note-kz-710)", "", ["figures.yaml 710"], id="a source line"),
        pytest.param(
            "tables.yaml", "524 less 278; see @note-kz-third.", "524 less 278.", ["tables.yaml 524", "tables.yaml 278"],
            id="a note of a table",
        ),
        pytest.param(
            "tables.yaml", "caption: Counts published for Uzbekistan", "caption: Four counts for Uzbekistan",
            ["tables.yaml Four"], id="a caption",
        ),
        pytest.param("report.yaml", "eighty people", "ninety people", ["report.yaml ninety"], id="the imprint"),
        pytest.param("report.yaml", "more than two thousand", "2,199", ["report.yaml 2,199"], id="the abstract"),
    ],
)  # fmt: skip
def test_the_proof_fails(
    unproved_of: Callable[[str, str, str], list[str]], file: str, old: str, new: str, unproved: list[str]
) -> None:
    assert unproved_of(file, old, new) == unproved


def test_the_cells_of_a_table_without_a_source_are_unproved(
    unproved_of: Callable[[str, str, str], list[str]],
) -> None:
    unproved = unproved_of("tables.yaml", "  source: Sums of @tbl-operations.\n", "")
    assert {"data/years.csv 913", "data/years.csv 609"} <= set(unproved)


@pytest.mark.parametrize(
    ("prose", "figures"),
    [
        ("On 30 April 2019 84 children came.", ["84"]),
        ("On 7 and 9 May, and from 28 to 31 May 2019", []),
        ("from January 2019 to July 2024, in 2021 and by 2027", []),
        ("1,975 people and 2,019 more", ["1,975", "2,019"]),
        ("Resolution 2396, paragraph 31, articles 6(1) and 37(a), article 17-1, and Order No. 382", []),
        ("Zhusan-1 to -3, and Mehr-4 with 24 people", ["24"]),
        ("nine in ten of those under 18", ["nine", "ten"]),
        (
            "nearly three quarters; two thirds; half of a million",
            ["three", "quarters", "two", "thirds", "half", "million"],
        ),
        ("the four States, all four of them, and four women", ["four"]),
        ("one of the first", []),
        ("often weighed by someone", []),
    ],
)
def test_what_is_a_figure(prose: str, figures: list[str]) -> None:
    assert [words for _, words, why in in_words(prose) if not why] == figures


def test_the_imprint_states_the_scale_of_the_cover() -> None:
    """Its numbers are exempt because they are those of the drawing."""
    frame = (RETURNS / "templates" / "cover.svg.j2").read_text(encoding="utf-8")
    scale, minimum = (float(re.findall(rf'"{name}": ([\d.]+)', frame)[0]) for name in ("scale", "minimum"))
    assert round(1 / scale) == 80
    assert (minimum, round(minimum / scale), round(3 * minimum, 2)) == (0.35, 28, 1.05)


def test_the_round_words_of_the_abstract_agree_with_the_data(returns: Reading) -> None:
    table = returns.report.data["data/returns.csv"]
    totals = {row[0].text: int(row[table.columns.index("total")].text) for row in table.rows}
    assert 2000 < totals["Four States"] < 2500
