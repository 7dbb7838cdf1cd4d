"""Work done by several processes: each bounded in memory and time, and started anew when it dies.

The processes are forked, so that they begin with everything that is loaded: style sheets, fonts. Where a system has
no safe fork (macOS, whose text libraries start threads; Windows), the work is done here, one piece after the other.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from typing import Generic, TypeVar

MEMORY = 4 << 30  # bytes of data that a process may take
SECONDS = 900.0  # that a piece of work may take
TRIES = 2


def processors() -> int:
    """How many processors there are to work with."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """Whether processes can be forked safely (see above)."""
    return hasattr(os, "fork") and sys.platform != "darwin"


Piece = TypeVar("Piece")
Result = TypeVar("Result")


class WorkFailedError(Exception):
    """A piece of work could not be done, and was tried twice.

    Attributes:
        piece: its number.
        reason: how its process ended.
    """

    def __init__(self, piece: int, reason: str) -> None:
        super().__init__(f"piece {piece}: {reason}")
        self.piece = piece
        self.reason = reason


@dataclass(slots=True)
class _Worker(Generic[Piece, Result]):
    """A process, the way to it, and the piece it works on."""

    process: int
    pipe: Connection
    piece: int | None = None
    since: float = field(default_factory=time.monotonic)


def work_through(
    pieces: Sequence[Piece],
    work: Callable[[Piece], Result],
    *,
    processes: int,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    latest: Callable[[int], Piece] | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[tuple[int, Result]]:
    """Do all pieces of work, in any order.

    Args:
        pieces: what is to be done; results come back by their numbers.
        work: does a piece. What it returns or raises must be picklable.
        processes: how many may run at once.
        seconds: the longest time for a piece.
        memory: the most data of a process, in bytes.
        latest: asked for a piece by its number when its turn comes, in place of what it was at the beginning; what it
            gives must be picklable.
        meanwhile: what is done here while the first pieces are worked on.

    Raises:
        WorkFailedError: when a process was killed, or took too long, twice at the same piece.
        Exception: what `work` raises.
    """
    if not can_fork():
        meanwhile()
        yield from ((number, work(latest(number) if latest else piece)) for number, piece in enumerate(pieces))
        return
    team = _Team(pieces, work, min(processes, len(pieces)), seconds, memory, latest)
    try:
        yield from team.results(meanwhile)
    finally:
        team.dismiss()


def in_batches(
    items: Sequence[Piece],
    weights: Sequence[int],
    work: Callable[[Sequence[Piece]], Sequence[Result]],
    *,
    least: int,
    most: int,
) -> list[Result]:
    """Do work that is better done on several items at once, in several processes when it is worth it.

    Args:
        items: what is to be done.
        weights: what each weighs, in any measure.
        work: gives a result for each of some items.
        least: the weight from which a process of its own pays.
        most: what a batch may weigh; a single item may weigh more.

    Returns:
        A result for each item, in their order.

    Raises:
        WorkFailedError: as `work_through`; the piece is the number of the batch.
        Exception: what `work` raises.
    """
    total = sum(weights)
    rounds = -(-total // (most * processors()))  # as many batches as keep all processors busy to the end
    share = max(least, total // (max(1, rounds) * processors()) + 1)
    batches: list[list[Piece]] = []
    weight = 0
    for item, own in zip(items, weights, strict=True):
        # To the nearest share, so that nothing is left over for one batch more than there are processors.
        if not batches or weight + own > most or weight + own / 2 > share:
            batches.append([])
            weight = 0
        batches[-1].append(item)
        weight += own
    if len(batches) < 2:
        return [result for batch in batches for result in work(batch)]
    results = dict(work_through(batches, work, processes=processors()))
    return [result for number in range(len(batches)) for result in results[number]]


class _Team(Generic[Piece, Result]):
    def __init__(
        self,
        pieces: Sequence[Piece],
        work: Callable[[Piece], Result],
        size: int,
        seconds: float,
        memory: int,
        latest: Callable[[int], Piece] | None,
    ) -> None:
        self._pieces, self._work, self._seconds, self._memory = pieces, work, seconds, memory
        self._latest = latest
        self._waiting = list(reversed(range(len(pieces))))
        self._tried = [0] * len(pieces)
        self._workers: list[_Worker[Piece, Result]] = []
        gc.freeze()  # so that collecting garbage in a child does not copy what it shares with its parent
        for _ in range(size):
            self._start()

    def results(self, meanwhile: Callable[[], object]) -> Iterator[tuple[int, Result]]:
        left = len(self._pieces)
        for worker in list(self._workers):
            self._give(worker)
        meanwhile()
        while left:
            ready = wait([worker.pipe for worker in self._workers], timeout=1.0)
            for worker in [worker for worker in self._workers if worker.pipe in ready]:
                answer = self._answer(worker)
                if answer is None:
                    self._replace(worker, "its process died, as when memory runs out")
                    continue
                number, (done, value) = worker.piece, answer
                assert number is not None, "a process answers only what it was asked"
                left -= 1
                self._give(worker)
                if not done:
                    raise value  # type: ignore[misc]  # what was pickled as an exception
                yield number, value  # type: ignore[misc]  # and this as a result
            now = time.monotonic()
            for worker in list(self._workers):
                if worker.piece is not None and now - worker.since > self._seconds:
                    self._replace(worker, f"it took longer than {self._seconds:.0f} seconds")

    def dismiss(self) -> None:
        for worker in list(self._workers):
            self._end(worker)
        gc.unfreeze()

    def _end(self, worker: _Worker[Piece, Result]) -> None:
        end_process(worker.process)
        worker.pipe.close()
        self._workers.remove(worker)

    def _start(self) -> _Worker[Piece, Result]:
        here, there = Pipe()
        process = os.fork()
        if process == 0:
            here.close()
            for other in self._workers:
                other.pipe.close()
            _serve(there, self._pieces, self._work, self._memory)
        there.close()
        worker: _Worker[Piece, Result] = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _give(self, worker: _Worker[Piece, Result]) -> None:
        """Give a process the next piece; when there is none, it ends, and gives back the memory that it holds."""
        if not self._waiting:
            self._end(worker)
            return
        worker.piece = self._waiting.pop()
        worker.since = time.monotonic()
        self._tried[worker.piece] += 1
        order = (worker.piece, self._latest(worker.piece) if self._latest else None)
        with contextlib.suppress(OSError):  # a process that has died is noticed when its answer is awaited
            worker.pipe.send(order)

    def _answer(self, worker: _Worker[Piece, Result]) -> tuple[bool, object] | None:
        try:
            answer: tuple[bool, object] = pickle.loads(worker.pipe.recv_bytes())  # noqa: S301  # from our own child
        except (EOFError, OSError, pickle.UnpicklingError):
            return None
        return answer

    def _replace(self, worker: _Worker[Piece, Result], reason: str) -> None:
        self._end(worker)
        if worker.piece is not None:
            if self._tried[worker.piece] >= TRIES:
                raise WorkFailedError(worker.piece, reason)
            self._waiting.append(worker.piece)
            self._give(self._start())


def end_process(process: int, *, patience: float = 0.0) -> None:
    """End a child.

    Args:
        process: its number.
        patience: how many seconds it has to end children of its own first.
    """
    with contextlib.suppress(OSError):
        if patience:
            os.kill(process, signal.SIGTERM)
        waited_until = time.monotonic() + patience
        while time.monotonic() < waited_until:
            if os.waitpid(process, os.WNOHANG)[0]:
                return
            time.sleep(0.005)
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.waitpid(process, 0)


def _serve(pipe: Connection, pieces: Sequence[Piece], work: Callable[[Piece], Result], memory: int) -> None:
    """The life of a child: it never returns, and what its parent would do at its end is not done twice."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if hasattr(resource, "RLIMIT_DATA"):
            _, most = resource.getrlimit(resource.RLIMIT_DATA)
            bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
            resource.setrlimit(resource.RLIMIT_DATA, (bound, most))
        while True:
            number, latest = pipe.recv()
            gc.disable()  # a piece makes many objects that live as long as it does
            try:
                answer: tuple[bool, object] = (True, work(pieces[number] if latest is None else latest))
            except MemoryError:
                os._exit(1)
            except Exception as error:  # raised again in the parent
                answer = (False, error)
            pipe.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
            del answer
            gc.enable()
            gc.collect()
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)
