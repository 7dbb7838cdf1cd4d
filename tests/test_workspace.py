"""Folders, the clock and the source commit."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest

from pipeline.workspace import find_workspace, source_commit


def test_content_is_looked_for_upwards(tmp_path: Path) -> None:
    inner = tmp_path / "content" / "one" / "sections"
    inner.mkdir(parents=True)
    (tmp_path / "content" / "one" / "report.yaml").touch()
    (tmp_path / "content" / "none").mkdir()
    found = find_workspace(inner, {})
    assert (found.content, found.build, found.start) == (tmp_path / "content", tmp_path / "build", inner)
    assert found.reports() == (tmp_path / "content" / "one",)
    assert found.cache == tmp_path / "build" / ".cache"


def test_without_content_the_folder_itself_is_the_workspace(tmp_path: Path) -> None:
    found = find_workspace(tmp_path, {})
    assert (found.content, found.reports()) == (tmp_path / "content", ())


def test_paths_are_shown_as_one_would_type_them(tmp_path: Path) -> None:
    found = find_workspace(tmp_path, {})
    assert found.shown(tmp_path / "content" / "a.md") == "content/a.md"
    assert found.shown(Path("/elsewhere/a.md")) == "/elsewhere/a.md"


def test_the_moment_that_stamps_is_the_reports_date_at_noon(tmp_path: Path) -> None:
    moment = find_workspace(tmp_path, {}).epoch("2026-11-23")
    assert datetime.fromtimestamp(moment, UTC).isoformat() == "2026-11-23T12:00:00+00:00"


def test_source_date_epoch_stamps_and_is_the_day_of_judgement(tmp_path: Path) -> None:
    found = find_workspace(tmp_path, {"SOURCE_DATE_EPOCH": "1000000000"})
    assert (found.epoch("2026-11-23"), found.today) == (1_000_000_000, date(2001, 9, 9))
    assert find_workspace(tmp_path, {"SOURCE_DATE_EPOCH": "0"}).epoch("2026-11-23") == 0
    assert find_workspace(tmp_path, {"SOURCE_DATE_EPOCH": ""}).source_date_epoch is None


@pytest.mark.parametrize("written", ["today", "-1", "1.5", "²", "99999999999", "1 ", "9" * 400])
def test_a_moment_that_is_none_is_refused_and_not_passed_over(tmp_path: Path, written: str) -> None:
    with pytest.raises(click.UsageError, match="SOURCE_DATE_EPOCH"):
        find_workspace(tmp_path, {"SOURCE_DATE_EPOCH": written})


def git(folder: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=N", "-c", "user.email=n@example.org")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, env=environment)


def test_the_commit_is_that_of_the_folder_with_a_mark_when_it_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, other = tmp_path / "report", tmp_path / "other"
    for folder in (report, other):
        folder.mkdir()
        (folder / "file").write_text("one")
    assert source_commit(report) == ""
    git(tmp_path, "init", "-q")
    assert source_commit(report) == ""
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    first = source_commit(report)
    assert len(first) == 10 and int(first, 16)
    (other / "file").write_text("two")
    git(tmp_path, "commit", "-qam", "second")
    assert source_commit(report) == first
    (report / "file").write_text("two")
    assert source_commit(report) == first + "+"
    (report / "file").write_text("one")
    (report / "new").write_text("one")
    assert source_commit(report) == first + "+"
    # what a user has set does not change the answer
    config = tmp_path / "config"
    config.write_text("[log]\n  showSignature = true\n[status]\n  showUntrackedFiles = no\n[core]\n  abbrev = 4\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    assert source_commit(report) == first + "+"


def test_a_machine_without_git_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert source_commit(tmp_path) == ""
