"""A file in parts, as values (see `parts`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Part:
    """A part of a file.

    Attributes:
        roots: the numbers of the elements that it begins with.
        pages: the numbers of the objects of its pages.
        objects: the numbers of its objects, in the order in which they are met.
        streams: the numbers of the contents of its pages.
        whole: whether all of it can be left out.
        key: what it is kept under; "" when it cannot be kept.
    """

    roots: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    streams: list[int] = field(default_factory=list)
    whole: bool = True
    key: str = ""


@dataclass(frozen=True, slots=True)
class Division:
    """A file in parts.

    Attributes:
        parts: the parts.
        fonts: its fonts by their marks, by which they are known whatever glyphs they have.
    """

    parts: tuple[Part, ...]
    fonts: dict[bytes, int]


def numbers_of(parts: Iterable[Part]) -> frozenset[int]:
    """The numbers of all objects of some parts, the contents of their pages among them."""
    return frozenset(number for part in parts for number in (*part.objects, *part.streams))
