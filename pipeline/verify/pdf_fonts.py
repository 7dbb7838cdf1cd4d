"""The fonts of a PDF: are they in the file, and can everything that is set in them be read, copied and searched?"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

from pipeline.verify.pdf_plain import shown_in

_SHOWS = "q Q Tf Tj TJ ' \""
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_ENTRY = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]")
_DIGITS = re.compile(rb"<([0-9A-Fa-f]+)>")
_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


@dataclass(frozen=True, slots=True)
class Font:
    """A font of the file.

    Attributes:
        name: as the file calls it.
        page: the first page that is set in it.
        embedded: whether its glyphs are in the file.
        mapped: whether it says which characters its glyphs stand for (ToUnicode).
        silent: how many different glyphs are shown that stand for no character.
        missing: whether the glyph for missing characters (.notdef, a box) is shown.
    """

    name: str
    page: int
    embedded: bool
    mapped: bool
    silent: int
    missing: bool

    @property
    def readable(self) -> bool:
        """Whether all text in it can be read back."""
        return self.mapped and not self.silent


Shown = Mapping[str, frozenset[int]]
"""The codes of the characters that a page shows, by the digests of the fonts that they are shown in."""


def codes_shown(streams: Iterable[tuple[Any, Any]], digest_of: Callable[[Any], str]) -> Shown:
    """The codes that a page shows, in the order in which their fonts are met.

    Args:
        streams: the page and the form XObjects that it paints, with their resources.
        digest_of: tells the digest of a font.

    Raises:
        pikepdf.PdfError: when one of them is no content stream.
    """
    shown: dict[str, set[int]] = {}
    for stream, resources in streams:
        found = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
        fonts: Any = found if isinstance(found, pikepdf.Dictionary) else {}
        content = _content(stream)
        plain = shown_in(content) if content is not None else None
        if plain is not None:
            _collect_plain(plain, fonts, digest_of, shown)
        else:
            _collect(stream, fonts, digest_of, shown)
    return {digest: frozenset(codes) for digest, codes in shown.items() if codes}


def fonts_of(pages: Iterable[tuple[int, Shown, Mapping[str, Any]]]) -> tuple[Font, ...]:
    """The fonts of a file, in the order in which they are met.

    Args:
        pages: the numbers of pages, what they show, and their fonts by their digests.
    """
    first: dict[str, tuple[int, Any]] = {}
    codes: dict[str, set[int]] = {}
    for number, shown, fonts in pages:
        for digest, more in shown.items():
            first.setdefault(digest, (number, fonts[digest]))
            codes.setdefault(digest, set()).update(more)
    return tuple(_judged(font, page, codes[digest]) for digest, (page, font) in first.items())


def _content(stream: Any) -> bytes | None:
    """The content of a page or form; None where it is in several pieces."""
    whole = stream if isinstance(stream, pikepdf.Stream) else stream.obj.get("/Contents")
    return whole.read_bytes() if isinstance(whole, pikepdf.Stream) else None


def _collect_plain(
    plain: Mapping[bytes, list[bytes]], fonts: Any, digest_of: Callable[[Any], str], shown: dict[str, set[int]]
) -> None:
    for name, pieces in plain.items():
        font = fonts.get(f"/{name.decode('ascii')}")
        if font is None:
            continue
        codes = shown.setdefault(digest_of(font), set())
        width = 4 if _is_composite(font) else 2  # digits of a code
        found = _DIGITS.findall(b"".join(pieces))
        if any(len(digits) % width for digits in found):  # a code may go on in the next string of the same operator
            found = [b"".join(_DIGITS.findall(piece)) for piece in pieces]
            found = [digits[: len(digits) // width * width] for digits in found]
        raw = bytes.fromhex(b"".join(found).decode("ascii"))
        codes.update(struct.unpack(f">{len(raw) // 2}H", raw) if width == 4 else raw)


def _collect(stream: Any, fonts: Any, digest_of: Callable[[Any], str], shown: dict[str, set[int]]) -> None:
    named: dict[str, tuple[Any, set[int]]] = {}
    current: tuple[Any, set[int]] | None = None
    kept: list[tuple[Any, set[int]] | None] = []
    instructions: Any = pikepdf.parse_content_stream(stream, _SHOWS)
    for operands, operator in instructions:
        name = str(operator)
        if name == "Tf" and len(operands):
            key = str(operands[0])
            if key not in named and key in fonts:
                named[key] = fonts[key], shown.setdefault(digest_of(fonts[key]), set())
            current = named.get(key)
        elif name == "q":
            kept.append(current)
        elif name == "Q":
            current = kept.pop() if kept else None
        elif current is not None:
            raw = _strings(operands[-1]) if len(operands) else b""
            current[1].update(_codes(raw, current[0]))


def _strings(operand: Any) -> bytes:
    """The string that an operator shows, or those of the array, one behind the other."""
    if isinstance(operand, pikepdf.String):
        return bytes(operand)
    if not isinstance(operand, pikepdf.Array):
        return b""
    plain = operand.unparse()
    if b"(" in plain:  # strings of letters; such of glyph numbers are written in digits
        return b"".join(bytes(piece) for piece in operand if isinstance(piece, pikepdf.String))
    return bytes.fromhex("".join(map(bytes.decode, _DIGITS.findall(plain))))


def _codes(raw: bytes, font: Any) -> Iterator[int]:
    """The character codes in a string: of two bytes in a composite font with an Identity CMap, else of one."""
    if not _is_composite(font):
        return iter(raw)
    return (raw[index] << 8 | raw[index + 1] for index in range(0, len(raw) - 1, 2))


def _is_composite(font: Any) -> bool:
    return bool(font.get("/Subtype") == "/Type0")


def _judged(font: Any, page: int, shown: set[int]) -> Font:
    composite = _is_composite(font)
    inner = font.DescendantFonts[0] if composite else font
    descriptor = inner.get("/FontDescriptor")
    embedded = font.get("/Subtype") == "/Type3" or (
        descriptor is not None and any(name in descriptor for name in _FILES)
    )
    mapping = font.get("/ToUnicode")
    mapped = isinstance(mapping, pikepdf.Stream)
    codes = shown if str(font.get("/Encoding", "")).startswith("/Identity") or not composite else set()
    silent = len(codes - _mapped_codes(mapping.read_bytes())) if mapped else 0
    name = str(font.get("/BaseFont", "/unnamed")).removeprefix("/")
    return Font(name, page, embedded, mapped, silent, composite and 0 in codes)


def _mapped_codes(cmap: bytes) -> set[int]:
    """The codes that a ToUnicode CMap gives characters for (ISO 32000-2, 9.10.3)."""
    codes: set[int] = set()
    for kind, block in _BLOCK.findall(cmap):
        entries = [(_bytes(plain), many) for plain, many in _ENTRY.findall(block)]
        if kind == b"bfchar":
            for (code, _), (target, _) in zip(entries[::2], entries[1::2], strict=False):
                if target.strip(b"\0"):
                    codes.add(int.from_bytes(code, "big"))
        else:
            for (first, _), (last, _) in zip(entries[::3], entries[1::3], strict=False):
                codes.update(range(int.from_bytes(first, "big"), int.from_bytes(last, "big") + 1))
    return codes


def _bytes(digits: bytes) -> bytes:
    """A string in hexadecimal digits; white space counts for nothing and a last digit may be missing (7.3.4.3)."""
    plain = b"".join(digits.split()).decode("ascii")
    return bytes.fromhex(f"{plain}0" if len(plain) % 2 else plain)
