"""What a signature holds: the outline of a PKCS #7 object (RFC 2315, 9; X.690), and no more of it than is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_SET, _CONTENT, _CERTIFICATES = 0x31, 0xA0, 0xA0


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed and by whom.

    Attributes:
        certificates: how many there are.
        signers: how many signed.
    """

    certificates: int
    signers: int


def signed(data: bytes) -> Signed | None:
    """Read a SignedData object; None when it is none."""
    try:
        _, outer, _ = _value(data, 0)
        parts = list(_values(outer))
        inner = next(body for tag, body in parts if tag == _CONTENT)
        _, body, _ = _value(inner, 0)
        fields = list(_values(body))
    except (ValueError, StopIteration, IndexError):
        return None
    sets = [content for tag, content in fields if tag == _SET]
    if len(sets) < 2:  # of digest algorithms, and of signers
        return None
    try:
        held = [len(list(_values(content))) for tag, content in fields if tag == _CERTIFICATES]
        return Signed(sum(held), len(list(_values(sets[-1]))))
    except (ValueError, IndexError):
        return None


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, body, at = _value(data, at)
        yield tag, body


def _value(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, content and end of a value with a definite length."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        raise ValueError("the length is not said")
    if length > 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if start + length > len(data):
        raise ValueError("it is longer than the data")
    return tag, data[start : start + length], start + length
