"""The page list of a finished EPUB against the finished PDF: the same labels, and each marker where its page begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.verify.epub_book import Book, Page
from pipeline.verify.pdf_file import Run
from pipeline.verify.pdf_inspection import Inspection
from pipeline.verify.pdf_words import StrandKind
from pipeline.verify.text import HYPHEN, letters_of, shown

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

_XHTML = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_PROOF = 16  # letters by which the beginning of a page is recognised
_LEAST = 6  # letters of a block by which it is recognised before a marker
_AROUND = 200  # characters that are looked at on both sides of a marker
_EDGE = "\0"  # between blocks
_INLINE = frozenset(
    _XHTML + name
    for name in (
        "a",
        "abbr",
        "b",
        "bdi",
        "cite",
        "code",
        "em",
        "i",
        "img",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
    )
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A page break in the book.

    Attributes:
        label: of its page.
        target: its file and id.
        before: the last letters of a block before it, or of its own; "" where none are near.
        after: the letters that follow it in its block.
        words: the words that follow it, for messages.
        place: where it stands.
    """

    label: str
    target: tuple[str, str]
    before: str
    after: str
    words: str
    place: Span


def check_page_list(book: Book, look: Inspection) -> tuple[list[Diagnostic], str]:
    """Compare the page list with the pages of the PDF.

    Args:
        book: the EPUB.
        look: the PDF, read against the document.

    Returns:
        What is wrong, and how many pages were compared.
    """
    labels = [page.label for page in look.pdf.pages]
    listed = list(_listed(book))
    markers = list(_markers(book))
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
    targets = {marker.label: marker.target for marker in markers}
    for label, target in listed:
        if targets.get(label) != target:
            faults.append(
                PAGES_DIFFER.at(file, f"the page list leads to another place than the marker of page {label}")
            )
    pages = _letters_of_pages(look)
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


def _listed(book: Book) -> Iterator[tuple[str, tuple[str, str]]]:
    for page in book.pages:
        for nav in page.root.iter(f"{_XHTML}nav"):
            if "page-list" in nav.get(_TYPE, "").split():
                for link in nav.iter(f"{_XHTML}a"):
                    yield "".join(map(str, link.itertext())), page.target(link.get("href", ""))


def _markers(book: Book) -> Iterator[Marker]:
    pages = {page.name: page for page in book.pages}
    for name in book.spine:
        if name in pages:
            yield from _markers_of(pages[name], book)


def _markers_of(page: Page, book: Book) -> Iterator[Marker]:
    """The markers of a page with the text around them, without that of notes at the end of the chapter."""
    text: list[str] = []
    found: list[tuple[etree._Element, int]] = []
    _collect(page.root, text, found)
    for node, at in found:
        blocks = map(_letters, "".join(text[max(0, at - _AROUND) : at]).split(_EDGE))
        after = "".join(text[at : at + _AROUND]).lstrip(f"{_EDGE} \n")
        words = after.partition(_EDGE)[0]
        yield Marker(
            label=node.get("aria-label", ""),
            target=(page.name, node.get("id", "")),
            before=next((letters[-_PROOF:] for letters in [*blocks][::-1] if len(letters) >= _LEAST), ""),
            after=_letters(words),
            words=words,
            place=book.place(page, node),
        )


def _collect(element: etree._Element, text: list[str], found: list[tuple[etree._Element, int]]) -> None:
    if element.get("role") in ("doc-endnotes", "doc-pagelist") or element.tag == f"{_XHTML}head":
        return
    if element.get("role") == "doc-pagebreak":
        found.append((element, len(text)))
    edge = _EDGE if element.tag not in _INLINE else ""
    if _may_name_a_page(element):
        text.append(_EDGE)
        return
    text.extend(edge + (element.text or ""))
    for child in element:
        if isinstance(child.tag, str):
            _collect(child, text, found)
        text.extend(child.tail or "")
    text.extend(edge)


def _may_name_a_page(element: etree._Element) -> bool:
    """Whether an element is a plain link within the book: on paper it may say "page 12" and not its words."""
    is_plain = element.tag == f"{_XHTML}a" and element.get("role") is None and element.get("class") is None
    leads = is_plain and not any(above.tag == f"{_XHTML}nav" for above in element.iterancestors())
    return leads and re.match(r"[^:]*#", element.get("href", "")) is not None


def _letters_of_pages(look: Inspection) -> tuple[str, ...]:
    """The letters of the text on every page, without those of notes, heads and folios; "" where there is no text."""
    found: list[list[Run]] = [[] for _ in look.pdf.pages]
    for printed in look.reading.printed:
        if printed.strand.kind is not StrandKind.NOTE:
            for match in printed.matches:
                found[match.run.page].append(match.run)
    for line in look.reading.contents:
        for run in line.runs:
            found[run.page].append(run)
    return tuple(_letters("".join(run.letters for run in sorted(runs, key=_order))) for runs in found)


def _order(run: Run) -> int:
    return run.order


def _letters(text: str) -> str:
    """Letters without hyphens: a word may be divided, and a division is no difference."""
    return letters_of(text).replace(HYPHEN, "")


def _begins(marker: Marker, pages: Sequence[str], number: int) -> bool:
    """Whether a page has the words behind a marker, or what is left of the first, and none before it has them."""
    first = len(_letters((marker.words.split() or [""])[0]))
    here = pages[number]
    starts = (marker.after[at : at + _PROOF] for at in range(max(first, 1)))
    if not any(start and start in here for start in starts):
        return False
    return marker.before in "".join(pages[:number])
