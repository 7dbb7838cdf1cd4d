"""The text of a report as the editions have it, and as the authors wrote it: the one has all of the other, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.document import Document
from pipeline.index import Index
from pipeline.report import Report
from pipeline.verify.clauses import Clause, clauses_of, clauses_of_notes, clauses_of_sections, plain
from pipeline.verify.text import shown
from pipeline.verify.units import EDGE, Unit, UnitKind, units_of_chapter

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
        self._sources = sources

    @cached_property
    def chapters(self) -> dict[str, tuple[Unit, ...]]:
        """The units of every chapter.

        Raises:
            etree.XMLSyntaxError: when some markup in it is not well-formed.
        """
        return {chapter.id: units_of_chapter(chapter) for chapter in self.document.chapters}

    @cached_property
    def clauses(self) -> dict[str, tuple[Clause, ...]]:
        """What the authors wrote of every chapter."""
        report = self._sources.report
        own = {
            "press-imprint": clauses_of(report, report.imprint) + clauses_of(report, report.rights),
            "press-colophon": clauses_of(report, report.colophon),
        }
        return dict(clauses_of_sections(report, self._sources.index)) | own

    @cached_property
    def notes(self) -> dict[str, tuple[Clause, ...]]:
        """What the authors wrote of every note."""
        return dict(clauses_of_notes(self._sources.report))

    def line(self, chapter: str, unit: Unit) -> Span:
        """The line of the source that a unit begins on, or that of the nearest id."""
        letters = plain(unit.letters)
        known = self.notes.get(unit.near, ()) if unit.kind is UnitKind.NOTE else self.clauses.get(chapter, ())
        ways = (
            (clause for clause in known if clause.letters == letters),
            (clause for clause in known if clause.letters in letters and len(clause.letters) >= _SURE),
        )
        first = next((clause for way in ways for clause in way), None)
        return first.span if first is not None else self.locate(unit.near)


def source_in_text(text: Text) -> tuple[list[Diagnostic], str]:
    """Every clause of every section and note is in its text, in order."""
    faults: list[Diagnostic] = []
    count = 0
    notes = {note.id for chapter in text.document.chapters for note in chapter.notes}
    for chapter, found in text.chapters.items():
        body = "".join(unit.letters + EDGE for unit in found if unit.kind is not UnitKind.NOTE)
        known = text.clauses.get(chapter, ())
        count += len(known)
        faults += _missing(known, plain(body))
    by_note: dict[str, str] = {}
    for found in text.chapters.values():
        for unit in found:
            if unit.near in notes or unit.kind is UnitKind.NOTE:
                by_note[unit.near] = by_note.get(unit.near, "") + unit.letters + EDGE
    for note, known in text.notes.items():
        if note in notes:  # one that is called nowhere is in no edition; a rule of the source tells it
            count += len(known)
            faults += _missing(known, plain(by_note.get(note, "")))
    files = {clause.span.path for known in (*text.clauses.values(), *text.notes.values()) for clause in known}
    return faults, f"{count} pieces of text of {len(files)} files"


def _missing(known: Sequence[Clause], letters: str) -> Iterator[Diagnostic]:
    at = 0
    for clause in known:
        start, end = clause.place_in(letters, at)
        if start >= 0:
            at = end
            continue
        how = "stands out of its order in the text" if clause.letters in letters else "is not in the text"
        yield NOT_IN_TEXT.at(clause.span, f'"{shown(clause.words)}" {how}')
