"""Divide the printed report where it begins a new page in any case, into what can be laid out by itself.

A gathering is a run of sections that follow one another on their pages: mostly a chapter. What a style sheet says
about breaks and page names decides; where it says nothing, sections stay together.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from pipeline.cache import Cache, key_of
from pipeline.render.engine import Breaks, Engine
from pipeline.render.trees import attributes_of

_FORCED = ("page", "always", "left", "right", "recto", "verso")
_SIDES = {"left": "left", "verso": "left", "right": "right", "recto": "right"}


_TEXT = etree.XPath("string()")  # lxml is slow to give it piece by piece
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_OF_THE_WHOLE = re.compile(
    r"target-(?:counters?|text)\s*\(|counters?\(\s*pages\b|@page\b[^{;]*:(?:first\b|nth\((?![^)]*\bof\b))"
)


def needs_whole(sheet: str) -> bool:
    """Whether a style sheet asks for what only the whole report knows: how many pages, its first, other chapters."""
    return _OF_THE_WHOLE.search(_COMMENT.sub("", sheet)) is not None


@dataclass(frozen=True, slots=True)
class Gathering:
    """Sections that follow one another on their pages.

    Attributes:
        id: of its first section.
        side: "left" or "right" when it has to begin on such a page, else "".
        begins_folios: whether pages are counted anew from it, as the press's templates say (class "first").
        markup: the sections in their `<html>`, as XML text.
        notes: the ids of its notes and of their calls, in order.
        targets: the ids whose pages it names.
        assets: the pictures that it shows, by the names that the markup uses.
        size: how many letters it has, about.
    """

    id: str
    side: str
    begins_folios: bool
    markup: str
    notes: tuple[tuple[str, str], ...]
    targets: tuple[str, ...]
    assets: tuple[str, ...]
    size: int


def divide(engine: Engine, root: etree._Element, cache: Cache, digest: str) -> tuple[Gathering, ...]:
    """The gatherings of a report.

    Args:
        engine: knows the style sheets.
        root: the prepared tree of the report (see `printable`).
        cache: keeps what the style sheets say.
        digest: of the style sheets, and of what else decides what they say.
    """
    body = root.find("body")
    assert body is not None, "the print template has a body"
    sections = [child for child in body if isinstance(child.tag, str)]
    breaks = _breaks(engine, _skeleton(root, sections), cache, digest)
    starts = [number for number in range(len(sections)) if number == 0 or _parts(breaks[number - 1], breaks[number])]
    ends = [*starts[1:], len(sections)]
    return tuple(
        _gathering(
            root,
            sections[start:end],
            sections[start - 1] if start else None,
            (*(breaks[start - 1].after if start else ()), *breaks[start].before),
        )
        for start, end in zip(starts, ends, strict=True)
    )


def _breaks(engine: Engine, skeleton: etree._Element, cache: Cache, digest: str) -> tuple[Breaks, ...]:
    """What the style sheets say of the edges of the sections; most edits change nothing of it."""
    key = key_of("breaks", digest, etree.tostring(skeleton))
    stored = cache.get(key)
    if stored is not None:
        known: tuple[Breaks, ...] = pickle.loads(stored)  # noqa: S301  # the cache is our own
        return known
    breaks = engine.breaks(skeleton)
    cache.put(key, pickle.dumps(breaks, pickle.HIGHEST_PROTOCOL))
    return breaks


def _parts(before: Breaks, after: Breaks) -> bool:
    forced = any(value in _FORCED for value in (*before.after, *after.before))
    return forced or before.last_page != after.first_page


def _gathering(
    root: etree._Element, sections: list[etree._Element], before: etree._Element | None, breaks: tuple[str, ...]
) -> Gathering:
    html = etree.Element("html", attributes_of(root))
    head = etree.SubElement(html, "head")
    etree.SubElement(head, "title").text = root.findtext("head/title")
    body = etree.SubElement(html, "body", attributes_of(root.find("body")))
    if before is not None:  # what a style sheet says of a section that follows another holds here too
        kept = {name: value for name, value in attributes_of(before).items() if name in ("class", "id")}
        etree.SubElement(body, str(before.tag), {**kept, "hidden": "hidden", "style": "display: none"})
    for section in sections:
        copy = deepcopy(section)
        copy.tail = None
        body.append(copy)
    ids = [section.get("id", "") for section in sections]
    return Gathering(
        id=next((id for id in ids if id), "page"),
        side=next((_SIDES[value] for value in reversed(breaks) if value in _SIDES), ""),
        begins_folios="first" in sections[0].get("class", "").split(),
        markup=etree.tostring(html, encoding="unicode"),
        notes=tuple(
            (element.get("id", ""), element.get("data-call", ""))
            for section in sections
            for element in section.iter("div")
            if "footnote" in element.get("class", "").split()
        ),
        targets=tuple(dict.fromkeys(_attributes(sections, "span", "data-page-of"))),
        assets=tuple(sorted(set(_attributes(sections, "img", "src")))),
        size=sum(len(str(_TEXT(section))) for section in sections),
    )


def _attributes(sections: Iterable[etree._Element], tag: str, name: str) -> Iterator[str]:
    return (element.get(name, "") for section in sections for element in section.iter(tag) if name in element.attrib)


def _skeleton(root: etree._Element, sections: list[etree._Element]) -> etree._Element:
    """The sections, with what stands first and last in each of them."""
    html = etree.Element("html", attributes_of(root))
    body = etree.SubElement(html, "body", attributes_of(root.find("body")))
    for section in sections:
        _outline(section, body)
    return html


def _outline(element: etree._Element, parent: etree._Element) -> None:
    made = etree.SubElement(parent, str(element.tag), attributes_of(element))
    inside = [child for child in element if isinstance(child.tag, str)]
    for child in dict.fromkeys((*inside[:1], *inside[-1:])):
        _outline(child, made)
