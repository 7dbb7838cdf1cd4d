"""What runs to the edge at which a page is cut, and whether it goes on: on pages made by hand, and on the press's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from pipeline.cache import Cache
from pipeline.checks import CheckState
from pipeline.diagnostics import Findings
from pipeline.render.forms import PRINT_FORM, Design
from pipeline.render.paper import for_paper
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.verify.pdf_bleed import check_bleed
from pipeline.workspace import templates_folder
from tests.documents import RICH
from tests.page_pdfs import HIGH, WIDE, write_pdf

NO_CACHE = Cache(Path(os.devnull) / "cache")
OWN = Templates(templates_folder(), None, Path.as_posix, {})
EPOCH = 1795435200
CUT, END = 22, 12  # PDF units from the edge of the sheet: where it is cut, and where the bleed ends
DARK = ".1 .3 .3 RG .1 .3 .3 rg"


def sheet(tmp_path: Path, content: str) -> Path:
    """A page with bleed, cut in the middle of a sheet."""
    return write_pdf(tmp_path / "sheet.pdf", content, cut=CUT, bleed=CUT - END)


def told(path: Path) -> tuple[str, list[str]]:
    findings = Findings()
    result = check_bleed(path, findings)
    assert result.state is CheckState.PASSED
    assert {finding.rule.code for finding in findings.all()} <= {"PDF403"}
    return result.detail, [finding.message for finding in findings.all()]


def ended(*edges: str) -> list[str]:
    return [f"on page 1 something ends at the {edge} edge, where the page is cut" for edge in edges]


@pytest.mark.parametrize(
    ("content", "edges"),
    [
        (f"{DARK} 40 40 60 60 re f", 0),
        (f"{DARK} 10 10 280 380 re f", 4),  # a ground
        (f"{DARK} .6 w 100 200 m 295 200 l S", 1),  # a thin line
        (f"{DARK} 2 w 260 150 m 295 185 l S", 1),  # a slanting one
        (f"{DARK} 10 350 280 45 re f 1 1 1 RG 3 w 5 370 m 295 370 l S", 3),  # a white line on a ground
        (f"{DARK} {' '.join(f'{x} 200 1.4 1.4 re' for x in range(270, 290, 6))} f", 1),  # dots: 276 is at the edge
    ],
)
def test_what_goes_on_over_the_edge_is_not_told(content: str, edges: int, tmp_path: Path) -> None:
    assert told(sheet(tmp_path, content)) == (f"1 pages, {edges} of their edges reached", [])


@pytest.mark.parametrize(
    ("content", "edges"),
    [
        (f"{DARK} {CUT} 10 268 380 re f", ("left",)),
        (f"{DARK} .6 w 100 200 m {WIDE - CUT} 200 l S", ("right",)),
        (f"{DARK} 50 {CUT} 60 60 re f", ("bottom",)),
        (f"{DARK} {' '.join(f'{x} 200 1.4 1.4 re' for x in range(264, 278, 6))} f", ("right",)),  # dots
        (f".8 .9 .8 rg 10 10 280 380 re f {DARK} 1 w {CUT} 370 m {WIDE - CUT} 370 l S", ("left", "right")),
        (f"{DARK} 50 300 60 {HIGH - CUT - 300 + 5} re f", ("top",)),  # it goes on, but not to the end of the bleed
        (f".9 .2 .2 rg 50 300 60 {HIGH - CUT - 300} re f {DARK} 50 {HIGH - CUT} 60 22 re f", ("top",)),
    ],
)
def test_what_ends_at_the_cut_is_told_with_its_edge(content: str, edges: tuple[str, ...], tmp_path: Path) -> None:
    detail, messages = told(sheet(tmp_path, content))
    assert messages == ended(*edges)
    assert detail.endswith(f"{len(edges)} of them without bleed")


def test_a_page_that_does_not_say_where_it_is_cut_is_not_judged(tmp_path: Path) -> None:
    findings = Findings()
    result = check_bleed(write_pdf(tmp_path / "a.pdf", f"{DARK} 0 0 300 400 re f"), findings)
    assert (result.state, result.detail) == (CheckState.NOT_RUN, "no page says where it is cut")
    assert findings.all() == ()


# ------------------------------------------------------------------ the press's own pages


def pressed(tmp_path: Path, size: str, *stylesheets: Path) -> Path:
    """The rich report with the press's own drawings."""
    findings = Findings()
    document = for_paper(replace(RICH, cover=""))
    data = print_pdf(document, Design(size, (), stylesheets), OWN, EPOCH, NO_CACHE, findings, form=PRINT_FORM).data
    assert findings.all() == ()
    path = tmp_path / "rich-print.pdf"
    path.write_bytes(data)
    return path


@pytest.mark.artefact
@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_grounds_drawings_and_lines_of_heads_run_into_the_bleed(size: str, tmp_path: Path) -> None:
    path = pressed(tmp_path, size)
    detail, messages = told(path)
    assert messages == []
    # the cover and the part on four sides, two openers on three, and one line of each head
    heads = sum(1 for page in heads_of(path) if page)
    assert heads >= 3 and f" {4 + 4 + 3 + 3 + heads} of their edges reached" in detail


def heads_of(path: Path) -> Iterator[bool]:
    """Of each page, whether the first text painted last of all, the head, stands high up and small."""
    for page in pypdfium2.PdfDocument(path):
        texts = list(page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
        high = page.get_height() - 45 * 72 / 25.4
        yield any(item.get_bounds()[1] > high and item.get_font_size() < 12 for item in texts[-2:])


@pytest.mark.artefact
@pytest.mark.parametrize(
    ("style", "fewest"),
    [("svg.bleed { overflow: hidden }", 8), (".opener::before { content: none }", 6)],
)
def test_a_style_sheet_that_takes_the_bleed_away_is_told(style: str, fewest: int, tmp_path: Path) -> None:
    sheet = tmp_path / "own.css"
    sheet.write_text(style, encoding="utf-8")
    _, messages = told(pressed(tmp_path, "A4", sheet))
    assert len(messages) == fewest


@pytest.mark.artefact
def test_the_marks_of_the_printer_stand_beside_the_bleed(tmp_path: Path) -> None:
    page = pypdfium2.PdfDocument(pressed(tmp_path, "A4"))[1]  # the back of the cover: nothing runs over its edges
    image = page.render(scale=2).to_pil().convert("L")
    width, height = image.size
    margin = round(8 / 25.4 * 72 * 2)
    outer = image.crop((0, 0, margin // 2, height)), image.crop((0, 0, width, margin // 2))
    inner = image.crop((margin // 2 + 2, margin // 2 + 2, width - margin // 2 - 2, height // 3))
    assert all(strip.getextrema()[0] < 100 for strip in outer)
    assert inner.getextrema()[0] > 250
