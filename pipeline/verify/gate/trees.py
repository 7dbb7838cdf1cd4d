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
    return Parents(*_read(written, tree, _PARENTS, b"/Nums ["))


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
    values, told = _read(written, tree, pattern, b"/Names [")
    return Named({title: int(leads_to) for title, leads_to in values.items()}, told)


def _read(
    written: Written, tree: Any, pattern: re.Pattern[bytes], begin: bytes
) -> tuple[dict[bytes, bytes], frozenset[int]]:
    """What a tree says, by its keys, and the numbers of those of its nodes in which there is nothing else."""
    found: dict[bytes, bytes] = {}
    told: set[int] = set()
    for number, text in _nodes(written, tree):
        for key, value in _leaves(pattern, text, begin):
            if key in found:
                raise UnusualFileError("a tree has a key twice")
            found[key] = value
        if number and _is_plain(text, begin):
            told.add(number)
    return found, frozenset(told)


def _nodes(written: Written, top: Any) -> Iterator[tuple[int, bytes]]:
    """The nodes of a tree in their order: their numbers (0 for one inside another object), and their texts."""
    if top is None:
        return
    number = identity(top)[0]
    pending, seen = [(number, (written.find(number) or b"") if number else top.unparse())], {number}
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
    pairs_alone = text.startswith(b"<< " + begin + b" ") and b"] /Limits [" not in text  # which are not read
    return (pairs_alone or _BRANCH.fullmatch(text) is not None) and _LONG.search(text) is None


def _leaves(pattern: re.Pattern[bytes], node: bytes, begin: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs in a node of a tree.

    Raises:
        UnusualFileError: when there is something else.
    """
    _, found, pairs_and_end = node.partition(begin + b" ")
    if found and _END.fullmatch(pattern.sub(b"", pairs_and_end)) is None:
        raise UnusualFileError("a tree is not as the press writes it")
    return pattern.findall(pairs_and_end)
