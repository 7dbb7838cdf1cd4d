"""A report's folder to a `Report`: read, validated, and every text searched for what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pipeline import model, works
from pipeline.cache import Cache
from pipeline.datafile import data_table
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.report import DataTable, FigureEntry, NoteEntry, Report, Section, TableEntry, WorkEntry
from pipeline.scan import Form, Token
from pipeline.scanning import scan
from pipeline.source import (
    FILE_MISSING,
    Embedded,
    Place,
    Yaml,
    YamlFile,
    embedded,
    read_bytes,
    read_text,
)
from pipeline.validate import DUPLICATE_ID, WRONG_VALUE, Model, validated
from pipeline.yaml_source import known_yaml, parse_yaml

FRONT_MATTER_MISSING = declare(
    "SRC008",
    "front-matter-missing",
    Severity.ERROR,
    """
    A section file does not begin with its front matter: `---`, the keys id, title and kind, `---`.

    Bad:   # Findings
    Good:  ---
           id: sec-findings
           title: Findings
           kind: chapter
           ---
    """,
)
UNLISTED_SECTION = declare(
    "STR001",
    "unlisted-section",
    Severity.WARNING,
    """
    A section file is neither in `sections` nor in `exclude`, so it will not be printed and no one said so.
    """,
)
UNKNOWN_SECTION = declare(
    "STR002",
    "unknown-section",
    Severity.ERROR,
    """
    `sections` or `exclude` names a section that no file has.
    """,
)

STAND_INS: Mapping[str, Yaml] = {
    "lang": "en",
    "date": "1970-01-01",
    "version": "0",
    "authors": [{"name": "?"}],
    "publisher": {"name": "?"},
    "rights": {"holder": "?", "year": "1970"},
    "sections": ["sec-missing"],
}
MARKUP = frozenset("[@^$<:!")

Entry = TypeVar("Entry")


def load(folder: Path, shown: Callable[[Path], str], cache: Cache, findings: Findings) -> Report:
    """Read a report.

    Args:
        folder: the report's folder.
        shown: how findings name a file.
        cache: what YAML files say and what texts hold is kept there.
        findings: where faults go; the report is what could be read in spite of them.

    Raises:
        StageFailedError: when pandoc cannot run.
    """
    reader = _Folder(folder, shown, cache, findings)
    settings, place, source = reader.settings()
    sections = tuple(reader.sections())
    notes = tuple(reader.notes())
    figures = tuple(reader.figures())
    tables = tuple(reader.tables())
    texts = tuple(dict.fromkeys(_texts(sections, notes, figures, tables)))

    def setting_text(*path: str) -> Embedded | None:
        value: object = settings
        for step in path:
            value = getattr(value, step)
        return embedded(value, place, source, *path) if isinstance(value, str) else None

    extras = (setting_text("imprint"), setting_text("rights", "statement"), setting_text("colophon"))
    texts += tuple(text for text in extras if text is not None)
    tokens = dict(zip(texts, scan(texts, cache), strict=True))
    report = Report(
        folder=folder,
        slug=folder.name,
        settings=settings,
        place=place,
        sections=sections,
        notes=notes,
        works=tuple(reader.works()),
        figures=figures,
        tables=tables,
        data=reader.all_data(),
        pictures=reader.pictures(section_tokens(sections, tokens)),
        output_profile=reader.output_profile(settings, place),
        imprint=extras[0],
        rights=extras[1],
        colophon=extras[2],
        tokens=tokens,
        broken=frozenset(reader.broken),
        templates=folder / "templates" if (folder / "templates").is_dir() else None,
    )
    reader.check_section_order(settings, place, sections)
    return report


def section_tokens(sections: Iterable[Section], tokens: Mapping[Embedded, tuple[Token, ...]]) -> Iterator[Token]:
    """What the bodies of sections hold, in the order of the files."""
    for section in sections:
        yield from tokens.get(section.body, ())


def _texts(
    sections: Iterable[Section],
    notes: Iterable[NoteEntry],
    figures: Iterable[FigureEntry],
    tables: Iterable[TableEntry],
) -> Iterator[Embedded]:
    for section in sections:
        yield section.title
        if section.lead:
            yield section.lead
        yield section.body
    for note in notes:
        if note.text:
            yield note.text
    for figure in figures:
        yield from (text for text in (figure.caption, figure.unit, figure.source) if text)
    for table in tables:
        yield from (text for text in (table.caption, table.unit, table.source) if text)
        yield from (*table.headings, *table.notes)
        for row in table.data.rows if table.data else ():
            yield from (cell for cell in row if MARKUP.intersection(cell.text))


class _Folder:
    """The files of one report, each read once."""

    def __init__(self, folder: Path, shown: Callable[[Path], str], cache: Cache, findings: Findings) -> None:
        self.folder, self.shown, self.cache, self.findings = folder, shown, cache, findings
        self.broken: set[str] = set()
        self._data: dict[str, DataTable | None] = {}

    def text(self, path: Path, asked_at: Span | None = None) -> str | None:
        name = self.shown(path)
        text = read_text(path, self.folder, name, asked_at or Span(name), self.findings)
        if text is None:
            self.not_read(path)
        return text

    def files(self, folder: str, suffix: str) -> list[Path]:
        """The files of a folder, by name; not those that editors and systems hide beside them (`.#a.md`, `._a.md`)."""
        found = (self.folder / folder).glob(f"*{suffix}")
        return sorted(path for path in found if not path.name.startswith("."))

    def not_read(self, path: Path) -> None:
        """Remember that something in a file is lost, so that nobody is told that it does not exist."""
        self.broken.add(path.relative_to(self.folder).as_posix())

    def yaml(self, path: Path) -> YamlFile | None:
        text = self.text(path)
        file = None if text is None else known_yaml(text, self.shown(path), self.findings, self.cache)
        if file is None:
            self.not_read(path)
        return file

    def settings(self) -> tuple[model.ReportFile, Place, str]:
        path = self.folder / "report.yaml"
        file = self.yaml(path)
        if file is None:
            file = YamlFile({}, Place(self.shown(path), {}, {}, {}), "")
            quiet = Findings()  # why it could not be read has been said
        else:
            quiet = self.findings
        settings = validated(model.ReportFile, file.value, file.place, quiet)
        if settings is None:
            sound = file.value if isinstance(file.value, dict) else {}
            settings = self._with_stand_ins(sound, file.place)
            if settings.sections == ("sec-missing",):
                self.not_read(path)
        return settings, file.place, file.text

    def _with_stand_ins(self, sound: Mapping[str, Yaml], place: Place) -> model.ReportFile:
        """The settings with stand-ins for what was wrong, so that the rest of the report is checked too."""
        values: dict[str, Yaml] = {"title": self.folder.name, **STAND_INS}
        for key, value in sound.items():
            attempt = {**values, key: value}
            if validated(model.ReportFile, attempt, place, Findings()) is not None:
                values = attempt
        settings = validated(model.ReportFile, values, place, Findings())
        assert settings is not None, "the stand-ins are valid by themselves"
        return settings

    # -- sections

    def sections(self) -> Iterator[Section]:
        known: dict[str, Section] = {}
        for path in self.files("sections", ".md"):
            section = self.section(path)
            if section is None:
                continue
            if section.id in known:
                message = f'the id "{section.id}" stands twice'
                hint = f"the first one is in {known[section.id].file}"
                self.findings.add(DUPLICATE_ID.at(section.place.at("id"), message, hint))
                continue
            known[section.id] = section
            yield section

    def section(self, path: Path) -> Section | None:
        text, name = self.text(path), self.shown(path)
        if text is None:
            return None
        lines = text.split("\n")
        if lines[0].rstrip() != "---" or "---" not in (line.rstrip() for line in lines[1:]):
            hint = "begin the file with ---, id, title and kind, ---"
            self.findings.add(FRONT_MATTER_MISSING.at(Span(name, 1), "the front matter is missing", hint))
            self.not_read(path)
            return None
        end = next(number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
        head_text = "\n".join(lines[1:end]) + "\n"
        file = parse_yaml(head_text, name, self.findings, first_line=2)
        head = None if file is None else validated(model.SectionHead, file.value, file.place, self.findings)
        if file is None or head is None:
            self.not_read(path)
            if file is not None and isinstance(file.value, dict):
                self.broken.add(str(file.value.get("id", "")))
            return None
        body = "\n".join(lines[end + 1 :])
        return Section(
            head=head,
            place=file.place,
            file=name,
            title=embedded(head.title, file.place, head_text, "title", first_line=2),
            lead=embedded(head.lead, file.place, head_text, "lead", first_line=2) if head.lead else None,
            body=Embedded(body, name, end + 2, 1, 0),
        )

    def check_section_order(self, settings: model.ReportFile, place: Place, sections: tuple[Section, ...]) -> None:
        known = {section.id: section for section in sections}
        all_read = not any(name.startswith("sections/") for name in self.broken)
        named: dict[str, Span] = {}
        for key, entries in (("sections", settings.sections), ("exclude", settings.exclude)):
            for number, entry in enumerate(entries):
                ids = (entry,) if isinstance(entry, str) else entry.sections
                for inner, identifier in enumerate(ids):
                    deeper = () if isinstance(entry, str) else ("sections", inner)
                    span = place.at(key, number, *deeper)
                    if identifier in named:
                        message = f'"{identifier}" stands twice'
                        self.findings.add(DUPLICATE_ID.at(span, message, f"first on line {named[identifier].line}"))
                    named.setdefault(identifier, span)
                    if identifier not in known and all_read and span.line:
                        message = f'no section file has the id "{identifier}"'
                        self.findings.add(UNKNOWN_SECTION.at(span, message))
        for section in sections:
            if section.id not in named and "report.yaml" not in self.broken:
                message = f'"{section.id}" is not in the section order'
                hint = 'add it to "sections" or to "exclude" in report.yaml'
                self.findings.add(UNLISTED_SECTION.at(section.place.at("id"), message, hint))

    # -- entries of YAML lists

    def entries(self, path: Path, kind: type[Model], taken: dict[str, Span]) -> Iterator[tuple[Model, Place, str]]:
        file = self.yaml(path)
        if file is None or file.value is None:
            return
        if not isinstance(file.value, list):
            self.findings.add(WRONG_VALUE.at(file.place.span, "expected a list of entries, each with a dash"))
            self.not_read(path)
            return
        for number, value in enumerate(file.value):
            place = file.place.inside(number)
            entry = validated(kind, value, place, self.findings)
            identifier = str(value.get("id", "")) if isinstance(value, dict) else ""
            if entry is None:
                self.broken.add(identifier)
                if not identifier:
                    self.not_read(path)
                continue
            if identifier in taken:
                first = taken[identifier]
                message = f'the id "{identifier}" stands twice'
                self.findings.add(DUPLICATE_ID.at(place.at("id"), message, f"the first one is at {first}"))
                self.not_read(path)
                continue
            taken[identifier] = place.at("id")
            yield entry, place, file.text

    def notes(self) -> Iterator[NoteEntry]:
        taken: dict[str, Span] = {}
        for path in self.files("notes", ".yaml"):
            for note, place, text in self.entries(path, model.Note, taken):
                words = embedded(note.text, place, text, "text") if note.text and note.text.strip() else None
                yield NoteEntry(note, place, words)

    def works(self) -> Iterator[WorkEntry]:
        path = self.folder / "sources.yaml"
        if path.exists():
            for work, place, _ in self.entries(path, works.Work, {}):
                yield WorkEntry(work, place)

    def figures(self) -> Iterator[FigureEntry]:
        path = self.folder / "figures.yaml"
        for figure, place, text in self.entries(path, model.Figure, {}) if path.exists() else ():
            picture = chart = None
            if figure.file:
                target = self.folder / figure.file
                picture = read_bytes(target, self.folder, figure.file, place.at("file"), self.findings)
            if figure.chart:
                chart = self.text(self.folder / figure.chart, place.at("chart"))
            yield FigureEntry(
                figure=figure,
                place=place,
                caption=embedded(figure.caption, place, text, "caption"),
                unit=embedded(figure.unit, place, text, "unit") if figure.unit else None,
                source=embedded(figure.source, place, text, "source") if figure.source else None,
                picture=picture,
                chart=chart,
            )

    def tables(self) -> Iterator[TableEntry]:
        path = self.folder / "tables.yaml"
        for table, place, text in self.entries(path, model.Table, {}) if path.exists() else ():
            yield TableEntry(
                table=table,
                place=place,
                caption=embedded(table.caption, place, text, "caption"),
                unit=embedded(table.unit, place, text, "unit") if table.unit else None,
                source=embedded(table.source, place, text, "source") if table.source else None,
                headings=tuple(
                    embedded(column.title, place, text, "columns", number, "title")
                    for number, column in enumerate(table.columns)
                ),
                notes=tuple(
                    embedded(note.text, place, text, "notes", number, "text") for number, note in enumerate(table.notes)
                ),
                data=self.data(table.data, place.at("data")),
            )

    # -- data and pictures

    def all_data(self) -> Mapping[str, DataTable]:
        for path in self.files("data", ".csv"):
            self.data(path.relative_to(self.folder).as_posix(), Span(self.shown(path)))
        return {name: table for name, table in sorted(self._data.items()) if table is not None}

    def data(self, name: str, asked_at: Span) -> DataTable | None:
        if name not in self._data:
            path = self.folder / name
            text = self.text(path, asked_at)
            table, whole = (
                (None, False) if text is None else data_table(text, self.shown(path), path.stem, self.findings)
            )
            self._data[name] = table
            if not whole:
                self.not_read(path)
        elif self._data[name] is None and not (self.folder / name).is_file():
            self.findings.add(FILE_MISSING.at(asked_at, f'there is no file "{name}"'))
        return self._data[name]

    def pictures(self, tokens: Iterable[Token]) -> Mapping[str, bytes]:
        pictures: dict[str, bytes] = {}
        for token in tokens:
            if token.form is Form.IMAGE and token.classes and "://" not in token.classes[0]:
                name = token.classes[0]
                data = read_bytes(self.folder / name, self.folder, name, token.span, self.findings)
                if data is not None:
                    pictures[name] = data
        return pictures

    def output_profile(self, settings: model.ReportFile, place: Place) -> bytes | None:
        name = settings.design.output_profile
        if name is None:
            return None
        return read_bytes(self.folder / name, self.folder, name, place.at("design", "output-profile"), self.findings)
