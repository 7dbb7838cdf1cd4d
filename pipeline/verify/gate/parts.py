"""A file divided into parts that can be held against the standards one by one: the chapters with their pages.

A part is a branch of the structure with the pages that it stands on, their contents and annotations. Its digest is one
of all that the clauses look at in it: its objects, whatever they name in other places, what the parent tree and the
named destinations say of it, and what holds for the file as a whole. Numbers of objects do not count, nor do the
glyphs of its fonts, which are judged together with those of all other parts.

A part in which nothing was wrong has nothing wrong in it as long as its digest is the same. What is compared between
parts is made sure of for the whole file, before any part of it is left out: ids are unique, and those of the id tree;
named places are there; headings begin anew in every part. Where that does not hold, or the file is not one that the
press has made, it is not divided.

A stretch of the file that was divided before is not read again (see `settled`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pikepdf

from pipeline.cache import key_of
from pipeline.verify.gate.digests import ANNOTATION, ELEMENT, ID, NODE, OTHER, PAGE, Digests, Needs
from pipeline.verify.gate.division import Division, Part, Trees
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.settled import Settled, packed, settled, unpacked
from pipeline.verify.gate.trees import ids_in, parents_in, places_in
from pipeline.verify.gate.values import entry, identity, items, name, pairs
from pipeline.verify.gate.written import Stretch, UnusualFileError, references, type_of

_KINDS = {
    b"StructElem": ELEMENT,
    b"OBJR": OTHER,
    b"MCR": OTHER,
    b"Page": PAGE,
    b"Annot": ANNOTATION,
}
_INHERITED = (b"/Resources", b"/MediaBox", b"/CropBox", b"/Rotate")
_FRAMES = ("Document", "Part")  # elements that hold chapters
_BRANCHES = frozenset(("Art", "Sect", "Div", "P", "H1"))  # the types of which is known that they may stand in a frame
_NOT_DIVIDED = (b"/Separation", b"/DeviceN", b"/Type3", b"/Widget", b"/PrinterMark")
_KIDS = re.compile(rb"/K (?:\[ )?((?:\d+ 0 R )+)(?:\] )?[/>]")
_COUNT, _NODES = re.compile(rb"/Count (\d+) "), re.compile(rb"/Kids \[ ((?:\d+ 0 R )*)\]")
_PLAIN_NODE = re.compile(
    rb"<< /Type /Pages (?:/Parent \d{1,9} 0 R |/Count \d{1,9} |/Kids \[ (?:\d{1,9} 0 R ){0,999}\] ){2,3}>>"
)
_DEEPEST = 16  # nodes of pages inside one another
_HEADING = re.compile(rb"/S /H([0-9]?) ")
_NOT_READ = -1  # the owner of objects in a stretch that is not read


class _TouchedError(Exception):
    """What was read names something of a part that was not."""


def divide(file: Opened, context: str) -> Division | None:
    """Divide a file; None when it cannot be divided.

    Args:
        file: the file.
        context: the digest of what else decides about its parts: the clauses, and the standards asked for.
    """
    kept, anew = file.cache is not None, False
    while True:
        try:
            if anew:
                file.write_anew()
            return _Divider(file, context, kept=kept).division()
        except _TouchedError:
            kept = False
        except (UnusualFileError, pikepdf.PdfError, ValueError):  # the last: where a number should be is none
            if anew:
                return None
            kept, anew = False, True


class _Divider:
    def __init__(self, file: Opened, context: str, *, kept: bool) -> None:
        self.file = file
        self.context = context
        self.written = file.written
        self.root: Any = entry(file.root, "/StructTreeRoot")
        self.pages = [identity(page.object)[0] for page in file.pages]
        self.kinds: dict[int, str] = {}
        self.settled: dict[Stretch, Settled] = {}
        for stretch in self.written.stretches:
            self.take_stretch(stretch, self.known(stretch) if kept else None)
        self.owner: dict[int, int] = {}  # of each object of a part, its place in `found`
        self.found: list[list[int]] = []  # the objects of each branch and of each page without one
        self.joined: list[int] = []  # of each of these, one that it belongs together with
        self.needs: dict[int, Needs] = {}  # of each part, by its first object
        self.named: dict[bytes, int] = {}  # the elements that were read, by their ids
        self.told: set[int] = set()  # the nodes of the tree of pages in which there is nothing else
        self.same_for_all()
        self.parents = parents_in(self.written, entry(self.root, "/ParentTree"))
        named = entry(entry(self.file.root, "/Names"), "/Dests")  # links lead to no other places
        self.places = places_in(self.written, named, frozenset(self.pages))
        self.ids = ids_in(self.written, entry(self.root, "/IDTree"))
        self.digests = Digests(self.written, self.kinds, self.parents, self.places)
        self.whole = self.whole_file()

    def key_of(self, stretch: Stretch) -> str:
        return key_of("stretch of a PDF", self.context, stretch.key)

    def known(self, stretch: Stretch) -> Settled | None:
        """What is known of a stretch, if anything is."""
        stored = self.file.cache.get(self.key_of(stretch)) if self.file.cache is not None and stretch.key else None
        return unpacked(stored) if stored is not None else None

    def take_stretch(self, stretch: Stretch, known: Settled | None) -> None:
        if known is None:
            texts = self.written.read(stretch).texts
            self.kinds |= {number: kind for number, text in texts.items() if (kind := _KINDS.get(type_of(text)))}
            return
        self.settled[stretch] = known
        self.written.settle(stretch, known.texts)
        for kind, numbers in known.kinds.items():
            self.kinds |= dict.fromkeys(numbers, kind)

    def division(self) -> Division:
        roots = list(self.branches())
        self.leave_settled(roots)
        for root in roots:
            if self.owner.get(root) != _NOT_READ:
                self.take_branch(root)
        self.take_pages()
        self.ids_agree()
        order = {number: place for place, number in enumerate((*roots, *self.pages))}
        parts = [part for known in self.settled.values() for part in known.parts] + list(self.new_parts())
        parts.sort(key=lambda part: min(order.get(number, len(order)) for number in (*part.roots, *part.pages)))
        for part in parts:
            part.key = key_of("part of a PDF", self.context, self.whole, part.digest) if part.digest else ""
        trees = Trees(
            self.parents.values,
            self.ids.numbers,
            self.places.numbers,
            self.parents.told | self.ids.told | self.places.told | self.told,
        )
        kept = frozenset(self.settled)
        self.settled.clear()  # what is no longer needed takes as much memory as a chapter that is judged
        self.owner.clear()
        return Division(tuple(parts), self.digests.fonts, trees, lambda: self.to_keep(parts, kept))

    def new_parts(self) -> Iterator[Part]:
        """The parts that were read."""
        parts: dict[int, Part] = {}
        for place, found in enumerate(self.found):
            part = parts.setdefault(self.together(place), Part())
            part.objects += found
            part.roots += [number for number in found[:1] if self.kinds[number] == ELEMENT]
            part.pages += [number for number in found if self.kinds[number] == PAGE]
        for part in parts.values():
            part.whole = all(self.is_branch(number) for number in part.roots)
            needs = self.needs[part.objects[0]] = Needs()
            digested = self.digests.part(part.objects, needs) if part.whole else None
            if digested is not None:
                part.digest, part.streams, part.shared = digested.digest, digested.streams, digested.shared
            yield part

    # ------------------------------------------------------------ what is not read

    def leave_settled(self, roots: list[int]) -> None:
        """Note the objects of stretches whose parts are what they were; the other ones are read.

        Args:
            roots: the elements that parts begin with.
        """
        begun, pages = Counter(roots), frozenset(self.pages)
        for stretch, known in list(self.settled.items()):
            here = frozenset(stretch.numbers)
            if (
                here.isdisjoint(self.digests.frame)
                and all(begun[root] == 1 for part in known.parts for root in part.roots)
                and here.intersection(begun) == {root for part in known.parts for root in part.roots}
                and here & pages == {page for part in known.parts for page in part.pages}
                and known.still_holds(self.digests, self.parents, self.places, self.ids)
            ):
                for numbers in known.kinds.values():
                    self.owner |= dict.fromkeys(numbers, _NOT_READ)
            else:
                del self.settled[stretch]
                self.written.read(stretch)

    def to_keep(self, parts: Sequence[Part], kept: Collection[Stretch]) -> Iterator[tuple[str, bytes]]:
        """What is to be known of the stretches that are not kept yet, with what it is kept under."""
        pages = frozenset(self.pages)
        homes = {number: stretch for stretch in self.written.stretches for number in stretch.numbers}
        held: dict[Stretch, list[Part]] = {}
        for part in parts:
            for stretch in {homes[number] for number in part.objects}:
                held.setdefault(stretch, []).append(part)
        ids: dict[Stretch, dict[bytes, int]] = {}
        for title, number in self.named.items():
            ids.setdefault(homes[number], {})[title] = number
        for stretch, own in held.items():
            here = pages.intersection(stretch.numbers)
            if stretch in kept or not stretch.key or here != {page for part in own for page in part.pages}:
                continue
            needs = Needs()
            for part in own:
                needs.add(self.needs[part.objects[0]])
            known = settled(stretch, self.written, own, self.kinds, ids.get(stretch, {}), needs, self.digests)
            if known is not None:
                yield self.key_of(stretch), packed(known)

    # ------------------------------------------------------------ what holds for the file

    def same_for_all(self) -> None:
        """The file has nothing that clauses compare between parts."""
        if "/Encrypt" in self.file.pdf.trailer or "/Dests" in self.file.root or self.root is None:
            raise UnusualFileError("the file is not as the press writes it")
        nodes_of_pages: dict[int, bytes] = {}
        for stretch in self.written.stretches:
            read = self.written.of(stretch)
            nodes_of_pages |= {number: text for number, text in read.texts.items() if type_of(text) == NODE}
            if stretch in self.settled:  # it had nothing of all this
                continue
            everything = b"\n".join(read.texts.values())
            if any(word in everything for word in _NOT_DIVIDED):
                raise UnusualFileError("the file has something that parts share")
            if any(b"/StructParent" in read.texts[number] for number in read.streams):
                raise UnusualFileError("a form has structure in it")
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
            1 if self.kinds.get(kid) == PAGE else self.pages_under(kid, nodes_of_pages, depth + 1)
            for kid in references(kids[1])
        )
        if found != int(said[1]):
            raise UnusualFileError("the tree of pages does not say how many it has")
        if _PLAIN_NODE.fullmatch(text):
            self.told.add(number)
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
        return self.digests.of(number) if number else self.digests.within(value.unparse())

    def ids_agree(self) -> None:
        """Ids are unique, and the id tree leads to the elements that have them."""
        for number in chain(self.digests.frame, *self.found):
            text = self.written.text(number)
            if self.kinds[number] != ELEMENT or b"/ID " not in text:
                continue
            for title in ID.findall(text):
                if title in self.named or self.ids.numbers.get(title) != number:
                    raise UnusualFileError("ids are not those of the id tree")
                self.named[title] = number

    # ------------------------------------------------------------ the objects of the parts

    def branches(self) -> Iterator[int]:
        """The elements that parts begin with, in the order of reading; those above them are noted."""
        pending = [(identity(kid)[0], b"") for kid in reversed(items(entry(self.root, "/K")))]
        while pending:
            number, around = pending.pop()
            if self.kinds.get(number) != ELEMENT or number in self.digests.frame:
                raise UnusualFileError("the structure does not begin with elements")
            kids = self.elements_in(number) if self.type_of(number) in _FRAMES else None
            if kids is None:
                yield number
                continue
            value: Any = self.file.pdf.get_object(number, 0)
            told = [key.encode() + self.resolved(value.get(key)) for key in ("/S", "/Lang", "/A") if key in value]
            self.digests.frame[number] = around = key_of(around, *told).encode()
            pending += [(kid, around) for kid in reversed(kids)]

    def type_of(self, number: int) -> str:
        """The type of an element as it is written; "" when it is not written as others are."""
        found = re.search(rb"/S /(\w+) ", self.written.text(number))
        return found[1].decode("latin-1") if found is not None else ""

    def elements_in(self, number: int) -> list[int] | None:
        """The kids of an element; None when something else is among them."""
        text = self.written.text(number)
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
        if _NOT_READ in (first, second):
            raise _TouchedError
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
            kind, text = self.kinds[number], self.written.text(number)
            self.found[mine].append(number)
            if kind == ELEMENT and not heading and b"/S /H" in text:
                level = _HEADING.search(text)
                heading = (level[1] or b"0") if level else b""
                if level and heading != b"1":
                    raise UnusualFileError("a part does not begin with a heading of the first level")
            below: list[int] = []
            for other in references(text):
                if other not in self.kinds or other in self.digests.frame:
                    continue
                if self.kinds[other] == PAGE:
                    if kind == ANNOTATION:
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
            if self.kinds.get(number) != PAGE:
                raise UnusualFileError("a page is not as the press writes it")
            if self.owner.get(number) == _NOT_READ:
                continue
            if number not in self.owner:
                self.owner[number] = place = self.new()
                self.found[place].append(number)
            mine = self.owner[number]
            for other in references(self.written.text(number)):
                if self.kinds.get(other) in (ANNOTATION, OTHER, ELEMENT):
                    if other in self.owner:
                        self.join(mine, self.owner[other])
                    else:
                        self.owner[other] = mine
                        self.found[mine].append(other)

    def is_branch(self, number: int) -> bool:
        return self.type_of(number) in _BRANCHES
