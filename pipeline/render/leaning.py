"""What the press leans upon inside the layout engine: functions of it, and digests of their text.

Where the press replaces or goes round a function, it was written for that text; a test asks whether it still is.
With another version of the engine nothing is replaced.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter

import weasyprint

VERSION = "70.0"


@contextmanager
def replacing(names: Iterable[tuple[object, str, object]]) -> Iterator[bool]:
    """Replace names of the engine in every layout that is made inside; for the whole process, one thread only.

    Args:
        names: a module or class, a name in it, and what takes its place.

    Yields:
        Whether they are replaced: with another version of the engine nothing is.
    """
    if weasyprint.__version__ != VERSION:
        yield False
        return
    replaced = [(holder, name, getattr(holder, name), new) for holder, name, new in names]
    try:
        for holder, name, _, new in replaced:
            setattr(holder, name, new)
        yield True
    finally:
        for holder, name, old, _ in replaced:
            setattr(holder, name, old)


def moved(leaned_upon: Mapping[str, str]) -> tuple[str, ...]:
    """The functions that are no longer the ones that something was written for, with their new digests.

    Args:
        leaned_upon: digests by "module:function" or "module:Class.method".
    """
    found = []
    for name, digest in leaned_upon.items():
        module, _, path = name.partition(":")
        try:
            source = inspect.getsource(attrgetter(path)(importlib.import_module(module)))
        except (AttributeError, ImportError):
            found.append(f"{name}: gone")
            continue
        now = hashlib.sha256(source.encode()).hexdigest()[:16]
        if now != digest:
            found.append(f"{name}: {now}")
    return tuple(found)
