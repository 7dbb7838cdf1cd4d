"""Pages that were read before: kept while nothing changes that they are made from, and never longer."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cache import Cache
from pipeline.verify import pdf_kept, version
from pipeline.verify.pdf_file import PdfFile, UnusablePdfError, read_pdf
from pipeline.verify.pdf_painted import read_painted
from tests.page_pdfs import marked, text_at, write_pdf

NOWHERE = Cache(Path(os.devnull))
WORDS = ("the art of binding", "a stone in the road", "no harbor and no coast", "great things begin here")
FORM = text_at("inside", 5, 20)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Four pages, with text, a drawing, a picture; the third paints a form."""
    contents = [f"{marked(0, text_at(words, 40, 300))} 40 40 60 60 re f" for words in WORDS]
    contents[1] += " q 50 0 0 50 200 40 cm /P0 Do Q"
    contents[2] += " q 1 0 0 1 100 100 cm /X0 Do Q"
    return write_pdf(tmp_path / "good.pdf", *contents, form=FORM)


@pytest.fixture
def read_again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pages that are read and not taken from the cache."""
    numbers: list[int] = []

    def watched(page: Any, number: int, *more: Any) -> Any:
        numbers.append(number)
        return read_painted(page, number, *more)

    monkeypatch.setattr(pdf_kept, "read_painted", watched)
    return numbers


def facts(pdf: PdfFile) -> object:
    """All that is read of pages and fonts, as values that can be compared."""
    runs = [
        [(r.page, r.order, r.text, r.letters, r.box, r.content, r.artifact, r.drawn, r.cut) for r in page.runs]
        for page in pdf.pages
    ]
    return runs, [(page.box, page.marks, page.painted) for page in pdf.pages], pdf.fonts, pdf.faults


def changed(path: Path, change: Callable[[pikepdf.Pdf], None]) -> Path:
    out = path.with_name("changed.pdf")
    with pikepdf.open(path) as pdf:
        change(pdf)
        pdf.save(out)
    return out


# ---------------------------------------------------------------- what is kept


def test_pages_are_read_once(good: Path, cache: Cache, read_again: list[int]) -> None:
    first = facts(read_pdf(good, cache))
    assert read_again == [0, 1, 2, 3]
    assert facts(read_pdf(good, cache)) == first == facts(read_pdf(good, NOWHERE))
    assert read_again == [0, 1, 2, 3, 0, 1, 2, 3]  # the second four for the cache that keeps nothing


def test_pages_may_move(good: Path, cache: Cache, read_again: list[int]) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.add_blank_page(page_size=(200, 200))
        pdf.pages.insert(0, pdf.pages[-1])
        pdf.pages.reverse()

    read_pdf(good, cache)
    del read_again[:]
    moved = changed(good, change)
    found = facts(read_pdf(moved, cache))
    assert sorted(read_again) == [0, 5]  # the empty ones
    assert found == facts(read_pdf(moved, NOWHERE))


def test_what_a_page_does_not_name_does_not_matter(good: Path, cache: Cache, read_again: list[int]) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        resources: Any = pdf.pages[0].Resources
        resources.Font.F9 = pdf.make_indirect(pikepdf.Dictionary(resources.Font.F0))
        resources.XObject.X0.StructParents = 77
        pdf.Root.Lang = pikepdf.String("en")

    read_pdf(good, cache)
    del read_again[:]
    read_pdf(changed(good, change), cache)
    assert read_again == []


def test_a_glyph_changes_no_page_that_does_not_show_it(good: Path, cache: Cache, read_again: list[int]) -> None:
    """As when an edit brings a letter that the face has not had: its outline, its width, its meaning."""

    def change(pdf: pikepdf.Pdf) -> None:
        font, inner = _font(pdf), _font(pdf).DescendantFonts[0]
        code = int(_code("c"), 16)
        program = inner.FontDescriptor.FontFile2
        program.write(_lowered(program.read_bytes(), code))
        font.ToUnicode.write(font.ToUnicode.read_bytes().replace(b"<0063>", b"<0107>"))
        widths = inner.W[1] if len(inner.W) == 2 else None
        assert widths is not None and inner.W[0] <= code
        widths[code - int(inner.W[0])] = 444

    read_pdf(good, cache)
    del read_again[:]
    path = changed(good, change)
    found = facts(read_pdf(path, cache))
    assert read_again == [2]  # "no harbor and no coast"
    assert found == facts(read_pdf(path, NOWHERE))


def test_the_space_counts_for_every_page(good: Path, cache: Cache, read_again: list[int]) -> None:
    """Readers see by the width of the space where words end, whether it is shown or not."""

    def change(pdf: pikepdf.Pdf) -> None:
        inner = _font(pdf).DescendantFonts[0]
        inner.W[1][int(_code(" "), 16) - int(inner.W[0])] = 9

    read_pdf(good, cache)
    del read_again[:]
    read_pdf(changed(good, change), cache)
    assert read_again == [0, 1, 2, 3]


# ---------------------------------------------------------------- what is not


def test_what_another_version_of_the_readers_read_is_not_taken(
    good: Path, cache: Cache, read_again: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_pdf(good, cache)
    del read_again[:]
    monkeypatch.setattr(pdf_kept, "digest_of_readers", lambda: "another")
    read_pdf(good, cache)
    assert read_again == [0, 1, 2, 3]


def test_every_module_that_reads_a_page_is_in_the_digest() -> None:
    """What the modules import from beside them, down to the last, is named; the rules and the cache decide nothing."""
    folder = Path(pdf_kept.__file__).parent
    pending, seen = ["pdf_kept"], set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += re.findall(r"from pipeline\.verify\.(\w+) import", (folder / f"{name}.py").read_text())
    assert {f"{name}.py" for name in seen} == set(version._READERS)


def _code(words: str) -> str:
    return text_at(words, 0, 0).partition("<")[2].partition(">")[0]


def _glyph(pdf: pikepdf.Pdf) -> None:
    content = pdf.pages[1].Contents.read_bytes().decode()
    pdf.pages[1].Contents = pdf.make_stream(content.replace(_code("road"), _code("roan")).encode())


def _font(pdf: pikepdf.Pdf) -> Any:
    resources: Any = pdf.pages[0].Resources
    return resources.Font.F0


def _meaning_of_a_glyph(pdf: pikepdf.Pdf) -> None:
    mapping = _font(pdf).ToUnicode
    mapping.write(mapping.read_bytes().replace(f"<{_code('t')}> <0074>".encode(), f"<{_code('t')}> <0064>".encode()))


def _shape_of_a_glyph(pdf: pikepdf.Pdf) -> None:
    file = _font(pdf).DescendantFonts[0].FontDescriptor.FontFile2
    file.write(_lowered(file.read_bytes()))


def _lowered(data: bytes, only: int | None = None) -> bytes:
    """The face with every glyph further down, or with one."""
    font = TTFont(io.BytesIO(data), recalcBBoxes=False, recalcTimestamp=False)
    for number, name in enumerate(font.getGlyphOrder()):
        if only is not None and number != only:
            continue
        glyph = font["glyf"][name]
        if glyph.numberOfContours > 0:
            glyph.coordinates.translate((0, -300))
            glyph.recalcBounds(font["glyf"])
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _widths(pdf: pikepdf.Pdf) -> None:
    inner = _font(pdf).DescendantFonts[0]
    inner.W = pikepdf.Array([0, pikepdf.Array([900] * 40)])


def _encoding(pdf: pikepdf.Pdf) -> None:
    _font(pdf).DescendantFonts[0].CIDToGIDMap = pdf.make_stream(b"\0\1" * 40)


def _words_of_a_form(pdf: pikepdf.Pdf) -> None:
    resources: Any = pdf.pages[0].Resources
    resources.XObject.X0.write(text_at("outside", 5, 20).encode())


def _box_of_a_form(pdf: pikepdf.Pdf) -> None:
    resources: Any = pdf.pages[0].Resources
    resources.XObject.X0.BBox = pikepdf.Array([0, 0, 12, 60])


def _place_of_a_form(pdf: pikepdf.Pdf) -> None:
    resources: Any = pdf.pages[0].Resources
    resources.XObject.X0.Matrix = pikepdf.Array([1, 0, 0, 1, 3, 0])


def _font_of_a_form(pdf: pikepdf.Pdf) -> None:
    resources: Any = pdf.pages[0].Resources
    other = pikepdf.Dictionary(resources.Font.F0)
    other.ToUnicode = pdf.make_stream(other.ToUnicode.read_bytes().replace(b"<0069>", b"<006c>"))
    resources.XObject.X0.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=pdf.make_indirect(other)))


def _another_font_of_the_name(pdf: pikepdf.Pdf) -> None:
    other = pikepdf.Dictionary(_font(pdf))
    other.ToUnicode = pdf.make_stream(other.ToUnicode.read_bytes().replace(b"<0069>", b"<006c>"))
    shared: Any = pdf.pages[1].Resources
    resources = pikepdf.Dictionary(shared)
    resources.Font = pikepdf.Dictionary(F0=pdf.make_indirect(other))
    pdf.pages[1].Resources = resources


def _what_is_shown_of_a_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].CropBox = pikepdf.Array([0, 0, 100, 100])


def _a_second_content_stream(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[1]
    more = pdf.make_stream(text_at("more", 40, 200).encode())
    page.Contents = pikepdf.Array([pdf.make_indirect(page.Contents), more])


CHANGES = (
    _glyph, _meaning_of_a_glyph, _shape_of_a_glyph, _widths, _encoding, _words_of_a_form, _box_of_a_form,
    _place_of_a_form, _font_of_a_form, _another_font_of_the_name, _what_is_shown_of_a_page, _a_second_content_stream,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_is_read_again_when_what_it_is_made_from_changes(
    good: Path, cache: Cache, change: Callable[[pikepdf.Pdf], None]
) -> None:
    before = facts(read_pdf(good, cache))
    path = changed(good, change)
    found = facts(read_pdf(path, cache))
    assert found == facts(read_pdf(path, NOWHERE))
    assert found != before


_PARTS = ("Contents", "ToUnicode", "FontFile2", "form", "widths")


@pytest.mark.artefact
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(_PARTS), page=st.integers(0, 3), where=st.floats(0, 1), value=st.integers(0, 255))
def test_any_byte_may_change(good: Path, cache: Cache, part: str, page: int, where: float, value: int) -> None:
    """Whatever byte of a stream is another: what is read with the cache is what is read without it."""

    def change(pdf: pikepdf.Pdf) -> None:
        font = _font(pdf)
        resources: Any = pdf.pages[page].Resources
        if part == "widths":
            font.DescendantFonts[0].W[1][int(where * 20)] = value * 4
            return
        stream = {
            "Contents": pdf.pages[page].Contents,
            "ToUnicode": font.ToUnicode,
            "FontFile2": font.DescendantFonts[0].FontDescriptor.FontFile2,
            "form": resources.XObject.X0,
        }[part]
        data = bytearray(stream.read_bytes())
        data[int(where * (len(data) - 1))] = value
        stream.write(bytes(data))

    read_pdf(good, cache)
    path = changed(good, change)
    assert _facts_or_fault(path, cache) == _facts_or_fault(path, NOWHERE)
    assert _facts_or_fault(path, cache) == _facts_or_fault(path, NOWHERE)  # the second time from what was kept


def _facts_or_fault(path: Path, cache: Cache) -> object:
    try:
        return facts(read_pdf(path, cache))
    except UnusablePdfError:
        return "unusable"


# ---------------------------------------------------------------- files with faults


def test_a_file_with_faults_is_never_kept_from(good: Path, cache: Cache, read_again: list[int]) -> None:
    data = good.read_bytes()
    broken = good.with_name("broken.pdf")
    broken.write_bytes(data[: data.rindex(b"startxref")] + b"startxref\n7\n%%EOF\n")
    for _ in range(2):
        del read_again[:]
        assert read_pdf(broken, cache).faults
        assert read_again == [0, 1, 2, 3]


def test_a_stream_that_cannot_be_decoded_is_a_fault_though_its_page_was_read_before(good: Path, cache: Cache) -> None:
    """Every stream is decoded but the contents of pages that were, with the very same bytes."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(b"this is not compressed")
        stream.Filter = pikepdf.Name.FlateDecode
        pdf.Root.Spare = pdf.make_indirect(stream)

    read_pdf(good, cache)
    path = good.with_name("changed.pdf")
    with pikepdf.open(good) as pdf:
        change(pdf)
        pdf.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    answers = [_facts_or_fault(path, kept) for kept in (cache, NOWHERE)]
    assert answers[0] == answers[1]
    assert answers[0] == "unusable" or answers[0][3]  # type: ignore[index]


def test_a_form_that_paints_itself_is_read_every_time(good: Path, cache: Cache, read_again: list[int]) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        resources: Any = pdf.pages[0].Resources
        form = resources.XObject.X0
        form.write(f"{FORM} /X0 Do".encode())
        form.Resources = pikepdf.Dictionary(Font=resources.Font, XObject=pikepdf.Dictionary(X0=form))

    path = changed(good, change)
    found = facts(read_pdf(path, cache))
    del read_again[:]
    assert facts(read_pdf(path, cache)) == found
    assert read_again == [2]
