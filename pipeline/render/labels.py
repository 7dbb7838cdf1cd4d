"""What pages are called: roman and arabic numerals, and the labels of a whole PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pydyf

from pipeline.index import roman as capitals


def roman(number: int) -> str:
    """A number in small roman numerals."""
    return capitals(number).lower()


def page_labels(labels: Sequence[str]) -> bytes:
    """The labels as a number tree, in ranges of one style each (ISO 32000-2, 12.4.2).

    Words stand one by one, numerals as a run with its first number.
    """
    ranges: list[bytes] = []
    expected = ""
    for index, label in enumerate(labels):
        style, value = _numeral(label)
        if not style:
            ranges.append(b"%d<</P %s>>" % (index, bytes(pydyf.String(label).data)))
            expected = ""
        else:
            if label != expected or not ranges:
                ranges.append(b"%d<</S/%s/St %d>>" % (index, style, value))
            expected = roman(value + 1) if style == b"r" else str(value + 1)
    return b"<</Nums[" + b"".join(ranges) + b"]>>"


def _numeral(label: str) -> tuple[bytes, int]:
    if label.isdecimal():
        return b"D", int(label)
    number = _ROMAN.get(label, 0)
    return (b"r", number) if number else (b"", 0)


_ROMAN: Mapping[str, int] = {roman(number): number for number in range(1, 400)}
