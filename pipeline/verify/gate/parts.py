"""A file divided into parts that can be held against the standards one by one: the chapters with their pages.

A part is a branch of the structure with the pages that it stands on, their contents and annotations. Its digest is one
of all that the clauses look at in it: its objects, whatever they name in other places, what the parent tree and the
named destinations say of it, and what holds for the file as a whole. Numbers of objects do not count, nor do the
glyphs of its fonts, which are judged together with those of all other parts.

A part in which nothing was wrong has nothing wrong in it as long as its digest is the same. What is compared between
parts is made sure of for the whole file, before any part of it is left out: ids are unique, and those of the id tree;
named places are there; headings begin anew in every part. Where that does not hold, or the file is not one that the
press has made, it is not divided.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pikepdf

from pipeline.cache import key_of
from pipeline.verify.gate.division import Division, Part, Trees
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.renaming import TOKEN, Names, renamed
from pipeline.verify.gate.trees import Named, ids_in, parents_in, places_in
from pipeline.verify.gate.values import entry, identity, items, name, pairs
from pipeline.verify.gate.written import STRING, UnusualFileError, references, type_of

_ELEMENT, _PAGE, _ANNOTATION, _OTHER = "element", "page", "annotation", "other"
_KINDS = {
    b"StructElem": _ELEMENT,
    b"OBJR": _OTHER,
    b"MCR": _OTHER,
    b"Page": _PAGE,
    b"Annot": _ANNOTATION,
}
_NODE = b"Pages"
_INHERITED = (b"/Resources", b"/MediaBox", b"/CropBox", b"/Rotate")
_FRAMES = ("Document", "Part")  # elements that hold chapters
_BRANCHES = frozenset(("Art", "Sect", "Div", "P", "H1"))  # the types of which is known that they may stand in a frame
_NOT_DIVIDED = (b"/Separation", b"/DeviceN", b"/Type3", b"/Widget", b"/PrinterMark")
_ID = re.compile(rb"/ID (" + STRING + rb")", re.DOTALL)
_TARGET = re.compile(rb"/(?:Dest|D) (" + STRING + rb")", re.DOTALL)
_KIDS = re.compile(rb"/K (?:\[ )?((?:\d+ 0 R )+)(?:\] )?[/>]")
_COUNT, _NODES = re.compile(rb"/Count (\d+) "), re.compile(rb"/Kids \[ ((?:\d+ 0 R )*)\]")
_DEEPEST = 16  # nodes of pages inside one another
_HEADING = re.compile(rb"/S /H([0-9]?) ")


def divide(file: Opened, context: str) -> Division | None:
    """Divide a file; None when it cannot be divided.

    Args:
        file: the file.
        context: the digest of what else decides about its parts: the clauses, and the standards asked for.
    """
    for again in (False, True):
        try:
            if again:
                file.write_anew()
            return _Divider(file, context).division()
        except (UnusualFileError, pikepdf.PdfError, ValueError):  # the last: where a number should be is none
            continue
    return None


class _Divider:
    def __init__(self, file: Opened, context: str) -> None:
        self.file = file
        self.written = file.written
        self.texts = self.written.texts
        self.root: Any = entry(file.root, "/StructTreeRoot")
        self.pages = [identity(page.object)[0] for page in file.pages]
        self.kinds = {number: kind for number, text in self.texts.items() if (kind := _KINDS.get(type_of(text)))}
        self.frame: dict[int, bytes] = {}  # the elements above the parts, by what they are
        self.owner: dict[int, int] = {}  # of each object of a part, its place in `found`
        self.found: list[list[int]] = []  # the objects of each branch and of each page without one
        self.joined: list[int] = []  # of each of these, one that it belongs together with
        self.deep: dict[int, bytes] = {}
        self.below: dict[int, list[int]] = {}  # what each object names of which there is a digest; nothing of fonts
        self.open: set[int] = set()
        self.fonts: dict[bytes, int] = {}
        self.same_for_all()
        self.parents = parents_in(self.written, entry(self.root, "/ParentTree"))
        named = entry(entry(self.file.root, "/Names"), "/Dests")  # links lead to no other places
        self.places = places_in(self.written, named, frozenset(self.pages))
        self.context = key_of(context, self.whole_file())

    def division(self) -> Division:
        roots = list(self.branches())
        for root in roots:
            self.take_branch(root)
        self.take_pages()
        ids = self.ids_agree()
        parts: dict[int, Part] = {}
        for place, found in enumerate(self.found):
            part = parts.setdefault(self.together(place), Part())
            part.objects += found
            part.roots += [number for number in found[:1] if self.kinds[number] == _ELEMENT]
            part.pages += [number for number in found if self.kinds[number] == _PAGE]
        for part in parts.values():
            part.whole = all(self.is_branch(number) for number in part.roots)
            digest = self.digest(part) if part.whole else None
            part.key = key_of("part of a PDF", self.context, digest) if digest else ""
        trees = Trees(
            self.parents.values, ids.numbers, self.places.numbers, self.parents.told | ids.told | self.places.told
        )
        return Division(tuple(parts.values()), self.fonts, trees)

    # ------------------------------------------------------------ what holds for the file

    def same_for_all(self) -> None:
        """The file has nothing that clauses compare between parts."""
        if "/Encrypt" in self.file.pdf.trailer or "/Dests" in self.file.root or self.root is None:
            raise UnusualFileError("the file is not as the press writes it")
        everything = b"\n".join(self.texts.values())
        if any(word in everything for word in _NOT_DIVIDED):
            raise UnusualFileError("the file has something that parts share")
        if any(b"/StructParent" in self.texts[number] for number in self.written.streams):
            raise UnusualFileError("a form has structure in it")
        nodes_of_pages = {number: text for number, text in self.texts.items() if type_of(text) == _NODE}
        if any(key in text for text in nodes_of_pages.values() for key in _INHERITED):
            raise UnusualFileError("pages inherit something")
        top = identity(entry(self.file.root, "/Pages"))[0]
        if self.pages_under(top, nodes_of_pages, 0) != len(self.pages):
            raise UnusualFileError("the tree of pages has something else in it")

    def pages_under(self, number: int, nodes_of_pages: Mapping[int, bytes], depth: int) -> int:
        """How many pages a node of their tree has, as it says: no reader fails at one because of another."""
        text = nodes_of_pages.get(number, b"")
        said, kids = _COUNT.search(text), _NODES.search(text)
        if said is None or kids is None or depth > _DEEPEST:
            raise UnusualFileError("the tree of pages is not as the press writes it")
        found = sum(
            1 if self.kinds.get(kid) == _PAGE else self.pages_under(kid, nodes_of_pages, depth + 1)
            for kid in references(kids[1])
        )
        if found != int(said[1]):
            raise UnusualFileError("the tree of pages does not say how many it has")
        return found

    def whole_file(self) -> str:
        """The digest of what the file says of all its parts."""
        catalog = ("/Lang", "/MarkInfo", "/OutputIntents", "/ViewerPreferences", "/OCProperties", "/AcroForm")
        held = [(entry(self.file.root, key), key) for key in catalog]
        held += [(entry(self.root, key), key) for key in ("/RoleMap", "/Namespaces", "/ClassMap")]
        if any(role for role, means in pairs(entry(self.root, "/RoleMap")) if name(means)[:1] == "H"):
            raise UnusualFileError("types of headings are said in the role map")
        said = [
            value
            for space in ("http://www.aiim.org/pdfa/ns/id/", "http://www.aiim.org/pdfua/ns/id/")
            for value in ("", *self.file.said(space, "part"))
        ]
        written = [key.encode() + self.resolved(value) for value, key in held if value is not None]
        return key_of(self.file.version, *said, *written)

    def resolved(self, value: Any) -> bytes:
        """The text of a value with digests in place of what it names."""
        if type(value) is not pikepdf.Object:
            return repr(value).encode()
        number = identity(value)[0]
        return self.deep_digest(number) if number else self.with_digests(value.unparse())

    def ids_agree(self) -> Named:
        """What the id tree says: ids are unique, and lead to the elements that have them."""
        told = ids_in(self.written, entry(self.root, "/IDTree"))
        seen: set[bytes] = set()
        for number in (*self.frame, *self.owner):
            if self.kinds[number] != _ELEMENT or b"/ID " not in self.texts[number]:
                continue
            for title in _ID.findall(self.texts[number]):
                if title in seen or told.numbers.get(title) != number:
                    raise UnusualFileError("ids are not those of the id tree")
                seen.add(title)
        return told

    # ------------------------------------------------------------ the objects of the parts

    def branches(self) -> Iterator[int]:
        """The elements that parts begin with, in the order of reading; those above them are noted."""
        pending = [(identity(kid)[0], b"") for kid in reversed(items(entry(self.root, "/K")))]
        while pending:
            number, around = pending.pop()
            if self.kinds.get(number) != _ELEMENT or number in self.frame:
                raise UnusualFileError("the structure does not begin with elements")
            kids = self.elements_in(number) if self.type_of(number) in _FRAMES else None
            if kids is None:
                yield number
                continue
            value: Any = self.file.pdf.get_object(number, 0)
            told = [key.encode() + self.resolved(value.get(key)) for key in ("/S", "/Lang", "/A") if key in value]
            self.frame[number] = around = key_of(around, *told).encode()
            pending += [(kid, around) for kid in reversed(kids)]

    def type_of(self, number: int) -> str:
        """The type of an element as it is written; "" when it is not written as others are."""
        found = re.search(rb"/S /(\w+) ", self.texts[number])
        return found[1].decode("latin-1") if found is not None else ""

    def elements_in(self, number: int) -> list[int] | None:
        """The kids of an element; None when something else is among them."""
        text = self.texts[number]
        found = _KIDS.search(text) if text.count(b"/K ") == 1 else None
        kids = references(found[1]) if found is not None else []
        if (found is None and b"/K " in text) or any(kid not in self.kinds for kid in kids):
            return None
        return kids

    def new(self) -> int:
        self.found.append([])
        self.joined.append(len(self.joined))
        return len(self.found) - 1

    def together(self, place: int) -> int:
        while self.joined[place] != place:
            place = self.joined[place] = self.joined[self.joined[place]]
        return place

    def join(self, first: int, second: int) -> None:
        first, second = self.together(first), self.together(second)
        self.joined[max(first, second)] = min(first, second)

    def join_new(self, known: set[int], first: int, second: int) -> None:
        if second not in known:
            known.add(second)
            self.join(first, second)

    def take_branch(self, root: int) -> None:
        """Note all objects of a branch: its elements in the order of reading, with what they refer to."""
        if root in self.owner:
            raise UnusualFileError("an element stands in two places")
        mine, heading = self.new(), b""
        with_mine = {mine}
        self.owner[root] = mine
        pending = [root]
        while pending:
            number = pending.pop()
            kind, text = self.kinds[number], self.texts[number]
            self.found[mine].append(number)
            if kind == _ELEMENT and not heading and b"/S /H" in text:
                level = _HEADING.search(text)
                heading = (level[1] or b"0") if level else b""
                if level and heading != b"1":
                    raise UnusualFileError("a part does not begin with a heading of the first level")
            below: list[int] = []
            for other in references(text):
                if other not in self.kinds or other in self.frame:
                    continue
                if self.kinds[other] == _PAGE:
                    if kind == _ANNOTATION:
                        continue  # it leads there
                    if other not in self.owner:
                        self.owner[other] = page = self.new()
                        self.found[page].append(other)
                    self.join_new(with_mine, mine, self.owner[other])
                elif other in self.owner:
                    self.join_new(with_mine, mine, self.owner[other])
                else:
                    self.owner[other] = mine
                    below.append(other)
            pending += reversed(below)

    def take_pages(self) -> None:
        """Note the pages without structure, and the annotations that no element has."""
        for number in self.pages:
            if self.kinds.get(number) != _PAGE:
                raise UnusualFileError("a page is not as the press writes it")
            if number not in self.owner:
                self.owner[number] = place = self.new()
                self.found[place].append(number)
            mine = self.owner[number]
            for other in references(self.texts[number]):
                if self.kinds.get(other) in (_ANNOTATION, _OTHER, _ELEMENT):
                    if other in self.owner:
                        self.join(mine, self.owner[other])
                    else:
                        self.owner[other] = mine
                        self.found[mine].append(other)

    def is_branch(self, number: int) -> bool:
        return self.type_of(number) in _BRANCHES

    # ------------------------------------------------------------ digests

    def digest(self, part: Part) -> str | None:
        """The digest of a part; None when it names something that cannot be followed."""
        digest = hashlib.sha256()
        at = {b"%d" % number: b"#%d" % place for place, number in enumerate(part.objects)}
        found: set[int] = set()
        texts: dict[str, list[bytes]] = {kind: [] for kind in (_ELEMENT, _PAGE, _ANNOTATION)}
        try:
            for number in part.objects:
                kind, text = self.kinds[number], self.texts[number]
                texts[kind if kind != _OTHER else _ELEMENT].append(text)
                digest.update(kind.encode() + b"\0")
                if kind == _PAGE:
                    for stream in self.contents(number):
                        part.streams.append(stream)
                        digest.update(hashlib.sha256(self.written.raw(stream)).digest())
                elif kind == _ELEMENT and b"/ID " in text:
                    for title in _ID.findall(text):
                        page = self.places.numbers.get(title)
                        digest.update(b"@" + (at.get(b"%d" % page, b"#-1") if page is not None else b""))
                elif kind == _ANNOTATION and any(target not in self.places.numbers for target in _TARGET.findall(text)):
                    return None
            for kind, several in texts.items():
                names = Names(at, partial(self.outside, found=found, from_annotation=kind == _ANNOTATION))
                parents = self.parents.values if kind != _ELEMENT else None
                digest.update(renamed(b"\0".join(several), names, parents))
        except (UnusualFileError, RecursionError):
            self.open.clear()
            return None
        part.shared = self.shared(found)
        return digest.hexdigest()

    def shared(self, known: set[int]) -> list[int]:
        """What some objects are made of that is known by their digests, and is judged by itself."""
        found, pending = set(known), list(known)
        while pending:
            for number in self.below[pending.pop()]:
                if number in self.below and number not in found and b"/EF " not in self.texts[number]:
                    found.add(number)
                    pending.append(number)
        return sorted(found)

    def contents(self, page: int) -> list[int]:
        found = re.search(rb"/Contents (?:(\d+) 0 R|\[([^\]]*)\])", self.texts[page])
        numbers = [] if found is None else [int(found[1])] if found[1] else references(found[2])
        if any(number not in self.written.streams for number in numbers):
            raise UnusualFileError("a page has contents that are no streams")
        return numbers

    def outside(self, number: int, found: set[int], *, from_annotation: bool) -> bytes:
        """What stands in a digest for an object that is not of the part; it is noted when it is known by its own."""
        if number in self.frame:
            return b"^" + self.frame[number]
        kind = self.kinds.get(number)
        if kind == _PAGE and from_annotation:
            return b"@page"
        if kind is not None:
            raise UnusualFileError("a part names something in another")
        if type_of(self.written.text(number)) == _NODE:
            return b"|"
        digest = self.deep_digest(number)
        if number in self.below and b"/EF " not in self.texts[number]:  # a file belongs to something in another place
            found.add(number)
        return digest

    def deep_digest(self, number: int) -> bytes:
        """The digest of an object with all that it names; of a font, its mark."""
        if number in self.deep:
            return self.deep[number]
        if number in self.open or number in self.kinds:
            raise UnusualFileError(f"what object {number} names cannot be followed")
        self.open.add(number)
        text = self.written.text(number)
        if type_of(text) == b"Font" and b"/CIDSystemInfo" not in text:
            mark = TOKEN.sub(lambda found: b"~" if found[2] is not None else found[0], text)
            if self.fonts.setdefault(mark, number) != number:
                raise UnusualFileError("two fonts are called the same")
            digest = b"font" + hashlib.sha256(mark).digest()
        else:
            told = hashlib.sha256(self.with_digests(text))
            if number in self.written.streams:
                told.update(hashlib.sha256(self.written.raw(number)).digest())
            digest = told.digest()
            self.below[number] = references(text)
        self.open.discard(number)
        self.deep[number] = digest
        return digest

    def with_digests(self, text: bytes) -> bytes:
        return TOKEN.sub(lambda found: self.deep_digest(int(found[2])) if found[2] is not None else found[0], text)
