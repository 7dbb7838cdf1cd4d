"""The structure of the printed edition: each element once, in the order of reading, with what readers need to know."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from pipeline.checks import CheckState
from pipeline.document import Document
from pipeline.render.tags_roles import UA1, UA2, Vocabulary
from pipeline.render.tags_tables import name_heads
from pipeline.render.tags_tree import Branch, Content, put_behind_block, tidy
from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.elements import STANDARD_1, STANDARD_2, structure
from pipeline.verify.gate.examine import Profile, examine
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.values import items
from tests.documents import RICH, call, note
from tests.pressing import Pressed
from tests.structures import facts
from tests.test_render_pdf import only, printing

GOLDEN = Path(__file__).parent / "golden" / "demo-structure.txt"
WORDS = "some words of a paragraph that is long enough to go on over the end of a line and of a page "


def shape(html: str, tmp_path: Path, *notes: object) -> str:
    """The structure of a section with some markup, without the elements around it."""
    text = facts(printed(only(html, *notes), tmp_path))  # type: ignore[arg-type]
    section = text.split("ID=sec-1", 1)[1].split("\n  Sect", 1)[0]
    lines = section.splitlines()[2:]  # without the rest of the section's own line, and without its heading
    return "\n".join(line.removeprefix("    ") for line in lines)


def printed(document: Document, tmp_path: Path) -> Path:
    made, findings = printing(document)
    assert findings == []
    path = tmp_path / "printed.pdf"
    path.write_bytes(made.data)
    return path


@pytest.mark.artefact
def test_the_structure_of_the_demo(pressed_demo: Pressed) -> None:
    """After a change that is meant, what `python -m tests.structures build/demo/demo.pdf` prints is the new golden."""
    assert facts(pressed_demo.path) == GOLDEN.read_text("utf-8")


@pytest.mark.artefact
class TestElements:
    def test_a_paragraph_over_pages_is_one(self, tmp_path: Path) -> None:
        path = printed(only(f"<p>{WORDS * 90}</p>"), tmp_path)
        paragraphs = [element for element in structure(Opened(path)).all if element.type == "P"]
        longest = max(paragraphs, key=lambda element: len(element.content))
        assert len({page for page, _ in longest.content}) >= 2
        assert sum(len(element.content) > 20 for element in paragraphs) == 1

    def test_a_table_over_pages_is_one_with_one_head(self, tmp_path: Path) -> None:
        rows = "".join(f'<tr><th scope="row">{n}</th><td>{WORDS}</td></tr>' for n in range(60))
        head = '<thead><tr><th scope="col">Number</th><th scope="col">Words</th></tr></thead>'
        path = printed(only(f"<table>{head}<tbody>{rows}</tbody></table>"), tmp_path)
        file = Opened(path)
        tables = [element for element in structure(file).all if element.type == "Table"]
        assert [[kid.type for kid in table.kids] for table in tables] == [["THead", "TBody"]]
        assert len(tables[0].kids[1].kids) == 60
        pages = {page for row in tables[0].kids[1].kids for cell in row.kids for page, _ in cell.content}
        assert len(pages) >= 3
        shown = [page.get_textpage().get_text_bounded().count("Number") for page in pypdfium2.PdfDocument(path)]
        assert sum(shown) == len(pages), "the head is printed on every page, and told once"

    def test_notes_stand_behind_the_block_that_calls_them(self, tmp_path: Path) -> None:
        html = f"<p>One{call('a', '1')} and two.{call('b', '2')}</p><p>Three.</p>"
        notes = (note("a", "1", "<p>First.</p><p>More.</p>"), note("b", "2", "<p>Second.</p>"))
        assert shape(html, tmp_path, *notes) == "\n".join(
            (
                "P <text>",
                "  Reference",
                "    Link ID=noteref-a <text> <link>",
                "  Reference",
                "    Link ID=noteref-b <text> <link>",
                "Note ID=note-a",
                "  Lbl",
                "    Link <text> <link>",
                "  P <text>",
                "  P <text>",
                "Note ID=note-b",
                "  Lbl",
                "    Link <text> <link>",
                "  P <text>",
                "P <text>",
            )
        )

    def test_a_note_of_a_table_stands_behind_the_table(self, tmp_path: Path) -> None:
        cell = f"<td>One{call('a', '1')}</td>"
        html = f'<table><tbody><tr><th scope="row">A</th>{cell}</tr></tbody></table>'
        lines = shape(html, tmp_path, note("a", "1", "<p>First.</p>")).splitlines()
        assert [line for line in lines if not line.startswith(" ")] == ["Table", "Note ID=note-a"]

    def test_lists_say_how_they_are_numbered(self, tmp_path: Path) -> None:
        html = '<ol style="list-style-type: lower-roman"><li>One<ul><li>In it</li></ul></li></ol>'
        assert shape(html, tmp_path) == "\n".join(
            (
                "L ListNumbering=LowerRoman",
                "  LI",
                "    Lbl <text>",
                "    LBody <text>",
                "      L ListNumbering=Disc",
                "        LI",
                "          Lbl <text>",
                "          LBody <text>",
            )
        )

    def test_terms_and_their_texts(self, tmp_path: Path) -> None:
        html = "<dl><dt>One</dt><dd>First</dd><dd>More</dd><dt>Two</dt><dd>Second</dd></dl>"
        lines = shape(html, tmp_path).splitlines()
        assert " ".join(line.split()[0] for line in lines) == "L LI Lbl LBody Div P LI Lbl LBody"

    def test_foreign_words_and_abbreviations(self, tmp_path: Path) -> None:
        html = (
            '<p>A <span lang="ru">слово</span>, <em>plain</em>, <code>x</code>, <q>said</q> and'
            ' <abbr title="for example">e.g.</abbr></p><p lang="de">Ein Wort</p>'
        )
        assert shape(html, tmp_path) == "\n".join(
            (
                "P <text>",
                "  Span Lang=ru <text>",
                "  Code <text>",
                "  Quote <text>",
                "  Span E=for example <text>",
                "P Lang=de <text>",
            )
        )

    def test_heads_of_irregular_tables_are_named(self, tmp_path: Path) -> None:
        html = (
            '<div id="tbl-x" class="table"><table><thead>'
            '<tr><th scope="col" rowspan="2">Year</th><th scope="col" colspan="2">Cases</th></tr>'
            '<tr><th scope="col">new</th><th scope="col">old</th></tr></thead><tbody>'
            '<tr class="group"><th scope="rowgroup" colspan="3">North</th></tr>'
            '<tr><th scope="row">2020</th><td>1</td><td>2</td></tr></tbody></table></div>'
        )
        lines = shape(html, tmp_path).splitlines()
        cells = [line.strip() for line in lines if line.strip().startswith(("TH ", "TD"))]
        first, north = "tbl-x/t1/r1c2", "tbl-x/t1/r3c1"
        assert cells[-2:] == [
            f"TD Headers={first}+tbl-x/t1/r2c2+{north}+tbl-x/t1/r4c1 <text>",
            f"TD Headers={first}+tbl-x/t1/r2c3+{north}+tbl-x/t1/r4c1 <text>",
        ]
        assert cells[1] == f"TH ID={first} ColSpan=2 Scope=Column <text>"

    def test_pictures_have_words_and_a_place(self, tmp_path: Path) -> None:
        path = printed(RICH, tmp_path)
        file = Opened(path)
        figures = [element for element in structure(file).all if element.type == "Figure"]
        assert figures
        for figure in figures:
            box = [float(side) for side in items(figure.attribute("Layout", "BBox"))]
            assert 0 < box[0] < box[2] < 600 and 0 < box[1] < box[3] < 850
            assert str(figure.get("/Alt"))
            assert [kid.type for kid in figure.kids] == ["Caption"]

    def test_a_picture_that_carries_nothing_is_no_part(self, tmp_path: Path) -> None:
        document = only('<p>Text <img src="assets/fig-one.svg" alt=""/></p>')
        asset = replace(RICH.assets[0], href="assets/fig-one.svg")
        assert "Figure" not in facts(printed(replace(document, assets=(asset,)), tmp_path))

    def test_a_picture_without_words_is_told(self) -> None:
        asset = replace(RICH.assets[0], href="assets/fig-one.svg")
        document = replace(only('<p>Text <img src="assets/fig-one.svg"/></p>'), assets=(asset,))
        _, findings = printing(document)
        assert any("has no required alt description" in finding for finding in findings)

    def test_heads_and_folios_are_artifacts(self, tmp_path: Path) -> None:
        path = printed(only(f"<p>{WORDS * 90}</p>"), tmp_path)
        with pikepdf.open(path) as pdf:
            contents = [page.Contents.read_bytes() for page in pdf.pages]
        heads = [
            len(re.findall(rb"/Artifact\s+<</Type /Pagination/Subtype /Header>>\s+BDC", data)) for data in contents
        ]
        assert sum(heads) >= 2

    def test_a_link_has_one_place_on_each_line(self, tmp_path: Path) -> None:
        html = f'<p><a href="https://example.org/x"><em>one</em> <strong>two</strong> {WORDS * 2}</a></p>'
        path = printed(only(html), tmp_path)
        with pikepdf.open(path) as pdf:
            notes = [note for page in pdf.pages for note in page.obj.get("/Annots", ())]
            held = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        assert len([item for item in held if item.get("/Type") == "/Annot"]) == len(notes)
        tops = [round(float(note.Rect[1])) for note in notes]
        assert len(tops) == len(set(tops)) >= 2
        assert {str(note.Contents) for note in notes} == {
            f"one two {' '.join((WORDS * 2).split())} (https://example.org/x)"
        }
        assert all(note.F == 4 for note in notes)

    def test_what_links_say(self, tmp_path: Path) -> None:
        path = printed(RICH, tmp_path)
        with pikepdf.open(path) as pdf:
            said = {str(note.Contents) for page in pdf.pages for note in page.obj.get("/Annots", ())}
        assert "Note 1" in said
        assert "1.1 Method and limits, 2" in said
        assert not any("\u2060" in words or not words.strip() for words in said)


@pytest.mark.artefact
def test_chapters_stand_in_their_parts(pressed_demo: Pressed) -> None:
    file = Opened(pressed_demo.path)
    parts = [element for element in structure(file).all if element.type == "Part"]
    wanted = {chapter.part.id for chapter in pressed_demo.document.chapters if chapter.part}
    assert {str(part.get("/ID")) for part in parts} == wanted
    assert all(part.kids[0].type == "H1" and len(part.kids) > 1 for part in parts)


# ---------------------------------------------------------------- trees without pages


def content(branch: Branch) -> Branch:
    branch.kids.append(Content(0, len(branch.kids)))
    return branch


def drawn(branch: Branch) -> str:
    kids = " ".join(drawn(kid) if isinstance(kid, Branch) else "." for kid in branch.kids)
    return f"{branch.role}({kids})"


class TestTree:
    def test_empty_branches_go_but_cells_stay(self) -> None:
        root = Branch("Document")
        row = root.add("Table").add("TR")
        row.keep = True
        row.add("TD").keep = True
        root.add("P")
        tidy(root)
        assert drawn(root) == "Document(Table(TR(TD())))"

    def test_rows_beside_a_head_get_a_body(self) -> None:
        root = Branch("Document")
        table = root.add("Table")
        content(table.add("THead").add("TR").add("TH"))
        content(table.add("TR").add("TD"))
        content(table.add("TR").add("TD"))
        tidy(root)
        assert drawn(root) == "Document(Table(THead(TR(TH(.))) TBody(TR(TD(.)) TR(TD(.)))))"

    def test_captions_go_to_the_edge(self) -> None:
        root = Branch("Document")
        table = root.add("Table")
        for role in ("TR", "Caption", "TR"):
            content(table.add(role))
        tidy(root)
        assert drawn(root) == "Document(Table(Caption(.) TR(.) TR(.)))"

    def test_lines_among_blocks_get_a_paragraph(self) -> None:
        root = Branch("Document")
        division = content(root.add("Div"))
        content(division.add("Span"))
        content(division.add("P"))
        tidy(root)
        assert drawn(root) == "Document(Div(P(. Span(.)) P(.)))"

    def test_a_figure_without_its_picture_is_words(self) -> None:
        root = Branch("Document")
        content(root.add("Figure").add("Caption"))
        tidy(root)
        assert drawn(root) == "Document(Div(P(.)))"

    def test_a_note_without_a_call_stands_at_the_end(self) -> None:
        root = Branch("Document")
        content(root.add("P"))
        note = content(Branch("Note"))
        put_behind_block(note, None, root)
        tidy(root)
        assert drawn(root) == "Document(P(.) Note(P(.)))"

    def test_page_numbers_in_contents_are_read_last(self) -> None:
        root = Branch("Document")
        line = root.add("TOC").add("TOCI").add("Link")
        line.kids += [Content(0, 7, late=True), Content(0, 8)]
        tidy(root)
        assert [kid.mark for kid in line.kids if isinstance(kid, Content)] == [8, 7]

    def test_regular_tables_need_no_names(self) -> None:
        root = Branch("Document")
        row = root.add("Table").add("TR")
        row.add("TH").attributes["Table"] = {"Scope": "/Column"}
        name_heads(root)
        assert [branch.id for branch in root.branches()] == ["", "", "", ""]


def words_of(vocabulary: Vocabulary) -> set[str]:
    return {*vocabulary.blocks.values(), *vocabulary.inlines.values(), *vocabulary.named.values(), vocabulary.note}


def test_vocabularies_are_of_their_standards() -> None:
    assert words_of(UA1) <= STANDARD_1
    assert words_of(UA2) <= STANDARD_1 | STANDARD_2


@pytest.mark.artefact
def test_the_clean_structure_passes_the_gate_without_declarations(tmp_path: Path) -> None:
    path = printed(RICH, tmp_path)
    profile = Profile(frozenset((Standard.UA1, Standard.A3, Standard.FILE)))
    examination = examine(path, path.name, profile, undeclared=True)
    assert [item.detail for item in examination.judged if item.state is not CheckState.PASSED] == []
    assert path.read_bytes().startswith(b"%PDF-1.7")


@pytest.mark.artefact
def test_words_divided_at_the_end_of_a_line_are_whole_to_those_who_hear_them(pressed_demo: Pressed) -> None:
    """The hyphen of the layout is a soft one in `ActualText`; pdfium reads that, and joins the word."""
    with pikepdf.open(pressed_demo.path) as pdf:
        contents = b"".join(page.Contents.read_bytes() for page in pdf.pages)
    divided = re.findall(rb"/ActualText\s*<feff([0-9a-f]+)>", contents)
    words = [bytes.fromhex(digits.decode()).decode("utf-16-be") for digits in divided]
    assert len(words) >= 3
    assert all(word.endswith("\u00ad") and word[-2].isalpha() for word in words)
