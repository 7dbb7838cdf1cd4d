"""The printed edition: what stands in the PDF, and what is said when something cannot be printed."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import weasyprint

from pipeline.cache import Cache
from pipeline.diagnostics import Findings, Span, StageFailedError
from pipeline.document import Asset, Chapter, Document, Kind, NoteText
from pipeline.render import printable
from pipeline.render.drawings import in_press_type
from pipeline.render.engine import Engine, Sheet
from pipeline.render.fetch import ReportFetcher
from pipeline.render.forms import Design
from pipeline.render.holes import BROKEN, Floating, Follower, fill, floating
from pipeline.render.labels import roman
from pipeline.render.leaning import VERSION
from pipeline.render.pages import Block, Layout, Room, read_layout
from pipeline.render.pdf import PrintedPdf, print_pdf
from pipeline.render.printable import Placement
from pipeline.render.settle import arrange, settle
from pipeline.templating import Templates
from pipeline.toolchain import fonts
from pipeline.workspace import templates_folder
from tests.documents import RICH, WORDS, call, note, with_chapter

EPOCH = 1795435200  # 2026-11-23, noon
A4 = Design("A4", (), ())
OWN = Templates(templates_folder(), None, Path.as_posix, {})
PLACE = Span("report.pdf")
NO_CACHE = Cache(Path(os.devnull) / "cache")


def printing(document: Document, design: Design = A4, templates: Templates = OWN) -> tuple[PrintedPdf, list[str]]:
    """The edition, and its findings as "CODE place: message"."""
    findings = Findings()
    printed = print_pdf(document, design, templates, EPOCH, NO_CACHE, findings)
    return printed, [f"{f.rule.code} {f.span}: {f.message}" for f in findings.all()]


def texts(data: bytes) -> list[str]:
    """The text of every page, with spaces and line ends made one."""
    pdf = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    return [" ".join(re.sub("[\ufffe\u00ad\u2060]", "", page).split()) for page in pages]


def look_of(data: bytes, words: str) -> tuple[str, float, tuple[int, ...]]:
    """The font, its size in PDF units and the colour (red, green, blue) of the one text object with these words."""
    found = []
    for page in pypdfium2.PdfDocument(data):
        for item in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage()):
            if item.extract().strip() == words:
                channels = [ctypes.c_uint() for _ in range(4)]
                assert pypdfium2.raw.FPDFPageObj_GetFillColor(item, *channels)
                size = item.get_font_size() * item.get_matrix().a
                found.append((item.get_font().get_base_name(), round(size, 2), tuple(c.value for c in channels[:3])))
    assert len(found) == 1, words
    return found[0]


def only(html: str, *notes: NoteText, copies: int = 1) -> Document:
    """A report of one section, on page 1, or of several alike: quick to print."""
    sections = tuple(
        Chapter(f"sec-{number}", Kind.BACK, "", "Extra", "Extra", "Extra", "", html, notes)
        for number in range(1, copies + 1)
    )
    return replace(RICH, chapters=sections, contents=(), figures=(), tables=(), cover="")


@pytest.fixture(scope="module")
def rich() -> PrintedPdf:
    printed, findings = printing(RICH)
    assert findings == []
    return printed


@pytest.fixture(scope="module")
def pages(rich: PrintedPdf) -> list[str]:
    return texts(rich.data)


@pytest.fixture
def pdf(rich: PrintedPdf) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(BytesIO(rich.data)) as opened:
        yield opened


def page_of(pdf: pikepdf.Pdf, target: str) -> int:
    """The number of the page that a named destination lies on."""
    names = dict(pikepdf.NameTree(pdf.Root.Names.Dests).items())
    return pdf.pages.index(pikepdf.Page(names[target][0]))


@pytest.mark.artefact
class TestPages:
    def test_labels_are_what_viewers_show(self, rich: PrintedPdf, pdf: pikepdf.Pdf) -> None:
        assert [str(page.label) for page in pdf.pages] == list(rich.labels)
        assert rich.labels[:4] == ("Cover", "Cover 2", "i", "ii")
        assert rich.labels[-1] == "6"

    def test_folios_are_the_labels(self, rich: PrintedPdf) -> None:
        printed = 0
        for label, page in zip(rich.labels, pypdfium2.PdfDocument(rich.data), strict=True):
            height = page.get_height()
            head = page.get_textpage().get_text_bounded(bottom=height - 70, top=height - 40)
            if label not in ("Cover", "Cover 2", "i", "ii") and head.strip():
                assert label in head.split()
                printed += 1
        assert printed >= 4

    def test_chapter_pages_begin_again_at_one_on_a_right_hand_page(self, rich: PrintedPdf, pdf: pikepdf.Pdf) -> None:
        at = page_of(pdf, "sec-part-one")
        assert rich.labels[at] == "1"
        assert at % 2 == 0

    def test_order(self, pages: list[str]) -> None:
        wanted = ["A report that exists", "It holds one of everything", "First Author", "All rights and duties"]
        wanted += ["Figures and tables", "One sentence in larger type", "Part I The first", "The first paragraph"]
        found = [next(i for i in range(at, len(pages)) if words in pages[i]) for at, words in enumerate(wanted)]
        assert found == list(range(8))

    def test_contents_and_page_references_name_the_pages(
        self, rich: PrintedPdf, pdf: pikepdf.Pdf, pages: list[str]
    ) -> None:
        contents = next(text for text in pages if "Contents" in text)
        for entry in (*RICH.contents, *RICH.figures, *RICH.tables):
            label = rich.labels[page_of(pdf, entry.id)]
            assert re.search(rf"\b{label} {entry.label} ?{entry.plain}", contents), entry
        method = rich.labels[page_of(pdf, "sec-method")]
        summary = next(text for text in pages if "Two thousand people" in text)
        assert f"on page {method}." in summary
        assert "the page about method" not in summary

    @pytest.mark.parametrize(("name", "size"), [("A4", (595.3, 841.9)), ("Letter", (612, 792))])
    def test_paper(self, name: str, size: tuple[float, float]) -> None:
        turned = '<div class="figure landscape"><p>Turned.</p></div>'
        document = with_chapter(RICH, "sec-summary", html=turned, notes=())
        document = replace(document, chapters=document.chapters[:2], contents=(), figures=(), tables=(), cover="")
        printed, findings = printing(document, Design(name, (), ()))
        assert findings == []
        boxes = [page.get_size() for page in pypdfium2.PdfDocument(printed.data)]
        assert all(box == pytest.approx(size, abs=0.5) for box in boxes[:-1])
        assert boxes[-1] == pytest.approx(size[::-1], abs=0.5)

    def test_a_long_table_repeats_its_head_and_leaves_no_row_alone(self) -> None:
        seen = set()
        for rows in range(29, 35):
            body = "".join(f'<tr><th scope="row">Row</th><td>cell {n}.</td></tr>' for n in range(rows))
            head = '<thead><tr><th scope="col">Headword</th><th scope="col">Other</th></tr></thead>'
            html = f'<div class="table"><table>{head}<tbody>{body}</tbody></table></div>'
            printed, findings = printing(only(html))
            assert findings == []
            with_rows = [text for text in texts(printed.data) if "Row cell" in text]
            seen.add(len(with_rows))
            assert all("Headword" in text and text.count("Row cell") >= 2 for text in with_rows)
            assert sum(text.count("Row cell") for text in with_rows) == rows
        assert seen == {1, 2}


@pytest.mark.artefact
class TestFile:
    def test_outline_has_numbers_and_no_marks_of_notes(self, pdf: pikepdf.Pdf) -> None:
        def lines(items: list[pikepdf.OutlineItem], depth: int) -> list[tuple[int, str]]:
            return [line for item in items for line in ((depth, item.title), *lines(list(item.children), depth + 1))]

        with pdf.open_outline() as outline:
            assert lines(list(outline.root), 0) == [
                (0, "Contents"),
                (0, "Summary"),
                (0, "Part I The first part"),
                (1, "1 What was found"),
                (2, "1.1 Method and limits"),
                (3, "A detail"),
                (1, "2 Tables"),
                (0, "A An appendix"),
                (1, "A.1 More"),
                (0, "Bibliography"),
                (0, "Colophon"),
            ]

    def test_every_link_leads_somewhere(self, pdf: pikepdf.Pdf) -> None:
        targets = {name for name, _ in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
        inside, outside = set(), set()
        for page in pdf.pages:
            for annotation in page.get("/Annots", []):
                if "/A" in annotation:
                    outside.add(str(annotation.A.URI))
                else:
                    inside.add(str(annotation.Dest))
        assert inside <= targets
        notes = {item.id for chapter in RICH.chapters for item in chapter.notes}
        calls = {item.call_id for chapter in RICH.chapters for item in chapter.notes}
        assert notes | calls | {entry.id for entry in RICH.contents} <= inside
        assert outside == {"https://example.org/a?b=1&c=2"}

    def test_metadata(self, pdf: pikepdf.Pdf) -> None:
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo.Title) == "One of Everything & More"
        assert str(pdf.docinfo.Author) == "First Author, Second Author"
        assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate) == "D:20261123120000Z"
        assert pdf.Root.MarkInfo.Marked
        assert "pdfuaid" not in str(pdf.open_metadata())

    def test_only_the_press_s_fonts_are_embedded(self, pdf: pikepdf.Pdf) -> None:
        names = set()
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                assert "/FontFile2" in thing or "/FontFile3" in thing
                names.add(str(thing.FontName).split("+")[1])
        assert names
        assert all(name.startswith(("Source-Serif-4", "Source-Sans-3")) for name in names)

    def test_two_runs_in_two_time_zones_give_the_same_bytes(self, rich: PrintedPdf) -> None:
        program = (
            "import hashlib, tests.test_render_pdf as t; print(hashlib.sha256(t.printing(t.RICH)[0].data).hexdigest())"
        )
        folder = Path(__file__).parent
        environment = {**os.environ, "TZ": "Asia/Almaty", "PYTHONHASHSEED": "7"}
        environment["PYTHONPATH"] = os.pathsep.join((str(folder), str(folder.parent)))
        environment.pop("SOURCE_DATE_EPOCH", None)
        other = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert other.stdout.strip() == hashlib.sha256(rich.data).hexdigest()


@pytest.mark.artefact
class TestNotes:
    def test_every_note_is_printed_on_the_page_of_its_call(self, rich: PrintedPdf, pages: list[str]) -> None:
        assert [item.id for item in rich.notes] == [n.id for c in RICH.chapters for n in c.notes]
        assert all(item.call == item.text and item.inside for item in rich.notes)
        first = next(item for item in rich.notes if item.id == "note-first")
        assert first.text is not None
        assert "people came home.1 What follows" in pages[first.text]
        assert "1 A note with note 5." in pages[first.text]

    def test_a_note_keeps_its_paragraphs_and_list(self, rich: PrintedPdf, pages: list[str]) -> None:
        text = next(text for text in pages if "First paragraph of the note." in text)
        assert re.search(r"2 First paragraph of the note\. a list in it Last paragraph\.", text)

    def test_lines_between_the_paragraphs_of_a_note_leave_no_white(self) -> None:
        def height(html: str) -> float:
            return laid_out(f"<p>text{call('a', '1')}</p>", (("a", html),))[0].note_heights["note-a"]

        assert height("\n<p>one</p>\n\n<ul>\n<li>two</li>\n</ul>\n") == height("<p>one</p><ul><li>two</li></ul>")

    def test_a_call_stands_at_its_word(self) -> None:
        printed, _ = printing(only(f"<p>A word {call('x', '7')} here.</p>", note("x", "7", "<p>A note.</p>")))
        assert any("A word7 here." in text for text in texts(printed.data))

    @pytest.mark.parametrize("around", ["lead", "box", "pull", "key-figures", "side"])
    def test_a_note_is_set_alike_wherever_it_is_called(self, around: str) -> None:
        """It stands behind its call, and takes nothing from what is said of the paragraphs there."""
        paragraph = f"<p>Words{call('in', '7')}.</p>"
        pair = f"<dl><dt>9</dt><dd>{paragraph}</dd></dl>" if around == "key-figures" else paragraph
        html = f'<div class="{around}">{pair}</div><p>More words{call("out", "8")}.</p>'
        notes = (note("in", "7", "<p>Set inside.</p>"), note("out", "8", "<p>Set outside.</p>"))
        printed, findings = printing(only(html, *notes))
        assert findings == []
        inside, outside = (look_of(printed.data, words) for words in ("Set inside.", "Set outside."))
        assert inside == outside
        assert look_of(printed.data, "More words") != outside

    def test_notes_of_a_turned_page_and_after_it_stand_with_their_calls(self) -> None:
        rows = '<tr><th scope="row">Row</th><td>cell</td></tr>' * 22
        last = f'<div class="source"><p>Source{call("late", "7")}</p></div>'
        html = f'<div id="tbl-t" class="table landscape"><table><tbody>{rows}</tbody></table>{last}</div>'
        html += f"<p>After{call('next', '8')} the table.</p>"
        notes = (note("late", "7", f"<p>{'Late words. ' * 40}</p>"), note("next", "8", "<p>The next note.</p>"))
        printed, findings = printing(only(html, *notes))
        where = {item.id: (item.call, item.text) for item in printed.notes}
        call_page, text_page = where["note-late"]
        assert call_page is not None
        assert text_page == call_page
        assert where["note-next"] == (call_page + 1, call_page + 1)
        assert findings == []

    def test_a_note_higher_than_a_page_goes_on_over_the_next_ones_whole(self) -> None:
        words = [f"w{number}x" for number in range(2500)]
        html = f"<p>{' '.join(words)}</p>"
        document = with_chapter(RICH, "sec-annex", notes=(note("title", "6", html),))
        printed, findings = printing(document)
        assert findings == []
        where = next(item for item in printed.notes if item.id == "note-title")
        assert where.call == where.text
        pages = pypdfium2.PdfDocument(printed.data)
        texts = ["".join(page.get_textpage().get_text_bounded().split()) for page in pages]
        holding = [number for number, text in enumerate(texts) if re.search(r"w\d+xw\d+x", text)]
        assert len(holding) > 2, "the note is not higher than a page, or this test says nothing"
        assert holding[0] == where.text and holding == list(range(holding[0], holding[-1] + 1))
        found = re.findall(r"w(\d+)x", "".join(texts[number] for number in holding))
        assert [int(number) for number in found] == list(range(2500))

    def test_a_note_in_a_side_note_is_lost_and_reported_by_the_engine_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.render.engine.continued", nullcontext)
        html = f'<p>Text.</p><div class="side"><p>Aside{call("aside", "7")}</p></div>'
        _, findings = printing(only(html, note("aside", "7", "<p>A note.</p>")))
        assert [f for f in findings if "WPR003" in f] == [
            'WPR003 note-aside: note "note-aside" is called on page 1 and printed nowhere'
        ]

    def test_a_note_that_is_never_called_is_reported(self) -> None:
        _, findings = printing(with_chapter(RICH, "sec-annex", title="An appendix"))
        assert 'WPR003 note-title: the call of note "note-title" is not printed' in findings


@pytest.mark.artefact
class TestFaults:
    def test_an_address_outside_the_report_is_refused(self) -> None:
        for address in ("https://example.org/x.png", "file:///etc/hostname", "../secret.png", "css/../../x.svg"):
            html = f'<p>Text <img src="{address}" alt="x"/></p>'
            printed, findings = printing(only(html))
            assert printed.pages
            assert len(findings) == 1, findings
            assert re.match(r'WPR002 rich-report\.pdf: "\S+" is not part of the report$', findings[0]), findings

    def test_a_link_to_a_file_is_reported(self) -> None:
        html = '<p>See <a href="other.html">there</a>.</p>'
        _, findings = printing(only(html))
        assert findings == ['WPR002 rich-report.pdf: the link to "other.html" on page 1 leads nowhere']

    def test_a_link_to_an_id_that_is_not_there_is_reported(self) -> None:
        html = '<p>See <a class="ref" href="#sec-gone">there</a>.</p>'
        _, findings = printing(only(html))
        assert len(findings) == 1
        assert "WPR001" in findings[0]
        assert "sec-gone" in findings[0]

    def test_a_fault_in_a_style_sheet_is_told_with_its_place(self, tmp_path: Path) -> None:
        own = tmp_path / "own.css"
        own.write_text("p {\n  color: black;\n  colour: red;\n}\n\nh1::nothing { color: red }\n")
        _, findings = printing(only("<p>Text.</p>"), Design("A4", (), (own,)))
        assert findings == [
            f"WPR001 {own}:3:3: Ignored `colour: red`, unknown property.",
            f"WPR001 {own}:6:1: Invalid or unsupported selector, 'h1::nothing '",
        ]

    def test_a_character_that_no_font_has_is_named(self) -> None:
        html = "<p>It is done ✅ now, and ✅ again.</p>"
        _, findings = printing(only(html))
        expected = 'WPR006 sec-1: no font has "✅" (U+2705 WHITE HEAVY CHECK MARK) in "It is done ✅ now, and'
        assert any(f.startswith(expected) for f in findings), findings
        assert sum("WPR006" in f for f in findings) == 1

    def test_a_font_of_the_machine_is_reported(self) -> None:
        letter = b'<text y="5" font-family="monospaced">a</text>'
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' + letter + b"</svg>"
        assets = (Asset("assets/fig-totals.svg", "image/svg+xml", drawing), RICH.assets[1])
        html = '<p><img src="assets/fig-totals.svg" alt="A letter"/></p>'
        _, findings = printing(replace(only(html), assets=assets))
        assert len(findings) == 1
        assert re.match(r'WPR007 rich-report\.pdf: the font ".+" of this machine is used', findings[0])

    def test_text_off_the_page_is_reported(self) -> None:
        html = '<p style="white-space: nowrap">' + "word " * 80 + "</p>"
        _, findings = printing(only(html))
        assert [f for f in findings if f.startswith("WPR005 sec-1: text runs off page 1")]

    def test_a_template_that_is_not_xml_is_told_with_its_words(self) -> None:
        with pytest.raises(StageFailedError) as failed:
            printing(only("<p>One<br>two</p>"))
        finding = failed.value.findings[0]
        assert finding.rule.code == "WPR010"
        assert "One<br>two" in finding.message

    def test_a_crash_of_the_engine_is_a_finding(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def crash(*_: object, **__: object) -> None:
            raise AssertionError("not page_is_empty")

        monkeypatch.setattr(weasyprint.Document, "_render", crash)
        with pytest.raises(StageFailedError) as failed:
            printing(RICH)
        finding = failed.value.findings[0]
        assert finding.rule.code == "WPR008"
        assert finding.message == "the layout engine stopped while laying out pages (AssertionError: not page_is_empty)"

    def test_another_version_of_the_engine_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(weasyprint, "__version__", "71.0")
        with pytest.raises(StageFailedError) as failed:
            printing(RICH)
        assert failed.value.findings[0].rule.code == "WPR012"

    def test_a_report_may_choose_colours(self) -> None:
        printed, findings = printing(RICH, Design("A4", (("accent", "#aa0000"), ("ground", "#ffeeaa")), ()))
        assert findings == []
        cover = pypdfium2.PdfDocument(printed.data)[0].render(scale=0.2).to_pil().convert("RGB")
        assert cover.getpixel((2, 2)) == (255, 238, 170)
        with pikepdf.open(BytesIO(printed.data)) as opened:
            assert b"0.666667 0 0 rg" in opened.pages[2].Contents.read_bytes()

    def test_a_report_may_replace_a_template(self, tmp_path: Path) -> None:
        (tmp_path / "print").mkdir()
        (tmp_path / "print" / "opener.html.j2").write_text('<p class="own">Own opener</p>\n')
        templates = Templates(templates_folder(), tmp_path, Path.as_posix, {})
        printed, findings = printing(RICH, templates=templates)
        assert findings == []
        assert sum("Own opener" in text for text in texts(printed.data)) == 2


@pytest.mark.artefact
class TestEngineContract:
    """What the press relies on inside WeasyPrint 70.0; an upgrade has to pass here first."""

    def test_the_version_is_the_proved_one(self) -> None:
        assert weasyprint.__version__ == VERSION

    def test_a_tree_is_laid_out_as_it_is(self) -> None:
        """HTML's parser would close the paragraph before the block in it; the tree keeps it inside."""
        layout, _ = laid_out(f"<p>before{call('a', '1')} after</p>", (("a", "<p>one</p><p>two</p>"),))
        assert layout.notes[0].call == layout.notes[0].text == 0
        assert layout.note_heights["note-a"] > 20

    def test_the_engine_loses_notes_and_the_press_finds_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second line with a note that fits only when the first line's note is moved: the engine forgets it."""
        monkeypatch.setattr("pipeline.render.engine.continued", nullcontext)
        lost = []
        for lines in range(29, 37):
            text = f"<p>first{call('a', '1')}<br/>second{call('b', '2')}" + "<br/>more" * 5 + "</p>"
            html = "<p>" + "<br/>".join(["line"] * lines) + "</p>" + text
            notes = (("a", f"<p>{'word ' * 30}</p>"), ("b", "<p>word word</p>"))
            layout, settled = laid_out(html, notes)
            lost += [item.id for item in layout.notes if item.text is None]
            assert all(item.text is not None and item.text - item.call in (0, 1) for item in settled.notes)  # type: ignore[operator]
        assert lost == ["note-b"]


SMALL_PAGE = """@font-face { font-family: Serif; src: url(fonts/SourceSerif4.ttf) }
@page { size: A5; margin: 15mm; @footnote { border-top: .5pt solid } }
body { font: 10pt/1.3 Serif; margin: 8px }
.footnote { float: footnote; font-size: 8pt } .footnote p { margin: 0 }
.footnote::footnote-call, .footnote::footnote-marker { content: none }
.keep { break-inside: avoid }"""


def laid_out(html: str, notes: tuple[tuple[str, str], ...]) -> tuple[Layout, Layout]:
    """A chapter on small pages: its first layout, and the one that the press settles on."""
    behind = "".join(
        f'<div class="footnote" id="note-{id}" data-call="noteref-{id}" data-mark="9">{text}</div>'
        for id, text in notes
    )
    page = f'<html lang="en"><head><title>t</title></head><body><section id="s">{html}{behind}</section></body></html>'
    root = printable.read(page, PLACE)
    printable.prepare(root, WORDS)
    findings = Findings()
    fetcher = ReportFetcher((), fonts(), OWN, findings, PLACE)
    engine = Engine((Sheet(SMALL_PAGE, "small.css"),), fetcher, findings, PLACE)
    ids = tuple((f"note-{id}", f"noteref-{id}") for id, _ in notes)
    first = read_layout(engine.lay_out(printable.placed(root, Placement(), ())), ids, "Cover")
    settled = settle(engine, root, ids, "Cover", findings, PLACE)
    assert findings.all() == ()
    return first, settled.layout


class TestSideNotes:
    def test_each_stands_where_it_wants_when_there_is_room(self) -> None:
        assert arrange([(100, 50), (300, 50)], [], 0, 1000) == [100, 300]

    def test_the_second_gives_way_to_the_first(self) -> None:
        assert arrange([(100, 50), (110, 50)], [], 0, 1000) == [100, 160]

    def test_the_last_is_lifted_from_the_foot_and_lifts_the_one_above(self) -> None:
        assert arrange([(900, 60), (960, 60)], [], 0, 1000) == [870, 940]

    def test_none_stands_on_a_wide_figure(self) -> None:
        assert arrange([(100, 50)], [(90, 400)], 0, 1000) == [410]
        assert arrange([(100, 50)], [(120, 990)], 0, 1000) == [60]

    def test_too_many_are_not_squeezed(self) -> None:
        assert arrange([(0, 600), (0, 600)], [], 0, 1000) is None

    @pytest.mark.artefact
    def test_wide_blocks_and_side_notes_reach_outwards_on_both_sides(self) -> None:
        block = '<div class="side"><p>Sidelong</p></div><p>Text.</p>'
        printed, findings = printing(only(block, copies=2))
        assert findings == []
        width, seen = 595.3, {}
        for number, page in enumerate(pypdfium2.PdfDocument(printed.data)):
            text = page.get_textpage()
            found = text.search("Sidelong").get_next()
            if found is not None:
                left = text.get_charbox(found[0])[0]
                seen[number % 2] = left / width
        assert seen[0] > 0.65, "outer is right on a right-hand page"
        assert seen[1] < 0.15, "and left on a left-hand one"


class TestHoles:
    ROOM = Room(verso=False, top=100, bottom=1000, foot=900, width=800, height=1100)

    def layout(self, filled: float, **flow: Block) -> Layout:
        return Layout(
            rooms=(self.ROOM, self.ROOM),
            labels=("1", "2"),
            folios=("1", "2"),
            counts=((None, 1), (None, 1)),
            filled=(filled, 900),
            sections=(frozenset({"sec"}), frozenset({"sec"})),
            blocks=(),
            flow=flow,
            notes=(),
            note_heights={"note-a": 30.0},
            stray=(),
            anchors={},
            addresses=(),
        )

    def test_text_fills_the_page_before_a_figure(self) -> None:
        block = Floating("f", "sec", False, False, (Follower("a", ()), Follower("b", ())))
        flow = {"f": Block("f", False, 1, 100, 300), "a": Block("a", False, 1, 400, 150)}
        flow["b"] = Block("b", False, 1, 550, 150)
        assert fill(self.layout(500, **flow), (block,), {}) == {"f": 2}
        assert fill(self.layout(800, **flow), (block,), {}) == {"f": 1}
        assert fill(self.layout(860, **flow), (block,), {}) == {}

    def test_a_turned_page_is_not_preceded_by_the_rest_of_a_paragraph(self) -> None:
        block = Floating("f", "sec", True, False, (Follower("a", ("note-a",)), Follower("b", ())))
        flow = {"f": Block("f", False, 1, 100, 300), "a": Block("a", False, 1, 400, 150)}
        flow["b"] = Block("b", False, 1, 550, 150)
        assert fill(self.layout(700, **flow), (block,), {}) == {"f": 1}
        assert fill(self.layout(725, **flow), (block,), {}) == {}

    def test_a_table_is_broken_when_nothing_else_fills_a_large_hole(self) -> None:
        table = Floating("f", "sec", False, True, ())
        high, low = {"f": Block("f", False, 1, 100, 400)}, {"f": Block("f", False, 1, 100, 200)}
        assert fill(self.layout(600, **high), (table,), {}) == {"f": BROKEN}
        assert fill(self.layout(800, **high), (table,), {}) == {}
        assert fill(self.layout(600, **low), (table,), {}) == {}

    def test_neither_headings_nor_notes_are_passed(self) -> None:
        noted = f'<p>x{call("n", "1")}<div class="footnote" id="note-n"/></p>'
        matter = f'<div class="box"/><p/>{noted}<h2/><p/><div class="box">{noted}</div><p/>{noted}'
        root = printable.read(f'<section id="sec"><div class="matter">{matter}</div></section>', PLACE)
        assert [len(block.followers) for block in floating(root)] == [2, 1]


class TestSmallThings:
    def test_roman(self) -> None:
        assert [roman(n) for n in (1, 4, 9, 14, 40, 99)] == ["i", "iv", "ix", "xiv", "xl", "xcix"]

    def test_drawings_without_a_typeface_get_the_press_s(self) -> None:
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><text style="font-family: Arial, serif">a</text></svg>'
        drawn = in_press_type(svg).decode()
        assert '<svg xmlns="http://www.w3.org/2000/svg" font-family="Source Sans 3">' in drawn
        assert "font-family: Arial, Source Serif 4" in drawn

    def test_titles_do_not_end_on_a_lonely_word(self) -> None:
        heading = '<h1><span class="number">1</span> Who pays, and for how long</h1>'
        root = printable.read(f"<section>{heading}</section>", PLACE)
        printable.prepare(root, WORDS)
        assert "".join(str(part) for part in root.itertext()) == "1 Who pays, and for how\u00a0long"
