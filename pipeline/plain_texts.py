"""Texts in which Markdown has no meaning: words on one line, with the marks of ordinary sentences between them.

Each document costs pandoc more than a short text does. A line of plain words means the same to each reader and in
each document, so such lines need not be read one by one. What is not certainly plain is none of them.
"""

from __future__ import annotations

import re
from unicodedata import is_normalized

_WORD = r"[^\W_]+(?:[-’][^\W_]+)*"
_SENTENCES = re.compile(
    # A number, a letter or a Roman numeral before a full stop would begin a list.
    rf"(?!\S+\.(?: |$))(?=[^\W\d_]{{2}}){_WORD}(?:(?:[,;:.]| [–—])? [(“‘]{{0,2}}{_WORD}\.?[)”’]{{0,2}})*[.;:]?"
)
# Without full stops, which may end an abbreviation, and without quotation marks, which pandoc reads as quotations.
_WORDS = re.compile(r"[^\W_]+(?:(?:[,;:]? |-)[^\W_]+)*")


def are_sentences(text: str) -> bool:
    """Whether a text is one paragraph of plain sentences to every reader; one of them composes letters (NFC)."""
    return bool(_SENTENCES.fullmatch(text)) and is_normalized("NFC", text)


def are_words(text: str) -> bool:
    """Whether a text is read as words with spaces between them, exactly as it stands."""
    return bool(_WORDS.fullmatch(text))
