"""One text in three forms: what the authors wrote, the PDF and the EPUB hold the same, once and in the same order.

Source and document are compared clause by clause, the document and each edition unit by unit. What an edition has
beyond the text is listed here, and is a list and no tolerance:

- PDF: running heads and page numbers; heads of tables that come again; numbers of pages in references and contents;
  cover, inside of the cover, title page.
- EPUB: the heading above the notes of a chapter; the heading of the imprint; cover, title page, navigation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from lxml import etree

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span, declare
from pipeline.document import Document
from pipeline.verify.epub_book import Book, UnusableBookError, read_book
from pipeline.verify.parity_kept import Kept
from pipeline.verify.parity_pages import check_page_list
from pipeline.verify.parity_text import Sources, Text, source_in_text
from pipeline.verify.pdf_file import UnusablePdfError, read_pdf
from pipeline.verify.pdf_inspection import inspect
from pipeline.verify.pdf_strands import sections_of
from pipeline.verify.printed_text import PrintedStrand, PrintedText, digest_of, printed_text
from pipeline.verify.text import letters_of, shown
from pipeline.verify.units import EDGE, Unit, UnitKind, in_order_of_print, units, units_of_chapter, units_of_part

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
_XHTML = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_OWN_PAGES = frozenset(("cover", "titlepage"))

Counts = tuple[int, ...]
"""How many units of each kind there are, and numbers in them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison that was made: how it ended, and the differences that are told."""

    result: CheckResult
    faults: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, name: str, faults: Sequence[Diagnostic], detail: str) -> Compared:
        """What a comparison has found."""
        if faults:
            told = CheckResult(name, CheckState.FAILED, f"{detail}; {len(faults)} wrong")
            return cls(told, tuple(faults[:_MOST_FINDINGS]))
        return cls(CheckResult(name, CheckState.PASSED, detail))

    def told(self, findings: Findings) -> CheckResult:
        """Tell it."""
        findings.extend(self.faults)
        return self.result


@dataclass(frozen=True, slots=True)
class Done:
    """What was compared while a PDF was proved.

    Attributes:
        source: the source with the document.
        print: the PDF with the document; None when it could not be read.
        printed: the text of the PDF; None when it has to be read anew.
    """

    source: Compared
    print: Compared | None
    printed: PrintedText | None


def check_parity(
    document: Document,
    sources: Sources,
    cache: Cache,
    findings: Findings,
    pdf: Path | None = None,
    epub: Path | None = None,
    done: Done | None = None,
) -> tuple[CheckResult, ...]:
    """Compare the source, the PDF and the EPUB of a report.

    Args:
        document: what both editions were made from.
        sources: what the authors wrote.
        cache: keeps what pages paint, so that pages that were read before are not read again.
        findings: takes every difference, at its line of the source.
        pdf: the finished PDF, or None when none was made.
        epub: the finished EPUB, or None when none was made.
        done: what was compared already, while the PDF was proved.

    Returns:
        One result for each comparison; one that could not be made is not run.
    """
    text = Text(document, sources)
    try:
        compared = done.source if done is not None else _source(text, cache)
    except etree.XMLSyntaxError as error:
        reason = f"the document is not well-formed: {error.msg}"
        return tuple(CheckResult(name, CheckState.NOT_RUN, reason) for name in NAMES)
    results = [compared.told(findings)]
    book = None
    if epub is not None:
        try:
            book = read_book(epub, epub.name)
        except UnusableBookError as fault:
            results.append(CheckResult(NAMES[1], CheckState.NOT_RUN, f"the EPUB cannot be read: {fault}"))
        else:
            results.append(Compared.of(NAMES[1], *_compare_epub(text, book)).told(findings))
    if pdf is None:
        return tuple(results)
    try:
        if done is None or done.printed is None or done.printed.digest != digest_of(pdf.read_bytes()):
            printed = _read(pdf, document, sources, cache)
            done = Done(compared, _print(text, cache, printed), printed)
    except (UnusablePdfError, OSError) as fault:
        results.append(CheckResult(NAMES[2], CheckState.NOT_RUN, f"the PDF cannot be read: {fault}"))
        return tuple(results)
    if done.print is not None:
        results.append(done.print.told(findings))
    if book is not None and done.printed is not None:
        results.append(Compared.of(NAMES[3], *check_page_list(book, done.printed)).told(findings))
    return tuple(results)


def compare_source(document: Document, sources: Sources, cache: Cache) -> Compared | None:
    """Compare the source alone (see `check_parity`); None when the document is not well-formed."""
    try:
        return _source(Text(document, sources), cache)
    except etree.XMLSyntaxError:
        return None


def compare_print(document: Document, sources: Sources, cache: Cache, printed: PrintedText) -> Compared:
    """Compare a PDF that was read (see `check_parity`)."""
    return _print(Text(document, sources), cache, printed)


def _source(text: Text, cache: Cache) -> Compared:
    return Compared.of(NAMES[0], *source_in_text(text, cache))


def _print(text: Text, cache: Cache, printed: PrintedText) -> Compared:
    if printed.unreadable:
        return Compared(CheckResult(NAMES[2], CheckState.NOT_RUN, f"text in {printed.unreadable} cannot be read"))
    return Compared.of(NAMES[2], *_compare_pdf(text, cache, printed))


def _read(pdf: Path, document: Document, sources: Sources, cache: Cache) -> PrintedText:
    """The text of a PDF.

    Raises:
        UnusablePdfError: when it cannot be read.
    """
    look = inspect(document, read_pdf(pdf, cache), sections_of(document), pdf.name, sources.locate)
    return printed_text(look, digest_of(pdf.read_bytes()))


# ---------------------------------------------------------------- the EPUB


def _compare_epub(text: Text, book: Book) -> tuple[list[Diagnostic], str]:
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
    return faults, _counted(_counts(wanted) for _, wanted in expected)


def _lists(text: Text, book: Book) -> Iterator[Diagnostic]:
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
    id: str, wanted: tuple[Unit, ...], bound: tuple[Unit, ...], text: Text, book: Span
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


def _counted(counts: Iterable[Counts]) -> str:
    """How many units of each kind there are, and how many numbers in them."""
    *found, marks = map(sum, zip((0,) * (len(UnitKind) + 1), *counts, strict=True))
    listed = ", ".join(f"{count} {kind.value}" for count, kind in zip(found, UnitKind, strict=True))
    return f"{listed}, {marks} numbers"


def _counts(found: Sequence[Unit]) -> Counts:
    notes = len({unit.near for unit in found if unit.kind is UnitKind.NOTE})
    kinds = (notes if kind is UnitKind.NOTE else sum(unit.kind is kind for unit in found) for kind in UnitKind)
    return (*kinds, sum(unit.marks for unit in found))


# ---------------------------------------------------------------- the PDF


def _compare_pdf(text: Text, cache: Cache, printed: PrintedText) -> tuple[list[Diagnostic], str]:
    """Every unit of the document is printed whole and in order.

    What is printed twice is told by the check "PDF text", which reads the same words. Of a chapter that was compared
    before with what is printed of it the counts are known, when nothing was wrong.
    """
    faults: list[Diagnostic] = []
    found: list[Counts] = []
    kept = Kept(cache, "units on paper")
    page = text.document.words.page
    for chapter in text.document.chapters:
        strands = printed.strands.get(chapter.id, ())
        key = kept.key(page, repr(chapter), repr([strand.gaps for strand in strands]), *(s.letters for s in strands))
        counts = kept.get(key)
        if counts is None:
            wanted = (*units_of_part(chapter), *units_of_chapter(chapter, page))
            lost = [unit for unit, whole in _printed(wanted, strands) if not whole]
            for unit in lost:
                message = f'"{shown(unit.words)}" is not printed whole, or not in its order'
                faults.append(PDF_DIFFERS.at(text.line(chapter.id, unit), message))
            counts = _counts(wanted)
            if not lost:
                kept.put(key, counts)
        found.append(tuple(counts))
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
