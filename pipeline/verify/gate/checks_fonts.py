"""Fonts (ISO 14289-1, 7.21; ISO 19005-3, 6.2.11): in the file, whole, and readable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pikepdf
from fontTools import agl

from pipeline.diagnostics import Rule
from pipeline.verify.gate.clauses import ARCHIVE, UA, Check, Fault, Standard, clause
from pipeline.verify.gate.cmaps import PREDEFINED
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import FONT_ABSENT, FONT_INCONSISTENT, FONT_UNREADABLE, GLYPH_MISSING
from pipeline.verify.gate.typefaces import Typeface, typefaces
from pipeline.verify.gate.values import entry, items, name, number, pairs

_TOLERANCE = 1.0  # thousandths of the em by which widths may differ
_BAD_CHARACTERS = ("\0", "\ufeff", "\ufffe")
_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))
_EARLY = ARCHIVE - {Standard.A4}


def _both(
    ua: str,
    archive: str,
    says: str,
    rule: Rule,
    matterhorn: str,
    archives: Iterable[Standard] = ARCHIVE,
    parts: Iterable[Standard] = UA,
) -> Callable[[Check], Check]:
    """A clause that PDF/UA and PDF/A share under two numbers."""
    return clause(ua, says, rule, {*parts, *archives}, matterhorn=matterhorn, archive=archive)


def _faces(file: Opened, *kinds: str) -> Iterator[Typeface]:
    return (face for face in typefaces(file) if face.kind in kinds or face.inner_kind in kinds)


def seen(file: Opened) -> Iterator[Typeface]:
    """The fonts with text that can be seen, Type 3 apart, whose glyphs are content streams."""
    return (face for face in typefaces(file) if face.visible and face.kind != "Type3")


@_both("7.21.3.1-1", "6.2.11.3.1-1", "character collections fit", FONT_INCONSISTENT, "31-001 31-002 31-003")
def collections_fit(file: Opened) -> Iterator[Fault]:
    """The CIDSystemInfo of CID font and CMap agree."""
    for face in _faces(file, "Type0"):
        encoding = entry(face.font, "/Encoding")
        title = face.cmap[0]
        said = entry(face.inner, "/CIDSystemInfo")
        if title in ("Identity-H", "Identity-V"):
            continue
        if isinstance(encoding, pikepdf.Stream):
            told = entry(encoding, "/CIDSystemInfo")
            for told_one in items(told)[:1] if isinstance(told, pikepdf.Array) else (told,):
                if any(
                    not isinstance(entry(said, key), pikepdf.String) or entry(told_one, key) != entry(said, key)
                    for key in ("/Registry", "/Ordering")
                ):
                    yield Fault(f"the character collections of {face.title} and its CMap differ", face.where)
                elif _supplement(said, 1) > _supplement(told_one, -1):
                    yield Fault(f"the supplement of {face.title} is newer than that of its CMap", face.where)
        elif _ordering(title) and (
            str(entry(said, "/Ordering")) != _ordering(title) or str(entry(said, "/Registry")) != "Adobe"
        ):
            yield Fault(f'{face.title} is of another character collection than its CMap "{title}"', face.where)


def _supplement(system: Any, unsaid: int) -> float:
    """The supplement of a character collection; when it is not said, one that fits no other."""
    said = number(entry(system, "/Supplement"))
    return said if said is not None else unsaid * 1e9


def _ordering(title: str) -> str:
    for ordering, parts in (
        ("GB1", ("GB",)),
        ("CNS1", ("B5", "ETen", "CNS", "HKscs")),
        ("Japan1", ("JIS", "RKSJ", "EUC-H", "EUC-V")),
        ("Korea1", ("KSC", "UniKS")),
    ):
        if any(part in title for part in parts) or (title in ("H", "V") and ordering == "Japan1"):
            return ordering
    return ""


@_both(
    "7.21.3.2-1", "6.2.11.3.2-1", "TrueType CID fonts say how CIDs become glyphs", FONT_INCONSISTENT, "31-004 31-005"
)
def glyph_maps(file: Opened) -> Iterator[Fault]:
    """CIDFontType2 in the file: `CIDToGIDMap` is a stream or Identity."""
    for face in _faces(file, "CIDFontType2"):
        mapping = entry(face.inner, "/CIDToGIDMap")
        if face.program is not None and not isinstance(mapping, pikepdf.Stream) and name(mapping) != "Identity":
            yield Fault(f"{face.title} does not say how CIDs become glyphs (CIDToGIDMap)", face.where)


@_both("7.21.3.3-1", "6.2.11.3.3-1", "CMaps are in the file or known to all", FONT_ABSENT, "31-006")
def cmaps_there(file: Opened) -> Iterator[Fault]:
    """`Encoding` of composite fonts."""
    for face in _faces(file, "Type0"):
        encoding = entry(face.font, "/Encoding")
        if not isinstance(encoding, pikepdf.Stream) and name(encoding) not in PREDEFINED:
            yield Fault(f'the CMap "{name(encoding)}" of {face.title} is not in the file', face.where)


@_both("7.21.3.3-2", "6.2.11.3.3-2", "CMaps say one direction of writing", FONT_INCONSISTENT, "31-007")
def cmap_directions(file: Opened) -> Iterator[Fault]:
    """`WMode` in the dictionary and in the stream."""
    for face in _faces(file, "Type0"):
        encoding, reader = entry(face.font, "/Encoding"), face.cmap[1]
        if reader is not None and int(number(entry(encoding, "/WMode")) or 0) != (reader.vertical or 0):
            yield Fault(f"the CMap of {face.title} says two directions of writing (WMode)", face.where)


@_both("7.21.3.3-3", "6.2.11.3.3-3", "CMaps go on from known ones", FONT_INCONSISTENT, "31-008")
def cmap_bases(file: Opened) -> Iterator[Fault]:
    """`UseCMap` is a predefined CMap."""
    for face in _faces(file, "Type0"):
        encoding, reader = entry(face.font, "/Encoding"), face.cmap[1]
        if reader is None:
            continue
        base = entry(encoding, "/UseCMap")
        title = name(entry(base, "/CMapName")) if isinstance(base, pikepdf.Stream) else name(base) or reader.uses
        if title and title not in PREDEFINED:
            yield Fault(f'the CMap of {face.title} goes on from "{title}", which is not known to all', face.where)


@_both("7.21.4.1-1", "6.2.11.4.1-1", "fonts are in the file", FONT_ABSENT, "31-009")
def embedded(file: Opened) -> Iterator[Fault]:
    """Fonts with text that can be seen."""
    for face in seen(file):
        program = face.program
        if program is None:
            yield Fault(f"{face.title} is not in the file", face.where)
        elif program.broken:
            yield Fault(f"the program of {face.title} is damaged: {program.broken}", face.where)


@_both("7.21.4.1-2", "6.2.11.4.1-2", "the glyphs shown are in the font", FONT_ABSENT, "31-011")
def glyphs_there(file: Opened) -> Iterator[Fault]:
    """Every glyph that can be seen; of Type 3, which draws them by content streams, those that are named."""
    for face in typefaces(file):
        drawn = {key for key, _ in pairs(entry(face.font, "/CharProcs"))}
        codes = {code for code, _ in face.codes()} if face.kind == "Type3" else set()
        undrawn = {code for code in codes if face.encoding.get(code, "") not in drawn}
        if undrawn:
            yield Fault(f"{face.title} lacks the glyphs of {len(undrawn)} codes that are shown", face.where)
    for face in seen(file):
        missing = [glyph.code for glyph in face.glyphs() if glyph.present is False]
        if missing:
            yield Fault(f"{face.title} lacks the glyphs of {len(missing)} codes that are shown", face.where)


@_both(
    "7.21.4.2-1",
    "6.2.11.4.2-1",
    "subsets of Type 1 fonts list their glyphs",
    FONT_INCONSISTENT,
    "31-012 31-013",
    _EARLY,
    {Standard.UA1},
)
def character_sets(file: Opened) -> Iterator[Fault]:
    """`CharSet`, when it is there, names all glyphs of the program."""
    for face in _faces(file, "Type1", "MMType1"):
        listed, program = entry(face.descriptor, "/CharSet"), face.program
        if listed is None or program is None or not face.is_subset:
            continue
        if program.broken or program.kind not in ("Type1", "CFF"):
            yield Fault(f"the program of {face.title} cannot be held against its CharSet", face.where)
            continue
        names = {part for part in str(listed).split("/") if part.strip()}
        names = {part.strip() for part in names}
        glyphs = {glyph for glyph in program.glyphs if glyph != ".notdef"}
        if names - {".notdef"} != glyphs:
            yield Fault(f"{face.title} lists {len(names)} glyphs and has {len(glyphs)} (CharSet)", face.where)


@_both(
    "7.21.4.2-2",
    "6.2.11.4.2-2",
    "subsets of CID fonts list their CIDs",
    FONT_INCONSISTENT,
    "31-014 31-015",
    _EARLY,
    {Standard.UA1},
)
def cid_sets(file: Opened) -> Iterator[Fault]:
    """`CIDSet`, when it is there, names all glyphs of the program."""
    for face in _faces(file, "CIDFontType0", "CIDFontType2"):
        stream, program = entry(face.descriptor, "/CIDSet"), face.program
        if not isinstance(stream, pikepdf.Stream) or program is None or not face.is_subset:
            continue
        if program.broken:
            yield Fault(f"the program of {face.title} cannot be held against its CIDSet", face.where)
            continue
        try:
            data = stream.read_bytes()
        except pikepdf.PdfError:
            yield Fault(f"the CIDSet of {face.title} cannot be read", face.where)
            continue
        listed = {8 * index + bit for index, byte in enumerate(data) for bit in range(8) if byte & 0x80 >> bit}
        if program.kind == "CID":
            there = {int(glyph[3:]) for glyph in program.glyphs if glyph.startswith("cid")} | {0}
        elif isinstance(entry(face.inner, "/CIDToGIDMap"), pikepdf.Stream):
            there = {glyph.cid for glyph in face.glyphs()}
            listed &= there
        else:  # a subset may keep the numbers of glyphs, and leave those empty that it does not need
            there = set(program.drawn) | {cid for cid in listed if cid < len(program.glyphs)}
        if listed | {0} != there | {0}:
            yield Fault(f"{face.title} lists {len(listed)} CIDs and has {len(there)} (CIDSet)", face.where)


@_both("7.21.5-1", "6.2.11.5-1", "widths are those of the font", FONT_INCONSISTENT, "31-016")
def widths_agree(file: Opened) -> Iterator[Fault]:
    """Glyphs that can be seen are as wide as the file says."""
    for face in seen(file):
        program = face.program
        if program is None or program.broken:
            continue
        for glyph in face.glyphs():
            real = program.width(glyph.name) if glyph.name is not None and glyph.present else None
            said = face.said_width(glyph)
            if real is not None and said is not None and abs(real - said) > _TOLERANCE:
                code = f"{glyph.code:#x}"
                yield Fault(f"the glyph of {code} in {face.title} is {real:.0f} wide, not {said:.0f}", face.where)
                break


@_both("7.21.6-1", "6.2.11.6-1", "TrueType fonts of letters have a character map", FONT_INCONSISTENT, "31-017 31-018")
def letters_mapped(file: Opened) -> Iterator[Fault]:
    """Nonsymbolic TrueType: (3,1) or (1,0)."""
    for face in _true_type(file):
        cmaps = face.program.cmaps if face.program is not None else {}
        fitting = {(3, 1), (1, 0)} & set(cmaps) if file.version.startswith("2") else set(cmaps) - {(3, 0)}
        if not face.symbolic and not fitting:
            yield Fault(f"{face.title} has no character map for letters", face.where)


@_both(
    "7.21.6-2",
    "6.2.11.6-2",
    "TrueType fonts of letters say their encoding",
    FONT_INCONSISTENT,
    "31-019 31-020 31-021 31-022 31-023",
)
def letters_encoded(file: Opened) -> Iterator[Fault]:
    """Nonsymbolic TrueType: MacRomanEncoding or WinAnsiEncoding; differences only with names that all know."""
    for face in _faces(file, "TrueType"):
        if face.symbolic:
            continue
        encoding = entry(face.font, "/Encoding")
        base = name(encoding) or name(entry(encoding, "/BaseEncoding"))
        if base not in ("MacRomanEncoding", "WinAnsiEncoding"):
            yield Fault(f'the encoding of {face.title} is "{base}"', face.where)
        names = [name(item) for item in items(entry(encoding, "/Differences")) if isinstance(item, pikepdf.Name)]
        strange = [glyph for glyph in names if glyph not in agl.AGL2UV]
        if strange:
            yield Fault(f'the encoding of {face.title} names the glyph "{strange[0]}", which is not listed', face.where)
        if names and (face.program is None or (3, 1) not in face.program.cmaps):
            yield Fault(f"the encoding of {face.title} has differences, and the font no Unicode map", face.where)


@_both("7.21.6-3", "6.2.11.6-3", "TrueType fonts of signs have no encoding", FONT_INCONSISTENT, "31-024")
def signs_unencoded(file: Opened) -> Iterator[Fault]:
    """Symbolic TrueType."""
    for face in _faces(file, "TrueType"):
        if face.symbolic and entry(face.font, "/Encoding") is not None:
            yield Fault(f"{face.title} is one of signs and has an encoding", face.where)


@_both("7.21.6-4", "6.2.11.6-4", "TrueType fonts of signs have one map of them", FONT_INCONSISTENT, "31-025 31-026")
def signs_mapped(file: Opened) -> Iterator[Fault]:
    """Symbolic TrueType: one map, or that of signs (3,0)."""
    for face in _true_type(file):
        cmaps = face.program.cmaps if face.program is not None else {}
        fitting = (1, 0) in cmaps if file.version.startswith("2") else len(cmaps) == 1
        if face.symbolic and not fitting and (3, 0) not in cmaps:
            yield Fault(f"{face.title} is one of signs and has {len(cmaps)} character maps", face.where)


def _true_type(file: Opened) -> Iterator[Typeface]:
    for face in _faces(file, "TrueType"):
        if face.visible and face.kind == "TrueType" and face.program is not None and not face.program.broken:
            yield face


@clause(
    "7.21.7-1", "glyphs stand for characters", FONT_UNREADABLE, UA | _EARLY,
    matterhorn="10-001 31-027", archive="6.2.11.7.2-1", level_a=True, level_u=True,
)  # fmt: skip
def unmapped(file: Opened) -> Iterator[Fault]:
    """Every glyph of a text stands for a character."""
    for face in typefaces(file):
        silent = [code for code, _ in face.codes(visible=False) if face.character(code) is None]
        if silent:
            yield Fault(f"{len(silent)} glyphs of {face.title} stand for no character", face.where)


@clause(
    "7.21.7-2", "glyphs stand for real characters", FONT_UNREADABLE, UA | _LATER,
    matterhorn="31-028 31-029", archive="6.2.11.7.2-2", level_a=True, level_u=True,
)  # fmt: skip
def bad_characters(file: Opened) -> Iterator[Fault]:
    """No glyph stands for U+0000, U+FEFF or U+FFFE."""
    for face in typefaces(file):
        said = face.to_unicode
        if said is None:
            continue
        for code, _ in face.codes(visible=False):
            characters = said.texts.get(code)
            if characters is not None and (not characters or any(bad in characters for bad in _BAD_CHARACTERS)):
                yield Fault(f"the glyph of {code:#x} in {face.title} stands for no real character", face.where)
                break


@_both("7.21.8-1", "6.2.11.8-1", "no missing character is shown", GLYPH_MISSING, "31-030", _LATER)
def undefined(file: Opened) -> Iterator[Fault]:
    """No text shows .notdef, whether it can be seen or not."""
    for face in typefaces(file):
        for glyph in face.glyphs(visible=False):
            if glyph.name in (".notdef", "gid0") or (
                face.kind == "Type0" and glyph.cid == 0 and glyph.present is not None
            ):
                yield Fault(f"{face.title} shows the glyph for missing characters", face.where)
                break
