"""Compare one portion of a finished PDF with its chapters.

What is found is told only when nothing is wrong, and nothing is left open that other portions could decide. In every
other case the whole file has to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pipeline.diagnostics import Span, has_errors
from pipeline.document import Document
from pipeline.verify.layout import flow_of, lowest_on_pages
from pipeline.verify.layout_area import check_area
from pipeline.verify.layout_sheet import standing_on_pages
from pipeline.verify.pdf_facts import Counted, Facts, FontShown
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_inspection import Inspection, Verdict, inspect
from pipeline.verify.pdf_kept import Pages, ReadPage
from pipeline.verify.pdf_numbers import Outward, check_references, numbers_borne, numbers_in_contents, titles_of
from pipeline.verify.pdf_places import Destination
from pipeline.verify.pdf_prose import check_notes, check_residue, check_text, is_left_over
from pipeline.verify.pdf_strands import sections_of
from pipeline.verify.pdf_structure import check_fonts, check_labels, follow_links, headings_of
from pipeline.verify.printed_text import letters_of_pages

_CHECKS: Mapping[str, Callable[[Inspection], Verdict]] = MappingProxyType(
    {
        "PDF fonts": check_fonts,
        "PDF links": follow_links,
        "PDF notes": check_notes,
        "PDF text": check_text,
        "PDF page labels": check_labels,
        "PDF residue": check_residue,
        "PDF page area": check_area,
    }
)


class DoubtfulError(Exception):
    """Something in a portion is wrong, or could be."""


class IncompleteError(DoubtfulError):
    """Something of its chapters is not on the pages of a portion."""


def look_at(
    document: Document,
    pdf: PdfFile,
    sheets: Sequence[ReadPage],
    pages: Pages,
    targets: Mapping[str, Destination],
) -> Facts:
    """Compare a portion of a file.

    Args:
        document: the chapters of the portion.
        pdf: its pages, and what leads to them.
        sheets: its pages as they were read.
        pages: all pages of the file.
        targets: all destinations of the file.

    Raises:
        DoubtfulError: when something is wrong or in doubt.
        etree.XMLSyntaxError: when some markup of its chapters is not well-formed.
    """
    sections = sections_of(document)
    look = inspect(document, pdf, sections, "", Span)
    anchors = {anchor.id for item in look.reading.printed for anchor in item.strand.anchors}
    if any(item.gaps for item in look.reading.printed):
        raise IncompleteError
    listed = numbers_in_contents(look)
    astray = any(id in targets and id not in pdf.destinations for id in anchors)
    if listed is None or astray or is_left_over(look):
        raise DoubtfulError
    outward: list[Outward] = []
    checks: dict[str, Counted] = {}
    verdicts = {name: check(look) for name, check in _CHECKS.items()}
    verdicts["PDF references"] = check_references(look, outward)
    flow = flow_of(look)
    if any(has_errors(verdict.faults) for verdict in verdicts.values()):
        raise DoubtfulError
    for name, verdict in verdicts.items():
        figures = tuple(figure for figure in verdict.figures if isinstance(figure, int))
        checks[name] = Counted(verdict.told, figures, tuple(verdict.faults))
    begins = {id: run.page for id in look.places if (run := look.where(id)) is not None}
    standing, areas = standing_on_pages(look)
    strands: dict[str, tuple[str, ...]] = {}
    for item in look.reading.printed:
        strands[item.section] = (*strands.get(item.section, ()), item.strand.letters)
    return Facts(
        checks=checks,
        fonts=tuple(_fonts(sheets, pages)),
        headings=headings_of(look),
        borne=numbers_borne(look),
        titles=titles_of(look),
        pages=begins,
        untargeted=tuple(sorted(id for id in anchors if id not in targets)),
        outward=tuple(outward),
        listed=listed,
        standing=standing,
        areas=areas,
        lowest=lowest_on_pages(look),
        flow=flow,
        strands=strands,
        letters=letters_of_pages(look),
    )


def _fonts(sheets: Sequence[ReadPage], pages: Pages) -> Iterator[FontShown]:
    first: dict[str, int] = {}
    shown: dict[str, set[int]] = {}
    for number, sheet in enumerate(sheets):
        for font, codes in sheet.shown.items():
            first.setdefault(font, number)
            shown.setdefault(font, set()).update(codes)
    for font, number in first.items():
        together = tuple(sorted(shown[font]))
        yield FontShown(font, number, pages.glyphs(font, together), together)
