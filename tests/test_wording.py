"""The words and number forms of each language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.wording import WORDS, known_languages, label_keys, number, words_for

FORMS = {lang: words_for(lang, {}) for lang in ("en", "de", "fr", "ru")}


def test_every_language_has_every_word() -> None:
    for lang in known_languages():
        assert set(WORDS[lang]) == label_keys(), lang
        assert len(WORDS[lang]["numerals"].split()) == 11, lang
        assert all(WORDS[lang].values()), lang


def test_a_report_replaces_words_and_english_stands_in_for_what_nobody_gave() -> None:
    words = words_for("kk-KZ", {"figure": "Сурет"})
    assert (words["figure"], words["table"]) == ("Сурет", "Table")
    assert words_for("de-AT", {})["figure"] == "Abbildung"


@pytest.mark.parametrize(
    ("text", "en", "de", "fr", "ru"),
    [
        ("2199", "2,199", "2.199", "2\u202f199", "2\u00a0199"),
        ("2,199", "2,199", "2.199", "2\u202f199", "2\u00a0199"),
        ("1234567.25", "1,234,567.25", "1.234.567,25", "1\u202f234\u202f567,25", "1\u00a0234\u00a0567,25"),
        ("999", "999", "999", "999", "999"),
        ("0", "0", "0", "0", "0"),
        ("3.50", "3.50", "3,50", "3,50", "3,50"),
        ("-12", "\u221212", "\u221212", "\u221212", "\u221212"),
        ("\u22121200", "\u22121,200", "\u22121.200", "\u22121\u202f200", "\u22121\u00a0200"),
        ("+5", "+5", "+5", "+5", "+5"),
        (" 12 ", "12", "12", "12", "12"),
    ],
)
def test_a_number_is_set_in_the_style_of_the_language(text: str, en: str, de: str, fr: str, ru: str) -> None:
    assert [number(text, FORMS[lang]) for lang in ("en", "de", "fr", "ru")] == [en, de, fr, ru]


@pytest.mark.parametrize(
    "text",
    ["", "about 40", "3,5", "12,34", "1,2345", "007", "2019-05-30", "1e5", "NaN", "inf", "12 %", "1_000", "٣", "½",
     "1.", ".5", "12–14", "9" * 5000],
)  # fmt: skip
def test_what_is_not_plainly_a_number_is_printed_as_it_is(text: str) -> None:
    for words in FORMS.values():
        for form in ("", "plain", "words"):
            assert number(text, words, form) == text


def test_the_plain_form_is_that_of_the_file() -> None:
    assert [number(text, FORMS["de"], "plain") for text in ("2019", "12345.6", "-3")] == ["2019", "12345.6", "-3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", "zero"), ("3", "three"), ("10", "ten"), ("11", "11"), ("1200", "1,200"), ("3.5", "3.5"), ("-3", "\u22123")],
)
def test_zero_to_ten_in_words(text: str, expected: str) -> None:
    assert number(text, FORMS["en"], "words") == expected


@given(value=st.integers(-(10**15), 10**15), lang=st.sampled_from(sorted(FORMS)))
def test_no_digit_is_lost_or_moved(value: int, lang: str) -> None:
    printed = number(str(value), FORMS[lang])
    assert int(printed.replace(FORMS[lang]["thousands"], "").replace("\u2212", "-")) == value


@given(text=st.text(max_size=12))
def test_digits_survive_whatever_the_cell_holds(text: str) -> None:
    printed = number(text, FORMS["en"])
    assert [sign for sign in printed if sign.isalnum()] == [sign for sign in text if sign.isalnum()]
