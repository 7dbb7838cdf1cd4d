"""The reader of finished PDFs: a good one has no fault, and whatever is done to it is noticed, by its own code."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pikepdf
import pytest

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span
from pipeline.document import Asset, Chapter, Document, Entry, Kind, NoteText
from pipeline.render.forms import Design
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.verify.pdf import check_pdf
from pipeline.verify.pdf_file import PdfFile, read_pdf
from pipeline.verify.pdf_reading import Reading
from pipeline.verify.text import letters_of
from pipeline.workspace import templates_folder
from tests.documents import RICH, call, note, with_chapter
from tests.papers import found_on, paper

EPOCH = 1795435200
NOWHERE = Cache(Path(os.devnull))
READ_BEFORE: list[Cache] = []  # what is kept of the good file
CHECKS = (
    "PDF file", "PDF fonts", "PDF outline", "PDF links", "PDF notes", "PDF text", "PDF references",
    "PDF contents", "PDF page labels", "PDF residue", "PDF page area", "PDF pages",
)  # fmt: skip

# ---------------------------------------------------------------- a report that fills pages

_TEXT = (
    "responsibility establishment international government rehabilitation neighbourhood organisation and "
    "the of communication understanding a in particular circumstances children grandmothers documents "
    "well-known on administration from returning families certificate representative to for development"
)


def _prose(random: Random, words: int) -> str:
    return " ".join(random.choice(_TEXT.split()) for _ in range(words)).capitalize() + "."


def _long_annex() -> tuple[str, tuple[NoteText, ...]]:
    """Pages of prose with notes, a table that is longer than a page, code, and references of every kind."""
    random = Random(7)
    blocks = []
    notes = []
    for number in range(7, 21):
        name = f"long-{number}"
        blocks.append(f"<p>{_prose(random, 60)}{call(name, str(number))} {_prose(random, 40)}</p>")
        notes.append(note(name, str(number), f"<p>{_prose(random, 30)}</p>"))
    rows = "".join(
        f'<tr><th scope="row">{1900 + row}</th><td>{_prose(random, 6)}</td><td class="number">{row % 9}</td></tr>'
        for row in range(45)
    )
    table = (
        '<div id="tbl-long" class="table"><table><caption><span class="label">Table 2</span>'
        '<span class="caption">A table longer than a page</span></caption><thead><tr>'
        '<th scope="col">Year</th><th scope="col">What was counted</th><th scope="col">Cases</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    references = (
        '<p>As <a class="ref" href="#sec-detail">A detail</a> says, <a class="ref" href="#tbl-long">Table 2</a>'
        ' and <a class="ref" href="#note-long-9">note 9</a> belong to <a class="ref" href="#sec-part-one">Part I</a>'
        ' and to <a class="pageref" href="#sec-summary" data-front="true">the summary</a>, as'
        " <code>{{ field }} ??</code> shows.</p>"
    )
    return "\n".join((*blocks[:7], table, references, *blocks[7:])), tuple(notes)


def _long_report() -> Document:
    html, notes = _long_annex()
    chapter = Chapter("sec-long", Kind.APPENDIX, "B", "A long appendix", "A long appendix", "Long", "", html, notes)
    lines = list(RICH.contents)
    lines.insert(-1, Entry("sec-long", "B", "A long appendix", "A long appendix", 1, False))
    table = Entry("tbl-long", "Table 2", "A table longer than a page", "A table longer than a page", 1, False)
    below = "<p>Text below a heading.</p>"
    filled = f"{below}<p>{_prose(Random(11), 80)}</p>"  # the page before a figure
    chapters = [replace(chapter, html=chapter.html.replace(below, filled)) for chapter in RICH.chapters]
    chapters.insert(-2, chapter)
    return replace(RICH, chapters=tuple(chapters), contents=tuple(lines), tables=(*RICH.tables, table))


LONG = _long_report()


def printed(document: Document, path: Path, *stylesheets: Path) -> Path:
    findings = Findings()
    templates = Templates(templates_folder(), None, str, {})
    made = print_pdf(document, Design("A4", (), stylesheets), templates, EPOCH, Cache(Path(os.devnull)), findings)
    assert findings.all() == ()
    path.write_bytes(made.data)
    return path


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One PDF for all tests here: printing takes seconds. What is known of it is kept."""
    path = printed(LONG, tmp_path_factory.mktemp("printed") / "long.pdf")
    READ_BEFORE.append(Cache(path.with_name("kept")))
    check_pdf(path, LONG, READ_BEFORE[-1], Findings())
    return path


@dataclass(frozen=True)
class Seen:
    """What the checks said."""

    results: dict[str, CheckResult]
    found: tuple[Diagnostic, ...]

    @property
    def codes(self) -> set[str]:
        return {finding.rule.code for finding in self.found}

    def of(self, code: str) -> list[str]:
        return [finding.message for finding in self.found if finding.rule.code == code]

    def state(self, name: str) -> CheckState:
        return self.results[name].state


def seen(path: Path, document: Document = LONG) -> Seen:
    findings = Findings()
    results = check_pdf(path, document, NOWHERE, findings)
    assert tuple(result.name for result in results) == CHECKS
    for kept in READ_BEFORE:
        again = Findings()
        assert (check_pdf(path, document, kept, again), again.all()) == (results, findings.all()), "whatever is kept"
    return Seen({result.name: result for result in results}, findings.all())


Change = Callable[[pikepdf.Pdf], None]


def changed(good: Path, tmp_path: Path, change: Change) -> Path:
    path = tmp_path / good.name
    with pikepdf.open(good) as pdf:
        change(pdf)
        pdf.save(path)
    return path


# ---------------------------------------------------------------- content streams


@dataclass
class Shown:
    """A text object in a content stream: its words, its instructions and where they are."""

    text: str
    page: int
    start: int
    end: int
    body: list[Any]


def _characters(font: Any) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", font.ToUnicode.read_bytes().split(b"beginbfchar", 1)[1])
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def shown_on(pdf: pikepdf.Pdf, number: int) -> tuple[list[Any], list[Shown]]:
    """The instructions of a page and the text objects among them."""
    page = pdf.pages[number]
    instructions: list[Any] = list(pikepdf.parse_content_stream(page))
    fonts: dict[str, dict[int, str]] = {}
    objects = []
    start, text, names = 0, "", {}
    for index, (operands, operator) in enumerate(instructions):
        match str(operator):
            case "BT":
                start, text = index, ""
            case "Tf":
                key = str(operands[0])
                names = fonts.setdefault(key, _characters(page.Resources.Font[key])) if key not in fonts else fonts[key]
            case "TJ":
                raw = b"".join(bytes(item) for item in operands[0] if isinstance(item, pikepdf.String))
                text += "".join(names.get(int.from_bytes(raw[i : i + 2], "big"), "") for i in range(0, len(raw), 2))
            case "ET":
                objects.append(Shown(text, number, start, index + 1, instructions[start : index + 1]))
    return instructions, objects


@cache
def _texts(good: Path) -> tuple[tuple[str, ...], ...]:
    with pikepdf.open(good) as pdf:
        return tuple(tuple(item.text for item in shown_on(pdf, n)[1]) for n in range(len(pdf.pages)))


def find(pdf: pikepdf.Pdf, good: Path, words: str, section: str = "") -> Shown:
    """The first text object with just these words, from the page on where a section begins."""
    first = page_of(good, section) if section else 0
    for number, texts in enumerate(_texts(good)):
        for index, text in enumerate(texts):
            if number >= first and text.strip() == words:
                return shown_on(pdf, number)[1][index]
    raise AssertionError(f"{words!r} is on no page")


def put(pdf: pikepdf.Pdf, number: int, instructions: list[Any]) -> None:
    pdf.pages[number].Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))


def blank(pdf: pikepdf.Pdf, *items: Shown) -> None:
    """Take text objects of one page out of it."""
    instructions, _ = shown_on(pdf, items[0].page)
    for item in sorted(items, key=lambda item: -item.start):
        del instructions[item.start : item.end]
    put(pdf, items[0].page, instructions)


def _letters(item: Shown) -> list[Any]:
    return [step for step in item.body if str(step.operator) in ("Tf", "TJ")]


def exchange(pdf: pikepdf.Pdf, first: Shown, second: Shown) -> None:
    """Print the words of each of two text objects of a page where the other stands."""
    assert first.page == second.page
    instructions, _ = shown_on(pdf, first.page)
    for here, there in sorted(((first, second), (second, first)), key=lambda pair: -pair[0].start):
        kept = [step for step in here.body if str(step.operator) not in ("Tf", "TJ", "ET")]
        instructions[here.start : here.end] = [*kept, *_letters(there), here.body[-1]]
    put(pdf, first.page, instructions)


def moved(item: Shown, x: float, y: float) -> list[Any]:
    """A text object at another place of its page (CSS pixels from the top left)."""
    body = []
    for step in item.body:
        if str(step.operator) == "Tm":
            step = pikepdf.ContentStreamInstruction([1, 0, 0, -1, x, y], pikepdf.Operator("Tm"))
        body.append(step)
    return body


def destinations(pdf: pikepdf.Pdf) -> pikepdf.NameTree:
    return pikepdf.NameTree(pdf.Root.Names.Dests)


@cache
def read(good: Path) -> PdfFile:
    return read_pdf(good, NOWHERE)


def page_of(good: Path, id: str) -> int:
    return read(good).destinations[id].page


def label_of(good: Path, id: str) -> str:
    return read(good).pages[page_of(good, id)].label


# ---------------------------------------------------------------- a good file


@pytest.mark.artefact
def test_a_good_file_passes_everything(good: Path) -> None:
    all_of_it = seen(good)
    assert all_of_it.found == ()
    assert {result.state for result in all_of_it.results.values()} == {CheckState.PASSED}
    details = {name: result.detail for name, result in all_of_it.results.items()}
    assert details["PDF notes"].startswith("20 notes called, 20 printed")
    assert details["PDF references"] == "10 references and 2 page references compared with their targets"
    assert details["PDF contents"] == "12 lines compared with the pages of their targets"
    assert details["PDF outline"].startswith("12 lines for 12 headings, 12 pages")
    assert "2 of 2 texts in drawings" in details["PDF text"]


@pytest.mark.artefact
def test_the_good_file_has_what_makes_reading_hard(good: Path) -> None:
    """Broken words, a table over two pages with its head on both, a paragraph over two: else it proves little."""
    pdf = read(good)
    runs = [run for page in pdf.pages for run in page.runs]
    assert sum(run.text.strip() == "Year" for run in runs) >= 2
    assert sum(run.letters.endswith("-") for run in runs) > 10
    first, last = pdf.destinations["sec-long"].page, pdf.destinations["sec-bibliography"].page
    assert last - first > 6


@pytest.mark.artefact
def test_another_report_is_not_found_in_it(good: Path) -> None:
    """Its words are those of the good one's prose, in another order: no chapter may pass."""
    chapters = [replace(c, html=f"<p>{_prose(Random(3), 400)}</p>", notes=()) for c in LONG.chapters]
    result = seen(good, replace(LONG, chapters=tuple(chapters)))
    assert {"PDF004", "PDF009"} <= result.codes
    assert len(result.of("PDF009")) == len(chapters)
    assert result.state("PDF text") is CheckState.FAILED


# ---------------------------------------------------------------- the file


def test_what_is_no_pdf_is_told_and_nothing_else_is_run(tmp_path: Path) -> None:
    path = tmp_path / "no.pdf"
    path.write_bytes(b"this is no PDF")
    result = seen(path)
    assert result.codes == {"PDF001"}
    assert result.state("PDF file") is CheckState.FAILED
    assert {result.state(name) for name in CHECKS[1:]} == {CheckState.NOT_RUN}


@pytest.mark.artefact
def test_a_locked_file_is_told(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(good) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="o", user=""))
    assert seen(path).of("PDF001") == ["the file is encrypted"]
    with pikepdf.open(good) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert seen(path).of("PDF001") == ["the file is encrypted and asks for a password"]


@pytest.mark.artefact
def test_a_file_that_breaks_off_is_told(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.pdf"
    path.write_bytes(good.read_bytes()[:-4000])
    assert "PDF001" in seen(path).codes


def _no_title(pdf: pikepdf.Pdf) -> None:
    del pdf.docinfo["/Title"]


def _other_language(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = pikepdf.String("fr")


def _untagged(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/MarkInfo"]


@pytest.mark.artefact
@pytest.mark.parametrize("change", [_no_title, _other_language, _untagged])
def test_metadata_have_to_be_those_of_the_report(good: Path, tmp_path: Path, change: Change) -> None:
    assert seen(changed(good, tmp_path, change)).codes == {"PDF002"}


# ---------------------------------------------------------------- fonts


def _fonts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    resources: Any = pdf.pages[6].Resources
    yield from resources.Font.values()


@pytest.mark.artefact
def test_a_font_without_characters_makes_the_text_undecided(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for font in _fonts(pdf):
            del font["/ToUnicode"]

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF003"}
    for name in ("PDF notes", "PDF text", "PDF references", "PDF contents", "PDF residue"):
        assert result.state(name) is CheckState.NOT_RUN
        assert "cannot be read back" in result.results[name].detail


@pytest.mark.artefact
def test_a_font_that_is_not_in_the_file_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        descriptor = next(_fonts(pdf)).DescendantFonts[0].FontDescriptor
        for name in ("/FontFile", "/FontFile2", "/FontFile3"):
            if name in descriptor:
                del descriptor[name]

    messages = seen(changed(good, tmp_path, change)).of("PDF003")
    assert len(messages) == 1
    assert "is not in the file" in messages[0]


@pytest.mark.artefact
def test_the_box_for_a_missing_character_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        number = find(pdf, good, "Text of the appendix.").page
        instructions, _ = shown_on(pdf, number)
        for step in instructions:
            if str(step.operator) == "TJ":
                step.operands[0][0] = pikepdf.String(b"\0\0")
                break
        put(pdf, number, instructions)

    messages = seen(changed(good, tmp_path, change)).of("PDF003")
    assert any("a box is printed in its place" in message for message in messages)


# ---------------------------------------------------------------- outline


@pytest.mark.artefact
def test_the_outline_has_to_be_that_of_the_headings(good: Path, tmp_path: Path) -> None:
    def rename(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root[1].title = "Resume"

    def shorten(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            del outline.root[1]

    def lead_astray(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root[1].destination = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.XYZ, 0, 0, 0])

    def swap(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root[1], outline.root[0] = outline.root[0], outline.root[1]

    for change, words in (
        (rename, 'no line "Summary" where it has "Resume"'),
        (shorten, 'no line "Summary"'),
        (lead_astray, f'the line "Summary" leads to page Cover; it stands on {label_of(good, "sec-summary")}'),
        (swap, "has a line"),
    ):
        result = seen(changed(good, tmp_path, change))
        assert result.codes == {"PDF004"}
        assert any(words in message for message in result.of("PDF004"))


# ---------------------------------------------------------------- links and destinations


def _add_link(pdf: pikepdf.Pdf, **keys: Any) -> None:
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[5, 5, 9, 9], **keys)
    pdf.pages[5].Annots.append(pdf.make_indirect(link))


@pytest.mark.artefact
@pytest.mark.parametrize(
    "uri",
    ["https://proofpress.invalid/assets/x.svg", "file:///tmp/x.pdf", "data/camps.csv", "https:///x", "mailto:nobody"],
)
def test_an_address_has_to_be_a_full_one(good: Path, tmp_path: Path, uri: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        _add_link(pdf, A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(uri)))

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF005"}
    assert uri in result.of("PDF005")[0]


@pytest.mark.artefact
def test_full_addresses_are_not_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for uri in ("http://example.org", "mailto:a@example.org", "https://example.org/a?b=c#d"):
            _add_link(pdf, A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(uri)))

    assert seen(changed(good, tmp_path, change)).found == ()


@pytest.mark.artefact
def test_a_link_to_nowhere_is_told(good: Path, tmp_path: Path) -> None:
    def by_name(pdf: pikepdf.Pdf) -> None:
        _add_link(pdf, Dest=pikepdf.String("sec-nowhere"))

    def by_page(pdf: pikepdf.Pdf) -> None:
        _add_link(pdf, Dest=pikepdf.Array([pikepdf.Dictionary(), pikepdf.Name.Fit]))

    def by_nothing(pdf: pikepdf.Pdf) -> None:
        _add_link(pdf)

    def to_a_program(pdf: pikepdf.Pdf) -> None:
        _add_link(pdf, A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("x.exe")))

    for change in (by_name, by_page, by_nothing, to_a_program):
        assert seen(changed(good, tmp_path, change)).codes == {"PDF005"}


@pytest.mark.artefact
def test_a_destination_has_to_exist(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        del destinations(pdf)["fig-totals"]

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF005"}
    assert '"#fig-totals"' in result.of("PDF005")[0]


@pytest.mark.artefact
@pytest.mark.parametrize(
    ("id", "by"),
    [("sec-method", 1), ("note-blocks", 1), ("noteref-cell", -1), ("tbl-counts", -1), ("sec-annex", 1),
     ("sec-annex", -1), ("sec-findings", -1), ("sec-findings", 1), ("ref-a", -1)],
)  # fmt: skip
def test_a_destination_one_page_off_is_told(good: Path, tmp_path: Path, id: str, by: int) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        tree = destinations(pdf)
        page = next(n for n, page in enumerate(pdf.pages) if page.objgen == tree[id][0].objgen)
        tree[id][0] = pdf.pages[page + by].obj

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF006"}
    assert [finding.span.path for finding in result.found] == [id]


@pytest.mark.artefact
def test_notes_whose_places_are_exchanged_are_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        tree = destinations(pdf)
        first, second = tree["note-blocks"], tree["note-heading"]
        first[3], second[3] = second[3], first[3]

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF006"}
    assert {finding.span.path for finding in result.found} == {"note-blocks", "note-heading"}


@pytest.mark.artefact
def test_every_link_of_the_report_has_to_work(good: Path, tmp_path: Path) -> None:
    def annotations(pdf: pikepdf.Pdf, name: str) -> Iterator[tuple[Any, int]]:
        for page in pdf.pages:
            for index, link in enumerate(page.obj.get("/Annots", ())):
                address = link.A.get("/URI", "") if "/A" in link else ""
                if str(link.get("/Dest", "")) == name or name in str(address):
                    yield page.Annots, index

    def without(pdf: pikepdf.Pdf) -> None:
        links, index = next(annotations(pdf, "https://example.org/a"))
        del links[index]

    def elsewhere(pdf: pikepdf.Pdf) -> None:
        links, index = next(annotations(pdf, "note-cell"))
        links[index].Dest = pikepdf.String("note-title")

    result = seen(changed(good, tmp_path, without))
    (message,) = result.of("PDF007")
    assert message.startswith('"a link outside" on page ')
    assert message.endswith(' leads to nowhere, not "https://example.org/a?b=1&c=2"')
    result = seen(changed(good, tmp_path, elsewhere))
    assert result.codes == {"PDF007"}
    page = label_of(good, "note-first")
    assert result.of("PDF007") == [f'"note 5" on page {page} leads to "#note-title", not "#note-cell"']


# ---------------------------------------------------------------- notes


@pytest.mark.artefact
def test_notes_with_exchanged_words_are_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        exchange(pdf, find(pdf, good, "First paragraph of the note."), find(pdf, good, "A note to a heading."))

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF008"}
    assert any("note-blocks" in message for message in result.of("PDF008"))
    assert any("note-heading" in message for message in result.of("PDF008"))


@pytest.mark.artefact
def test_notes_with_exchanged_marks_are_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        number = find(pdf, good, "A note to a heading.").page
        objects = shown_on(pdf, number)[1]
        marks = [
            objects[index - 1] for index, item in enumerate(objects)
            if item.text in ("First paragraph of the note.", "A note to a heading.")
        ]  # fmt: skip
        assert [mark.text for mark in marks] == ["2", "3"]
        exchange(pdf, marks[0], marks[1])

    assert "PDF008" in seen(changed(good, tmp_path, change)).codes


@pytest.mark.artefact
def test_a_lost_note_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        item = find(pdf, good, "A note to a heading.")
        objects = shown_on(pdf, item.page)[1]
        mark = next(other for other in reversed(objects) if other.start < item.start and other.text == "3")
        blank(pdf, mark, item)

    result = seen(changed(good, tmp_path, change))
    assert result.of("PDF008") == ['note "note-heading" is printed nowhere']


@pytest.mark.artefact
def test_a_note_that_goes_on_above_its_mark_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        item = find(pdf, good, "a list in it")
        instructions, _ = shown_on(pdf, item.page)
        instructions[item.start : item.end] = moved(item, 300, 200)
        put(pdf, item.page, instructions)

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF008"}
    assert "above its own beginning" in result.of("PDF008")[0]


@pytest.mark.artefact
def test_a_lost_word_of_a_note_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        blank(pdf, find(pdf, good, "a list in it"))

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF008"}
    assert '"a list in it" is missing' in result.of("PDF008")[0]


@pytest.mark.artefact
def test_a_lost_call_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        blank(pdf, find(pdf, good, "6", "sec-annex"))

    result = seen(changed(good, tmp_path, change))
    assert result.of("PDF008") == ['note "note-title" has no call on any page']


@pytest.mark.artefact
def test_a_note_that_is_called_twice_is_told(good: Path) -> None:
    twice = with_chapter(LONG, "sec-tables", title=f"Tables{call('cell', '5')}")
    assert 'note "note-cell" is called 2 times' in seen(good, twice).of("PDF008")
    never = with_chapter(LONG, "sec-annex", title="An appendix")
    assert 'note "note-title" is called 0 times' in seen(good, never).of("PDF008")


@pytest.mark.artefact
def test_notes_in_another_order_than_their_calls_are_told(good: Path) -> None:
    first, second, *others = next(c for c in LONG.chapters if c.id == "sec-long").notes
    other = with_chapter(LONG, "sec-long", notes=(second, first, *others))
    result = seen(good, other)
    assert result.codes == {"PDF008"}
    assert any("which is called before it" in message for message in result.of("PDF008"))


@pytest.mark.artefact
def test_a_note_far_from_its_call_is_told(good: Path, tmp_path: Path) -> None:
    at = page_of(good, "note-title")
    labels = [page.label for page in read(good).pages]

    def change(pdf: pikepdf.Pdf) -> None:
        text = find(pdf, good, "A note to the title of a chapter.")
        objects = shown_on(pdf, text.page)[1]
        mark = next(other for other in reversed(objects) if other.start < text.start and other.text == "6")
        blank(pdf, mark, text)
        far = at + 2
        instructions, _ = shown_on(pdf, far)
        put(pdf, far, [*instructions, *_upright(moved(mark, 300, 1080)), *_upright(moved(text, 320, 1080))])

    result = seen(changed(good, tmp_path, change))
    reason = f"is called on page {labels[at]} and begins on {labels[at + 2]}"
    assert any(reason in message for message in result.of("PDF008"))


def _upright(body: list[Any]) -> list[Any]:
    """A text object outside the instructions that turn the page's axes: it brings its own."""
    q, turn = pikepdf.Operator("q"), pikepdf.Operator("cm")
    back = pikepdf.ContentStreamInstruction([0.75, 0, 0, 0.75, 0, 0], turn)
    return [
        pikepdf.ContentStreamInstruction([], q), back, *body,
        pikepdf.ContentStreamInstruction([], pikepdf.Operator("Q")),
    ]  # fmt: skip


# ---------------------------------------------------------------- text


@pytest.mark.artefact
def test_a_page_without_its_text_is_told(good: Path, tmp_path: Path) -> None:
    number = page_of(good, "sec-long") + 1

    def change(pdf: pikepdf.Pdf) -> None:
        blank(pdf, *shown_on(pdf, number)[1])

    result = seen(changed(good, tmp_path, change))
    assert "PDF009" in result.codes
    (message,) = result.of("PDF009")
    assert message.startswith(f"on page {read(good).pages[number - 1].label} ")
    assert message.endswith("is not printed")
    assert next(f for f in result.found if f.rule.code == "PDF009").span.path.startswith(("sec-long", "noteref-long"))


@pytest.mark.artefact
@pytest.mark.parametrize(
    "words", ["Tajikistan", "372", "By hand, twice.", "Most are children", "A remark at the side.", "January 2019",
              "Under eighteen.", "One sentence in larger type.", "The first part", "All rights and duties.", "A Book"],
)  # fmt: skip
def test_each_piece_of_text_is_missed(good: Path, tmp_path: Path, words: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        blank(pdf, find(pdf, good, words, "" if words.startswith("All") else "sec-summary"))

    result = seen(changed(good, tmp_path, change))
    (message,) = result.of("PDF009")
    assert f'"{words.lower()}" is not printed' in message.replace(" .", ".").replace(" ,", ",")


@pytest.mark.artefact
def test_exchanged_pieces_of_text_are_told(good: Path, tmp_path: Path) -> None:
    pairs = (("228", "526"), ("Kazakhstan", "Tajikistan"), ("372", "898"))
    for first, second in pairs:

        def change(pdf: pikepdf.Pdf, first: str = first, second: str = second) -> None:
            exchange(pdf, find(pdf, good, first, "sec-tables"), find(pdf, good, second, "sec-tables"))

        assert "PDF009" in seen(changed(good, tmp_path, change)).codes, (first, second)


@pytest.mark.artefact
def test_a_paragraph_in_another_place_is_told_as_such(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        item = find(pdf, good, "Text of the appendix.")
        instructions, _ = shown_on(pdf, item.page)
        del instructions[item.start : item.end]
        put(pdf, item.page, [*instructions, *_upright(moved(item, 300, 900))])

    result = seen(changed(good, tmp_path, change))
    assert "stands out of its order, on page" in result.of("PDF009")[0]


@pytest.mark.artefact
def test_a_changed_word_is_told_with_its_place(good: Path) -> None:
    other = with_chapter(LONG, "sec-annex", html='<p>Text of the appendix.</p><h2 id="sec-annex-more"'
                         ' data-title="More"><span class="number">A.1</span> More</h2><p>Less text.</p>')  # fmt: skip
    result = seen(good, other)
    assert result.codes == {"PDF009"}
    assert [(f.span.path, f.message) for f in result.found] == [
        ("sec-annex-more", f'on page {label_of(good, "sec-annex")} "less text." is not printed')
    ]


@pytest.mark.artefact
def test_text_that_is_printed_twice_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        item = find(pdf, good, "Text of the appendix.")
        instructions, _ = shown_on(pdf, item.page)
        put(pdf, item.page, [*instructions, *_upright(moved(item, 300, 900))])

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF010"}
    page = label_of(good, "sec-annex")
    assert result.of("PDF010") == [f'"Text of the appendix." is printed once more on page {page}']


@pytest.mark.artefact
def test_a_line_of_the_contents_that_is_printed_twice_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        item = find(pdf, good, "Two ways of counting")
        instructions, _ = shown_on(pdf, item.page)
        put(pdf, item.page, [*instructions, *_upright(moved(item, 300, 900))])

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF010"}
    assert result.found[0].span.path == "tbl-counts"


@pytest.mark.artefact
def test_words_lost_from_a_drawing_are_a_warning(good: Path) -> None:
    chart, *others = LONG.assets
    more = chart.data.replace(b"</svg>", b'<text x="1" y="110">Words that are not there</text></svg>')
    result = seen(good, replace(LONG, assets=(Asset(chart.href, chart.media_type, more), *others)))
    assert result.codes == {"PDF016"}
    assert result.found[0].rule.severity is Severity.WARNING
    assert result.found[0].span.path == "fig-totals"
    assert result.state("PDF text") is CheckState.PASSED


# ---------------------------------------------------------------- references


def _with_reference(document: Document, id: str, old: str, new: str) -> Document:
    chapter = next(chapter for chapter in document.chapters if chapter.id == id)
    assert old in chapter.html
    return with_chapter(document, id, html=chapter.html.replace(old, new))


@pytest.mark.artefact
def test_a_reference_with_another_number_is_told(good: Path) -> None:
    result = seen(good, _with_reference(LONG, "sec-findings", ">Figure 1</a>", ">Figure 9</a>"))
    assert result.codes == {"PDF011"}
    (message,) = result.of("PDF011")
    assert message.endswith('does not print the reference "figure 9" to "fig-totals" but "Figure 1"')


@pytest.mark.artefact
@pytest.mark.parametrize(
    ("section", "old", "new", "message"),
    [
        ("sec-findings", "#fig-totals", "#tbl-counts", 'says "Figure 1"; "tbl-counts" bears the number "Table 1"'),
        ("sec-summary", "#sec-method", "#sec-annex-more", 'says "Section 1.1"; "sec-annex-more" bears'),
        ("sec-findings", "#note-first", "#note-cell", 'says "note 1"; "note-cell" bears the number "5"'),
        ("sec-long", "#sec-detail", "#sec-bibliography", '"A detail"; "sec-bibliography" is called "Bibliography"'),
    ],
)
def test_a_reference_to_something_else_is_told(good: Path, section: str, old: str, new: str, message: str) -> None:
    """Where word and number are those of another target, the printed number convicts the link."""
    result = seen(good, _with_reference(LONG, section, f'class="ref" href="{old}"', f'class="ref" href="{new}"'))
    if "Figure" in message:  # both are number one: the link is told instead
        assert result.codes == {"PDF007"}
    else:
        assert result.codes == {"PDF007", "PDF011"}
        assert message in result.of("PDF011")[0]


@pytest.mark.artefact
def test_a_page_reference_has_to_say_the_page_of_its_target(good: Path) -> None:
    old, new = ('class="pageref" href="#sec-summary"', 'class="pageref" href="#sec-annex"')
    other = _with_reference(LONG, "sec-long", old, new)
    result = seen(good, other)
    assert result.codes == {"PDF007", "PDF011"}
    summary, annex = label_of(good, "sec-summary"), label_of(good, "sec-annex")
    assert f'"page {summary}"; "sec-annex" is on page {annex}' in result.of("PDF011")[0]


# ---------------------------------------------------------------- contents, labels


@pytest.mark.artefact
def test_the_contents_have_to_say_the_page_of_their_target(good: Path, tmp_path: Path) -> None:
    first, second = label_of(good, "sec-tables"), label_of(good, "sec-annex")

    def change(pdf: pikepdf.Pdf) -> None:
        objects = shown_on(pdf, page_of(good, "contents"))[1]
        numbers = [objects[index - 2] for index, item in enumerate(objects) if item.text in ("Tables", "An appendix")]
        assert [number.text.strip() for number in numbers] == [first, second]
        exchange(pdf, numbers[0], numbers[1])

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF012"}
    assert set(result.of("PDF012")) == {
        f'the line "2 Tables" of the contents says page {second}; its target is on page {first}',
        f'the line "A An appendix" of the contents says page {first}; its target is on page {second}',
    }


@pytest.mark.artefact
def test_a_line_lost_from_the_contents_is_told(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        blank(pdf, find(pdf, good, "Two ways of counting"))

    result = seen(changed(good, tmp_path, change))
    assert result.codes == {"PDF012"}
    assert 'the line "Table 1 Two ways of counting" of the contents is printed' in result.of("PDF012")[0]


_BESIDE = """<p>The words are those of <a class="ref" href="#tbl-counts">Table 1</a>, and the drawing is
<a class="ref" href="#fig-totals">Figure 1</a>.</p>
<div id="tbl-counts" class="table"><table><caption><span class="label">Table 1</span>
<span class="caption">Two ways of counting</span></caption><tbody><tr><th scope="row">Both</th><td>236</td></tr></tbody>
</table><div class="source"><p>What is in <a class="ref" href="#fig-totals">Figure 1</a>.</p></div></div>
<figure id="fig-totals" class="figure"><figcaption><span class="label">Figure 1</span>
<span class="caption">Most are children</span></figcaption><img src="assets/fig-totals.svg" alt="A bar chart."/>
</figure>"""


@pytest.fixture(scope="session")
def beside(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Document]:
    """A report of one page of text, on which the lists of figures and tables stand too."""
    report = with_chapter(RICH, "sec-summary", html=_BESIDE, notes=())
    kept = tuple(chapter for chapter in report.chapters if chapter.kind in (Kind.IMPRINT, Kind.FRONT))
    figures, tables = (tuple(replace(line, front=True) for line in lines) for lines in (RICH.figures, RICH.tables))
    report = replace(report, chapters=kept, contents=RICH.contents[:1], figures=figures, tables=tables)
    folder = tmp_path_factory.mktemp("beside")
    style = folder / "style.css"
    style.write_text("#sec-summary { break-before: auto }")
    return printed(report, folder / "beside.pdf", style), report


@pytest.mark.artefact
def test_what_the_contents_list_may_stand_beside_them(beside: tuple[Path, Document]) -> None:
    """The words of a line and of a caption are the same there, and a reference leads where the line leads."""
    path, report = beside
    page = page_of(path, "contents")
    assert {page_of(path, id) for id in ("sec-summary", "tbl-counts", "fig-totals")} == {page}
    leading = [link.name for link in read(path).links[page]]
    assert (leading.count("tbl-counts"), leading.count("fig-totals")) == (2 + 1, 2 + 2), "a line has two links"
    assert seen(path, report).found == ()


@pytest.mark.artefact
@pytest.mark.parametrize(("words", "id"), [("Two ways of counting", "tbl-counts"), ("Most are children", "fig-totals")])
@pytest.mark.parametrize("which", [0, 1], ids=["the line", "the caption"])
def test_what_is_printed_once_more_beside_the_contents_is_told(
    beside: tuple[Path, Document], tmp_path: Path, words: str, id: str, which: int
) -> None:
    path, report = beside
    page = page_of(path, "contents")

    def change(pdf: pikepdf.Pdf) -> None:
        instructions, objects = shown_on(pdf, page)
        same = [item for item in objects if item.text.strip() == words]
        assert len(same) == 2
        put(pdf, page, [*instructions, *_upright(moved(same[which], 300, 1000))])

    result = seen(changed(path, tmp_path, change), report)
    assert result.codes == {"PDF010"}
    assert [(finding.span.path, finding.message) for finding in result.found] == [
        (id, f'"{words}" is printed once more on page {label_of(path, id)}')
    ]


@pytest.mark.artefact
def test_a_line_that_stands_twice_in_the_contents_is_told(beside: tuple[Path, Document], tmp_path: Path) -> None:
    path, report = beside
    page = page_of(path, "contents")

    def change(pdf: pikepdf.Pdf) -> None:
        instructions, objects = shown_on(pdf, page)
        at = next(index for index, item in enumerate(objects) if item.text.strip() == "Two ways of counting")
        line = objects[at - 2 : at + 1]
        assert [item.text.strip() for item in line[:2]] == [label_of(path, "tbl-counts"), "Table 1"]
        copies = [step for x, item in zip((300, 340, 400), line, strict=True) for step in moved(item, x, 1000)]
        put(pdf, page, [*instructions, *_upright(copies)])
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Dest=pikepdf.String("tbl-counts"),
            Rect=[200, 80, 500, 110], Contents=pikepdf.String("Table 1"),
        )  # fmt: skip
        pdf.pages[page].Annots.append(pdf.make_indirect(link))

    result = seen(changed(path, tmp_path, change), report)
    assert result.of("PDF012") == ['the line "Table 1 Two ways of counting" of the contents is printed more than once']


@pytest.mark.artefact
def test_a_line_lost_beside_what_it_lists_is_told(beside: tuple[Path, Document], tmp_path: Path) -> None:
    path, report = beside

    def change(pdf: pikepdf.Pdf) -> None:
        first, second = [
            item for item in shown_on(pdf, page_of(path, "contents"))[1] if item.text.strip() == "Most are children"
        ]
        assert first.start < second.start
        blank(pdf, first)

    result = seen(changed(path, tmp_path, change), report)
    assert any("Figure 1 Most are children" in message for message in result.of("PDF012"))


@pytest.mark.artefact
def test_a_line_of_the_contents_has_the_number_of_its_target(good: Path) -> None:
    lines = tuple(replace(line, label="1.2") if line.id == "sec-method" else line for line in LONG.contents)
    assert any("1.2 Method" in message for message in seen(good, replace(LONG, contents=lines)).of("PDF012"))


@pytest.mark.artefact
def test_a_report_without_contents_is_not_called_passed(good: Path) -> None:
    result = seen(good, replace(LONG, contents=(), figures=(), tables=()))
    assert result.state("PDF contents") is CheckState.NOT_RUN


@pytest.mark.artefact
def test_a_label_has_to_be_the_printed_number(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        numbers = pdf.Root.PageLabels.Nums
        numbers[len(numbers) - 1].St = 2

    result = seen(changed(good, tmp_path, change))
    assert "PDF013" in result.codes
    assert 'the page that says "3" is labelled "4"' in result.of("PDF013")


# ---------------------------------------------------------------- residue, room


@pytest.mark.artefact
def test_markup_is_told_unless_it_is_code(good: Path) -> None:
    prose = _with_reference(LONG, "sec-long", "<code>{{ field }} ??</code>", "{{ field }} ??")
    result = seen(good, prose)
    assert result.codes == {"PDF014"}
    page = read(good).pages
    label = next(p.label for p in page for run in p.runs if "??" in run.text)
    assert result.of("PDF014") == [f'page {label} shows "??"', f'page {label} shows "{{{{"']


@pytest.mark.artefact
def test_text_outside_its_page_is_told(good: Path, tmp_path: Path) -> None:
    for x, y in ((780.0, 400.0), (-20.0, 400.0), (300.0, 1135.0), (300.0, -3.0)):

        def change(pdf: pikepdf.Pdf, x: float = x, y: float = y) -> None:
            item = find(pdf, good, "Text of the appendix.")
            instructions, _ = shown_on(pdf, item.page)
            instructions[item.start : item.end] = moved(item, x, y)
            put(pdf, item.page, instructions)

        result = seen(changed(good, tmp_path, change))
        page = label_of(good, "sec-annex")
        assert result.of("PDF015") == [f'text reaches out of page {page}: "Text of the appendix."']
        assert result.codes == {"PDF015"}


@pytest.mark.artefact
def test_a_smaller_crop_box_cuts_text_off(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[5].CropBox = pikepdf.Array([0, 0, 300, 842])

    assert "PDF015" in seen(changed(good, tmp_path, change)).codes


# ---------------------------------------------------------------- places


@pytest.mark.artefact
def test_findings_stand_where_the_caller_says(good: Path) -> None:
    other = _with_reference(LONG, "sec-findings", ">Figure 1</a>", ">Figure 9</a>")
    findings = Findings()
    check_pdf(good, other, NOWHERE, findings, lambda id: Span(f"sections/{id}.md", 7))
    assert [str(finding.span) for finding in findings.all()] == ["sections/noteref-blocks.md:7"]


@pytest.mark.artefact
def test_no_check_tells_more_than_one_can_read(good: Path, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for number in range(30):
            _add_link(pdf, Dest=pikepdf.String(f"nowhere-{number}"))

    result = seen(changed(good, tmp_path, change))
    assert len(result.of("PDF005")) == 20
    assert result.results["PDF links"].detail.endswith("; 30 wrong")


# ---------------------------------------------------------------- words on paper, without a PDF


def lost(reading: Reading) -> list[str]:
    return [item.strand.excerpt(*gap) for item in reading.printed for gap in item.gaps]


def test_words_broken_at_the_end_of_a_line_are_whole() -> None:
    page = (("T", 50, 700), ("a res\u2010", 50, 680), ("ponse that is well\u0002", 50, 660), ("known", 50, 640))
    assert lost(found_on(paper(page, sec_t=0), "<p>a response that is well-known</p>")) == []


def test_a_hyphen_that_is_missing_is_missed() -> None:
    page = (("T", 50, 700), ("that is well", 50, 660), ("known to all", 50, 640))
    assert lost(found_on(paper(page, sec_t=0), "<p>that is well-known to all</p>")) == ["-"]


def test_the_marks_of_a_list_are_not_the_text_of_the_next_page() -> None:
    first = (("T", 50, 700), ("an item of a list", 70, 680), ("1.", 50, 680))
    second = (("1.", 50, 780), ("is how this paragraph begins", 60, 780))
    html = "<ol><li>an item of a list</li></ol><p>1. is how this paragraph begins</p>"
    reading = found_on(paper(first, second, sec_t=0), html)
    assert lost(reading) == []
    assert [(run.page, run.text) for run in reading.left] == [(0, "1.")]


def test_heads_are_no_text_even_when_the_text_says_the_same() -> None:
    first = (("T", 50, 700), ("ends here", 50, 680), ("Head", 50, 800), ("12", 500, 800))
    second = (("12", 50, 700), ("Head", 50, 680), ("Head", 50, 800), ("13", 500, 800))
    reading = found_on(paper(first, second, sec_t=0), "<p>ends here</p><p>12</p><h2>Head</h2>")
    assert lost(reading) == []
    assert reading.left == ()
    assert [[run.text for run in head] for head in reading.heads] == [["Head", "12"], ["Head", "13"]]


def test_the_head_of_a_table_may_come_again_on_the_next_page_and_only_there() -> None:
    head = (("Year", 50, 680), ("Cases", 200, 680))
    rows = (("1998", 50, 660), ("seven", 200, 660))
    more = (("1999", 50, 660), ("eight", 200, 660))
    html = (
        "<table><thead><tr><th>Year</th><th>Cases</th></tr></thead><tbody><tr><td>1998</td><td>seven</td></tr>"
        "<tr><td>1999</td><td>eight</td></tr></tbody></table>"
    )
    reading = found_on(paper((("T", 50, 700), *head, *rows), (*head, *more), sec_t=0), html)
    assert (lost(reading), reading.left) == ([], ())
    below = tuple((text, x, y - 40) for text, x, y in (*head, *more))
    reading = found_on(paper((("T", 50, 700), *head, *rows, *below), sec_t=0), html)
    assert [run.text for run in reading.left] == ["Year", "Cases"]


def test_the_call_of_a_note_is_not_its_mark() -> None:
    page = (
        ("T", 50, 700), ("There they are.", 50, 680), ("12", 130, 684), ("11", 50, 300), ("The Times", 60, 300),
        (", ", 110, 300), ("a title", 115, 300), ("12", 50, 280), ("The Times", 60, 280), (", ", 110, 280),
        ("another", 115, 280),
    )  # fmt: skip
    texts = ("<p><em>The Times</em>, a title</p>", "<p><em>The Times</em>, another</p>")
    notes = (note("a", "11", texts[0]), note("b", "12", texts[1]))
    html = f"<p>There they are.{call('b', '12')}</p>"
    reading = found_on(paper(page, sec_t=0), html, notes)
    assert (lost(reading), reading.left) == ([], ())
    begins = {item.strand.id: item.matches[0].run.order for item in reading.printed if item.matches}
    assert begins == {"sec-t": 0, "note-a": 3, "note-b": 7}


def test_what_is_positioned_may_be_painted_late_where_it_is_read() -> None:
    html = "<p>The first words</p><p>The second words</p><p>The third words</p>"
    first, second, third = ("The first words", 50, 680), ("The second words", 50, 660), ("The third words", 50, 640)
    assert lost(found_on(paper((("T", 50, 700), first, third, second), sec_t=0), html)) == []
    elsewhere = ("The second words", 50, 600)
    assert lost(found_on(paper((("T", 50, 700), first, third, elsewhere), sec_t=0), html)) == ["the second words"]


def test_a_cell_that_is_lost_does_not_lose_the_others() -> None:
    cells = [f"<td>{name}</td><td>{number}</td>" for number, name in enumerate(("north", "east", "south", "west"))]
    pieces = [(name, 50.0, 600.0 - 20 * n) for n, name in enumerate(("north", "east", "south", "west"))]
    numbers = [(str(n), 200.0, 600.0 - 20 * n) for n in range(4)]
    page = [("T", 50.0, 700.0), *(piece for pair in zip(pieces, numbers, strict=True) for piece in pair)]
    page.remove(("east", 50.0, 580.0))
    html = f"<table><tbody><tr>{'</tr><tr>'.join(cells)}</tr></tbody></table>"
    assert lost(found_on(paper(tuple(page), sec_t=0), html)) == ["east"]


def test_text_from_right_to_left_is_compared_by_its_letters() -> None:
    word, other = "שלום", "עולם"
    page = (("T", 50, 700), ("peace is", 50, 680), (word[::-1], 100, 680), ("in another tongue", 150, 680))
    assert lost(found_on(paper(page, sec_t=0), f"<p>peace is {word} in another tongue</p>")) == []
    assert lost(found_on(paper(page, sec_t=0), f"<p>peace is {other} in another tongue</p>")) == [other]


def test_the_letters_of_drawings_are_not_taken_for_words() -> None:
    drawn = tuple((letter, 60.0 + 6 * n, 500.0) for n, letter in enumerate("abc"))
    page = (("T", 50, 700), ("before the drawing", 50, 680), *drawn, ("a word after it", 50, 400))
    pdf = paper(page, sec_t=0)
    runs = tuple(replace(run, drawn=len(run.text) == 1 and run.box[1] == 500.0) for run in pdf.pages[0].runs)
    pdf = replace(pdf, pages=(replace(pdf.pages[0], runs=runs),))
    reading = found_on(pdf, "<p>before the drawing</p><p>a word after it</p>")
    assert (lost(reading), reading.drawn) == ([], ("abc",))


# ---------------------------------------------------------------- letters


def test_what_a_layout_changes_is_not_compared() -> None:
    assert letters_of("Co\u00adoper\u2010ation of the\u00a0UN\u2060") == letters_of("cooper-ation of THE U N")
    assert letters_of("o\ufb03ce") == letters_of("office")
    assert letters_of("Ní Aoláin") == letters_of("Ní Aoláin".encode().decode())
    assert letters_of("twenty-two\u0002") == "twenty-two-"
    assert letters_of("слово") != letters_of("слова")
