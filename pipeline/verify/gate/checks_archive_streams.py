"""Strings and streams of a file (ISO 19005-3, 6.1.6 and 6.1.7): whole, as long as they say, packed in known ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import FILE_STRUCTURE
from pipeline.verify.gate.tape import shelf
from pipeline.verify.gate.values import entry, identity, items, name, number, place

_EARLY = frozenset((Standard.A1, Standard.A2, Standard.A3))
_BLANK = re.compile(rb"[\0\t\n\f\r ]")
_NO_DIGIT = re.compile(rb"[^0-9A-Fa-f]")
# A single <, not one of <<, and behind it an odd number of digits or something else.
_ODD_HEX = re.compile(
    rb"(?<!<)(?:<<)*<(?!<)(?:\s*[0-9A-Fa-f]\s*[0-9A-Fa-f])*\s*(?:[0-9A-Fa-f]\s*>|(?:[0-9A-Fa-f]\s*)?[^\s0-9A-Fa-f<>])"
)
_HEX = re.compile(rb"(?<!<)<[0-9A-Fa-f]*>")
_SIGN = re.compile(rb"\\.|[()%<>\r\n]", re.DOTALL)
OBJECT = re.compile(rb"(?<![\w.])(\d+)([\0\t\n\f\r ]+)(\d+)([\0\t\n\f\r ]+)obj(?!\w)(.?.?)", re.DOTALL)
"""The words that an object begins with."""
_STREAM_WORD = re.compile(rb"(>>|\s)stream(\r\n|\n|\r|.)", re.DOTALL)
_STREAM_HEAD = re.compile(rb">>[\0\t\n\f\r ]*stream(?:\r\n|\n|\r)")
_LENGTH = re.compile(rb"/Length[\0\t\n\f\r ]+(\d+)(?:[\0\t\n\f\r ]+(\d+)[\0\t\n\f\r ]+R)?")
_END_OF_STREAM = re.compile(rb"(?:\r\n|\n|\r)endstream")
_FILTERS = frozenset(
    "ASCIIHexDecode ASCII85Decode FlateDecode RunLengthDecode CCITTFaxDecode JBIG2Decode DCTDecode JPXDecode "
    "Crypt".split()
)
_INLINE_FILTERS = _FILTERS - {"JBIG2Decode", "JPXDecode", "Crypt"} | set("AHx A85 Fl RL CCF DCT".split())


@clause("6.1.6-1", "hexadecimal strings are whole", FILE_STRUCTURE, ARCHIVE)
def hex_strings(file: Opened) -> Iterator[Fault]:
    """An even number of digits."""
    for digits, where in _hexadecimal(file):
        if len(digits) % 2:
            yield Fault(f"a hexadecimal string has an odd number of digits: <{digits[:20].decode('latin-1')}>", where)
            return


@clause("6.1.6-2", "hexadecimal strings hold digits", FILE_STRUCTURE, ARCHIVE)
def hex_digits(file: Opened) -> Iterator[Fault]:
    """Nothing but digits and blanks."""
    for digits, where in _hexadecimal(file):
        if _NO_DIGIT.search(digits):
            yield Fault(f"a hexadecimal string holds something else: <{digits[:20].decode('latin-1')}>", where)
            return


@once
def _hexadecimal(file: Opened) -> tuple[tuple[bytes, str], ...]:
    """The hexadecimal strings of the file that could be broken, without blanks, and where they are."""
    found: list[tuple[bytes, str]] = []
    content = ((_without_pictures(data), where) for data, where in _content(file) if not _is_whole(data))
    for data, where in ((file.bytes_outside_streams, ""), *content):
        if not _is_whole(data) and _ODD_HEX.search(data) is not None:
            found += [(_BLANK.sub(b"", written), where) for written in _hex_strings(data)]
    return tuple(found)


def _is_whole(data: bytes) -> bool:
    """Whether every < is one of << or begins a string of whole bytes, as can be seen quickly."""
    strings = _HEX.findall(data)
    alone = data.count(b"<") - 2 * data.count(b"<<")
    return alone == len(strings) and not any(len(string) % 2 for string in strings)


def _content(file: Opened) -> Iterator[tuple[bytes, str]]:
    """The bytes of content streams; without those that were read before and nobody complained about."""
    canvases, known, seen = painted(file), shelf(file).known, set()
    for canvas in canvases:
        holder = identity(canvas.holder)
        if holder in known or holder in seen or canvas.broken:
            continue
        seen.add(holder)
        is_stream = isinstance(canvas.holder, pikepdf.Stream)
        parts = [canvas.holder] if is_stream else items(entry(canvas.holder, "/Contents"))
        try:
            yield b"\n".join(part.read_bytes() for part in parts), canvas.where
        except (pikepdf.PdfError, AttributeError):  # told by those who read it
            continue


def _without_pictures(data: bytes) -> bytes:
    """A content stream without the samples of inline images."""
    return re.sub(rb"\bID[\s].*?\sEI\b", b"", data, flags=re.DOTALL)


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
    """`Length`; where it is wrong, qpdf looks for the end of the stream and says so, too."""
    for where, said, start in _streams(file):
        if said is None or not _END_OF_STREAM.match(file.data, start + said):
            yield Fault(f"a stream is not as long as it says ({said} bytes)", where)
            return


@clause("6.1.7.1-2", "the words around streams stand on their lines", FILE_STRUCTURE, _EARLY)
def stream_words(file: Opened) -> Iterator[Fault]:
    """One end of a line behind the word stream, and one before endstream."""
    text = file.bytes_outside_streams
    for found in _STREAM_WORD.finditer(text):
        if found[2] not in (b"\r\n", b"\n"):
            yield Fault("the word stream is not followed by the end of a line")
            return
    for where, _, start in _streams(file):
        end = file.data.find(b"endstream", start)
        if end > 0 and file.data[end - 1 : end] not in (b"\n", b"\r"):
            yield Fault("the word endstream does not stand on a line of its own", where)
            return


def _streams(file: Opened) -> Iterator[tuple[str, int | None, int]]:
    """The streams as they stand in the bytes, older ones, too: where, how long they say they are, where data begin."""
    at = 0
    while (head := _STREAM_HEAD.search(file.data, at)) is not None:
        owner = OBJECT.search(file.data, at, head.start())
        if owner is not None:
            said = [*_LENGTH.finditer(file.data, owner.end(), head.end())][-1:]
            length: Any = int(said[0][1]) if said else None
            if said and said[0][2]:
                length = number(file.pdf.get_object(length, int(said[0][2])))
            yield f"object {int(owner[1])}", None if length is None else int(length), head.end()
        at = max(head.end(), file.data.find(b"endstream", head.end()))


@clause("6.1.7.1-3", "streams are in the file", FILE_STRUCTURE, ARCHIVE)
def outer_streams(file: Opened) -> Iterator[Fault]:
    """No `F`, `FFilter`, `FDecodeParms`."""
    for value in file.streams:
        for key in ("/F", "/FFilter", "/FDecodeParms"):
            if key in value:
                yield Fault(f"a stream stands in another file ({key[1:]})", place(value))


@clause("6.1.7.2-1", "streams are packed in known ways", FILE_STRUCTURE, ARCHIVE)
def filters(file: Opened) -> Iterator[Fault]:
    """No LZW; Crypt only as Identity."""
    for value in file.streams:
        for index, found in enumerate(items(entry(value, "/Filter"))):
            parameters = items(entry(value, "/DecodeParms"))
            if name(found) not in _FILTERS:
                yield Fault(f'a stream is packed by "{name(found)}"', place(value))
            elif name(found) == "Crypt":
                said = entry(parameters[index], "/Name") if index < len(parameters) else None
                if name(said) != "Identity":
                    yield Fault("a stream is encrypted by itself", place(value))


@clause("6.1.10-1", "inline images are packed in known ways", FILE_STRUCTURE, ARCHIVE)
def inline_filters(file: Opened) -> Iterator[Fault]:
    """Neither LZW nor Crypt, nor what inline images do not know (ISO 32000-1, 8.9.7)."""
    for canvas in painted(file):
        for image in canvas.inline:
            for found in items(image.get("F", image.get("Filter"))):
                if name(found) not in _INLINE_FILTERS:
                    yield Fault(f'an inline image is packed by "{name(found)}"', canvas.where)


@clause("8.4.2-1", "what is opened in a content stream is closed in it", FILE_STRUCTURE, {Standard.FILE})
def balanced(file: Opened) -> Iterator[Fault]:
    """Every q has its Q (ISO 32000-1, 8.4.2), and every BMC or BDC its EMC (14.6.1), in one stream."""
    for canvas in painted(file):
        if canvas.unbalanced:
            yield Fault("graphics states or marked contents are closed and were not opened, or stay open", canvas.where)
