"""Source, PDF and EPUB compared: nothing to say of good editions, and every difference at its line."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner

from pipeline.cache import Cache
from pipeline.check import Checked
from pipeline.checks import CheckState
from pipeline.cli import press
from pipeline.diagnostics import Findings
from pipeline.document import Document
from pipeline.render.epub import write_epub
from pipeline.render.forms import SCREEN_FORM, Design
from pipeline.render.pagemap import page_map
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.verify.clauses import plain
from pipeline.verify.parity import NAMES, Done, check_parity, compare_source
from pipeline.verify.parity_text import Sources
from pipeline.verify.printed_text import PrintedText, carried_over, digest_of
from pipeline.verify.proving import prove
from pipeline.verify.text import letters_of
from pipeline.verify.units import EDGE, UnitKind, units_of_chapter
from pipeline.workspace import templates_folder
from tests.composing import Text, composed, write_report
from tests.documents import RICH
from tests.pressing import NO_CACHE

EPOCH = 1795435200
KEPT: list[Cache] = []  # what is kept of the good editions
OWN = Templates(templates_folder(), None, Path.as_posix, {})

BODY = """\
The first paragraph of the report says something plain, and it ends here.[^one]

The second paragraph follows -- with a dash, "quoted words" and three dots...

## A heading of the text {#sec-heading}

- an item of a list
- another item, which calls a note.[^two]

::: {#tbl-x}
:::

The last paragraph, with a reference to @sec-heading and a citation.[@abel2019, p. 5]
"""
NOTES = """\
- id: one
  text: |
    The words of the first note.

    It has a second paragraph.
- {id: two, text: The words of the second note.}
"""


@dataclass(frozen=True)
class Editions:
    """Both editions of a small report, and what they were made from."""

    document: Document
    sources: Sources
    folder: Path
    pdf: Path
    epub: Path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    folder = tmp_path_factory.mktemp("parity")
    more = "\n\n".join(
        f"Paragraph number {n} fills the page {'with more words ' * 30}up to {n * 7}." for n in range(12)
    )
    report = write_report(
        folder,
        {"sec-one": Text(BODY, lead="The lead of the chapter."), "sec-two": more},
        notes=NOTES,
        tables="- id: tbl-x\n  caption: What was counted\n  data: data/x.csv\n  source: Own counting.\n"
        "  columns: [{name: place, title: Place, header: true}, {name: people, title: People, format: number}]\n",
        files={"data/x.csv": "place,people\nNorth,2199\nSouth,35\n"},
    )
    made = composed(report)
    assert [str(f) for f in made.findings if f.is_error] == []
    findings = Findings()
    printed = print_pdf(made.document, Design("A4", (), ()), OWN, EPOCH, NO_CACHE, findings)
    pages = page_map(made.document.imprint, printed.labels, printed.page_starts)
    (folder / "small.pdf").write_bytes(printed.data)
    (folder / "small.epub").write_bytes(write_epub(made.document, (), OWN, EPOCH, findings, pages))
    assert findings.all() == ()
    sources = Sources(made.report, made.index, Checked(made.report, made.index, Path(), ()).places.of)
    KEPT.append(Cache(folder / "kept"))
    check_parity(made.document, sources, KEPT[-1], findings, folder / "small.pdf", folder / "small.epub")
    return Editions(made.document, sources, report, folder / "small.pdf", folder / "small.epub")


def compared(editions: Editions) -> tuple[dict[str, CheckState], list[str]]:
    """The states of the comparisons, and the findings as "CODE place: message"."""
    findings = Findings()
    results = check_parity(editions.document, editions.sources, NO_CACHE, findings, editions.pdf, editions.epub)
    for cache in KEPT:
        again = Findings()
        once_more = check_parity(editions.document, editions.sources, cache, again, editions.pdf, editions.epub)
        assert (once_more, again.all()) == (results, findings.all()), "whatever is kept"
    told = [f"{f.rule.code} {Path(f.span.path).name}:{f.span.line}: {f.message}" for f in findings.all()]
    return {result.name: result.state for result in results}, told


@pytest.mark.artefact
def test_good_editions_have_no_difference(good: Editions) -> None:
    findings = Findings()
    results = check_parity(good.document, good.sources, NO_CACHE, findings, good.pdf, good.epub)
    assert findings.all() == ()
    assert [(result.name, result.state) for result in results] == [(name, CheckState.PASSED) for name in NAMES]
    counted = {result.name: result.detail for result in results}
    assert "6 table cells, 1 captions, 3 notes" in counted["Parity EPUB"]
    assert "6 table cells, 1 captions, 3 notes" in counted["Parity PDF"]


@pytest.mark.artefact
def test_one_edition_alone_is_compared_with_the_source(good: Editions) -> None:
    findings = Findings()
    results = check_parity(good.document, good.sources, NO_CACHE, findings, None, good.epub)
    assert [result.name for result in results] == ["Parity source", "Parity EPUB"]
    assert findings.all() == ()


# ---------------------------------------------------------------- the source


def _said(chapter: str, old: str, new: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        assert any(old in one.html for one in document.chapters if one.id == chapter)
        chapters = (
            replace(one, html=one.html.replace(old, new)) if one.id == chapter else one for one in document.chapters
        )
        return replace(document, chapters=tuple(chapters))

    return change


def _note_said(old: str, new: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        chapters = []
        for one in document.chapters:
            notes = tuple(replace(note, html=note.html.replace(old, new)) for note in one.notes)
            chapters.append(replace(one, notes=notes))
        return replace(document, chapters=tuple(chapters))

    return change


@pytest.mark.artefact
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            _said("sec-one", "says something plain, ", ""),
            [
                'PAR001 001-sec-one.md:7: "The first paragraph of the report says something plain, and…" is not in the '
                "text"
            ],
        ),
        (
            _said("sec-one", "an item of a list", "another item of a list"),
            ['PAR001 001-sec-one.md:13: "an item of a list" is not in the text'],
        ),
        (_said("sec-one", "35", "53"), ['PAR001 x.csv:3: "35" is not in the text']),
        (_said("sec-one", "What was counted", "What was found"), [
            'PAR001 tables.yaml:2: "What was counted" is not in the text']),
        (_note_said("The words of the second note", "Words"), [
            'PAR001 notes.yaml:6: "The words of the second note." is not in the text']),
        (_note_said("It has a second paragraph", "It ends"), [
            'PAR001 notes.yaml:5: "It has a second paragraph." is not in the text']),
    ],
)  # fmt: skip
def test_words_that_the_text_lost_are_told_at_their_line(
    change: Callable[[Document], Document], told: list[str], good: Editions
) -> None:
    findings = Findings()
    check_parity(change(good.document), good.sources, NO_CACHE, findings)
    assert [f"{f.rule.code} {Path(f.span.path).name}:{f.span.line}: {f.message}" for f in findings.all()] == told


@pytest.mark.artefact
def test_paragraphs_in_another_order_are_told(good: Editions) -> None:
    html = next(chapter.html for chapter in good.document.chapters if chapter.id == "sec-two")
    paragraphs = re.findall("<p>.*?</p>", html, re.DOTALL)
    swapped = html.replace(paragraphs[3], "\0").replace(paragraphs[4], paragraphs[3]).replace("\0", paragraphs[4])
    findings = Findings()
    check_parity(_said("sec-two", html, swapped)(good.document), good.sources, NO_CACHE, findings)
    assert [(f.rule.code, f.span.line) for f in findings.all()] == [("PAR001", 14)]
    assert "stands out of its order" in findings.all()[0].message


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a -- b", "a – b"),
        ("a --- b", "a — b"),
        ('"x"', "“x”"),
        ("it's...", "it’s…"),
        ("2199", "2,199"),
        ("2,199", "2\u202f199"),
        ("3.5", "3,5"),
        ("-5", "\u22125"),
    ],
)
def test_typography_is_no_difference(written: str, shown: str) -> None:
    assert plain(letters_of(written)) == plain(letters_of(shown))


@pytest.mark.parametrize(("one", "other"), [("12", "21"), ("a b", "ab c"), ("word.", "word"), ("1.5", "1.6")])
def test_other_words_are_a_difference(one: str, other: str) -> None:
    assert plain(letters_of(one)) != plain(letters_of(other))


def test_units_are_the_blocks_of_the_text() -> None:
    chapter = next(chapter for chapter in RICH.chapters if chapter.id == "sec-tables")
    found = units_of_chapter(chapter)
    assert [unit.words for unit in found if unit.kind is UnitKind.CAPTION] == ["Table 1 Two ways of countingPeople"]
    assert [unit.words for unit in found if unit.kind is UnitKind.CELL][:5] == [
        "State", "Adults", "Childrena", "Region", "Kazakhstan5",
    ]  # fmt: skip
    assert [unit.words for unit in found if unit.kind is UnitKind.NOTE] == ["5", "A note to a cell of a table."]
    assert found[0].letters == f"{EDGE}2{EDGE}tables"
    assert sum(unit.marks for unit in found) == 4  # chapter, table, call, note


# ---------------------------------------------------------------- the EPUB


def _rewritten(good: Editions, folder: Path, change: Callable[[dict[str, str]], None]) -> Editions:
    with zipfile.ZipFile(good.epub) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    texts = {name: data.decode() for name, data in files.items() if name.endswith("html")}
    change(texts)
    path = folder / "small.epub"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, texts.get(name, data))
    return replace(good, epub=path)


def _sub(name: str, pattern: str, new: str) -> Callable[[dict[str, str]], None]:
    def change(texts: dict[str, str]) -> None:
        text, count = re.subn(pattern, new, texts[f"EPUB/{name}"], count=1, flags=re.DOTALL)
        assert count == 1, f"{pattern} is not in {name}"
        texts[f"EPUB/{name}"] = text

    return change


ONE, TWO = "sec-one.xhtml", "sec-two.xhtml"


@pytest.mark.artefact
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_sub(ONE, "<li>an item of a list</li>", ""),
         ["PAR002 001-sec-one.md:13: \"an item of a list\" is not in the EPUB, or otherwise"]),
        (_sub(ONE, "(<li>an item of a list</li>)", r"\1\1"),
         ["PAR002 001-sec-one.md:13: \"an item of a list\" is in the EPUB more than once"]),
        (_sub(TWO, "(<p>Paragraph number.4 .*?</p>)(.*?)(<p>Paragraph number.5 .*?</p>)", r"\3\2\1"),
         ["PAR002 002-sec-two.md:16: \"Paragraph number 5 fills the page with more words with more…\" is in the EPUB "
          "more than once",
          "PAR002 002-sec-two.md:16: \"Paragraph number 5 fills the page with more words with more…\" stands elsewhere "
          "in the EPUB"]),
        (_sub(ONE, ">2,199<", ">2,991<"),
         ["PAR002 x.csv:2: \"2,199\" is not in the EPUB, or otherwise",
          "PAR002 small.epub:0: \"2,991\" is in the EPUB and not in the report, in \"sec-one\""]),
        (_sub(ONE, "<p>It has a second paragraph.</p>", ""),
         ["PAR002 notes.yaml:5: \"It has a second paragraph.\" is not in the EPUB, or otherwise"]),
        (_sub(ONE, '<span class="label">Table.1</span>', '<span class="label">Table 2</span>'),
         ["PAR002 tables.yaml:2: \"Table 1 What was counted\" is not in the EPUB, or otherwise",
          "PAR002 small.epub:0: \"Table 2 What was counted\" is in the EPUB and not in the report, in \"sec-one\""]),
        (_sub("nav.xhtml", '<a href="sec-one.xhtml#sec-heading">.*?</a>', "<span>x</span>"),
         ["PAR002 001-sec-one.md:11: the line \"1.1 A heading of the text\" is not in the navigation of the EPUB"]),
        (_sub(ONE, "<body[^>]*>", r'\g<0><section id="more"><p>More words.</p></section>'),
         ["PAR002 small.epub:0: the EPUB has a section \"more\" that the report has not: \"More words.\""]),
    ],
)  # fmt: skip
def test_differences_of_the_epub_are_told_at_their_line(
    change: Callable[[dict[str, str]], None], told: list[str], good: Editions, tmp_path: Path
) -> None:
    states, found = compared(_rewritten(good, tmp_path, change))
    assert states["Parity EPUB"] is CheckState.FAILED
    assert [line for line in found if line.startswith("PAR002")] == told


@pytest.mark.artefact
def test_a_book_that_cannot_be_read_is_not_compared(good: Editions, tmp_path: Path) -> None:
    (tmp_path / "small.epub").write_bytes(b"no archive")
    states, _ = compared(replace(good, epub=tmp_path / "small.epub"))
    assert states == {
        "Parity source": CheckState.PASSED, "Parity EPUB": CheckState.NOT_RUN, "Parity PDF": CheckState.PASSED,
    }  # fmt: skip


# ---------------------------------------------------------------- the PDF


@pytest.mark.artefact
def test_words_that_are_not_printed_are_told_at_their_line(good: Editions, tmp_path: Path) -> None:
    less = _said("sec-one", "The last paragraph, with a reference to", "The last one says")(good.document)
    less = _note_said("It has a second paragraph", "It ends")(less)
    findings = Findings()
    (tmp_path / "small.pdf").write_bytes(print_pdf(less, Design("A4", (), ()), OWN, EPOCH, NO_CACHE, findings).data)
    states, found = compared(replace(good, pdf=tmp_path / "small.pdf"))
    assert states["Parity PDF"] is CheckState.FAILED
    assert [line.partition(": ")[0] for line in found if line.startswith("PAR003")] == [
        "PAR003 notes.yaml:5", "PAR003 001-sec-one.md:19",
    ]  # fmt: skip


@pytest.mark.artefact
def test_a_pdf_that_cannot_be_read_is_not_compared(good: Editions, tmp_path: Path) -> None:
    (tmp_path / "small.pdf").write_bytes(b"%PDF-1.7 no")
    states, _ = compared(replace(good, pdf=tmp_path / "small.pdf"))
    assert states["Parity PDF"] is CheckState.NOT_RUN
    assert "Parity pages" not in states


def _proved(editions: Editions, folder: Path) -> tuple[Path, Done]:
    """A copy of the PDF that was proved and says so, with what was compared meanwhile."""
    path = folder / "small.pdf"
    path.write_bytes(editions.pdf.read_bytes())
    document, findings, sources = editions.document, Findings(), editions.sources
    source = compare_source(document, sources, NO_CACHE)
    done = prove(path, document, SCREEN_FORM, EPOCH, NO_CACHE, findings, sources.locate, sources, source).compared
    assert done is not None and done.printed is not None and path.read_bytes() != editions.pdf.read_bytes()
    return path, done


@pytest.mark.artefact
def test_a_pdf_that_was_read_is_not_read_again(good: Editions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, done = _proved(good, tmp_path)
    findings = Findings()
    anew = check_parity(good.document, good.sources, NO_CACHE, findings, path, good.epub)
    for name in ("read_pdf", "source_in_text", "_compare_pdf"):
        monkeypatch.delattr(f"pipeline.verify.parity.{name}")
    taken = check_parity(good.document, good.sources, NO_CACHE, findings, path, good.epub, done)
    assert taken == anew
    assert [(result.name, result.state) for result in taken] == [(name, CheckState.PASSED) for name in NAMES]


@pytest.mark.artefact
def test_what_was_read_of_another_file_counts_for_nothing(good: Editions, tmp_path: Path) -> None:
    """A file that was changed after it was proved is read, whatever is known of it."""
    path, done = _proved(good, tmp_path)
    less = _said("sec-one", "an item of a list", "an item")(good.document)
    findings = Findings()
    path.write_bytes(print_pdf(less, Design("A4", (), ()), OWN, EPOCH, NO_CACHE, findings).data)
    check_parity(good.document, good.sources, NO_CACHE, findings, path, None, done)
    assert [f.rule.code for f in findings.all()] == ["PAR003"]


@pytest.mark.artefact
@pytest.mark.parametrize("place", [b"<?xpacket begin", b"/Type /ObjStm", b"%%EOF"])
def test_only_metadata_may_change_after_the_proof(place: bytes, good: Editions, tmp_path: Path) -> None:
    path, _ = _proved(good, tmp_path)
    before, data = good.pdf.read_bytes(), path.read_bytes()
    printed = PrintedText(digest_of(before), "", {}, (), ())
    assert carried_over(printed, before, path) == replace(printed, digest=digest_of(data))
    at = data.find(place) - 3
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert carried_over(printed, before, path) is None
    path.write_bytes(data)
    assert carried_over(printed, data, path) is None  # what was read was not this


# ---------------------------------------------------------------- the pages

_MARKER = r'<span epub:type="pagebreak"[^>]*id="page-3"[^>]*></span>'


@pytest.mark.artefact
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_sub("nav.xhtml", '<li><a href="[^"]*#page-3">3</a></li>', ""), "in the page list"),
        (_sub("nav.xhtml", '#page-3">3<', '#page-3">III<'), 'small.epub:0: "III" stands where the PDF has page "3"'),
        (_sub(TWO, _MARKER, ""), "in the order of the markers"),
        (_sub(TWO, f"({_MARKER})(.*?)(<p>)(?=Paragraph number.5)", r"\2\3\1"), 'page 3 of the PDF does not begin with'),
        (_sub(TWO, f"(<p>)(Paragraph number.1 .*?)({_MARKER})", r"\1\3\2"), "page 3 of the PDF does not begin with"),
    ],
)  # fmt: skip
def test_a_page_list_that_is_not_that_of_the_pdf_is_told(
    change: Callable[[dict[str, str]], None], message: str, good: Editions, tmp_path: Path
) -> None:
    states, found = compared(_rewritten(good, tmp_path, change))
    assert states["Parity pages"] is CheckState.FAILED
    assert any(line.startswith("PAR004") and message in line for line in found), found


@pytest.mark.artefact
def test_a_book_without_a_page_list_is_told(good: Editions, tmp_path: Path) -> None:
    (tmp_path / "small.epub").write_bytes(write_epub(good.document, (), OWN, EPOCH, Findings()))
    states, found = compared(replace(good, epub=tmp_path / "small.epub"))
    assert states["Parity pages"] is CheckState.FAILED
    with pikepdf.open(good.pdf) as pdf:
        assert found == [f"PAR004 small.epub:0: the EPUB has no page list, the PDF {len(pdf.pages)} pages"]


@pytest.mark.artefact
class TestCommand:
    """The comparison as `proofpress verify --report` makes it."""

    def told(self, *arguments: str) -> tuple[int, dict[str, str], list[str]]:
        result = CliRunner().invoke(press, ["verify", *arguments, "--format", "json"])
        said = json.loads(result.stdout)
        held = {check["name"]: check["state"] for check in said["checks"]}
        return result.exit_code, held, [finding["rule"] for finding in said["findings"]]

    def test_editions_by_another_press_differ_in_the_colophon(self, good: Editions) -> None:
        """The small report says in its colophon that it was made by Proofpress 1; no other text differs."""
        code, held, found = self.told(str(good.pdf), str(good.epub), "--report", str(good.folder))
        assert (code, [rule for rule in found if rule.startswith("PAR")]) == (1, ["PAR002", "PAR003", "PAR002"])
        assert {held[name] for name in ("Parity source", "Parity pages", "EPUB notes", "EPUB text")} == {"passed"}
        assert {held[name] for name in ("Parity EPUB", "Parity PDF")} == {"failed"}
        told = CliRunner().invoke(press, ["verify", str(good.pdf), str(good.epub), "--report", str(good.folder)]).stdout
        assert told.count('"Made with Proofpress ') == 3

    def test_another_book(self, good: Editions, tmp_path: Path) -> None:
        (tmp_path / "small.epub").write_bytes(write_epub(RICH, (), OWN, EPOCH, Findings()))
        code, held, found = self.told(str(tmp_path / "small.epub"), "--report", str(good.folder))
        assert code == 1
        assert held["Parity EPUB"] == "failed"
        assert {"PAR002"} == set(found) & {"PAR001", "PAR002", "PAR003", "PAR004"}

    def test_what_is_no_book(self, tmp_path: Path) -> None:
        (tmp_path / "a.epub").write_bytes(b"PK, and then nothing")
        code, held, found = self.told(str(tmp_path / "a.epub"), str(tmp_path / "none.epub"))
        assert code == 1
        assert held["EPUB archive"] == "failed"
        assert found == ["EPUB003", "EPUB003"]

    def test_two_books_of_one_report(self, good: Editions) -> None:
        result = CliRunner().invoke(press, ["verify", str(good.epub), str(good.epub), "--report", str(good.folder)])
        assert result.exit_code == 2
        assert "a report is compared with one PDF and one EPUB" in result.stderr
