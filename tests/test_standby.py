"""Commands run by a process that stands by: their exit codes, and that each run begins as if it were the first."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from pipeline import ahead, standby
from pipeline.cli import exit_code_of
from pipeline.standby import PressChangedError, Standby
from pipeline.workers import can_fork

pytestmark = pytest.mark.process
forks = pytest.mark.skipif(not can_fork(), reason="nothing is forked here")
remembered: list[str] = []


def remember(arguments: tuple[str, ...]) -> int:
    """How many runs this process knows of, and whether the one before had loaded a module that no other run loads."""
    remembered.extend(arguments)
    known = "wave" in sys.modules
    __import__("wave")
    return len(remembered) + 10 * known


def die(arguments: tuple[str, ...]) -> int:
    """Be killed, when asked to."""
    if arguments:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0


@forks
def test_a_run_remembers_nothing_of_the_one_before_but_what_it_loaded() -> None:
    sys.modules.pop("wave", None)
    with Standby(remember) as standing:
        assert [standing.run(word) for word in ("one", "two", "three")] == [1, 11, 11]
    assert remembered == []


@forks
def test_a_run_that_is_killed_is_a_fault_and_the_next_one_runs() -> None:
    with Standby(die) as standing:
        assert [standing.run(*words) for words in ((), ("now",), ())] == [0, 70, 0]


@forks
def test_nothing_is_run_by_another_press_than_the_one_that_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    with Standby(remember) as standing:
        standing.run("one")
        (tmp_path / "ink-2.0.dist-info").mkdir()
        with pytest.raises(PressChangedError):
            standing.run("two")


@pytest.mark.parametrize("arguments, code", [(("explain", "XREF001"), 0), (("build", "no-such-report"), 2)])
def test_where_nothing_is_forked_each_run_is_a_program(
    arguments: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (ahead, standby):
        monkeypatch.setattr(module, "can_fork", lambda: False)
    with Standby(exit_code_of) as standing:
        assert standing.run(*arguments) == code
