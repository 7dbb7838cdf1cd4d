"""The gate on damaged files: it always comes to an end, and what was not run never reads as passed."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from pipeline.checks import CheckState
from pipeline.verify.gate.examine import Examination
from tests.gating import broken, examined, page, resources
from tests.small_pdfs import small

pytestmark = pytest.mark.artefact

_DEEPEST = 5


def honest(examination: Examination) -> bool:
    """Whether nothing passes that has a rule which was not run or is broken, neither the file nor a standard."""
    states = {standard: set[CheckState]() for standard in examination.standards}
    for item in examination.judged:
        states[item.standard].add(item.state)
    sound = {standard for standard, found in states.items() if found == {CheckState.PASSED}}
    told = {result.name for result in examination.summary() if result.state is CheckState.PASSED}
    return told == sound and examination.passed == (sound == set(examination.standards))


def bytes_changed(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def bytes_lost(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are missing."""
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 400) :]


def bytes_put_in(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are too many."""
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.randrange(1, 50)) + data[at:]


def cut_off(data: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return data[: chance.randrange(len(data))]


def holders(pdf: Pdf) -> Iterator[Any]:
    """The dictionaries, streams and arrays of a file, those inside others, too."""
    pending: list[tuple[Any, int]] = [(value, 0) for value in pdf.objects]
    while pending:
        value, depth = pending.pop()
        kids: list[Any] = []
        if isinstance(value, (Dictionary, Stream)):
            kids = [kid for _, kid in value.items()]
        elif isinstance(value, Array):
            kids = list(value)
        else:
            continue
        yield value
        if depth < _DEEPEST:
            direct = (kid for kid in kids if isinstance(kid, (Dictionary, Array)) and not kid.is_indirect)
            pending.extend((kid, depth + 1) for kid in direct)


def something_else(data: bytes, chance: random.Random) -> bytes:
    """Something in the file is gone, or something else stands in its place."""
    with pikepdf.open(BytesIO(data)) as pdf:
        holder = chance.choice([value for value in holders(pdf) if len(value.keys() if _has_keys(value) else value)])
        other = chance.choice(
            (None, 7, -1, 2**40, True, Name.Other, String("x"), Array(), Dictionary(), pdf.Root, pdf.make_stream(b"x"))
        )
        places = [key for key in dict(holder.items()) if key != "/Length"] if _has_keys(holder) else range(len(holder))
        place = chance.choice(list(places) or [None])
        if place is not None and other is None:
            del holder[place]
        elif place is not None:
            holder[place] = other
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _has_keys(value: Any) -> bool:
    return isinstance(value, (Dictionary, Stream))


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    bytes_changed,
    bytes_lost,
    bytes_put_in,
    cut_off,
    something_else,
)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_judged_honestly(
    damage: Callable[[bytes, random.Random], bytes], seed: int, tmp_path: Path
) -> None:
    data = damage(small(), random.Random(seed))
    assert honest(examined(tmp_path / "bad.pdf", data))


@pytest.mark.parametrize("seed", range(10))
def test_a_file_without_its_end_does_not_pass(seed: int, tmp_path: Path) -> None:
    examination = examined(tmp_path / "bad.pdf", cut_off(small()[:-8], random.Random(seed)))
    assert not examination.passed
    assert any(finding.rule.severity.value == "error" for finding in examination.findings)


def not_run(examination: Examination) -> list[str]:
    return [item.number for item in examination.judged if item.state is CheckState.NOT_RUN]


def test_keys_that_are_not_utf_8_stop_no_rule(tmp_path: Path) -> None:
    def strange(pdf: Pdf) -> None:
        pdf.Root.Extra = pdf.make_indirect(pikepdf.Object.parse(b"<< /Wrong#ff 1 /Other << /#fe#ff /#ff >> >>"))

    examination = examined(tmp_path / "a.pdf", small(strange))
    assert not_run(examination) == []
    assert broken(examination) == set()


def test_a_stream_that_unpacks_to_something_else(tmp_path: Path) -> None:
    def pack(pdf: Pdf) -> None:
        data = resources(pdf).Font.F2.FontDescriptor.FontFile2.read_bytes()
        resources(pdf).Font.F2.FontDescriptor.FontFile2.write(zlib.compress(data), filter=Name.FlateDecode)
        resources(pdf).Font.F2.FontDescriptor.FontFile2.Marker = 1

    good = small(pack)
    start = good.index(b"stream\n", good.index(b"/Marker 1")) + 7
    end = good.index(b"\nendstream", start)
    bad = good[: end - 1] + bytes([good[end - 1] ^ 1]) + good[end:]
    assert broken(examined(tmp_path / "a.pdf", good)) == set()
    assert broken(examined(tmp_path / "b.pdf", bad)) == {"7.4.4.1-1"}


def test_a_graphics_state_that_is_none(tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        resources(pdf).ExtGState["/G1"] = True

    examination = examined(tmp_path / "a.pdf", small(spoil))
    assert (not_run(examination), broken(examination)) == ([], {"6.2.2-3"})


def test_a_picture_that_is_none(tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        del resources(pdf).XObject.Fm1["/Subtype"]

    assert broken(examined(tmp_path / "a.pdf", small(spoil))) == {"6.2.2-3"}


def test_trees_with_keys_of_the_wrong_kind(tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        pdf.Root.PageLabels.Nums[0] = Array([1])
        pdf.Root.StructTreeRoot.ParentTree.Nums[2] = Dictionary()

    examination = examined(tmp_path / "a.pdf", small(spoil))
    assert not_run(examination) == []
    assert {"12.4.2-1", "7.9.6-1"} <= broken(examination)


def test_a_name_without_a_value(tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        del pdf.Root.Names.EmbeddedFiles.Names[1]

    assert broken(examined(tmp_path / "a.pdf", small(spoil))) == {"7.9.6-1"}


def test_a_page_in_itself(tmp_path: Path) -> None:
    def spoil(pdf: Pdf) -> None:
        page(pdf).Parent = page(pdf)

    assert honest(examined(tmp_path / "a.pdf", small(spoil)))
