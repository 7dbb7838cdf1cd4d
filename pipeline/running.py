"""Stages run over the reports that are meant: what they find is told once, and becomes the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from pipeline import __version__
from pipeline.diagnostics import StageFailedError, did_you_mean, has_errors
from pipeline.terminal import CLEAN, FINDINGS, SourceLines, Terminal, say, say_document
from pipeline.toolchain import ToolMissingError
from pipeline.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from pipeline.ahead import Ahead
    from pipeline.diagnostics import Diagnostic
    from pipeline.formats import Account
    from pipeline.outcome import Edition, Outcome, Progress

Stage = Callable[[Path, Workspace, "Progress"], "Outcome"]


def run(stage: Stage, names: tuple[str, ...], form: str, *, quiet: bool) -> NoReturn:
    """Run a stage over reports, tell everything once, and leave with the exit code.

    Args:
        stage: what is done with each report.
        names: of the reports; none for all of them.
        form: how it is told, as in `tell`.
        quiet: as in `tell`.

    Raises:
        click.exceptions.Exit: always, with the exit code.
        ToolMissingError: when a report could not be made for want of a tool.
    """
    chosen = chosen_reports(names, find_workspace(Path.cwd()))
    done: list[tuple[str, Outcome]] = []
    missing: ToolMissingError | None = None
    try:
        with shown_terminal().progress(len(chosen), quiet=quiet) as told_by:
            for report, workspace in chosen:
                try:
                    done.append((report.name, stage(report, workspace, told_by(report.name))))
                except StageFailedError as failed:
                    done.append((report.name, _failed(failed.findings)))
                except ToolMissingError as error:
                    missing = missing or error
    except BaseException:
        if form == "text" and done:  # what other reports said is not lost; half a JSON would be
            tell(_account_of(done), form, quiet=quiet)
        raise
    account = _account_of(done)
    tell(account, form, quiet=quiet)
    if missing is not None:
        raise missing
    raise ending(account)


def checking(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
    """The stage that makes nothing."""
    from pipeline.check import check

    return check(report, workspace, progress)


def building(editions: tuple[Edition, ...], *, keep_going: bool, quiet: bool) -> Stage:
    """The stage that makes the editions of a report, unless nothing has changed.

    Args:
        editions: what to make.
        keep_going: as in `build.build`.
        quiet: do not say that nothing has changed.
    """

    def stage(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        from pipeline.stamp import built

        def anew() -> Outcome:
            from pipeline.outcome import Edition

            with _printer(workspace, now=editions != (Edition.EPUB,)) as printer:
                from pipeline.build import build

                return build(report, editions, workspace, progress, printer, keep_going=keep_going)

        def unchanged() -> None:
            if not quiet:
                say(f"{report.name}: nothing has changed\n", err=True)

        return built(report, editions, workspace, anew, unchanged)

    return stage


def distributing(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
    """The stage that makes the folder that is handed on."""
    with _printer(workspace, now=True) as printer:
        from pipeline.build import dist

        return dist(report, workspace, progress, printer)


def _printer(workspace: Workspace, *, now: bool) -> Ahead:
    """What lays out pages: it is slow to load, so it begins before the rest."""
    from pipeline.ahead import PRINTER, Ahead

    return Ahead(PRINTER, now=now, ready=workspace.templates)


def ending(account: Account) -> click.exceptions.Exit:
    """The exit code of what was told: a check that failed counts as an error does."""
    unproved = any(check.state.value == "failed" for item in account.published for check in item.checks)
    return click.exceptions.Exit(FINDINGS if has_errors(account.findings) or unproved else CLEAN)


def _failed(findings: tuple[Diagnostic, ...]) -> Outcome:
    from pipeline.outcome import Outcome

    return Outcome(findings, ())


def _account_of(done: Iterable[tuple[str, Outcome]]) -> Account:
    from pipeline.formats import Account, Published

    workspace = find_workspace(Path.cwd())
    pairs = tuple(done)
    return Account(
        version=__version__,
        findings=tuple(finding for _, outcome in pairs for finding in outcome.findings),
        published=tuple(
            Published(
                report=name,
                path=workspace.shown(artefact.path),
                edition=artefact.edition.value,
                pages=artefact.pages,
                size=artefact.path.stat().st_size,
                checks=artefact.checks,
            )
            for name, outcome in pairs
            for artefact in outcome.artefacts
        ),
    )


def tell(account: Account, form: str, *, quiet: bool) -> None:
    """Print what was found.

    Args:
        account: all of it.
        form: "text", "json", "sarif" or "junit".
        quiet: whether text is nothing but the findings.
    """
    from pipeline import formats
    from pipeline.diagnostics import in_order

    if form != "text":
        from pipeline import interchange

        written = {"json": interchange.as_json, "sarif": interchange.as_sarif, "junit": interchange.as_junit}
        say_document(written[form](account))
        return
    line_of = SourceLines(Path.cwd())
    lines = [line for finding in in_order(account.findings) for line in formats.finding_lines(finding, line_of)]
    if not quiet:
        lines += [line for item in account.published for line in formats.published_lines(item)]
        lines.append((formats.Piece(formats.Role.PLAIN, formats.summary(account)),))
    shown_terminal().show(lines)


def chosen_reports(names: tuple[str, ...], workspace: Workspace) -> tuple[tuple[Path, Workspace], ...]:
    """The reports that are meant, each with its workspace.

    Raises:
        click.UsageError: when there is no such report, or two would be built into the same folder.
    """
    if not names:
        reports = workspace.reports()
        if not reports:
            shown = workspace.shown(workspace.content)
            raise click.UsageError(f"there is no report in {shown}/ (a report is a folder with a report.yaml)")
        return tuple((report, workspace) for report in reports)
    chosen: dict[Path, Workspace] = {}
    for name in names:
        report = _report_folder(name, workspace).resolve()
        chosen[report] = _workspace_of(report, workspace)
    taken: dict[Path, Path] = {}
    for report, own in chosen.items():
        other = taken.setdefault(own.build / report.name, report)
        if other != report:
            raise click.UsageError(f"{other} and {report} would both be built into {own.build / report.name}")
    return tuple(chosen.items())


def _report_folder(name: str, workspace: Workspace) -> Path:
    for folder in (workspace.content / name, workspace.start / name):
        if (folder / "report.yaml").is_file():
            return folder
        if folder.name == "report.yaml" and folder.is_file():
            return folder.parent
    if (workspace.start / name).is_dir():
        raise click.UsageError(f'"{name}" is a folder without a report.yaml')
    known = [report.name for report in workspace.reports()]
    hint = did_you_mean(Path(name).name, known) or (f"there are: {', '.join(known)}" if known else "")
    raise click.UsageError(f'there is no report "{name}"' + (f"; {hint}" if hint else ""))


def _workspace_of(report: Path, workspace: Workspace) -> Workspace:
    """A report outside the workspace's content/ belongs to the project around it, if there is one."""
    if not report.is_relative_to(workspace.content.resolve()):
        own = find_workspace(report)
        if own.content.is_dir():
            return replace(own, start=workspace.start)
    return workspace


def shown_terminal() -> Terminal:
    """What the streams can show, as the environment has it."""
    capable = os.environ.get("TERM") != "dumb"
    return Terminal(
        colours=sys.stdout.isatty() and capable and not os.environ.get("NO_COLOR"),
        live=sys.stderr.isatty() and capable,
    )
