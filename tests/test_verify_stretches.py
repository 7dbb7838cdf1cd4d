"""Pages in a stretch of the file that is the same as before are known, and never known to be what they are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Pdf

from pipeline.cache import Cache
from pipeline.verify.pdf_places import Link
from pipeline.verify.pdf_sheet import Sheets
from pipeline.verify.pdf_stretches import BarePages
from tests.pressing import NO_CACHE, Pressed
from tests.relaid import entry_changed, relaid
from tests.test_gate_parts import show_another_glyph, widen_a_link
from tests.test_gate_settled import exchange_fonts, lose_a_page_of_a_chapter
from tests.test_mutations import MUTATIONS
from tests.test_verify_portions import failed, said

pytestmark = pytest.mark.artefact

Change = Callable[[Pdf], None]
Facts = tuple[str, object, object, tuple[Link, ...], frozenset[tuple[int, int]], dict[str, tuple[int, int]]]


def facts(path: Path, cache: Cache) -> tuple[list[Facts], int]:
    """All that is known of the pages of a file, and how many were read to know it."""
    with pikepdf.open(path) as pdf:
        sheets, read = Sheets(), []
        reading = sheets.of
        sheets.of = lambda page: read.append(page) or reading(page)  # type: ignore[method-assign,func-returns-value]
        bare = BarePages(pdf, path.read_bytes(), cache, sheets)
        found: list[Facts] = []
        for page in bare.all:
            fonts = {digest: font.objgen for digest, font in page.sheet.fonts.items()}
            found.append((page.sheet.digest, page.box, page.bleed, page.links, page.sheet.contents, fonts))
        bare.keep()
        return found, len(read)


@pytest.fixture(scope="module")
def kept(pressed_demo: Pressed, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    cache = Cache(tmp_path_factory.mktemp("stretches") / "kept")
    assert failed(said(pressed_demo.path, pressed_demo.document, cache)) == set()
    return cache


def test_pages_of_a_stretch_that_is_the_same_are_not_read(pressed_demo: Pressed, kept: Cache, tmp_path: Path) -> None:
    wanted, all_pages = facts(pressed_demo.path, NO_CACHE)
    found, read = facts(pressed_demo.path, kept)
    assert found == wanted and read == 0 < all_pages == len(wanted)
    path = relaid(pressed_demo.path, tmp_path, widen_a_link)
    found, read = facts(path, kept)
    assert found == facts(path, NO_CACHE)[0] != wanted
    assert 0 < read < all_pages / 3


def fonts_of(pdf: Pdf) -> Any:
    return next(page.obj.Resources.Font for page in pdf.pages if "/Font" in page.obj.Resources)


def lose_a_font(pdf: Pdf) -> None:
    fonts = fonts_of(pdf)
    del fonts[sorted(fonts.keys())[0]]


def have_a_font_by_the_name_of_something_else(pdf: Pdf) -> None:
    fonts = fonts_of(pdf)
    fonts["/P"] = fonts[sorted(fonts.keys())[0]]


def have_another_font(pdf: Pdf) -> None:
    fonts = fonts_of(pdf)
    fonts["/Other"] = fonts[sorted(fonts.keys())[0]]


def have_a_font_that_is_none(pdf: Pdf) -> None:
    fonts = fonts_of(pdf)
    fonts[sorted(fonts.keys())[0]] = Array([])


def say_another_width(pdf: Pdf) -> None:
    fonts = fonts_of(pdf)
    for name in fonts.keys():  # noqa: SIM118  # a dictionary of pikepdf
        fonts[name].DescendantFonts[0].DW = 777


def inherit_a_box(pdf: Pdf) -> None:
    pdf.Root.Pages.CropBox = Array([0, 0, 300, 300])


def inherit_a_box_within(pdf: Pdf) -> None:
    pdf.Root.Pages.Kids[4].CropBox = Array([0, 0, 300, 300])


CHANGES = (
    lose_a_font, have_a_font_by_the_name_of_something_else, have_another_font, have_a_font_that_is_none,
    say_another_width, inherit_a_box, inherit_a_box_within, exchange_fonts, lose_a_page_of_a_chapter,
    show_another_glyph, widen_a_link,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_pages_are_known_as_they_are(change: Change, pressed_demo: Pressed, kept: Cache, tmp_path: Path) -> None:
    path = relaid(pressed_demo.path, tmp_path, change)
    assert facts(path, kept)[0] == facts(path, NO_CACHE)[0]


def test_what_pages_inherit_is_not_kept(pressed_demo: Pressed, tmp_path: Path) -> None:
    """It stands in no stretch of theirs."""
    path = relaid(pressed_demo.path, tmp_path, inherit_a_box)
    cache = Cache(tmp_path / "kept")
    facts(path, cache)
    assert facts(pressed_demo.path, cache)[0] == facts(pressed_demo.path, NO_CACHE)[0]
    assert facts(path, cache)[0] == facts(path, NO_CACHE)[0]


@pytest.mark.parametrize("change", (*CHANGES, *MUTATIONS[1::5]), ids=lambda change: change.__name__)
def test_what_is_wrong_is_told_as_if_all_were_read(
    change: Change, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    path = relaid(pressed_demo.path, tmp_path, change)
    assert said(path, pressed_demo.document, kept) == said(path, pressed_demo.document)


_KEYS = (
    "Resources Font Contents Parent MediaBox TrimBox BleedBox Annots Rect Dest A XObject DescendantFonts ToUnicode W"
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(key=st.sampled_from(_KEYS.split()), where=st.floats(0, 1), other=st.floats(0, 1), how=st.booleans())
def test_any_entry_may_change(
    key: str, where: float, other: float, how: bool, pressed_demo: Pressed, kept: Cache, tmp_path: Path
) -> None:
    """Whatever entry of a page, its resources or its fonts is exchanged or taken from another one."""
    change = entry_changed(f"/{key}", where, other, "take" if how else "exchange")
    path = relaid(pressed_demo.path, tmp_path, change)
    assert said(path, pressed_demo.document, kept) == said(path, pressed_demo.document)


def test_names_that_could_be_any_are_not_kept(pressed_demo: Pressed, tmp_path: Path) -> None:
    """A name may be written with signs in place of its letters (ISO 32000-2, 7.3.5)."""

    def escape(pdf: Pdf) -> None:
        page: Any = list(pdf.pages)[12]
        data = page.obj.Contents.read_bytes()
        page.obj.Contents.write(data + b"\n/#50 BMC EMC")

    path = relaid(pressed_demo.path, tmp_path, escape)
    cache = Cache(tmp_path / "kept")
    facts(path, cache)
    assert facts(path, cache)[1] > 0
