"""Chapters that were compared before are not compared again, and whatever is wrong is found as if nothing were kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Name, Pdf, String

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.document import Document
from pipeline.verify import pdf, pdf_joined, pdf_portion
from pipeline.verify.pdf import check_and_read
from pipeline.verify.pdf_alone import DoubtfulError, IncompleteError, look_at
from pipeline.verify.pdf_file import read_pdf
from pipeline.verify.pdf_portion import divide
from pipeline.verify.printed_text import PrintedText
from tests.pressing import NO_CACHE, Pressed, proved

pytestmark = pytest.mark.artefact

Said = tuple[tuple[CheckResult, ...], tuple[Diagnostic, ...], PrintedText | None]


def said(path: Path, document: Document, cache: Cache = NO_CACHE) -> Said:
    """All that the comparison says of a file."""
    findings = Findings()
    results, text = check_and_read(path, document, cache, findings)
    return results, findings.all(), text


def failed(what: Said) -> set[str]:
    return {result.name for result in what[0] if result.state is CheckState.FAILED}


@pytest.fixture(scope="module")
def kept(pressed_demo: Pressed, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What is kept of the report as it is, which is sound."""
    cache = Cache(tmp_path_factory.mktemp("portions") / "kept")
    assert failed(said(pressed_demo.path, pressed_demo.document, cache)) == set()
    return cache


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The chapters of the portions that are compared and not taken from the cache."""
    chapters: list[tuple[str, ...]] = []

    def watched(document: Document, *more: Any) -> Any:
        chapters.append(tuple(chapter.id for chapter in document.chapters))
        return look_at(document, *more)

    monkeypatch.setattr(pdf_joined, "look_at", watched)
    return chapters


def changed(pressed: Pressed, folder: Path, change: Callable[[Pdf], None]) -> Path:
    path = folder / pressed.path.name
    with pikepdf.open(pressed.path) as file:
        change(file)
        file.save(path)
    return path


# ---------------------------------------------------------------- a good file


def test_portions_say_what_the_whole_file_says(pressed_demo: Pressed, monkeypatch: pytest.MonkeyPatch) -> None:
    in_portions = said(pressed_demo.path, pressed_demo.document)

    def doubt(*_: Any) -> None:
        raise DoubtfulError

    monkeypatch.setattr(pdf, "check_in_portions", doubt)
    assert said(pressed_demo.path, pressed_demo.document) == in_portions
    assert in_portions[2] is not None and len(in_portions[2].pages) > 20


def test_nothing_is_compared_twice(pressed_demo: Pressed, kept: Cache, looked_at: list[tuple[str, ...]]) -> None:
    assert said(pressed_demo.path, pressed_demo.document, kept) == said(pressed_demo.path, pressed_demo.document)
    parts = divide(pressed_demo.document, read_pdf(pressed_demo.path, NO_CACHE))
    assert parts is not None and len(looked_at) == len(parts) > 9  # all for the cache that keeps nothing
    del looked_at[:]
    said(pressed_demo.path, pressed_demo.document, kept)
    assert looked_at == []


def test_a_chapter_that_ends_on_the_page_of_the_next_is_compared_with_it(
    pressed_demo: Pressed, looked_at: list[tuple[str, ...]]
) -> None:
    assert failed(said(pressed_demo.path, pressed_demo.document)) == set()
    assert looked_at[-2:] == [("press-bibliography",), ("press-bibliography", "press-colophon")]


def test_chapters_that_all_share_pages_are_compared_as_one(
    pressed_demo: Pressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def never_complete(document: Document, *_: Any) -> None:
        tried.append(len(document.chapters))
        raise IncompleteError

    expected = said(pressed_demo.path, pressed_demo.document)
    monkeypatch.setattr(pdf_joined, "look_at", never_complete)
    assert said(pressed_demo.path, pressed_demo.document) == expected
    assert tried == [0, 1, 1], "the pages before the imprint, with it, and with the contents"


def test_what_is_damaged_in_the_cache_is_compared_again(
    pressed_demo: Pressed, tmp_path: Path, looked_at: list[tuple[str, ...]]
) -> None:
    cache = Cache(tmp_path)
    first = said(pressed_demo.path, pressed_demo.document, cache)
    for path in list(tmp_path.rglob("*")):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    del looked_at[:]
    assert said(pressed_demo.path, pressed_demo.document, cache) == first
    assert ("sec-notes",) in looked_at


def test_another_version_of_what_compares_compares_again(
    pressed_demo: Pressed, kept: Cache, looked_at: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_portion, "digest_of_comparison", lambda: "another")
    said(pressed_demo.path, pressed_demo.document, kept)
    assert ("sec-notes",) in looked_at


# ---------------------------------------------------------------- another document


def with_html(document: Document, id: str, change: Callable[[str], str]) -> Document:
    chapters = tuple(replace(c, html=change(c.html)) if c.id == id else c for c in document.chapters)
    assert chapters != document.chapters
    return replace(document, chapters=chapters)


def test_a_changed_chapter_alone_is_compared(
    pressed_demo: Pressed, kept: Cache, looked_at: list[tuple[str, ...]]
) -> None:
    document = with_html(pressed_demo.document, "sec-editions", lambda html: html.replace("<p>", '<p id="new">', 1))
    assert failed(said(pressed_demo.path, document, kept)) == set()
    assert looked_at == [("sec-editions",)]


def swap_chapters(document: Document) -> Document:
    chapters = list(document.chapters)
    at = next(index for index, chapter in enumerate(chapters) if chapter.id == "sec-notes")
    chapters[at], chapters[at + 1] = chapters[at + 1], chapters[at]
    return replace(document, chapters=tuple(chapters))


def lose_chapter(document: Document) -> Document:
    return replace(document, chapters=tuple(c for c in document.chapters if c.id != "sec-signs"))


def twice_a_chapter(document: Document) -> Document:
    more = next(c for c in document.chapters if c.id == "sec-signs")
    return replace(document, chapters=(*document.chapters, replace(more, id="sec-again")))


def another_number(document: Document) -> Document:
    return replace(document, chapters=tuple(replace(c, label="9") if c.label == "3" else c for c in document.chapters))


def another_line(document: Document) -> Document:
    first, *more = document.contents
    return replace(document, contents=(*more[:3], first, *more[3:]))


def another_word(document: Document) -> Document:
    return with_html(document, "sec-signs", lambda html: html.replace(" the ", " that ", 1))


def one_note_less(document: Document) -> Document:
    return replace(document, chapters=tuple(replace(c, notes=c.notes[:-1]) for c in document.chapters))


def another_drawing(document: Document) -> Document:
    assets = tuple(
        replace(asset, data=asset.data.replace(b"</svg>", b'<text x="5" y="5">Utterly other</text></svg>'))
        if "svg" in asset.media_type
        else asset
        for asset in document.assets
    )
    assert assets != document.assets
    return replace(document, assets=assets)


@pytest.mark.parametrize(
    "change",
    [
        swap_chapters, lose_chapter, twice_a_chapter, another_number, another_line, another_word, one_note_less,
        another_drawing,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_another_document_is_told_as_if_nothing_were_kept(
    change: Callable[[Document], Document], pressed_demo: Pressed, kept: Cache
) -> None:
    document = change(pressed_demo.document)
    cold = said(pressed_demo.path, document)
    assert cold[1]
    assert said(pressed_demo.path, document, kept) == cold
    assert said(pressed_demo.path, document, kept) == cold, "and once more, from what was kept meanwhile"


# ---------------------------------------------------------------- another file


def swap_pages(file: Pdf, one: int, other: int) -> None:
    file.pages[one].Contents, file.pages[other].Contents = file.pages[other].Contents, file.pages[one].Contents


def place_of(file: Pdf, id: str) -> int:
    names = file.Root.Names.Dests.Names
    at = next(index for index in range(0, len(names), 2) if str(names[index]) == id)
    return [page.obj.objgen for page in file.pages].index(names[at + 1][0].objgen)


def swap_within_chapter(file: Pdf) -> None:
    first = place_of(file, "sec-notes")
    swap_pages(file, first + 1, first + 2)


def swap_between_chapters(file: Pdf) -> None:
    swap_pages(file, place_of(file, "sec-notes") + 1, place_of(file, "sec-signs") + 1)


def move_page(file: Pdf) -> None:
    at = place_of(file, "sec-notes") + 1
    page = file.pages[at]
    del file.pages[at]
    file.pages.insert(place_of(file, "sec-signs") + 1, page)


def leave_page_out(file: Pdf) -> None:
    del file.pages[place_of(file, "sec-notes") + 1]


def repeat_page(file: Pdf) -> None:
    at = place_of(file, "sec-notes") + 1
    file.pages.insert(at + 1, file.pages[at])


def print_page_again(file: Pdf) -> None:
    """The words of one chapter on a page of its own at the end, after the last."""
    file.pages.append(file.pages[place_of(file, "sec-notes") + 1])


def exchange_links(file: Pdf) -> None:
    """Two links of a page change their targets: what there is stays the same."""
    links = [note for page in file.pages for note in page.obj.get("/Annots", ()) if "/Dest" in note]
    one, other = next(
        (one, other)
        for one, other in pairwise(links)
        if str(one.Dest).startswith("note-") and str(other.Dest).startswith("note-") and one.Dest != other.Dest
    )
    one.Dest, other.Dest = String(str(other.Dest)), String(str(one.Dest))


def move_link(file: Pdf) -> None:
    pages: list[Any] = list(file.pages)
    link = next(note for page in pages[8:] for note in page.obj.get("/Annots", ()) if "/Dest" in note)
    link.Rect = Array([0, 0, 5, 5])


def break_address(file: Pdf) -> None:
    pages: list[Any] = list(file.pages)
    link = next(note for page in pages for note in page.obj.get("/Annots", ()) if "/A" in note)
    link.A.URI = String("nowhere")


def target(file: Pdf, id: str) -> Any:
    names = file.Root.Names.Dests.Names
    return names[next(index for index in range(0, len(names), 2) if str(names[index]) == id) + 1]


def lead_to_next_chapter(file: Pdf) -> None:
    target(file, "sec-notes")[0] = file.pages[place_of(file, "sec-signs")].obj


def lead_elsewhere_on_page(file: Pdf) -> None:
    target(file, "sec-folder")[3] = 40


def exchange_targets(file: Pdf) -> None:
    one, other = target(file, "sec-notes"), target(file, "sec-signs")
    one[0], other[0] = other[0], one[0]


def lose_target(file: Pdf) -> None:
    names = file.Root.Names.Dests.Names
    at = next(index for index in range(0, len(names), 2) if str(names[index]) == "sec-signs")
    file.Root.Names.Dests.Names = Array([item for index, item in enumerate(names) if index not in (at, at + 1)])


def relabel(file: Pdf) -> None:
    nums = file.Root.PageLabels.Nums
    nums.append(len(file.pages) - 4)
    nums.append(pikepdf.Dictionary(S=Name.D, St=400))


def cut_edges(file: Pdf) -> None:
    file.pages[place_of(file, "sec-signs") + 1].CropBox = Array([200, 0, 500, 800])


def shift_page(file: Pdf) -> None:
    page = file.pages[place_of(file, "sec-signs")]
    page.contents_add(b"1 0 0 1 300 0 cm", prepend=True)


def print_over(file: Pdf) -> None:
    """The page once more on itself, as if its words were there twice."""
    page = file.pages[place_of(file, "sec-signs") + 1]
    page.contents_add(page.obj.Contents.read_bytes())


def other_characters(file: Pdf) -> None:
    """Two characters of a font change places, on all pages that show them."""
    for font in file.objects:
        if isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == "/Type0":
            lines = font.ToUnicode.read_bytes().split(b"\n")
            pairs = [at for at, line in enumerate(lines) if re.fullmatch(rb"<\w{4}> <\w{4}>", line)]
            if len(pairs) > 9:
                one, other = lines[pairs[4]], lines[pairs[5]]
                lines[pairs[4]], lines[pairs[5]] = one[:6] + other[6:], other[:6] + one[6:]
            font.ToUnicode.write(b"\n".join(lines))


def another_bookmark(file: Pdf) -> None:
    line = file.Root.Outlines.First
    line.Dest, line.Next.Dest = line.Next.Dest, line.Dest


def rename_file(file: Pdf) -> None:
    file.docinfo["/Title"] = "Another"


def damage_elsewhere(file: Pdf) -> None:
    """A stream that no page names cannot be decoded."""
    file.Root.Spare = file.make_stream(b"not packed at all")
    file.Root.Spare.write(b"not packed at all", filter=Name.FlateDecode)


CHANGES = (
    swap_within_chapter, swap_between_chapters, move_page, leave_page_out, repeat_page, exchange_links, move_link,
    break_address, lead_to_next_chapter, lead_elsewhere_on_page, exchange_targets, lose_target, relabel, cut_edges,
    shift_page, print_over, other_characters, another_bookmark, rename_file, damage_elsewhere,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_wrong_is_told_as_if_nothing_were_kept(
    change: Callable[[Pdf], None], pressed_demo: Pressed, kept: Cache, tmp_path: Path, looked_at: list[tuple[str, ...]]
) -> None:
    path = changed(pressed_demo, tmp_path, change)
    cold = said(path, pressed_demo.document)
    assert failed(cold) and cold[1]
    assert said(path, pressed_demo.document, kept) == cold
    assert said(path, pressed_demo.document, kept) == cold, "and once more, from what was kept meanwhile"
    assert failed(said(pressed_demo.path, pressed_demo.document, kept)) == set(), "what is sound stays so"
    del looked_at[:]
    assert failed(said(pressed_demo.path, pressed_demo.document, kept)) == set() and looked_at == []


def test_a_target_that_was_not_there_is_looked_at(pressed_demo: Pressed, kept: Cache, tmp_path: Path) -> None:
    """What nothing leads to may be led to from anywhere; nothing else of its chapter changes."""
    document = with_html(pressed_demo.document, "sec-signs", lambda html: html.replace("<p>", '<p id="bare">', 1))
    assert failed(said(pressed_demo.path, document, kept)) == set()

    def change(file: Pdf) -> None:
        names = list(file.Root.Names.Dests.Names)
        place = Array([file.pages[4].obj, Name.XYZ, 0, 700, 0])
        file.Root.Names.Dests.Names = Array([String("bare"), place, *names])

    path = changed(pressed_demo, tmp_path, change)
    cold = said(path, document)
    assert failed(cold) == {"PDF links"}
    assert said(path, document, kept) == cold


def test_damage_that_no_page_has_is_left_to_the_gate(pressed_demo: Pressed, kept: Cache, tmp_path: Path) -> None:
    """Both read the file with qpdf at the same time, and one of them looks at every object."""
    path = changed(pressed_demo, tmp_path, damage_elsewhere)
    findings = Findings()
    results, _ = check_and_read(path, pressed_demo.document, kept, findings, sound=True)
    assert findings.all() == () and {result.state for result in results} == {CheckState.PASSED}
    for cache in (NO_CACHE, kept):
        found, without = proved(path, pressed_demo.document, cache)
        broken = [finding.foreign for finding in found if finding.is_error]
        assert set(broken) == {"file 7.5.4-1", "file 7.4.4.1-1"}  # no reader can unpack it, and its sum is wrong
        assert without
