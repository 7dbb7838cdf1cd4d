"""Good pages and bad ones: what is told of a page, and that a good one is told nothing of."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from pipeline.diagnostics import Severity
from pipeline.document import NoteText
from pipeline.verify.layout import check_pages
from pipeline.verify.layout_sheet import lines_of
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_page import Mark, MarkKind
from pipeline.verify.text import shown
from tests.documents import call, note
from tests.papers import Piece, looked_at, paper

TOP, FOOT, STEP = 760, 60, 14
LINES = 1 + (TOP - FOOT) // STEP
HIGH = TOP + 8 - FOOT  # of the area that text may take, as the pages say it
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "le", "mi", "no", "pu", "ra", "se")


def some_lines(count: int, seed: int) -> list[str]:
    """Lines of words, of which no two are the same."""
    random = Random(seed)
    return [" ".join("".join(random.choices(_SYLLABLES, k=4)) for _ in range(5)) for _ in range(count)]


def column(lines: list[str], top: float = TOP, left: float = 50) -> tuple[Piece, ...]:
    """Lines under one another."""
    return tuple((line, left, top - STEP * number) for number, line in enumerate(lines))


def paragraph(lines: list[str]) -> str:
    return f"<p>{' '.join(lines)}</p>"


def told(pdf: PdfFile, html: str, notes: tuple[NoteText, ...] = ()) -> list[tuple[str, str, str]]:
    """Code, place and message of what is told of these pages, on which every word is found."""
    look = looked_at(pdf, html, notes)
    assert [item.strand.excerpt(*gap) for item in look.reading.printed for gap in item.gaps] == []
    verdict = check_pages(look)
    assert {fault.rule.severity for fault in verdict.faults} <= {Severity.WARNING}
    assert verdict.detail.startswith(f"{len(pdf.pages)} pages, ")
    return [(fault.rule.code, str(fault.span), fault.message) for fault in verdict.faults]


# ---------------------------------------------------------------- blank pages


def three_pages(on_second: int) -> tuple[PdfFile, str]:
    """A chapter over three pages: a full one, one with so many lines, and one with two."""
    first, second, third = some_lines(LINES - 1, 1), some_lines(on_second, 2), some_lines(2, 3)
    pages = (("T", 50, TOP), *column(first, TOP - STEP)), column(second), column(third)
    html = paragraph(first) + f'<div id="sec-two">{paragraph(second)}</div>' + paragraph(third)
    return paper(*pages, sec_t=0), html


def test_pages_that_are_full_are_good_and_the_last_of_a_chapter_may_be_short() -> None:
    assert told(*three_pages(LINES)) == []


@pytest.mark.parametrize(("lines", "is_told"), [(LINES * 3 // 4 - 2, True), (LINES * 3 // 4 + 2, False)])
def test_a_page_more_than_a_quarter_empty_is_told_with_what_stands_last_on_it(lines: int, is_told: bool) -> None:
    pdf, html = three_pages(lines)
    found = told(pdf, html)
    assert [code for code, *_ in found] == ["PDF021"] * is_told
    if is_told:
        last = pdf.pages[1].runs[-1]
        share = (last.box[1] - FOOT) / HIGH
        assert found[0][1:] == ("sec-two", f'page 2 is {share:.0%} empty, after "{shown(last.text, 40)}"')
        assert share > 0.25


def test_a_picture_or_a_band_fills_a_page_and_its_ground_does_not() -> None:
    pdf, html = three_pages(LINES // 2)
    low = pdf.pages[1].runs[-1].box[1]
    picture = Mark(MarkKind.PICTURE, (50.0, FOOT + 20.0, 300.0, low - 20.0), 900, False)
    page = replace(pdf.pages[1], marks=(picture,))
    assert told(replace(pdf, pages=(pdf.pages[0], page, pdf.pages[2])), html) == []
    band = replace(picture, artifact=True)
    page = replace(pdf.pages[1], marks=(band,))
    assert told(replace(pdf, pages=(pdf.pages[0], page, pdf.pages[2])), html) == []
    ground = replace(band, box=pdf.pages[1].box)
    page = replace(pdf.pages[1], marks=(ground,))
    assert [code for code, *_ in told(replace(pdf, pages=(pdf.pages[0], page, pdf.pages[2])), html)] == ["PDF021"]


def test_a_page_before_one_of_another_size_has_to_end_where_it_does() -> None:
    pdf, html = three_pages(LINES // 2)
    turned = replace(pdf.pages[2], box=(0.0, 0.0, 842.0, 595.0))
    assert told(replace(pdf, pages=(*pdf.pages[:2], turned)), html) == []


@pytest.mark.parametrize(("blank", "codes"), [(HIGH // 6 - 20, []), (HIGH // 6 + 15, ["PDF025"])])
def test_a_large_blank_above_the_notes_is_told(blank: int, codes: list[str]) -> None:
    words, more = "the words of this note", some_lines(LINES, 5)
    above = some_lines((TOP - FOOT - 8 - blank) // STEP - 1, 4)
    first = (("T", 50, TOP), *column(above, TOP - STEP))
    left, low = first[-1][1] + 5 * len(above[-1]), first[-1][2]
    foot = (("7", left, low + 4), ("7", 50, FOOT), (words, 70, FOOT))
    html = f"<p>{' '.join(above)}{call('n', '7')}</p>" + paragraph(more)
    found = told(paper((*first, *foot), column(more), sec_t=0), html, (note("n", "7", f"<p>{words}</p>"),))
    assert [code for code, *_ in found] == codes
    if codes:
        gap = low - (FOOT + 8)
        message = f'page 1 has a blank of {gap} points above its notes, after "{shown(above[-1], 40)}"'
        assert found[0][1:] == ("sec-t", message)
        assert gap > HIGH / 6


# ---------------------------------------------------------------- headings


def heading_near_foot(below: int) -> tuple[PdfFile, str]:
    """A heading with so many lines of its text below it at the foot of a page, and the rest on the next."""
    before, text = some_lines(LINES - 2 - below, 1), some_lines(LINES, 2)
    first = [*before, "A heading of its own", *text[:below]]
    html = paragraph(before) + '<h2 id="sec-own">A heading of its own</h2>' + paragraph(text)
    return paper((("T", 50, TOP), *column(first, TOP - STEP)), column(text[below:]), sec_t=0), html


def test_a_heading_with_nothing_below_it_is_told() -> None:
    message = 'the heading "a heading of its own" stands at the foot of page 1 with nothing below it'
    assert told(*heading_near_foot(0)) == [("PDF022", "sec-own", message)]


def test_a_heading_with_one_line_below_it_is_told() -> None:
    message = 'the heading "a heading of its own" stands at the foot of page 1 with one line below it'
    assert ("PDF022", "sec-own", message) in told(*heading_near_foot(1))


def test_a_heading_with_two_lines_below_it_is_good() -> None:
    assert told(*heading_near_foot(2)) == []


def test_a_heading_over_a_figure_is_good() -> None:
    pdf, html = heading_near_foot(0)
    low = pdf.pages[0].runs[-1].box[1]
    drawing = Mark(MarkKind.PATH, (50.0, low - 200.0, 300.0, low - 20.0), 900, False)
    assert told(replace(pdf, pages=(replace(pdf.pages[0], marks=(drawing,)), pdf.pages[1])), html) == []


# ---------------------------------------------------------------- single lines


def paragraph_over_pages(on_first: int, on_second: int) -> tuple[PdfFile, str]:
    before, text, after = some_lines(LINES - 1 - on_first, 1), some_lines(on_first + on_second, 2), some_lines(4, 3)
    html = paragraph(before) + paragraph(text) + paragraph(after)
    first = column([*before, *text[:on_first]], TOP - STEP)
    return paper((("T", 50, TOP), *first), column([*text[on_first:], *after]), sec_t=0), html


@pytest.mark.parametrize(("first", "second", "where"), [(1, 3, "foot of page 1"), (3, 1, "top of page 2")])
def test_a_line_alone_is_told(first: int, second: int, where: str) -> None:
    pdf, html = paragraph_over_pages(first, second)
    ((code, place, message),) = told(pdf, html)
    assert (code, place) == ("PDF023", "sec-t")
    assert message.startswith(f"one line of a paragraph stands alone at the {where}: ")


def test_two_lines_are_good_and_so_is_a_paragraph_of_one() -> None:
    assert told(*paragraph_over_pages(2, 2)) == []
    assert told(*paragraph_over_pages(1, 0)) == []


def test_a_line_alone_at_the_top_of_a_column_is_told() -> None:
    lines = some_lines(2 * LINES, 9)
    left, right = lines[: LINES - 1], lines[LINES - 1 : 2 * LINES - 3]
    html = paragraph(left[:-4]) + paragraph([*left[-4:], right[0]]) + paragraph(right[1:])
    page = (("T", 50, TOP), *column(left, TOP - STEP), *column(right, TOP, 320))
    assert [code for code, *_ in told(paper(page, sec_t=0), html)] == ["PDF023"]


def test_raised_marks_make_no_line() -> None:
    pdf = paper((("some words", 50, 700), ("12", 100, 706), ("more words", 112, 701), ("the next line", 50, 686)))
    runs = tuple(
        replace(run, box=(*run.box[:3], run.box[1] + 5)) if run.text == "12" else run for run in pdf.pages[0].runs
    )
    assert len(lines_of(runs)) == 2


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(("page", "is_told"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_figure_more_than_a_page_from_its_reference_is_told(page: int, is_told: bool) -> None:
    columns = [some_lines(LINES - 4, seed) for seed in range(4)]
    caption = "Figure 9 What it shows"
    pages = [column(lines) for lines in columns]
    pages[0] = (
        ("T", 50, TOP + STEP),
        *pages[0][:2],
        ("Figure 9", 50, TOP - 2 * STEP),
        *column(columns[0][2:], TOP - 3 * STEP),
    )
    pages[page] = (*pages[page], (caption, 50, FOOT + STEP), ("a long credit", 50, FOOT))
    figure = (
        '<div id="fig-nine" class="figure"><span class="label">Figure 9</span> What it shows <p>a long credit</p></div>'
    )
    named = '<a class="ref" href="#fig-nine">Figure 9</a>'
    texts = [paragraph(lines) for lines in columns]
    texts[0] = f"<p>{' '.join(columns[0][:2])} {named} {' '.join(columns[0][2:])}</p>"
    texts.insert(page + 1, figure)
    found = told(paper(*pages, sec_t=0), "".join(texts))
    message = f'"fig-nine" stands on page {page + 1}, {page} pages from the first words that name it, on page 1'
    assert found == [("PDF024", "fig-nine", message)] * is_told


def test_a_page_of_tables_between_a_figure_and_its_reference_is_not_counted() -> None:
    text, cells = some_lines(LINES - 2, 1), some_lines(LINES, 2)
    first = (("T", 50, TOP), ("Figure 9", 50, TOP - STEP), *column(text, TOP - 2 * STEP))
    table = f'<div id="tbl-one" class="table"><p>{" ".join(cells)}</p></div>'
    figure = '<div id="fig-nine" class="figure"><span class="label">Figure 9</span> What it shows</div>'
    html = f'<p><a class="ref" href="#fig-nine">Figure 9</a> {" ".join(text)}</p>{table}{figure}'
    third = (("Figure 9 What it shows", 50, TOP),)
    assert told(paper(first, column(cells), third, sec_t=0), html) == []
    more = some_lines(LINES, 3)
    html = html.replace(table, paragraph(more))
    found = told(paper(first, column(more), third, sec_t=0), html)
    assert [(code, place) for code, place, _ in found] == [("PDF024", "fig-nine")]
