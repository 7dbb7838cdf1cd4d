"""The press's reading of a text against pandoc's: a safeguard against numbers that are wrong without a word.

Numbers are assigned from a scan of the source, and printed where pandoc finds the calls. The two readers
know nearly the same language, but not quite; where they differ, nothing is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from pipeline import nodes
from pipeline.assemble import Piece, PieceKind
from pipeline.diagnostics import Findings, Severity, Span, declare
from pipeline.index import Index, figure_texts, table_texts
from pipeline.nodes import Nodes
from pipeline.outline import Outline, blocks_in
from pipeline.report import Report
from pipeline.scan import Form, Token
from pipeline.source import Embedded

READ_DIFFERENTLY = declare(
    "STR010",
    "read-differently",
    Severity.ERROR,
    """
    The press and pandoc read a text differently: one of them sees a note, a reference, a heading, a list or
    a table where the other sees words. That would change numbers or lose a note, so nothing is printed. The
    usual cause is markup that does not end where it seems to, as a code fence or a bracket left open, or a
    heading, list or table without the empty line before it.

    Bad:   The counts are these:
           - 12 in May
    Good:  The counts are these:

           - 12 in May
    """,
)
HINT = "see whether markup before it ends where it should, and leave an empty line before it"
FLOATS = ("fig-", "tbl-")
Trees = Mapping[tuple[PieceKind, str], Nodes]


def compare(report: Report, index: Index, pieces: tuple[Piece, ...], trees: Trees, findings: Findings) -> None:
    """Hold what pandoc read against what the index counted, piece by piece.

    Args:
        report: the report, whose texts were scanned.
        index: the notes that are called.
        pieces: the manuscript, for places.
        trees: what pandoc read, by piece.
        findings: where disagreements go.
    """
    called = {call.id for call in index.notes}
    apart = {finding.span.path for finding in findings.all() if finding.rule is READ_DIFFERENTLY}
    for piece in pieces:
        places: dict[str, Span] = {}
        counted: Counter[str] = Counter()
        for text in _texts_of(piece, report):
            for token in report.tokens_of(text):
                for name, span in _counted(token, called):
                    counted[name] += 1
                    places.setdefault(name, span)
        tree = trees.get((piece.kind, piece.id), [])
        read = Counter(_read(tree))
        if _has_groups(piece, report):  # the head of a group is not scanned
            read &= counted
        for name in sorted((counted - read) | (read - counted)):
            if name not in places and piece.origin.file in apart:
                continue  # a consequence of blocks that were read differently, and it has no place
            more, fewer = ("the press", "pandoc") if counted[name] > read[name] else ("pandoc", "the press")
            message = f"{more} reads {name} here, and {fewer} does not"
            findings.add(READ_DIFFERENTLY.at(places.get(name, piece.span(1, 1)), message, HINT))


def compare_order(met: tuple[str, ...], report: Report, index: Index, findings: Findings) -> None:
    """Hold the order in which notes are met against that in which they are numbered.

    Args:
        met: the ids of the notes in the order in which the AST calls them.
        report: the report.
        index: the notes in the order in which they are numbered.
        findings: where a disagreement goes.
    """
    expected = tuple(call.id for call in index.notes)
    if met != expected:
        wrong = next((pair for pair in zip(met, expected, strict=False) if pair[0] != pair[1]), None)
        call = next((call for call in index.notes if wrong and call.id == wrong[1]), None)
        span = call.span if call else Span(report.place.file)
        findings.add(READ_DIFFERENTLY.at(span, "the notes are met in another order than they are numbered"))


def _texts_of(piece: Piece, report: Report) -> tuple[Embedded | None, ...]:
    if piece.kind is PieceKind.FIGURE:
        return figure_texts(next(entry for entry in report.figures if entry.figure.id == piece.id))
    if piece.kind is PieceKind.TABLE:
        return table_texts(next(entry for entry in report.tables if entry.table.id == piece.id))
    if piece.kind is PieceKind.IMPRINT:
        return report.imprint, report.rights
    return (report.colophon if piece.kind is PieceKind.COLOPHON else piece.origin,)


def _has_groups(piece: Piece, report: Report) -> bool:
    return piece.kind is PieceKind.TABLE and any(e.table.groups for e in report.tables if e.table.id == piece.id)


def _counted(token: Token, called: set[str]) -> Iterator[tuple[str, Span]]:
    """What a token is to the reader, in the author's words, and where."""
    if token.form is Form.REFERENCE:
        yield f"@{token.name}", token.span
    elif token.form is Form.CITATION:
        yield from ((f"@{key}", span) for key, span in token.keys)
    elif token.form is Form.NOTE_CALL and token.name in called:
        yield f"[^{token.name}]", token.span
    elif token.form in (Form.VALUE, Form.PAGE):
        yield f'[]{{{token.form.value}="{token.name}"}}', token.span
    elif token.form is Form.IMAGE and not token.name.startswith(FLOATS):
        yield f"the picture {unquote(token.classes[0])}", token.span
    elif token.form in (Form.PLACEMENT, Form.IMAGE, Form.TABLE) and token.name.startswith(FLOATS):
        yield f"the {token.form.value} #{token.name}", token.span


def _read(value: object) -> Iterator[str]:
    """What pandoc read, in the same words; the picture of a figure repeats its caption."""
    for node in nodes.walk(value, past=_FIGURE):
        kind: str = node["t"]
        if kind in _TOLD:
            content: Any = node["c"]
            yield from _read_node(kind, content)
            if kind in _FIGURE:
                pictures = [inner for inner in nodes.walk(content[2]) if inner["t"] == "Image"]
                bare = not content[0][0].startswith(FLOATS)
                yield from (name for inner in pictures for name in _read_node("Image", inner["c"]) if bare)
                yield from _read(content[1])


_FIGURE = frozenset(("Figure",))
_TOLD = _FIGURE | {"Cite", "Span", "Div", "Image", "Table"}


def _read_node(kind: str, content: Any) -> Iterator[str]:
    if kind == "Cite":
        yield from (f"@{entry['citationId']}" for entry in content[0])
    elif kind == "Span" and "note-call" in content[0][1]:
        yield f"[^{dict(content[0][2])['note']}]"
    elif kind == "Span":
        for key, value in content[0][2]:
            if key in ("value", "page"):
                yield f'[]{{{key}="{value}"}}'
    elif kind == "Div" and not content[1] and content[0][0].startswith(FLOATS):
        yield f"the placement #{content[0][0]}"
    elif kind == "Image" and "picture" not in content[0][1] and not content[0][0].startswith(FLOATS):
        yield f"the picture {unquote(content[2][0])}"
    elif kind in ("Figure", "Table") and content[0][0].startswith(FLOATS):
        yield f"the {'image' if kind == 'Figure' else 'table'} #{content[0][0]}"


# ---------------------------------------------------------------- blocks


def compare_blocks(
    pieces: tuple[Piece, ...], trees: Trees, outlines: Mapping[tuple[PieceKind, str], Outline], findings: Findings
) -> None:
    """Hold the blocks that the two readers see against each other: headings, lists, tables, quotations, code.

    Args:
        pieces: the manuscript, for places.
        trees: what pandoc read, by piece.
        outlines: the blocks of the same pieces, as far as they are running text, as the scan reads them.
        findings: where disagreements go.
    """
    for piece in pieces:
        key = piece.kind, piece.id
        if key not in outlines:
            continue
        for line, column in outlines[key].lost_rows:
            message = "here a table seems to be meant, and words are read"
            findings.add(READ_DIFFERENTLY.at(piece.span(line, column), message, HINT))
        ours, theirs = outlines[key].blocks, tuple(blocks_in(trees[key]))
        here = (1, 1)
        for place in range(max(len(ours), len(theirs))):
            mine, position = ours[place] if place < len(ours) else ("nothing", here)
            other = theirs[place][0] if place < len(theirs) else "nothing"
            here = position or here
            if mine != other:
                message = f"the press reads {mine} here, and pandoc reads {other}"
                findings.add(READ_DIFFERENTLY.at(piece.span(*here), message, HINT))
                break
