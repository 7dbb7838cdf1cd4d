"""Mints anchors and assigns numbers: what can be referred to, and how it is called in print.

Numbers are decided here, from the source alone, before anything is converted; every edition prints the
same ones, and what is read back from an artefact is compared with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from pipeline import model
from pipeline.diagnostics import Span
from pipeline.model import SectionKind
from pipeline.report import FigureEntry, NoteEntry, Report, Section, TableEntry
from pipeline.scan import Form, Token
from pipeline.source import Embedded


class TargetKind(Enum):
    """What a reference can point to."""

    PART = "part"
    SECTION = "section"
    HEADING = "heading"
    FIGURE = "figure"
    TABLE = "table"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be referred to.

    Attributes:
        id: its anchor, the same in the source and in every edition.
        kind: what it is.
        number: its printed number ("1.2", "A", "14"), or "" when it has none.
        title: its title or caption as plain text.
        span: where it is defined.
        section: the id of the section that holds it ("" for a part).
        section_kind: what that section is.
        level: 1 for a section's title, 2 and on for headings in it; 0 else.
    """

    id: str
    kind: TargetKind
    number: str
    title: str
    span: Span
    section: str
    section_kind: SectionKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class NoteCall:
    """A note in its place.

    Attributes:
        id: the author's id, or one minted for a citation in the text ("cite-doe2019-1").
        number: its running number in the report, from 1.
        mark: what is printed.
        section: the section that calls it.
        span: where it is called.
        entry: the note as authored; None for a citation in the text.
    """

    id: str
    number: int
    mark: str
    section: str
    span: Span
    entry: NoteEntry | None


@dataclass(frozen=True, slots=True)
class PartStart:
    """A part title before its first section."""

    id: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that has an anchor, in the order of print.

    Attributes:
        order: the sections that are printed.
        parts: by the id of the section that a part begins with.
        targets: by anchor.
        notes: in the order of their calls.
        called: the same by the section that calls them.
        headings: the targets of each section's headings, in order, by section id.
        excluded: anchors that exist only in sections that are not printed, and the section of each.
        placed: the sections in which figures and tables stand.
        in_text_notes: whether a citation in the text becomes a note (the citation style decides).
    """

    order: tuple[Section, ...]
    parts: Mapping[str, PartStart]
    targets: Mapping[str, Target]
    notes: tuple[NoteCall, ...]
    called: Mapping[str, tuple[NoteCall, ...]]
    headings: Mapping[str, tuple[Target, ...]]
    excluded: Mapping[str, str]
    placed: Mapping[str, str]
    in_text_notes: bool

    def notes_of(self, section: str) -> tuple[NoteCall, ...]:
        """The notes that a section calls."""
        return self.called.get(section, ())


def printed_sections(report: Report) -> tuple[tuple[Section, ...], Mapping[str, PartStart]]:
    """The sections in printed order, and the parts by the section that they begin with."""
    known = {section.id: section for section in report.sections}
    order: list[Section] = []
    parts: dict[str, PartStart] = {}
    for entry in report.settings.sections:
        ids = (entry,) if isinstance(entry, str) else entry.sections
        sections = [known[identifier] for identifier in ids if identifier in known]
        if isinstance(entry, model.PartEntry) and sections:
            parts[sections[0].id] = PartStart(entry.id, roman(len(parts) + 1), entry.part)
        order += [section for section in sections if section not in order]
    return tuple(order), parts


@dataclass(frozen=True, slots=True)
class Read:
    """A token in reading order, and the figure or table that it stands in ("" for the text itself)."""

    token: Token
    inside: str


def reading_order(report: Report, section: Section) -> Iterator[Read]:
    """What a reader meets in a section: title, lead, text, each figure and table where it is placed."""
    figures = {entry.figure.id: entry for entry in report.figures}
    tables = {entry.table.id: entry for entry in report.tables}
    for text in (section.title, section.lead, section.body):
        for token in report.tokens_of(text):
            yield Read(token, "")
            if token.form is Form.PLACEMENT:
                inside = figure_texts(figures.get(token.name)) or table_texts(tables.get(token.name))
                for piece in inside:
                    for inner in report.tokens_of(piece):
                        yield Read(inner, token.name)


def figure_texts(entry: FigureEntry | None) -> tuple[Embedded, ...]:
    """The texts of a figure in the order in which they are printed."""
    if entry is None:
        return ()
    return tuple(text for text in (entry.caption, entry.unit, entry.source) if text)


def table_texts(entry: TableEntry | None) -> tuple[Embedded, ...]:
    """The texts of a table in the order in which they are printed."""
    if entry is None:
        return ()
    texts = [entry.caption, *([entry.unit] if entry.unit else []), *entry.headings]
    for row in printed_rows(entry):
        texts += row
    return (*texts, *entry.notes, *([entry.source] if entry.source else []))


def printed_rows(entry: TableEntry) -> tuple[tuple[Embedded, ...], ...]:
    """The rows of a table that are printed, with only the columns that are printed, in their order."""
    if entry.data is None:
        return ()
    places = {name: number for number, name in enumerate(entry.data.columns)}
    wanted = [places[column.name] for column in entry.table.columns if column.name in places]
    return tuple(tuple(row[place] for place in wanted) for row in chosen_rows(entry))


def chosen_rows(entry: TableEntry) -> tuple[tuple[Embedded, ...], ...]:
    """The rows of the data that are printed, in their order, with every column."""
    if entry.data is None or not entry.table.rows:
        return entry.data.rows if entry.data else ()
    rank = {name: number for number, name in reversed(list(enumerate(entry.table.rows)))}
    return tuple(sorted((row for row in entry.data.rows if row[0].text in rank), key=lambda row: rank[row[0].text]))


def build_index(report: Report, in_text_notes: bool) -> Index:
    """Number everything that is printed.

    Args:
        report: the report as loaded.
        in_text_notes: whether a citation in the text becomes a note of its own.
    """
    order, parts = printed_sections(report)
    counter = _Counter(report, in_text_notes)
    for part in parts.values():
        counter.part(part, next(section for section in order if parts.get(section.id) == part))
    for section in order:
        counter.section(section)
    outside = _Counter(report, in_text_notes)
    for section in report.sections:
        if section not in order:
            outside.section(section)
    return Index(
        order=order,
        parts=parts,
        targets=counter.targets,
        notes=tuple(counter.notes),
        called={section: tuple(calls) for section, calls in groupby(counter.notes, key=lambda call: call.section)},
        headings=counter.headings,
        excluded={key: target.section for key, target in outside.targets.items() if key not in counter.targets},
        placed=counter.placed,
        in_text_notes=in_text_notes,
    )


class _Counter:
    """Walks the sections in printed order and counts."""

    def __init__(self, report: Report, in_text_notes: bool) -> None:
        self.report, self.in_text_notes = report, in_text_notes
        self.entries = {entry.note.id: entry for entry in report.notes}
        self.captions = {entry.figure.id: entry.caption.text for entry in report.figures}
        self.captions |= {entry.table.id: entry.caption.text for entry in report.tables}
        self.targets: dict[str, Target] = {}
        self.notes: list[NoteCall] = []
        self.headings: dict[str, tuple[Target, ...]] = {}
        self.placed: dict[str, str] = {}
        self.chapters = self.appendices = self.in_section = 0
        self.floats: Counter[tuple[str, str]] = Counter()
        self.cited: Counter[str] = Counter()
        self.minted: Counter[str] = Counter()
        self.written = {
            token.text
            for section in report.sections
            for token in report.tokens_of(section.body)
            if token.form is Form.HEADING
        }

    def part(self, part: PartStart, first: Section) -> None:
        span = self.report.place.at("sections")
        self.add(Target(part.id, TargetKind.PART, part.number, part.title, span, first.id, first.head.kind))

    def section(self, section: Section) -> None:
        kind, label = section.head.kind, ""
        if kind is SectionKind.CHAPTER:
            self.chapters += 1
            label = str(self.chapters)
        elif kind is SectionKind.APPENDIX:
            self.appendices += 1
            label = letters(self.appendices)
        self.in_section = 0
        title = plain_words(section.head.title)
        self.add(Target(section.id, TargetKind.SECTION, label, title, section.place.at("id"), section.id, kind, 1))
        depth = [0] * 7
        headings: list[Target] = []
        body = frozenset(self.report.tokens_of(section.body))  # "# cases" over a column is no heading
        for read in reading_order(self.report, section):
            token = read.token
            if token.form is Form.HEADING and token in body:
                headings.append(self.heading(token, section, label, depth))
            elif token.form is Form.NOTE_CALL:
                self.note(token.name, token.span, section, self.entries.get(token.name))
            elif token.form is Form.CITATION and self.in_text_notes:
                key = token.keys[0][0]
                self.cited[key] += 1
                self.note(f"cite-{key}-{self.cited[key]}", token.span, section, None)
            elif token.form is Form.PLACEMENT or (
                token.form in (Form.IMAGE, Form.TABLE) and token.name.startswith(("fig-", "tbl-"))
            ):
                self.float(token, section, label)
        self.headings[section.id] = tuple(headings)

    def heading(self, token: Token, section: Section, label: str, depth: list[int]) -> Target:
        level, number = token.level, ""
        numbered = label and "unnumbered" not in token.classes and level <= self.report.settings.number_depth
        if numbered and level >= 2:
            depth[level] += 1
            depth[level + 1 :] = [0] * (6 - level)
            number = ".".join([label, *(str(n) for n in depth[2 : level + 1])])
        identifier = token.text or self.mint(section.id, token.name)
        target = Target(
            identifier,
            TargetKind.HEADING,
            number,
            token.name,
            token.span,
            section.id,
            section.head.kind,
            level,
        )
        self.add(target)
        return target

    def float(self, token: Token, section: Section, label: str) -> None:
        kind = TargetKind.FIGURE if token.name.startswith("fig-") else TargetKind.TABLE
        settings = self.report.settings
        by = settings.figure_numbering if kind is TargetKind.FIGURE else settings.table_numbering
        scope = label if by == "chapter" else ""
        if token.name in self.placed:
            return
        self.floats[kind.value, scope] += 1
        count = str(self.floats[kind.value, scope])
        number = f"{scope}.{count}" if scope else count
        caption = plain_words(self.captions.get(token.name, ""))
        self.placed[token.name] = section.id
        self.add(Target(token.name, kind, number, caption, token.span, section.id, section.head.kind))

    def note(self, name: str, span: Span, section: Section, entry: NoteEntry | None) -> None:
        if f"note-{name}" in self.targets or (entry is None and not name.startswith("cite-")):
            return
        self.in_section += 1
        number = len(self.notes) + 1
        mark = str(self.in_section if self.report.settings.note_numbering == "section" else number)
        self.notes.append(NoteCall(name, number, mark, section.id, span, entry))
        place = entry.place.at("id") if entry else span
        self.add(Target(f"note-{name}", TargetKind.NOTE, mark, "", place, section.id, section.head.kind))

    def mint(self, section: str, title: str) -> str:
        base = f"{section}-{slug(title)}"
        while True:
            self.minted[base] += 1
            identifier = base if self.minted[base] == 1 else f"{base}-{self.minted[base]}"
            if identifier not in self.written and identifier not in self.targets:
                return identifier

    def add(self, target: Target) -> None:
        self.targets.setdefault(target.id, target)


def plain_words(markdown: str) -> str:
    """The words of a short Markdown text, for titles in lists and bookmarks: no notes, no marks, no ids."""
    text = re.sub(r"\[\^[^\]]+\]", "", markdown)
    text = re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text)
    text = re.sub(r"(?<!\\)[*`]", "", text)
    return re.sub(r"\s+", " ", text).strip()


def slug(text: str) -> str:
    """Words in lower case with hyphens between them, for minted ids and the rows that values name."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[^\w]+", "-", plain).strip("-") or "x"


def letters(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def roman(number: int) -> str:
    """A number from 1 on in Roman numerals."""
    text = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        while number >= value:
            text, number = text + sign, number - value
    return text
