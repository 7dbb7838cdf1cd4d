"""Odd things that authors write: a sound EPUB, or a finding at their line."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from pipeline.build import build
from pipeline.check import check
from pipeline.checks import CheckState
from pipeline.outcome import Edition, Outcome
from tests.composing import Text, workspace_of, write_report


def quiet(_: str) -> None:
    pass


def told(outcome: Outcome) -> list[str]:
    return [f"{f.rule.code} {Path(f.span.path).name}:{f.span.line}" for f in outcome.findings]


def picture(folder: Path, color: str) -> bytes:
    path = folder / f"{color}.png"
    Image.new("RGB", (60, 40), color).save(path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def small_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.render.cover.PIXELS", 80)


@pytest.mark.artefact
def test_odd_but_sound(tmp_path: Path) -> None:
    """Ids with colons and letters of any script, names that differ in case, entities, pictures of one name."""
    body = """\
## Итог {#sec-итог}

A [word]{#a:b} with an id, to which [a link](#a:b) leads; see @sec-итог.

One&nbsp;two &copy; &amp; three < four & five, [слово]{lang=ru-Cyrl}.

![One](images/a/x.png){fig-alt="The first of two pictures"}

![Two](images/b/x.png){fig-alt="The second of two pictures"}
"""
    report = write_report(
        tmp_path,
        {"sec-a": body, "sec-A": Text("Text.", title="Another"), "sec-nav": "Text.", "sec-page-1": "[X]{#page-1}."},
        sources="",
        files={"images/a/x.png": picture(tmp_path, "red"), "images/b/x.png": picture(tmp_path, "blue")},
    )
    outcome = build(report, (Edition.EPUB,), workspace_of(report), quiet, keep_going=False)
    assert told(outcome) == []
    checks = {check.name: check.state for check in outcome.artefacts[0].checks}
    assert checks["EPUBCheck 5.3.0"] is CheckState.PASSED
    assert set(checks.values()) == {CheckState.PASSED}
    with zipfile.ZipFile(outcome.artefacts[0].path) as book:
        names = book.namelist()
        assert len({name.lower() for name in names}) == len(names)
        pictures = {book.read(name) for name in names if name.startswith("EPUB/assets/")}
        ids = {str(id) for name in names if name.endswith("html") for id in _ids(book.read(name))}
    assert len(pictures) == 2
    assert {"sec-итог", "a:b", "page-1", "page-1-of-print"} <= ids


def _ids(data: bytes) -> list[str]:
    return [element.get("id", "") for element in etree.fromstring(data).iter(etree.Element)]


@pytest.mark.parametrize(
    ("section", "text", "lang", "found"),
    [
        ("sec-a", "One<br>two", "en", ["TXT001 001-sec-a.md:6"]),
        ("sec-a", "<div>\n\nOne", "en", ["TXT001 001-sec-a.md:6"]),
        ("sec-a", "One\n\n<script>x()</script>", "en", ["TXT001 001-sec-a.md:8"]),
        ("sec-a", "One <!-- a -- b --> two", "en", ["TXT001 001-sec-a.md:6"]),
        ("sec-a", "## Head {#sec:x}\n\nText.", "en", ["XREF003 001-sec-a.md:6"]),
        ("sec-a", "A [word]{lang=Deutsch_AT}.", "en", ["TXT008 001-sec-a.md:6"]),
        ("sec-a", "Text.", "english", ["SCH010 report.yaml:2"]),
        ("sec:a", "Text.", "en", ["SCH002 report.yaml:8", "SCH002 001-sec:a.md:2"]),
    ],
)
def test_what_no_epub_may_hold_is_told_at_its_line(
    section: str, text: str, lang: str, found: list[str], tmp_path: Path
) -> None:
    report = write_report(tmp_path, {section: text}, sources="", lang=lang)
    assert told(check(report, workspace_of(report), quiet)) == found


def test_a_picture_of_forty_megabytes_is_told_at_its_line(tmp_path: Path) -> None:
    data = picture(tmp_path, "red")
    chunk = (
        (40_000_000).to_bytes(4, "big") + b"teXt" + bytes(40_000_000)
    )  # a comment of forty megabytes in front of the last chunk
    crc = zlib.crc32(chunk[4:]).to_bytes(4, "big")
    heavy = data[:-12] + chunk + crc + data[-12:]
    report = write_report(
        tmp_path,
        {"sec-a": 'Text.\n\n![One](images/x.png){fig-alt="A red picture, and heavy"}'},
        sources="",
        files={"images/x.png": heavy},
    )
    outcome = check(report, workspace_of(report), quiet)
    assert told(outcome) == ["FIG008 001-sec-a.md:8"]
    assert outcome.findings[0].message == '"images/x.png" has 40.0 MB'
