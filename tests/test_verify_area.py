"""What lies on a page and what does not: read from small PDFs that are made by hand."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cache import Cache
from pipeline.diagnostics import Findings, Severity, Span
from pipeline.document import Chapter, Kind
from pipeline.render.forms import Design
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.verify.layout_area import check_area
from pipeline.verify.pdf_file import read_pdf
from pipeline.verify.pdf_inspection import inspect
from pipeline.verify.pdf_page import MarkKind, Page
from pipeline.verify.pdf_strands import sections_of
from pipeline.workspace import templates_folder
from tests.documents import RICH
from tests.page_pdfs import HIGH, WIDE, artifact, marked, text_at, write_pdf

HTML = (
    '<div id="sec-one"><p>a branch of the rose</p></div>'
    '<div id="sec-two"><p>the heat of the day is a bad thing</p></div>'
)
GOOD = (
    f"{marked(0, text_at('t', 40, 360))} {marked(1, text_at('a branch of the rose', 40, 330))} "
    f"{marked(2, text_at('the heat of the', 40, 310))}"
)
PICTURE = "q {wide} 0 0 {high} {x} {y} cm /P0 Do Q"
BARS = "60 100 30 90 re f 100 100 30 60 re f 140 100 30 40 re f"
LINE = "q .5 w {x1} 200 m {x2} 200 l S Q"


def told(tmp_path: Path, content: str, form: str = "", cut: float = 0) -> list[tuple[str, str, str]]:
    """Code, place and message of what is told of a page; with `cut` of one that is cut, with a bleed of ten units."""
    path = write_pdf(tmp_path / "small.pdf", content, form=form, cut=cut, bleed=10 if cut else 0)
    chapter = Chapter("sec-t", Kind.BACK, "", "T", "T", "T", "", HTML, ())
    document = replace(RICH, chapters=(chapter,), contents=(), figures=(), tables=())
    pdf = read_pdf(path, Cache(Path(os.devnull)))
    verdict = check_area(inspect(document, pdf, sections_of(document), path.name, Span))
    assert {fault.rule.severity for fault in verdict.faults} <= {Severity.ERROR}
    return [(fault.rule.code, str(fault.span), fault.message) for fault in verdict.faults]


def page_of(tmp_path: Path, content: str, form: str = "") -> Page:
    return read_pdf(write_pdf(tmp_path / "small.pdf", content, form=form), Cache(Path(os.devnull))).pages[0]


def test_a_good_page_has_no_fault(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == []
    drawing = marked(3, f"{BARS} {text_at('t', 64, 104, 6)} {text_at('o', 68, 104, 6)}", "Figure")
    picture = marked(4, PICTURE.format(wide=80, high=60, x=180, y=100), "Figure")
    rule = artifact(LINE.format(x1=40, x2=260))
    assert told(tmp_path, f"{GOOD} {drawing} {picture} {rule}") == []


def test_what_is_read_of_a_page(tmp_path: Path) -> None:
    drawing = marked(3, f"{BARS} /X0 Do", "Figure")
    picture = artifact(PICTURE.format(wide=80, high=60, x=180, y=100))
    rule = artifact(LINE.format(x1=40, x2=260))
    page = page_of(tmp_path, f"{GOOD} {drawing} {picture} {rule}", form=text_at("is", 20, 20))
    assert [run.text for run in page.runs] == ["t", "a branch of the rose", "the heat of the", "is"]
    assert [run.content for run in page.runs] == [0, 1, 2, 3]
    assert [(mark.kind, mark.content, mark.artifact) for mark in page.marks] == [
        (MarkKind.PATH, 3, False),
        (MarkKind.PICTURE, -1, True),
    ]
    assert page.marks[0].box == pytest.approx((60, 100, 170, 190), abs=0.1)
    assert page.marks[1].box == pytest.approx((180, 100, 260, 160), abs=0.1)
    assert page.painted == 5


# ---------------------------------------------------------------- on the page


def test_a_picture_that_reaches_out_is_told_with_its_neighbour(tmp_path: Path) -> None:
    ((code, place, message),) = told(tmp_path, f"{GOOD} {PICTURE.format(wide=80, high=60, x=WIDE - 60, y=290)}")
    assert (code, place) == ("PDF017", "sec-two")
    assert message == 'a picture reaches out of page 1 by 20 points, near "the heat of the"'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (marked(3, f"q 1 0 0 1 200 -20 cm {BARS} Q", "Figure"), "a drawing"),
        (LINE.format(x1=40, x2=WIDE + 12), "a line"),
        (artifact(LINE.format(x1=40, x2=WIDE + 12)), "a line"),
        (PICTURE.format(wide=30, high=30, x=40, y=HIGH - 20), "a picture"),
    ],
)
def test_drawings_and_lines_that_reach_out_are_told(tmp_path: Path, content: str, what: str) -> None:
    ((code, _, message),) = told(tmp_path, f"{GOOD} {content}")
    assert code == "PDF017"
    assert message.startswith(f"{what} reaches out of page 1 by ")


@pytest.mark.parametrize(
    "content",
    [
        artifact("250 0 100 100 re f"),  # a ground at the side
        f"-10 0 {WIDE + 20} 100 re f",  # a drawing over the width of the page
        PICTURE.format(wide=WIDE + 20, high=90, x=-10, y=-5),
        artifact(LINE.format(x1=-20, x2=WIDE + 20)),
        f"q 0 0 {WIDE} {HIGH} re W n 250 100 100 100 re f Q",  # cut off where the page ends
    ],
)
def test_what_is_meant_to_run_over_the_edge_is_no_fault(tmp_path: Path, content: str) -> None:
    assert told(tmp_path, f"{content} {GOOD}") == []


def test_text_that_reaches_out_is_told(tmp_path: Path) -> None:
    message = 'text reaches out of page 1: "day is a bad thing"'
    assert ("PDF015", "sec-two", message) in told(tmp_path, f"{GOOD} {text_at('day is a bad thing', 240, 290)}")


# ---------------------------------------------------------------- whole


CUT = 20
MARKS = artifact(f".3 w {CUT} 0 m {CUT} 8 l S 0 {CUT} m 8 {CUT} l S")


def test_on_a_page_that_is_cut_the_edge_is_the_cut(tmp_path: Path) -> None:
    assert told(tmp_path, f"{GOOD} {MARKS}", cut=CUT) == []
    over = marked(3, text_at("is a bad thing", 235, 290))
    assert told(tmp_path, f"{GOOD} {over}") == told(tmp_path, GOOD)
    assert [code for code, *_ in told(tmp_path, f"{GOOD} {over} {MARKS}", cut=CUT)] == ["PDF015"]


@pytest.mark.parametrize(
    ("end", "codes"), [(WIDE - CUT + 10, []), (WIDE - CUT + 11.3, []), (WIDE - CUT + 5, ["PDF017"])]
)
def test_a_line_may_run_over_the_cut_when_it_runs_to_the_end_of_the_bleed(
    end: float, codes: list[str], tmp_path: Path
) -> None:
    rule = artifact(LINE.format(x1=100, x2=end))
    assert [code for code, *_ in told(tmp_path, f"{GOOD} {rule}", cut=CUT)] == codes


def test_text_that_is_clipped_is_told(tmp_path: Path) -> None:
    clip = "q 0 280 100 40 re W n {} Q"
    rest = text_at("day is a bad thing", 40, 290)
    message = 'text on page 1 is cut off: "day is a bad thing"'
    assert told(tmp_path, f"{GOOD} {clip.format(rest)}") == [("PDF018", "sec-two", message)]
    assert told(tmp_path, f"{GOOD} {clip.replace('100 40', '200 40').format(rest)}") == []


def test_text_that_is_clipped_away_is_told(tmp_path: Path) -> None:
    rest = f"q 0 0 10 10 re W n {text_at('day is a bad thing', 40, 290)} Q"
    assert [code for code, *_ in told(tmp_path, f"{GOOD} {rest}")] == ["PDF018"]


def test_letters_of_a_drawing_that_are_clipped_are_told_once(tmp_path: Path) -> None:
    letters = " ".join(text_at(letter, 92 + 7 * number, 120) for number, letter in enumerate("roads"))
    drawing = marked(3, f"{BARS} q 40 90 60 120 re W n {letters} Q", "Figure")
    ((code, _, message),) = told(tmp_path, f"{GOOD} {drawing}")
    assert (code, message) == ("PDF018", 'text on page 1 is cut off: "oads"')


def test_what_is_painted_in_a_form_is_clipped_by_its_box_and_by_the_clip_around_it(tmp_path: Path) -> None:
    word = text_at("day is bad", 10, 10)
    ((code, *_),) = told(tmp_path, f"{GOOD} q 1 0 0 1 40 280 cm /X0 Do Q", form=text_at("day is a bad thing", 10, 10))
    assert code == "PDF018"
    assert told(tmp_path, f"{GOOD} q 1 0 0 1 40 280 cm /X0 Do Q", form=word.replace(" 12 Tf", " 8 Tf")) == []
    clipped = f"{GOOD} q 0 0 60 400 re W n 1 0 0 1 40 280 cm /X0 Do Q"
    assert [code for code, *_ in told(tmp_path, clipped, form=word.replace(" 12 Tf", " 8 Tf"))] == ["PDF018"]


# ---------------------------------------------------------------- one on another


def test_texts_that_overlap_are_told(tmp_path: Path) -> None:
    content = f"{GOOD} {text_at('day is a bad thing', 100, 313)}"
    message = 'on page 1 "the heat of the" and "day is a bad thing" overlap'
    assert told(tmp_path, content) == [("PDF019", "sec-two", message)]


def test_two_texts_that_overlap_in_several_lines_are_told_once(tmp_path: Path) -> None:
    spots = ((100, 333, "the heat of"), (60, 328, "the day is"), (100, 322, "a bad thing"))
    content = f"{marked(0, text_at('t', 40, 360))} {marked(1, text_at('a branch of the rose', 40, 330))} "
    found = told(tmp_path, content + " ".join(text_at(words, x, y) for x, y, words in spots))
    assert [(code, place) for code, place, _ in found if place == "sec-one"] == [("PDF019", "sec-one")]


@pytest.mark.parametrize("other", [(125, 314.5, 6), (40, 297, 12), (124, 310, 12)])
def test_raised_marks_next_lines_and_next_words_do_not_overlap(
    tmp_path: Path, other: tuple[float, float, float]
) -> None:
    x, y, size = other
    assert told(tmp_path, f"{GOOD} {text_at('day is a bad thing', x, y, size)}") == []


def test_letters_of_a_drawing_on_the_text_are_told(tmp_path: Path) -> None:
    letters = " ".join(text_at(letter, 60 + 9 * number, 313) for number, letter in enumerate("tale"))
    drawing = marked(3, f"{BARS} {letters}", "Figure")
    ((code, place, message),) = told(tmp_path, f"{GOOD} {drawing}")
    assert (code, place) == ("PDF019", "sec-two")
    assert message.startswith('on page 1 "the heat of the" and ')


def test_text_on_a_picture_is_told(tmp_path: Path) -> None:
    picture = PICTURE.format(wide=80, high=60, x=60, y=260)
    message = 'on page 1 "the heat of the" stands on a picture'
    assert told(tmp_path, f"{GOOD} {marked(3, picture, 'Figure')}") == [("PDF020", "sec-two", message)]
    assert told(tmp_path, f"{GOOD} {picture}") == [("PDF020", "sec-two", message)]


def test_text_on_a_drawing_is_told_and_its_own_letters_are_not(tmp_path: Path) -> None:
    own = f"{BARS} {text_at('t', 64, 104, 6)} {text_at('o', 68, 104, 6)}"
    drawing = marked(3, f"q 1 0 0 1 0 130 cm {own} Q", "Figure")
    message = 'on page 1 "the heat of the" stands on a picture'
    assert told(tmp_path, f"{GOOD} {drawing}") == [("PDF020", "sec-two", message)]


def test_a_page_of_nothing_but_what_is_designed_may_have_text_on_a_picture(tmp_path: Path) -> None:
    cover = f"{PICTURE.format(wide=80, high=60, x=60, y=260)} {text_at('words of a cover', 40, 290)}"
    assert told(tmp_path, cover) == []


def test_text_on_a_ground_from_edge_to_edge_is_no_fault(tmp_path: Path) -> None:
    assert told(tmp_path, f"{PICTURE.format(wide=WIDE, high=HIGH, x=0, y=0)} {GOOD}") == []


@pytest.mark.artefact
def test_a_note_with_a_long_number_has_room_for_it(tmp_path: Path) -> None:
    chapters = tuple(
        replace(
            chapter,
            html=chapter.html.replace(">2</a>", ">1002</a>"),
            notes=tuple(replace(note, mark="1002") if note.mark == "2" else note for note in chapter.notes),
        )
        for chapter in RICH.chapters
    )
    document = replace(RICH, chapters=chapters)
    findings = Findings()
    templates = Templates(templates_folder(), None, str, {})
    nowhere = Cache(Path(os.devnull))
    printed = print_pdf(document, Design("A4", (), ()), templates, 1795435200, nowhere, findings)
    path = tmp_path / "rich.pdf"
    path.write_bytes(printed.data)
    pdf = read_pdf(path, nowhere)
    assert any(run.text.strip() == "1002" and run.box[3] - run.box[1] > 5 for page in pdf.pages for run in page.runs)
    verdict = check_area(inspect(document, pdf, sections_of(document), path.name, Span))
    assert [fault.message for fault in verdict.faults] == []
