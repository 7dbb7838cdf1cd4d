"""Pictures by what their files say of themselves."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import Image

from pipeline.diagnostics import Span
from pipeline.rules.pictures import MOST_PIXELS, _judged


def png(width: int, height: int) -> bytes:
    """A picture that says so of its size, and has no more than it must have."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def jpeg(width: int, height: int, *, progressive: bool) -> bytes:
    """A small picture that says of itself that it is another size."""
    out = BytesIO()
    Image.new("RGB", (8, 16)).save(out, "JPEG", progressive=progressive)
    data, marker = out.getvalue(), b"\xff\xc2" if progressive else b"\xff\xc0"
    at = data.index(marker) + 5
    assert data[at : at + 4] == b"\0\x10\0\x08"
    return data[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 4 :]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (15_000, 10_000), (15_001, 10_000), (0, 5)])
def test_a_picture_with_too_many_pixels_is_told_before_it_is_opened(
    width: int, height: int, *, progressive: bool
) -> None:
    wanted = [f'"a.{{}}" has {width:,} × {height:,} pixels'] if width * height > MOST_PIXELS else []
    for name, data in (("png", png(width, height)), ("jpg", jpeg(width, height, progressive=progressive))):
        found = [finding.message for finding in _judged(f"a.{name}", data, Span("x.md"))]
        assert found == [message.format(name) for message in wanted]


def test_a_jpeg_without_a_frame_is_no_reason_to_stop() -> None:
    for data in (b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\x02", b"\xff\xd8\xff\xc0\0", b"\xff\xd8\xff\xd9"):
        assert all("pixels" not in finding.message for finding in _judged("a.jpg", data, Span("x.md")))
