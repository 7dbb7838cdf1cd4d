"""Where the pages of the PDF begin in the EPUB: every page of a real layout, found again by words that are unique.

Words of the text are "t1", "t2" … in their order, words of notes "n1" …, so that what a page begins with can be read
from the finished PDF and from the finished EPUB and compared.
"""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pypdfium2
import pytest
from lxml import etree

from pipeline.cache import Cache
from pipeline.diagnostics import Findings, Span
from pipeline.document import Asset, Chapter, Document, Entry, Kind, NoteText
from pipeline.render.blocks import letters_of_block, number_blocks, order_in, with_blocks
from pipeline.render.epub import identifiers, write_epub
from pipeline.render.epub_breaks import Breaks, Leaf, put_breaks
from pipeline.render.forms import Design
from pipeline.render.pagemap import PageMap, PageStart, Place, page_map, pdf_identifier, read_page_starts
from pipeline.render.pagination import keep_pages, pages_of
from pipeline.render.pdf import PrintedPdf, print_pdf
from pipeline.templating import Templates
from pipeline.workspace import templates_folder
from tests.documents import IMPRINT, RICH, call, note, with_chapter
from tests.pressing import NO_CACHE

EPOCH = 1795435200
A4 = Design("A4", (), ())
OWN = Templates(templates_folder(), None, Path.as_posix, {})
XHTML = "{http://www.w3.org/1999/xhtml}"
TALL = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 330"><rect width="300" height="330" fill="#ccc"/></svg>'
)


class Words:
    """Texts of words that occur once."""

    def __init__(self) -> None:
        self.text, self.note = count(1), count(1)

    def t(self, number: int) -> str:
        return " ".join(f"t{next(self.text)}" for _ in range(number))

    def n(self, number: int) -> str:
        return " ".join(f"n{next(self.note)}" for _ in range(number))


@dataclass(frozen=True)
class Pages:
    """Both editions of a document."""

    printed: PrintedPdf
    epub: bytes
    map: PageMap

    def of_pdf(self) -> list[list[int]]:
        """The numbers of the words of the text on every page, in the order in which they are read from it."""
        pages = pypdfium2.PdfDocument(self.printed.data)
        return [[int(n) for n in re.findall(r"\bt(\d+)", page.get_textpage().get_text_bounded())] for page in pages]

    def of_epub(self) -> tuple[list[str], list[int], dict[str, int]]:
        """The labels of the markers, the words of the text in order, and the word after each marker."""
        labels: list[str] = []
        words: list[int] = []
        after: dict[str, int] = {}
        waiting: list[str] = []
        with zipfile.ZipFile(io.BytesIO(self.epub)) as archive:
            package = archive.read("EPUB/package.opf").decode()
            hrefs = dict(re.findall(r'<item id="([^"]+)" href="([^"]+)"', package))
            for id in re.findall(r'<itemref idref="([^"]+)"', package):
                root = etree.fromstring(archive.read(f"EPUB/{hrefs[id]}"))
                for event, node in etree.iterwalk(root, events=("start", "end")):
                    if event == "start" and node.get("role") == "doc-pagebreak":
                        labels.append(node.get("aria-label", ""))
                        waiting.append(labels[-1])
                    text = node.text if event == "start" else node.tail
                    for number in map(int, re.findall(r"\bt(\d+)", text or "")):
                        words.append(number)
                        after |= dict.fromkeys(waiting, number)
                        waiting.clear()
        return labels, words, after

    def expected(self) -> dict[str, int]:
        """The first word, in the order of the EPUB, that each page of the PDF shows and none before it.

        What stands before the beginning of the page before it counts only when there is nothing else.
        """
        _, words, _ = self.of_epub()
        place = {word: number for number, word in enumerate(words)}
        assert len(place) == len(words), "a word is in the EPUB twice"
        seen: set[int] = set()
        first: dict[str, int] = {}
        last = -1
        for label, page in zip(self.printed.labels, self.of_pdf(), strict=True):
            new = set(page) - seen
            seen |= new
            if new:
                behind = {word for word in new if place[word] > last}
                first[label] = min(behind or new, key=place.__getitem__)
                last = max(last, place[first[label]])
        assert seen == set(words), "a word is in one edition only"
        return first


def made(document: Document) -> Pages:
    findings = Findings()
    printed = print_pdf(document, A4, OWN, EPOCH, NO_CACHE, findings)
    pages = page_map(document.imprint, printed.labels, printed.page_starts)
    epub = write_epub(document, (), OWN, EPOCH, findings, pages)
    assert [f.message for f in findings.all()] == []
    return Pages(printed, epub, pages)


def of(html: str, *notes: NoteText, kind: Kind = Kind.BACK) -> Document:
    chapter = Chapter("sec-only", kind, "", "Title", "Title", "Title", "", html, notes)
    assets = (Asset("assets/tall.svg", "image/svg+xml", TALL),)
    return replace(RICH, chapters=(chapter,), contents=(), figures=(), tables=(), cover="", assets=assets)


@pytest.fixture(autouse=True)
def small_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.render.cover.PIXELS", 80)


def paragraphs(words: Words, number: int, length: int = 70) -> str:
    return "".join(f"<p>{words.t(length)}</p>" for _ in range(number))


def figure(words: Words) -> str:
    return (
        f'<figure id="fig-x" class="figure"><figcaption><span class="caption">{words.t(4)}</span></figcaption>'
        f'<img src="assets/tall.svg" alt="Grey."/><div class="source"><p>{words.t(3)}</p></div></figure>'
    )


def table(words: Words, rows: int) -> str:
    body = "".join(
        f'<tr><th scope="row">{words.t(2)}</th><td><p>{words.t(9)}</p><p>{words.t(5)}</p></td></tr>'
        for _ in range(rows)
    )
    return (
        f'<div id="tbl-x" class="table"><table><caption><span class="caption">{words.t(3)}</span></caption>'
        f'<thead><tr><th scope="col">{words.t(1)}</th><th scope="col">{words.t(1)}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def listed(words: Words, items: int) -> str:
    found = ""
    for number in range(items):
        found += f"<li>{words.t(25)}"
        if number % 3 == 0:
            found += f"<ul><li>{words.t(20)}</li><li><p>{words.t(20)}</p><p>{words.t(20)}</p></li></ul>"
        found += "</li>"
    return f"<ul>{found}</ul>"


def mixed() -> Document:
    """A section of everything, in which pages begin wherever they can."""
    words = Words()
    html = paragraphs(words, 9, 95)
    html += f'<h2 id="sec-a">{words.t(3)}</h2>' + paragraphs(words, 6) + listed(words, 22)
    html += f'<h2 id="sec-b">{words.t(3)}</h2>' + table(words, 60)
    html += f"<blockquote><p>{words.t(200)}</p></blockquote>"
    dated = "".join(f"<dt>{words.t(2)}</dt><dd>{words.t(25)}</dd>" for _ in range(20))
    html += f'<div class="timeline"><dl>{dated}</dl></div>'
    html += f'<div class="box"><p class="box-title">{words.t(2)}</p>{paragraphs(words, 6)}</div>'
    html += f"<p>{words.t(300)} <em>{words.t(200)}</em> "
    html += f"<a href='https://example.org/'>{words.t(200)}</a> {words.t(300)}</p>"
    return of(html)


@pytest.fixture(scope="module")
def everything() -> Pages:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.render.cover.PIXELS", 80)
        return made(mixed())


# ---------------------------------------------------------------- real layouts


@pytest.mark.artefact
def test_each_marker_stands_before_the_first_word_of_its_page(everything: Pages) -> None:
    labels, _, after = everything.of_epub()
    assert labels == list(everything.printed.labels)
    first = everything.expected()
    assert len(first) >= 10
    assert {label: after[label] for label in first} == first


@pytest.mark.artefact
def test_pages_begin_in_paragraphs_lists_and_rows(everything: Pages) -> None:
    """The fixture shows what it is for: pages that begin inside of a block, and in blocks of several kinds."""
    offsets = [page.place.offset for page in everything.map.pages if page.place]
    assert sum(offset > 0 for offset in offsets) >= 3
    with zipfile.ZipFile(io.BytesIO(everything.epub)) as archive:
        root = etree.fromstring(archive.read("EPUB/sec-only.xhtml"))
    around = set()
    for marker in root.iter(f"{XHTML}span"):
        if marker.get("role") == "doc-pagebreak":
            around |= {etree.QName(above).localname for above in marker.iterancestors()}
    assert {"p", "a", "li", "tr", "dl"} <= around


@pytest.mark.artefact
def test_the_head_of_a_table_that_comes_again_begins_no_page() -> None:
    words = Words()
    pages = made(of(paragraphs(words, 2) + table(words, 70)))
    again = [page for page in pages.of_pdf() if any(page.count(w) or w in page for w in pages.of_pdf()[-1][:2])]
    assert len(again) >= 2  # the head is on more than one page
    _, _, after = pages.of_epub()
    first = pages.expected()
    assert {label: after[label] for label in first} == first


@pytest.mark.artefact
def test_a_page_begins_at_the_figure_that_paragraphs_passed_on_paper() -> None:
    words = Words()
    html = paragraphs(words, 4, 90) + figure(words) + paragraphs(words, 8, 60)
    pages = made(of(html))
    labels, _, after = pages.of_epub()
    flat = [word for page in pages.of_pdf() for word in page]
    assert flat != sorted(flat), "nothing passed the figure"
    first = pages.expected()
    assert {label: after[label] for label in first} == first
    assert labels == list(pages.printed.labels)


@pytest.mark.artefact
def test_a_page_of_notes_alone_is_marked_where_its_text_ends() -> None:
    words = Words()
    long = note("long", "1", "".join(f"<p>{words.n(400)}</p>" for _ in range(6)))
    html = f"<p>{words.t(40)}{call('long', '1')} {words.t(40)}</p>"
    document = of(html, long)
    pages = made(document)
    alone = [label for label, page in zip(pages.printed.labels, pages.of_pdf(), strict=True) if not page]
    notes_only = [page.label for page in pages.map.pages if page.place is None and page.label.isdecimal()]
    assert notes_only
    assert set(notes_only) <= set(alone)
    with zipfile.ZipFile(io.BytesIO(pages.epub)) as archive:
        root = etree.fromstring(archive.read("EPUB/sec-only.xhtml"))
    section = next(root.iter(f"{XHTML}section"))
    tail = [child.get("id", child.get("class")) for child in section][-len(notes_only) - 1 :]
    assert tail == [*(f"page-{label}" for label in notes_only), "notes"]


@pytest.mark.artefact
def test_an_empty_page_is_marked_where_the_text_before_it_ends() -> None:
    words = Words()
    one = of(paragraphs(words, 12), kind=Kind.FRONT)
    two = replace(one.chapters[0], id="sec-two", kind=Kind.CHAPTER, label="1", html=paragraphs(words, 1))
    pages = made(replace(one, chapters=(one.chapters[0], two)))
    empty = [page.label for page in pages.map.pages if page.place is None]
    assert empty == ["Cover 2", "iv"]
    labels, _, after = pages.of_epub()
    assert labels == list(pages.printed.labels) == ["Cover", "Cover 2", "i", "ii", "iii", "iv", "1"]
    assert after["iv"] == after["1"]
    with zipfile.ZipFile(io.BytesIO(pages.epub)) as archive:
        assert b'id="page-number-2"' in archive.read("EPUB/cover.xhtml")
        assert b'id="page-iv"' in archive.read("EPUB/sec-only.xhtml")


@pytest.mark.artefact
def test_a_divided_word_is_marked_before_all_of_it() -> None:
    syllables = ["inter", "natio", "nali", "sation", "repre", "senta", "tive", "ness"]
    text = " ".join("\u00ad".join(syllables[(n + k) % 8] for k in range(4 + n * n % 11)) for n in range(1100))
    pages = made(of(f"<p>{text}</p>"))
    whole = letters_of_block(etree.fromstring(f"<p>{text}</p>"))
    starts = [page.place for page in pages.map.pages if page.place and page.place.block]
    ends = {0}
    for word in text.split():
        ends.add(max(ends) + len(word.replace("\u00ad", "")))
    divided = [place for place in starts if place.offset not in ends]
    assert divided, "no page begins inside of a word"
    for place in starts:
        assert whole.startswith(place.words, place.offset)
    with zipfile.ZipFile(io.BytesIO(pages.epub)) as archive:
        page = archive.read("EPUB/sec-only.xhtml").decode()
    markers = re.findall(r"(.)<span epub:type=\"pagebreak\"[^>]*></span>([\w\u00ad]+)", page)
    assert len(markers) == len(starts)
    assert all(before in " >" and word in text.split() for before, word in markers)


@pytest.mark.artefact
def test_contents_that_run_over_pages_are_marked_at_their_lines() -> None:
    words = Words()
    html = "".join(f'<h2 id="sec-{n}" data-title="h{n}">{words.t(1)}</h2><p>{words.t(3)}</p>' for n in range(120))
    document = of(html)
    entries = tuple(Entry(f"sec-{n}", "", f"h{n}", f"h{n}", 2, False) for n in range(120))
    pages = made(replace(document, contents=(Entry("sec-only", "", "Title", "Title", 1, False), *entries)))
    lines = [page.place.block for page in pages.map.pages if page.place and page.place.block.startswith("#")]
    assert lines
    with zipfile.ZipFile(io.BytesIO(pages.epub)) as archive:
        nav = etree.fromstring(archive.read("EPUB/nav.xhtml"))
    marked = [span.getparent() for span in nav.iter(f"{XHTML}span") if span.get("role") == "doc-pagebreak"]
    assert [a.get("href", "").partition("#")[2] for a in marked if a is not None and a.tag == f"{XHTML}a"] == [
        line[1:] for line in lines
    ]


@pytest.mark.artefact
def test_the_map_can_be_handed_from_one_process_to_another(everything: Pages) -> None:
    assert pickle.loads(pickle.dumps(everything.map)) == everything.map  # noqa: S301 - our own bytes


# ---------------------------------------------------------------- blocks


def test_blocks_have_the_same_keys_in_every_edition() -> None:
    marked = with_blocks(RICH)
    for chapter, source in zip(marked.chapters, RICH.chapters, strict=True):
        lead, body = (etree.fromstring(f"<div>{text}</div>") for text in (source.lead, source.html))
        number_blocks(source.id, lead, body)
        assert f"<div>{chapter.html}</div>" == etree.tostring(body, encoding="unicode")
        assert f"<div>{chapter.lead}</div>".replace("<div></div>", "<div/>") == etree.tostring(lead, encoding="unicode")
    assert re.sub(' data-block="[^"]*"', "", marked.chapters[2].html) == RICH.chapters[2].html


def test_a_chapter_that_is_not_well_formed_is_left_to_the_writers() -> None:
    broken = with_chapter(RICH, "sec-annex", html="<p>a<br>b</p>")
    assert with_blocks(broken).chapters[4] == broken.chapters[4]


def test_letters_are_those_that_no_edition_changes() -> None:
    block = etree.fromstring(
        '<li>Stra\u00adße\u2060<a class="noteref">12</a> <a class="pageref">page 00</a> b <img/>'
        '<div class="footnote">no</div> c<ul><li data-block="x/2">in</li></ul> d</li>'
    )
    assert letters_of_block(block) == "strasse12\ufffcb\ufffccd"


def test_a_picture_below_its_caption_comes_after_it() -> None:
    figure = etree.fromstring(
        '<figure data-block="x/5"><figcaption data-block="x/6">Caption</figcaption><img/>'
        '<div data-block="x/7"><p data-block="x/8">Source</p></div></figure>'
    )
    caption = figure[0]
    assert order_in(caption, 0) < order_in(caption, 3) < order_in(figure, 0) < order_in(figure[2][0], 0)


def test_no_pages_have_no_starts() -> None:
    assert read_page_starts(()) == ()


class Box:
    """As much of a box of the engine as is read."""

    def __init__(self, element: etree._Element | None, *children: Box) -> None:
        self.element = element
        self.element_tag = None if element is None else element.tag
        self.children = children


class TextBox(Box):
    def __init__(self, element: etree._Element) -> None:
        super().__init__(element)
        self.text = element.text


def page(section: etree._Element, *numbers: int) -> Box:
    """A page that prints blocks of a section whole, in this order."""
    blocks = {block.get("data-block"): block for block in section}
    chosen = [blocks[f"s/{number}"] for number in numbers]
    return Box(None, Box(section, *(Box(block, TextBox(block)) for block in chosen)))


@pytest.mark.parametrize(
    ("pages", "starts"),
    [
        ([(1,), (2, 3), (4,)], [1, 2, 4]),
        ([(1, 3), (2, 4)], [1, 2]),  # block 2 was passed by 3
        ([(1,), (3,), (2, 4)], [1, 3, 4]),  # and a whole page lies between
        ([(1,), (3,), (2,), (4,)], [1, 3, 2, 4]),  # and it has the next page to itself
        ([(1, 2), (), (3, 4)], [1, None, 3]),
        ([(4, 1), (2, 3)], [1, 2]),
    ],
)
def test_pages_begin_in_the_order_of_the_text(pages: list[tuple[int, ...]], starts: list[int | None]) -> None:
    blocks = "".join(f'<p data-block="s/{number}">word{number}</p>' for number in range(1, 5))
    section = etree.fromstring(f'<section id="s">{blocks}</section>')
    found = read_page_starts([page(section, *numbers) for numbers in pages])
    assert [place and place.block for place in found] == [number and f"s/{number}" for number in starts]


# ---------------------------------------------------------------- markers


def put(html: str, *places: Place | None, labels: str = "1 2 3 4 5", taken: frozenset[str] = frozenset()) -> str:
    """The markup of a chapter with markers, each written as "|label|"."""
    text, breaks, faults = putting(html, *places, labels=labels, taken=taken)
    assert faults == []
    del breaks
    return text


def putting(
    html: str, *places: Place | None, labels: str = "1 2 3 4 5", taken: frozenset[str] = frozenset()
) -> tuple[str, Breaks, list[str]]:
    body = etree.fromstring(f'<div xmlns="http://www.w3.org/1999/xhtml">{html}</div>')
    number_blocks("c", etree.fromstring("<div/>"), body)
    pages = tuple(map(PageStart, labels.split(), places))
    leaves = (Leaf("a", "a.xhtml"), Leaf("c", "c.xhtml", (body,)), Leaf("d", "d.xhtml"))
    breaks, faults = put_breaks(PageMap("urn:x", pages), leaves, taken, Span("x.epub"))
    text = etree.tostring(body, encoding="unicode")
    text = re.sub(r'<span[^>]*aria-label="([^"]*)"[^>]*/>', r"|\1|", text)
    text = re.sub(r' data-block="[^"]*"| xmlns(:\w+)?="[^"]*"', "", text)
    return text[len("<div>") : -len("</div>")], breaks, [fault.rule.code for fault in faults]


def at(block: int, offset: int, words: str = "") -> Place:
    return Place("c", f"c/{block}", offset, words)


@pytest.mark.parametrize(
    ("html", "block", "offset", "expected"),
    [
        ("<p>one two</p>", 1, 0, "<p>|1|one two</p>"),
        ("<p>one two</p>", 1, 3, "<p>one |1|two</p>"),
        ("<p>one twofold</p>", 1, 6, "<p>one |1|twofold</p>"),
        ("<p>one two<em>fold</em> x</p>", 1, 7, "<p>one |1|two<em>fold</em> x</p>"),
        ("<p>one <em>two</em></p>", 1, 3, "<p>one |1|<em>two</em></p>"),
        ("<p>one <em>two <b>three</b></em></p>", 1, 6, "<p>one <em>two |1|<b>three</b></em></p>"),
        ("<p>1990\u20132001</p>", 1, 5, "<p>1990\u2013|1|2001</p>"),
        ("<p>l\u2019\u00e9du\u00adcation</p>", 1, 5, "<p>|1|l\u2019\u00e9du\u00adcation</p>"),
        ("<p>e\u0301tat e\u0301tat</p>", 1, 7, "<p>e\u0301tat |1|e\u0301tat</p>"),
        ("<p>漢字仮名</p>", 1, 2, "<p>漢字|1|仮名</p>"),
        ("<p>Straße Straße</p>", 1, 7, "<p>Straße |1|Straße</p>"),
        ("<p>a <img/> b</p>", 1, 1, "<p>a |1|<img/> b</p>"),
        ('<p>a <a class="pageref">page x</a> b</p>', 1, 1, '<p>a |1|<a class="pageref">page x</a> b</p>'),
        ('<p>a <a class="pageref">page x</a> b</p>', 1, 2, '<p>a <a class="pageref">page x</a> |1|b</p>'),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", 2, 0, "<ul><li>a<ul><li>|1|b</li></ul></li></ul>"),
        ("<h2>a</h2>", 1, 0, "|1|<h2>a</h2>"),
        ("<h2><span>1.1</span> a</h2>", 1, 0, "|1|<h2><span>1.1</span> a</h2>"),
        ("<div><h2>a</h2><img/></div>", 1, 0, "<div><h2>a</h2>|1|<img/></div>"),
    ],
)  # fmt: skip
def test_a_marker_stands_before_the_word(html: str, block: int, offset: int, expected: str) -> None:
    assert put(html, at(block, offset)) == expected


def test_pages_that_begin_at_one_word_keep_their_order() -> None:
    assert put("<p>one two</p>", at(1, 3), at(1, 3), at(1, 3)) == "<p>one |1||2||3|two</p>"
    assert put("<h2>one</h2>", at(1, 0), at(1, 0)) == "|1||2|<h2>one</h2>"
    assert put("<p>a <b>one</b></p>", at(1, 1), at(1, 1)) == "<p>a |1||2|<b>one</b></p>"
    assert put("<p>a <img/></p>", at(1, 1), at(1, 1)) == "<p>a |1||2|<img/></p>"


def test_no_marker_stands_before_that_of_an_earlier_page() -> None:
    assert put("<p>one</p><p>two</p>", at(2, 0), at(1, 0)) == "<p>one</p><p>|1||2|two</p>"


def test_a_page_without_words_is_marked_where_the_text_before_it_ends() -> None:
    text, breaks, _ = putting("<p>one</p><p>two</p>", Place("c"), at(1, 2), None, None, at(2, 0))
    assert text == "<p>|2|one</p><p>|3||4||5|two</p>"
    text, breaks, _ = putting("<p>one</p>", Place("a"), None, Place("c"), None, None)
    assert {id: [m.label for m in marks] for id, marks in breaks.opening.items()} == {"a": ["1"], "c": ["3"]}
    assert {id: [m.label for m in marks] for id, marks in breaks.closing.items()} == {"a": ["2"], "d": ["4", "5"]}
    assert [link.href for link in breaks.links] == [
        "a.xhtml#page-1", "a.xhtml#page-2", "c.xhtml#page-3", "d.xhtml#page-4", "d.xhtml#page-5",
    ]  # fmt: skip


def test_a_label_that_cannot_be_an_id_is_named_by_its_place() -> None:
    _, breaks, _ = putting("<p>one</p>", Place("a"), Place("c"), labels="Обложка ii", taken=frozenset({"page-ii"}))
    assert [link.href for link in breaks.links] == ["a.xhtml#page-number-1", "c.xhtml#page-ii-of-print"]
    assert [link.label for link in breaks.links] == ["Обложка", "ii"]


def test_two_pages_of_one_label_have_two_ids() -> None:
    _, breaks, _ = putting("<p>one</p>", Place("a"), Place("c"), labels="1 1")
    assert [link.href for link in breaks.links] == ["a.xhtml#page-1", "c.xhtml#page-1-of-print"]


def test_words_that_are_not_there_are_told() -> None:
    _, _, faults = putting("<p>one two</p>", at(1, 3, "three"), at(7, 0, "x"))
    assert faults == ["EPUB107", "EPUB107"]


def test_a_place_in_no_section_of_the_book_is_like_an_empty_page() -> None:
    _, breaks, faults = putting("<p>one</p>", Place("a"), Place("own-page"), Place("c"))
    assert faults == []
    assert [link.href for link in breaks.links][1] == "a.xhtml#page-2"


# ---------------------------------------------------------------- the printed edition


def test_the_pdf_is_named_by_its_own_identifier() -> None:
    with_isbn = replace(IMPRINT, isbn_pdf="978-0-306-40615-7")
    assert pdf_identifier(with_isbn) == "urn:isbn:9780306406157"
    own = {identifier.value for identifier in identifiers(IMPRINT)}
    assert pdf_identifier(IMPRINT).startswith("urn:uuid:")
    assert pdf_identifier(IMPRINT) not in own
    assert pdf_identifier(IMPRINT) != pdf_identifier(replace(IMPRINT, version="2"))


def test_pages_are_laid_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is taken again while nothing changes that decides it."""
    cache, found = Cache(tmp_path), Findings()
    pages = PageMap("urn:x", (PageStart("1", Place("c", "c/1", 2, "w")), PageStart("2", None)))
    keep_pages(pages, RICH, A4, OWN, EPOCH, cache)

    def laid_out(*_: object) -> PrintedPdf:
        raise AssertionError("laid out again")

    monkeypatch.setattr("pipeline.render.pagination.print_pdf", laid_out)
    assert pages_of(RICH, A4, OWN, EPOCH, cache, found) == pages
    for changed in (with_chapter(RICH, "sec-annex", lead="<p>x</p>"), replace(RICH, cover="")):
        with pytest.raises(AssertionError, match="laid out again"):
            pages_of(changed, A4, OWN, EPOCH, cache, found)
    for design in (Design("Letter", (), ()), Design("A4", (("accent", "#000"),), ())):
        with pytest.raises(AssertionError, match="laid out again"):
            pages_of(RICH, design, OWN, EPOCH, cache, found)
    assert found.all() == ()


def test_pages_with_errors_are_not_listed(tmp_path: Path) -> None:
    found = Findings()
    broken = with_chapter(RICH, "sec-annex", html="<p>a<br>b</p>")
    assert pages_of(broken, A4, OWN, EPOCH, Cache(tmp_path), found) is None
    assert [(f.rule.code, f.message) for f in found.all()] == [
        ("EPUB108", "the pages of the PDF have errors (WPR010), so there is no list of them")
    ]
    assert not list(tmp_path.iterdir())
