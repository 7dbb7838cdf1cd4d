"""Whether a PDF holds what it was made from: a run that lost half of its text is not a fast one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from benchmarks.specimens import chapter, paragraphs

# A sentence that goes on overleaf has notes and a running head in it; every other one has to be found.
ENOUGH = 0.9

_SENTENCE = re.compile(r"[^.]+\.")


class NotMadeError(Exception):
    """A file is missing, or does not hold what it has to."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished PDF.

    Attributes:
        pages: how many it has.
        size: in bytes.
    """

    pages: int
    size: int


def sentences(chapters: int) -> tuple[str, ...]:
    """The letters of the first sentence of every paragraph of a report."""
    found = []
    for number in range(1, chapters + 1):
        made = chapter(number, chapters)
        found += [_letters(first(made.blocks[place])) for place in paragraphs(made)]
    return tuple(found)


def first(text: str) -> str:
    """The first sentence of a text."""
    match = _SENTENCE.match(text)
    return match[0] if match else text


def prove(pdf: Path, expected: tuple[str, ...], added: str = "") -> Made:
    """Read a PDF back.

    Args:
        pdf: the file.
        expected: sentences, by their letters (`sentences`), nearly all of which stand in it.
        added: a text that an edit has put in; "" when there is none.

    Raises:
        NotMadeError: when the file cannot be read or lacks text.
    """
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            pages = len(document)
            text = "".join(_letters(_text(document[number])) for number in range(pages))
    except (OSError, pypdfium2.PdfiumError) as error:
        raise NotMadeError(f"{pdf.name} cannot be read: {error}") from error
    found = sum(sentence in text for sentence in expected)
    if pages == 0 or found < ENOUGH * len(expected):
        raise NotMadeError(f"{pdf.name} has {pages} pages and {found} of {len(expected)} sentences")
    news = [_letters(sentence) for sentence in _SENTENCE.findall(added)]
    if sum(sentence in text for sentence in news) < len(news) / 2:
        raise NotMadeError(f"{pdf.name} does not have the edit")
    return Made(pages, pdf.stat().st_size)


def _text(page: pypdfium2.PdfPage) -> str:
    words = page.get_textpage()
    try:
        return str(words.get_text_range())
    finally:  # in this order, or the pages of a long report all stay in memory
        words.close()
        page.close()


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))
