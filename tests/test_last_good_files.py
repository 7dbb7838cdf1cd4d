"""What was published stays as it was: through errors, Ctrl-C, and another build at the same time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readings import CLEAN

ROOT = Path(__file__).resolve().parent.parent


def started(project: Path) -> subprocess.Popen[str]:
    """A build in a process of its own that hears Ctrl-C, even when the tests run in the background."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "build", "clean"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def published(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project / "build" / "clean").iterdir()}


@pytest.mark.artefact
def test_two_builds_at_once_and_an_interrupted_one_leave_whole_files(tmp_path: Path) -> None:
    shutil.copytree(CLEAN, tmp_path / "content" / "clean")
    together = [started(tmp_path), started(tmp_path)]
    for build in together:
        said, _ = build.communicate(timeout=600)
        assert build.returncode == 0, said
    files = published(tmp_path)
    assert set(files) == {"clean.pdf", "clean.epub", "conformance.html"}
    assert files["clean.pdf"].startswith(b"%PDF-")
    assert files["clean.pdf"].rstrip().endswith(b"%%EOF")

    build = started(tmp_path)
    said, _ = build.communicate(timeout=600)
    assert build.returncode == 0, said
    assert said.startswith("clean: nothing has changed\n")

    section = tmp_path / "content" / "clean" / "sections" / "10-one.md"
    section.write_text(section.read_text("utf-8") + "\nOne sentence more.\n", "utf-8")
    build = started(tmp_path)
    assert build.stdout is not None
    while "laying out pages" not in build.stdout.readline():
        assert build.poll() is None
    build.send_signal(signal.SIGINT)
    said, _ = build.communicate(timeout=600)
    assert build.returncode == 130, said
    assert published(tmp_path) == files

    section.write_text(section.read_text("utf-8").replace("@fig-box", "@fig-bxo"), "utf-8")
    build = started(tmp_path)
    said, _ = build.communicate(timeout=600)
    assert build.returncode == 1
    assert "XREF001" in said
    assert published(tmp_path) == files
