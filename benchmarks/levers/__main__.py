"""Measure what each thing that makes the press fast brings.

    python -m benchmarks.levers --chapters 9 --runs 3

The press builds the same report cold, and after an edit of one paragraph: as it is, and each time with one thing taken
away. All take turns; the table has medians, and how many times as long it takes without.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from benchmarks.levers.without import CUTS
from benchmarks.specimens import chapter, middle, write_report, write_section
from benchmarks.speed.measuring import SELDOM, Taken, take
from benchmarks.speed.runners import EDIT, REPORT, environment

_STATES = ("cold", "edit")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chapters", type=int, default=9, help="size of the report; nine are about 110 pages")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run")
    parser.add_argument("--only", action="append", choices=[*CUTS], help="one thing; may be given several times")
    options = parser.parse_args()
    names = ["", *(options.only or CUTS)]
    found: defaultdict[tuple[str, str], list[Taken]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="levers-") as temporary:
        folder = Path(temporary)
        write_report(folder / "content" / REPORT, options.chapters)
        _measured(folder, "", options.chapters)  # so that the first one is not the one that is read from the disk
        for turn in range(options.runs):
            for name in names:
                for state, taken in _measured(folder, name, options.chapters):
                    found[name, state].append(taken)
                    print(
                        f"run {turn + 1}, {state}, {_title(name)}: {taken.wall:.2f} s, CPU {taken.cpu:.2f} s",
                        flush=True,
                    )
    print(f"\n| {options.chapters} chapters, without | cold: wall s | CPU s | edit: wall s | CPU s |")
    print("| --- | --: | --: | --: | --: |")
    for name in names:
        cells = [_cell(found, name, state, what) for state in _STATES for what in ("wall", "cpu")]
        print(f"| {_title(name)} | {' | '.join(cells)} |")
    return 0


def _measured(folder: Path, name: str, chapters: int) -> list[tuple[str, Taken]]:
    """A build from scratch, and one after an edit that is undone afterwards."""
    command = (sys.executable, "-m", "benchmarks.levers.without", name, "build", REPORT, "--to", "pdf")
    content = folder / "content" / REPORT
    shutil.rmtree(folder / "build", ignore_errors=True)
    results = []
    for state, added in zip(_STATES, ("", EDIT), strict=True):
        write_section(content, chapter(middle(chapters), chapters), added)
        results.append((state, take((command,), folder, environment(), folder / "log", 7200, SELDOM)))
    write_section(content, chapter(middle(chapters), chapters), "")
    return results


def _title(name: str) -> str:
    return CUTS[name][0] if name else "nothing: the press as it is"


def _cell(found: dict[tuple[str, str], list[Taken]], name: str, state: str, what: str) -> str:
    own, whole = (median(getattr(taken, what) for taken in found[key, state]) for key in (name, ""))
    return f"{own:.2f}" + (f" (× {own / whole:.2f})" if name else "")


if __name__ == "__main__":
    raise SystemExit(main())
