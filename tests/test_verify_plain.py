"""Content streams that are read without a parser: the same codes as with it, and none of which it would complain."""

from __future__ import annotations

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Dictionary, Name

from pipeline.verify import pdf_fonts
from pipeline.verify.pdf_fonts import Shown, codes_shown
from pipeline.verify.pdf_plain import shown_in

PLAIN = (
    b"",
    b"q\n/F1 12 Tf\n[<00010002>-3.5<0003>0] TJ\nQ",
    b"BT\n1 0 0 -1 90.7 .5 Tm\n/F1 12.5 Tf\n<0004> Tj\n/F2 9 Tf\n[<41>0<42>] TJ\nET\n",
    b"/F1 1 Tf q /F2 1 Tf [<4142>] TJ Q [<0001>] TJ",
    b"/Span\n<</MCID 3>>\nBDC\n/F1 12 Tf\n[<>0.0] TJ\nEMC",
    b"/Tf 1 gs /TJ gs /q gs /F1 1 Tf [<0005>] TJ",  # names that look like operators
    b"/F1 1 Tf [<00><05><0006>] TJ [<0007><08>] TJ",  # a code in two strings, and half a code
    b"[<0001>] TJ",  # in no font
    b"/F9 1 Tf [<0001>] TJ",  # in a font that is not there
)
NOT_PLAIN = (
    b"/F1 1 Tf (letters) Tj",
    b"/F1 1 Tf [<0001>] TJ % and no <0002> Tj",
    b"/F1 1 Tf <0001> '",
    b'/F1 1 Tf 1 2 <0001> "',
    b"/F#31 1 Tf <0001> Tj",
    b"/F1 1 Tf <001> Tj",
    b"/F1 1 Tf <00 01> Tj",
    b"/F1 1 Tf [<0001>]TJ",
    b"/F1 1 Tf 5[<0001>] TJ",
    b"/F1 1 Tf[<0001>] TJ",
    b"q BI /W 1 /H 1 /BPC 8 /CS /G ID q EI Q",
    b"/F1 1 Tf [<0001> TJ",
    b"/F1 1 Tf <0001>> Tj",
    b"<< /A << /B 1 >> >> gs",
    b"<< /A >> gs",
    b"<< 1 2 >> gs",
    b"99999999999999999999 w",
    b"1.2.3 w",
    b"12cm",
    b"\xff",
    b"{ }",
)


def page_of(pdf: pikepdf.Pdf, content: bytes) -> pikepdf.Page:
    fonts = Dictionary(
        F1=Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.One),
        F2=Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.Two),
    )
    page = pdf.add_blank_page()
    page.obj.Contents = pdf.make_stream(content)
    page.obj.Resources = Dictionary(Font=fonts)
    return page


def codes(content: bytes) -> Shown:
    with pikepdf.new() as pdf:
        page = page_of(pdf, content)
        return codes_shown([(page, page.resources)], lambda font: str(font.BaseFont))


def parsed(content: bytes) -> tuple[Shown, bool]:
    """The same by the parser of qpdf, and whether it complains."""
    with pytest.MonkeyPatch.context() as patch, pikepdf.new() as pdf:
        patch.setattr(pdf_fonts, "shown_in", lambda _: None)
        page = page_of(pdf, content)
        found = codes_shown([(page, page.resources)], lambda font: str(font.BaseFont))
        return found, bool(pdf.get_warnings())


@pytest.mark.parametrize("content", PLAIN)
def test_a_plain_stream_is_read_as_the_parser_reads_it(content: bytes) -> None:
    assert shown_in(content) is not None
    assert (codes(content), False) == parsed(content)


@pytest.mark.parametrize("content", NOT_PLAIN)
def test_another_stream_is_left_to_the_parser(content: bytes) -> None:
    assert shown_in(content) is None


def test_codes_are_those_of_the_strings() -> None:
    assert codes(PLAIN[1]) == {"/One": {1, 2, 3}}
    assert codes(PLAIN[3]) == {"/One": {1}, "/Two": {0x41, 0x42}}
    assert codes(PLAIN[6]) == {"/One": {5, 6, 7}}


WORDS = (
    b"q", b"Q", b"BT", b"ET", b"/F1", b"/F2", b"/F3", b"12", b"-.5", b"Tf", b"TJ", b"Tj", b"[<0001>2<0003>]",
    b"<0004>", b"<05>", b"[", b"]", b"<<", b">>", b"<</A 1/B<00>>>", b"/A", b"BI", b"ID", b"EI", b"(q)", b"%", b"'",
    b"T*", b"d0", b"1.2.3", b"Tfx",
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from((b"", b" ", b"\n", b"\r\n"))), max_size=24))
def test_whatever_a_stream_has_in_it(words: list[tuple[bytes, bytes]]) -> None:
    content = b"".join(word + space for word, space in words)
    if shown_in(content) is not None:
        assert (codes(content), False) == parsed(content)


@given(st.lists(st.sampled_from([word for word in WORDS if shown_in(word) is not None]), max_size=40))
def test_whatever_stands_in_a_plain_stream(words: list[bytes]) -> None:
    content = b" ".join(words)
    assert shown_in(content) is not None
    assert (codes(content), False) == parsed(content)
