"""Ways through the file: destinations, page labels. Neither standard asks for them; whoever reads the file does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from pipeline.verify.gate.checks_annotations import annotations_of
from pipeline.verify.gate.clauses import Fault, Standard, clause
from pipeline.verify.gate.elements import structure
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.rules import DESTINATION_BROKEN, FILE_STRUCTURE, LABELS_BROKEN
from pipeline.verify.gate.values import entry, identity, items, name, pairs, place, tree_items


@once
def _named(file: Opened) -> dict[str, Any]:
    """The named destinations."""
    if file.trees.places:
        pages = {identity(page.object)[0]: pikepdf.Array([page.object]) for page in file.pages}
        return {str(pikepdf.Object.parse(written)): pages[page] for written, page in file.trees.places.items()}
    found: dict[str, Any] = dict(pairs(entry(file.root, "/Dests")))
    tree = entry(entry(file.root, "/Names"), "/Dests")
    if tree is not None:
        found.update((str(key), value) for key, value in tree_items(tree, "/Names"))
    return found


def _fault(file: Opened, value: Any, named: dict[str, Any], pages: set[tuple[int, int]]) -> str:
    """What is wrong with a destination (ISO 32000-1, 12.3.2), or ""."""
    if isinstance(value, (pikepdf.String, pikepdf.Name)):
        title = str(value).removeprefix("/") if isinstance(value, pikepdf.Name) else str(value)
        if title not in named:
            return f'"{title}" is no place of the file'
        value = named[title]
    if isinstance(value, pikepdf.Dictionary):
        value = value.get("/D")
    target = items(value)
    if not isinstance(value, pikepdf.Array) or not target:
        return "it says no place"
    if identity(target[0]) not in pages:
        return "its page is not in the file"
    return ""


@clause("12.3-1", "links lead somewhere", DESTINATION_BROKEN, {Standard.FILE})
def links_lead(file: Opened) -> Iterator[Fault]:
    """Link annotations: `Dest`, or a GoTo action."""
    named, pages = _named(file), {identity(page.object) for page in file.pages}
    for page, note in annotations_of(file):
        if name(entry(note, "/Subtype")) != "Link":
            continue
        target = entry(note, "/Dest")
        action = entry(note, "/A")
        if name(entry(action, "/S")) == "GoTo":
            target = entry(action, "/D")
        if target is not None and (wrong := _fault(file, target, named, pages)):
            yield Fault(f"a link leads nowhere: {wrong}", page.where)


@clause("12.3-2", "lines of the outline lead somewhere", DESTINATION_BROKEN, {Standard.FILE})
def outline_leads(file: Opened) -> Iterator[Fault]:
    """Outline items: `Dest`, or a GoTo action."""
    named, pages = _named(file), {identity(page.object) for page in file.pages}
    for item in _outline(file):
        target = entry(item, "/Dest")
        action = entry(item, "/A")
        if name(entry(action, "/S")) == "GoTo":
            target = entry(action, "/D")
        if target is not None and (wrong := _fault(file, target, named, pages)):
            yield Fault(f'the line "{entry(item, "/Title")}" of the outline leads nowhere: {wrong}', place(item))


def _outline(file: Opened) -> Iterator[Any]:
    pending, seen = [entry(entry(file.root, "/Outlines"), "/First")], set()
    while pending:
        item = pending.pop()
        if not isinstance(item, pikepdf.Dictionary) or identity(item) in seen:
            continue
        seen.add(identity(item))
        yield item
        pending += [entry(item, "/Next"), entry(item, "/First")]


@clause("12.3-3", "named places are on their elements' pages", DESTINATION_BROKEN, {Standard.FILE})
def places_fit(file: Opened) -> Iterator[Fault]:
    """A destination that has the name of a structure element leads to the page on which that begins."""
    named = _named(file)
    pages = {identity(page.object): page.number for page in file.pages}
    for element in structure(file).all:
        title = str(element.get("/ID") or "")
        value = named.get(title)
        target = items(value.get("/D") if isinstance(value, pikepdf.Dictionary) else value)
        begins = identity(element.get("/Pg"))
        if target and begins in pages and identity(target[0]) in pages and identity(target[0]) != begins:
            there, here = pages[identity(target[0])], pages[begins]
            yield Fault(f'"{title}" leads to page {there}; its element begins on page {here}', element.where)


@clause("12.4.2-1", "page labels begin with the first page", LABELS_BROKEN, {Standard.FILE})
def labels(file: Opened) -> Iterator[Fault]:
    """PageLabels: ranges in order, from page 0, of known styles (ISO 32000-1, 12.4.2)."""
    tree = entry(file.root, "/PageLabels")
    if tree is None:
        return
    ranges = list(tree_items(tree, "/Nums"))
    starts = [key if isinstance(key, int) else -1 for key, _ in ranges]
    if not ranges or starts[0] != 0:
        yield Fault("the labels do not begin with the first page")
    if starts != sorted(set(starts)):
        yield Fault("the labels are not in the order of the pages")
    if any(not 0 <= start < len(file.pages) for start in starts):
        yield Fault("labels are said for pages that are not there")
    for _, value in ranges:
        style = name(entry(value, "/S"))
        if style not in ("", "D", "R", "r", "A", "a"):
            yield Fault(f'the style of page labels is "{style}"')


@clause("7.9.6-1", "trees of names are in order", DESTINATION_BROKEN, {Standard.FILE})
def trees_sorted(file: Opened) -> Iterator[Fault]:
    """Readers look names up by halving (ISO 32000-1, 7.9.6)."""
    trees: dict[str, Any] = dict(pairs(entry(file.root, "/Names")))
    trees["IDTree"] = entry(entry(file.root, "/StructTreeRoot"), "/IDTree")
    known = {"IDTree": file.trees.ids, "Dests": file.trees.places}
    for title, ids in known.items():
        names = [bytes(pikepdf.Object.parse(written)) for written in ids]
        if names != sorted(names):
            yield Fault(f"the tree of {title} is not in order")
    for title, tree in trees.items():
        if known.get(title):
            continue
        if any(len(items(entry(node, "/Names"))) % 2 for node in (tree, *items(entry(tree, "/Kids")))):
            yield Fault(f"the tree of {title} has a name without a value")
        keys = [bytes(key) for key, _ in tree_items(tree, "/Names") if isinstance(key, pikepdf.String)]
        if keys != sorted(keys):
            yield Fault(f"the tree of {title} is not in order")
    tree = entry(entry(file.root, "/StructTreeRoot"), "/ParentTree")
    told = file.trees.parents
    numbers = [int(key) for key in told] if told else [key for key, _ in tree_items(tree, "/Nums")]
    if not all(isinstance(key, int) for key in numbers) or numbers != sorted(numbers):
        yield Fault("the parent tree is not in order")


@clause("second-reader", "two readers agree about the pages", FILE_STRUCTURE, {Standard.FILE})
def second_reader(file: Opened) -> Iterator[Fault]:
    """Pages are as many to pdfium as to qpdf, and each can be opened."""
    try:
        document = pdfium.PdfDocument(file.path)
    except pdfium.PdfiumError as error:
        yield Fault(f"pdfium cannot open the file: {error}")
        return
    try:
        if len(document) != len(file.pages):
            yield Fault(f"qpdf counts {len(file.pages)} pages and pdfium {len(document)}")
        for page in file.looked_at[: len(document)]:
            try:
                document[page.number - 1].close()
            except pdfium.PdfiumError as error:
                yield Fault(f"pdfium cannot open the page: {error}", page.where)
    finally:
        document.close()
