"""Annotations, forms, signatures and actions in archives (ISO 19005-3, 6.3 to 6.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_annotations import annotations_of, flags
from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, Page, once
from pipeline.verify.gate.rules import ACTION_FORBIDDEN, ANNOTATION_FORBIDDEN
from pipeline.verify.gate.signed import Signed, signed
from pipeline.verify.gate.values import entry, items, name, number, pairs, place

_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))
_KINDS = frozenset(
    "Text Link FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Stamp Caret Ink "
    "Popup FileAttachment Widget PrinterMark TrapNet Watermark Redact".split()
)
_EARLY_KINDS = frozenset(
    "Text Link FreeText Line Square Circle Highlight Underline Squiggly StrikeOut Stamp Ink Popup Widget PrinterMark "
    "TrapNet".split()
)
_ACTIONS = frozenset("GoTo GoToR GoToE Thread URI Named SubmitForm".split())
_NAMED = frozenset("NextPage PrevPage FirstPage LastPage".split())
_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256


def _kinds(part: Standard, allowed: frozenset[str]) -> None:
    @clause("6.3.1-1", "annotations are of kinds that are kept", ANNOTATION_FORBIDDEN, {part})
    def kinds(file: Opened) -> Iterator[Fault]:
        """No sounds, films, screens, three dimensions."""
        for page, note in annotations_of(file):
            kind = name(entry(note, "/Subtype"))
            if kind not in allowed:
                yield Fault(f'an annotation is of the kind "{kind}"', page.where)


_kinds(Standard.A1, _EARLY_KINDS)
_kinds(Standard.A2, _KINDS)
_kinds(Standard.A3, _KINDS)
_kinds(Standard.A4, _KINDS | {"Projection"})


@clause("6.3.2-1", "annotations say whether they are printed and seen", ANNOTATION_FORBIDDEN, ARCHIVE)
def flagged(file: Opened) -> Iterator[Fault]:
    """`F`, but for pop-ups."""
    for page, note in annotations_of(file):
        if name(entry(note, "/Subtype")) != "Popup" and entry(note, "/F") is None:
            yield Fault("an annotation does not say whether it is printed and seen (F)", page.where)


@clause("6.3.2-2", "annotations are printed and seen", ANNOTATION_FORBIDDEN, ARCHIVE)
def visible(file: Opened) -> Iterator[Fault]:
    """Flags: Print, and neither Hidden, Invisible, ToggleNoView nor NoView."""
    for page, note in annotations_of(file):
        if entry(note, "/F") is None:
            continue
        if not flags(note) & _PRINT:
            yield Fault("an annotation is not printed (F)", page.where)
        elif flags(note) & (_INVISIBLE | _HIDDEN | _NO_VIEW | _TOGGLE):
            yield Fault("an annotation is hidden (F)", page.where)


@clause("6.5.3-1", "annotations are opaque", ANNOTATION_FORBIDDEN, {Standard.A1})
def opaque(file: Opened) -> Iterator[Fault]:
    """PDF/A-1: `CA` is 1 (ISO 19005-1, 6.5.3)."""
    for page, note in annotations_of(file):
        if number(entry(note, "/CA")) not in (None, 1.0):
            yield Fault("an annotation is transparent (CA)", page.where)


@clause("6.3.3-1", "annotations have a look of their own", ANNOTATION_FORBIDDEN, ARCHIVE)
def looks(file: Opened) -> Iterator[Fault]:
    """`AP`, but for links, pop-ups and what has no size."""
    for page, note in annotations_of(file):
        kind = name(entry(note, "/Subtype"))
        box = [number(side) or 0.0 for side in items(entry(note, "/Rect"))]
        empty = len(box) == 4 and box[0] == box[2] and box[1] == box[3]
        if entry(note, "/AP") is None and kind not in ("Link", "Popup", "Projection") and not empty:
            yield Fault(f"an annotation ({kind}) has no look of its own (AP)", page.where)


@clause("6.3.3-2", "annotations have one look", ANNOTATION_FORBIDDEN, ARCHIVE)
def one_look(file: Opened) -> Iterator[Fault]:
    """`AP` has `N` alone."""
    for page, note in annotations_of(file):
        look = entry(note, "/AP")
        if look is not None and {key for key, _ in pairs(look)} != {"N"}:
            kind = name(entry(note, "/Subtype"))
            yield Fault(f"an annotation ({kind}) has other looks than its normal one (AP)", page.where)


def _normal_looks(file: Opened, *, buttons: bool) -> Iterator[tuple[Page, str, Any]]:
    """The normal looks of buttons, or of all else, where there is no other look."""
    for page, note in annotations_of(file):
        kind, look = name(entry(note, "/Subtype")), entry(note, "/AP")
        is_button = kind == "Widget" and name(_inherited(note, "/FT")) == "Btn"
        if is_button == buttons and {key for key, _ in pairs(look)} == {"N"}:
            yield page, kind, entry(look, "/N")


@clause("6.3.3-3", "buttons have a look for each state", ANNOTATION_FORBIDDEN, ARCHIVE)
def button_looks(file: Opened) -> Iterator[Fault]:
    """`N` of a button is a dictionary of looks."""
    for page, kind, normal in _normal_looks(file, buttons=True):
        inner = [] if isinstance(normal, pikepdf.Stream) else [value for _, value in pairs(normal)]
        if not any(isinstance(value, pikepdf.Stream) for value in inner):
            yield Fault(f"the look of an annotation ({kind}) is of the wrong kind (AP, N)", page.where)


@clause("6.3.3-4", "all but buttons have one look for all states", ANNOTATION_FORBIDDEN, ARCHIVE)
def other_looks(file: Opened) -> Iterator[Fault]:
    """`N` is a stream."""
    for page, kind, normal in _normal_looks(file, buttons=False):
        if not isinstance(normal, pikepdf.Stream):
            yield Fault(f"the look of an annotation ({kind}) is of the wrong kind (AP, N)", page.where)


def _inherited(note: Any, key: str) -> Any:
    for _ in range(32):
        if entry(note, key) is not None:
            return entry(note, key)
        note = entry(note, "/Parent")
        if note is None:
            return None
    return None


@clause("6.4.1-1", "fields on pages do nothing by themselves", ACTION_FORBIDDEN, ARCHIVE)
def widgets(file: Opened) -> Iterator[Fault]:
    """Widgets: no `A`; before PDF/A-4 no `AA` either."""
    for page, note in annotations_of(file):
        forbidden = ("/A",) if file.version.startswith("2") else ("/A", "/AA")
        if name(entry(note, "/Subtype")) == "Widget" and any(entry(note, key) is not None for key in forbidden):
            yield Fault("a field has an action", page.where)


@clause("6.4.1-2", "fields do nothing by themselves", ACTION_FORBIDDEN, ARCHIVE - {Standard.A4})
def fields(file: Opened) -> Iterator[Fault]:
    """Fields: no `AA`."""
    for value in file.having("/AA"):
        is_field = any(key in value for key in ("/FT", "/T", "/Kids")) and name(entry(value, "/Type")) in ("", "Annot")
        if is_field and entry(value, "/AA") is not None:
            yield Fault("a field has actions (AA)", place(value))


@clause("6.4.1-3", "fields look as the file says", ACTION_FORBIDDEN, ARCHIVE)
def made_looks(file: Opened) -> Iterator[Fault]:
    """No `NeedAppearances`."""
    if entry(entry(file.root, "/AcroForm"), "/NeedAppearances") is True:
        yield Fault("the looks of fields are to be made by the reader (NeedAppearances)")


@clause("6.4.2-1", "there is no form of XFA", ACTION_FORBIDDEN, ARCHIVE)
def no_xfa(file: Opened) -> Iterator[Fault]:
    """`XFA`."""
    if entry(entry(file.root, "/AcroForm"), "/XFA") is not None:
        yield Fault("the file has a form of XFA")


@clause("6.4.2-2", "the file is made before it is read", ACTION_FORBIDDEN, ARCHIVE)
def made_file(file: Opened) -> Iterator[Fault]:
    """`NeedsRendering` is not true."""
    if entry(file.root, "/NeedsRendering") is True:
        yield Fault("the file is to be made by the reader (NeedsRendering)")


@clause("6.4.3-1", "signatures are of the whole file", ACTION_FORBIDDEN, _LATER - {Standard.A4})
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


@clause("6.4.3-2", "signatures hold the certificate of who signed", ACTION_FORBIDDEN, _LATER - {Standard.A4})
def certificates(file: Opened) -> Iterator[Fault]:
    """The PKCS #7 object in `Contents` (RFC 2315) has certificates."""
    for value, read in _signed(file):
        if read is None or not read.certificates:
            yield Fault("a signature does not hold the certificate of who signed", place(value))


@clause("6.4.3-3", "signatures are of one person", ACTION_FORBIDDEN, _LATER - {Standard.A4})
def signers(file: Opened) -> Iterator[Fault]:
    """The PKCS #7 object in `Contents` (RFC 2315) has one signer."""
    for value, read in _signed(file):
        if read is None or read.signers != 1:
            yield Fault("a signature is not of one person", place(value))


def _signed(file: Opened) -> Iterator[tuple[Any, Signed | None]]:
    for value in file.having("/ByteRange"):
        contents = entry(value, "/Contents")
        if isinstance(contents, pikepdf.String) and entry(value, "/ByteRange") is not None:
            yield value, signed(bytes(contents))


def _leading(part: Standard, allowed: frozenset[str]) -> None:
    @clause("6.5.1-1", "actions only lead somewhere", ACTION_FORBIDDEN, {part})
    def actions(file: Opened) -> Iterator[Fault]:
        """No scripts, programs, sounds, films (ISO 19005-3, 6.5.1); PDF/A-4 lets scripts be (ISO 19005-4, 6.6.1)."""
        for value in _actions(file):
            kind = name(entry(value, "/S"))
            if kind not in allowed:
                yield Fault(f'there is an action "{kind}"', place(value))
        if "JavaScript" not in allowed and entry(entry(file.root, "/Names"), "/JavaScript") is not None:
            yield Fault("the file has scripts (Names, JavaScript)")


_leading(Standard.A1, _ACTIONS - {"GoToE"})
_leading(Standard.A2, _ACTIONS)
_leading(Standard.A3, _ACTIONS)
_leading(Standard.A4, _ACTIONS | {"JavaScript", "RichMediaExecute", "GoToDp"})


@clause("6.5.1-2", "named actions turn pages", ACTION_FORBIDDEN, ARCHIVE)
def named_actions(file: Opened) -> Iterator[Fault]:
    """NextPage, PrevPage, FirstPage, LastPage."""
    for value in _actions(file):
        if name(entry(value, "/S")) == "Named" and name(entry(value, "/N")) not in _NAMED:
            yield Fault(f'there is an action "{name(entry(value, "/N"))}"', place(value))


@once
def _actions(file: Opened) -> tuple[Any, ...]:
    return tuple(_all_actions(file))


def _all_actions(file: Opened) -> Iterator[Any]:
    keys = ("/A", "/PA", "/OpenAction", "/Next")
    pending = [entry(value, key) for value in file.having(*keys) for key in keys]
    for value in file.having("/AA"):
        pending += [inner for _, inner in pairs(entry(value, "/AA"))]
    for value in pending:
        for action in items(value) if isinstance(value, pikepdf.Array) else (value,):
            is_action = name(entry(action, "/Type")) in ("", "Action") and entry(action, "/P") is None
            if is_action and isinstance(entry(action, "/S"), pikepdf.Name):
                yield action


@clause("6.5.2-1", "nothing happens as the file is opened", ACTION_FORBIDDEN, ARCHIVE - {Standard.A4})
def triggers(file: Opened) -> Iterator[Fault]:
    """No `AA` in the catalog (ISO 19005-3, 6.5.2)."""
    if "/AA" in file.root:
        yield Fault("the catalog has actions (AA)")


@clause("6.5.2-2", "nothing happens as pages are opened", ACTION_FORBIDDEN, ARCHIVE - {Standard.A4})
def page_triggers(file: Opened) -> Iterator[Fault]:
    """No `AA` in pages (ISO 19005-3, 6.5.2)."""
    yield from (Fault("a page has actions (AA)", page.where) for page in file.looked_at if "/AA" in page.object)


@clause("6.6.3-1", "only who reads makes something happen", ACTION_FORBIDDEN, {Standard.A4})
def later_triggers(file: Opened) -> Iterator[Fault]:
    """PDF/A-4: `AA` of catalog, pages and annotations has E, X, D, U, Fo and Bl alone (ISO 19005-4, 6.6.3)."""
    holders = [(file.root, ""), *((page.object, page.where) for page in file.pages)]
    holders += [(n, page.where) for page, n in annotations_of(file) if name(entry(n, "/Subtype")) != "Widget"]
    for holder, where in holders:
        for key, _ in pairs(entry(holder, "/AA")):
            if key not in ("E", "X", "D", "U", "Fo", "Bl"):
                yield Fault(f"something happens by itself (AA, {key})", where)
