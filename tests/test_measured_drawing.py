"""Lines that are drawn with the glyphs that they were measured with are drawn as the layout engine draws them."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import weasyprint
from hypothesis import example, given, settings
from hypothesis import strategies as st
from weasyprint import draw
from weasyprint.pdf.stream import Stream

from pipeline.render import measured_drawing, measured_lines, shortcuts
from pipeline.render.leaning import moved, replacing
from pipeline.render.measured_drawing import MeasuredTexts, without_nothing
from tests.test_measured_lines import RULE, TEXT

pytestmark = pytest.mark.artefact

_show_text = Stream.show_text


def drawn(text: str, inner: str, css: str, lang: str, *, measured: bool) -> list[Any]:
    """The content of every page of a text, and what its fonts say of their glyphs."""
    own = f"@page {{ size: 300px 200px; margin: 0 }} body {{ margin: 0; font: 10px serif }} p {{ margin: 0; {css} }}"
    body = f"<p>{text} <i>{inner}</i>\u2060<sup>1</sup> {text}</p><table><td><p>{text}</p><td>{inner}</table>"
    html = weasyprint.HTML(string=f"<html lang={lang}><style>{own}</style><body>{body}</body></html>")
    shorter = (Stream, "show_text", lambda stream, shown: _show_text(stream, without_nothing(shown)))
    with ExitStack() as stack:
        names: list[tuple[object, str, object]] = [shorter]
        if measured:
            stack.enter_context(shortcuts.taken())
            stack.enter_context(measured_lines.taken())
            names.append((draw, "draw_text", MeasuredTexts().draw))
        stack.enter_context(replacing(names))
        data = html.write_pdf(uncompressed_pdf=True)
    with pikepdf.open(BytesIO(data)) as pdf:
        found: list[Any] = [page.Contents.read_bytes() for page in pdf.pages]
        for font in sorted(pdf.pages[0].Resources.Font.items()):
            found += [str(font[1].BaseFont), font[1].DescendantFonts[0].W.unparse(), font[1].ToUnicode.read_bytes()]
    return found


def test_the_engine_is_the_one_that_this_was_written_for() -> None:
    assert not moved(measured_drawing.LEANED_UPON), (
        "read these functions against measured_drawing.py, then note new digests"
    )


@settings(max_examples=25)
@given(text=TEXT, inner=TEXT, css=RULE, lang=st.sampled_from(("en", "de", "ru")))
@example(text="To AVATAR, office " * 9, inner="A/V", css="", lang="en")
@example(text="e\u0301le\u0301ment (a) “b” " * 9, inner="\u2060", css="text-align: justify", lang="en")
def test_the_same_is_drawn_whatever_is_written(text: str, inner: str, css: str, lang: str) -> None:
    assert drawn(text, inner, css, lang, measured=True) == drawn(text, inner, css, lang, measured=False)


def test_the_engine_is_asked_for_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nothing would be won."""
    asked = []
    stock = measured_drawing._draw_text

    def counted(*more: object) -> None:
        asked.append(more)
        stock(*more)

    monkeypatch.setattr(measured_drawing, "_draw_text", counted)
    contents = drawn("Plain words that fill some lines of a paragraph. " * 20, "a", "", "en", measured=True)
    assert sum(content.count(b"TJ") for content in contents[:2]) > 30 and len(asked) < 12


@pytest.mark.parametrize(
    ("said", "shorter"),
    [
        ("<0001>0<0002>-3<0003>0<0004>", "<00010002>-3<00030004>"),
        ("<0001>0.0<0002>10<0003>0", "<00010002>10<0003>"),
        ("<0001>10<0002>-0.0", "<0001>10<0002>"),
        ("<0001>10", "<0001>10"),
        ("<0001><0002>", "<00010002>"),
        ("-0.5<0001>0.5<0002>", "-0.5<0001>0.5<0002>"),
    ],
)
def test_steps_of_nothing_are_left_out(said: str, shorter: str) -> None:
    assert without_nothing(said) == shorter
