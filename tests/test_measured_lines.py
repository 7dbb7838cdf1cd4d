"""Lines that are found by measuring a text once are the lines that the layout engine finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import weasyprint
from hypothesis import example, given, settings
from hypothesis import strategies as st
from weasyprint.layout import inline, preferred

from pipeline.render import measured_lines, shortcuts
from pipeline.render.leaning import moved

pytestmark = pytest.mark.artefact

WORD = st.one_of(
    st.text("abcdefgilmnorstuvwAFTVY", min_size=1, max_size=14),
    st.sampled_from((
        "office", "affluent", "AVATAR", "To", "Ve.", "well-known", "and/or", "https://example.org/TR/AV-1", "§\u00a012",
        "“quoted,”", "résumé", "Straße", "народный", "қалалық", "Ελλάδα", "1990\u20132024", "3\u00d74", "→", "е\u0301",
        "soft\u00adhyphen", "word\u2060joined", "שלום", "日本", "a\u200bb", "internationalisation",
        "Unregelmäßigkeiten", ",", ".", "\u2026",
    )),
)  # fmt: skip
TEXT = st.lists(WORD, min_size=1, max_size=40).map(" ".join)
RULES = (
    "hyphens: auto", "hyphens: auto; hyphenate-limit-chars: 11 5 4; hyphenate-limit-zone: 12%",
    "overflow-wrap: anywhere", "overflow-wrap: break-word", "letter-spacing: 0", "letter-spacing: .1em",
    "word-spacing: 2px", "text-align: justify", "word-break: break-all", "white-space: nowrap",
    "white-space: pre-wrap", "direction: rtl", "font-size: 23px",
    "font-variant-caps: small-caps", "text-decoration: underline", "font-family: sans-serif", "text-indent: 2em",
    "font-kerning: none", "font-variant-ligatures: none", "font-style: italic",
)  # fmt: skip
RULE = st.lists(st.sampled_from(RULES), max_size=4).map("; ".join)


def look(text: str, inner: str, css: str, emphasis: str, width: int, lang: str) -> Iterator[tuple[Any, ...]]:
    """Every box of the pages of a text, with what the layout has given it: in a paragraph, a cell, a box of its own."""
    size = f"@page {{ size: {width}px 400px; margin: 0 }} body {{ margin: 0; font: 10px serif }}"
    own = f"p {{ margin: 0; {css} }} i {{ {emphasis} }} b {{ display: inline-block }}"
    body = (
        f"<p>{text} <i>{inner}</i> {text}</p><table><td><p>{text}</p><td>{inner}</table><b>{inner}</b><p>{inner} </p>"
    )
    html = weasyprint.HTML(string=f"<html lang={lang}><style>{size} {own}</style><body>{body}</body></html>")
    for number, page in enumerate(html.render().pages):
        for box in page._page_box.descendants():
            numbers = {key: value for key, value in vars(box).items() if isinstance(value, (int, float, str))}
            yield number, type(box).__name__, numbers, getattr(box, "text", "")


def test_the_engine_is_the_one_that_this_was_written_for() -> None:
    assert not moved(measured_lines.LEANED_UPON), (
        "read these functions against measured_lines.py, then note new digests"
    )


@settings(max_examples=30)
@given(
    text=TEXT, inner=TEXT, css=RULE, emphasis=RULE, width=st.integers(20, 500), lang=st.sampled_from(("en", "de", "ru"))
)
@example(text="To AVATAR", inner="A/B A/V", css="", emphasis="", width=60, lang="en")
@example(text="internationalisation", inner="a", css="hyphens: auto", emphasis="", width=70, lang="en")
def test_lines_are_the_same_whatever_is_written(
    text: str, inner: str, css: str, emphasis: str, width: int, lang: str
) -> None:
    asked = list(look(text, inner, css, emphasis, width, lang))
    with shortcuts.taken(), measured_lines.taken():
        measured = list(look(text, inner, css, emphasis, width, lang))
    assert measured == asked


@settings(max_examples=4)
@given(text=TEXT)
def test_no_width_makes_a_difference(text: str) -> None:
    """Words that just fit, and words that just do not."""
    for width in range(40, 160, 6):
        asked = list(look(text, "a", "hyphens: auto", "", width, "en"))
        with measured_lines.taken():
            assert list(look(text, "a", "hyphens: auto", "", width, "en")) == asked


def test_the_engine_is_asked_for_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nothing would be won."""
    asked = []
    stock = measured_lines._split_first_line

    def counted(*more: object) -> object:
        asked.append(more)
        return stock(*more)

    monkeypatch.setattr(measured_lines, "_split_first_line", counted)
    with measured_lines.taken():
        boxes = list(look("Plain words that fill some lines of a paragraph. " * 20, "a", "", "", 300, "en"))
    lines = [box for box in boxes if box[1] == "LineBox"]
    assert len(lines) > 20 and len(asked) < len(lines) / 4


def test_names_are_put_back() -> None:
    before = inline.split_first_line, preferred.split_first_line
    with pytest.raises(ZeroDivisionError), measured_lines.taken():
        assert inline.split_first_line is not before[0] and preferred.split_first_line is not before[1]
        raise ZeroDivisionError
    assert (inline.split_first_line, preferred.split_first_line) == before
