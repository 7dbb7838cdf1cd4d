"""One pass over the AST in reading order: references, values, notes and citations become words and links.

What pandoc read is compared with what the index counted. Where the two disagree, the report would print a
note under another number or lose a reference, so the disagreement is an error with its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline import nodes
from pipeline.agreement import compare
from pipeline.assemble import Piece, PieceKind
from pipeline.cache import key_of
from pipeline.citations import parse_suffix, spaced
from pipeline.diagnostics import Findings
from pipeline.index import Index, NoteCall, Target, slug
from pipeline.model import SectionKind
from pipeline.naming import Names
from pipeline.nodes import Node, Nodes
from pipeline.report import Report
from pipeline.scan import REFERENCE_PREFIXES
from pipeline.slots import Citation, Group, Slot


@dataclass(frozen=True, slots=True)
class Resolved:
    """The AST with references, values and notes resolved; citations are marked by slot and group.

    Attributes:
        blocks: by piece, its blocks; figures and tables stand in their sections.
        slots: every note and every citation in the text, in the order of print.
        slot_of: the slot of each note, by its id.
    """

    blocks: Mapping[tuple[PieceKind, str], Nodes]
    slots: tuple[Slot, ...]
    slot_of: Mapping[str, int]


@dataclass(slots=True)
class _State:
    """What has been met on the way through the report."""

    slots: list[Slot] = field(default_factory=list)
    slot_of: dict[str, int] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)
    cited: Counter[str] = field(default_factory=Counter)
    blocks: dict[tuple[PieceKind, str], Nodes] = field(default_factory=dict)


def resolve_section(
    report: Report,
    index: Index,
    section: str,
    trees: Mapping[tuple[PieceKind, str], Nodes],
    pieces: tuple[Piece, ...],
    terms: Mapping[str, str],
    findings: Findings,
) -> tuple[Resolved, tuple[str, ...]]:
    """Resolve the AST of a section.

    Args:
        report: the report.
        index: its targets and numbers.
        section: the section; "" for the imprint and the colophon.
        trees: what pandoc read, by piece.
        pieces: the section's part of the manuscript, for places.
        terms: the words for locators in the language of the report.
        findings: where faults go.

    Returns:
        The section, and the ids of the notes that it calls, in order.
    """
    resolver = _Resolver(report, index, trees, terms, section)
    texts = [(kind, section) for kind in (PieceKind.TITLE, PieceKind.LEAD, PieceKind.BODY)]
    for kind, identifier in texts if section else _MATTER:
        if (kind, identifier) in trees:
            resolver.piece(kind, identifier, section)
    compare(report, index, pieces, trees, findings)
    state = resolver.state
    return Resolved(state.blocks, tuple(state.slots), state.slot_of), tuple(state.met)


_MATTER = ((PieceKind.IMPRINT, "press-imprint"), (PieceKind.COLOPHON, "press-colophon"))


class _Resolver:
    """Walks the pieces in reading order; a figure or table is walked where it is placed."""

    def __init__(
        self,
        report: Report,
        index: Index,
        trees: Mapping[tuple[PieceKind, str], Nodes],
        terms: Mapping[str, str],
        section: str,
    ) -> None:
        self.report, self.index, self.trees = report, index, trees
        self.terms = terms
        self.names = Names(report, index)
        self.works = {entry.work.id for entry in report.works}
        self.calls = {call.id: call for call in index.notes}
        self.figures = {entry.figure.id: entry for entry in report.figures}
        self.state = _State()
        self.state.cited = _cited_before(index, section)
        self.section = ""
        self.headings: Iterator[Target] = iter(())
        self.in_note: list[Group] | None = None

    def piece(self, kind: PieceKind, identifier: str, section: str) -> None:
        self.section = section
        if kind is PieceKind.BODY:
            self.headings = iter(self.index.headings.get(section, ()))
        self.state.blocks[kind, identifier] = self.walked(self.trees[kind, identifier])

    def walked(self, value: Nodes) -> Nodes:
        return list(nodes.rewritten(value, self.rewrite))

    def rewrite(self, node: Node) -> Nodes | None:
        kind = node["t"]
        if kind == "Cite":
            return self.cite(node)
        if kind == "Note":
            return self.note(node)
        if kind == "Span":
            return self.span(node)
        if kind == "Header":
            return self.header(node)
        if kind == "Div":
            return self.div(node)
        if kind == "Figure":
            return self.figure(node)
        if kind == "Table":
            return self.table(node)
        if kind == "Image":
            return self.image(node)
        return None

    # -- references and citations

    def cite(self, node: Node) -> Nodes:
        entries = [
            {
                **entry,
                "citationPrefix": self.walked(entry["citationPrefix"]),
                "citationSuffix": self.walked(entry["citationSuffix"]),
            }
            for entry in node["c"][0]
        ]
        # `@a [@b]` is one group to pandoc; the index counts what stands in the brackets by itself.
        alone = len(entries) > 1 and entries[0]["citationMode"]["t"] == "AuthorInText"
        inlines: Nodes = []
        for part in (entries[:1], entries[1:]) if alone else (entries,):
            references = [entry for entry in part if entry["citationId"].startswith(REFERENCE_PREFIXES)]
            cited = [entry for entry in part if entry not in references]
            for found in (
                self.names.references(references, self.section) if references else [],
                self.citations(cited) if cited else [],
            ):
                apart = bool(inlines and found) and not nodes.is_note_call(found[0])
                inlines += [*([{"t": "Space"}] if apart else []), *found]
        return inlines

    def citations(self, entries: list[Node]) -> Nodes:
        """A group of citations; a work that does not exist was reported and is left out."""
        group = tuple(self.citation(entry) for entry in entries if entry["citationId"] in self.works)
        groups = (group,) if group else ()
        unknown = nodes.text("; ".join("@" + entry["citationId"] for entry in entries))
        if self.in_note is not None:
            self.in_note += groups
            return [self.marker(len(self.state.slots), len(self.in_note) - 1)] if group else unknown
        if not self.index.in_text_notes:
            self.state.slots.append(Slot(groups, note=False, leads=False))
            return [self.marker(len(self.state.slots) - 1, 0)] if group else unknown
        key = entries[0]["citationId"]
        self.state.cited[key] += 1
        identifier = f"cite-{key}-{self.state.cited[key]}"
        self.state.slot_of[identifier] = len(self.state.slots)
        self.state.met.append(identifier)
        self.state.slots.append(Slot(groups, note=False, leads=True))
        call = self.calls.get(identifier)
        lead: Nodes = []
        if entries[0]["citationMode"]["t"] == "AuthorInText":
            lead = [self.marker(len(self.state.slots) - 1, 0)] if group else unknown
        return [*lead, *([self.call(call)] if call else [])]

    def marker(self, slot: int, group: int) -> Node:
        return nodes.span([], classes=("citation-group",), slot=str(slot), group=str(group))

    def citation(self, entry: Node) -> Citation:
        label, locator, suffix = parse_suffix(entry["citationSuffix"], self.terms)
        return Citation(
            key=entry["citationId"],
            mode=entry["citationMode"]["t"],
            prefix=entry["citationPrefix"],
            suffix=suffix,
            label=label,
            locator=locator,
        )

    # -- notes

    def note(self, node: Node) -> Nodes | None:
        for inner in nodes.walk(node["c"]):
            if inner["t"] == "Span" and "note-call" in inner["c"][0][1]:
                identifier = dict(inner["c"][0][2])["note"]
                call = self.calls.get(identifier)
                if call is None or self.in_note is not None:
                    return []
                if identifier not in self.state.slot_of:
                    self.state.met.append(identifier)
                    self.note_text(call)
                return [self.call(call)]
        return None

    def call(self, call: NoteCall) -> Node:
        return nodes.link(
            [{"t": "Str", "c": call.mark}],
            f"#note-{call.id}",
            f"noteref-{call.id}",
            ("noteref",),
            role="doc-noteref",
        )

    def note_text(self, call: NoteCall) -> None:
        """Walk a note where it is called, so that its citations stand in the order of print."""
        entry = call.entry
        assert entry is not None, "a citation in the text has no entry and is not called by a name"
        groups: list[Group] = []
        if entry.note.cites:
            groups.append(
                tuple(
                    Citation(
                        key=cite.source,
                        prefix=nodes.text(cite.prefix) if cite.prefix else [],
                        suffix=spaced(nodes.text(cite.suffix)) if cite.suffix else [],
                        label=next(iter(cite.locator), ""),
                        locator=next(iter(cite.locator.values()), ""),
                    )
                    for cite in entry.note.cites
                    if cite.source in self.works
                )
            )
            groups = [group for group in groups if group]
        tree = self.trees.get((PieceKind.NOTE, call.id), [])
        leads = bool(groups) or _begins_with_citation(tree)
        self.in_note = groups
        authored = bool(groups)
        text = self.walked(tree)
        self.in_note = None
        slot = len(self.state.slots)
        self.state.slot_of[call.id] = slot
        self.state.slots.append(Slot(tuple(groups), note=True, leads=leads))
        if authored:
            lead: Nodes = [self.marker(slot, 0)]
            if text and text[0]["t"] in ("Para", "Plain"):
                text = [nodes.paragraph([*lead, {"t": "Space"}, *text[0]["c"]]), *text[1:]]
            else:
                text = [nodes.paragraph(lead), *text]
        self.state.blocks[PieceKind.NOTE, call.id] = text

    # -- values, pages, blocks

    def span(self, node: Node) -> Nodes | None:
        if "start" in node["c"][0][1]:
            return []
        settings = dict(node["c"][0][2])
        if "value" in settings:
            shown = self.names.value(settings["value"], settings.get("format", "")) or settings["value"]
            return [nodes.span(nodes.text(shown), classes=("value",))]
        if "page" in settings:
            target = self.index.targets.get(settings["page"])
            if target is None:
                return nodes.text(settings["page"])
            inlines = self.walked(node["c"][1]) or self.names.name(target, self.section)
            front = "true" if target.section_kind is SectionKind.FRONT else "false"
            return [nodes.link(inlines, f"#{target.id}", classes=("pageref",), data_front=front)]
        return None

    def header(self, node: Node) -> Nodes:
        level, (identifier, classes, _), inlines = node["c"]
        target = next(self.headings, None)
        title = self.walked(inlines)
        if target is None or (identifier and identifier != target.id):
            return [{"t": "Header", "c": [level, [identifier, classes, []], title]}]
        number = [nodes.span([{"t": "Str", "c": target.number}], classes=("number",)), {"t": "Space"}]
        attributes = [["data-title", target.title]]
        shown = [*(number if target.number else []), *title]
        return [{"t": "Header", "c": [level, [target.id, classes, attributes], shown]}]

    def div(self, node: Node) -> Nodes | None:
        (identifier, classes, attributes), blocks = node["c"]
        if identifier.startswith(("fig-", "tbl-")) and not blocks:
            return self.placed(identifier)
        if "box" in classes:
            settings = dict(attributes)
            heads = [
                nodes.div([nodes.paragraph(nodes.text(settings[key]))], classes=(f"box-{key}",))
                for key in ("kind", "title")
                if settings.get(key)
            ]
            kept = [pair for pair in attributes if pair[0] not in ("kind", "title")]
            return [{"t": "Div", "c": [[identifier, classes, kept], [*heads, *self.walked(blocks)]]}]
        return None

    def placed(self, identifier: str) -> Nodes:
        kind = PieceKind.FIGURE if identifier.startswith("fig-") else PieceKind.TABLE
        tree = self.trees.get((kind, identifier))
        if tree is None:
            return []
        if kind is PieceKind.FIGURE:
            figure = self.figures[identifier].figure
            alt, width = "" if figure.decorative else figure.alt or "", figure.width
        else:
            alt = ""
            width = next(entry.table.width for entry in self.report.tables if entry.table.id == identifier)
        inside = self.labelled(identifier, self.walked(tree))
        for node in nodes.walk(inside):
            if node["t"] == "Image" and "picture" in node["c"][0][1]:
                node["c"][1] = nodes.text(alt)
        classes = (kind.value,) if width == "text" else (kind.value, width)
        return [nodes.div(inside, identifier, classes)]

    def labelled(self, identifier: str, blocks: Nodes) -> Nodes:
        """The printed number before the caption."""
        target = self.index.targets.get(identifier)
        if target is None:
            return blocks
        label = nodes.span(self.names.name(target, self.section), classes=("label",))
        head = nodes.div([nodes.paragraph([label])], classes=("label-line",))
        return [head, *blocks]

    def figure(self, node: Node) -> Nodes | None:
        """`![Caption](x.svg){#fig-x fig-alt=...}` alone in a paragraph, in the form of the other figures."""
        (identifier, classes, _), (_, caption), blocks = node["c"]
        pictures = [inner for inner in nodes.walk(blocks) if inner["t"] == "Image"]
        if len(pictures) != 1:
            return None
        width = tuple(name for name in pictures[0]["c"][0][1] if name in ("wide", "landscape"))
        captions = nodes.div(self.walked(caption), classes=("caption",))
        picture = nodes.paragraph(self.image(pictures[0]))
        inside = self.labelled(identifier, [captions, picture]) if identifier else [captions, picture]
        return [nodes.div(inside, identifier, ("figure", *width, *classes))]

    def table(self, node: Node) -> Nodes | None:
        """A pipe table with `: Caption {#tbl-x}`, in the form of the other tables."""
        (identifier, classes, attributes), (_, caption), *rest = node["c"]
        captions = nodes.div(self.walked(caption), classes=("caption",))
        bare: Node = {"t": "Table", "c": [["", [], attributes], [None, []], *self.walked(rest)]}
        if not identifier and not caption:
            return [bare]
        width = tuple(name for name in classes if name in ("wide", "landscape"))
        inside = self.labelled(identifier, [captions, bare]) if identifier else [captions, bare]
        return [nodes.div(inside, identifier, ("table", *width))]

    def image(self, node: Node) -> Nodes:
        (identifier, classes, attributes), inlines, (target, title) = node["c"]
        alt = dict(attributes).get("fig-alt", nodes.words(inlines) if "picture" not in classes else "")
        kept = [[key, value] for key, value in attributes if key != "fig-alt"]
        href = target if "picture" in classes else picture_name(target)
        outer = "" if identifier.startswith("fig-") else identifier
        return [{"t": "Image", "c": [[outer, classes, kept], nodes.text(alt), [href, title]]}]


def _cited_before(index: Index, section: str) -> Counter[str]:
    """How often each work was cited in the text of earlier sections: citations that become notes are counted."""
    found: Counter[str] = Counter()
    for call in index.notes:
        if call.section == section:
            break
        if call.entry is None:
            found[call.id.removeprefix("cite-").rpartition("-")[0]] += 1
    return found


def picture_name(path: str) -> str:
    """The name by which editions call a picture that the text names by its file."""
    stem, _, ending = path.rpartition(".")
    mark = key_of(path)[:8]  # "a b.png" and "a-b.png" are two pictures
    return f"assets/picture-{slug(stem)}-{mark}.{ending.lower()}"


def _begins_with_citation(tree: Nodes) -> bool:
    """Whether a note's own text begins with works cited, so that they stand in it without parentheses."""
    first = tree[0]["c"][:1] if tree and tree[0]["t"] in ("Para", "Plain") else []
    return (
        bool(first) and first[0]["t"] == "Cite" and not first[0]["c"][0][0]["citationId"].startswith(REFERENCE_PREFIXES)
    )
