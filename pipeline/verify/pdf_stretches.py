"""Read what there is to know of each page but what it paints; of a stretch of the file that is the same, it is known.

The press writes a stretch for each chapter (see `gate.cutting`). What is known of its pages is kept when all that they
are made from stands in it, but for fonts, which many chapters share: of these it is noted what they have to be.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache as once
from pathlib import Path
from typing import Any

import pikepdf

from pipeline.cache import Cache, key_of
from pipeline.verify.gate.cutting import cut
from pipeline.verify.gate.written import Stretch, UnusualFileError, Written, named, references
from pipeline.verify.pdf_page import Box, common
from pipeline.verify.pdf_places import Link, bleed_of, box_of, item_of, links_of
from pipeline.verify.pdf_sheet import Key, Sheet, Sheets
from pipeline.verify.version import digest_of_comparison

_PARENT = re.compile(rb"/Parent \d+ 0 R ")
_INHERITED = ("/MediaBox", "/Resources", "/CropBox", "/Rotate")  # ISO 32000-2, table 31; qpdf writes them into pages


@dataclass(frozen=True, slots=True)
class BarePage:
    """A page without what it paints.

    Attributes:
        sheet: what it is made from; that of a page that was known has no streams.
        box: the rectangle that is shown of it, and left when it is cut.
        bleed: up to where it bleeds, if it does.
        links: on it.
    """

    sheet: Sheet
    box: Box
    bleed: Box | None
    links: tuple[Link, ...]


Fonts = dict[int, dict[str, str]]
"""Of the dictionaries of fonts, by their numbers: the digests of the fonts that content may name, by their names."""


@dataclass(frozen=True, slots=True)
class _KnownPage:
    """A page of a stretch.

    Attributes:
        bare: the page, with no fonts and the links of a page with the number 0.
        keys: what it has; it would have more if it inherited something now.
        fonts: where the fonts that it names stand, by their digests: the number of their dictionary, and the name.
    """

    bare: BarePage
    keys: frozenset[str]
    fonts: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Known:
    """The pages of a stretch, by the numbers of their objects.

    Attributes:
        pages: the pages.
        names: all that their content names.
        fonts: what of these the dictionaries of fonts have.
    """

    pages: Mapping[int, _KnownPage]
    names: frozenset[bytes]
    fonts: Fonts


class BarePages:
    """The pages of a file without what they paint.

    Args:
        pdf: the file, as qpdf has it.
        data: its bytes.
        cache: keeps what is known of stretches.
        sheets: tells what pages are made from.

    Attributes:
        all: the pages in their order.
    """

    def __init__(self, pdf: pikepdf.Pdf, data: bytes, cache: Cache, sheets: Sheets) -> None:
        self._pdf, self._cache, self._sheets = pdf, cache, sheets
        self._pages: list[Any] = list(pdf.pages)
        self._numbers: dict[Key, int] = {page.objgen: number for number, page in enumerate(self._pages)}
        self._written = _written(pdf, data)
        self._new: list[tuple[Stretch, list[int], frozenset[bytes]]] = []
        found: dict[int, BarePage] = {}
        for stretch, pages in self._by_stretch():
            known = self._known(stretch)
            if known is None or not self._holds(known, pages):
                found |= self._read(stretch, pages)
            else:
                found |= self._recalled(known, pages)
        found |= {number: self._page(number) for number in range(len(self._pages)) if number not in found}
        self.all = tuple(found[number] for number in range(len(self._pages)))

    def keep(self) -> None:
        """Keep what was read; for the caller who knows that no reader complains about the file."""
        for stretch, pages, names in self._new:
            known = self._to_keep(stretch, pages, names)
            if known is not None:
                self._cache.put(_key(stretch), pickle.dumps(known, pickle.HIGHEST_PROTOCOL))

    def _by_stretch(self) -> Iterator[tuple[Stretch, list[int]]]:
        """The stretches that have pages, and which."""
        pages = {objgen[0]: number for objgen, number in self._numbers.items()}
        for stretch in self._written.stretches if self._written is not None else ():
            here = pages.keys() & stretch.numbers
            if here:
                yield stretch, sorted(pages[number] for number in here)

    # ------------------------------------------------------------ what is read

    def _page(self, number: int) -> BarePage:
        page = self._pages[number]
        box = common(box_of(page.cropbox), box_of(page.trimbox))
        links = tuple(links_of(page, number, self._numbers))
        return BarePage(self._sheets.of(page), box, bleed_of(page, box), links)

    def _read(self, stretch: Stretch, pages: list[int]) -> dict[int, BarePage]:
        self._sheets.met.clear()
        found = {number: self._page(number) for number in pages}
        self._new.append((stretch, pages, frozenset(self._sheets.met)))
        return found

    def _to_keep(self, stretch: Stretch, pages: list[int], names: frozenset[bytes]) -> _Known | None:
        """What is to be kept of a stretch; None when its pages are made from something else, too."""
        bare = {number: self.all[number] for number in pages}
        if any(b"#" in name for name in names) or not all(page.sheet.digest for page in bare.values()):
            return None
        if any(link.broken or not (link.name or link.uri) for page in bare.values() for link in page.links):
            return None
        holders = self._outside(stretch, pages)
        if holders is None:
            return None
        fonts = {number: self._fonts_in(number, names) for number in holders}
        places: dict[Key, tuple[int, str]] = {}
        for holder, named_fonts in fonts.items():
            for name in named_fonts:
                places.setdefault(self._pdf.get_object(holder, 0)[name].objgen, (holder, name))
        known: dict[int, _KnownPage] = {}
        for number, page in bare.items():
            if any(font.objgen not in places for font in page.sheet.fonts.values()):
                return None
            at = {digest: places[font.objgen] for digest, font in page.sheet.fonts.items()}
            alone = replace(
                page,
                sheet=replace(page.sheet, streams=(), fonts={}),
                links=tuple(replace(link, page=0) for link in page.links),
            )
            known[self._pages[number].objgen[0]] = _KnownPage(alone, self._keys(number), at)
        return _Known(known, names, fonts)

    def _outside(self, stretch: Stretch, pages: list[int]) -> set[int] | None:
        """The dictionaries of fonts outside of a stretch that its pages have; None when they have more from there."""
        assert self._written is not None, "it is cut into stretches"
        own, found = frozenset(stretch.numbers), set[int]()
        keys = {self._pages[page].objgen[0]: self._keys(page) for page in pages}
        pending, seen = list(keys), set(keys)
        try:
            while pending:
                number = pending.pop()
                text = self._written.text(number)
                if number in keys:
                    if any((key in keys[number]) != (f"{key} ".encode() in text) for key in _INHERITED):
                        return None
                    text = _PARENT.sub(b"", text)
                for name, other in _named(text):
                    if other in seen or (other, 0) in self._numbers:  # an annotation names the page that it is on
                        continue
                    if other in own:
                        seen.add(other)
                        pending.append(other)
                    elif name == b"/Font":
                        found.add(other)
                    else:
                        return None
        except UnusualFileError:
            return None
        return found

    def _keys(self, page: int) -> frozenset[str]:
        return frozenset(map(str, self._pages[page].obj.keys()))

    # ------------------------------------------------------------ what is known

    def _known(self, stretch: Stretch) -> _Known | None:
        stored = self._cache.get(_key(stretch))
        if stored is None:
            return None
        known: _Known = pickle.loads(stored)  # noqa: S301  # our own
        return known

    def _holds(self, known: _Known, pages: list[int]) -> bool:
        """Whether the pages are the same, and inherit and find in their fonts what they did."""
        here = {self._pages[number].objgen[0]: self._keys(number) for number in pages}
        return here == {number: page.keys for number, page in known.pages.items()} and all(
            self._fonts_in(holder, known.names) == fonts for holder, fonts in known.fonts.items()
        )

    def _recalled(self, known: _Known, pages: list[int]) -> Iterator[tuple[int, BarePage]]:
        for number in pages:
            page = known.pages[self._pages[number].objgen[0]]
            fonts = {digest: self._pdf.get_object(at, 0)[name] for digest, (at, name) in page.fonts.items()}
            links = tuple(Link(number, link.box, link.name, link.uri) for link in page.bare.links)
            yield number, replace(page.bare, sheet=replace(page.bare.sheet, fonts=fonts), links=links)

    def _fonts_in(self, holder: int, names: frozenset[bytes]) -> dict[str, str]:
        """The digests of the fonts in a dictionary that some content may name; "" for what is none."""
        fonts = self._pdf.get_object(holder, 0)
        if not isinstance(fonts, pikepdf.Dictionary):
            return {"": ""}
        wanted = {str(name) for name in fonts if str(name)[1:].encode("utf-8", "surrogateescape") in names}
        return {name: self._sheets.digest_of(item_of(fonts, name)) for name in sorted(wanted)}


def _written(pdf: pikepdf.Pdf, data: bytes) -> Written | None:
    try:
        return cut(data, pdf.get_xref_table())
    except UnusualFileError:
        return None


def _named(text: bytes) -> Iterator[tuple[bytes, int]]:
    """The numbers of the objects that a text names, and the key before each; b"" where it is not plain which."""
    heads = named(text)
    for place, number in enumerate(references(text)):
        yield heads[0][place][0].rpartition(b" ")[2] if heads is not None else b"", number


def _key(stretch: Stretch) -> str:
    return key_of("pages of a stretch", _readers(), stretch.key)


@once
def _readers() -> str:
    gate = Path(__file__).parent / "gate"
    return key_of(digest_of_comparison(), *((gate / name).read_bytes() for name in ("cutting.py", "written.py")))
