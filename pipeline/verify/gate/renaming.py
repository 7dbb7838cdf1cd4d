"""Texts of objects with names in place of numbers: the same for objects that say the same in another file."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.verify.gate.written import STRING, named

TOKEN = re.compile(rb"(" + STRING + rb")|(\d+) \d+ R|/StructParents? (\d+)", re.DOTALL)
"""A string, the name of an object, or a key of the parent tree."""


class Names(dict[bytes, bytes]):
    """What stands in a digest for the numbers of objects.

    Args:
        own: of the objects of the part.
        outside: of others, by their numbers.
    """

    def __init__(self, own: dict[bytes, bytes], outside: Callable[[int], bytes]) -> None:
        super().__init__(own)
        self.outside = outside

    def __missing__(self, number: bytes) -> bytes:
        name = self[number] = self.outside(int(number))
        return name


def renamed(text: bytes, names: Names, parents: Mapping[bytes, bytes] | None = None) -> bytes:
    """A text with names in place of numbers, and with what the parent tree says in place of its keys.

    Args:
        text: of any number of objects.
        names: the names.
        parents: what the parent tree says; None when the objects have no such keys, as elements have none.
    """
    pieces: list[Any]
    if parents is None and (cut := named(text)) is not None:
        heads, rest = cut
        pieces = [[head for head, _ in heads], [names[number] for _, number in heads], rest]
    else:
        pieces = TOKEN.split(text)
        pieces[2::4] = [names[number] if number else b"" for number in pieces[2::4]]
        pieces[3::4] = [key and renamed(parents.get(key, b""), names) if parents else key for key in pieces[3::4]]
    return marshal.dumps(pieces, 2)  # a version in which equal values give equal bytes
