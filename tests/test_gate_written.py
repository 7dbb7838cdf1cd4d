"""Objects cut out of the bytes of a file: what qpdf reads there, or nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from pipeline.verify.gate.cutting import cut
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.written import UnusualFileError, Written, references
from tests.pressing import Pressed


def saved(pdf: Pdf, path: Path, mode: ObjectStreamMode = ObjectStreamMode.generate) -> Path:
    pdf.save(path, object_stream_mode=mode, static_id=True)
    return path


def sample(folder: Path, mode: ObjectStreamMode = ObjectStreamMode.generate) -> Path:
    """A file with all that can be written in several ways."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    other = pdf.make_indirect(Dictionary(A=1))
    pdf.Root.Strings = pdf.make_indirect(
        Array([String("a(b)c \\ 5 0 R"), String("Größe 中"), String(")("), String(""), other, True, None, 1.5, -3])
    )
    pdf.Root.Names = pdf.make_indirect(
        Dictionary({"/With Space": Name("/A#B"), "/Plain": Name("/ünder"), "/No": other})
    )
    pdf.Root.Data = pdf.make_stream(b"endstream\nendobj\n7 0 obj\n<< >>\nendobj\n" * 50, Kept=other)
    pdf.Root.Empty = pdf.make_indirect(Array([Array([]), Dictionary()]))
    return saved(pdf, folder / "sample.pdf", mode)


def read(path: Path) -> Written:
    file = Opened(path)
    return cut(file.data, file.pdf.get_xref_table())


def texts_of(written: Written) -> dict[int, bytes]:
    return {number: written.text(number) for number in written.numbers}


def words(texts: dict[int, bytes]) -> dict[int, set[bytes]]:
    """The words of texts: the order in streams is not kept. The stream of cross-references is none of the objects."""
    return {number: set(text.split()) for number, text in texts.items() if b"/Type /XRef " not in text}


def as_qpdf_writes(path: Path) -> dict[int, set[bytes]]:
    """The words of the objects of a file, as qpdf writes them."""
    with pikepdf.open(path) as pdf:
        values = [value for value in pdf.objects if isinstance(value, pikepdf.Object)]
        plain = [value.stream_dict if isinstance(value, pikepdf.Stream) else value for value in values]
        return words({value.objgen[0]: one.unparse(resolved=True) for value, one in zip(values, plain, strict=True)})


def streams_of(path: Path) -> dict[int, bytes]:
    with pikepdf.open(path) as pdf:
        return {item.objgen[0]: item.read_raw_bytes() for item in pdf.objects if isinstance(item, pikepdf.Stream)}


@pytest.mark.parametrize("mode", [ObjectStreamMode.generate, ObjectStreamMode.disable])
def test_texts_are_those_of_qpdf(mode: ObjectStreamMode, tmp_path: Path) -> None:
    path = sample(tmp_path, mode)
    written = read(path)
    assert words(texts_of(written)) == as_qpdf_writes(path)
    assert list(written.numbers) == sorted(texts_of(written))
    with pikepdf.open(path) as pdf:
        streams = {
            value.objgen[0]: value.read_raw_bytes() for value in pdf.objects if isinstance(value, pikepdf.Stream)
        }
    assert {number: written.raw(number) for number in written.streams} == streams


@pytest.mark.artefact
def test_texts_of_a_report_are_those_of_qpdf(pressed_demo: Pressed) -> None:
    written = read(pressed_demo.path)
    assert words(texts_of(written)) == as_qpdf_writes(pressed_demo.path)


def test_what_looks_like_an_object_in_a_string_is_none(tmp_path: Path) -> None:
    path = sample(tmp_path)
    with pikepdf.open(path) as pdf:
        strings, other = pdf.Root.Strings.objgen[0], pdf.Root.Names.No.objgen[0]
    assert references(read(path).text(strings)) == [other]
    assert references(b"<< /A (5 0 R) /B 6 0 R /C [ 7 0 R 8 0 R ] >>") == [6, 7, 8]
    assert references(rb"<< /A (\) 5 0 R) /B 6 0 R >>") == [6]


def test_a_stream_says_the_same_wherever_its_length_stands(tmp_path: Path) -> None:
    """Where qpdf puts the length and the filter of a stream depends on whether it packs it anew."""
    path = sample(tmp_path)
    with pikepdf.open(path) as pdf:
        again = saved(pdf, tmp_path / "again.pdf")
        number = pdf.Root.Data.objgen[0]
    first, second = (read(one).text(number) for one in (path, again))
    assert first == second and first.endswith(b"/Filter /FlateDecode /Length %d >>" % len(read(path).raw(number)))


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        (
            b"<</Type/StructElem/S/P/P 6 0 R/K[1<</Type/MCR/Pg 5 0 R/MCID 2>>]/ID(a/b [x])/E<feff0041>>>",
            b"<< /Type /StructElem /S /P /P 6 0 R /K [ 1 << /Type /MCR /Pg 5 0 R /MCID 2 >> ]"
            b" /ID (a/b [x]) /E <feff0041> >>",
        ),
        (b"<</Kids[]/Empty<<>>/Dest(\\)  5 0 R)>>", b"<< /Kids [ ] /Empty << >> /Dest (\\)  5 0 R) >>"),
        (b"[1 0 R 2 0 R]", b"[ 1 0 R 2 0 R ]"),
        (b"(a)", b"(a)"),
        (b"<< /A 1 >>", b"<< /A 1 >>"),
    ],
)
def test_blanks_that_the_press_has_not_set_are_set(said: bytes, read_as: bytes) -> None:
    """Where they make no difference: never in a string."""
    place = SimpleNamespace(type=1, offset=2)
    assert cut(b"%\n7 0 obj\n" + said + b"\nendobj\n", {(7, 0): place}).text(7).strip(b" ") == read_as


@pytest.mark.parametrize("said", [b"<</A ~>>", b"<</A<4G>>>", b"<</A (b>>", b"<</A 1>>%", b"<</A{1}>>", b"<</A#42 1>>"])
def test_what_could_be_misread_is_not_read(said: bytes) -> None:
    with pytest.raises(UnusualFileError):
        cut(b"7 0 obj\n" + said + b"\nendobj\n", {(7, 0): SimpleNamespace(type=1, offset=0)}).text(7)


def replaced(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    assert len(old) == len(new), "places of objects stay the same"
    return old, new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        replaced(b"/A 1 >>", b"/A 1%>>"),
        replaced(b"/A 1 >>", b"/A\t1 >>"),
        replaced(b"/A 1 >>\n", b"/A 1 \n>>"),
        replaced(b"(\\)\\()", b"( () )"),
        replaced(b"/With#20Space", b"/With#41Space"),
        replaced(b"endobj\n", b"endobj "),
        replaced(b" 0 obj\n<< /A", b" 0 obj <</A "),
        replaced(b"\nendstream", b" endstream"),
    ],
)
def test_what_is_written_in_another_way_is_not_read(old: bytes, new: bytes, tmp_path: Path) -> None:
    path = sample(tmp_path, ObjectStreamMode.disable)
    assert texts_of(read(path))
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    with pytest.raises(UnusualFileError):
        texts_of(read(path))


def test_qpdf_is_asked_where_it_is_written_in_another_way(tmp_path: Path) -> None:
    path = sample(tmp_path, ObjectStreamMode.disable)
    path.write_bytes(path.read_bytes().replace(*replaced(b"/A 1 >>", b"/A\t1 >>")))
    file = Opened(path)
    with pytest.raises(UnusualFileError):
        texts_of(file.written)
    file.write_anew()
    assert words(texts_of(file.written)) == as_qpdf_writes(path)
    assert {number: file.written.raw(number) for number in file.written.streams} == streams_of(path)
    assert file.written.packs == frozenset()


def test_what_qpdf_complains_about_is_said_again(tmp_path: Path) -> None:
    path = sample(tmp_path, ObjectStreamMode.disable)
    path.write_bytes(path.read_bytes().replace(*replaced(b"/A 1 >>", b"/A 1%>>")))
    file = Opened(path)
    with pytest.raises(UnusualFileError):
        file.write_anew()
    assert len(file.objects) > 3 and file.pdf.get_warnings()
