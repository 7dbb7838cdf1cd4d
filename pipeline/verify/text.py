"""How printed and written text are compared: by their letters, without what a layout may change."""

from __future__ import annotations

import re
import unicodedata

HYPHEN = "-"

# pdfium gives U+0002 for a hyphen at the end of a line; the rest are hyphens that look alike.
_HYPHENS = re.compile("[\u2010\u2011\u0002\ufffe]")
_IN_THE_WAY = re.compile(
    "[\\s"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # soft hyphen, joiners, directions
    "]+"
)
_NUMERAL = re.compile(r"[0-9]+|[ivxlcdm]+")


def letters_of(text: str) -> str:
    """The letters of a text in the form in which they are compared.

    Spaces, soft hyphens and joiners go, because lines are broken there; compatibility forms (UAX #15, NFKD) and
    capitals are made equal, because a style sheet may ask for ligatures or capitals.
    """
    if text.isascii() and "\u0002" not in text:
        return "".join(text.split()).lower()
    plain = unicodedata.normalize("NFKD", _HYPHENS.sub(HYPHEN, text)).casefold()
    return _IN_THE_WAY.sub("", _HYPHENS.sub(HYPHEN, plain))


def words_of(text: str) -> list[str]:
    """The letters of each word of a text (see `letters_of`)."""
    if text.isascii() and "\u0002" not in text:
        return text.lower().split()
    return [letters_of(word) for word in text.split()]


def is_numeral(letters: str) -> bool:
    """Whether these letters are a page number, arabic or roman."""
    return _NUMERAL.fullmatch(letters) is not None


def runs_right_to_left(letters: str) -> bool:
    """Whether some of the letters are written from right to left (UAX #9, classes R and AL)."""
    return not letters.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in set(letters))


def shown(text: str, longest: int = 60) -> str:
    """A text for a message: on one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
