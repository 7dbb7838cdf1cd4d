"""What an author may write: one frozen class for each YAML file and its parts.

The JSON Schemas in `docs/schema/` are generated from these classes. Keys are in kebab-case, and a key
that is not named here is an error.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pipeline import identifiers


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Authored(BaseModel):
    """Frozen, strict about its keys, and written in kebab-case."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=_kebab,
        populate_by_name=False,
        str_strip_whitespace=True,
        defer_build=True,
    )


def _checked(kind: str, check: Callable[[str], str]) -> AfterValidator:
    def validate(value: str) -> str:
        try:
            return check(value)
        except ValueError as error:
            raise PydanticCustomError(kind, "{reason}", {"reason": str(error)}) from error

    return AfterValidator(validate)


def _day(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f'"{value}" is not a date of the form 2026-11-23')
    _in_calendar(value, value)
    return value


def _in_calendar(day: str, shown: str) -> None:
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        raise ValueError(f'"{shown}" is not a day of the calendar') from None


def _when(value: str) -> str:
    """A date of a work: a year, a month or a day, or two of them with a slash between (EDTF level 0)."""
    for part in value.split("/"):
        if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", part):
            raise ValueError(f'"{value}" is not a date of the form 2019, 2019-05 or 2019-05-30')
        _in_calendar((part + "-01-01")[:10], value)
    if value.count("/") > 1:
        raise ValueError(f'"{value}" names more than two dates')
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", value):
        raise ValueError(f'"{value}" is not a language tag of the form en, en-GB or uz-Cyrl')
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError(f'"{value}" is not a web address that begins with https://')
    return value


Text = Annotated[str, StringConstraints(min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
SectionId = Annotated[str, StringConstraints(pattern=r"^sec-[A-Za-z0-9_.-]+$")]
FigureId = Annotated[str, StringConstraints(pattern=r"^fig-[A-Za-z0-9_.-]+$")]
TableId = Annotated[str, StringConstraints(pattern=r"^tbl-[A-Za-z0-9_.-]+$")]
Day = Annotated[str, _checked("date", _day)]
When = Annotated[str, _checked("date", _when)]
Language = Annotated[str, _checked("language", _language)]
WebAddress = Annotated[str, _checked("web-address", _web_address)]
Isbn = Annotated[str, _checked("isbn", identifiers.isbn)]
Issn = Annotated[str, _checked("issn", identifiers.issn)]
Doi = Annotated[str, _checked("doi", identifiers.doi)]
Orcid = Annotated[str, _checked("orcid", identifiers.orcid)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
FilePath = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^/\\:][^\\:]*$")]


class SectionKind(Enum):
    """What a section is."""

    FRONT = "front"
    CHAPTER = "chapter"
    APPENDIX = "appendix"
    BACK = "back"


class Author(Authored):
    """A person or a body."""

    name: Text
    orcid: Orcid | None = None
    affiliation: Text | None = None
    file_as: Text | None = Field(None, description='How lists sort the name: "Sen, Amartya".')


class Publisher(Authored):
    """Who publishes the report."""

    name: Text
    place: Text | None = None
    url: WebAddress | None = None


class Series(Authored):
    """The series that the report belongs to."""

    title: Text
    number: Text | None = None
    issn: Issn | None = None


class Identifiers(Authored):
    """Each edition has an ISBN of its own; the DOI is the report's."""

    doi: Doi | None = None
    isbn_pdf: Isbn | None = None
    isbn_epub: Isbn | None = None
    report_number: Text | None = None


class Rights(Authored):
    """Who holds the rights, and what readers may do."""

    holder: Text
    year: Annotated[int, Field(ge=1900, le=2200)]
    license: Text | None = Field(None, description="An SPDX identifier such as CC-BY-4.0.")
    statement: Text | None = Field(None, description="Markdown for the imprint.")


class PartEntry(Authored):
    """A part: a title over several sections."""

    part: Text
    id: SectionId
    sections: tuple[SectionId, ...] = Field(min_length=1)


class BibliographyGroup(Authored):
    """A heading in the bibliography and the CSL types under it; without types, all that are left."""

    title: Text
    types: tuple[Text, ...] = ()


class Bibliography(Authored):
    """The list of works cited."""

    title: Text | None = None
    groups: tuple[BibliographyGroup, ...] = ()


class CitationSettings(Authored):
    """How citations are written."""

    style: Text = "chicago-notes-bibliography"
    bibliography: Bibliography | None = Bibliography()


class ContentsSettings(Authored):
    """What the contents show."""

    depth: Annotated[int, Field(ge=1, le=4)] = 2
    figures: bool = True
    tables: bool = True


class DesignSettings(Authored):
    """The report's own colours, page and styles."""

    page: Literal["A4", "Letter"] = "A4"
    colors: dict[str, Color] = {}
    stylesheets: tuple[FilePath, ...] = ()
    epub_fonts: bool = Field(False, description="Put the press's typefaces into the EPUB; else the reader's are used.")
    output_profile: FilePath | None = Field(
        None,
        description="The ICC profile of the four inks and the paper that the edition for printers is printed with.",
    )


class Accessibility(Authored):
    """What is claimed of the EPUB's accessibility, and by whom."""

    certified_by: Text | None = Field(
        None, description="Who has examined the EPUB and answers for it: EPUB Accessibility 1.1, WCAG 2.2 Level AA."
    )


class Allowance(Authored):
    """A finding that is accepted, with the reason."""

    rule: Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]{3}$")]
    at: Text | None = Field(None, description="A file of the report, or file:line; all files when absent.")
    reason: Text
    until: Day | None = Field(None, description="The last day on which it is accepted.")


class ReportFile(Authored):
    """`report.yaml`."""

    title: Text
    subtitle: Text | None = None
    short_title: Text | None = None
    kicker: Text | None = None
    lang: Language
    date: Day
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$")]
    authors: tuple[Author, ...] = Field(min_length=1)
    publisher: Publisher
    series: Series | None = None
    identifiers: Identifiers = Identifiers()
    rights: Rights
    abstract: Text | None = None
    keywords: tuple[Text, ...] = ()
    imprint: Text | None = None
    colophon: Text | None = None
    sections: tuple[SectionId | PartEntry, ...] = Field(min_length=1)
    exclude: tuple[SectionId, ...] = ()
    note_numbering: Literal["report", "section"] = "report"
    figure_numbering: Literal["report", "chapter"] = "report"
    table_numbering: Literal["report", "chapter"] = "report"
    number_depth: Annotated[int, Field(ge=0, le=4)] = 2
    contents: ContentsSettings = ContentsSettings()
    citations: CitationSettings = CitationSettings()
    labels: dict[str, Text] = {}
    terms: tuple[Term, ...] = ()
    design: DesignSettings = DesignSettings()
    accessibility: Accessibility = Accessibility()
    allow: tuple[Allowance, ...] = ()


class Term(Authored):
    """The one way in which a body, a place or an idea is written, and the ways that are not used."""

    term: Text
    not_: tuple[Text, ...] = Field(alias="not", min_length=1)
    reason: Text | None = None


class SectionHead(Authored):
    """The front matter of `sections/*.md`."""

    id: SectionId
    title: Text
    kind: SectionKind
    short_title: Text | None = None
    lead: Text | None = None


Locator = Literal[
    "act", "appendix", "article-locator", "book", "canon", "chapter", "column", "elocation", "equation", "figure",
    "folio", "issue", "line", "note", "number", "opus", "page", "paragraph", "part", "rule", "scene", "section",
    "sub-verbo", "supplement", "table", "timestamp", "title-locator", "verse", "version", "volume",
]  # fmt: skip


class NoteCite(Authored):
    """A work cited in a note, and where in it."""

    source: Identifier
    locator: dict[Locator, Text] = Field({}, max_length=1)
    prefix: Text | None = None
    suffix: Text | None = None


class Note(Authored):
    """An entry of `notes/*.yaml`."""

    id: Identifier
    cites: tuple[NoteCite, ...] = ()
    text: str | None = None
    facts: tuple[Text, ...] = ()


class Figure(Authored):
    """An entry of `figures.yaml`."""

    id: FigureId
    file: FilePath | None = None
    chart: FilePath | None = None
    caption: Text
    unit: Text | None = None
    alt: Text | None = None
    decorative: bool = False
    source: Text | None = None
    width: Literal["text", "wide", "landscape"] = "text"

    @model_validator(mode="after")
    def _one_picture(self) -> Figure:
        if (self.file is None) == (self.chart is None):
            raise PydanticCustomError("one-of", 'a figure has either "file" or "chart"')
        return self


class Column(Authored):
    """A column of a table: which CSV column, under which heading."""

    name: Text
    title: str
    align: Literal["left", "right", "center"] | None = None
    header: bool = False
    width: Annotated[float, Field(gt=0)] | None = Field(None, description="Share of the width; the rest is even.")
    format: Literal["text", "number", "date"] = "text"


class Total(Authored):
    """A sum that the build checks: a row over the others, or a column over others."""

    row: Text | None = None
    columns: tuple[Text, ...] = ()
    column: Text | None = None
    of: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _row_or_column(self) -> Total:
        if (self.row is None) == (self.column is None) or (self.column is not None and not self.of):
            raise PydanticCustomError("one-of", 'a total has "row" (and "columns"), or "column" and "of"')
        return self


class TableNote(Authored):
    """A note under a table, by its mark."""

    mark: Annotated[str, StringConstraints(pattern=r"^[a-z*†‡]{1,2}$")]
    text: Text


class Table(Authored):
    """An entry of `tables.yaml`."""

    id: TableId
    data: FilePath
    caption: Text
    unit: Text | None = None
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[Text, ...] = Field((), description="The rows to print, by their first cell; all when absent.")
    groups: Text | None = None
    totals: tuple[Total, ...] = ()
    notes: tuple[TableNote, ...] = ()
    source: Text | None = None
    width: Literal["text", "wide", "landscape"] = "text"


ReportFile.model_rebuild()
