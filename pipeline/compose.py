"""The manuscript to the resolved `Document`: read, resolve, cite, write, finish.

Texts go section by section, and what was read, resolved or written before is not done again. Citations are set once
for the whole report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipeline import citations, markup, wording
from pipeline.assemble import Provenance, assemble
from pipeline.assets import assets
from pipeline.cache import Cache
from pipeline.citations import Cited
from pipeline.csl import locale_for, locator_terms
from pipeline.diagnostics import Findings, StageFailedError
from pipeline.document import (
    Asset,
    Chapter,
    Creator,
    Document,
    Entry,
    Imprint,
    Kind,
    NoteText,
    Part,
    Words,
)
from pipeline.index import Index, TargetKind
from pipeline.model import SectionKind
from pipeline.naming import with_printed_titles
from pipeline.reading import bundled, read
from pipeline.report import Report, Section
from pipeline.resolving import numbered, resolve_all
from pipeline.templating import Templates
from pipeline.writing import TextKey, write_all


@dataclass(frozen=True, slots=True)
class Styling:
    """What the composition needs to know beside the report.

    Attributes:
        style: the CSL file.
        theme: the theme of charts.
    """

    style: Path
    theme: Path


def compose(
    report: Report,
    index: Index,
    templates: Templates,
    provenance: Provenance,
    styling: Styling,
    cache: Cache,
    findings: Findings,
) -> Document:
    """Make the document of a report.

    Raises:
        StageFailedError: when pandoc or one of the press's own templates fails.
    """
    pieces = assemble(report, index, templates, provenance, findings)
    bundles = read(bundled(pieces, index), index, cache, findings)
    lang = report.settings.lang
    titles = {id: inlines for bundle in bundles for id, inlines in bundle.titles.items()}
    index = with_printed_titles(report, index, titles)
    terms = locator_terms(locale_for(lang))
    sections = resolve_all(report, index, bundles, terms, cache, findings)
    sequence = tuple(section.cites for section in sections)
    works = tuple(entry.work for entry in report.works)
    place = report.place.at("citations", "style")
    bibliography = report.settings.citations.bibliography
    grouped = bibliography is not None and bool(bibliography.groups)
    try:
        cited = citations.cite(sequence, works, styling.style, lang, place, cache, grouped=grouped)
    except StageFailedError as failed:  # the errors keep the document from being published
        findings.extend(failed.findings)
        cited = citations.unset(sequence)
    html = write_all(report, index, sections, numbered(sections), cited, pieces, cache)
    return _Composer(report, index, html, cited).document(
        assets(report, index, styling.theme, cache, findings), templates, findings
    )


KINDS: Mapping[SectionKind, Kind] = {
    SectionKind.FRONT: Kind.FRONT,
    SectionKind.CHAPTER: Kind.CHAPTER,
    SectionKind.APPENDIX: Kind.APPENDIX,
    SectionKind.BACK: Kind.BACK,
}


class _Composer:
    """Puts the written texts together."""

    def __init__(self, report: Report, index: Index, html: Mapping[TextKey, str], cited: Cited) -> None:
        self.report, self.index, self.html, self.cited = report, index, html, cited
        self.settings = report.settings
        self.words = wording.words_for(self.settings.lang, self.settings.labels)

    def document(self, assets: tuple[Asset, ...], templates: Templates, findings: Findings) -> Document:
        chapters = [self.matter(Kind.IMPRINT, "press-imprint", "imprint")]
        chapters += [self.chapter(section) for section in self.index.order]
        bibliography = self.bibliography()
        chapters += [bibliography] if bibliography else []
        chapters.append(self.matter(Kind.COLOPHON, "press-colophon", "colophon"))
        contents = self.settings.contents
        return Document(
            imprint=self.imprint(),
            words=Words(
                figure=self.words["figure"],
                table=self.words["table"],
                contents=self.words["contents"],
                figures=self.words["figures"],
                tables=self.words["tables"],
                figures_and_tables=self.words["figures-and-tables"],
                notes=self.words["notes"],
                page=self.words["page"],
                pages=self.words["pages"],
                cover=self.words["cover"],
                title_page=self.words["title-page"],
                note=self.words["note"],
            ),
            chapters=tuple(chapters),
            contents=self.contents(chapters),
            figures=self.floats(TargetKind.FIGURE) if contents.figures else (),
            tables=self.floats(TargetKind.TABLE) if contents.tables else (),
            assets=assets,
            cover=self.cover(templates, findings),
        )

    def blocks(self, use: str, identifier: str) -> str:
        return self.html.get(TextKey(use, identifier), "")

    def chapter(self, section: Section) -> Chapter:
        target = self.index.targets[section.id]
        part = self.index.parts.get(section.id)
        return Chapter(
            id=section.id,
            kind=KINDS[section.head.kind],
            label=target.number,
            title=markup.inline(self.html[TextKey("title", section.id)]),
            plain_title=target.title,
            running_title=section.head.short_title or target.title,
            lead=self.blocks("lead", section.id) if section.lead else "",
            html=self.blocks("body", section.id),
            notes=tuple(
                NoteText(f"note-{call.id}", f"noteref-{call.id}", call.mark, self.blocks("note", call.id))
                for call in self.index.notes_of(section.id)
            ),
            part=Part(part.id, part.number, markup.inline(self.html[TextKey("entry", part.id)])) if part else None,
        )

    def matter(self, kind: Kind, identifier: str, word: str) -> Chapter:
        title = self.words[word]
        return Chapter(identifier, kind, "", title, title, title, "", self.blocks(word, identifier), ())

    def bibliography(self) -> Chapter | None:
        settings = self.settings.citations.bibliography
        if settings is None or not self.cited.entries:
            return None
        title = settings.title or self.words["bibliography"]
        types = {entry.work.id: entry.work.type for entry in self.report.works}
        left = [key for key, _ in self.cited.entries]
        parts: list[str] = []
        for number, group in enumerate(settings.groups, 1):
            chosen = [key for key in left if not group.types or types[key] in group.types]
            left = [key for key in left if key not in chosen]
            if chosen:
                attributes = f'id="press-bibliography-{number}" data-title="{_attribute(group.title)}"'
                parts.append(f"<h2 {attributes}>{_text(group.title)}</h2>" + self.references(chosen))
        if left:
            parts.append(self.references(left))
        return Chapter(
            "press-bibliography", Kind.BIBLIOGRAPHY, "", _text(title), title, title, "", "\n".join(parts), ()
        )

    def references(self, keys: list[str]) -> str:
        lines = [
            f'<p class="reference" id="ref-{_attribute(key)}">{markup.inline(self.html[TextKey("work", key)])}</p>'
            for key in keys
        ]
        return '<div class="references">' + "\n".join(lines) + "</div>"

    def contents(self, chapters: list[Chapter]) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        depth = self.settings.contents.depth
        for chapter in chapters:
            if chapter.part:
                label = f"{self.words['part']} {chapter.part.label}"
                plain = self.index.targets[chapter.part.id].title
                entries.append(Entry(chapter.part.id, label, chapter.part.title, plain, 0, front=False))
            front = chapter.kind in (Kind.FRONT, Kind.IMPRINT)
            if chapter.kind is not Kind.IMPRINT:
                title = markup.bare_title(chapter.title)
                entries.append(Entry(chapter.id, chapter.label, title, chapter.plain_title, 1, front=front))
            for target in self.index.headings.get(chapter.id, ()):
                if target.level <= depth and (target.number or not chapter.label):
                    title = markup.bare_title(markup.inline(self.html.get(TextKey("entry", target.id), "")))
                    entries.append(Entry(target.id, target.number, title, target.title, target.level, front=front))
        return tuple(entries)

    def floats(self, kind: TargetKind) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        for target in self.index.targets.values():
            if target.kind is kind:
                label = f"{self.words[kind.value]}\u00a0{target.number}"
                html = self.html.get(TextKey("entry", target.id), "")
                title = markup.bare_title(markup.inline(html)) if html else _text(target.title)
                plain = " ".join(etree.tostring(markup.parsed(title), method="text", encoding="unicode").split())
                front = target.section_kind is SectionKind.FRONT
                entries.append(Entry(target.id, label, title, plain, 1, front=front))
        return tuple(entries)

    def cover(self, templates: Templates, findings: Findings) -> str:
        """The report's own drawing, `templates/cover.svg.j2`, which may read the data files."""
        if self.report.templates is None or not (self.report.templates / "cover.svg.j2").is_file():
            return ""
        try:
            return templates.render(
                "cover.svg.j2", findings, data=data_for_templates(self.report), settings=self.settings
            )
        except StageFailedError:
            return ""  # the fault is among the findings

    def imprint(self) -> Imprint:
        settings = self.settings
        series, names = settings.series, settings.identifiers
        return Imprint(
            slug=self.report.slug,
            title=settings.title,
            subtitle=settings.subtitle or "",
            short_title=settings.short_title or settings.title,
            kicker=settings.kicker or "",
            lang=settings.lang,
            date=settings.date,
            version=settings.version,
            creators=tuple(
                Creator(author.name, author.file_as or author.name, author.orcid or "", author.affiliation or "")
                for author in settings.authors
            ),
            publisher=settings.publisher.name,
            publisher_place=settings.publisher.place or "",
            publisher_url=settings.publisher.url or "",
            series=series.title if series else "",
            series_number=(series.number or "") if series else "",
            issn=(series.issn or "") if series else "",
            doi=names.doi or "",
            isbn_pdf=names.isbn_pdf or "",
            isbn_epub=names.isbn_epub or "",
            report_number=names.report_number or "",
            rights=f"© {settings.rights.year} {settings.rights.holder}",
            license=settings.rights.license or "",
            abstract=settings.abstract or "",
            keywords=settings.keywords,
        )


def data_for_templates(report: Report) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """The data files by name, each a sequence of rows by column."""
    return {
        table.name.replace("-", "_"): tuple(
            {column.replace("-", "_"): cell.text for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows
        )
        for table in report.data.values()
    }


def _text(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(words: str) -> str:
    return _text(words).replace('"', "&quot;")
