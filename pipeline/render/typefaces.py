"""Fonts of the finished PDF: one for each face, with the glyphs that the whole report uses (ISO 32000-2, 9.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import uharfbuzz

from pipeline.render.forme import Face

_DROPPED = ("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG ", "GDEF", "STAT")
_BATCH = 100  # lines of a character map between "begin" and "end" (Adobe Technical Note 5411)


def united(faces: Iterable[Face]) -> tuple[Face, ...]:
    """The faces with all the glyphs that any forme uses, in the order of their names."""
    found: dict[str, Face] = {}
    for face in faces:
        before = found.get(face.hash)
        found[face.hash] = face if before is None else replace(
            before,
            widths={**before.widths, **face.widths},
            unicode={**before.unicode, **face.unicode},
            absent=before.absent | face.absent,
        )  # fmt: skip
    return tuple(found[name] for name in sorted(found))


def subset(face: Face, file: bytes) -> bytes:
    """The font file with the glyphs that are used, at one place of each axis; glyphs keep their numbers.

    Args:
        face: what is used of it.
        file: the whole file.
    """
    glyphs = (glyph for glyph in face.widths if glyph not in face.absent)
    return cut_down(file, face.index, glyphs, absent=bool(face.absent), axes=dict(face.axes))


def cut_down(
    file: bytes, index: int, glyphs: Iterable[int], *, absent: bool, axes: Mapping[str, float] | None = None
) -> bytes:
    """A font file with some glyphs alone, which keep their numbers, and without what only a typesetter needs.

    Args:
        file: the whole file.
        index: of the font in it.
        glyphs: their numbers.
        absent: whether a text has characters that it lacks: then .notdef is shown for them.
        axes: the place on each axis that the font is set in; None when it stays variable.
    """
    source = uharfbuzz.Face(file, index)
    chosen = uharfbuzz.SubsetInput()
    flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.DESUBROUTINIZE
    chosen.flags = flags | (uharfbuzz.SubsetFlags.NOTDEF_OUTLINE if absent else 0)
    chosen.glyph_set.update(sorted(glyphs))
    for tag in _DROPPED:
        chosen.drop_table_tag_set.add(int.from_bytes(tag.encode(), "big"))
    if axes is not None:
        for axis in source.axis_infos:
            place = min(max(axes.get(axis.tag, axis.default_value), axis.min_value), axis.max_value)
            chosen.pin_axis_location(source, axis.tag, place)
    return bytes(chosen.subset(source).blob.data)


def descriptor_flags(face: Face) -> int:
    """Its flags, with FixedPitch where all its glyphs are of one width (ISO 32000-2, table 121)."""
    return face.flags | (len(face.widths) > 1 and len(set(face.widths.values())) == 1)


def widths(face: Face) -> bytes:
    """The array of widths (ISO 32000-2, 9.7.4.3)."""
    parts: list[bytes] = []
    last = -2
    for glyph in sorted(face.widths):
        if glyph != last + 1:
            parts += ([b"]"] if parts else []) + [b"%d [" % glyph]
        parts.append(b"%d" % round(face.widths[glyph]))
        last = glyph
    return b"[" + b" ".join(parts) + (b"]]" if parts else b"]")


def unicode_map(face: Face) -> bytes:
    """Which characters its glyphs stand for (ISO 32000-2, 9.10.3)."""
    lines = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def",
        "1 begincodespacerange", "<0000> <ffff>", "endcodespacerange",
    ]  # fmt: skip
    known = sorted(face.unicode.items())
    lines += _batches("bfchar", [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in known])
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()


def encoding(face: Face) -> bytes:
    """The map from codes to glyphs of a face that lacks some: these are shown as .notdef (ISO 32000-2, 9.7.5)."""
    lines = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo 3 dict dup begin", "/Registry (Adobe) def", "/Ordering (Identity) def", "/Supplement 0 def",
        "end def", "/CMapName /Proofpress-0 def", "/CMapType 1 def",
        "1 begincodespacerange", "<0000> <ffff>", "endcodespacerange",
    ]  # fmt: skip
    glyphs = sorted(face.unicode)
    lines += _batches("cidchar", [f"<{glyph:04x}> {0 if glyph in face.absent else glyph}" for glyph in glyphs])
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()


def _batches(name: str, lines: list[str]) -> Iterator[str]:
    for start in range(0, len(lines), _BATCH):
        batch = lines[start : start + _BATCH]
        yield f"{len(batch)} begin{name}"
        yield from batch
        yield f"end{name}"


def is_opentype_cff(file: bytes) -> bool:
    """Whether its outlines are those of PostScript."""
    return file[:4] == b"OTTO"
