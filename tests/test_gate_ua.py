"""The gate against PDF/UA: a small good file breaks nothing, and each fault breaks the clause that it is made for."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.checks import CheckState
from pipeline.render.xmp import Claims
from pipeline.verify.gate.clauses import Standard, all_clauses
from pipeline.verify.gate.examine import Profile
from pipeline.verify.gate.matterhorn import ANSWERED_BY, FOR_PEOPLE
from tests.gating import (
    BOTH,
    Spoil,
    annotate,
    both,
    broken,
    element,
    examined,
    hold,
    inner,
    note,
    page,
    paint,
    put,
    remove,
    rename,
    repaint,
    replaced,
    resources,
    swap,
    to_look_at,
    with_,
    without,
)
from tests.small_pdfs import letters, small

# ---------------------------------------------------------------- one fault each


def wordless_annotation(pdf: Pdf) -> None:
    del note(pdf, "Text").Contents


def unnamed_language(pdf: Pdf) -> None:
    del pdf.Root.Lang


def spoken(pdf: Pdf) -> None:
    """Words in place of glyphs, in a file without a language."""
    del pdf.Root.Lang
    element(pdf, "P").ActualText = String("Text")


def bare_media(**entries: Any) -> Spoil:
    clip = Dictionary(Type=Name.MediaClip, S=Name.MCD, D=Dictionary(Type=Name.Filespec, F=String("film")), **entries)
    return lambda pdf: hold(pdf, clip)


def dynamic_form(pdf: Pdf) -> None:
    pdf.Root.AcroForm.XFA = pdf.make_stream(
        b"<config><acrobat><dynamicRender>required</dynamicRender></acrobat></config>"
    )


def tagged_form(pdf: Pdf) -> None:
    """A form with marked content of its own, in the structure, that is painted twice."""
    form = resources(pdf).XObject.Fm1
    form.write(b"/P <</MCID 0>> BDC 0 0 5 5 re f EMC")
    form.StructParents = 99
    paragraph = put(pdf, "P", element(pdf, "Document"), Pg=page(pdf))
    paragraph.K.append(Dictionary(Type=Name.MCR, MCID=0, Stm=form, Pg=page(pdf)))
    nums = pdf.Root.StructTreeRoot.ParentTree.Nums
    nums.append(99)
    nums.append(Array([paragraph]))
    paint(pdf, b"/Fm1 Do")


def cell_over_cell(pdf: Pdf) -> None:
    """A cell that reaches down over one that another reaches across."""
    element(pdf, "TD", 0).A.RowSpan = 2
    element(pdf, "TH", 3).A.ColSpan = 2


def misnamed_printer_mark(pdf: Pdf) -> None:
    form = pdf.make_stream(b"0 0 5 5 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 5, 5])
    form.Resources = Dictionary()
    annotate(pdf, "PrinterMark", AP=Dictionary(N=form))


def cmap(pdf: Pdf, body: bytes, **entries: Any) -> None:
    system = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
    wanted = {"CMapName": Name.Own, "CIDSystemInfo": system, **entries}
    head = b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
    span = b"1 begincidrange <0000> <ffff> 0 endcidrange endcmap"
    resources(pdf).Font.F1.Encoding = pdf.make_stream(head + body + span, Type=Name.CMap, **wanted)


def other_collection(pdf: Pdf) -> None:
    cmap(pdf, b"")
    inner(pdf).CIDSystemInfo.Ordering = String("Japan1")


def symbolic(pdf: Pdf) -> None:
    resources(pdf).Font.F2.FontDescriptor.Flags = 4


def twice_mapped_signs(pdf: Pdf) -> None:
    symbolic(pdf)
    del resources(pdf).Font.F2["/Encoding"]


def to_unicode(pdf: Pdf, old: bytes, new: bytes) -> None:
    stream = resources(pdf).Font.F1.ToUnicode
    data = stream.read_bytes()
    assert old in data
    stream.write(data.replace(old, new, 1))


def silent_letter(pdf: Pdf) -> None:
    to_unicode(pdf, b"> <0048>", b"> <0000>")


def lost_letter(pdf: Pdf) -> None:
    lines = resources(pdf).Font.F1.ToUnicode.read_bytes().split(b"\n")
    resources(pdf).Font.F1.ToUnicode.write(b"\n".join(line for line in lines if not line.endswith(b"<0048>")))


def missing_character(pdf: Pdf) -> None:
    element(pdf, "P").K.append(77)
    repaint(pdf, b"BT /F1 10 Tf 20 580 Td 0 g <", b"BT /F1 10 Tf 20 580 Td 0 g <0000")


def unlisted_glyph(pdf: Pdf) -> None:
    differences = Array([65, Name("/quite.strange.name")])
    resources(pdf).Font.F2.Encoding = Dictionary(BaseEncoding=Name.WinAnsiEncoding, Differences=differences)


def headless_cell(pdf: Pdf) -> None:
    for at in (0, 1):
        del element(pdf, "TD", at).A["/Headers"]


def shared_note_name(pdf: Pdf) -> None:
    put(pdf, "Note", element(pdf, "Document"), ID=String("note-1"))


def prefixed(local: str) -> Spoil:
    """A property of PDF/UA under another prefix than the usual one."""
    own = b'<rdf:Description rdf:about="" xmlns:other="http://www.aiim.org/pdfua/ns/id/" other:%s="1"/></rdf:RDF>'
    return lambda pdf: replaced(pdf, b"</rdf:RDF>", own % local.encode())


def spoken_mark(key: bytes) -> Spoil:
    """Words in place of marked content, in a file without a language."""

    def spoil(pdf: Pdf) -> None:
        del pdf.Root.Lang
        paint(pdf, b"/Artifact BMC /Span <</%s (words)>> BDC 0 0 5 5 re f EMC EMC" % key)

    return spoil


def unscoped(pdf: Pdf) -> None:
    """Cells that name no heads, under heads that do not say of what they are ones."""
    headless_cell(pdf)
    for at in range(4):
        element(pdf, "TH", at).A = Dictionary(O=Name.Table)


def unknown_head(pdf: Pdf) -> None:
    unscoped(pdf)
    for at in range(4):
        element(pdf, "TD", at).A = Dictionary(O=Name.Table, Headers=Array([String("nothing")]))


FAULTS: dict[str, Spoil] = {
    "5-1": lambda pdf: replaced(pdf, b"<pdfuaid:part>1</pdfuaid:part>", b""),
    "5-2": lambda pdf: replaced(pdf, b"<pdfuaid:part>1</pdfuaid:part>", b"<pdfuaid:part>3</pdfuaid:part>"),
    "5-3": prefixed("part"),
    "5-4": prefixed("amd"),
    "5-5": prefixed("corr"),
    "6.2-1": with_(lambda pdf: pdf.Root.MarkInfo, "Marked", False),
    "7.1-1": lambda pdf: repaint(pdf, b"BT", b"/Artifact BMC 0 0 1 1 re f EMC BT"),
    "7.1-2": both(
        lambda pdf: repaint(pdf, b"/H1", b"/Artifact BMC /H1"),
        lambda pdf: paint(pdf, b"EMC"),
    ),
    "7.1-3": lambda pdf: paint(pdf, b"0 0 5 5 re f"),
    "7.1-4": with_(lambda pdf: pdf.Root.MarkInfo, "Suspects", True),
    "7.1-5": lambda pdf: rename(pdf, "P", "Paragraph"),
    "7.1-6": with_(lambda pdf: pdf.Root.StructTreeRoot, "RoleMap", Dictionary(A=Name.B, B=Name.A)),
    "7.1-7": with_(lambda pdf: pdf.Root.StructTreeRoot, "RoleMap", Dictionary(P=Name.Span)),
    "7.1-8": without(lambda pdf: pdf.Root, "Metadata"),
    "7.1-9": lambda pdf: replaced(pdf, b"dc:title", b"dc:source"),
    "7.1-10": without(lambda pdf: pdf.Root, "ViewerPreferences"),
    "7.1-11": without(lambda pdf: pdf.Root, "StructTreeRoot"),
    "7.1-12": without(lambda pdf: element(pdf, "P"), "P"),
    "7.2-2": unnamed_language,
    "7.2-3": lambda pdf: put(pdf, "P", element(pdf, "Table"), at=1) and None,
    "7.2-4": lambda pdf: put(pdf, "TR", element(pdf, "Document")) and None,
    "7.2-5": lambda pdf: put(pdf, "THead", element(pdf, "Document")) and None,
    "7.2-6": lambda pdf: put(pdf, "TBody", element(pdf, "Document")) and None,
    "7.2-7": lambda pdf: put(pdf, "TFoot", element(pdf, "Document")) and None,
    "7.2-8": lambda pdf: put(pdf, "TH", element(pdf, "Document")) and None,
    "7.2-9": lambda pdf: put(pdf, "TD", element(pdf, "Document")) and None,
    "7.2-10": lambda pdf: put(pdf, "P", element(pdf, "TR")) and None,
    "7.2-11": lambda pdf: put(pdf, "THead", element(pdf, "Table"), at=1) and None,
    "7.2-12": lambda pdf: put(pdf, "TFoot", element(pdf, "Table")) and None,
    "7.2-13": lambda pdf: remove(element(pdf, "Table"), 2),
    "7.2-14": lambda pdf: remove(element(pdf, "Table"), 2),
    "7.2-15": cell_over_cell,
    "7.2-16": lambda pdf: swap(element(pdf, "Table"), 0, 1),
    "7.2-17": lambda pdf: put(pdf, "LI", element(pdf, "Document")) and None,
    "7.2-18": lambda pdf: put(pdf, "LBody", element(pdf, "Document")) and None,
    "7.2-19": lambda pdf: put(pdf, "P", element(pdf, "L")) and None,
    "7.2-20": lambda pdf: put(pdf, "P", element(pdf, "LI")) and None,
    "7.2-21": spoken,
    "7.2-22": unnamed_language,
    "7.2-23": both(unnamed_language, without(lambda pdf: element(pdf, "Span", 2), "Lang")),
    "7.2-24": unnamed_language,
    "7.2-25": unnamed_language,
    "7.2-26": lambda pdf: put(pdf, "TOCI", element(pdf, "Document")) and None,
    "7.2-27": lambda pdf: put(pdf, "P", element(pdf, "TOC")) and None,
    "7.2-28": lambda pdf: put(pdf, "Caption", element(pdf, "TOC")) and None,
    "7.2-29": with_(lambda pdf: element(pdf, "P"), "Lang", String("english language")),
    "7.2-30": spoken_mark(b"ActualText"),
    "7.2-31": spoken_mark(b"Alt"),
    "7.2-32": spoken_mark(b"E"),
    "7.2-33": both(
        unnamed_language,
        lambda pdf: replaced(pdf, b'xml:lang="en-GB"', b'xml:lang="x-default"'),
    ),
    "7.2-34": unnamed_language,
    "7.2-36": lambda pdf: put(pdf, "P", element(pdf, "THead")) and None,
    "7.2-37": lambda pdf: put(pdf, "P", element(pdf, "TBody")) and None,
    "7.2-38": lambda pdf: put(pdf, "P", element(pdf, "TFoot")) and None,
    "7.2-39": lambda pdf: put(pdf, "Caption", element(pdf, "Table")) and None,
    "7.2-40": lambda pdf: put(pdf, "Caption", element(pdf, "L")) and None,
    "7.2-41": with_(lambda pdf: element(pdf, "TD", 2), "A", Dictionary(O=Name.Table, RowSpan=3)),
    "7.2-42": lambda pdf: remove(element(pdf, "TR", 0), 1),
    "7.2-43": lambda pdf: remove(element(pdf, "TR", 1), 1),
    "7.2-ruby": lambda pdf: put(pdf, "RB", element(pdf, "P")) and None,
    "7.3-1": without(lambda pdf: element(pdf, "Figure"), "Alt"),
    "7.4.2-1": lambda pdf: rename(pdf, "H2", "H3"),
    "7.4.4-1": both(lambda pdf: rename(pdf, "H1", "H"), lambda pdf: rename(pdf, "H2", "H")),
    "7.4.4-2": lambda pdf: rename(pdf, "H2", "H"),
    "7.4.4-3": lambda pdf: rename(pdf, "H2", "H"),
    "7.5-1": unscoped,
    "7.5-2": unknown_head,
    "7.7-1": without(lambda pdf: element(pdf, "Formula"), "Alt"),
    "7.9-1": without(lambda pdf: element(pdf, "Note"), "ID"),
    "7.9-2": shared_note_name,
    "7.10-1": without(lambda pdf: pdf.Root.OCProperties.D, "Name"),
    "7.10-2": with_(lambda pdf: pdf.Root.OCProperties.D, "AS", Array()),
    "7.11-1": lambda pdf: pdf.Root.AF[0].__delitem__("/UF"),
    "7.15-1": dynamic_form,
    "7.18.1-1": lambda pdf: annotate(pdf, "Square", Contents=String("A square")) and None,
    "7.18.1-2": wordless_annotation,
    "7.18.1-3": without(lambda pdf: note(pdf, "Widget"), "TU"),
    "7.18.2-1": lambda pdf: annotate(pdf, "TrapNet") and None,
    "7.18.3-1": with_(page, "Tabs", Name.R),
    "7.18.4-1": lambda pdf: rename(pdf, "Form", "Div"),
    "7.18.4-2": lambda pdf: put(pdf, "Form", element(pdf, "Document")) and None,
    "7.18.5-1": lambda pdf: rename(pdf, "Link", "Span"),
    "7.18.5-2": without(lambda pdf: note(pdf, "Link"), "Contents"),
    "7.18.6.2-1": bare_media(Alt=Array([String(""), String("A film")])),
    "7.18.6.2-2": bare_media(CT=String("video/mp4")),
    "7.18.8-1": lambda pdf: annotate(pdf, "PrinterMark", StructParent=0) and None,
    "7.18.8-2": misnamed_printer_mark,
    "7.20-1": lambda pdf: resources(pdf).XObject.Fm1.__setitem__("/Ref", Dictionary(F=String("other.pdf"), Page=0)),
    "7.20-2": tagged_form,
    "7.21.3.1-1": other_collection,
    "7.21.3.2-1": without(inner, "CIDToGIDMap"),
    "7.21.3.3-1": lambda pdf: resources(pdf).Font.F1.__setitem__("/Encoding", Name("/Unheard-H")),
    "7.21.3.3-2": lambda pdf: cmap(pdf, b"/WMode 1 def ", WMode=0),
    "7.21.3.3-3": lambda pdf: cmap(pdf, b"/Unheard-H usecmap "),
    "7.21.4.1-1": lambda pdf: inner(pdf).FontDescriptor.__delitem__("/FontFile2"),
    "7.21.4.1-2": lambda pdf: repaint(pdf, b"580 Td 0 g <", b"580 Td 0 g <0fff"),
    "7.21.4.2-1": lambda pdf: resources(pdf).Font.F3.FontDescriptor.__setitem__("/CharSet", String("/A/B")),
    "7.21.4.2-2": lambda pdf: inner(pdf).FontDescriptor.__setitem__("/CIDSet", pdf.make_stream(b"\x80")),
    "7.21.5-1": lambda pdf: inner(pdf).__setitem__("/W", Array([0, 99, 123])),
    "7.21.6-1": lambda pdf: resources(pdf).Font.F2.FontDescriptor.__setitem__("/FontFile2", unmapped_font(pdf)),
    "7.21.6-2": unlisted_glyph,
    "7.21.6-3": symbolic,
    "7.21.6-4": twice_mapped_signs,
    "7.21.7-1": lost_letter,
    "7.21.7-2": silent_letter,
    "7.21.8-1": missing_character,
}


def unmapped_font(pdf: Pdf) -> Any:
    font = TTFont(BytesIO(letters()[0]))
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format == 4][:1]
    font["cmap"].tables[0].platformID, font["cmap"].tables[0].platEncID = 3, 0
    out = BytesIO()
    font.save(out)
    return pdf.make_stream(out.getvalue(), Length1=len(out.getvalue()))


# Clauses whose faults are made in other ways, each with its test.
MADE_ELSEWHERE = {
    "6.1-1": "test_gate_archive.py::test_bytes",
    "7.16-1": "test_gate_ua.py::test_a_file_that_forbids_reading_aloud",
    "7.5-ids": "test_gate_ua.py::test_a_head_that_is_not_needed_and_not_there_is_told_and_fails_nothing",
    "7.5-heads": "test_gate_ua.py::test_a_table_without_heads_is_told_and_fails_nothing",
    "7.18.5-empty": "test_gate_ua.py::test_a_link_that_shows_nothing_is_told_and_fails_nothing",
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gate") / "good.pdf"
    path.write_bytes(small())
    return path


def test_the_good_file_breaks_nothing(tmp_path: Path) -> None:
    examination = examined(tmp_path / "good.pdf", small())
    assert broken(examination) == set()
    assert to_look_at(examination) == set()
    assert examination.passed
    assert examination.findings == ()
    assert len(examination.judged) > 150


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_breaks_its_clause(number: str, tmp_path: Path) -> None:
    examination = examined(tmp_path / "bad.pdf", small(FAULTS[number]))
    assert number in broken(examination), [item.detail for item in examination.judged if item.detail]
    clause = next(clause for clause in all_clauses() if clause.number == number)
    told = [finding for finding in examination.findings if finding.rule is clause.rule]
    assert any(number in finding.foreign or (clause.archive and clause.archive in finding.foreign) for finding in told)


@pytest.mark.parametrize(
    ("number", "others"),
    [
        ("7.1-3", set()),
        ("7.3-1", set()),
        ("7.9-1", set()),
        ("7.4.2-1", set()),
        ("7.18.5-2", set()),
        ("7.5-1", set()),
        ("7.5-2", set()),
        ("7.21.7-1", {"6.2.11.7.2-1"}),
        ("7.21.5-1", {"6.2.11.5-1"}),
        ("7.2-43", {"14.7.4-1", "7.1-3"}),
    ],
)
def test_a_fault_breaks_no_other_clause(number: str, others: set[str], tmp_path: Path) -> None:
    assert broken(examined(tmp_path / "bad.pdf", small(FAULTS[number]))) - others == {number}


def test_every_clause_of_pdf_ua_has_a_fault() -> None:
    numbers = {clause.number for clause in all_clauses() if Standard.UA1 in clause.standards}
    assert numbers - set(FAULTS) == set(MADE_ELSEWHERE)


@pytest.mark.parametrize("test", sorted(set(MADE_ELSEWHERE.values())))
def test_the_test_of_a_clause_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (Path(__file__).parent / file).read_text("utf-8")


def test_every_condition_of_the_protocol_is_answered() -> None:
    for_machines = {condition for clause in all_clauses() for condition in clause.matterhorn}
    assert not for_machines & set(FOR_PEOPLE)
    for condition, other in ANSWERED_BY.items():
        assert condition not in for_machines and other in for_machines
    assert len(for_machines | set(ANSWERED_BY)) >= 87


# ---------------------------------------------------------------- faults of other kinds


def test_a_file_that_forbids_reading_aloud(tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(small())
    with pikepdf.open(path) as pdf:
        for allowed, expected in ((True, set()), (False, {"7.16-1"})):
            permissions = pikepdf.Permissions(accessibility=allowed, extract=allowed)
            out = tmp_path / f"{allowed}.pdf"
            pdf.save(
                out,
                encryption=pikepdf.Encryption(owner="x", user="", R=3, aes=False, allow=permissions, metadata=False),
            )
            said = broken(examined(out, out.read_bytes(), Profile(frozenset((Standard.UA1,)))))
            assert said == expected


def test_a_table_without_heads_is_told_and_fails_nothing(tmp_path: Path) -> None:
    def headless(pdf: Pdf) -> None:
        for _ in range(4):
            rename(pdf, "TH", "TD")
        for at in range(6):
            found = element(pdf, "TD", at)
            if "/A" in found:
                del found["/A"]

    examination = examined(tmp_path / "bad.pdf", small(headless))
    assert broken(examination) == set()
    assert to_look_at(examination) == {"7.5-heads"}
    assert [finding.rule.code for finding in examination.findings] == ["PDF124"]


def test_a_head_that_is_not_needed_and_not_there_is_told_and_fails_nothing(tmp_path: Path) -> None:
    def astray(pdf: Pdf) -> None:
        element(pdf, "TD").A.Headers = Array([String("nothing")])

    examination = examined(tmp_path / "bad.pdf", small(astray))
    assert broken(examination) == set()
    assert to_look_at(examination) == {"7.5-ids"}


def test_a_link_that_shows_nothing_is_told_and_fails_nothing(tmp_path: Path) -> None:
    examination = examined(tmp_path / "bad.pdf", small(lambda pdf: put(pdf, "Link", element(pdf, "P")) and None))
    assert broken(examination) == set()
    assert to_look_at(examination) == {"7.18.5-empty"}
    assert [finding.rule.code for finding in examination.findings] == ["PDF125"]


def test_the_second_part(tmp_path: Path) -> None:
    profile = Profile(frozenset((Standard.UA2,)))
    claims = Claims(pdfua=2)
    assert "6.1-2" in broken(examined(tmp_path / "a.pdf", small(claims=claims), profile))
    later = small(dynamic_form, claims).replace(b"%PDF-1.7", b"%PDF-2.0", 1)
    found = broken(examined(tmp_path / "b.pdf", later, profile))
    assert "6.1-2" not in found and "8.10.1-3" in found


def test_what_is_not_asked_is_not_passed(tmp_path: Path) -> None:
    """Without a declaration a file is held against PDF/UA-1, and fails for want of it."""
    examination = examined(tmp_path / "a.pdf", small(claims=Claims()), None)
    assert examination.standards == ("PDF/UA-1", "file")
    assert broken(examination) == {"5-1", "5-2"}


def test_a_check_that_fails_is_a_finding(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.verify.gate import clauses, examine

    def stumbles(file: object) -> list[Any]:
        raise KeyError("nobody foresaw this")

    clause = clauses.Clause("0-0", "nothing", all_clauses()[0].rule, frozenset((Standard.FILE,)), stumbles)
    monkeypatch.setattr(examine, "all_clauses", lambda: (clause,))
    examination = examine.examine(good, "good.pdf", BOTH)
    assert [item.state for item in examination.judged] == [CheckState.NOT_RUN]
    assert not examination.passed
    assert [finding.rule.code for finding in examination.findings] == ["PDF001"]


def test_the_page_on_conformance_lists_every_condition() -> None:
    text = (Path(__file__).parent.parent / "docs" / "conformance.md").read_text("utf-8")
    checked, people = text.split("left to people\n", 1)
    for clause in all_clauses():
        for condition in clause.matterhorn:
            row = next(line for line in checked.splitlines() if line.startswith(f"| {condition} "))
            assert clause.number in row and clause.rule.code in row
    for condition, asks in FOR_PEOPLE.items():
        assert f"| {condition} | {asks} |" in people


def test_a_mask_is_no_content(tmp_path: Path) -> None:
    def masked(pdf: Pdf) -> None:
        mask = pdf.make_stream(b"0 g 0 0 5 5 re f")
        mask.Type, mask.Subtype, mask.BBox, mask.Resources = Name.XObject, Name.Form, Array([0, 0, 9, 9]), Dictionary()
        mask.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
        resources(pdf).ExtGState.G1.SMask = Dictionary(Type=Name.Mask, S=Name.Luminosity, G=mask)

    assert broken(examined(tmp_path / "a.pdf", small(masked))) == set()


def test_content_of_a_form_stands_where_the_form_is_painted(tmp_path: Path) -> None:
    assert "7.1-3" in broken(examined(tmp_path / "a.pdf", small(lambda pdf: paint(pdf, b"/Fm1 Do"))))
    tagged = lambda pdf: repaint(pdf, b"/Im1 Do", b"/Im1 Do /Fm1 Do")  # noqa: E731 - as short as the fault
    assert broken(examined(tmp_path / "b.pdf", small(tagged))) == set()
