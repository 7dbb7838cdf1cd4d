"""Small PDFs made by hand, a page from a content stream each, and set in a real face of small letters."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from string import ascii_lowercase

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from pipeline import toolchain

LETTERS = f" {ascii_lowercase}"
WIDE, HIGH = 300, 400
_OF_VARIATION = frozenset(("fvar", "gvar", "avar", "HVAR", "MVAR", "STAT"))
_PER_MILLE = 1000


@cache
def face() -> tuple[bytes, dict[str, int], dict[int, int]]:
    """A TrueType face with these letters: its file, the numbers of its glyphs, and their widths per mille."""
    font = TTFont(toolchain.fonts()["fonts/SourceSans3.ttf"])
    for table in _OF_VARIATION & set(font.keys()):
        del font[table]
    cut = subset.Subsetter(subset.Options(layout_features=[], notdef_outline=True, hinting=False))
    cut.populate(text=LETTERS)
    cut.subset(font)
    out = io.BytesIO()
    font.save(out)
    numbers = {chr(code): font.getGlyphID(name) for code, name in font.getBestCmap().items()}
    scale = _PER_MILLE / font["head"].unitsPerEm
    return out.getvalue(), numbers, {font.getGlyphID(n): round(w * scale) for n, (w, _) in font["hmtx"].metrics.items()}


def text_at(words: str, x: float, y: float, size: float = 12) -> str:
    """The instructions that show words."""
    codes = "".join(f"{face()[1][letter]:04x}" for letter in words)
    return f"BT /F0 {size} Tf {x} {y} Td <{codes}> Tj ET"


def marked(number: int, what: str, tag: str = "Span") -> str:
    """Instructions as marked content."""
    return f"/{tag} <</MCID {number}>> BDC {what} EMC"


def artifact(what: str) -> str:
    """Instructions as what is no part of the text."""
    return f"/Artifact BMC {what} EMC"


def write_pdf(
    path: Path,
    *contents: str,
    form: str = "",
    box: tuple[float, float, float, float] = (0, 0, 60, 60),
    cut: float = 0,
    bleed: float = 0,
) -> Path:
    """Write a PDF with a page for each content stream; all share a face F0, a picture P0 and, if given, a form X0.

    Args:
        path: where to.
        contents: the content streams.
        form: the content stream of the form XObject.
        box: what is shown of the form.
        cut: how far from the edges the pages are cut; 0 for pages that are not.
        bleed: how far around that they bleed.
    """
    pdf = pikepdf.new()
    resources = Dictionary(Font=Dictionary(F0=_font(pdf)), XObject=Dictionary(P0=_picture(pdf)))
    if form:
        made = pdf.make_stream(form.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=Array(box))
        made.Resources = Dictionary(Font=resources.Font)
        resources.XObject.X0 = made
    shared = pdf.make_indirect(resources)
    for content in contents:
        page = pdf.add_blank_page(page_size=(WIDE, HIGH))
        page.obj.Resources = shared
        page.obj.Contents = pdf.make_stream(content.encode())
        if cut:
            page.obj.TrimBox = Array([cut, cut, WIDE - cut, HIGH - cut])
            page.obj.BleedBox = Array([cut - bleed, cut - bleed, WIDE - cut + bleed, HIGH - cut + bleed])
    pdf.save(path)
    return path


def _font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    data, numbers, widths = face()
    lines = "".join(f"<{number:04x}> <{ord(letter):04x}>\n" for letter, number in sorted(numbers.items()))
    mapping = f"1 begincodespacerange <0000> <ffff> endcodespacerange {len(numbers)} beginbfchar\n{lines}endbfchar"
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/ABCDEF+Face"), Flags=4, FontBBox=Array([-500, -300, 1500, 1000]),
        ItalicAngle=0, Ascent=984, Descent=-273, CapHeight=660, StemV=80, FontFile2=pdf.make_stream(data),
    )  # fmt: skip
    inner = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/ABCDEF+Face"), CIDToGIDMap=Name.Identity,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor), DW=500,
        W=Array([0, Array([widths[number] for number in sorted(widths)])]),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/ABCDEF+Face"), Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(inner)]),
            ToUnicode=pdf.make_stream(
                f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n{mapping}\nendcmap end end".encode()
            ),
        )
    )  # fmt: skip


def _picture(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_stream(
        b"\x80",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=1,
        Height=1,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
    )
