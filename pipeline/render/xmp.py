"""The XMP packet of a PDF (ISO 16684-1): what the file says of itself, from the facts of the report alone.

A declaration of conformance stands in it only when the caller says that it was proved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from pipeline.document import Imprint
from pipeline.render.pagemap import pdf_identifier

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    "pdfd": "http://pdfa.org/declarations/",
}
_META = "adobe:ns:meta/"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>'
_PADDING = " " * 99 + "\n"  # lines of blanks, before the end


@dataclass(frozen=True, slots=True)
class Claims:
    """What a file may say that it conforms to.

    Attributes:
        pdfa: part and level of PDF/A, (3, "A"), (4, "F") or (4, ""); None for no claim.
        pdfua: part of PDF/UA; None for no claim.
        declarations: addresses of what else it conforms to (PDF Declarations, ISO 32000-2 extension).
    """

    pdfa: tuple[int, str] | None = None
    pdfua: int | None = None
    declarations: tuple[str, ...] = ()


NO_CLAIMS = Claims()
SCREEN = Claims(pdfa=(3, "A"), pdfua=1)
SCREEN_2 = Claims(
    pdfa=(4, "F"),
    pdfua=2,
    declarations=(
        "http://pdfa.org/declarations/wtpdf#accessibility1.0",
        "http://pdfa.org/declarations/wtpdf#reuse1.0",
    ),
)
PRINT = Claims(pdfa=(3, "A"))


def padded(data: bytes, size: int) -> bytes:
    """A packet with blanks before its end (ISO 16684-1, 7.3.2), so that it has so many bytes; one that has stays."""
    more = max(0, size - len(data))
    blanks = (_PADDING * (more // len(_PADDING) + 1))[:more].encode()
    return data.removesuffix(_END.encode()) + blanks + _END.encode()


def packet(imprint: Imprint, claims: Claims, stamp: str, tool: str) -> bytes:
    """The packet.

    Args:
        imprint: the facts about the publication.
        claims: what was proved of the file.
        stamp: the moment that the file is dated with, "2026-11-23T12:00:00Z".
        tool: the name and version of the press.
    """
    rdf = etree.Element(_name("rdf", "RDF"), nsmap={"rdf": _NAMESPACES["rdf"]})
    _describe(_description(rdf, "dc", "xmp", "xmpRights", "pdf"), imprint, stamp, tool)
    if claims.pdfa is not None:
        part, level = claims.pdfa
        about = _description(rdf, "pdfaid")
        _text(about, "pdfaid", "part", str(part))
        if level:
            _text(about, "pdfaid", "conformance", level)
        if part == 4:
            _text(about, "pdfaid", "rev", "2020")
    if claims.pdfua is not None:
        about = _description(rdf, "pdfuaid")
        _text(about, "pdfuaid", "part", str(claims.pdfua))
        if claims.pdfua == 2:
            _text(about, "pdfuaid", "rev", "2024")
        if claims.pdfa is not None and claims.pdfa[0] < 4:
            _describe_extension(_description(rdf, "pdfaExtension", "pdfaSchema", "pdfaProperty"))
    if claims.declarations:
        _declare(_description(rdf, "pdfd"), claims.declarations)
    meta = etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META})
    meta.append(rdf)
    etree.indent(meta)
    return (_BEGIN + etree.tostring(meta, encoding="unicode") + _END).encode()


def description(imprint: Imprint) -> str:
    """What the report is about, on one line: its subtitle and its abstract."""
    parts = (imprint.subtitle.rstrip("."), imprint.abstract)
    return ". ".join(" ".join(part.split()) for part in parts if part)


def identifiers(imprint: Imprint) -> tuple[str, ...]:
    """The identifiers of the printed edition, as URIs where there is a form for that; the first one is the main.

    Among them is the one by which the EPUB names this edition as the source of its page list.
    """
    found = (
        ("https://doi.org/", imprint.doi),
        ("", pdf_identifier(imprint)),
        ("", imprint.report_number),
    )
    return tuple(prefix + value for prefix, value in found if value)


def _describe(about: etree._Element, imprint: Imprint, stamp: str, tool: str) -> None:
    _text(about, "dc", "format", "application/pdf")
    _alternatives(about, "title", imprint.title, imprint.lang)
    _list(about, "dc", "creator", "Seq", (creator.name for creator in imprint.creators))
    _alternatives(about, "description", description(imprint), imprint.lang)
    _list(about, "dc", "language", "Bag", (imprint.lang,))
    _list(about, "dc", "publisher", "Bag", (imprint.publisher,) if imprint.publisher else ())
    _list(about, "dc", "date", "Seq", (imprint.date,) if imprint.date else ())
    _list(about, "dc", "subject", "Bag", imprint.keywords)
    _alternatives(about, "rights", imprint.rights, imprint.lang)
    names = identifiers(imprint)
    if names:
        _text(about, "dc", "identifier", names[0])
        _list(about, "xmp", "Identifier", "Bag", names)
    if imprint.rights or imprint.license:
        _text(about, "xmpRights", "Marked", "True")
    if imprint.license.startswith(("http://", "https://")):
        _text(about, "xmpRights", "WebStatement", imprint.license)
    if imprint.keywords:
        _text(about, "pdf", "Keywords", ", ".join(imprint.keywords))
    _text(about, "pdf", "Producer", tool)
    _text(about, "xmp", "CreatorTool", tool)
    for name in ("CreateDate", "ModifyDate", "MetadataDate"):
        _text(about, "xmp", name, stamp)


def _describe_extension(about: etree._Element) -> None:
    """Say what `pdfuaid` is: PDF/A-3 wants that of every schema that it does not know (ISO 19005-3, 6.6.2.3)."""
    schemas = _resources(about, "pdfaExtension", "schemas", "Bag")
    schema = _resource(schemas)
    _text(schema, "pdfaSchema", "schema", "PDF/UA identification schema")
    _text(schema, "pdfaSchema", "namespaceURI", _NAMESPACES["pdfuaid"])
    _text(schema, "pdfaSchema", "prefix", "pdfuaid")
    part = _resource(_resources(schema, "pdfaSchema", "property", "Seq"))
    _text(part, "pdfaProperty", "name", "part")
    _text(part, "pdfaProperty", "valueType", "Integer")
    _text(part, "pdfaProperty", "category", "internal")
    _text(part, "pdfaProperty", "description", "The part of ISO 14289 that the file conforms to")


def _declare(about: etree._Element, declarations: Iterable[str]) -> None:
    bag = _resources(about, "pdfd", "declarations", "Bag")
    for address in declarations:
        _text(_resource(bag), "pdfd", "conformsTo", address)


def _name(prefix: str, name: str) -> str:
    return f"{{{_NAMESPACES[prefix]}}}{name}"


def _description(rdf: etree._Element, *prefixes: str) -> etree._Element:
    spaces = {prefix: _NAMESPACES[prefix] for prefix in prefixes}
    return etree.SubElement(rdf, _name("rdf", "Description"), {_name("rdf", "about"): ""}, nsmap=spaces)


def _text(about: etree._Element, prefix: str, name: str, value: str) -> None:
    etree.SubElement(about, _name(prefix, name)).text = value


def _list(about: etree._Element, prefix: str, name: str, kind: str, values: Iterable[str]) -> None:
    found = tuple(values)
    if found:
        holder = _resources(about, prefix, name, kind)
        for value in found:
            _text(holder, "rdf", "li", value)


def _alternatives(about: etree._Element, name: str, value: str, lang: str) -> None:
    """A text by language (XMP part 1, 8.2.2.4): the first one is the default, then the same with its language."""
    if not value:
        return
    holder = _resources(about, "dc", name, "Alt")
    for language in ("x-default", lang):
        etree.SubElement(holder, _name("rdf", "li"), {_XML_LANG: language}).text = value


def _resources(about: etree._Element, prefix: str, name: str, kind: str) -> etree._Element:
    return etree.SubElement(etree.SubElement(about, _name(prefix, name)), _name("rdf", kind))


def _resource(holder: etree._Element) -> etree._Element:
    return etree.SubElement(holder, _name("rdf", "li"), {_name("rdf", "parseType"): "Resource"})
