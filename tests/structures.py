"""The structure of a PDF as text, one line an element: what a golden file holds and a person can read.

Run as a program it prints the structure of a file: `python -m tests.structures build/demo/demo.pdf`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from pipeline.verify.gate.elements import Element, structure
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.values import pairs


def facts(path: Path) -> str:
    """The structure: type, entries and attributes, and what an element holds of its own.

    "text" stands for marked content, on however many lines and pages; "link" for annotations.
    """
    file = Opened(path)
    return "".join(f"{line}\n" for top in structure(file).top for line in _lines(top, 0))


def _lines(element: Element, depth: int) -> Iterator[str]:
    entries = [
        f"{key}={element.get('/' + key)}" for key in ("ID", "Lang", "E", "Alt") if element.get("/" + key) is not None
    ]
    held = [word for word, there in (("text", element.content), ("link", element.objects)) if there]
    line = " ".join((element.raw, *entries, *_attributes(element), *(f"<{word}>" for word in held)))
    yield "  " * depth + line
    for kid in element.kids:
        yield from _lines(kid, depth + 1)


def _attributes(element: Element) -> Iterator[str]:
    holders = element.get("/A")
    for holder in holders if isinstance(holders, pikepdf.Array) else [holders]:
        for key, value in pairs(holder):
            if key not in ("O", "BBox"):
                yield f"{key}={_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, pikepdf.Array):
        return "+".join(str(item) for item in value)
    return str(value).removeprefix("/")


if __name__ == "__main__":
    sys.stdout.write(facts(Path(sys.argv[1])))
