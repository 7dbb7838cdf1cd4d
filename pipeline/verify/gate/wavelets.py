"""What a JPEG 2000 picture says of itself (ISO/IEC 15444-1, annex I)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import pikepdf


@dataclass(frozen=True, slots=True)
class Colours:
    """A colour specification.

    Attributes:
        method: how it says the colours.
        best: whether it is marked as the most faithful one.
        listed: the number of a listed colour space, or None.
    """

    method: int
    best: bool
    listed: int | None


@dataclass(frozen=True, slots=True)
class Wavelet:
    """A picture.

    Attributes:
        channels: how many it has.
        bits: of each.
        depths_differ: whether channels have depths of their own.
        colours: its colour specifications.
    """

    channels: int
    bits: int
    depths_differ: bool
    colours: tuple[Colours, ...]

    @property
    def preferred(self) -> int:
        """How many specifications are marked as the most faithful one."""
        return sum(one.best for one in self.colours)

    @property
    def best(self) -> Colours:
        """The specification that counts: the marked one, or the first; one of no method when there is none."""
        marked = [one for one in self.colours if one.best]
        return next(iter((*marked, *self.colours)), Colours(0, False, None))


def wavelet(stream: Any) -> Wavelet | None:
    """Read the head of a picture; None when there is none."""
    try:
        data: bytes = stream.read_raw_bytes()
    except pikepdf.PdfError:
        return None
    at = data.find(b"ihdr")
    if at < 0 or len(data) < at + 16:
        return None
    channels, bits = struct.unpack(">HB", data[at + 12 : at + 15])
    codestream = data.find(b"jp2c")
    head = data[:codestream] if codestream >= 0 else data
    colours = []
    at = head.find(b"colr")
    while at >= 0 and at + 7 <= len(head):
        listed = int.from_bytes(head[at + 7 : at + 11], "big") if head[at + 4] == 1 else None
        colours.append(Colours(head[at + 4], head[at + 6] == 1, listed))
        at = head.find(b"colr", at + 4)
    return Wavelet(channels, (bits & 0x7F) + 1, bits == 255 or b"bpcc" in head, tuple(colours))
