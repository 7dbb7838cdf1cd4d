"""Reports built again whenever a file of theirs is saved."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click
from watchfiles import DefaultFilter
from watchfiles import watch as file_changes

from pipeline.running import chosen_reports
from pipeline.standby import Command, PressChangedError, Standby
from pipeline.terminal import INTERRUPTED, USAGE, say
from pipeline.workspace import Workspace, find_workspace

STEP = 30  # milliseconds without another change: what an editor saves has been saved then
POLL = 300  # milliseconds between two looks at all files, where the system does not tell of changes
AWAKE = 500  # milliseconds between two looks whether the folders are still there


def watch(names: tuple[str, ...], command: Command, build: tuple[str, ...], *, quiet: bool) -> NoReturn:
    """Build reports, and each of them again when one of its files, or a template of the press, has changed.

    What is saved while a build runs is built after it. A build that finds errors leaves the last good files.

    Args:
        names: of the reports; none for all of `content/`.
        command: runs the press.
        build: its arguments, before the paths of the reports.
        quiet: do not say when a build is done.

    Raises:
        click.exceptions.Exit: always; with Ctrl-C, or when a watched folder has gone.
        click.UsageError: when there is no such report.
    """
    workspace = find_workspace(Path.cwd())
    chosen = chosen_reports(names, workspace)
    roots = {own.templates for _, own in chosen} | ({report for report, _ in chosen} if names else {workspace.content})
    try:
        with Standby(command) as standby:
            for changed in _changes(roots, _apart(chosen)):
                if gone := [root for root in roots if not root.is_dir()]:
                    say(f"proofpress: {workspace.shown(min(gone))} is not there any more\n", err=True)
                    raise click.exceptions.Exit(USAGE)
                chosen = chosen if names else chosen_reports((), find_workspace(Path.cwd()))
                reports = [str(report) for report, own in chosen if changed is None or _concerns(changed, report, own)]
                if not reports:
                    continue
                began = time.monotonic()
                standby.run(*build, *reports)
                if not quiet:
                    told = f"{time.strftime('%H:%M:%S')}: done in {time.monotonic() - began:.1f} s"
                    say(f"{told}; waiting for changes (Ctrl-C ends)\n", err=True)
    except PressChangedError:
        say("the press itself has changed: starting anew\n", err=True)
        os.execv(sys.executable, (sys.executable, *sys.orig_argv[1:]))  # noqa: S606  the command that this is
    except KeyboardInterrupt:
        pass  # a build that was running has told of it
    raise click.exceptions.Exit(INTERRUPTED)


def _apart(chosen: tuple[tuple[Path, Workspace], ...]) -> tuple[Path, ...]:
    """What the press writes itself."""
    return tuple({own.build for _, own in chosen} | {own.build.resolve() for _, own in chosen})


def _changes(roots: set[Path], apart: tuple[Path, ...]) -> Iterator[frozenset[Path] | None]:
    """None at first, when everything is being watched, and then the files that have changed, as soon as some have."""
    try:
        yield from _seen(roots, apart, polling=False)
    except (OSError, RuntimeError):  # a system tells of so many files, and others have asked for them
        yield from _seen(roots, apart, polling=True)


def _seen(roots: set[Path], apart: tuple[Path, ...], *, polling: bool) -> Iterator[frozenset[Path] | None]:
    watched = file_changes(
        *roots,
        watch_filter=DefaultFilter(ignore_paths=[str(path) for path in apart]),
        step=STEP,
        rust_timeout=AWAKE,
        yield_on_timeout=True,
        force_polling=polling,
        poll_delay_ms=POLL,
    )
    next(watched)
    yield None
    for changes in watched:
        if changes or not all(root.is_dir() for root in roots):
            yield frozenset(Path(path).resolve() for _, path in changes)


def _concerns(changed: frozenset[Path], report: Path, workspace: Workspace) -> bool:
    folders = report.resolve(), workspace.templates.resolve()
    return any(path.is_relative_to(folder) for path in changed for folder in folders)
