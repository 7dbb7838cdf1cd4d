"""The words that an author wrote, each with its line: what the text of a report is compared with.

A clause is a run of words without anything that the press replaces: a reference, a citation, the call of a note, a
value from a data file. It must be in the text as it was written, after the clause before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


def clauses_of_sections(report: Report, index: Index) -> Iterator[tuple[str, tuple[Clause, ...]]]:
    """The clauses of every section that is printed, by its id, with those of the figures and tables in it."""
    figures = {entry.figure.id: entry for entry in report.figures}
    tables = {entry.table.id: entry for entry in report.tables}
    words = words_for(report.settings.lang, report.settings.labels)
    for section in index.order:
        found: list[Clause] = []
        for text in (section.title, section.lead, section.body):
            for token in report.tokens_of(text):
                found += _of_token(token)
                if token.form is Form.PLACEMENT:
                    inside = figure_texts(figures.get(token.name)) or table_texts(tables.get(token.name))
                    for piece in inside:
                        found += clauses_of(report, piece) or _of_cell(piece, words)
        yield section.id, tuple(found)


def clauses_of_notes(report: Report) -> Iterator[tuple[str, tuple[Clause, ...]]]:
    """The clauses of every note that has words, by its id in the editions."""
    for entry in report.notes:
        if entry.text is not None:
            yield f"note-{entry.note.id}", clauses_of(report, entry.text)


def clauses_of(report: Report, text: Embedded | None) -> tuple[Clause, ...]:
    """The clauses of one text."""
    return tuple(clause for token in report.tokens_of(text) for clause in _of_token(token))


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
