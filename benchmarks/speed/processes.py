"""The processes below this one, read from /proc (Linux, proc(5)): who they are and what memory they hold together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_SET_CHILD_SUBREAPER = 36  # prctl(2)
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Memory:
    """What a tree of processes holds.

    Attributes:
        size: in bytes.
        shared_once: whether shared pages are counted once (PSS), and not once for each process (RSS).
    """

    size: int
    shared_once: bool


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent ends, so that none of a tree escapes the count."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants() -> tuple[int, ...]:
    """All processes below this one."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in parentheses may hold anything; the state and the parent follow the last parenthesis.
            parent = int(entry.read_text("ascii", "replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return tuple(found)


def cpu_of(processes: tuple[int, ...]) -> float:
    """The processor time of some processes and of all children that they have waited for, in seconds."""
    ticks = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (_PROC / str(process) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(processes: tuple[int, ...]) -> Memory:
    """The memory of some processes; one that has just ended holds none."""
    size, shared_once = 0, True
    for process in processes:
        proportional = _proportional(process)
        if proportional is None:
            proportional, shared_once = _resident(process), False
        size += proportional
    return Memory(size, shared_once)


def _proportional(process: int) -> int | None:
    """The proportional set size in bytes, or None where the system does not tell it."""
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text("ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0 if (_PROC / "self/smaps_rollup").exists() else None
    except OSError:
        return None
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _resident(process: int) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int((_PROC / str(process) / "statm").read_text("ascii").split()[1]) * PAGE
    return 0


def end(processes: tuple[int, ...]) -> None:
    """End processes, all of them below this one."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
