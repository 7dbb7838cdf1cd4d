"""The bytes of a file (ISO 19005-3, 6.1): what a reader of a hundred years on has to find them by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, entry, identity, items, kind_of, name, number, pairs, place
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import FILE_STRUCTURE
from pipeline.verify.gate.tape import shelf

_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))
_SIGN = re.compile(rb"\\.|[()%<>\r\n]", re.DOTALL)
_OBJECT = re.compile(rb"(?<![\w.])(\d+)([\0\t\n\f\r ]+)(\d+)([\0\t\n\f\r ]+)obj(?!\w)(.?.?)", re.DOTALL)
_STREAM_WORD = re.compile(rb"(>>|\s)stream(\r\n|\n|\r|.)", re.DOTALL)
_FILTERS = frozenset(
    "ASCIIHexDecode ASCII85Decode FlateDecode RunLengthDecode CCITTFaxDecode JBIG2Decode DCTDecode JPXDecode "
    "Crypt".split()
)
_SHORT_FILTERS = frozenset("AHx A85 Fl RL CCF DCT".split())


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


@clause("6.1.4-1", "cross-references are written as they should be", FILE_STRUCTURE, ARCHIVE)
def cross_references(file: Opened) -> Iterator[Fault]:
    """`xref` and its sections are separated by one end of a line; sections by one space (ISO 19005-3, 6.1.4)."""
    text = file.bytes_outside_streams
    for found in re.finditer(rb"(?<!start)xref([\0\t\n\f\r ]*)(\d+)([\0\t\n\f\r ]+)(\d+)([\0\t\n\f\r ]*)", text):
        if found[1] not in (b"\n", b"\r", b"\r\n") or found[3] != b" ":
            yield Fault("the head of the cross-references is not written as it should be")
            return


@clause("6.1.4-2", "the file can be read without repair", FILE_STRUCTURE, ARCHIVE | {Standard.FILE})
def sound(file: Opened) -> Iterator[Fault]:
    """Qpdf finds every object where the cross-references say that it is."""
    if file.cache is not None:
        painted(file)
    warnings = list(dict.fromkeys(file.pdf.get_warnings()))
    for message in warnings:
        yield Fault(f"qpdf: {message}")
    try:
        for message in file.pdf.check_pdf_syntax() if file.cache is None else _complaints(file, quiet=not warnings):
            yield Fault(f"qpdf: {message}")
    except (pikepdf.PdfError, RuntimeError) as error:
        yield Fault(f"qpdf: {error}")


def _complaints(file: Opened, *, quiet: bool) -> list[str]:
    """What `check_pdf_syntax` says of a file of our own: pages read without a complaint are not parsed again.

    Args:
        file: the file, whose pages were read.
        quiet: whether qpdf has said nothing meanwhile.
    """
    read, silent = shelf(file), _Silent()
    known = read.known | read.read if quiet else read.known
    for value in file.objects:
        if isinstance(value, pikepdf.Stream):
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


@clause("6.1.4-3", "cross-references are tables", FILE_STRUCTURE, {Standard.A1})
def reference_tables(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 knows neither cross-reference streams nor object streams (ISO 19005-1, 6.1.4)."""
    for value in file.objects:
        if isinstance(value, pikepdf.Stream) and name(entry(value, "/Type")) in ("XRef", "ObjStm"):
            yield Fault("the file has a stream of objects or of cross-references", place(value))
            return
    if re.search(rb"/Type\s*/(XRef|ObjStm)\b", file.bytes_outside_streams):
        yield Fault("the file has a stream of objects or of cross-references")


@clause("6.1.6-1", "hexadecimal strings are whole", FILE_STRUCTURE, ARCHIVE)
def hex_strings(file: Opened) -> Iterator[Fault]:
    """An even number of digits, and nothing but digits."""
    for written in _hex_strings(file.bytes_outside_streams):
        digits = re.sub(rb"[\0\t\n\f\r ]", b"", written)
        shown = digits[:20].decode("latin-1")
        if re.search(rb"[^0-9A-Fa-f]", digits):
            yield Fault(f"a hexadecimal string holds something else: <{shown}>")
            return
        if len(digits) % 2:
            yield Fault(f"a hexadecimal string has an odd number of digits: <{shown}>")
            return


def _hex_strings(data: bytes) -> Iterator[bytes]:
    """What stands between < and >, outside of strings in parentheses, of comments, and of << and >>."""
    depth, start, comment, last = 0, -1, False, -2
    for found in _SIGN.finditer(data):
        sign, at = found[0], found.start()
        if comment:
            comment = sign not in (b"\r", b"\n")
        elif depth:
            depth += {b"(": 1, b")": -1}.get(sign, 0)
        elif sign == b"<":
            start = -1 if last == at - 1 else at + 1
            last = at
        elif sign == b">" and start >= 0:
            yield data[start:at]
            start = -1
        elif start < 0:
            depth, comment = int(sign == b"("), sign == b"%"


@clause("6.1.7.1-1", "streams are as long as they say", FILE_STRUCTURE, ARCHIVE)
def stream_lengths(file: Opened) -> Iterator[Fault]:
    """`Length` (told by qpdf, which mends it), and one end of a line behind the word stream."""
    for found in _STREAM_WORD.finditer(file.bytes_outside_streams):
        if found[2] not in (b"\r\n", b"\n"):
            yield Fault("the word stream is not followed by the end of a line")
            return
    for start in re.finditer(rb"(?<!end)stream\r?\n", file.data):
        end = file.data.find(b"endstream", start.end())
        said = re.search(
            rb"/Length\s+(\d+)(?!\d)(?!\s+\d+\s+R)", file.data[max(0, start.start() - 600) : start.start()]
        )
        if end > 0 and said and file.data[max(0, start.start() - 600) : start.start()].rfind(b"endobj") < said.start():
            length = int(said[1])
            at = start.end() + length
            if re.match(rb"(?:\r\n|\n|\r)endstream", file.data[at : at + 12]) is None:
                yield Fault(f"a stream is not as long as it says ({length} bytes)")
                return


@clause("6.1.7.1-2", "streams are in the file", FILE_STRUCTURE, ARCHIVE)
def outer_streams(file: Opened) -> Iterator[Fault]:
    """No `F`, `FFilter`, `FDecodeParms`."""
    for value in file.objects:
        if isinstance(value, pikepdf.Stream):
            for key in ("/F", "/FFilter", "/FDecodeParms"):
                if key in value:
                    yield Fault(f"a stream stands in another file ({key[1:]})", place(value))


@clause("6.1.7.2-1", "streams are packed in known ways", FILE_STRUCTURE, ARCHIVE)
def filters(file: Opened) -> Iterator[Fault]:
    """No LZW; Crypt only as Identity."""
    for value in file.objects:
        if not isinstance(value, pikepdf.Stream):
            continue
        for index, found in enumerate(items(entry(value, "/Filter"))):
            parameters = items(entry(value, "/DecodeParms"))
            if name(found) not in _FILTERS:
                yield Fault(f'a stream is packed by "{name(found)}"', place(value))
            elif name(found) == "Crypt":
                said = entry(parameters[index], "/Name") if index < len(parameters) else None
                if name(said) not in ("", "Identity"):
                    yield Fault("a stream is encrypted by itself", place(value))
    for canvas in painted(file):
        for image in canvas.inline:
            for found in items(image.get("F", image.get("Filter"))):
                if name(found) not in _FILTERS | _SHORT_FILTERS:
                    yield Fault(f'an inline image is packed by "{name(found)}"', canvas.where)


@clause("6.1.8-1", "names of fonts, colours and types are UTF-8", FILE_STRUCTURE, frozenset((Standard.A2, Standard.A3)))
def names_readable(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.1.8."""
    keys = ("/BaseFont", "/FontName", "/S")
    for value in file.having(*keys):
        for key in keys:
            if "\ufffd" in name(value.get(key)):
                yield Fault(f"a name is not in UTF-8 ({key[1:]})", place(value))


@clause("6.1.9-1", "objects are written as they should be", FILE_STRUCTURE, ARCHIVE)
def object_spacing(file: Opened) -> Iterator[Fault]:
    """One space between numbers and obj; ends of lines around obj and endobj (ISO 19005-3, 6.1.9)."""
    text = file.bytes_outside_streams
    for found in _OBJECT.finditer(text):
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
    for key, value in pairs(entry(file.root, "/Perms")):
        if key not in ("UR3", "DocMDP"):
            yield Fault(f'the catalog has the permission "{key}"')
        for reference in items(entry(value, "/Reference")) if key == "DocMDP" else ():
            if any(word in reference for word in ("/DigestLocation", "/DigestMethod", "/DigestValue")):
                yield Fault("the reference of a signature holds a digest")


@clause("6.1.13-1", "nothing is larger than readers can hold", FILE_STRUCTURE, _EARLY)
def limits(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.1.13."""
    if len(file.objects) > 8_388_607:
        yield Fault(f"the file has {len(file.objects):,} objects")
    for value in file.dictionaries:
        for key, inner in pairs(value):
            if len(key) > 31 and len(key.encode()) > 127:  # a character has four bytes at most
                yield Fault("a name has more than 127 bytes", place(value))
            for message in _too_large(inner):
                yield Fault(message, place(value))
    for canvas in painted(file):
        yield from (Fault(f"{found} stands in a content stream", canvas.where) for found in sorted(canvas.limits))
        if canvas.deepest > 28:
            yield Fault(f"graphics states are stacked {canvas.deepest} high", canvas.where)
    for page in file.pages:
        for key in ("/MediaBox", "/CropBox", "/TrimBox", "/ArtBox", "/BleedBox"):
            box = [number(side) or 0.0 for side in items(entry(page.object, key))]
            if len(box) == 4 and not all(3 <= abs(side) <= 14400 for side in (box[2] - box[0], box[3] - box[1])):
                yield Fault(f"the {key[1:]} is smaller than 3 or larger than 14,400 units", page.where)


def _too_large(value: Any) -> Iterator[str]:
    for item in value if kind_of(value) is pikepdf.ObjectType.array else (value,):
        kind = kind_of(item)
        if type(item) is int:
            if not -(2**31) <= item < 2**31:
                yield f"the integer {item} has more than 32 bits"
        elif kind is pikepdf.ObjectType.string:
            if len(bytes(item)) > 32767:
                yield f"a string has {len(bytes(item)):,} bytes"
        elif kind is pikepdf.ObjectType.name_:
            if len(str(item)[1:].encode()) > 127:
                yield "a name has more than 127 bytes"
        elif abs(number(item) or 0) > 3.403e38:
            yield f"the number {item} is too large"


@clause("6.11-1", "the file asks for nothing special", FILE_STRUCTURE, ARCHIVE)
def requirements(file: Opened) -> Iterator[Fault]:
    """`Requirements` (ISO 19005-3, 6.11), alternate presentations and presentation steps (6.10)."""
    if "/Requirements" in file.root:
        yield Fault("the catalog has Requirements")
    if entry(entry(file.root, "/Names"), "/AlternatePresentations") is not None:
        yield Fault("the file has alternate presentations")
    for page in file.pages:
        if "/PresSteps" in page.object:
            yield Fault("a page has steps of a presentation", page.where)


@clause("6.1.3-4", "nothing is said outside the metadata", FILE_STRUCTURE, {Standard.A4})
def no_info(file: Opened) -> Iterator[Fault]:
    """PDF/A-4: no `Info` unless there is `PieceInfo` (ISO 19005-4, 6.1.3)."""
    if "/Info" in file.pdf.trailer and "/PieceInfo" not in file.root:
        yield Fault("the trailer has an Info dictionary")
