"""The properties of the metadata (ISO 19005-3, 6.6.2.3): known ones or described ones, with values of their types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.verify.gate.checks_metadata import A_ID, DC, RDF, UA_ID, prefixes
from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import METADATA_WRONG

_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_TYPE = "http://www.aiim.org/pdfa/ns/type#"
_FIELD = "http://www.aiim.org/pdfa/ns/field#"
_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))

_KNOWN = {
    DC, A_ID, RDF, "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xap/1.0/rights/",
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/xap/1.0/bj/", "http://ns.adobe.com/xap/1.0/t/pg/", "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "http://ns.adobe.com/pdf/1.3/", "http://ns.adobe.com/photoshop/1.0/",
    "http://ns.adobe.com/camera-raw-settings/1.0/",
    "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/", "http://ns.adobe.com/exif/1.0/aux/",
    "http://ns.adobe.com/xap/1.0/t/", "http://ns.adobe.com/xap/1.0/g/", "http://ns.adobe.com/xap/1.0/g/img/",
    _EXTENSION, _SCHEMA, _PROPERTY, _TYPE, _FIELD,
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "http://ns.adobe.com/xap/1.0/sType/Version#", "http://ns.adobe.com/xap/1.0/sType/Job#",
    "http://ns.adobe.com/xap/1.0/sType/Dimensions#", "http://ns.adobe.com/xap/1.0/sType/Font#",
}  # fmt: skip
_DC_PROPERTIES = frozenset(
    "contributor coverage creator date description format identifier language publisher relation rights source subject "
    "title type".split()
)
_XMP_PROPERTIES = frozenset(
    "Advisory BaseURL CreateDate CreatorTool Identifier Label MetadataDate ModifyDate Nickname Rating "
    "Thumbnails".split()
)
_PDF_PROPERTIES = frozenset("Keywords PDFVersion Producer Trapped".split())
_LISTS = {
    "contributor": "Bag", "creator": "Seq", "date": "Seq", "description": "Alt", "language": "Bag", "publisher": "Bag",
    "relation": "Bag", "rights": "Alt", "subject": "Bag", "title": "Alt", "type": "Bag",
}  # fmt: skip


_PLAIN = {
    DC: ("coverage", "format", "identifier", "source"),
    "http://ns.adobe.com/xap/1.0/": ("CreateDate", "CreatorTool", "MetadataDate", "ModifyDate", "Nickname", "Label"),
    "http://ns.adobe.com/pdf/1.3/": ("Keywords", "PDFVersion", "Producer", "Trapped"),
    "http://ns.adobe.com/xap/1.0/mm/": (
        "DocumentID",
        "InstanceID",
        "OriginalDocumentID",
        "RenditionClass",
        "VersionID",
    ),
    A_ID: ("part", "conformance", "amd", "corr", "rev"),
    UA_ID: ("part", "amd", "corr", "rev"),
}


@clause("6.6.2.3.1-1", "properties are known or described", METADATA_WRONG, _EARLY)
def properties_known(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.6.2.3.1."""
    if file.xmp is None:
        return
    described = _described(file.xmp)
    for tag in sorted(_properties(file.xmp)):
        space, local = etree.QName(tag).namespace or "", etree.QName(tag).localname
        listed = {
            DC: _DC_PROPERTIES,
            "http://ns.adobe.com/xap/1.0/": _XMP_PROPERTIES,
            "http://ns.adobe.com/pdf/1.3/": _PDF_PROPERTIES,
            A_ID: frozenset(("part", "conformance", "amd", "corr", "rev")),
            _EXTENSION: frozenset(("schemas",)),
        }.get(space)
        known = local in listed if listed is not None else space in _KNOWN
        if not known and (space, local) not in described:
            yield Fault(f'the property "{local}" of {space} is neither known nor described')


def _properties(rdf: etree._Element) -> set[str]:
    found: set[str] = set()
    for about in rdf.findall(f"{{{RDF}}}Description"):
        found.update(str(child.tag) for child in about if isinstance(child.tag, str))
        found.update(str(key) for key in about.attrib if not str(key).startswith(f"{{{RDF}}}"))
    return {tag for tag in found if not tag.startswith("{http://www.w3.org/XML/1998/namespace}")}


def _described(rdf: etree._Element) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for schema in rdf.iter(f"{{{_SCHEMA}}}namespaceURI"):
        holder = schema.getparent()
        space = (schema.text or "").strip()
        for title in holder.iter(f"{{{_PROPERTY}}}name") if holder is not None else ():
            found.add((space, (title.text or "").strip()))
    return found


_TABLES = {
    "schema": (_SCHEMA, {"schema", "namespaceURI", "prefix"}, {"property", "valueType"}),
    "property": (_PROPERTY, {"name", "valueType", "category", "description"}, set()),
    "type": (_TYPE, {"type", "namespaceURI", "prefix", "description"}, {"field"}),
    "field": (_FIELD, {"name", "valueType", "description"}, set()),
}
_PREFIXES = {
    "pdfaExtension": _EXTENSION, "pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY, "pdfaType": _TYPE,
    "pdfaField": _FIELD,
}  # fmt: skip


@clause("6.6.2.3.3-1", "descriptions of properties are complete", METADATA_WRONG, _EARLY)
def extensions_complete(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, tables 2 to 5: what describes schemas, properties, types and fields, all of it and nothing else."""
    if file.xmp is None:
        return
    for wanted, space in _PREFIXES.items():
        for prefix in prefixes(file, space) - {wanted}:
            yield Fault(f'the namespace of "{wanted}" has the prefix "{prefix}"')
    for holder in file.xmp.iter(f"{{{_EXTENSION}}}schemas"):
        bag = holder.find(f"{{{RDF}}}Bag")
        if bag is None:
            yield Fault("the descriptions of properties are no Bag")
            continue
        for schema in bag.findall(f"{{{RDF}}}li"):
            yield from _described_by(schema, "schema")
            for inner, table in (("property", "property"), ("valueType", "type")):
                for item in _listed(schema, _SCHEMA, inner):
                    yield from _described_by(item, table)
                    for part in _listed(item, _TYPE, "field") if table == "type" else ():
                        yield from _described_by(part, "field")
                for found in _fields(schema, _SCHEMA, inner):
                    if not isinstance(found, str) and found.find(f"{{{RDF}}}Seq") is None:
                        yield Fault(f"the list of a described schema ({inner}) is no Seq")


def _fields(holder: etree._Element, space: str, name_: str) -> list[etree._Element | str]:
    """The values of a field of a description, whether it is an element or an attribute."""
    found: list[etree._Element | str] = []
    for inner in (holder, *holder.findall(f"{{{RDF}}}Description")):
        found += list(inner.findall(f"{{{space}}}{name_}"))
        if f"{{{space}}}{name_}" in inner.attrib:
            found.append(str(inner.attrib[f"{{{space}}}{name_}"]))
    return found


def _listed(holder: etree._Element, space: str, name_: str) -> Iterator[etree._Element]:
    for value in _fields(holder, space, name_):
        if not isinstance(value, str):
            yield from value.findall(f"{{{RDF}}}Seq/{{{RDF}}}li")


def _described_by(holder: etree._Element, table: str) -> Iterator[Fault]:
    space, needed, allowed = _TABLES[table]
    for wanted in sorted(needed):
        values = _fields(holder, space, wanted)
        if len(values) != 1:
            yield Fault(f"the description of a {table} has its {wanted} {len(values)} times")
        elif not isinstance(values[0], str) and len(values[0]):
            yield Fault(f"the {wanted} of a described {table} is no text")
        elif wanted == "category" and _plain(values[0]) not in ("internal", "external"):
            yield Fault(f'the category of a described property is "{_plain(values[0])}"')
    known = {f"{{{space}}}{name_}" for name_ in needed | allowed}
    for inner in (holder, *holder.findall(f"{{{RDF}}}Description")):
        keys = [str(child.tag) for child in inner] + [str(key) for key in inner.attrib]
        for key in keys:
            if not key.startswith((f"{{{RDF}}}", "{http://www.w3.org/XML/")) and key not in known:
                yield Fault(f'the description of a {table} holds "{etree.QName(key).localname}"')


def _plain(value: etree._Element | str) -> str:
    return (value if isinstance(value, str) else value.text or "").strip()


@clause("6.6.2.3.1-2", "values have the types of their properties", METADATA_WRONG, ARCHIVE)
def values_typed(file: Opened) -> Iterator[Fault]:
    """dc: lists where there are lists; xmp: dates that are dates."""
    if file.xmp is None:
        return
    for about in file.xmp.findall(f"{{{RDF}}}Description"):
        for local, kind in _LISTS.items():
            for value in about.findall(f"{{{DC}}}{local}"):
                if value.find(f"{{{RDF}}}{kind}") is None:
                    yield Fault(f"dc:{local} is no {kind}")
            if f"{{{DC}}}{local}" in about.attrib:
                yield Fault(f"dc:{local} is no {kind}")
    for space, names in _PLAIN.items():
        for local in names:
            if any(len(value) for about in file.xmp.iter(f"{{{RDF}}}Description") for value in about.findall(
                f"{{{space}}}{local}")):  # fmt: skip
                yield Fault(f"the property {local} is no single text")
    for marked in file.said("http://ns.adobe.com/xap/1.0/rights/", "Marked"):
        if marked not in ("True", "False"):
            yield Fault(f'xmpRights:Marked is neither True nor False: "{marked}"')
    for local in ("CreateDate", "ModifyDate", "MetadataDate"):
        for moment in file.said("http://ns.adobe.com/xap/1.0/", local):
            if not re.fullmatch(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", moment):
                yield Fault(f'xmp:{local} is no date: "{moment}"')
