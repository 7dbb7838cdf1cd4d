"""What the gate keeps of content streams: the same answers as without, and never one about other bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Pdf

from pipeline.cache import Cache
from pipeline.verify.gate import tape
from pipeline.verify.gate.apart import examine_apart
from pipeline.verify.gate.examine import Examination, examine
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.painted import painted
from tests.gating import BOTH, broken
from tests.pressing import Pressed

pytestmark = pytest.mark.artefact

Examine = Callable[[Path], tuple[Examination, int]]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Examine:
    """Examines a file with a cache, and says how many content streams were taken apart for it."""
    cache, calls = Cache(tmp_path / "kept"), [0]
    record = tape.record

    def counting(stream: Any, *, small: bool) -> tape.Tape:
        calls[0] += 1
        return record(stream, small=small)

    def ask(path: Path) -> tuple[Examination, int]:
        before = calls[0]
        return examine(path, "demo.pdf", BOTH, cache=cache), calls[0] - before

    monkeypatch.setattr(tape, "record", counting)
    return ask


def with_number(pdf: Pdf) -> Any:
    """A page with marked content that belongs to an element."""
    pages: list[Any] = list(pdf.pages)
    return next(page.obj for page in pages[3:] if b"/MCID" in content(page.obj))


def content(page: Any) -> bytes:
    """What a page's content stream says."""
    data: bytes = page.Contents.read_bytes()
    return data


def rewrite(pdf: Pdf, page: Any, data: bytes) -> None:
    """Give a page another content stream."""
    page.Contents = pdf.make_stream(data)


def unmark(pdf: Pdf) -> None:
    page = with_number(pdf)
    rewrite(pdf, page, content(page).replace(b"/MCID", b"/Mcid", 1))


def paint_loosely(pdf: Pdf) -> None:
    page = with_number(pdf)
    rewrite(pdf, page, content(page) + b"\n1 0 0 rg 0 0 9 9 re f")


def stack_high(pdf: Pdf) -> None:
    page = with_number(pdf)
    rewrite(pdf, page, content(page) + b"\n" + 29 * b"q " + 29 * b"Q ")


def use_strange_operator(pdf: Pdf) -> None:
    page = with_number(pdf)
    rewrite(pdf, page, content(page) + b"\n1 2 strange")


def use_large_number(pdf: Pdf) -> None:
    page = with_number(pdf)
    rewrite(pdf, page, content(page) + b"\n99999999999 w")


def name_absent_font(pdf: Pdf) -> None:
    page = with_number(pdf)
    rewrite(pdf, page, content(page) + b"\n/Artifact BMC BT /Absent 9 Tf (a) Tj ET EMC")


CHANGES = (unmark, paint_loosely, stack_high, use_strange_operator, use_large_number, name_absent_font)


def spoilt(pressed: Pressed, folder: Path, change: Callable[[Pdf], None]) -> Path:
    """The file with a change."""
    path = folder / "spoilt.pdf"
    with pikepdf.open(pressed.path) as pdf:
        change(pdf)
        pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return path


def same(one: Examination, other: Examination) -> bool:
    """Whether two examinations say the same."""
    return (one.judged, one.findings, one.pages) == (other.judged, other.findings, other.pages)


def test_a_file_that_was_read_is_judged_alike_and_read_no_more(pressed_demo: Pressed, recorded: Examine) -> None:
    first, taken = recorded(pressed_demo.path)
    again, taken_again = recorded(pressed_demo.path)
    assert taken > first.pages > 3 and taken_again == 0
    assert same(first, again) and same(again, examine(pressed_demo.path, "demo.pdf", BOTH))
    assert not broken(again)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_page_is_never_answered_from_what_was_kept(
    change: Callable[[Pdf], None], pressed_demo: Pressed, recorded: Examine, tmp_path: Path
) -> None:
    recorded(pressed_demo.path)
    path = spoilt(pressed_demo, tmp_path, change)
    found, taken = recorded(path)
    assert taken == 1, "the changed page, and no other"
    assert broken(found), "the change breaks a rule"
    assert same(found, examine(path, "demo.pdf", BOTH))
    assert recorded(path)[1] == 1, "what stands in a file with faults is not kept"


def forget_fonts(pdf: Pdf) -> None:
    with_number(pdf).Resources.Font = Dictionary()


def forget_parents(pdf: Pdf) -> None:
    del with_number(pdf)["/StructParents"]


@pytest.mark.parametrize("change", (forget_fonts, forget_parents), ids=lambda change: change.__name__)
def test_what_a_page_names_is_looked_up_anew(
    change: Callable[[Pdf], None], pressed_demo: Pressed, recorded: Examine, tmp_path: Path
) -> None:
    recorded(pressed_demo.path)
    path = spoilt(pressed_demo, tmp_path, change)
    found, taken = recorded(path)
    assert taken == 0, "no content stream was changed"
    assert broken(found) and same(found, examine(path, "demo.pdf", BOTH))


def test_what_is_painted_is_the_same_from_a_kept_tape(pressed_demo: Pressed, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "kept")
    examine(pressed_demo.path, "demo.pdf", BOTH, cache=cache)
    files = Opened(pressed_demo.path), Opened(pressed_demo.path, cache)
    fresh, kept = map(painted, files)
    assert len(fresh) == len(kept) > 3
    for one, other in zip(fresh, kept, strict=True):
        assert [(p.kind, p.codes, p.rendering, len(p.marks)) for p in one.pieces] == [
            (p.kind, p.codes, p.rendering, len(p.marks)) for p in other.pieces
        ]
        assert [(m.tag, m.mcid, repr(m.properties)) for m, _ in one.marks] == [
            (m.tag, m.mcid, repr(m.properties)) for m, _ in other.marks
        ]
        assert (one.unknown, one.limits, one.missing, one.intents) == (
            other.unknown,
            other.limits,
            other.missing,
            other.intents,
        )


def test_files_of_strangers_are_read_whole(
    pressed_demo: Pressed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cache, "get", lambda *_: pytest.fail("asked what was kept"))
    monkeypatch.setattr(Cache, "put", lambda *_: pytest.fail("kept something"))
    assert examine(pressed_demo.path, "demo.pdf", BOTH).passed
    assert examine_apart(pressed_demo.path, "demo.pdf", BOTH).passed


def test_damaged_tapes_are_made_again(pressed_demo: Pressed, recorded: Examine, tmp_path: Path) -> None:
    first, taken = recorded(pressed_demo.path)
    for kept in (tmp_path / "kept").rglob("*"):
        if kept.is_file():
            kept.write_bytes(kept.read_bytes()[:-1])
    again, taken_again = recorded(pressed_demo.path)
    assert taken_again == taken and same(first, again)


def test_readers_are_heard_about_changed_pages(pressed_demo: Pressed, recorded: Examine, tmp_path: Path) -> None:
    def cut_string(pdf: Pdf) -> None:
        page = with_number(pdf)
        rewrite(pdf, page, content(page) + b"\n(cut")

    recorded(pressed_demo.path)
    path = spoilt(pressed_demo, tmp_path, cut_string)
    found, _ = recorded(path)
    assert "7.5.4-1" in broken(found) and same(found, examine(path, "demo.pdf", BOTH))
