"""The properties of the metadata (ISO 19005-3, 6.6.2.3): known ones or described ones, with values of their types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.verify.gate.checks_extensions import EXTENSION, FIELD, PROPERTY, SCHEMA, TYPE
from pipeline.verify.gate.checks_metadata import A_ID, DC, RDF, UA_ID
from pipeline.verify.gate.clauses import Fault, Standard, clause
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.rules import METADATA_WRONG

_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))

_KNOWN = {
    DC, A_ID, RDF, "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xap/1.0/rights/",
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/xap/1.0/bj/", "http://ns.adobe.com/xap/1.0/t/pg/", "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "http://ns.adobe.com/pdf/1.3/", "http://ns.adobe.com/photoshop/1.0/",
    "http://ns.adobe.com/camera-raw-settings/1.0/",
    "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/", "http://ns.adobe.com/exif/1.0/aux/",
    "http://ns.adobe.com/xap/1.0/t/", "http://ns.adobe.com/xap/1.0/g/", "http://ns.adobe.com/xap/1.0/g/img/",
    EXTENSION, SCHEMA, PROPERTY, TYPE, FIELD,
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
_PDF_PROPERTIES = frozenset("Keywords PDFVersion Producer".split())
_RIGHTS_PROPERTIES = frozenset("Certificate Marked Owner UsageTerms WebStatement".split())
_MANAGEMENT_PROPERTIES = frozenset(
    "DerivedFrom DocumentID History InstanceID LastURL ManagedFrom Manager ManageTo ManageUI ManagerVariant "
    "OriginalDocumentID RenditionClass RenditionOf RenditionParams SaveID VersionID Versions".split()
)
_PAGED_PROPERTIES = frozenset("Colorants Fonts MaxPageSize NPages PlateNames".split())
_PHOTOSHOP_PROPERTIES = frozenset(
    "AuthorsPosition CaptionWriter Category City Country Credit DateCreated Headline Instructions Source State "
    "SupplementalCategories TransmissionReference Urgency".split()
)
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
            "http://ns.adobe.com/xap/1.0/rights/": _RIGHTS_PROPERTIES,
            "http://ns.adobe.com/xap/1.0/mm/": _MANAGEMENT_PROPERTIES,
            "http://ns.adobe.com/xap/1.0/bj/": frozenset(("JobRef",)),
            "http://ns.adobe.com/xap/1.0/t/pg/": _PAGED_PROPERTIES,
            "http://ns.adobe.com/photoshop/1.0/": _PHOTOSHOP_PROPERTIES,
            A_ID: frozenset(("part", "conformance", "amd", "corr", "rev")),
            EXTENSION: frozenset(("schemas",)),
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
    for schema in rdf.iter(f"{{{SCHEMA}}}namespaceURI"):
        holder = schema.getparent()
        space = (schema.text or "").strip()
        for title in holder.iter(f"{{{PROPERTY}}}name") if holder is not None else ():
            found.add((space, (title.text or "").strip()))
    return found


@clause("6.6.2.3.1-2", "values have the types of their properties", METADATA_WRONG, _EARLY)
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
