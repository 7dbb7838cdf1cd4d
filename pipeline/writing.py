"""The resolved manuscript written as markup, section by section; what has been written before is not written again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline import markup, nodes, pandoc
from pipeline.assemble import Piece, PieceKind
from pipeline.cache import Cache, key_of
from pipeline.citations import Cited
from pipeline.diagnostics import Span, StageFailedError
from pipeline.index import Index, TargetKind
from pipeline.nodes import Nodes
from pipeline.report import Report, TableEntry
from pipeline.resolving import SectionResolved
from pipeline.weave import woven

WRITER = "html5"
VERSION = "writing-2"
_AST = 12  # times as long as the Markdown that it is made from, about


@dataclass(frozen=True, slots=True)
class TextKey:
    """Which text of the document a piece of markup is: its use ("body", "note", "entry", "work"), and an id."""

    use: str
    id: str


@dataclass(frozen=True, slots=True)
class _Job:
    """Texts to be written together.

    Attributes:
        key: what their markup is kept under.
        size: how much Markdown they were, in characters.
        section: the section that they are of; None for titles and works.
        cited: the words of the citations in it.
        more: the inlines of titles and works, as JSON text.
    """

    key: str
    size: int
    section: SectionResolved | None
    cited: Cited
    more: Mapping[TextKey, str]


def write_all(
    report: Report,
    index: Index,
    sections: Sequence[SectionResolved],
    first: Mapping[str, int],
    cited: Cited,
    pieces: Sequence[Piece],
    cache: Cache,
) -> Mapping[TextKey, str]:
    """Write everything that is printed.

    Args:
        report: the report.
        index: its targets.
        sections: the resolved sections.
        first: the number of the first slot of each section.
        cited: the words of all citations.
        pieces: the manuscript, for places.
        cache: keeps the markup.

    Raises:
        StageFailedError: when pandoc cannot write a text.
    """
    shapes = {entry.table.id: repr(entry.table) for entry in report.tables}
    placed: dict[str, list[str]] = {}
    for id, home in index.placed.items():
        placed.setdefault(home, []).extend([shapes[id]] if id in shapes else [])
    program = pandoc.program()
    jobs = []
    for section in sections:
        start = first[section.section]
        words = cited.words[start : start + section.cites.count]
        calls = repr([(call.id, call.entry is None) for call in index.notes_of(section.section)])
        key = key_of(VERSION, program, section.key, *words, calls, *placed.get(section.section, ()))
        jobs.append(_Job(key, section.size, section, Cited(words, ()), {}))
    titles = {
        TextKey("entry", target.id): json.dumps(nodes.text(target.title))
        for target in index.targets.values()
        if target.kind in (TargetKind.FIGURE, TargetKind.TABLE, TargetKind.PART)
    }
    works = {TextKey("work", key): inlines for key, inlines in cited.entries}
    for more in (titles, works):
        listed = [part for key, inlines in more.items() for part in (key.use, key.id, inlines)]
        size = sum(len(part) for part in listed) // _AST
        jobs.append(_Job(key_of(VERSION, program, *listed), size, None, cited, more))
    return _written(jobs, report, index, pieces, cache)


def _written(
    jobs: Sequence[_Job], report: Report, index: Index, pieces: Sequence[Piece], cache: Cache
) -> Mapping[TextKey, str]:
    stored = [cache.get(job.key) for job in jobs]
    missing = [job for job, value in zip(jobs, stored, strict=True) if value is None]
    tables = {entry.table.id: entry for entry in report.tables}
    places = {(piece.kind.value, piece.id): piece.span(1, 1) for piece in pieces}

    def write(some: Sequence[_Job]) -> list[bytes]:
        return list(_written_and_kept(some, index, tables, places, cache))

    fresh = iter(pandoc.in_batches(missing, [job.size for job in missing], write))
    result: dict[TextKey, str] = {}
    late: dict[TextKey, str] = {}
    for job, value in zip(jobs, stored, strict=True):
        html = {TextKey(use, id): text for use, id, text in json.loads(next(fresh) if value is None else value)}
        (result if job.section is not None else late).update(html)
    return {**late, **result}  # a caption that stands in the text wins over its plain words


def _written_and_kept(
    jobs: Sequence[_Job],
    index: Index,
    tables: Mapping[str, TableEntry],
    places: Mapping[tuple[str, str], Span],
    cache: Cache,
) -> Iterator[bytes]:
    """The markup of jobs, as it is kept."""
    texts = [_texts(job, index) for job in jobs]
    replies = iter(_replies([blocks for own in texts for blocks in own.values()]))
    for job, own in zip(jobs, texts, strict=True):
        html = []
        for key in own:
            reply = next(replies)
            faults = [*([reply.error] if reply.error else []), *(message.text for message in reply.log)]
            if faults:
                where = places.get((key.use, key.id), Span(f"{key.use} {key.id}"))
                raise StageFailedError(*(pandoc.PANDOC_FAILED.at(where, fault) for fault in faults))
            whole = key.use in ("body", "lead", "note", "imprint", "colophon")
            html.append([key.use, key.id, markup.finished(reply.result, tables) if whole else reply.result])
        value = json.dumps(html).encode()
        cache.put(job.key, value)
        yield value


def _replies(texts: Sequence[Nodes]) -> list[pandoc.Reply]:
    """What pandoc writes for each text.

    Each document costs pandoc more than a paragraph does, and most texts are one. These are written as one document
    and parted again, unless pandoc has something to say or they do not come out one by one.
    """
    together = [number for number, blocks in enumerate(texts) if _is_plain_paragraph(blocks)]
    alone = [number for number, blocks in enumerate(texts) if not _is_plain_paragraph(blocks)]
    documents = [texts[number] for number in alone]
    if together:
        documents.append([texts[number][0] for number in together])
    replies = list(_written_each(documents))
    if together:
        whole = replies.pop()
        lines = whole.result.replace("</p>\n<p>", "</p>\n\n<p>").split("\n\n")
        is_parted = len(lines) == len(together) and all(_PARAGRAPH.fullmatch(line) for line in lines)
        if is_parted and not whole.error and not whole.log:
            replies += [pandoc.Reply(line, (), "") for line in lines]
        else:
            replies += _written_each([texts[number] for number in together])
    written = dict(zip((*alone, *together), replies, strict=True))
    return [written[number] for number in range(len(texts))]


def _written_each(documents: Sequence[Nodes]) -> tuple[pandoc.Reply, ...]:
    return pandoc.run(tuple(pandoc.Request("write", nodes.document(blocks), WRITER) for blocks in documents))


def _is_plain_paragraph(blocks: Nodes) -> bool:
    if len(blocks) != 1 or blocks[0]["t"] != "Para" or not blocks[0]["c"]:
        return False
    marked = [inline for inline in blocks[0]["c"] if inline["t"] not in _WORDS]
    return all(node["t"] in _PLAIN for node in nodes.walk(marked))


# What the writer writes in the same way wherever it stands: it counts nothing in it, and it makes no paragraph of it.
_WORDS = frozenset(("Str", "Space", "SoftBreak"))
_PLAIN = _WORDS | frozenset(
    {
        "Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript",
        "SmallCaps", "Quoted", "SingleQuote", "DoubleQuote", "Span", "Link",
    }
)  # fmt: skip
_PARAGRAPH = re.compile(r"<p>(?:(?!</?p>).)*</p>", re.DOTALL)


def _texts(job: _Job, index: Index) -> dict[TextKey, Nodes]:
    """The texts of a job, as AST."""
    if job.section is None:
        return {key: [nodes.paragraph(json.loads(inlines))] for key, inlines in job.more.items()}
    section, words, resolved = job.section.section, job.cited.groups, job.section.resolved()
    texts: dict[TextKey, Nodes] = {}
    for (kind, identifier), blocks in resolved.blocks.items():
        if kind is not PieceKind.NOTE:
            texts[TextKey(kind.value, identifier)] = woven(blocks, words)
    for call in index.notes_of(section) if section else ():
        if call.entry is not None:
            blocks = woven(resolved.blocks.get((PieceKind.NOTE, call.id), []), words)
        else:
            groups = words[resolved.slot_of[call.id]] if call.id in resolved.slot_of else ()
            blocks = _note_of(groups[0] if groups else nodes.text("?"))
        texts[TextKey("note", call.id)] = blocks
    texts.update(_entries(texts.get(TextKey("body", section), []), index))
    return texts


def _entries(body: Nodes, index: Index) -> Iterator[tuple[TextKey, Nodes]]:
    """The headings of a section, and the captions of what is placed in it, for the lists in front."""
    for block in nodes.walk(body, past=_WITH_INLINES):
        if block["t"] == "Header":
            inlines = [inline for inline in block["c"][2] if not _is_number(inline)]
            yield TextKey("entry", block["c"][1][0]), [nodes.paragraph(inlines)]
        elif block["t"] == "Div" and block["c"][0][0] in index.placed:
            caption = next(
                (part for part in block["c"][1] if part["t"] == "Div" and "caption" in part["c"][0][1]), None
            )
            if caption is not None and caption["c"][1]:
                yield TextKey("entry", block["c"][0][0]), caption["c"][1][:1]


_WITH_INLINES = frozenset(("Para", "Plain", "Header"))  # blocks that have no others inside


def _is_number(inline: nodes.Node) -> bool:
    return inline["t"] == "Span" and "number" in inline["c"][0][1]


def _note_of(inlines: Nodes) -> Nodes:
    """The blocks of the note that a citation in the text has become."""
    return next((list(inline["c"]) for inline in inlines if inline["t"] == "Note"), [nodes.paragraph(inlines)])
