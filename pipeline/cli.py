"""The command `proofpress`: its commands and their options.

What commands find is told by `running`. The stages are imported inside the commands, because WeasyPrint and
pydantic take a second to load and `--help` or `explain` need neither.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from pipeline import __version__
from pipeline.diagnostics import did_you_mean
from pipeline.running import building, checking, chosen_reports, distributing, ending, run, shown_terminal, tell
from pipeline.terminal import (
    BUG,
    CLEAN,
    FINDINGS,
    INTERRUPTED,
    TERMINATED,
    TOOL_MISSING,
    explain_failure,
    say,
    say_document,
)
from pipeline.workspace import find_workspace

if TYPE_CHECKING:
    from pipeline.formats import Line
    from pipeline.outcome import Edition


Command = TypeVar("Command", bound=Callable[..., None])


class Press(click.Group):
    """The group of commands; whatever goes wrong in one of them becomes a message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BaseException as error:
            verbose = bool(ctx.meta.get("verbose"))
            ctx.exit(explain_failure(error, find_workspace(Path.cwd()), sys.argv[1:], verbose=verbose))


@click.group(cls=Press, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="proofpress", message="%(prog)s %(version)s")
def press() -> None:
    """A press for reports: Markdown and YAML in, a proved PDF and EPUB out."""


def exit_code_of(arguments: tuple[str, ...]) -> int:
    """Run the command with some arguments, and give its exit code."""
    try:
        press.main(list(arguments), prog_name="proofpress")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else BUG


def main() -> NoReturn:
    """The entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to fail
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that unfinished files are removed
    try:
        press.main(prog_name="proofpress")
    except KeyboardInterrupt:  # before a command began
        sys.exit(INTERRUPTED)
    sys.exit(CLEAN)


# ---------------------------------------------------------------- options that commands share


def _remember_verbose(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    ctx.meta["verbose"] = value
    return value


_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
_FORM = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="How findings are printed.",
)


def _common_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("-v", "--verbose", is_flag=True, callback=_remember_verbose, help="Tell more: tracebacks."),
        _QUIET,
        _FORM,
        click.argument("reports", nargs=-1, metavar="[REPORT]..."),
    ):
        command = option(command)
    return command


def _editions(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[Edition, ...]:
    from pipeline.outcome import Edition

    known = {edition.value: edition for edition in Edition}
    words = list(dict.fromkeys(word.strip().lower() for word in ",".join(value).split(",") if word.strip()))
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known) or f"choose from {', '.join(known)}"
            raise click.BadParameter(f'there is no edition "{word}"; {hint}')
    if not words:
        raise click.BadParameter(f"choose from {', '.join(known)}")
    return tuple(known[word] for word in words)


def _editions_option(default: str) -> Callable[[Command], Command]:
    return click.option(
        "--to",
        "editions",
        multiple=True,
        default=(default,),
        show_default=True,
        callback=_editions,
        help="Editions to make, with commas between them or each with an option of its own.",
    )


# ---------------------------------------------------------------- commands


@press.command()
@_common_options
@_editions_option("pdf,epub")
@click.option("--keep-going", is_flag=True, help="Go on after errors to find more; nothing is published then.")
def build(
    reports: tuple[str, ...],
    form: str,
    editions: tuple[Edition, ...],
    quiet: bool,
    verbose: bool,
    keep_going: bool,
) -> None:
    """Make the editions of reports and read them back.

    REPORT is the name of a folder in content/, or a path; without one, all reports are built.
    """
    run(building(editions, keep_going=keep_going, quiet=quiet), reports, form, quiet=quiet)


@press.command()
@_QUIET
@_editions_option("pdf")
@click.argument("reports", nargs=-1, metavar="[REPORT]...")
def watch(reports: tuple[str, ...], editions: tuple[Edition, ...], quiet: bool) -> None:
    """Build reports, and again whenever a file of theirs is saved, until Ctrl-C.

    REPORT is the name of a folder in content/, or a path; without one, all reports are watched. The press stays
    loaded meanwhile, so that an edit is in the file sooner than `build` brings it there.
    """
    from pipeline.watching import watch as watch_reports

    to = ",".join(edition.value for edition in editions)
    watch_reports(reports, exit_code_of, ("build", *(["--quiet"] if quiet else []), "--to", to), quiet=quiet)


@press.command()
@_common_options
def check(reports: tuple[str, ...], form: str, quiet: bool, verbose: bool) -> None:
    """Check the sources of reports without making anything.

    REPORT is the name of a folder in content/, or a path; without one, all reports are checked.
    """
    run(checking, reports, form, quiet=quiet)


@press.command()
@_common_options
def dist(reports: tuple[str, ...], form: str, quiet: bool, verbose: bool) -> None:
    """Make the folder that is handed on: editions, data, landing page, manifest, checksums.

    It is written to build/<report>/dist/, and only when nothing was found that is an error.
    """
    run(distributing, reports, form, quiet=quiet)


@press.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--as",
    "against",
    default="",
    metavar="STANDARDS",
    help="Hold the files against these (ua1, ua2, a1, a2, a3, a4), and not against what they say they conform to.",
)
@click.option("--report", "origin", metavar="REPORT", help="Compare a PDF, an EPUB or both with this report's sources.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with every rule.")
@_FORM
@_QUIET
def verify(
    files: tuple[Path, ...], against: str, origin: str | None, page: Path | None, form: str, quiet: bool
) -> None:
    """Read PDF files and EPUBs back.

    FILE is any PDF or EPUB, whoever made it. A PDF is held against PDF/UA and PDF/A, rule by rule: without --as
    against the standards that it says it conforms to, and against PDF/UA-1 when it says none. An EPUB is held
    against EPUB 3, with EPUBCheck and with our own checks. With --report, every block, note, caption, table cell
    and number of the report is looked for in them, once and in order.
    """
    from pipeline import verifying
    from pipeline.verify.gate.verifying import profile_of

    workspace = find_workspace(Path.cwd())
    report = None
    if origin is not None:
        ((folder, own),) = chosen_reports((origin,), workspace)
        report = verifying.Origin(folder, own)
    try:
        profile = profile_of(against)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--as") from error
    try:
        with shown_terminal().progress(len(files) + (report is not None), quiet=quiet) as told_by:
            account = verifying.verify(files, profile, report, workspace, told_by, every=form != "text", page=page)
    except verifying.TooManyEditionsError as error:
        raise click.UsageError(str(error)) from error
    tell(account, form, quiet=quiet)
    raise ending(account)


@press.command()
@click.argument("code")
def explain(code: str) -> None:
    """Explain a rule: what it finds, why it matters, a bad and a good example."""
    from pipeline.rulebook import find_rule, near_rule, rule_page

    rule = find_rule(code.strip())
    if rule is None:
        raise click.UsageError(f'there is no rule "{code}"; {near_rule(code.strip())}')
    shown_terminal().show(rule_page(rule))


@press.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(form: str) -> None:
    """List the rules."""
    from pipeline.rulebook import load_rules, rule_table, rules_json

    known = load_rules()
    if form == "json":
        say_document(rules_json(known, __version__))
    else:
        shown_terminal().show(rule_table(known))


@press.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say whether the files are up to date.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs/schema"),
    show_default=True,
    help="The folder of the schemas.",
)
def schema(only_check: bool, out: Path) -> None:
    """Write the JSON Schemas of the files that authors write, for editors."""
    from pipeline.interchange import dumped
    from pipeline.package import publish
    from pipeline.schema import json_schemas

    stale = 0
    for name, value in json_schemas().items():
        path = out / (name if name.endswith(".json") else f"{name}.schema.json")
        data = dumped(value).encode()
        if path.is_file() and path.read_bytes() == data:
            continue
        stale += 1
        if not only_check:
            publish(path, data)
        say(f"{path.as_posix()}: {'out of date' if only_check else 'written'}\n")
    if only_check and stale:
        say("run: proofpress schema\n", err=True)
        raise click.exceptions.Exit(FINDINGS)


@press.command()
def doctor() -> None:
    """Say which tools and typefaces are there, and what to do about those that are not."""
    from pipeline.doctor import State, examine
    from pipeline.formats import Piece, Role, printable

    facts = examine(find_workspace(Path.cwd()))
    lines: list[Line] = []
    for fact in facts:
        ok = fact.state is State.OK
        role = Role.GOOD if ok else Role.ERROR if fact.needed else Role.WARNING
        told = Piece(Role.PLAIN, f"  {fact.name}: {printable(fact.detail)}")
        lines.append((Piece(role, fact.state.value.ljust(7)), told))
        if fact.remedy and not ok:
            lines.append((Piece(Role.HINT, f"           {fact.remedy}"),))
    shown_terminal().show(lines)
    if any(fact.needed and fact.state is State.MISSING for fact in facts):
        raise click.exceptions.Exit(TOOL_MISSING)
