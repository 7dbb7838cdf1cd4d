"""Name trees and number trees (ISO 32000-1, 7.9.6 and 7.9.7) as they are written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.verify.gate.values import identity
from pipeline.verify.gate.written import STRING, UnusualFileError, Written, references

_END = re.compile(rb"\] (?:/Limits \[ [^\[\]]*\] )?>>")
_PARENTS = re.compile(rb"(\d+) (\[ (?:(?:\d+ 0 R|null) )*\]|\d+ 0 R) ")
_PLACE = re.compile(rb"(" + STRING + rb") \[ (\d+) 0 R (?:/\w+ )?(?:(?:[-.\d]+|null) )*\] ", re.DOTALL)
_BRANCH = re.compile(rb"<< /Kids \[ (?:\d+ 0 R )*\] >>")
_LONG = re.compile(rb"\d{10}|/\w{100}|\((?:[^\\)]|\\.){9999}|<[0-9a-fA-F]{9999}", re.DOTALL)
_NAMED = re.compile(rb"(" + STRING + rb") (\d+) 0 R ", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name tree says.

    Attributes:
        numbers: of the objects that it leads to, by the names as they are written.
        told: the numbers of those of its nodes in which there is nothing else.
    """

    numbers: dict[bytes, int]
    told: frozenset[int]


@dataclass(frozen=True, slots=True)
class Parents:
    """What the parent tree says.

    Attributes:
        values: by its keys, both as they are written.
        told: as in `Named`.
    """

    values: dict[bytes, bytes]
    told: frozenset[int]


def parents_in(written: Written, tree: Any) -> Parents:
    """What the parent tree says.

    Args:
        written: the objects of the file.
        tree: its first node, as qpdf reads it; None when there is none.

    Raises:
        UnusualFileError: when it is not as the press writes it, or has a key twice.
    """
    found: dict[bytes, bytes] = {}
    told: set[int] = set()
    for number, text in _nodes(written, tree):
        for key, value in _leaves(_PARENTS, text, b"/Nums ["):
            if key in found:
                raise UnusualFileError("the parent tree has a key twice")
            found[key] = value
        if _is_plain(text, b"/Nums ["):
            told.add(number)
    return Parents(found, frozenset(told - {0}))


def places_in(written: Written, tree: Any, pages: Collection[int]) -> Named:
    """The named destinations, each of which is a place on a page.

    Args:
        written: the objects of the file.
        tree: its first node, as qpdf reads it; None when there is none.
        pages: the numbers of the pages.

    Raises:
        UnusualFileError: when it is not as the press writes it, has a name twice, or leads to no page.
    """
    found = _named(written, tree, _PLACE)
    if not all(page in pages for page in found.numbers.values()):
        raise UnusualFileError("a named place is on no page")
    return found


def ids_in(written: Written, tree: Any) -> Named:
    """What the id tree says, given as to `parents_in`."""
    return _named(written, tree, _NAMED)


def _named(written: Written, tree: Any, pattern: re.Pattern[bytes]) -> Named:
    numbers: dict[bytes, int] = {}
    told: set[int] = set()
    for number, text in _nodes(written, tree):
        for title, leads_to in _leaves(pattern, text, b"/Names ["):
            if title in numbers:
                raise UnusualFileError("a tree has a name twice")
            numbers[title] = int(leads_to)
        if _is_plain(text, b"/Names ["):
            told.add(number)
    return Named(numbers, frozenset(told - {0}))


def _nodes(written: Written, top: Any) -> Iterator[tuple[int, bytes]]:
    """The nodes of a tree in their order: their numbers (0 for one inside another object), and their texts."""
    if top is None:
        return
    number = identity(top)[0]
    pending, seen = [(number, written.texts.get(number, b"") if number else top.unparse())], {number}
    while pending:
        number, text = pending.pop()
        yield number, text
        for kid in reversed(references(text.partition(b"/Kids [")[2])) if b"/Kids [" in text else ():
            if kid in seen:
                raise UnusualFileError("a tree has a node twice")
            seen.add(kid)
            pending.append((kid, written.text(kid)))


def _is_plain(text: bytes, begin: bytes) -> bool:
    """Whether a node that `_leaves` has read has nothing but pairs, or nothing but kids, and all of a usual size."""
    whole = text.startswith(b"<< " + begin + b" ") or _BRANCH.fullmatch(text) is not None
    return whole and _LONG.search(text) is None


def _leaves(pattern: re.Pattern[bytes], node: bytes, begin: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs in a node of a tree.

    Raises:
        UnusualFileError: when there is something else.
    """
    _, found, pairs_and_end = node.partition(begin + b" ")
    if found and _END.fullmatch(pattern.sub(b"", pairs_and_end)) is None:
        raise UnusualFileError("a tree is not as the press writes it")
    return pattern.findall(pairs_and_end)
