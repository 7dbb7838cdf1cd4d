"""Citations, once for the whole report: the sequence of citations in, their words and the bibliography out.

citeproc sees only a skeleton of the report: one paragraph for each citation or note, in the order of
print. That is all that short forms, "ibid." and disambiguation depend on, so the result can be kept as
long as the sequence and the works stay the same.
"""

from __future__ import annotations

import base64
import json
import pickle
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline import nodes, pandoc, toolchain
from pipeline.cache import Cache, key_of
from pipeline.csl import CSL, locale_for, locator_terms
from pipeline.diagnostics import Diagnostic, Severity, Span, StageFailedError, declare
from pipeline.nodes import Node, Nodes
from pipeline.slots import Group, Sequel, Slot, slots_of
from pipeline.titles import with_markup
from pipeline.works import Work, csl_json

CITEPROC_FAILED = declare(
    "CITE006",
    "citations-failed",
    Severity.ERROR,
    """
    The citations could not be set: the style cannot be read, or citeproc reports a fault. Its own words
    are kept. Nothing is printed in place of a citation.
    """,
)

VERSION = "citations-6"


@dataclass(frozen=True, slots=True)
class Cited:
    """The words of all citations, as JSON text: only those that are written anew are read.

    Attributes:
        words: for each slot, the inlines of each group in it. In a note style a group in the text holds a `Note`
            node, whose blocks are the words.
        entries: for each work cited, in the order of the style, its key and its inlines in the bibliography.
    """

    words: tuple[str, ...]
    entries: tuple[tuple[str, str], ...]

    @property
    def groups(self) -> tuple[tuple[Nodes, ...], ...]:
        """For each slot, for each group in it, its inlines."""
        return tuple(tuple(json.loads(groups)) for groups in self.words)


def cite(
    sequence: Sequence[Sequel],
    works: tuple[Work, ...],
    style: Path,
    lang: str,
    place: Span,
    cache: Cache,
    *,
    grouped: bool = False,
) -> Cited:
    """Set all citations of a report.

    Args:
        sequence: every note and every citation in the text, in the order of print.
        works: the works that may be cited.
        style: the CSL file.
        lang: the language of the report.
        place: where the report names the style, for findings.
        cache: where the result is kept.
        grouped: whether the bibliography is divided into groups: then no dash stands for the author of the
            entry before, which may be in another group.

    Raises:
        StageFailedError: when citeproc fails or says that something is wrong.
    """
    wanted = {work for stretch in sequence for work in stretch.works}
    if not wanted:
        return _cited(([[] for _ in slot.groups] for slot in slots_of(sequence)), ())
    locale = locale_for(lang)
    terms = locator_terms(locale)
    cited = [work for work in works if work.id in wanted]
    tools = "".join(f"{tool.name} {tool.version};" for tool in toolchain.versions())
    csl = _style_text(style, place, grouped=grouped)
    key = key_of(
        VERSION,
        tools,
        locale,
        json.dumps(sorted(terms.items())),
        csl,
        *(work.model_dump_json(exclude_none=True) for work in cited),
        "sequence",
        *(stretch.text for stretch in sequence if stretch.count),
    )
    stored = cache.get(key)
    if stored is not None:
        return Cited(*pickle.loads(stored))  # noqa: S301  # the cache is our own
    slots = slots_of(sequence)
    blocks = [_skeleton(slot, terms, number) for number, slot in enumerate(slots, 1)]
    # As a `data:` address, pandoc opens no file, and a style that follows another does not make it ask the network.
    address = "data:application/vnd.citationstyles.style+xml;base64," + base64.b64encode(csl).decode()
    items = [csl_json(work) for work in cited]
    meta = {"lang": locale, "csl": address, "references": with_markup(items, cache)}
    reply = pandoc.run((pandoc.Request("citeproc", nodes.document(blocks, meta)),))[0]
    faults = [*([reply.error] if reply.error else []), *(message.text for message in reply.log)]
    if faults:
        raise StageFailedError(*(CITEPROC_FAILED.at(place, fault) for fault in faults))
    words = _read_back(nodes.blocks_of(reply.result), slots, place)
    cache.put(key, pickle.dumps((words.words, words.entries), pickle.HIGHEST_PROTOCOL))
    return words


def _style_text(style: Path, place: Span, *, grouped: bool) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.parse(style, parser).getroot()
    except (OSError, etree.XMLSyntaxError) as error:
        raise StageFailedError(
            CITEPROC_FAILED.at(place, f'the style "{style.name}" cannot be read: {error}')
        ) from error
    for link in list(root.iter(f"{CSL}link")):
        if link.get("rel") == "independent-parent":
            link.attrib.pop("rel", "")
    for bibliography in root.iter(f"{CSL}bibliography") if grouped else ():
        bibliography.attrib.pop("subsequent-author-substitute", "")
    return etree.tostring(root)


def unset(sequence: Sequence[Sequel]) -> Cited:
    """Keys in place of words: what stands there when the citations could not be set, and nothing is published."""
    words = (
        [nodes.text("; ".join("@" + citation.key for citation in group)) for group in slot.groups]
        for slot in slots_of(sequence)
    )
    return _cited(words, ())


def _cited(groups: Iterable[Sequence[Nodes]], entries: Iterable[tuple[str, Nodes]]) -> Cited:
    return Cited(
        tuple(json.dumps(words) for words in groups), tuple((key, json.dumps(inlines)) for key, inlines in entries)
    )


def _skeleton(slot: Slot, terms: Mapping[str, str], number: int) -> Node:
    """A paragraph that is to citeproc what the slot is in the report.

    A group that does not begin its note stands in parentheses there, as pandoc writes it; a mark before
    the first one tells citeproc that it does not begin the note.
    """
    groups = [_cite_node(group, terms, number) for group in slot.groups]
    if not slot.note:
        return nodes.paragraph(groups)
    inside: Nodes = [] if slot.leads and groups else [{"t": "Str", "c": "x"}]
    for number, group in enumerate(groups):
        inside += [*([{"t": "Str", "c": "|"}] if number else []), group]
    return nodes.paragraph([{"t": "Str", "c": "x"}, {"t": "Note", "c": [nodes.paragraph(inside)]}])


def _cite_node(group: Group, terms: Mapping[str, str], number: int) -> Node:
    citations = []
    for citation in group:
        suffix: Nodes = list(citation.suffix)
        if citation.locator:
            label = terms.get(citation.label, citation.label)
            suffix = [*nodes.text(f"{{{label} {citation.locator}}}"), *suffix]
        elif suffix:
            suffix = [{"t": "Str", "c": "{}"}, *suffix]
        citations.append(
            {
                "citationId": citation.key,
                "citationPrefix": citation.prefix,
                "citationSuffix": suffix,
                "citationMode": {"t": citation.mode},
                "citationNoteNum": number,
                "citationHash": 0,
            }
        )
    return {"t": "Cite", "c": [citations, [{"t": "Str", "c": "?"}]]}


def spaced(suffix: Nodes) -> Nodes:
    """A suffix that stands by itself in the source, with the comma that parts it from the citation."""
    begins_with_mark = suffix[0]["t"] == "Str" and str(suffix[0]["c"])[:1] in tuple(",;.:)")
    return suffix if begins_with_mark else [{"t": "Str", "c": ","}, {"t": "Space"}, *suffix]


def _read_back(blocks: Nodes, slots: tuple[Slot, ...], place: Span) -> Cited:
    groups: list[list[Nodes]] = []
    for block, slot in zip(blocks, slots, strict=False):
        found = _cites(block)
        if len(found) != len(slot.groups):
            raise StageFailedError(_lost(place))
        words: list[Nodes] = [node["c"][1] for node in found]
        if slot.note and slot.leads and words:
            words[0] = _capitalised(words[0])
        groups.append(words)
    if len(groups) != len(slots):
        raise StageFailedError(_lost(place))
    return _cited(groups, _entries(blocks[len(slots) :]))


def _capitalised(inlines: Nodes) -> Nodes:
    """The words that begin a note, "Ibid." and "See also": pandoc sees to it only in notes that it makes itself."""
    if not inlines:
        return []
    first, *rest = inlines
    kind = first["t"]
    if kind == "Str":
        return [{"t": "Str", "c": first["c"][:1].upper() + first["c"][1:]}, *rest]
    if kind in ("Emph", "Strong", "SmallCaps"):
        return [{"t": kind, "c": _capitalised(first["c"])}, *rest]
    if kind in ("Span", "Link") and "nocase" not in first["c"][0][1]:
        return [{"t": kind, "c": [first["c"][0], _capitalised(first["c"][1]), *first["c"][2:]]}, *rest]
    return inlines


def _lost(place: Span) -> Diagnostic:
    return CITEPROC_FAILED.at(place, "citeproc gave back another number of citations than it was given")


def _cites(value: Any) -> list[Node]:
    """The outermost Cite nodes, in order."""
    found: list[Node] = []
    if isinstance(value, list):
        for item in value:
            found += _cites(item)
    elif isinstance(value, dict):
        if value.get("t") == "Cite":
            return [value]
        for item in value.values():
            found += _cites(item)
    return found


def _entries(blocks: Nodes) -> list[tuple[str, Nodes]]:
    entries: list[tuple[str, Nodes]] = []
    for node in nodes.walk(blocks):
        if node["t"] == "Div" and str(node["c"][0][0]).startswith("ref-"):
            inlines = [inline for block in node["c"][1] if block["t"] == "Para" for inline in block["c"]]
            entries.append((str(node["c"][0][0]).removeprefix("ref-"), nodes.rewritten(inlines, _in_a_line)))
    return entries


def _in_a_line(node: Node) -> Nodes | None:
    """The parts of an entry that a style sets apart, as the number in the margin: pandoc writes them as blocks."""
    if node["t"] != "Span" or not any(name.startswith("csl-") for name in node["c"][0][1]):
        return None
    inside = nodes.rewritten(node["c"][1], _in_a_line)
    if "csl-left-margin" in node["c"][0][1]:
        return [nodes.span(inside, classes=("reference-mark",)), {"t": "Space"}]
    return [nodes.span(inside), {"t": "Space"}]


def parse_suffix(suffix: Nodes, terms: Mapping[str, str]) -> tuple[str, str, Nodes]:
    """A locator written in the text, `[@key, p. 12]`: its CSL label, the place, and what follows.

    English abbreviations are understood in every language, beside the words of the report's own.
    """
    written = _flat(suffix)
    words = {
        **_ENGLISH,
        **{term.lower(): name for name, term in terms.items() if name in set(_ENGLISH.values())},
    }
    pattern = "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
    found = re.match(rf"[,\s]*({pattern})[\s\u00a0]*({_PLACES})", written, re.I)
    if not found:
        found = re.match(rf"[,\s]*()({_PAGES})\s*$", written)
    rest = _behind(suffix, found.end()) if found else None
    if not found or rest is None:
        return "", "", suffix
    return words.get(found[1].lower(), "page"), found[2].replace("\u2013", "-"), rest


# A place begins with a digit or is a Roman numeral: "part 2", "pp. xiv-xvi", and not "note in passing".
_PLACE = r"(?:\d(?:[\w:/()\u2013\u2014-]|\.(?=\w))*|[ivxlcdm]+(?:[.:\u2013-]\w+)*(?!\w))"
_PLACES = rf"{_PLACE}(?:,\s*\d[\d\u2013-]*(?!\w))*"
_PAGES = r"\d[\d\u2013-]*(?:,\s*\d[\d\u2013-]*)*"


def _behind(inlines: Nodes, count: int) -> Nodes | None:
    """The inlines behind so many characters; None when the cut falls into an inline that is not plain words."""
    for place, inline in enumerate(inlines):
        if count == 0:
            return inlines[place:]
        length = len(_flat([inline]))
        if count < length:
            if inline["t"] != "Str":
                return None
            return [{"t": "Str", "c": inline["c"][count:]}, *inlines[place + 1 :]]
        count -= length
    return []


def _flat(inlines: Nodes) -> str:
    """The words, with every character where a cut can find it again; what is not plain words begins with U+FFFC."""
    parts = []
    for inline in inlines:
        if inline["t"] == "Str":
            parts.append(str(inline["c"]))
        elif inline["t"] in ("Space", "SoftBreak", "LineBreak"):
            parts.append(" ")
        else:
            parts.append(f"\ufffc{nodes.words([inline])}")
    return "".join(parts)


_ENGLISH: Mapping[str, str] = {
    "p.": "page", "pp.": "page", "page": "page", "pages": "page",
    "para.": "paragraph", "paras.": "paragraph", "paragraph": "paragraph", "paragraphs": "paragraph",
    "\u00b6": "paragraph", "\u00b6\u00b6": "paragraph",
    "chap.": "chapter", "ch.": "chapter", "chaps.": "chapter", "chapter": "chapter", "chapters": "chapter",
    "sec.": "section", "secs.": "section", "section": "section", "sections": "section",
    "\u00a7": "section", "\u00a7\u00a7": "section",
    "vol.": "volume", "vols.": "volume", "volume": "volume", "fig.": "figure", "figs.": "figure",
    "figure": "figure", "no.": "issue", "n.": "note", "nn.": "note", "note": "note",
    "part": "part", "pt.": "part", "col.": "column", "line": "line", "l.": "line", "ll.": "line",
    "art.": "article-locator", "arts.": "article-locator", "article": "article-locator",
    "articles": "article-locator", "app.": "appendix", "appendix": "appendix", "table": "table",
    "bk.": "book", "fol.": "folio", "v.": "verse", "s.v.": "sub-verbo",
}  # fmt: skip
