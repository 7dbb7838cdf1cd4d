"""The structure tree of a PDF (ISO 32000-1, 14.7), as it is in the file, with the meaning of its types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from pipeline.verify.gate.canvas import Mark
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.values import entry, identity, items, name, pairs, tree_items

STANDARD_1 = frozenset(
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private H H1 H2 H3 H4 H5 H6 P L LI Lbl "
    "LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu "
    "WT WP Figure Formula Form".split()
)
"""The types of ISO 32000-1, 14.8.4."""

STANDARD_2 = frozenset(
    "Document DocumentFragment Part Sect Div Aside NonStruct P H Title FENote Sub Lbl Span Em Strong Link Annot Form "
    "Ruby RB RT RP Warichu WT WP L LI LBody Table TR TH TD THead TBody TFoot Caption Figure Formula Artifact "
    "H1 H2 H3 H4 H5 H6".split()
)
"""The types of ISO 32000-2, 14.8.4; further headings have larger numbers."""

PDF_1 = "http://iso.org/pdf/ssn"
PDF_2 = "http://iso.org/pdf2/ssn"
MATHML = "http://www.w3.org/1998/Math/MathML"
_NAMED = re.compile(rb"(\d+) 0 R|null")
_MOST_ELEMENTS = 2_000_000


@dataclass(slots=True, eq=False)
class Element:
    """A structure element.

    Attributes:
        object: its dictionary.
        raw: its type as it is written.
        type: the standard type that it means; "" when it means none.
        parent: what it stands in; None at the top.
        kids: the elements in it, in order.
        content: the marked contents in it: identity of page or form, and number.
        objects: the object references in it.
        order: elements, contents and objects in their order, as kinds: "element", "content", "object".
    """

    object: Any
    raw: str
    type: str
    parent: Element | None
    kids: list[Element] = field(default_factory=list)
    content: list[tuple[tuple[int, int], int]] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    _keys: frozenset[str] | None = None

    def get(self, key: str) -> Any:
        """An entry of its dictionary."""
        if self._keys is None:  # many clauses ask for what few elements have
            self._keys = frozenset(self.object.keys())
        return entry(self.object, key) if key in self._keys else None

    @property
    def where(self) -> str:
        """Its place, for a message."""
        found = identity(self.object)[0]
        return f"{self.raw} (object {found})" if found else self.raw

    def ancestors(self) -> Iterator[Element]:
        """What it stands in, from the inside outwards."""
        around = self.parent
        while around is not None:
            yield around
            around = around.parent

    def attribute(self, owner: str, key: str) -> Any:
        """An attribute (14.7.5), from its own dictionaries."""
        found = None
        for holder in _attribute_dictionaries(self.object):
            if name(entry(holder, "/O")) == owner and entry(holder, "/" + key) is not None:
                found = entry(holder, "/" + key)
        return found

    @property
    def language(self) -> Any:
        """The language that holds for it, from the elements around it; None when none says one."""
        for element in (self, *self.ancestors()):
            if element.get("/Lang") is not None:
                return element.get("/Lang")
        return None


class Parents:
    """What the parent tree says, by key (14.7.4.4).

    Args:
        file: the file. When parts of it are left out, only what is asked for is read.
    """

    def __init__(self, file: Opened) -> None:
        self._pdf = file.pdf
        self._written = file.trees.parents
        self._found: dict[int, Any] = {}
        if not self._written:
            for key, value in tree_items(entry(entry(file.root, "/StructTreeRoot"), "/ParentTree"), "/Nums"):
                if isinstance(key, int):
                    self._found.setdefault(key, value)

    def get(self, key: Any) -> Any:
        """An element, or an array of elements; None when nothing is said, or the key is none."""
        if not isinstance(key, int):
            return None
        written = self._written.get(b"%d" % key)
        if key not in self._found and written is not None:
            named = [int(number or 0) for number in _NAMED.findall(written)]
            values = [self._pdf.get_object(number, 0) if number else None for number in named]
            self._found[key] = pikepdf.Array(values) if written.startswith(b"[") else values[0]
        return self._found.get(key)


@dataclass(slots=True)
class Structure:
    """The structure of a file.

    Attributes:
        root: the structure tree root, or None.
        top: the elements at the top.
        all: every element, in the order of reading.
        by_object: the elements by identity.
        roles: the role map.
        faults: what is broken in the tree itself.
        parents: what the parent tree says, by key.
    """

    root: Any
    top: list[Element]
    all: list[Element]
    by_object: dict[tuple[int, int], Element]
    roles: dict[str, str]
    faults: list[tuple[str, str]]
    parents: Parents
    owners: dict[tuple[tuple[int, int], int], Element] = field(default_factory=dict)
    twice: list[tuple[Element, int]] = field(default_factory=list)

    def owner(self, mark: Mark, page: Any) -> Element | None:
        """The element that a marked content belongs to, by the elements' own word."""
        if mark.mcid is None:
            return None
        holder = mark.stream if mark.stream != (0, 0) else identity(page)
        return self.owners.get((holder, mark.mcid))

    def told(self, holder: Any, mcid: int) -> Any:
        """The element that marked content of a page or form belongs to by the parent tree; None when it says none."""
        key = entry(holder, "/StructParents")
        row = self.parents.get(key)
        return row[mcid] if isinstance(row, pikepdf.Array) and 0 <= mcid < len(row) else None


@once
def structure(file: Opened) -> Structure:
    """Read the structure tree of a file."""
    root = entry(file.root, "/StructTreeRoot")
    roles = {key: name(value) for key, value in pairs(entry(root, "/RoleMap"))}
    read = Structure(root, [], [], {}, roles, [], Parents(file))
    for kid in items(entry(root, "/K")):
        _read(kid, read, file.left_out.roots)
    for element in read.all:
        for place in element.content:
            if place in read.owners:
                read.twice.append((element, place[1]))
            read.owners.setdefault(place, element)
    return read


def _read(top: Any, read: Structure, left_out: frozenset[int]) -> None:
    pending: list[tuple[Any, Element | None]] = [(top, None)]
    while pending:
        value, parent = pending.pop()
        if not isinstance(value, pikepdf.Dictionary):
            read.faults.append(("a kid of the structure tree root is no structure element", ""))
            continue
        found = identity(value)
        if found != (0, 0) and found in read.by_object:
            read.faults.append((f"object {found[0]} stands in the structure tree twice", f"object {found[0]}"))
            continue
        raw = name(value.get("/S"))
        element = Element(value, raw, meaning(raw, value, read.roles), parent)
        if found != (0, 0):
            read.by_object[found] = element
            if found[0] in left_out:  # what it stands in has to know that it is there
                (parent.kids if parent is not None else read.top).append(element)
                continue
        read.all.append(element)
        if len(read.all) > _MOST_ELEMENTS:
            read.faults.append(("the structure tree has too many elements to be read", ""))
            return
        (parent.kids if parent is not None else read.top).append(element)
        pending.extend((kid, element) for kid in reversed(_take_kids(element)))


def _take_kids(element: Element) -> list[Any]:
    """Note content and objects of an element; what is left are elements."""
    kids: list[Any] = []
    page = identity(element.get("/Pg"))
    for kid in items(element.get("/K")):
        if type(kid) is int:
            element.content.append((page, kid))
            element.order.append("content")
            continue
        kind = name(entry(kid, "/Type"))
        if kind == "MCR":
            form = identity(entry(kid, "/Stm"))
            holder = form if form != (0, 0) else identity(entry(kid, "/Pg") or element.get("/Pg"))
            number = entry(kid, "/MCID")
            if isinstance(number, int):
                element.content.append((holder, number))
                element.order.append("content")
        elif kind == "OBJR":
            element.objects.append(entry(kid, "/Obj"))
            element.order.append("object")
        else:
            kids.append(kid)
            element.order.append("element")
    return kids


def is_ua2(file: Opened) -> bool:
    """Whether a file follows the second part of PDF/UA, which is about PDF 2.0, where the first is about PDF 1.7."""
    return file.version.startswith("2") or file.said("http://www.aiim.org/pdfua/ns/id/", "part") == ["2"]


def namespace(value: Any) -> str:
    """The address of the namespace of a structure element; that of PDF 1.7 when it says none."""
    found = entry(entry(value, "/NS"), "/NS")
    return str(found) if isinstance(found, pikepdf.String) else PDF_1


def meaning(raw: str, value: Any, roles: dict[str, str]) -> str:
    """The standard type that a type means (14.8.4.1), "" when it means none."""
    space = namespace(value)
    if space == PDF_2:
        return raw if is_standard(raw, PDF_2) else ""
    if space == MATHML:
        return raw
    if space != PDF_1:
        return _in_namespace(raw, entry(value, "/NS"))
    seen: set[str] = set()
    while raw in roles and raw not in seen and raw not in STANDARD_1:
        seen.add(raw)
        raw = roles[raw]
    return raw if raw in STANDARD_1 else ""


def _in_namespace(raw: str, space: Any) -> str:
    """What a type of another namespace means: its role map names a type, or a type and its namespace."""
    for _ in range(16):
        target = entry(entry(space, "/RoleMapNS"), "/" + raw) if raw else None
        if isinstance(target, pikepdf.Name):
            return name(target) if is_standard(name(target), PDF_1) else ""
        pair = items(target)
        if len(pair) != 2:
            return ""
        raw, space = name(pair[0]), pair[1]
        address = entry(space, "/NS")
        if isinstance(address, pikepdf.String) and str(address) in (PDF_1, PDF_2):
            return raw if is_standard(raw, str(address)) else ""
    return ""


def is_standard(raw: str, space: str) -> bool:
    """Whether a type is one of a standard namespace."""
    if space == PDF_1:
        return raw in STANDARD_1
    return raw in STANDARD_2 or (raw[:1] == "H" and raw[1:].isdecimal() and raw[1:2] != "0")


def _attribute_dictionaries(value: Any) -> Iterator[Any]:
    """The attribute dictionaries of an element; numbers between them are revisions."""
    for holder in items(entry(value, "/A")):
        if isinstance(holder, (pikepdf.Dictionary, pikepdf.Stream)):
            yield holder
