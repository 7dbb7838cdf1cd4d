"""Measure the press beside the plain pipeline and other tools, on the same reports, in the same run.

    python -m benchmarks.speed --chapters 9 --runs 3
    python -m benchmarks.speed --chapters 9,26,87 --runs 3 --baseline-runs 1
    python -m benchmarks.speed --chapters 87 --without baseline --json figures.json

Nine, 26 and 87 chapters make about 110, 320 and 1,060 pages of the press. Prints a Markdown table for each size; ends
with status 1 when a run failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.speed.rounds import Plan, Size, measure
from benchmarks.speed.runners import NAMES, PRESS
from benchmarks.speed.table import as_json, growth, markdown, remarks
from pipeline import pandoc


def main() -> int:
    """Run the command."""
    options = _options()
    names = tuple(name for name in NAMES if name not in options.without)
    baseline_runs = options.runs if options.baseline_runs is None else options.baseline_runs
    plan = Plan(names, options.runs, baseline_runs, options.limit)
    machine = _machine()
    print("; ".join(f"{name}: {value}" for name, value in machine.items()) + "\n", flush=True)
    sizes: list[Size] = []
    with tempfile.TemporaryDirectory(prefix="speed-") as temporary:
        folder = options.folder or Path(temporary)
        # Each command once with one chapter, so that none is the one that is read from the disk.
        once = tuple(name for name in names if name not in PRESS[1:])
        warm = measure(folder / "warm-up", 1, Plan(once, 1, 1, options.limit), _tell)
        for chapters in options.chapters:
            measured = measure(folder / str(chapters), chapters, plan, _tell)
            sizes.append(measured)
            print("\n\n".join(filter(None, (markdown(measured), remarks(measured)))) + "\n", flush=True)
            if options.json:  # after each size: the next one may take an hour
                options.json.write_text(as_json(machine, tuple(sizes)), "utf-8")
            if not options.folder:
                shutil.rmtree(folder / str(chapters))
    if len(sizes) > 1:
        print(growth(tuple(sizes)))
    failed = any(result.trouble.startswith("failed") for measured in (warm, *sizes) for result in measured.results)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chapters", type=_sizes, default=(9,), help="one size of report, or several with commas")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; the medians are printed")
    parser.add_argument("--baseline-runs", type=int, help="how often the plain pipeline is run")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=[name for name in NAMES if name != "cold"],
        help="leave one out; may be given several times",
    )
    parser.add_argument("--limit", type=float, default=7200, help="seconds that one run may take")
    parser.add_argument("--json", type=Path, help="write all runs to this file too")
    parser.add_argument("--folder", type=Path, help="an empty or new folder that keeps all reports, results and logs")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs is at least 1")
    if options.folder:
        options.folder = options.folder.absolute()
        if options.folder.exists() and any(options.folder.iterdir()):
            parser.error(f"{options.folder} is not empty")
    return options


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(number) for number in text.split(","))
    if min(sizes) < 1:
        raise argparse.ArgumentTypeError("a report has at least one chapter")
    return sizes


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _machine() -> dict[str, object]:
    """What the figures depend on beside the press."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found: dict[str, object] = {
        "processors": allowed,
        "system": f"{platform.system()} {platform.machine()}",
        "load at the start": round(os.getloadavg()[0], 1),
        "Python": platform.python_version(),
        "pandoc": pandoc.version(),
    }
    for name, package in (("WeasyPrint", "weasyprint"), ("Typst", "typst")):
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            found[name] = "not installed"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    answer = subprocess.run([chromium, "--version"], capture_output=True, text=True, check=False) if chromium else None
    words = answer.stdout.split() if answer else []
    found["Chromium"] = next((word for word in words if word[0].isdigit()), "not installed")
    return found


if __name__ == "__main__":
    sys.exit(main())
