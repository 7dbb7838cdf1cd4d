"""What stands in what, and what each kind of element needs (ISO 14289-1, 7.1 to 7.9; ISO 32000-1, 14.8.4)."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from pipeline.verify.gate.clauses import UA, Fault, Standard, clause
from pipeline.verify.gate.elements import STANDARD_1, Element, structure
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import (
    ALTERNATIVE_MISSING,
    HEADINGS_SKIP,
    MISNESTED,
    NOTE_UNNAMED,
    STRUCTURE_BROKEN,
    TYPE_UNKNOWN,
)
from pipeline.verify.gate.values import text

_TAGGED = UA | {Standard.A1, Standard.A2, Standard.A3}
_SEEN_THROUGH = ("NonStruct", "Div", "Part", "Private")
"""Groups without a meaning to what is around them (ISO 32000-2, 14.8.4.2): a row in a Div stands in the table."""


@clause(
    "7.1-5", "types are standard ones or mean one", TYPE_UNKNOWN, _TAGGED,
    matterhorn="02-001", archive="6.7.3.4-1", level_a=True,
)  # fmt: skip
def types_known(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 7.1; ISO 19005-3, 6.7.3.4."""
    for element in structure(file).all:
        if not element.type:
            yield Fault(f'the type "{element.raw}" is no standard one and is not said to mean one', element.where)


@clause("7.1-6", "no type means itself", TYPE_UNKNOWN, _TAGGED, matterhorn="02-003", archive="6.7.3.4-2", level_a=True)
def roles_end(file: Opened) -> Iterator[Fault]:
    """The role map leads to an end."""
    roles = structure(file).roles
    for start in roles:
        seen, role = {start}, roles[start]
        while role in roles and role not in seen:
            seen.add(role)
            role = roles[role]
        if role in seen:
            yield Fault(f'the role map leads from "{start}" back to "{role}"')


@clause(
    "7.1-7", "standard types mean themselves", TYPE_UNKNOWN, _TAGGED,
    matterhorn="02-004", archive="6.7.3.4-3", level_a=True,
)  # fmt: skip
def standard_types_kept(file: Opened) -> Iterator[Fault]:
    """No standard type is mapped to another one."""
    for role, target in structure(file).roles.items():
        if role in STANDARD_1 and role != target:
            yield Fault(f'the role map gives the standard type "{role}" the meaning "{target}"')


@clause("7.1-12", "elements say what they stand in", STRUCTURE_BROKEN, UA)
def parents_said(file: Opened) -> Iterator[Fault]:
    """`P` of every element (ISO 32000-1, 14.7.2)."""
    for element in structure(file).all:
        if not isinstance(element.get("/P"), pikepdf.Dictionary):
            yield Fault("an element does not say what it stands in (P)", element.where)


# ---------------------------------------------------------------- what stands in what


def _in(file: Opened, kind: str, *allowed: str) -> Iterator[Fault]:
    for element in structure(file).all:
        around = _around(element)
        if element.type == kind and (around is None or around.type not in allowed):
            where = around.type or around.raw if around is not None else "the root"
            yield Fault(f"{kind} stands in {where}, not in {' or '.join(allowed)}", element.where)


def _around(element: Element) -> Element | None:
    """What an element stands in; groups without meaning are seen through."""
    around = element.parent
    while around is not None and around.type in _SEEN_THROUGH:
        around = around.parent
    return around


def kids_of(element: Element) -> Iterator[Element]:
    """The elements in an element; groups without meaning are seen through."""
    for kid in element.kids:
        if kid.type in _SEEN_THROUGH:
            yield from kids_of(kid)
        else:
            yield kid


def _only(file: Opened, kind: str, *allowed: str) -> Iterator[Fault]:
    for element in structure(file).all:
        if element.type != kind:
            continue
        for kid in kids_of(element):
            if kid.type not in (*allowed, "Artifact"):
                yield Fault(f"{kind} holds {kid.type or kid.raw}", element.where)


def _most(file: Opened, kind: str, inner: str) -> Iterator[Fault]:
    for element in structure(file).all:
        if element.type == kind and sum(kid.type == inner for kid in kids_of(element)) > 1:
            yield Fault(f"{kind} holds more than one {inner}", element.where)


def _needs_body(file: Opened, part: str) -> Iterator[Fault]:
    for element in structure(file).all:
        kinds = [kid.type for kid in kids_of(element)]
        if element.type == "Table" and part in kinds and "TBody" not in kinds:
            yield Fault(f"a table has a {part} and no TBody", element.where)


@clause("7.2-3", "a table holds rows, their groups and a caption", MISNESTED, UA, matterhorn="09-004")
def table_holds(file: Opened) -> Iterator[Fault]:
    """Table."""
    yield from _only(file, "Table", "TR", "THead", "TBody", "TFoot", "Caption")


@clause("7.2-4", "a row stands in a table", MISNESTED, UA, matterhorn="09-004")
def row_in(file: Opened) -> Iterator[Fault]:
    """TR."""
    yield from _in(file, "TR", "Table", "THead", "TBody", "TFoot")


@clause("7.2-5", "the head of a table stands in one", MISNESTED, UA, matterhorn="09-004")
def head_in(file: Opened) -> Iterator[Fault]:
    """THead."""
    yield from _in(file, "THead", "Table")


@clause("7.2-6", "the body of a table stands in one", MISNESTED, UA, matterhorn="09-004")
def body_in(file: Opened) -> Iterator[Fault]:
    """TBody."""
    yield from _in(file, "TBody", "Table")


@clause("7.2-7", "the foot of a table stands in one", MISNESTED, UA, matterhorn="09-004")
def foot_in(file: Opened) -> Iterator[Fault]:
    """TFoot."""
    yield from _in(file, "TFoot", "Table")


@clause("7.2-8", "a head cell stands in a row", MISNESTED, UA, matterhorn="09-004")
def head_cell_in(file: Opened) -> Iterator[Fault]:
    """TH."""
    yield from _in(file, "TH", "TR")


@clause("7.2-9", "a cell stands in a row", MISNESTED, UA, matterhorn="09-004")
def cell_in(file: Opened) -> Iterator[Fault]:
    """TD."""
    yield from _in(file, "TD", "TR")


@clause("7.2-10", "a row holds cells", MISNESTED, UA, matterhorn="09-004")
def row_holds(file: Opened) -> Iterator[Fault]:
    """TR."""
    yield from _only(file, "TR", "TH", "TD")


@clause("7.2-11", "a table has one head", MISNESTED, UA, matterhorn="09-004")
def one_head(file: Opened) -> Iterator[Fault]:
    """THead."""
    yield from _most(file, "Table", "THead")


@clause("7.2-12", "a table has one foot", MISNESTED, UA, matterhorn="09-004")
def one_foot(file: Opened) -> Iterator[Fault]:
    """TFoot."""
    yield from _most(file, "Table", "TFoot")


@clause("7.2-13", "a table with a foot has a body", MISNESTED, {Standard.UA1}, matterhorn="09-004")
def foot_and_body(file: Opened) -> Iterator[Fault]:
    """TFoot and TBody."""
    yield from _needs_body(file, "TFoot")


@clause("7.2-14", "a table with a head has a body", MISNESTED, {Standard.UA1}, matterhorn="09-004")
def head_and_body(file: Opened) -> Iterator[Fault]:
    """THead and TBody."""
    yield from _needs_body(file, "THead")


@clause("7.2-16", "the caption of a table stands first or last", MISNESTED, {Standard.UA1}, matterhorn="09-004")
def table_caption(file: Opened) -> Iterator[Fault]:
    """Caption in Table."""
    for element in structure(file).all:
        kinds = [kid.type for kid in kids_of(element)]
        if element.type == "Table" and "Caption" in kinds[1:-1]:
            yield Fault("the caption stands in the middle of a table", element.where)


@clause("7.2-17", "an item stands in a list", MISNESTED, UA, matterhorn="09-005")
def item_in(file: Opened) -> Iterator[Fault]:
    """LI."""
    yield from _in(file, "LI", "L")


@clause("7.2-18", "the body of an item stands in one", MISNESTED, UA, matterhorn="09-005")
def item_body_in(file: Opened) -> Iterator[Fault]:
    """LBody."""
    yield from _in(file, "LBody", "LI")


@clause("7.2-19", "a list holds items", MISNESTED, UA, matterhorn="09-005")
def list_holds(file: Opened) -> Iterator[Fault]:
    """L."""
    yield from _only(file, "L", "L", "LI", "Caption")


@clause("7.2-20", "an item holds a label and a body", MISNESTED, UA, matterhorn="09-005")
def item_holds(file: Opened) -> Iterator[Fault]:
    """LI."""
    yield from _only(file, "LI", "Lbl", "LBody")


@clause("7.2-26", "an entry of the contents stands in them", MISNESTED, UA, matterhorn="09-006")
def entry_in(file: Opened) -> Iterator[Fault]:
    """TOCI."""
    yield from _in(file, "TOCI", "TOC")


@clause("7.2-27", "contents hold entries", MISNESTED, UA, matterhorn="09-006")
def contents_hold(file: Opened) -> Iterator[Fault]:
    """TOC."""
    yield from _only(file, "TOC", "TOC", "TOCI", "Caption")


@clause("7.2-28", "contents have one caption, and first", MISNESTED, {Standard.UA1}, matterhorn="09-006")
def contents_caption(file: Opened) -> Iterator[Fault]:
    """Caption in TOC."""
    yield from _caption_first(file, "TOC")


@clause("7.2-36", "the head of a table holds rows", MISNESTED, UA, matterhorn="09-004")
def head_holds(file: Opened) -> Iterator[Fault]:
    """THead."""
    yield from _only(file, "THead", "TR")


@clause("7.2-37", "the body of a table holds rows", MISNESTED, UA, matterhorn="09-004")
def body_holds(file: Opened) -> Iterator[Fault]:
    """TBody."""
    yield from _only(file, "TBody", "TR")


@clause("7.2-38", "the foot of a table holds rows", MISNESTED, UA, matterhorn="09-004")
def foot_holds(file: Opened) -> Iterator[Fault]:
    """TFoot."""
    yield from _only(file, "TFoot", "TR")


@clause("7.2-39", "a table has one caption", MISNESTED, UA, matterhorn="09-004")
def one_table_caption(file: Opened) -> Iterator[Fault]:
    """Caption in Table."""
    yield from _most(file, "Table", "Caption")


@clause("7.2-40", "a list has one caption, and first", MISNESTED, {Standard.UA1}, matterhorn="09-005")
def list_caption(file: Opened) -> Iterator[Fault]:
    """Caption in L."""
    yield from _caption_first(file, "L")


def _caption_first(file: Opened, kind: str) -> Iterator[Fault]:
    yield from _most(file, kind, "Caption")
    for element in structure(file).all:
        if element.type == kind and "Caption" in [kid.type for kid in kids_of(element)][1:]:
            yield Fault(f"the caption of {kind} does not stand first", element.where)


_ONLY_ELEMENTS = frozenset("Table THead TBody TFoot TR L LI TOC".split())


@clause("14.8.4.3-1", "tables and lists hold no content of their own", MISNESTED, {Standard.FILE})
def no_content_between(file: Opened) -> Iterator[Fault]:
    """Text between the cells is in none of them (ISO 32000-1, 14.8.4.3.3 and 14.8.4.3.4); PDF/UA does not ask it."""
    for element in structure(file).all:
        if element.type in _ONLY_ELEMENTS and element.content:
            yield Fault(f"{element.type} holds content of its own", element.where)


@clause("7.2-ruby", "parts of ruby and warichu stand in them", MISNESTED, {Standard.UA1}, matterhorn="09-007 09-008")
def ruby(file: Opened) -> Iterator[Fault]:
    """Ruby, Warichu (ISO 32000-1, 14.8.4.4.3)."""
    for kind in ("RB", "RT", "RP"):
        yield from _in(file, kind, "Ruby")
    for kind in ("WT", "WP"):
        yield from _in(file, kind, "Warichu")
    for element in structure(file).all:
        kinds = [kid.type for kid in kids_of(element)]
        if element.type == "Ruby" and kinds not in (["RB", "RT"], ["RB", "RP", "RT", "RP"]):
            yield Fault("Ruby holds other parts than RB and RT", element.where)
        if element.type == "Warichu" and kinds not in (["WT"], ["WP", "WT", "WP"]):
            yield Fault("Warichu holds other parts than WT", element.where)


# ---------------------------------------------------------------- pictures, headings, notes


@clause("7.3-1", "figures have words in their place", ALTERNATIVE_MISSING, UA, matterhorn="13-004")
def figure_words(file: Opened) -> Iterator[Fault]:
    """Figure: `Alt` or `ActualText`."""
    yield from _wordless(file, "Figure")


@clause("7.7-1", "formulas have words in their place", ALTERNATIVE_MISSING, {Standard.UA1}, matterhorn="17-002")
def formula_words(file: Opened) -> Iterator[Fault]:
    """Formula: `Alt` or `ActualText`."""
    yield from _wordless(file, "Formula")


def _wordless(file: Opened, kind: str) -> Iterator[Fault]:
    for element in structure(file).all:
        words = text(element.get("/Alt")).strip("\ufeff \u200b") or element.get("/ActualText") is not None
        if element.type == kind and not words:
            yield Fault(f"a {kind} has no words in its place (Alt, ActualText)", element.where)


def _level(element: Element) -> int:
    kind = element.type
    return int(kind[1:]) if kind[:1] == "H" and kind[1:].isdecimal() else 0


@clause("7.4.2-1", "headings go down level by level", HEADINGS_SKIP, {Standard.UA1}, matterhorn="14-002 14-003")
def headings_follow(file: Opened) -> Iterator[Fault]:
    """H1 to H6."""
    before = 0
    for element in structure(file).all:
        level = _level(element)
        if level > before + 1:
            after = f"H{before}" if before else "nothing"
            yield Fault(f"H{level} comes after {after}", element.where)
        before = level or before


@clause("7.4.4-1", "an element holds one H", HEADINGS_SKIP, {Standard.UA1}, matterhorn="14-006")
def one_heading(file: Opened) -> Iterator[Fault]:
    """H."""
    yield from (
        Fault("an element holds more than one H", element.where)
        for element in structure(file).all
        if sum(kid.type == "H" for kid in kids_of(element)) > 1
    )


@clause("7.4.4-2", "headings without levels are alone", HEADINGS_SKIP, {Standard.UA1}, matterhorn="14-007")
@clause("7.4.4-3", "headings with levels are alone", HEADINGS_SKIP, {Standard.UA1}, matterhorn="14-007")
def one_system(file: Opened) -> Iterator[Fault]:
    """H, or H1 to H6."""
    found = structure(file).all
    if any(element.type == "H" for element in found) and any(_level(element) for element in found):
        yield Fault("the file has headings with levels (H1) and without (H)")


@clause("7.9-1", "notes have ids", NOTE_UNNAMED, {Standard.UA1}, matterhorn="19-003")
def notes_named(file: Opened) -> Iterator[Fault]:
    """Note: `ID`."""
    for element in structure(file).all:
        if element.type == "Note" and not text(element.get("/ID")):
            yield Fault("a note has no id", element.where)


@clause("7.9-2", "ids of notes are their own", NOTE_UNNAMED, {Standard.UA1}, matterhorn="19-004")
def notes_own_name(file: Opened) -> Iterator[Fault]:
    """Note: `ID` is unique."""
    seen: set[str] = set()
    for element in structure(file).all:
        if element.type == "Note" and element.get("/ID") is not None:
            value = str(element.get("/ID"))
            if value in seen:
                yield Fault(f'two notes have the id "{value}"', element.where)
            seen.add(value)
