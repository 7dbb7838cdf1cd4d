"""A small PDF made by hand that conforms to PDF/UA-1 and PDF/A-3a at once, with one of everything; to be spoilt."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.render.catalog import attach, say_colours, say_metadata, say_what_it_is, set_way_of_tabulator
from pipeline.render.forms import Attached
from pipeline.render.xmp import SCREEN, Claims
from pipeline.toolchain import fonts
from tests.documents import IMPRINT

EPOCH = 1795435200
TEXT = "Head Text item cell note link field 1234567890."


@cache
def letters() -> tuple[bytes, dict[str, int], dict[int, int]]:
    """A TrueType font with the letters of the text: its bytes, letter to glyph, glyph to width."""
    font = TTFont(fonts()["fonts/SourceCodePro.ttf"], recalcTimestamp=False)
    for table in ("fvar", "gvar", "HVAR", "MVAR", "STAT", "avar", "GSUB", "GPOS", "GDEF"):
        if table in font:
            del font[table]
    options = subset.Options()
    options.notdef_outline = True
    cut = subset.Subsetter(options)
    cut.populate(text=TEXT)
    cut.subset(font)
    out = BytesIO()
    font.save(out)
    font = TTFont(BytesIO(out.getvalue()))
    order = font.getGlyphOrder()
    glyphs = {chr(code): order.index(name) for code, name in font.getBestCmap().items()}
    units = font["head"].unitsPerEm
    widths = {index: round(font["hmtx"][name][0] * 1000 / units) for index, name in enumerate(order)}
    return out.getvalue(), glyphs, widths


@cache
def outlines() -> bytes:
    """A CFF font with one letter."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", "A"])
    builder.setupCharacterMap({65: "A"})
    charstrings = {}
    for glyph in (".notdef", "A"):
        pen = T2CharStringPen(500, None)
        for move, points in (("moveTo", (0, 0)), ("lineTo", (400, 0)), ("lineTo", (200, 700))):
            getattr(pen, move)(points)
        pen.closePath()
        charstrings[glyph] = pen.getCharString()
    builder.setupCFF("Small", {"FullName": "Small"}, charstrings, {})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    font = builder.font["CFF "].cff
    out = BytesIO()
    font.compile(out, builder.font)
    return out.getvalue()


class Maker:
    """Makes the small PDF."""

    def __init__(self) -> None:
        self.pdf = Pdf.new()
        self.parents: list[Any] = []
        self.content: list[bytes] = []
        self.numbers: list[Any] = []
        self.page: Any = None
        self.data, self.glyphs, self.widths = letters()

    def made(self, **entries: Any) -> Any:
        return self.pdf.make_indirect(Dictionary(**entries))

    def make(self) -> Pdf:
        pdf = self.pdf
        pdf.add_blank_page(page_size=(400, 600))
        self.page = pdf.pages[0].obj
        root = self.made(Type=Name.StructTreeRoot)
        pdf.Root.StructTreeRoot = root
        document = self.element("Document", root)
        root.K = Array([document])
        self.fill(document)
        self.page.Resources = Dictionary(
            Font=Dictionary(F1=self.composite(), F2=self.simple(), F3=self.outlined()),
            XObject=Dictionary(Im1=self.picture(), Fm1=self.form()),
            ExtGState=Dictionary(G1=Dictionary(Type=Name.ExtGState, ca=0.5, BM=Name.Normal)),
            Properties=Dictionary(OC1=self.layers()),
        )
        self.page.Contents = pdf.make_stream(b"\n".join(self.content))
        self.page.StructParents = 0
        nums = Array([0, Array(self.parents)])
        for key, element in enumerate(self.numbers, 1):
            nums.append(key)
            nums.append(element)
        root.ParentTree = self.made(Nums=nums)
        root.ParentTreeNextKey = len(self.numbers) + 1
        self.name(pdf)
        return pdf

    def name(self, pdf: Pdf) -> None:
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))
        pdf.Root.Names = Dictionary(
            Dests=self.made(Names=Array([String("top"), Array([self.page, Name.XYZ, 0, 600, 0])]))
        )
        outline = self.made(Type=Name.Outlines, Count=1)
        line = self.made(Title=String("Head"), Parent=outline, Dest=Array([self.page, Name.XYZ, 0, 600, 0]))
        outline.First = outline.Last = line
        pdf.Root.Outlines = outline
        say_what_it_is(pdf, IMPRINT)
        set_way_of_tabulator(pdf)
        say_colours(pdf)
        attach(pdf, (Attached("data.csv", "text/csv", b"a,b\n", "Data"),), EPOCH)
        say_metadata(pdf, IMPRINT, SCREEN, EPOCH)

    # ------------------------------------------------------------ structure

    def element(self, role: str, parent: Any, **entries: Any) -> Any:
        return self.made(Type=Name.StructElem, S=Name("/" + role), P=parent, K=Array(), **entries)

    def add(self, role: str, parent: Any, text: str = "", **entries: Any) -> Any:
        element = self.element(role, parent, **entries)
        parent.K.append(element)
        if text:
            self.text(element, text)
        return element

    def mark(self, element: Any, painting: bytes) -> None:
        number = len(self.parents)
        self.parents.append(element)
        element.Pg = self.page
        element.K.append(number)
        self.content.append(b"/%s <</MCID %d>> BDC\n%s\nEMC" % (str(element.S)[1:].encode(), number, painting))

    def text(self, element: Any, text: str, font: bytes = b"F1") -> None:
        height = 580 - 12 * len(self.parents)
        if font == b"F1":
            shown = b"<" + "".join(f"{self.glyphs[letter]:04x}" for letter in text).encode() + b">"
        else:
            shown = b"(" + text.encode("latin-1") + b")"
        self.mark(element, b"BT /%s 10 Tf 20 %d Td 0 g %s Tj ET" % (font, height, shown))

    def object(self, element: Any, note: Any) -> None:
        element.Pg = self.page
        element.K.append(Dictionary(Type=Name.OBJR, Obj=note, Pg=self.page))
        self.numbers.append(element)
        note.StructParent = len(self.numbers)
        if "/Annots" not in self.page:
            self.page.Annots = Array()
        self.page.Annots.append(note)

    def fill(self, document: Any) -> None:
        self.add("H1", document, "Head")
        self.add("H2", document, "Text")
        paragraph = self.add("P", document, "Text")
        self.text(self.add("Span", paragraph), "Text", b"F2")
        self.text(self.add("Span", paragraph), "A", b"F3")
        link = self.add("Link", paragraph, "link")
        self.object(link, self.note("Link", Contents=String("Link to the top"), Dest=String("top")))
        list_ = self.add("L", document, A=Dictionary(O=Name.List, ListNumbering=Name.Decimal))
        item = self.add("LI", list_)
        self.add("Lbl", item, "1")
        self.add("LBody", item, "item")
        contents = self.add("TOC", document)
        self.add("Reference", self.add("TOCI", contents), "Text")
        self.table(self.add("Table", document))
        box = Dictionary(O=Name.Layout, BBox=Array([20, 20, 60, 60]))
        figure = self.add("Figure", document, Alt=String("A grey square"), A=box)
        self.mark(figure, b"q 40 0 0 40 20 20 cm /Im1 Do Q")
        self.add("Formula", document, "1", Alt=String("one"))
        self.add("Note", document, "note", ID=String("note-1"))
        self.add("Span", self.add("P", document), "1", E=String("one"), Lang=String("de"))
        remark = self.add("Annot", document)
        self.object(remark, self.note("Text", Contents=String("A remark"), AP=self.look()))
        self.fields(self.add("Form", document))
        self.content.append(b"/Artifact <</Type /Pagination>> BDC\nq /G1 gs 0 0 10 10 re f Q\n/Fm1 Do\nEMC")
        self.content.append(b"/OC /OC1 BDC\n/Artifact BMC\n0 0 1 rg 0 10 5 5 re f\nEMC\nEMC")

    def table(self, table: Any) -> None:
        self.add("Caption", table, "cell")
        head = self.add("TR", self.add("THead", table))
        column = Dictionary(O=Name.Table, Scope=Name.Column)
        self.add("TH", head, "1", ID=String("c1"), A=column)
        self.add("TH", head, "2", ID=String("c2"), A=column)
        body = self.add("TBody", table)
        for _ in range(2):
            row = self.add("TR", body)
            self.add("TH", row, "cell", A=Dictionary(O=Name.Table, Scope=Name.Row))
            self.add("TD", row, "cell", A=Dictionary(O=Name.Table, Headers=Array([String("c2")])))
        foot = self.add("TR", self.add("TFoot", table))
        self.add("TD", foot, "3")
        self.add("TD", foot, "4")

    def note(self, kind: str, **entries: Any) -> Any:
        rect = Array([20, 300, 80, 310])
        return self.made(Type=Name.Annot, Subtype=Name("/" + kind), Rect=rect, F=4, **entries)

    def look(self) -> Any:
        form = self.pdf.make_stream(b"0 g 0 0 10 10 re f")
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 10, 10])
        form.Resources = Dictionary()
        return Dictionary(N=form)

    def fields(self, element: Any) -> None:
        field = self.note("Widget", FT=Name.Tx, T=String("field"), TU=String("A field"), AP=self.look())
        self.add("P", element.P, "field")
        self.object(element, field)
        self.pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    # ------------------------------------------------------------ resources

    def composite(self) -> Any:
        lines = "".join(f"<{glyph:04x}> <{ord(letter):04x}>\n" for letter, glyph in sorted(self.glyphs.items()))
        cmap = f"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Small def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
{len(self.glyphs)} beginbfchar
{lines}endbfchar endcmap end end"""
        program = self.pdf.make_stream(self.data, Length1=len(self.data))
        descriptor = self.descriptor("ABCDEF+Small", FontFile2=program, Flags=4)
        inner = self.made(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/ABCDEF+Small"),
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=descriptor,
            CIDToGIDMap=Name.Identity,
            DW=1000,
            W=Array([0, Array([self.widths[index] for index in sorted(self.widths)])]),
        )
        return self.made(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/ABCDEF+Small"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([inner]),
            ToUnicode=self.pdf.make_stream(cmap.encode()),
        )

    def simple(self) -> Any:
        program = self.pdf.make_stream(self.data, Length1=len(self.data))
        widths = [self.widths.get(self.glyphs.get(chr(code), 0), 600) for code in range(32, 127)]
        return self.made(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name("/ABCDEG+Small"),
            FirstChar=32,
            LastChar=126,
            Widths=Array(widths),
            Encoding=Name.WinAnsiEncoding,
            FontDescriptor=self.descriptor("ABCDEG+Small", FontFile2=program, Flags=32),
        )

    def outlined(self) -> Any:
        program = self.pdf.make_stream(outlines(), Subtype=Name.Type1C)
        return self.made(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name("/ABCDEH+Outlines"),
            FirstChar=65,
            LastChar=65,
            Widths=Array([500]),
            Encoding=Name.WinAnsiEncoding,
            FontDescriptor=self.descriptor("ABCDEH+Outlines", FontFile3=program, Flags=32, CharSet=String("/A")),
        )

    def descriptor(self, title: str, **entries: Any) -> Any:
        return self.made(
            Type=Name.FontDescriptor,
            FontName=Name("/" + title),
            FontBBox=Array([0, -200, 1000, 800]),
            ItalicAngle=0,
            Ascent=800,
            Descent=-200,
            CapHeight=700,
            StemV=80,
            **entries,
        )

    def picture(self) -> Any:
        picture = self.pdf.make_stream(b"\x80\x80\x80\x80", Width=2, Height=2, BitsPerComponent=8)
        picture.Type, picture.Subtype, picture.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
        return picture

    def form(self) -> Any:
        form: Any = self.look().N
        return form

    def layers(self) -> Any:
        group = self.made(Type=Name.OCG, Name=String("Layer"))
        self.pdf.Root.OCProperties = Dictionary(
            OCGs=Array([group]), D=Dictionary(Name=String("Usual"), Order=Array([group]))
        )
        return group


def small(spoil: Callable[[Pdf], None] | None = None, claims: Claims | None = None) -> bytes:
    """The bytes of the small PDF.

    Args:
        spoil: what is done to it before it is written.
        claims: what it says that it conforms to, if not both standards.
    """
    pdf = Maker().make()
    if claims is not None:
        say_metadata(pdf, IMPRINT, claims, EPOCH)
    if spoil is not None:
        spoil(pdf)
    out = BytesIO()
    pdf.save(
        out,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        fix_metadata_version=False,
    )
    return out.getvalue()
