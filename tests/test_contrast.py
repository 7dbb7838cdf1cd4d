"""Colours of text and of what it stands on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.render.contrast import contrast
from tests.documents import RICH
from tests.test_render_pdf import A4, only, printing

BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


def test_the_ends_of_the_scale() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1


def test_a_grey_on_the_border() -> None:
    grey = (0x76 / 255,) * 3
    assert contrast(grey, WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(WHITE, grey) == contrast(grey, WHITE)


@pytest.mark.artefact
class TestPages:
    def found(self, style: str, tmp_path: Path, html: str = "<p id='p-x'>Some words</p>") -> list[str]:
        sheet = tmp_path / "own.css"
        sheet.write_text(style)
        _, findings = printing(only(html), replace(A4, stylesheets=(sheet,)))
        return [finding for finding in findings if "WPR031" in finding]

    def test_the_press_itself_has_enough(self) -> None:
        assert printing(RICH)[1] == []

    def test_grey_on_white(self, tmp_path: Path) -> None:
        wanted = 'WPR031 p-x: "Some words" in #aaaaaa on #ffffff has a contrast of 2.3, not 4.5'
        assert self.found("#p-x { color: #aaa }", tmp_path) == [wanted]

    def test_on_the_ground_of_what_is_around(self, tmp_path: Path) -> None:
        style = ".matter { background: #777 } #p-x { color: #888 }"
        assert "on #777777" in self.found(style, tmp_path)[0]

    def test_a_colour_that_shows_what_is_under_it(self, tmp_path: Path) -> None:
        assert "in #b2b2b2" in self.found("#p-x { color: rgba(0, 0, 0, .3) }", tmp_path)[0]

    def test_large_letters_may_differ_less(self, tmp_path: Path) -> None:
        assert self.found("#p-x { color: #888; font-size: 18pt }", tmp_path) == []
        assert "not 3.0" in self.found("#p-x { color: #aaa; font-size: 18pt }", tmp_path)[0]
