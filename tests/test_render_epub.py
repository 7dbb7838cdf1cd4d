"""The EPUB writer: facts read back from the archive, never from the code that wrote it."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from PIL import Image

from pipeline.checks import CheckState
from pipeline.diagnostics import Findings, StageFailedError
from pipeline.document import Asset, Chapter, Document, Kind
from pipeline.render.epub import write_epub
from pipeline.render.epub_access import derive
from pipeline.render.epub_fonts import FACES, embedded_fonts
from pipeline.render.epub_pages import file_names, reading_direction
from pipeline.templating import Templates
from pipeline.verify.epub import check_epub
from pipeline.workspace import templates_folder
from tests.documents import IMPRINT, RICH, call, note, with_chapter

EPOCH = 1795435200  # 2026-11-23T12:00:00Z
NAMESPACES = {
    "h": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "epub": "http://www.idpf.org/2007/ops",
}


class Book:
    """An EPUB in memory, asked with XPath."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.names = self.archive.namelist()

    def ask(self, name: str, path: str) -> list[str]:
        """The texts, attributes or elements that a path finds in a file of the book."""
        root = etree.fromstring(self.archive.read(f"EPUB/{name}"))
        found = root.xpath(path, namespaces=NAMESPACES)
        assert isinstance(found, list)
        return [_words(item) if isinstance(item, etree._Element) else str(item) for item in found]

    def package(self, path: str) -> list[str]:
        return self.ask("package.opf", path)

    def meta(self, name: str) -> list[str]:
        return self.package(f"//opf:meta[@property='{name}']")

    def pages(self) -> list[str]:
        """The content documents in reading order."""
        ids = self.package("//opf:itemref/@idref")
        return [self.package(f"//opf:item[@id='{id}']/@href")[0] for id in ids]


def _words(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def templates(report: Path | None = None) -> Templates:
    return Templates(templates_folder(), report, str, {})


def written(document: Document, report: Path | None = None) -> Book:
    findings = Findings()
    book = Book(write_epub(document, (), templates(report), EPOCH, findings))
    assert findings.all() == ()
    return book


def codes_of(document: Document) -> list[str]:
    findings = Findings()
    write_epub(document, (), templates(), EPOCH, findings)
    return [finding.rule.code for finding in findings.all()]


@pytest.fixture(autouse=True)
def small_cover(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw covers small where their pixels are not what is asked: they take half the time of a book."""
    if "cover" not in request.node.name and "artefact" not in request.keywords:
        monkeypatch.setattr("pipeline.render.cover.PIXELS", 80)


@pytest.fixture(scope="module")
def rich() -> Book:
    return written(RICH)


# ---------------------------------------------------------------- the archive


def test_the_mimetype_is_the_first_entry_and_stored(rich: Book) -> None:
    first = rich.archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert (first.extra, first.header_offset) == (b"", 0)
    assert rich.archive.read("mimetype") == b"application/epub+zip"


def test_entries_are_sorted_and_dated_by_the_epoch(rich: Book) -> None:
    assert rich.names[1:] == sorted(rich.names[1:])
    assert {entry.date_time for entry in rich.archive.infolist()} == {(2026, 11, 23, 12, 0, 0)}


def test_a_moment_before_zip_existed_is_moved_to_its_beginning() -> None:
    data = write_epub(RICH, (), templates(), 0, Findings())
    assert {entry.date_time[0] for entry in Book(data).archive.infolist()} == {1980}
    assert Book(data).meta("dcterms:modified") == ["1970-01-01T00:00:00Z"]


@pytest.mark.artefact
def test_two_processes_in_two_time_zones_write_the_same_bytes() -> None:
    program = (
        "import hashlib, sys; from tests.documents import RICH; from tests.test_render_epub import *;"
        "print(hashlib.sha256(write_epub(RICH, (), templates(), EPOCH, Findings())).hexdigest())"
    )
    root = Path(__file__).resolve().parents[1]
    digests = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for zone, seed in (("Asia/Almaty", "1"), ("America/Los_Angeles", "2"))
    ]
    here = hashlib.sha256(write_epub(RICH, (), templates(), EPOCH, Findings())).hexdigest()
    assert digests == [here, here]


def test_every_file_is_in_the_manifest_and_every_page_in_the_spine(rich: Book) -> None:
    declared = {f"EPUB/{href}" for href in rich.package("//opf:item/@href")}
    assert declared | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"} == set(rich.names)
    assert rich.pages() == [
        "cover.xhtml",
        "titlepage.xhtml",
        "sec-imprint.xhtml",
        "nav.xhtml",
        "sec-summary.xhtml",
        "sec-part-one.xhtml",
        "sec-findings.xhtml",
        "sec-tables.xhtml",
        "sec-annex.xhtml",
        "sec-bibliography.xhtml",
        "sec-colophon.xhtml",
    ]


# ---------------------------------------------------------------- the text


def test_links_lead_to_the_files_of_their_targets(rich: Book) -> None:
    assert rich.ask("sec-findings.xhtml", "//h:a[@class='ref']/@href") == [
        "#fig-totals",
        "sec-tables.xhtml#tbl-counts",
        "sec-summary.xhtml#note-first",
        "sec-annex.xhtml#sec-annex",
    ]


def test_a_page_reference_is_a_plain_link_with_its_words(rich: Book) -> None:
    link = "//h:a[text()='the page about method']"
    assert rich.ask("sec-summary.xhtml", f"{link}/@href") == ["sec-findings.xhtml#sec-method"]
    assert rich.ask("sec-summary.xhtml", f"{link}/@class | {link}/@data-front") == []


def test_all_ids_of_the_report_are_in_the_book_unchanged(rich: Book) -> None:
    found = {id for page in rich.pages() for id in rich.ask(page, "//@id")}
    sections = {chapter.id for chapter in RICH.chapters}
    notes = {id for chapter in RICH.chapters for n in chapter.notes for id in (n.id, n.call_id)}
    inside = {
        "sec-part-one",
        "sec-method",
        "sec-detail",
        "fig-totals",
        "tbl-counts",
        "sec-annex-more",
        "ref-a",
    }
    assert sections | notes | inside <= found


def test_every_note_is_called_and_leads_back(rich: Book) -> None:
    called, printed, back = [], [], []
    for page in rich.pages():
        called += rich.ask(page, "//h:sup/h:a[@epub:type='noteref'][@role='doc-noteref']/@href")
        notes = "//h:section[@role='doc-endnotes'][@epub:type='footnotes']/h:div"
        printed += rich.ask(page, f"{notes}[@epub:type='footnote'][@role='doc-footnote']/@id")
        back += rich.ask(page, f"{notes}/h:p[1]/h:a[1][@role='doc-backlink']/@href")
    names = ["first", "blocks", "heading", "figure", "cell", "title"]
    assert called == [f"#note-{name}" for name in names]
    assert printed == [f"note-{name}" for name in names]
    assert back == [f"#noteref-{name}" for name in names]


def test_a_note_begins_with_its_number_and_keeps_all_its_blocks(rich: Book) -> None:
    assert rich.ask("sec-findings.xhtml", "//h:div[@role='doc-footnote']") == [
        "2. First paragraph of the note.a list in itLast paragraph.",
        "3. A note to a heading.",
        "4. A note that begins with a list.",
    ]
    assert rich.ask("sec-findings.xhtml", "//h:div[@id='note-blocks']/h:ul/h:li") == ["a list in it"]


def test_a_note_of_bare_words_gets_a_paragraph() -> None:
    chapter = with_chapter(RICH, "sec-tables", notes=(note("cell", "5", "Bare <em>words</em>."),))
    assert written(chapter).ask("sec-tables.xhtml", "//h:div[@id='note-cell']/h:p") == ["5. Bare words."]


def test_the_number_of_a_chapter_stands_in_its_heading(rich: Book) -> None:
    assert rich.ask("sec-findings.xhtml", "//h:h1") == ["1 What was found"]
    assert rich.ask("sec-findings.xhtml", "//h:h1/h:em") == ["found"]
    assert rich.ask("sec-summary.xhtml", "//h:h1") == ["Summary"]
    assert rich.ask("sec-part-one.xhtml", "//h:section[@role='doc-part']/h:h1") == ["Part I The first part"]
    assert rich.ask("sec-annex.xhtml", "//h:h1") == ["A An appendix6"]


def test_text_reaches_the_book_whole(rich: Book) -> None:
    """Every word of every chapter is there: nothing lost while links were pointed and notes were moved."""
    for chapter in RICH.chapters:
        shown = rich.ask(file_names(RICH)[chapter.id], "//h:body")[0]
        for source in (chapter.title, chapter.lead, chapter.html, *(n.html for n in chapter.notes)):
            for text in etree.fromstring(f"<div>{source}</div>").itertext():
                assert " ".join(str(text).split()) in shown


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("sec-imprint.xhtml", ["frontmatter", "imprint", ""]),
        ("sec-summary.xhtml", ["frontmatter", "", ""]),
        ("sec-findings.xhtml", ["bodymatter", "chapter", "doc-chapter"]),
        ("sec-annex.xhtml", ["backmatter", "appendix", "doc-appendix"]),
        ("sec-bibliography.xhtml", ["backmatter", "bibliography", "doc-bibliography"]),
        ("sec-colophon.xhtml", ["backmatter", "colophon", "doc-colophon"]),
    ],
)
def test_sections_say_what_they_are(rich: Book, page: str, expected: list[str]) -> None:
    matter = rich.ask(page, "//h:body/@epub:type")
    section = [(rich.ask(page, f"//h:body/h:section/@{name}") or [""])[0] for name in ("epub:type", "role")]
    assert matter + section == expected


def test_only_front_matter_that_says_so_is_a_foreword() -> None:
    foreword = replace(RICH.chapters[1], id="sec-foreword", html="<p>Text.</p>", notes=())
    document = with_chapter(RICH, "sec-tables", html=f'<p>{call("cell", "5")} x<a id="tbl-counts"></a></p>')
    document = replace(document, chapters=(foreword, *document.chapters))
    book = written(document)
    assert book.ask("sec-foreword.xhtml", "//h:body/h:section/@role") == ["doc-foreword"]


def test_tables_keep_the_scope_of_their_headers(rich: Book) -> None:
    assert rich.ask("sec-tables.xhtml", "//h:th/@scope") == [
        *["col"] * 3,
        "rowgroup",
        *["row"] * 3,
    ]


def test_empty_elements_keep_their_end_tags() -> None:
    chapter = with_chapter(RICH, "sec-colophon", html='<p>a<span class="x"/>b<br/>c</p><table><tr><td/></tr></table>')
    text = written(chapter).archive.read("EPUB/sec-colophon.xhtml").decode()
    assert '<p>a<span class="x"></span>b<br/>c</p>' in text
    assert "<td></td>" in text


# ---------------------------------------------------------------- navigation


def test_the_contents_are_nested_by_level_and_parts_end_where_their_kind_ends(rich: Book) -> None:
    top = "//h:nav[@epub:type='toc']/h:ol/h:li"
    assert rich.ask("nav.xhtml", f"{top}/h:a") == [
        "Summary",
        "Part I The first part",
        "A An appendix",
        "Bibliography",
    ]
    assert rich.ask("nav.xhtml", f"{top}/h:ol/h:li/h:a") == ["1 What was found", "2 Tables", "A.1 More"]
    assert rich.ask("nav.xhtml", f"{top}/h:ol/h:li/h:ol/h:li/h:a/@href") == ["sec-findings.xhtml#sec-method"]


def test_figures_and_tables_have_lists(rich: Book) -> None:
    for kind, href, words in (
        ("loi", "sec-findings.xhtml#fig-totals", "Figure 1 Most are children"),
        ("lot", "sec-tables.xhtml#tbl-counts", "Table 1 Two ways of counting"),
    ):
        assert rich.ask("nav.xhtml", f"//h:nav[@epub:type='{kind}']//h:a/@href") == [href]
        assert rich.ask("nav.xhtml", f"//h:nav[@epub:type='{kind}']//h:a") == [words]


def test_landmarks_name_what_is_there_and_nothing_else(rich: Book) -> None:
    path = "//h:nav[@epub:type='landmarks']//h:a/@epub:type"
    expected = ["cover", "titlepage", "toc", "bodymatter", "backmatter", "bibliography", "loi", "lot"]
    assert rich.ask("nav.xhtml", path) == expected
    few = replace(RICH, figures=(), tables=(), contents=RICH.contents[:1], chapters=RICH.chapters[:3])
    few = with_chapter(few, "sec-findings", html=few.chapters[2].html.replace("#tbl-counts", "#sec-method"))
    few = with_chapter(few, "sec-findings", html=few.chapters[2].html.replace("#sec-annex", "#sec-method"))
    few = with_chapter(few, "sec-summary", notes=(note("first", "1", "<p>x</p>"),))
    assert written(few).ask("nav.xhtml", path) == ["cover", "titlepage", "toc", "bodymatter"]


def test_a_report_without_contents_still_has_a_navigation() -> None:
    book = written(replace(RICH, contents=()))
    found = book.ask("nav.xhtml", "//h:nav[@epub:type='toc']//h:a")
    assert found == [
        "Imprint",
        "Summary",
        "1 What was found",
        "2 Tables",
        "A An appendix",
        "Bibliography",
        "Colophon",
    ]


# ---------------------------------------------------------------- names of files


def test_ids_that_cannot_name_a_file_get_another_name() -> None:
    def chapter(id: str) -> Chapter:
        return Chapter(id, Kind.CHAPTER, "", "T", "T", "T", "", "<p>x</p>", ())

    chapters = tuple(map(chapter, ("sec-a", "SEC-A", "sec-итог", "nav", "a/b")))
    names = file_names(replace(RICH, chapters=chapters))
    assert list(names.values()) == [
        "sec-a.xhtml",
        "section-002.xhtml",
        "section-003.xhtml",
        "section-004.xhtml",
        "section-005.xhtml",
    ]


@pytest.mark.parametrize(
    ("lang", "direction"),
    [("en-GB", "ltr"), ("kk", "ltr"), ("ar", "rtl"), ("fa-AF", "rtl"), ("kk-Arab", "rtl"), ("arn", "ltr")],
)
def test_the_direction_follows_the_script(lang: str, direction: str) -> None:
    assert reading_direction(lang) == direction


# ---------------------------------------------------------------- metadata


def test_languages_are_those_that_blocks_are_written_in() -> None:
    html = (
        '<p id="sec-annex-more">A word, <i lang="ru">слово</i>.</p><blockquote lang="de"><p>Ein Satz.</p></blockquote>'
    )
    book = written(with_chapter(RICH, "sec-annex", html=html))
    assert book.package("//dc:language") == ["en-GB", "de"]


def test_formulas_of_a_template_stay_formulas() -> None:
    """Markdown has none (TXT002: no PDF can show them); what a template of the report brings is kept and declared."""
    formula = '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math>'
    book = written(with_chapter(RICH, "sec-annex", html=f'<p id="sec-annex-more">It is {formula}.</p>'))
    (page,) = (name for name in book.pages() if book.ask(name, "//*[@id='sec-annex-more']/@id"))
    assert book.ask(page, "//*[local-name() = 'msup']/*/text()") == ["x", "2"]
    assert book.package(f"//opf:item[@href='{page}']/@properties") == ["mathml"]
    assert "MathML" in book.meta("schema:accessibilityFeature")


def test_the_package_states_the_facts_of_the_imprint(rich: Book) -> None:
    assert rich.package("//dc:title") == [IMPRINT.title, IMPRINT.subtitle]
    assert rich.meta("title-type") == ["main", "subtitle"]
    assert rich.package("//dc:creator") == ["First Author", "Second Author"]
    assert rich.meta("role") == ["aut", "aut"]
    assert rich.meta("file-as") == ["Author, First", "Author, Second"]
    assert rich.package("//dc:publisher | //dc:language | //dc:date") == [
        "A Publisher",
        "en-GB",
        "2026-11-23",
    ]
    assert rich.meta("dcterms:modified") == ["2026-11-23T12:00:00Z"]
    assert rich.package("//dc:description") == [IMPRINT.abstract]
    assert rich.package("//dc:subject") == ["testing", "printing"]
    assert rich.package("//dc:rights") == ["Copyright 2026 the authors.", "CC-BY-4.0"]
    assert rich.meta("belongs-to-collection") == ["A Series"]
    assert rich.meta("group-position") == ["3"]
    assert rich.package("//opf:meta[@property='dcterms:conformsTo']") == []


@pytest.mark.parametrize(
    ("isbn", "doi", "expected"),
    [
        ("978-0-306-40615-7", "10.5555/1", "urn:isbn:9780306406157"),
        ("", "10.5555/1", "doi:10.5555/1"),
        ("", "", "urn:uuid:"),
    ],
)
def test_the_unique_identifier_is_the_best_there_is(isbn: str, doi: str, expected: str) -> None:
    book = written(replace(RICH, imprint=replace(IMPRINT, isbn_epub=isbn, doi=doi)))
    unique = book.package("//dc:identifier[@id=/opf:package/@unique-identifier]")[0]
    assert unique.startswith(expected)


def test_another_version_has_another_uuid_and_the_same_one_the_same() -> None:
    def identifier(version: str) -> str:
        imprint = replace(IMPRINT, isbn_epub="", doi="", version=version)
        return written(replace(RICH, imprint=imprint)).package("//dc:identifier")[0]

    assert identifier("1.0.0") == identifier("1.0.0") != identifier("1.0.1")


def test_a_bare_imprint_makes_no_empty_metadata() -> None:
    bare = replace(
        IMPRINT, subtitle="", kicker="", creators=(), publisher="", publisher_place="", series="",
        series_number="", issn="", doi="", isbn_epub="", report_number="", rights="", license="",
        abstract="", keywords=(),
    )  # fmt: skip
    book = written(replace(RICH, imprint=bare))
    assert book.package("//opf:metadata/*[not(normalize-space())][not(@content)]") == []


# ---------------------------------------------------------------- accessibility


def _document_with_body(html: str) -> Document:
    chapter = Chapter("sec-only", Kind.CHAPTER, "1", "Only", "Only", "Only", "", html, ())
    return replace(RICH, chapters=(chapter,), contents=(), figures=(), tables=())


_DESCRIBED = '<p><img src="assets/fig-totals.svg" alt="Bars."/></p>'
_BARE = '<p><img src="assets/fig-totals.svg"/></p>'
_DECORATIVE = '<p><img src="assets/dot.png" alt=""/></p>'


@pytest.mark.parametrize(
    ("html", "modes", "sufficient", "has_alternatives"),
    [
        ("<p>Text.</p>", ["textual"], ["textual"], False),
        (_DECORATIVE, ["textual"], ["textual"], False),
        (_DESCRIBED, ["textual", "visual"], ["textual,visual", "textual"], True),
        (_DESCRIBED + _DECORATIVE, ["textual", "visual"], ["textual,visual", "textual"], True),
        (_BARE, ["textual", "visual"], ["textual,visual"], False),
        (_DESCRIBED + _BARE, ["textual", "visual"], ["textual,visual"], False),
    ],
)
def test_modes_and_alternatives_follow_the_images(
    html: str, modes: list[str], sufficient: list[str], has_alternatives: bool
) -> None:
    book = written(_document_with_body(html))
    assert book.meta("schema:accessMode") == modes
    assert book.meta("schema:accessModeSufficient") == sufficient
    assert ("alternativeText" in book.meta("schema:accessibilityFeature")) is has_alternatives


def test_features_are_those_of_the_book(rich: Book) -> None:
    assert rich.meta("schema:accessibilityFeature") == [
        "tableOfContents",
        "readingOrder",
        "structuralNavigation",
        "alternativeText",
        "displayTransformability",
        "ARIA",
    ]
    assert rich.meta("schema:accessibilityHazard") == ["none"]


def test_a_heading_that_skips_a_level_ends_structural_navigation() -> None:
    book = written(_document_with_body("<h2>a</h2><h4>b</h4>"))
    assert "structuralNavigation" not in book.meta("schema:accessibilityFeature")


_MOVING_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><rect><animate attributeName="x"/></rect></svg>'
_TWO_FRAMES = b"GIF89a" + b"\x21\xf9\x04" * 2


@pytest.mark.parametrize(
    ("asset", "hazard"),
    [
        (Asset("assets/a.svg", "image/svg+xml", b"<svg/>"), "none"),
        (Asset("assets/a.svg", "image/svg+xml", _MOVING_SVG), "unknown"),
        (Asset("assets/a.gif", "image/gif", b"GIF89a\x21\xf9\x04"), "none"),
        (Asset("assets/a.gif", "image/gif", _TWO_FRAMES), "unknown"),
        (Asset("assets/a.png", "image/png", b"\x89PNG...acTL..."), "unknown"),
        (Asset("assets/a.mp4", "video/mp4", b""), "unknown"),
    ],
)
def test_hazards_are_denied_only_where_nothing_moves(asset: Asset, hazard: str) -> None:
    assert derive((), (asset,), "").hazard == hazard


@pytest.mark.parametrize(
    ("style", "transformable", "hazard"),
    [
        ("p { font-size: 1.2em; color: inherit } /* color: red; 12px; animation: x */", True, "none"),
        ("figure img { background-color: #fff }", True, "none"),
        ("p { font-size: 12px }", False, "none"),
        ("p { font: 10pt serif }", False, "none"),
        ("p { color: #333 }", False, "none"),
        ("p { background: white }", False, "none"),
        ("p { animation: blink 1s }", True, "unknown"),
    ],
)
def test_the_style_sheet_of_a_report_counts_too(style: str, transformable: bool, hazard: str) -> None:
    access = derive((), (), style)
    assert ("displayTransformability" in access.features, access.hazard) == (transformable, hazard)


def test_a_page_without_contents_claims_none() -> None:
    page = etree.fromstring('<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>a</h1></body></html>')
    assert "tableOfContents" not in derive((page,), (), "").features


def test_the_summary_counts_what_is_in_the_book(rich: Book) -> None:
    assert rich.meta("schema:accessibilitySummary") == [
        "The text can be navigated by a table of contents and headings. 1 image with a text alternative. "
        "1 table with marked header cells. 6 notes at the ends of the chapters, linked from the text and "
        "back. There is no list of the pages of the PDF edition."
    ]
    bare = written(_document_with_body(_BARE + _DESCRIBED)).meta("schema:accessibilitySummary")[0]
    assert "1 of 2 images without a text alternative." in bare


def test_nothing_is_claimed_that_nobody_answers_for(rich: Book) -> None:
    assert rich.meta("dcterms:conformsTo") + rich.meta("a11y:certifiedBy") == []


@pytest.mark.artefact
def test_a_claim_names_the_standard_and_who_answers_for_it(tmp_path: Path) -> None:
    path = tmp_path / "claimed.epub"
    path.write_bytes(write_epub(RICH, (), templates(), EPOCH, Findings(), certified_by="An Examiner & Co."))
    book = Book(path.read_bytes())
    assert book.meta("dcterms:conformsTo") == ["EPUB Accessibility 1.1 - WCAG 2.2 Level AA"]
    assert book.package("//opf:meta[@property='dcterms:conformsTo']/@id") == ["conformance"]
    assert book.package("//opf:meta[@refines='#conformance'][@property='a11y:certifiedBy']") == ["An Examiner & Co."]
    findings = Findings()
    results = check_epub(path, findings)
    assert findings.all() == ()
    assert {result.state for result in results} == {CheckState.PASSED}


# ---------------------------------------------------------------- typefaces


def test_no_typeface_is_in_a_book_that_does_not_ask_for_one(rich: Book) -> None:
    assert [name for name in rich.names if "font" in name] == []
    assert b"@font-face" not in rich.archive.read("EPUB/epub.css")


@pytest.mark.artefact
def test_typefaces_have_the_letters_of_the_book_and_no_others(tmp_path: Path) -> None:
    data = write_epub(RICH, (), templates(), EPOCH, Findings(), fonts=True)
    book = Book(data)
    faces = [name for name in book.names if name.startswith("EPUB/fonts/")]
    assert len(faces) == 5
    assert book.package("//opf:item[@media-type='font/ttf']/@href") == [
        name.removeprefix("EPUB/") for name in (
            "EPUB/fonts/SourceSerif4-Regular.ttf", "EPUB/fonts/SourceSerif4-Bold.ttf",
            "EPUB/fonts/SourceSerif4-Italic.ttf", "EPUB/fonts/SourceSans3-Regular.ttf",
            "EPUB/fonts/SourceSans3-Bold.ttf",
        )
    ]  # fmt: skip
    letters = {
        ord(sign) for page in book.pages() for text in book.ask(page, "//text()") for sign in text if sign.isalpha()
    }
    for name in faces:
        font = TTFont(io.BytesIO(book.archive.read(name)))
        assert letters <= set(font.getBestCmap())
        assert ord("Ж") not in font.getBestCmap()
        assert "fvar" not in font
        assert len(book.archive.read(name)) < 120_000
    weights = {name: TTFont(io.BytesIO(book.archive.read(name)))["hmtx"]["n"][0] for name in faces}
    assert weights["EPUB/fonts/SourceSerif4-Bold.ttf"] > weights["EPUB/fonts/SourceSerif4-Regular.ttf"]
    assert book.meta("schema:accessibilityFeature") == written(RICH).meta("schema:accessibilityFeature")
    path = tmp_path / "fonts.epub"
    path.write_bytes(data)
    findings = Findings()
    results = check_epub(path, findings)
    assert findings.all() == ()
    assert {result.state for result in results} == {CheckState.PASSED}


@pytest.mark.artefact
def test_the_same_letters_give_the_same_typeface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.render.epub_fonts.FACES", FACES[:1])
    assert embedded_fonts(["abc"]) == embedded_fonts(["cab", "a"]) != embedded_fonts(["abcd"])


# ---------------------------------------------------------------- the cover


def _cover(document: Document, colors: tuple[tuple[str, str], ...] = ()) -> Image.Image:
    data = write_epub(document, colors, templates(), EPOCH, Findings())
    return Image.open(io.BytesIO(Book(data).archive.read("EPUB/cover.png"))).convert("RGB")


@pytest.mark.artefact
def test_the_cover_is_a_picture_with_its_words_beside_it(rich: Book) -> None:
    assert rich.package("//opf:item[@properties='cover-image']/@href") == ["cover.png"]
    assert rich.ask("cover.xhtml", "//h:img[@role='doc-cover']/@alt") == [
        "Cover: Report. One of Everything & More. A report that exists to be printed. A Publisher, 2026"
    ]
    assert _cover(RICH).size == (1600, 2263)


@pytest.mark.artefact
def test_the_cover_shows_drawing_words_and_colours() -> None:
    with_drawing = _cover(RICH, (("ground", "#112233"), ("accent", "#ffeedd")))
    assert with_drawing.getpixel((1590, 10)) == (0x11, 0x22, 0x33)
    # The drawing's upper line leaves the page at a height of 130 of 297.
    assert with_drawing.getpixel((1590, round(130 / 297 * 2263))) == (0x1D, 0x4A, 0x42)
    title = with_drawing.crop((150, 200, 1500, 550))
    colors = {color for _, color in title.getcolors(1 << 20) or ()}
    assert (0xFF, 0xEE, 0xDD) in colors
    assert _cover(replace(RICH, cover="")).tobytes() != _cover(RICH).tobytes()


@pytest.mark.parametrize(
    "drawing",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><path></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "<html/>",
    ],
)
def test_an_unusable_drawing_is_told(drawing: str) -> None:
    with pytest.raises(StageFailedError) as failed:
        write_epub(replace(RICH, cover=drawing), (), templates(), EPOCH, Findings())
    assert [finding.rule.code for finding in failed.value.findings] == ["EPUB106"]


@pytest.mark.artefact
@pytest.mark.parametrize("title", ["A", "A Title of Rather Many Words about " + "Something " * 12, "W" * 60, ""])
def test_titles_of_any_length_make_a_cover(title: str) -> None:
    cover = _cover(replace(RICH, imprint=replace(IMPRINT, title=title), cover=""))
    right_edge = cover.crop((1560, 0, 1600, 900))
    if title != "W" * 60:  # one word that fits on no line is cut rather than lost from the metadata
        assert len(right_edge.getcolors() or ()) == 1


# ---------------------------------------------------------------- faults of the input


def _replaced(old: str, new: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        html = next(chapter.html for chapter in document.chapters if chapter.id == "sec-findings")
        assert old in html
        return with_chapter(document, "sec-findings", html=html.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (_replaced('href="#tbl-counts"', 'href="#tbl-gone"'), ["EPUB103"]),
        (_replaced('href="#tbl-counts"', 'href="other.html"'), ["EPUB103"]),
        (_replaced('href="#tbl-counts"', 'href="#"'), ["EPUB103"]),
        (_replaced('href="#tbl-counts"', 'href="javascript:x()"'), ["EPUB103"]),
        (_replaced('href="#note-heading"', 'href="#note-gone"'), ["EPUB103"]),
        (_replaced('id="sec-detail"', 'id="sec-annex"'), ["EPUB102"]),
        (_replaced('id="noteref-heading"', 'id="noteref-gone"'), ["EPUB104"]),
        (_replaced("assets/fig-totals.svg", "assets/gone.svg"), ["EPUB105"]),
        (_replaced("assets/fig-totals.svg", "https://example.org/a.svg"), ["EPUB105"]),
        (_replaced('id="fig-totals"', 'id="fig-other"'), ["EPUB103", "EPUB103"]),
    ],
)
def test_faults_of_the_document_are_told(change: Callable[[Document], Document], codes: list[str]) -> None:
    assert codes_of(change(RICH)) == codes


def test_an_id_is_unique_over_all_files() -> None:
    assert codes_of(with_chapter(RICH, "sec-colophon", html='<p id="sec-method">x</p>')) == ["EPUB102"]


@pytest.mark.parametrize("html", ["<p>a<br>b</p>", "<p>a&nbsp;b</p>", "<p>a", "a < b", "<p>\x00</p>", "<p></div>"])
def test_markup_that_is_not_well_formed_stops_the_writer(html: str) -> None:
    broken = with_chapter(with_chapter(RICH, "sec-annex", html=html), "sec-colophon", html=html)
    with pytest.raises(StageFailedError) as failed:
        write_epub(broken, (), templates(), EPOCH, Findings())
    assert [(finding.rule.code, finding.span.path) for finding in failed.value.findings] == [
        ("EPUB101", "rich-report.epub/sec-annex.xhtml"),
        ("EPUB101", "rich-report.epub/sec-colophon.xhtml"),
    ]


def test_a_template_of_the_report_that_breaks_the_markup_is_told(tmp_path: Path) -> None:
    (tmp_path / "epub").mkdir()
    (tmp_path / "epub" / "titlepage.xhtml.j2").write_text("<html><body>a<br>b</body></html>")
    with pytest.raises(StageFailedError) as failed:
        write_epub(RICH, (), templates(tmp_path), EPOCH, Findings())
    assert [finding.rule.code for finding in failed.value.findings] == ["EPUB101"]


def test_a_style_sheet_of_the_report_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "epub.css").write_text("p { color: red }")
    book = written(RICH, tmp_path)
    assert book.archive.read("EPUB/epub.css") == b"p { color: red }"
    assert "displayTransformability" not in book.meta("schema:accessibilityFeature")


def test_entities_are_not_expanded_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    drawing = (
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297"><text>&x;</text></svg>'
    )
    try:
        data = write_epub(replace(RICH, cover=drawing), (), templates(), EPOCH, Findings())
    except StageFailedError as failed:
        assert [finding.rule.code for finding in failed.findings] == ["EPUB106"]
    else:
        assert b"secret" not in data
