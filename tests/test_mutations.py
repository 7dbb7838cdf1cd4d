"""Proof that the gate bites: a good PDF, changed in one small place, is not published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Name, Pdf, String

from pipeline.cache import Cache
from tests.gating import elements
from tests.pressing import Pressed, proved


def first(pdf: Pdf, role: str, having: str = "") -> Any:
    """The first element of a type, with an entry."""
    return next(e for e in elements(pdf) if "/" + role == e.S and (not having or "/" + having in e))


def links(pdf: Pdf) -> Iterator[Any]:
    pages: list[Any] = list(pdf.pages)
    for page in pages:
        yield from (note for note in page.obj.get("/Annots", ()) if note.Subtype == "/Link")


def drop_alt(pdf: Pdf) -> None:
    del first(pdf, "Figure", "Alt")["/Alt"]


def longest_leaf(pdf: Pdf) -> Any:
    """The keys and owners in the largest leaf of the parent tree."""
    return max((leaf.Nums for leaf in pdf.Root.StructTreeRoot.ParentTree.Kids), key=len)


def renumber_parent_tree(pdf: Pdf) -> None:
    nums = longest_leaf(pdf)
    nums[2] = 999_999


def shift_parent_tree(pdf: Pdf) -> None:
    owners = max(list(longest_leaf(pdf))[1::2], key=lambda item: len(item) if isinstance(item, pikepdf.Array) else 0)
    owners[0], owners[len(owners) - 1] = owners[len(owners) - 1], owners[0]


def fonts(pdf: Pdf) -> Iterator[Any]:
    return (item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == "/Type0")


def cut_to_unicode(pdf: Pdf) -> None:
    for font in fonts(pdf):
        stream = font.ToUnicode
        lines = stream.read_bytes().split(b"\n")
        at = next(index for index, line in enumerate(lines) if b"beginbf" in line) + 1
        assert lines[at].startswith(b"<")
        stream.write(b"\n".join(lines[:at] + lines[at + 1 :]))


def drop_to_unicode(pdf: Pdf) -> None:
    del next(fonts(pdf))["/ToUnicode"]


def move_destination(pdf: Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    at = next(index for index in range(0, len(names), 2) if str(names[index]) == "sec-alphabets") + 1
    place = [page.obj.objgen for page in pdf.pages].index(names[at][0].objgen)
    names[at][0] = pdf.pages[place + 1].obj


def swap_headings(pdf: Pdf) -> None:
    one, other = (e for e in list(elements(pdf)) if str(e.get("/ID", "")) in ("sec-folder", "sec-values"))
    one.K, other.K = other.K, one.K


def skip_level(pdf: Pdf) -> None:
    first(pdf, "H2").S = Name.H4


def drop_language(pdf: Pdf) -> None:
    del pdf.Root["/Lang"]


def drop_title_bar(pdf: Pdf) -> None:
    del pdf.Root["/ViewerPreferences"]


def drop_note_id(pdf: Pdf) -> None:
    del first(pdf, "Note")["/ID"]


def drop_scope(pdf: Pdf) -> None:
    del first(pdf, "TH").A["/Scope"]


def drop_cell(pdf: Pdf) -> None:
    row = [e for e in elements(pdf) if e.S == "/TR"][-1]
    row.K = Array(list(row.K)[:-1])


def drop_contents(pdf: Pdf) -> None:
    del next(links(pdf))["/Contents"]


def retarget_link(pdf: Pdf) -> None:
    note = next(link for link in links(pdf) if "/Dest" in link and str(link.Dest).startswith("note-"))
    note.Dest = String("sec-notes")


def dangling_link(pdf: Pdf) -> None:
    next(link for link in links(pdf) if "/Dest" in link).Dest = String("nowhere")


def relabel_pages(pdf: Pdf) -> None:
    nums = pdf.Root.PageLabels.Nums
    for at in range(1, len(nums), 2):
        if nums[at].get("/S") == "/D":
            nums[at].St = int(nums[at].St) + 1


def remove_font_program(pdf: Pdf) -> None:
    del next(fonts(pdf)).DescendantFonts[0].FontDescriptor["/FontFile2"]


def rewrite_page(pdf: Pdf, page: int, change: Callable[[bytes], bytes]) -> None:
    contents = pdf.pages[page].obj.Contents
    data = contents.read_bytes()
    changed = change(data)
    assert changed != data
    contents.write(changed)


def unmark_artifact(pdf: Pdf) -> None:
    rewrite_page(pdf, 12, lambda data: data.replace(b"/Artifact", b"/Span", 1))


def lose_text(pdf: Pdf) -> None:
    rewrite_page(pdf, 12, lambda data: data.replace(b"TJ", b"", 1))


def swap_bookmark(pdf: Pdf) -> None:
    line = pdf.Root.Outlines.First
    line.Title, line.Next.Title = line.Next.Title, line.Title


def smooth_picture(pdf: Pdf) -> None:
    image = pdf.make_stream(b"\0\0\0", Width=1, Height=1, BitsPerComponent=8, ColorSpace=Name.DeviceRGB)
    image.Type, image.Subtype, image.Interpolate = Name.XObject, Name.Image, True
    pdf.Root.Spare = image


def drop_output_intent(pdf: Pdf) -> None:
    del pdf.Root["/OutputIntents"]


def orphan_attachment(pdf: Pdf) -> None:
    del pdf.Root["/AF"]


def hide_link(pdf: Pdf) -> None:
    next(links(pdf)).F = 2


def add_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def widen_glyph(pdf: Pdf) -> None:
    next(fonts(pdf)).DescendantFonts[0].W = Array([0, 65535, 1])


def rename_type(pdf: Pdf) -> None:
    first(pdf, "BlockQuote").S = Name.Citation


def split_note(pdf: Pdf) -> None:
    note = first(pdf, "Note")
    note.P.K = Array([kid for kid in note.P.K if kid.objgen != note.objgen])


MUTATIONS = (
    drop_alt, renumber_parent_tree, shift_parent_tree, cut_to_unicode, drop_to_unicode, move_destination, swap_headings,
    skip_level, drop_language, drop_title_bar, drop_note_id, drop_scope, drop_cell, drop_contents, retarget_link,
    dangling_link, relabel_pages, remove_font_program, unmark_artifact, lose_text, swap_bookmark, smooth_picture,
    drop_output_intent, orphan_attachment, hide_link, add_script, widen_glyph, rename_type, split_note,
)  # fmt: skip


@pytest.fixture(scope="module")
def read_before(pressed_demo: Pressed, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What is kept of the report as it is, which is sound, and as qpdf writes it, which writes the changed ones."""
    folder = tmp_path_factory.mktemp("read-before")
    path, saved = folder / "demo.pdf", folder / "saved.pdf"
    path.write_bytes(pressed_demo.path.read_bytes())
    with pikepdf.open(path) as pdf:
        pdf.save(saved, deterministic_id=True)
    cache = Cache(folder / "kept")
    assert proved(path, pressed_demo.document, cache) == proved(saved, pressed_demo.document, cache) == ((), ())
    return cache


@pytest.mark.artefact
class TestMutations:
    def test_the_file_is_proved_and_says_so(self, pressed_demo: Pressed) -> None:
        data = pressed_demo.path.read_bytes()
        with pikepdf.open(pressed_demo.path) as pdf:
            said = pdf.Root.Metadata.read_bytes()
        assert b"<pdfuaid:part>1<" in said and b"<pdfaid:part>3<" in said and b"<pdfaid:conformance>A<" in said
        assert data.startswith(b"%PDF-1.7")

    @pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
    def test_a_small_change_is_caught(
        self, mutation: Callable[[Pdf], None], pressed_demo: Pressed, read_before: Cache, tmp_path: Path
    ) -> None:
        path = tmp_path / "changed.pdf"
        with pikepdf.open(pressed_demo.path) as pdf:
            mutation(pdf)
            pdf.save(path, deterministic_id=True)
        changed = path.read_bytes()
        findings, failed = proved(path, pressed_demo.document)
        assert failed and any(finding.is_error for finding in findings)
        assert path.read_bytes() == changed, "nothing is declared of a file with a fault"
        assert proved(path, pressed_demo.document, read_before) == (findings, failed), "whatever is kept of the other"
