"""The text of a report as the editions have it, and as the authors wrote it: the one has all of the other, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.cache import Cache
from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.document import Chapter, Document
from pipeline.index import Index
from pipeline.report import Report
from pipeline.verify.clauses import (
    Clause,
    Piece,
    clauses_in,
    decisive_in,
    plain,
    written_elsewhere,
    written_in_notes,
    written_in_sections,
)
from pipeline.verify.parity_kept import Kept
from pipeline.verify.text import shown
from pipeline.verify.units import EDGE, Unit, UnitKind, units_of_chapter
from pipeline.wording import words_for

NOT_IN_TEXT = declare(
    "PAR001",
    "source-not-in-text",
    Severity.ERROR,
    """
    Words of a source file are not in the text that the editions are made from, or stand in another order there.

    The press looks for everything that was written, line by line, behind what stands before it. It replaces
    references, citations, calls of notes and values, and nothing else; so this is a fault of the press, of a
    manuscript template, or of Markdown that was read otherwise than it was meant.
    """,
)

_SURE = 8  # letters that a unit has in common with its source by no chance


@dataclass(frozen=True, slots=True)
class Sources:
    """The source of a document.

    Attributes:
        report: the report as it was loaded.
        index: its anchors and numbers.
        locate: where in the sources an id comes from.
    """

    report: Report
    index: Index
    locate: Callable[[str], Span]


class Text:
    """The text of a document, and the lines it comes from.

    Args:
        document: what the editions are made from.
        sources: what the authors wrote.
    """

    def __init__(self, document: Document, sources: Sources) -> None:
        self.document = document
        self.locate = sources.locate
        self.report = sources.report
        self._clauses: dict[str, tuple[Clause, ...]] = {}
        self._sources = sources

    @cached_property
    def chapters(self) -> dict[str, tuple[Unit, ...]]:
        """The units of every chapter.

        Raises:
            etree.XMLSyntaxError: when some markup in it is not well-formed.
        """
        return {chapter.id: units_of_chapter(chapter) for chapter in self.document.chapters}

    @cached_property
    def written(self) -> dict[str, tuple[Piece, ...]]:
        """What the authors wrote in every chapter."""
        report = self.report
        return {**dict(written_in_sections(report, self._sources.index)), **dict(written_elsewhere(report))}

    @cached_property
    def written_in_notes(self) -> dict[str, tuple[Piece, ...]]:
        """What the authors wrote in every note."""
        return dict(written_in_notes(self.report))

    def line(self, chapter: str, unit: Unit) -> Span:
        """The line of the source that a unit begins on, or that of the nearest id."""
        letters = plain(unit.letters)
        place, written = (unit.near, self.written_in_notes) if unit.kind is UnitKind.NOTE else (chapter, self.written)
        known = self._clauses.get(place)
        if known is None:
            known = self._clauses[place] = clauses_in(self.report, written.get(place, ()))
        ways = (
            (clause for clause in known if clause.letters == letters),
            (clause for clause in known if clause.letters in letters and len(clause.letters) >= _SURE),
        )
        first = next((clause for way in ways for clause in way), None)
        return first.span if first is not None else self.locate(unit.near)


def source_in_text(text: Text, cache: Cache) -> tuple[list[Diagnostic], str]:
    """Every clause of every section and note is in its text, in order.

    Of a chapter in which nothing was wrong before, and whose text and source are the same, it is known how many
    clauses it has.
    """
    settings = text.report.settings
    words = repr(sorted(words_for(settings.lang, settings.labels).items()))
    kept = Kept(cache, "source in text")
    faults: list[Diagnostic] = []
    in_notes: list[Diagnostic] = []
    count = 0
    files: set[str] = set()
    sections, notes = dict(text.written), dict(text.written_in_notes)
    for chapter in text.document.chapters:
        body = sections.pop(chapter.id, ())
        own = {note.id: notes.pop(note.id, ()) for note in chapter.notes}
        key = kept.key(words, repr(chapter), *_decisive(text.report, body, own))
        known = kept.get(key)
        if known is None:
            looked_at = _Chapter(text.report, body, own)
            wrong = looked_at.missing(chapter)
            faults += wrong[0]
            in_notes += wrong[1]
            known = looked_at.count, looked_at.files
            if not any(wrong):
                kept.put(key, known)
        count += known[0]
        files.update(known[1])
    for pieces in (*sections.values(), *notes.values()):  # what is in no edition; a rule of the source tells it
        files.update(clause.span.path for clause in clauses_in(text.report, pieces))
    return [*faults, *in_notes], f"{count} pieces of text of {len(files)} files"


def _decisive(report: Report, body: Sequence[Piece], notes: Mapping[str, Sequence[Piece]]) -> Iterator[str]:
    yield from decisive_in(report, body)
    for note, pieces in notes.items():
        yield from ("note", note)
        yield from decisive_in(report, pieces)


class _Chapter:
    """What was written of a chapter.

    Args:
        report: the source.
        body: what was written in its section.
        notes: and in its notes, by their ids.
    """

    def __init__(self, report: Report, body: Sequence[Piece], notes: Mapping[str, Sequence[Piece]]) -> None:
        self._body = clauses_in(report, body)
        self._notes = {note: clauses_in(report, pieces) for note, pieces in notes.items()}
        self.count = len(self._body) + sum(map(len, self._notes.values()))
        clauses = (self._body, *self._notes.values())
        self.files = sorted({clause.span.path for known in clauses for clause in known})

    def missing(self, chapter: Chapter) -> tuple[list[Diagnostic], list[Diagnostic]]:
        """What is not in the text of the chapter, and of its notes."""
        body = ""
        by_note = dict.fromkeys(self._notes, "")
        for unit in units_of_chapter(chapter):
            letters = unit.letters + EDGE
            if unit.kind is not UnitKind.NOTE:
                body += letters
            if unit.near in by_note:
                by_note[unit.near] += letters
        in_notes = (_missing(self._notes[note], plain(letters)) for note, letters in by_note.items())
        return list(_missing(self._body, plain(body))), [fault for faults in in_notes for fault in faults]


def _missing(known: Sequence[Clause], letters: str) -> Iterator[Diagnostic]:
    at = 0
    for clause in known:
        start, end = clause.place_in(letters, at)
        if start >= 0:
            at = end
            continue
        how = "stands out of its order in the text" if clause.letters in letters else "is not in the text"
        yield NOT_IN_TEXT.at(clause.span, f'"{shown(clause.words)}" {how}')
