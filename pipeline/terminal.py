"""What the command says to a person: lines, colours, progress, and why it could not go on.

Only the command uses it (`cli`, `running`, `watching`). The environment is read there and arrives as values.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import __version__
from pipeline.toolchain import ToolMissingError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from pipeline.diagnostics import Span
    from pipeline.formats import Line
    from pipeline.workspace import Workspace

CLEAN, FINDINGS, USAGE, TOOL_MISSING, BUG, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 70, 130, 143

LARGEST_SOURCE = 25_000_000  # bytes; of a larger file no line is quoted
STYLES = {
    "place": "bold",
    "error": "bold red",
    "warning": "yellow",
    "name": "bold",
    "quiet": "dim",
    "hint": "cyan",
    "good": "green",
}
# What the machine refuses, as opposed to what we did wrong.
REFUSALS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.EROFS: "the disk is read-only",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.EISDIR: "a folder stands where a file is needed",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk does not answer",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ENOMEM: "there is not enough memory",
}
KEPT = "Files that were finished before stay as they were; unfinished ones were removed."

TellStage = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the two output streams can show.

    Attributes:
        colours: whether standard output is a terminal that wants colours (https://no-color.org).
        live: whether standard error is a terminal on which a line can be drawn again.
    """

    colours: bool
    live: bool

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines on standard output."""
        from pipeline import formats

        if not self.colours:
            say(formats.plain(lines))
            return
        from rich.console import Console
        from rich.text import Text

        console = Console(force_terminal=True, highlight=False, soft_wrap=True)
        with console.capture() as capture:
            for line in lines:
                painted = ((piece.text, STYLES.get(piece.role.value, "")) for piece in line)
                console.print(Text.assemble(*painted))
        say(capture.get())

    @contextmanager
    def progress(self, reports: int, *, quiet: bool) -> Iterator[Callable[[str], TellStage]]:
        """Show which stage runs: a bar on a terminal, else one plain line a stage, on standard error.

        Args:
            reports: how many reports there are to go through.
            quiet: show nothing.
        """
        if quiet:
            yield lambda _name: lambda _stage: None
        elif not self.live:
            yield lambda name: lambda stage: say(f"{name}: {stage}\n", err=True)
        else:
            begun = 0
            with ExitStack() as bars:

                @remembered
                def bar() -> tuple[Progress, TaskID]:
                    made = bars.enter_context(_bar())
                    return made, made.add_task("", total=reports if reports > 1 else None)

                def told_by(name: str) -> TellStage:
                    nonlocal begun
                    begun += 1

                    def tell(stage: str) -> None:  # where no stage runs, no bar is drawn, nor rich loaded for it
                        shown, task = bar()
                        shown.update(task, description=f"{name}: {stage}", completed=begun - 1)

                    return tell

                yield told_by


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), words, BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


class SourceLines:
    """Gives the source line of a place; each file is read once."""

    def __init__(self, start: Path) -> None:
        self._start = start
        self._files: dict[str, list[str]] = {}

    def __call__(self, span: Span) -> str | None:
        """The line, or None when the file has none of that number or is no text."""
        if span.path not in self._files:
            self._files[span.path] = self._read(span.path)
        lines = self._files[span.path]
        return lines[span.line - 1] if 0 < span.line <= len(lines) else None

    def _read(self, shown: str) -> list[str]:
        try:
            path = self._start / shown
            if not path.is_file() or path.stat().st_size > LARGEST_SOURCE:
                return []
            data = path.read_bytes()
        except (OSError, ValueError):
            return []
        if b"\0" in data:
            return []
        text = data.decode("utf-8-sig", "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def say(text: str, *, err: bool = False) -> None:
    """Write text; a reader that has gone away (`| head`) changes neither the work nor the exit code."""
    _write(text, err=err)


def say_document(text: str) -> None:
    """Write a document for machines: UTF-8, whatever the terminal speaks."""
    _write(text.encode("utf-8", "backslashreplace"), err=False)


def _write(text: str | bytes, *, err: bool) -> None:
    try:
        click.echo(text, nl=False, err=err)
    except OSError as error:
        # What Python still holds for the stream would fail again when it ends.
        stream = sys.stderr if err else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise


def explain_failure(error: BaseException, workspace: Workspace, arguments: list[str], *, verbose: bool) -> int:
    """Say why the command could not go on, and give its exit code.

    Args:
        error: what was raised.
        workspace: where the page about a fault of the press is written.
        arguments: the command's arguments, for that page.
        verbose: print the page, too.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else BUG
    if isinstance(error, KeyboardInterrupt):
        say(f"interrupted. {KEPT}\n", err=True)
        return INTERRUPTED
    if isinstance(error, ToolMissingError):
        say(f"proofpress: {error} (see: proofpress doctor)\n", err=True)
        return TOOL_MISSING
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("pipeline"):
        say(f'proofpress: the Python package "{error.name}" is not installed: run "make setup"\n', err=True)
        return TOOL_MISSING
    if isinstance(error, OSError) and error.errno is None and "cannot load library" in str(error):
        say(f"proofpress: {str(error).splitlines()[0]} (see: proofpress doctor)\n", err=True)
        return TOOL_MISSING
    if isinstance(error, OSError) and error.errno in REFUSALS:
        where = f": {error.filename}" if error.filename else ""
        say(f"proofpress: {REFUSALS[error.errno]}{where}. {KEPT}\n", err=True)
        return USAGE
    return _own_fault(error, workspace, arguments, verbose=verbose)


def _own_fault(error: BaseException, workspace: Workspace, arguments: list[str], *, verbose: bool) -> int:
    import platform
    import traceback

    page = (
        f"proofpress {__version__}, Python {platform.python_version()}, {platform.system()}\n"
        f"arguments: {' '.join(arguments)}\n\n{''.join(traceback.format_exception(error))}"
    )
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    say(f"proofpress: this is a fault of the press, not of your report: {told}\n", err=True)
    try:
        from pipeline.package import publish

        path = workspace.build / "proofpress-crash.txt"
        publish(path, page.encode("utf-8", "backslashreplace"))
        say(f"Please report it, with the file {workspace.shown(path)}.\n", err=True)
    except OSError:
        verbose = True  # the page has no other place to go
    if verbose:
        say(page, err=True)
    return BUG
