"""Faults of small PDFs against PDF/UA-1: one for each clause."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.gating import (
    Spoil,
    annotate,
    both,
    element,
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
    with_,
    without,
)
from tests.small_pdfs import letters


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
