"""Whether the press's fonts have every character that is to be printed, and whether no other font was used.

The layout engine takes a missing letter from any font of the machine, or prints an empty box: the report would
look different on the next machine, and nobody would be told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import uharfbuzz

from pipeline.diagnostics import Findings, Severity, Span, declare

GLYPH_MISSING = declare(
    "WPR006",
    "glyph-missing",
    Severity.ERROR,
    """
    The text has a character that none of the press's fonts can print.

    Source Serif 4 and Source Sans 3 hold Latin, Cyrillic (with the letters of Kazakh, Kyrgyz, Tajik and Uzbek)
    and Greek, arrows and mathematical signs; no pictures, and no Arabic, Chinese or Georgian.

    Bad:   Done ✅
    Good:  Done
    """,
)

FOREIGN_FONT = declare(
    "WPR007",
    "foreign-font",
    Severity.ERROR,
    """
    A font of this machine was used, which another machine may not have. Mostly a drawing asks for it.

    Bad:   <text font-family="Arial">
    Good:  <text font-family="'Source Sans 3'">
    """,
)

_AROUND = 24  # characters quoted on each side
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*font-family:\s*[\"']?([^\"';}]+)", re.IGNORECASE)


def check_glyphs(
    characters: Collection[str],
    texts: Iterable[tuple[str, str]],
    fonts: Mapping[str, Path],
    locate: Callable[[str], Span],
    edition: Span,
    findings: Findings,
) -> None:
    """Report each character that no font has, once, where it first stands.

    Args:
        characters: all that stand in the texts.
        texts: pieces of text with the id of the element around them ("" when there is none); they are looked through
            only when a character is missing.
        fonts: the press's typefaces.
        locate: where in the sources an id comes from.
        edition: the place of text without an id.
        findings: told of every missing character.
    """
    known = {point for path in fonts.values() for point in uharfbuzz.Face(path.read_bytes()).unicodes}
    missing = {sign for sign in characters if ord(sign) not in known and not _prints_nothing(sign)}
    for text, near in texts if missing else ():
        for at, character in enumerate(text):
            if character not in missing:
                continue
            missing.remove(character)
            quoted = " ".join(text[max(0, at - _AROUND) : at + _AROUND].split())
            name = unicodedata.name(character, "without a name")
            message = f'no font has "{character}" (U+{ord(character):04X} {name}) in "{quoted}"'
            findings.add(GLYPH_MISSING.at(locate(near) if near else edition, message))


def check_families(used: Iterable[str], sheets: Iterable[str], edition: Span, findings: Findings) -> None:
    """Report every font family in the edition that no style sheet brings along.

    Args:
        used: the families that the pages are set in.
        sheets: the texts of the style sheets, whose @font-face rules name what is allowed.
        edition: the place of the findings.
        findings: told of foreign families.
    """
    allowed = {name.strip() for sheet in sheets for name in _FONT_FACE.findall(sheet)}
    for family in sorted(set(used) - allowed):
        message = f'the font "{family}" of this machine is used'
        hint = "name a font of the press in the drawing or style sheet that asks for it"
        findings.add(FOREIGN_FONT.at(edition, message, hint))


def _prints_nothing(character: str) -> bool:
    """Spaces, controls and format characters (soft hyphen, joiners, direction marks) need no glyph."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
