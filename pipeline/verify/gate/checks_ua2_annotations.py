"""Annotations and fields in PDF/UA-2 (ISO 14289-2, 8.2.5.20, 8.9 and 8.10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.verify.gate.checks_annotations import annotations_of, flags
from pipeline.verify.gate.clauses import Fault, Standard, clause
from pipeline.verify.gate.elements import Element, structure
from pipeline.verify.gate.opened import Opened, Page
from pipeline.verify.gate.rules import ANNOTATION_UNTAGGED, FEATURE_FORBIDDEN
from pipeline.verify.gate.values import entry, identity, items, name, number, place, text

_UA2 = frozenset((Standard.UA2,))
_MARKUP = frozenset(
    "Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Caret Stamp Ink "
    "FileAttachment Redact Projection".split()
)
_INVISIBLE, _NO_VIEW, _TOGGLE = 1, 32, 256


def _told(file: Opened, note: Any) -> Element | None:
    """The element that an annotation stands in by the parent tree."""
    key, read = entry(note, "/StructParent"), structure(file)
    return read.by_object.get(identity(read.parents.get(key))) if isinstance(key, int) else None


def _is_artifact(element: Element | None) -> bool:
    return element is not None and any(one.type == "Artifact" for one in (element, *element.ancestors()))


def _notes(file: Opened, *kinds: str) -> Iterator[tuple[Page, Any, str, Element | None]]:
    """The annotations of these kinds, or all, with their kinds and their elements; None of artifacts."""
    for page, note in annotations_of(file):
        kind = name(entry(note, "/Subtype"))
        if not kinds or kind in kinds:
            element = _told(file, note)
            yield page, note, kind, None if _is_artifact(element) else element


def _is_empty(note: Any) -> bool:
    box = [number(side) or 0.0 for side in items(entry(note, "/Rect"))]
    return len(box) == 4 and box[0] == box[2] and box[1] == box[3]


@clause("8.2.5.20-1", "links stand in a Link or a Reference", ANNOTATION_UNTAGGED, _UA2)
def links_stand(file: Opened) -> Iterator[Fault]:
    """Link annotations."""
    for page, _, _, element in _notes(file, "Link"):
        if element is None or element.type not in ("Link", "Reference"):
            yield Fault("a link does not stand in a Link or Reference", page.where)


@clause("8.2.5.20-2", "links in one element lead to one place", ANNOTATION_UNTAGGED, _UA2)
def links_agree(file: Opened) -> Iterator[Fault]:
    """Link annotations of one Link or Reference: the same destination or action."""
    led: dict[int, str] = {}
    for page, note, _, element in _notes(file, "Link"):
        if element is not None and led.setdefault(id(element), _target(note)) != _target(note):
            yield Fault("links that lead to several places stand in one element", page.where)


def _target(note: Any) -> str:
    action = entry(note, "/A")
    leads = entry(note, "/Dest") if action is None else (entry(action, "/SD") or entry(action, "/D") or action)
    if leads is None:
        return ""
    return " ".join(repr(identity(part)) if identity(part) != (0, 0) else str(part) for part in items(leads))


@clause("8.9.2.1-1", "annotations stand in the structure", ANNOTATION_UNTAGGED, _UA2)
def in_structure(file: Opened) -> Iterator[Fault]:
    """All but pop-ups, printer's marks, fields without a size, and what is invisible."""
    for page, note, kind, element in _notes(file):
        left_out = kind in ("Popup", "PrinterMark") or (kind == "Widget" and _is_empty(note)) or _is_unseen(note)
        if element is None and not left_out:
            yield Fault(f"an annotation ({kind}) does not stand in the structure", page.where)


def _is_unseen(note: Any) -> bool:
    value = flags(note)
    return bool(value & _INVISIBLE) or bool(value & _NO_VIEW and not value & _TOGGLE)


@clause("8.9.2.2-1", "what is invisible is an artifact", ANNOTATION_UNTAGGED, _UA2)
def invisible(file: Opened) -> Iterator[Fault]:
    """Annotations with the flag Invisible."""
    for page, note, kind, element in _notes(file):
        if element is not None and flags(note) & _INVISIBLE:
            yield Fault(f"an invisible annotation ({kind}) stands in the structure", page.where)


@clause("8.9.2.2-2", "what is never seen is an artifact", ANNOTATION_UNTAGGED, _UA2)
def never_seen(file: Opened) -> Iterator[Fault]:
    """Annotations with the flag NoView, and without ToggleNoView."""
    for page, note, kind, element in _notes(file):
        if element is not None and flags(note) & _NO_VIEW and not flags(note) & _TOGGLE:
            yield Fault(f"an annotation ({kind}) that is not seen stands in the structure", page.where)


@clause("8.9.2.3-1", "remarks stand in an Annot", ANNOTATION_UNTAGGED, _UA2)
def remarks(file: Opened) -> Iterator[Fault]:
    """Markup annotations (ISO 32000-2, 12.5.6.2)."""
    for page, note, kind, element in _notes(file, *_MARKUP):
        if (element is None or element.type != "Annot") and not _is_unseen(note):
            yield Fault(f"an annotation ({kind}) does not stand in an Annot", page.where)


@clause("8.9.2.3-2", "remarks say one thing", ANNOTATION_UNTAGGED, _UA2)
def rich_remarks(file: Opened) -> Iterator[Fault]:
    """Markup annotations: `RC` and `Contents` have the same text."""
    for page, note, kind, _ in _notes(file, *_MARKUP):
        rich, plain = entry(note, "/RC"), entry(note, "/Contents")
        if rich is not None and plain is not None and _words(rich) != _words(plain):
            yield Fault(f"an annotation ({kind}) says two things (RC, Contents)", page.where)


def _words(value: Any) -> str:
    """The words of a rich text, or of a plain one."""
    said = text(value)
    if said.lstrip().startswith("<"):
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            said = "".join(map(str, etree.fromstring(said.encode(), parser).itertext()))
        except etree.XMLSyntaxError:
            return said
    return " ".join(said.split())


def _say(file: Opened, kind: str) -> Iterator[Fault]:
    for page, note, _, _ in _notes(file, kind):
        if entry(note, "/Contents") is None:
            yield Fault(f"an annotation ({kind}) says nothing of itself (Contents)", page.where)


@clause("8.9.2.4.7-1", "stamps say what they are", ANNOTATION_UNTAGGED, _UA2)
def stamps(file: Opened) -> Iterator[Fault]:
    """`Name` or `Contents`."""
    for page, note, _, _ in _notes(file, "Stamp"):
        if entry(note, "/Name") is None and entry(note, "/Contents") is None:
            yield Fault("a stamp says nothing of itself (Name, Contents)", page.where)


@clause("8.9.2.4.8-1", "drawings say what they are", ANNOTATION_UNTAGGED, _UA2)
def drawings(file: Opened) -> Iterator[Fault]:
    """Ink: `Contents`."""
    yield from _say(file, "Ink")


@clause("8.9.2.4.9-1", "pop-ups are no part of the structure", ANNOTATION_UNTAGGED, _UA2)
def pop_ups(file: Opened) -> Iterator[Fault]:
    """Popup."""
    for page, _, _, element in _notes(file, "Popup"):
        if element is not None:
            yield Fault("a pop-up stands in the structure", page.where)


@clause("8.9.2.4.10-1", "files attached to pages say what they are", FEATURE_FORBIDDEN, _UA2)
def attachments(file: Opened) -> Iterator[Fault]:
    """FileAttachment: `AFRelationship`."""
    for page, note, _, _ in _notes(file, "FileAttachment"):
        specification = entry(note, "/FS")
        if specification is not None and not name(entry(specification, "/AFRelationship")):
            yield Fault("an attached file does not say what it is to the document (AFRelationship)", page.where)


@clause("8.9.2.4.11-1", "there are no sounds", FEATURE_FORBIDDEN, _UA2)
def sounds(file: Opened) -> Iterator[Fault]:
    """Sound."""
    yield from (Fault("a page has a sound", page.where) for page, *_ in _notes(file, "Sound"))


@clause("8.9.2.4.11-2", "there are no films", FEATURE_FORBIDDEN, _UA2)
def films(file: Opened) -> Iterator[Fault]:
    """Movie."""
    yield from (Fault("a page has a film", page.where) for page, *_ in _notes(file, "Movie"))


@clause("8.9.2.4.12-1", "screens say what they are", ANNOTATION_UNTAGGED, _UA2)
def screens(file: Opened) -> Iterator[Fault]:
    """Screen: `Contents`."""
    yield from _say(file, "Screen")


@clause("8.9.2.4.13-1", "fields without a size are artifacts", ANNOTATION_UNTAGGED, _UA2)
def empty_fields(file: Opened) -> Iterator[Fault]:
    """Widget."""
    for page, note, _, element in _notes(file, "Widget"):
        if element is not None and _is_empty(note):
            yield Fault("a field without a size stands in the structure", page.where)


@clause("8.9.2.4.14-1", "printer's marks are no part of the structure", ANNOTATION_UNTAGGED, _UA2)
def printer_marks(file: Opened) -> Iterator[Fault]:
    """PrinterMark."""
    for page, _, _, element in _notes(file, "PrinterMark"):
        if element is not None:
            yield Fault("a printer's mark stands in the structure", page.where)


@clause("8.9.2.4.15-1", "there are no trap networks", ANNOTATION_UNTAGGED, _UA2)
def trap_nets(file: Opened) -> Iterator[Fault]:
    """TrapNet."""
    yield from (Fault("a page has a trap network", page.where) for page, *_ in _notes(file, "TrapNet"))


@clause("8.9.2.4.16-1", "watermarks stand in an Annot", ANNOTATION_UNTAGGED, _UA2)
def watermarks(file: Opened) -> Iterator[Fault]:
    """Watermark in the structure."""
    for page, _, _, element in _notes(file, "Watermark"):
        if element is not None and element.type != "Annot":
            yield Fault("a watermark does not stand in an Annot", page.where)


@clause("8.9.2.4.19-1", "three dimensions have words in their place", ANNOTATION_UNTAGGED, _UA2)
def models(file: Opened) -> Iterator[Fault]:
    """3D: `Contents`."""
    yield from _say(file, "3D")


@clause("8.9.2.4.19-2", "rich media have words in their place", ANNOTATION_UNTAGGED, _UA2)
def rich_media(file: Opened) -> Iterator[Fault]:
    """RichMedia: `Contents`."""
    yield from _say(file, "RichMedia")


@clause("8.9.3.3-1", "the tabulator follows an order", ANNOTATION_UNTAGGED, _UA2)
def tab_order(file: Opened) -> Iterator[Fault]:
    """Pages with annotations: `Tabs` is A, W or S."""
    for page in file.pages:
        if items(entry(page.object, "/Annots")) and name(entry(page.object, "/Tabs")) not in ("A", "W", "S"):
            yield Fault("the tabulator follows no order (Tabs)", page.where)


@clause("8.9.4.2-1", "annotations and their elements say the same", ANNOTATION_UNTAGGED, _UA2)
def same_words(file: Opened) -> Iterator[Fault]:
    """`Contents`, and `Alt` of the element around, when both are there."""
    for page, note, kind, element in _notes(file):
        said, alternative = entry(note, "/Contents"), element.get("/Alt") if element is not None else None
        if said is not None and alternative is not None and text(said) != text(alternative):
            yield Fault(f"an annotation ({kind}) says other than its element (Contents, Alt)", page.where)


@clause("8.10.1-1", "fields stand in a Form", ANNOTATION_UNTAGGED, _UA2)
def fields(file: Opened) -> Iterator[Fault]:
    """Widgets in the structure."""
    for page, _, _, element in _notes(file, "Widget"):
        if element is not None and element.type != "Form":
            yield Fault("a field does not stand in a Form", page.where)


@clause("8.10.1-2", "a Form has one field", ANNOTATION_UNTAGGED, _UA2)
def one_field(file: Opened) -> Iterator[Fault]:
    """At most."""
    for element in structure(file).all:
        found = [value for value in element.objects if name(entry(value, "/Subtype")) == "Widget"]
        if element.type == "Form" and len(found) > 1:
            yield Fault(f"a Form has {len(found)} fields", element.where)


@clause("8.10.1-3", "there is no form of XFA", FEATURE_FORBIDDEN, _UA2)
def no_xfa(file: Opened) -> Iterator[Fault]:
    """PDF/UA-2 has no XFA (ISO 14289-2, 8.10.1)."""
    if entry(entry(file.root, "/AcroForm"), "/XFA") is not None:
        yield Fault("the file has a form of XFA")


@clause("8.10.2.3-1", "fields have a label or say what they are", ANNOTATION_UNTAGGED, _UA2)
def labelled(file: Opened) -> Iterator[Fault]:
    """Lbl in the Form around, or `Contents`."""
    for page, note, _, element in _notes(file, "Widget"):
        label = element is not None and any(kid.type == "Lbl" for kid in element.kids)
        if not label and entry(note, "/Contents") is None:
            yield Fault("a field has neither a label (Lbl) nor words of its own (Contents)", page.where)


@clause("8.10.2.3-2", "fields that do something say what", ANNOTATION_UNTAGGED, _UA2)
def acting(file: Opened) -> Iterator[Fault]:
    """Widgets with `AA`: `Contents`."""
    for page, note, _, _ in _notes(file, "Widget"):
        if entry(note, "/AA") is not None and entry(note, "/Contents") is None:
            yield Fault("a field does something and does not say what (AA, Contents)", page.where)


@clause("8.10.3.3-1", "texts in fields say one thing", ANNOTATION_UNTAGGED, _UA2)
def rich_fields(file: Opened) -> Iterator[Fault]:
    """Text fields: `RV` and `V` have the same text."""
    for value in file.having("/RV"):
        if name(entry(value, "/FT")) == "Tx" and _words(entry(value, "/RV")) != _words(entry(value, "/V")):
            yield Fault("a field says two things (RV, V)", place(value))
