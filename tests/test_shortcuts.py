"""The short ways through the layout engine lead to the same pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import weasyprint
from hypothesis import given, settings
from hypothesis import strategies as st
from weasyprint.layout import block, inline, percent

from pipeline.render import shortcuts
from pipeline.render.leaning import moved

pytestmark = pytest.mark.artefact

TEXT = """<h1>A head</h1><p>Words of a <b>paragraph</b> that is broken into <i>several <small>lines</small></i>, as
they come; <span class=note>a note with words</span> and more of them until the end of it.</p>
<div class=a><div class=b>inner <sup>1</sup></div><p>more</p></div>
<table><tr><th>one<td>two<tr><td>three<td>four</table><ul><li>an item<li>and another</ul>"""
LENGTHS = ("0", "auto", "7px", "1.5em", "12%", "calc(1em + 3px)", "max(2px, 5%)", "var(--x)", "inherit", "initial")
PROPERTIES = (
    "margin", "margin-left", "margin-inline-start", "padding", "padding-right", "padding-block-end", "width",
    "max-width", "min-width", "inline-size", "height", "min-height", "max-height", "text-indent", "letter-spacing",
    "line-height", "font-size",
)  # fmt: skip
OTHERS = (
    "box-sizing: border-box; border: 3px solid", "box-sizing: padding-box; border-top: 1px solid",
    "border-collapse: collapse; border: 2px solid", "direction: rtl", "float: left", "float: footnote",
    "text-decoration: underline", "display: inline-block", "position: absolute", "page: other",
    "font-family: monospace; font-variant-caps: small-caps", "border-inline-start: 4px solid",
)  # fmt: skip
RULE = st.tuples(
    st.sampled_from(("html", "body", "h1", "p", "b", "i", "small", ".a", ".b", "sup", "table", "td", "li", ".note")),
    st.lists(
        st.one_of(
            st.sampled_from(OTHERS), st.tuples(st.sampled_from(PROPERTIES), st.sampled_from(LENGTHS)).map(": ".join)
        ),
        min_size=1,
        max_size=4,
    ),
)


def look(css: str) -> Iterator[tuple[Any, ...]]:
    """Every box of the pages of a text, with what the layout has given it."""
    sheet = "@page { size: 240px 200px; margin: 20px } :root { --x: 4px } body { font: 10px serif }"
    html = weasyprint.HTML(string=f"<html lang=en><style>{sheet} {css}</style><body>{TEXT}</body></html>")
    for number, page in enumerate(html.render().pages):
        for box in page._page_box.descendants():
            numbers = {key: value for key, value in vars(box).items() if isinstance(value, (int, float, str))}
            yield number, type(box).__name__, numbers, getattr(box, "text", "")


def test_the_engine_is_the_one_that_this_was_written_for() -> None:
    assert not moved(shortcuts.LEANED_UPON), "read these functions against shortcuts.py, then note their new digests"


@settings(max_examples=40)
@given(rules=st.lists(RULE, max_size=6))
def test_pages_are_the_same_whatever_the_style_sheet_says(rules: list[tuple[str, list[str]]]) -> None:
    css = " ".join(f"{selector} {{ {'; '.join(said)} }}" for selector, said in rules)
    long = list(look(css))
    with shortcuts.taken():
        short = list(look(css))
    assert short == long


def test_a_style_that_differs_by_a_percentage_is_asked_each_time() -> None:
    with shortcuts.taken():
        wide = [numbers["width"] for _, kind, numbers, _ in look(".b { width: 50% }") if kind == "BlockBox"]
        narrow = [numbers["width"] for _, kind, numbers, _ in look(".a { width: 80px } .b { width: 50% }")
                  if kind == "BlockBox"]  # fmt: skip
    assert 92 in wide and 40 in narrow


def test_names_are_put_back() -> None:
    before = [percent.resolve_percentages, block.resolve_percentages, inline.strut]
    missing = weasyprint.css.ComputedStyle.__missing__
    with pytest.raises(ZeroDivisionError), shortcuts.taken():
        during = [percent.resolve_percentages, block.resolve_percentages, inline.strut]
        assert not set(before) & set(during)
        assert weasyprint.css.ComputedStyle.__missing__ is not missing
        raise ZeroDivisionError
    assert [percent.resolve_percentages, block.resolve_percentages, inline.strut] == before
    assert weasyprint.css.ComputedStyle.__missing__ is missing


def test_another_version_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weasyprint, "__version__", "70.1")
    before = percent.resolve_percentages
    with shortcuts.taken():
        assert percent.resolve_percentages is before
