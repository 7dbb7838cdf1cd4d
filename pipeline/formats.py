"""How findings and finished files look as text.

Nothing here prints or colours: text comes as pieces with roles, so that the command line can paint them and
everything else can join them. JSON and SARIF are made in `interchange`.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Span, in_order

SOURCE_WIDTH = 96  # columns of a source line that are shown at most
TAB_WIDTH = 4
ELLIPSIS = "…"

LineOf = Callable[[Span], str | None]


class Role(Enum):
    """What a piece of text is; the command line gives each a colour."""

    PLAIN = "plain"
    PLACE = "place"
    ERROR = "error"
    WARNING = "warning"
    NAME = "name"
    QUIET = "quiet"
    HINT = "hint"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line, with what it is."""

    role: Role
    text: str


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A published file as it is told.

    Attributes:
        report: the folder name of the report it comes from.
        path: as the author would type it.
        edition: "pdf", "epub" or another edition; "sources" for a folder that files were compared with.
        pages: how many pages it has; 0 where it has none.
        size: its length in bytes; 0 for a file that is not there, and for a folder.
        checks: what was read back from it.
    """

    report: str
    path: str
    edition: str
    pages: int
    size: int
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a run has to tell.

    Attributes:
        version: the press's version.
        findings: of all reports together.
        published: the files, in the order they were made.
    """

    version: str
    findings: tuple[Diagnostic, ...]
    published: tuple[Published, ...] = ()


def plain(lines: Iterable[Line]) -> str:
    """Lines without colours, each with its line break."""
    return "".join("".join(piece.text for piece in line) + "\n" for line in lines)


def printable(text: str) -> str:
    """Text on one line that cannot steer a terminal: control and direction characters become visible.

    An author's file may hold escape sequences; a finding quotes it.
    """
    return "".join(map(_visible, text.replace("\r\n", "\n").replace("\n", " ")))


def _visible(character: str) -> str:
    if character == "\t" or character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    if character < " ":
        return chr(0x2400 + ord(character))  # the Unicode pictures of control characters
    # Joiners shape words in many scripts and cannot move anything; the rest of the format characters can.
    return character if character in "\u200c\u200d\u00ad" else "\ufffd"


# ---------------------------------------------------------------- text


def finding_lines(finding: Diagnostic, line_of: LineOf) -> Iterator[Line]:
    """A finding as text: its head, the source line with the place underlined, the hint.

    Args:
        finding: what was found.
        line_of: gives the source line of a place, or None when there is none to show.
    """
    weight = Role.ERROR if finding.is_error else Role.WARNING
    foreign = f" [{printable(finding.foreign)}]" if finding.foreign else ""
    yield (
        Piece(Role.PLACE, f"{printable(str(finding.span))}:"),
        Piece(weight, f" {finding.rule.severity.value} {finding.rule.code}"),
        Piece(Role.NAME, f" {finding.rule.name}{foreign}:"),
        Piece(Role.PLAIN, f" {printable(finding.message)}"),
    )
    source = line_of(finding.span) if finding.span.line else None
    if source is not None and source.strip():
        shown, before, marked = excerpt(source, finding.span.column, finding.span.end_column)
        number = str(finding.span.line).rjust(5)
        yield (Piece(Role.QUIET, f"{number} | "), Piece(Role.PLAIN, shown))
        if marked:
            yield (Piece(Role.QUIET, f"{' ' * len(number)} | "), Piece(weight, " " * before + "^" * marked))
    if finding.hint:
        yield (Piece(Role.HINT, f"  hint: {printable(finding.hint)}"),)


def excerpt(source: str, column: int, end_column: int, width: int = SOURCE_WIDTH) -> tuple[str, int, int]:
    """The part of a source line around a place, as it stands on a terminal.

    Args:
        source: the whole line; it may be of any length.
        column: 1-based place in characters; 0 shows the beginning without a mark.
        end_column: 1-based and exclusive; 0 marks one character.
        width: how many terminal columns may be used.

    Returns:
        the text to show, the terminal columns before the mark, and the mark's length (0: no mark).
    """
    first = min(max(column, 1) - 1, len(source))
    last = max(end_column - 1, first + 1)
    # Only what can be shown is looked at: a line of a megabyte costs no more than a short one.
    cut = max(0, first - width)
    cells = _cells(source[cut : first + 2 * width])
    place = first - cut
    goes_on = first + 2 * width < len(source)

    begin = 0
    if cut or goes_on or sum(wide for _, wide in cells) > width:
        marked_end = min(last - cut, len(cells))
        if cut or sum(wide for _, wide in cells[:marked_end]) > width - 1 - width // 8:
            begin = _back(cells, place, width // 3)

    text, used = (ELLIPSIS, 1) if cut or begin else ("", 0)
    before = used
    marked = 0
    for at in range(begin, len(cells)):
        shown, wide = cells[at]
        left = goes_on or any(wide for _, wide in cells[at + 1 :])
        if used + wide + left > width:
            text += ELLIPSIS
            break
        text += shown
        used += wide
        if at < place:
            before = used
        elif at < last - cut:
            marked += wide
    return text.rstrip(), before if column else 0, max(marked, 1) if column else 0


def _back(cells: list[tuple[str, int]], place: int, room: int) -> int:
    """The cell from which `room` terminal columns lead to a place; never an accent without its letter."""
    begin = place
    while begin > 0 and room >= cells[begin - 1][1]:
        begin -= 1
        room -= cells[begin][1]
    while begin < place and not cells[begin][1]:
        begin += 1
    return begin


def _cells(text: str) -> list[tuple[str, int]]:
    """Each character as it is shown, with the terminal columns that it takes; tabs become spaces."""
    cells = []
    used = 0
    for character in text:
        if character == "\t":
            wide = TAB_WIDTH - used % TAB_WIDTH
            cells.append((" " * wide, wide))
        else:
            wide = _cell_width(character)
            cells.append((_visible(character), wide))
        used += wide
    return cells


def _cell_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me") or character in "\u200c\u200d\u00ad":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def published_lines(published: Published) -> Iterator[Line]:
    """A published file as text: path, pages, size, and each check with how it ended."""
    facts = [_count(published.pages, "page")] if published.pages else []
    if published.size:
        facts.append(human_size(published.size))
    yield (Piece(Role.PLACE, printable(published.path)), Piece(Role.PLAIN, f"  {', '.join(facts)}".rstrip()))
    roles = {
        CheckState.PASSED: Role.GOOD,
        CheckState.FAILED: Role.ERROR,
        CheckState.NOT_RUN: Role.WARNING,
    }
    for check in published.checks:
        detail = f": {printable(check.detail)}" if check.detail else ""
        state = Piece(roles[check.state], f"  {check.state.value.ljust(7)}")
        yield (state, Piece(Role.PLAIN, f"  {printable(check.name)}{detail}"))


def human_size(size: int) -> str:
    """A length in bytes for people: "812 bytes", "84 kB", "1.2 MB" (decimal units)."""
    if size < 1000:
        return _count(size, "byte")
    if size < 999_500:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def summary(account: Account) -> str:
    """One line: "3 errors, 1 warning in 2 files", and the checks that did not pass, when there are any."""
    findings = in_order(account.findings)
    errors = sum(finding.is_error for finding in findings)
    warnings = len(findings) - errors
    parts = [_count(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    if parts:
        files = len({finding.span.path for finding in findings})
        parts = [f"{', '.join(parts)} in {_count(files, 'file')}"]
    else:
        parts = ["no errors, no warnings"]
    states = Counter(check.state for item in account.published for check in item.checks)
    if states:
        told = (CheckState.PASSED, CheckState.FAILED, CheckState.NOT_RUN)
        parts.append("checks: " + ", ".join(f"{states[s]} {s.value}" for s in told if states[s]))
    return "; ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
