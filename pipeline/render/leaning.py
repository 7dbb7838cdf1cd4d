"""What the press leans upon inside the layout engine: functions of it, and digests of their text.

Where the press replaces or goes round a function, it was written for that text; a test asks whether it still is.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Mapping
from operator import attrgetter


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
