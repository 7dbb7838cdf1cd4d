"""What PDF/UA-2 (ISO 14289-2) asks for beyond the first part, and what may stand in what (ISO/TS 32005)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_annotations import annotations_of
from pipeline.verify.gate.checks_structure import kids_of
from pipeline.verify.gate.clauses import Fault, Standard, clause
from pipeline.verify.gate.elements import MATHML, PDF_2, Element, namespace, structure
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import (
    DESTINATION_BROKEN,
    METADATA_WRONG,
    MISNESTED,
    NOTE_UNNAMED,
    STRUCTURE_BROKEN,
    TYPE_UNKNOWN,
)
from pipeline.verify.gate.values import entry, identity, items, name, place

_UA2 = frozenset((Standard.UA2,))
_INLINE = frozenset("Span Em Strong Sub Quote Code Reference".split())
_LINES = frozenset("P H H1 H2 H3 H4 H5 H6 Title".split())
_BLOCKS = frozenset(
    "Document DocumentFragment Part Art Sect Div Aside BlockQuote P H H1 H2 H3 H4 H5 H6 Title TOC TOCI Index L LI "
    "LBody Table TR TH TD THead TBody TFoot".split()
)
_NO_CONTENT = frozenset("Document DocumentFragment Part Art Sect TOC L LI Table THead TBody TFoot TR Aside".split())
_DECLARED = "http://pdfa.org/declarations/"


@clause("8.2.5.2-1", "the root holds one Document", STRUCTURE_BROKEN, _UA2)
def one_document(file: Opened) -> Iterator[Fault]:
    """ISO 14289-2, 8.2.5.2: the structure tree root has one kid, a Document."""
    if [element.type for element in structure(file).top] != ["Document"]:
        yield Fault("the structure tree root does not hold one Document")


@clause("8.2.5.2-2", "the Document is one of PDF 2.0", STRUCTURE_BROKEN, _UA2)
def later_document(file: Opened) -> Iterator[Fault]:
    """ISO 14289-2, 8.2.5.2: the Document is in the namespace of PDF 2.0."""
    for element in structure(file).top:
        if element.type == "Document" and namespace(element.object) != PDF_2:
            yield Fault("the Document is not one of PDF 2.0", element.where)


@clause("14.7.4.2-1", "namespaces are listed", STRUCTURE_BROKEN, {Standard.FILE})
def namespaces_listed(file: Opened) -> Iterator[Fault]:
    """ISO 32000-2, 14.7.4.2: the root lists every namespace that an element is in."""
    listed = {identity(space) for space in items(entry(structure(file).root, "/Namespaces"))}
    for element in structure(file).all:
        space = element.get("/NS")
        if space is not None and identity(space) not in listed:
            yield Fault("an element is in a namespace that the root does not list", element.where)


@clause("8.2.5.12-1", "headings have levels", TYPE_UNKNOWN, _UA2)
def no_plain_headings(file: Opened) -> Iterator[Fault]:
    """ISO 14289-2, 8.2.5.12: H is not used."""
    for element in structure(file).all:
        if element.type == "H":
            yield Fault("a heading is tagged without its level (H)", element.where)


@clause("8.2.5.14-1", "notes are tagged as those of PDF 2.0", TYPE_UNKNOWN, _UA2)
def no_older_notes(file: Opened) -> Iterator[Fault]:
    """ISO 14289-2, 8.2.5.14: FENote, not Note."""
    for element in structure(file).all:
        if element.type == "Note":
            yield Fault("a note is tagged as Note and not as FENote", element.where)


@clause("8.2.5.8-1", "entries of the contents name what they are about", STRUCTURE_BROKEN, _UA2)
def contents_refer(file: Opened) -> Iterator[Fault]:
    """TOCI: it, or something in it, has `Ref`."""
    for element in structure(file).all:
        if element.type == "TOCI" and not any(items(inner.get("/Ref")) for inner in _within(element)):
            yield Fault("an entry of the contents does not name what it is about (Ref)", element.where)


def _within(element: Element) -> Iterator[Element]:
    yield element
    for kid in element.kids:
        if kid.type not in ("TOC", "TOCI"):
            yield from _within(kid)


@clause("8.2.5.14-2", "notes name who calls them", NOTE_UNNAMED, _UA2)
def notes_refer(file: Opened) -> Iterator[Fault]:
    """FENote: `Ref` has every element that has the note in its own (ISO 14289-2, 8.2.5.14)."""
    read = structure(file)
    notes = {identity(element.object): element for element in read.all if element.type == "FENote"}
    for element in read.all:
        for target in items(element.get("/Ref")):
            note = notes.get(identity(target))
            if note is not None and identity(element.object) not in _referred(note):
                yield Fault("a note does not name an element that calls it (Ref)", note.where)


@clause("8.2.5.14-3", "whom notes name calls them", NOTE_UNNAMED, _UA2)
def calls_refer(file: Opened) -> Iterator[Fault]:
    """FENote: each element in its `Ref` has the note in its own."""
    read = structure(file)
    for element in read.all:
        if element.type == "FENote":
            for call in _referred(element):
                caller = read.by_object.get(call)
                if caller is None or identity(element.object) not in _referred(caller):
                    yield Fault("what a note names does not call it (Ref)", element.where)


def _referred(element: Element) -> set[tuple[int, int]]:
    return {identity(value) for value in items(element.get("/Ref"))}


@clause("8.2.5.14-4", "notes say of which kind they are", NOTE_UNNAMED, _UA2)
def note_kinds(file: Opened) -> Iterator[Fault]:
    """FENote: NoteType, when it is said, is a known one (ISO 32000-2, table 380)."""
    for element in structure(file).all:
        kind = element.attribute("FENote", "NoteType")
        if element.type == "FENote" and kind is not None and name(kind) not in ("Footnote", "Endnote", "None"):
            yield Fault(f'a note is of the kind "{name(kind)}"', element.where)


@clause("8.2.5.23-1", "ruby has its parts in order", MISNESTED, _UA2)
def ruby(file: Opened) -> Iterator[Fault]:
    """RB and RT, or RB, RP, RT and RP (ISO 14289-2, 8.2.5.23)."""
    for element in structure(file).all:
        kinds = [kid.type for kid in kids_of(element)]
        if element.type == "Ruby" and kinds not in (["RB", "RT"], ["RB", "RP", "RT", "RP"]):
            yield Fault("Ruby holds other parts than RB and RT", element.where)


@clause("8.2.5.24-1", "warichu has its parts in order", MISNESTED, _UA2)
def warichu(file: Opened) -> Iterator[Fault]:
    """WP, WT and WP (ISO 14289-2, 8.2.5.24)."""
    for element in structure(file).all:
        if element.type == "Warichu" and [kid.type for kid in kids_of(element)] != ["WP", "WT", "WP"]:
            yield Fault("Warichu holds other parts than WP, WT and WP", element.where)


@clause("8.2.5.25-1", "lists with labels say how they are numbered", MISNESTED, _UA2)
def lists_numbered(file: Opened) -> Iterator[Fault]:
    """L with Lbl: `ListNumbering`, its own or that of a list around, and not None."""
    for element in structure(file).all:
        if element.type != "L" or not any(p.type == "Lbl" for item in kids_of(element) for p in kids_of(item)):
            continue
        said = (name(one.attribute("List", "ListNumbering")) for one in (element, *element.ancestors()))
        if next((word for word in said if word), "None") == "None":
            yield Fault("a list with labels does not say how it is numbered (ListNumbering)", element.where)


@clause("8.2.5.25-2", "items hold no content of their own", MISNESTED, _UA2)
def items_hold(file: Opened) -> Iterator[Fault]:
    """LI: content stands in Lbl or LBody (ISO 14289-2, 8.2.5.25)."""
    for element in structure(file).all:
        if element.type == "LI" and element.content:
            yield Fault("LI holds content of its own", element.where)


@clause("8.2.5.27-1", "captions stand first or last", MISNESTED, _UA2)
def captions_at_edge(file: Opened) -> Iterator[Fault]:
    """Caption in whatever it belongs to."""
    for element in structure(file).all:
        if "Caption" in [kid.type for kid in kids_of(element)][1:-1]:
            yield Fault("a caption stands in the middle of what it belongs to", element.where)


@clause("8.2.5.29-1", "mathematics stands in formulas", MISNESTED, _UA2)
def mathematics(file: Opened) -> Iterator[Fault]:
    """Elements of MathML: in a Formula, or in one another."""
    for element in structure(file).all:
        around = element.parent
        fits = around is not None and (around.type == "Formula" or namespace(around.object) == MATHML)
        if namespace(element.object) == MATHML and not fits:
            yield Fault("an element of MathML does not stand in a Formula", element.where)


@clause("8.8-1", "links inside the file lead to structure elements", DESTINATION_BROKEN, _UA2)
@clause("8.8-2", "actions inside the file lead to structure elements", DESTINATION_BROKEN, _UA2)
def structure_destinations(file: Opened) -> Iterator[Fault]:
    """Links and lines of the outline: a structure destination (ISO 14289-2, 8.8; ISO 32000-2, 12.3.2.3)."""
    for page, note in annotations_of(file):
        if name(entry(note, "/Subtype")) == "Link" and not _leads(file, note):
            yield Fault("a link does not lead to a structure element (SD)", page.where)
    pending, seen = [entry(entry(file.root, "/Outlines"), "/First")], set()
    while pending:
        item = pending.pop()
        if isinstance(item, pikepdf.Dictionary) and identity(item) not in seen:
            seen.add(identity(item))
            pending += [entry(item, "/Next"), entry(item, "/First")]
            if not _leads(file, item):
                yield Fault("a line of the outline does not lead to a structure element (SD)", place(item))


def _leads(file: Opened, holder: Any) -> bool:
    """Whether what leads inside the file leads to an element; what leads out of it is well as it is."""
    action = entry(holder, "/A")
    if entry(holder, "/Dest") is None and name(entry(action, "/S")) != "GoTo":
        return True
    target = items(entry(action, "/SD"))
    return bool(target) and identity(target[0]) in structure(file).by_object


@clause("32005-1", "blocks and lines stand where they may", MISNESTED, _UA2)
def containment(file: Opened) -> Iterator[Fault]:
    """ISO/TS 32005, annex: pieces of lines stand in blocks, and blocks not in lines."""
    for element in structure(file).all:
        around = element.parent
        if around is None:
            continue
        if element.type in _INLINE and around.type in ("Document", "Part", "Art", "Sect"):
            yield Fault(f"{element.type} stands in {around.type}", element.where)
        if element.type in _BLOCKS and around.type in (_LINES | {"Span", "Em", "Strong", "Link", "Lbl", "Code"}):
            yield Fault(f"{element.type} stands in {around.type}", element.where)
        if element.type == around.type and element.type in ("Link", "Table", "LI", "TR", "Lbl"):
            yield Fault(f"{element.type} stands in {around.type}", element.where)


@clause("32005-2", "groups hold no content of their own", MISNESTED, _UA2)
def no_own_content(file: Opened) -> Iterator[Fault]:
    """ISO/TS 32005: content stands in what can be read."""
    for element in structure(file).all:
        if element.type in _NO_CONTENT and element.content:
            yield Fault(f"{element.type} holds content of its own", element.where)


@clause("wtpdf-1", "Well-Tagged PDF is declared as such", METADATA_WRONG, _UA2, declared=True)
def declared(file: Opened) -> Iterator[Fault]:
    """WTPDF 1.0, 6.1: the declarations name it when there are any."""
    found = [value for value in _declarations(file) if "wtpdf" in value]
    known = {_DECLARED + "wtpdf#accessibility1.0", _DECLARED + "wtpdf#reuse1.0"}
    for value in found:
        if value not in known:
            yield Fault(f'the metadata declare "{value}", which is not known')


def _declarations(file: Opened) -> list[str]:
    if file.xmp is None:
        return []
    return [(value.text or "").strip() for value in file.xmp.iter(f"{{{_DECLARED}}}conformsTo")]
