"""Notes of any length at the foot of the page: how the foot is shared out, and what is printed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import weasyprint
from hypothesis import given, settings
from hypothesis import strategies as st
from weasyprint.formatting_structure import boxes

from benchmarks.notes_fuzz.check import Tally, check, tokens
from benchmarks.notes_fuzz.documents import Source, document, note_tokens
from pipeline.cache import Cache
from pipeline.diagnostics import Findings
from pipeline.document import Chapter, Document, Kind
from pipeline.render.footnotes import LEANED_UPON, continued, part_of
from pipeline.render.footnotes_area import CEILING, LONG, Part, Piece, Slot, placed, share, stacked
from pipeline.render.footnotes_foot import Foot, NotePart
from pipeline.render.footnotes_layout import hooks
from pipeline.render.forms import Design
from pipeline.render.leaning import moved
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.workspace import templates_folder
from tests.documents import RICH, call
from tests.documents import note as noted

EPOCH = 1795435200  # 2026-11-23, noon
OWN = Templates(templates_folder(), None, Path.as_posix, {})
FAULTLESS: dict[str, int] = {}

# ---------------------------------------------------------------- the foot, shared out

PAGE, LINE = 400.0, 10.0


def slot(lines: int, *, carried: bool = False, orphans: int = 2, widows: int = 2) -> Slot:
    """A note of so many lines, each ten pixels high."""

    def lay(limit: float, forced: bool) -> Piece | None:
        fits = int(limit / LINE)
        if fits >= lines:
            return Piece(0.0, lines * LINE, 0.0)
        cut = max(1, fits) if forced else min(fits, lines - widows)
        if not forced and cut < orphans:
            return None
        return Piece(0.0, cut * LINE, 0.0, resume={0: cut})

    def ends(piece: Piece) -> list[float]:
        return [LINE * (line + 1) for line in range(round(piece.height / LINE))]

    return Slot(Part(object(), number=int(carried)), lay, PAGE, ends, room=PAGE, carried=carried)


def heights(slots: list[Slot], room: float, ceiling: float = PAGE, *, last_resort: bool = False) -> list[float]:
    """How high each note stands, 0 for one that waits."""
    pieces, excess = share(slots, room, ceiling, last_resort=last_resort)
    assert not excess
    return [piece.height if piece else 0.0 for piece in pieces]


class TestShare:
    def test_notes_that_fit_stand_whole(self) -> None:
        assert heights([slot(3), slot(5)], 80) == [30, 50]

    def test_the_last_note_is_divided_for_want_of_room(self) -> None:
        assert heights([slot(3), slot(6)], 75) == [30, 40]

    def test_it_is_not_divided_against_orphans_and_widows(self) -> None:
        assert share([slot(3), slot(3)], 55, PAGE)[1] == 5
        assert heights([slot(3), slot(6)], 85) == [30, 40]  # five lines would leave a widow

    def test_long_notes_give_way_to_the_ceiling_the_newest_first(self) -> None:
        assert heights([slot(12), slot(3), slot(15)], PAGE, 240) == [120, 30, 90]

    def test_short_notes_may_pass_the_ceiling(self) -> None:
        assert heights([slot(9), slot(9), slot(9)], PAGE, 240) == [90, 90, 90]

    def test_what_is_left_of_a_long_note_gives_way_before_another_is_divided(self) -> None:
        assert heights([slot(12, carried=True), slot(6)], 100) == [40, 60]
        assert heights([slot(30, carried=True), slot(6)], 80) == [20, 60]

    def test_what_is_left_of_a_short_note_is_not_divided_once_more(self) -> None:
        assert heights([slot(8, carried=True), slot(6)], 100) == [80, 20]
        assert share([slot(8, carried=True), slot(3)], 100, PAGE)[1] == 10

    def test_as_a_last_resort_it_waits_and_notes_begin_with_a_line(self) -> None:
        assert heights([slot(30, carried=True), slot(6)], 10, last_resort=True) == [0, 10]

    def test_excess_says_how_much_is_missing(self) -> None:
        assert share([slot(4), slot(4)], 15, PAGE, last_resort=True)[1] == 5

    def test_margins_collapse_between_notes(self) -> None:
        pieces = [Piece(5.0, 10.0, 4.0), None, Piece(6.0, 10.0, 3.0)]
        assert [top for top, _ in placed(pieces)] == [5, 21]
        assert stacked(pieces) == 31

    @given(
        st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=12),
        st.floats(5, PAGE),
        st.booleans(),
    )
    def test_no_more_than_there_is(self, notes: list[tuple[int, bool]], room: float, last_resort: bool) -> None:
        slots = [slot(lines, carried=carried) for lines, carried in notes]
        pieces, excess = share(slots, room, CEILING * PAGE, last_resort=last_resort)
        assert excess or stacked(pieces) <= room + 1e-3
        for one, piece in zip(slots, pieces, strict=True):
            assert piece is not None or (one.carried and last_resort)
            assert piece is None or 0 < piece.height <= one.whole.height
        whole = sum(one.whole.height for one in slots)
        if whole <= room and (whole <= CEILING * PAGE or all(s.whole.height < LONG * PAGE for s in slots)):
            assert all(piece is one.whole for one, piece in zip(slots, pieces, strict=True))


# ---------------------------------------------------------------- the engine


class TestEngine:
    def test_the_engine_is_the_one_that_this_was_written_for(self) -> None:
        assert not moved(LEANED_UPON), (
            "WeasyPrint's inside has moved. Read these functions against footnotes_foot.py and footnotes_layout.py, "
            "run `python -m benchmarks.notes_fuzz --notes 20000`, then note their new digests in footnotes.py: "
            + ", ".join(moved(LEANED_UPON))
        )

    def test_names_are_put_back(self) -> None:
        before = [getattr(module, name) for module, name, _ in hooks()]
        with pytest.raises(ZeroDivisionError), continued() as active:
            assert active
            assert [getattr(module, name) for module, name, _ in hooks()] == [new for _, _, new in hooks()]
            raise ZeroDivisionError
        assert [getattr(module, name) for module, name, _ in hooks()] == before

    def test_another_version_is_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(weasyprint, "__version__", "70.1")
        before = [getattr(module, name) for module, name, _ in hooks()]
        with continued() as active:
            assert not active
            assert [getattr(module, name) for module, name, _ in hooks()] == before

    def test_moved_functions_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("weasyprint.layout.page.make_page", lambda: None)
        monkeypatch.delattr("weasyprint.layout.column._report_footnotes")
        assert [found.split(": ")[0] for found in moved(LEANED_UPON)] == [
            "weasyprint.layout.page:make_page",
            "weasyprint.layout.column:_report_footnotes",
        ]


# ---------------------------------------------------------------- printed pages

PLAIN = """@page { size: A6; margin: 12mm; @footnote { border-top: .5pt solid; padding-top: 3pt } }
html { orphans: 2; widows: 2 } body { margin: 0; font: 9pt/1.35 "DejaVu Serif" } p { margin: 0 0 .5em }
.fn { float: footnote; font-size: 7pt; line-height: 1.25 }
"""


class Writer:
    """Writes words and notes whose words are tokens, as the benchmark has them."""

    def __init__(self) -> None:
        self.words = 0
        self.notes: list[int] = []

    def text(self, count: int) -> str:
        self.words += count
        return " ".join(f"b{word}e" for word in range(self.words - count, self.words))

    def note(self, count: int, inner: str = "") -> str:
        self.notes.append(count)
        return f'<span class="fn">{" ".join(note_tokens(len(self.notes) - 1, count))}{inner}</span>'

    def source(self, body: str, style: str = "") -> Source:
        unordered = frozenset(range(self.words)) if "<td" in body or "columns" in body else frozenset()
        html = f'<html lang="en"><title>t</title><style>{PLAIN}{style}</style><body>{body}'
        return Source(html, 12, tuple(self.notes), unordered)


@dataclass(frozen=True)
class Print:
    """A print: what was wrong, and which notes stand on which page, as (note, part)."""

    tally: Tally
    feet: list[list[tuple[int, NotePart]]]
    document: weasyprint.Document

    def pages_of(self, note: int) -> list[int]:
        return [page for page, foot in enumerate(self.feet) for number, _ in foot if number == note]

    def lines(self, page: int) -> list[Any]:
        """The lines at the foot of a page."""
        return [box for area in self.areas(page) for box in area.descendants() if isinstance(box, boxes.LineBox)]

    def areas(self, page: int) -> list[Any]:
        children = self.document.pages[page]._page_box.children
        return [box for box in children if isinstance(box, boxes.FootnoteAreaBox)]

    def body(self, page: int) -> list[int]:
        """The words of the text of a page."""
        root = self.document.pages[page]._page_box.children[0]
        texts = [box.text for box in root.descendants() if isinstance(box, boxes.TextBox)]
        return [word for text in texts for kind, _, word in tokens(text) if kind == "b"]


def printing(source: Source, *, stock: bool = False) -> Print:
    with nullcontext() if stock else continued():
        rendered = weasyprint.HTML(string=source.html).render(pdf_variant="pdf/ua-1")
    tally = check(source, rendered, rendered.write_pdf(pdf_variant="pdf/ua-1"))
    feet = []
    for page in rendered.pages:
        areas = [box for box in page._page_box.children if isinstance(box, boxes.FootnoteAreaBox)]
        feet.append([(_number(box), part_of(box) or NotePart(0, True)) for area in areas for box in area.children])
    return Print(tally, feet, rendered)


def _number(box: Any) -> int:
    return next(number for kind, number, _ in tokens("".join(box.element.itertext())) if kind == "n")


@pytest.mark.artefact
class TestPrint:
    def test_a_note_taller_than_three_pages(self) -> None:
        w = Writer()
        body = f"<p>{w.text(60)}{w.note(1200)} {w.text(500)}</p>"
        made = printing(w.source(body))
        assert made.tally.faults == FAULTLESS
        on = made.pages_of(0)
        assert len(on) >= 4
        assert on == list(range(on[0], on[-1] + 1))
        parts = [part for foot in made.feet for _, part in foot]
        assert [part.number for part in parts] == list(range(len(parts)))
        assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]

    def test_text_stands_on_the_pages_of_a_long_note(self) -> None:
        w = Writer()
        made = printing(w.source(f"<p>{w.text(60)}{w.note(1200)} {w.text(900)}</p>"))
        for page in made.pages_of(0)[1:-1]:
            share_of_text = len(made.body(page)) / len(made.body(0))
            assert made.areas(page)[0].height < (CEILING + 0.01) * made.document.pages[page]._page_box.height
            assert share_of_text > 0.2

    def test_max_height_of_the_area_is_the_ceiling(self) -> None:
        w = Writer()
        style = "@page { @footnote { max-height: 30% } }"
        made = printing(w.source(f"<p>{w.text(60)}{w.note(700)} {w.text(900)}</p>", style))
        assert made.tally.faults == FAULTLESS
        for page in made.pages_of(0):
            assert made.areas(page)[0].height <= 0.3 * made.document.pages[page]._page_box.height

    def test_a_long_note_does_not_keep_others_from_beginning(self) -> None:
        w = Writer()
        body = "".join(f"<p>{w.text(20)}{w.note(length)} {w.text(40)}</p>" for length in (900, 12, 700, 12, 12, 12))
        made = printing(w.source(body))
        assert made.tally.faults == FAULTLESS
        together = [foot for foot in made.feet if len(foot) > 2]
        assert together
        assert made.feet[made.pages_of(1)[0]][0][0] == 0

    def test_many_tall_notes_in_one_paragraph(self) -> None:
        w = Writer()
        made = printing(w.source(f"<p>{' '.join(f'{w.text(3)}{w.note(90)}' for _ in range(12))} {w.text(100)}</p>"))
        assert made.tally.faults == FAULTLESS
        assert made.tally.figures["divided"] > 2

    def test_the_call_on_the_last_line_of_a_page(self) -> None:
        divided = 0
        for before in range(150, 260, 10):
            w = Writer()
            made = printing(w.source(f"<p>{w.text(before)}{w.note(40)} {w.text(100)}</p>"))
            assert made.tally.faults == FAULTLESS
            divided += made.tally.figures["divided"]
        assert divided

    def test_a_note_called_in_a_head_stands_once_and_the_head_on_each_page(self) -> None:
        w = Writer()
        head = f"<th>h0e{w.note(30)}</th><th>h1e</th>"
        rows = "".join(f"<tr><td>{w.text(8)}</td><td>{w.text(8)}{w.note(9)}</td></tr>" for _ in range(16))
        made = printing(w.source(f"<p>{w.text(90)}</p><table><thead><tr>{head}</tr></thead>{rows}</table>"))
        assert made.tally.faults == FAULTLESS
        heads = [page for page in made.document.pages for box in page._page_box.descendants()
                 if isinstance(box, boxes.TextBox) and "h0e" in box.text]  # fmt: skip
        assert len(heads) >= 3
        assert made.pages_of(0) in ([0], [1], [0, 1], [1, 2])

    def test_notes_called_in_columns(self) -> None:
        w = Writer()
        text = "".join(f"<p>{w.text(25)}{w.note(length)} {w.text(25)}</p>" for length in (10, 200, 30, 5, 60))
        style = ".columns { column-count: 2; column-gap: 4mm }"
        made = printing(w.source(f'<p>{w.text(40)}</p><div class="columns">{text}</div><p>{w.text(50)}</p>', style))
        assert made.tally.faults == FAULTLESS

    @pytest.mark.parametrize("height", [20, 40, 60, 75])
    def test_a_figure_in_one_piece_whose_caption_calls_notes(self, height: int) -> None:
        style = f"figure {{ break-inside: avoid; margin: 1em 0 }} figure div {{ height: {height}mm; background: red }}"
        for before in (30, 100, 160):
            w = Writer()
            first = f"<p>{w.text(before)}</p>"
            caption = f"<figcaption>{w.text(9)}{w.note(20)} {w.text(3)}{w.note(60)}</figcaption>"
            body = f"{first}<figure><div></div>{caption}</figure><p>{w.text(150)}</p>"
            made = printing(w.source(body, style))
            assert made.tally.faults == FAULTLESS
            captions = {
                page for page in range(len(made.feet)) for word in made.body(page) if word in (before, before + 11)
            }
            assert len(captions) == 1

    def test_a_figure_is_not_torn_by_what_comes_from_the_page_before(self) -> None:
        style = "figure { break-inside: avoid; margin: 0 } figure div { height: 45mm; background: red }"
        w = Writer()
        first = f"<p>{w.text(100)}{w.note(600)} {w.text(30)}</p>"
        figure = f"<figure><div></div><figcaption>{w.text(40)}</figcaption></figure>"
        made = printing(w.source(f"{first}{figure}<p>{w.text(300)}</p>", style))
        assert made.tally.faults == FAULTLESS
        (page,) = {page for page in range(len(made.feet)) if 135 in made.body(page)}
        pictures = [box for box in made.document.pages[page]._page_box.descendants() if box.element_tag == "div"]
        assert pictures
        assert made.feet[page][0] == (0, NotePart(page, False))

    def test_orphans_and_widows_of_notes(self) -> None:
        style = ".fn { orphans: 4; widows: 3 }"
        parts: list[tuple[bool, int]] = []
        for before in range(150, 260, 10):
            w = Writer()
            made = printing(w.source(f"<p>{w.text(before)}{w.note(60)} {w.text(100)}</p>", style))
            assert made.tally.faults == FAULTLESS
            if len(made.pages_of(0)) > 1:
                parts += [(part.number == 0, len(made.lines(page))) for page in made.pages_of(0)
                          for _, part in made.feet[page]]  # fmt: skip
        assert parts
        assert all(lines >= (4 if begins else 3) for begins, lines in parts)

    def test_a_note_that_is_to_stay_whole_is_divided_only_when_it_is_higher_than_the_page(self) -> None:
        style = ".fn { break-inside: avoid }"
        for before in range(160, 260, 25):
            w = Writer()
            made = printing(w.source(f"<p>{w.text(before)}{w.note(60)} {w.text(100)}</p>", style))
            assert made.tally.faults == FAULTLESS
            assert len(made.pages_of(0)) == 1
        w = Writer()
        made = printing(w.source(f"<p>{w.text(20)}{w.note(900)} {w.text(100)}</p>", style))
        assert made.tally.faults == FAULTLESS

    def test_what_is_left_at_the_end_has_pages_of_its_own_and_fills_them(self) -> None:
        w = Writer()
        made = printing(w.source(f"<p>{w.text(30)}{w.note(1500)}</p>"))
        assert made.tally.faults == FAULTLESS
        assert made.tally.figures["notes only"] >= 2
        page = made.document.pages[1]._page_box
        assert made.areas(1)[0].height > 0.9 * page.height
        assert made.areas(0)[0].height > 0.7 * page.height  # the last page with text gives what it has left, too

    def test_what_is_left_before_a_forced_page_uses_the_blank_one(self) -> None:
        w = Writer()
        body = f"<p>{w.text(30)}{w.note(600)}</p><p>{w.text(30)}</p>"
        made = printing(w.source(body, "p + p { break-before: right }"))
        assert made.tally.faults == FAULTLESS
        assert made.feet[1]
        assert not made.body(1)

    def test_pages_that_are_laid_out_again_lose_nothing(self) -> None:
        style = "a::after { content: target-counter(attr(href), page) } h2::after { content: counter(pages) }"
        w = Writer()
        body = "".join(
            f'<h2 id="h{n}">{w.text(2)}</h2>'
            f'<p>{w.text(60)}<a href="#h{(n + 3) % 8}"></a>{w.note(length)} {w.text(50)}</p>'
            for n, length in enumerate((10, 300, 20, 15, 120, 12, 300, 40))
        )
        made = printing(w.source(body, style))
        assert made.tally.faults == FAULTLESS

    def test_the_number_of_a_page_in_a_note_is_the_right_one(self) -> None:
        style = ".fn a::after { content: ' page ' target-counter(attr(href), page) }"
        w = Writer()
        body = f'<p>{w.text(50)}{w.note(150, "<a href=#there></a>")} {w.text(400)}</p><p id="there">{w.text(50)}</p>'
        made = printing(w.source(body, style))
        assert made.tally.faults == FAULTLESS
        there = next(page for page in range(len(made.feet)) if 499 in made.body(page))
        texts = pypdfium2.PdfDocument(made.document.write_pdf())
        assert any(f"page {there + 1}" in page.get_textpage().get_text_bounded() for page in texts)

    def test_a_line_break_in_the_source_is_a_space(self) -> None:
        text = 'text<span class="fn">one\n  two\n<i style="text-transform: uppercase">a</i></span>'
        html = f"<style>{PLAIN}</style><p>{text}"
        with continued():
            page = weasyprint.HTML(string=html).render().pages[0]._page_box
        (line,) = [box for box in page.children[1].descendants() if isinstance(box, boxes.LineBox)]
        assert "".join(box.text for box in line.descendants() if isinstance(box, boxes.TextBox)) == "1. one two A"

    def test_notes_in_notes_and_in_what_stands_out_of_the_flow(self) -> None:
        w = Writer()
        aside = f'<div style="position: absolute; top: 0; left: 0; width: 10mm">{w.note(8)}</div>'
        inner = '<span class="fn">n2x0e n2x1e</span>'
        body = f"<p>{w.text(40)}{w.note(20, inner)} {w.text(20)}</p>{aside}"
        w.notes.append(2)
        made = printing(w.source(body))
        stand = {number for foot in made.feet for number, _ in foot}
        assert stand == {0, 1, 2}
        assert not made.tally.faults["lost"]
        assert not made.tally.faults["words differ"]

    def test_without_want_of_room_the_pages_are_the_engines_own(self) -> None:
        w = Writer()
        body = "".join(f"<p>{w.text(45)}{w.note(7)} {w.text(30)}</p>" for _ in range(3))
        source = w.source(f"{body}<p style='break-before: page'>{w.text(40)}{w.note(12)}</p>")
        with continued():
            here = weasyprint.HTML(string=source.html).write_pdf()
        assert here == weasyprint.HTML(string=source.html).write_pdf()

    def test_each_note_is_laid_out_once_when_there_is_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        laid: list[float] = []
        lay = Foot._lay

        def counting(self: Foot, source: Any, skip: Any, limit: float, forced: bool) -> Piece | None:
            laid.append(limit)
            return lay(self, source, skip, limit, forced)

        monkeypatch.setattr(Foot, "_lay", counting)
        w = Writer()
        made = printing(w.source("".join(f"<p>{w.text(15)}{w.note(5)}</p>" for _ in range(12)), "@page { size: A4 }"))
        assert len(made.feet) == 1
        assert len(laid) == 12


# ---------------------------------------------------------------- the press's own pages


def report(html: str, lengths: dict[str, int]) -> Document:
    """A report of one chapter with notes of so many words, by their letters."""
    notes = tuple(
        noted(name, str(mark), f"<p>{' '.join(f'{name}{word}e' for word in range(length))}</p>")
        for mark, (name, length) in enumerate(lengths.items(), start=1)
    )
    chapter = Chapter("sec-one", Kind.CHAPTER, "1", "One", "One", "One", "", html, notes)
    return replace(RICH, chapters=(chapter,), contents=(), figures=(), tables=(), cover="")


def words(count: int) -> str:
    return " ".join(["Some", "plain", "words", "more"] * (count // 4))


@pytest.mark.artefact
class TestReport:
    """The press's own style sheets, templates and fonts."""

    def printed(self, document: Document) -> list[str]:
        findings = Findings()
        made = print_pdf(document, Design("A4", (), ()), OWN, EPOCH, Cache(Path(os.devnull)), findings)
        assert [finding.message for finding in findings.all()] == []
        return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(made.data)]

    def test_long_notes_in_all_places(self) -> None:
        places = {
            "pa": "<p>{}</p>",
            "he": '<h2 id="sec-two" data-title="Two">{}</h2><p>Text.</p>',
            "li": "<ul><li>One.</li><li>{}</li></ul>",
            "qu": "<blockquote><p>{}</p></blockquote>",
            "fi": '<figure id="fig-totals" class="figure"><figcaption><span class="label">Figure 1</span>'
            '<span class="caption">{}</span></figcaption><img src="assets/fig-totals.svg" alt="Bars."/></figure>',
            "th": '<div class="table"><table><caption><span class="label">Table 1</span> A table.</caption>'
            "<thead><tr><th>{}</th></tr></thead><tbody><tr><td>Cell.</td></tr></tbody></table></div>",
            "td": '<div class="table"><table><caption><span class="label">Table 2</span> A table.</caption>'
            "<thead><tr><th>Head.</th></tr></thead><tbody><tr><td>{}</td></tr></tbody></table></div>",
            "bo": '<div class="box"><p class="box-title">A box</p><p>{}</p></div>',
        }
        lengths = {name: 40 + 130 * index for index, name in enumerate(places)}
        html = "".join(
            f"<p>{words(120)}</p>" + place.format(f"Calls-{name}.{call(name, str(mark))}")
            for mark, (name, place) in enumerate(places.items(), start=1)
        )
        pages = self.printed(report(html, lengths))
        text = " ".join(pages)
        divided = 0
        for name, length in lengths.items():
            assert re.findall(rf"\b{name}(\d+)e\b", text) == [str(word) for word in range(length)]
            begins = [index for index, page in enumerate(pages) if re.search(rf"\b{name}0e\b", page)]
            assert begins == [index for index, page in enumerate(pages) if f"Calls-{name}" in page]
            divided += sum(bool(re.search(rf"\b{name}\d+e\b", page)) for page in pages) > 1
        assert divided >= 3

    def test_two_calls_of_one_note_share_it(self) -> None:
        again = '<a class="noteref" role="doc-noteref" id="noteref-aa-2" href="#note-aa">1</a>'
        html = f"<p>Firstly.{call('aa', '1')} {words(400)}</p><p>{words(400)} Secondly.{again}</p>"
        pages = self.printed(report(html, {"aa": 50}))
        assert re.findall(r"\baa(\d+)e\b", " ".join(pages)) == [str(word) for word in range(50)]
        (first,) = (page for page in pages if "Firstly" in page)
        (second,) = (page for page in pages if "Secondly" in page)
        assert "aa0e" in first
        assert first != second


# ---------------------------------------------------------------- any document


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Paragraphs, list items, cells, headings and quotes with notes of any length, on pages of any kind."""
    w = Writer()
    lengths = st.one_of(st.integers(1, 30), st.integers(30, 120), st.integers(200, 500))
    blocks = []
    for tag in draw(
        st.lists(st.sampled_from(["p", "p", "p", "li", "td", "h2", "blockquote"]), min_size=2, max_size=12)
    ):
        text = w.text(draw(st.integers(1, 60)))
        for length in draw(st.lists(lengths, max_size=3)):
            text += f"{w.note(length)} {w.text(draw(st.integers(1, 40)))}"
        text = f"<{tag}>{text}</{tag}>"
        blocks.append({"li": f"<ul>{text}</ul>", "td": f"<table><tr>{text}</tr></table>"}.get(tag, text))
    size = draw(st.sampled_from(["A6", "A5", "148mm 105mm"]))
    policy, orphans, widows = draw(st.sampled_from(["auto", "line", "block"])), draw(_FEW), draw(_FEW)
    style = (
        f"@page {{ size: {size} }} html {{ orphans: {orphans}; widows: {widows} }} .fn {{ footnote-policy: {policy} }}"
    )
    return w.source("".join(blocks), style)


_FEW = st.integers(1, 4)


@pytest.mark.artefact
class TestAnyDocument:
    @settings(max_examples=15)
    @given(sources())
    def test_every_note_whole_once_in_order_and_where_it_is_called(self, source: Source) -> None:
        assert printing(source).tally.faults == FAULTLESS

    @pytest.mark.parametrize("seed", [11, 12, 13])
    def test_random_documents(self, seed: int) -> None:
        assert printing(document(seed, 30, 600)).tally.faults == FAULTLESS


@pytest.mark.artefact
class TestTheCheckItself:
    """A check that sees nothing is worth nothing."""

    @pytest.mark.parametrize(("example", "alone"), [(0, {"1": 1, "2": None}), (1, {"1": None})])
    def test_the_engine_alone_does_what_is_reported(self, example: int, alone: dict[str, int | None]) -> None:
        """Note by note, how many pages after its call it stands, and None for nowhere or above the page."""
        report = (Path(__file__).parent.parent / "docs/upstream/lost-footnotes.md").read_text("utf-8")
        html = re.findall("```html\n(.+?)```", report, re.DOTALL)[example]
        assert self.delays(weasyprint.HTML(string=html).render()) == alone
        with continued():
            assert self.delays(weasyprint.HTML(string=html).render()) == dict.fromkeys(alone, 0)

    def delays(self, printed: weasyprint.Document) -> dict[str, int | None]:
        calls: dict[str, int] = {}
        notes: dict[str, int] = {}
        for number, page in enumerate(printed.pages):
            for box in page._page_box.descendants():
                if isinstance(box, boxes.TextBox) and box.element_tag.endswith("::footnote-call"):
                    calls[box.text] = number
                elif isinstance(box, boxes.TextBox) and box.position_y >= 0 and "::footnote-marker" in box.element_tag:
                    notes[box.text.strip(" .")] = number
        return {mark: notes[mark] - page if mark in notes else None for mark, page in calls.items()}

    @pytest.mark.parametrize(
        ("name", "planted", "seen"),
        [
            ("close", lambda whole: lambda foot: (whole(foot)[0], []), "words differ"),
            ("begin", lambda whole: lambda foot, note: True, "lost"),
            ("_read_calls", lambda whole: lambda foot, called: whole(foot, called[::-1]), "out of order"),
            ("_share_out", lambda whole: lambda foot, room: whole(foot, 2 * room), "over the text"),
        ],
    )
    def test_a_planted_fault_is_seen(
        self,
        name: str,
        planted: Callable[[Any], Callable[..., Any]],
        seen: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        w = Writer()
        first = f"{w.text(9)}{w.note(2)} {w.text(60)}{w.note(400)}"
        source = w.source(f"<p>{first} {w.text(200)}{w.note(20)} {w.text(100)}{w.note(9)}</p>")
        assert printing(source).tally.faults == FAULTLESS
        monkeypatch.setattr(Foot, name, planted(getattr(Foot, name)))
        assert printing(source).tally.faults[seen] > 0
