"""Stretches of a file that are not read because they are the same as before: what is wrong is found all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.cache import Cache
from pipeline.verify.gate import parts
from pipeline.verify.gate.division import Division
from pipeline.verify.gate.examine import examine
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.written import Stretch, UnusualFileError, Written
from tests.gating import BOTH, broken, elements
from tests.pressing import Pressed
from tests.relaid import entry_changed, relaid
from tests.test_gate_parts import CHANGES, judged_alike, widen_a_link
from tests.test_mutations import MUTATIONS

pytestmark = pytest.mark.artefact

Change = Callable[[Pdf], None]


@pytest.fixture(scope="module")
def kept(pressed_demo: Pressed, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What is kept of the demo report, and of the same in which something was changed that is as sound."""
    folder = tmp_path_factory.mktemp("settled")
    cache = Cache(folder / "kept")
    for path in (pressed_demo.path, relaid(pressed_demo.path, folder, widen_a_link)):
        assert not broken(examine(path, "demo.pdf", BOTH, cache=cache))
    return cache


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Stretch]:
    """The stretches that are read."""
    found: list[Stretch] = []
    reading = Written.read

    def watched(self: Written, stretch: Stretch) -> Any:
        found.append(stretch)
        return reading(self, stretch)

    monkeypatch.setattr(Written, "read", watched)
    return found


def test_a_file_is_laid_out_again_as_it_was(pressed_demo: Pressed, tmp_path: Path) -> None:
    path = relaid(pressed_demo.path, tmp_path)
    stretches = [stretch.key for stretch in Opened(path).written.stretches]
    assert stretches[:-1] == [stretch.key for stretch in Opened(pressed_demo.path).written.stretches][:-1]
    changed = relaid(pressed_demo.path, tmp_path, widen_a_link)
    others = [stretch.key for stretch in Opened(changed).written.stretches]
    assert sum(one != other for one, other in zip(stretches, others, strict=True)) == 2  # and the cross-references


def test_only_what_was_changed_is_read(pressed_demo: Pressed, kept: Cache, read: list[Stretch], tmp_path: Path) -> None:
    def widen_another(pdf: Pdf) -> None:
        *_, page = (page for page in pdf.pages if "/Annots" in page.obj)
        page.obj.Annots[0].Rect[2] = float(page.obj.Annots[0].Rect[2]) + 1

    path = relaid(pressed_demo.path, tmp_path, widen_another)
    of_all = len(Opened(path).written.stretches)
    assert not broken(examine(path, "demo.pdf", BOTH, cache=kept))
    every_time = 3  # what belongs to no chapter, the element around the chapters of a part, and the cross-references
    assert len(read) == every_time + 1 < of_all / 3
    del read[:]
    assert not broken(examine(path, "demo.pdf", BOTH, cache=kept))
    assert len(read) == every_time


def division_of(path: Path, cache: Cache | None) -> Division:
    division = parts.divide(Opened(path, cache), "")
    assert division is not None
    return division


@pytest.mark.parametrize("change", [widen_a_link, *CHANGES[:4]], ids=lambda change: change.__name__)
def test_a_file_is_divided_as_if_all_were_read(change: Change, pressed_demo: Pressed, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "kept")
    for key, known in division_of(pressed_demo.path, cache).to_keep():
        cache.put(key, known)
    path = relaid(pressed_demo.path, tmp_path, change)
    with_kept = parts.divide(Opened(path, cache), "")
    without = parts.divide(Opened(path), "")
    if with_kept is None or without is None:
        assert with_kept is without
        return
    assert with_kept.parts == without.parts
    assert with_kept.fonts == without.fonts
    assert with_kept.trees == without.trees


# ---------------------------------------------------------------- what others say of a stretch that is not read


def call_an_element_of_another_chapter(pdf: Pdf) -> None:
    one, *_, other = (element for element in elements(pdf) if element.S == "/P" and isinstance(element.K, Array))
    other.K.append(one)


def lead_to_another_page(pdf: Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    names[1][0], names[len(names) - 1][0] = names[len(names) - 1][0], names[1][0]


def forget_a_place(pdf: Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    del names[len(names) // 2 // 2 * 2 :]


def forget_ids(pdf: Pdf) -> None:
    names = pdf.Root.StructTreeRoot.IDTree.Names
    del names[len(names) // 2 // 2 * 2 :]


def exchange_what_parents_say(pdf: Pdf) -> None:
    first, *_, last = pdf.Root.StructTreeRoot.ParentTree.Kids
    first.Nums[1], last.Nums[1] = last.Nums[1], first.Nums[1]


def change_the_document_element(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.K[0].S = Name.Art


def speak_another_language_in_all(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.K[0].Lang = String("no language")


def leave_a_chapter_out(pdf: Pdf) -> None:
    del pdf.Root.StructTreeRoot.K[0].K[5]


def hang_a_chapter_twice(pdf: Pdf) -> None:
    document = pdf.Root.StructTreeRoot.K[0]
    document.K.append(document.K[5])


def exchange_fonts(pdf: Pdf) -> None:
    fonts = next(page.obj.Resources.Font for page in pdf.pages if len(page.obj.Resources.get("/Font", {})) > 1)
    one, *_, other = sorted(fonts.keys())
    fonts[one], fonts[other] = fonts[other], fonts[one]


def have_an_action(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert()"))


def lose_a_page_of_a_chapter(pdf: Pdf) -> None:
    node = pdf.Root.Pages.Kids[5]
    del node.Kids[0]
    node.Count -= 1
    pdf.Root.Pages.Count -= 1


ABOUT_OTHERS = (
    call_an_element_of_another_chapter, lead_to_another_page, forget_a_place, forget_ids, exchange_what_parents_say,
    change_the_document_element, speak_another_language_in_all, leave_a_chapter_out, hang_a_chapter_twice,
    exchange_fonts, have_an_action, lose_a_page_of_a_chapter,
)  # fmt: skip


@pytest.mark.parametrize(
    "change", (*ABOUT_OTHERS, *CHANGES, *MUTATIONS[::4]), ids=lambda change: str(getattr(change, "__name__", change))
)
def test_a_change_is_found_whatever_is_not_read(
    change: Change, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    judged_alike(relaid(pressed_demo.path, tmp_path, change), kept)


_KEYS = (
    "S K P Pg ID Alt A Lang Type Dest Rect Parent StructParent StructParents Contents Resources Font Kids Nums Names "
    "Subtype Obj MCID ToUnicode Tabs Annots Count"
)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    key=st.sampled_from(_KEYS.split()),
    where=st.floats(0, 1),
    other=st.floats(0, 1),
    how=st.sampled_from(("delete", "exchange", "take")),
)
def test_any_entry_may_change_while_other_chapters_stay(
    key: str, where: float, other: float, how: str, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    """Whatever entry of whatever object is taken away, exchanged or taken from another one."""
    change = entry_changed(f"/{key}", where, other, how)
    judged_alike(relaid(pressed_demo.path, tmp_path, change), kept)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(where=st.floats(0, 1), byte=st.integers(0, 255))
def test_any_byte_may_change(where: float, byte: int, pressed_demo: Pressed, kept: Cache, tmp_path: Path) -> None:
    """Which clauses a damaged stream of objects breaks depends on who reads it first; that it breaks one does not."""
    data = bytearray(pressed_demo.path.read_bytes())
    data[int(where * (len(data) - 1))] = byte
    path = tmp_path / "changed.pdf"
    path.write_bytes(data)
    found, wanted = (examine(path, "demo.pdf", BOTH, cache=cache) for cache in (kept, None))
    assert found.passed == wanted.passed


def test_objects_that_reach_into_the_next_stretch_are_not_read(pressed_demo: Pressed, tmp_path: Path) -> None:
    """What stands in a stretch is decided by its own bytes: a stream that says a greater length is none of it."""
    file = Opened(pressed_demo.path)
    table: dict[tuple[int, int], Any] = file.pdf.get_xref_table()
    stretch = file.written.stretches[2]
    last = max((n for n in stretch.numbers if table[(n, 0)].type == 1), key=lambda number: table[(number, 0)].offset)
    length = len(file.written.raw(last))
    data = file.data
    at = data.index(b"/Length %d" % length, table[(last, 0)].offset)
    longer = length + 40
    assert len(str(longer)) == len(str(length))
    path = tmp_path / "changed.pdf"
    path.write_bytes(data[:at] + b"/Length %d" % longer + data[at + len(b"/Length %d" % length) :])
    with pytest.raises(UnusualFileError):
        changed = Opened(path).written
        changed.read(changed.stretches[2])
