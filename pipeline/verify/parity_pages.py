"""The page list of a finished EPUB against the finished PDF: the same labels, and each marker where its page begins."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.verify.epub_book import Book
from pipeline.verify.pagelist import PROOF, Marker, letters_without_hyphens, listed_pages, markers_of
from pipeline.verify.printed_text import PrintedText
from pipeline.verify.text import shown

PAGES_DIFFER = declare(
    "PAR004",
    "page-list-differs",
    Severity.ERROR,
    """
    The page list of the finished EPUB does not say where the pages of the finished PDF begin: a page is missing
    from it, is called otherwise, has no marker or more than one, or its marker does not stand before the words
    with which the page begins.

    Readers of both editions cite by these pages.
    """,
)


def check_page_list(book: Book, printed: PrintedText) -> tuple[list[Diagnostic], str]:
    """Compare the page list with the pages of the PDF.

    Args:
        book: the EPUB.
        printed: the text of the PDF.

    Returns:
        What is wrong, and how many pages were compared.
    """
    labels = list(printed.labels)
    listed = list(listed_pages(book))
    markers = list(markers_of(book))
    file = Span(book.shown)
    faults: list[Diagnostic] = []
    if not listed and not markers:
        return [PAGES_DIFFER.at(file, f"the EPUB has no page list, the PDF {len(labels)} pages")], "no page list"
    if [label for label, _ in listed] != labels:
        faults.append(
            PAGES_DIFFER.at(file, f"{_first_difference([label for label, _ in listed], labels)} in the page list")
        )
    if [marker.label for marker in markers] != labels:
        message = f"{_first_difference([marker.label for marker in markers], labels)} in the order of the markers"
        faults.append(PAGES_DIFFER.at(file, message))
    pages = printed.pages
    proved = 0
    for marker in markers:
        number = labels.index(marker.label) if marker.label in labels else -1
        if number < 0 or not pages[number] or not marker.after:
            continue  # a page without words of the text has no beginning in it
        if not _begins(marker, pages, number):
            message = f'page {marker.label} of the PDF does not begin with "{shown(marker.words, 40)}"'
            faults.append(PAGES_DIFFER.at(marker.place, message))
        proved += 1
    return faults, f"{len(labels)} pages, the first words of {proved} compared"


def _first_difference(found: list[str], wanted: list[str]) -> str:
    for one, other in zip(found, wanted, strict=False):
        if one != other:
            return f'"{one}" stands where the PDF has page "{other}"'
    return f"{len(found)} pages instead of {len(wanted)}"


def _begins(marker: Marker, pages: Sequence[str], number: int) -> bool:
    """Whether a page has the words behind a marker, or what is left of the first, and none before it has them."""
    first = len(letters_without_hyphens((marker.words.split() or [""])[0]))
    here = pages[number]
    starts = (marker.after[at : at + PROOF] for at in range(max(first, 1)))
    if not any(start and start in here for start in starts):
        return False
    return marker.before in "".join(pages[:number])
