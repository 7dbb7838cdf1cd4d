"""The markup of a chapter for EPUB: parsed, pointed at the right files, and given its EPUB semantics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from lxml import etree

from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare
from pipeline.document import NoteText

XHTML = "http://www.w3.org/1999/xhtml"
OPS = "http://www.idpf.org/2007/ops"
EPUB_TYPE = f"{{{OPS}}}type"

NOT_WELL_FORMED = declare(
    "EPUB101",
    "epub-markup-not-well-formed",
    Severity.ERROR,
    """
    A part of the EPUB is not well-formed XML. A reading system shows nothing of such a file.

    Text reaches the EPUB as XHTML made by the press, so the cause is nearly always a template of the report.

    Bad:   <p>One<br>two</p>
    Good:  <p>One<br/>two</p>
    """,
)

DUPLICATE_ID = declare(
    "EPUB102",
    "epub-duplicate-id",
    Severity.ERROR,
    """
    Two elements of the book have the same id, so that a link to it would lead to either.

    Ids are unique over the whole report and the same in every edition.

    Bad:   ## Method {#sec-method}    in two sections
    Good:  ## Method {#sec-data-method}
    """,
)

DEAD_LINK = declare(
    "EPUB103",
    "epub-dead-link",
    Severity.ERROR,
    """
    A link names an id, or a file, that is not in the book.

    Bad:   [the annex](annex.html)
    Good:  @sec-annex
    """,
)

UNPAIRED_NOTE = declare(
    "EPUB104",
    "epub-unpaired-note",
    Severity.ERROR,
    """
    A note stands at the end of a chapter that does not call it, or is called more often than once there.

    A reader who opens the note could not come back to the place of its call.
    """,
)

MISSING_PICTURE = declare(
    "EPUB105",
    "epub-missing-picture",
    Severity.ERROR,
    """
    The text shows a picture that is not among the files of the report. The network is never asked for one.

    Bad:   ![Map](https://example.org/map.png)
    Good:  ![Map](images/map.png){#fig-map fig-alt="..."}
    """,
)

# What HTML leaves without an end tag; every other empty element gets one, for readers that parse as HTML.
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


def parser() -> etree.XMLParser:
    """An XML parser that fetches nothing and expands no entity."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def local_name(element: etree._Element) -> str:
    """The tag without its namespace, "" for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """The elements of a tree in their order, without comments and processing instructions."""
    return (node for node in root.iter() if isinstance(node.tag, str))


def has_class(element: etree._Element, name: str) -> bool:
    """Whether an element has a class."""
    return name in element.get("class", "").split()


def parse(markup: str, place: Span) -> etree._Element:
    """A fragment of XHTML without a namespace, inside a `div` that is not part of it.

    Raises:
        StageFailedError: when it is not well-formed.
    """
    try:
        root = etree.fromstring(f'<div xmlns="{XHTML}" xmlns:epub="{OPS}">{markup}</div>', parser())
    except etree.XMLSyntaxError as error:
        raise StageFailedError(NOT_WELL_FORMED.at(place, error.msg or "not well-formed XML")) from error
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    return root


def inner(root: etree._Element) -> str:
    """The markup inside the `div` that `parse` put around it."""
    for element in elements(root):
        if len(element) == 0 and element.text is None and local_name(element) not in _VOID:
            element.text = ""
    text = etree.tostring(root, encoding="unicode", with_tail=False)
    return text[text.index(">") + 1 : text.rindex("<")]


def ids(roots: Iterable[etree._Element]) -> Iterator[str]:
    """All ids of some fragments, in their order."""
    for root in roots:
        for element in elements(root):
            if element.get("id") is not None:
                yield element.get("id", "")


def adapt(
    root: etree._Element,
    file: str,
    targets: Mapping[str, str],
    pictures: frozenset[str],
    place: Span,
    findings: Findings,
) -> None:
    """Give a fragment its EPUB semantics and point its links to the files that hold their targets.

    Args:
        root: the fragment; it is changed.
        file: the file that will hold it.
        targets: the file of every id.
        pictures: the pictures that the book holds.
        place: where findings about it point to.
        findings: takes dead links and missing pictures.
    """
    for element in list(elements(root)):
        for name in [n for n in map(str, element.attrib) if n.startswith("data-")]:
            del element.attrib[name]
        match local_name(element):
            case "a":
                _point(element, file, targets, place, findings)
                _mark_call(element)
            case "img" if element.get("src") not in pictures:
                message = f'no picture "{element.get("src", "")}" in the book'
                findings.add(MISSING_PICTURE.at(place, message))
            case _:
                pass


def _point(link: etree._Element, file: str, targets: Mapping[str, str], place: Span, findings: Findings) -> None:
    href = link.get("href")
    if href is None or _leads_outside(href):
        return
    wanted = unquote(href[1:]) if href.startswith("#") else ""
    if wanted not in targets:
        what = f'nothing in the book has the id "{wanted}"' if wanted else f'"{href}" is not in the book'
        findings.add(DEAD_LINK.at(place, what))
        del link.attrib["href"]
        return
    link.set("href", href if targets[wanted] == file else f"{targets[wanted]}{href}")
    if has_class(link, "pageref"):
        del link.attrib["class"]


def _leads_outside(href: str) -> bool:
    scheme = href.partition(":")[0].lower()
    return ":" in href and scheme in {"http", "https", "mailto", "tel", "doi", "urn"}


def _mark_call(link: etree._Element) -> None:
    """Call a note in the way that reading systems open in place: `sup` outside, `epub:type` and role inside.

    KDP asks for a superscript; old versions of Apple Books want no element inside the link.
    """
    if not has_class(link, "noteref"):
        return
    link.set(EPUB_TYPE, "noteref")
    link.set("role", "doc-noteref")
    parent = link.getparent()
    if parent is None or local_name(parent) == "sup":
        return
    sup = etree.Element(f"{{{XHTML}}}sup")
    sup.tail, link.tail = link.tail, None
    parent.replace(link, sup)
    sup.append(link)


def add_way_back(root: etree._Element, note: NoteText) -> None:
    """Put the note's number, which leads back to its call, before its first word.

    Kindle finds the extent of a note by a number that stands first; a note that begins with a list or a
    table gets a paragraph of its own for it.
    """
    if (root.text or "").strip():  # inline text without a block around it
        paragraph = etree.Element(f"{{{XHTML}}}p")
        paragraph.text, root.text = root.text, None
        paragraph.extend(list(root))
        root.append(paragraph)
    first = next(iter(root), None)
    if first is None or local_name(first) != "p":
        first = etree.Element(f"{{{XHTML}}}p")
        root.insert(0, first)
    back = etree.Element(f"{{{XHTML}}}a", {"href": f"#{note.call_id}", "role": "doc-backlink"})
    back.text = f"{note.mark}."
    back.tail = f" {first.text or ''}"
    first.text = None
    first.insert(0, back)
