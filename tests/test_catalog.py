"""What a PDF says of itself: metadata, colours, attached data, parts."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from lxml import etree
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.render.catalog import (
    attach,
    say_colours,
    say_metadata,
    say_what_it_is,
    set_pictures_plain,
    set_way_of_tabulator,
)
from pipeline.render.forms import Attached
from pipeline.render.structure import elements_by_id, gather_parts
from pipeline.render.xmp import NO_CLAIMS, SCREEN, SCREEN_2, Claims, identifiers, packet
from tests.documents import IMPRINT

NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
STAMP = "2026-11-23T12:00:00Z"
EPOCH = 1795435200


def said(claims: Claims, path: str, imprint: Any = IMPRINT) -> list[str]:
    tree = etree.fromstring(packet(imprint, claims, STAMP, "Press 1"))
    return [" ".join("".join(map(str, found.itertext())).split()) for found in tree.findall(f".//{path}", NAMES)]


class TestPacket:
    def test_the_facts_of_the_imprint(self) -> None:
        assert said(NO_CLAIMS, "dc:title//rdf:li") == [IMPRINT.title] * 2
        assert said(NO_CLAIMS, "dc:creator/rdf:Seq/rdf:li") == ["First Author", "Second Author"]
        assert said(NO_CLAIMS, "dc:language/rdf:Bag/rdf:li") == ["en-GB"]
        assert said(NO_CLAIMS, "dc:date/rdf:Seq/rdf:li") == ["2026-11-23"]
        assert said(NO_CLAIMS, "dc:description//rdf:li")[0].startswith(IMPRINT.subtitle + ".")
        assert said(NO_CLAIMS, "xmp:CreateDate") == [STAMP]

    def test_identifiers_as_addresses(self) -> None:
        imprint = replace(IMPRINT, doi="10.1234/abc", isbn_pdf="978-0-306-40615-7", report_number="R-1")
        assert identifiers(imprint) == ("https://doi.org/10.1234/abc", "urn:isbn:9780306406157", "R-1")
        assert said(NO_CLAIMS, "dc:identifier", imprint) == ["https://doi.org/10.1234/abc"]
        assert len(said(NO_CLAIMS, "xmp:Identifier/rdf:Bag/rdf:li", imprint)) == 3

    def test_rights(self) -> None:
        imprint = replace(IMPRINT, rights="© 2026", license="https://creativecommons.org/licenses/by/4.0/")
        assert said(NO_CLAIMS, "dc:rights//rdf:li", imprint)[0] == "© 2026"
        assert said(NO_CLAIMS, "xmpRights:WebStatement", imprint) == ["https://creativecommons.org/licenses/by/4.0/"]

    def test_nothing_is_claimed_that_was_not_proved(self) -> None:
        text = packet(IMPRINT, NO_CLAIMS, STAMP, "Press 1")
        for word in (b"pdfaid", b"pdfuaid", b"pdfd:", b"pdfaExtension"):
            assert word not in text

    def test_both_standards_with_a_description_of_the_one_for_the_other(self) -> None:
        assert (said(SCREEN, "pdfaid:part"), said(SCREEN, "pdfaid:conformance")) == (["3"], ["A"])
        assert said(SCREEN, "pdfuaid:part") == ["1"]
        assert said(SCREEN, "pdfaProperty:name") == ["part"]

    def test_the_later_ones(self) -> None:
        assert (said(SCREEN_2, "pdfaid:part"), said(SCREEN_2, "pdfaid:rev")) == (["4"], ["2020"])
        assert (said(SCREEN_2, "pdfuaid:part"), said(SCREEN_2, "pdfuaid:rev")) == (["2"], ["2024"])
        assert said(SCREEN_2, "pdfaProperty:name") == []

    def test_words_that_markup_knows(self) -> None:
        imprint = replace(IMPRINT, title="A < B & C", keywords=("<x>",))
        assert said(NO_CLAIMS, "dc:title//rdf:li", imprint)[0] == "A < B & C"
        assert said(NO_CLAIMS, "dc:subject/rdf:Bag/rdf:li", imprint) == ["<x>"]

    def test_the_same_facts_make_the_same_bytes(self) -> None:
        assert packet(IMPRINT, SCREEN, STAMP, "Press 1") == packet(IMPRINT, SCREEN, STAMP, "Press 1")


@pytest.fixture
def pdf() -> Pdf:
    made = Pdf.new()
    made.add_blank_page()
    return made


class TestCatalog:
    def test_what_it_is(self, pdf: Pdf) -> None:
        say_what_it_is(pdf, IMPRINT)
        assert str(pdf.Root.Lang) == "en-GB"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert pdf.Root.PageMode == Name.UseOutlines

    def test_the_way_of_the_tabulator_key(self, pdf: Pdf) -> None:
        set_way_of_tabulator(pdf)
        assert pdf.pages[0].obj.Tabs == Name.S

    def test_colours(self, pdf: Pdf) -> None:
        say_colours(pdf)
        intent = pdf.Root.OutputIntents[0]
        assert intent.S == Name.GTS_PDFA1
        data = intent.DestOutputProfile.read_bytes()
        assert data[12:20] == b"mntrRGB " and intent.DestOutputProfile.N == 3

    def test_attached_files(self, pdf: Pdf) -> None:
        files = (Attached("b.csv", "text/csv", b"1", "B"), Attached("a.csv", "text/csv", b"2", "A"))
        attach(pdf, files, EPOCH)
        names = dict(pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles).items())
        assert list(names) == ["a.csv", "b.csv"]
        assert [str(item.UF) for item in pdf.Root.AF] == ["b.csv", "a.csv"]
        specification = names["a.csv"]
        assert specification.AFRelationship == Name.Data
        assert specification.EF.F.Subtype == Name("/text/csv")
        assert specification.EF.F.read_bytes() == b"2"
        assert str(specification.EF.F.Params.ModDate) == "D:20261123120000Z"

    def test_nothing_attached_leaves_nothing(self, pdf: Pdf) -> None:
        attach(pdf, (), EPOCH)
        assert "/AF" not in pdf.Root and "/Names" not in pdf.Root

    def test_both_kinds_of_metadata_agree(self, pdf: Pdf) -> None:
        say_metadata(pdf, IMPRINT, NO_CLAIMS, EPOCH)
        assert str(pdf.docinfo["/Title"]) == IMPRINT.title
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261123120000Z"
        assert b"2026-11-23T12:00:00Z" in pdf.Root.Metadata.read_bytes()

    def test_a_later_file_has_one_kind(self, pdf: Pdf) -> None:
        say_metadata(pdf, IMPRINT, NO_CLAIMS, EPOCH)
        say_metadata(pdf, IMPRINT, NO_CLAIMS, EPOCH, later=True)
        assert "/Info" not in pdf.trailer

    def test_pictures_are_not_smoothed(self, pdf: Pdf) -> None:
        image = pdf.make_stream(b"", Subtype=Name.Image, Interpolate=True)
        set_pictures_plain(pdf)
        assert "/Interpolate" not in image


class TestParts:
    @pytest.fixture
    def tagged(self, pdf: Pdf) -> Pdf:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        document = pdf.make_indirect(Dictionary(S=Name.Document, P=root, K=Array()))
        root.K = Array([document])
        names = Array()
        for id, role in (("part", "Part"), ("one", "Sect"), ("two", "Sect"), ("zero", "Sect")):
            element = pdf.make_indirect(Dictionary(S=Name("/" + role), P=document, K=Array([0]), ID=String(id)))
            document.K.append(element)
            names.append(String(id))
            names.append(element)
        root.IDTree = pdf.make_indirect(Dictionary(Names=names))
        pdf.Root.StructTreeRoot = root
        return pdf

    def ids(self, element: Any) -> list[str]:
        return [str(kid.ID) for kid in element.K if isinstance(kid, Dictionary)]

    def test_chapters_go_into_their_part(self, tagged: Pdf) -> None:
        gather_parts(tagged, [("part", ["one", "two"])])
        document = tagged.Root.StructTreeRoot.K[0]
        part = elements_by_id(tagged)["part"]
        assert (self.ids(document), self.ids(part)) == (["part", "zero"], ["one", "two"])
        assert all(kid.P.objgen == part.objgen for kid in part.K if isinstance(kid, Dictionary))

    def test_twice_is_once(self, tagged: Pdf) -> None:
        for _ in range(2):
            gather_parts(tagged, [("part", ["one", "two"])])
        assert self.ids(elements_by_id(tagged)["part"]) == ["one", "two"]

    def test_what_is_not_there_is_left(self, tagged: Pdf) -> None:
        gather_parts(tagged, [("none", ["one"]), ("part", ["other"])])
        out = BytesIO()
        tagged.save(out)
        assert self.ids(tagged.Root.StructTreeRoot.K[0]) == ["part", "one", "two", "zero"]
