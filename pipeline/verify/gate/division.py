"""A file in parts, as values (see `parts`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Trees:
    """What the trees of a file say, by their keys as they are written and in their order, when the file is in parts.

    Attributes:
        parents: the parent tree: what it says, as it is written.
        ids: the id tree: the numbers of the elements.
        places: the named destinations: the numbers of the pages.
        told: the numbers of the objects that say nothing else.
    """

    parents: Mapping[bytes, bytes] = field(default_factory=dict)
    ids: Mapping[bytes, int] = field(default_factory=dict)
    places: Mapping[bytes, int] = field(default_factory=dict)
    told: frozenset[int] = frozenset()


@dataclass(slots=True)
class Part:
    """A part of a file.

    Attributes:
        roots: the numbers of the elements that it begins with.
        pages: the numbers of the objects of its pages.
        objects: the numbers of its objects, in the order in which they are met.
        streams: the numbers of the contents of its pages.
        shared: the numbers of what it names that is not its own, but is known by its key: all but fonts.
        whole: whether all of it can be left out.
        digest: of all that the clauses look at in it; "" when it cannot be told.
        key: what it is kept under; "" when it cannot be kept.
    """

    roots: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    streams: list[int] = field(default_factory=list)
    shared: list[int] = field(default_factory=list)
    whole: bool = True
    digest: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Division:
    """A file in parts.

    Attributes:
        parts: the parts.
        fonts: its fonts by their marks, by which they are known whatever glyphs they have.
        trees: what its trees say.
        to_keep: gives what is to be known of its stretches when they are met again (see `settled`), with its keys.
    """

    parts: tuple[Part, ...]
    fonts: dict[bytes, int]
    trees: Trees
    to_keep: Callable[[], Iterable[tuple[str, bytes]]] = tuple


@dataclass(frozen=True, slots=True)
class Use:
    """What is shown in a font where nobody looks.

    Attributes:
        font: its dictionary.
        page: the number of the first page with text in it.
        order: how many fonts are met on that page before it.
        strings, visible: the strings shown in it (see `typefaces.Typeface`).
    """

    font: Any
    page: int
    order: int
    strings: tuple[bytes, ...]
    visible: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Parts of a file that were found to be sound before (see `parts`).

    Attributes:
        roots: the numbers of the structure elements that they begin with.
        pages: the numbers of their pages.
        objects: the numbers of their objects.
        uses: what they show.
        trees: what the trees of the file say, so that what they name need not be read.
    """

    roots: frozenset[int] = frozenset()
    pages: frozenset[int] = frozenset()
    objects: frozenset[int] = frozenset()
    uses: tuple[Use, ...] = ()
    trees: Trees = Trees()


def numbers_of(parts: Iterable[Part]) -> frozenset[int]:
    """The numbers of all objects of some parts, with the contents of their pages and what they share with others."""
    return frozenset(number for part in parts for number in (*part.objects, *part.streams, *part.shared))
