"""Folders that authors really hand in: broken, foreign, half finished. Never a traceback, never a wrong guess."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.diagnostics import Span
from pipeline.scan import Form
from tests.readings import CLEAN, Reader, as_text

Spoil = Callable[[str, str, str], None]

TWO = "sections/20-two.md"
FRONT = "---\nid: sec-two\ntitle: Two\nkind: chapter\n---\n"


class TestFiles:
    """What is wrong with a file before anyone reads what it says."""

    def test_latin_1(self, clean: Path, read: Reader) -> None:
        (clean / TWO).write_bytes((FRONT + "\nCaf\u00e9 au lait.\n").encode("latin-1"))
        found = read(clean).findings
        assert [str(finding.span) for finding in found] == [f"{TWO}:7:4"]
        assert found[0].rule.code == "SRC001"
        assert "0xe9" in found[0].message

    def test_byte_order_mark(self, clean: Path, read: Reader) -> None:
        text = (clean / TWO).read_text(encoding="utf-8")
        (clean / TWO).write_bytes(b"\xef\xbb\xbf" + text.encode())
        reading = read(clean)
        assert reading.codes == ["SRC002"]
        assert reading.report.sections[2].id == "sec-two"

    def test_what_editors_and_systems_hide_beside_a_file(self, clean: Path, read: Reader) -> None:
        as_it_was = read(clean).report
        for folder, name in (("sections", "20-two.md"), ("notes", "notes.yaml"), ("data", "table.csv")):
            (clean / folder).mkdir(exist_ok=True)
            (clean / folder / f".#{name}").symlink_to("editor@machine.1:2")
            (clean / folder / f"._{name}").write_bytes(b"\x00\x05\x16\x07")
        reading = read(clean)
        assert reading.codes == []
        assert reading.report == as_it_was

    def test_carriage_returns(self, clean: Path, read: Reader) -> None:
        text = (clean / TWO).read_text(encoding="utf-8")
        (clean / TWO).write_bytes(text.replace("@sec-deeper", "@sec-nothing").replace("\n", "\r\n").encode())
        found = read(clean).findings
        places = [(finding.rule.code, str(finding.span)) for finding in found]
        assert places == [("SRC003", f"{TWO}:1"), ("XREF001", f"{TWO}:7:22")]

    @pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x7f", "\ufffe"])
    def test_control_character(self, clean: Path, read: Reader, character: str) -> None:
        (clean / TWO).write_text(FRONT + f"\nAn odd{character} sign.\n", encoding="utf-8")
        found = read(clean).findings
        assert [(finding.rule.code, str(finding.span)) for finding in found] == [("SRC007", f"{TWO}:7:7")]
        assert f"U+{ord(character):04X}" in found[0].message

    def test_a_line_of_a_megabyte(self, clean: Path, read: Reader) -> None:
        (clean / TWO).write_text(FRONT + "\n" + "word " * 200_000 + "\n", encoding="utf-8")
        found = read(clean).findings
        assert [(finding.rule.code, str(finding.span)) for finding in found] == [("SRC004", f"{TWO}:7")]

    def test_a_picture_that_is_not_there_is_told_where_it_is_named(
        self, clean: Path, read: Reader, spoil: Spoil
    ) -> None:
        spoil("figures.yaml", "images/box.svg", "images/bax.svg")
        found = read(clean).findings
        assert [(finding.rule.code, str(finding.span)) for finding in found] == [("SRC006", "figures.yaml:2:9")]

    @pytest.mark.parametrize("way", ["/etc/hostname", "C:\\box.svg", "images\\box.svg"])
    def test_a_path_of_another_machine(self, clean: Path, read: Reader, spoil: Spoil, way: str) -> None:
        spoil("figures.yaml", "images/box.svg", way)
        assert read(clean).codes == ["SCH002"]

    @pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
    def test_a_link_out_of_the_folder(self, clean: Path, read: Reader) -> None:
        (clean.parent / "secret.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        (clean / "images" / "box.svg").unlink()
        (clean / "images" / "box.svg").symlink_to(clean.parent / "secret.svg")
        reading = read(clean)
        assert reading.codes == ["SRC005"]
        assert reading.report.figures[0].picture is None

    @pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
    def test_a_link_that_leads_in_circles(self, clean: Path, read: Reader) -> None:
        (clean / "images" / "box.svg").unlink()
        (clean / "images" / "box.svg").symlink_to(clean / "images" / "box.svg")
        assert read(clean).codes == ["SRC006"]

    def test_a_folder_in_place_of_a_file(self, clean: Path, read: Reader) -> None:
        (clean / "images" / "box.svg").unlink()
        (clean / "images" / "box.svg").mkdir()
        assert read(clean).codes == ["SRC006"]

    def test_no_report_yaml_tells_that_and_nothing_else(self, clean: Path, read: Reader) -> None:
        (clean / "report.yaml").unlink()
        codes = read(clean).codes
        assert codes[0] == "SRC006"
        assert set(codes) == {"SRC006"}

    def test_an_empty_report_yaml_names_each_key_that_it_lacks(self, clean: Path, read: Reader) -> None:
        (clean / "report.yaml").write_text("")
        found = read(clean).findings
        assert {finding.span.path for finding in found} == {"report.yaml"}

    def test_optional_files_may_be_missing(self, clean: Path, read: Reader) -> None:
        for name in ("figures.yaml", "tables.yaml", "sources.yaml", "notes/notes.yaml", "data/counts.csv"):
            (clean / name).unlink()
        (clean / "sections" / "10-one.md").write_text(
            FRONT.replace("two", "one").replace("Two", "One") + "\n## Deeper {#sec-deeper}\n\nText.\n"
        )
        (clean / TWO).write_text(FRONT + "\nText.\n")
        assert read(clean).codes == []


class TestYaml:
    """Mistakes in YAML, each at its place, and the sound rest is kept."""

    def test_a_colon_in_a_text(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("figures.yaml", "caption: A box", "caption: A box: empty")
        found = read(clean).findings
        assert [(finding.rule.code, str(finding.span)) for finding in found] == [("SRC010", "figures.yaml:3:17")]

    def test_a_bomb_of_aliases(self, clean: Path, read: Reader) -> None:
        lines = ["a0: &a0 lol"]
        for number in range(1, 40):
            lines.append(f"a{number}: &a{number} [" + ", ".join([f"*a{number - 1}"] * 10) + "]")
        (clean / "sources.yaml").write_text("\n".join(lines))
        codes = set(read(clean).codes)
        assert codes == {"SRC012", "SCH002"}

    @pytest.mark.parametrize("nested", ["[" * 90_000, "- " * 49_000, "{a: " * 20_000])
    def test_a_well_of_brackets(self, clean: Path, read: Reader, nested: str) -> None:
        (clean / "sources.yaml").write_text(nested)
        assert read(clean).codes == ["SRC012"]

    def test_two_documents(self, clean: Path, read: Reader) -> None:
        text = (clean / "sources.yaml").read_text(encoding="utf-8")
        (clean / "sources.yaml").write_text(text + "---\n" + text)
        assert read(clean).codes == ["SRC010"]

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            ("sources.yaml", "rfc4180: {title: A standard}\n"),
            ("notes/notes.yaml", "just words\n"),
            ("figures.yaml", "{}\n"),
            ("tables.yaml", "true\n"),
        ],
    )
    def test_a_mapping_where_a_list_is_expected(self, clean: Path, read: Reader, file: str, text: str) -> None:
        (clean / file).write_text(text)
        found = read(clean).findings
        assert [(finding.rule.code, finding.span.path) for finding in found] == [("SCH002", file)]

    @pytest.mark.parametrize("entry", ["- \n", "- words\n", "- [list]\n", "- 3\n"])
    def test_an_entry_that_is_no_mapping(self, clean: Path, read: Reader, entry: str) -> None:
        text = (clean / "sources.yaml").read_text(encoding="utf-8")
        (clean / "sources.yaml").write_text(text + entry)
        reading = read(clean)
        assert reading.codes == ["SCH002"]
        assert [work.work.id for work in reading.report.works] == ["rfc4180"]

    @pytest.mark.parametrize(
        ("old", "new", "code", "place"),
        [
            ("title: Clean", "title: [Clean]", "SCH002", "1:8"),
            ("title: Clean", "title: true", "SCH002", "1:8"),
            ("title: Clean", "title:", "SCH002", "1:7"),
            ("version: 1.0.0", "version: 1 0", "SCH002", "4:10"),
            ("date: 2026-01-31", "date: 31.1.2026", "SCH005", "3:7"),
            ("date: 2026-01-31", "date: 2026-01-32", "SCH005", "3:7"),
            ("year: 2026", "year: soon", "SCH002", "7:36"),
            ("holder: Proofpress, ", "", "SCH003", "7:9"),
            ("holder: Proofpress, ", "holdr: Proofpress, ", "SCH001", "7:10"),
        ],
    )
    def test_a_faulty_setting(
        self, clean: Path, read: Reader, spoil: Spoil, old: str, new: str, code: str, place: str
    ) -> None:
        spoil("report.yaml", old, new)
        found = read(clean).findings
        assert (code, f"report.yaml:{place}") in [(one.rule.code, str(one.span)) for one in found]
        assert {one.span.path for one in found} == {"report.yaml"}, as_text(found)

    def test_many_faults_are_told_at_once(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("report.yaml", "lang: en-GB", "lang: english\nkicker: [a]\nshort-titel: x")
        spoil("figures.yaml", "caption: A box", "caption: [A box]\n  widht: text")
        codes = read(clean).codes
        assert sorted(codes) == ["SCH001", "SCH001", "SCH002", "SCH002", "SCH010"]

    def test_a_faulty_entry_does_not_hide_the_others(self, clean: Path, read: Reader) -> None:
        text = (clean / "figures.yaml").read_text(encoding="utf-8")
        (clean / "figures.yaml").write_text("- {id: fig box, caption: One}\n" + text)
        reading = read(clean)
        assert [entry.figure.id for entry in reading.report.figures] == ["fig-box"]
        assert set(reading.codes) <= {"SCH002", "SCH003"}

    def test_a_reference_to_a_faulty_entry_is_no_second_finding(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("figures.yaml", "  caption: A box\n", "")
        assert read(clean).codes == ["SCH003"]

    def test_numbers_and_dates_stay_as_they_were_written(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("report.yaml", "version: 1.0.0", "version: 1.10")
        spoil("report.yaml", "title: Clean", "title: 0x10")
        settings = read(clean).report.settings
        assert (settings.version, settings.title) == ("1.10", "0x10")


class TestTables:
    """CSV files."""

    def test_a_cell_with_a_line_break_keeps_the_lines_below_it_right(self, clean: Path, read: Reader) -> None:
        (clean / "data" / "counts.csv").write_text(
            'place,children,adults,total\n"Here\nand there",331,125,456\nThere,1,2,four\nBoth,332,127,459\n'
        )
        found = read(clean).findings
        assert ("TBL017", "data/counts.csv:4:11") in [(one.rule.code, str(one.span)) for one in found]

    def test_cells_know_their_columns(self, clean: Path, read: Reader) -> None:
        table = read(clean).report.data["data/counts.csv"]
        spans = [str(cell.span(1, 1)) for cell in table.rows[0]]
        assert spans == [f"data/counts.csv:2:{column}" for column in (1, 6, 10, 14)]

    def test_a_ragged_row_is_no_wrong_sum(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("data/counts.csv", "Here,331,125,456", "Here,331,456")
        assert read(clean).codes == ["TBL001"]

    def test_empty_lines_are_no_rows(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("data/counts.csv", "Both,", "\n\nBoth,")
        assert read(clean).codes == []


class TestPlaces:
    """A finding inside a text names the line and column of the file, however the text was written."""

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("text: See @fig-x.", "1:13"),
            ("text: 'See @fig-x.'", "1:14"),
            ('text: "See @fig-x."', "1:14"),
            ("text: |\n    First line.\n\n    See @fig-x.", "4:9"),
            ("text: |-\n\n        See @fig-x.", "3:13"),
        ],
    )
    def test_in_yaml(self, clean: Path, read: Reader, text: str, place: str) -> None:
        (clean / "notes" / "other.yaml").write_text(f"- {text}\n  id: other\n")
        (clean / TWO).write_text(FRONT + "\nText.[^other] @sec-deeper @note-fact\n")
        found = read(clean).findings
        assert [(one.rule.code, str(one.span)) for one in found] == [("XREF001", f"notes/other.yaml:{place}")]

    def test_in_folded_yaml_the_beginning_is_named(self, clean: Path, read: Reader) -> None:
        (clean / "notes" / "other.yaml").write_text("- id: other\n  text: >-\n    First\n    see @fig-x.\n")
        (clean / TWO).write_text(FRONT + "\nText.[^other]\n")
        spans = [one.span for one in read(clean).findings]
        assert spans == [Span("notes/other.yaml", 2, 9)]

    def test_in_front_matter(self, clean: Path, read: Reader) -> None:
        (clean / TWO).write_text(FRONT.replace("title: Two", "title: Two, see @fig-x") + "\nText.\n")
        assert [str(one.span) for one in read(clean).findings] == [f"{TWO}:3:17"]

    def test_in_a_cell(self, clean: Path, read: Reader, spoil: Spoil) -> None:
        spoil("data/counts.csv", "There,", '"There, see @fig-x",')
        assert [str(one.span) for one in read(clean).findings] == ["data/counts.csv:3:13"]


def test_the_clean_report_is_read_whole(read: Reader) -> None:
    report = read(CLEAN).report
    assert [section.id for section in report.sections] == [
        "sec-summary",
        "sec-one",
        "sec-two",
        "sec-more",
        "sec-draft",
    ]
    assert [len(entries) for entries in (report.notes, report.works, report.figures, report.tables)] == [1] * 4
    assert report.broken == frozenset()
    body = next(section.body for section in report.sections if section.id == "sec-one")
    forms = [token.form for token in report.tokens_of(body) if token.form is not Form.PROSE]
    assert forms == [
        Form.NOTE_CALL,
        Form.REFERENCE,
        Form.REFERENCE,
        Form.VALUE,
        Form.HEADING,
        Form.PLACEMENT,
        Form.PLACEMENT,
    ]
