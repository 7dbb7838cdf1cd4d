"""How a target is called in print: its label, its number, its title; and what a value of the data files reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline import nodes, wording
from pipeline.assemble import PieceKind
from pipeline.index import Index, Target, TargetKind, slug
from pipeline.model import SectionKind
from pipeline.nodes import Node, Nodes
from pipeline.report import Report

CONNECTING = frozenset(
    {
        "also", "and", "as", "cf.", "compare", "e.g.", "i.e.", "in", "see", "with",
        "auch", "s.", "siehe", "und", "vergleiche", "vgl.", "z.b.",
        "aussi", "cf", "comme", "et", "v.", "voir",
        "и", "например", "см.", "сравни", "ср.", "также",
    }
)  # fmt: skip
"""Words that lead to a reference and do not name what is referred to."""

NO_BREAK: Node = {"t": "Str", "c": "\u00a0"}
Trees = Mapping[tuple[PieceKind, str], Nodes]


class Names:
    """The words by which the text of a report refers to its parts.

    Args:
        report: the report.
        index: its targets.
    """

    def __init__(self, report: Report, index: Index) -> None:
        self.report, self.index = report, index
        self.words = wording.words_for(report.settings.lang, report.settings.labels)

    def name(self, target: Target, section: str) -> Nodes:
        """How a target is called: its word and number, or its title when it has none.

        Args:
            target: what is referred to.
            section: the section that refers to it.
        """
        if not target.number:
            return nodes.text(target.title)
        return [*nodes.text(self.words[self.label(target)]), NO_BREAK, *nodes.text(self.number(target, section))]

    def number(self, target: Target, section: str) -> str:
        """Its number; a note of another section, where notes are counted by section, names that section."""
        by_section = self.report.settings.note_numbering == "section"
        if target.kind is TargetKind.NOTE and by_section and target.section != section:
            home = self.index.targets[target.section]
            return f"{target.number} ({nodes.words(self.name(home, section))})"
        return target.number

    def label(self, target: Target) -> str:
        """The key of its word."""
        if target.kind is TargetKind.SECTION:
            return "appendix" if target.section_kind is SectionKind.APPENDIX else "chapter"
        if target.kind is TargetKind.HEADING:
            return "section"
        return str(target.kind.value)

    def replaces_label(self, prefix: Nodes) -> bool:
        """Whether an author's words before a reference stand for its label: "Chapter", and not "see also"."""
        own = nodes.words(prefix).replace(",", " ").lower().split()
        return bool(own) and not CONNECTING.issuperset(own)

    def references(self, entries: list[Node], section: str) -> Nodes:
        """A group of references as words and links; what an author wrote around them is kept."""
        targets = [self.index.targets.get(entry["citationId"]) for entry in entries]
        known = [target for target in targets if target and target.number]
        plain = all(
            not entry["citationPrefix"]
            and not entry["citationSuffix"]
            and entry["citationMode"]["t"] == "NormalCitation"
            for entry in entries
        )
        together = (
            len(entries) > 1 and len(known) == len(entries) and len({self.label(target) for target in known}) == 1
        )
        if together and plain:
            inlines: Nodes = [*nodes.text(self.words[self.label(known[0]) + "-plural"]), NO_BREAK]
            for place, target in enumerate(known):
                number = nodes.text(self.number(target, section))
                inlines += [*self._separator(place, len(known)), link_to(target, number)]
            return inlines
        inlines = []
        for place, (entry, found) in enumerate(zip(entries, targets, strict=True)):
            inlines += [*self._separator(place, len(entries)), *self._reference(entry, found, section)]
        return inlines

    def _separator(self, place: int, count: int) -> Nodes:
        if place == 0:
            return []
        if place < count - 1:
            return [{"t": "Str", "c": ","}, {"t": "Space"}]
        return [{"t": "Space"}, *nodes.text(self.words["and"]), {"t": "Space"}]

    def _reference(self, entry: Node, target: Target | None, section: str) -> Nodes:
        prefix, suffix, mode = entry["citationPrefix"], entry["citationSuffix"], entry["citationMode"]["t"]
        if mode == "AuthorInText" and suffix:  # `@fig-a [left]`: to pandoc a locator, to the author words in brackets
            suffix = [{"t": "Space"}, {"t": "Str", "c": "["}, *suffix, {"t": "Str", "c": "]"}]
        before: Nodes = [*prefix, {"t": "Space"}] if prefix else []
        if target is None:  # the rules have reported it; with --keep-going the author's word is shown
            return [*before, {"t": "Str", "c": "@" + entry["citationId"]}, *suffix]
        number = nodes.text(self.number(target, section))
        if mode == "SuppressAuthor" and target.number:
            return [*before, link_to(target, number), *suffix]
        if target.number and self.replaces_label(prefix):
            return [link_to(target, [*prefix, NO_BREAK, *number]), *suffix]
        return [*before, link_to(target, self.name(target, section)), *suffix]

    def value(self, path: str, form: str) -> str:
        """A value of the data files as it is printed, or "" when there is none.

        Args:
            path: "file.row.column".
            form: "", "plain" or "words".
        """
        file, _, rest = path.partition(".")
        row_name, _, column = rest.rpartition(".")
        for table in self.report.data.values():
            if table.name == file and column in table.columns:
                for row in table.rows:
                    if slug(row[0].text) == row_name:
                        return wording.number(row[table.columns.index(column)].text, self.words, form)
        return ""


def link_to(target: Target, inlines: Nodes) -> Node:
    """A link to a target."""
    return nodes.link(inlines, f"#{target.id}", classes=("ref",))


def title_inlines(section: str, trees: Trees) -> dict[str, Nodes]:
    """The inlines of a section's title, of its headings in order (`section:0`, `section:1`), and of its captions.

    Args:
        section: its id.
        trees: what pandoc read in its texts, figures and tables.
    """
    found: dict[str, Nodes] = {section: [{"t": "Para", "c": trees.get((PieceKind.TITLE, section), [])}]}
    body = list(nodes.walk(trees.get((PieceKind.BODY, section), [])))
    headers = [node["c"][2] for node in body if node["t"] == "Header"]
    found |= {f"{section}:{place}": title for place, title in enumerate(headers)}
    found |= {node["c"][0][0]: node["c"][1][1] for node in body if node["t"] in ("Figure", "Table")}
    for (kind, identifier), blocks in trees.items():
        if kind in (PieceKind.FIGURE, PieceKind.TABLE):
            captions = (node["c"] for node in blocks if node["t"] == "Div")
            found[identifier] = next((content for (_, classes, _), content in captions if "caption" in classes), [])
    return found


def with_printed_titles(report: Report, index: Index, titles: Mapping[str, Nodes]) -> Index:
    """The index with the titles as they are printed: quotation marks, dashes and values as in the text.

    The index is made from the source alone, where a title reads `The "hull" -- a plan`.

    Args:
        report: the report.
        index: its targets.
        titles: what pandoc read (see `title_inlines`).
    """
    names = Names(report, index)
    found = dict(titles)
    for section, known in index.headings.items():
        if f"{section}:{len(known)}" not in titles and f"{section}:{len(known) - 1}" in titles:
            found |= {target.id: titles[f"{section}:{place}"] for place, target in enumerate(known)}
    printed = {id: _plain(names, inlines) for id, inlines in found.items() if id in index.targets}
    targets = {
        identifier: replace(target, title=title) if (title := printed.get(identifier)) else target
        for identifier, target in index.targets.items()
    }
    headings = {
        section: tuple(targets.get(heading.id, heading) for heading in known)
        for section, known in index.headings.items()
    }
    return replace(index, targets=targets, headings=headings)


def _plain(names: Names, inlines: Nodes) -> str:
    def rewrite(node: Node) -> Nodes | None:
        if node["t"] == "Span" and (settings := dict(node["c"][0][2])) and "value" in settings:
            return nodes.text(names.value(settings["value"], settings.get("format", "")))
        if node["t"] == "Cite":
            return names.references(node["c"][0], "") if _refers(names, node) else []
        return None

    return " ".join(nodes.words(nodes.rewritten(inlines, rewrite)).split())


def _refers(names: Names, node: Node) -> bool:
    return all(entry["citationId"] in names.index.targets for entry in node["c"][0])
