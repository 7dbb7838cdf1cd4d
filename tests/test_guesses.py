"""Guessed page numbers: from pages that stand, from those of the last time, and how sure they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cache import Cache
from pipeline.render.gatherings import Gathering, divide
from pipeline.render.guesses import Guesses, guesses_of_last_time
from pipeline.render.pages import Layout, joined
from tests.test_chapters import printing, report

PAGE = 2200  # letters, about


def gathering(number: int, letters: int, targets: tuple[str, ...] = (), *, first: bool = False) -> Gathering:
    """A section with its id at the beginning and another in the middle."""
    half = "x" * (letters // 2)
    markup = f'<section id="s{number}">{half}<p id="m{number}">{half}</p></section>'
    return Gathering(f"s{number}", "", first, markup, (), targets, (), letters)


def layout(pages: int, anchors: dict[str, int], *, restarts: bool = False) -> Layout:
    counts = tuple((1 if restarts and page == 0 else None, 1) for page in range(pages))
    empty = Layout((), (), (), counts, (), (), (), {}, (), {}, (), anchors, ())
    return replace(empty, rooms=(None,) * pages)  # type: ignore[arg-type]  # how many there are is all that counts


def test_what_no_page_is_known_of_is_reckoned_from_the_letters() -> None:
    guesses = Guesses([gathering(1, 20 * PAGE), gathering(2, 8 * PAGE, ("s1", "m1", "s2", "m2", "none"))], {}, {})
    of = {id: int(label) for id, label in guesses.of(1).items()}
    assert of["s1"] == 1
    assert of["none"] == 0
    assert 10 <= of["m1"] <= 12
    assert 20 <= of["s2"] <= 22
    assert 24 <= of["m2"] <= 26


@given(st.lists(st.tuples(st.integers(1, 60_000), st.integers(1, 40)), min_size=1, max_size=12), st.data())
def test_where_all_pages_stand_the_guess_is_the_page(sections: list[tuple[int, int]], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(sections) - 1))
    targets = tuple(f"{name}{number}" for number in range(first, len(sections)) for name in "sm")
    gatherings = [gathering(n, size, targets, first=n == first) for n, (size, _) in enumerate(sections)]
    middles = [data.draw(st.integers(0, pages - 1)) for _, pages in sections]
    layouts = [
        layout(pages, {f"s{n}": 0, f"m{n}": middles[n]}, restarts=n in (0, first))
        for n, (_, pages) in enumerate(sections)
    ]
    guesses = Guesses(gatherings, {}, {})
    for number in data.draw(st.permutations(range(len(sections)))):
        guesses.learn(number, layouts[number])
    starts = [sum(len(item.rooms) for item in layouts[:number]) for number in range(len(layouts))]
    front = sum(len(item.rooms) for item in layouts[:first])
    roomless = [replace(item, rooms=()) for item in layouts]
    anchors = joined(list(zip(starts, roomless, strict=True)), "").anchors
    for number in range(len(gatherings)):
        guesses.renew(number)
        assert guesses.of(number) == {id: str(anchors[id] - front + 1) for id in targets}
        assert guesses.are_sure(number)


def test_pages_that_stand_teach_how_much_is_on_one() -> None:
    gatherings = [gathering(n, 10 * PAGE, ("m3",)) for n in range(4)]
    guesses = Guesses(gatherings, {}, {})
    for number in (0, 1):
        guesses.learn(number, layout(20, {}))
    guesses.renew(3)
    assert 65 <= int(guesses.of(3)["m3"]) <= 71
    assert 33 <= int(guesses.of(2)["m3"]) <= 38, "the others keep their guess until they are asked anew"


def test_before_the_first_chapter_pages_are_roman() -> None:
    guesses = Guesses([gathering(1, 3 * PAGE, ("m1", "m2")), gathering(2, 9 * PAGE, first=True)], {}, {})
    assert guesses.of(0) == {"m1": "ii", "m2": "5"}


@pytest.mark.parametrize(("pages_before", "sure"), [(30, True), (97, False), (150, True), (1000, False)])
def test_near_a_power_of_ten_nothing_is_sure(pages_before: int, sure: bool) -> None:
    before = gathering(1, pages_before * PAGE)
    assert Guesses([before, gathering(2, PAGE, ("s2",))], {}, {}).are_sure(1) is sure


def test_pages_of_the_last_time_stay_until_they_are_corrected(tmp_path: Path) -> None:
    gatherings = [gathering(1, 5 * PAGE), gathering(2, 9 * PAGE, ("s1", "m1", "s2"))]
    guesses = Guesses(gatherings, {"s1": "7", "m1": "9"}, {"s2": {"m1": "8"}})
    guesses.learn(0, layout(30, {}))
    guesses.renew(1)
    assert guesses.of(1) == {"s1": "7", "m1": "8", "s2": "31"}
    guesses.correct(1, {"m1": "16"})
    assert guesses.of(1)["m1"] == "16"
    cache = Cache(tmp_path)
    cache.put("notebook", guesses.noted({"s1": "1", "s2": "31"}))
    again = guesses_of_last_time([*gatherings, gathering(3, PAGE, ("s1", "s2"))], cache, "notebook")
    assert again.of(1) == {"s1": "7", "m1": "16", "s2": "31"}
    assert again.of(2) == {"s1": "1", "s2": "31"}
    assert json.loads(guesses.noted({}))["guessed"]["s1"] == {}


@pytest.mark.artefact
def test_no_chapter_is_laid_out_twice_for_a_page_that_is_known_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first chapter has more pages than its letters need; the second names the page of the third."""
    monkeypatch.setattr("pipeline.render.pdf.processors", lambda: 1)
    gatherings: list[Gathering] = []

    def divided(*given: Any) -> tuple[Gathering, ...]:
        gatherings.extend(divide(*given))
        return tuple(gatherings)

    monkeypatch.setattr("pipeline.render.chapters.divide", divided)
    printed = printing(report([1] * 160, [3], [3]))
    sizes = [item.size for item in gatherings]
    assert sum(sizes[:-1]) < 8 * PAGE, "it seems to begin on a page of one digit"
    assert len([label for label in printed.labels if label.isdecimal()]) >= 10
    assert printed.rounds == len(gatherings)
