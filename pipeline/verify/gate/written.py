"""The objects of a PDF as text, the way qpdf writes them: to see at once which of them name which others.

A value of pikepdf is looked into entry by entry, and each look costs as much as searching its whole text.
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf

STRING = rb"\((?:[^\\)]|\\.)*\)|<[0-9a-fA-F]*>"
"""A string as qpdf writes it: parentheses in it stand behind a stroke."""

_REFERENCE = re.compile(STRING + rb"|(\d+) (\d+) R", re.DOTALL)


class UnusualFileError(Exception):
    """Something is not as the press writes it; the message says what."""


class Written:
    """The objects of a file by their numbers.

    Args:
        objects: the indirect objects of the file.

    Attributes:
        texts: their texts; of a stream, that of its dictionary.
        streams: the numbers of the streams.

    Raises:
        UnusualFileError: when an object is of a later generation.
    """

    def __init__(self, objects: tuple[Any, ...]) -> None:
        self.texts: dict[int, bytes] = {}
        self.streams: dict[int, Any] = {}
        stream = pikepdf.ObjectType.stream
        for value in objects:
            if type(value) is not pikepdf.Object:
                continue
            number, generation = value.objgen
            if generation:
                raise UnusualFileError("an object has a generation")
            if value._type_code is stream:
                self.streams[number] = value
                value = value.stream_dict
            self.texts[number] = value.unparse(resolved=True)

    def text(self, number: int) -> bytes:
        """The text of an object.

        Raises:
            UnusualFileError: when there is none.
        """
        try:
            return self.texts[number]
        except KeyError:
            raise UnusualFileError(f"there is no object {number}") from None


def references(text: bytes) -> list[int]:
    """The numbers of the objects that a text names, in its order."""
    return [int(number) for number, _ in _REFERENCE.findall(text) if number]
