"""A report as it was loaded: authored entries with their places, texts with what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import model, works
from pipeline.scan import Token
from pipeline.source import Embedded, Place


@dataclass(frozen=True, slots=True)
class Section:
    """A section file.

    Attributes:
        head: its front matter.
        place: where the front matter's values stand.
        file: the file, as findings name it.
        title: the title as Markdown, with its place.
        lead: the lead, or None.
        body: the text below the front matter; its line numbers are the file's.
    """

    head: model.SectionHead
    place: Place
    file: str
    title: Embedded
    lead: Embedded | None
    body: Embedded

    @property
    def id(self) -> str:
        """Its id, `sec-...`."""
        return self.head.id


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A note and its Markdown (None when it has only citations)."""

    note: model.Note
    place: Place
    text: Embedded | None


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """A work cited."""

    work: works.Work
    place: Place


@dataclass(frozen=True, slots=True)
class DataTable:
    """A CSV file.

    Attributes:
        file: as findings name it.
        name: its name without folder and ending, by which values name it.
        columns: the heads of the columns.
        rows: the cells, each with its place; every row has as many as there are columns.
        text: the whole file as it was read.
    """

    file: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Embedded, ...], ...]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure.

    Attributes:
        picture: the bytes of its file, or None for a chart or a fault.
        chart: the text of its chart specification, or None.
    """

    figure: model.Figure
    place: Place
    caption: Embedded
    unit: Embedded | None
    source: Embedded | None
    picture: bytes | None
    chart: str | None


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table; `data` is None when its CSV file has a fault."""

    table: model.Table
    place: Place
    caption: Embedded
    unit: Embedded | None
    source: Embedded | None
    headings: tuple[Embedded, ...]
    notes: tuple[Embedded, ...]
    data: DataTable | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report's folder, read.

    Attributes:
        folder: the folder.
        slug: its name.
        settings: `report.yaml`; stand-ins take the place of what was wrong in it.
        place: where the settings stand.
        sections: every section file, by name.
        notes, works, figures, tables: the entries of the YAML files, in the order of the files.
        data: the CSV files by path inside the folder ("data/x.csv").
        pictures: picture files that section texts name, by path.
        output_profile: the colour profile of the edition for printers, or None.
        imprint, rights, colophon: the Markdown of the settings, or None.
        tokens: what each text holds.
        broken: ids of entries that were left out because of a fault of their own, and files of the folder
            ("notes/010.yaml") in which something could not be read; that a thing is missing that stands
            there is not a fault of its own.
        templates: the report's own templates, or None.
    """

    folder: Path
    slug: str
    settings: model.ReportFile
    place: Place
    sections: tuple[Section, ...]
    notes: tuple[NoteEntry, ...]
    works: tuple[WorkEntry, ...]
    figures: tuple[FigureEntry, ...]
    tables: tuple[TableEntry, ...]
    data: Mapping[str, DataTable]
    pictures: Mapping[str, bytes]
    output_profile: bytes | None
    imprint: Embedded | None
    rights: Embedded | None
    colophon: Embedded | None
    tokens: Mapping[Embedded, tuple[Token, ...]] = field(repr=False)
    broken: frozenset[str]
    templates: Path | None

    def tokens_of(self, text: Embedded | None) -> tuple[Token, ...]:
        """What a text holds; nothing for None."""
        return self.tokens.get(text, ()) if text is not None else ()
