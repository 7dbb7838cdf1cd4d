"""From the text of the print template to the tree that is laid out: every note behind its call, labels in place.

HTML's own parser would tear a paragraph apart where a note with paragraphs of its own stands in it, so the text
is read as XML and never goes through that parser.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import cast
from xml.etree import ElementTree

from lxml import etree

from pipeline.diagnostics import Severity, Span, StageFailedError, declare
from pipeline.document import Words
from pipeline.render.drawings import SVG, set_press_type
from pipeline.render.holes import Floating, move
from pipeline.render.trees import plain

WORD_JOINER = "\u2060"
NO_BREAK_SPACE = "\u00a0"
UNKNOWN_PAGE = "00"

NOT_WELL_FORMED = declare(
    "WPR010",
    "print-markup-not-well-formed",
    Severity.ERROR,
    """
    The text that the print templates give is not well-formed XML.

    The printed edition is made from XHTML: every element is closed, attributes are quoted, and of the named
    characters only &amp; &lt; &gt; &quot; &apos; exist.

    Bad:   <br>&nbsp;
    Good:  <br/>&#160;
    """,
)

# A table or box up to about half a page is kept whole; a longer one may be broken, so that it leaves no hole.
_WHOLE_TABLE_POINTS = 380.0
_WHOLE_BOX_CHARACTERS = 1500
_LINE_CHARACTERS = {"text": 84, "wide": 118, "landscape": 190}  # table type, over the whole width
_ROW_POINTS, _LINE_POINTS = 7.0, 10.5

_ALL_TEXT = etree.XPath("string()")  # lxml is slow to give it piece by piece
_WITH_CLASS = etree.XPath("descendant-or-self::*[@class]")
_CLASSED = etree.XPath("descendant-or-self::*[contains(@class, $name)]")
_LAST_WORDS = re.compile(r"\s+(\S{1,12}\s*)$")

_BLOCKS = frozenset(
    ("p", "li", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "figure", "blockquote", "table", "ul", "ol", "dl")
)
_LISTS = ("ul", "ol", "dl")

MIRRORED = frozenset(("side", "wide", "opener"))
"""Classes of what stands differently on left and right pages."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What a layout has taught: how the next one has to be set.

    Attributes:
        verso: the places (`data-place`) that fell on a left page.
        shifts: how far a side note moves along its column, in CSS pixels, by place; negative is up.
        kept: the calls (`noteref-…`) whose block must not be broken, because their note was lost; and how many
            blocks further out.
        moved: how many followers a block lets pass, by key (see `holes`).
        pages: the labels of the pages that links name, by the id of their target.
    """

    verso: frozenset[str] = frozenset()
    shifts: tuple[tuple[str, float], ...] = ()
    kept: tuple[tuple[str, int], ...] = ()
    moved: tuple[tuple[str, int], ...] = ()
    pages: tuple[tuple[str, str], ...] = ()


def read(text: str, place: Span) -> etree._Element:
    """The tree of the printed report.

    Raises:
        StageFailedError: when the text is not well-formed; the finding quotes the place.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        lines = text.splitlines()
        quoted = lines[line - 1][max(0, column - 60) : column + 20].strip() if 0 < line <= len(lines) else ""
        raise StageFailedError(NOT_WELL_FORMED.at(place, f"{error.msg} at: {quoted}")) from error


def prepare(root: etree._Element, words: Words) -> None:
    """Set the tree up for paper: notes, outline, page references, pairs, blocks that stay whole, places."""
    classed = _by_class(root)
    _put_notes_behind_calls(classed["noteref"], classed["footnote"])
    for heading in root.iter("h1", "h2", "h3"):
        _label(heading)
    for title in (*root.iter("h1", "h2"), *classed["title"]):
        _bind_last_words(title)
    for link in classed["pageref"]:
        for child in list(link):
            link.remove(child)
        link.text = words.page + NO_BREAK_SPACE
        etree.SubElement(link, "span", {"data-page-of": link.get("href", "").removeprefix("#")})
    for block in (*classed["key-figures"], *classed["timeline"]):
        _pair(block)
    for table in classed["table"]:
        if _table_height(table) < _WHOLE_TABLE_POINTS:
            _add_class(table, "whole")
    for box in classed["box"]:
        if len(_text(box)) < _WHOLE_BOX_CHARACTERS:
            _add_class(box, "whole")
    for drawing in root.iter(f"{SVG}svg"):
        set_press_type(drawing)
        if drawing.get("preserveAspectRatio") is None:  # to the edges, whatever the size of the page
            drawing.set("preserveAspectRatio", "xMidYMid slice")
    for number, section in enumerate(root.iterfind("body/*")):
        _name_places(section, section.get("id") or f"section-{number}")


def placed(root: etree._Element, placement: Placement, blocks: tuple[Floating, ...]) -> ElementTree.Element:
    """A copy of the tree, set as an earlier layout has taught, in the form that the engine reads."""
    copy = deepcopy(root)
    move(copy, dict(placement.moved), blocks)
    shifts = dict(placement.shifts)
    for element in copy.iter(etree.Element):
        place = element.get("data-place", "")
        if place in placement.verso:
            _add_class(element, "verso")
        if place in shifts:
            element.set("style", f"margin-top: {shifts[place]:.2f}px")
    labels = dict(placement.pages)
    for element in _naming_pages(copy):
        element.text = labels.get(element.get("data-page-of", ""), UNKNOWN_PAGE)
    calls = {element.get("id", ""): element for element in _of_class(copy, "noteref")} if placement.kept else {}
    for call, height in placement.kept:
        block = _block_around(calls[call], height) if call in calls else None
        if block is not None:
            _add_class(block, "keep")
    return plain(copy)


def words_with_places(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every text that is printed, with the id of the nearest element around it that has one."""
    body = root.find("body")
    stack: list[tuple[etree._Element, str]] = [] if body is None else [(body, "")]
    while stack:
        element, around = stack.pop()
        here = element.get("id", around)
        if element.text:
            yield element.text, here
        for child in element:
            if child.tail:
                yield child.tail, here
        stack.extend((child, here) for child in reversed(element))


def characters(root: etree._Element) -> frozenset[str]:
    """The characters of all texts."""
    return frozenset(str(_ALL_TEXT(root)))


def named_targets(root: etree._Element) -> frozenset[str]:
    """The ids whose pages are named in the report: by the contents, by "see page 12"."""
    return frozenset(element.get("data-page-of", "") for element in _naming_pages(root))


def decorative(root: etree._Element) -> frozenset[str]:
    """The pictures that are said to carry nothing: their text is there, and empty."""
    return frozenset(image.get("src", "") for image in root.iter("img") if image.get("alt") == "")


def _name_places(section: etree._Element, name: str) -> None:
    """Name what stands differently on left pages. A name depends on its section alone, as the layout of that does."""
    number = 0
    for element in cast("list[etree._Element]", _WITH_CLASS(section)):
        if MIRRORED & _names(element):
            number += 1
            element.set("data-place", f"{name}/{number}")


def _put_notes_behind_calls(marks: Iterable[etree._Element], notes: Iterable[etree._Element]) -> None:
    calls = {mark.get("id", ""): mark for mark in marks}
    without_call = []
    for note in notes:
        call = calls.get(note.get("data-call", ""))
        parent = note.getparent()
        if call is None or parent is None:
            without_call.append(note)  # counted after the layout: it is not on any page
            continue
        mark = note.get("data-mark", "")
        del note.attrib["data-mark"]
        parent.remove(note)
        note.tail = None
        _drop_space_between_blocks(note)
        _open_with_mark(note, note.get("data-call", ""), mark)
        _join_to_word(call)
        after, call.tail = call.tail, None
        call.addnext(note)
        note.tail = after
    for note in without_call:
        if "data-mark" in note.attrib:
            _remove(note)


def _drop_space_between_blocks(note: etree._Element) -> None:
    """A line end between two paragraphs of a note would become an empty line: the note stands in a line of text."""
    for element in note.iter(etree.Element):
        if element is note or element.tag in _LISTS:
            element.text = (element.text or "").strip() or None
        for child in element:
            if child.tag in _BLOCKS:
                child.tail = (child.tail or "").strip() or None


def _open_with_mark(note: etree._Element, call: str, mark: str) -> None:
    """The mark, which leads back to the call, at the beginning of the note's first paragraph."""
    back = etree.Element("a", {"class": "backlink", "role": "doc-backlink", "href": f"#{call}"})
    back.text = mark
    first = next(iter(note), None)
    holder = first if first is not None and first.tag == "p" and not (note.text or "").strip() else note
    back.tail, holder.text = holder.text, None
    holder.insert(0, back)


def _join_to_word(call: etree._Element) -> None:
    """Keep the call on the line of its word, without a space: U+2060 allows no break (UAX #14, class WJ)."""
    before = call.getprevious()
    parent = call.getparent()
    if before is not None:
        before.tail = (before.tail or "").rstrip() + WORD_JOINER
    elif parent is not None:
        parent.text = (parent.text or "").rstrip() + WORD_JOINER


def _label(heading: etree._Element) -> None:
    """The line of the outline: number and plain title, without the marks of notes."""
    numbers = _of_class(heading, "number")
    number = _text(numbers[0]).strip() if numbers else ""
    title = heading.get("data-title") or _text(heading, without=("noteref", "footnote", "number"))
    heading.set("data-bookmark", " ".join(f"{number} {title}".split()))


def _bind_last_words(title: etree._Element) -> None:
    """Keep a short last word from standing alone on the last line of a title."""
    holder, tail = title, False
    for child in title:
        if _names(child) & {"noteref", "footnote"}:
            break
        holder, tail = (child, True) if (child.tail or "").strip() else (holder, tail)
    text = (holder.tail if tail else holder.text) or ""
    if len(text.split()) < 3:
        return
    bound = _LAST_WORDS.sub(NO_BREAK_SPACE + r"\1", text)
    if tail:
        holder.tail = bound
    else:
        holder.text = bound


def _pair(block: etree._Element) -> None:
    """Put each term of a definition list into one element with its texts, and say how many there are."""
    for terms in block.iter("dl"):
        pairs = 0
        pair: etree._Element | None = None
        for child in list(terms):
            if child.tag == "dt" or pair is None:
                pair = etree.SubElement(terms, "div", {"class": "pair"})
                pairs += 1
            pair.append(child)
        if "key-figures" in block.get("class", "").split():
            columns = pairs if pairs < 5 else 4 if pairs % 4 == 0 else 3
            _add_class(block, f"of-{columns}")
            if columns == 4:
                _add_class(block, "wide")


def _table_height(table: etree._Element) -> float:
    """About how high a table will be, in points: enough to tell short from long."""
    names = table.get("class", "").split()
    width = _LINE_CHARACTERS["landscape" if "landscape" in names else "wide" if "wide" in names else "text"]
    height = 0.0
    for row in table.iter("tr"):
        cells = [len(_text(cell, without=("footnote",))) for cell in row]
        share = width / max(1, len(cells))
        height += _ROW_POINTS + _LINE_POINTS * max((1 + int(length / share) for length in cells), default=1)
    return height


def _block_around(call: etree._Element, height: int) -> etree._Element | None:
    """The block that holds a call, or with `height` the one so many levels above it."""
    blocks = [a for a in call.iterancestors() if a.tag in _BLOCKS or "table" in a.get("class", "").split()]
    return blocks[min(height, len(blocks) - 1)] if blocks else None


def _text(element: etree._Element, without: tuple[str, ...] = ()) -> str:
    parts = [element.text or ""]
    for child in element:
        if not set(child.get("class", "").split()) & set(without):
            parts.append(_text(child, without))
        parts.append(child.tail or "")
    return re.sub(WORD_JOINER, "", "".join(parts))


def _names(element: etree._Element) -> set[str]:
    return set(element.get("class", "").split())


def _naming_pages(root: etree._Element) -> list[etree._Element]:
    return [element for element in root.iter("span") if "data-page-of" in element.attrib]


def _of_class(root: etree._Element, name: str) -> tuple[etree._Element, ...]:
    maybe = cast("list[etree._Element]", _CLASSED(root, name=name))
    return tuple(element for element in maybe if name in _names(element))


def _by_class(root: etree._Element) -> Mapping[str, Sequence[etree._Element]]:
    """All elements that have classes, by each of these, in their order."""
    found: defaultdict[str, list[etree._Element]] = defaultdict(list)
    for element in cast("list[etree._Element]", _WITH_CLASS(root)):
        for name in _names(element):
            found[name].append(element)
    return found


def _add_class(element: etree._Element, name: str) -> None:
    names = element.get("class", "").split()
    if name not in names:
        element.set("class", " ".join([*names, name]))


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
