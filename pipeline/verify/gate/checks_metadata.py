"""What a file says of itself (ISO 14289-1, 5 and 7.1; ISO 19005-3, 6.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf
from lxml import etree

from pipeline.verify.gate.clauses import ARCHIVE, UA, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, entry, name
from pipeline.verify.gate.rules import METADATA_WRONG

UA_ID = "http://www.aiim.org/pdfua/ns/id/"
A_ID = "http://www.aiim.org/pdfa/ns/id/"
DC = "http://purl.org/dc/elements/1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_TYPE = "http://www.aiim.org/pdfa/ns/type#"
_FIELD = "http://www.aiim.org/pdfa/ns/field#"
_HEAD = re.compile(rb"<\?xpacket\s[^>]*\?>")
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


@clause("5-1", "the metadata say the part of PDF/UA", METADATA_WRONG, UA, matterhorn="06-002", declared=True)
def part_said(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 5."""
    said = file.said(UA_ID, "part")
    if said not in (["1"], ["2"]):
        yield Fault(f"the metadata say the part of PDF/UA {len(said)} times: {', '.join(said)}" if said else
                    "the metadata do not say that the file conforms to PDF/UA")  # fmt: skip
    if said == ["2"] and file.said(UA_ID, "rev") != ["2024"]:
        yield Fault("the metadata do not say the year of PDF/UA-2 (rev)")


@clause("5-3", "the name of PDF/UA has its usual prefix", METADATA_WRONG, UA, declared=True)
def ua_prefix(file: Opened) -> Iterator[Fault]:
    """The prefix is pdfuaid, wherever the namespace is named."""
    for prefix in _prefixes(file, UA_ID) - {"pdfuaid"}:
        yield Fault(f'the properties of PDF/UA have the prefix "{prefix}"')


def _prefixes(file: Opened, space: str) -> set[str]:
    """The prefixes that the metadata give a namespace."""
    pattern = rb"xmlns:?([\w.-]*)\s*=\s*[\"']" + re.escape(space.encode()) + rb"[\"']"
    return {found.decode() for found in re.findall(pattern, file.metadata or b"")}


@clause("6.1-1", "the header says PDF 1.0 to 1.7", METADATA_WRONG, {Standard.UA1})
def ua_header(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 6.1: ISO 32000-1 files."""
    if not re.match(rb"%PDF-1\.[0-7]", file.data):
        yield Fault(f'the header says "{file.data[:9].decode("latin-1")}"')


@clause("6.1-2", "the header says PDF 2", METADATA_WRONG, {Standard.UA2, Standard.A4})
def later_header(file: Opened) -> Iterator[Fault]:
    """ISO 14289-2, 6.1; ISO 19005-4, 6.1.2."""
    if not re.match(rb"%PDF-2\.\d", file.data):
        yield Fault(f'the header says "{file.data[:9].decode("latin-1")}"')


@clause("7.1-8", "the catalog has metadata", METADATA_WRONG, UA | ARCHIVE, matterhorn="06-001", archive="6.6.2.1-1")
def metadata_there(file: Opened) -> Iterator[Fault]:
    """`Metadata` is a stream of XMP (ISO 19005-3, 6.6.2.1)."""
    stream = entry(file.root, "/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        yield Fault("the catalog has no metadata")
    elif name(entry(stream, "/Type")) != "Metadata" or name(entry(stream, "/Subtype")) != "XML":
        yield Fault("the metadata are not said to be XML (Type, Subtype)")
    elif file.xmp is None:
        yield Fault("the metadata cannot be read as XMP")


@clause("7.1-9", "the metadata say a title", METADATA_WRONG, UA, matterhorn="06-003")
def title_said(file: Opened) -> Iterator[Fault]:
    """dc:title."""
    if file.xmp is not None and not any(file.said(DC, "title")):
        yield Fault("the metadata say no title (dc:title)")


@clause("7.1-10", "windows are named by the title", METADATA_WRONG, UA, matterhorn="07-001 07-002")
def title_shown(file: Opened) -> Iterator[Fault]:
    """`DisplayDocTitle`."""
    if entry(entry(file.root, "/ViewerPreferences"), "/DisplayDocTitle") is not True:
        yield Fault("windows are named by the file and not by the title (ViewerPreferences, DisplayDocTitle)")


# ---------------------------------------------------------------- archives


@clause("6.6.4-1", "the metadata say part and level of PDF/A", METADATA_WRONG, ARCHIVE, declared=True)
def archive_said(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.6.4."""
    part, level = file.said(A_ID, "part"), file.said(A_ID, "conformance")
    if len(part) != 1 or part[0] not in ("1", "2", "3", "4"):
        yield Fault(f'the metadata say the part of PDF/A "{", ".join(part)}"')
        return
    allowed = {"1": ("A", "B"), "2": ("A", "B", "U"), "3": ("A", "B", "U"), "4": ("", "E", "F")}[part[0]]
    if ", ".join(level) not in allowed:
        yield Fault(f'the metadata say the level of PDF/A "{", ".join(level)}"')
    if part[0] == "4" and file.said(A_ID, "rev") != ["2020"]:
        yield Fault("the metadata do not say the year of PDF/A-4 (rev)")
    for prefix in _prefixes(file, A_ID) - {"pdfaid"}:
        yield Fault(f'the properties of PDF/A have the prefix "{prefix}"')


@clause("6.6.2.1-2", "metadata are not compressed away", METADATA_WRONG, {Standard.A1})
def metadata_plain(file: Opened) -> Iterator[Fault]:
    """PDF/A-1: no filter (ISO 19005-1, 6.7.2)."""
    if entry(entry(file.root, "/Metadata"), "/Filter") is not None:
        yield Fault("the metadata are compressed")


@clause("6.6.2.1-3", "the packet is a plain one", METADATA_WRONG, ARCHIVE)
def packet_plain(file: Opened) -> Iterator[Fault]:
    """Neither `bytes` nor `encoding` in the head of the packet; UTF-8."""
    if file.metadata is None:
        return
    head = _HEAD.search(file.metadata)
    if head is not None and re.search(rb"\s(bytes|encoding)\s*=", head[0]):
        yield Fault("the head of the metadata has the attribute bytes or encoding")
    if file.metadata[:2] in (b"\xff\xfe", b"\xfe\xff") or file.metadata[:4] == b"\0\0\xfe\xff":
        yield Fault("the metadata are not in UTF-8")


@clause("6.6.2.3-1", "properties are known or described", METADATA_WRONG, _EARLY)
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


@clause("6.6.2.3-2", "descriptions of properties are complete", METADATA_WRONG, _EARLY)
def extensions_complete(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, tables 2 to 5: what describes schemas, properties, types and fields, all of it and nothing else."""
    if file.xmp is None:
        return
    for wanted, space in _PREFIXES.items():
        for prefix in _prefixes(file, space) - {wanted}:
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


@clause("6.6.2.3-3", "values have the types of their properties", METADATA_WRONG, ARCHIVE)
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


@clause("6.6.3-1", "the two kinds of metadata agree", METADATA_WRONG, _EARLY)
def metadata_agree(file: Opened) -> Iterator[Fault]:
    """Info and XMP (ISO 19005-1, 6.7.3; asked of later parts here, too, so that no reader is told another thing)."""
    info = file.pdf.trailer.get("/Info")
    said = {
        "/Title": file.said(DC, "title"),
        "/Producer": file.said("http://ns.adobe.com/pdf/1.3/", "Producer"),
        "/Creator": file.said("http://ns.adobe.com/xap/1.0/", "CreatorTool"),
        "/Keywords": file.said("http://ns.adobe.com/pdf/1.3/", "Keywords"),
    }
    if file.said(A_ID, "part") not in (["1"], []):
        said = {"/Title": said["/Title"]}
    for key, values in said.items():
        wanted = " ".join(str(entry(info, key) or "").split())
        if wanted and not any(value == wanted or value.startswith(wanted) for value in values):
            yield Fault(f"{key[1:]} in the file's Info is not in its metadata")
