"""The same sources make the same bytes: in another process, time zone, folder and order of hashes, cold or warm."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from tests.readings import CLEAN

ROOT = Path(__file__).resolve().parent.parent


def built(project: Path, *options: str, **environment: str) -> dict[str, str]:
    """The editions that a build in a process of its own makes, by name, as digests."""
    plain = {key: value for key, value in os.environ.items() if key not in ("TZ", "SOURCE_DATE_EPOCH")}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "build", "clean", "-q", *options],
        cwd=project,
        env=plain | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files = (project / "build" / "clean").glob("clean.*")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def project(folder: Path) -> Path:
    shutil.copytree(CLEAN, folder / "content" / "clean")
    return folder


@pytest.mark.artefact
def test_two_machines_make_the_same_files_dated_as_the_report_or_as_one_says(tmp_path: Path) -> None:
    first = built(project(tmp_path / "one"), TZ="Asia/Almaty", PYTHONHASHSEED="1")
    second = built(project(tmp_path / "two" / "deeper"), TZ="America/Lima", PYTHONHASHSEED="2")
    assert set(first) == {"clean.pdf", "clean.epub"}
    assert first == second

    noon = str(int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()))
    warm = built(tmp_path / "one", TZ="UTC", PYTHONHASHSEED="3", SOURCE_DATE_EPOCH=noon)
    assert warm == first, "neither a warm cache nor the report's own date, said once more, changes anything"

    other = built(tmp_path / "one", "--to", "pdf", SOURCE_DATE_EPOCH="1700000000")
    assert other["clean.epub"] == first["clean.epub"]
    assert other["clean.pdf"] != first["clean.pdf"]
    with pikepdf.open(tmp_path / "one" / "build" / "clean" / "clean.pdf") as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20231114221320")
