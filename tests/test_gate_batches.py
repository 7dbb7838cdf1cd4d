"""A long file that two processes judge together is judged as by one, whatever one of them does or leaves undone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from pipeline.cache import Cache
from pipeline.verify.gate import batches, holding
from pipeline.verify.gate.batches import Desk
from pipeline.verify.gate.clauses import all_clauses
from pipeline.verify.gate.division import Part
from pipeline.verify.gate.examine import Examination, examine, take_part
from pipeline.verify.gate.holding import Holding, hold
from pipeline.verify.gate.opened import Opened
from tests.gating import BOTH
from tests.pressing import Pressed
from tests.test_mutations import MUTATIONS

pytestmark = pytest.mark.artefact


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are judged a few pages at a time."""
    monkeypatch.setattr(holding, "_MOST_AT_ONCE", 6)
    monkeypatch.setattr(holding, "_LEAST_AT_ONCE", 3)


@pytest.fixture
def judged_here(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Part, ...]]:
    """The batches that are judged in this process."""
    found: list[tuple[Part, ...]] = []
    all_but = Holding.all_but

    def watched(self: Holding, batch: tuple[Part, ...]) -> object:
        found.append(batch)
        return all_but(self, batch)

    monkeypatch.setattr(Holding, "all_but", watched)
    return found


def count(path: Path, cache: Cache) -> int:
    """How many batches there are."""
    found = hold(Opened(path, cache), (standard.value for standard in BOTH.standards), len(all_clauses()))
    assert found is not None
    return len(found.batches())


def said(path: Path, cache: Cache | None = None, desk: Desk | None = None) -> Examination:
    return examine(path, "demo.pdf", BOTH, undeclared=True, cache=cache, desk=desk)


def desk_in(folder: Path) -> Desk:
    folder.mkdir()
    return Desk(folder)


def died() -> int:
    """The number of a process that there was."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_what_the_other_has_judged_is_not_judged_again(
    pressed_demo: Pressed, tmp_path: Path, judged_here: list[tuple[Part, ...]]
) -> None:
    cache, desk = Cache(tmp_path / "kept"), desk_in(tmp_path / "desk")
    desk.open(count(pressed_demo.path, cache))
    take_part(pressed_demo.path, BOTH, cache, desk)
    theirs = len(judged_here)
    assert theirs >= 3
    assert said(pressed_demo.path, cache, desk) == said(pressed_demo.path)
    assert len(judged_here) == theirs


def test_each_batch_is_judged_once(
    pressed_demo: Pressed, tmp_path: Path, judged_here: list[tuple[Part, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process begins when this one has judged one batch, and takes what is left but for one."""
    cache, desk = Cache(tmp_path / "kept"), desk_in(tmp_path / "desk")
    number, begun = count(pressed_demo.path, cache), False
    take = Desk.take

    def taken(self: Desk, which: int) -> bool:
        nonlocal begun
        if which == 1 and not begun:
            begun = True
            assert take(self, which)
            take_part(pressed_demo.path, BOTH, cache, self)
            return True
        return take(self, which)

    monkeypatch.setattr(Desk, "take", taken)
    assert said(pressed_demo.path, cache, desk) == said(pressed_demo.path)
    assert begun and len(judged_here) == number


@pytest.mark.parametrize("taken_by", ["nobody", "one that died"])
def test_a_batch_of_which_nothing_is_heard_is_judged_with_what_is_left(
    pressed_demo: Pressed, tmp_path: Path, taken_by: str
) -> None:
    cache, desk = Cache(tmp_path / "kept"), desk_in(tmp_path / "desk")
    for number in range(0, count(pressed_demo.path, cache), 2):
        (desk.folder / f"{number}.taken").write_text("" if taken_by == "nobody" else str(died()))
    assert said(pressed_demo.path, cache, desk) == said(pressed_demo.path)


def test_one_that_works_on_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_in(tmp_path / "desk")
    monkeypatch.setattr(batches, "_PATIENCE", 0.1)
    assert desk.take(0) and not desk.take(0)
    assert (desk.folder / "0.taken").read_text() == str(os.getpid())
    assert desk.told(0) == ()
    desk.tell(0, (("key", ()),))
    assert desk.told(0) == (("key", ()),)


def test_a_desk_that_cannot_be_written_on_is_no_fault(pressed_demo: Pressed, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "none")
    assert not desk.is_busy() and not desk.take(0)
    assert said(pressed_demo.path, Cache(tmp_path / "kept"), desk) == said(pressed_demo.path)


@pytest.mark.parametrize("mutation", MUTATIONS[::4], ids=lambda mutation: mutation.__name__)
def test_faults_are_the_same(mutation: object, pressed_demo: Pressed, tmp_path: Path) -> None:
    path, cache, desk = tmp_path / "changed.pdf", Cache(tmp_path / "kept"), desk_in(tmp_path / "desk")
    with pikepdf.open(pressed_demo.path) as pdf:
        assert callable(mutation)
        mutation(pdf)
        pdf.save(path, deterministic_id=True)
    desk.open(9)
    take_part(path, BOTH, cache, desk)
    assert said(path, cache, desk) == said(path)
