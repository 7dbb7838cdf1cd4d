"""Measures programs that stay loaded between two edits: from the moment a file is saved until they wait again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.speed.measuring import OFTEN, Command, CommandFailedError, MemoryWatch, Taken, left_behind, tail
from benchmarks.speed.processes import adopt_orphans, cpu_of, descendants, end

_GLANCE = 0.005  # seconds between two looks whether it waits again
_REST = 0.5  # seconds in which a program that waits does nothing more

Save = Callable[[IO[bytes]], None]
"""Saves the edit. It gets the program's standard input, for one that has to be told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A program that stays loaded.

    Attributes:
        command: starts it.
        waits: what it prints whenever it waits for an edit.
        save: makes the edit.
    """

    command: Command
    waits: str
    save: Save


def take_standing(
    standing: Standing, folder: Path, environment: Mapping[str, str], log: Path, limit: float, share: float = OFTEN
) -> Taken:
    """Start a program, let it wait, make the edit, and measure until it waits again; then it is ended.

    Args:
        standing: the program and the edit.
        folder: where it runs.
        environment: its variables.
        log: gets what it prints.
        limit: seconds that it may take.
        share: how much of a processor looking at its memory may take.

    Raises:
        CommandFailedError: when it ends by itself, or time is up.
    """
    adopt_orphans()
    deadline = time.perf_counter() + limit
    with log.open("wb") as out:
        process = subprocess.Popen(
            standing.command, cwd=folder, env=dict(environment), stdin=subprocess.PIPE, stdout=out, stderr=out
        )
    assert process.stdin is not None, "it was asked for"
    watch = MemoryWatch(limit, share)

    def until_it_waits(times: int) -> None:
        while log.read_text("utf-8", "replace").count(standing.waits) < times:
            if process.poll() is not None:
                raise CommandFailedError(f"it ended with status {process.returncode}: {tail(log)}")
            if time.perf_counter() > deadline:
                raise CommandFailedError(f"it took more than {limit:.0f} seconds")
            time.sleep(_GLANCE)

    try:
        until_it_waits(1)
        spent = _at_rest()
        watch.start()
        began = time.perf_counter()
        standing.save(process.stdin)
        until_it_waits(2)
        wall = time.perf_counter() - began
        cpu = _at_rest() - spent
    finally:
        end(descendants())
        process.stdin.close()
        process.wait()
        if watch.is_alive():
            watch.stop()
        left_behind()
    return Taken(wall, cpu, watch.peak, watch.shared_once)


def _at_rest() -> float:
    """The processor time of all processes, once they do nothing more."""
    spent = cpu_of(descendants())
    while True:
        time.sleep(_REST)
        before, spent = spent, cpu_of(descendants())
        if spent - before < _REST / 10:
            return spent
