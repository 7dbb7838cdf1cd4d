"""Picture files: are they what the press can set, whole, and free of what reaches outside?"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from lxml import etree

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.rules.survey import Survey
from pipeline.scan import Form

BAD_PICTURE = declare(
    "FIG006",
    "bad-picture",
    Severity.ERROR,
    """
    A picture is not SVG, PNG or JPEG by its content, is broken, has an ending that says something else,
    or is an SVG with something that cannot be set: a script, `foreignObject` (drawing programs put text
    there, and it would vanish), `textPath`, an entity, a link to a file or an address outside. Or it has more than
    150 million pixels, which no page shows and which need gigabytes to be opened.

    Bad:   an SVG of a diagram editor with its labels in foreignObject
    Good:  the same exported with "text as paths" or plain text
    """,
)

HEAVY_PICTURE = declare(
    "FIG008",
    "heavy-picture",
    Severity.WARNING,
    """
    A picture has more than five megabytes. It is printed as it is, and makes the EPUB so heavy that e-readers open
    it slowly or not at all, and shops refuse it.

    Save it in the size in which it is printed: 1800 pixels over the width of the text are 300 to the inch.
    Photographs are saved as JPEG, drawings as SVG.
    """,
)

HEAVIEST = 5_000_000  # bytes
LARGEST_SVG = 10_000_000
MOST_PIXELS = 150_000_000
ENDINGS = {"svg": ("svg",), "png": ("png",), "jpeg": ("jpg", "jpeg")}
FORBIDDEN = {
    "script": "take it out: a printed picture does nothing",
    "foreignObject": "export the picture with text as paths, or as plain SVG text",
    "textPath": "turn the text into paths",
    "handler": "take it out: a printed picture does nothing",
    "iframe": "take it out",
}
_MARKER = 0xFF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the markers of frames (ISO/IEC 10918-1, table B.1)
_URL = re.compile(r"url\(\s*['\"]?\s*(?!['\"]?#)([^)'\"]*)", re.IGNORECASE)
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_SVG_START = re.compile(
    rb"(\xef\xbb\xbf)?(\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(\[.*?\])?\s*>)*<([\w.-]+:)?svg[\s/>]",
    re.DOTALL,
)
_INSIDE = re.compile(r"^(#|data:image/(png|jpeg);base64,)")


def bad_pictures(survey: Survey) -> Iterator[Diagnostic]:
    """FIG006."""
    for entry in survey.report.figures:
        if entry.picture is not None and entry.figure.file:
            yield from _judged(entry.figure.file, entry.picture, entry.place.at("file"))
    told: set[str] = set()
    for mention in survey.all(Form.IMAGE):
        name, span = mention.token.classes[0], mention.token.span
        if "://" in name:
            hint = "save it in the report's folder and name that file"
            yield BAD_PICTURE.at(span, f'the picture "{name}" is not in the report\'s folder', hint)
        elif name in survey.report.pictures and name not in told:
            told.add(name)
            yield from _judged(name, survey.report.pictures[name], span)


def heavy_pictures(survey: Survey) -> Iterator[Diagnostic]:
    """FIG008."""
    places = [(f.figure.file or "", f.picture or b"", f.place.at("file")) for f in survey.report.figures]
    told: set[str] = set()
    for mention in survey.all(Form.IMAGE):
        name = mention.token.classes[0]
        if name not in told:
            told.add(name)
            places.append((name, survey.report.pictures.get(name, b""), mention.token.span))
    for name, data, span in places:
        if len(data) > HEAVIEST:
            message = f'"{name}" has {len(data) / 1_000_000:.1f} MB'
            yield HEAVY_PICTURE.at(span, message, "save it in the size in which it is printed")


def _judged(name: str, data: bytes, span: Span) -> Iterator[Diagnostic]:
    kind = kind_of(data)
    ending = name.rsplit(".", 1)[-1].lower()
    if not kind:
        yield BAD_PICTURE.at(span, f'"{name}" is neither SVG, PNG nor JPEG', "save it as one of these")
    elif ending not in ENDINGS[kind]:
        message = f'"{name}" is {kind.upper()} by its content'
        yield BAD_PICTURE.at(span, message, f'give it the ending ".{ENDINGS[kind][0]}"')
    else:
        for message, hint in {"svg": _svg, "png": _png, "jpeg": _jpeg}[kind](data):
            yield BAD_PICTURE.at(span, f'"{name}" {message}', hint)


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes: "svg", "png", "jpeg", or "" for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    return "svg" if _SVG_START.match(data[:65536]) else ""


def _too_large(width: int, height: int) -> Iterator[tuple[str, str]]:
    if width * height > MOST_PIXELS:
        hint = "save it in the size in which it is printed: 1800 pixels over the width of the text are 300 to the inch"
        yield f"has {width:,} \u00d7 {height:,} pixels", hint


def _png(data: bytes) -> Iterator[tuple[str, str]]:
    """Walks the chunks (ISO/IEC 15948, 5.3): each must be whole, with its checksum, and IEND must come."""
    yield from _too_large(*(int.from_bytes(data[at : at + 4], "big") for at in (16, 20)))  # IHDR comes first
    place, hint = 8, "export it again"
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        end = place + 8 + length
        if end + 4 > len(data):
            break
        if zlib.crc32(data[place + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            yield "is damaged: a checksum is wrong", hint
            return
        if kind == b"IEND":
            return
        place = end + 4
    yield "is cut off", hint


def _jpeg(data: bytes) -> Iterator[tuple[str, str]]:
    yield from _too_large(*_size_of_jpeg(data))
    if b"\xff\xd9" not in data[-4096:]:
        yield "is cut off", "export it again"


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    """Width and height as the frame header says them (ISO/IEC 10918-1, B.2.2); nothing where there is none."""
    place = 2
    while place + 9 <= len(data) and data[place] == _MARKER:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == _MARKER:  # before a marker there may be more of them
            place += 1
            continue
        if marker in _FRAMES:
            height, width = (int.from_bytes(data[at : at + 2], "big") for at in (place + 5, place + 7))
            return width, height
        place += 2 + length
    return 0, 0


def _svg(data: bytes) -> Iterator[tuple[str, str]]:
    if len(data) > LARGEST_SVG:
        yield f"has more than {LARGEST_SVG:,} bytes", "simplify it, or save it as PNG"
        return
    if b"<!ENTITY" in data:
        yield "declares entities", "save it as plain SVG"
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        yield f"is not well-formed XML (line {error.lineno}: {error.msg})", "export it again"
        return
    if b"<?xml-stylesheet" in data:
        yield "imports a style sheet", "put what it needs into the picture"
    told: set[str] = set()
    for element in root.iter(etree.Element):
        for what, hint in _forbidden(element):
            if what not in told:
                told.add(what)
                yield f"line {element.sourceline}: {what}", hint


def _forbidden(element: etree._Element) -> Iterator[tuple[str, str]]:
    name = etree.QName(element).localname
    if name in FORBIDDEN:
        yield f"holds <{name}>", FORBIDDEN[name]
    styles = [str(element.text or "")] if name == "style" else []
    for key, value in element.attrib.items():
        attribute, text = etree.QName(str(key)).localname, str(value).strip()
        if attribute.lower().startswith("on"):
            yield f'holds the script attribute "{attribute}"', "take it out: a printed picture does nothing"
        elif attribute in ("href", "src") and name != "a" and not _INSIDE.match(text):
            yield f'leads outside, to "{text[:60]}"', "put what it needs into the picture"
        else:
            styles.append(text)
    for style in styles:
        outside = _URL.search(style)
        if outside and not _INSIDE.match(outside[1].strip()):
            yield f'leads outside, to "{outside[1].strip()[:60]}"', "put what it needs into the picture"
        if _IMPORT.search(style):
            yield "imports a style sheet", "put what it needs into the picture"
