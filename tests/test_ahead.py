"""A stage in a process of its own: what it returns and raises, and that nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.ahead import Ahead
from pipeline.diagnostics import StageFailedError
from pipeline.pandoc import PANDOC_FAILED
from pipeline.workers import WorkFailedError

WORK = "tests.ahead_work"
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="nothing is forked here"),
]


def is_there(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asked for its end does not."""
    try:
        os.kill(process, 0)
        status = Path(f"/proc/{process}/stat").read_text("ascii") if sys.platform == "linux" else ""
    except (ProcessLookupError, FileNotFoundError):
        return False
    return not status or status.rpartition(")")[2].split()[0] != "Z"


def wait_for(what: str, *paths: Path) -> list[int]:
    for _ in range(1200):
        if all(path.exists() for path in paths):
            return [int(path.read_text("utf-8")) for path in paths]
        time.sleep(0.05)
    raise AssertionError(f"{what} did not begin")


def gone(*processes: int) -> bool:
    for _ in range(400):
        if not any(map(is_there, processes)):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("now", [True, False])
def test_functions_are_called_in_one_other_process(now: bool) -> None:
    found = []
    with Ahead(WORK, now=now) as ahead:
        for word in ("one", "two"):
            ahead.ask("where", word)
            found.append(ahead.answer())
    assert [word for word, _ in found] == ["one", "two"]
    (process,) = {process for _, process in found}
    assert process != os.getpid()
    assert gone(process)


@pytest.mark.parametrize(("ready", "found"), [("this", ["this"]), ("stumble", []), (None, [])])
def test_it_is_made_ready_before_it_is_asked(ready: object, found: list[object]) -> None:
    """A fault of that is no news: what is asked meets it again."""
    with Ahead(WORK, ready=ready) as ahead:
        ahead.ask("ready_for", None)
        assert ahead.answer() == found


def test_what_a_function_raises_is_raised_here_with_its_trace() -> None:
    with Ahead(WORK) as ahead:
        ahead.ask("stumble", "over this")
        with pytest.raises(ValueError, match="over this") as raised:
            ahead.answer()
        assert "in stumble" in raised.value.__notes__[0]
        ahead.ask("refuse", "a.md")
        with pytest.raises(StageFailedError) as failed:
            ahead.answer()
        (finding,) = failed.value.findings
        assert finding.rule is PANDOC_FAILED and finding.span.path == "a.md"


def test_a_module_that_cannot_be_loaded_is_told_when_it_is_asked() -> None:
    with Ahead("tests.no_such_module") as ahead:
        ahead.ask("where", "x")
        with pytest.raises(ModuleNotFoundError):
            ahead.answer()


def test_a_process_that_dies_is_replaced_once(tmp_path: Path) -> None:
    with Ahead(WORK) as ahead:
        ahead.ask("die_once", tmp_path / "mark")
        assert ahead.answer() == "done"
        ahead.ask("die", None)
        with pytest.raises(WorkFailedError, match="its process died"):
            ahead.answer()


def test_a_fault_here_ends_it_and_its_children(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Ahead(WORK) as ahead:
        ahead.ask("wait_with_children", tmp_path)
        children = wait_for("the work", tmp_path / "0", tmp_path / "1")
        raise ZeroDivisionError
    assert gone(*children)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_when_this_process_is_killed_it_ends_too(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys; from pipeline.ahead import Ahead; ahead = Ahead('tests.ahead_work'); "
        "ahead.ask('wait_with_children', pathlib.Path(sys.argv[1])); ahead.answer()"
    )
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=root) as process:
        children = wait_for("the work", tmp_path / "0", tmp_path / "1")
        process.send_signal(signal.SIGKILL)
    assert gone(*children)
