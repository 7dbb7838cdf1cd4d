"""What the rules look at: every text of a report, whether it is printed, and what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from pipeline import model
from pipeline.diagnostics import Span, did_you_mean
from pipeline.index import Index, figure_texts, table_texts
from pipeline.report import Report, TableEntry
from pipeline.scan import REFERENCE_PREFIXES, Form, Token
from pipeline.source import Embedded, Place


class TextKind(Enum):
    """Where a text stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    NOTE = "note"
    FIGURE = "figure"
    TABLE = "table"
    GROUP = "head of a group of rows"
    IMPRINT = "imprint"
    COLOPHON = "colophon"
    RIGHTS = "rights statement"


MATTER = (TextKind.IMPRINT, TextKind.COLOPHON, TextKind.RIGHTS)


@dataclass(frozen=True, slots=True)
class Text:
    """A Markdown text.

    Attributes:
        words: the text.
        kind: where it stands.
        owner: the id of the section, note, figure or table that it belongs to, or "".
        printed: whether it is printed in this edition.
    """

    words: Embedded
    kind: TextKind
    owner: str
    printed: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A token, and the text that holds it."""

    token: Token
    text: Text


class Survey:
    """A report and its index, arranged for rules; it only reads.

    Attributes:
        report: the report as loaded.
        index: its targets and numbers.
    """

    def __init__(self, report: Report, index: Index) -> None:
        self.report, self.index = report, index

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every text that can be printed, each once."""
        return tuple(dict.fromkeys(self._texts()))

    def _texts(self) -> Iterator[Text]:
        report, index = self.report, self.index
        printed = {section.id for section in index.order}
        for section in report.sections:
            here = section.id in printed
            yield Text(section.title, TextKind.TITLE, section.id, here)
            if section.lead:
                yield Text(section.lead, TextKind.LEAD, section.id, here)
            yield Text(section.body, TextKind.BODY, section.id, here)
        called = {call.id for call in index.notes}
        for note in report.notes:
            if note.text:
                yield Text(note.text, TextKind.NOTE, note.note.id, note.note.id in called)
        for figure in report.figures:
            for words in figure_texts(figure):
                yield Text(words, TextKind.FIGURE, figure.figure.id, figure.figure.id in index.placed)
        for table in report.tables:
            for words in table_texts(table):
                yield Text(words, TextKind.TABLE, table.table.id, table.table.id in index.placed)
            for words in group_heads(table):
                yield Text(words, TextKind.GROUP, table.table.id, table.table.id in index.placed)
        for kind, matter in zip(MATTER, (report.imprint, report.colophon, report.rights), strict=True):
            if matter:
                yield Text(matter, kind, "", True)

    @cached_property
    def _mentions(self) -> Mapping[Form, tuple[Mention, ...]]:
        found: dict[Form, list[Mention]] = {form: [] for form in Form}
        for text in self.texts:
            for token in self.report.tokens_of(text.words):
                found[token.form].append(Mention(token, text))
        return {form: tuple(mentions) for form, mentions in found.items()}

    def all(self, *forms: Form) -> Iterator[Mention]:
        """Every token of these forms, in the texts of the whole folder."""
        for form in forms:
            yield from self._mentions[form]

    def printed(self, *forms: Form) -> Iterator[Mention]:
        """Every token of these forms in what is printed."""
        return (mention for mention in self.all(*forms) if mention.text.printed)

    # -- what is known, and what may have been lost

    @cached_property
    def notes(self) -> Mapping[str, Span]:
        """The notes and their places."""
        return {entry.note.id: entry.place.at("id") for entry in self.report.notes}

    @cached_property
    def works(self) -> Mapping[str, Span]:
        """The works and their places."""
        return {entry.work.id: entry.place.at("id") for entry in self.report.works}

    @cached_property
    def figures(self) -> Mapping[str, Span]:
        """The figures of `figures.yaml` and their places."""
        return {entry.figure.id: entry.place.at("id") for entry in self.report.figures}

    @cached_property
    def tables(self) -> Mapping[str, Span]:
        """The tables of `tables.yaml` and their places."""
        return {entry.table.id: entry.place.at("id") for entry in self.report.tables}

    @cached_property
    def labelled(self) -> frozenset[str]:
        """Ids that stand on something in a text, rightly or wrongly."""
        tokens = self.all(Form.DEFINITION, Form.IMAGE, Form.TABLE, Form.STRAY, Form.PLACEMENT)
        names = {mention.token.name for mention in tokens}
        return frozenset(names | {mention.token.text for mention in self.all(Form.HEADING)})

    @cached_property
    def pointed_at(self) -> frozenset[str]:
        """Ids that a printed text refers to, in any way."""
        names = {mention.token.name for mention in self.printed(Form.REFERENCE, Form.PAGE)}
        links = {mention.token.name for mention in self.printed(Form.LINK)}
        return frozenset(names | {link.removeprefix("#") for link in links})

    @cached_property
    def referable(self) -> Mapping[str, Span]:
        """Everything that a reference may mean, and where it is defined."""
        known = dict(self.figures) | dict(self.tables)
        known |= {f"note-{name}": span for name, span in self.notes.items()}
        known |= {name: Span(self.report.place.file) for name in self.index.excluded}
        return known | {name: target.span for name, target in self.index.targets.items()}

    def is_lost(self, identifier: str, *files: str) -> bool:
        """Whether something may be missing only because it, or a file that may hold it, could not be read.

        Args:
            identifier: what is missing.
            files: beginnings of the paths, inside the folder, of the files that may hold it.
        """
        broken = self.report.broken
        return identifier in broken or any(name.startswith(files) for name in broken if files)

    def lost_target(self, identifier: str) -> bool:
        """`is_lost` for something that a reference names."""
        if identifier.startswith("note-"):
            return self.is_lost(identifier.removeprefix("note-"), "notes/", "sections/")
        files = {"fig-": ("figures.yaml",), "tbl-": ("tables.yaml",)}.get(identifier[:4], ())
        return self.is_lost(identifier, "sections/", "report.yaml", *files)

    # -- words that are no Markdown

    def plain_words(self) -> Iterator[tuple[str, Span]]:
        """Texts that are printed or spoken as they stand: titles, alternative texts, the abstract."""
        settings, place = self.report.settings, self.report.place
        for name in ("title", "subtitle", "short_title", "kicker", "abstract"):
            value = getattr(settings, name)
            if value:
                yield value, place.at(name.replace("_", "-"))
        for number, word in enumerate(settings.keywords):
            yield word, place.at("keywords", number)
        for number, entry in enumerate(settings.sections):
            if isinstance(entry, model.PartEntry):
                yield entry.part, place.at("sections", number, "part")
        for section in self.report.sections:
            if section.head.short_title:
                yield section.head.short_title, section.place.at("short-title")
        for figure in self.report.figures:
            if figure.figure.alt:
                yield figure.figure.alt, figure.place.at("alt")


def group_heads(entry: TableEntry) -> tuple[Embedded, ...]:
    """The cells that head the groups of a table."""
    if entry.data is None or entry.table.groups not in entry.data.columns:
        return ()
    at = entry.data.columns.index(entry.table.groups)
    chosen = entry.table.rows
    return tuple(row[at] for row in entry.data.rows if not chosen or row[0].text in chosen)


def authored(place: Place, key: str) -> bool:
    """Whether an entry has a key, be its value sound or not."""
    return place.has_key(key)


def nearest(wanted: str, known: Mapping[str, Span] | Iterable[str]) -> str:
    """A hint that names the nearest known word and its place, or an empty string."""
    hint = did_you_mean(wanted, known)
    if hint and isinstance(known, Mapping):
        span = known[hint.split('"')[1]]
        return f"{hint} ({span})" if span.line else hint
    return hint


def is_reference(identifier: str) -> bool:
    """Whether an id has the form of something that can be referred to."""
    return identifier.startswith(REFERENCE_PREFIXES)
