"""The edition of PDF/UA-2 and PDF/A-4, and the gate against it: what only the second part asks for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.cache import Cache
from pipeline.checks import CheckState
from pipeline.diagnostics import Findings
from pipeline.render.finishing import declared
from pipeline.render.forms import SCREEN_2_FORM, Attached
from pipeline.render.pdf import print_pdf
from pipeline.verify.gate.clauses import Standard, all_clauses
from pipeline.verify.gate.examine import Profile, examine
from pipeline.verify.proving import prove
from tests.documents import RICH
from tests.gating import element, elements, put, swap
from tests.test_render_pdf import A4, EPOCH, OWN

NO_CACHE = Cache(Path(os.devnull) / "cache")

PROFILE = Profile(frozenset((Standard.UA2, Standard.A4, Standard.FILE)))
DATA = (Attached("counts.csv", "text/csv", b"a,b\n1,2\n", "Counts"),)


@pytest.fixture(scope="module")
def printed() -> bytes:
    findings = Findings()
    data = print_pdf(RICH, A4, OWN, EPOCH, NO_CACHE, findings, attached=DATA, form=SCREEN_2_FORM).data
    assert findings.all() == ()
    return data


def broken(data: bytes, path: Path) -> set[str]:
    path.write_bytes(data)
    examination = examine(path, path.name, PROFILE)
    return {item.number for item in examination.judged if item.state is not CheckState.PASSED}


def spoilt(data: bytes, spoil: Callable[[Pdf], Any]) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        spoil(pdf)
        pdf.save(out, force_version="2.0", deterministic_id=True)
    return out.getvalue()


def link(pdf: Pdf) -> Any:
    notes = [note for page in pdf.pages for note in page.obj.get("/Annots", ())]
    return next(note for note in notes if "/A" in note and "/SD" in note.A)


def older_note(pdf: Pdf) -> None:
    note = element(pdf, "FENote")
    note.S = Name.Note
    del note["/NS"]


def mute_contents(pdf: Pdf) -> None:
    del element(pdf, "TOCI")["/Ref"]


def two_documents(pdf: Pdf) -> None:
    root = pdf.Root.StructTreeRoot
    root.K.append(pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array())))


def annotate(kind: str, role: str = "", **entries: Any) -> Callable[[Pdf], None]:
    """A new annotation, in an element of a type when one is said."""

    def spoil(pdf: Pdf) -> None:
        page = pdf.pages[0].obj
        wanted: dict[str, Any] = {"Rect": Array([0, 0, 9, 9]), "F": 4, "Contents": String("words"), **entries}
        given = {key: value for key, value in wanted.items() if value is not None}
        made = pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), **given))
        page.Annots = Array([*page.get("/Annots", ()), made])
        page.Tabs = Name.S
        if kind == "Widget":
            pdf.Root.AcroForm = Dictionary(Fields=Array([made]))
        if role:
            around = put(pdf, role, element(pdf, "Sect"))
            around.NS = element(pdf, "Sect").NS
            around.K.append(Dictionary(Type=Name.OBJR, Obj=made, Pg=page))
            made.StructParent = 9999
            tree = pdf.Root.StructTreeRoot.ParentTree
            branch = pdf.make_indirect(Dictionary(Limits=Array([9999, 9999]), Nums=Array([9999, around])))
            if "/Nums" in tree:
                tree.Nums = Array([*tree.Nums, 9999, around])
            else:
                tree.Kids.append(branch)

    return spoil


def field(role: str = "Form", **entries: Any) -> Callable[[Pdf], None]:
    return annotate("Widget", role, **{"FT": Name.Tx, "T": String("field"), **entries})


def two_fields(pdf: Pdf) -> None:
    field()(pdf)
    form = element(pdf, "Form")
    other = pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([0, 0, 9, 9])))
    pdf.Root.AcroForm.Fields.append(other)
    form.K.append(Dictionary(Type=Name.OBJR, Obj=other))


def two_ways(pdf: Pdf) -> None:
    annotate("Link", "Link", A=Dictionary(S=Name.URI, URI=String("one")))(pdf)
    page = pdf.pages[0].obj
    other = pdf.make_indirect(Dictionary(dict(page.Annots[-1].items())))
    other.A = Dictionary(S=Name.URI, URI=String("two"))
    page.Annots.append(other)


def untitled(kind: str, **entries: Any) -> Callable[[Pdf], None]:
    return annotate(kind, "Annot", Contents=None, **entries)


def in_place(key: str) -> Callable[[Pdf], None]:
    return lambda pdf: element(pdf, "P").__setitem__("/" + key, String("\ue000"))


def private_letter(pdf: Pdf) -> None:
    for font in pdf.objects:
        if isinstance(font, Dictionary) and font.get("/Subtype") == "/Type0":
            data = font.ToUnicode.read_bytes()
            font.ToUnicode.write(re.sub(rb"(<[0-9a-fA-F]+> ?<)[0-9a-fA-F]{4}(>)", rb"\1e000\2", data))


def painted_text(pdf: Pdf) -> None:
    """A rule before each piece of text."""
    page = pdf.pages[-1].obj
    page.Contents = pdf.make_stream(re.sub(rb"\bBT\b", b"0 0 5 5 re f BT", _content(page)))


def _content(page: Any) -> bytes:
    parts = page.Contents if isinstance(page.Contents, Array) else [page.Contents]
    return b"\n".join(part.read_bytes() for part in parts)


def ways_to_show(pdf: Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=Array(), D=Dictionary(), Configs=Array([Dictionary(Name=String("x"))]))


def long_cell(pdf: Pdf) -> None:
    cell = next(found for found in elements(pdf) if found.S == "/TH" and "/A" in found)
    cell.A = Dictionary(O=Name.Table, RowSpan=2)


def mathematics(pdf: Pdf) -> None:
    space = pdf.make_indirect(Dictionary(Type=Name.Namespace, NS=String("http://www.w3.org/1998/Math/MathML")))
    pdf.Root.StructTreeRoot.Namespaces.append(space)
    put(pdf, "math", element(pdf, "P"), NS=space)


def nested(role: str, *inner: str) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        around = put(pdf, role, element(pdf, "P"))
        for one in inner:
            put(pdf, one, around)

    return spoil


def deaf_call(pdf: Pdf) -> None:
    note = element(pdf, "FENote")
    del note.Ref[0]["/Ref"]


FAULTS: dict[str, Callable[[Pdf], Any]] = {
    "8.2.5.2-1": two_documents,
    "8.2.5.2-2": lambda pdf: element(pdf, "Document").__delitem__("/NS"),
    "8.2.5.8-1": mute_contents,
    "8.2.5.12-1": lambda pdf: put(pdf, "H", element(pdf, "Sect")),
    "8.2.5.14-1": older_note,
    "8.2.5.14-2": lambda pdf: element(pdf, "FENote").__delitem__("/Ref"),
    "8.2.5.14-3": deaf_call,
    "8.2.5.14-4": lambda pdf: element(pdf, "FENote").A.__setitem__("/NoteType", Name.Sidenote),
    "8.2.5.20-1": annotate("Link", "Span"),
    "8.2.5.20-2": two_ways,
    "8.2.5.23-1": nested("Ruby", "RB"),
    "8.2.5.24-1": nested("Warichu", "WT"),
    "8.2.5.25-1": lambda pdf: element(pdf, "L").__delitem__("/A"),
    "8.2.5.25-2": lambda pdf: element(pdf, "LI").K.append(0),
    "8.2.5.26-2": long_cell,
    "8.2.5.27-1": lambda pdf: swap(element(pdf, "Table"), 0, 1),
    "8.2.5.29-1": mathematics,
    "8.4.3-1": private_letter,
    "8.4.3-2": in_place("ActualText"),
    "8.4.3-3": in_place("Alt"),
    "8.4.4-1": lambda pdf: pdf.Root.__delitem__("/Lang"),
    "8.5.1-1": painted_text,
    "8.6-1": lambda pdf: pdf.Root.Outlines.First.__setitem__("/Title", String("\ue000")),
    "8.7-1": ways_to_show,
    "8.8-1": lambda pdf: link(pdf).A.__delitem__("/SD"),
    "8.8-2": lambda pdf: link(pdf).A.__delitem__("/SD"),
    "8.9.2.1-1": annotate("Square"),
    "8.9.2.2-1": annotate("Square", "Annot", F=5),
    "8.9.2.2-2": annotate("Square", "Annot", F=36),
    "8.9.2.3-1": annotate("Square", "Span"),
    "8.9.2.3-2": annotate("Square", "Annot", RC=String("<p>other</p>")),
    "8.9.2.4.7-1": untitled("Stamp"),
    "8.9.2.4.8-1": untitled("Ink"),
    "8.9.2.4.9-1": annotate("Popup", "Annot"),
    "8.9.2.4.10-1": annotate("FileAttachment", "Annot", FS=Dictionary(F=String("x"))),
    "8.9.2.4.11-1": annotate("Sound", "Annot"),
    "8.9.2.4.11-2": annotate("Movie", "Annot"),
    "8.9.2.4.12-1": untitled("Screen"),
    "8.9.2.4.13-1": field(Rect=Array([9, 9, 9, 9])),
    "8.9.2.4.14-1": annotate("PrinterMark", "Annot"),
    "8.9.2.4.15-1": annotate("TrapNet"),
    "8.9.2.4.16-1": annotate("Watermark", "Span"),
    "8.9.2.4.19-1": untitled("3D"),
    "8.9.2.4.19-2": untitled("RichMedia"),
    "8.9.3.3-1": lambda pdf: next(page.obj for page in pdf.pages if "/Annots" in page.obj).__delitem__("/Tabs"),
    "8.9.4.2-1": lambda pdf: (
        annotate("Square", "Annot")(pdf),
        element(pdf, "Annot").__setitem__("/Alt", String("other")),
    ),
    "8.10.1-1": field("Span"),
    "8.10.1-2": two_fields,
    "8.10.1-3": lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array(), XFA=String("x"))),
    "8.10.2.3-1": field(Contents=None),
    "8.10.2.3-2": field(Contents=None, AA=Dictionary()),
    "8.10.3.3-1": field(V=String("one"), RV=String("<p>two</p>")),
    "8.14.1-1": lambda pdf: pdf.Root.AF[0].__delitem__("/Desc"),
    "14.7.4.2-1": lambda pdf: pdf.Root.StructTreeRoot.__delitem__("/Namespaces"),
    "32005-1": lambda pdf: put(pdf, "Span", element(pdf, "Sect")),
    "32005-2": lambda pdf: element(pdf, "Sect").K.append(0),
}
ELSEWHERE = {"5-2", "5-4", "5-5", "6.1-2", "wtpdf-1"}
DECLARED: dict[str, tuple[bytes, bytes]] = {
    "5-2": (b"<pdfuaid:part>2", b"<pdfuaid:part>1"),
    "5-4": (b"</rdf:RDF>", b'<rdf:Description xmlns:o="http://www.aiim.org/pdfua/ns/id/" o:rev="2024"/></rdf:RDF>'),
    "5-5": (b"<pdfuaid:rev>2024", b"<pdfuaid:rev>2014"),
}


@pytest.mark.artefact
class TestSecondPart:
    def test_the_edition_breaks_nothing_but_that_it_declares_nothing(self, printed: bytes, tmp_path: Path) -> None:
        assert broken(printed, tmp_path / "a.pdf") == {
            "5-1",
            "5-2",
            "5-5",
            "6.7.3-1",
            "6.7.3-2",
            "6.7.3-5",
        }

    def test_it_is_proved_and_says_so(self, printed: bytes, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(printed)
        findings = Findings()
        proof = prove(path, RICH, SCREEN_2_FORM, EPOCH, NO_CACHE, findings)
        told = [finding for finding in findings.all() if finding.rule.code != "PDF021"]  # a page of its own is short
        assert (told, proof.examination.passed) == ([], True)
        assert broken(path.read_bytes(), path) == set()
        with pikepdf.open(path) as pdf:
            said = pdf.Root.Metadata.read_bytes().decode()
            assert "/Info" not in pdf.trailer
        assert path.read_bytes().startswith(b"%PDF-2.0")
        for words in ("<pdfuaid:part>2<", "<pdfuaid:rev>2024<", "<pdfaid:part>4<", "<pdfaid:conformance>F<",
                      "wtpdf#accessibility1.0", "wtpdf#reuse1.0"):  # fmt: skip
            assert words in said
        assert "pdfaExtension" not in said

    def test_without_attached_files_it_is_a_plain_archive(self, tmp_path: Path) -> None:
        bare = print_pdf(RICH, A4, OWN, EPOCH, NO_CACHE, Findings(), form=SCREEN_2_FORM).data
        data = declared(bare, RICH, SCREEN_2_FORM, EPOCH)
        assert broken(data, tmp_path / "a.pdf") == set()
        with pikepdf.open(BytesIO(data)) as pdf:
            assert b"pdfaid:conformance" not in pdf.Root.Metadata.read_bytes()

    def test_declarations_take_the_place_that_was_left_for_them(self, printed: bytes) -> None:
        data = declared(printed, RICH, SCREEN_2_FORM, EPOCH)
        differing = [at for at, (one, other) in enumerate(zip(printed, data, strict=True)) if one != other]
        assert printed.index(b"<?xpacket begin") < differing[0]
        assert differing[-1] < printed.index(b"<?xpacket end")

    def test_a_file_without_room_is_written_anew(self, printed: bytes, tmp_path: Path) -> None:
        def crowd(pdf: Pdf) -> None:
            pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(b"  ", b""))

        data = declared(spoilt(printed, crowd), RICH, SCREEN_2_FORM, EPOCH)
        assert broken(data, tmp_path / "a.pdf") == set()

    @pytest.mark.parametrize("number", FAULTS)
    def test_a_fault_breaks_its_clause(self, number: str, printed: bytes, tmp_path: Path) -> None:
        assert number in broken(spoilt(printed, FAULTS[number]), tmp_path / "bad.pdf")

    @pytest.mark.parametrize("number", DECLARED)
    def test_a_declaration_that_is_wrong(self, number: str, printed: bytes, tmp_path: Path) -> None:
        data = declared(printed, RICH, SCREEN_2_FORM, EPOCH)
        old, new = DECLARED[number]

        def misdeclare(pdf: Pdf) -> None:
            said = pdf.Root.Metadata.read_bytes()
            assert old in said
            pdf.Root.Metadata.write(said.replace(old, new, 1))

        assert number in broken(spoilt(data, misdeclare), tmp_path / "bad.pdf")

    def test_other_declarations_are_told(self, printed: bytes, tmp_path: Path) -> None:
        data = declared(printed, RICH, SCREEN_2_FORM, EPOCH)

        def boast(pdf: Pdf) -> None:
            said = pdf.Root.Metadata.read_bytes()
            pdf.Root.Metadata.write(said.replace(b"wtpdf#reuse1.0", b"wtpdf#reuse9.9"))

        assert broken(spoilt(data, boast), tmp_path / "bad.pdf") == {"wtpdf-1"}

    def test_an_older_header(self, printed: bytes, tmp_path: Path) -> None:
        assert "6.1-2" in broken(printed.replace(b"%PDF-2.0", b"%PDF-1.7", 1), tmp_path / "bad.pdf")

    def test_lines_of_the_outline_lead_to_their_headings(self, printed: bytes) -> None:
        with pikepdf.open(BytesIO(printed)) as pdf:
            pending, found = [pdf.Root.Outlines.First], {}
            while pending:
                item = pending.pop()
                pending += [item[key] for key in ("/Next", "/First") if key in item]
                found[str(item.Title)] = str(item.A.SD[0].S)
        assert set(found.values()) <= {"/H1", "/H2", "/H3"}, found

    def test_links_lead_to_the_elements_that_they_name(self, printed: bytes) -> None:
        with pikepdf.open(BytesIO(printed)) as pdf:
            by_id = {str(e.ID): e.objgen for e in elements(pdf) if "/ID" in e}
            led = 0
            for page in pdf.pages:
                for note in page.obj.get("/Annots", ()):
                    if "/A" in note and note.A.S == "/GoTo":
                        assert note.A.SD[0].objgen == by_id[str(note.A.D)]
                        led += 1
            assert led > 10


def test_every_clause_of_the_second_part_has_a_fault() -> None:
    numbers = {c.number for c in all_clauses() if Standard.UA2 in c.standards and Standard.UA1 not in c.standards}
    assert numbers == set(FAULTS) - {"14.7.4.2-1"} | ELSEWHERE


def test_the_form_is_of_its_standards() -> None:
    assert replace(SCREEN_2_FORM, version="1.7").later is False
    assert SCREEN_2_FORM.later
