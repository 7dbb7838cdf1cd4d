"""The manuscript read by pandoc, section by section; what has been read before is not read again.

A section is read together with its notes, figures and tables. Both readers' trees are compared here (`agreement`);
only what they agree about is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from pipeline import pandoc, scan
from pipeline.agreement import Trees, compare_blocks
from pipeline.assemble import Piece, PieceKind
from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Diagnostic, Findings, StageFailedError
from pipeline.index import Index
from pipeline.naming import title_inlines
from pipeline.nodes import Nodes, blocks_of, words
from pipeline.outline import Outline, outline_of
from pipeline.plain_texts import are_sentences
from pipeline.scanning import known_outline

READER = (
    "markdown-raw_html-raw_tex-raw_attribute-latex_macros-tex_math_dollars-native_divs-native_spans"
    "-markdown_in_html_blocks-auto_identifiers-example_lists-inline_notes-yaml_metadata_block-pandoc_title_block"
    # The scan of the sources does not know these, and text that is not meant so looks like them.
    "-simple_tables-multiline_tables-grid_tables-implicit_header_references"
)
VERSION = "reading-2"
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

    @property
    def size(self) -> int:
        """How many characters it has."""
        return sum(len(piece.markdown) for piece in self.pieces)


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
            return next(_read_now([self.bundle], self.cache))[0]
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
    missing = [bundle for bundle, titles in zip(bundles, known, strict=True) if titles is None]
    fresh = iter(pandoc.in_batches(missing, [bundle.size for bundle in missing], partial(_read_and_kept, cache)))
    results = []
    for bundle, key, stored in zip(bundles, keys, known, strict=True):
        if stored is None:
            new = next(fresh)
            findings.extend(new.found)
            results.append(BundleRead(bundle, key, new.titles, cache, new.trees))
        else:
            results.append(BundleRead(bundle, key, json.loads(stored), cache, None))
    return tuple(results)


def _key(bundle: Bundle) -> str:
    texts = (part for piece in bundle.pieces for part in (piece.kind.value, piece.id, piece.markdown))
    return key_of(VERSION, pandoc.program(), READER, scan.READER, bundle.section, *texts)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What was read just now; the trees only when the cache does not keep them."""

    titles: Mapping[str, Nodes]
    found: tuple[Diagnostic, ...]
    trees: Trees | None


def _read_and_kept(cache: Cache, bundles: Sequence[Bundle]) -> list[_Fresh]:
    results = []
    for bundle, (trees, outlines, warnings) in zip(bundles, _read_now(bundles, cache), strict=True):
        own = Findings()
        compare_blocks(bundle.pieces, trees, outlines, own)
        found = (*warnings, *own.all())
        titles = title_inlines(bundle.section, trees)
        key = _key(bundle)
        if not found:
            cache.put(key_of(key, "titles"), json.dumps(titles).encode())
            cache.put(key, _packed(trees))
        results.append(_Fresh(titles, found, None if cache.holds(key) else trees))
    return results


_Outlines: TypeAlias = "Mapping[tuple[PieceKind, str], Outline]"


def _read_now(bundles: Sequence[Bundle], cache: Cache) -> Iterator[tuple[Trees, _Outlines, tuple[Diagnostic, ...]]]:
    """What pandoc reads in each piece, the blocks that the scan's reader sees in running text, pandoc's warnings."""
    running = [piece for bundle in bundles for piece in bundle.pieces if piece.kind in _RUNNING]
    outlines: dict[tuple[PieceKind, str], Outline] = {}
    for piece in running:
        outline = known_outline(piece.origin.text, cache) if _adds_only_calls(piece) else None
        if outline is not None:
            outlines[piece.kind, piece.id] = outline
    unknown = [piece for piece in running if (piece.kind, piece.id) not in outlines]
    asked = [(piece, READER) for bundle in bundles for piece in bundle.pieces]
    answers = _answers([*asked, *((piece, scan.READER) for piece in unknown)])
    read = [[(piece, *next(answers)) for piece in bundle.pieces] for bundle in bundles]
    for piece, (blocks, _) in zip(unknown, answers, strict=True):
        outlines[piece.kind, piece.id] = outline_of(blocks(), piece.markdown)
    for own in read:
        trees = {(piece.kind, piece.id): blocks() for piece, blocks, _ in own}
        yield trees, outlines, tuple(warning for piece, _, log in own for warning in _warnings(piece, log))


_Answer: TypeAlias = "tuple[Callable[[], Nodes], tuple[pandoc.Message, ...]]"


def _answers(asked: Sequence[tuple[Piece, str]]) -> Iterator[_Answer]:
    """For pieces, each with a reader: what is read, and what pandoc says about it.

    A piece that may have any markup is read on its own, so that nothing in it reaches into the next. Plain sentences
    are read together, a paragraph each; should they not come back word for word, they are read on their own, too.
    """
    numbered = list(enumerate(asked))
    plain = [(number, piece) for number, (piece, reader) in numbered if reader == READER and _is_plain(piece)]
    alone = [number for number, (piece, reader) in numbered if reader != READER or not _is_plain(piece)]
    requests = [pandoc.Request("read", asked[number][0].markdown, asked[number][1]) for number in alone]
    if plain:
        requests.append(pandoc.Request("read", "\n\n".join(piece.origin.text for _, piece in plain), READER))
    replies = list(pandoc.run(tuple(requests)))
    found: dict[int, _Answer] = {}
    if plain:
        whole = replies.pop()
        paragraphs = blocks_of(whole.result) if not whole.error and not whole.log else []
        if _are_word_for_word(paragraphs, [piece for _, piece in plain]):
            pairs = zip(plain, paragraphs, strict=True)
            found = {number: (partial(list, (paragraph,)), ()) for (number, _), paragraph in pairs}
        else:
            alone += [number for number, _ in plain]
            replies += pandoc.run(tuple(pandoc.Request("read", piece.markdown, READER) for _, piece in plain))
    for number, reply in zip(alone, replies, strict=True):
        result = _succeeded(reply, asked[number][0]).result
        found[number] = partial(blocks_of, result), reply.log
    return (found[number] for number, _ in numbered)


def _is_plain(piece: Piece) -> bool:
    """Whether a piece is nothing but plain sentences."""
    return piece.offset == 0 and piece.markdown.strip("\n") == piece.origin.text and are_sentences(piece.origin.text)


def _are_word_for_word(paragraphs: Nodes, pieces: Sequence[Piece]) -> bool:
    return len(paragraphs) == len(pieces) and all(
        paragraph["t"] == "Para" and _SPACES.sub(" ", words(paragraph["c"])) == piece.origin.text
        for paragraph, piece in zip(paragraphs, pieces, strict=True)
    )


_SPACES = re.compile("\u00a0")  # behind an abbreviation


def _adds_only_calls(piece: Piece) -> bool:
    """Whether a piece is the author's text and nothing but what makes its notes known behind it."""
    text = piece.origin.text
    return piece.offset == 0 and piece.markdown.startswith(text) and bool(_CALLS.fullmatch(piece.markdown[len(text) :]))


_CALLS = re.compile(r"(\s*\n\[\^[^\s\[\]^]+\]: \[\]\{\.note-call note=\"[^\s\"]+\"\})*\s*")


def _succeeded(reply: pandoc.Reply, piece: Piece) -> pandoc.Reply:
    if reply.error:
        raise StageFailedError(pandoc.PANDOC_FAILED.at(piece.span(1, 1), reply.error))
    return reply


def _warnings(piece: Piece, log: Sequence[pandoc.Message]) -> Iterator[Diagnostic]:
    for message in log:
        # A call that pandoc does not see leaves its note unused: the comparison with the scan names the place.
        if message.kind != "NoteDefinedButNotUsed":
            yield pandoc.PANDOC_WARNING.at(piece.span(message.line, message.column), message.text)


def _packed(trees: Trees) -> bytes:
    return json.dumps([[kind.value, id, blocks] for (kind, id), blocks in trees.items()]).encode()


def _unpacked(data: bytes) -> Trees:
    return {(PieceKind(kind), id): blocks for kind, id, blocks in json.loads(data)}
