"""The report for paper: nobody can click there, so a reference says its page, and a link its address in a note.

It is the same document with other words in some places, and with more notes, so that what is checked of a printed
file is checked of this one, too. The notes that give addresses are a series of their own, lettered from A in each
chapter: the numbered notes bear the same numbers in all editions, and small letters belong to the notes of tables.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import takewhile
from operator import is_not
from urllib.parse import unquote

from lxml import etree

from pipeline.document import Chapter, Document, Kind, NoteText, Words
from pipeline.index import letters

NO_BREAK_SPACE = "\u00a0"

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_OWN_PAGE = frozenset(("pageref", "noteref", "backlink"))
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "cite", "code", "em", "i", "q", "s", "small", "span", "strong", "sub", "sup")
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_ADDRESS_NOTE = re.compile(r"^note(?:ref)?-address:(?P<chapter>[^:]+):")

# Where the report can have no note (NOTE007), and what is a note itself: its address stands in brackets there.
_WITHOUT_NOTES = frozenset((Kind.IMPRINT, Kind.COLOPHON, Kind.BIBLIOGRAPHY))
_APART = frozenset(("side", "source", "table-notes", "group"))


def for_paper(document: Document) -> Document:
    """The document with pages behind its references, and notes that give the addresses of its links."""
    return replace(
        document, chapters=tuple(_Chapter(chapter, document.words).worded() for chapter in document.chapters)
    )


def source_of(id: str) -> str:
    """The id that the sources know for one of a document for paper: a note with an address belongs to its chapter."""
    found = _ADDRESS_NOTE.match(id)
    return found["chapter"] if found else id


class _Chapter:
    """Words a chapter for paper.

    Args:
        chapter: the chapter.
        words: the press's own words.
    """

    def __init__(self, chapter: Chapter, words: Words) -> None:
        self._chapter = chapter
        self._words = words
        self._notes: dict[str, NoteText] = {}
        self._calls: list[str] = []

    def worded(self) -> Chapter:
        """The chapter as it is sent to print."""
        chapter = self._chapter
        notes = tuple(replace(note, html=self._written(note.html, notes=False)) for note in chapter.notes)
        notable = chapter.kind not in _WITHOUT_NOTES
        title, lead, html = (self._written(text, notes=notable) for text in (chapter.title, chapter.lead, chapter.html))
        return replace(chapter, title=title, lead=lead, html=html, notes=self._in_order_of_calls(notes))

    def _in_order_of_calls(self, notes: tuple[NoteText, ...]) -> tuple[NoteText, ...]:
        if not self._notes:
            return notes
        places = {call: place for place, call in enumerate(self._calls)}
        return tuple(sorted((*notes, *self._notes.values()), key=lambda note: places.get(note.call_id, len(places))))

    def _written(self, html: str, *, notes: bool) -> str:
        """A piece of markup for paper.

        Args:
            html: the markup.
            notes: whether it can have notes.
        """
        if "<a" not in html:
            return html
        root = etree.fromstring(f"<div>{html}</div>".encode(), _PARSER)
        for link in list(root.iter("a")):
            target, names = link.get("href", ""), _names(link)
            if "noteref" in names:
                self._calls.append(link.get("id", ""))
            elif target.startswith("#"):
                if not _OWN_PAGE & names:
                    self._say_page(link, target)
            elif target:
                self._say_address(link, target, in_note=notes and not _stands_apart(link))
        text = etree.tostring(root, encoding="unicode")
        return text[text.index(">") + 1 : text.rindex("<")]

    def _say_page(self, link: etree._Element, target: str) -> None:
        """Behind the reference: " (page 12)"; the number is found when the pages stand."""
        _put_in_brackets(link, self._page_of(target))

    def _page_of(self, target: str) -> etree._Element:
        page = etree.Element("a", {"href": target, "class": "pageref"})
        page.text = self._words.page
        return page

    def _say_address(self, link: etree._Element, target: str, *, in_note: bool) -> None:
        """The words without the link; and the address, where they do not say it themselves."""
        address = target.removeprefix("mailto:")
        said = _is_said(address, "".join(str(part) for part in link.itertext()))
        link.tag = "span"
        link.attrib.clear()
        if said:
            link.set("class", "address")
        elif not in_note:
            _put_in_brackets(link, _address(address))
        elif target in self._notes:
            self._refer(link, self._notes[target])
        else:
            self._call(link, target, address)

    def _call(self, link: etree._Element, target: str, address: str) -> None:
        """The call of a new note."""
        mark = letters(len(self._notes) + 1)
        place = f"address:{self._chapter.id}:{mark}"
        html = etree.tostring(_address(address), encoding="unicode")
        note = NoteText(f"note-{place}", f"noteref-{place}", mark, f"<p>{html}</p>")
        self._notes[target] = note
        self._calls.append(note.call_id)
        call = etree.Element(
            "a", {"class": "noteref", "role": "doc-noteref", "id": note.call_id, "href": f"#{note.id}"}
        )
        call.text = mark
        call.tail, link.tail = link.tail, None
        link.addnext(call)

    def _refer(self, link: etree._Element, note: NoteText) -> None:
        """The address once more in its chapter: as with every note, the second place refers to the first (NOTE003)."""
        reference = etree.Element("a", {"class": "ref", "href": f"#{note.id}"})
        reference.text = f"{self._words.note}{NO_BREAK_SPACE}{note.mark}"
        reference.tail = ", "
        _put_in_brackets(link, reference, self._page_of(f"#{note.id}"))


def _put_in_brackets(link: etree._Element, *elements: etree._Element) -> None:
    """Put elements behind a link, in brackets; behind a comma where brackets stand around it already."""
    before, after = (", ", "") if _stands_in_brackets(link) else (" (", ")")
    tail, link.tail = link.tail or "", before
    elements[-1].tail = after + tail
    for element in reversed(elements):
        link.addnext(element)


def _stands_in_brackets(link: etree._Element) -> bool:
    """Whether a bracket was opened before a link, in its block, and not closed again."""
    said, inner = "", link
    for around in link.iterancestors():
        before = takewhile(partial(is_not, inner), around)
        words = ("".join(str(part) for part in child.itertext()) + (child.tail or "") for child in before)
        said = (around.text or "") + "".join(words) + said
        if around.tag not in _INLINE:
            break
        inner = around
    return said.count("(") > said.count(")")


def _address(address: str) -> etree._Element:
    element = etree.Element("span", {"class": "address"})
    element.text = address
    return element


def _is_said(address: str, words: str) -> bool:
    """Whether words give an address, all of it and as a word of its own; they may leave out how it is fetched."""
    bare = unquote(address.partition("://")[2] or address).rstrip("/")
    said = rf"(?:^|[\s(\[<\"'“«])(?:[a-z]+://)?{re.escape(bare)}/?(?:$|[\s)\]>\"'”»,;:!]|[.?](?:\s|$))"
    return bool(bare) and re.search(said, unquote(_UNSEEN.sub("", words))) is not None


def _stands_apart(link: etree._Element) -> bool:
    return any(_names(above) & _APART for above in link.iterancestors())


def _names(element: etree._Element) -> frozenset[str]:
    return frozenset(element.get("class", "").split())
