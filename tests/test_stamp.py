"""Nothing changed means nothing runs; anything that changed, or cannot be seen, is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline import stamp, toolchain
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Rule, Severity, Span
from pipeline.outcome import Artefact, Edition, Outcome
from pipeline.stamp import built
from pipeline.workspace import Workspace
from tests.readings import CLEAN

ROOT = Path(__file__).resolve().parent.parent
ODD = Rule("WPR902", "odd-thing", Severity.WARNING, "Odd.")
PROVED = (CheckResult("PDF notes", CheckState.PASSED, "2 notes called, 2 printed"),)


@dataclass
class Press:
    """A project whose builds publish a few bytes, and how often they did."""

    report: Path
    workspace: Workspace
    data: bytes = b"%PDF one"
    checks: tuple[CheckResult, ...] = PROVED
    meanwhile: Callable[[], None] = lambda: None
    builds: int = 0
    unchanged: int = 0

    @property
    def published(self) -> Path:
        return self.workspace.build / "clean" / "clean.pdf"

    def build(self, *editions: Edition) -> Outcome:
        return built(self.report, editions or (Edition.PDF,), self.workspace, self._anew, self._note)

    def again(self, *editions: Edition) -> bool:
        """Whether one more build makes anything."""
        before = self.builds
        self.build(*editions)
        return self.builds > before

    def _note(self) -> None:
        self.unchanged += 1

    def _anew(self) -> Outcome:
        self.builds += 1
        self.published.parent.mkdir(parents=True, exist_ok=True)
        self.published.write_bytes(self.data)
        self.meanwhile()
        odd = Diagnostic(ODD, Span("content/ä\udce4.md", 3, 1, 7), "odd", 'say "even"', "RSC-005")
        artefact = Artefact(self.published, Edition.PDF, 7, self.checks, sha256(self.data).hexdigest())
        return Outcome((odd,), (artefact,))


@pytest.fixture
def press(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Press:
    code = tmp_path / "code"
    (code / "render").mkdir(parents=True)
    (code / "render" / "pdf.py").write_text("pass")
    monkeypatch.setattr(stamp, "PACKAGE", code)
    report = tmp_path / "content" / "clean"
    shutil.copytree(CLEAN, report)
    (report / "templates" / "css").mkdir(parents=True)
    (report / "templates" / "css" / "print.css").write_text("p { color: black }")
    (report / "link.svg").symlink_to("images/box.svg")
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "print.html.j2").write_text("{{ document }}")
    workspace = Workspace(tmp_path, report.parent, tmp_path / "build", templates, None, date(2026, 11, 23))
    return Press(report, workspace)


def test_what_a_build_said_is_said_again_and_nothing_is_made(press: Press) -> None:
    first = press.build()
    written = press.published.stat().st_mtime_ns
    assert press.build() == first
    assert (press.builds, press.unchanged) == (1, 1)
    assert press.published.stat().st_mtime_ns == written


# ---------------------------------------------------------------- what makes a build


def rewritten(name: str, old: str = "", new: str = " ") -> Callable[[Press], None]:
    """Changes a file of the report."""

    def change(press: Press) -> None:
        path = press.report / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def same_size_and_time(press: Press) -> None:
    path = press.report / "data" / "counts.csv"
    moment, data = path.stat().st_mtime_ns, path.read_bytes()
    path.write_bytes(data[:-2] + b"8\n")
    assert path.read_bytes() != data
    os.utime(path, ns=(moment, moment))


def other_press_template(press: Press) -> None:
    (press.workspace.templates / "print.html.j2").write_text("{{ document }}\n")


def link_elsewhere(press: Press) -> None:
    (press.report / "link.svg").unlink()
    (press.report / "link.svg").symlink_to("images/none.svg")


def touched_up(press: Press) -> None:
    moment = press.published.stat().st_mtime_ns
    press.published.write_bytes(press.published.read_bytes().replace(b"one", b"two"))
    os.utime(press.published, ns=(moment, moment))


def on_another_day(press: Press) -> None:
    press.workspace = replace(press.workspace, today=press.workspace.today + timedelta(days=1))


def at_another_moment(press: Press) -> None:
    press.workspace = replace(press.workspace, source_date_epoch=1_700_000_000)


def from_another_folder(press: Press) -> None:
    press.workspace = replace(press.workspace, start=press.report)


@pytest.mark.parametrize(
    "change",
    [
        rewritten("sections/10-one.md", "A fact.", "No fact."),
        rewritten("notes/notes.yaml"),
        rewritten("sources.yaml"),
        rewritten("report.yaml"),
        rewritten("images/box.svg", "<svg", "<svg "),
        rewritten("templates/css/print.css", "black", "green"),
        same_size_and_time,
        link_elsewhere,
        other_press_template,
        at_another_moment,
        on_another_day,
        from_another_folder,
        touched_up,
        lambda press: press.published.unlink(),
        lambda press: (press.report / "sections" / "15-new.md").touch(),
        lambda press: (press.report / "sections" / "20-two.md").unlink(),
        lambda press: (press.report / "sections" / "20-two.md").rename(press.report / "sections" / "25-two.md"),
        lambda press: (press.report / "templates" / "manuscript").mkdir(),
    ],
)
def test_one_change_makes_a_build_and_then_nothing_does(press: Press, change: Callable[[Press], None]) -> None:
    press.build()
    change(press)
    assert press.again()
    assert not press.again()


def test_other_editions_are_made(press: Press) -> None:
    press.build()
    assert press.again(Edition.PDF, Edition.EPUB)
    assert not press.again(Edition.PDF)


def test_sources_that_are_again_as_they_were_are_built_when_other_files_stand(press: Press) -> None:
    press.build()
    section = press.report / "sections" / "10-one.md"
    text = section.read_text("utf-8")
    section.write_text("Other.", "utf-8")
    press.data = b"%PDF two"
    assert press.again()
    section.write_text(text, "utf-8")
    press.data = b"%PDF one"
    assert press.again()
    assert press.published.read_bytes() == b"%PDF one"
    assert not press.again()


def test_another_press_makes_a_build_and_what_python_writes_beside_it_does_not(press: Press, tmp_path: Path) -> None:
    code = tmp_path / "code"

    def import_it() -> None:
        (code / "render" / "__pycache__").mkdir(exist_ok=True)
        (code / "render" / "__pycache__" / "pdf.pyc").write_bytes(os.urandom(8))

    press.meanwhile = import_it
    press.build()
    assert not press.again()
    import_it()
    assert not press.again()
    (code / "render" / "pdf.py").write_text("pass\n")
    assert press.again()


def test_other_packages_and_other_programs_make_a_build(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    (installed / "weasyprint-70.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(installed), str(tmp_path / "none")])
    press.build()
    assert not press.again()
    (installed / "weasyprint-70.0.dist-info").rename(installed / "weasyprint-70.1.dist-info")
    assert press.again()

    java = tmp_path / "java"
    java.write_text("a program")
    monkeypatch.setattr(toolchain, "java", lambda: java)
    assert press.again()
    assert not press.again()
    java.write_text("a newer program")
    assert press.again()
    library = tmp_path / "ld.so.cache"
    monkeypatch.setattr(stamp, "LIBRARIES", (str(library),))
    press.build()
    assert not press.again()
    library.touch()
    assert press.again()


def test_the_commit_that_is_printed_makes_a_build(press: Press, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=N", "-c", "user.email=n@example.org")
        subprocess.run(["git", "-C", tmp_path, *identity, *arguments], check=True, capture_output=True)

    press.build()
    git("init", "-q")
    git("add", "content")
    git("commit", "-qm", "first")
    assert press.again()
    assert not press.again()


# ---------------------------------------------------------------- what is never kept


def edited(press: Press) -> None:
    rewritten("sections/10-one.md", "A fact.", "No fact.")(press)


def edited_and_back(press: Press) -> None:
    path = press.report / "sections" / "10-one.md"
    data = path.read_bytes()
    path.write_bytes(b"other")
    path.write_bytes(data)


def made_and_removed(press: Press) -> None:
    (press.report / "sections" / "15-new.md").touch()
    (press.report / "sections" / "15-new.md").unlink()


@pytest.mark.parametrize("change", [edited, edited_and_back, made_and_removed])
def test_a_report_that_changed_while_it_was_built_is_built_again(press: Press, change: Callable[[Press], None]) -> None:
    press.meanwhile = lambda: change(press)
    press.build()
    press.meanwhile = lambda: None
    assert press.again()
    assert not press.again()


@pytest.mark.parametrize("state", [CheckState.FAILED, CheckState.NOT_RUN])
def test_what_was_not_proved_is_tried_again(press: Press, state: CheckState) -> None:
    press.checks = (*PROVED, CheckResult("EPUBCheck", state, "no answer"))
    press.build()
    assert press.again()


def test_a_checker_that_is_not_installed_keeps_nothing_from_being_known(
    press: Press, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    press.checks = (*PROVED, CheckResult("veraPDF", CheckState.NOT_RUN, "there is no verapdf on the PATH"))
    monkeypatch.setattr(toolchain, "verapdf", lambda: None)
    press.build()
    assert not press.again()
    program = tmp_path / "verapdf"
    program.touch()
    monkeypatch.setattr(toolchain, "verapdf", lambda: program)
    assert press.again(), "now it is there"


def test_a_build_that_published_nothing_or_broke_is_tried_again(press: Press) -> None:
    def fail() -> Outcome:
        raise KeyboardInterrupt

    def note() -> None:
        raise AssertionError("something was taken for unchanged")

    nothing = Outcome((), ())
    for _ in range(2):
        assert built(press.report, (Edition.PDF,), press.workspace, lambda: nothing, note) is nothing
        with pytest.raises(KeyboardInterrupt):
            built(press.report, (Edition.PDF,), press.workspace, fail, note)
    assert press.again()


def test_another_build_that_published_last_is_not_taken_for_this_one(press: Press) -> None:
    def other() -> None:
        press.published.write_bytes(b"%PDF of the other")

    press.meanwhile = other
    press.build()
    press.meanwhile = lambda: None
    assert press.again()
    assert press.published.read_bytes() == press.data


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 400])
def test_a_damaged_stamp_is_only_a_miss(press: Press, damage: bytes) -> None:
    press.build()
    (stored,) = (path for path in press.workspace.cache.rglob("*") if path.is_file())
    stored.write_bytes(damage)
    assert press.again()
    assert not press.again()


def link_out(press: Press) -> None:
    (press.report / "out.svg").symlink_to(ROOT / "pyproject.toml")


def pipe(press: Press) -> None:
    os.mkfifo(press.report / "sections" / "pipe.md")


@pytest.mark.parametrize("unseen", [link_out, pipe])
def test_what_cannot_be_seen_is_always_built(press: Press, unseen: Callable[[Press], None]) -> None:
    unseen(press)
    press.build()
    assert press.again()


def test_a_link_that_leads_nowhere_is_no_fault(press: Press) -> None:
    (press.report / "round").symlink_to("round")
    press.build()
    assert press.builds == 1


@pytest.mark.parametrize("limit", ["MOST", "LEAST"])
def test_a_folder_that_is_too_large_to_look_through_is_always_built(
    press: Press, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    press.build()
    monkeypatch.setattr(stamp, limit, {"MOST": 500, "LEAST": stamp.MOST // 10}[limit])
    assert press.again()
    assert press.again()


def test_without_its_tools_the_press_is_asked_and_says_so(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise toolchain.ToolMissingError("no pandoc")

    press.build()
    monkeypatch.setattr(toolchain, "pandoc", missing)
    assert press.again()


def test_a_report_that_holds_its_own_build_folder_is_known_again(press: Press) -> None:
    press.workspace = replace(press.workspace, build=press.report / "build")
    press.build()  # it makes the folder, which is a change
    press.build()
    assert not press.again()


# ---------------------------------------------------------------- the command

WATCHED = """\
import sys
programs = []
sys.addaudithook(lambda event, details: programs.append(str(details[0])) if event == "subprocess.Popen" else None)
from pipeline.cli import main
try:
    main()
finally:
    print("modules:", *sys.modules, file=sys.stderr)
    print("programs:", *programs, file=sys.stderr)
"""
STAGES = {"weasyprint", "pikepdf", "pypdfium2", "lxml", "pydantic", "jinja2", "yaml", "vl_convert", "rich"}


def command(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WATCHED, "build", "clean", "--to", "pdf", *options],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1790000000"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def loaded(done: subprocess.CompletedProcess[str]) -> tuple[set[str], set[str]]:
    """The modules that a command loaded and the programs that it started."""
    *_, modules, programs = done.stderr.splitlines()
    assert modules.startswith("modules:") and programs.startswith("programs:")
    return set(modules.split()[1:]), {Path(program).name for program in programs.split()[1:]}


@pytest.mark.artefact
def test_an_unchanged_report_starts_nothing_and_says_the_same(tmp_path: Path) -> None:
    report = tmp_path / "content" / "clean"
    shutil.copytree(CLEAN, report)
    stray = "---\nid: sec-stray\ntitle: Stray\nkind: chapter\n---\n\nText.\n"
    (report / "sections" / "99-stray.md").write_text(stray, "utf-8")
    first = command(tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "STR001" in first.stdout and "passed" in first.stdout
    modules, programs = loaded(first)
    assert modules >= {"pipeline.ahead", "pikepdf", "pydantic"} and "pandoc" in programs, "the look sees what there is"
    published = tmp_path / "build" / "clean" / "clean.pdf"
    before = published.read_bytes(), published.stat().st_mtime_ns

    second = command(tmp_path)
    assert (second.returncode, second.stdout) == (first.returncode, first.stdout)
    assert "clean: nothing has changed\n" in second.stderr
    modules, programs = loaded(second)
    assert modules & STAGES == set()
    assert programs <= {"git"}
    assert (published.read_bytes(), published.stat().st_mtime_ns) == before

    published.unlink()
    third = command(tmp_path)
    assert third.stdout == first.stdout
    assert "pipeline.ahead" in loaded(third)[0]
    assert published.read_bytes() == before[0]
