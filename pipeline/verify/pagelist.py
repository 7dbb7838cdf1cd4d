"""The page list of a finished EPUB, and the page breaks in its text: what they say, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.verify.epub_book import Book, Page
from pipeline.verify.text import HYPHEN, letters_of

PAGE_LIST = declare(
    "EPUB009",
    "epub-page-list",
    Severity.ERROR,
    """
    The page list of the finished EPUB and the page breaks in its text are not the same pages: a page is marked and
    not listed, listed and not marked, called otherwise, or out of order (EPUB Accessibility 1.1, "Page navigation").
    """,
)

_XHTML = "{http://www.w3.org/1999/xhtml}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
PROOF = 16  # letters by which the beginning of a page is recognised
LEAST = 6  # letters of a block by which it is recognised before a marker
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


def check_pages(book: Book) -> tuple[list[Diagnostic], str]:
    """Every marker is listed, in order, under its own name."""
    listed = list(listed_pages(book))
    markers = list(markers_of(book))
    if not listed and not markers:
        return [], "no page list"
    faults = [
        PAGE_LIST.at(Span(book.shown), f'line {number} of the page list is "{line[0]}", the marker "{marker.label}"')
        for number, (line, marker) in enumerate(zip(listed, markers, strict=False), 1)
        if line != (marker.label, marker.target)
    ]
    if len(listed) != len(markers):
        faults.append(PAGE_LIST.at(Span(book.shown), f"{len(markers)} pages are marked and {len(listed)} listed"))
    return faults, f"{len(listed)} pages listed, {len(markers)} marked"


def listed_pages(book: Book) -> Iterator[tuple[str, tuple[str, str]]]:
    """The lines of its page list: what each says, and the file and id that it leads to."""
    for page in book.pages:
        for nav in page.root.iter(f"{_XHTML}nav"):
            if "page-list" in nav.get(_TYPE, "").split():
                for link in nav.iter(f"{_XHTML}a"):
                    yield "".join(map(str, link.itertext())), page.target(link.get("href", ""))


def markers_of(book: Book) -> Iterator[Marker]:
    """The page breaks of a book, in reading order."""
    pages = {page.name: page for page in book.pages}
    for name in book.spine:
        if name in pages:
            yield from _markers_in(pages[name], book)


def _markers_in(page: Page, book: Book) -> Iterator[Marker]:
    """The markers of a page with the text around them, without that of notes at the end of the chapter."""
    text: list[str] = []
    found: list[tuple[etree._Element, int]] = []
    _collect(page.root, text, found)
    for node, at in found:
        blocks = map(letters_without_hyphens, "".join(text[max(0, at - _AROUND) : at]).split(_EDGE))
        after = "".join(text[at : at + _AROUND]).lstrip(f"{_EDGE} \n")
        words = after.partition(_EDGE)[0]
        yield Marker(
            label=node.get("aria-label", ""),
            target=(page.name, node.get("id", "")),
            before=next((letters[-PROOF:] for letters in [*blocks][::-1] if len(letters) >= LEAST), ""),
            after=letters_without_hyphens(words),
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


def letters_without_hyphens(text: str) -> str:
    """Letters without hyphens: a word may be divided, and a division is no difference."""
    return letters_of(text).replace(HYPHEN, "")
