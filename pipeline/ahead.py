"""A stage in a process of its own, which loads what the stage needs while earlier stages are at work.

The layout engine takes longer to load than a small report to read. So the process is forked at the beginning of a
run, when there is little in it, and what it is to do is sent to it when it is known.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import sys
import traceback
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import Any, NoReturn

from pipeline.workers import TRIES, WorkFailedError, can_fork, end_process

PRINTER = "pipeline.render.printing"  # the module that loads the layout engine
_PDEATHSIG = 1  # of prctl(2)
_PATIENCE = 5.0  # seconds that a process has to end its own processes


class Ahead:
    """A process that calls functions of a module, one after the other.

    Where a system has no safe fork (macOS, Windows), they are called here.

    Args:
        module: the full name of the module.
        now: whether the process begins to load it now, and not only when something is asked.
        ready: what the function `make_ready` of the module is called with before anything is asked, if it is not None.
    """

    def __init__(self, module: str, *, now: bool = True, ready: object = None) -> None:
        self._module = module
        self._ready = ready
        self._process = 0
        self._pipe: Connection | None = None
        self._asked: tuple[str, object] | None = None
        self._forks = can_fork()
        if now and self._forks:
            self._start()

    def __enter__(self) -> Ahead:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, whatever it is doing."""
        self.end()

    def ask(self, function: str, argument: object) -> None:
        """Have a function called.

        Args:
            function: its name in the module.
            argument: picklable, and so is what the function returns or raises.
        """
        self._asked = function, argument
        if self._pipe is None and self._forks:
            self._start()
        if self._pipe is not None:
            with contextlib.suppress(OSError):  # a process that has died is noticed when its answer is awaited
                self._pipe.send(self._asked)

    def answer(self) -> Any:
        """What the function returned.

        Raises:
            WorkFailedError: when the process died, and the one after it did, too.
            Exception: what the function raised.
        """
        assert self._asked is not None, "nothing was asked"
        if self._pipe is None:
            return _called(self._module, *self._asked)
        for attempt in range(TRIES):
            try:
                done, value = pickle.loads(self._pipe.recv_bytes())  # noqa: S301  # from our own child
            except (EOFError, OSError, pickle.UnpicklingError):
                self.end()
                if attempt + 1 < TRIES:
                    self.ask(*self._asked)
                continue
            if not done:
                raise value
            return value
        raise WorkFailedError(0, "its process died, as when memory runs out")

    def _start(self) -> None:
        here, there = Pipe()
        self._process = os.fork()
        if self._process == 0:
            here.close()
            _serve(there, self._module, self._ready)
        there.close()
        self._pipe = here

    def end(self) -> None:
        """End the process and give its memory back; when something is asked again, another one begins."""
        if self._pipe is None:
            return
        self._pipe.close()
        self._pipe = None
        end_process(self._process, patience=_PATIENCE)


def _called(module: str, function: str, argument: object) -> Any:
    return getattr(importlib.import_module(module), function)(argument)


def _serve(pipe: Connection, module: str, ready: object) -> NoReturn:
    """The life of the process: it never returns, and what its parent would do at its end is not done twice."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that it ends its own processes first
        die_with_parent()
        with contextlib.suppress(Exception):  # a fault of the module is told when it is asked for something
            importlib.import_module(module)
            if ready is not None:
                _called(module, "make_ready", ready)
        while True:
            function, argument = pipe.recv()
            try:
                answer: tuple[bool, object] = (True, _called(module, function, argument))
            except MemoryError:
                os._exit(1)
            except Exception as error:  # raised again in the parent
                error.add_note("".join(traceback.format_exception(error)))
                answer = (False, error)
            pipe.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)


def die_with_parent() -> None:
    """Have this process told to end (SIGTERM) when its parent has died, where the system can do that (Linux)."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
