"""Reports that are watched: what is saved is built, as a new process would build it, and nothing is left running."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchfiles import watch as file_changes

from pipeline import watching
from pipeline.workers import can_fork
from pipeline.workspace import find_workspace
from tests.readings import CLEAN

ROOT = Path(__file__).resolve().parent.parent
WAITING = "waiting for changes"
SECTION = Path("content/clean/sections/10-one.md")
pytestmark = pytest.mark.process


class Watch:
    """`proofpress watch` at work on a folder, in a group of processes of its own."""

    def __init__(self, project: Path, *arguments: str) -> None:
        self.project = project
        self.packages = project / "packages"
        self.packages.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "watch", *arguments],
            cwd=project,
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(self.packages)))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def until(self, words: str) -> str:
        """What it says, up to a line with these words."""
        said = ""
        while words not in said.rpartition("\n")[0].rpartition("\n")[2]:
            said += self._lines.get(timeout=300)
        return said

    def add(self, words: str) -> None:
        """Save a section with a paragraph more, as editors do: aside, and then renamed."""
        path = self.project / SECTION
        aside = path.with_suffix(".part")
        aside.write_text(f"{path.read_text('utf-8')}\n{words}\n", "utf-8")
        aside.replace(path)

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C: the exit code, and what it said at last."""
        os.killpg(self._process.pid, signal.SIGINT)
        return self.end()

    def end(self) -> tuple[int, str]:
        """Wait for its end."""
        code = self._process.wait(timeout=120)
        self._reader.join(timeout=120)
        said = ""
        while not self._lines.empty():
            said += self._lines.get()
        return code, said

    def is_left(self) -> bool:
        """Whether a process of its group still runs."""
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """Leave nothing behind, however a test ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    shutil.copytree(CLEAN, tmp_path / "content" / "clean")
    watch = Watch(tmp_path, "clean")
    yield watch
    watch.kill()


def published(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project / "build" / "clean").iterdir()}


@pytest.mark.artefact
def test_what_is_saved_is_built_as_a_new_process_builds_it(watch: Watch, tmp_path: Path) -> None:
    watch.until(WAITING)
    first = published(tmp_path)
    assert set(first) == {"clean.pdf", "conformance.html"}

    watch.add("One sentence more.")
    assert "checks:" in watch.until(WAITING)
    second = published(tmp_path)
    assert second["clean.pdf"] != first["clean.pdf"]

    other = tmp_path / "other"
    shutil.copytree(tmp_path / "content", other / "content")
    anew = [sys.executable, "-m", "pipeline", "build", "clean", "--to", "pdf"]
    subprocess.run(anew, cwd=other, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    assert published(other) == second

    # An error is told, and the last good file stays; what was right before is known.
    watch.add("See @fig-nowhere.")
    assert "XREF001" in watch.until(WAITING)
    assert published(tmp_path) == second
    shutil.copyfile(other / SECTION, tmp_path / SECTION)
    assert "nothing has changed" in watch.until(WAITING)
    assert watch.interrupt() == (130, "")
    assert not watch.is_left()


@pytest.mark.artefact
def test_what_is_saved_during_a_build_is_built_after_it_and_ctrl_c_leaves_whole_files(
    watch: Watch, tmp_path: Path
) -> None:
    watch.until(WAITING)
    first = published(tmp_path)
    watch.add("One sentence more.")
    watch.until("laying out pages")
    watch.add("And another one.")
    watch.until(WAITING)
    second = published(tmp_path)
    watch.until("laying out pages")
    watch.until(WAITING)
    third = published(tmp_path)
    assert len({first["clean.pdf"], second["clean.pdf"], third["clean.pdf"]}) == 3

    watch.add("A third one.")
    watch.until("laying out pages")
    code, said = watch.interrupt()
    assert (code, said.count("interrupted")) == (130, 1)
    assert not watch.is_left()
    assert published(tmp_path) == third


@pytest.mark.skipif(not can_fork(), reason="nothing stands by here: every build loads the press anew")
def test_another_press_starts_anew(watch: Watch, tmp_path: Path) -> None:
    watch.until(WAITING)
    (watch.packages / "ink-2.0.dist-info").mkdir()
    watch.add("See @fig-nowhere.")
    said = watch.until(WAITING)
    assert said.startswith("the press itself has changed: starting anew\n")
    assert "XREF001" in said
    watch.add("See @fig-elsewhere.")
    said = watch.until(WAITING)
    assert "anew" not in said
    assert said.count("error XREF001") == 2


def test_a_report_that_has_gone_ends_it(watch: Watch, tmp_path: Path) -> None:
    watch.until(WAITING)
    (tmp_path / "content" / "clean").rename(tmp_path / "elsewhere")
    code, said = watch.end()
    assert (code, said) == (2, "proofpress: content/clean is not there any more\n")
    assert not watch.is_left()


def test_a_report_that_is_not_there_is_not_watched(tmp_path: Path) -> None:
    shutil.copytree(CLEAN, tmp_path / "content" / "clean")
    watch = Watch(tmp_path, "claen")
    code, said = watch.end()
    assert code == 2
    assert 'there is no report "claen"; did you mean "clean"?' in said


def test_only_reports_whose_files_or_templates_have_changed_are_built(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "content" / name).mkdir(parents=True)
    workspace = find_workspace(tmp_path, {})
    one, two = tmp_path / "content" / "one", tmp_path / "content" / "two"

    def concerned(*changed: Path) -> list[bool]:
        return [watching._concerns(frozenset(changed), report, workspace) for report in (one, two)]

    assert concerned(one / "sections" / "10.md") == [True, False]
    assert concerned(two, one / "report.yaml") == [True, True]
    assert concerned(tmp_path / "content" / "three" / "report.yaml") == [False, False]
    assert concerned(workspace.templates / "css" / "base.css") == [True, True]


@pytest.mark.skipif(not can_fork(), reason="links are made as on Linux")
def test_a_report_that_is_a_link_is_watched_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "content").mkdir()
    link = tmp_path / "content" / "one"
    link.symlink_to(tmp_path / "elsewhere")
    changes = watching._changes({tmp_path / "content"}, ())
    assert next(changes) is None
    (tmp_path / "elsewhere" / "report.yaml").touch()
    seen = next(changes)
    assert seen is not None and watching._concerns(seen, link, find_workspace(tmp_path, {}))


@pytest.mark.parametrize("refusal", [OSError("OS file watch limit reached"), RuntimeError("Too many open files")])
def test_where_the_system_tells_of_no_changes_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    def refused(*roots: Path, **options: object) -> object:
        if not options["force_polling"]:
            raise refusal
        return file_changes(*roots, **options)  # type: ignore[arg-type]  # as it is called

    monkeypatch.setattr(watching, "file_changes", refused)
    changes = watching._changes({tmp_path}, (tmp_path / "build",))
    assert next(changes) is None
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "made").touch()
    (tmp_path / "saved").touch()
    seen = next(changes) or frozenset()
    assert tmp_path / "saved" in seen
    assert not any(path.is_relative_to(tmp_path / "build") for path in seen)
