"""A PDF opened for the gate: its objects as qpdf reads them, its bytes, its metadata.

Values come from files of strangers: nothing is expected to be there or to be of the type that the standard says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import pikepdf
from lxml import etree

from pipeline.cache import Cache
from pipeline.verify.gate.cutting import cut
from pipeline.verify.gate.division import LeftOut, Trees
from pipeline.verify.gate.settled import EVERYWHERE
from pipeline.verify.gate.values import entry, holders_in, kind_of
from pipeline.verify.gate.written import UnusualFileError, Written, unparsed

_STREAM_WORD = re.compile(rb"(?:^|\W)stream\r?\n")
_MOST_OBJECTS = 3_000_000


class NotReadableError(Exception):
    """The file cannot be read; the message says why."""


@dataclass(slots=True)
class Page:
    """A page and its number, from 1."""

    number: int
    object: Any

    @property
    def where(self) -> str:
        """Its place, for a message."""
        return f"page {self.number}"


Found = TypeVar("Found")


def once(find: Callable[[Opened], Found]) -> Callable[[Opened], Found]:
    """Keep with a file what a function finds in it, until the file is looked at anew."""

    @wraps(find)
    def found(file: Opened) -> Found:
        kept = file.kept.get(find)
        if kept is None:
            around, file.asks_for_parts = file.asks_for_parts, False
            try:
                kept = find(file), file.asks_for_parts
            finally:
                file.asks_for_parts |= around
            file.kept[find] = kept
        elif kept[1]:
            file.asks_for_parts = True
        value: Found = kept[0]
        return value

    return found


class Opened:
    """A PDF for the gate to look at.

    Clauses look at `looked_at`, `objects` and `dictionaries`, at the structure and at what is painted; parts that are
    left out are in none of them. `pages` are all of its pages, and `everywhere` looks at all of its objects.

    Attributes:
        pdf: the file as qpdf reads it.
        root: its catalog.
        kept: what was found in it (see `once`).
        asks_for_parts: whether something was asked, since this was last set, whose answer is another one when other
            parts are left out.

    Args:
        path: the file.
        cache: where what is read of its content streams is kept; None keeps nothing.

    Raises:
        NotReadableError: when it cannot be opened, or only with a password.
    """

    pdf: pikepdf.Pdf
    root: Any

    def __init__(self, path: Path, cache: Cache | None = None) -> None:
        self.path = path
        self.cache = cache
        self.kept: dict[Any, tuple[Any, bool]] = {}
        self.asks_for_parts = False
        self._left_out = LeftOut()
        try:
            self.data = path.read_bytes()
        except OSError as error:
            raise NotReadableError(f"it cannot be opened: {error}") from error
        self._open()
        if cache is None and len(self.pdf.objects) > _MOST_OBJECTS:
            raise NotReadableError(f"it has {len(self.pdf.objects):,} objects")

    def _open(self) -> None:
        try:
            self.pdf = pikepdf.open(self.path, suppress_warnings=True)
        except pikepdf.PasswordError as error:
            raise NotReadableError("it is encrypted and asks for a password") from error
        except (pikepdf.PdfError, OSError) as error:
            raise NotReadableError(f"it cannot be opened: {error}") from error
        self.root = self.pdf.Root
        if not isinstance(self.root, pikepdf.Dictionary):
            raise NotReadableError("it has no catalog")

    def look_past(self, left_out: LeftOut) -> None:
        """Forget what was found.

        Args:
            left_out: what need not be looked at from now on.
        """
        self.kept.clear()
        self._left_out = left_out

    def look_anew(self, left_out: LeftOut) -> None:
        """Forget what was found, and what qpdf has read; what it had to say it will say again.

        Values of the file from before are no longer those of the file.

        Args:
            left_out: what need not be looked at from now on.

        Raises:
            NotReadableError: when it can no longer be opened.
        """
        self.look_past(left_out)
        del self.root, self.pdf
        self._open()

    @property
    def left_out(self) -> LeftOut:
        """What need not be looked at."""
        self.asks_for_parts = True
        return self._left_out

    @property
    def trees(self) -> Trees:
        """What its trees say, when it is known: the same whatever is left out."""
        return self._left_out.trees

    @cached_property
    def ids(self) -> dict[str, int]:
        """The numbers of the elements in its id tree, when it is known what its trees say."""
        return {str(pikepdf.Object.parse(written)): number for written, number in self.trees.ids.items()}

    @property
    @once
    def pages(self) -> tuple[Page, ...]:
        """The pages in their order."""
        found: list[Any] = list(self.pdf.pages)
        return tuple(Page(number, page.obj) for number, page in enumerate(found, 1))

    @property
    @once
    def looked_at(self) -> tuple[Page, ...]:
        """The pages that are looked at."""
        left = self.left_out.pages
        return tuple(page for page in self.pages if page.number not in left)

    @cached_property
    def written(self) -> Written:
        """The objects as they are written, or, after `write_anew`, as qpdf would write them.

        Raises:
            UnusualFileError: when they are not told apart by their numbers alone.
        """
        return cut(self.data, self.pdf.get_xref_table())

    def write_anew(self) -> None:
        """Have qpdf write the objects, with their entries in order.

        Raises:
            UnusualFileError: as `written`, and when qpdf complains about them.
        """
        self.__dict__["written"] = self._unparsed()

    def _unparsed(self) -> Written:
        written = unparsed(self.pdf.objects, lambda number: self.pdf.get_object(number, 0).read_raw_bytes())
        if self.pdf.get_warnings():  # it has to say so again to whoever judges the file
            self.look_anew(LeftOut())
            raise UnusualFileError("qpdf complains about objects")
        return written

    @property
    @once
    def count(self) -> int:
        """How many indirect objects there are, those of parts that are left out among them."""
        return len(self.written.numbers) if self.left_out.objects else len(self.objects)

    @property
    @once
    def objects(self) -> tuple[Any, ...]:
        """The indirect objects that are looked at, by their numbers.

        When parts are left out, those are not among them of which `trees` says all that they say.
        """
        if not self.left_out.objects:
            return tuple(item for item in self.pdf.objects if item is not None)
        return tuple(self.pdf.get_object(number, 0) for number in _numbers(self))

    @property
    @once
    def streams(self) -> tuple[Any, ...]:
        """Those of the objects that are streams."""
        if not self.left_out.objects:
            return tuple(item for item in self.objects if kind_of(item) is pikepdf.ObjectType.stream)
        numbers = sorted(self.written.streams - self.left_out.objects)
        return tuple(self.pdf.get_object(number, 0) for number in numbers)

    @property
    @once
    def texts(self) -> tuple[bytes, ...]:
        """The texts of the objects that are looked at, when parts are left out: otherwise they may not be known."""
        return tuple(self.written.text(number) for number in _numbers(self)) if self.left_out.objects else ()

    @property
    def dictionaries(self) -> tuple[Any, ...]:
        """All dictionaries and streams, also those inside other objects."""
        return _dictionaries(self)[0]

    def having(self, *keys: str) -> tuple[Any, ...]:
        """The dictionaries and streams that have an entry of one of these keys, in the order of all."""
        if self.left_out.objects:
            found: set[int] = set()
            for word in [f"{key} ".encode() for key in keys]:
                found.update([at for at, text in enumerate(self.texts) if word in text])
            holders, places = holders_in(*[self.objects[at] for at in sorted(found)])
        else:
            holders, places = _dictionaries(self)
        return tuple(holders[at] for at in sorted({at for key in keys for at in places.get(key, ())}))

    def everywhere(self, key: str) -> list[Any]:
        """All values of a key, in parts that are left out, too."""
        found = [entry(value, key) for value in self.having(key)]
        written = f"{key} ".encode()
        assert written in EVERYWHERE, "or it may stand in a stretch that is not read"
        for number in self.written.having(written) if self.left_out.objects else ():
            if number in self.left_out.objects:
                holders, _ = holders_in(self.pdf.get_object(number, 0))
                found += [entry(value, key) for value in holders if entry(value, key) is not None]
        return found

    @cached_property
    def version(self) -> str:
        """The version that the header says, "1.7"; "" when there is none."""
        found = re.match(rb"%PDF-(\d\.\d)", self.data[:1024])
        return found[1].decode() if found else ""

    @cached_property
    def bytes_outside_streams(self) -> bytes:
        """The file with blanks in place of what streams hold, so that it can be searched."""
        cut: list[bytes] = []
        at = start = 0
        while (word := self.data.find(b"stream", start)) >= 0:
            start = word + 6
            found = _STREAM_WORD.match(self.data, max(word - 1, 0))
            if found is None:
                continue
            end = self.data.find(b"endstream", found.end())
            if end < 0:
                break
            cut += [self.data[at : found.end()], b" "]
            at = start = end
        return b"".join((*cut, self.data[at:]))

    @property
    @once
    def metadata(self) -> bytes | None:
        """The XMP packet, or None."""
        stream = entry(self.root, "/Metadata")
        if not isinstance(stream, pikepdf.Stream):
            return None
        try:
            return stream.read_bytes()
        except pikepdf.PdfError:
            return None

    @property
    @once
    def xmp(self) -> etree._Element | None:
        """The RDF of the packet, or None when there is none that can be read."""
        return rdf_of(self.metadata) if self.metadata is not None else None

    def said(self, namespace: str, local: str) -> list[str]:
        """The values of a property in the metadata, as element or as attribute."""
        if self.xmp is None:
            return []
        wanted = f"{{{namespace}}}{local}"
        found: list[str] = []
        for about in self.xmp.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"):
            if wanted in about.attrib:
                found.append(str(about.attrib[wanted]))
            found += [" ".join("".join(map(str, value.itertext())).split()) for value in about.findall(wanted)]
        return found


def rdf_of(packet: bytes) -> etree._Element | None:
    """The RDF of a packet of XMP, or None when there is none that can be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
    return tree if tree.tag == rdf else next(tree.iter(rdf), None)


@once
def _numbers(file: Opened) -> tuple[int, ...]:
    """The numbers of the objects that are looked at, when it is known how they are written."""
    left = file.left_out.objects | file.trees.told
    numbers = (number for number in file.written.numbers if number not in left)
    return tuple(number for number in numbers if file.written.text(number) != b"null")


@once
def _dictionaries(file: Opened) -> tuple[tuple[Any, ...], dict[str, list[int]]]:
    """All dictionaries, and the places among them of those that have a key."""
    return holders_in(*file.objects)
