"""Resolve the manuscript section by section, and keep the result for as long as nothing that decides it changes.

What a section looks like depends on its own texts and on the few facts about the rest of the report that it names:
numbers and titles of what it refers to, values of the data, the marks of its notes. These are its surroundings.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline import pandoc
from pipeline.agreement import compare_order
from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.index import Index, NoteCall, figure_texts, table_texts
from pipeline.naming import Names
from pipeline.reading import BundleRead
from pipeline.report import Report
from pipeline.resolve import Resolved, resolve_section
from pipeline.scan import Form, Token
from pipeline.slots import Sequel, sequel

VERSION = "resolving-2"
_EASE = 4  # how many times faster a text is resolved than read


@dataclass(frozen=True, slots=True)
class SectionResolved:
    """A section with its references, values and notes resolved; its slots are numbered from 0.

    Attributes:
        section: its id; "" for the imprint and the colophon.
        key: names the result; the same result has the same.
        size: how many characters of Markdown it is.
        cites: its citations, in the order of print.
        cache: keeps the result under `key`;
        remake: makes it once more, when it is not there.
    """

    section: str
    key: str
    size: int
    cites: Sequel
    cache: Cache
    remake: Callable[[], Resolved]

    def resolved(self) -> Resolved:
        """The blocks of its pieces."""
        stored = self.cache.get(self.key)
        if stored is None:
            return self.remake()
        result: Resolved = pickle.loads(stored)  # noqa: S301  # the cache is our own
        return result


def resolve_all(
    report: Report,
    index: Index,
    bundles: Sequence[BundleRead],
    terms: Mapping[str, str],
    cache: Cache,
    findings: Findings,
) -> tuple[SectionResolved, ...]:
    """Resolve all sections.

    Args:
        report: the report.
        index: its targets and numbers, with the titles as they are printed.
        bundles: what pandoc read, by section.
        terms: the words for locators in the language of the report.
        cache: keeps what was resolved without any finding.
        findings: told of where pandoc's reading differs from the scan.
    """
    surroundings = _Surroundings(report, index, terms)
    keys = [key_of(VERSION, bundle.key, surroundings.of(bundle.bundle.section)) for bundle in bundles]
    known = [cache.get(key_of(key, "cites")) if cache.holds(key) else None for key in keys]
    missing = [(key, bundle) for key, bundle, stored in zip(keys, bundles, known, strict=True) if stored is None]

    def resolve(some: Sequence[tuple[str, BundleRead]]) -> list[_Fresh]:
        return [_resolved_and_kept(report, index, bundle, terms, findings, cache, key) for key, bundle in some]

    sizes = [bundle.bundle.size // _EASE for _, bundle in missing]
    fresh = iter(pandoc.in_batches(missing, sizes, resolve, least=pandoc.LEAST // _EASE))  # no program is started
    results = []
    met: list[str] = []
    whole = True
    for bundle, key, stored in zip(bundles, keys, known, strict=True):
        if stored is not None:
            *parts, calls = pickle.loads(stored)  # noqa: S301  # the cache is our own
            cites = Sequel(*parts)
        else:
            new = next(fresh)
            cites, calls = new.cites, new.calls
            findings.extend(new.found)
            whole = whole and not new.found
        remake = partial(_remade, report, index, bundle, terms)
        results.append(SectionResolved(bundle.bundle.section, key, bundle.bundle.size, cites, cache, remake))
        met += calls
    if whole:
        compare_order(tuple(met), report, index, findings)
    return tuple(results)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What was resolved just now: the citations, the ids of the notes that are called, and what was found wrong."""

    cites: Sequel
    calls: tuple[str, ...]
    found: tuple[Diagnostic, ...]


def _resolved_and_kept(
    report: Report,
    index: Index,
    bundle: BundleRead,
    terms: Mapping[str, str],
    before: Findings,
    cache: Cache,
    key: str,
) -> _Fresh:
    """Resolve a section; what was found before tells which faults are only consequences."""
    findings = Findings()
    findings.extend(before.all())
    trees, pieces = bundle.trees(), bundle.bundle.pieces
    resolved, calls = resolve_section(report, index, bundle.bundle.section, trees, pieces, terms, findings)
    known = set(before.all())
    found = tuple(finding for finding in findings.all() if finding not in known)
    cites = sequel(resolved.slots)
    if not found:
        kept = cites.text, cites.count, cites.works, calls
        cache.put(key_of(key, "cites"), pickle.dumps(kept, pickle.HIGHEST_PROTOCOL))
        cache.put(key, pickle.dumps(resolved, pickle.HIGHEST_PROTOCOL))
    return _Fresh(cites, calls, found)


def _remade(report: Report, index: Index, bundle: BundleRead, terms: Mapping[str, str]) -> Resolved:
    """A section resolved once more; what is wrong with it has been said."""
    trees, pieces = bundle.trees(), bundle.bundle.pieces
    return resolve_section(report, index, bundle.bundle.section, trees, pieces, terms, Findings())[0]


class _Surroundings:
    """What decides how a section is resolved, beside its own texts."""

    def __init__(self, report: Report, index: Index, terms: Mapping[str, str]) -> None:
        self._report, self._index = report, index
        self._names = Names(report, index)
        self._works = {entry.work.id for entry in report.works}
        self._figures = {entry.figure.id: entry for entry in report.figures}
        self._tables = {entry.table.id: entry for entry in report.tables}
        self._sections = {section.id: section for section in index.order}
        self._notes: dict[str, list[NoteCall]] = {}
        for call in index.notes:
            self._notes.setdefault(call.section, []).append(call)
        self._placed: dict[str, list[str]] = {}
        for id, section in index.placed.items():
            self._placed.setdefault(section, []).append(id)
        self._everything = repr([(id, target.number, target.title) for id, target in index.targets.items()])
        settings = report.settings
        self._common = repr(
            (settings.lang, settings.labels, settings.note_numbering, index.in_text_notes, sorted(terms.items()))
        )

    def of(self, section: str) -> str:
        """All of it as one text."""
        notes = self._notes.get(section, [])
        facts = [
            self._common,
            repr([(call.id, call.mark) for call in notes]),
            repr([(target.id, target.number, target.title) for target in self._index.headings.get(section, ())]),
            *(call.entry.note.model_dump_json() for call in notes if call.entry is not None),
            *(self._display(id) for id in self._placed.get(section, ())),
            *(self._everything for id in self._placed.get(section, ()) if self._has_groups(id)),
            *sorted({fact for token in self._tokens(section) for fact in self._facts(token, section)}),
        ]
        return key_of(*facts)

    def _has_groups(self, id: str) -> bool:
        """Whether a table has groups, whose heads the scan does not search."""
        return id in self._tables and bool(self._tables[id].table.groups)

    def _display(self, id: str) -> str:
        figure, table = self._figures.get(id), self._tables.get(id)
        if figure is not None:
            return repr((id, figure.figure.alt, figure.figure.decorative, figure.figure.width, self._called(id, "")))
        width = table.table.width if table is not None else ""
        return repr((id, width, self._called(id, "")))

    def _called(self, id: str, section: str) -> str:
        target = self._index.targets.get(id)
        if target is None:
            return repr((id, None))
        printed = self._names.name(target, section)
        return repr((id, target.kind.value, target.number, target.section_kind.value, printed))

    def _tokens(self, section: str) -> Iterator[Token]:
        tokens_of = self._report.tokens_of
        source = self._sections.get(section)
        if source is None:
            for text in (self._report.imprint, self._report.rights, self._report.colophon):
                yield from tokens_of(text)
            return
        for text in (source.title, source.lead, source.body):
            yield from tokens_of(text)
        for call in self._notes.get(section, ()):
            if call.entry is not None:
                yield from tokens_of(call.entry.text)
        for id in self._placed.get(section, ()):
            for piece in (*figure_texts(self._figures.get(id)), *table_texts(self._tables.get(id))):
                yield from tokens_of(piece)

    def _facts(self, token: Token, section: str) -> Iterator[str]:
        if token.form in (Form.REFERENCE, Form.PAGE):
            yield self._called(token.name, section)
        elif token.form is Form.VALUE:
            for form in ("", "plain", "words"):
                yield repr((token.name, form, self._names.value(token.name, form)))
        elif token.form is Form.CITATION:
            for key, _ in token.keys:
                yield repr((key, key in self._works))


def numbered(sections: Sequence[SectionResolved]) -> dict[str, int]:
    """The number of the first slot of each section, when all are counted in the order of print."""
    first: dict[str, int] = {}
    count = 0
    for section in sections:
        first[section.section] = count
        count += section.cites.count
    return first
