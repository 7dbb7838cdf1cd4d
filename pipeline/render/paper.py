"""The report for paper: nobody can click there, so a reference says its page, and a link its address.

It is the same document with other words in some places, so that what is checked of a printed file is checked of
this one, too.
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from pipeline.document import Chapter, Document

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_OWN_PAGE = frozenset(("pageref", "noteref", "backlink"))


def for_paper(document: Document) -> Document:
    """The document with pages behind its references and addresses in place of its links."""
    return replace(document, chapters=tuple(_chapter(chapter, document.words.page) for chapter in document.chapters))


def _chapter(chapter: Chapter, word: str) -> Chapter:
    return replace(
        chapter,
        lead=_written(chapter.lead, word),
        html=_written(chapter.html, word),
        notes=tuple(replace(note, html=_written(note.html, word)) for note in chapter.notes),
    )


def _written(html: str, word: str) -> str:
    if "<a" not in html:
        return html
    root = etree.fromstring(f"<div>{html}</div>".encode(), _PARSER)
    for link in list(root.iter("a")):
        target = link.get("href", "")
        if target.startswith("#"):
            if not _OWN_PAGE & set(link.get("class", "").split()):
                _say_page(link, target, word)
        elif target:
            _say_address(link, target)
    text = etree.tostring(root, encoding="unicode")
    return text[text.index(">") + 1 : text.rindex("<")]


def _say_page(link: etree._Element, target: str, word: str) -> None:
    """Behind the reference: " (page 12)"; the number is found when the pages stand."""
    tail, link.tail = link.tail or "", " ("
    page = etree.Element("a", {"href": target, "class": "pageref"})
    page.text = word
    page.tail = ")" + tail
    link.addnext(page)


def _say_address(link: etree._Element, target: str) -> None:
    """The words without the link, and the address behind them where they do not say it."""
    words = "".join(str(part) for part in link.itertext())
    bare = target.removeprefix("mailto:")
    said = bare.partition("://")[2] or bare
    link.tag = "span"
    link.attrib.clear()
    if said.rstrip("/") in words:
        link.set("class", "address")
        return
    tail, link.tail = link.tail or "", " ("
    address = etree.Element("span", {"class": "address"})
    address.text = bare
    address.tail = ")" + tail
    link.addnext(address)
