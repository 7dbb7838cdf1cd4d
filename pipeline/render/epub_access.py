"""What the EPUB says about its accessibility, counted in the files of the book and never taken for granted.

The terms are those of EPUB Accessibility 1.1 and of the schema.org accessibility vocabulary it refers to.
Conformance is not derived: that needs a person's judgement beside the machine's. It is claimed for whoever a report
names as answering for it, and only if DAISY Ace passes the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from pipeline.document import Asset
from pipeline.render.epub_markup import EPUB_TYPE, elements, local_name

_MOVING = frozenset({"audio", "canvas", "embed", "iframe", "object", "script", "video"})
_MOVING_SVG = re.compile(rb"<(?:\w+:)?(?:animate\w*|set|script)\b")
_MOVING_CSS = re.compile(r"@keyframes|\b(?:animation|transition)\b")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_OF_IMAGES = re.compile(r"[^{}]*\bimg\s*\{[^}]*\}")  # the paper behind a chart fixes no text
_FIXED_CSS = re.compile(
    r"font(?:-size)?\s*:[^;}]*\d(?:px|pt|mm|cm|in)\b"  # type that the reader could not enlarge
    r"|(?<![-\w])(?:color|background(?:-color)?)\s*:(?!\s*(?:inherit|transparent|currentcolor|none))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Access:
    """The accessibility metadata of a book (EPUB Accessibility 1.1, section 2).

    Attributes:
        modes: `schema:accessMode`, the senses the content speaks to.
        sufficient: `schema:accessModeSufficient`, sets of modes that each suffice to take in all of it.
        features: `schema:accessibilityFeature`.
        hazard: `schema:accessibilityHazard`.
        summary: `schema:accessibilitySummary`, in English.
    """

    modes: tuple[str, ...]
    sufficient: tuple[str, ...]
    features: tuple[str, ...]
    hazard: str
    summary: str


@dataclass(frozen=True, slots=True)
class _Images:
    described: int
    decorative: int
    missing: int

    @property
    def informative(self) -> int:
        return self.described + self.missing


def derive(pages: Sequence[etree._Element], assets: Iterable[Asset], style: str) -> Access:
    """Read the accessibility metadata off the finished content documents.

    Args:
        pages: the roots of all content documents, the navigation document among them.
        assets: the pictures of the book.
        style: its style sheet.
    """
    style = _CSS_OF_IMAGES.sub("", _CSS_COMMENT.sub("", style))
    nodes = [element for page in pages for element in elements(page)]
    images = _count_images(nodes)
    has_contents = any(_is_contents(node) for node in nodes)
    headed = all(_keeps_levels(page) for page in pages)
    still = not (
        any(local_name(node) in _MOVING for node in nodes)
        or _MOVING_CSS.search(style)
        or any(_moves(asset) for asset in assets)
    )
    pages_marked, pages_listed = _count_pages(nodes)
    features = (
        *(("tableOfContents",) if has_contents else ()),
        "readingOrder",  # the spine is the printed order, and nothing is placed by position
        *(("structuralNavigation",) if headed else ()),
        *(("pageBreakMarkers",) if pages_marked else ()),
        *(("pageNavigation",) if pages_marked and pages_listed == pages_marked else ()),
        *(("alternativeText",) if images.described and not images.missing else ()),
        *(("displayTransformability",) if not _FIXED_CSS.search(style) else ()),
        *(("MathML",) if any(local_name(node) == "math" for node in nodes) else ()),
        *(("ARIA",) if any(node.get("role", "").startswith("doc-") for node in nodes) else ()),
    )
    return Access(
        modes=("textual", "visual") if images.informative else ("textual",),
        sufficient=_sufficient(images),
        features=features,
        hazard="none" if still else "unknown",
        summary=_summary(images, has_contents, headed, pages_marked, nodes),
    )


def _count_images(nodes: Iterable[etree._Element]) -> _Images:
    described = decorative = missing = 0
    for node in nodes:
        # The cover repeats the title page in a picture: it is no content of its own.
        if local_name(node) not in {"img", "svg"} or node.get("role") == "doc-cover":
            continue
        alt = node.get("alt") if local_name(node) == "img" else _name_of_drawing(node)
        if alt is None:
            missing += 1
        elif alt.strip():
            described += 1
        else:
            decorative += 1
    return _Images(described, decorative, missing)


def _name_of_drawing(svg: etree._Element) -> str | None:
    if svg.get("aria-hidden") == "true":
        return ""
    title = next((node.text for node in svg if local_name(node) == "title"), None)
    return svg.get("aria-label") or title or None


def _sufficient(images: _Images) -> tuple[str, ...]:
    if not images.informative:
        return ("textual",)
    return ("textual,visual",) if images.missing else ("textual,visual", "textual")


def _is_contents(node: etree._Element) -> bool:
    is_toc = local_name(node) == "nav" and node.get(EPUB_TYPE) == "toc"
    return is_toc and any(local_name(below) == "a" for below in elements(node))


def _count_pages(nodes: Iterable[etree._Element]) -> tuple[int, int]:
    """How many pages of the printed edition are marked in the text, and how many lines the list of pages has."""
    marked = listed = 0
    for node in nodes:
        marked += node.get("role") == "doc-pagebreak"
        if local_name(node) == "nav" and node.get(EPUB_TYPE) == "page-list":
            listed += sum(local_name(below) == "a" for below in elements(node))
    return marked, listed


def _keeps_levels(page: etree._Element) -> bool:
    """Whether the headings of a file begin with the first level and leave out none below it.

    A file without any, such as the cover or a plain imprint, breaks no order.
    """
    levels = [int(name[1]) for node in elements(page) if re.fullmatch(r"h[1-6]", name := local_name(node))]
    return all(below <= above + 1 for above, below in pairwise([0, *levels]))


def _moves(asset: Asset) -> bool:
    match asset.media_type:
        case "image/svg+xml":
            return _MOVING_SVG.search(asset.data) is not None
        case "image/gif":
            return asset.data.count(b"\x21\xf9\x04") > 1
        case "image/png":
            return b"acTL" in asset.data
        case "image/webp":
            return b"ANIM" in asset.data[:64]
        case kind:
            return not kind.startswith("image/")


def _summary(
    images: _Images, has_contents: bool, headed: bool, pages_marked: int, nodes: Sequence[etree._Element]
) -> str:
    ways = [way for way, there in (("a table of contents", has_contents), ("headings", headed)) if there]
    told = []
    if ways:
        told.append(f"The text can be navigated by {' and '.join(ways)}.")
    if not images.informative:
        told.append("There are no images that carry information.")
    elif images.missing:
        number = _counted(images.informative, "image")
        told.append(f"{images.missing} of {number} without a text alternative.")
    else:
        each = "" if images.informative == 1 else ", each"
        told.append(f"{_counted(images.informative, 'image')}{each} with a text alternative.")
    tables = [node for node in nodes if local_name(node) == "table"]
    if tables and all(any(local_name(n) == "th" and n.get("scope") for n in elements(t)) for t in tables):
        told.append(f"{_counted(len(tables), 'table')} with marked header cells.")
    notes = sum(node.get("role") == "doc-footnote" for node in nodes)
    if notes:
        told.append(f"{_counted(notes, 'note')} at the ends of the chapters, linked from the text and back.")
    if pages_marked:
        told.append(f"{_counted(pages_marked, 'page')} of the PDF edition, marked in the text and listed.")
    else:
        told.append("There is no list of the pages of the PDF edition.")
    return " ".join(told)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
