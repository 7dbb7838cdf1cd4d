"""Open an EPUB of unknown origin in memory: nothing is unpacked to the disk, and nothing is fetched."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from pipeline.diagnostics import Diagnostic, Severity, Span, declare

UNSAFE_ARCHIVE = declare(
    "EPUB003",
    "epub-unsafe-archive",
    Severity.ERROR,
    """
    The archive is no EPUB that could be opened without harm: an entry points out of it, is stored under two
    names, is far too large, or there are far too many. It was not opened further and nothing of it was
    written to the disk.
    """,
)

UNREADABLE_FILE = declare(
    "EPUB004",
    "epub-unreadable-file",
    Severity.ERROR,
    """
    A file that the EPUB needs is missing from it or is not well-formed.
    """,
)

PROTECTED = declare(
    "EPUB008",
    "epub-protected",
    Severity.ERROR,
    """
    The files of the EPUB are encrypted: it is a copy from a shop or a library, under rights management (DRM).

    Nothing in it can be read, so nothing is checked. Fonts alone may be obfuscated (EPUB 3.3, 4.2.6.3.2); that is
    no protection of the book.
    """,
)

_OPF = "{http://www.idpf.org/2007/opf}"
_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"
_OBFUSCATION = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_MOST_ENTRIES = 10_000
_LARGEST_ENTRY = 128 * 2**20  # bytes, unpacked
_LARGEST_BOOK = 1024 * 2**20
_LARGEST_TEXT = 16 * 2**20  # bytes of one XML file; a tree of it takes ten times as much
_LARGEST_TEXTS = 64 * 2**20
_DENSEST = 200  # bytes that one packed byte may become; text is packed to a tenth
_DENSE_FROM = 8 * 2**20
# What zipfile lets through when bytes are not what they claim to be.
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError, ValueError)
_LINK_MODE = 0o12  # the file type of a symbolic link, in the upper four bits of a Unix mode


@dataclass(frozen=True, slots=True)
class Page:
    """An XML file of the book: the name of its entry and its root."""

    name: str
    root: etree._Element

    def elements(self) -> Iterator[etree._Element]:
        """Its elements in their order, without comments and processing instructions."""
        return (node for node in self.root.iter() if isinstance(node.tag, str))

    def target(self, href: str) -> tuple[str, str]:
        """The entry and the id ("" for none) that a relative reference in it leads to."""
        file, _, fragment = href.partition("#")
        folder = posixpath.dirname(self.name)
        name = posixpath.normpath(posixpath.join(folder, unquote(file))) if file else self.name
        return name, unquote(fragment)


@dataclass(frozen=True, slots=True)
class Book:
    """What was read of an EPUB.

    Attributes:
        shown: how the file is named in findings.
        names: the names of the archive's entries.
        pages: the content documents of the manifest.
        spine: the names of the pages in reading order.
        faults: the files that could not be read.
    """

    shown: str
    names: frozenset[str]
    pages: tuple[Page, ...]
    spine: tuple[str, ...]
    faults: tuple[Diagnostic, ...]

    def place(self, page: Page, element: etree._Element) -> Span:
        """Where an element stands."""
        return Span(f"{self.shown}/{page.name}", getattr(element, "sourceline", None) or 0)


class UnusableBookError(Exception):
    """The archive is unsafe or holds no book; the finding says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_book(path: Path, shown: str) -> Book:
    """Look at the archive's list of entries, and only if it is harmless read the book in it.

    Args:
        path: the EPUB.
        shown: how it is named in findings.

    Raises:
        UnusableBookError: when the archive is unsafe or holds no book.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            danger = next(_dangers(entries), "")
            if danger:
                raise UnusableBookError(UNSAFE_ARCHIVE.at(Span(shown), danger))
            damaged = archive.testzip()
            if damaged is not None:
                raise UnusableBookError(UNSAFE_ARCHIVE.at(Span(shown), f'the entry "{damaged}" is damaged'))
            return _open(_Texts(archive, shown).read, [entry.filename for entry in entries], shown)
    except _NO_ARCHIVE as error:
        message = f"no readable archive: {error}"
        raise UnusableBookError(UNSAFE_ARCHIVE.at(Span(shown), message)) from error


class _Texts:
    """Reads the XML files of an archive, as many as a book may have."""

    def __init__(self, archive: zipfile.ZipFile, shown: str) -> None:
        self.archive = archive
        self.shown = shown
        self.left = _LARGEST_TEXTS

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            UnusableBookError: when it is larger than any text, or all together are.
        """
        size = self.archive.getinfo(name).file_size
        self.left -= size
        if size > _LARGEST_TEXT or self.left < 0:
            message = f'the text "{name}" has {size} bytes' if size > _LARGEST_TEXT else "the texts are too large"
            raise UnusableBookError(UNSAFE_ARCHIVE.at(Span(self.shown), f"{message}, more than any book has"))
        return self.archive.read(name)


def _dangers(entries: Sequence[zipfile.ZipInfo]) -> Iterator[str]:
    """Why an archive must not be opened."""
    if len(entries) > _MOST_ENTRIES:
        yield f"{len(entries)} entries, more than {_MOST_ENTRIES}"
    if sum(entry.file_size for entry in entries) > _LARGEST_BOOK:
        yield "the entries are larger than any book"
    names = Counter(entry.filename for entry in entries)
    for entry in entries:
        name = entry.filename
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", name) or "\0" in entry.orig_filename:
            yield f'the entry "{name}" points out of the archive'
        if names[name] > 1:
            yield f'the entry "{name}" is there twice'
        if entry.external_attr >> 28 == _LINK_MODE:
            yield f'the entry "{name}" is a link'
        if entry.file_size > _LARGEST_ENTRY:
            yield f'the entry "{name}" has {entry.file_size} bytes'
        if entry.file_size > max(_DENSE_FROM, _DENSEST * entry.compress_size):
            yield f'the entry "{name}" has {entry.file_size} bytes, packed into {entry.compress_size}'
        if entry.flag_bits & 1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            yield f'the entry "{name}" is encrypted, or packed in a way that no EPUB may be'


def _open(read: Callable[[str], bytes], order: Sequence[str], shown: str) -> Book:
    names = frozenset(order)
    faults = []

    def missing(name: str, message: str) -> None:
        faults.append(UNREADABLE_FILE.at(Span(f"{shown}/{name}"), message))

    if order[:1] != ["mimetype"] or read("mimetype") != b"application/epub+zip":
        missing("mimetype", "the first entry is no mimetype of an EPUB")
    _refuse_protected(read, names, shown)
    container = _page(read, names, "META-INF/container.xml", shown)
    rootfile = container.root.find(f".//{_CONTAINER}rootfile")
    package = _page(read, names, "" if rootfile is None else rootfile.get("full-path", ""), shown)
    pages, by_id = [], {}
    for item in package.root.iter(f"{_OPF}item"):
        name, _ = package.target(item.get("href", ""))
        by_id[item.get("id", "")] = name
        if name not in names:
            missing(name, "in the manifest, and not in the archive")
        elif item.get("media-type") == "application/xhtml+xml":
            try:
                pages.append(_page(read, names, name, shown))
            except UnusableBookError as fault:
                faults.append(fault.finding)
    spine = []
    for item in package.root.iter(f"{_OPF}itemref"):
        idref = item.get("idref", "")
        if idref in by_id:
            spine.append(by_id[idref])
        else:
            missing(package.name, f'no item "{idref}" for the reading order')
    if not pages:
        missing(package.name, "no page in the manifest")
    return Book(shown, names, tuple(pages), tuple(spine), tuple(faults))


def _refuse_protected(read: Callable[[str], bytes], names: frozenset[str], shown: str) -> None:
    """Look whether files are encrypted (EPUB 3.3, 4.2.6.3.2).

    Raises:
        UnusableBookError: when some are that are no fonts.
    """
    if "META-INF/encryption.xml" not in names:
        return
    encryption = _page(read, names, "META-INF/encryption.xml", shown)
    locked = []
    for data in encryption.root.iter(f"{_ENCRYPTION}EncryptedData"):
        method = data.find(f"{_ENCRYPTION}EncryptionMethod")
        if method is None or method.get("Algorithm") not in _OBFUSCATION:
            locked.append(data)
    if locked:
        by = next(
            (name for name in ("META-INF/license.lcpl", "META-INF/rights.xml", "META-INF/sinf.xml") if name in names),
            "",
        )
        message = f"{len(locked)} files of the book are encrypted" + (f', with the terms in "{by}"' if by else "")
        raise UnusableBookError(PROTECTED.at(Span(shown), message, "ask the publisher for a copy without protection"))


def _page(read: Callable[[str], bytes], names: frozenset[str], name: str, shown: str) -> Page:
    """A file as a tree; no entity is expanded and nothing is fetched.

    Raises:
        UnusableBookError: when it is missing or not well-formed.
    """
    if name not in names:
        message = f'no "{name}" in the archive' if name else "the container names no package"
        raise UnusableBookError(UNREADABLE_FILE.at(Span(shown), message))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return Page(name, etree.fromstring(read(name), parser))
    except etree.XMLSyntaxError as error:
        place = Span(f"{shown}/{name}", error.lineno or 0)
        raise UnusableBookError(UNREADABLE_FILE.at(place, f"not well-formed: {error.msg}")) from error
