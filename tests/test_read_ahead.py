"""Style sheets that were read before it was known what for: the pages are those of an engine that reads them itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import weasyprint

from pipeline.cache import Cache
from pipeline.diagnostics import Diagnostic, Findings, Span
from pipeline.document import Document
from pipeline.render import read_ahead
from pipeline.render.engine import ENGINE_COMPLAINT
from pipeline.render.fetch import ReportFetcher
from pipeline.render.forms import Design
from pipeline.render.pdf import print_pdf
from pipeline.render.printing import make_ready
from pipeline.templating import Templates
from pipeline.toolchain import fonts
from pipeline.workspace import templates_folder
from tests.documents import RICH

OWN = Templates(templates_folder(), None, Path.as_posix, {})
PLACE = Span("report.pdf")


@pytest.fixture(autouse=True)
def _none_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ahead, "_waiting", [])


@pytest.fixture
def sheets_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts of the style sheets that the engine reads, in order."""
    found: list[str] = []
    reading = weasyprint.CSS.__init__

    def watched(self: weasyprint.CSS, *args: object, **more: object) -> None:
        found.append(str(more.get("string", "")))
        reading(self, *args, **more)

    monkeypatch.setattr(weasyprint.CSS, "__init__", watched)
    yield found


def printed(folder: Path, templates: Templates = OWN, document: Document = RICH) -> tuple[bytes, list[Diagnostic]]:
    findings = Findings()
    design = Design("A4", (), ())
    made = print_pdf(document, design, templates, 0, Cache(folder), findings)
    return made.data, list(findings.all())


def test_what_was_read_ahead_is_not_read_again_and_makes_the_same_pages(sheets_read: list[str], tmp_path: Path) -> None:
    wanted = printed(tmp_path / "1")
    base = OWN.path("css/base.css").read_text("utf-8")
    assert base in sheets_read
    make_ready(templates_folder())
    del sheets_read[:]
    assert printed(tmp_path / "2") == wanted
    assert base not in sheets_read
    assert printed(tmp_path / "3") == wanted  # it is taken once
    assert base in sheets_read


def test_a_report_with_a_style_sheet_of_its_own_takes_nothing(sheets_read: list[str], tmp_path: Path) -> None:
    report = tmp_path / "templates"
    (report / "css").mkdir(parents=True)
    text = OWN.path("css/base.css").read_text("utf-8") + "p { letter-spacing: 1pt }\n"
    (report / "css/base.css").write_text(text, "utf-8")
    templates = Templates(templates_folder(), report, Path.as_posix, {})
    wanted = printed(tmp_path / "1", templates)
    make_ready(templates_folder())
    assert printed(tmp_path / "2", templates) == wanted
    assert text in sheets_read


def test_what_the_engine_complains_about_is_complained_about_again(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    for path in templates_folder().rglob("*"):
        copy = own / path.relative_to(templates_folder())
        copy.mkdir(exist_ok=True) if path.is_dir() else copy.write_bytes(path.read_bytes())
    with (own / "css/base.css").open("a", encoding="utf-8") as sheet:
        sheet.write("p { colour: red }\n")
    make_ready(own)
    _, found = printed(tmp_path / "kept", Templates(own, None, Path.as_posix, {}))
    assert [finding.rule for finding in found] == [ENGINE_COMPLAINT]


def test_a_sheet_that_cannot_be_fetched_is_forgotten() -> None:
    fetcher = ReportFetcher((), fonts(), OWN, Findings(), PLACE)
    text = '@import "https://example.org/x.css";'
    read_ahead.read_ahead([text], fetcher)
    assert read_ahead.taken([text]).read == {}
