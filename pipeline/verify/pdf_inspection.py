"""What every check of a PDF looks at: the document, the file, and the one read against the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.diagnostics import Diagnostic, Span
from pipeline.document import Document
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_match import match
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_reading import Printed, Reading
from pipeline.verify.pdf_words import PAGE_NUMBER, Hyperlink, Label, Section, StrandKind
from pipeline.verify.text import letters_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes:
        faults: what is wrong.
        told: what is told of it, with `{}` for each figure: "{} notes called, {} printed".
        figures: what stands in their place; numbers that several parts of a file were counted in may be added up.
        undecided: why it could not be decided, or "".
    """

    faults: Sequence[Diagnostic]
    told: str
    figures: tuple[int | str, ...] = ()
    undecided: str = ""

    @property
    def detail(self) -> str:
        """What is told, with its figures."""
        return self.told.format(*self.figures)


@dataclass(frozen=True, slots=True)
class Inspection:
    """A finished PDF and the document that it was made from.

    Attributes:
        document: what was sent to print.
        pdf: what was read back.
        sections: the words of the document, in order of print.
        reading: where they are printed.
        places: of each id with words, the strand that it is in, and from where to where.
        labels: of each numbered id, the strand and the number.
        name: of the file, the place of what has no other.
        locate: where in the sources an id comes from.
    """

    document: Document
    pdf: PdfFile
    sections: tuple[Section, ...]
    reading: Reading
    places: Mapping[str, tuple[Printed, int, int]]
    labels: Mapping[str, tuple[Printed, Label]]
    name: str
    locate: Callable[[str], Span]

    def label(self, page: int) -> str:
        """What a page is called, as messages say it."""
        return self.pdf.pages[page].label

    def where(self, id: str) -> Run | None:
        """The text object that prints the first words of an element, or None when that is not known."""
        found = self.places.get(id)
        return found[0].at(found[1]) if found else None

    def page_of(self, id: str) -> int | None:
        """The page that an element begins on: where its words are, or else where its destination is."""
        run = self.where(id)
        if run is not None:
            return run.page
        destination = self.pdf.destinations.get(id)
        return destination.page if destination else None

    def of_kind(self, *kinds: StrandKind) -> Iterator[Printed]:
        """The strands of some kinds."""
        return (printed for printed in self.reading.printed if printed.strand.kind in kinds)

    def hyperlinks(self) -> Iterator[tuple[Printed, Hyperlink]]:
        """Every link of the document that has words."""
        for printed in self.reading.printed:
            for link in printed.strand.links:
                yield printed, link

    def page_before(self, printed: Printed, offset: int) -> int:
        """The page on which a strand stands where a part of it was not found: that of the words before it."""
        before = [match.run.page for match in printed.matches if match.end <= offset]
        return before[-1] if before else self.reading.pages[printed.section][0]

    @property
    def file(self) -> Span:
        """The place of what belongs to the file as a whole."""
        return Span(self.name)


def inspect(
    document: Document,
    pdf: PdfFile,
    sections: tuple[Section, ...],
    name: str,
    locate: Callable[[str], Span],
) -> Inspection:
    """Read a PDF against its document."""
    heads = [document.imprint.short_title, document.imprint.title, document.words.contents]
    heads += [title for chapter in document.chapters for title in (chapter.running_title, chapter.plain_title)]
    reading = match(document, sections, pdf, frozenset(letters_of(head) for head in heads))
    places: dict[str, tuple[Printed, int, int]] = {}
    labels: dict[str, tuple[Printed, Label]] = {}
    for printed in reading.printed:
        for anchor in printed.strand.anchors:
            if anchor.end > anchor.start:
                places.setdefault(anchor.id, (printed, anchor.start, anchor.end))
        for label in printed.strand.labels:
            labels.setdefault(label.id, (printed, label))
    return Inspection(document, pdf, sections, reading, places, labels, name, locate)


def in_reference(printed: Printed, gap: tuple[int, int]) -> bool:
    """Whether what was not found is a part of a reference, which is judged as such."""
    return any(
        link.start <= gap[0] and gap[1] <= link.end for link in printed.strand.links if link.names & {"ref", "pageref"}
    )


def quoted(printed: Printed, gap: tuple[int, int]) -> str:
    """The words that were not found, for a message."""
    return printed.strand.excerpt(*gap).replace(PAGE_NUMBER, "…")
