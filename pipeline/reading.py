"""The manuscript read by pandoc, section by section; what has been read before is not read again.

A section is read together with its notes, figures and tables. Both readers' trees are compared here (`agreement`);
only what they agree about is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline import pandoc, scan
from pipeline.agreement import Trees, compare_blocks
from pipeline.assemble import Piece, PieceKind
from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Findings, StageFailedError
from pipeline.index import Index
from pipeline.naming import title_inlines
from pipeline.nodes import Nodes, blocks_of

READER = (
    "markdown-raw_html-raw_tex-raw_attribute-latex_macros-tex_math_dollars-native_divs-native_spans"
    "-markdown_in_html_blocks-auto_identifiers-example_lists-inline_notes-yaml_metadata_block-pandoc_title_block"
    # The scan of the sources does not know these, and text that is not meant so looks like them.
    "-simple_tables-multiline_tables-grid_tables-implicit_header_references"
)
VERSION = "reading-1"
_RUNNING = (PieceKind.LEAD, PieceKind.BODY, PieceKind.NOTE)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A section of the manuscript with all that is printed in it.

    Attributes:
        section: its id; "" for the imprint and the colophon.
        pieces: its texts, those of its notes, figures and tables.
    """

    section: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class BundleRead:
    """A bundle as pandoc reads it.

    Attributes:
        bundle: the bundle.
        key: names what was read; the same texts have the same.
        titles: the inlines of its titles, headings and captions, by id.
        cache: keeps its trees under `key`, or
        fresh: they are here, because they are not to be kept.
    """

    bundle: Bundle
    key: str
    titles: Mapping[str, Nodes]
    cache: Cache
    fresh: Trees | None

    def trees(self) -> Trees:
        """What pandoc read, by piece."""
        if self.fresh is not None:
            return self.fresh
        stored = self.cache.get(self.key)
        if stored is None:  # damaged, or gone since it was seen: read once more
            return _read_now([self.bundle], Findings())[0][0]
        return _unpacked(stored)


def bundled(pieces: Sequence[Piece], index: Index) -> tuple[Bundle, ...]:
    """The pieces by the section that they are printed in, in the order of print."""
    home = {call.id: call.section for call in index.notes}
    found: dict[str, list[Piece]] = {section.id: [] for section in index.order}
    found[""] = []
    for piece in pieces:
        if piece.kind is PieceKind.NOTE:
            section = home[piece.id]
        elif piece.kind in (PieceKind.FIGURE, PieceKind.TABLE):
            section = index.placed[piece.id]
        else:
            section = piece.id if piece.id in found else ""
        found[section].append(piece)
    return tuple(Bundle(section, tuple(own)) for section, own in found.items())


def read(bundles: Sequence[Bundle], index: Index, cache: Cache, findings: Findings) -> tuple[BundleRead, ...]:
    """Read all bundles.

    Args:
        bundles: the manuscript.
        index: the headings of sections.
        cache: keeps what was read without any finding.
        findings: told of pandoc's warnings, and of where the two readers differ.

    Raises:
        StageFailedError: when pandoc cannot read a piece.
    """
    keys = [_key(bundle) for bundle in bundles]
    known = [cache.get(key_of(key, "titles")) if cache.holds(key) else None for key in keys]
    missing = [number for number, titles in enumerate(known) if titles is None]
    fresh = dict(zip(missing, _read_now([bundles[number] for number in missing], findings), strict=True))
    results = []
    for number, (bundle, key) in enumerate(zip(bundles, keys, strict=True)):
        stored = known[number]
        if stored is None:
            trees, scanned, warned = fresh[number]
            own = Findings()
            compare_blocks(bundle.pieces, trees, scanned, own)
            findings.extend(own.all())
            titles = title_inlines(bundle.section, trees)
            if not warned and not own.all():
                cache.put(key_of(key, "titles"), json.dumps(titles).encode())
                cache.put(key, _packed(trees))
            results.append(BundleRead(bundle, key, titles, cache, None if cache.holds(key) else trees))
        else:
            results.append(BundleRead(bundle, key, json.loads(stored), cache, None))
    return tuple(results)


def _key(bundle: Bundle) -> str:
    texts = (part for piece in bundle.pieces for part in (piece.kind.value, piece.id, piece.markdown))
    return key_of(VERSION, pandoc.program(), READER, scan.READER, bundle.section, *texts)


def _read_now(bundles: Sequence[Bundle], findings: Findings) -> Sequence[tuple[Trees, Trees, bool]]:
    """What pandoc reads in each piece, what the scan's reader reads in running text, whether pandoc warned."""
    requests: list[pandoc.Request] = []
    for bundle in bundles:
        requests += [pandoc.Request("read", piece.markdown, READER) for piece in bundle.pieces]
        requests += [pandoc.Request("read", p.markdown, scan.READER) for p in bundle.pieces if p.kind in _RUNNING]
    replies = iter(pandoc.run(tuple(requests)))
    results = []
    for bundle in bundles:
        trees: dict[tuple[PieceKind, str], Nodes] = {}
        scanned: dict[tuple[PieceKind, str], Nodes] = {}
        warned = False
        for found, pieces in ((trees, bundle.pieces), (scanned, [p for p in bundle.pieces if p.kind in _RUNNING])):
            for piece in pieces:
                reply = next(replies)
                if reply.error:
                    raise StageFailedError(pandoc.PANDOC_FAILED.at(piece.span(1, 1), reply.error))
                found[piece.kind, piece.id] = blocks_of(reply.result)
                if found is trees:
                    warned |= _warn(piece, reply, findings)
        results.append((trees, scanned, warned))
    return results


def _warn(piece: Piece, reply: pandoc.Reply, findings: Findings) -> bool:
    # A call that pandoc does not see leaves its note unused: the comparison with the scan names the place.
    said = [message for message in reply.log if message.kind != "NoteDefinedButNotUsed"]
    for message in said:
        findings.add(pandoc.PANDOC_WARNING.at(piece.span(message.line, message.column), message.text))
    return bool(said)


def _packed(trees: Trees) -> bytes:
    return json.dumps([[kind.value, id, blocks] for (kind, id), blocks in trees.items()]).encode()


def _unpacked(data: bytes) -> Trees:
    return {(PieceKind(kind), id): blocks for kind, id, blocks in json.loads(data)}
