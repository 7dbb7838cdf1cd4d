"""Name trees and number trees (ISO 32000-1, 7.9.6 and 7.9.7) as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.verify.gate.written import UnusualFileError, Written, references

_END = re.compile(rb"\] (?:/Limits \[ [^\[\]]*\] )?>>")


def nodes(written: Written, top: bytes) -> Iterator[bytes]:
    """The texts of the nodes of a tree, in their order.

    Args:
        written: the objects.
        top: the text of the first node.

    Raises:
        UnusualFileError: when a node stands in two places.
    """
    pending, seen = [top], set()
    while pending:
        text = pending.pop()
        yield text
        for kid in reversed(references(text.partition(b"/Kids [")[2])) if b"/Kids [" in text else ():
            if kid in seen:
                raise UnusualFileError("a tree has a node twice")
            seen.add(kid)
            pending.append(written.text(kid))


def leaves(pattern: re.Pattern[bytes], node: bytes, begin: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs in a node of a tree.

    Raises:
        UnusualFileError: when there is something else.
    """
    _, found, pairs_and_end = node.partition(begin + b" ")
    if found and _END.fullmatch(pattern.sub(b"", pairs_and_end)) is None:
        raise UnusualFileError("a tree is not as the press writes it")
    return pattern.findall(pairs_and_end)
