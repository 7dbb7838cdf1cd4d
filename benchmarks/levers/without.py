"""The press without one of the things that make it fast: `python -m benchmarks.levers.without NAME build …`.

What is taken away is taken away as the module is loaded that has it, in whichever process that is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

Cut = Callable[[Any], None]


def _by_one_process(module: Any) -> None:
    def in_batches(items: Sequence[Any], weights: object, work: Callable[[Any], Any], **_: object) -> list[Any]:
        return list(work(items)) if items else []

    module.in_batches = in_batches


def _printer_not_ahead(module: Any) -> None:
    class Late(module.Ahead):  # type: ignore[misc]
        def __init__(self, name: str, *, now: bool) -> None:
            super().__init__(name, now=False)

    module.Ahead = Late


def _whole_report_in_one(module: Any) -> None:
    module.needs_whole = lambda _: True


def _guessed_once(module: Any) -> None:
    renew = module.Guesses.renew

    def renewed(guesses: Any, number: int) -> None:
        if not guesses._loose[number]:
            renew(guesses, number)

    module.Guesses.renew = renewed
    module.Guesses.are_sure = lambda *_: True


def _the_long_way(module: Any) -> None:
    module.taken = nullcontext


def _nothing_laid_out_is_known(module: Any) -> None:
    module.Formes._recall = lambda formes, key: formes._formes.get(key)


def _nothing_proved_is_known(module: Any) -> None:
    nowhere = module.Cache(Path(os.devnull) / "nowhere")
    module.Cache = lambda _: nowhere


def _one_processor(_: Any) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


CUTS: dict[str, tuple[str, str, Cut]] = {
    "processors": ("two processors", "pipeline.cli", _one_processor),
    "chapters": ("layout by chapter, each once", "pipeline.render.pdf", _whole_report_in_one),
    "guesses": ("page numbers guessed from those that are known by then", "pipeline.render.guesses", _guessed_once),
    "texts": ("texts read by several processes", "pipeline.workers", _by_one_process),
    "ahead": ("the layout engine loaded ahead", "pipeline.ahead", _printer_not_ahead),
    "styles": ("styles asked once", "pipeline.render.shortcuts", _the_long_way),
    "lines": ("lines found by measuring texts", "pipeline.render.measured_lines", _the_long_way),
    "laid out": ("what was laid out is kept", "pipeline.render.formes", _nothing_laid_out_is_known),
    "proved": ("what was read back and judged is kept", "pipeline.proofing", _nothing_proved_is_known),
}
"""By name: what it is, the module that has it, and how it is taken away."""


class _Cutting(MetaPathFinder, Loader):
    """Loads one module as always, and takes something away from it."""

    def __init__(self, name: str, cut: Cut) -> None:
        self._name, self._cut = name, cut
        self._loader: Loader | None = None

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module, when it is the one."""
        if name != self._name:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None, f"there is no module {name}"
        self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As always."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Load it, and cut."""
        assert self._loader is not None, "it was found first"
        self._loader.exec_module(module)
        self._cut(module)


def main() -> None:
    """Run the press."""
    _, name, *arguments = sys.argv
    if name:
        _, module, cut = CUTS[name]
        sys.meta_path.insert(0, _Cutting(module, cut))
    sys.argv = ["proofpress", *arguments]
    from pipeline.cli import main as press

    press()


if __name__ == "__main__":
    main()
