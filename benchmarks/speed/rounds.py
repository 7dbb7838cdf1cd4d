"""Rounds: everything that is measured takes its turn, A B C A B C, so that a busy minute hits all alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.measuring import OFTEN, SELDOM, CommandFailedError, Taken, take
from benchmarks.speed.proof import Made, NotMadeError, prove, sentences
from benchmarks.speed.runners import BASELINE, NAMES, PRESS, Runner, environment, runners
from benchmarks.speed.standing import take_standing


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how often.

    Attributes:
        names: of the runners.
        rounds: how many.
        baseline_rounds: in how many of them the baseline takes part.
        limit: seconds that one run may take.
    """

    names: tuple[str, ...]
    rounds: int
    baseline_rounds: int
    limit: float


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took and made."""

    taken: Taken
    made: Made


@dataclass(frozen=True, slots=True)
class Result:
    """All runs of one runner; none of them counts when one failed, and `trouble` says why."""

    name: str
    title: str
    runs: tuple[Run, ...]
    trouble: str


@dataclass(frozen=True, slots=True)
class Size:
    """All results for a report of so many chapters."""

    chapters: int
    results: tuple[Result, ...]


class _Turns:
    """One size of report: its runners, and their results as they grow."""

    def __init__(self, folder: Path, chapters: int, limit: float, tell: Callable[[str], None]) -> None:
        folder.mkdir(parents=True)
        self.runners = runners(folder, chapters)
        self.runs: dict[str, list[Run]] = {name: [] for name in NAMES}
        self.trouble = {runner.name: f"not run: {runner.missing}" for runner in self.runners if runner.missing}
        self._folder, self._chapters, self._limit, self._tell = folder, chapters, limit, tell
        self._expected = sentences(chapters)
        self._proved: dict[tuple[bytes, str], Made] = {}

    def let_run(self, names: tuple[str, ...]) -> None:
        """Let each of some runners run once, unless it has failed before."""
        for runner in self.runners:
            if runner.name not in names or runner.name in self.trouble:
                continue
            try:
                run = self._run(runner)
            except (CommandFailedError, NotMadeError) as error:
                # What comes after in the row of the press has not begun where it should have.
                row = PRESS[PRESS.index(runner.name) :] if runner.name in PRESS else (runner.name,)
                self.trouble |= dict.fromkeys(row, f"failed: {runner.title}: {error}")
                self._tell(f"{self._chapters} chapters, {runner.title}: FAILED: {error}")
                continue
            self.runs[runner.name].append(run)
            taken, made = run.taken, run.made
            self._tell(
                f"{self._chapters} chapters, {runner.title}: {taken.wall:.2f} s, CPU {taken.cpu:.2f} s, "
                f"{taken.memory / 1e6:.0f} MB, {made.pages} pages"
            )

    def _run(self, runner: Runner) -> Run:
        runner.prepare()
        before = _digest(runner.result)
        log = self._folder / f"{runner.name}.log"
        # The first run is for the memory, whose peak may be short; looking takes time, and the others are for that.
        share = SELDOM if self.runs[runner.name] else OFTEN
        around = runner.folder, environment(), log, self._limit, share
        taken = take_standing(runner.standing, *around) if runner.standing else take(runner.commands, *around)
        after = _digest(runner.result)
        if runner.name == "same" and after != before:
            raise NotMadeError("nothing was changed, and the file has changed")
        if runner.name in ("edit", "page", "watch") and after == before:
            raise NotMadeError("the file does not have the edit")
        key = (after, runner.added)  # the same bytes are read once
        if key not in self._proved:
            self._proved[key] = prove(runner.result, self._expected, runner.added)
        made = self._proved[key]
        if runner.name == "page" and made.pages <= self.runs["cold"][-1].made.pages:
            raise NotMadeError("the edit added no page")
        return Run(taken, made)


def measure(folder: Path, chapters: int, plan: Plan, tell: Callable[[str], None]) -> Size:
    """Measure everything on a report of so many chapters.

    Args:
        folder: where the report and all results are written; it is made.
        chapters: of the report.
        plan: what is measured.
        tell: told of each run.
    """
    turns = _Turns(folder, chapters, plan.limit, tell)
    for number in range(plan.rounds):
        turns.let_run(tuple(name for name in plan.names if name != BASELINE or number < plan.baseline_rounds))
    return Size(
        chapters,
        tuple(
            Result(
                runner.name,
                runner.title,
                () if runner.name in turns.trouble else tuple(turns.runs[runner.name]),
                turns.trouble.get(runner.name, "" if turns.runs[runner.name] else "left out"),
            )
            for runner in turns.runners
        ),
    )


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
