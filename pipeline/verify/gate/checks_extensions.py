"""Descriptions of properties that are not commonly known (ISO 19005-3, 6.6.2.3.2 and 6.6.2.3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from pipeline.verify.gate.checks_metadata import RDF, prefixes
from pipeline.verify.gate.clauses import Check, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.rules import METADATA_WRONG

EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
TYPE = "http://www.aiim.org/pdfa/ns/type#"
FIELD = "http://www.aiim.org/pdfa/ns/field#"
_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))

_TABLES: dict[str, tuple[str, str, dict[str, int]]] = {
    "schema": (
        SCHEMA, "pdfaSchema", {"schema": 2, "namespaceURI": 3, "prefix": 4, "property": 5, "valueType": 6},
    ),
    "property": (PROPERTY, "pdfaProperty", {"name": 7, "valueType": 8, "category": 9, "description": 10}),
    "type": (TYPE, "pdfaType", {"type": 11, "namespaceURI": 12, "prefix": 13, "description": 14, "field": 15}),
    "field": (FIELD, "pdfaField", {"name": 16, "valueType": 17, "description": 18}),
}  # fmt: skip
"""What describes what: the namespace, its prefix, and the fields with the numbers of their tests."""
_ARRAYS = ("bag ", "seq ", "alt ", "open choice of ", "closed choice of ", "choice of ")
_SIMPLE = frozenset(
    "agentname boolean choice cfapattern colorant date device devicesettings dimensions flash font gpscoordinate "
    "guid integer job lang locale mimetype oecf/sfr propername rational real renditionclass resourceevent "
    "resourceref text thumbnail timecode uri url version xpath".split()
) | {"lang alt"}
"""The types of values of the XMP specification, in small letters."""


@once
def _faults(file: Opened) -> tuple[tuple[int, Fault], ...]:
    """What is wrong with descriptions, by the number of the test; 0 for what no table knows."""
    return tuple(_found(file)) if file.xmp is not None else ()


def _found(file: Opened) -> Iterator[tuple[int, Fault]]:
    for prefix in prefixes(file, EXTENSION) - {"pdfaExtension"}:
        yield 1, Fault(f'the namespace of "pdfaExtension" has the prefix "{prefix}"')
    for space, wanted, numbers in _TABLES.values():
        for prefix in prefixes(file, space) - {wanted}:
            for local, number in numbers.items():
                if f"<{prefix}:{local}".encode() in (file.metadata or b""):
                    yield number, Fault(f'"{local}" has the prefix "{prefix}" and not "{wanted}"')
    for holder in file.xmp.iter(f"{{{EXTENSION}}}schemas") if file.xmp is not None else ():
        bag = holder.find(f"{{{RDF}}}Bag")
        if bag is None:
            yield 1, Fault("the descriptions of properties are no Bag")
            continue
        for schema in bag.findall(f"{{{RDF}}}li"):
            types = [_plain(v) for item in _listed(schema, SCHEMA, "valueType") for v in _fields(item, TYPE, "type")]
            known = _SIMPLE | {word.lower() for word in types}
            yield from _described(schema, "schema", known)
            for inner, table in (("property", "property"), ("valueType", "type")):
                for item in _listed(schema, SCHEMA, inner):
                    yield from _described(item, table, known)
                    for part in _listed(item, TYPE, "field") if table == "type" else ():
                        yield from _described(part, "field", known)


def _described(holder: etree._Element, table: str, types: frozenset[str]) -> Iterator[tuple[int, Fault]]:
    """What is wrong with one description."""
    space, _, numbers = _TABLES[table]
    for local, number in numbers.items():
        values = _fields(holder, space, local)
        if local in ("property", "field") or (table, local) == ("schema", "valueType"):
            for value in values:
                if isinstance(value, str) or value.find(f"{{{RDF}}}Seq") is None:
                    yield number, Fault(f"the list of a described {table} ({local}) is no Seq")
        elif len(values) != 1:
            yield number, Fault(f"the description of a {table} has its {local} {len(values)} times")
        elif not isinstance(values[0], str) and len(values[0]):
            yield number, Fault(f"the {local} of a described {table} is no text")
        elif local == "category" and _plain(values[0]) not in ("internal", "external"):
            yield number, Fault(f'the category of a described property is "{_plain(values[0])}"')
        elif local == "valueType" and not _is_type(_plain(values[0]), types):
            yield number, Fault(f'the type "{_plain(values[0])}" of a described {table} is not known')
    known = {f"{{{space}}}{local}" for local in numbers}
    for inner in (holder, *holder.findall(f"{{{RDF}}}Description")):
        keys = [str(child.tag) for child in inner] + [str(key) for key in inner.attrib]
        for key in keys:
            if not key.startswith((f"{{{RDF}}}", "{http://www.w3.org/XML/")) and key not in known:
                yield 0, Fault(f'the description of a {table} holds "{etree.QName(key).localname}"')


def _is_type(said: str, types: frozenset[str]) -> bool:
    """Whether a type of values is known, or an array or a choice of such ones."""
    plain = " ".join(said.lower().split())
    for word in _ARRAYS:
        while plain.startswith(word):
            plain = plain.removeprefix(word)
    return plain in types or plain in {word.strip().removesuffix(" of") for word in _ARRAYS}


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


def _plain(value: etree._Element | str) -> str:
    return (value if isinstance(value, str) else value.text or "").strip()


@clause("6.6.2.3.2-1", "descriptions of properties hold nothing else", METADATA_WRONG, _EARLY)
def nothing_else(file: Opened) -> Iterator[Fault]:
    """What no table of ISO 19005-3, 6.6.2.3.3, knows."""
    yield from (fault for number, fault in _faults(file) if number == 0)


def _test(number: int) -> Check:
    def check(file: Opened) -> Iterator[Fault]:
        yield from (fault for found, fault in _faults(file) if found == number)

    return check


def _register(number: int, says: str) -> None:
    register: Callable[[Check], Check] = clause(f"6.6.2.3.3-{number}", says, METADATA_WRONG, _EARLY)
    register(_test(number))


_register(1, "descriptions of properties are a Bag")
for _kind, (_, _prefix, _numbers) in _TABLES.items():
    for _local, _number in _numbers.items():
        _register(_number, f"the {_local} of a described {_kind} is said as it should be ({_prefix})")
