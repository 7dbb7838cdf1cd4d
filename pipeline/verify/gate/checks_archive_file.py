"""The bytes of a file (ISO 19005-3, 6.1): what a reader of a hundred years on has to find them by."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_archive_graphics import colour_spaces
from pipeline.verify.gate.checks_archive_streams import OBJECT
from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import FILE_STRUCTURE
from pipeline.verify.gate.tape import shelf
from pipeline.verify.gate.values import entry, identity, items, name, pairs, place

_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))


@clause("6.1.2-1", "the file begins with its header", FILE_STRUCTURE, _EARLY)
def header(file: Opened) -> Iterator[Fault]:
    """%PDF-1.n at the very beginning (ISO 19005-3, 6.1.2)."""
    if not re.match(rb"%PDF-1\.[0-7][\r\n]", file.data):
        yield Fault(f'the file begins with "{file.data[:9].decode("latin-1")}"')


@clause("6.1.2-3", "the file begins with its header of PDF 2", FILE_STRUCTURE, {Standard.A4})
def later_header(file: Opened) -> Iterator[Fault]:
    """%PDF-2.n at the very beginning (ISO 19005-4, 6.1.2)."""
    if not re.match(rb"%PDF-2\.\d[\r\n]", file.data):
        yield Fault(f'the file begins with "{file.data[:9].decode("latin-1")}"')


@clause("6.1.2-2", "the header says that the file is not text", FILE_STRUCTURE, ARCHIVE)
def header_comment(file: Opened) -> Iterator[Fault]:
    """A comment of four bytes above 127."""
    if not re.match(rb"%PDF-\d\.\d(?:\r\n|\r|\n)%[\x80-\xff]{4}", file.data):
        yield Fault("no comment of four bytes above 127 stands behind the header")


@clause("6.1.3-1", "the trailer has an identifier", FILE_STRUCTURE, ARCHIVE)
def identifier(file: Opened) -> Iterator[Fault]:
    """`ID`."""
    found = items(file.pdf.trailer.get("/ID"))
    if len(found) != 2 or not all(isinstance(part, pikepdf.String) and len(bytes(part)) for part in found):
        yield Fault("the trailer has no identifier (ID)")


@clause("6.1.3-2", "the file is not encrypted", FILE_STRUCTURE, ARCHIVE)
def encrypted(file: Opened) -> Iterator[Fault]:
    """`Encrypt`."""
    if "/Encrypt" in file.pdf.trailer:
        yield Fault("the file is encrypted")


@clause("6.1.3-3", "nothing stands behind the end", FILE_STRUCTURE, ARCHIVE)
def after_end(file: Opened) -> Iterator[Fault]:
    """%%EOF and at most one end of a line."""
    end = file.data.rfind(b"%%EOF")
    if end < 0 or file.data[end + 5 :] not in (b"", b"\n", b"\r", b"\r\n"):
        yield Fault("something stands behind the end of the file")


@clause("6.1.4-2", "cross-references are written as they should be", FILE_STRUCTURE, ARCHIVE)
def cross_references(file: Opened) -> Iterator[Fault]:
    """`xref` and its sections are separated by one end of a line; sections by one space (ISO 19005-3, 6.1.4)."""
    text = file.bytes_outside_streams
    for found in re.finditer(rb"xref([\0\t\n\f\r ]*)(\d+)([\0\t\n\f\r ]+)(\d+)([\0\t\n\f\r ]*)", text):
        if text.endswith(b"start", 0, found.start()):
            continue
        if found[1] not in (b"\n", b"\r", b"\r\n") or found[3] != b" ":
            yield Fault("the head of the cross-references is not written as it should be")
            return


@clause("7.5.4-1", "the file can be read without repair", FILE_STRUCTURE, ARCHIVE | {Standard.FILE})
def sound(file: Opened) -> Iterator[Fault]:
    """Qpdf finds every object where the cross-references say that it is (ISO 32000-1, 7.5.4)."""
    if file.cache is not None:
        painted(file)
        len(file.objects)  # which are read now
    warnings = list(dict.fromkeys(file.pdf.get_warnings()))
    for message in warnings:
        yield Fault(f"qpdf: {message}")
    try:
        for message in file.pdf.check_pdf_syntax() if file.cache is None else _complaints(file, quiet=not warnings):
            yield Fault(f"qpdf: {message}")
    except (pikepdf.PdfError, RuntimeError) as error:
        yield Fault(f"qpdf: {error}")


@clause("7.4.4.1-1", "streams unpack to what was packed", FILE_STRUCTURE, {Standard.FILE})
def sums_right(file: Opened) -> Iterator[Fault]:
    """FlateDecode: the sum at the end (RFC 1950), which qpdf lets be."""
    for value in file.streams:
        packed = [name(one) for one in items(entry(value, "/Filter"))]
        if packed and packed[0] == "FlateDecode" and "/Encrypt" not in file.pdf.trailer:
            try:
                zlib.decompress(value.read_raw_bytes())
            except (zlib.error, pikepdf.PdfError) as error:
                yield Fault(f"a stream is damaged: {error}", place(value))


def _complaints(file: Opened, *, quiet: bool) -> list[str]:
    """What `check_pdf_syntax` says of a file of our own: pages read without a complaint are not parsed again.

    Args:
        file: the file, whose pages were read.
        quiet: whether qpdf has said nothing meanwhile.
    """
    read, silent = shelf(file), _Silent()
    known = read.known | read.read if quiet else read.known
    for value in file.streams:
        value.read_bytes(pikepdf.StreamDecodeLevel.all)
    for page in file.looked_at:
        if identity(page.object) not in known:
            pikepdf.Page(page.object).parse_contents(silent)
    return [f"WARNING: {warning}" for warning in file.pdf.get_warnings()]


class _Silent(pikepdf.StreamParser):
    """Has a content stream parsed for the sake of what qpdf says about it."""

    def handle_object(self, *_: Any) -> None:
        pass

    def handle_eof(self) -> None:
        pass


@clause("7.5.8-1", "cross-references are tables", FILE_STRUCTURE, {Standard.A1})
def reference_tables(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 knows neither cross-reference streams nor object streams (ISO 19005-1, 6.1.4)."""
    found = [identity(value)[0] for value in file.streams if name(entry(value, "/Type")) in ("XRef", "ObjStm")]
    if file.left_out.objects:
        found += file.written.packs
    if found:
        yield Fault("the file has a stream of objects or of cross-references", f"object {min(found)}")
        return
    if re.search(rb"/Type\s*/(XRef|ObjStm)\b", file.bytes_outside_streams):
        yield Fault("the file has a stream of objects or of cross-references")


@clause(
    "6.1.8-1",
    "names of fonts, colours and types are UTF-8",
    FILE_STRUCTURE,
    frozenset((Standard.A2, Standard.A3, Standard.A4)),
)
def names_readable(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.1.8."""
    keys = ("/BaseFont", "/FontName", "/S")
    escaped = not file.left_out.objects or any(b"#" in text for text in file.texts)  # what is not ASCII is written so
    for value in file.having(*keys) if escaped else ():
        for key in keys:
            if "\ufffd" in name(value.get(key)):
                yield Fault(f"a name is not in UTF-8 ({key[1:]})", place(value))
    for space in colour_spaces(file):
        spot = isinstance(space, pikepdf.Array) and len(space) > 1 and name(space[0]) in ("Separation", "DeviceN")
        if spot and any("\ufffd" in name(title) for title in items(space[1])):
            yield Fault("the name of a colour is not in UTF-8", place(space))


@clause("6.1.9-1", "objects are written as they should be", FILE_STRUCTURE, ARCHIVE)
def object_spacing(file: Opened) -> Iterator[Fault]:
    """One space between numbers and obj; ends of lines around obj and endobj (ISO 19005-3, 6.1.9)."""
    text = file.bytes_outside_streams
    for found in OBJECT.finditer(text):
        before = text[max(0, found.start() - 1) : found.start()]
        single = len(found[2]) == 1 and len(found[4]) == 1
        if not single or before not in (b"\n", b"\r") or found[5][:1] not in (b"\n", b"\r"):
            yield Fault(f"object {int(found[1])} is not written as it should be", f"object {int(found[1])}")
            return
    for end in re.finditer(rb"(.)endobj(.?)", text, re.DOTALL):
        if end[1] not in (b"\n", b"\r") or end[2] not in (b"\n", b"\r"):
            yield Fault("the word endobj does not stand on a line of its own")
            return


@clause("6.1.12-1", "permissions are only those of signatures", FILE_STRUCTURE, ARCHIVE)
def permissions(file: Opened) -> Iterator[Fault]:
    """`Perms`: UR3 and DocMDP."""
    for key, _ in pairs(entry(file.root, "/Perms")):
        if key not in ("UR3", "DocMDP"):
            yield Fault(f'the catalog has the permission "{key}"')


@clause("6.1.12-2", "signatures that permit changes hold no digest", FILE_STRUCTURE, _EARLY)
def digests(file: Opened) -> Iterator[Fault]:
    """`DocMDP`: the references of signatures have no DigestLocation, DigestMethod, DigestValue."""
    if entry(entry(file.root, "/Perms"), "/DocMDP") is None:
        return
    for value in file.having("/DigestLocation", "/DigestMethod", "/DigestValue"):
        if entry(value, "/TransformMethod") is not None or name(entry(value, "/Type")) == "SigRef":
            yield Fault("the reference of a signature holds a digest", place(value))


@clause("6.11-1", "the file asks for nothing special", FILE_STRUCTURE, ARCHIVE)
def requirements(file: Opened) -> Iterator[Fault]:
    """`Requirements` (ISO 19005-3, 6.11)."""
    if "/Requirements" in file.root:
        yield Fault("the catalog has Requirements")


@clause("6.10-1", "there are no alternate presentations", FILE_STRUCTURE, ARCHIVE)
def presentations(file: Opened) -> Iterator[Fault]:
    """`AlternatePresentations` (ISO 19005-3, 6.10)."""
    if entry(entry(file.root, "/Names"), "/AlternatePresentations") is not None:
        yield Fault("the file has alternate presentations")


@clause("6.10-2", "pages are not shown in steps", FILE_STRUCTURE, ARCHIVE)
def steps(file: Opened) -> Iterator[Fault]:
    """`PresSteps` (ISO 19005-3, 6.10)."""
    for page in file.looked_at:
        if "/PresSteps" in page.object:
            yield Fault("a page has steps of a presentation", page.where)


@clause("6.1.3-4", "nothing is said outside the metadata", FILE_STRUCTURE, {Standard.A4})
def no_info(file: Opened) -> Iterator[Fault]:
    """PDF/A-4: no `Info` unless there is `PieceInfo` (ISO 19005-4, 6.1.3)."""
    if "/Info" in file.pdf.trailer and "/PieceInfo" not in file.root:
        yield Fault("the trailer has an Info dictionary")


@clause("6.1.3-5", "beside the metadata only the date is said", FILE_STRUCTURE, {Standard.A4})
def only_date(file: Opened) -> Iterator[Fault]:
    """PDF/A-4: `Info` has `ModDate` and nothing else (ISO 19005-4, 6.1.3)."""
    info = file.pdf.trailer.get("/Info")
    if info is not None and [key for key, _ in pairs(info)] != ["ModDate"]:
        yield Fault("the Info dictionary has something else than ModDate", place(info))


@clause("6.1.12-3", "the catalog says PDF 2", FILE_STRUCTURE, {Standard.A4})
def catalog_version(file: Opened) -> Iterator[Fault]:
    """PDF/A-4: `Version`, when it is there, is 2.n (ISO 19005-4, 6.1.12)."""
    said = entry(file.root, "/Version")
    if said is not None and re.fullmatch(r"2\.\d", name(said)) is None:
        yield Fault(f'the catalog says the version "{name(said)}"')
