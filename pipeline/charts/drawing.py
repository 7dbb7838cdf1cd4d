"""What becomes of a drawing before it is printed, and what must not stand in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.charts import faults
from pipeline.charts.specification import ChartSource
from pipeline.diagnostics import Diagnostic, Span

SVG = "http://www.w3.org/2000/svg"
# Written for a browser in English, or for scripts; inside a picture with a description they say nothing.
IDLE = ("role", "class", "pointer-events", "cursor")
NUMBERS = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "cx", "cy", "r", "points")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{4,}(e-?\d+)?")
_NO_NUMBER = re.compile(r"NaN|Infinity|undefined")
_NO_WORDS = re.compile(r"\b(NaN|undefined|null|Infinity)\b")


def faults_of(svg: str, source: ChartSource, span: Span) -> Iterator[Diagnostic]:
    """What a reader of the drawing would stumble over."""
    root = _parsed(svg)
    if not any(_local(element) in ("path", "text", "line", "circle", "rect") for element in root.iter()):
        yield faults.CHART_FAILED.at(span, "the drawing is empty")
    for element in root.iter(f"{{{SVG}}}text"):
        text = "".join(map(str, element.itertext()))
        if _NO_WORDS.search(text) and text not in source.text:
            yield faults.NO_NUMBER.at(span, f'a label says "{text}"', "see: proofpress explain FIG110")
        if text.endswith("…") and text not in source.text and not _in_data(text, source):
            yield faults.LABEL_CUT.at(span, f'a label was cut to "{text}"', "raise its limit, or write 0")
    for element in root.iter():
        if any(_NO_NUMBER.search(element.get(name, "")) for name in NUMBERS):
            message = "a mark is placed at no number"
            yield faults.NO_NUMBER.at(span, message, "see: proofpress explain FIG110")
            break


def _in_data(text: str, source: ChartSource) -> bool:
    return any(text in cell for rows in source.data.values() for row in rows for cell in row.values())


def finished(svg: str, title: str, description: str, printed: Mapping[str, str]) -> bytes:
    """The drawing as it is printed.

    One unit becomes one point, as the theme's sizes mean it. Every id carries a prefix of this drawing, so
    that two drawings can stand in one document. Coordinates have three decimals.

    Args:
        svg: what the drawing library gave.
        title: the accessible name, plain text.
        description: the accessible description, plain text; may be empty.
        printed: the CSS font family for each family name that the drawing was measured with.
    """
    root = _parsed(svg)
    for element in list(root.iter()):
        _cleaned(element, printed)
    for element in list(root.iter(f"{{{SVG}}}path")):
        parent = element.getparent()
        if parent is not None and (element.get("display") == "none" or not element.get("d")):
            parent.remove(element)
    _bare(root)
    for side in ("width", "height"):
        root.set(side, f"{root.get(side, '0').removesuffix('px')}pt")
    prefix = "c" + hashlib.sha256("\0".join((svg, title, description)).encode()).hexdigest()[:10]
    _own_ids(root, prefix)
    _described(root, title, description, prefix)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _parsed(svg: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(svg.encode(), parser)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _cleaned(element: etree._Element, printed: Mapping[str, str]) -> None:
    for name in list(element.attrib):
        key = str(name)
        if key in IDLE or key.startswith("aria-") or key.startswith("on"):
            del element.attrib[name]
        elif key in NUMBERS:
            element.set(key, _LONG_NUMBER.sub(_rounded, element.get(key, "")))
        elif key == "font-family":
            family = element.get(key, "").strip("'\"")
            element.set(key, printed.get(family, next(iter(printed.values()))))


def _rounded(found: re.Match[str]) -> str:
    short = f"{float(found[0]):.3f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _bare(root: etree._Element) -> None:
    """Take out groups that hold nothing any more, and backgrounds of no size."""
    for element in reversed(list(root.iter(f"{{{SVG}}}g", f"{{{SVG}}}path"))):
        parent = element.getparent()
        idle = _local(element) == "g" or element.get("d") == "M0,0h0v0h0Z"
        if parent is not None and idle and not len(element) and not (element.text or "").strip():
            parent.remove(element)


def _own_ids(root: etree._Element, prefix: str) -> None:
    for element in root.iter():
        for name in list(element.attrib):
            value = element.get(name, "")
            if name == "id":
                element.set(name, f"{prefix}-{value}")
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{prefix}-"))


def _described(root: etree._Element, title: str, description: str, prefix: str) -> None:
    """The accessible name and description, as SVG 2 and the SVG accessibility mapping have them."""
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    parts = [("title", title)]
    if description:
        root.set("aria-describedby", f"{prefix}-desc")
        parts.append(("desc", description))
    for place, (name, text) in enumerate(parts):
        element = etree.Element(f"{{{SVG}}}{name}", id=f"{prefix}-{name}")
        element.text = text
        root.insert(place, element)
