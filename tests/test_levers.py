"""What is taken away from the press to measure it: it is there, and it is gone in the process that is measured."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from benchmarks.levers.without import CUTS

REPLACED = {
    "chapters": "needs_whole",
    "guesses": "Guesses.renew",
    "texts": "in_batches",
    "ahead": "Ahead",
    "styles": "taken",
    "lines": "taken",
    "laid out": "Formes._recall",
    "proved": "Cache",
}
LOOK = """
import sys
from importlib import import_module
from operator import attrgetter
from benchmarks.levers.without import CUTS, _Cutting
name, path = sys.argv[1:]
_, module, cut = CUTS[name]
sys.meta_path.insert(0, _Cutting(module, cut))
print(attrgetter(path)(import_module(module)).__module__)
"""


def test_everything_that_is_taken_away_is_looked_at() -> None:
    assert {*REPLACED} == {*CUTS} - {"processors"}


@pytest.mark.process
@pytest.mark.parametrize("name", REPLACED)
def test_it_is_there_and_taken_away(name: str) -> None:
    owner, _, attribute = REPLACED[name].rpartition(".")
    module = import_module(CUTS[name][1])
    assert hasattr(getattr(module, owner) if owner else module, attribute)
    command = [sys.executable, "-c", LOOK, name, REPLACED[name]]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert not found.startswith("pipeline."), found
