"""The EPUB 3.3 edition: the package, its metadata, and the archive; the same report gives the same bytes."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from pipeline.diagnostics import Findings, StageFailedError
from pipeline.document import Asset, Document, Imprint
from pipeline.render.cover import draw_cover
from pipeline.render.epub_access import derive
from pipeline.render.epub_fonts import STYLE as FONTS_STYLE
from pipeline.render.epub_fonts import embedded_fonts
from pipeline.render.epub_markup import NOT_WELL_FORMED, XHTML, elements, local_name, parser
from pipeline.render.epub_pages import (
    COVER_PICTURE,
    NAV,
    STYLE,
    place_of,
    reading_direction,
    write_pages,
)
from pipeline.render.pagemap import PageMap
from pipeline.templating import Templates

FOLDER, PACKAGE = "EPUB", "package.opf"
_BLOCKS = ("section", "div", "blockquote", "p")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA_TYPE = "application/epub+zip"
_FIRST_ZIP_MOMENT = datetime(1980, 1, 1, tzinfo=UTC)  # what the date field of a ZIP entry can hold
_LAST_ZIP_MOMENT = datetime(2107, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and its kind in ONIX code list 5 ("15" ISBN-13, "06" DOI), or ""."""

    value: str
    onix: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the manifest."""

    id: str
    href: str
    media_type: str
    properties: str = ""


def write_epub(
    document: Document,
    design_colors: tuple[tuple[str, str], ...],
    templates: Templates,
    epoch: int,
    findings: Findings,
    page_map: PageMap | None = None,
    *,
    fonts: bool = False,
    certified_by: str = "",
) -> bytes:
    """The report as an EPUB 3.3 publication.

    Args:
        document: the resolved report.
        design_colors: names and values of the colours of the cover ("ground", "accent", "ink").
        templates: the press's templates, and the report's replacements.
        epoch: the moment of the edition, in seconds since 1970; it stamps the package and the archive.
        findings: takes dead links, ids used twice, unpaired notes, missing pictures, and pages not found.
        page_map: the pages of the printed edition, which the book marks and lists; None for no list.
        fonts: whether the press's typefaces are put into the book.
        certified_by: who answers for its accessibility, so that it is claimed; "" for no claim.

    Raises:
        StageFailedError: when a template fails, a part is not well-formed, or the cover cannot be drawn.
    """
    cover = draw_cover(document, design_colors, templates, findings)
    pages = write_pages(document, templates, cover.words, page_map, findings)
    style = templates.path(f"css/{STYLE}").read_bytes()
    trees = {name: _well_formed(text, name, document) for name, text in pages.items()}
    faces: tuple[Asset, ...] = ()
    if fonts:
        style = templates.path(f"css/{FONTS_STYLE}").read_bytes() + b"\n" + style
        faces = embedded_fonts(str(text) for root in trees.values() for text in root.itertext())
    package = templates.render(
        "epub/package.opf.j2",
        findings,
        document=document,
        identifiers=identifiers(document.imprint),
        certified_by=certified_by,
        print_edition=page_map.identifier if page_map is not None else "",
        languages=languages_of(document.imprint.lang, trees.values()),
        direction=reading_direction(document.imprint.lang),
        modified=datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        access=derive(tuple(trees.values()), document.assets, style.decode("utf-8", "replace")),
        manifest=_manifest((*document.assets, *faces), trees),
        spine=[f"page-{number}" for number, _ in enumerate(pages, 1)],
    )
    container = templates.render("epub/container.xml.j2", findings, package=f"{FOLDER}/{PACKAGE}")
    _well_formed(package, PACKAGE, document)
    _well_formed(container, "container.xml", document)
    content = {
        "META-INF/container.xml": container.encode(),
        f"{FOLDER}/{PACKAGE}": package.encode(),
        f"{FOLDER}/{STYLE}": style,
        f"{FOLDER}/{COVER_PICTURE}": cover.png,
    }
    content |= {f"{FOLDER}/{name}": text.encode() for name, text in pages.items()}
    content |= {f"{FOLDER}/{asset.href}": asset.data for asset in (*document.assets, *faces)}
    return _packed(content, epoch)


def languages_of(main: str, pages: Iterable[etree._Element]) -> tuple[str, ...]:
    """The languages that the book is written in, the main one first (EPUB 3.3, 5.5.3.3).

    A language counts when a block of text is written in it: a foreign word or a title in a note makes no book in
    another language.
    """
    blocks = (node for page in pages for node in page.iter(*(f"{{{XHTML}}}{name}" for name in _BLOCKS)))
    named = (node.get("lang") or node.get(_XML_LANG) or main for node in blocks)
    return tuple(dict.fromkeys((main, *named)))


def identifiers(imprint: Imprint) -> tuple[Identifier, ...]:
    """The identifiers of the edition; the first is the unique one (EPUB 3.3, 5.5.3.1).

    Without an ISBN of this edition or a DOI it is a UUID that slug and version decide.
    """
    found = []
    if imprint.isbn_epub:
        found.append(Identifier(f"urn:isbn:{re.sub('[^0-9Xx]', '', imprint.isbn_epub)}", "15"))
    if imprint.doi:
        found.append(Identifier(f"doi:{imprint.doi}", "06"))
    if not found:
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"proofpress:{imprint.slug}:{imprint.version}")
        found.append(Identifier(name.urn))
    if imprint.report_number:
        found.append(Identifier(imprint.report_number))
    return tuple(found)


def _well_formed(text: str, name: str, document: Document) -> etree._Element:
    """A rendered file as a tree, because a template of the report may have written anything.

    Raises:
        StageFailedError: when it is not well-formed.
    """
    try:
        return etree.fromstring(text.encode(), parser())
    except etree.XMLSyntaxError as error:
        place = place_of(document, name)
        raise StageFailedError(NOT_WELL_FORMED.at(place, error.msg or "not well-formed XML")) from error


def _manifest(assets: Sequence[Asset], pages: Mapping[str, etree._Element]) -> tuple[Item, ...]:
    return (
        Item("cover-image", COVER_PICTURE, "image/png", "cover-image"),
        Item("style", STYLE, "text/css"),
        *(
            Item(f"page-{number}", name, "application/xhtml+xml", _properties(name, root))
            for number, (name, root) in enumerate(pages.items(), 1)
        ),
        *(Item(f"asset-{number}", asset.href, asset.media_type) for number, asset in enumerate(assets, 1)),
    )


def _properties(name: str, page: etree._Element) -> str:
    """What a reading system must know before it opens a page (EPUB 3.3, appendix D.6)."""
    tags = {local_name(element) for element in elements(page)}
    found = {"nav": name == NAV, "mathml": "math" in tags, "svg": "svg" in tags, "scripted": "script" in tags}
    return " ".join(word for word, there in found.items() if there)


def _packed(content: Mapping[str, bytes], epoch: int) -> bytes:
    """The archive: `mimetype` first and stored (EPUB 3.3, 4.2.3), the other entries by name.

    Dates, permissions and the system that made it are fixed, so that they tell nothing of this machine.
    """
    moment = datetime.fromtimestamp(epoch, UTC)
    moment = min(max(moment, _FIRST_ZIP_MOMENT), _LAST_ZIP_MOMENT)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (("mimetype", MEDIA_TYPE.encode()), *sorted(content.items())):
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            stored = name == "mimetype" or name.endswith((".png", ".jpg", ".jpeg", ".webp", ".gif"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=None if stored else 9)
    return buffer.getvalue()
