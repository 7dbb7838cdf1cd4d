"""Digests of the parts of a file: of all that the clauses look at in them (see `parts`).

Numbers of objects do not count, nor do the glyphs of fonts. What is found outside of a part is noted (`Needs`): while
all of that says the same, and the objects of the part do, its digest is the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from pipeline.verify.gate.renaming import TOKEN, Names, renamed
from pipeline.verify.gate.trees import Named, Parents
from pipeline.verify.gate.written import STRING, UnusualFileError, Written, references, type_of

ELEMENT, PAGE, ANNOTATION, OTHER = "element", "page", "annotation", "other"
NODE = b"Pages"
ID = re.compile(rb"/ID (" + STRING + rb")", re.DOTALL)
_TARGET = re.compile(rb"/(?:Dest|D) (" + STRING + rb")", re.DOTALL)
_KEY = re.compile(rb"/StructParents? (\d+)")


@dataclass(frozen=True, slots=True)
class Needs:
    """What the digests of some parts depend on beside the objects of these.

    Attributes:
        named: what stands in the digest for other objects, by their numbers.
        parents: what the parent tree says of the keys that they have; b"" for nothing.
        places: the numbers of the pages that the named destinations lead to which are called like their elements;
            None where there is none.
        targets: the named destinations that links lead to.
    """

    named: dict[int, bytes] = field(default_factory=dict)
    parents: dict[bytes, bytes] = field(default_factory=dict)
    places: dict[bytes, int | None] = field(default_factory=dict)
    targets: set[bytes] = field(default_factory=set)

    def add(self, others: Needs) -> None:
        """Depend on what other parts depend on."""
        self.named.update(others.named)
        self.parents.update(others.parents)
        self.places.update(others.places)
        self.targets.update(others.targets)


@dataclass(frozen=True, slots=True)
class Digested:
    """A part.

    Attributes:
        digest: of it.
        streams: the numbers of the contents of its pages.
        shared: the numbers of what it names that is not its own, but is known by its digest: all but fonts.
    """

    digest: str
    streams: list[int]
    shared: list[int]


class Digests:
    """Makes digests of parts of one file.

    Args:
        written: the objects of the file.
        kinds: what those of them are that belong to a part.
        parents: what the parent tree says.
        places: the named destinations.

    Attributes:
        frame: the elements above the parts, by what they are; to be filled.
        fonts: the fonts that were met, by their marks.
        deep: the digests of the objects that were met outside of parts, and
        below: what those of them name that are no fonts.
    """

    def __init__(self, written: Written, kinds: Mapping[int, str], parents: Parents, places: Named) -> None:
        self.frame: dict[int, bytes] = {}
        self.fonts: dict[bytes, int] = {}
        self.deep: dict[int, bytes] = {}
        self.below: dict[int, list[int]] = {}
        self._written, self._kinds, self._parents, self._places = written, kinds, parents.values, places.numbers
        self._streams = written.streams
        self._open: set[int] = set()

    def part(self, objects: list[int], needs: Needs) -> Digested | None:
        """The digest of a part; None when it names something that cannot be followed.

        Args:
            objects: the numbers of its objects, in the order in which they are met.
            needs: takes what is found outside of it.
        """
        try:
            return self._part(objects, needs)
        except (UnusualFileError, RecursionError):
            self._open.clear()
            return None

    def _part(self, objects: list[int], needs: Needs) -> Digested:
        digest = hashlib.sha256()
        at = {b"%d" % number: b"#%d" % place for place, number in enumerate(objects)}
        found: set[int] = set()
        texts: dict[str, list[bytes]] = {kind: [] for kind in (ELEMENT, PAGE, ANNOTATION)}
        streams: list[int] = []
        for number in objects:
            kind, text = self._kinds[number], self._written.text(number)
            texts[kind if kind != OTHER else ELEMENT].append(text)
            digest.update(kind.encode() + b"\0")
            if kind == PAGE:
                for stream in self._contents(text):
                    streams.append(stream)
                    digest.update(hashlib.sha256(self._written.raw(stream)).digest())
            elif kind == ELEMENT and b"/ID " in text:
                for title in ID.findall(text):
                    page = needs.places[title] = self._places.get(title)
                    digest.update(b"@" + (at.get(b"%d" % page, b"#-1") if page is not None else b""))
            elif kind == ANNOTATION:
                targets = _TARGET.findall(text)
                needs.targets.update(targets)
                if any(target not in self._places for target in targets):
                    raise UnusualFileError("a link leads nowhere")
        for kind, several in texts.items():
            names = Names(at, partial(self._noted, needs=needs, found=found, from_annotation=kind == ANNOTATION))
            whole = b"\0".join(several)
            if kind != ELEMENT:
                needs.parents.update((key, self._parents.get(key, b"")) for key in _KEY.findall(whole))
            digest.update(renamed(whole, names, self._parents if kind != ELEMENT else None))
        return Digested(digest.hexdigest(), streams, self._shared(found))

    def _noted(self, number: int, needs: Needs, found: set[int], *, from_annotation: bool) -> bytes:
        name = needs.named[number] = self.outside(number, from_annotation=from_annotation)
        if number in self.below and b"/EF " not in self._written.text(number):  # a file belongs to something elsewhere
            found.add(number)
        return name

    def outside(self, number: int, *, from_annotation: bool = True) -> bytes:
        """What stands in a digest for an object that is not of the part.

        Args:
            number: of the object.
            from_annotation: whether an annotation names it, which may lead to another part.

        Raises:
            UnusualFileError: when it cannot be followed.
        """
        if number in self.frame:
            return b"^" + self.frame[number]
        kind = self._kinds.get(number)
        if kind == PAGE and from_annotation:
            return b"@page"
        if kind is not None:
            raise UnusualFileError("a part names something in another")
        if type_of(self._written.text(number)) == NODE:
            return b"|"
        return self.of(number)

    def is_called(self, number: int, name: bytes) -> bool:
        """Whether something stands in digests for an object that is not of the part."""
        try:
            return self.outside(number) == name
        except (UnusualFileError, RecursionError):
            self._open.clear()
            return False

    def of(self, number: int) -> bytes:
        """The digest of an object with all that it names; of a font, its mark.

        Raises:
            UnusualFileError: when what it names cannot be followed.
        """
        if number in self.deep:
            return self.deep[number]
        if number in self._open or number in self._kinds:
            raise UnusualFileError(f"what object {number} names cannot be followed")
        self._open.add(number)
        text = self._written.text(number)
        if type_of(text) == b"Font" and b"/CIDSystemInfo" not in text:
            mark = TOKEN.sub(lambda found: b"~" if found[2] is not None else found[0], text)
            if self.fonts.setdefault(mark, number) != number:
                raise UnusualFileError("two fonts are called the same")
            digest = b"font" + hashlib.sha256(mark).digest()
        else:
            told = hashlib.sha256(self.within(text))
            if number in self._streams:
                told.update(hashlib.sha256(self._written.raw(number)).digest())
            digest = told.digest()
            self.below[number] = references(text)
        self._open.discard(number)
        self.deep[number] = digest
        return digest

    def within(self, text: bytes) -> bytes:
        """A text with digests in place of what it names.

        Raises:
            UnusualFileError: as `of`.
        """
        return TOKEN.sub(lambda found: self.of(int(found[2])) if found[2] is not None else found[0], text)

    def _shared(self, known: set[int]) -> list[int]:
        """What some objects are made of that is known by their digests, and is judged by itself."""
        found, pending = set(known), list(known)
        while pending:
            for number in self.below[pending.pop()]:
                if number in self.below and number not in found and b"/EF " not in self._written.text(number):
                    found.add(number)
                    pending.append(number)
        return sorted(found)

    def _contents(self, page: bytes) -> list[int]:
        found = re.search(rb"/Contents (?:(\d+) 0 R|\[([^\]]*)\])", page)
        numbers = [] if found is None else [int(found[1])] if found[1] else references(found[2])
        if any(number not in self._streams for number in numbers):
            raise UnusualFileError("a page has contents that are no streams")
        return numbers
