"""The words that an author wrote, each with its line: what the text of a report is compared with.

A clause is a run of words without anything that the press replaces: a reference, a citation, the call of a note, a
value from a data file. It must be in the text as it was written, after the clause before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pipeline.diagnostics import Span
from pipeline.index import Index, figure_texts, table_texts
from pipeline.report import Report
from pipeline.scan import Form, Token
from pipeline.source import Embedded
from pipeline.verify.text import letters_of
from pipeline.wording import number, words_for


@dataclass(frozen=True, slots=True)
class Clause:
    """Words of the source.

    Attributes:
        letters: the letters, as they are compared.
        words: the words.
        span: their place.
        said: what the press may print instead: the numeral of a number from a data file.
    """

    letters: str
    words: str
    span: Span
    said: str = ""

    def place_in(self, letters: str, at: int) -> tuple[int, int]:
        """Where it begins and ends in a text at or after a place; (-1, -1) when it does not come."""
        places = [(letters.find(way, at), len(way)) for way in (self.letters, self.said) if way]
        start, length = min((place for place in places if place[0] >= 0), default=(-1, 0))
        return start, start + length


# What the press replaces, in the raw text of a run. A group in brackets is a citation when it names a key.
_REPLACED = re.compile(
    r"\[\^[^\s\]]+\]"
    r"|\[[^\[\]]*@[^\[\]]*\]"
    r"|(?<![\w@\\])-?@(?:\{[^{}\s]+\}|\w(?:\w|[:.#$%&\-+?<>~/](?=\w))*)"
    r"|\[[ xX]\](?=\s)"  # the box of a task
    r"|(?m:^[ \t]*\|(?=\s|$))"  # the stroke before a line of verse
    r"|[\[\]^~\\\ufffc]"  # the last stands for a character that was written as an entity
)
_TYPOGRAPHY = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "\u2212": "-"}
)
_AT_EDGES = ".,;:!?'\"()-"  # the call of a note stands behind them, wherever the author wrote it
_DASHES = re.compile("-{2,}")
_DIGIT_MARKS = re.compile(r"(?<=\d)[.,'](?=\d)")


def plain(letters: str) -> str:
    """Letters without what typography makes of them: quotation marks, dashes, dots, separators of numbers.

    pandoc turns `--` into a dash and `...` into one sign (its extension `smart`); the press groups digits.
    """
    text = letters.translate(_TYPOGRAPHY).replace("\u2026", "...")
    return _DIGIT_MARKS.sub("", _DASHES.sub("-", text))


Piece: TypeAlias = Token | Embedded
"""What is written in one place: words, or a text of a figure or table that is placed there."""


def written_in_sections(report: Report, index: Index) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """What is written in every section that is printed, by its id, with the figures and tables in it."""
    figures = {entry.figure.id: entry for entry in report.figures}
    tables = {entry.table.id: entry for entry in report.tables}
    for section in index.order:
        found: list[Piece] = []
        for text in (section.title, section.lead, section.body):
            for token in report.tokens_of(text):
                found.append(token)
                if token.form is Form.PLACEMENT:
                    found += figure_texts(figures.get(token.name)) or table_texts(tables.get(token.name))
        yield section.id, tuple(found)


def written_elsewhere(report: Report) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """What is written in the settings, by the id of the section that prints it."""
    yield "press-imprint", (*report.tokens_of(report.imprint), *report.tokens_of(report.rights))
    yield "press-colophon", report.tokens_of(report.colophon)


def written_in_notes(report: Report) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """What is written in every note that has words, by its id in the editions."""
    for entry in report.notes:
        if entry.text is not None:
            yield f"note-{entry.note.id}", report.tokens_of(entry.text)


def clauses_in(report: Report, pieces: Iterable[Piece]) -> tuple[Clause, ...]:
    """The clauses of what is written."""
    words = words_for(report.settings.lang, report.settings.labels)
    found: list[Clause] = []
    for piece in pieces:
        if isinstance(piece, Token):
            found += _of_token(piece)
        else:
            tokens = report.tokens_of(piece)
            found += [clause for token in tokens for clause in _of_token(token)] or _of_cell(piece, words)
    return tuple(found)


def decisive_in(report: Report, pieces: Iterable[Piece]) -> Iterator[str]:
    """What decides what the clauses of what is written are, but for their lines and the words of the language."""
    for piece in pieces:
        if isinstance(piece, Token):
            yield from _decisive(piece)
        else:
            yield from ("text", piece.text, piece.file)
            for token in report.tokens_of(piece):
                yield from _decisive(token)


def _decisive(token: Token) -> Iterator[str]:
    if token.form is Form.PROSE:
        yield "words"
        for words, span in token.keys:
            yield from (words, span.path)


def _of_cell(cell: Embedded, words: Mapping[str, str]) -> Iterator[Clause]:
    """The clause of a cell that holds a number or code and no words; a column of numbers may ask for numerals."""
    letters = plain(letters_of(cell.text.strip().strip("`")))
    if letters:
        said = letters_of(number(cell.text, words, "words"))
        yield Clause(letters, cell.text, cell.span(1, 1), said if said.isalpha() else "")


def _of_token(token: Token) -> Iterator[Clause]:
    if token.form is Form.PROSE:
        yield from _of_run(token)


def _of_run(token: Token) -> Iterator[Clause]:
    """The clauses of a run of words: one for each line, so that each has a place."""
    text = "".join(piece for piece, _ in token.keys)
    starts: list[tuple[int, Span]] = []
    at = 0
    for piece, span in token.keys:
        starts.append((at, span))
        at += len(piece)
    cuts = [0, *(edge for found in _REPLACED.finditer(text) for edge in found.span()), len(text)]
    for begin, end in zip(cuts[::2], cuts[1::2], strict=True):
        for (start, span), (stop, _) in zip(starts, [*starts[1:], (len(text), Span(""))], strict=True):
            first, last = max(begin, start), min(end, stop)
            words = text[first:last]
            letters = plain(letters_of(words)).strip(_AT_EDGES)
            if letters:
                yield Clause(letters, " ".join(words.split()), _moved(span, first - start, last - start))


def _moved(span: Span, begin: int, end: int) -> Span:
    return Span(span.path, span.line, span.column + begin, span.column + end) if span.column > 0 else span
