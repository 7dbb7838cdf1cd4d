"""SVG drawings as they are printed: their type is the press's, where they do not ask for another.

A drawing that asks for "sans-serif", or for nothing, leaves the choice to whoever shows it; the engine would take
whatever the machine has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from lxml import etree

from pipeline.document import Asset

SVG = "{http://www.w3.org/2000/svg}"

_SANS, _SERIF = "Source Sans 3", "Source Serif 4"
_FAMILY = re.compile(r"(font-family\s*:\s*)([^;}]+)")
_GENERIC = re.compile(r"(?<![\w-])(sans-serif|serif|system-ui|monospace)(?![\w-])")


def in_press_type(data: bytes) -> bytes:
    """The drawing with generic families replaced by the press's; unchanged when it is not well-formed."""
    root = _parsed(data)
    if root is None:
        return data
    set_press_type(root)
    return etree.tostring(root)


def set_press_type(root: etree._Element) -> None:
    """Replace generic font families in a drawing, and give its text a family where it has none."""
    for element in root.iter(etree.Element):
        family = element.get("font-family")
        if family is not None:
            element.set("font-family", _named(family))
        style = element.get("style")
        if style is not None:
            element.set("style", _FAMILY.sub(lambda found: found[1] + _named(found[2]), style))
        if element.tag == f"{SVG}style" and element.text:
            element.text = _FAMILY.sub(lambda found: found[1] + _named(found[2]), element.text)
    if root.get("font-family") is None:
        root.set("font-family", _SANS)


def drawn_texts(assets: Iterable[Asset]) -> Iterable[tuple[str, str]]:
    """The words in drawings, with the id of the figure that each belongs to."""
    for asset in assets:
        root = _parsed(asset.data) if asset.media_type == "image/svg+xml" else None
        if root is not None:
            for text in root.iter(f"{SVG}text"):
                yield "".join(str(part) for part in text.itertext()), PurePosixPath(asset.href).stem


def _named(families: str) -> str:
    return _GENERIC.sub(lambda found: _SERIF if found[1] == "serif" else _SANS, families)


def _parsed(data: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return None  # the engine will say that it cannot be drawn
