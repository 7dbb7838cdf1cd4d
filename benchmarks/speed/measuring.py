"""Runs commands and measures what their whole trees of processes take."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.processes import adopt_orphans, descendants, end, memory_of

INTERVAL = 0.05  # seconds between two looks at the memory
OFTEN, SELDOM = 0.1, 0.01  # of a processor, which looks may take
LAST_WORDS = 0.5  # seconds that helpers of a command have to end after it
_LOG_TAIL = 600  # characters

Command = tuple[str, ...]


class CommandFailedError(Exception):
    """A command ended with another status than 0, or took too long; the message quotes its last words."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What some commands took, one after the other.

    Attributes:
        wall: seconds from the start of the first to the end of the last.
        cpu: seconds of processor time, user and system, of all their processes.
        memory: the peak of what all processes held at the same time, in bytes; 0 where that cannot be read.
        shared_once: whether `memory` counts shared pages once.
    """

    wall: float
    cpu: float
    memory: int
    shared_once: bool


class MemoryWatch(threading.Thread):
    """Looks at the memory of all processes below this one until it is stopped, and ends them when time is up."""

    def __init__(self, limit: float, share: float) -> None:
        super().__init__(daemon=True)
        self._share = share
        self.peak = 0
        self.shared_once = True
        self.late = False
        self._deadline = time.perf_counter() + limit
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look, until it is stopped."""
        pause = INTERVAL
        while not self._stopped.wait(pause):
            spent = time.thread_time()
            processes = descendants()
            held = memory_of(processes)
            if held.size > self.peak:
                self.peak, self.shared_once = held.size, held.shared_once
            if time.perf_counter() > self._deadline:
                self.late = True
                end(processes)
            # A look at gigabytes takes processor time from those that are measured.
            pause = max(INTERVAL, (time.thread_time() - spent) * (1 - self._share) / self._share)

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self.join()


def take(
    commands: tuple[Command, ...],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    limit: float,
    share: float = OFTEN,
) -> Taken:
    """Run commands and measure them. Whatever they leave running is ended; this process has no other children.

    Args:
        commands: one after the other.
        folder: where they run.
        environment: their variables.
        log: gets what they print.
        limit: seconds that they may take together.
        share: how much of a processor looking at their memory may take.

    Raises:
        CommandFailedError: when one fails or time is up; nothing is measured then.
    """
    adopt_orphans()
    watch = MemoryWatch(limit, share)
    watch.start()
    wall = cpu = 0.0
    try:
        with log.open("wb") as out:
            for command in commands:
                began = time.perf_counter()
                process = subprocess.Popen(
                    command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=out
                )
                _, ended, usage = os.wait4(process.pid, 0)
                wall += time.perf_counter() - began
                process.returncode = os.waitstatus_to_exitcode(ended)
                cpu += usage.ru_utime + usage.ru_stime + left_behind()
                if watch.late:
                    raise CommandFailedError(f"{Path(command[0]).name} took more than {limit:.0f} seconds")
                if process.returncode != 0:
                    raise CommandFailedError(
                        f"{Path(command[0]).name} ended with status {process.returncode}: {tail(log)}"
                    )
    finally:
        end(descendants())
        watch.stop()
        left_behind()
    return Taken(wall, cpu, watch.peak, watch.shared_once)


def left_behind() -> float:
    """Wait for what a command has left running, end it in the end, and give the processor time of it in seconds."""
    cpu = 0.0
    deadline = time.perf_counter() + LAST_WORDS
    while True:
        try:
            process, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return cpu
        if process:
            cpu += usage.ru_utime + usage.ru_stime
            continue
        if time.perf_counter() > deadline:
            end(descendants())
        time.sleep(0.01)


def tail(log: Path) -> str:
    """The last words of a log."""
    text = log.read_text("utf-8", "replace").strip()
    return " ".join(text[-_LOG_TAIL:].split())
