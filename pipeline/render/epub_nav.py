"""The navigation of the EPUB: the contents as a tree, the lists of figures and tables, and the landmarks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.diagnostics import Findings, Span
from pipeline.document import Chapter, Document, Entry, Kind
from pipeline.render.epub_markup import DEAD_LINK, adapt, inner, parse


@dataclass(frozen=True, slots=True)
class Link:
    """A line of a list.

    Attributes:
        href: where it leads.
        label: its printed number, or "".
        title: its words, as XHTML.
        below: the lines under it.
    """

    href: str
    label: str
    title: str
    below: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place that reading systems offer by its kind (EPUB 3.3, 7.4.3.3)."""

    type: str
    href: str
    text: str


def links(
    entries: Iterable[Entry], files: Mapping[str, str], place: Span, findings: Findings
) -> tuple[tuple[Entry, Link], ...]:
    """Entries with their links; one that leads nowhere is told and left out.

    Args:
        entries: lines of the contents or of a list.
        files: the content document of every id.
        place: where findings point to.
        findings: takes the lines that lead nowhere.

    Raises:
        StageFailedError: when a title is not well-formed.
    """
    found = []
    for entry in entries:
        if entry.id not in files:
            message = f'nothing in the book has the id "{entry.id}" of "{entry.plain}"'
            findings.add(DEAD_LINK.at(place, message))
            continue
        title = parse(entry.title, place)
        adapt(title, "", files, frozenset(), place, findings)
        found.append((entry, Link(f"{files[entry.id]}#{entry.id}", entry.label, inner(title))))
    return tuple(found)


def nested(lines: Sequence[tuple[Entry, Link]], chapters: Sequence[Chapter]) -> tuple[Link, ...]:
    """The lines of the contents as a tree by their levels.

    A chapter that does not belong to the part before it stands beside the part: the appendices and the
    bibliography after the last part are none of its chapters.
    """
    outside = _outside_parts(chapters)
    levels = [(0 if entry.id in outside else entry.level, link) for entry, link in lines]
    return _tree(levels)


def _tree(lines: Sequence[tuple[int, Link]]) -> tuple[Link, ...]:
    found = []
    place = 0
    while place < len(lines):
        level, link = lines[place]
        end = place + 1
        while end < len(lines) and lines[end][0] > level:
            end += 1
        found.append(Link(link.href, link.label, link.title, _tree(lines[place + 1 : end])))
        place = end
    return tuple(found)


def _outside_parts(chapters: Sequence[Chapter]) -> frozenset[str]:
    """The chapters that stand in no part: a part lasts as long as the kind of its first chapter."""
    outside = []
    kind: Kind | None = None
    for chapter in chapters:
        if chapter.part is not None:
            kind = chapter.kind
        elif chapter.kind is not kind:
            kind = None
        if kind is None:
            outside.append(chapter.id)
    return frozenset(outside)


def landmarks(
    document: Document, files: Mapping[str, str], *, cover: str, title_page: str, contents: str
) -> tuple[Landmark, ...]:
    """The landmarks that the book has: none is named that is not there.

    Args:
        document: the report.
        files: the content document of every chapter, by its id.
        cover: the file of the cover.
        title_page: the file of the title page.
        contents: the file of the contents and lists.
    """
    words = document.words
    found = [
        Landmark("cover", cover, words.cover),
        Landmark("titlepage", title_page, words.title_page),
        Landmark("toc", f"{contents}#toc", words.contents),
    ]
    wanted = (
        ("bodymatter", {Kind.CHAPTER}),
        ("backmatter", {Kind.APPENDIX, Kind.BACK, Kind.BIBLIOGRAPHY, Kind.COLOPHON}),
        ("bibliography", {Kind.BIBLIOGRAPHY}),
    )
    for kind, sections in wanted:
        first = next((chapter for chapter in document.chapters if chapter.kind in sections), None)
        if first is not None:
            found.append(Landmark(kind, files[first.id], first.plain_title))
    if document.figures:
        found.append(Landmark("loi", f"{contents}#loi", words.figures))
    if document.tables:
        found.append(Landmark("lot", f"{contents}#lot", words.tables))
    return tuple(found)
