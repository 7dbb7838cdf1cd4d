"""A finished PDF divided into portions that can be compared with the document one by one: chapters with their pages.

A portion is known by all that decides about it: its chapters as they were sent to print, and its pages, with what
they are made from, what they are called, where links on them lead, and what leads to them.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape

from pipeline.cache import key_of
from pipeline.document import Chapter, Document
from pipeline.verify.pdf_file import OpenPdf, PdfFile, painted
from pipeline.verify.pdf_kept import ReadPage
from pipeline.verify.pdf_places import Destination
from pipeline.verify.pdf_strands import in_order_of_print
from pipeline.verify.pdf_words import CONTENTS
from pipeline.verify.version import digest_of_comparison

_SOURCE = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PICTURE = re.compile(r"<\s*img\b")


@dataclass(frozen=True, slots=True)
class Portion:
    """Chapters with their pages.

    Attributes:
        chapters: in the order of print; None for the contents. What stands before the first chapter has none.
        first, last: the pages.
    """

    chapters: tuple[Chapter | None, ...]
    first: int
    last: int

    def __add__(self, other: Portion) -> Portion:
        """With the one behind it."""
        return Portion((*self.chapters, *other.chapters), self.first, other.last)


def divide(document: Document, pdf: PdfFile) -> tuple[Portion, ...] | None:
    """Divide a file where chapters begin; None when their destinations do not say where that is, in order.

    Chapters that begin on one page belong together. That nothing of a chapter stands on the page on which the next
    one begins is not known here; who finds a chapter incomplete on its pages has to look further.
    """
    if not document.contents:
        return None  # what they list would be counted in no portion
    found: list[Portion] = []
    first = 0
    for chapter in in_order_of_print(document):
        ids = [CONTENTS] if chapter is None else [chapter.id, *([chapter.part.id] if chapter.part else ())]
        begins = min((at.page for id in ids if (at := pdf.destinations.get(id))), default=-1)
        if begins < first:
            return None
        if found and begins == first:
            found[-1] = replace(found[-1], chapters=(*found[-1].chapters, chapter))
            continue
        if begins > first:
            found[-1:] = [replace(found[-1], last=begins - 1)] if found else [Portion((), 0, begins - 1)]
        found.append(Portion((chapter,), begins, len(pdf.pages) - 1))
        first = begins
    return tuple(found) or None


class Portions:
    """The portions of a file, as what is to be looked at alone.

    Args:
        file: the file.
        document: what was sent to print.
    """

    def __init__(self, file: OpenPdf, document: Document) -> None:
        self._file = file
        self._document = document
        self._targets: dict[int, dict[str, float | None]] = defaultdict(dict)
        for name, at in file.bare.destinations.items():
            self._targets[at.page][name] = at.top
        self._context = key_of(
            "portion of a PDF", digest_of_comparison(), repr((_shared(document.imprint.lang, document), document.words))
        )

    def key(self, portion: Portion) -> str:
        """By what it is known; "" where that cannot be told."""
        bare = self._file.bare
        digest = hashlib.sha256()
        for number in range(portion.first, portion.last + 1):
            page, sheet = bare.pages[number], self._file.pages.sheets[number]
            if not sheet.digest:
                return ""
            links = [(link.box, link.name, link.uri, link.broken) for link in bare.links[number]]
            targets = sorted(self._targets[number].items())
            digest.update(
                repr((sheet.digest, page.label, page.box, page.bleed, links, targets)).encode(
                    "utf-8", "backslashreplace"
                )
            )
        return key_of(self._context, digest.digest(), *self._written(portion))

    def document_of(self, portion: Portion) -> Document:
        """The document with nothing but the chapters of a portion; with the lists of the contents where these are."""
        listed = self._document if None in portion.chapters else None
        return replace(
            self._document,
            chapters=tuple(chapter for chapter in portion.chapters if chapter is not None),
            contents=listed.contents if listed else (),
            figures=listed.figures if listed else (),
            tables=listed.tables if listed else (),
        )

    def file_of(self, portion: Portion, sheets: tuple[ReadPage, ...]) -> PdfFile:
        """The file with nothing but the pages of a portion, numbered from 0, and what leads to them."""
        bare, first = self._file.bare, portion.first
        numbers = range(first, portion.last + 1)
        return replace(
            bare,
            pages=tuple(painted(bare.pages[number], sheet) for number, sheet in zip(numbers, sheets, strict=True)),
            destinations={
                name: Destination(number - first, top)
                for number in numbers
                for name, top in self._targets[number].items()
            },
            links=tuple(tuple(replace(link, page=number - first) for link in bare.links[number]) for number in numbers),
            outline=(),
        )

    def _written(self, portion: Portion) -> Iterator[str]:
        for chapter in portion.chapters:
            if chapter is None:
                yield repr((self._document.contents, self._document.figures, self._document.tables))
            else:
                yield repr(chapter)
                yield from self._drawings(chapter)

    def _drawings(self, chapter: Chapter) -> Iterator[str]:
        """The digests of the drawings in a chapter; of all that there are, where it is not plain which."""
        markup = "\n".join((chapter.title, chapter.lead, chapter.html, *(note.html for note in chapter.notes)))
        named = [unescape(one or other) for one, other in _SOURCE.findall(markup)]
        if len(named) != len(_PICTURE.findall(markup)) or not self._pictures.keys() >= set(named):
            named = sorted(self._pictures)
        for name in named:
            yield from (name, self._pictures[name])

    @cached_property
    def _pictures(self) -> Mapping[str, str]:
        """The digests of all pictures by the names that markup has for them."""
        return {
            asset.href: hashlib.sha256(f"{asset.media_type} ".encode() + asset.data).hexdigest()
            for asset in self._document.assets
        }


def _shared(lang: str, document: Document) -> tuple[str, ...]:
    """What of the facts about a report is compared with every page of it."""
    return lang, document.imprint.title, document.imprint.short_title
