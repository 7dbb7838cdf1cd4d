"""The benchmark of speed: a broken run is no fast one, nothing escapes the count, and ratios are of medians."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from benchmarks.speed.measuring import Taken
from benchmarks.speed.proof import Made, NotMadeError, prove, sentences
from benchmarks.speed.rounds import Result, Run, Size
from benchmarks.speed.runners import ROOT
from benchmarks.speed.table import growth, markdown

# In a process of its own, for `take` ends whatever it finds below itself.
MEASURE = """
import os, sys
from pathlib import Path
from benchmarks.speed.measuring import CommandFailedError, take
try:
    taken = take(((sys.executable, "-c", sys.argv[1]),), Path(sys.argv[2]), os.environ, Path(sys.argv[2], "log"), 300)
    print(taken.cpu, taken.memory)
except CommandFailedError as error:
    print("failed:", error)
"""

BUSY = "import time; held = b'x' * 60_000_000\nwhile time.process_time() < 0.6: pass"


def measured(program: str, folder: Path) -> str:
    command = [sys.executable, "-c", MEASURE, program, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes whose parent has ended")
def test_time_and_memory_of_processes_that_nobody_waited_for_are_counted(tmp_path: Path) -> None:
    left_alone = f"""
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", {BUSY!r}], stdout=subprocess.PIPE).stdout.read()
os._exit(0)"""
    cpu, memory = map(float, measured(left_alone, tmp_path).split())
    assert cpu > 0.6
    assert memory > 60_000_000


@pytest.mark.process
def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    assert "ended with status 3: out of ink" in measured(
        "import sys; print('out of ink', flush=True); sys.exit(3)", tmp_path
    )


def test_a_missing_file_and_an_empty_page_are_no_result(tmp_path: Path) -> None:
    expected = sentences(1)
    assert len(expected) > 20
    with pytest.raises(NotMadeError, match="cannot be read"):
        prove(tmp_path / "none.pdf", expected)
    blank = pikepdf.new()
    blank.add_blank_page()
    blank.save(tmp_path / "blank.pdf")
    with pytest.raises(NotMadeError, match=f"1 pages and 0 of {len(expected)} sentences"):
        prove(tmp_path / "blank.pdf", expected)
    with pytest.raises(NotMadeError, match="does not have the edit"):
        prove(tmp_path / "blank.pdf", (), added="One more sentence. And another.")


def result(name: str, *figures: tuple[float, float, int], pages: int = 100) -> Result:
    runs = tuple(Run(Taken(wall, cpu, memory, True), Made(pages, 1000)) for wall, cpu, memory in figures)
    return Result(name, name, runs, "" if runs else "failed: no ink")


def test_the_table_has_medians_ratios_of_medians_and_the_highest_peak() -> None:
    table = markdown(
        Size(
            9,
            (
                result("baseline", (10, 8, 10**8), (90, 80, 10**8), (20, 10, 10**8)),
                result("cold", (5, 6, 10**8), (4, 5, 3 * 10**8), (6, 7, 2 * 10**8)),
                result("edit", (1, 1, 10**8)),
                result("typst"),
            ),
        )
    )
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    assert len({len(line) for line in lines}) == 1
    rows = {line[0]: line[1:] for line in lines}
    assert rows["baseline"][:3] == ["20.00", "10.00", "100"]
    assert rows["cold"] == ["5.00", "6.00", "300", "1", "100", "0.25", "0.60", "1.00", "", "–", "3"]
    assert rows["edit"][5:] == ["0.05", "0.10", "1.00", "0.20", "–", "1"]
    assert rows["typst"][0] == "failed: no ink"


def test_growth_compares_the_cold_builds_of_all_sizes() -> None:
    sizes = tuple(
        Size(chapters, (result("baseline"), result("cold", (1, cpu, 1), pages=pages)))
        for chapters, pages, cpu in ((9, 100, 10), (86, 1000, 95))
    )
    assert growth(sizes) == "- cold: 100 to 1000 pages (× 10.0): CPU time × 9.50"
