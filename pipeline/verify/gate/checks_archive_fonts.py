"""What font dictionaries of archives have to say (ISO 19005-3, 6.2.11.2; ISO 19005-1, 6.3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_fonts import seen
from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import FONT_INCONSISTENT
from pipeline.verify.gate.typefaces import STANDARD_14, Typeface, typefaces
from pipeline.verify.gate.values import entry, items, name, number

_SIMPLE = frozenset(("Type1", "MMType1", "TrueType"))
_KINDS = frozenset(("Type0", "Type1", "MMType1", "Type3", "TrueType", "CIDFontType0", "CIDFontType2"))
_PROGRAMS = frozenset(("Type1C", "CIDFontType0C", "OpenType"))


def _parts(file: Opened) -> Iterator[tuple[Typeface, Any, str]]:
    """Font dictionaries, those of CID fonts inside composite ones, too, with their kinds."""
    for face in typefaces(file):
        yield face, face.font, face.kind
        if face.kind == "Type0":
            yield face, face.inner, face.inner_kind


@clause("6.2.11.2-1", "fonts are said to be fonts", FONT_INCONSISTENT, ARCHIVE)
def said_fonts(file: Opened) -> Iterator[Fault]:
    """`Type` (ISO 32000-1, 9.6 and 9.7)."""
    for face, font, _ in _parts(file):
        if name(entry(font, "/Type")) != "Font":
            yield Fault(f"{face.title} is not said to be a font (Type)", face.where)


@clause("6.2.11.2-2", "fonts are of known kinds", FONT_INCONSISTENT, ARCHIVE)
def known_kinds(file: Opened) -> Iterator[Fault]:
    """`Subtype`."""
    for face, _, kind in _parts(file):
        if kind not in _KINDS:
            yield Fault(f'{face.title} is of an unknown kind, "{kind}"', face.where)


@clause("6.2.11.2-3", "fonts have names", FONT_INCONSISTENT, ARCHIVE)
def named(file: Opened) -> Iterator[Fault]:
    """`BaseFont`, but for Type 3."""
    for face, font, kind in _parts(file):
        if kind != "Type3" and not name(entry(font, "/BaseFont")):
            yield Fault(f"{face.title} has no name (BaseFont)", face.where)


def _measured(file: Opened) -> Iterator[Typeface]:
    """The simple fonts whose widths no reader knows by heart."""
    for face in typefaces(file):
        known = face.kind == "Type1" and name(entry(face.font, "/BaseFont")) in STANDARD_14
        if face.kind in _SIMPLE | {"Type3"} and not known:
            yield face


@clause("6.2.11.2-4", "widths begin somewhere", FONT_INCONSISTENT, ARCHIVE)
def first_code(file: Opened) -> Iterator[Fault]:
    """`FirstChar`."""
    for face in _measured(file):
        if number(entry(face.font, "/FirstChar")) is None:
            yield Fault(f"{face.title} does not say with which code its widths begin (FirstChar)", face.where)


@clause("6.2.11.2-5", "widths end somewhere", FONT_INCONSISTENT, ARCHIVE)
def last_code(file: Opened) -> Iterator[Fault]:
    """`LastChar`."""
    for face in _measured(file):
        if number(entry(face.font, "/LastChar")) is None:
            yield Fault(f"{face.title} does not say with which code its widths end (LastChar)", face.where)


@clause("6.2.11.2-6", "every code has a width", FONT_INCONSISTENT, ARCHIVE)
def width_for_width(file: Opened) -> Iterator[Fault]:
    """`Widths`."""
    for face in _measured(file):
        first, last = (number(entry(face.font, key)) or 0 for key in ("/FirstChar", "/LastChar"))
        widths = entry(face.font, "/Widths")
        if not isinstance(widths, pikepdf.Array) or len(widths) != last - first + 1:
            yield Fault(f"{face.title} says {len(items(widths))} widths for {int(last - first + 1)} codes", face.where)


@clause("6.2.11.2-7", "font programs are of known kinds", FONT_INCONSISTENT, ARCHIVE)
def known_programs(file: Opened) -> Iterator[Fault]:
    """`Subtype` of font files (ISO 32000-1, 9.9)."""
    for face in typefaces(file):
        for key in ("/FontFile", "/FontFile2", "/FontFile3"):
            program = entry(face.descriptor, key)
            said = entry(program, "/Subtype")
            if program is not None and (said is not None or key == "/FontFile3") and name(said) not in _PROGRAMS:
                yield Fault(f'the program of {face.title} is of an unknown kind, "{name(said)}"', face.where)


@clause("6.3.5-2", "subsets say what is in them", FONT_INCONSISTENT, {Standard.A1})
def subsets_listed(file: Opened) -> Iterator[Fault]:
    """PDF/A-1: `CharSet` of Type 1 subsets, `CIDSet` of CID subsets (ISO 19005-1, 6.3.5)."""
    for face in seen(file):
        key = {"Type1": "/CharSet", "MMType1": "/CharSet"}.get(face.kind, "/CIDSet" if face.kind == "Type0" else "")
        if face.is_subset and key and face.program is not None and entry(face.descriptor, key) is None:
            yield Fault(f"{face.title} is a subset and does not say of what ({key[1:]})", face.where)
