"""The resolved document: what the three writers (PDF, EPUB, web) render.

Everything here is final: numbers are assigned, references and citations are words, notes have their
marks. Markup is XHTML text without a namespace, well-formed XML, produced by pandoc and by the press.

The markup that a writer may rely on:

    <h2 id="sec-x" data-title="Plain title"><span class="number">1.2</span> Title</h2>
    <a class="ref" href="#fig-x">Figure 1</a>
    <a class="pageref" href="#sec-x" data-front="true">words for editions without pages</a>
    <a class="noteref" role="doc-noteref" id="noteref-ID" href="#note-ID">12</a>
    <figure id="fig-x" class="figure [wide|landscape]"><figcaption><span class="label">Figure 1</span>
        <span class="caption">...</span><span class="unit">...</span></figcaption>
        <img src="assets/fig-x.svg" alt="..."/><div class="source"><p>...</p></div></figure>
    <div id="tbl-x" class="table [wide|landscape]"><table><caption>...same spans...</caption>
        <colgroup/><thead/><tbody/></table><div class="table-notes"/><div class="source"/></div>
        cells: <th scope="col|row|rowgroup">, <td class="number"> for right-aligned figures,
        <tr class="group"> for the head of a group, <tr class="total"> for a checked sum
    <div class="box"><p class="box-kind">Method</p><p class="box-title">...</p>...</div>
    <div class="side">, <div class="lead">, <div class="pull">,
    <div class="key-figures"><dl><dt>2,199</dt><dd>...</dd></dl></div>, <div class="timeline"><dl>...
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pipeline.diagnostics import Span

_REFERRING = re.compile("^noteref-")


class Kind(Enum):
    """What a section is; it decides its number and its place in the page sequence."""

    IMPRINT = "imprint"
    FRONT = "front"
    CHAPTER = "chapter"
    APPENDIX = "appendix"
    BACK = "back"
    BIBLIOGRAPHY = "bibliography"
    COLOPHON = "colophon"


@dataclass(frozen=True, slots=True)
class NoteText:
    """A note as it is printed.

    Attributes:
        id: `note-<id>`, the target of its call; the same in every edition.
        call_id: `noteref-<id>`, the element that calls it; the target of the way back.
        mark: the printed number, "12".
        html: its blocks, as XHTML.
    """

    id: str
    call_id: str
    mark: str
    html: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents, or of the list of figures or tables.

    Attributes:
        id: the target.
        label: the printed number with its word where it has one ("1.2", "A", "Figure 3"), or "".
        title: inline XHTML without notes, links or ids.
        plain: the title as plain text.
        level: 0 for a part, 1 for a chapter, 2 for its sections, and so on.
        front: whether its page number is roman.
    """

    id: str
    label: str
    title: str
    plain: str
    level: int
    front: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section file of the report (or the imprint, the bibliography, the colophon).

    Attributes:
        id: `sec-...`, carried by the section element that the writers put around `html`.
        kind: what it is.
        label: its printed number: "1", "A", or "" when it has none.
        title: inline XHTML of the title, with notes' calls, without its number.
        plain_title: the title as plain text.
        running_title: the short title for running heads, plain text.
        lead: block XHTML of the sentence under the title, or "".
        html: block XHTML of the text below the title.
        notes: the notes called in it, in the order of their calls.
        part: the part that begins with this chapter, or None.
    """

    id: str
    kind: Kind
    label: str
    title: str
    plain_title: str
    running_title: str
    lead: str
    html: str
    notes: tuple[NoteText, ...]
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part title: it stands before the first chapter of the part."""

    id: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture or chart: `href` ("assets/fig-x.svg") is what the markup names."""

    href: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Creator:
    """An author, a person or a body."""

    name: str
    file_as: str
    orcid: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Imprint:
    """The facts about the publication that editions state in their metadata.

    Dates are ISO 8601; identifiers are bare ("10.1234/abc", "978..."); absent ones are "".
    """

    slug: str
    title: str
    subtitle: str
    short_title: str
    kicker: str
    lang: str
    date: str
    version: str
    creators: tuple[Creator, ...]
    publisher: str
    publisher_place: str
    publisher_url: str
    series: str
    series_number: str
    issn: str
    doi: str
    isbn_pdf: str
    isbn_epub: str
    report_number: str
    rights: str
    license: str
    abstract: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The words that the press itself prints, in the language of the report."""

    figure: str
    table: str
    contents: str
    figures: str
    tables: str
    figures_and_tables: str
    notes: str
    page: str
    pages: str
    cover: str
    title_page: str
    note: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the sources the ids of a document come from.

    Attributes:
        spans: by id.
        elsewhere: the place of what has none of its own.
    """

    spans: Mapping[str, Span]
    elsewhere: Span

    def of(self, anchor: str) -> Span:
        """The source of an id that an artefact names; the call of a note comes from where the note does."""
        return self.spans.get(_REFERRING.sub("note-", anchor), self.elsewhere)


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report, ready for the writers.

    Attributes:
        imprint: the facts about the publication.
        words: the press's own words in its language.
        chapters: imprint, front matter, chapters, appendices, back matter, in printed order.
        contents: the lines of the contents, to the depth the report asks for.
        figures, tables: the lines of their lists (empty when the report does not want them).
        assets: the pictures that the markup names.
        cover: an SVG drawing for the cover, without the title's words, or "" for the press's own.
    """

    imprint: Imprint
    words: Words
    chapters: tuple[Chapter, ...]
    contents: tuple[Entry, ...]
    figures: tuple[Entry, ...]
    tables: tuple[Entry, ...]
    assets: tuple[Asset, ...]
    cover: str
