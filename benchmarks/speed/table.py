"""The figures: medians and ratios, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from statistics import median

from benchmarks.speed.rounds import Result, Run, Size
from benchmarks.speed.runners import BASELINE, PRESS

_HEAD = (
    "| {chapters} chapters | wall s | CPU s | memory MB | file kB | pages | wall / plain | CPU / plain | file / plain "
    "| wall / cold | wall / Typst | runs |\n"
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
)
_COLUMNS = 12

Figure = Callable[[Run], float]


def wall(run: Run) -> float:
    """Seconds of the whole command."""
    return run.taken.wall


def cpu(run: Run) -> float:
    """Seconds of processor time of all processes."""
    return run.taken.cpu


def peak(result: Result) -> int:
    """The most bytes that all processes held at the same time, in any run."""
    return max(run.taken.memory for run in result.runs)


def pages(run: Run) -> float:
    """Pages of the file."""
    return run.made.pages


def size(run: Run) -> float:
    """Bytes of the file."""
    return run.made.size


def figure(result: Result, of: Figure) -> float:
    """The median of a figure over all runs."""
    return median(map(of, result.runs))


def markdown(measured: Size) -> str:
    """The table of one size."""
    by_name = {result.name: result for result in measured.results if result.runs}

    def ratio(result: Result, of: Figure, other: str) -> str:
        if other not in by_name or figure(by_name[other], of) == 0:
            return "–"
        return _short(figure(result, of) / figure(by_name[other], of))

    lines = [_HEAD.format(chapters=measured.chapters)]
    for result in measured.results:
        if not result.runs:
            lines.append(f"| {result.title} | {result.trouble.replace('|', '/')} " + "|" * (_COLUMNS - 1))
            continue
        again = result.name in PRESS and result.name != "cold"
        once = all(run.taken.shared_once for run in result.runs)
        cells = (
            result.title,
            f"{figure(result, wall):.2f}",
            f"{figure(result, cpu):.2f}",
            ("" if once else "≤ ") + f"{peak(result) / 1e6:.0f}" if peak(result) else "not read",
            f"{figure(result, size) / 1e3:.0f}",
            f"{figure(result, pages):.0f}",
            *(ratio(result, of, BASELINE) for of in (wall, cpu, size)),
            ratio(result, wall, "cold") if again else "",
            ratio(result, wall, "typst") if result.name in PRESS else "",
            str(len(result.runs)),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def growth(sizes: tuple[Size, ...]) -> str:
    """How a cold build's processor time grows from the first size to each of the others; "" when there is no growth."""
    lines = []
    for name in ("cold", BASELINE):
        found = [result for measured in sizes for result in measured.results if result.name == name and result.runs]
        for result in found[1:]:
            lines.append(
                f"- {result.title}: {figure(found[0], pages):.0f} to {figure(result, pages):.0f} pages "
                f"(× {_short(figure(result, pages) / figure(found[0], pages))}): "
                f"CPU time × {_short(figure(result, cpu) / figure(found[0], cpu))}"
            )
    return "\n".join(lines)


def remarks(measured: Size) -> str:
    """What a reader of the table has to know: an edit that was to move no page, and did."""
    by_name = {result.name: result for result in measured.results if result.runs}
    if "edit" in by_name and figure(by_name["edit"], pages) != figure(by_name["cold"], pages):
        return "The edited paragraph changed the number of pages."
    return ""


def as_json(machine: dict[str, object], sizes: tuple[Size, ...]) -> str:
    """All runs, with nothing left out."""
    return json.dumps({"machine": machine, "sizes": [asdict(measured) for measured in sizes]}, indent=2) + "\n"


def _short(value: float) -> str:
    """Two significant digits for small ratios, one decimal for large ones."""
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"
