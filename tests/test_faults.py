"""Ten faults, one of each family, are told in one run, each with its code at its place; nothing is published."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import press
from tests.readings import CLEAN

TEN_FAULTS = {
    "report.yaml": (
        "rights: {holder: Proofpress, year: 2026, statement: All of it may be copied.}",
        "rights: {holder: Proofpress, year: 2026, statement: All of it may be copied.}\n"
        "sub-title: Of a kind\nkeywords: [one]\nkeywords: [two]\ndesign: {stylesheets: [templates/own.css]}",
    ),
    "sections/10-one.md": ("A fact.[^fact] See @fig-box", "A fact.[^fact] Another.[^facts] See @fig-bxo, @fig-box"),
    "sections/80-more.md": ("More is on", "::: {.box}\n\nMore is on"),
    "notes/notes.yaml": ("source: rfc4180", "source: rfc4181"),
    "figures.yaml": ("  alt: A square with an empty middle.\n", ""),
    "data/counts.csv": ("Both,1351,", "Both,1352,"),
}
EXPECTED = {
    ("SCH001", "report.yaml", 8, 1),
    ("SRC011", "report.yaml", 10, 1),
    ("XREF001", "sections/10-one.md", 8, 37),
    ("NOTE001", "sections/10-one.md", 8, 24),
    ("CITE001", "notes/notes.yaml", 2, 20),
    ("FIG001", "figures.yaml", 1, 7),
    ("TBL010", "data/counts.csv", 4, 6),
    ("PDC001", "sections/80-more.md", 7, 1),
    ("TPL001", "templates/print/title.html.j2", 2, 0),
    ("WPR001", "templates/own.css", 2, 5),
}


@pytest.fixture
def ten_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clean report with ten faults, in a project of its own."""
    folder = tmp_path / "content" / "faulty"
    shutil.copytree(CLEAN, folder)
    for name, (before, after) in TEN_FAULTS.items():
        text = (folder / name).read_text("utf-8")
        assert before in text, name
        (folder / name).write_text(text.replace(before, after, 1), "utf-8")
    templates = folder / "templates" / "print"
    templates.mkdir(parents=True)
    (templates / "title.html.j2").write_text("<section>\n<p>{{ document.imprint.titel }}</p>\n</section>\n", "utf-8")
    (folder / "templates" / "own.css").write_text("p {\n    colour: green;\n}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.artefact
def test_ten_faults_are_told_in_one_run_and_the_last_good_files_stay(ten_faults: Path, tmp_path: Path) -> None:
    good = tmp_path / "build" / "faulty" / "faulty.pdf"
    good.parent.mkdir(parents=True)
    good.write_bytes(b"the last good file")
    result = CliRunner().invoke(press, ["build", "faulty", "--keep-going", "--format", "json"])
    assert result.exit_code == 1, result.output
    told = {
        (
            finding["rule"],
            finding["path"].removeprefix("content/faulty/"),
            finding.get("line") or 0,
            finding.get("column") or 0,
        )
        for finding in json.loads(result.stdout)["findings"]
        if finding["severity"] == "error"
    }
    # One wrong number spoils two sums; the picture without a text is noticed once more when it is laid out.
    assert told == EXPECTED | {("TBL010", "data/counts.csv", 4, 15), ("WPR001", "faulty.pdf", 0, 0)}
    assert good.read_bytes() == b"the last good file"
    assert [path.name for path in good.parent.iterdir()] == ["faulty.pdf"]
