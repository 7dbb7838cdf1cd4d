"""Which structure type an element of the printed report has, in the words of PDF/UA-1 or of PDF/UA-2.

PDF/UA-1 (ISO 14289-1) knows the types of ISO 32000-1, 14.8.4. PDF/UA-2 (ISO 14289-2) prefers those of
ISO 32000-2, 14.8.4, and allows the older ones beside them; ISO/TS 32005 says which may stand in which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}svg"
PICTURES = frozenset(("img", SVG))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
LISTS = frozenset(("ul", "ol"))

GROUPING = frozenset(("Document", "Part", "Sect", "Art", "Div", "Aside", "BlockQuote", "Note", "FENote"))
"""Types that hold blocks; text that stands in them by itself gets a paragraph (ISO/TS 32005, table 5)."""

INLINE = frozenset(("Span", "Quote", "Reference", "Link", "Code", "Em", "Strong", "Lbl"))
"""Types of pieces of a line."""

PDF_2 = frozenset(
    (
        "Document", "DocumentFragment", "Part", "Sect", "Div", "Aside", "NonStruct", "P", "Title", "FENote", "Sub",
        "H1", "H2", "H3", "H4", "H5", "H6", "Lbl", "Span", "Em", "Strong", "Link", "Annot", "Form", "L", "LI", "LBody",
        "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Caption", "Figure", "Formula", "Artifact",
    )
)  # fmt: skip
"""The types of the PDF 2.0 namespace that are written; all others belong to that of PDF 1.7."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The structure types of one conformance level, by the HTML elements that mean them.

    Attributes:
        part: of PDF/UA: 1 or 2.
        note: the type of a footnote.
        reference: the type around a link that points into the report; "" for none.
        blocks, inlines: types by tag.
        named: types by class, for `div` and `p`.
        terms: how a list of terms numbers its items.
    """

    part: int
    note: str
    reference: str
    blocks: Mapping[str, str]
    inlines: Mapping[str, str]
    named: Mapping[str, str]
    terms: str

    def __reduce__(self) -> tuple[Callable[[int], Vocabulary], tuple[int]]:
        """There is one for each part; in another process, too."""
        return _vocabulary, (self.part,)


def _vocabulary(part: int) -> Vocabulary:
    return {vocabulary.part: vocabulary for vocabulary in (UA1, UA2)}[part]


_BLOCKS = {
    "section": "Sect", "article": "Sect", "header": "Sect", "footer": "Sect", "main": "Part",
    "blockquote": "BlockQuote", "p": "P", "pre": "P", "table": "Table", "thead": "THead", "tbody": "TBody",
    "tfoot": "TFoot", "tr": "TR", "th": "TH", "td": "TD", "caption": "Caption", "figcaption": "Caption",
    "figure": "Figure", "img": "Figure", SVG: "Figure",
    **{heading: heading.upper() for heading in HEADINGS},
}  # fmt: skip

UA1 = Vocabulary(
    part=1,
    note="Note",
    reference="Reference",
    blocks=MappingProxyType({**_BLOCKS, "aside": "Div"}),
    inlines=MappingProxyType({"code": "Code", "q": "Quote"}),
    named=MappingProxyType({"box": "Div", "side": "Div", "pull": "Div", "part": "Part"}),
    terms="None",
)

UA2 = Vocabulary(
    part=2,
    note="FENote",
    reference="",
    blocks=MappingProxyType({**_BLOCKS, "aside": "Aside"}),
    inlines=MappingProxyType({"code": "Code", "q": "Quote", "em": "Em", "i": "Em", "strong": "Strong", "b": "Strong"}),
    named=MappingProxyType({"box": "Aside", "side": "Aside", "pull": "Aside", "part": "Part", "title": "Title"}),
    terms="Description",
)

_NUMBERING = MappingProxyType(
    {
        "none": "None", "disc": "Disc", "circle": "Circle", "square": "Square", "decimal": "Decimal",
        "upper-roman": "UpperRoman", "lower-roman": "LowerRoman", "upper-alpha": "UpperAlpha",
        "lower-alpha": "LowerAlpha", "upper-latin": "UpperAlpha", "lower-latin": "LowerAlpha",
    }
)  # fmt: skip
_SCOPES = MappingProxyType({"col": "Column", "colgroup": "Column", "row": "Row", "rowgroup": "Row"})


def names_of(element: Element) -> frozenset[str]:
    """The classes of an element."""
    return frozenset(element.get("class", "").split())


def block_type(element: Element, words: Vocabulary) -> str:
    """The type of an element that stands by itself, "" for one that means nothing."""
    if element.tag in ("section", "div", "p"):
        for name in element.get("class", "").split():
            if name in words.named and (element.tag != "p" or words.named[name] == "Title"):
                return words.named[name]
    return words.blocks.get(element.tag, "")


def inline_type(element: Element, words: Vocabulary) -> str:
    """The type of a piece of a line, "" for one that means nothing."""
    return words.inlines.get(element.tag, "")


def numbering(style: object, *, ordered: bool) -> str:
    """The `ListNumbering` of a list with a `list-style-type` (ISO 32000-1, table 347)."""
    return _NUMBERING.get(str(style), "Decimal" if ordered else "Disc")


def scope(head: Element, *, in_head: bool) -> str:
    """The `Scope` of a head cell (ISO 32000-1, table 349): what it says itself, or what its place says."""
    return _SCOPES.get(head.get("scope", ""), "Column" if in_head else "Row")


def alternative(picture: Element) -> str:
    """The words in the place of a picture."""
    if picture.tag != SVG:
        return " ".join(picture.get("alt", "").split())
    title = picture.find("{http://www.w3.org/2000/svg}title")
    words = picture.get("aria-label") or (title.text if title is not None else "") or ""
    return " ".join(words.split())


def is_ornament(picture: Element, around: Element | None) -> bool:
    """Whether a picture is said to carry nothing; a drawing on the cover is one by contract."""
    if picture.get("aria-hidden") == "true" or picture.get("role") in ("presentation", "none"):
        return True
    if picture.tag == SVG:
        return around is not None and around.get("role") == "doc-cover" and not alternative(picture)
    return picture.get("alt") == ""


def text_of(element: Element, *, open_pages: bool = False) -> str:
    """The words of an element on one line, without notes; page numbers that stand first are put last.

    Args:
        element: holds the words.
        open_pages: whether page numbers are not known yet: a mark stands in their place then, as `forme` says.
    """
    first: list[str] = []
    last: list[str] = []

    def collect(inner: Element) -> None:
        if "footnote" in names_of(inner):
            return
        into = last if "page" in names_of(inner) else first
        target = inner.get("data-page-of") if open_pages else None
        into.append(inner.text or "" if target is None else f"\x06{target}\x06")
        if "label" in names_of(inner):
            into.append(" ")
        for child in inner:
            collect(child)
            first.append(child.tail or "")

    collect(element)
    words = " ".join("".join(first).replace("\u2060", "").split())
    return ", ".join(part for part in (words, " ".join("".join(last).split())) if part)
