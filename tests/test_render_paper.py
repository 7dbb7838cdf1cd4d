"""The report worded for paper: pages behind references, and addresses in notes of their own series."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.cache import Cache
from pipeline.checks import CheckState
from pipeline.diagnostics import Findings
from pipeline.document import Chapter, Document, Kind
from pipeline.render.forms import PRINT_FORM
from pipeline.render.paper import for_paper, source_of
from pipeline.render.pdf import print_pdf
from pipeline.verify.pdf import check_pdf
from tests.documents import RICH, call, note, with_chapter
from tests.test_render_pdf import A4, EPOCH, OWN, only

NO_CACHE = Cache(Path(os.devnull) / "cache")
LIST = '<a href="https://example.org/a/">list</a>'
IN_BRACKETS = '<span>list</span> (<span class="address">https://example.org/a/</span>)'


def chapter_of(html: str, **changes: Any) -> Chapter:
    return for_paper(with_chapter(only(html), "sec-1", **changes)).chapters[0]


def worded(html: str) -> str:
    return chapter_of(html).html


def called(mark: str) -> str:
    place = f"address:sec-1:{mark}"
    return f'<a class="noteref" role="doc-noteref" id="noteref-{place}" href="#note-{place}">{mark}</a>'


class TestPages:
    def test_a_reference_says_its_page(self) -> None:
        html = '<p>See <a class="ref" href="#fig-x">Figure 1</a>, twice.</p>'
        page = ' (<a href="#fig-x" class="pageref">page</a>)'
        assert worded(html) == f'<p>See <a class="ref" href="#fig-x">Figure 1</a>{page}, twice.</p>'

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<p>Most (", ")."),
            ("<p>Most (see <b>Part (a)</b> and <em>also ", "</em>) too."),
            ("<p>Most (<em>all</em>, ", " and more) (some)."),
        ],
    )
    def test_within_brackets_it_stands_behind_a_comma(self, before: str, after: str) -> None:
        link = '<a class="ref" href="#fig-x">Figure 1</a>'
        page = ', <a href="#fig-x" class="pageref">page</a>'
        assert worded(f"{before}{link}{after}</p>") == f"{before}{link}{page}{after}</p>"

    @pytest.mark.parametrize(
        "before", ["<p>a) ", "<p>(so) ", "<p>(so</p><p>", "<ul><li>(x</li><li>", "<p>(<em>a</em>) "]
    )
    def test_brackets_that_are_closed_or_stand_in_another_block_do_not_count(self, before: str) -> None:
        html = f'{before}<a class="ref" href="#fig-x">F</a>'
        closing = "</li></ul>" if "<ul>" in before else "</p>"
        assert worded(html + closing) == f'{html} (<a href="#fig-x" class="pageref">page</a>){closing}'

    def test_what_says_its_page_already_says_it_once(self) -> None:
        html = '<p><a class="pageref" href="#sec-x">page</a> and <a class="noteref" href="#note-a">1</a></p>'
        assert worded(html) == html

    def test_nothing_else_changes(self) -> None:
        html = "<p>A &amp; B &lt; C, <em>and</em> é.</p>"
        assert worded(html) == html


class TestAddresses:
    def test_an_address_stands_in_a_note_that_the_words_call(self) -> None:
        chapter = chapter_of(f"<p>The {LIST}.</p>")
        assert chapter.html == f"<p>The <span>list</span>{called('A')}.</p>"
        wanted = '<p><span class="address">https://example.org/a/</span></p>'
        assert chapter.notes == (note("address:sec-1:A", "A", wanted),)

    def test_what_is_written_to_needs_no_word_for_it(self) -> None:
        assert ">a@example.org<" in chapter_of('<p><a href="mailto:a@example.org">Us</a></p>').notes[0].html

    def test_numbered_notes_keep_their_numbers_and_all_stand_in_the_order_of_their_calls(self) -> None:
        title = f'<a href="https://example.org/1">T</a>{call("x", "7")}'
        html = f'<p>{LIST} b{call("y", "8")} <a href="https://example.org/2">c</a>{call("z", "9")}</p>'
        notes = (note("x", "7", "<p>X</p>"), note("y", "8", "<p>Y</p>"), note("z", "9", "<p>Z</p>"))
        chapter = chapter_of(html, title=title, notes=notes)
        assert [item.mark for item in chapter.notes] == ["A", "7", "B", "8", "C", "9"]
        assert [item for item in chapter.notes if item.mark.isdecimal()] == list(notes)

    def test_the_letters_begin_again_in_each_chapter(self) -> None:
        document = for_paper(only(f"<p>{LIST}</p>", copies=2))
        assert [[item.mark for item in chapter.notes] for chapter in document.chapters] == [["A"], ["A"]]
        ids = [item.id for chapter in document.chapters for item in chapter.notes]
        assert len(set(ids)) == 2

    def test_after_z_comes_aa(self) -> None:
        html = "".join(f'<p><a href="https://example.org/{number}/">x</a></p>' for number in range(28))
        assert [item.mark for item in chapter_of(html).notes][-4:] == ["Y", "Z", "AA", "AB"]

    def test_an_address_has_one_note_in_a_chapter_and_the_second_place_refers_to_it(self) -> None:
        chapter = chapter_of(f"<p>The {LIST} and the {LIST}.</p>")
        target = "#note-address:sec-1:A"
        again = (
            f'<span>list</span> (<a class="ref" href="{target}">note\u00a0A</a>, '
            f'<a href="{target}" class="pageref">page</a>)'
        )
        assert chapter.html == f"<p>The <span>list</span>{called('A')} and the {again}.</p>"
        assert len(chapter.notes) == 1

    @pytest.mark.parametrize(
        ("around", "kind"),
        [
            ('<div class="side"><p>{}</p></div>', Kind.BACK),
            ('<div class="source"><p>{}</p></div>', Kind.BACK),
            ('<div class="table-notes"><p>{}</p></div>', Kind.BACK),
            ('<table><tbody><tr class="group"><th>{}</th></tr></tbody></table>', Kind.BACK),
            ("<p>{}</p>", Kind.IMPRINT),
            ("<p>{}</p>", Kind.COLOPHON),
            ("<p>{}</p>", Kind.BIBLIOGRAPHY),
        ],
    )
    def test_it_stands_in_brackets_where_no_note_can_be_called(self, around: str, kind: Kind) -> None:
        chapter = chapter_of(around.format(LIST), kind=kind)
        assert (chapter.html, chapter.notes) == (around.format(IN_BRACKETS), ())

    def test_and_in_notes_because_a_note_has_no_notes(self) -> None:
        chapter = chapter_of(f"<p>Text{call('a', '1')}</p>", notes=(note("a", "1", f"<p>The {LIST}</p>"),))
        assert chapter.notes == (note("a", "1", f"<p>The {IN_BRACKETS}</p>"),)

    @pytest.mark.parametrize(
        ("words", "address"),
        [
            ("https://example.org/a", "https://example.org/a"),
            ("example.org/a", "https://example.org/a"),
            ("example.org/a", "https://example.org/a/"),
            ("the list (example.org/a).", "https://example.org/a"),
            ("https://exam\u00adple.org/\u200ba", "https://example.org/a"),
            ("https://example.org/слово", "https://example.org/%D1%81%D0%BB%D0%BE%D0%B2%D0%BE"),
            ("a@example.org", "mailto:a@example.org"),
        ],
    )
    def test_an_address_that_is_said_is_not_said_again(self, words: str, address: str) -> None:
        chapter = chapter_of(f'<p><a href="{address}">{words}</a></p>')
        assert (chapter.html, chapter.notes) == (f'<p><span class="address">{words}</span></p>', ())

    @pytest.mark.parametrize(
        ("words", "address"),
        [
            ("https://example.org/ab", "https://example.org/a"),
            ("https://example.org.uk", "https://example.org"),
            ("www.example.org", "https://example.org"),
            ("example.org", "https://example.org/#part"),
            ("https://archive.org/example.org/a", "https://example.org/a"),
        ],
    )
    def test_words_that_only_begin_like_it_do_not_say_it(self, words: str, address: str) -> None:
        chapter = chapter_of(f'<p><a href="{address}">{words}</a></p>')
        assert [text_of(item.html) for item in chapter.notes] == [address]

    def test_what_is_found_in_it_is_told_of_its_chapter(self) -> None:
        chapter = chapter_of(f"<p>{LIST}</p>")
        assert [source_of(id) for id in (chapter.notes[0].id, chapter.notes[0].call_id)] == ["sec-1", "sec-1"]
        assert [source_of(id) for id in ("note-a", "noteref-a", "sec-x")] == ["note-a", "noteref-a", "sec-x"]


# ------------------------------------------------------------------ no address is lost

PLACES = (
    "<p>{}</p>", "<ul><li>{}</li></ul>", '<h2 id="sec-h{number}" data-title="H">{}</h2>', "<p><em>{}</em></p>",
    '<div class="side"><p>{}</p></div>', '<div class="box"><p>{}</p></div>', "<blockquote><p>{}</p></blockquote>",
    '<div class="table"><table><tbody><tr><td>{}</td></tr></tbody></table><div class="source"><p>S</p></div></div>',
    '<figure class="figure"><figcaption>{}</figcaption><div class="source"><p>{}</p></div></figure>',
)  # fmt: skip
ADDRESSES = st.sampled_from([f"https://example.org/{page}" for page in ("", "a", "a/", "ab", "a?b=1&c=2", "b#c")])
LINKS = st.builds(lambda address, words: (address, words), ADDRESSES, st.sampled_from(["words", "example.org/a"]))


def text_of(html: str) -> str:
    return "".join(str(text) for text in etree.fromstring(f"<div>{html}</div>").itertext())


@st.composite
def texts_with_links(draw: st.DrawFn) -> tuple[str, list[str]]:
    html, addresses = "", []
    for number in range(draw(st.integers(1, 6))):
        place = draw(st.sampled_from(PLACES))
        links = []
        for _ in range(place.count("{}")):
            address, words = draw(LINKS)
            addresses.append(address)
            links.append(f'<a href="{address.replace("&", "&amp;")}">{words}</a>')
        html += place.replace("{number}", str(number)).format(*links)
    return html, addresses


@given(texts_with_links())
def test_every_address_is_printed_and_none_has_two_notes(drawn: tuple[str, list[str]]) -> None:
    html, addresses = drawn
    chapter = chapter_of(html)
    assert 'href="http' not in chapter.html
    given_in_notes = [text_of(item.html) for item in chapter.notes]
    assert len(set(given_in_notes)) == len(given_in_notes)
    text = text_of(chapter.html)
    for address in addresses:
        bare = re.escape(address.partition("://")[2].rstrip("/"))
        in_the_text = re.search(rf"{bare}/?(?![\w/?#])", text)
        assert address in given_in_notes or in_the_text, address
    root = etree.fromstring(f"<div>{chapter.html}</div>")
    calls = [a.get("href", "").removeprefix("#") for a in root.iter("a") if "noteref" in (a.get("class") or "")]
    assert calls == [item.id for item in chapter.notes]


# ------------------------------------------------------------------ in the file

FILLING = "<p>" + "Words that fill the page until the next one begins, and then some more. " * 30 + "</p>"


def linking(number: int, words: str = "here") -> str:
    return f'<a href="https://example.org/long/way/to/{number}">{words}</a>'


def with_links() -> Document:
    """Links in every place that the text has, over some pages, and some of them twice."""
    html = (
        f"<p>First {linking(0)}, then a note.{call('own', '1')}</p>{FILLING}"
        f'<h2 id="sec-h" data-title="A heading">A heading {linking(1)}</h2><p>Text {linking(0)}.</p>{FILLING}'
        f'<div class="box"><p class="box-title">Box</p><p>{linking(2)}</p></div><ul><li>{linking(3)}</li></ul>'
        f'<div class="table" id="tbl-x"><table><caption><span class="label">Table 1</span> '
        f'<span class="caption">A table {linking(4)}</span></caption><thead><tr><th scope="col">Head</th></tr></thead>'
        f"<tbody><tr><td>Cell {linking(5)}</td></tr></tbody></table></div>{FILLING}"
        f'<figure class="figure" id="fig-totals"><figcaption><span class="label">Figure 1</span> '
        f'<span class="caption">A figure {linking(6)}</span></figcaption>'
        f'<img src="assets/fig-totals.svg" alt="Bars."/><div class="source"><p>Source {linking(7)}</p></div></figure>'
    )
    document = with_chapter(only(html, copies=2), "sec-1", notes=(note("own", "1", "<p>A note of the report.</p>"),))
    second = document.chapters[1]
    changed = second.html.replace("sec-h", "sec-i").replace("tbl-x", "tbl-y").replace('fig-totals"', 'fig-b"', 1)
    own = call("own", "1"), call("two", "2")
    return replace(
        document,
        chapters=(
            document.chapters[0],
            replace(second, html=changed.replace(*own), notes=(note("two", "2", "<p>Another note.</p>"),)),
        ),
    )


def pressed(document: Document, path: Path) -> Path:
    findings = Findings()
    path.write_bytes(print_pdf(document, A4, OWN, EPOCH, NO_CACHE, findings, form=PRINT_FORM).data)
    assert findings.all() == ()
    return path


def pages_of(path: Path) -> list[str]:
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
    return ["".join(re.sub("[\ufffe\u00ad\u2060]", "", page).split()) for page in pages]


@pytest.mark.artefact
class TestPrinted:
    def test_each_address_stands_once_in_its_chapter_on_the_page_of_its_call(self, tmp_path: Path) -> None:
        document = for_paper(with_links())
        path = pressed(document, tmp_path / "links.pdf")
        texts = pages_of(path)
        with pikepdf.open(path) as pdf:
            pages: list[Any] = list(pdf.pages)
            links = [(str(a.get("/Dest", "")), n) for n, page in enumerate(pages) for a in page.obj.get("/Annots", ())]
        seen = 0
        for chapter in document.chapters:
            assert [item.mark for item in chapter.notes if item.mark.isalpha()] == list("ABCDEFG")
            for item in chapter.notes:
                page = next(number for target, number in links if target == item.id)
                words = "".join(text_of(item.html).split())
                assert f"{item.mark}{words}" in texts[page], (item.id, page)
                seen += 1
        assert seen == 16
        whole = "".join(texts)
        assert [whole.count(f"example.org/long/way/to/{number}") for number in range(8)] == [2] * 8

    def test_the_second_place_says_the_page_of_the_note(self, tmp_path: Path) -> None:
        path = pressed(
            for_paper(only(f"<p>{linking(0)}</p>{FILLING}{FILLING}<p>Again {linking(0)}.</p>")), tmp_path / "a.pdf"
        )
        texts = pages_of(path)
        first = next(number for number, text in enumerate(texts) if "https://example.org/long/way/to/0" in text)
        second = next(number for number, text in enumerate(texts) if "Againhere" in text)
        with pikepdf.open(path) as pdf:
            labels = [page.label for page in pdf.pages]
        assert first < second and f"Againhere(noteA,page{labels[first]})." in texts[second]

    def test_the_checks_of_notes_hold_for_them(self, tmp_path: Path) -> None:
        document = for_paper(with_links())
        path = pressed(document, tmp_path / "links.pdf")
        findings = Findings()
        checks = {check.name: check for check in check_pdf(path, document, NO_CACHE, findings)}
        assert [check.name for check in checks.values() if check.state is not CheckState.PASSED] == ["PDF contents"]
        assert checks["PDF notes"].detail == "16 notes called, 16 printed, 0 of them on the page after the call"
        assert [finding for finding in findings.all() if finding.is_error] == []

    @pytest.mark.parametrize("wrong", ["https://example.org/long/way/to/9", ""])
    def test_an_address_that_is_not_printed_is_told(self, wrong: str, tmp_path: Path) -> None:
        document = for_paper(only(f"<p>Text {linking(0)} and more.</p>"))
        html = document.chapters[0].notes[0].html
        other = html.replace("https://example.org/long/way/to/0", wrong)
        chapter = document.chapters[0]
        spoilt = with_chapter(document, "sec-1", notes=(replace(chapter.notes[0], html=other),))
        findings = Findings()
        check_pdf(pressed(spoilt, tmp_path / "a.pdf"), document, NO_CACHE, findings)
        assert [(f.rule.code, f.span.path) for f in findings.all() if f.is_error] == [
            ("PDF008", "note-address:sec-1:A")
        ]

    def test_the_rich_report_has_its_one_address_in_a_note(self) -> None:
        notes = [item for chapter in for_paper(RICH).chapters for item in chapter.notes if item.mark.isalpha()]
        assert [text_of(item.html) for item in notes] == ["https://example.org/a?b=1&c=2"]
