"""Words stay whole where the layout engine would divide them, and are divided where nothing else helps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import weasyprint
from hypothesis import given, settings
from hypothesis import strategies as st
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline

from pipeline.render import whole_words
from pipeline.render.leaning import moved
from pipeline.render.whole_words import kept_whole

pytestmark = pytest.mark.artefact

PAGE = "@page { size: 200px 2000px; margin: 10px } body { margin: 0; font: 12px serif; overflow-wrap: %s }"
BEGIN, END = "<em>", "</em>"
TAGS = (
    "<em>%s</em>", "<span>%s</span>", '<span style="padding: 0 7px; margin-left: 3px">%s</span>', "%s",
    '<span style="display: inline-block">12</span><b>%s</b>', '<span style="border-left: 2px solid">%s</span>',
)  # fmt: skip
WORD = st.sampled_from(("xy", "Kyrgyzstan", "a", "Asia-Plus", "(counter)", "1,300", "repatriation,"))
PIECE = st.recursive(
    st.lists(WORD, min_size=1, max_size=6).map(" ".join),
    lambda inner: st.tuples(
        st.sampled_from(TAGS), st.lists(inner, min_size=1, max_size=4), st.sampled_from(("", " "))
    ).map(lambda drawn: drawn[0] % drawn[2].join(drawn[1])),
    max_leaves=12,
)


def lines(text: str, wrap: str = "break-word") -> Iterator[str]:
    html = f"<html lang=en><style>{PAGE % wrap}</style><body><p>{text}</p></body></html>"
    for page in weasyprint.HTML(string=html).render().pages:
        for box in page._page_box.descendants():
            if isinstance(box, boxes.LineBox):
                yield "".join(text.text for text in box.descendants() if isinstance(text, boxes.TextBox))


def test_the_engine_is_the_one_that_this_was_written_for() -> None:
    assert not moved(whole_words.LEANED_UPON), "read these functions against whole_words.py, then note their digests"


def test_what_the_engine_divides_stays_whole() -> None:
    text = f"<span>{'xy ' * 9}<b>Kyrgyzstan</b></span>"
    assert "Kyrgyzstan" not in list(lines(text)), "the engine divides it; if not any more, whole_words can go"
    with kept_whole():
        assert list(lines(text))[-1] == "Kyrgyzstan"


@settings(max_examples=60)
@given(text=PIECE)
def test_words_that_fit_a_line_are_never_divided(text: str) -> None:
    with kept_whole():
        assert list(lines(text)) == list(lines(text, "normal"))


@pytest.mark.parametrize(
    "around",
    ["%s", "a <em>%s</em> b", '<span style="padding-left: 30px"><em>%s</em></span>', "<span>b <em>%s</em></span>",
     '<span style="display: inline-block">1</span><em>%s</em>'],
)  # fmt: skip
def test_a_word_longer_than_a_line_is_divided(around: str) -> None:
    with kept_whole():
        found = list(lines(around % ("w" * 300)))
    assert sum(line.count("w") for line in found) == 300
    assert max(line.count("w") for line in found) < 30


def test_names_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = inline.split_inline_box, inline.split_inline_level, inline.split_text_box
    with pytest.raises(ZeroDivisionError), kept_whole():
        assert inline.split_text_box is not before[2]
        raise ZeroDivisionError
    assert (inline.split_inline_box, inline.split_inline_level, inline.split_text_box) == before
    monkeypatch.setattr(weasyprint, "__version__", "70.1")
    with kept_whole():
        assert (inline.split_inline_box, inline.split_inline_level, inline.split_text_box) == before
