"""What stands on the line: for each rule files that just pass it, and files that just break it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.examine import Profile
from tests.gating import (
    Spoil,
    annotate,
    both,
    broken,
    element,
    examined,
    inner,
    note,
    page,
    paint,
    put,
    remove,
    rename,
    replaced,
    resources,
    with_,
    without,
)
from tests.small_pdfs import small

pytestmark = pytest.mark.artefact

UA1 = Profile(frozenset((Standard.UA1,)))
_HIDDEN, _PRINTED = 2, 4


def roles(**said: str) -> Spoil:
    return with_(
        lambda pdf: pdf.Root.StructTreeRoot,
        "RoleMap",
        Dictionary({f"/{key}": Name(f"/{value}") for key, value in said.items()}),
    )


def called(role: str) -> Spoil:
    return lambda pdf: rename(pdf, "P", role)


def remark(kind: str = "Square", **entries: Any) -> Spoil:
    """An annotation outside the structure that says nothing of itself."""

    def spoil(pdf: Pdf) -> None:
        made = annotate(pdf, kind)
        for key, value in entries.items():
            made[f"/{key}"] = value

    return spoil


def cropped(*box: int) -> Spoil:
    return with_(page, "CropBox", Array(box))


def table(*rows: str, of: Spoil | None = None) -> Spoil:
    """A table of rows of cells: "TH", "TD", with a span behind, "TD2x1", is as many rows high and columns wide."""

    def spoil(pdf: Pdf) -> None:
        made = put(pdf, "Table", element(pdf, "Document"))
        for row in rows:
            line = put(pdf, "TR", made)
            for cell in row.split():
                high, _, wide = cell[2:].partition("x")
                spans = Dictionary(O=Name.Table, RowSpan=int(high or 1), ColSpan=int(wide or 1))
                put(pdf, cell[:2], line, A=spans)
        if of is not None:
            of(pdf)

    return spoil


def scope(at: int, value: str) -> Spoil:
    """What the n-th head cell of the last table is the head of."""
    return lambda pdf: element(pdf, "TH", 4 + at).A.__setitem__("/Scope", Name("/" + value))


def heads(at: int, *ids: str) -> Spoil:
    """The heads that the n-th cell of the last table names."""
    return lambda pdf: element(pdf, "TD", 4 + at).A.__setitem__("/Headers", Array([String(one) for one in ids]))


def wrapped(role: str) -> Spoil:
    """A row of the table in a group."""

    def spoil(pdf: Pdf) -> None:
        body, row = element(pdf, "TBody"), element(pdf, "TR", 1)
        remove(body, 0)
        group = put(pdf, role, body, at=0)
        row.P = group
        group.K = Array([row])

    return spoil


def headings(*levels: int) -> Spoil:
    """Headings after the H1 and H2 that are there."""

    def spoil(pdf: Pdf) -> None:
        for level in levels:
            put(pdf, f"H{level}", element(pdf, "Document"))

    return spoil


def unwritten(rendering: int) -> Spoil:
    """Text in a font that is not in the file."""

    def spoil(pdf: Pdf) -> None:
        del resources(pdf).Font.F2.FontDescriptor["/FontFile2"]
        data = page(pdf).Contents.read_bytes().replace(b"/F2 10 Tf", b"/F2 10 Tf %d Tr" % rendering)
        page(pdf).Contents = pdf.make_stream(data)

    return spoil


def invisible_box(pdf: Pdf) -> None:
    """The glyph for missing characters, in text that cannot be seen."""
    paint(pdf, b"/Artifact BMC BT /F1 9 Tf 3 Tr <0000> Tj ET EMC")


def drawn_letters(pdf: Pdf, shown: bytes) -> None:
    """A font of Type 3 with the letter A."""
    glyph = pdf.make_stream(b"500 0 d0 0 0 400 700 re f")
    cmap = (
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <41> <0041> <42> <0042> endbfchar"
    )
    resources(pdf).Font.F4 = pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 500, 700]), CharProcs=Dictionary(A=glyph),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65, LastChar=66, Widths=Array([500, 500]),
            Encoding=Dictionary(Differences=Array([65, Name.A, Name.B])), ToUnicode=pdf.make_stream(cmap),
            Resources=Dictionary(),
        )
    )  # fmt: skip
    paint(pdf, b"/Artifact BMC BT /F4 9 Tf (" + shown + b") Tj ET EMC")


def wider(by: int) -> Spoil:
    """All widths of a font are others."""
    return lambda pdf: inner(pdf).__setitem__("/W", Array([0, 99, 600 + by]))


def lost(key: str) -> Spoil:
    """Something painted whose number is not in the parent tree, and which an element has all the same."""

    def spoil(pdf: Pdf) -> None:
        nums = pdf.Root.StructTreeRoot.ParentTree.Nums
        assert key == "parents"
        nums[1] = Array(list(nums[1])[:-1])

    return spoil


PASSES: dict[str, Spoil] = {
    "a type means another that means a standard one": both(called("Text"), roles(Text="Body", Body="P")),
    "a role map says what nothing is": roles(Text="P"),
    "a hidden remark": remark(F=_HIDDEN | _PRINTED),
    "a remark beside the page": both(remark(), cropped(20, 20, 300, 500)),
    "a remark that touches the page": both(remark(), cropped(9, 9, 300, 500)),
    "a pop-up": remark("Popup"),
    "a hidden printer's mark": remark("PrinterMark", F=_HIDDEN, StructParent=1),
    "a link beside the page": both(remark("Link"), cropped(20, 20, 300, 500)),
    "a hidden field": remark("Widget", F=_HIDDEN, FT=Name.Tx),
    "a hidden trap network": remark("TrapNet", F=_HIDDEN),
    "a remark with an Alt around": both(
        without(lambda pdf: note(pdf, "Text"), "Contents"), with_(lambda pdf: element(pdf, "Annot"), "Alt", String("x"))
    ),
    "a figure with empty words in its place": both(
        without(lambda pdf: element(pdf, "Figure"), "Alt"),
        with_(lambda pdf: element(pdf, "Figure"), "ActualText", String("")),
    ),
    "a row in a Div": wrapped("Div"),
    "a row in a NonStruct": wrapped("NonStruct"),
    "a table of nothing": lambda pdf: put(pdf, "Table", element(pdf, "Document")) and None,
    "an item of nothing": lambda pdf: put(pdf, "LI", element(pdf, "L")) and None,
    "a list in a list": lambda pdf: put(pdf, "L", element(pdf, "L")) and None,
    "a caption before the items": lambda pdf: put(pdf, "Caption", element(pdf, "L"), at=0) and None,
    "a caption behind the rows": lambda pdf: element(pdf, "Table").__setitem__(
        "/K", Array([*list(element(pdf, "Table").K)[1:], element(pdf, "Caption")])
    ),
    "cells of several rows and columns": table("TD2x1 TD1x2", "TD TD", "TD1x3"),
    "a row that is all covered": table("TD2x1 TD2x1", ""),
    "a corner that is the head of nothing": table(
        "TH TH TH", "TH TD TD", of=both(scope(1, "Column"), scope(2, "Column"), scope(3, "Row"))
    ),
    "heads in the rows alone": table("TH TD", "TH TD", of=both(scope(0, "Row"), scope(1, "Both"))),
    "cells that name their heads": table("TH TH", "TD TD", of=both(heads(0, "c1x"), heads(1, "c1x"), lambda pdf: (
        element(pdf, "TH", 4).__setitem__("/ID", String("c1x"))))),
    "headings that begin again": headings(3, 4, 1, 2, 3),
    "headings below the sixth": both(roles(H7="P"), headings(3, 4, 5, 6, 7)),
    "a language of one's own": with_(lambda pdf: pdf.Root, "Lang", String("x-klingon")),
    "a language that is listed": with_(lambda pdf: pdf.Root, "Lang", String("i-klingon")),
    "a spelling": with_(lambda pdf: pdf.Root, "Lang", String("en-GB-oed")),
    "text that cannot be seen in a font that is not there": unwritten(3),
    "widths that are rounded": wider(1),
    "a font that is not a part": both(
        with_(lambda pdf: resources(pdf).Font.F3, "BaseFont", Name.Outlines),
        with_(lambda pdf: resources(pdf).Font.F3.FontDescriptor, "CharSet", String("/A/B")),
    ),
    "letters that are drawn": lambda pdf: drawn_letters(pdf, b"A"),
    "any collection of an Identity": with_(
        inner, "CIDSystemInfo", Dictionary(Registry=String("x"), Ordering=String("y"), Supplement=9)
    ),
}  # fmt: skip

FAILS: dict[str, tuple[str, Spoil]] = {
    "a type means another that means nothing": ("7.1-5", both(called("Text"), roles(Text="Body"))),
    "a standard type means another": ("7.1-7", roles(P="H1")),
    "two types mean one another": ("7.1-6", both(called("Text"), roles(Text="Body", Body="Text"))),
    "a remark half on the page": ("7.18.1-1", both(remark(), cropped(8, 8, 300, 500))),
    "a remark of an unknown kind": ("7.18.1-1", remark("Balloon", Contents=String("A balloon"))),
    "a remark that the tree does not know": ("7.18.1-1", without(lambda pdf: note(pdf, "Text"), "StructParent")),
    "a printer's mark in the structure": ("7.18.8-1", remark("PrinterMark", StructParent=1)),
    "a field with text beside it": ("7.18.4-2", lambda pdf: put(pdf, "Span", element(pdf, "Form")) and None),
    "empty words of a link": ("7.18.5-2", with_(lambda pdf: note(pdf, "Link"), "Contents", String(""))),
    "content that the parent tree does not know": ("7.1-3", lost("parents")),
    "a cell over another": ("7.2-15", table("TD TD2x1", "TD1x2")),
    "a cell below the table": ("7.2-41", table("TD TD2x1", "TD TD", "TD2x1 TD")),
    "a row that is longer": ("7.2-42", table("TD TD", "TD1x3")),
    "a row that is shorter": ("7.2-43", table("TD1x3", "TD TD")),
    "a row in a P": ("7.2-4", wrapped("P")),
    "a second head in a Div": (
        "7.2-11",
        lambda pdf: put(pdf, "THead", put(pdf, "Div", element(pdf, "Table"))) and None),
    "cells under heads of rows": ("7.5-1", table("TH TH", "TD TD", of=scope(0, "Row"))),
    "cells behind a cell and heads": (
        "7.5-1", table("TH TD TH TD", "TD TD TD TD", of=both(scope(0, "Column")))),
    "two captions": ("7.2-39", lambda pdf: put(pdf, "Caption", element(pdf, "Table"), at=0) and None),
    "headings that skip, later": ("7.4.2-1", headings(3, 1, 3)),
    "two H in one, with a Div between": (
        "7.4.4-1",
        both(
            lambda pdf: put(pdf, "H", put(pdf, "Sect", element(pdf, "Document"))) and None,
            lambda pdf: put(pdf, "H", put(pdf, "Div", element(pdf, "Sect"))) and None,
        )),
    "a language with a blank": ("7.2-29", with_(lambda pdf: element(pdf, "P"), "Lang", String("en GB"))),
    "a language with an underscore": ("7.2-29", with_(lambda pdf: element(pdf, "P"), "Lang", String("en_GB"))),
    "an empty language": ("7.2-29", with_(lambda pdf: element(pdf, "P"), "Lang", String(""))),
    "a language that ends with a hyphen": ("7.2-29", with_(lambda pdf: element(pdf, "P"), "Lang", String("en-"))),
    "rights in no language": ("7.2-33", both(without(lambda pdf: pdf.Root, "Lang"), lambda pdf: replaced(
        pdf, b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:r="http://ns.adobe.com/xap/1.0/rights/">'
        b'<r:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">x</rdf:li></rdf:Alt></r:UsageTerms>'
        b"</rdf:Description></rdf:RDF>"))),
    "artifacts in no language": ("7.2-34", both(without(lambda pdf: pdf.Root, "Lang"), lambda pdf: paint(
        pdf, b"/Artifact BMC BT /F2 9 Tf (A) Tj ET EMC"))),
    "text that can be seen in a font that is not there": ("7.21.4.1-1", unwritten(0)),
    "a box that cannot be seen": ("7.21.8-1", invisible_box),
    "widths that differ": ("7.21.5-1", wider(2)),
    "a letter that is not drawn": ("7.21.4.1-2", lambda pdf: drawn_letters(pdf, b"AB")),
    "a glyph that has no listed name": ("7.21.6-2", with_(
        lambda pdf: resources(pdf).Font.F2, "Encoding",
        Dictionary(BaseEncoding=Name.WinAnsiEncoding, Differences=Array([1, Name("/.notdef")])))),
}  # fmt: skip


@pytest.mark.parametrize("what", PASSES)
def test_it_just_passes(what: str, tmp_path: Path) -> None:
    assert broken(examined(tmp_path / "a.pdf", small(PASSES[what]), UA1)) == set()


@pytest.mark.parametrize("what", FAILS)
def test_it_just_fails(what: str, tmp_path: Path) -> None:
    number, spoil = FAILS[what]
    assert number in broken(examined(tmp_path / "a.pdf", small(spoil), UA1))


def test_heads_say_by_their_place_what_they_are_heads_of_in_the_second_part(tmp_path: Path) -> None:
    data = small(table("TH TH", "TH TD"))
    assert "7.5-1" in broken(examined(tmp_path / "a.pdf", data, UA1))
    later = data.replace(b"%PDF-1.7", b"%PDF-2.0", 1)
    assert "8.2.5.26-5" not in broken(examined(tmp_path / "b.pdf", later, Profile(frozenset((Standard.UA2,)))))
