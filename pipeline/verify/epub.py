"""Read an EPUB back: does every link lead somewhere, is every note called and found, is the text clean?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span, declare
from pipeline.verify.epub_book import Book, Page, UnusableBookError, read_book
from pipeline.verify.epubcheck import NAME as EPUBCHECK
from pipeline.verify.epubcheck import run_epubcheck
from pipeline.verify.pagelist import check_pages

BROKEN_LINK = declare(
    "EPUB005",
    "epub-broken-link",
    Severity.ERROR,
    """
    A link in the finished EPUB leads to a file or an id that is not there.

    Links are read back from the book itself, whichever way they came into it.
    """,
)

LOST_NOTE = declare(
    "EPUB006",
    "epub-lost-note",
    Severity.ERROR,
    """
    In the finished EPUB a note, its call and the way back do not belong together one to one.

    Every call leads to a note, every note is called once, and its number leads back to its call.
    """,
)

RESIDUE = declare(
    "EPUB007",
    "epub-markup-residue",
    Severity.ERROR,
    """
    The text of the finished EPUB shows markup that should have become something else: `??`, `[^note]`,
    `[@key]`, `{{ field }}` or `(**key?**)`.

    Bad:   as Table ?? shows
    Good:  as Table 3 shows
    """,
)

_XHTML = "{http://www.w3.org/1999/xhtml}"
_CODE = frozenset({f"{_XHTML}code", f"{_XHTML}pre"})
_TYPE = "{http://www.idpf.org/2007/ops}type"
_REFERENCES = ("href", "src", "poster", "data", "{http://www.w3.org/1999/xlink}href")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_RESIDUE = re.compile(
    r"(?<![\w?!])\?\?(?![\w?!])"  # a reference without a number, and not a cry of surprise
    r"|\[\^[^\]\s]+\]|\[-?@[\w:.-]+|\{\{|\{%|\(\*\*[^*)]*\?\*\*\)|\]\{[#.]"
)
_MISSING_KEY = re.compile(r"[\w:.#$%&+<>~/-]+\?")  # citeproc prints an unknown work as a bold "key?"

_Faults = list[Diagnostic]


def check_epub(path: Path, findings: Findings, *, timeout: float = 300.0) -> tuple[CheckResult, ...]:
    """Check a finished EPUB with our own eyes and with EPUBCheck.

    Nothing is unpacked to the disk and nothing is fetched; a check that could not be made says so.

    Args:
        path: the EPUB.
        findings: takes everything that is wrong with it.
        timeout: seconds that EPUBCheck may take.
    """
    shown = path.name
    try:
        book = read_book(path, shown)
    except UnusableBookError as fault:
        findings.add(fault.finding)
        skipped = (*_OWN_CHECKS, EPUBCHECK)
        return (
            CheckResult("EPUB archive", CheckState.FAILED, fault.finding.message),
            *(CheckResult(name, CheckState.NOT_RUN, "the archive cannot be opened") for name in skipped),
        )
    contents = f"{len(book.names)} files, {len(book.spine)} pages"
    results = [_told("EPUB archive", book.faults, contents, findings)]
    for name, check in _OWN_CHECKS.items():
        faults, detail = check(book)
        results.append(_told(name, faults, detail, findings))
    results.append(run_epubcheck(path, shown, findings, timeout))
    return tuple(results)


def _told(name: str, faults: Sequence[Diagnostic], detail: str, findings: Findings) -> CheckResult:
    findings.extend(faults)
    if faults:
        return CheckResult(name, CheckState.FAILED, f"{detail}; {len(faults)} wrong")
    return CheckResult(name, CheckState.PASSED, detail)


def _check_links(book: Book) -> tuple[_Faults, str]:
    """Every relative reference leads to an entry and an id of it, and the contents to the reading order."""
    ids = {page.name: {node.get("id") for node in page.elements()} for page in book.pages}
    faults: _Faults = []
    followed = 0
    for page in book.pages:
        for node in page.elements():
            for href in filter(None, map(node.get, _REFERENCES)):
                if _ABSOLUTE.match(href):
                    continue
                followed += 1
                name, fragment = page.target(href)
                if name not in book.names or (fragment and fragment not in ids.get(name, ())):
                    faults.append(BROKEN_LINK.at(book.place(page, node), f'"{href}" leads nowhere'))
                elif _in_navigation(node) and name not in book.spine:
                    message = f'the contents lead to "{href}", which is not in the reading order'
                    faults.append(BROKEN_LINK.at(book.place(page, node), message))
    return faults, f"{followed} links and pictures followed"


def _in_navigation(node: etree._Element) -> bool:
    return any(above.tag == f"{_XHTML}nav" for above in node.iterancestors())


def _check_notes(book: Book) -> tuple[_Faults, str]:
    """Calls, notes and ways back belong together one to one."""
    faults: _Faults = []
    calls: dict[tuple[str, str], list[tuple[str, str]]] = {}
    notes: dict[tuple[str, str], tuple[Page, etree._Element]] = {}
    for page in book.pages:
        for node in page.elements():
            if "noteref" in node.get(_TYPE, "").split() or node.get("role") == "doc-noteref":
                calls.setdefault(page.target(node.get("href", "")), []).append((page.name, node.get("id", "")))
            if node.get("role") == "doc-footnote":
                notes[page.name, node.get("id", "")] = (page, node)
    for target, callers in calls.items():
        if target not in notes:
            file, call = callers[0]
            faults.append(LOST_NOTE.at(Span(f"{book.shown}/{file}"), f'"{call}" calls no note: "#{target[1]}"'))
    ways = 0
    for target, (page, node) in notes.items():
        callers = calls.get(target, [])
        back = [link for link in node.iter(f"{_XHTML}a") if link.get("role") == "doc-backlink"]
        ways += len(back)
        place = book.place(page, node)
        if len(callers) != 1:
            faults.append(LOST_NOTE.at(place, f'the note "{target[1]}" is called {len(callers)} times'))
        elif [page.target(link.get("href", "")) for link in back] != callers:
            faults.append(LOST_NOTE.at(place, f'the note "{target[1]}" does not lead back to its call'))
    called = sum(map(len, calls.values()))
    return faults, f"{called} notes called, {len(notes)} printed, {ways} ways back"


def _check_text(book: Book) -> tuple[_Faults, str]:
    """The text shows nothing that should have become something else."""
    faults: _Faults = []
    letters = 0
    for page in book.pages:
        for node in page.elements():
            texts = _texts(node)
            letters += sum(map(len, texts))
            found = [match[0] for text in texts for match in _RESIDUE.finditer(text)]
            if _is_missing_key(node):
                found.append(f"({node.text})")
            place = book.place(page, node)
            faults.extend(RESIDUE.at(place, f'the text shows "{text}"') for text in found)
    return faults, f"{letters} characters read"


def _texts(node: etree._Element) -> list[str]:
    """The words of an element outside those below it; code may show any sign it likes."""
    in_code = any(above.tag in _CODE for above in node.iterancestors())
    own = [] if in_code or node.tag in _CODE else [node.text, node.get("alt"), node.get("title")]
    tail = [] if in_code else [node.tail]
    return [text for text in (*own, *tail) if text]


def _is_missing_key(node: etree._Element) -> bool:
    if node.tag != f"{_XHTML}strong" or not _MISSING_KEY.fullmatch(node.text or ""):
        return False
    before, parent = node.getprevious(), node.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else None
    return (text or "").rstrip().endswith(("(", ";"))


_OWN_CHECKS: Mapping[str, Callable[[Book], tuple[_Faults, str]]] = MappingProxyType(
    {"EPUB links": _check_links, "EPUB notes": _check_notes, "EPUB text": _check_text, "EPUB pages": check_pages}
)
