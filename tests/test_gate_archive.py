"""The gate against PDF/A, and against what no standard asks for: a fault breaks the clause that it is made for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.render.xmp import Claims
from pipeline.verify.gate.checks_archive_streams import _BLANK, _NO_DIGIT, _ODD_HEX, _hex_strings
from pipeline.verify.gate.clauses import ARCHIVE, UA, Standard, all_clauses
from pipeline.verify.gate.examine import Profile
from pipeline.verify.gate.numbering import in_archive_4
from tests.archive_faults import FAULTS, intent, picture, profile_bytes, with_type
from tests.gating import (
    BOTH,
    Spoil,
    broken,
    element,
    examined,
    note,
    page,
    paint,
    repaint,
    replaced,
    resources,
    to_look_at,
    with_,
)
from tests.small_pdfs import small

pytestmark = pytest.mark.artefact


def cut(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        assert old in data, old
        return data.replace(old, new, 1)

    return spoil


def longer_stream(data: bytes) -> bytes:
    return re.sub(rb"/Length (\d+)", lambda found: b"/Length " + found[1][:-1] + b"1", data, count=1)


IN_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "6.1-1": cut(b"%PDF-1.7", b"%PDF-1.9"),
    "6.1.2-1": lambda data: b"\n" + data,
    "6.1.2-2": lambda data: re.sub(rb"%PDF-1.7\n%....\n", b"%PDF-1.7\n%abcd\n", data, count=1, flags=re.DOTALL),
    "6.1.3-1": lambda data: re.sub(rb"/ID \[.*?\]", b"", data, count=1, flags=re.DOTALL),
    "6.1.3-3": lambda data: data + b"something",
    "6.1.4-2": cut(b"xref\n0 ", b"xref \n0 "),
    "6.1.6-2": cut(b"/ID [<", b"/ID [<zz"),
    "6.1.7.1-2": lambda data: re.sub(rb"([^\n])\nendstream", rb"\1 endstream", data, count=1),
    "7.5.4-1": lambda data: re.sub(rb"startxref\n\d+", b"startxref\n7", data, count=1),
    "6.1.6-1": cut(b"/ID [<", b"/ID [<a"),
    "6.1.7.1-1": longer_stream,
    "6.1.9-1": cut(b"2 0 obj\n", b"2  0 obj\n"),
}


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_breaks_its_clause(number: str, tmp_path: Path) -> None:
    examination = examined(tmp_path / "bad.pdf", small(FAULTS[number]))
    assert number in broken(examination), [item.detail for item in examination.judged if item.detail]
    assert any(number in finding.foreign for finding in examination.findings)


def test_a_type_that_is_described_well(tmp_path: Path) -> None:
    assert broken(examined(tmp_path / "a.pdf", small(with_type))) == set()


def test_descriptions_under_another_prefix(tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        data = pdf.Root.Metadata.read_bytes()
        data = data.replace(b"xmlns:pdfaProperty=", b"xmlns:other=").replace(b"pdfaProperty:", b"other:")
        pdf.Root.Metadata.write(data)

    assert {f"6.6.2.3.3-{number}" for number in (7, 8, 9, 10)} == broken(examined(tmp_path / "a.pdf", small(spoil)))


@pytest.mark.parametrize(
    ("space", "local", "known"),
    [("pdf/1.3/", "Producer", True), ("pdf/1.3/", "Trapped", False), ("xap/1.0/mm/", "VersionID", True),
     ("xap/1.0/mm/", "Whim", False), ("photoshop/1.0/", "City", True), ("photoshop/1.0/", "ColorMode", False)],
)  # fmt: skip
def test_properties_that_are_known(space: str, local: str, known: bool, tmp_path: Path) -> None:
    added = f'<rdf:Description rdf:about="" xmlns:n="http://ns.adobe.com/{space}" n:{local}="x"/></rdf:RDF>'
    said = broken(examined(tmp_path / "a.pdf", small(lambda pdf: replaced(pdf, b"</rdf:RDF>", added.encode()))))
    assert ("6.6.2.3.1-1" not in said) is known


@pytest.mark.parametrize("number", IN_BYTES)
def test_bytes(number: str, tmp_path: Path) -> None:
    good = small()
    bad = IN_BYTES[number](good)
    assert bad != good
    assert number in broken(examined(tmp_path / "bad.pdf", bad))


def painted_as_output(pdf: Pdf) -> None:
    profile = profile_bytes(pdf, 16, b"CMYK")
    profile.N = 4
    intent(pdf).DestOutputProfile = profile
    resources(pdf).ColorSpace = Dictionary(CS1=Array([Name.ICCBased, profile]))
    paint(pdf, b"/Artifact BMC /CS1 cs 1 0 0 0 sc 0 0 5 5 re f EMC")


def without_files(pdf: Pdf) -> None:
    del pdf.Root.Names["/EmbeddedFiles"]
    replaced(pdf, b"<pdfaid:conformance>A", b"<pdfaid:conformance>F")


OTHER_PARTS: dict[str, tuple[Standard, Spoil | None]] = {
    "7.5.8-1": (Standard.A1, None),
    "6.4-1": (Standard.A1, None),
    "6.3.5-2": (Standard.A1, None),
    "6.5.3-1": (Standard.A1, lambda pdf: note(pdf, "Text").__setitem__("/CA", 0.5)),
    "6.1.11-1": (Standard.A1, None),
    "6.1.13-oc": (Standard.A1, None),
    "6.7.2-1": (Standard.A1, None),
    "6.7.3-1": (Standard.A1, lambda pdf: pdf.trailer.Info.__setitem__("/Title", String("Another title"))),
    "6.8-5": (Standard.A2, None),
    "6.1.3-4": (Standard.A4, None),
    "6.1.3-5": (Standard.A4, None),
    "6.1.2-3": (Standard.A4, None),
    "6.1.12-3": (Standard.A4, with_(lambda pdf: pdf.Root, "Version", Name("/1.7"))),
    "6.2.4.2-3": (Standard.A4, painted_as_output),
    "6.2.10.8-1": (Standard.A4, lambda pdf: element(pdf, "P").__setitem__("/ActualText", String("\ue000"))),
    "6.6.3-1": (Standard.A4, with_(page, "AA", Dictionary(O=Dictionary(S=Name.URI, URI=String("x"))))),
    "6.7.3-5": (Standard.A4, None),
    "6.7.3-6": (
        Standard.A4,
        lambda pdf: replaced(
            pdf,
            b"</rdf:RDF>",
            b'<rdf:Description xmlns:o="http://www.aiim.org/pdfa/ns/id/" o:rev="2020"/></rdf:RDF>',
        ),
    ),
    "6.9-5": (Standard.A4, without_files),
}


@pytest.mark.parametrize("number", OTHER_PARTS)
def test_what_other_parts_forbid(number: str, tmp_path: Path) -> None:
    standard, spoil = OTHER_PARTS[number]
    path = tmp_path / "bad.pdf"
    path.write_bytes(small(spoil))
    if number == "7.5.8-1":
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    data = path.read_bytes()
    if number == "6.7.2-1":
        data = cut(b"/Subtype /XML", b"/Filter /ASCIIHexDecode /Subtype /XML")(data)
    examination = examined(path, data, Profile(frozenset((standard,))))
    assert in_archive_4(number) in broken(examination) if standard is Standard.A4 else number in broken(examination)


def test_an_encrypted_archive(tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(small())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="x", user=""))
    assert "6.1.3-2" in broken(examined(path, path.read_bytes()))


def test_a_stream_packed_by_lzw(tmp_path: Path) -> None:
    plain = small(lambda pdf: picture(pdf).__setitem__("/Marker", 1))
    head = re.search(rb"<<[^<>]*/Marker 1[^<>]*>>", plain)
    assert head is not None
    packed = plain.replace(head[0], head[0].replace(b"/FlateDecode", b"/LZWDecode"))
    assert "6.1.7.2-1" in broken(examined(tmp_path / "bad.pdf", packed))


@pytest.mark.parametrize(
    ("painting", "wrong"),
    [(b"<0001020> Tj", {"6.1.6-1"}), (b"<00 0g> Tj", {"6.1.6-2"}), (b"(<0>) Tj", set()), (b"<0 0> Tj", set())],
)
def test_hexadecimal_strings_in_content(painting: bytes, wrong: set[str], tmp_path: Path) -> None:
    shown = b"/Artifact BMC BT /F2 9 Tf " + painting + b" ET EMC"
    found = broken(examined(tmp_path / "a.pdf", small(lambda pdf: paint(pdf, shown))))
    assert found & {"6.1.6-1", "6.1.6-2"} == wrong


def test_scripts_are_forbidden_before_the_fourth_part(tmp_path: Path) -> None:
    script = with_(lambda pdf: pdf.Root, "OpenAction", Dictionary(S=Name.JavaScript, JS=String("0")))
    for standard, number in ((Standard.A2, "6.5.1-1"), (Standard.A3, "6.5.1-1"), (Standard.A4, "6.6.1-1")):
        said = broken(examined(tmp_path / "a.pdf", small(script), Profile(frozenset((standard,)))))
        assert (number in said) is (standard is not Standard.A4)


def test_pages_of_the_fourth_part_have_output_intents_of_their_own(tmp_path: Path) -> None:
    def moved(pdf: Pdf) -> None:
        page(pdf).OutputIntents = pdf.Root.OutputIntents
        del pdf.Root.OutputIntents

    data = small(moved)
    third = broken(examined(tmp_path / "a.pdf", data, Profile(frozenset((Standard.A3,)))))
    later = data.replace(b"%PDF-1.7", b"%PDF-2.0", 1)
    fourth = broken(examined(tmp_path / "b.pdf", later, Profile(frozenset((Standard.A4,)))))
    assert {"6.2.4.3-4", "6.2.10-2"} <= third
    assert not {"6.2.4.3-4", "6.2.9-2"} & fourth


def test_level_u_asks_for_characters_and_level_b_does_not(tmp_path: Path) -> None:
    def silent(pdf: Pdf) -> None:
        del resources(pdf).Font.F1["/ToUnicode"]

    for level, asked in (("B", False), ("U", True), ("A", True)):
        said = broken(examined(tmp_path / "a.pdf", small(silent, Claims(pdfa=(3, level))), None))
        assert ("6.2.11.7.2-1" in said) is asked, level


def test_markup_in_the_text_is_told_and_fails_nothing(tmp_path: Path) -> None:
    shown = b"BT /F2 10 Tf 20 20 Td 0 g (Table ?? here) Tj ET"
    examination = examined(
        tmp_path / "bad.pdf",
        small(lambda pdf: repaint(pdf, b"/Artifact BMC", b"/P BMC " + shown + b" EMC /Artifact BMC")),
    )
    assert "residue" in to_look_at(examination)
    assert any(finding.rule.code == "PDF303" and '"??"' in finding.message for finding in examination.findings)


def test_code_may_show_any_sign(tmp_path: Path) -> None:
    def coded(pdf: Pdf) -> None:
        element(pdf, "H1").S = Name.Code
        repaint(pdf, b"BT /F1 10 Tf 20 580 Td 0 g", b"BT /F2 10 Tf 20 20 Td 0 g (??) Tj ET BT /F1 10 Tf 20 580 Td 0 g")

    assert "residue" not in to_look_at(examined(tmp_path / "a.pdf", small(coded)))


def test_a_page_that_one_reader_does_not_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Short:
        def __init__(self, path: Path) -> None:
            self.path = path

        def __len__(self) -> int:
            return 0

        def close(self) -> None:
            pass

    monkeypatch.setattr(pypdfium2, "PdfDocument", Short)
    assert "second-reader" in broken(examined(tmp_path / "a.pdf", small()))


def test_level_b_asks_for_no_structure(tmp_path: Path) -> None:
    def untagged(pdf: Pdf) -> None:
        del pdf.Root.StructTreeRoot
        del pdf.Root.MarkInfo

    data = small(untagged, Claims(pdfa=(3, "B")))
    examination = examined(tmp_path / "a.pdf", data, None)
    assert examination.standards == ("PDF/A-3", "file")
    assert broken(examination) == set()
    assert broken(examined(tmp_path / "a.pdf", small(untagged, Claims(pdfa=(3, "A"))), None)) == {
        "6.7.2.2-1",
        "6.7.3.3-1",
    }


MADE_ELSEWHERE = {"7.4.4.1-1", "6.1.13-7", "14.7.4.2-1", "6.1.3-2", "6.1.7.2-1", "6.1-2", "residue", "second-reader"}


def test_every_clause_of_pdf_a_has_a_fault() -> None:
    asked = [clause for clause in all_clauses() if clause.standards & (ARCHIVE | {Standard.FILE})]
    numbers = {clause.number for clause in asked if not clause.standards & UA}
    assert numbers - set(FAULTS) - set(IN_BYTES) - set(OTHER_PARTS) == MADE_ELSEWHERE - {"6.1-2"}


def test_what_pdf_ua_shares_with_pdf_a_breaks_both(tmp_path: Path) -> None:
    def bare(pdf: Pdf) -> None:
        del pdf.Root.Metadata

    assert {"7.1-8", "6.6.2.1-1"} <= broken(examined(tmp_path / "a.pdf", small(bare), BOTH))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (b"<0a> <</A <0c>>>", [b"0a", b"0c"]),
        (b"(<0a> \\) (<) ) <0b> % <0c>\n<0d>", [b"0b", b"0d"]),
        (b"<0 a\n0>", [b"0 a\n0"]),
        (b"<< /A << /B <1> >> >>", [b"1"]),
    ],
)
def test_hexadecimal_strings_are_found_where_they_are(written: bytes, found: list[bytes]) -> None:
    assert list(_hex_strings(written)) == found


@pytest.mark.parametrize(("said", "wrong"), [(8, False), (7, True), (9, True)])
def test_a_length_that_stands_elsewhere(said: int, wrong: bool, tmp_path: Path) -> None:
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length 5 0 R >>\nstream\n0 0 m  n\nendstream",
        b"%d" % said,
    )
    data, places = b"%PDF-1.7\n%\x80\x80\x80\x80\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    tail = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF\n"
    assert ("6.1.7.1-1" in broken(examined(tmp_path / "a.pdf", data + tail % (table, len(data))))) is wrong


@settings(max_examples=300)
@given(
    data=st.lists(
        st.sampled_from((b"<", b">", b"<<", b">>", b"0", b"a", b"g", b" ", b"\n", b"/N ", b"00")), max_size=14
    )
)
def test_what_is_passed_over_has_no_broken_hexadecimal_string(data: list[bytes]) -> None:
    text = b"".join(data)
    broken = [
        written
        for written in _hex_strings(text)
        if len(digits := _BLANK.sub(b"", written)) % 2 or _NO_DIGIT.search(digits)
    ]
    assert not broken or _ODD_HEX.search(text)
