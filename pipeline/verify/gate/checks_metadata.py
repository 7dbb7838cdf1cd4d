"""What a file says of itself (ISO 14289-1, 5 and 7.1; ISO 19005-3, 6.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pikepdf

from pipeline.verify.gate.clauses import ARCHIVE, UA, Check, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, rdf_of
from pipeline.verify.gate.rules import METADATA_WRONG
from pipeline.verify.gate.values import entry, identity, name, place

UA_ID = "http://www.aiim.org/pdfua/ns/id/"
A_ID = "http://www.aiim.org/pdfa/ns/id/"
DC = "http://purl.org/dc/elements/1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EARLY = ARCHIVE - {Standard.A4}
_HEAD = re.compile(rb"<\?xpacket\s[^>]*\?>")


@clause(
    "5-1", "the metadata say that the file conforms to PDF/UA", METADATA_WRONG, UA, matterhorn="06-002", declared=True
)
def part_there(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 5."""
    if not any(file.said(UA_ID, key) for key in ("part", "amd", "corr", "rev")):
        yield Fault("the metadata do not say that the file conforms to PDF/UA")


@clause(
    "5-2", "the metadata say the part of PDF/UA", METADATA_WRONG, {Standard.UA1}, matterhorn="06-002", declared=True
)
def part_said(file: Opened) -> Iterator[Fault]:
    """pdfuaid:part is 1, and is said once."""
    said = file.said(UA_ID, "part")
    if said != ["1"]:
        yield Fault(f'the metadata say the part of PDF/UA "{", ".join(said)}"')


@clause("5-2", "the metadata say the second part of PDF/UA", METADATA_WRONG, {Standard.UA2}, declared=True)
def later_part_said(file: Opened) -> Iterator[Fault]:
    """pdfuaid:part is 2 (ISO 14289-2, 5)."""
    said = file.said(UA_ID, "part")
    if said != ["2"]:
        yield Fault(f'the metadata say the part of PDF/UA "{", ".join(said)}"')


@clause("5-4", "the year of PDF/UA has the usual prefix", METADATA_WRONG, {Standard.UA2}, declared=True)
def year_prefix(file: Opened) -> Iterator[Fault]:
    """pdfuaid:rev."""
    yield from _prefixed(file, UA_ID, "rev", "pdfuaid")


@clause("5-5", "the metadata say the year of PDF/UA", METADATA_WRONG, {Standard.UA2}, declared=True)
def year_said(file: Opened) -> Iterator[Fault]:
    """pdfuaid:rev is 2024."""
    year = file.said(UA_ID, "rev")
    if year != ["2024"]:
        yield Fault(f'the metadata say the year of PDF/UA-2 "{", ".join(year)}"')


@clause("5-3", "the part of PDF/UA has the usual prefix", METADATA_WRONG, UA, declared=True)
def part_prefix(file: Opened) -> Iterator[Fault]:
    """pdfuaid:part."""
    yield from _prefixed(file, UA_ID, "part", "pdfuaid")


@clause("5-4", "the amendment of PDF/UA has the usual prefix", METADATA_WRONG, UA, declared=True)
def amendment_prefix(file: Opened) -> Iterator[Fault]:
    """pdfuaid:amd."""
    yield from _prefixed(file, UA_ID, "amd", "pdfuaid")


@clause("5-5", "the corrigendum of PDF/UA has the usual prefix", METADATA_WRONG, UA, declared=True)
def corrigendum_prefix(file: Opened) -> Iterator[Fault]:
    """pdfuaid:corr."""
    yield from _prefixed(file, UA_ID, "corr", "pdfuaid")


def _prefixed(file: Opened, space: str, local: str, wanted: str) -> Iterator[Fault]:
    """A property whose name is written with another prefix than it should be."""
    for prefix in sorted(prefixes(file, space) - {wanted}):
        written = rb"[\s<]" + re.escape(prefix.encode()) + rb":" + local.encode() + rb"[\s=>/]"
        if prefix and re.search(written, file.metadata or b""):
            yield Fault(f'the property "{local}" has the prefix "{prefix}" and not "{wanted}"')


def prefixes(file: Opened, space: str) -> set[str]:
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


@clause("6.6.4-1", "the metadata say that the file conforms to PDF/A", METADATA_WRONG, ARCHIVE, declared=True)
def archive_there(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.6.4."""
    if not any(file.said(A_ID, key) for key in ("part", "conformance", "amd", "corr", "rev")):
        yield Fault("the metadata do not say that the file conforms to PDF/A")


def _says_part(standard: Standard, number: str) -> Check:
    def check(file: Opened) -> Iterator[Fault]:
        said = file.said(A_ID, "part")
        if said != [number]:
            yield Fault(f'the metadata say the part of PDF/A "{", ".join(said)}"')

    return clause("6.6.4-2", "the metadata say the part of PDF/A", METADATA_WRONG, {standard}, declared=True)(check)


for _standard, _number in ((Standard.A1, "1"), (Standard.A2, "2"), (Standard.A3, "3"), (Standard.A4, "4")):
    _says_part(_standard, _number)


@clause("6.6.4-3", "the metadata say a level of PDF/A", METADATA_WRONG, ARCHIVE, declared=True)
def archive_level(file: Opened) -> Iterator[Fault]:
    """The levels that there are of a part; each at most once."""
    part, level = file.said(A_ID, "part"), file.said(A_ID, "conformance")
    allowed = {"1": ("A", "B"), "2": ("A", "B", "U"), "3": ("A", "B", "U"), "4": ("", "E", "F")}
    if part and ", ".join(level) not in allowed.get(part[0], ("A", "B", "U")):
        yield Fault(f'the metadata say the level of PDF/A "{", ".join(level)}"')


@clause("6.6.4-4", "the part of PDF/A has the usual prefix", METADATA_WRONG, ARCHIVE, declared=True)
def archive_part_prefix(file: Opened) -> Iterator[Fault]:
    """pdfaid:part."""
    yield from _prefixed(file, A_ID, "part", "pdfaid")


@clause("6.6.4-5", "the level of PDF/A has the usual prefix", METADATA_WRONG, _EARLY, declared=True)
def archive_level_prefix(file: Opened) -> Iterator[Fault]:
    """pdfaid:conformance."""
    yield from _prefixed(file, A_ID, "conformance", "pdfaid")


@clause("6.6.4-6", "the amendment of PDF/A has the usual prefix", METADATA_WRONG, _EARLY, declared=True)
def archive_amendment_prefix(file: Opened) -> Iterator[Fault]:
    """pdfaid:amd."""
    yield from _prefixed(file, A_ID, "amd", "pdfaid")


@clause("6.6.4-7", "the corrigendum of PDF/A has the usual prefix", METADATA_WRONG, _EARLY, declared=True)
def archive_corrigendum_prefix(file: Opened) -> Iterator[Fault]:
    """pdfaid:corr."""
    yield from _prefixed(file, A_ID, "corr", "pdfaid")


@clause("6.7.3-5", "the metadata say the year of PDF/A-4", METADATA_WRONG, {Standard.A4}, declared=True)
def archive_year(file: Opened) -> Iterator[Fault]:
    """pdfaid:rev is 2020 (ISO 19005-4, 6.7.3)."""
    year = file.said(A_ID, "rev")
    if year != ["2020"]:
        yield Fault(f'the metadata say the year of PDF/A-4 "{", ".join(year)}"')


@clause("6.7.3-6", "the year of PDF/A-4 has the usual prefix", METADATA_WRONG, {Standard.A4}, declared=True)
def archive_year_prefix(file: Opened) -> Iterator[Fault]:
    """pdfaid:rev."""
    yield from _prefixed(file, A_ID, "rev", "pdfaid")


@clause("6.7.2-1", "metadata are not compressed away", METADATA_WRONG, {Standard.A1})
def metadata_plain(file: Opened) -> Iterator[Fault]:
    """PDF/A-1: no filter (ISO 19005-1, 6.7.2)."""
    if entry(entry(file.root, "/Metadata"), "/Filter") is not None:
        yield Fault("the metadata are compressed")


def _packets(file: Opened) -> Iterator[tuple[bytes, str]]:
    """Every packet of XMP, also those of pages and pictures, and where it is."""
    if file.metadata is not None:
        yield file.metadata, ""
    main = identity(entry(file.root, "/Metadata"))
    for value in file.streams:
        if name(entry(value, "/Type")) == "Metadata" and identity(value) != main:
            try:
                yield value.read_bytes(), place(value)
            except pikepdf.PdfError:
                yield b"", place(value)


def _head_with(file: Opened, word: bytes) -> Iterator[Fault]:
    for packet, where in _packets(file):
        head = _HEAD.search(packet)
        if head is not None and re.search(rb"\s%s\s*=" % word, head[0]):
            yield Fault(f"the head of the metadata has the attribute {word.decode()}", where)


@clause("6.6.2.1-2", "packets do not say their size", METADATA_WRONG, ARCHIVE)
def packet_size(file: Opened) -> Iterator[Fault]:
    """No `bytes` in the head of a packet."""
    yield from _head_with(file, b"bytes")


@clause("6.6.2.1-3", "packets do not say their encoding", METADATA_WRONG, ARCHIVE)
def packet_encoding(file: Opened) -> Iterator[Fault]:
    """No `encoding` in the head of a packet."""
    yield from _head_with(file, b"encoding")


@clause("6.6.2.1-4", "packets are well-formed", METADATA_WRONG, ARCHIVE)
def packets_read(file: Opened) -> Iterator[Fault]:
    """RDF in XML."""
    for packet, where in _packets(file):
        if rdf_of(packet) is None:
            yield Fault("the metadata cannot be read as XMP", where)


@clause("6.6.2.1-5", "packets are in UTF-8", METADATA_WRONG, ARCHIVE)
def packets_utf8(file: Opened) -> Iterator[Fault]:
    """No other encoding of Unicode."""
    for packet, where in _packets(file):
        if packet[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in packet[:8]:
            yield Fault("the metadata are not in UTF-8", where)


@clause("6.7.3-1", "the two kinds of metadata agree", METADATA_WRONG, {Standard.A1})
def metadata_agree(file: Opened) -> Iterator[Fault]:
    """Info and XMP (ISO 19005-1, 6.7.3)."""
    yield from _differing(file, {
        "/Title": file.said(DC, "title"),
        "/Producer": file.said("http://ns.adobe.com/pdf/1.3/", "Producer"),
        "/Creator": file.said("http://ns.adobe.com/xap/1.0/", "CreatorTool"),
        "/Keywords": file.said("http://ns.adobe.com/pdf/1.3/", "Keywords"),
    })  # fmt: skip


@clause("14.3-1", "the file has one title", METADATA_WRONG, {Standard.FILE})
def one_title(file: Opened) -> Iterator[Fault]:
    """Info and XMP, so that no reader is told another title (ISO 32000-1, 14.3); asked where the metadata say one."""
    if file.said(DC, "title"):
        yield from _differing(file, {"/Title": file.said(DC, "title")})


def _differing(file: Opened, said: Mapping[str, list[str]]) -> Iterator[Fault]:
    info = file.pdf.trailer.get("/Info")
    for key, values in said.items():
        wanted = " ".join(str(entry(info, key) or "").split())
        if wanted and not any(value == wanted or value.startswith(wanted) for value in values):
            yield Fault(f"{key[1:]} in the file's Info is not in its metadata")
