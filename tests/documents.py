"""A small report that holds one of everything, resolved by hand: what the writers are tested on."""

from __future__ import annotations

from dataclasses import replace

from pipeline.document import (
    Asset,
    Chapter,
    Creator,
    Document,
    Entry,
    Imprint,
    Kind,
    NoteText,
    Part,
    Words,
)

CHART = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 120" role="img">
<title>Children and adults</title>
<rect x="0" y="10" width="280" height="40" fill="#1d4a42"/>
<rect x="0" y="60" width="120" height="40" fill="#c9d5ca" stroke="#1d4a42"/>
<text x="8" y="36" font-family="sans-serif" font-size="14" fill="#ffffff">526 children</text>
<text x="8" y="86" font-family="sans-serif" font-size="14">228 adults</text>
</svg>
"""

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297">
<g fill="none" stroke="#1d4a42" stroke-width="2">
<path d="M0 240H20C60 240 60 130 100 130H210"/><path d="M0 248H40C80 248 80 150 120 150H210"/>
</g></svg>"""


def call(id: str, mark: str) -> str:
    """The call of a note."""
    return f'<a class="noteref" role="doc-noteref" id="noteref-{id}" href="#note-{id}">{mark}</a>'


def note(id: str, mark: str, html: str) -> NoteText:
    """A note."""
    return NoteText(f"note-{id}", f"noteref-{id}", mark, html)


IMPRINT = Imprint(
    slug="rich-report",
    title="One of Everything & More",
    subtitle="A report that exists to be printed",
    short_title="One of Everything",
    kicker="Report",
    lang="en-GB",
    date="2026-11-23",
    version="1.2.0",
    creators=(
        Creator("First Author", "Author, First", "0000-0002-1825-0097", "A Department"),
        Creator("Second Author", "Author, Second"),
    ),
    publisher="A Publisher",
    publisher_place="A Place",
    publisher_url="https://example.org/",
    series="A Series",
    series_number="3",
    issn="2049-3630",
    doi="10.5555/12345678",
    isbn_pdf="",
    isbn_epub="9780306406157",
    report_number="AP/2026/3",
    rights="Copyright 2026 the authors.",
    license="CC-BY-4.0",
    abstract="It holds one of everything < and the signs that XML minds & more.",
    keywords=("testing", "printing"),
)

WORDS = Words(
    figure="Figure",
    table="Table",
    contents="Contents",
    figures="Figures",
    tables="Tables",
    figures_and_tables="Figures and tables",
    notes="Notes",
    page="page",
    pages="Pages",
    cover="Cover",
    title_page="Title page",
    note="note",
)

_SUMMARY = f"""<p>Two thousand people came home.{call("first", "1")} What follows is in
<a class="ref" href="#sec-method">Section 1.1</a> and on
<a class="pageref" href="#sec-method" data-front="false">the page about method</a>.</p>
<div class="key-figures"><dl><dt>2,199</dt><dd>people recorded as returned</dd>
<dt>22</dt><dd>recorded operations</dd></dl></div>"""

_FINDINGS = f"""<p>The first paragraph of the chapter.{call("blocks", "2")} A second sentence follows,
with <em>stress</em>, <strong>strength</strong>, a word in Russian, <span lang="ru">слово</span>, and
<a href="https://example.org/a?b=1&amp;c=2">a link outside</a>.</p>
<p>The second paragraph names <a class="ref" href="#fig-totals">Figure 1</a>,
<a class="ref" href="#tbl-counts">Table 1</a> and <a class="ref" href="#note-first">note 1</a>.</p>
<h2 id="sec-method" data-title="Method and limits"><span class="number">1.1</span> Method and
<em>limits</em>{call("heading", "3")}</h2>
<p>Text below a heading.</p>
<figure id="fig-totals" class="figure wide"><figcaption><span class="label">Figure 1</span>
<span class="caption">Most are children{call("figure", "4")}</span>
<span class="unit">People, 2024</span></figcaption>
<img src="assets/fig-totals.svg" alt="Bar chart. 526 children and 228 adults."/>
<div class="source"><p>Government statements; see
<a class="ref" href="#sec-annex">Appendix A</a>.</p></div></figure>
<h3 id="sec-detail" data-title="A detail">A detail</h3>
<ul><li>one</li><li><p>two</p><p>and more of two</p></li></ul>
<ol type="1"><li>first</li><li>second</li></ol>
<div class="box"><p class="box-kind">Method</p>
<p class="box-title">How we counted</p><p>By hand, twice.</p></div>
<div class="side"><p>A remark at the side.</p></div>
<blockquote><p>A sentence that somebody said.</p></blockquote>
<div class="pull"><p>One strong sentence.</p></div>
<div class="timeline"><dl><dt>January 2019</dt><dd>The first flight.</dd></dl></div>"""

_TABLE = f"""<p>A table.</p>
<div id="tbl-counts" class="table"><table><caption><span class="label">Table 1</span>
<span class="caption">Two ways of counting</span><span class="unit">People</span></caption>
<colgroup><col/><col/><col/></colgroup>
<thead><tr><th scope="col">State</th><th scope="col" class="number">Adults</th>
<th scope="col" class="number">Children<sup>a</sup></th></tr></thead>
<tbody><tr class="group"><th scope="rowgroup" colspan="3">Region</th></tr>
<tr><th scope="row">Kazakhstan{call("cell", "5")}</th><td class="number">228</td>
<td class="number">526</td></tr>
<tr><th scope="row">Tajikistan</th><td class="number">8</td><td class="number">372</td></tr>
<tr class="total"><th scope="row">Both</th><td class="number">236</td><td class="number">898</td></tr>
</tbody></table>
<div class="table-notes"><p><sup>a</sup> Under eighteen.</p></div>
<div class="source"><p>The same statements.</p></div></div>
<p>A picture that carries nothing: <img src="assets/dot.png" alt=""/></p>"""

# One grey pixel.
_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)

RICH = Document(
    imprint=IMPRINT,
    words=WORDS,
    chapters=(
        Chapter(
            "sec-imprint",
            Kind.IMPRINT,
            "",
            "Imprint",
            "Imprint",
            "Imprint",
            "",
            "<p>All rights and duties.</p><p>ISBN 978-0-306-40615-7</p>",
            (),
        ),
        Chapter(
            "sec-summary",
            Kind.FRONT,
            "",
            "Summary",
            "Summary",
            "Summary",
            "<p>One sentence in larger type.</p>",
            _SUMMARY,
            (note("first", "1", '<p>A note with <a class="ref" href="#note-cell">note 5</a>.</p>'),),
        ),
        Chapter(
            "sec-findings",
            Kind.CHAPTER,
            "1",
            "What was <em>found</em>",
            "What was found",
            "Found",
            "",
            _FINDINGS,
            (
                note(
                    "blocks",
                    "2",
                    "<p>First paragraph of the note.</p><ul><li>a list in it</li></ul><p>Last paragraph.</p>",
                ),
                note("heading", "3", "<p>A note to a heading.</p>"),
                note("figure", "4", "<ul><li>A note that begins with a list.</li></ul>"),
            ),
            Part("sec-part-one", "Part I", "The first part"),
        ),
        Chapter(
            "sec-tables",
            Kind.CHAPTER,
            "2",
            "Tables",
            "Tables",
            "Tables",
            "",
            _TABLE,
            (note("cell", "5", "<p>A note to a <em>cell</em> of a table.</p>"),),
        ),
        Chapter(
            "sec-annex",
            Kind.APPENDIX,
            "A",
            f"An appendix{call('title', '6')}",
            "An appendix",
            "An appendix",
            "",
            '<p>Text of the appendix.</p><h2 id="sec-annex-more" data-title="More">'
            '<span class="number">A.1</span> More</h2><p>More text.</p>',
            (note("title", "6", "<p>A note to the title of a chapter.</p>"),),
        ),
        Chapter(
            "sec-bibliography",
            Kind.BIBLIOGRAPHY,
            "",
            "Bibliography",
            "Bibliography",
            "Bibliography",
            "",
            '<div class="references"><p class="reference" id="ref-a">Author, First. <em>A Book</em>. 2019.</p></div>',
            (),
        ),
        Chapter("sec-colophon", Kind.COLOPHON, "", "Colophon", "Colophon", "Colophon", "", "<p>Set.</p>", ()),
    ),
    contents=(
        Entry("sec-summary", "", "Summary", "Summary", 1, True),
        Entry("sec-part-one", "Part I", "The first part", "The first part", 0, False),
        Entry("sec-findings", "1", "What was <em>found</em>", "What was found", 1, False),
        Entry("sec-method", "1.1", "Method and <em>limits</em>", "Method and limits", 2, False),
        Entry("sec-tables", "2", "Tables", "Tables", 1, False),
        Entry("sec-annex", "A", "An appendix", "An appendix", 1, False),
        Entry("sec-annex-more", "A.1", "More", "More", 2, False),
        Entry("sec-bibliography", "", "Bibliography", "Bibliography", 1, False),
    ),
    figures=(Entry("fig-totals", "Figure 1", "Most are children", "Most are children", 1, False),),
    tables=(Entry("tbl-counts", "Table 1", "Two ways of counting", "Two ways of counting", 1, False),),
    assets=(
        Asset("assets/fig-totals.svg", "image/svg+xml", CHART),
        Asset("assets/dot.png", "image/png", _DOT),
    ),
    cover=DRAWING,
)


def with_chapter(document: Document, id: str, **changes: object) -> Document:
    """A document of which one chapter differs."""
    chapters = tuple(
        replace(chapter, **changes) if chapter.id == id else chapter  # type: ignore[arg-type]
        for chapter in document.chapters
    )
    return replace(document, chapters=chapters)
