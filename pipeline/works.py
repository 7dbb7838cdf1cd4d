"""A work in `sources.yaml`: CSL-YAML, every variable of CSL 1.0.2 and no other.

See https://docs.citationstyles.org/en/stable/specification.html, appendices III and IV.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from pipeline.model import Authored, Doi, Identifier, Isbn, Issn, Language, Text, WebAddress, When

WorkType = Literal[
    "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast", "chapter",
    "classic", "collection", "dataset", "document", "entry", "entry-dictionary", "entry-encyclopedia", "event",
    "figure", "graphic", "hearing", "interview", "legal_case", "legislation", "manuscript", "map", "motion_picture",
    "musical_score", "pamphlet", "paper-conference", "patent", "performance", "periodical",
    "personal_communication", "post", "post-weblog", "regulation", "report", "review", "review-book", "software",
    "song", "speech", "standard", "thesis", "treaty", "webpage",
]  # fmt: skip


class Name(Authored):
    """A person (`family`, `given`) or a body (`literal`)."""

    family: Text | None = None
    given: Text | None = None
    literal: Text | None = None
    suffix: Text | None = None
    dropping_particle: Text | None = None
    non_dropping_particle: Text | None = None


class Season(Authored):
    """A date that is not a day of the calendar."""

    literal: Text


_CASED = {
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "url": "URL",
    "pmcid": "PMCID",
    "pmid": "PMID",
    "archive_collection": "archive_collection",
    "archive_location": "archive_location",
}


def _alias(name: str) -> str:
    return _CASED.get(name) or name.replace("_", "-")


Names = Annotated[tuple[Name, ...], Field(min_length=1)]
Moment = When | Season


class Work(Authored):
    """A work cited."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_alias, populate_by_name=False, str_strip_whitespace=True
    )

    id: Identifier
    type: WorkType
    title: Text
    title_short: Text | None = None

    author: Names | None = None
    chair: Names | None = None
    collection_editor: Names | None = None
    compiler: Names | None = None
    container_author: Names | None = None
    contributor: Names | None = None
    curator: Names | None = None
    director: Names | None = None
    editor: Names | None = None
    editorial_director: Names | None = None
    host: Names | None = None
    illustrator: Names | None = None
    interviewer: Names | None = None
    narrator: Names | None = None
    organizer: Names | None = None
    original_author: Names | None = None
    producer: Names | None = None
    recipient: Names | None = None
    reviewed_author: Names | None = None
    script_writer: Names | None = None
    series_creator: Names | None = None
    translator: Names | None = None

    issued: Moment | None = None
    accessed: Moment | None = None
    available_date: Moment | None = None
    event_date: Moment | None = None
    original_date: Moment | None = None
    submitted: Moment | None = None

    abstract: Text | None = None
    annote: Text | None = None
    archive: Text | None = None
    archive_collection: Text | None = None
    archive_location: Text | None = None
    archive_place: Text | None = None
    authority: Text | None = None
    call_number: Text | None = None
    chapter_number: Text | None = None
    collection_number: Text | None = None
    collection_title: Text | None = None
    container_title: Text | None = None
    container_title_short: Text | None = None
    dimensions: Text | None = None
    division: Text | None = None
    doi: Doi | None = None
    edition: Text | None = None
    event_place: Text | None = None
    event_title: Text | None = None
    genre: Text | None = None
    isbn: Isbn | None = None
    issn: Issn | None = None
    issue: Text | None = None
    jurisdiction: Text | None = None
    keyword: Text | None = None
    language: Language | None = None
    license: Text | None = None
    medium: Text | None = None
    note: Text | None = None
    number: Text | None = None
    number_of_pages: Text | None = None
    number_of_volumes: Text | None = None
    original_publisher: Text | None = None
    original_publisher_place: Text | None = None
    original_title: Text | None = None
    page: Text | None = None
    part_number: Text | None = None
    part_title: Text | None = None
    pmcid: Text | None = None
    pmid: Text | None = None
    printing_number: Text | None = None
    publisher: Text | None = None
    publisher_place: Text | None = None
    references: Text | None = None
    reviewed_genre: Text | None = None
    reviewed_title: Text | None = None
    scale: Text | None = None
    section: Text | None = None
    source: Text | None = None
    status: Text | None = None
    supplement_number: Text | None = None
    url: WebAddress | None = None
    version: Text | None = None
    volume: Text | None = None
    volume_title: Text | None = None


def csl_json(work: Work) -> dict[str, object]:
    """The work as an item of CSL-JSON, dates as `date-parts`."""
    item: dict[str, object] = work.model_dump(by_alias=True, exclude_none=True, mode="json")
    for key in ("issued", "accessed", "available-date", "event-date", "original-date", "submitted"):
        value = item.get(key)
        if isinstance(value, str):
            item[key] = {"date-parts": [[int(n) for n in part.split("-")] for part in value.split("/")]}
    return item
