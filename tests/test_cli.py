"""The command: arguments, what goes to which stream, exit codes."""

from __future__ import annotations

import errno
import json
import os
import pty
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

from pipeline import __version__, toolchain
from pipeline.ahead import Ahead
from pipeline.checks import CheckResult, CheckState
from pipeline.cli import press
from pipeline.diagnostics import Rule, Severity, Span, StageFailedError
from pipeline.outcome import Artefact, Edition, Outcome, Progress
from pipeline.rulebook import load_rules, read_rules
from pipeline.terminal import SourceLines
from pipeline.toolchain import ToolMissingError
from pipeline.verify import ace
from pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
BAD = Rule("XREF901", "bad-thing", Severity.ERROR, "Bad.")
ODD = Rule("XREF902", "odd-thing", Severity.WARNING, "Odd.")
NOTHING = Outcome((), ())

Check = Callable[[Path, Workspace, Progress], Outcome]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the reports "alpha" and "beta", in which the command is started."""
    for name in ("alpha", "beta"):
        (tmp_path / "content" / name).mkdir(parents=True)
        (tmp_path / "content" / name / "report.yaml").write_text("title: One\nlang: en\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(press, list(arguments), prog_name="proofpress")


def stub_check(monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    monkeypatch.setattr("pipeline.check.check", check)


def stub_build(monkeypatch: pytest.MonkeyPatch, build: Callable[..., Outcome]) -> None:
    """A `pipeline.build` that builds nothing, and loads no WeasyPrint."""
    module = ModuleType("pipeline.build")
    vars(module)["build"] = vars(module)["dist"] = build
    monkeypatch.setitem(sys.modules, "pipeline.build", module)


def finds(*found: Rule) -> Check:
    """A check that finds something of each rule on line 1 of report.yaml."""

    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        progress("rules")
        span = Span(workspace.shown(report / "report.yaml"), 1, 8, 11)
        return Outcome(tuple(rule.at(span, f"{rule.name} here") for rule in found), ())

    return check


def raises(error: BaseException) -> Check:
    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        raise error

    return check


# ---------------------------------------------------------------- exit codes and streams


@pytest.mark.parametrize(("found", "code"), [((), 0), ((ODD,), 0), ((BAD,), 1), ((BAD, ODD), 1)])
def test_only_errors_make_the_exit_code_one(
    project: Path, monkeypatch: pytest.MonkeyPatch, found: tuple[Rule, ...], code: int
) -> None:
    stub_check(monkeypatch, finds(*found))
    assert run("check", "alpha").exit_code == code


def test_findings_of_all_reports_are_told_together_with_one_summary(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_check(monkeypatch, finds(BAD, ODD))
    result = run("check")
    assert result.stdout.splitlines() == [
        "content/alpha/report.yaml:1:8: error XREF901 bad-thing: bad-thing here",
        "    1 | title: One",
        "      |        ^^^",
        "content/alpha/report.yaml:1:8: warning XREF902 odd-thing: odd-thing here",
        "    1 | title: One",
        "      |        ^^^",
        "content/beta/report.yaml:1:8: error XREF901 bad-thing: bad-thing here",
        "    1 | title: One",
        "      |        ^^^",
        "content/beta/report.yaml:1:8: warning XREF902 odd-thing: odd-thing here",
        "    1 | title: One",
        "      |        ^^^",
        "2 errors, 2 warnings in 2 files",
    ]
    assert result.stderr.splitlines() == ["alpha: rules", "beta: rules"]


def test_quiet_prints_findings_and_nothing_else(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_check(monkeypatch, finds(ODD))
    result = run("check", "-q", "alpha")
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr == ""
    stub_check(monkeypatch, finds())
    assert run("check", "-q").output == ""


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machine_formats_print_only_the_document(project: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    stub_check(monkeypatch, finds(BAD))
    result = run("check", "--format", form)
    assert result.exit_code == 1
    value = json.loads(result.stdout)
    found = value["findings"] if form == "json" else value["runs"][0]["results"]
    assert len(found) == 2


def test_a_failed_check_of_an_artefact_is_never_a_success(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(
        report: Path,
        editions: tuple[Edition, ...],
        workspace: Workspace,
        progress: Progress,
        printer: Ahead,
        *,
        keep_going: bool,
    ) -> Outcome:
        path = workspace.build / report.name / f"{report.name}.pdf"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x" * 2000)
        checks = (
            CheckResult("notes", CheckState.FAILED, "2 of 3 printed"),
            CheckResult("EPUBCheck", CheckState.NOT_RUN, "no Java"),
        )
        return Outcome((), (Artefact(path, Edition.PDF, 3, checks, "0" * 64),))

    stub_build(monkeypatch, build)
    result = run("build", "alpha")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "build/alpha/alpha.pdf  3 pages, 2 kB",
        "  failed   notes: 2 of 3 printed",
        "  not run  EPUBCheck: no Java",
        "no errors, no warnings; checks: 1 failed, 1 not run",
    ]


def test_build_passes_the_editions_and_keep_going(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []

    def build(
        report: Path,
        editions: tuple[Edition, ...],
        workspace: Workspace,
        progress: Progress,
        printer: Ahead,
        *,
        keep_going: bool,
    ) -> Outcome:
        seen.append((report.name, editions, keep_going))
        return NOTHING

    stub_build(monkeypatch, build)
    assert run("build", "beta", "--to", "EPUB, pdf,epub").exit_code == 0
    assert run("build", "alpha", "--keep-going").exit_code == 0
    assert run("build", "alpha", "--to", "print", "--to", "pdf").exit_code == 0
    assert seen == [
        ("beta", (Edition.EPUB, Edition.PDF), False),
        ("alpha", (Edition.PDF, Edition.EPUB), True),
        ("alpha", (Edition.PRINT, Edition.PDF), False),
    ]


def test_an_unknown_edition_is_a_usage_error_with_a_hint(project: Path) -> None:
    result = run("build", "--to", "pfd")
    assert result.exit_code == 2
    assert 'did you mean "pdf"?' in result.stderr


def test_a_stage_that_gives_up_is_told_by_its_findings(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_check(monkeypatch, raises(StageFailedError(BAD.at(Span("content/alpha/report.yaml", 2), "gone"))))
    result = run("check", "alpha")
    assert result.exit_code == 1
    assert "content/alpha/report.yaml:2: error XREF901 bad-thing: gone\n    2 | lang: en\n" in result.stdout


def test_a_missing_tool_gives_three_and_does_not_hide_what_other_reports_said(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        if report.name == "alpha":
            raise ToolMissingError('pandoc is missing: run "make setup"')
        return finds(BAD)(report, workspace, progress)

    stub_check(monkeypatch, check)
    result = run("check", "--format", "json")
    assert result.exit_code == 3
    assert 'pandoc is missing: run "make setup"' in result.stderr
    assert [f["path"] for f in json.loads(result.stdout)["findings"]] == ["content/beta/report.yaml"]


def test_a_package_that_is_not_installed_is_a_missing_tool(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_check(monkeypatch, raises(ModuleNotFoundError("no", name="weasyprint")))
    result = run("check")
    assert result.exit_code == 3
    assert '"weasyprint" is not installed' in result.stderr


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "there is no permission")]
)
def test_what_the_machine_refuses_is_told_with_the_path_and_what_stayed(
    project: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    stub_check(monkeypatch, raises(OSError(number, "?", "build/alpha/alpha.pdf")))
    result = run("check")
    assert result.exit_code == 2
    assert f"{words}: build/alpha/alpha.pdf" in result.stderr
    assert "stay as they were" in result.stderr
    assert "Traceback" not in result.output


def test_a_fault_of_ours_gives_seventy_and_a_page_to_report(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_check(monkeypatch, raises(ValueError("seven is not eight")))
    result = run("check")
    assert result.exit_code == 70
    assert "a fault of the press, not of your report: ValueError: seven is not eight" in result.stderr
    assert "build/proofpress-crash.txt" in result.stderr
    assert "Traceback" not in result.output
    page = (project / "build" / "proofpress-crash.txt").read_text()
    assert "Traceback" in page
    assert __version__ in page
    assert "Traceback" in run("check", "-v").stderr


def test_what_was_found_before_a_fault_of_ours_is_still_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        if report.name == "beta":
            raise RuntimeError("broken")
        return finds(BAD)(report, workspace, progress)

    stub_check(monkeypatch, check)
    result = run("check")
    assert result.exit_code == 70
    assert "content/alpha/report.yaml:1:8: error XREF901" in result.stdout


def test_a_build_folder_that_is_a_file_is_no_crash(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.package import publish

    (project / "build").write_text("in the way")

    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        publish(workspace.build / "alpha" / "alpha.pdf", b"x")
        return NOTHING

    stub_check(monkeypatch, check)
    result = run("check", "alpha")
    assert result.exit_code == 2
    assert (project / "build").read_text() == "in the way"


# ---------------------------------------------------------------- which report


def test_an_unknown_report_is_a_usage_error_with_a_hint(project: Path) -> None:
    result = run("check", "alhpa")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert 'there is no report "alhpa"; did you mean "alpha"?' in result.stderr


def test_a_folder_that_is_no_report_is_told_as_such(project: Path) -> None:
    result = run("check", "content")
    assert result.exit_code == 2
    assert '"content" is a folder without a report.yaml' in result.stderr


def test_no_report_at_all_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("check")
    assert result.exit_code == 2
    assert "there is no report in content/" in result.stderr


@pytest.mark.parametrize("name", ["alpha", "alpha/", "content/alpha", "./content/alpha/", "content/alpha/report.yaml"])
def test_a_report_is_named_by_folder_or_path(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    seen: list[Path] = []

    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        seen.append(report)
        return NOTHING

    stub_check(monkeypatch, check)
    assert run("check", name, "alpha").exit_code == 0
    assert seen == [project / "content" / "alpha"]


def test_a_report_of_another_project_is_built_into_that_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "content" / "gamma"
    other.mkdir(parents=True)
    (other / "report.yaml").write_text("title: G\n")
    seen: list[Workspace] = []

    def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
        seen.append(workspace)
        return NOTHING

    stub_check(monkeypatch, check)
    assert run("check", str(other)).exit_code == 0
    assert seen[0].build == other.parent.parent / "build"
    assert seen[0].start == project


def test_two_reports_of_one_name_are_not_built_over_each_other(project: Path) -> None:
    (project / "drafts" / "alpha").mkdir(parents=True)
    (project / "drafts" / "alpha" / "report.yaml").write_text("title: Other\n")
    result = run("check", "alpha", "drafts/alpha")
    assert result.exit_code == 2
    assert "would both be built into" in result.stderr


# ---------------------------------------------------------------- the small commands


def test_version_and_help() -> None:
    assert run("--version").output == f"proofpress {__version__}\n"
    assert run("-h").exit_code == 0
    for command in ("build", "watch", "check", "dist", "verify", "explain", "rules", "schema", "doctor"):
        assert command in run("-h").output
        assert run(command, "-h").exit_code == 0


def test_a_mistyped_command_is_a_usage_error_with_a_hint() -> None:
    result = run("biuld")
    assert result.exit_code == 2
    assert "build" in result.stderr


@pytest.mark.parametrize("word", ["SRC010", "src010", "yaml-syntax"])
def test_explain_prints_the_page_of_a_rule(word: str) -> None:
    result = run("explain", word)
    assert result.exit_code == 0
    assert result.stdout.startswith("SRC010 yaml-syntax (error)\n\n")
    assert 'Good:  title: "Counts: two ways"' in result.stdout


@pytest.mark.parametrize(("typed", "meant"), [("yaml-sintax", "yaml-syntax"), ("SRC-011", "SRC011")])
def test_explain_of_an_unknown_rule_names_the_nearest(typed: str, meant: str) -> None:
    result = run("explain", typed)
    assert result.exit_code == 2
    assert f'there is no rule "{typed}"; did you mean "{meant}"?' in result.stderr


def test_rules_lists_every_declared_rule() -> None:
    known = load_rules()
    listed = json.loads(run("rules", "--format", "json").stdout)["rules"]
    assert [rule["code"] for rule in listed] == [rule.code for rule in known]
    assert {"SRC010", "TPL001"} <= {rule["code"] for rule in listed}
    assert all(rule["doc"] and rule["name"] for rule in listed)
    lines = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in known]


def test_rules_read_without_importing_are_the_rules_that_are_declared() -> None:
    known = {rule.code: rule for rule in load_rules()}
    read = {rule.code: rule for rule in read_rules("")}
    assert len(read) > len(known) * 0.9
    assert read == {code: rule for code, rule in known.items() if code in read}


def test_schema_writes_then_agrees_then_notices_a_change(project: Path) -> None:
    out = project / "schemas"
    assert run("schema", "--out", str(out), "--check").exit_code == 1
    assert not out.exists()
    assert run("schema", "--out", str(out)).exit_code == 0
    assert json.loads((out / "report.schema.json").read_text())["$schema"].startswith("https://json-schema.org/")
    result = run("schema", "--out", str(out), "--check")
    assert (result.exit_code, result.output) == (0, "")
    (out / "report.schema.json").write_text("{}")
    result = run("schema", "--out", str(out), "--check")
    assert result.exit_code == 1
    assert "report.schema.json: out of date" in result.stdout
    assert (out / "report.schema.json").read_text() == "{}"


def test_doctor_tells_versions(project: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert any(line.startswith("ok       WeasyPrint: 70") for line in lines)
    assert any(line.startswith("ok       pandoc: 3.") for line in lines)
    assert "ok       reports: 2 in content: alpha, beta" in lines


def test_doctor_calls_a_missing_checker_not_run_and_goes_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "java", lambda: None)
    result = run("doctor")
    assert result.exit_code == 0
    assert "missing  Java: no program found" in result.stdout
    assert '"not run"' in result.stdout
    assert "ok       Java" not in result.stdout


def test_doctor_says_what_a_second_opinion_lacks(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node, browser = tmp_path / "node", tmp_path / "chromium"
    monkeypatch.setattr(ace, "find_node", lambda: (node, ""))
    monkeypatch.setattr(ace, "find_browser", lambda: browser)
    assert 'missing  DAISY Ace: Ace is not installed: run "make reader"' in run("doctor").stdout
    program = project / "tests" / "reader" / "node_modules" / "@daisy" / "ace-cli" / "bin" / "ace.js"
    program.parent.mkdir(parents=True)
    program.touch()
    assert f"ok       DAISY Ace: {program.parents[1]}, {node}, {browser}" in run("doctor").stdout


def test_doctor_gives_three_when_nothing_can_be_built(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pandoc() -> Path:
        raise ToolMissingError("pandoc is missing from the pypandoc wheel")

    monkeypatch.setattr(toolchain, "pandoc", no_pandoc)
    result = run("doctor")
    assert result.exit_code == 3
    assert "missing  pandoc: pandoc is missing from the pypandoc wheel" in result.stdout


def test_doctor_does_not_believe_a_tool_that_crashes(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "java"
    broken.write_text("#!/bin/sh\necho openjdk 21\nexit 9\n")
    broken.chmod(0o755)
    monkeypatch.setattr(toolchain, "java", lambda: broken)
    assert "ends with status 9" in run("doctor").stdout


# ---------------------------------------------------------------- source lines


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("\ufeffone\r\ntwo\x0b\u2028still two\rthree\n".encode())
    line_of = SourceLines(tmp_path)
    assert [line_of(Span("a.md", n)) for n in (1, 2, 3)] == ["one", "two\x0b\u2028still two", "three"]
    assert line_of(Span("a.md", 99)) is None


def test_no_line_is_shown_of_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF\0\n")
    line_of = SourceLines(tmp_path)
    for path in ("a.pdf", "nowhere.md", ".", "nul\0.md"):
        assert line_of(Span(path, 1)) is None


# ---------------------------------------------------------------- as a program

STUBBED = """
import sys, time
from pathlib import Path
import pipeline.check
from pipeline.outcome import Outcome
from pipeline.diagnostics import Rule, Severity, Span
BAD = Rule("XREF901", "bad-thing", Severity.ERROR, "Bad.")
def check(report, workspace, progress):
{body}
pipeline.check.check = check
from pipeline.cli import main
main()
"""


def program(body: str) -> list[str]:
    """The command as a process of its own, with a check that does what the body says."""
    return [sys.executable, "-c", STUBBED.format(body=textwrap.indent(textwrap.dedent(body), "    "))]


ONE_ERROR = """
progress("rules")
return Outcome((BAD.at(Span("content/alpha/report.yaml", 1, 8), "x"),), ())
"""
MANY_ERRORS = """
return Outcome(tuple(BAD.at(Span("content/alpha/report.yaml", n), "x" * 80) for n in range(3000)), ())
"""


def environment(**more: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    return plain | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | more


def on_a_terminal(command: list[str], cwd: Path, **more: str) -> tuple[int, str]:
    """Run a command with a terminal on all its streams; its exit code and what it wrote."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more))
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # EIO: the other end is closed
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return process.wait(60), written.decode()


@pytest.mark.process
def test_python_m_runs_the_command(project: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "--version"]
    done = subprocess.run(command, cwd=project, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == f"proofpress {__version__}\n"


@pytest.mark.process
def test_a_terminal_gets_colours(project: Path) -> None:
    code, written = on_a_terminal([*program(ONE_ERROR), "check", "alpha"], project)
    assert code == 1
    assert "\x1b[1;31m error XREF901" in written
    assert "alpha: rules" in written, "the bar names the stage"


@pytest.mark.process
def test_no_color_and_dumb_terminals_get_none(project: Path) -> None:
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        code, written = on_a_terminal([*program(ONE_ERROR), "check", "-q", "alpha"], project, **more)
        assert code == 1
        assert "error XREF901" in written
        assert "\x1b[" not in written


@pytest.mark.process
def test_a_pipe_gets_plain_text(project: Path) -> None:
    done = subprocess.run(
        [*program(ONE_ERROR), "check", "alpha"],
        cwd=project,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"error XREF901" in done.stdout
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr == b"alpha: rules\n"


@pytest.mark.process
def test_a_reader_that_goes_away_changes_nothing(project: Path) -> None:
    process = subprocess.Popen(
        [*program(MANY_ERRORS), "check", "alpha"],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 1


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_onto_a_full_disk_is_told(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*program(ONE_ERROR), "check", "-q", "alpha"],
            cwd=project,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"proofpress: the disk is full.")
    assert b"Traceback" not in done.stderr


@pytest.mark.process
@pytest.mark.parametrize(
    ("number", "code", "words"), [(signal.SIGINT, 130, b"interrupted. "), (signal.SIGTERM, 143, b"")]
)
def test_an_interrupted_run_says_so_and_leaves_nothing_unfinished(
    project: Path, number: signal.Signals, code: int, words: bytes
) -> None:
    body = """
    from pipeline import package
    def slow(handle):
        Path("started").touch()
        time.sleep(60)
    package.os.fsync = slow
    package.publish(workspace.build / "alpha" / "alpha.pdf", b"whole")
    """
    command = [*program(body), "check", "-q", "alpha"]
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environment(),
        stderr=subprocess.PIPE,
        # A shell that starts the tests in the background makes them, and what they start, deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    patience = time.monotonic() + 60
    while not (project / "started").exists():
        assert time.monotonic() < patience
        time.sleep(0.02)
    process.send_signal(number)
    assert process.stderr is not None
    told = process.stderr.read()
    assert process.wait(60) == code
    assert told.startswith(words)
    assert told.count(b"\n") == (1 if words else 0)
    assert list((project / "build" / "alpha").iterdir()) == []


@pytest.mark.process
def test_a_terminal_without_utf8_is_no_reason_to_fail(project: Path) -> None:
    body = 'return Outcome((BAD.at(Span("a.md"), "Қазақстан"),), ())'
    done = subprocess.run(
        [*program(body), "check", "-q", "alpha"],
        cwd=project,
        env=environment(PYTHONIOENCODING="latin-1"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"\\u049a" in done.stdout


@pytest.mark.process
@pytest.mark.parametrize(
    "arguments", [["--help"], ["explain", "SRC010"], ["explain", "fig101"], ["explain", "XREF001"], ["--version"]]
)
def test_the_quick_commands_load_no_slow_library(project: Path, arguments: list[str]) -> None:
    code = (
        "import sys, atexit\n"
        "slow = {'weasyprint', 'pydantic', 'rich', 'vl_convert', 'pikepdf', 'lxml', 'fontTools'}\n"
        "atexit.register(lambda: print(sorted(slow & set(sys.modules)), file=sys.stderr))\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "from pipeline.cli import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[]\n"
