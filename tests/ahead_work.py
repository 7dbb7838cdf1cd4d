"""What is asked of a process that was started ahead, in `test_ahead`."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from pipeline.diagnostics import Span, StageFailedError
from pipeline.pandoc import PANDOC_FAILED
from pipeline.workers import work_through

_ready: list[object] = []


def make_ready(for_what: object) -> None:
    """Note what the process was made ready for."""
    if for_what == "stumble":
        raise ValueError(for_what)
    _ready.append(for_what)


def ready_for(_: object) -> list[object]:
    """What it was made ready for."""
    return _ready


def where(word: str) -> tuple[str, int]:
    """The word, and the process."""
    return word, os.getpid()


def die_once(mark: Path) -> str:
    """Die when there is no such file, and leave it."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die(_: object) -> None:
    """Die."""
    os.kill(os.getpid(), signal.SIGKILL)


def stumble(word: str) -> None:
    """A fault of the press."""
    raise ValueError(word)


def refuse(word: str) -> None:
    """A fault of the author."""
    raise StageFailedError(PANDOC_FAILED.at(Span(word), "no"))


def wait_with_children(folder: Path) -> None:
    """Wait for children that wait, each of which says its number."""

    def wait(number: int) -> None:
        (folder / f"new-{number}").write_text(str(os.getpid()), "utf-8")
        (folder / f"new-{number}").rename(folder / str(number))
        time.sleep(600)

    list(work_through((0, 1), wait, processes=2))
