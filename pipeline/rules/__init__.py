"""Rules about the sources of a report, one function each, one file a family.

A rule sees the whole report through a `Survey` and yields findings; it changes nothing, and it does not
tell again what another rule or the loading of the files has told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.diagnostics import Diagnostic, in_order
from pipeline.index import Index
from pipeline.report import Report
from pipeline.rules import citations, figures, notes, pictures, profiles, structure, sums, tables, texts, values, xref
from pipeline.rules.allowances import apply_allowances
from pipeline.rules.survey import Survey

__all__ = ["RULES", "apply_allowances", "check"]

Check = Callable[[Survey], Iterator[Diagnostic]]

RULES: tuple[Check, ...] = (
    xref.unresolved,
    xref.page_references,
    xref.internal_links,
    xref.wrong_kinds,
    xref.never_referred_to,
    xref.groups,
    xref.duplicates,
    xref.numbers,
    values.values,
    values.formats,
    notes.undefined,
    notes.unused,
    notes.called_twice,
    notes.empty,
    notes.in_a_note,
    notes.in_text,
    notes.without_a_place,
    notes.reserved_ids,
    citations.unknown_sources,
    citations.unused_sources,
    citations.incomplete,
    citations.reserved_keys,
    citations.unknown_style,
    figures.alt_missing,
    figures.alt_equals_caption,
    figures.never_placed,
    figures.unknown_placed,
    figures.placed_twice,
    figures.decorative_with_alt,
    pictures.bad_pictures,
    pictures.heavy_pictures,
    profiles.unusable_output_profile,
    tables.unknown_columns,
    tables.unknown_rows,
    tables.never_placed,
    tables.unknown_placed,
    tables.placed_twice,
    tables.no_header_column,
    tables.not_numbers,
    tables.lost_marks,
    sums.totals,
    structure.empty_sections,
    structure.heading_levels,
    structure.unknown_classes,
    structure.unknown_attributes,
    structure.kinds_in_order,
    structure.label_words,
    texts.raw_html,
    texts.math,
    texts.relative_links,
    texts.empty_spans,
    texts.stray_attributes,
    texts.languages,
    texts.terms,
    texts.residue,
)


def check(report: Report, index: Index) -> tuple[Diagnostic, ...]:
    """Apply every rule; what the report accepts is taken away later, by `apply_allowances`.

    Args:
        report: the report as loaded.
        index: its targets and numbers.
    """
    survey = Survey(report, index)
    return in_order(finding for rule in RULES for finding in rule(survey))
