"""Attached files and layers in archives (ISO 19005-3, 6.8 and 6.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_annotations import configurations
from pipeline.verify.gate.checks_metadata import A_ID
from pipeline.verify.gate.clauses import Fault, Standard, clause
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import ATTACHMENT_UNDESCRIBED, LAYERS_UNNAMED
from pipeline.verify.gate.values import entry, identity, items, name, pairs, place, text, tree_items

_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))


def _attached(file: Opened) -> Iterator[Any]:
    return (value for value in file.having("/EF") if entry(value, "/EF") is not None)


@clause("6.1.11-1", "there are no attached files", ATTACHMENT_UNDESCRIBED, {Standard.A1})
def no_attachments(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 (ISO 19005-1, 6.1.11)."""
    if any(_attached(file)) or entry(entry(file.root, "/Names"), "/EmbeddedFiles") is not None:
        yield Fault("the file has attached files")


@clause("6.8-1", "attached files say their kind", ATTACHMENT_UNDESCRIBED, {Standard.A3, Standard.A4})
def attachment_kinds(file: Opened) -> Iterator[Fault]:
    """Subtype: a media type (ISO 19005-3, 6.8)."""
    for value in _attached(file):
        for _, stream in pairs(entry(value, "/EF")):
            kind = name(entry(stream, "/Subtype"))
            if re.fullmatch(r"[-\w+.]+/[-\w+.]+", kind, re.ASCII) is None:
                yield Fault(f'an attached file is of the kind "{kind}"', place(value))


@clause("6.8-2", "attached files have both their names", ATTACHMENT_UNDESCRIBED, _LATER)
def attachment_names(file: Opened) -> Iterator[Fault]:
    """F and UF (ISO 19005-3, 6.8)."""
    for value in _attached(file):
        if not all(isinstance(entry(value, key), pikepdf.String) for key in ("/F", "/UF")):
            yield Fault("an attached file lacks one of its names (F, UF)", place(value))


@clause("6.8-3", "attached files say what they are", ATTACHMENT_UNDESCRIBED, {Standard.A3, Standard.A4})
def attachment_relations(file: Opened) -> Iterator[Fault]:
    """AFRelationship (ISO 19005-3, 6.8)."""
    for value in _attached(file):
        if not name(entry(value, "/AFRelationship")):
            yield Fault("an attached file does not say what it is to the document (AFRelationship)", place(value))


@clause("6.8-4", "attached files belong to something", ATTACHMENT_UNDESCRIBED, {Standard.A3})
def attachment_places(file: Opened) -> Iterator[Fault]:
    """A place in some `AF` (ISO 19005-3, 6.8)."""
    associated = {identity(item) for value in file.everywhere("/AF") for item in items(value)}
    for value in _attached(file):
        if identity(value) not in associated:
            yield Fault("an attached file belongs to nothing (AF)", place(value))


@clause("6.8-5", "attached files are archives themselves", ATTACHMENT_UNDESCRIBED, {Standard.A2})
def attachments_archives(file: Opened) -> Iterator[Fault]:
    """PDF/A-2: only PDF/A-1 and PDF/A-2 (ISO 19005-2, 6.8)."""
    for value in _attached(file):
        for _, stream in pairs(entry(value, "/EF")):
            try:
                data = stream.read_bytes()
            except (pikepdf.PdfError, AttributeError):
                data = b""
            if not data.startswith(b"%PDF-1") or b"pdfaid" not in data:
                yield Fault("an attached file is no PDF/A", place(value))


@clause("7.11.4-1", "the list of attached files is one of files", ATTACHMENT_UNDESCRIBED, {Standard.FILE})
def attachment_list(file: Opened) -> Iterator[Fault]:
    """EmbeddedFiles (ISO 32000-1, 7.11.4)."""
    tree = entry(entry(file.root, "/Names"), "/EmbeddedFiles")
    for _, value in tree_items(tree, "/Names") if tree is not None else ():
        if entry(value, "/EF") is None:
            yield Fault("the list of attached files has something else in it", place(value))


@clause("6.9-5", "a file that is said to have attached files has them", ATTACHMENT_UNDESCRIBED, {Standard.A4})
def attachments_there(file: Opened) -> Iterator[Fault]:
    """PDF/A-4f: EmbeddedFiles in the catalog's names (ISO 19005-4, annex A)."""
    listed = entry(entry(file.root, "/Names"), "/EmbeddedFiles")
    if file.said(A_ID, "conformance") == ["F"] and listed is None:
        yield Fault("the file is said to have attached files, and has none")


# ---------------------------------------------------------------- layers


@clause("6.9-1", "layers are named", LAYERS_UNNAMED, _LATER)
def layer_names(file: Opened) -> Iterator[Fault]:
    """Configurations: `Name` (ISO 19005-3, 6.9)."""
    for label, value in configurations(file):
        if not text(entry(value, "/Name")):
            yield Fault(f"the configuration of optional content ({label}) has no name")


@clause("6.9-2", "layers are named each otherwise", LAYERS_UNNAMED, _LATER)
def layer_names_differ(file: Opened) -> Iterator[Fault]:
    """Configurations: `Name` is unique."""
    titles = [text(entry(value, "/Name")) for _, value in configurations(file)]
    for title in sorted({title for title in titles if title and titles.count(title) > 1}):
        yield Fault(f'two configurations of optional content are called "{title}"')


@clause("6.9-3", "layers are in one order", LAYERS_UNNAMED, _LATER)
def layer_order(file: Opened) -> Iterator[Fault]:
    """Configurations: `Order`, when there is one, has all groups."""
    groups = {identity(group) for group in items(entry(entry(file.root, "/OCProperties"), "/OCGs"))}
    for label, value in configurations(file):
        order = entry(value, "/Order")
        if order is not None and groups - set(_flat(order)):
            yield Fault(f"the order of optional content ({label}) lacks a group")


def _flat(order: Any, depth: int = 0) -> Iterator[tuple[int, int]]:
    for item in items(order):
        if isinstance(item, pikepdf.Array):
            yield from _flat(item, depth + 1) if depth < 32 else ()
        else:
            yield identity(item)


@clause("6.9-4", "layers do not switch themselves", LAYERS_UNNAMED, _LATER - {Standard.A4})
def layers_still(file: Opened) -> Iterator[Fault]:
    """Configurations: no `AS`."""
    for label, value in configurations(file):
        if entry(value, "/AS") is not None:
            yield Fault(f"the configuration of optional content ({label}) switches itself (AS)")


@clause("6.1.13-oc", "there are no layers", LAYERS_UNNAMED, {Standard.A1})
def no_layers(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 (ISO 19005-1, 6.1.13)."""
    if "/OCProperties" in file.root:
        yield Fault("the file has optional content")
