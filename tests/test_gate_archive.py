"""The gate against PDF/A, and against what no standard asks for: a fault breaks the clause that it is made for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.render.xmp import Claims
from pipeline.verify.gate.checks_archive_file import _hex_strings
from pipeline.verify.gate.clauses import ARCHIVE, UA, Standard, all_clauses
from pipeline.verify.gate.examine import Profile
from pipeline.verify.gate.numbering import in_archive_4
from tests.gating import (
    BOTH,
    Spoil,
    annotate,
    both,
    broken,
    element,
    examined,
    hold,
    note,
    page,
    paint,
    put,
    repaint,
    replaced,
    resources,
    to_look_at,
    with_,
    without,
)
from tests.small_pdfs import small


def intent(pdf: Pdf) -> Any:
    return pdf.Root.OutputIntents[0]


def profile_bytes(pdf: Pdf, at: int, value: bytes) -> Any:
    data = bytearray(intent(pdf).DestOutputProfile.read_bytes())
    data[at : at + len(value)] = value
    return pdf.make_stream(bytes(data), N=3)


def icc_colour(pdf: Pdf) -> None:
    space = Array([Name.ICCBased, profile_bytes(pdf, 36, b"none")])
    resources(pdf).ColorSpace = Dictionary(CS1=space)
    paint(pdf, b"/Artifact BMC /CS1 cs 1 0 0 sc 0 0 5 5 re f EMC")


def two_spots(pdf: Pdf) -> None:
    def spot(grey: float) -> Array:
        function = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1]), C1=Array([grey]), N=1)
        return Array([Name.Separation, Name.Spot, Name.DeviceGray, function])

    resources(pdf).ColorSpace = Dictionary(CS1=spot(0), CS2=spot(0.5))
    paint(pdf, b"/Artifact BMC /CS1 cs 1 scn 0 0 5 5 re f /CS2 cs 1 scn 0 0 5 5 re f EMC")


def setting(pdf: Pdf) -> Any:
    return resources(pdf).ExtGState.G1


def picture(pdf: Pdf) -> Any:
    return resources(pdf).XObject.Im1


def colour(method: int, listed: int, *, best: bool = False) -> bytes:
    """A colour specification of JPEG 2000."""
    return b"\0\0\0\x0fcolr" + bytes((method, 0, best)) + listed.to_bytes(4, "big")


def wavelets(pdf: Pdf, channels: int = 3, bits: int = 7, colours: tuple[bytes, ...] = (colour(1, 16),)) -> None:
    """A JPEG 2000 picture of which there is only the head."""
    head = b"\0\0\0\x16ihdr" + b"\0\0\0\1\0\0\0\1" + bytes((0, channels, bits, 7, 0, 0))
    stream = pdf.make_stream(b"")
    stream.write(head + b"".join(colours), filter=Name.JPXDecode)
    stream.Type, stream.Subtype, stream.Width, stream.Height = Name.XObject, Name.Image, 1, 1
    hold(pdf, stream)


def inline(entries: bytes) -> bytes:
    """An inline image of one sample."""
    return b"BI /W 1 /H 1 /BPC 8 /CS /G %s ID \x80 EI" % entries


def device_n(pdf: Pdf, titles: list[str]) -> None:
    """Something in a colour space of several colours that lists none."""
    function = pdf.make_stream(b"{%s 0 0 0}" % (b"pop " * len(titles)), FunctionType=4)
    function.Domain, function.Range = Array([0, 1] * len(titles)), Array([0, 1] * 3)
    space = Array([Name.DeviceN, Array([Name("/" + title) for title in titles]), Name.DeviceRGB, function])
    resources(pdf).ColorSpace = Dictionary(CS1=space)
    paint(pdf, b"/Artifact BMC /CS1 cs %s scn 0 0 5 5 re f EMC" % (b"1 " * len(titles)))


def far_cid(pdf: Pdf) -> None:
    system = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
    said = b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 1 begincidchar <0001> 70000 endcidchar"
    resources(pdf).Font.F1.Encoding = pdf.make_stream(said, Type=Name.CMap, CMapName=Name.Own, CIDSystemInfo=system)


def digested(pdf: Pdf) -> None:
    reference = Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, DigestMethod=Name.MD5)
    pdf.Root.Perms = Dictionary(DocMDP=Dictionary(Type=Name.Sig, Reference=Array([reference])))


def der(tag: int, body: bytes) -> bytes:
    """A value in DER."""
    return bytes((tag, 0x82)) + len(body).to_bytes(2, "big") + body


def sign(pdf: Pdf, certificates: int, signers: int) -> None:
    """A signature with so many certificates and signers, all of them empty."""
    held = der(0xA0, der(0x30, b"") * certificates) if certificates else b""
    content = der(2, b"\1") + der(0x31, b"") + der(0x30, b"") + held + der(0x31, der(0x30, b"") * signers)
    whole = der(0x30, der(6, b"\x2a") + der(0xA0, der(0x30, content)))
    hold(pdf, Dictionary(Type=Name.Sig, Contents=String(whole), ByteRange=Array([0, 10, 20, 30])))


def unreadable_name(pdf: Pdf) -> None:
    pdf.Root.Extra = pdf.make_indirect(pikepdf.Object.parse(b"<< /S /Wrong#ff >>"))


def borrowed_resources(pdf: Pdf) -> None:
    form = resources(pdf).XObject.Fm1
    del form["/Resources"]
    form.write(b"/G1 gs 0 0 5 5 re f")


def unmeant_transparency(pdf: Pdf) -> None:
    del pdf.Root.OutputIntents


def unsorted(pdf: Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    for name in ("b", "a"):
        names.append(String(name))
        names.append(Array([page(pdf), Name.Fit]))


def astray(pdf: Pdf) -> None:
    pdf.add_blank_page(page_size=(400, 600))
    pdf.pages[1].obj.Resources = Dictionary()
    names = pdf.Root.Names.Dests.Names
    names[0] = String("c1")
    names[1] = Array([pdf.pages[1].obj, Name.Fit])
    note(pdf, "Link").Dest = String("c1")


def overprinted(pdf: Pdf) -> None:
    profile = pdf.make_stream(intent(pdf).DestOutputProfile.read_bytes(), N=4)
    resources(pdf).ColorSpace = Dictionary(CS1=Array([Name.ICCBased, profile]))
    resources(pdf).ExtGState.G2 = Dictionary(op=True, OPM=1)
    paint(pdf, b"/Artifact BMC /G2 gs /CS1 cs 1 0 0 0 sc 0 0 5 5 re f EMC")


def half_signed(pdf: Pdf) -> None:
    hold(pdf, Dictionary(Type=Name.Sig, Contents=String("x"), ByteRange=Array([0, 10, 20, 30])))


def private_sign(pdf: Pdf) -> None:
    stream = resources(pdf).Font.F1.ToUnicode
    stream.write(stream.read_bytes().replace(b"> <0048>", b"> <e000>"))


def prefixed(local: str) -> Spoil:
    """A property of PDF/A under another prefix than the usual one."""
    own = b'<rdf:Description rdf:about="" xmlns:other="http://www.aiim.org/pdfa/ns/id/" other:%s="1"/></rdf:RDF>'
    return lambda pdf: replaced(pdf, b"</rdf:RDF>", own % local.encode())


def compact_font(pdf: Pdf) -> Any:
    return resources(pdf).Font.F3


FAULTS: dict[str, Spoil] = {
    "6.2.11.2-1": without(compact_font, "Type"),
    "6.2.11.2-2": with_(compact_font, "Subtype", Name.Type9),
    "6.2.11.2-3": without(compact_font, "BaseFont"),
    "6.2.11.2-4": without(compact_font, "FirstChar"),
    "6.2.11.2-5": without(compact_font, "LastChar"),
    "6.2.11.2-6": without(compact_font, "Widths"),
    "6.2.11.2-7": with_(lambda pdf: compact_font(pdf).FontDescriptor.FontFile3, "Subtype", Name.Type9),
    "6.7.4-1": with_(lambda pdf: element(pdf, "P"), "Lang", String("english language")),
    "6.1.7.1-3": lambda pdf: picture(pdf).__setitem__("/FFilter", Name.FlateDecode),
    "6.1.8-1": unreadable_name,
    "6.1.10-1": lambda pdf: paint(pdf, b"/Artifact BMC " + inline(b"/F /LZW") + b" EMC"),
    "6.1.12-1": with_(lambda pdf: pdf.Root, "Perms", Dictionary(Other=Dictionary())),
    "6.1.12-2": digested,
    "6.1.13-1": with_(lambda pdf: pdf.Root, "Extra", 2**33),
    "6.1.13-2": lambda pdf: paint(pdf, b"9%s.0 w" % (b"0" * 40)),
    "6.1.13-3": with_(lambda pdf: pdf.Root, "Extra", String("x" * 32768)),
    "6.1.13-4": with_(lambda pdf: pdf.Root, "Extra", Name("/" + "x" * 128)),
    "6.1.13-5": lambda pdf: paint(pdf, b"0.%s1 w" % (b"0" * 40)),
    "6.1.13-8": lambda pdf: paint(pdf, b"q " * 29 + b"Q " * 29),
    "6.1.13-9": lambda pdf: device_n(pdf, [f"Spot{index}" for index in range(33)]),
    "6.1.13-10": far_cid,
    "6.1.13-11": with_(page, "TrimBox", Array([0, 0, 2, 2])),
    "6.2.2-1": lambda pdf: paint(pdf, b"frob"),
    "6.2.2-2": borrowed_resources,
    "6.2.3-1": lambda pdf: intent(pdf).__setitem__("/DestOutputProfile", profile_bytes(pdf, 12, b"abst")),
    "6.2.3-2": lambda pdf: pdf.Root.OutputIntents.append(
        Dictionary(S=Name.GTS_PDFX, DestOutputProfile=profile_bytes(pdf, 12, b"prtr"))
    ),
    "6.2.3-3": lambda pdf: pdf.Root.OutputIntents.append(
        Dictionary(S=Name.GTS_PDFX, DestOutputProfileRef=Dictionary())
    ),
    "6.2.4.2-1": icc_colour,
    "6.2.4.2-2": overprinted,
    "6.2.4.3-2": lambda pdf: intent(pdf).__setitem__("/DestOutputProfile", profile_bytes(pdf, 16, b"CMYK")),
    "6.2.4.3-3": lambda pdf: paint(pdf, b"/Artifact BMC 0 0 0 1 k 0 0 5 5 re f EMC"),
    "6.2.4.3-4": without(lambda pdf: pdf.Root, "OutputIntents"),
    "6.2.4.4-1": lambda pdf: device_n(pdf, ["Cyan", "Spot"]),
    "6.2.4.4-2": two_spots,
    "6.2.5-1": with_(setting, "TR", Name.Identity),
    "6.2.5-2": with_(setting, "TR2", Name.Identity),
    "6.2.5-3": with_(setting, "HTP", Array([0, 0])),
    "6.2.5-4": with_(setting, "HT", Dictionary(HalftoneType=6)),
    "6.2.5-5": with_(setting, "HT", Dictionary(HalftoneType=1, HalftoneName=String("name"))),
    "6.2.5-6": with_(setting, "HT", Dictionary(HalftoneType=1, TransferFunction=Name.Identity)),
    "6.2.6-1": lambda pdf: paint(pdf, b"/Guess ri"),
    "6.2.8-1": with_(picture, "Alternates", Array()),
    "6.2.8-2": with_(picture, "OPI", Dictionary()),
    "6.2.8-3": with_(picture, "Interpolate", True),
    "6.2.8-4": with_(picture, "BitsPerComponent", 3),
    "6.2.8-5": both(with_(picture, "BitsPerComponent", 2), with_(picture, "ImageMask", True)),
    "6.2.8.3-1": lambda pdf: wavelets(pdf, channels=5),
    "6.2.8.3-2": lambda pdf: wavelets(pdf, colours=(colour(1, 16), colour(1, 17))),
    "6.2.8.3-3": lambda pdf: wavelets(pdf, colours=(colour(4, 0),)),
    "6.2.8.3-4": lambda pdf: wavelets(pdf, colours=(colour(1, 19),)),
    "6.2.8.3-5": lambda pdf: wavelets(pdf, bits=255),
    "6.2.9-1": lambda pdf: resources(pdf).XObject.Fm1.__setitem__("/Subtype2", Name.PS),
    "6.2.9-2": lambda pdf: resources(pdf).XObject.Fm1.__setitem__("/Ref", Dictionary()),
    "6.2.9-3": lambda pdf: resources(pdf).XObject.Fm1.__setitem__("/Subtype", Name.PS),
    "6.2.10-1": with_(setting, "BM", Name.Frown),
    "6.2.10-2": unmeant_transparency,
    "6.3.1-1": lambda pdf: annotate(pdf, "Sound") and None,
    "6.3.2-1": without(lambda pdf: note(pdf, "Text"), "F"),
    "6.3.2-2": with_(lambda pdf: note(pdf, "Text"), "F", 2),
    "6.3.3-1": without(lambda pdf: note(pdf, "Text"), "AP"),
    "6.3.3-2": lambda pdf: note(pdf, "Text").AP.__setitem__("/D", note(pdf, "Text").AP.N),
    "6.3.3-3": with_(lambda pdf: note(pdf, "Widget"), "FT", Name.Btn),
    "6.3.3-4": lambda pdf: note(pdf, "Text").AP.__setitem__("/N", Dictionary(On=note(pdf, "Text").AP.N)),
    "6.4.1-1": with_(lambda pdf: note(pdf, "Widget"), "A", Dictionary(S=Name.URI, URI=String("x"))),
    "6.4.1-2": with_(lambda pdf: note(pdf, "Widget"), "AA", Dictionary()),
    "6.4.1-3": with_(lambda pdf: pdf.Root.AcroForm, "NeedAppearances", True),
    "6.4.2-1": with_(lambda pdf: pdf.Root.AcroForm, "XFA", String("x")),
    "6.4.2-2": with_(lambda pdf: pdf.Root, "NeedsRendering", True),
    "6.4.3-1": half_signed,
    "6.4.3-2": lambda pdf: sign(pdf, certificates=0, signers=1),
    "6.4.3-3": lambda pdf: sign(pdf, certificates=1, signers=2),
    "6.2.11.7.3-1": private_sign,
    "6.5.1-1": with_(lambda pdf: pdf.Root, "OpenAction", Dictionary(S=Name.JavaScript, JS=String("0"))),
    "6.5.1-2": with_(lambda pdf: pdf.Root, "OpenAction", Dictionary(S=Name.Named, N=Name.Print)),
    "6.5.2-1": with_(lambda pdf: pdf.Root, "AA", Dictionary()),
    "6.5.2-2": with_(page, "AA", Dictionary()),
    "6.6.2.1-2": lambda pdf: replaced(pdf, b"<?xpacket begin=", b'<?xpacket bytes="9" begin='),
    "6.6.2.1-3": lambda pdf: replaced(pdf, b"<?xpacket begin=", b'<?xpacket encoding="UTF-8" begin='),
    "6.6.2.1-4": lambda pdf: hold(pdf, pdf.make_stream(b"no XML", Type=Name.Metadata, Subtype=Name.XML)),
    "6.6.2.1-5": lambda pdf: hold(pdf, pdf.make_stream("<x/>".encode("utf-16"), Type=Name.Metadata, Subtype=Name.XML)),
    "6.6.2.3.1-1": lambda pdf: replaced(pdf, b"http://www.aiim.org/pdfua/ns/id/</", b"http://example.org/</"),
    "6.6.2.3.3-1": lambda pdf: replaced(pdf, b"<pdfaProperty:category>internal</pdfaProperty:category>", b""),
    "6.6.2.3.1-2": lambda pdf: replaced(pdf, b"<xmp:CreateDate>20", b"<xmp:CreateDate>the year 20"),
    "6.6.4-1": lambda pdf: replaced(pdf, b"http://www.aiim.org/pdfa/ns/id/", b"http://example.org/"),
    "6.6.4-2": lambda pdf: replaced(pdf, b"<pdfaid:part>3", b"<pdfaid:part>2"),
    "6.6.4-3": lambda pdf: replaced(pdf, b"<pdfaid:conformance>A", b"<pdfaid:conformance>Z"),
    "6.6.4-4": prefixed("part"),
    "6.6.4-5": prefixed("conformance"),
    "6.6.4-6": prefixed("amd"),
    "6.6.4-7": prefixed("corr"),
    "6.8-1": lambda pdf: pdf.Root.AF[0].EF.F.__setitem__("/Subtype", Name("/text/a b")),
    "6.8-2": lambda pdf: pdf.Root.AF[0].__delitem__("/UF"),
    "6.8-3": lambda pdf: pdf.Root.AF[0].__delitem__("/AFRelationship"),
    "6.8-4": without(lambda pdf: pdf.Root, "AF"),
    "6.9-1": without(lambda pdf: pdf.Root.OCProperties.D, "Name"),
    "6.9-2": with_(lambda pdf: pdf.Root.OCProperties, "Configs", Array([Dictionary(Name=String("Usual"))])),
    "6.9-3": with_(lambda pdf: pdf.Root.OCProperties.D, "Order", Array()),
    "6.9-4": with_(lambda pdf: pdf.Root.OCProperties.D, "AS", Array()),
    "6.10-1": with_(lambda pdf: pdf.Root.Names, "AlternatePresentations", Dictionary()),
    "6.10-2": with_(page, "PresSteps", Dictionary()),
    "6.11-1": with_(lambda pdf: pdf.Root, "Requirements", Array()),
    "6.2.2-3": lambda pdf: paint(pdf, b"/G9 gs"),
    "7.11.4-1": lambda pdf: pdf.Root.Names.EmbeddedFiles.Names.__setitem__(1, Dictionary(F=String("x"))),
    "8.6.3-1": with_(picture, "ColorSpace", Name.Mauve),
    "8.4.2-1": lambda pdf: paint(pdf, b"q"),
    "14.7.4-1": lambda pdf: pdf.Root.StructTreeRoot.ParentTree.Nums[1].__setitem__(1, element(pdf, "H1")),
    "14.7.4-2": lambda pdf: element(pdf, "P").K.append(4711),
    "14.7.4-3": lambda pdf: pdf.Root.StructTreeRoot.ParentTree.Nums.__setitem__(3, element(pdf, "P")),
    "14.7.2-1": with_(lambda pdf: element(pdf, "P"), "P", lambda pdf: element(pdf, "H1")),
    "14.7.2-2": lambda pdf: put(pdf, "P", element(pdf, "Document"), ID=String("c1")) and None,
    "14.8.4.3-1": lambda pdf: element(pdf, "L").K.append(0),
    "14.3-1": with_(lambda pdf: pdf.trailer.Info, "Title", String("Another title")),
    "12.3-1": with_(lambda pdf: note(pdf, "Link"), "Dest", String("nowhere")),
    "12.3-2": with_(lambda pdf: pdf.Root.Outlines.First, "Dest", String("nowhere")),
    "12.3-3": astray,
    "12.4.2-1": lambda pdf: labels(pdf),
    "7.9.6-1": unsorted,
}


def labels(pdf: Pdf) -> None:
    pdf.Root.PageLabels = Dictionary(Nums=Array([3, Dictionary(S=Name.D)]))


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"xmlns:pdfaProperty=", b"xmlns:other="),
        (b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>", b""),
        (b"<pdfaProperty:name>part", b"<pdfaProperty:size>1</pdfaProperty:size><pdfaProperty:name>part"),
        (b"<pdfaProperty:category>internal", b"<pdfaProperty:category>secret"),
        (b"<pdfaSchema:prefix>pdfuaid", b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:prefix>twice"),
    ],
)
def test_descriptions_of_properties(old: bytes, new: bytes, tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        replaced(pdf, old, new)
        if old.startswith(b"xmlns"):
            data = pdf.Root.Metadata.read_bytes()
            pdf.Root.Metadata.write(data.replace(b"pdfaProperty:", b"other:"))

    assert "6.6.2.3.3-1" in broken(examined(tmp_path / "bad.pdf", small(spoil)))


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
