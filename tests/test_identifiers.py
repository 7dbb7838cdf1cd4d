"""Check digits and shapes of ISBN, ISSN, ORCID iD and DOI."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import identifiers


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("978-1-936213-29-0", "9781936213290"),
        ("978 1 936213 29 0", "9781936213290"),
        ("9780306406157", "9780306406157"),
        ("979-10-90636-07-1", "9791090636071"),
    ],
)
def test_isbn(text: str, bare: str) -> None:
    assert identifiers.isbn(text) == bare


@pytest.mark.parametrize(
    "text",
    [
        "978-1-936213-29-1", "0-306-40615-2", "978-1-936213-29", "978-1-936213-29-00", "978193621329X", "",
        "977-1-936213-29-0",
    ],
)  # fmt: skip
def test_no_isbn(text: str) -> None:
    with pytest.raises(ValueError, match="ISBN"):
        identifiers.isbn(text)


@pytest.mark.parametrize(
    ("text", "form"), [("2049-3630", "2049-3630"), ("20493630", "2049-3630"), ("2434-561x", "2434-561X")]
)
def test_issn(text: str, form: str) -> None:
    assert identifiers.issn(text) == form


@pytest.mark.parametrize("text", ["2049-3631", "2434-5610", "2049-363", "X049-3630", ""])
def test_no_issn(text: str) -> None:
    with pytest.raises(ValueError, match="ISSN"):
        identifiers.issn(text)


@pytest.mark.parametrize("text", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "0000000218250097"])
def test_orcid(text: str) -> None:
    assert identifiers.orcid(text) == "0000-0002-1825-0097"


def test_orcid_may_end_in_x() -> None:
    assert identifiers.orcid("0000-0002-9079-593x") == "0000-0002-9079-593X"


@pytest.mark.parametrize("text", ["0000-0002-1825-0098", "0000-0002-1825", "0000-0002-1825-00970", "x"])
def test_no_orcid(text: str) -> None:
    with pytest.raises(ValueError, match="ORCID"):
        identifiers.orcid(text)


@pytest.mark.parametrize(
    "text",
    [
        "10.17487/RFC4180", "https://doi.org/10.17487/RFC4180", "http://dx.doi.org/10.17487/RFC4180",
        "doi:10.17487/RFC4180", "DOI:10.17487/RFC4180",
    ],
)  # fmt: skip
def test_doi(text: str) -> None:
    assert identifiers.doi(text) == "10.17487/RFC4180"


@pytest.mark.parametrize("text", ["10.17487", "11.17487/RFC4180", "10.17487/RFC 4180", "doi.org/x", "10.17487/", ""])
def test_no_doi(text: str) -> None:
    with pytest.raises(ValueError, match="DOI"):
        identifiers.doi(text)


@given(st.integers(0, 999_999_999), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_of_an_isbn_is_always_found(number: int, place: int, change: int) -> None:
    body = f"978{number:09d}"
    check = next(digit for digit in "0123456789" if _is_isbn(body + digit))
    wrong = body[:place] + str((int(body[place]) + change) % 10) + body[place + 1 :]
    assert not _is_isbn(wrong + check)


def _is_isbn(text: str) -> bool:
    try:
        identifiers.isbn(text)
    except ValueError:
        return False
    return True


@given(st.text(max_size=30))
@pytest.mark.parametrize("check", [identifiers.isbn, identifiers.issn, identifiers.orcid, identifiers.doi])
def test_anything_else_is_refused_in_words(check: type[str], text: str) -> None:
    try:
        check(text)
    except ValueError as error:
        assert str(error)
