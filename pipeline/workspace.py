"""Where things are, and when it is: the only place that knows folders, the clock and the source commit."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

LATEST = 4_354_819_198  # the last moment that the entries of a ZIP file can have, in 2107
PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one run.

    Attributes:
        start: the folder the command was started in; paths are shown relative to it.
        content: the folder that holds the reports, one folder each.
        build: the folder that artefacts and caches are written to.
        templates: the press's own templates.
        source_date_epoch: seconds since 1970 that stamp the artefacts, or None for the report's date.
        today: the day on which allowances are judged: that of SOURCE_DATE_EPOCH, else of the clock.
    """

    start: Path
    content: Path
    build: Path
    templates: Path
    source_date_epoch: int | None
    today: date

    @property
    def cache(self) -> Path:
        """The folder of cached stage results; it can be deleted at any time."""
        return self.build / ".cache"

    @property
    def reader(self) -> Path:
        """The folder that `make reader` installs DAISY Ace in; it need not be there."""
        return self.content.parent / "tests" / "reader" / "node_modules"

    def reports(self) -> tuple[Path, ...]:
        """The folders of `content` that hold a `report.yaml`, by name."""
        if not self.content.is_dir():
            return ()
        return tuple(sorted(p.parent for p in self.content.glob("*/report.yaml")))

    def shown(self, path: Path) -> str:
        """A path as the author would type it: relative to the start folder when it lies below it."""
        try:
            return path.absolute().relative_to(self.start).as_posix()
        except ValueError:
            return path.as_posix()

    def epoch(self, published: str) -> int:
        """The moment that stamps an artefact: SOURCE_DATE_EPOCH, else the report's date (ISO 8601) at noon UTC.

        See https://reproducible-builds.org/specs/source-date-epoch/.
        """
        if self.source_date_epoch is not None:
            return self.source_date_epoch
        return int(datetime.combine(date.fromisoformat(published), time(12), UTC).timestamp())


def find_workspace(start: Path, environment: dict[str, str] | None = None) -> Workspace:
    """The workspace of a folder: the nearest folder upwards that has `content/`, else the folder itself.

    Raises:
        click.UsageError: when SOURCE_DATE_EPOCH is no moment that files can be stamped with.
    """
    start = start.absolute()
    root = next((p for p in (start, *start.parents) if (p / "content").is_dir()), start)
    values = os.environ if environment is None else environment
    epoch = _epoch(values.get("SOURCE_DATE_EPOCH", ""))
    now = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(epoch, UTC)
    return Workspace(
        start=start,
        content=root / "content",
        build=root / "build",
        templates=templates_folder(),
        source_date_epoch=epoch,
        today=now.date(),
    )


def _epoch(written: str) -> int | None:
    if not written:
        return None
    if not re.fullmatch("[0-9]{1,10}", written) or int(written) > LATEST:
        raise click.UsageError(f'SOURCE_DATE_EPOCH is "{written}", and not a number of seconds since 1970')
    return int(written)


def templates_folder() -> Path:
    """The press's templates: beside the package in a checkout, inside it when installed as a wheel."""
    inside = PACKAGE / "_templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def source_commit(folder: Path) -> str:
    """The short commit that a folder's files come from, "+" behind it when they were changed since, or ""."""
    import subprocess  # `explain` and the like start no program

    def git(*arguments: str) -> str:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607  git is wherever the user has it
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            stdin=subprocess.DEVNULL,
        )
        return answer.stdout.strip() if answer.returncode == 0 else ""

    try:
        # `rev-list` and this form of `status` do not depend on what the user has set in ~/.gitconfig.
        commit = git("rev-list", "-1", "--abbrev-commit", "--abbrev=10", "HEAD", "--", ".")
        if not commit:
            return ""
        return commit + ("+" if git("status", "--porcelain", "--untracked-files=normal", "--", ".") else "")
    except (OSError, subprocess.TimeoutExpired):
        return ""
