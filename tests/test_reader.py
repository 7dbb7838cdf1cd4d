"""The EPUB in the hands of a reader: the demo opened in a real reading system, in a real browser.

`tests/reader/` holds the reading system (foliate-js), the browser's remote control and DAISY Ace; `make reader`
installs them. Screenshots are kept in `build/.reader/`, to be looked at.
"""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings
from pipeline.render.epub import write_epub
from pipeline.render.forms import Design
from pipeline.render.pagemap import page_map
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.verify.ace import find_ace, find_browser, find_node, run_ace
from pipeline.workspace import templates_folder
from tests.composing import composed
from tests.readings import DEMO, TESTS

pytestmark = [pytest.mark.artefact, pytest.mark.browser]

READER = TESTS / "reader"
SHOTS = TESTS.parent / "build" / ".reader"
EPOCH = 1795435200


@dataclass(frozen=True)
class Book:
    """The demo as an EPUB, and the labels of the pages of its PDF."""

    path: Path
    labels: tuple[str, ...]


def why_not() -> str:
    """Why no browser can be opened, or ""."""
    node, reason = find_node()
    if node is None:
        return reason
    if find_browser() is None:
        return "no Chromium is installed"
    missing = not all((READER / "node_modules" / name).is_dir() for name in ("foliate-js", "playwright-core"))
    return 'the reading system is not installed: run "make reader"' if missing else ""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    if reason := why_not():
        pytest.skip(f"not run: {reason}")
    folder = tmp_path_factory.mktemp("book")
    document = composed(DEMO, folder).document
    templates = Templates(templates_folder(), None, Path.as_posix, {})
    printed = print_pdf(document, Design("A4", (), ()), templates, EPOCH, Cache(folder / "cache"), Findings())
    pages = page_map(document.imprint, printed.labels, printed.page_starts)
    path = folder / "demo.epub"
    path.write_bytes(write_epub(document, (), templates, EPOCH, Findings(), pages))
    return Book(path, printed.labels)


@pytest.fixture(scope="module")
def seen(book: Book) -> Any:
    node, browser = find_node()[0], find_browser()
    SHOTS.mkdir(parents=True, exist_ok=True)
    command = [str(node), str(READER / "read.mjs"), str(book.path), str(browser), str(SHOTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_book_opens_and_asks_for_nothing_from_outside(seen: Any) -> None:
    assert seen["title"] == "The Proof"
    assert seen["contents"] == 6
    assert seen["refused"] == []
    assert seen["errors"] == []


def test_every_turn_of_a_page_leads_further(seen: Any) -> None:
    fractions = [turn["fraction"] for turn in seen["turns"]]
    assert len(fractions) == 9
    assert fractions == sorted(fractions)
    assert len(set(fractions)) == len(fractions)
    assert "The Proof" in seen["turns"][1]["text"]


def test_the_page_list_is_that_of_the_pdf(seen: Any, book: Book) -> None:
    assert seen["pages"] == list(book.labels)


def test_each_page_of_the_list_can_be_gone_to(seen: Any, book: Book) -> None:
    assert [jump["wanted"] for jump in seen["jumps"]] == list(book.labels)
    assert [jump["wanted"] for jump in seen["jumps"] if not jump["visible"]] == []


def test_a_note_is_reached_from_its_call_and_leads_back(seen: Any) -> None:
    assert seen["note"]["text"].startswith(f"{seen['call']['mark']}. ")
    assert (seen["note"]["visible"], seen["note"]["callVisible"]) == (True, False)
    assert (seen["back"]["visible"], seen["back"]["noteVisible"]) == (True, False)


def test_a_note_opens_in_place_whole_and_is_hidden_nowhere(seen: Any) -> None:
    assert seen["popUp"] == {"type": "footnote", "hidden": False, "text": seen["note"]["text"]}


def test_text_takes_the_colours_of_the_night(seen: Any) -> None:
    assert seen["night"] == []


def test_nothing_is_wider_than_a_narrow_screen(seen: Any) -> None:
    assert seen["wide"] == []


def test_the_screens_show_something(seen: Any) -> None:
    assert len(seen["screenshots"]) >= 9
    for name in seen["screenshots"]:
        with Image.open(SHOTS / name) as shot:
            shades = {shade for _, shade in shot.convert("L").getcolors() or ()}
            assert len(shades) > 10, f"{name} is blank"
    with Image.open(SHOTS / "night-10.png") as night:
        corner = night.convert("RGB").crop((0, 0, 4, 4)).getcolors()
    assert corner == [(16, (0x11, 0x11, 0x11))]


# ---------------------------------------------------------------- DAISY Ace


def _ace(path: Path) -> tuple[CheckResult, Findings]:
    tools, reason = find_ace(READER / "node_modules")
    if tools is None:
        pytest.skip(f"not run: {reason}")
    findings = Findings()
    return run_ace(path, tools, reason, findings), findings


def test_ace_finds_nothing_in_the_demo(book: Book) -> None:
    result, findings = _ace(book.path)
    assert findings.all() == ()
    assert result.state is CheckState.PASSED
    assert result.name.startswith("DAISY Ace 1.4")
    assert result.detail == "0 violations in 15 files"


def test_ace_finds_what_is_wrong(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "bad.epub"
    with zipfile.ZipFile(book.path) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            if name == "EPUB/sec-source.xhtml":
                data = re.sub(rb' alt="[^"]*"', b"", data)
            bad.writestr(name, data)
    result, findings = _ace(path)
    assert result.state is CheckState.FAILED
    assert {(f.rule.code, f.foreign, f.span.path) for f in findings.all()} == {
        ("EPUB010", "image-alt", "bad.epub/sec-source.xhtml")
    }
