"""The build of a report: order, headings, blocks, words for labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pipeline import wording
from pipeline.diagnostics import Diagnostic, Severity, Span, declare, did_you_mean
from pipeline.model import PartEntry, SectionKind
from pipeline.rules.survey import Survey
from pipeline.scan import Form

EMPTY_SECTION = declare(
    "STR003",
    "empty-section",
    Severity.ERROR,
    """
    A section has a title and no text. It would be a page, and an entry in the contents, that leads to
    nothing. Write it, or put it under `exclude`.
    """,
)
LEVEL_SKIPPED = declare(
    "STR004",
    "heading-level-skipped",
    Severity.ERROR,
    """
    A heading lies more than one level below the one before it. Readers who move by headings look for the
    level between (ISO 14289-1, 7.4.2; WCAG 2.2, 1.3.1). The first heading of a section is `##`.

    Bad:   ## Costs     then   #### Abroad
    Good:  ## Costs     then   ### Abroad
    """,
)
TITLE_IN_BODY = declare(
    "STR005",
    "title-in-body",
    Severity.ERROR,
    """
    A heading of level 1 stands in the text of a section. The section's title is its only heading of that
    level and stands in the front matter.

    Bad:   # Costs
    Good:  ## Costs        or a section file of its own
    """,
)
UNKNOWN_CLASS = declare(
    "STR006",
    "unknown-block-class",
    Severity.ERROR,
    """
    A block, heading or picture has a class that the press does not know, so it would be printed like any
    other text. Blocks: box, side, lead, pull, key-figures, timeline. Headings: unnumbered. Pictures and
    tables: wide, landscape.

    Bad:   ::: boxx
    Good:  ::: box
    """,
)
KINDS_OUT_OF_ORDER = declare(
    "STR007",
    "kinds-out-of-order",
    Severity.ERROR,
    """
    Sections are not in the order front, chapter, appendix, back. Roman page numbers end where the first
    chapter begins, and appendices follow the chapters that they belong to.

    Bad:   sections: [sec-introduction, sec-summary]     (sec-summary is of the kind front)
    Good:  sections: [sec-summary, sec-introduction]
    """,
)
WORDS_MISSING = declare(
    "STR008",
    "label-words-missing",
    Severity.ERROR,
    """
    The press has no words ("Figure", "Contents") in the report's language, and `labels` does not give
    all of them. A report in Kazakh with English labels is no Kazakh report.

    Good:  lang: kk
           labels: {figure: Сурет, table: Кесте, ...}
    """,
)
UNKNOWN_ATTRIBUTE = declare(
    "STR009",
    "unknown-block-attribute",
    Severity.ERROR,
    """
    A block has an attribute that the press does not know, so what it says would not be printed. A box has
    `title` and `kind`; every block may have `lang` and `dir`.

    Bad:   ::: {.box titel="How we counted"}
    Good:  ::: {.box title="How we counted"}
    """,
)
UNKNOWN_LABEL = declare(
    "STR011",
    "unknown-label",
    Severity.ERROR,
    """
    `labels` gives a word for something that the press does not print.

    Bad:   labels: {figur: Сурет}
    Good:  labels: {figure: Сурет}
    """,
)

BLOCKS = ("box", "side", "lead", "pull", "key-figures", "timeline")
CLASSES: Mapping[Form, tuple[str, ...]] = {
    Form.BLOCK: BLOCKS,
    Form.HEADING: ("unnumbered",),
    Form.IMAGE: ("wide", "landscape"),
    Form.PLACEMENT: (),
}
ATTRIBUTES = ("lang", "dir")
BOX_ATTRIBUTES = ("title", "kind", *ATTRIBUTES)
ORDER = (SectionKind.FRONT, SectionKind.CHAPTER, SectionKind.APPENDIX, SectionKind.BACK)


def empty_sections(survey: Survey) -> Iterator[Diagnostic]:
    """STR003."""
    for section in survey.index.order:
        if not section.body.text.strip():
            message = f'the section "{section.id}" has no text'
            yield EMPTY_SECTION.at(section.place.at("id"), message, 'write it, or put it under "exclude"')


def heading_levels(survey: Survey) -> Iterator[Diagnostic]:
    """STR004 and STR005."""
    for section in survey.report.sections:
        before = 1
        for token in survey.report.tokens_of(section.body):
            if token.form is not Form.HEADING:
                continue
            if token.level == 1:
                hint = f"write ## {token.name}, or give it a section file of its own"
                yield TITLE_IN_BODY.at(token.span, f'the heading "{token.name}" has the level of the title', hint)
            elif token.level > before + 1:
                message = f'the heading "{token.name}" has level {token.level}, the one before it level {before}'
                yield LEVEL_SKIPPED.at(token.span, message, f"write {'#' * (before + 1)} {token.name}")
            before = token.level


def unknown_classes(survey: Survey) -> Iterator[Diagnostic]:
    """STR006."""
    for form, known in CLASSES.items():
        for mention in survey.all(form):
            names = mention.token.classes[1:] if form is Form.IMAGE else mention.token.classes
            for name in names:
                if name not in known:
                    hint = did_you_mean(name, known) or (f"known here: {', '.join(known)}" if known else "leave it out")
                    yield UNKNOWN_CLASS.at(mention.token.span, f'the class "{name}" is not known here', hint)


def unknown_attributes(survey: Survey) -> Iterator[Diagnostic]:
    """STR009."""
    for mention in survey.all(Form.BLOCK):
        known = BOX_ATTRIBUTES if "box" in mention.token.classes else ATTRIBUTES
        for name in json.loads(mention.token.text):
            if name not in known:
                hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
                yield UNKNOWN_ATTRIBUTE.at(mention.token.span, f'the attribute "{name}" is not known here', hint)


def kinds_in_order(survey: Survey) -> Iterator[Diagnostic]:
    """STR007."""
    kinds = {section.id: section.head.kind for section in survey.index.order}
    latest, owner = 0, ""
    for identifier, span in _listed(survey):
        if identifier not in kinds:
            continue
        rank = ORDER.index(kinds[identifier])
        if rank < latest:
            this, other = ORDER[rank].value, ORDER[latest].value
            message = f'"{identifier}" is of the kind {this} and stands after "{owner}", of the kind {other}'
            yield KINDS_OUT_OF_ORDER.at(span, message, "the order is: front, chapter, appendix, back")
        else:
            latest, owner = rank, identifier


def _listed(survey: Survey) -> Iterator[tuple[str, Span]]:
    place = survey.report.place
    for number, entry in enumerate(survey.report.settings.sections):
        if isinstance(entry, PartEntry):
            for inner, identifier in enumerate(entry.sections):
                yield identifier, place.at("sections", number, "sections", inner)
        else:
            yield entry, place.at("sections", number)


def label_words(survey: Survey) -> Iterator[Diagnostic]:
    """STR008 and STR011."""
    settings, place = survey.report.settings, survey.report.place
    known = wording.label_keys()
    for name in settings.labels:
        if name not in known:
            yield UNKNOWN_LABEL.at(place.key("labels", name), f'nothing is called "{name}"', did_you_mean(name, known))
    language = settings.lang.split("-")[0]
    missing = sorted(known - set(settings.labels))
    if language not in wording.known_languages() and missing and place.keys:
        message = f'the press has no words in "{settings.lang}", and "labels" lacks {len(missing)} of them'
        yield WORDS_MISSING.at(place.at("lang"), message, f"missing: {', '.join(missing)}")
