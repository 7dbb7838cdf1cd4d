"""The edition for printers: bleed and marks, and what is told of coarse pictures."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings, Span
from pipeline.document import Asset, Document, Kind
from pipeline.render.forms import PRINT_FORM, SCREEN_FORM, Form
from pipeline.render.paper import for_paper
from pipeline.render.pdf import print_pdf
from pipeline.verify.layout_sheet import fill_of_pages
from pipeline.verify.pdf_file import read_pdf
from pipeline.verify.pdf_inspection import inspect
from pipeline.verify.pdf_print import check_for_printers
from pipeline.verify.pdf_strands import sections_of
from pipeline.verify.proving import prove
from tests.documents import RICH
from tests.test_render_pdf import A4, EPOCH, OWN, only

NO_CACHE = Cache(Path(os.devnull) / "cache")


def png(side: int) -> bytes:
    """A grey square of so many dots."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * side for _ in range(side)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def printed(document: Document, path: Path, form: Form = PRINT_FORM) -> Path:
    findings = Findings()
    path.write_bytes(print_pdf(document, A4, OWN, EPOCH, NO_CACHE, findings, form=form).data)
    assert findings.all() == ()
    return path


def pictured(side: int) -> Document:
    picture = '<p>Text <img src="assets/fig-one.png" alt="A square" style="width: 1in; height: 1in"/></p>'
    return replace(only(picture), assets=(Asset("assets/fig-one.png", "image/png", png(side)),))


def checked(document: Document, path: Path, findings: Findings) -> tuple[CheckResult, ...]:
    return check_for_printers(printed(document, path), document, findings, Span)


@pytest.mark.artefact
class TestPrinted:
    def test_it_is_proved_and_claims_what_it_is(self, tmp_path: Path) -> None:
        document = for_paper(RICH)
        path = printed(document, tmp_path / "rich-print.pdf")
        findings = Findings()
        proof = prove(path, document, PRINT_FORM, EPOCH, NO_CACHE, findings)
        assert [check.name for check in proof.checks if check.state is CheckState.FAILED] == []
        told = sorted(f.rule.code for f in findings.all() if f.rule.code != "PDF021")  # a short page
        assert told == ["PDF401", "PDF403", "PDF403"], (
            "its picture of dots is coarse, and the drawing on its cover ends"
        )
        with pikepdf.open(path) as pdf:
            said = pdf.Root.Metadata.read_bytes()
        assert b"<pdfaid:part>3<" in said and b"pdfuaid" not in said

    @pytest.mark.parametrize("form", [SCREEN_FORM, PRINT_FORM])
    def test_the_band_over_a_chapter_is_no_blank(self, form: Form, tmp_path: Path) -> None:
        text = only(f"<p>{'A page of words is not empty, whatever stands above them. ' * 80}</p>")
        document = replace(text, chapters=(replace(text.chapters[0], kind=Kind.CHAPTER),))
        path = printed(document, tmp_path / "a.pdf", form)
        look = inspect(document, read_pdf(path, NO_CACHE), sections_of(document), path.name, Span)
        filled = fill_of_pages(look)
        band = (84 - 36) / (297 - 36 - 33.8)  # of the height that text may take
        assert filled and max(page.blank for page in filled.values()) < band / 2

    def test_pages_are_cut_to_size_with_three_millimetres_around(self, tmp_path: Path) -> None:
        path = printed(for_paper(RICH), tmp_path / "a.pdf")
        with pikepdf.open(path) as pdf:
            boxes: list[Any] = [(p.obj.TrimBox, p.obj.BleedBox, p.obj.MediaBox) for p in pdf.pages]
        for trim, bleed, media in boxes:
            width, height = (float(trim[2] - trim[0]), float(trim[3] - trim[1]))
            assert sorted((round(width), round(height))) == [595, 842]
            assert float(trim[0] - bleed[0]) >= 8.5 and float(bleed[0] - media[0]) > 8.5

    def test_every_reference_is_followed_by_the_page_of_its_target(self, tmp_path: Path) -> None:
        path = printed(for_paper(RICH), tmp_path / "a.pdf")
        text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))
        assert text.count("(page") >= 3

    def test_no_link_leads_out(self, tmp_path: Path) -> None:
        path = printed(for_paper(RICH), tmp_path / "a.pdf")
        with pikepdf.open(path) as pdf:
            notes = [note for page in pdf.pages for note in page.obj.get("/Annots", ())]
        assert notes and not [note for note in notes if "/A" in note]

    def test_a_coarse_picture_is_told(self, tmp_path: Path) -> None:
        findings = Findings()
        results = checked(pictured(100), tmp_path / "a.pdf", findings)
        assert [finding.rule.code for finding in findings.all()] == ["PDF401"]
        assert "100 dots to the inch" in findings.all()[0].message
        assert results[2].detail == "1 pictures of dots, 1 of them coarse"

    def test_it_is_told_at_its_figure_or_else_at_its_chapter(self, tmp_path: Path) -> None:
        """By its size in dots; two figures that are alike in that are told apart by nothing, so the file is named."""
        sides = (90, 100, 110, 110)
        html = ""
        for number in range(len(sides)):
            picture = f'<img src="assets/{number}.png" alt="A square" style="width: {number + 1}in"/>'
            html += f'<figure id="fig-{number}" class="figure">{picture}</figure>' if number else f"<p>A {picture}</p>"
        assets = tuple(Asset(f"assets/{number}.png", "image/png", png(side)) for number, side in enumerate(sides))
        findings = Findings()
        checked(replace(only(html), assets=assets), tmp_path / "a.pdf", findings)
        told = [finding.span.path for finding in findings.all() if finding.rule.code == "PDF401"]
        assert sorted(told) == ["a.pdf", "a.pdf", "fig-1", "sec-1"]

    def test_a_fine_picture_is_not(self, tmp_path: Path) -> None:
        findings = Findings()
        checked(pictured(320), tmp_path / "a.pdf", findings)
        assert findings.all() == ()

    def test_a_page_without_bleed_is_told(self, tmp_path: Path) -> None:
        document = only("<p>Text</p>")
        path = printed(document, tmp_path / "a.pdf")
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.pages[0].obj.BleedBox = pdf.pages[0].obj.TrimBox
            del pdf.pages[1].obj.TrimBox
            pdf.save(path)
        findings = Findings()
        results = check_for_printers(path, document, findings, Span)
        assert results[0].state is CheckState.FAILED
        assert [finding.rule.code for finding in findings.all()] == ["PDF402", "PDF402"]
