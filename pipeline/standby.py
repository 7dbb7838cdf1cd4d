"""Commands that are run by a process in which everything is loaded already.

To load the press takes longer than to set one changed chapter. Here each run begins as a fork of a process that has
loaded the modules of the run before, and has done nothing else: what a run remembers, and its memory, end with it. So
it makes what a new process would make, only sooner. When the press itself has changed, what is loaded is no longer it,
and nothing is run.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from pipeline.ahead import PRINTER, Ahead, die_with_parent
from pipeline.stamp import press_key
from pipeline.terminal import BUG, TERMINATED
from pipeline.workers import WorkFailedError, can_fork, end_process

PATIENCE = 10.0  # seconds that a run has to remove what it has not finished

Command = Callable[[tuple[str, ...]], int]
"""Runs a command with some arguments and gives its exit code; a function of a module, so that it can be sent."""


class PressChangedError(Exception):
    """The press, its packages or its tools are not those that are loaded."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be run; `press` is the press that is loaded, or "" while none is."""

    command: Command
    arguments: tuple[str, ...]
    press: str


@dataclass(frozen=True, slots=True)
class _Told:
    """How a run ended, the press that it saw, and the modules that it had loaded by then."""

    status: int = BUG
    press: str = ""
    modules: tuple[str, ...] = ()


class Standby:
    """Runs a command, again and again.

    Where a system has no safe fork (macOS, Windows), each run is a program of its own, which loads everything.

    Args:
        command: what is run.
    """

    def __init__(self, command: Command) -> None:
        self._command = command
        self._press = ""
        self._process = Ahead(__name__)

    def __enter__(self) -> Standby:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what runs; it has time to remove what it has not finished."""
        self._process.end()

    def run(self, *arguments: str) -> int:
        """Run the command.

        Args:
            arguments: its own.

        Raises:
            PressChangedError: when nothing was run, because the press is another one now.
        """
        self._process.ask("run_apart", _Asked(self._command, arguments, self._press))
        try:
            told: _Told = self._process.answer()
        except WorkFailedError:  # twice; the next run may have more memory
            return BUG
        if self._press and told.press != self._press:
            raise PressChangedError
        self._press = told.press
        self._process.ask("load", told.modules)
        with suppress(WorkFailedError):
            self._process.answer()
        return told.status


# ---------------------------------------------------------------- in the process that stands by


def load(modules: tuple[str, ...]) -> None:
    """Load what a run had loaded, and what lays out pages."""
    if not can_fork():
        return
    for name in (PRINTER, *modules):
        if name not in sys.modules:
            with suppress(Exception):  # some can only be loaded by others; the next run tells of any fault
                importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that collecting garbage in a fork does not copy what it shares


def run_apart(asked: _Asked) -> _Told:
    """Run a command in a process of its own, and wait for its end."""
    if not can_fork():
        done = subprocess.run((sys.executable, "-m", "pipeline", *asked.arguments), check=False)
        return _Told(done.returncode)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which tells its end
    reads, writes = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reads)
        _run(asked, writes)
    os.close(writes)
    try:
        with os.fdopen(reads, "rb") as pipe:
            said = pipe.read()
        os.waitpid(process, 0)
    except BaseException:
        end_process(process, patience=PATIENCE)
        raise
    try:
        told: _Told = pickle.loads(said)  # noqa: S301  # from our own child
    except (EOFError, pickle.UnpicklingError):  # it was killed
        return _Told(press=asked.press)
    return told


def _run(asked: _Asked, answers: int) -> NoReturn:
    """The life of a run: it never returns, and what its parent would do at its end is not done twice."""
    told = _Told()
    try:
        die_with_parent()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _end_once)
        press = press_key()
        if asked.press in ("", press):
            told = _Told(asked.command(asked.arguments), press, tuple(sys.modules))
        else:
            told = _Told(press=press)
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        with suppress(OSError), os.fdopen(answers, "wb") as pipe:
            pickle.dump(told, pipe)
        os._exit(0)


def _end_once(number: int, _: FrameType | None) -> None:
    """End the run; a second signal does not disturb it while it removes what it has not finished."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(TERMINATED)
