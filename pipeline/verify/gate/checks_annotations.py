"""Annotations, fields and actions in the structure (ISO 14289-1, 7.10 to 7.18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.clauses import UA, Fault, Standard, clause
from pipeline.verify.gate.elements import Element, structure
from pipeline.verify.gate.opened import Opened, Page, once
from pipeline.verify.gate.painted import inherited, painted
from pipeline.verify.gate.rules import (
    ANNOTATION_UNTAGGED,
    FEATURE_FORBIDDEN,
    LAYERS_UNNAMED,
    LINK_EMPTY,
    STRUCTURE_BROKEN,
)
from pipeline.verify.gate.values import entry, identity, items, name, number, place, text

_HIDDEN = 2


@once
def annotations_of(file: Opened) -> tuple[tuple[Page, Any], ...]:
    """Every annotation with its page."""
    return tuple((page, note) for page in file.looked_at for note in items(entry(page.object, "/Annots")))


def flags(note: Any) -> int:
    """The flags of an annotation (ISO 32000-1, table 165)."""
    return int(number(entry(note, "/F")) or 0)


def is_seen(page: Page, note: Any) -> bool:
    """Whether an annotation can be seen: it is not hidden, and part of it lies on the page, not only beside it."""
    if flags(note) & _HIDDEN:
        return False
    box = [number(side) for side in items(inherited(page.object, "/CropBox") or inherited(page.object, "/MediaBox"))]
    spot = [number(side) for side in items(entry(note, "/Rect"))]
    if len(box) != 4 or len(spot) != 4 or None in box or None in spot:
        return True
    left, right = sorted((box[0] or 0, box[2] or 0))
    bottom, top = sorted((box[1] or 0, box[3] or 0))
    west, east = sorted((spot[0] or 0, spot[2] or 0))
    south, north = sorted((spot[1] or 0, spot[3] or 0))
    return east > left and west < right and north > bottom and south < top


@once
def _owners(file: Opened) -> dict[tuple[int, int], Element]:
    """The elements that have annotations, by the elements' own word."""
    return {
        identity(value): element
        for element in structure(file).all
        for value in element.objects
        if identity(value) != (0, 0)
    }


def owner(file: Opened, note: Any) -> Element | None:
    """The element that an annotation belongs to, by the word of both."""
    found, key = _owners(file).get(identity(note)), entry(note, "/StructParent")
    told = structure(file).parents.get(key) if isinstance(key, int) else None
    return found if found is not None and identity(told) == identity(found.object) else None


def _of_kind(file: Opened, *kinds: str) -> Iterator[tuple[Page, Any]]:
    return ((page, note) for page, note in annotations_of(file) if name(entry(note, "/Subtype")) in kinds)


def _seen_for_themselves(file: Opened) -> Iterator[tuple[Page, Any, str]]:
    """The annotations that can be seen and that no rule of their own is about, with their kinds."""
    for page, note in annotations_of(file):
        kind = name(entry(note, "/Subtype"))
        if kind not in ("Widget", "Link", "PrinterMark", "Popup") and is_seen(page, note):
            yield page, note, kind


@clause("7.18.1-1", "annotations stand in an Annot", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-002 28-006")
def in_annot(file: Opened) -> Iterator[Fault]:
    """All but links, fields, printer's marks and pop-ups; also those of kinds that no standard knows."""
    for page, note, kind in _seen_for_themselves(file):
        found = owner(file, note)
        if found is None or found.type != "Annot":
            yield Fault(f"an annotation ({kind}) does not stand in an Annot", page.where)


@clause("7.18.1-2", "annotations say what they are", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-004")
def says_what(file: Opened) -> Iterator[Fault]:
    """`Contents`, or `Alt` of the element around."""
    for page, note, kind in _seen_for_themselves(file):
        around = owner(file, note)
        if not text(entry(note, "/Contents")) and not (around is not None and text(around.get("/Alt"))):
            yield Fault(f"an annotation ({kind}) says nothing of itself (Contents, Alt)", page.where)


def _field_entry(note: Any, key: str) -> Any:
    node, seen = note, set()
    while isinstance(node, pikepdf.Dictionary) and (identity(node) == (0, 0) or identity(node) not in seen):
        if key in node:
            return node.get(key)
        seen.add(identity(node))
        node = node.get("/Parent")
    return None


@clause("7.18.1-3", "fields have names to be read aloud", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-005")
def field_names(file: Opened) -> Iterator[Fault]:
    """`TU`, or `Alt` of the element around."""
    for page, note in _of_kind(file, "Widget"):
        around = owner(file, note)
        alternative = around is not None and text(around.get("/Alt"))
        if is_seen(page, note) and not text(_field_entry(note, "/TU")) and not alternative:
            yield Fault("a field has no name to be read aloud (TU, Alt)", page.where)


@clause("7.18.2-1", "there are no trap networks", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-007")
def no_trap_nets(file: Opened) -> Iterator[Fault]:
    """TrapNet, where it can be seen."""
    for page, note in _of_kind(file, "TrapNet"):
        if is_seen(page, note):
            yield Fault("a page has a trap network", page.where)


@clause(
    "7.18.3-1", "the tabulator follows the structure", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-008 28-009"
)
def tab_order(file: Opened) -> Iterator[Fault]:
    """Pages with annotations: `Tabs` is S."""
    for page in file.looked_at:
        if items(entry(page.object, "/Annots")) and name(entry(page.object, "/Tabs")) != "S":
            yield Fault("the tabulator does not follow the structure (Tabs)", page.where)


@clause("7.18.4-1", "fields stand in a Form", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-010")
def in_form(file: Opened) -> Iterator[Fault]:
    """Widget."""
    for page, note in _of_kind(file, "Widget"):
        found = owner(file, note)
        if is_seen(page, note) and (found is None or found.type != "Form"):
            yield Fault("a field does not stand in a Form", page.where)


@clause("7.18.4-2", "a Form has one field and nothing else", ANNOTATION_UNTAGGED, {Standard.UA1})
def one_field(file: Opened) -> Iterator[Fault]:
    """Form without `Role`: its one kid is the reference to its field (ISO 32000-1, 14.8.4.5)."""
    for element in structure(file).all:
        if element.type != "Form" or element.attribute("PrintField", "Role") is not None:
            continue
        fields = [value for value in element.objects if name(entry(value, "/Subtype")) == "Widget"]
        if len(fields) != 1 or len(element.order) != 1:
            yield Fault(
                f"a Form has {len(fields)} fields and {len(element.order) - len(fields)} other kids", element.where
            )


@clause("7.18.5-1", "links stand in a Link", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-011")
def in_link(file: Opened) -> Iterator[Fault]:
    """Link."""
    for page, note in _of_kind(file, "Link"):
        found = owner(file, note)
        if is_seen(page, note) and (found is None or found.type != "Link"):
            yield Fault("a link does not stand in a Link", page.where)


@clause("7.18.5-2", "links say where they lead", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-012")
def links_say(file: Opened) -> Iterator[Fault]:
    """`Contents`."""
    for page, note in _of_kind(file, "Link"):
        if is_seen(page, note) and not text(entry(note, "/Contents")).strip():
            yield Fault("a link says nothing of itself (Contents)", page.where)


@clause("7.18.5-empty", "links have something to click on", LINK_EMPTY, UA)
def links_hold(file: Opened) -> Iterator[Fault]:
    """A Link with an annotation and nothing that is shown."""
    for element in structure(file).all:
        if element.type == "Link" and not _shows(element):
            yield Fault("a Link shows nothing", element.where)


def _shows(element: Element) -> bool:
    return bool(element.content) or any(_shows(kid) for kid in element.kids)


@clause("7.18.6.2-1", "media say of what kind they are", FEATURE_FORBIDDEN, {Standard.UA1}, matterhorn="28-014")
def media_kind(file: Opened) -> Iterator[Fault]:
    """Media clips: `CT`."""
    for value in file.having("/D"):
        if name(entry(value, "/S")) == "MCD" and entry(value, "/CT") is None and entry(value, "/D") is not None:
            yield Fault("a media clip does not say its kind (CT)", place(value))


@clause("7.18.6.2-2", "media have words in their place", FEATURE_FORBIDDEN, {Standard.UA1}, matterhorn="28-015")
def media_words(file: Opened) -> Iterator[Fault]:
    """Media clips: `Alt`."""
    for value in file.having("/D"):
        is_clip = name(entry(value, "/S")) == "MCD" and entry(value, "/D") is not None
        words = items(entry(value, "/Alt"))
        spoken = all(text(word) for word in words[1::2]) and all(isinstance(word, pikepdf.String) for word in words)
        if is_clip and (len(words) < 2 or len(words) % 2 or not spoken):
            yield Fault("a media clip has no words in its place (Alt)", place(value))


@clause(
    "7.18.8-1", "printer's marks are no part of the structure", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-017"
)
def printer_marks(file: Opened) -> Iterator[Fault]:
    """PrinterMark."""
    for page, note in _of_kind(file, "PrinterMark"):
        key = entry(note, "/StructParent")
        told = structure(file).parents.get(key) if isinstance(key, int) else None
        if is_seen(page, note) and (told is not None or identity(note) in _owners(file)):
            yield Fault("a printer's mark stands in the structure", page.where)


@clause("7.18.8-2", "printer's marks are artifacts", ANNOTATION_UNTAGGED, {Standard.UA1}, matterhorn="28-018")
def printer_mark_looks(file: Opened) -> Iterator[Fault]:
    """What a PrinterMark looks like is marked as an artifact."""
    looks = {
        identity(look): page
        for page, note in _of_kind(file, "PrinterMark")
        if isinstance(look := entry(entry(note, "/AP"), "/N"), pikepdf.Stream)
    }
    for canvas in painted(file):
        loose = any(mark.tag != "Artifact" for piece in canvas.pieces for mark in piece.marks[:1]) or any(
            not piece.marks for piece in canvas.pieces
        )
        if identity(canvas.holder) in looks and loose:
            yield Fault("the look of a printer's mark is not marked as an artifact", canvas.where)


@clause("14.7.4-3", "annotations and their elements name each other", STRUCTURE_BROKEN, {Standard.FILE})
def parents_of_annotations(file: Opened) -> Iterator[Fault]:
    """The parent tree says of each annotation the element that has it (ISO 32000-1, 14.7.4.4)."""
    read = structure(file)
    there = {identity(note) for _, note in annotations_of(file)}
    for page, note in annotations_of(file):
        found = _owners(file).get(identity(note))
        key = entry(note, "/StructParent")
        told = read.parents.get(key) if isinstance(key, int) else None
        if found is not None and identity(told) != identity(found.object):
            yield Fault("the parent tree says another element of an annotation than has it", page.where)
        if found is None and told is not None:
            yield Fault("the parent tree says an element of an annotation that does not have it", page.where)
    for element in read.all:
        for value in element.objects:
            if name(entry(value, "/Type")) == "Annot" and identity(value) not in there:
                yield Fault("an element has an annotation that stands on no page", element.where)


# ---------------------------------------------------------------- what keeps readers out


@clause("7.10-1", "optional content is named", LAYERS_UNNAMED, {Standard.UA1}, matterhorn="20-001 20-002")
def layers_named(file: Opened) -> Iterator[Fault]:
    """Configurations: `Name`."""
    for label, value in configurations(file):
        if not text(entry(value, "/Name")):
            yield Fault(f"the configuration of optional content ({label}) has no name")


@clause("7.10-2", "optional content does not switch itself", LAYERS_UNNAMED, UA, matterhorn="20-003")
def layers_still(file: Opened) -> Iterator[Fault]:
    """Configurations: no `AS`."""
    for label, value in configurations(file):
        if entry(value, "/AS") is not None:
            yield Fault(f"the configuration of optional content ({label}) switches itself (AS)")


def configurations(file: Opened) -> Iterator[tuple[str, Any]]:
    """The configurations of optional content (ISO 32000-1, 8.11.4.3)."""
    properties = entry(file.root, "/OCProperties")
    if properties is None:
        return
    if entry(properties, "/D") is not None:
        yield "D", entry(properties, "/D")
    for index, value in enumerate(items(entry(properties, "/Configs"))):
        yield f"Configs {index}", value


@clause("7.11-1", "attached files have both their names", FEATURE_FORBIDDEN, {Standard.UA1}, matterhorn="21-001")
def file_names(file: Opened) -> Iterator[Fault]:
    """File specifications with an embedded file: `F` and `UF`."""
    for value in file.having("/EF"):
        if entry(value, "/EF") is not None and not (text(entry(value, "/F")) and text(entry(value, "/UF"))):
            yield Fault("an attached file lacks one of its names (F, UF)", place(value))


@clause("7.15-1", "forms are not made as they are shown", FEATURE_FORBIDDEN, {Standard.UA1}, matterhorn="25-001")
def no_dynamic_forms(file: Opened) -> Iterator[Fault]:
    """XFA that says dynamicRender."""
    xfa = entry(entry(file.root, "/AcroForm"), "/XFA")
    parts = items(xfa)
    for part in parts:
        if isinstance(part, pikepdf.Stream):
            try:
                data = part.read_bytes()
            except pikepdf.PdfError:
                yield Fault("the form (XFA) cannot be read", place(part))
                continue
            compact = b"".join(data.split())
            if b"dynamicRender>required" in compact or b"dynamicRender>required" in data:
                yield Fault("the form is made as it is shown (XFA, dynamicRender)", place(part))


@clause("7.16-1", "assistive technology may read", FEATURE_FORBIDDEN, UA, matterhorn="26-001 26-002")
def may_read(file: Opened) -> Iterator[Fault]:
    """Encryption: `P` lets text be read (bit 10)."""
    encryption = file.pdf.trailer.get("/Encrypt")
    if encryption is None:
        return
    allowed = number(entry(encryption, "/P"))
    if allowed is None or not int(allowed) & 512:
        yield Fault("the security settings do not let assistive technology read")
