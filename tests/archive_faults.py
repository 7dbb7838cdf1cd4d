"""Faults of small PDFs against PDF/A, and against what no standard asks for: one for each clause."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.gating import (
    Spoil,
    annotate,
    both,
    element,
    hold,
    note,
    page,
    paint,
    put,
    replaced,
    resources,
    with_,
    without,
)


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


TYPE = b"""<pdfaSchema:valueType><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaType:type>Own</pdfaType:type>
<pdfaType:namespaceURI>http://example.org/own</pdfaType:namespaceURI><pdfaType:prefix>own</pdfaType:prefix>
<pdfaType:description>A type</pdfaType:description><pdfaType:field><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaField:name>one</pdfaField:name><pdfaField:valueType>Text</pdfaField:valueType>
<pdfaField:description>A field</pdfaField:description></rdf:li></rdf:Seq></pdfaType:field></rdf:li></rdf:Seq>
</pdfaSchema:valueType>"""
DESCRIBED: dict[int, tuple[bytes, bytes]] = {
    1: (
        b"<pdfaExtension:schemas>",
        b"<pdfaExtension:schemas><rdf:Seq/></pdfaExtension:schemas><pdfaExtension:schemas>",
    ),
    2: (b"<pdfaSchema:schema>", b"<pdfaSchema:schema><rdf:Bag/></pdfaSchema:schema><pdfaSchema:schema>"),
    3: (b"<pdfaSchema:namespaceURI>", b"<pdfaSchema:namespaceURI/><pdfaSchema:namespaceURI>"),
    4: (b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>", b""),
    5: (b"<pdfaSchema:property>", b"<pdfaSchema:property><rdf:Bag/></pdfaSchema:property><pdfaSchema:property>"),
    6: (b"<pdfaSchema:valueType><rdf:Seq>", b"<pdfaSchema:valueType/><pdfaSchema:valueType><rdf:Seq>"),
    7: (b"<pdfaProperty:name>part</pdfaProperty:name>", b""),
    8: (b"<pdfaProperty:valueType>Integer", b"<pdfaProperty:valueType>Unheard of"),
    9: (b"<pdfaProperty:category>internal", b"<pdfaProperty:category>secret"),
    10: (b"<pdfaProperty:description>", b"<pdfaProperty:description/><pdfaProperty:description>"),
    11: (b"<pdfaType:type>Own</pdfaType:type>", b""),
    12: (b"<pdfaType:namespaceURI>", b"<pdfaType:namespaceURI/><pdfaType:namespaceURI>"),
    13: (b"<pdfaType:prefix>own</pdfaType:prefix>", b""),
    14: (b"<pdfaType:description>A type</pdfaType:description>", b""),
    15: (b"<pdfaType:field><rdf:Seq>", b"<pdfaType:field/><pdfaType:field><rdf:Seq>"),
    16: (b"<pdfaField:name>one</pdfaField:name>", b""),
    17: (b"<pdfaField:valueType>Text", b"<pdfaField:valueType>Unheard of"),
    18: (b"<pdfaField:description>A field</pdfaField:description>", b""),
}


def with_type(pdf: Pdf) -> None:
    """A type of values, described in full and well."""
    spaces = b'xmlns:pdfaType="http://www.aiim.org/pdfa/ns/type#" xmlns:pdfaField="http://www.aiim.org/pdfa/ns/field#"'
    replaced(pdf, b"<pdfaSchema:property>", TYPE + b"<pdfaSchema:property>")
    replaced(pdf, b"<rdf:RDF ", b"<rdf:RDF " + spaces + b" ")


def described(old: bytes, new: bytes) -> Spoil:
    """Something else in the descriptions of properties, and of a type of values."""
    return both(with_type, lambda pdf: replaced(pdf, old, new))


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
    "6.6.2.3.2-1": lambda pdf: replaced(pdf, b"<pdfaProperty:name>", b"<pdfaProperty:size/><pdfaProperty:name>"),
    **{f"6.6.2.3.3-{number}": described(*change) for number, change in DESCRIBED.items()},
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
