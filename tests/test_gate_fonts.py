"""Font programs and CMaps as the gate reads them."""

from __future__ import annotations

import pikepdf
import pytest
from fontTools.misc import eexec

from pipeline.verify.gate import cmaps, programs
from tests.small_pdfs import letters, outlines


def type1(*, hexadecimal: bool) -> bytes:
    """A Type 1 program with one letter, 500 units wide."""

    def coded(plain: bytes) -> bytes:
        return bytes(eexec.encrypt(b"\0\0\0\0" + plain, 4330)[0])

    hsbw, endchar = b"\x8b\xf8\x88\x0d", b"\x0e"  # 0 500 hsbw
    glyphs = b"".join(
        b"/%s %d RD " % (title, len(coded(hsbw + endchar))) + coded(hsbw + endchar) + b" ND\n"
        for title in (b".notdef", b"A")
    )
    private = b"\0\0\0\0dup /Private 1 dict dup begin /Subrs 0 array /CharStrings 2 dict dup begin\n" + glyphs + b"end"
    hidden = bytes(eexec.encrypt(private, 55665)[0])
    head = b"%!PS-AdobeFont-1.0: Small\n/FontMatrix [0.001 0 0 0.001 0 0] def\n/Encoding 256 array\ndup 65 /A put\n"
    return head + b"currentfile eexec\n" + (hidden.hex().encode() if hexadecimal else hidden)


class TestPrograms:
    @pytest.mark.parametrize("hexadecimal", [False, True])
    def test_type_1(self, hexadecimal: bool) -> None:
        program = programs._type1(type1(hexadecimal=hexadecimal))
        assert (program.kind, program.glyphs) == ("Type1", [".notdef", "A"])
        assert program.width("A") == 500
        assert program.encoding == {65: "A"}

    def test_compact(self) -> None:
        program = programs._cff(outlines())
        assert (program.kind, program.glyphs, program.width("A")) == ("CFF", [".notdef", "A"], 500)

    def test_true_type(self) -> None:
        data, glyphs, widths = letters()
        program = programs._sfnt(data)
        at = glyphs["T"]
        assert program.kind == "TrueType"
        assert program.width(program.glyphs[at]) == widths[at]
        assert program.width("nothing") is None

    def test_a_damaged_program_is_told_as_such(self) -> None:
        with pikepdf.new() as pdf:
            for key in ("FontFile", "FontFile2", "FontFile3"):
                descriptor = pikepdf.Dictionary({f"/{key}": pdf.make_stream(b"no font")})
                program = programs.program_of(descriptor)
                assert program is not None and program.broken
            assert programs.program_of(pikepdf.Dictionary()) is None


def read(text: str) -> cmaps.Map:
    with pikepdf.new() as pdf:
        return cmaps.read(pdf.make_stream(text.encode()))


class TestCMaps:
    def test_characters_one_by_one_and_in_ranges(self) -> None:
        found = read(
            "1 beginbfchar <01> <0041> endbfchar 2 beginbfrange <02> <04> <0061> <05> <06> [<0078> <0079>] endbfrange"
        )
        assert found.texts == {1: "A", 2: "a", 3: "b", 4: "c", 5: "x", 6: "y"}

    def test_characters_of_several_letters_and_beyond_the_first_plane(self) -> None:
        assert read("2 beginbfchar <01> <00660069> <02> <D835DC00> endbfchar").texts == {1: "fi", 2: "\U0001d400"}

    @pytest.mark.parametrize("data", [b"", b"\x00\x41", b"\x00\x41\x12\xff\x00\x41", b"\xff\xfe\x01"])
    def test_codes_of_two_bytes(self, data: bytes) -> None:
        whole = data[: len(data) // 2 * 2]
        assert list(cmaps.pairs(data)) == [code for code, _ in cmaps.Map().codes(whole)]

    def test_codes_of_several_lengths(self) -> None:
        found = read("2 begincodespacerange <00> <7f> <8000> <ffff> endcodespacerange")
        assert list(found.codes(b"\x41\x81\x02")) == [(0x41, 1), (0x8102, 2)]

    def test_cids(self) -> None:
        found = read("1 begincidrange <0000> <0002> 10 endcidrange 1 begincidchar <0009> 99 endcidchar")
        assert [found.cids[(code, 2)] for code in (0, 2, 9)] == [10, 12, 99]

    def test_what_it_goes_on_from_and_its_direction(self) -> None:
        found = read("/Other-H usecmap /WMode 1 def % /WMode 0 def")
        assert (found.uses, found.vertical) == ("Other-H", 1)
