"""The fonts of a PDF: are they in the file, and can everything that is set in them be read, copied and searched?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_SHOWS = "q Q Tf Tj TJ ' \""
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_ENTRY = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]")
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


@dataclass(slots=True)
class _Used:
    font: Any
    page: int
    codes: set[int] = field(default_factory=set)


def read_fonts(pdf: pikepdf.Pdf) -> tuple[Font, ...]:
    """The fonts that the pages show text in, in the order in which they are met."""
    used: dict[tuple[int, int], _Used] = {}
    seen: set[tuple[int, int]] = set()
    for number, page in enumerate(pdf.pages):
        for stream, resources in _streams(page.obj, page.resources, seen):
            _collect(stream, resources, number, used)
    return tuple(_judged(item) for item in used.values() if item.codes)


def _streams(page: Any, resources: Any, seen: set[tuple[int, int]]) -> Iterator[tuple[Any, Any]]:
    """The page and the form XObjects that it may paint, each form once for the whole file."""
    yield page, resources
    pending = [resources]
    while pending:
        around = pending.pop()
        forms = around.get("/XObject") if isinstance(around, pikepdf.Dictionary) else None
        for _, form in forms.items() if isinstance(forms, pikepdf.Dictionary) else ():
            if form.get("/Subtype") != "/Form" or form.objgen in seen:
                continue
            seen.add(form.objgen)
            inside = form.get("/Resources", around)
            yield form, inside
            pending.append(inside)


def _collect(stream: Any, resources: Any, page: int, used: dict[tuple[int, int], _Used]) -> None:
    fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    if not isinstance(fonts, pikepdf.Dictionary):
        return
    named: dict[str, _Used] = {}
    current: _Used | None = None
    kept: list[_Used | None] = []
    instructions: Any = pikepdf.parse_content_stream(stream, _SHOWS)
    for operands, operator in instructions:
        name = str(operator)
        if name == "Tf":
            key = str(operands[0])
            if key not in named and key in fonts:
                font = fonts[key]
                named[key] = used.setdefault(font.objgen, _Used(font, page))
            current = named.get(key)
        elif name == "q":
            kept.append(current)
        elif name == "Q":
            current = kept.pop() if kept else None
        elif current is not None:
            shown = operands[0] if name == "TJ" else operands[-1:]
            raw = b"".join(bytes(piece) for piece in shown if isinstance(piece, pikepdf.String))
            current.codes.update(_codes(raw, current.font))


def _codes(raw: bytes, font: Any) -> Iterator[int]:
    """The character codes in a string: of two bytes in a composite font with an Identity CMap, else of one."""
    if font.get("/Subtype") != "/Type0":
        return iter(raw)
    return (raw[index] << 8 | raw[index + 1] for index in range(0, len(raw) - 1, 2))


def _judged(used: _Used) -> Font:
    font = used.font
    composite = font.get("/Subtype") == "/Type0"
    inner = font.DescendantFonts[0] if composite else font
    descriptor = inner.get("/FontDescriptor")
    embedded = font.get("/Subtype") == "/Type3" or (
        descriptor is not None and any(name in descriptor for name in _FILES)
    )
    mapping = font.get("/ToUnicode")
    mapped = isinstance(mapping, pikepdf.Stream)
    codes = used.codes if str(font.get("/Encoding", "")).startswith("/Identity") or not composite else set()
    silent = len(codes - _mapped_codes(mapping.read_bytes())) if mapped else 0
    name = str(font.get("/BaseFont", "/unnamed")).removeprefix("/")
    return Font(name, used.page, embedded, mapped, silent, composite and 0 in codes)


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
    return bytes.fromhex(digits.decode("ascii")) if digits else b""
