"""Where every printed page begins in the text: what lets another edition name the pages of the printed one.

The engine's boxes are read, never changed. A page begins with the first word, in the order of the text, that it
prints and no page before it printed. On most pages that is the word at the top. Where the press has let paragraphs
pass a figure (see `holes`), the page with the figure begins at the figure, although words that stand behind it in
the text are on the page before. Only when the page before begins behind the figure, too, is the figure passed over:
pages begin in the order of the text.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.document import Imprint
from pipeline.render.blocks import BLOCK, UNIT, Order, is_unit, letters, letters_of_block, number_of, order_in

_HYPHENS = "-\u2010\u00ad"
_PROOF = 24  # letters after the beginning of a page, by which it is recognised
_REPEATED = frozenset(("thead", "tfoot"))
_APART = frozenset(("MarginBox", "FootnoteAreaBox"))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text.

    Attributes:
        section: the id of the section it is in: a chapter, a part, or a page of the press's own ("contents").
        block: the key of its block (see `blocks`); for a line of the contents the link of the line, "#sec-x";
            "" where the page begins with the section itself, at its heading.
        offset: how many letters of the block stand before it.
        words: the letters that follow in the block, at most 24: whoever finds the place again finds them there.
    """

    section: str
    block: str = ""
    offset: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class PageStart:
    """A printed page.

    Attributes:
        label: what it is called ("iv", "12").
        place: where it begins, or None for a page without words of the text: an empty one, or one that holds
            only notes.
    """

    label: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class PageMap:
    """The pages of a printed edition.

    Attributes:
        identifier: of the edition, as a URI.
        pages: all its pages, in their order.
    """

    identifier: str
    pages: tuple[PageStart, ...]


def page_map(imprint: Imprint, labels: Iterable[str], starts: Iterable[Place | None]) -> PageMap:
    """The pages of the PDF of a report.

    Args:
        imprint: the facts about the report.
        labels: what its pages are called.
        starts: where they begin.
    """
    return PageMap(pdf_identifier(imprint), tuple(map(PageStart, labels, starts)))


def pdf_identifier(imprint: Imprint) -> str:
    """The identifier of the PDF edition: its ISBN, or a UUID that slug and version decide.

    A DOI names the report and not one of its editions, so it does not serve.
    """
    if imprint.isbn_pdf:
        return f"urn:isbn:{re.sub('[^0-9Xx]', '', imprint.isbn_pdf)}"
    return uuid.uuid5(uuid.NAMESPACE_URL, f"proofpress:{imprint.slug}:{imprint.version}:pdf").urn


def read_page_starts(pages: Iterable[Any]) -> tuple[Place | None, ...]:
    """Where pages begin.

    Args:
        pages: the engine's page boxes (`page._page_box`), of a whole report or of chapters that are laid out
            by themselves, in their order. A chapter is never divided between two calls.

    Returns:
        For each page its place, or None where it prints no words of the text that were not printed before.
    """
    reader = _Reader()
    return tuple(reader.read(page) for page in pages)


@dataclass(frozen=True, slots=True)
class _Around:
    section: str = ""
    block: str = ""
    element: Any = None
    contents: bool = False


_Found: TypeAlias = tuple[Order, Place]


class _First:
    """The first of the places of a page; one section is never passed by another.

    Args:
        before: where the page before begins: what stands before that in the text does not begin this one, as long as
            there is anything else.
    """

    def __init__(self, before: _Found | None) -> None:
        self._before = before
        self.found: _Found | None = None
        self._passed = False

    def see(self, place: Place, element: Any) -> None:
        """Look at another place of the page."""
        known, before = self.found, self._before
        number = number_of(place.block)
        continues = before is not None and before[1].section == place.section and number <= before[0][0]
        if known is not None and not self._passed and (place.section != known[1].section or number >= known[0][0]):
            return  # behind the first, which is the rule: its order need not be known
        order = (0, 0, 0) if element is None else order_in(element, place.offset)
        passed = continues and before is not None and order < before[0]
        if known is None or (self._passed, known[0]) > (passed, order):
            self.found, self._passed = (order, place), passed


class _Reader:
    """Follows the letters of every block from page to page."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}
        self._printed: dict[str, int] = {}
        self._units: set[Any] = set()
        self._heads: dict[Any, int] = {}
        self._last: _Found | None = None
        self._page = -1

    def read(self, page: Any) -> Place | None:
        """The place at which a page begins."""
        self._page += 1
        first = _First(self._last)
        pending = [(page, _Around())]
        while pending:
            placeholder, around = pending.pop()
            box = getattr(placeholder, "_box", placeholder)  # an absolute box stands behind a placeholder
            if type(box).__name__ in _APART or "::" in (box.element_tag or "") or self._is_repeated(box):
                continue
            inside = _around(box, around)
            if inside is None:
                continue
            place = self._find(box, inside)
            if place is not None:
                first.see(place, inside.element)
            elif not _counts_as_one(box):
                pending.extend((child, inside) for child in reversed(getattr(box, "children", ())))
        self._last = first.found or self._last
        return first.found[1] if first.found else None

    def _is_repeated(self, box: Any) -> bool:
        """Whether a box is the head of a table once more, at the top of a page on which the table goes on."""
        element = box.element
        if element is None or element.tag not in _REPEATED:
            return False
        return self._heads.setdefault(element, self._page) != self._page

    def _find(self, box: Any, around: _Around) -> Place | None:
        """The place of a text or picture that has not been printed before."""
        if not around.section:
            return None
        if _counts_as_one(box):
            if box.element in self._units:
                return None
            self._units.add(box.element)
            text = UNIT
        elif type(box).__name__ == "TextBox":
            text = letters(box.text)
        else:
            return None
        if not text:
            return None
        if not around.block:
            return self._heading(around)
        return Place(around.section, around.block) if around.contents else self._advance(around, text)

    def _heading(self, around: _Around) -> Place | None:
        """The section itself, once: a heading is not divided."""
        if around.section in self._printed:
            return None
        self._printed[around.section] = 0
        return Place(around.section)

    def _advance(self, around: _Around, text: str) -> Place | None:
        """Go on in a block by the letters of a text; the hyphen of a divided word is none of its letters."""
        whole = self._letters.get(around.block)
        if whole is None:
            whole = self._letters[around.block] = letters_of_block(around.element)
        at = self._printed.get(around.block, 0)
        if not whole.startswith(text, at):
            text = text.rstrip(_HYPHENS)
            at = whole.find(text, at)
        if not text or at < 0:  # the press's own words
            return None
        self._printed[around.block] = at + len(text)
        return Place(around.section, around.block, at, whole[at : at + _PROOF])


def _around(box: Any, around: _Around) -> _Around | None:
    """What is around the children of a box; None for a note."""
    element = box.element
    if element is None:
        return around
    if "footnote" in element.get("class", "").split():
        return None
    identity = element.get("id", "")
    block = element.get(BLOCK)
    if block is not None:
        return _Around(around.section, block, element)
    if element.tag == "section" and identity:
        return _Around(identity, contents=identity == "contents")
    href = element.get("href", "")
    if around.contents and element.tag == "a" and href.startswith("#"):
        return _Around(around.section, href, contents=True)
    return around


def _counts_as_one(box: Any) -> bool:
    element = box.element
    kind = type(box).__name__
    if element is None or kind == "TextBox" or not is_unit(element):
        return False
    return kind.endswith("ReplacedBox") or "pageref" in element.get("class", "").split()
