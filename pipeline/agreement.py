"""The press's reading of a text against pandoc's: a safeguard against numbers that are wrong without a word.

Numbers are assigned from a scan of the source, and printed where pandoc finds the calls. The two readers
know nearly the same language, but not quite; where they differ, nothing is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.assemble import Piece, PieceKind
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.index import Index
from pipeline.nodes import Nodes
from pipeline.report import Report
from pipeline.scan import REFERENCE_PREFIXES, Form

READ_DIFFERENTLY = declare(
    "STR010",
    "read-differently",
    Severity.ERROR,
    """
    The press and pandoc read a text differently: one of them sees a note, a reference or a figure where
    the other sees words. That would change numbers or lose a note, so nothing is printed. The usual cause
    is markup that does not end where it seems to: a code fence or a bracket left open, a list or table
    without the empty line before it.
    """,
)


def compare(
    met: tuple[str, ...],
    report: Report,
    index: Index,
    pieces: tuple[Piece, ...],
    trees: Mapping[tuple[PieceKind, str], Nodes],
    findings: Findings,
) -> None:
    """Hold what pandoc read against what the index counted, piece by piece and in the order of the notes.

    Args:
        met: the ids of the notes in the order in which the AST calls them.
        report: the report, whose texts were scanned.
        index: the notes in the order in which they are numbered.
        pieces: the manuscript, for places.
        trees: what pandoc read, by piece.
        findings: where disagreements go.
    """
    told = False
    for piece in pieces:
        if piece.kind in (PieceKind.FIGURE, PieceKind.TABLE, PieceKind.IMPRINT, PieceKind.COLOPHON):
            continue
        counted = Counter(
            token.name
            for token in report.tokens_of(piece.origin)
            if token.form in (Form.REFERENCE, Form.PLACEMENT)
            or (token.form is Form.NOTE_CALL and token.name in {call.id for call in index.notes})
        )
        read = Counter(_names(trees.get((piece.kind, piece.id), [])))
        for name in sorted((counted - read) | (read - counted)):
            span = next(
                (token.span for token in report.tokens_of(piece.origin) if token.name == name),
                piece.origin.span(1, 1),
            )
            more, fewer = ("the press", "pandoc") if counted[name] > read[name] else ("pandoc", "the press")
            message = f'{more} reads "{name}" here, and {fewer} does not'
            findings.add(READ_DIFFERENTLY.at(span, message, "see whether markup before it ends where it should"))
            told = True
    expected = tuple(call.id for call in index.notes)
    if not told and met != expected:
        wrong = next((pair for pair in zip(met, expected, strict=False) if pair[0] != pair[1]), None)
        call = next((call for call in index.notes if wrong and call.id == wrong[1]), None)
        span = call.span if call else Span(report.place.file)
        findings.add(READ_DIFFERENTLY.at(span, "the notes are met in another order than they are numbered"))


def _names(value: object) -> Iterator[str]:
    """The references, calls and placements that pandoc read; the picture of a figure repeats its caption."""
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        kind = value.get("t")
        content: Any = value.get("c")
        if kind == "Figure":
            yield from _names(content[1])
            return
        if kind == "Cite":
            keys = (str(entry["citationId"]) for entry in content[0])
            yield from (key for key in keys if key.startswith(REFERENCE_PREFIXES))
        elif kind == "Span" and "note-call" in content[0][1]:
            yield str(dict(content[0][2])["note"])
        elif kind == "Div" and not content[1] and content[0][0].startswith(("fig-", "tbl-")):
            yield str(content[0][0])
        for item in value.values():
            yield from _names(item)
