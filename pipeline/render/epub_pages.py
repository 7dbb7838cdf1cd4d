"""The content documents of the EPUB: which there are, what they are called, and what stands in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lxml import etree

from pipeline.diagnostics import Diagnostic, Findings, Span, StageFailedError
from pipeline.document import Chapter, Document, Entry, Kind, Part
from pipeline.render import epub_markup as markup
from pipeline.render.blocks import number_blocks
from pipeline.render.epub_breaks import Breaks, Leaf, put_breaks
from pipeline.render.epub_nav import landmarks, links, nested
from pipeline.render.pagemap import PageMap
from pipeline.templating import Templates

COVER_PAGE, TITLE_PAGE, NAV = "cover.xhtml", "titlepage.xhtml", "nav.xhtml"
COVER, TITLE, CONTENTS = "cover", "title-page", "contents"  # the ids of these pages in the print templates
COVER_PICTURE, STYLE = "cover.png", "epub.css"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_RIGHT_TO_LEFT = re.compile(r"(?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)(?:-|$)|.*-(?:Arab|Hebr)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Semantics:
    """What a section is, "" where there is no word for it.

    Attributes:
        matter: "frontmatter", "bodymatter" or "backmatter".
        type: its `epub:type`, from the EPUB Structural Semantics Vocabulary.
        role: its role in DPUB-ARIA.
    """

    matter: str
    type: str
    role: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note at the end of its chapter, its way back included."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A chapter as trees, which `_chapter` changes into the markup of the edition."""

    chapter: Chapter
    file: str
    place: Span
    title: etree._Element
    lead: etree._Element
    body: etree._Element
    notes: tuple[etree._Element, ...]

    def roots(self) -> tuple[etree._Element, ...]:
        return (self.title, self.lead, self.body, *self.notes)


@dataclass(frozen=True, slots=True)
class _Run:
    """What every page needs while the pages are written."""

    document: Document
    files: Mapping[str, str]
    targets: Mapping[str, str]
    breaks: Breaks
    templates: Templates
    findings: Findings

    def page(self, template: str, section: str, **context: object) -> str:
        """A content document; `section` is the id of what it holds."""
        direction = reading_direction(self.document.imprint.lang)
        return self.templates.render(
            f"epub/{template}",
            self.findings,
            document=self.document,
            style=STYLE,
            direction=direction,
            opening=self.breaks.opening.get(section, ()),
            closing=self.breaks.closing.get(section, ()),
            **context,
        )


_SEMANTICS = {
    Kind.IMPRINT: Semantics("frontmatter", "imprint", ""),
    Kind.FRONT: Semantics("frontmatter", "", ""),
    Kind.CHAPTER: Semantics("bodymatter", "chapter", "doc-chapter"),
    Kind.APPENDIX: Semantics("backmatter", "appendix", "doc-appendix"),
    Kind.BACK: Semantics("backmatter", "", ""),
    Kind.BIBLIOGRAPHY: Semantics("backmatter", "bibliography", "doc-bibliography"),
    Kind.COLOPHON: Semantics("backmatter", "colophon", "doc-colophon"),
}

# Front and back matter of which the id says what it is; of any other nothing is claimed.
_NAMED = {
    "sec-abstract": ("abstract", "doc-abstract"),
    "sec-acknowledgements": ("acknowledgments", "doc-acknowledgments"),
    "sec-acknowledgments": ("acknowledgments", "doc-acknowledgments"),
    "sec-afterword": ("afterword", "doc-afterword"),
    "sec-conclusion": ("conclusion", "doc-conclusion"),
    "sec-epilogue": ("epilogue", "doc-epilogue"),
    "sec-foreword": ("foreword", "doc-foreword"),
    "sec-introduction": ("introduction", "doc-introduction"),
    "sec-preface": ("preface", "doc-preface"),
    "sec-prologue": ("prologue", "doc-prologue"),
}


def write_pages(
    document: Document, templates: Templates, cover_words: str, page_map: PageMap | None, findings: Findings
) -> Mapping[str, str]:
    """The content documents by name, in reading order: cover, title page, imprint, contents, chapters.

    Args:
        document: the resolved report.
        templates: the press's templates, and the report's replacements.
        cover_words: the text alternative of the cover.
        page_map: the pages of the printed edition, which are marked and listed; None for no list.
        findings: takes dead links, ids used twice, unpaired notes and missing pictures.

    Raises:
        StageFailedError: when a template fails or a chapter is not well-formed.
    """
    files = file_names(document)
    parsed = _parse_all(document, files)
    targets = _targets(document, parsed, files, findings)
    breaks = Breaks() if page_map is None else _broken(document, parsed, files, page_map, frozenset(targets), findings)
    run = _Run(document, files, targets, breaks, templates, findings)
    pages = {
        COVER_PAGE: run.page("cover.xhtml.j2", COVER, picture=COVER_PICTURE, words=cover_words),
        TITLE_PAGE: run.page("titlepage.xhtml.j2", TITLE),
    }
    for one in parsed:
        if one.chapter.kind is Kind.IMPRINT:
            pages[one.file] = _chapter(one, run)
    pages[NAV] = _navigation(run)
    for one in parsed:
        if one.chapter.part is not None:
            part = one.chapter.part
            pages[files[part.id]] = run.page("part.xhtml.j2", part.id, part=part)
        if one.chapter.kind is not Kind.IMPRINT:
            pages[one.file] = _chapter(one, run)
    return pages


def file_names(document: Document) -> Mapping[str, str]:
    """The content document of every part and chapter, by its id: the id itself wherever it can name a file.

    Names differ in more than case, because archives are unpacked on disks that ignore it (EPUB 3.3, 4.2.2).
    """
    names: dict[str, str] = {}
    taken = {COVER_PAGE, TITLE_PAGE, NAV}
    for place, section in enumerate(_sections(document), 1):
        name = f"{section.id}.xhtml"
        if not _PLAIN_NAME.fullmatch(section.id) or name.lower() in taken:
            name = f"section-{place:03}.xhtml"
        taken.add(name.lower())
        names[section.id] = name
    return names


def reading_direction(lang: str) -> str:
    """The direction of a language's script, "ltr" or "rtl"."""
    return "rtl" if _RIGHT_TO_LEFT.match(lang) else "ltr"


def _sections(document: Document) -> Iterator[Part | Chapter]:
    for chapter in document.chapters:
        if chapter.part is not None:
            yield chapter.part
        yield chapter


def place_of(document: Document, file: str) -> Span:
    """Where findings about a file of the book point to."""
    return Span(f"{document.imprint.slug}.epub/{file}")


def _parse_all(document: Document, files: Mapping[str, str]) -> tuple[_Parsed, ...]:
    """Every chapter as trees.

    Raises:
        StageFailedError: with all the chapters that are not well-formed.
    """
    parsed: list[_Parsed] = []
    faults: list[Diagnostic] = []
    for chapter in document.chapters:
        file = files[chapter.id]
        place = place_of(document, file)
        try:
            title, lead, body, *notes = (
                markup.parse(text, place)
                for text in (chapter.title, chapter.lead, chapter.html, *(n.html for n in chapter.notes))
            )
        except StageFailedError as failed:
            faults.extend(failed.findings)
        else:
            parsed.append(_Parsed(chapter, file, place, title, lead, body, tuple(notes)))
    if faults:
        raise StageFailedError(*faults)
    return tuple(parsed)


def _targets(
    document: Document, parsed: Sequence[_Parsed], files: Mapping[str, str], findings: Findings
) -> Mapping[str, str]:
    """The file of every id of the book; ids used twice and notes without exactly one call are told."""
    targets: dict[str, str] = {}

    def claim(id: str, file: str) -> None:
        if id in targets:
            message = f'the id "{id}" is used twice, here and in {targets[id]}'
            findings.add(markup.DUPLICATE_ID.at(place_of(document, file), message))
        targets.setdefault(id, file)

    for one in parsed:
        if one.chapter.part is not None:
            claim(one.chapter.part.id, files[one.chapter.part.id])
        for id in (one.chapter.id, *(note.id for note in one.chapter.notes), *markup.ids(one.roots())):
            claim(id, one.file)
        calls = Counter(markup.ids((one.title, one.lead, one.body)))
        for note in one.chapter.notes:
            if calls[note.call_id] != 1:
                times = f"{calls[note.call_id]} times"
                message = f'note {note.mark} ("{note.id}") is called {times} in its chapter'
                findings.add(markup.UNPAIRED_NOTE.at(one.place, message))
    return targets


def _broken(
    document: Document,
    parsed: Sequence[_Parsed],
    files: Mapping[str, str],
    page_map: PageMap,
    taken: frozenset[str],
    findings: Findings,
) -> Breaks:
    """Mark the pages of the printed edition in the chapters."""
    early: list[Leaf] = []
    late: list[Leaf] = []
    for one in parsed:
        number_blocks(one.chapter.id, one.lead, one.body)
        is_imprint = one.chapter.kind is Kind.IMPRINT
        if one.chapter.part is not None:
            late.append(Leaf(one.chapter.part.id, files[one.chapter.part.id]))
        leaf = Leaf(one.chapter.id, one.file, (one.lead, one.body), opens_untitled=is_imprint)
        (early if is_imprint else late).append(leaf)
    lines = tuple(f"#{entry.id}" for entry in (*document.contents, *document.figures, *document.tables))
    if document.contents:  # else none are printed
        early.append(Leaf(CONTENTS, NAV, lines=lines))
    leaves = (Leaf(COVER, COVER_PAGE), Leaf(TITLE, TITLE_PAGE), *early, *late)
    breaks, faults = put_breaks(page_map, leaves, taken, place_of(document, NAV))
    findings.extend(faults)
    return breaks


def _chapter(one: _Parsed, run: _Run) -> str:
    pictures = frozenset(asset.href for asset in run.document.assets)
    for root in one.roots():
        markup.adapt(root, one.file, run.targets, pictures, one.place, run.findings)
    for note, root in zip(one.chapter.notes, one.notes, strict=True):
        markup.add_way_back(root, note)
    semantics = _SEMANTICS[one.chapter.kind]
    if one.chapter.kind in {Kind.FRONT, Kind.BACK} and one.chapter.id in _NAMED:
        semantics = Semantics(semantics.matter, *_NAMED[one.chapter.id])
    return run.page(
        "chapter.xhtml.j2",
        one.chapter.id,
        chapter=one.chapter,
        semantics=semantics,
        title=markup.inner(one.title),
        lead=markup.inner(one.lead),
        body=markup.inner(one.body),
        notes=tuple(Note(note.id, markup.inner(root)) for note, root in zip(one.chapter.notes, one.notes, strict=True)),
    )


def _navigation(run: _Run) -> str:
    place = place_of(run.document, NAV)
    # A book without contents is no EPUB (EPUB 3.3, 7.4.1): a report that prints none gets its chapters.
    entries = run.document.contents or tuple(
        Entry(chapter.id, chapter.label, escape(chapter.plain_title), chapter.plain_title, 1, front=False)
        for chapter in run.document.chapters
    )
    lines = links(entries, run.targets, place, run.findings)
    return run.page(
        "nav.xhtml.j2",
        CONTENTS,
        breaks=run.breaks,
        contents=nested(lines, run.document.chapters),
        figures=[link for _, link in links(run.document.figures, run.targets, place, run.findings)],
        tables=[link for _, link in links(run.document.tables, run.targets, place, run.findings)],
        landmarks=landmarks(run.document, run.files, cover=COVER_PAGE, title_page=TITLE_PAGE, contents=NAV),
    )
