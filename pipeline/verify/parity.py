"""One text in three forms: what the authors wrote, the PDF and the EPUB hold the same, once and in the same order.

Source and document are compared clause by clause, the document and each edition unit by unit. What an edition has
beyond the text is listed here, and is a list and no tolerance:

- PDF: running heads and page numbers; heads of tables that come again; numbers of pages in references and contents;
  cover, inside of the cover, title page.
- EPUB: the heading above the notes of a chapter; the heading of the imprint; cover, title page, navigation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from lxml import etree

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span, declare
from pipeline.document import Document
from pipeline.index import Index
from pipeline.report import Report
from pipeline.verify.clauses import Clause, clauses_of, clauses_of_notes, clauses_of_sections, plain
from pipeline.verify.epub_book import Book, UnusableBookError, read_book
from pipeline.verify.parity_pages import check_page_list
from pipeline.verify.pdf_file import UnusablePdfError, read_pdf
from pipeline.verify.pdf_inspection import inspect
from pipeline.verify.pdf_strands import sections_of
from pipeline.verify.printed_text import PrintedStrand, PrintedText, digest_of, printed_text
from pipeline.verify.text import letters_of, shown
from pipeline.verify.units import EDGE, Unit, UnitKind, in_order_of_print, units, units_of_chapter, units_of_part

NOT_IN_TEXT = declare(
    "PAR001",
    "source-not-in-text",
    Severity.ERROR,
    """
    Words of a source file are not in the text that the editions are made from, or stand in another order there.

    The press looks for everything that was written, line by line, behind what stands before it. It replaces
    references, citations, calls of notes and values, and nothing else; so this is a fault of the press, of a
    manuscript template, or of Markdown that was read otherwise than it was meant.
    """,
)

EPUB_DIFFERS = declare(
    "PAR002",
    "epub-text-differs",
    Severity.ERROR,
    """
    The text of the finished EPUB is not that of the report: a paragraph, heading, note, number, caption or cell
    of a table is missing, is there twice, is changed or stands elsewhere.

    A template of the report that leaves something out is the likely cause.
    """,
)

PDF_DIFFERS = declare(
    "PAR003",
    "pdf-text-differs",
    Severity.ERROR,
    """
    The text of the finished PDF is not that of the report: a paragraph, heading, note, number, caption or cell
    of a table is not printed whole.

    A template of the report that leaves something out is the likely cause, or text that runs off its page.
    """,
)

NAMES = ("Parity source", "Parity EPUB", "Parity PDF", "Parity pages")
_MOST_FINDINGS = 20  # of one comparison; the number of all is in its detail
_SURE = 8  # letters that a unit has in common with its source by no chance
_XHTML = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_OWN_PAGES = frozenset(("cover", "titlepage"))


@dataclass(frozen=True, slots=True)
class Sources:
    """The source of a document.

    Attributes:
        report: the report as it was loaded.
        index: its anchors and numbers.
        locate: where in the sources an id comes from.
    """

    report: Report
    index: Index
    locate: Callable[[str], Span]


def check_parity(
    document: Document,
    sources: Sources,
    cache: Cache,
    findings: Findings,
    pdf: Path | None = None,
    epub: Path | None = None,
    printed: PrintedText | None = None,
) -> tuple[CheckResult, ...]:
    """Compare the source, the PDF and the EPUB of a report.

    Args:
        document: what both editions were made from.
        sources: what the authors wrote.
        cache: keeps what pages paint, so that pages that were read before are not read again.
        findings: takes every difference, at its line of the source.
        pdf: the finished PDF, or None when none was made.
        epub: the finished EPUB, or None when none was made.
        printed: the text of the PDF, when it was read already.

    Returns:
        One result for each comparison; one that could not be made is not run.
    """
    try:
        text = _Text(document, sources)
    except etree.XMLSyntaxError as error:
        reason = f"the document is not well-formed: {error.msg}"
        return tuple(CheckResult(name, CheckState.NOT_RUN, reason) for name in NAMES)
    results = [_told(NAMES[0], *_compare_source(text), findings)]
    book = None
    if epub is not None:
        try:
            book = read_book(epub, epub.name)
        except UnusableBookError as fault:
            results.append(CheckResult(NAMES[1], CheckState.NOT_RUN, f"the EPUB cannot be read: {fault}"))
        else:
            results.append(_told(NAMES[1], *_compare_epub(text, book), findings))
    if pdf is None:
        return tuple(results)
    try:
        printed = _read(pdf, document, sources, cache, printed)
    except UnusablePdfError as fault:
        results.append(CheckResult(NAMES[2], CheckState.NOT_RUN, f"the PDF cannot be read: {fault}"))
        return tuple(results)
    if printed.unreadable:
        results.append(CheckResult(NAMES[2], CheckState.NOT_RUN, f"text in {printed.unreadable} cannot be read"))
    else:
        results.append(_told(NAMES[2], *_compare_pdf(text, printed), findings))
    if book is not None:
        results.append(_told(NAMES[3], *check_page_list(book, printed), findings))
    return tuple(results)


def _read(pdf: Path, document: Document, sources: Sources, cache: Cache, printed: PrintedText | None) -> PrintedText:
    """The text of a PDF: what was read of it already, when it is the same file to the byte.

    Raises:
        UnusablePdfError: when it cannot be read.
    """
    try:
        digest = digest_of(pdf.read_bytes())
    except OSError as error:
        raise UnusablePdfError(f"the file cannot be opened: {error}") from error
    if printed is not None and printed.digest == digest:
        return printed
    look = inspect(document, read_pdf(pdf, cache), sections_of(document), pdf.name, sources.locate)
    return printed_text(look, digest)


def _told(name: str, faults: Sequence[Diagnostic], detail: str, findings: Findings) -> CheckResult:
    findings.extend(faults[:_MOST_FINDINGS])
    if faults:
        return CheckResult(name, CheckState.FAILED, f"{detail}; {len(faults)} wrong")
    return CheckResult(name, CheckState.PASSED, detail)


class _Text:
    """The text of a document, and the lines it comes from."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self.document = document
        self.locate = sources.locate
        self.chapters = {chapter.id: units_of_chapter(chapter) for chapter in document.chapters}
        report = sources.report
        own = {
            "press-imprint": clauses_of(report, report.imprint) + clauses_of(report, report.rights),
            "press-colophon": clauses_of(report, report.colophon),
        }
        self.clauses: dict[str, tuple[Clause, ...]] = dict(clauses_of_sections(report, sources.index)) | own
        self.notes = dict(clauses_of_notes(report))

    def line(self, chapter: str, unit: Unit) -> Span:
        """The line of the source that a unit begins on, or that of the nearest id."""
        letters = plain(unit.letters)
        known = self.notes.get(unit.near, ()) if unit.kind is UnitKind.NOTE else self.clauses.get(chapter, ())
        ways = (
            (clause for clause in known if clause.letters == letters),
            (clause for clause in known if clause.letters in letters and len(clause.letters) >= _SURE),
        )
        first = next((clause for way in ways for clause in way), None)
        return first.span if first is not None else self.locate(unit.near)


# ---------------------------------------------------------------- the source


def _compare_source(text: _Text) -> tuple[list[Diagnostic], str]:
    """Every clause of every section and note is in its text, in order."""
    faults: list[Diagnostic] = []
    count = 0
    notes = {note.id for chapter in text.document.chapters for note in chapter.notes}
    for chapter, found in text.chapters.items():
        body = "".join(unit.letters + EDGE for unit in found if unit.kind is not UnitKind.NOTE)
        known = text.clauses.get(chapter, ())
        count += len(known)
        faults += _missing(known, plain(body))
    by_note: dict[str, str] = {}
    for found in text.chapters.values():
        for unit in found:
            if unit.near in notes or unit.kind is UnitKind.NOTE:
                by_note[unit.near] = by_note.get(unit.near, "") + unit.letters + EDGE
    for note, known in text.notes.items():
        if note in notes:  # one that is called nowhere is in no edition; a rule of the source tells it
            count += len(known)
            faults += _missing(known, plain(by_note.get(note, "")))
    files = {clause.span.path for known in (*text.clauses.values(), *text.notes.values()) for clause in known}
    return faults, f"{count} pieces of text of {len(files)} files"


def _missing(known: Sequence[Clause], letters: str) -> Iterator[Diagnostic]:
    at = 0
    for clause in known:
        start, end = clause.place_in(letters, at)
        if start >= 0:
            at = end
            continue
        how = "stands out of its order in the text" if clause.letters in letters else "is not in the text"
        yield NOT_IN_TEXT.at(clause.span, f'"{shown(clause.words)}" {how}')


# ---------------------------------------------------------------- the EPUB


def _compare_epub(text: _Text, book: Book) -> tuple[list[Diagnostic], str]:
    """Every unit of the document is in the book, once and in order, and nothing else is."""
    faults: list[Diagnostic] = []
    expected: list[tuple[str, tuple[Unit, ...]]] = []
    for chapter in in_order_of_print(text.document):
        if chapter.part is not None:
            expected.append((chapter.part.id, units_of_part(chapter)))
        expected.append((chapter.id, text.chapters[chapter.id]))
    bound = _sections_of_book(book)
    for id, wanted in expected:
        faults += _differences(id, wanted, bound.pop(id, ()), text, Span(book.shown))
    for id, more in bound.items():
        message = f'the EPUB has a section "{id}" that the report has not: "{shown(more[0].words)}"'
        faults.append(EPUB_DIFFERS.at(Span(book.shown), message))
    faults += _lists(text, book)
    return faults, _counted([unit for _, wanted in expected for unit in wanted])


def _lists(text: _Text, book: Book) -> Iterator[Diagnostic]:
    """The contents and the lists of figures and tables have all their lines."""
    document = text.document
    for kind, entries in (("toc", document.contents), ("loi", document.figures), ("lot", document.tables)):
        if not entries:
            continue  # a report that prints no contents gets its chapters
        links = (
            link
            for page in book.pages
            for nav in page.root.iter(f"{_XHTML}nav")
            if nav.get(_TYPE) == kind
            for link in nav.iter(f"{_XHTML}a")
        )
        bound = {
            (link.get("href", "").partition("#")[2], letters_of("".join(map(str, link.itertext())))) for link in links
        }
        for entry in entries:
            if (entry.id, letters_of(entry.label + entry.plain)) not in bound:
                message = f'the line "{shown(f"{entry.label} {entry.plain}")}" is not in the navigation of the EPUB'
                yield EPUB_DIFFERS.at(text.locate(entry.id), message)


def _sections_of_book(book: Book) -> dict[str, tuple[Unit, ...]]:
    """The units of every section in reading order, by its id; of what is in no section, by the file."""
    pages = {page.name: page for page in book.pages}
    found: dict[str, tuple[Unit, ...]] = {}
    for name in book.spine:
        body = pages[name].root.find(f"{_XHTML}body") if name in pages else None
        for child in body if body is not None else ():
            if not isinstance(child.tag, str) or child.tag == f"{_XHTML}nav":
                continue
            if set(child.get(_TYPE, "").split()) & _OWN_PAGES:
                continue
            id = child.get("id") or name
            _drop_own_words(child)
            if more := tuple(units(child, id)):
                found[id] = found.get(id, ()) + more
    return found


def _drop_own_words(section: etree._Element) -> None:
    """Take away the heading of the notes, which the press puts there."""
    for notes in section.iter(f"{_XHTML}section"):
        heading = notes.find(f"{_XHTML}h2")
        if notes.get("role") == "doc-endnotes" and heading is not None and notes.index(heading) == 0:
            notes.remove(heading)


def _differences(
    id: str, wanted: tuple[Unit, ...], bound: tuple[Unit, ...], text: _Text, book: Span
) -> Iterator[Diagnostic]:
    keys, others = ([(unit.kind, unit.letters, unit.marks) for unit in side] for side in (wanted, bound))
    if keys == others:
        return
    there, here = set(keys), set(others)
    matcher = SequenceMatcher(a=keys, b=others, autojunk=False)
    for what, first, last, begin, end in matcher.get_opcodes():
        if what == "equal":
            continue
        for unit, key in zip(wanted[first:last], keys[first:last], strict=True):
            how = "stands elsewhere in the EPUB" if key in here else "is not in the EPUB, or otherwise"
            yield EPUB_DIFFERS.at(text.line(id, unit), f'"{shown(unit.words)}" {how}')
        for unit, key in zip(bound[begin:end], others[begin:end], strict=True):
            if key in there:
                yield EPUB_DIFFERS.at(text.line(id, unit), f'"{shown(unit.words)}" is in the EPUB more than once')
            else:
                yield EPUB_DIFFERS.at(book, f'"{shown(unit.words)}" is in the EPUB and not in the report, in "{id}"')


def _counted(found: Sequence[Unit]) -> str:
    """How many units of each kind there are, and how many numbers in them."""
    counts = {kind: sum(unit.kind is kind for unit in found) for kind in UnitKind}
    counts[UnitKind.NOTE] = len({unit.near for unit in found if unit.kind is UnitKind.NOTE})
    listed = ", ".join(f"{count} {kind.value}" for kind, count in counts.items())
    return f"{listed}, {sum(unit.marks for unit in found)} numbers"


# ---------------------------------------------------------------- the PDF


def _compare_pdf(text: _Text, printed: PrintedText) -> tuple[list[Diagnostic], str]:
    """Every unit of the document is printed whole and in order.

    What is printed twice is told by the check "PDF text", which reads the same words.
    """
    faults: list[Diagnostic] = []
    found: list[Unit] = []
    for chapter in text.document.chapters:
        wanted = (*units_of_part(chapter), *units_of_chapter(chapter, text.document.words.page))
        found += wanted
        for unit, whole in _printed(wanted, printed.strands.get(chapter.id, ())):
            if not whole:
                message = f'"{shown(unit.words)}" is not printed whole, or not in its order'
                faults.append(PDF_DIFFERS.at(text.line(chapter.id, unit), message))
    return faults, _counted(found)


def _printed(wanted: Sequence[Unit], strands: Sequence[PrintedStrand]) -> Iterator[tuple[Unit, bool]]:
    """Each unit, and whether its letters are on paper: those of the strand that goes on with them."""
    at = dict.fromkeys(range(len(strands)), 0)
    current = 0
    for unit in wanted:
        letters = unit.letters.replace(EDGE, "")
        ways = [n for n, strand in enumerate(strands) if strand.letters.startswith(letters, at[n])]
        open_ways = [n for n in ways if n == current] or [n for n in ways if at[n]] or ways
        if not open_ways:
            yield unit, False
            continue
        current = open_ways[0]
        start, end = at[current], at[current] + len(letters)
        at[current] = end
        yield unit, not any(gap[0] < end and gap[1] > start for gap in strands[current].gaps)
