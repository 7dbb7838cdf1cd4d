"""A long file is judged a few parts at a time, by one process or by two that share the work.

Two processes need not agree on anything: each takes batches that the other has not taken, and what one says of a part
counts for the other by the key of the part, which is made of all that its verdict depends on. A batch that was taken
and of which nothing is heard is judged with what is left.
"""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pipeline.diagnostics import Rule
from pipeline.verify.gate.clauses import Clause, Fault
from pipeline.verify.gate.division import LeftOut
from pipeline.verify.gate.holding import Holding, Sound
from pipeline.verify.gate.opened import Opened

_READ = 4  # after so many batches, what qpdf has read is forgotten, which takes a quarter of a second
_WORTH_IT = 2  # batches that have to be left for a second process to begin
_PATIENCE = 60.0  # seconds that are waited for what another process has taken
Ask: TypeAlias = "Callable[[Clause, Opened], tuple[list[Fault], str]]"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where two processes see what the other has taken, and leave what they have found.

    Attributes:
        folder: of this file alone; it is there. When nothing can be written in it, nothing is shared.
    """

    folder: Path

    def open(self, batches: int) -> None:
        """Say how many batches there are."""
        self._leave("batches", str(batches).encode())

    def is_busy(self) -> bool:
        """Whether there is work for a second process."""
        try:
            batches = int((self.folder / "batches").read_bytes())
        except OSError:
            return False
        return sum(not self._taken(number).exists() for number in range(batches)) >= _WORTH_IT

    def take(self, number: int) -> bool:
        """Take a batch; False when the other process has it."""
        try:
            with self._taken(number).open("xb") as file:
                file.write(str(os.getpid()).encode())
        except OSError:
            return False
        return True

    def tell(self, number: int, sound: tuple[Sound, ...]) -> None:
        """Leave what was found in a batch."""
        self._leave(f"{number}.sound", pickle.dumps(sound, pickle.HIGHEST_PROTOCOL))

    def told(self, number: int) -> tuple[Sound, ...]:
        """What the process that has taken a batch has found in it; nothing when it has ended and does not say."""
        until = time.monotonic() + _PATIENCE
        while True:
            still = self._is_worked_on(number) and time.monotonic() < until
            with suppress(OSError):
                said: tuple[Sound, ...] = pickle.loads((self.folder / f"{number}.sound").read_bytes())  # noqa: S301  # ours
                return said
            if not still:
                return ()
            time.sleep(0.02)

    def _is_worked_on(self, number: int) -> bool:
        try:
            os.kill(int(self._taken(number).read_bytes()), 0)
        except (OSError, ValueError):  # not taken, or by one that died before it had written its number
            return False
        return True

    def _taken(self, number: int) -> Path:
        return self.folder / f"{number}.taken"

    def _leave(self, name: str, data: bytes) -> None:
        aside = self.folder / f"{name}.{os.getpid()}"
        with suppress(OSError):
            aside.write_bytes(data)
            aside.replace(self.folder / name)


def judge_in_batches(file: Opened, holding: Holding, clauses: Iterable[Clause], ask: Ask, desk: Desk | None) -> None:
    """Find out which parts of a long file are sound, a few at a time, so that no more of it is in memory.

    What is left is to be judged together, as if the sound parts had been found sound in an earlier file.

    Args:
        file: the file.
        holding: its parts; those that are sound are noted in it.
        clauses: all that are asked.
        ask: asks a clause: the faults, and why it could not be asked.
        desk: where the work is shared; None when it is not.
    """
    batches = holding.batches()
    if not batches:
        return
    if desk is not None:
        desk.open(len(batches))
    mine = (number for number in range(len(batches)) if desk is None or desk.take(number))
    done = {number for number, _ in _judged(file, holding, clauses, ask, mine)}
    for number in range(len(batches)):
        if desk is not None and number not in done:
            holding.take_for_sound(desk.told(number))
    file.look_anew(LeftOut())


def judge_from_behind(file: Opened, holding: Holding, clauses: Iterable[Clause], ask: Ask, desk: Desk) -> None:
    """Take part in the work of another process, from the last batch on (see `judge_in_batches`)."""
    theirs = (number for number in reversed(range(len(holding.batches()))) if desk.take(number))
    for number, sound in _judged(file, holding, clauses, ask, theirs):
        desk.tell(number, sound)


def _judged(
    file: Opened, holding: Holding, clauses: Iterable[Clause], ask: Ask, numbers: Iterable[int]
) -> Iterator[tuple[int, tuple[Sound, ...]]]:
    """Batches, with the parts that are sound.

    Clauses that ask for nothing that is left out say the same of any parts, and are left for the end; so are those
    about fonts alone.
    """
    of_parts = dict.fromkeys(clauses, True)
    batches = holding.batches()
    for turn, number in enumerate(numbers):
        batch = batches[number]
        if turn % _READ:
            file.look_past(holding.all_but(batch))
        else:
            file.look_anew(holding.all_but(batch))
        told: list[tuple[Rule, Fault]] = []
        for clause in [clause for clause, asks in of_parts.items() if asks]:
            file.asks_for_parts = False
            faults, why = ask(clause, file)
            of_parts[clause] = file.asks_for_parts
            told += [(clause.rule, fault) for fault in faults]
            if why:
                yield number, ()
                break
        else:
            yield number, holding.found_sound(batch, told)
