"""What pandoc wrote, in the markup that the editions rely on (see `document`).

Pieces come as XHTML from pandoc's HTML writer and leave as well-formed XHTML text.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from pipeline.report import TableEntry

Element = etree._Element


def parsed(html: str) -> Element:
    """An HTML piece as the children of a `div`.

    Raises:
        etree.XMLSyntaxError: when the piece is not well-formed XML; pandoc's writer always is.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(f"<div>{html}</div>".encode(), parser)


def inner(element: Element) -> str:
    """The text and children of an element as XHTML text."""
    parts = [_escaped(element.text or "")]
    parts += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(parts).strip()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def finished(html: str, tables: Mapping[str, TableEntry]) -> str:
    """Block markup with figures and tables in their final form."""
    root = parsed(html)
    for element in list(root.iter("div")):
        classes = element.get("class", "").split()
        if "figure" in classes:
            _figure(element)
        elif "table" in classes:
            _table(element, tables.get(element.get("id", "")))
        elif "box-kind" in classes or "box-title" in classes:
            _paragraph(element)
    for table in root.iter("table"):
        _cells(table)
    return inner(root)


def inline(html: str) -> str:
    """The inlines of a piece of one paragraph, or of none; the paragraphs of a longer one follow each other."""
    root = parsed(html)
    if (root.text or "").strip() or not any(child.tag == "p" for child in root):
        return inner(root)
    return " ".join(inner(child) if child.tag == "p" else etree.tostring(child, encoding="unicode") for child in root)


def bare_title(html: str) -> str:
    """An inline title for lists: no notes, no ids, and the words of links without the links."""
    root = parsed(html)
    for element in list(root.iter()):
        if "noteref" in element.get("class", "").split():
            _drop(element)
            continue
        element.attrib.pop("id", "")
        if element.tag == "a":
            element.tag = "span"
            for name in list(element.attrib):
                del element.attrib[name]
    return inner(root)


def _drop(element: Element) -> None:
    """Remove an element and keep the text behind it."""
    parent, tail = element.getparent(), element.tail or ""
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _caption(element: Element, tag: str) -> Element:
    """The number, the caption and the unit line of a figure or table, as one element."""
    caption = etree.Element(tag)
    for name in ("label-line", "caption", "unit"):
        part = element.find(f"div[@class='{name}']")
        if part is None:
            continue
        element.remove(part)
        if name == "label-line":
            label = part.find("p/span")
            if label is not None:
                label.tail = " "
                caption.append(label)
            continue
        span = etree.SubElement(caption, "span", {"class": name})
        tight = not all(child.tag == "p" for child in part) or bool((part.text or "").strip())
        for number, paragraph in enumerate([part] if tight else list(part)):  # a tight caption has no paragraph
            if number:
                _append_text(span, " ")
            _append_text(span, paragraph.text or "")
            span.extend(list(paragraph))
        span.tail = " "
    return caption


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _figure(element: Element) -> None:
    element.tag = "figure"
    caption = _caption(element, "figcaption")
    for paragraph in element.findall("p"):
        picture = paragraph.find("img")
        if picture is not None:
            picture.attrib.pop("class", "")
            picture.tail = "\n"
            element.replace(paragraph, picture)
    element.insert(0, caption)
    for note in element.findall("div[@class='source']"):
        note.tail = "\n"


def _table(element: Element, entry: TableEntry | None) -> None:
    table = element.find("table")
    if table is None:
        return
    caption = _caption(element, "caption")
    old = table.find("caption")
    if old is not None:
        table.remove(old)
    table.insert(0, caption)
    if entry is not None:
        _columns(table, entry)


def _columns(table: Element, entry: TableEntry) -> None:
    """Widths of columns, heads of rows, groups and sums, from what the author said of the table."""
    columns = entry.table.columns
    for old in table.findall("colgroup"):
        table.remove(old)
    given = [column.width or 0.0 for column in columns]
    if any(given):
        spare = max(0.0, 1.0 - sum(given)) / max(1, given.count(0.0))
        total = sum(width or spare for width in given)
        group = etree.Element("colgroup")
        for width in given:
            share = (width or spare) / total
            etree.SubElement(group, "col", {"style": f"width: {share:.2%}"})
        table.insert(1, group)
    for row in table.findall("tbody/tr"):
        cells = list(row)
        if cells and cells[0].find("span[@class='group']") is not None:
            _group_row(row, cells, len(columns))
            continue
        total_mark = cells[0].find(".//span[@class='total']") if cells else None
        if total_mark is not None:
            row.set("class", "total")
            _unwrap(total_mark)
        for cell, column in zip(cells, columns, strict=False):
            if column.header:
                cell.tag = "th"
                cell.set("scope", "row")


def _group_row(row: Element, cells: list[Element], width: int) -> None:
    row.set("class", "group")
    for cell in cells[1:]:
        row.remove(cell)
    head = cells[0]
    head.tag = "th"
    head.attrib.clear()
    head.set("colspan", str(width))
    head.set("scope", "rowgroup")
    mark = head.find("span[@class='group']")
    if mark is not None:
        _unwrap(mark)


def _unwrap(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    before = parent[place - 1] if place else None
    if before is not None:
        before.tail = (before.tail or "") + (element.text or "")
    else:
        parent.text = (parent.text or "") + (element.text or "")
    children = list(element)
    for offset, child in enumerate(children):
        parent.insert(place + offset, child)
    if children:
        children[-1].tail = (children[-1].tail or "") + (element.tail or "")
    elif before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def _cells(table: Element) -> None:
    """Scope on every head, alignment as a class, no presentational attributes."""
    for cell in table.iter("th", "td"):
        style = cell.attrib.pop("style", "")
        if "right" in style:
            cell.set("class", "number")
        elif "center" in style:
            cell.set("class", "center")
    for head in table.findall("thead/tr"):
        head.attrib.pop("class", "")
        for cell in head:
            if cell.tag == "th":
                cell.set("scope", "col")
    for row in table.findall("tbody/tr"):
        if row.get("class") in ("odd", "even", "header"):
            del row.attrib["class"]
    for part in ("thead", "tbody"):
        for found in table.findall(part):
            found.attrib.pop("class", "")
    table.attrib.pop("style", "")


def _paragraph(element: Element) -> None:
    """`<div class="box-title"><p>words</p></div>` as `<p class="box-title">words</p>`."""
    paragraph = element.find("p")
    if paragraph is None:
        return
    copy = deepcopy(paragraph)
    element.tag = "p"
    element.remove(paragraph)
    element.text = copy.text
    element.extend(list(copy))
