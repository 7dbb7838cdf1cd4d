"""Check digits and shapes of the identifiers that a publisher prints.

Each function returns the identifier in its bare form, or raises ValueError with words for the author.
"""

from __future__ import annotations

import re


def isbn(text: str) -> str:
    """A 13-digit ISBN without hyphens (ISO 2108); ISBN-10 is refused, it is no longer assigned."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"97[89]\d{10}", digits):
        raise ValueError(f'"{text}" is not an ISBN of 13 digits')
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
    expected = str(-total % 10)
    if digits[12] != expected:
        raise ValueError(f'the check digit of ISBN "{text}" is wrong: {digits[12]}, expected {expected}')
    return digits


def issn(text: str) -> str:
    """An ISSN as `NNNN-NNNC` (ISO 3297)."""
    bare = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"\d{7}[\dX]", bare):
        raise ValueError(f'"{text}" is not an ISSN of the form 1234-5679')
    total = sum(int(digit) * (8 - place) for place, digit in enumerate(bare[:7]))
    value = -total % 11
    expected = "X" if value == 10 else str(value)
    if bare[7] != expected:
        raise ValueError(f'the check digit of ISSN "{text}" is wrong: {bare[7]}, expected {expected}')
    return f"{bare[:4]}-{bare[4:]}"


def orcid(text: str) -> str:
    """An ORCID iD as four groups of four (ISO 7064 MOD 11-2, as ORCID's documentation describes)."""
    bare = re.sub(r"^https?://orcid\.org/", "", text.strip())
    digits = bare.replace("-", "").upper()
    if not re.fullmatch(r"\d{15}[\dX]", digits):
        raise ValueError(f'"{text}" is not an ORCID iD of the form 0000-0002-1825-0097')
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    value = (12 - total % 11) % 11
    expected = "X" if value == 10 else str(value)
    if digits[15] != expected:
        raise ValueError(f'the check digit of ORCID iD "{text}" is wrong: {digits[15]}, expected {expected}')
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def doi(text: str) -> str:
    """A DOI without its resolver (ISO 26324): `10.`, a registrant, a slash, a suffix."""
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", text.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"10\.\d{4,9}(\.\d+)*/\S+", bare):
        raise ValueError(f'"{text}" is not a DOI of the form 10.1234/name')
    return bare
