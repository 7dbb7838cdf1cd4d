"""Figures: can everybody take them in, and are they placed?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.diagnostics import Diagnostic, Severity, declare
from pipeline.index import plain_words
from pipeline.rules.survey import Survey, authored, nearest
from pipeline.scan import Form

ALT_MISSING = declare(
    "FIG001",
    "alt-missing",
    Severity.ERROR,
    """
    A picture has no alternative text. Who does not see it gets these words in its place (WCAG 2.2, 1.1.1;
    ISO 14289-1, 7.3). Say what the picture shows, with its figures. A picture that only decorates is
    marked so.

    Bad:   - {id: fig-years, chart: charts/years.vl.yaml, caption: Returns by year}
    Good:  - id: fig-years
             chart: charts/years.vl.yaml
             caption: Returns by year
             alt: "Bar chart. 2019: 700 people. 2020: 120. ..."
    Good:  ![Caption](images/x.svg){#fig-x fig-alt="..."}
    """,
)
ALT_EQUALS_CAPTION = declare(
    "FIG002",
    "alt-equals-caption",
    Severity.WARNING,
    """
    The alternative text repeats the caption. Who listens hears the same words twice, and not what the
    picture shows.
    """,
)
NEVER_PLACED = declare(
    "FIG003",
    "figure-never-placed",
    Severity.WARNING,
    """
    A figure is described in figures.yaml and stands nowhere in the text, so it is not printed.

    Good:  ::: {#fig-years}
           :::
    """,
)
UNKNOWN_PLACED = declare(
    "FIG004",
    "unknown-figure-placed",
    Severity.ERROR,
    """
    An empty block asks for a figure that figures.yaml does not have.

    Bad:   ::: {#fig-yeras}
           :::
    Good:  ::: {#fig-years}
           :::
    """,
)
PLACED_TWICE = declare(
    "FIG005",
    "figure-placed-twice",
    Severity.ERROR,
    """
    A figure is placed in two places. It has one number and one anchor; refer to it in the other place.

    Bad:   a second ::: {#fig-years} :::
    Good:  @fig-years
    """,
)
DECORATIVE_WITH_ALT = declare(
    "FIG007",
    "decorative-with-alt",
    Severity.ERROR,
    """
    A figure is said to be decorative and has an alternative text too. Decoration is passed over in
    silence, so the text would be lost: take one of the two out.

    Bad:   decorative: true
           alt: The harbour at dawn
    """,
)


def alt_missing(survey: Survey) -> Iterator[Diagnostic]:
    """FIG001."""
    for entry in survey.report.figures:
        if not entry.figure.decorative and not entry.figure.alt and not authored(entry.place, "alt"):
            message = f'the figure "{entry.figure.id}" has no alternative text'
            yield ALT_MISSING.at(entry.place.at("id"), message, 'add "alt:", or "decorative: true"')
    for mention in survey.all(Form.IMAGE):
        if not mention.token.text:
            message = f'the picture "{mention.token.classes[0]}" has no alternative text'
            yield ALT_MISSING.at(mention.token.span, message, 'add {fig-alt="..."} behind it')


def alt_equals_caption(survey: Survey) -> Iterator[Diagnostic]:
    """FIG002."""
    for entry in survey.report.figures:
        if entry.figure.alt and _same(entry.figure.alt, entry.figure.caption):
            message = f'the alternative text of "{entry.figure.id}" repeats its caption'
            yield ALT_EQUALS_CAPTION.at(entry.place.at("alt"), message, "say what the picture shows")


def _same(one: str, other: str) -> bool:
    def bare(words: str) -> str:
        return re.sub(r"\W+", " ", plain_words(words)).strip().casefold()

    return bare(one) == bare(other)


def never_placed(survey: Survey) -> Iterator[Diagnostic]:
    """FIG003."""
    if survey.is_lost("", "sections/"):
        return
    placed = {mention.token.name for mention in survey.all(Form.PLACEMENT)}
    for name, span in survey.figures.items():
        if name not in placed and name not in survey.pointed_at:
            yield NEVER_PLACED.at(span, f'the figure "{name}" is never placed', _how(name))


def _how(name: str) -> str:
    return f"write ::: {{#{name}}} and ::: on two lines where it belongs"


def unknown_placed(survey: Survey) -> Iterator[Diagnostic]:
    """FIG004."""
    for mention in survey.all(Form.PLACEMENT):
        name = mention.token.name
        if name.startswith("fig-") and name not in survey.figures and not survey.is_lost(name, "figures.yaml"):
            hint = nearest(name, survey.figures) or f'add "- id: {name}" to figures.yaml'
            yield UNKNOWN_PLACED.at(mention.token.span, f'figures.yaml has no figure "{name}"', hint)


def placed_twice(survey: Survey) -> Iterator[Diagnostic]:
    """FIG005."""
    first: dict[str, str] = {}
    for section in survey.index.order:
        for token in survey.report.tokens_of(section.body):
            if token.form is not Form.PLACEMENT or not token.name.startswith("fig-"):
                continue
            if token.name in first:
                message = f'the figure "{token.name}" is placed a second time'
                hint = f"it is placed at {first[token.name]}; refer to it here with @{token.name}"
                yield PLACED_TWICE.at(token.span, message, hint)
            first.setdefault(token.name, str(token.span))


def decorative_with_alt(survey: Survey) -> Iterator[Diagnostic]:
    """FIG007."""
    for entry in survey.report.figures:
        if entry.figure.decorative and entry.figure.alt:
            message = f'the figure "{entry.figure.id}" is decorative and has an alternative text'
            yield DECORATIVE_WITH_ALT.at(entry.place.at("alt"), message, 'take "alt" or "decorative" out')
