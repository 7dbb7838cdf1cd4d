"""Work done by several processes: bounded, tried twice, and never lost."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.diagnostics import Span, StageFailedError
from pipeline.render.formes import CHAPTER_FAILED
from pipeline.workers import WorkFailedError, in_batches, work_through

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="the work is done here, not forked"),
]


def test_every_piece_is_done_once_by_other_processes() -> None:
    found = dict(work_through(range(20), lambda piece: (piece * piece, os.getpid()), processes=3))
    assert {number: square for number, (square, _) in found.items()} == {n: n * n for n in range(20)}
    assert os.getpid() not in {process for _, process in found.values()}
    assert len({process for _, process in found.values()}) <= 3


def test_nothing_to_do_starts_nothing() -> None:
    assert list(work_through((), lambda piece: piece, processes=2)) == []


def test_a_process_for_which_nothing_is_left_ends_while_others_work(tmp_path: Path) -> None:
    def work(piece: int) -> bool:
        mark = tmp_path / "process"
        if piece == 0:
            (tmp_path / "new").write_text(str(os.getpid()), "utf-8")
            (tmp_path / "new").rename(mark)
            return True
        while not mark.exists():
            time.sleep(0.01)
        for _ in range(1000):
            try:
                os.kill(int(mark.read_text("utf-8")), 0)
            except ProcessLookupError:
                return True
            time.sleep(0.01)
        return False

    assert dict(work_through((0, 1), work, processes=2)) == {0: True, 1: True}


def test_what_work_raises_is_raised_here() -> None:
    def fail(piece: int) -> int:
        if piece == 3:
            raise ValueError("three")
        return piece

    with pytest.raises(ValueError, match="three"):
        list(work_through(range(6), fail, processes=2))


def test_a_process_that_is_killed_is_replaced_and_its_piece_done(tmp_path: Path) -> None:
    def die_once(piece: int) -> int:
        mark = tmp_path / str(piece)
        if piece % 3 == 1 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    assert dict(work_through(range(9), die_once, processes=2)) == {n: n for n in range(9)}
    assert {path.name for path in tmp_path.iterdir()} == {"1", "4", "7"}


def test_a_piece_that_kills_two_processes_is_named() -> None:
    def die(piece: int) -> int:
        if piece == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    with pytest.raises(WorkFailedError) as failed:
        list(work_through(range(4), die, processes=2))
    assert failed.value.piece == 2
    assert "died" in failed.value.reason


def test_a_piece_that_takes_too_long_is_named() -> None:
    def sleep(piece: int) -> int:
        time.sleep(60 if piece else 0)
        return piece

    with pytest.raises(WorkFailedError) as failed:
        list(work_through(range(2), sleep, processes=2, seconds=0.5))
    assert failed.value.piece == 1
    assert "longer than" in failed.value.reason


def test_memory_is_bounded() -> None:
    def grow(piece: int) -> int:
        return len(bytearray(piece))

    small, large = 1 << 20, 1 << 30
    assert dict(work_through([small], grow, processes=1, memory=400 << 20)) == {0: small}
    with pytest.raises(WorkFailedError) as failed:
        list(work_through([large], grow, processes=1, memory=400 << 20))
    assert "memory" in failed.value.reason


def test_no_process_is_left_behind() -> None:
    work = work_through(range(8), lambda piece: os.getpid() if piece else time.sleep(0), processes=2)
    processes = [pid for _, pid in (next(work), next(work), next(work)) if pid]
    work.close()  # type: ignore[attr-defined]  # it is a generator
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


# ---------------------------------------------------------------- batches


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(weights=st.lists(st.integers(0, 30), max_size=30), least=st.integers(1, 40), most=st.integers(1, 40))
def test_batches_give_a_result_for_each_item_in_order(weights: list[int], least: int, most: int) -> None:
    def work(items: Sequence[int]) -> list[tuple[int, int]]:
        return [(item, sum(weights[other] for other in items)) for item in items]

    results = in_batches(range(len(weights)), weights, work, least=least, most=most)
    assert [item for item, _ in results] == list(range(len(weights)))
    assert all(size <= max(most, weights[item]) for item, size in results)


def test_little_work_is_done_here() -> None:
    here: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        here.append(os.getpid())
        return [item * 2 for item in items]

    assert in_batches((1, 2, 3), (1, 1, 1), work, least=10, most=100) == [2, 4, 6]
    assert here == [os.getpid()]


def test_a_fault_in_a_batch_is_raised_here() -> None:
    def work(items: Sequence[int]) -> list[int]:
        if 3 in items:
            raise StageFailedError(CHAPTER_FAILED.at(Span("here"), "three"))
        return list(items)

    with pytest.raises(StageFailedError) as failed:
        in_batches((1, 2, 3), (9, 9, 9), work, least=9, most=9)
    assert failed.value.findings[0].rule is CHAPTER_FAILED


def test_a_piece_is_what_it_is_when_its_turn_comes() -> None:
    known: list[int] = []
    for number, result in work_through(
        range(6), lambda piece: piece, processes=1, latest=lambda number: 100 * number + len(known)
    ):
        assert result // 100 == number
        known.append(result % 100)
    assert known == [0, 0, 1, 2, 3, 4], "the next piece is given out before this one is dealt with"


def test_a_piece_that_is_tried_again_is_asked_for_again(tmp_path: Path) -> None:
    def die_once(piece: str) -> str:
        if not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    times: list[int] = []

    def latest(number: int) -> str:
        times.append(number)
        return f"{number}, {len(times)}"

    assert dict(work_through(["", ""], die_once, processes=1, latest=latest)) == {0: "0, 2", 1: "1, 3"}
