"""Parts of a file that are left out because they were found sound: never one that is not, whatever was changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.cache import Cache
from pipeline.verify.gate import batches, holding
from pipeline.verify.gate import examine as examining
from pipeline.verify.gate.clauses import Clause, Fault
from pipeline.verify.gate.division import LeftOut, Part
from pipeline.verify.gate.examine import Examination, examine
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.parts import divide
from pipeline.verify.gate.trees import ids_in
from pipeline.verify.gate.written import Stretch, Texts, Written
from tests.gating import BOTH, broken, elements
from tests.pressing import Pressed
from tests.test_mutations import MUTATIONS

pytestmark = pytest.mark.artefact

Change = Callable[[Pdf], None]


@pytest.fixture(scope="module")
def kept(pressed_demo: Pressed, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What is kept of the demo report, which is sound, and as qpdf writes it, which writes the changed ones."""
    folder = tmp_path_factory.mktemp("parts")
    cache = Cache(folder / "kept")
    for path in (pressed_demo.path, changed(pressed_demo, folder)):
        assert not broken(examine(path, "demo.pdf", BOTH, cache=cache))
    return cache


@pytest.fixture
def left_out(monkeypatch: pytest.MonkeyPatch) -> list[LeftOut]:
    """What is left out of each file that is examined."""
    found: list[LeftOut] = []
    leave_out = holding.Holding.leave_out

    def watched(self: holding.Holding) -> LeftOut:
        found.append(leave_out(self))
        return found[-1]

    monkeypatch.setattr(holding.Holding, "leave_out", watched)
    return found


def changed(pressed: Pressed, folder: Path, *changes: Change) -> Path:
    path = folder / "changed.pdf"
    with pikepdf.open(pressed.path) as pdf:
        for change in changes:
            change(pdf)
        pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return path


def said(examination: Examination) -> object:
    """All that an examination says."""
    return examination.standards, examination.judged, examination.findings, examination.pages


def judged_alike(path: Path, cache: Cache) -> Examination:
    """What the gate says of a file with the cache, which is what it says without."""
    found = examine(path, "demo.pdf", BOTH, cache=cache)
    assert said(found) == said(examine(path, "demo.pdf", BOTH))
    assert said(found) == said(examine(path, "demo.pdf", BOTH, cache=cache))
    return found


# ---------------------------------------------------------------- what is left out


def test_a_sound_file_is_left_out_whole(pressed_demo: Pressed, kept: Cache, left_out: list[LeftOut]) -> None:
    assert not broken(judged_alike(pressed_demo.path, kept))
    with pikepdf.open(pressed_demo.path) as pdf:
        assert left_out[0].pages == set(range(1, len(pdf.pages) + 1))
        assert len(left_out[0].objects) > len(pdf.objects) / 2


def widen_a_link(pdf: Pdf) -> None:
    """A change that breaks nothing, on one page."""
    pages: list[Any] = list(pdf.pages)
    page = next(page for page in pages[12:] if "/Annots" in page.obj)
    page.obj.Annots[0].Rect[2] = float(page.obj.Annots[0].Rect[2]) + 1


def number_anew(pdf: Pdf) -> None:
    """All objects get other numbers, as when pages are added."""
    for number in range(40):
        pdf.Root[f"/Spare{number}"] = pdf.make_indirect(Dictionary(A=number))
    pdf.Root["/AAA"] = pdf.make_indirect(Array([pdf.make_indirect(Dictionary(B=number)) for number in range(9)]))


def test_the_part_with_a_change_is_looked_at(
    pressed_demo: Pressed, kept: Cache, left_out: list[LeftOut], tmp_path: Path
) -> None:
    judged_alike(pressed_demo.path, kept)
    del left_out[:]
    assert not broken(judged_alike(changed(pressed_demo, tmp_path, widen_a_link, number_anew), kept))
    first, again = left_out
    assert 0 < len(first.pages) < len(again.pages)
    assert {use.page for use in first.uses} <= first.pages


def test_a_file_that_the_press_has_not_made_is_not_divided(
    pressed_demo: Pressed, kept: Cache, left_out: list[LeftOut], tmp_path: Path
) -> None:
    path = tmp_path / "changed.pdf"
    with pikepdf.open(pressed_demo.path) as pdf:
        pdf.Root.Dests = Dictionary(Here=Array([pdf.pages[0].obj, Name.Fit]))
        pdf.save(path)
    assert not broken(judged_alike(path, kept))
    assert left_out == []


def test_what_another_gate_said_counts_for_nothing(
    pressed_demo: Pressed, kept: Cache, left_out: list[LeftOut], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_judges", lambda: "another")
    examine(pressed_demo.path, "demo.pdf", BOTH, cache=kept)
    assert left_out == [LeftOut()]


def test_a_file_of_a_stranger_is_never_divided(pressed_demo: Pressed, left_out: list[LeftOut]) -> None:
    examine(pressed_demo.path, "demo.pdf", BOTH)
    assert left_out == []


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_small_change_is_caught_in_what_was_found_sound(
    mutation: Change, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    judged_alike(changed(pressed_demo, tmp_path, mutation), kept)


def double_id(pdf: Pdf) -> None:
    one, *_, other = (element for element in elements(pdf) if "/ID" in element)
    other.ID = one.ID


def lead_id_astray(pdf: Pdf) -> None:
    names = pdf.Root.StructTreeRoot.IDTree.Names
    names[1], names[3] = names[3], names[1]


def begin_with_a_lower_heading(pdf: Pdf) -> None:
    *_, last = (element for element in elements(pdf) if element.S == "/H1")
    last.S = Name.H6


def stand_in_two_places(pdf: Pdf) -> None:
    one, *_, other = (element for element in elements(pdf) if element.S == "/Sect")
    other.K.append(one.K[0])


def belong_to_two_elements(pdf: Pdf) -> None:
    found = [e for e in elements(pdf) if e.S == "/P" and "/Pg" in e and isinstance(e.K, Array) and len(e.K)]
    found[-1].K.append(Dictionary(Type=Name.MCR, Pg=found[0].Pg, MCID=0))


def show_another_glyph(pdf: Pdf) -> None:
    for font in (item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/Subtype") == "/Type0"):
        data = font.ToUnicode.read_bytes()
        font.ToUnicode.write(data.replace(b"<0061>\n", b"<e000>\n").replace(b"<0065>\n", b"<003f>\n"))


def lose_a_page(pdf: Pdf) -> None:
    del pdf.pages[14]


def say_another_language(pdf: Pdf) -> None:
    pdf.Root.Lang = String("no language")


def mean_another_type(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.RoleMap = Dictionary(P=Name.Table)


def paint_with_a_spot_colour(pdf: Pdf) -> None:
    for number, alternate in ((10, Name.DeviceRGB), (12, Name.DeviceCMYK)):
        tint = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0], C1=[1], N=1)
        spot = pdf.make_indirect(Array([Name.Separation, Name.Spot, alternate, tint]))
        page: Any = pdf.pages[number].obj
        page.Resources = Dictionary(page.Resources)
        page.Resources.ColorSpace = Dictionary(Spot=spot)
        data = page.Contents.read_bytes() + b"\n/Artifact BMC /Spot cs 1 scn 0 0 9 9 re f EMC"
        page.Contents = pdf.make_stream(data)


def forget_that_data_belongs_here(pdf: Pdf) -> None:
    del pdf.Root.AF[0]


def disorder_places(pdf: Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    names[0], names[1], names[2], names[3] = names[2], names[3], names[0], names[1]


def lead_far_down(pdf: Pdf) -> None:
    pdf.Root.Names.Dests.Names[1][3] = 9_999_999_999


def name_at_length(pdf: Pdf) -> None:
    names = pdf.Root.StructTreeRoot.IDTree.Names
    *_, last = (element for element in elements(pdf) if "/ID" in element)
    names.extend([String("z" * 40_000), last])
    last.ID = String("z" * 40_000)


def hide_an_action_in_a_tree(pdf: Pdf) -> None:
    pdf.Root.Names.Dests.A = Dictionary(S=Name.JavaScript, JS=String("app.alert()"), Type=Name.Action)


CHANGES = (
    disorder_places, lead_far_down, name_at_length, hide_an_action_in_a_tree,
    double_id, lead_id_astray, begin_with_a_lower_heading, stand_in_two_places, belong_to_two_elements,
    show_another_glyph, lose_a_page, say_another_language, mean_another_type,
    paint_with_a_spot_colour, forget_that_data_belongs_here,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_wrong_between_parts_is_found(
    change: Change, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    assert broken(judged_alike(changed(pressed_demo, tmp_path, change), kept))


@pytest.mark.parametrize(
    ("node", "is_told"),
    [
        (b"<< /Names [ (a) 7 0 R (b) 8 0 R ] >>", True),
        (b"<< /Kids [ ] >>", True),
        (b"<< /Names [ (a) 7 0 R ] /Limits [ (a) (a) ] >>", False),
        (b"<< /Names [ (a) 7 0 R ] /Limits [ << /S /JavaScript >> ] >>", False),
        (b"<< /A << /S /JavaScript >> /Names [ (a) 7 0 R ] >>", False),
        (b"<< /Names [ (a) 7000000000 0 R ] >>", False),
    ],
)
def test_a_node_of_a_tree_is_passed_over_only_when_its_pairs_are_all_it_has(node: bytes, is_told: bool) -> None:
    pdf = pikepdf.new()
    tree = pdf.make_indirect(Dictionary())
    number = tree.objgen[0]
    written = Written((Stretch("", (number,)),), lambda _: Texts({number: node}), lambda _: b"")
    read = ids_in(written, tree)
    assert read.told == ({number} if is_told else set())


def show_markup(pdf: Pdf) -> None:
    """Something to look at, and no error: letters of a font become question marks."""
    font = next(item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/Subtype") == "/Type0")
    data = font.ToUnicode.read_bytes()
    font.ToUnicode.write(data.replace(b"<006c>\n", b"<003f>\n"))


def test_what_is_only_to_be_looked_at_is_told_again(pressed_demo: Pressed, kept: Cache, tmp_path: Path) -> None:
    """A part with something to look at is not kept, and neither is one whose letters have changed their meaning."""
    found = judged_alike(changed(pressed_demo, tmp_path, show_markup), kept)
    assert not broken(found)
    assert [finding.rule.code for finding in found.findings] == ["PDF303"] * len(found.findings) != []


_KEYS = st.sampled_from(("/S", "/K", "/P", "/Pg", "/ID", "/Alt", "/A", "/Lang", "/Type", "/Dest", "/Rect", "/F",
                         "/StructParent", "/StructParents", "/Contents", "/Resources", "/Font", "/BaseFont", "/Nums",
                         "/Names", "/Subtype", "/Obj", "/MCID", "/W", "/ToUnicode", "/Tabs", "/Annots"))  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(key=_KEYS, where=st.floats(0, 1), other=st.floats(0, 1), how=st.sampled_from(("delete", "exchange", "number")))
def test_any_entry_may_change(
    key: str, where: float, other: float, how: str, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    """Whatever entry of whatever object is taken away or exchanged, the gate says the same with and without cache."""

    def change(pdf: Pdf) -> None:
        holders = [item for item in pdf.objects if isinstance(item, (Dictionary, pikepdf.Stream)) and key in item]
        if holders:
            one, another = (holders[int(place * (len(holders) - 1))] for place in (where, other))
            if how == "delete":
                del one[key]
            elif how == "number":
                one[key] = int(other * 99)
            else:
                one[key], another[key] = another[key], one[key]

    path = changed(pressed_demo, tmp_path, change, number_anew)
    judged_alike(path, kept)


def test_a_file_is_divided_into_its_chapters(pressed_demo: Pressed) -> None:
    division = divide(Opened(pressed_demo.path), "")
    assert division is not None
    with pikepdf.open(pressed_demo.path) as pdf:
        numbers = [page.obj.objgen[0] for page in pdf.pages]
        document: Any = pdf.Root.StructTreeRoot.K[0]
        chapters = [kid.objgen[0] for kid in document.K if kid.S == "/Sect"]
    assert sorted(number for part in division.parts for number in part.pages) == sorted(numbers)
    assert set(chapters) <= {root for part in division.parts for root in part.roots}
    assert len(division.parts) > 5 and all(part.key for part in division.parts if part.whole)


# ---------------------------------------------------------------- a few parts at a time

AT_ONCE = 6  # pages


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are judged a few pages at a time."""
    monkeypatch.setattr(holding, "_MOST_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(holding, "_LEAST_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(batches, "_READ", 2)


@pytest.mark.usefixtures("few_at_once")
def test_no_more_is_looked_at_than_a_few_parts(
    pressed_demo: Pressed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page is looked at once; clauses that ask for nothing of parts are asked with the first and at the end."""
    seen: list[frozenset[int]] = []
    asked: dict[str, int] = {}
    faults = examining._faults

    def watched(clause: Clause, file: Opened) -> tuple[list[Fault], str]:
        pages = frozenset(page.number for page in file.pages if page.number not in file._left_out.pages)
        if not seen or seen[-1] != pages:
            seen.append(pages)
        asked[clause.check.__name__] = asked.get(clause.check.__name__, 0) + 1
        return faults(clause, file)

    monkeypatch.setattr(examining, "_faults", watched)
    cache = Cache(tmp_path / "kept")
    found = examine(pressed_demo.path, "demo.pdf", BOTH, cache=cache)
    assert not broken(found) and len(seen) > 3
    longest = max(len(part.pages) for part in divide_whole(pressed_demo.path))
    assert all(len(pages) <= max(AT_ONCE, longest) for pages in seen)
    assert sorted(page for pages in seen for page in pages) == list(range(1, found.pages + 1))
    assert (asked["header"], asked["cmaps_there"]) == (2, 2)
    assert asked["content_outside"] == asked["second_reader"] == len(seen)
    monkeypatch.setattr(examining, "_faults", faults)
    assert said(found) == said(examine(pressed_demo.path, "demo.pdf", BOTH))
    assert said(found) == said(examine(pressed_demo.path, "demo.pdf", BOTH, cache=cache))


def divide_whole(path: Path) -> tuple[Part, ...]:
    division = divide(Opened(path), "")
    assert division is not None
    return division.parts


@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("change", (*CHANGES, *MUTATIONS[::3]), ids=lambda change: change.__name__)
def test_a_few_parts_at_a_time_are_judged_as_all_at_once(change: Change, pressed_demo: Pressed, tmp_path: Path) -> None:
    judged_alike(changed(pressed_demo, tmp_path, change), Cache(tmp_path / "kept"))


@pytest.mark.usefixtures("few_at_once")
def test_what_is_to_be_looked_at_is_told_once(pressed_demo: Pressed, tmp_path: Path) -> None:
    found = judged_alike(changed(pressed_demo, tmp_path, show_markup), Cache(tmp_path / "kept"))
    assert [finding.rule.code for finding in found.findings] == ["PDF303"] * len(found.findings) != []
