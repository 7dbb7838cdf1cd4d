"""Colour profiles made by hand: four inks that cover paper as filters do, in the oldest form of tables (ICC.1:2022)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import product

_STEPS = 9  # of each axis of the tables
_CURVE = bytes(range(256))  # a straight one
_WHITE = (0.9642, 1.0, 0.8249)  # D50


def press_profile(colours: bytes = b"CMYK", kind: bytes = b"prtr") -> bytes:
    """The profile of a press that has no other fault than being simple.

    Args:
        colours: what the header says its colours are.
        kind: what the header says its class is.
    """
    tags = {
        b"desc": _description("Four filters on white paper"),
        b"cprt": b"text" + bytes(4) + b"Nobody's\0",
        b"wtpt": b"XYZ " + bytes(4) + b"".join(_fixed(value) for value in _WHITE),
        b"A2B0": _table(4, 3, lambda c, m, y, k: _lab_of_screen(*((1 - ink) * (1 - k) for ink in (c, m, y)))),
        b"B2A0": _table(3, 4, _inks_of_lab),
    }
    head = struct.pack(">I", len(tags))
    at, body = 128 + 4 + 12 * len(tags), b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        head += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    header = (
        struct.pack(">I", size) + bytes(4) + b"\x02\x40\0\0" + kind + colours + b"Lab "
        + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + b"".join(_fixed(value) for value in _WHITE)
    )  # fmt: skip
    return header + bytes(128 - len(header)) + head + body


def _description(text: str) -> bytes:
    said = text.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(said)) + said + bytes(4 + 4 + 2 + 1 + 67)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _table(before: int, after: int, way: Callable[..., tuple[float, ...]]) -> bytes:
    """A table of 8 bits (`lut8Type`): from so many channels to so many."""
    steps = _STEPS if before == 3 else 5
    matrix = b"".join(_fixed(value) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    axis = [step / (steps - 1) for step in range(steps)]
    points = b"".join(bytes(round(255 * max(0, min(1, v))) for v in way(*at)) for at in product(axis, repeat=before))
    return b"mft1" + bytes(4) + bytes((before, after, steps, 0)) + matrix + _CURVE * before + points + _CURVE * after


# sRGB and D50, adapted (Bradford).
_TO_XYZ = ((0.4360, 0.3851, 0.1431), (0.2225, 0.7169, 0.0606), (0.0139, 0.0971, 0.7141))
_FROM_XYZ = ((3.1339, -1.6169, -0.4906), (-0.9788, 1.9161, 0.0335), (0.0719, -0.2290, 1.4052))


def _lab_of_screen(*channels: float) -> tuple[float, float, float]:
    """A colour of the screen as the tables write L*, a* and b*, from 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    x, y, z = (sum(f * c for f, c in zip(row, linear, strict=True)) / w for row, w in zip(_TO_XYZ, _WHITE, strict=True))
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return (116 * fy - 16) / 100, (500 * (fx - fy) + 128) / 255, (200 * (fy - fz) + 128) / 255


def _inks_of_lab(lightness: float, a: float, b: float) -> tuple[float, float, float, float]:
    fy = (100 * lightness + 16) / 116
    roots = (fy + (255 * a - 128) / 500, fy, fy - (255 * b - 128) / 200)
    xyz = [w * (r**3 if r > 0.2069 else (r - 16 / 116) / 7.787) for r, w in zip(roots, _WHITE, strict=True)]
    linear = [max(0.0, min(1.0, sum(f * v for f, v in zip(row, xyz, strict=True)))) for row in _FROM_XYZ]
    red, green, blue = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear)
    black = 1 - max(red, green, blue)
    light = max(1e-6, 1 - black)
    return 1 - red / light, 1 - green / light, 1 - blue / light, black
