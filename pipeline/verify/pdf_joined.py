"""A finished PDF judged by what is known of its portions, each of which was compared with its chapters alone.

What is wrong is told by looking at the whole file: here it is only found out that nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.cache import Cache
from pipeline.diagnostics import Diagnostic, Span, has_errors
from pipeline.document import Document
from pipeline.verify.layout import Flow, judged
from pipeline.verify.layout_sheet import Band, Filled, Size
from pipeline.verify.pdf_alone import DoubtfulError, IncompleteError, look_at
from pipeline.verify.pdf_facts import Facts, packed, unpacked
from pipeline.verify.pdf_file import OpenPdf
from pipeline.verify.pdf_fonts import Shown, fonts_of
from pipeline.verify.pdf_inspection import Inspection, Verdict
from pipeline.verify.pdf_numbers import contents_compared, says_entry, says_number
from pipeline.verify.pdf_portion import Portion, Portions, divide
from pipeline.verify.pdf_reading import Reading
from pipeline.verify.pdf_structure import broken_links, check_file, check_fonts, compare_outline
from pipeline.verify.printed_text import PrintedStrand, PrintedText
from pipeline.verify.text import letters_of

_MOST_JOINED = 2  # portions that are looked at together with the one before them, before all are
_INCOMPLETE = b"incomplete"
_NOTHING_READ = Reading((), (), (), (), {}, ())


def check_in_portions(
    file: OpenPdf, document: Document, cache: Cache, name: str, locate: Callable[[str], Span], digest: str
) -> tuple[dict[str, Verdict], PrintedText]:
    """Compare a PDF with its document portion by portion; of one that is the same as before the cache knows all.

    Args:
        file: the file.
        document: what was sent to print.
        cache: keeps what is known of portions.
        name: of the file, the place of what has no other.
        locate: where in the sources an id comes from.
        digest: of the file.

    Returns:
        The verdict of each check, and the text.

    Raises:
        DoubtfulError: when something is wrong, or could be; the whole file says what.
        etree.XMLSyntaxError: when some markup of the document is not well-formed.
        pikepdf.PdfError: when something in the file cannot be decoded.
    """
    parts = divide(document, file.bare)
    if not parts or file.pages.faults():
        raise DoubtfulError
    known = _Known(file, document, cache).of_all(parts)
    found = _Joined(file, document, known, name, locate).judged(digest)
    file.keep()
    return found


class _Known:
    """What is known of the portions of a file: from before, or now.

    Args:
        file: the file.
        document: what was sent to print.
        cache: keeps it.
    """

    def __init__(self, file: OpenPdf, document: Document, cache: Cache) -> None:
        self._file, self._cache = file, cache
        self._portions = Portions(file, document)
        self._incomplete: list[str] = []

    def of_all(self, parts: Sequence[Portion]) -> list[tuple[Portion, Facts]]:
        """What is known of each; one that goes on on the pages of the next is looked at together with it.

        Raises:
            DoubtfulError: when something is wrong or in doubt.
        """
        found: list[tuple[Portion, Facts]] = []
        waiting = list(reversed(parts))
        joined = 0
        while waiting:
            part = waiting.pop()
            try:
                found.append((part, self.of(part)))
                joined = 0
                self.keep_incomplete()
            except IncompleteError:
                joined += 1
                if not waiting or joined > _MOST_JOINED:
                    raise
                waiting.append(part + waiting.pop())
        return found

    def of(self, part: Portion) -> Facts:
        """What is known of a portion.

        Raises:
            DoubtfulError: when something is wrong or in doubt.
        """
        key = self._portions.key(part)
        stored = self._cache.get(key) if key else None
        if stored == _INCOMPLETE:
            raise IncompleteError
        facts = unpacked(stored) if stored is not None else None
        if facts is not None and _holds(facts, self._file):
            return facts
        pages, portions = self._file.pages, self._portions
        sheets = pages.read(part.first, part.last)
        try:
            pdf = portions.file_of(part, sheets)
            facts = look_at(portions.document_of(part), pdf, sheets, pages, self._file.bare.destinations)
        except IncompleteError:
            self._incomplete.append(key)
            raise
        if pages.faults():
            raise DoubtfulError
        if key:
            self._cache.put(key, packed(facts))
        return facts

    def keep_incomplete(self) -> None:
        """Keep that portions are not complete, once it is known that nothing is wrong with them."""
        for key in filter(None, self._incomplete):
            self._cache.put(key, _INCOMPLETE)
        self._incomplete.clear()


def _holds(facts: Facts, file: OpenPdf) -> bool:
    """Whether what is known of a portion is still so: the glyphs of its fonts, and that nothing leads to some of it."""
    glyphs = all(file.pages.glyphs(font.font, font.codes) == font.glyphs for font in facts.fonts)
    return glyphs and not any(id in file.bare.destinations for id in facts.untargeted)


class _Joined:
    def __init__(
        self,
        file: OpenPdf,
        document: Document,
        known: Sequence[tuple[Portion, Facts]],
        name: str,
        locate: Callable[[str], Span],
    ) -> None:
        self.file = file
        self.document = document
        self.known = known
        self.locate = locate
        pdf = replace(file.bare, fonts=fonts_of(_shown(file, self.known)))
        self.look = Inspection(document, pdf, (), _NOTHING_READ, {}, {}, name, locate)

    def judged(self, digest: str) -> tuple[dict[str, Verdict], PrintedText]:
        """The verdicts and the text.

        Raises:
            DoubtfulError: when something is wrong or in doubt.
        """
        if self.look.pdf.unreadable or not self.numbers_agree() or any(broken_links(self.look)):
            raise DoubtfulError
        verdicts = {"PDF file": check_file(self.look), "PDF fonts": check_fonts(self.look)}
        headings = [
            replace(heading, page=heading.page + part.first if heading.page is not None else None)
            for part, facts in self.known
            for heading in facts.headings
        ]
        verdicts["PDF outline"] = compare_outline(self.look, headings)
        for check in ("PDF links", "PDF notes", "PDF text", "PDF references"):
            verdicts[check] = self.added(check)
        listed = sum(len(facts.listed) for _, facts in self.known)
        verdicts["PDF contents"] = contents_compared(listed)
        for check in ("PDF page labels", "PDF residue", "PDF page area"):
            verdicts[check] = self.added(check)
        verdicts["PDF pages"] = self.pages()
        numbered = verdicts["PDF page labels"].figures[0] and verdicts["PDF links"].figures[2]
        undecided = not numbered or verdicts["PDF outline"].undecided
        if undecided or self.file.pages.faults() or any(has_errors(verdict.faults) for verdict in verdicts.values()):
            raise DoubtfulError
        return verdicts, self.printed(digest)

    def added(self, check: str) -> Verdict:
        """A check that was made of each portion alone."""
        counted = [facts.checks[check] for _, facts in self.known]
        figures = tuple(map(sum, zip(*(found.figures for found in counted), strict=True)))
        return Verdict(
            self.located(warning for found in counted for warning in found.warnings), counted[0].told, figures
        )

    def numbers_agree(self) -> bool:
        """Whether all references between portions, and the contents, say the numbers of their targets."""
        borne = {id: number for _, facts in self.known for id, number in facts.borne.items()}
        titles = {id: title for _, facts in self.known for id, title in facts.titles.items()}
        pages = {id: page + part.first for part, facts in self.known for id, page in facts.pages.items()}
        if len(pages) != sum(len(facts.pages) for _, facts in self.known):
            return False  # an id that is there twice
        pages = {id: at.page for id, at in self.look.pdf.destinations.items()} | pages

        def is_on(id: str, letters: str) -> bool:
            return id in pages and letters_of(self.look.label(pages[id])) == letters

        entries = (*self.document.contents, *self.document.figures, *self.document.tables)
        listed = [number for _, facts in self.known for number in facts.listed]
        return (
            len(listed) == len(entries)
            and all(
                says_entry(entry, borne.get(entry.id)) and is_on(entry.id, number)
                for entry, number in zip(entries, listed, strict=True)
            )
            and all(
                is_on(reference.target, reference.said)
                if reference.is_page
                else says_number(reference.said, borne.get(reference.target), titles.get(reference.target, ""))
                for _, facts in self.known
                for reference in facts.outward
            )
        )

    def pages(self) -> Verdict:
        """How the pages are filled: text may stand as low and high as it does on any page of the size."""
        areas: dict[Size, Band] = {}
        for _, facts in self.known:
            for size, (bottom, top) in facts.areas.items():
                known = areas.get(size, (bottom, top))
                areas[size] = min(known[0], bottom), max(known[1], top)
        filled = [
            (Filled.of(replace(page, page=page.page + part.first), areas), self.look.label(page.page + part.first))
            for part, facts in self.known
            for page in facts.standing
        ]
        lowest = {page + part.first: found for part, facts in self.known for page, found in facts.lowest.items()}
        flows = [facts.flow for _, facts in self.known]
        flow = Flow(
            len(self.look.pdf.pages),
            tuple(self.located(found for flow in flows for found in flow.headings)),
            tuple(self.located(found for flow in flows for found in flow.single)),
            tuple(self.located(found for flow in flows for found in flow.far)),
        )
        return judged(filled, lowest, self.locate, self.look.file, flow)

    def located(self, warnings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Warnings of a portion, with their places in the sources."""
        return [
            replace(found, span=self.locate(found.span.path) if found.span.path else self.look.file)
            for found in warnings
        ]

    def printed(self, digest: str) -> PrintedText:
        """The text of the file."""
        return PrintedText(
            digest,
            "",
            {
                section: tuple(PrintedStrand(letters, ()) for letters in strands)
                for _, facts in self.known
                for section, strands in facts.strands.items()
            },
            tuple(page.label for page in self.look.pdf.pages),
            tuple(letters for _, facts in self.known for letters in facts.letters),
        )


def _shown(file: OpenPdf, known: Iterable[tuple[Portion, Facts]]) -> Iterator[tuple[int, Shown, Mapping[str, Any]]]:
    """What pages show in each font for the first time in their portion."""
    for part, facts in known:
        for font in facts.fonts:
            number = part.first + font.page
            yield number, {font.font: frozenset(font.codes)}, file.pages.sheets[number].fonts
