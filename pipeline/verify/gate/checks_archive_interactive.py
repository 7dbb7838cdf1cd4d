"""Annotations, actions, forms, attached files, layers (ISO 19005-3, 6.3 to 6.5, 6.8, 6.9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_annotations import annotations_of, configurations, flags
from pipeline.verify.gate.checks_metadata import A_ID
from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, entry, identity, items, name, number, pairs, place, text, tree_items
from pipeline.verify.gate.rules import (
    ACTION_FORBIDDEN,
    ANNOTATION_FORBIDDEN,
    ATTACHMENT_UNDESCRIBED,
    LAYERS_UNNAMED,
)

_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))
_KINDS = frozenset(
    "Text Link FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Stamp Caret Ink "
    "Popup FileAttachment Widget PrinterMark TrapNet Watermark Redact".split()
)
_EARLY_KINDS = frozenset(
    "Text Link FreeText Line Square Circle Highlight Underline Squiggly StrikeOut Stamp Ink Popup Widget PrinterMark "
    "TrapNet".split()
)
_ACTIONS = frozenset("GoTo GoToR GoToE Thread URI Named SubmitForm GoToDp".split())
_NAMED = frozenset("NextPage PrevPage FirstPage LastPage".split())
_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256


@clause("6.3.1-1", "annotations are of kinds that are kept", ANNOTATION_FORBIDDEN, ARCHIVE)
def kinds(file: Opened) -> Iterator[Fault]:
    """No sounds, films, screens, three dimensions."""
    allowed = _EARLY_KINDS if file.said(A_ID, "part") == ["1"] else _KINDS
    for page, note in annotations_of(file):
        kind = name(entry(note, "/Subtype"))
        if kind not in allowed:
            yield Fault(f'an annotation is of the kind "{kind}"', page.where)


@clause("6.3.2-1", "annotations are printed and seen", ANNOTATION_FORBIDDEN, ARCHIVE)
def visible(file: Opened) -> Iterator[Fault]:
    """Flags: Print, and neither Hidden, Invisible, ToggleNoView nor NoView; pop-ups need none."""
    for page, note in annotations_of(file):
        if name(entry(note, "/Subtype")) == "Popup":
            continue
        value = flags(note)
        if entry(note, "/F") is None or not value & _PRINT:
            yield Fault("an annotation is not printed (F)", page.where)
        elif value & (_INVISIBLE | _HIDDEN | _NO_VIEW | _TOGGLE):
            yield Fault("an annotation is hidden (F)", page.where)


@clause("6.5.3-1", "annotations are opaque", ANNOTATION_FORBIDDEN, {Standard.A1})
def opaque(file: Opened) -> Iterator[Fault]:
    """PDF/A-1: `CA` is 1 (ISO 19005-1, 6.5.3)."""
    for page, note in annotations_of(file):
        if number(entry(note, "/CA")) not in (None, 1.0):
            yield Fault("an annotation is transparent (CA)", page.where)


@clause("6.3.3-1", "annotations have a look of their own", ANNOTATION_FORBIDDEN, ARCHIVE)
def looks(file: Opened) -> Iterator[Fault]:
    """`AP` with `N` alone, but for links, pop-ups and what has no size."""
    for page, note in annotations_of(file):
        kind = name(entry(note, "/Subtype"))
        box = [number(side) or 0.0 for side in items(entry(note, "/Rect"))]
        empty = len(box) == 4 and box[0] == box[2] and box[1] == box[3]
        look = entry(note, "/AP")
        if look is None:
            if kind not in ("Link", "Popup", "Projection") and not empty:
                yield Fault(f"an annotation ({kind}) has no look of its own (AP)", page.where)
            continue
        if {key for key, _ in pairs(look)} != {"N"}:
            yield Fault(f"an annotation ({kind}) has other looks than its normal one (AP)", page.where)
            continue
        normal = entry(look, "/N")
        button = kind == "Widget" and name(_inherited(note, "/FT")) == "Btn"
        if button != (isinstance(normal, pikepdf.Dictionary) and not isinstance(normal, pikepdf.Stream)):
            yield Fault(f"the look of an annotation ({kind}) is of the wrong kind (AP, N)", page.where)


def _inherited(note: Any, key: str) -> Any:
    for _ in range(32):
        if entry(note, key) is not None:
            return entry(note, key)
        note = entry(note, "/Parent")
        if note is None:
            return None
    return None


@clause("6.4.1-1", "fields do nothing by themselves", ACTION_FORBIDDEN, ARCHIVE)
def fields(file: Opened) -> Iterator[Fault]:
    """Widgets and fields: no `A`, no `AA`; forms: no `NeedAppearances`, no XFA (6.4.1, 6.4.2)."""
    for page, note in annotations_of(file):
        if name(entry(note, "/Subtype")) == "Widget" and (
            entry(note, "/A") is not None or entry(note, "/AA") is not None
        ):
            yield Fault("a field has an action", page.where)
    for value in file.having("/FT"):
        if entry(value, "/FT") is not None and entry(value, "/AA") is not None:
            yield Fault("a field has actions (AA)", place(value))
    form = entry(file.root, "/AcroForm")
    if entry(form, "/NeedAppearances") is True:
        yield Fault("the looks of fields are to be made by the reader (NeedAppearances)")
    if entry(form, "/XFA") is not None:
        yield Fault("the file has a form of XFA")
    if entry(file.root, "/NeedsRendering") is True:
        yield Fault("the file is to be made by the reader (NeedsRendering)")


@clause("6.4.3-1", "signatures are of the whole file", ACTION_FORBIDDEN, _LATER)
def signatures(file: Opened) -> Iterator[Fault]:
    """`ByteRange` leaves out the signature itself and nothing else (ISO 19005-3, 6.4.3)."""
    for value in file.having("/ByteRange"):
        parts = [number(part) for part in items(entry(value, "/ByteRange"))]
        if entry(value, "/ByteRange") is None or entry(value, "/Contents") is None:
            continue
        if len(parts) != 4 or None in parts:
            yield Fault("a signature does not say what it is of (ByteRange)", place(value))
            continue
        first, length, second, rest = (int(part or 0) for part in parts)
        left_out = file.data[length:second]
        whole = first == 0 and second + rest == len(file.data)
        if not whole or left_out[:1] != b"<" or left_out[-1:] != b">":
            yield Fault("a signature is not of the whole file (ByteRange)", place(value))


@clause("6.5.1-1", "actions only lead somewhere", ACTION_FORBIDDEN, ARCHIVE)
def actions(file: Opened) -> Iterator[Fault]:
    """No scripts, programs, sounds, films (ISO 19005-3, 6.5.1)."""
    for value in _actions(file):
        kind = name(entry(value, "/S"))
        if kind not in _ACTIONS:
            yield Fault(f'there is an action "{kind}"', place(value))
        elif kind == "Named" and name(entry(value, "/N")) not in _NAMED:
            yield Fault(f'there is an action "{name(entry(value, "/N"))}"', place(value))
    if entry(entry(file.root, "/Names"), "/JavaScript") is not None:
        yield Fault("the file has scripts (Names, JavaScript)")


def _actions(file: Opened) -> Iterator[Any]:
    keys = ("/A", "/PA", "/OpenAction", "/Next")
    pending = [entry(value, key) for value in file.having(*keys) for key in keys]
    for value in file.having("/AA"):
        pending += [inner for _, inner in pairs(entry(value, "/AA"))]
    for value in pending:
        for action in items(value) if isinstance(value, pikepdf.Array) else (value,):
            is_action = name(entry(action, "/Type")) in ("", "Action") and entry(action, "/P") is None
            if is_action and isinstance(entry(action, "/S"), pikepdf.Name):
                yield action


@clause("6.5.2-1", "nothing happens by itself", ACTION_FORBIDDEN, ARCHIVE)
def triggers(file: Opened) -> Iterator[Fault]:
    """No `AA` in catalog or pages (ISO 19005-3, 6.5.2)."""
    if "/AA" in file.root:
        yield Fault("the catalog has actions (AA)")
    for page in file.pages:
        if "/AA" in page.object:
            yield Fault("a page has actions (AA)", page.where)


# ---------------------------------------------------------------- attached files


def _attached(file: Opened) -> Iterator[Any]:
    return (value for value in file.having("/EF") if entry(value, "/EF") is not None)


@clause("6.8-1", "there are no attached files", ATTACHMENT_UNDESCRIBED, {Standard.A1})
def no_attachments(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 (ISO 19005-1, 6.1.11)."""
    if any(_attached(file)) or entry(entry(file.root, "/Names"), "/EmbeddedFiles") is not None:
        yield Fault("the file has attached files")


@clause("6.8-2", "attached files have both their names", ATTACHMENT_UNDESCRIBED, _LATER)
def attachment_names(file: Opened) -> Iterator[Fault]:
    """F and UF (ISO 19005-3, 6.8)."""
    for value in _attached(file):
        if not text(entry(value, "/F")) or not text(entry(value, "/UF")):
            yield Fault("an attached file lacks one of its names (F, UF)", place(value))


@clause(
    "6.8-3", "attached files say how they belong to the document", ATTACHMENT_UNDESCRIBED, {Standard.A3, Standard.A4}
)
def attachment_relations(file: Opened) -> Iterator[Fault]:
    """AFRelationship, and a place in some `AF` (ISO 19005-3, 6.8)."""
    associated = {identity(item) for value in file.everywhere("/AF") for item in items(value)}
    for value in _attached(file):
        if not name(entry(value, "/AFRelationship")):
            yield Fault("an attached file does not say what it is to the document (AFRelationship)", place(value))
        if identity(value) not in associated:
            yield Fault("an attached file belongs to nothing (AF)", place(value))


@clause("6.8-4", "attached files say their kind", ATTACHMENT_UNDESCRIBED, {Standard.A3, Standard.A4})
def attachment_kinds(file: Opened) -> Iterator[Fault]:
    """Subtype: a media type (ISO 19005-3, 6.8)."""
    for value in _attached(file):
        for _, stream in pairs(entry(value, "/EF")):
            kind = name(entry(stream, "/Subtype"))
            if kind.count("/") != 1 or kind.startswith("/") or kind.endswith("/"):
                yield Fault(f'an attached file is of the kind "{kind}"', place(value))


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


@clause("6.8-6", "the list of attached files is one of files", ATTACHMENT_UNDESCRIBED, _LATER)
def attachment_list(file: Opened) -> Iterator[Fault]:
    """EmbeddedFiles (ISO 32000-1, 7.11.4); PDF/A-4f has one."""
    tree = entry(entry(file.root, "/Names"), "/EmbeddedFiles")
    listed = list(tree_items(tree, "/Names")) if tree is not None else []
    for _, value in listed:
        if entry(value, "/EF") is None:
            yield Fault("the list of attached files has something else in it", place(value))
    if file.said(A_ID, "conformance") == ["F"] and not listed:
        yield Fault("the file is said to have attached files, and has none")


# ---------------------------------------------------------------- layers


@clause("6.9-1", "layers are named, each otherwise", LAYERS_UNNAMED, _LATER)
def layer_names(file: Opened) -> Iterator[Fault]:
    """Configurations: `Name`, unique (ISO 19005-3, 6.9)."""
    seen: set[str] = set()
    for label, value in configurations(file):
        title = text(entry(value, "/Name"))
        if not title:
            yield Fault(f"the configuration of optional content ({label}) has no name")
        elif title in seen:
            yield Fault(f'two configurations of optional content are called "{title}"')
        seen.add(title)


@clause("6.9-2", "layers are in one order", LAYERS_UNNAMED, _LATER)
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


@clause("6.9-3", "layers do not switch themselves", LAYERS_UNNAMED, _LATER)
def layers_still(file: Opened) -> Iterator[Fault]:
    """Configurations: no `AS`."""
    for label, value in configurations(file):
        if entry(value, "/AS") is not None:
            yield Fault(f"the configuration of optional content ({label}) switches itself (AS)")


@clause("6.9-4", "there are no layers", LAYERS_UNNAMED, {Standard.A1})
def no_layers(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 (ISO 19005-1, 6.1.13)."""
    if "/OCProperties" in file.root:
        yield Fault("the file has optional content")
