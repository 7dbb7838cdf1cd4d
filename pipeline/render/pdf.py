"""The printed edition: pages laid out until every note is on its page, and written as a tagged PDF.

The layout is repeated with what the last one has taught: which blocks fell on left pages, which side notes have
to move, which notes were lost. It ends when a layout teaches nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import weasyprint
from lxml import etree

from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.document import Document
from pipeline.render import printable
from pipeline.render.blocks import with_blocks
from pipeline.render.catalog import say
from pipeline.render.chapters import Whole, print_by_chapter
from pipeline.render.contrast import faint_texts, tell_faint
from pipeline.render.drawings import drawn_texts
from pipeline.render.engine import Engine, Sheet
from pipeline.render.fetch import BASE_URL, RESOURCE_REFUSED, ReportFetcher
from pipeline.render.finishing import finished, in_form, parts_of
from pipeline.render.formes import Surroundings, digest_of_code
from pipeline.render.forms import SCREEN_FORM, Attached, Design, Form
from pipeline.render.gatherings import needs_whole
from pipeline.render.glyphs import check_families, check_glyphs
from pipeline.render.pagemap import Place, read_page_starts
from pipeline.render.pages import Layout, PrintedNote
from pipeline.render.right_hand import BoundToSideError
from pipeline.render.settle import settle
from pipeline.render.statement import stated
from pipeline.render.tags import tagger
from pipeline.render.volume import FIRST, Facts
from pipeline.templating import Templates
from pipeline.toolchain import fonts
from pipeline.workers import processors

NOTE_LOST = declare(
    "WPR003",
    "note-lost",
    Severity.ERROR,
    """
    A note is called in the text, and its text stands on no page.

    The layout engine loses a note without a word in some crowded places. The press counts calls and notes on the
    laid-out pages and sets the paragraph around a lost note's call in one piece, which usually brings it back;
    this note stayed lost. A note called inside a side note is always lost: side notes carry none.

    Shorten the note, or move its call to another sentence.
    """,
)

NOTE_MISPLACED = declare(
    "WPR004",
    "note-misplaced",
    Severity.ERROR,
    """
    A note is printed, but not where it can be read: before its call, more than one page after it, or partly
    outside the page.

    A note that does not fit on the page of its call continues at the foot of the next ones. What still goes
    wrong has to do with where the call stands: in a head that is repeated, in a block that cannot be broken.

    Move the call to another sentence, or shorten the note.
    """,
)

TEXT_OFF_PAGE = declare(
    "WPR005",
    "text-off-page",
    Severity.ERROR,
    """
    Text runs off its page and cannot be read in print. Mostly it is a table with too many columns.

    Bad:   width: text        # twelve columns
    Good:  width: landscape
    """,
)

OF_EVERY_FORM = ("tokens", "base", "print")
"""The style sheets of the press that any PDF begins with."""
_COLOR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-fA-F]{3,8})\s*;")


@dataclass(frozen=True, slots=True)
class PrintedPdf:
    """The printed edition.

    Attributes:
        data: the file.
        pages: how many pages it has.
        labels: what each page is called, as its folio says ("iv", "12").
        notes: where each note was called and printed.
        rounds: how many layouts it took.
        page_starts: where in the text each page begins, or None for a page without words of it.
    """

    data: bytes
    pages: int
    labels: tuple[str, ...]
    notes: tuple[PrintedNote, ...]
    rounds: int
    page_starts: tuple[Place | None, ...]


def place_of_id(id: str) -> Span:
    """A place that is only an id, for callers that know no sources."""
    return Span(id)


def print_pdf(
    document: Document,
    design: Design,
    templates: Templates,
    epoch: int,
    cache: Cache,
    findings: Findings,
    locate: Callable[[str], Span] = place_of_id,
    attached: tuple[Attached, ...] = (),
    form: Form = SCREEN_FORM,
) -> PrintedPdf:
    """Print a report.

    Args:
        document: the report.
        design: page size, colours, own style sheets.
        templates: the press's templates and the report's.
        epoch: the moment that the file is dated with, in seconds since 1970.
        cache: keeps what was laid out.
        findings: told of everything that is wrong but does not stop the printing.
        locate: where in the sources an id (`note-…`, `sec-…`) comes from.
        attached: the files that go with the report.
        form: what kind of file it becomes.

    Raises:
        StageFailedError: when no PDF can be made.
    """
    edition = Span(f"{document.imprint.slug}.pdf")
    tokens = templates.path("css/tokens.css")
    sheets = (
        *(_sheet(templates.path(f"css/{name}.css"), templates) for name in _sheet_names(form)),
        Sheet(":root {" + "".join(f"--{k}: {v};" for k, v in design.colors) + "}", "report.yaml"),
        *(_sheet(path, templates) for path in design.stylesheets),
    )
    stamp = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    colors = dict(_COLOR.findall(tokens.read_text("utf-8"))) | dict(design.colors)
    marked = with_blocks(document)
    text = templates.render(
        "print/report.html.j2", findings, document=marked, design=design, colors=colors, stamp=stamp
    )
    root = printable.read(text, Span(templates.display(templates.path("print/report.html.j2"))))
    printable.prepare(root, document.words)
    fetcher = ReportFetcher(document.assets, fonts(), templates, findings, edition)
    drawn = tuple(drawn_texts(document.assets))
    characters = printable.characters(root).union(*(text for text, _ in drawn))
    check_glyphs(characters, chain(printable.words_with_places(root), drawn), fonts(), locate, edition, findings)
    engine = Engine(sheets, fetcher, findings, edition, printable.decorative(root))
    around = Surroundings(
        digest=_digest(sheets, templates, form, document.words.note),
        assets=document.assets,
        cover=document.words.cover,
        processes=processors(),
        add_tags=tagger(form.words, document.words.note),
    )
    statement = stated(lambda pdf: say(pdf, document.imprint, attached, epoch, form), FIRST)
    facts = Facts(form.version, statement, parts_of(document))
    try:
        if any(needs_whole(sheet.text) for sheet in sheets):
            raise BoundToSideError("a style sheet asks for something of the whole report")
        whole = print_by_chapter(engine, root, facts, around, cache, findings, edition)
        data = in_form(whole.data, form)
    except BoundToSideError:
        whole = _printed_in_one(engine, root, document, around, findings, edition)
        data = finished(whole.data, whole.layout.labels, document, attached, epoch, form)
    layout = _with_all_notes(whole.layout, document)
    _report(layout, locate, findings, edition)
    tell_faint(whole.faint, locate, edition, findings)
    check_families(whole.families, (sheet.text for sheet in sheets), edition, findings)
    return PrintedPdf(
        data=data,
        pages=len(layout.rooms),
        labels=layout.labels,
        notes=layout.notes,
        rounds=whole.set,
        page_starts=whole.starts,
    )


def _with_all_notes(layout: Layout, document: Document) -> Layout:
    """The layout with all notes of the report in their order, those that nothing calls among them."""
    printed = {note.id: note for note in layout.notes}
    notes = (note for chapter in document.chapters for note in chapter.notes)
    missing = PrintedNote("", "", None, None, True)
    return replace(
        layout,
        notes=tuple(printed.get(note.id) or replace(missing, id=note.id, call_id=note.call_id) for note in notes),
    )


def _digest(sheets: tuple[Sheet, ...], templates: Templates, form: Form, note: str) -> str:
    """All that decides the look of a chapter beside its own text and pictures."""
    files = [path.read_bytes() for path in (*fonts().values(), *templates.files("css"))]
    texts = (sheet.text for sheet in sheets)
    words = str(form.words.part)  # what they are stands in the code; the order of a set differs from run to run
    return key_of(digest_of_code(), weasyprint.__version__, words, form.version, note, *texts, *files)


def _printed_in_one(
    engine: Engine,
    root: etree._Element,
    document: Document,
    around: Surroundings,
    findings: Findings,
    edition: Span,
) -> Whole:
    """Print a report whose style sheets keep its chapters from being laid out by themselves."""
    notes = tuple((note.id, note.call_id) for chapter in document.chapters for note in chapter.notes)
    settled = settle(engine, root, notes, document.words.cover, findings, edition)
    written = engine.write(settled.pages, around.add_tags)
    faint = faint_texts(settled.pages.pages)
    starts = read_page_starts(page._page_box for page in settled.pages.pages)
    return Whole(written.data, settled.layout, written.families, faint, starts, settled.rounds, 1)


def _sheet_names(form: Form) -> tuple[str, ...]:
    return (*OF_EVERY_FORM, *(("bleed",) if form.for_printers else ()))


def _sheet(path: Path, templates: Templates) -> Sheet:
    return Sheet(path.read_text("utf-8"), templates.display(path))


def _report(layout: Layout, locate: Callable[[str], Span], findings: Findings, edition: Span) -> None:
    """Say what the final pages show: lost and misplaced notes, text off the page, links that lead nowhere."""
    for note in layout.notes:
        if note.call is None:
            findings.add(NOTE_LOST.at(locate(note.id), f'the call of note "{note.id}" is not printed'))
            continue
        page = layout.labels[note.call]
        if note.text is None:
            message = f'note "{note.id}" is called on page {page} and printed nowhere'
            findings.add(NOTE_LOST.at(locate(note.id), message, "shorten the note, or move its call"))
        elif note.text - note.call not in (0, 1):
            message = f'note "{note.id}" is called on page {page} and printed on {layout.labels[note.text]}'
            findings.add(NOTE_MISPLACED.at(locate(note.id), message, "shorten the notes around it"))
        elif not note.inside:
            message = f'note "{note.id}" on page {layout.labels[note.text]} runs out of the text area'
            findings.add(NOTE_MISPLACED.at(locate(note.id), message, "shorten the note"))
    told = set()
    for stray in layout.stray:
        if (stray.page, stray.near) not in told:
            told.add((stray.page, stray.near))
            message = f'text runs off page {layout.labels[stray.page]}: "{stray.text.strip()[:60]}"'
            findings.add(TEXT_OFF_PAGE.at(locate(stray.near) if stray.near else edition, message))
    for address, number in layout.addresses:
        if address.startswith(BASE_URL):
            name = address.removeprefix(BASE_URL)
            message = f'the link to "{name}" on page {layout.labels[number]} leads nowhere'
            findings.add(RESOURCE_REFUSED.at(edition, message, "link to an id of the report, or to a full address"))
