"""References: do they reach what they name, and is there a number to print?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pipeline import model
from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.index import TargetKind
from pipeline.rules.survey import Mention, Survey, is_reference, nearest
from pipeline.scan import Form

UNRESOLVED_REFERENCE = declare(
    "XREF001",
    "unresolved-reference",
    Severity.ERROR,
    """
    A reference names something that does not exist, or that is never printed: a figure without a place in
    the text, a note that nothing calls. A reader would find the bare id in the sentence.

    Bad:   The plan (@fig-hulll) shows ...
    Good:  The plan (@fig-hull) shows ...
    """,
)
INTO_EXCLUDED = declare(
    "XREF002",
    "reference-into-excluded-section",
    Severity.ERROR,
    """
    A printed text refers to something in a section that is not in this edition: it stands under `exclude`
    in report.yaml, or not in `sections`.

    Bad:   See @sec-draft.          (with exclude: [sec-draft])
    Good:  put sec-draft into `sections`, or take the reference out
    """,
)
WRONG_KIND = declare(
    "XREF003",
    "wrong-kind-label",
    Severity.ERROR,
    """
    An id does not fit what it labels. The beginning of an id says what is referred to and chooses the
    word in print: sec- for headings, fig- for figures, tbl- for tables, note- for notes. On anything else
    such an id has no number.

    Bad:   ## Findings {#fig-findings}
    Good:  ## Findings {#sec-findings}
    """,
)
NEVER_REFERRED_TO = declare(
    "XREF004",
    "figure-never-referred-to",
    Severity.WARNING,
    """
    No text refers to a figure or table. It may come to stand on another page than the words about it; a
    reference tells readers where to look, and those who listen when to listen.

    Bad:   Most children came in the first year.
    Good:  Most children came in the first year (@fig-years).
    """,
)
UNRESOLVED_VALUE = declare(
    "XREF005",
    "unresolved-value",
    Severity.ERROR,
    """
    A value in the text names a file, row or column that does not exist, a row that exists twice, or an
    empty cell. The form is file.row.column: the CSV file's name without its ending, the row's first cell
    in lower case with hyphens for spaces, the head of the column.

    Bad:   []{value="return.kazakhstan.total"}
    Good:  []{value="returns.kazakhstan.total"}
    """,
)
UNRESOLVED_PAGE = declare(
    "XREF006",
    "unresolved-page-reference",
    Severity.ERROR,
    """
    A page reference names something that has no place in print.

    Bad:   on []{page=sec-findngs}
    Good:  on []{page=sec-findings}
    """,
)
DEAD_LINK = declare(
    "XREF007",
    "dead-internal-link",
    Severity.ERROR,
    """
    A link leads to an id that nothing in this edition has.

    Bad:   [the method](#methods)
    Good:  [the method](#sec-method)
    """,
)
MIXED_GROUP = declare(
    "XREF008",
    "mixed-group",
    Severity.ERROR,
    """
    One pair of brackets holds both a reference inside the report and a citation. The one becomes words,
    the other a note or an entry in parentheses, so they cannot share brackets.

    Bad:   [@fig-hull; @doe2019]
    Good:  [@fig-hull] [@doe2019]
    """,
)
DUPLICATE_LABEL = declare(
    "XREF009",
    "duplicate-label",
    Severity.ERROR,
    """
    Two places have the same id, so a reference could mean either.

    Bad:   ## Costs {#sec-costs}   and   ## Costs abroad {#sec-costs}
    Good:  ## Costs {#sec-costs}   and   ## Costs abroad {#sec-costs-abroad}
    """,
)
NO_NUMBER = declare(
    "XREF010",
    "number-of-an-unnumbered-target",
    Severity.ERROR,
    """
    `[-@...]` asks for a number alone, and the target has none: a front or back section, a heading with
    `{.unnumbered}`, or one below `number-depth`.

    Bad:   chapter [-@sec-summary]
    Good:  @sec-summary             (prints its title)
    """,
)
UNKNOWN_FORMAT = declare(
    "XREF011",
    "unknown-value-format",
    Severity.ERROR,
    """
    The `format` of a value is not one that the press knows: `plain` leaves the thousands separator out,
    `words` writes zero to ten in words.

    Bad:   []{value="returns.kazakhstan.total" format=word}
    Good:  []{value="returns.kazakhstan.total" format=words}
    """,
)

FORMATS = ("plain", "words")
LABELS = {Form.HEADING: ("heading", "sec-"), Form.IMAGE: ("picture", "fig-"), Form.TABLE: ("table", "tbl-")}


def unresolved(survey: Survey) -> Iterator[Diagnostic]:
    """XREF001 and XREF002."""
    for mention in survey.all(Form.REFERENCE):
        yield from _missing(survey, mention, mention.token.name)


def _missing(survey: Survey, mention: Mention, name: str) -> Iterator[Diagnostic]:
    token, index = mention.token, survey.index
    if name in index.targets:
        return
    if name in index.excluded:
        if mention.text.printed:
            section = index.excluded[name]
            inside = "" if section == name else f' stands in "{section}", which'
            message = f'"{name}"{inside} is not in this edition'
            hint = f'add "{index.excluded[name]}" to "sections" in report.yaml, or take the reference out'
            yield INTO_EXCLUDED.at(token.span, message, hint)
        return
    if name in survey.labelled or survey.lost_target(name):
        return
    if name in survey.figures or name in survey.tables:
        if mention.text.printed:
            kind = "figure" if name in survey.figures else "table"
            hint = f"write ::: {{#{name}}} and ::: on two lines where it belongs"
            yield UNRESOLVED_REFERENCE.at(token.span, f'the {kind} "{name}" is never placed in the text', hint)
        return
    if name.startswith("note-") and name.removeprefix("note-") in survey.notes:
        if mention.text.printed:
            note = name.removeprefix("note-")
            hint = f"call it with [^{note}] where it belongs"
            yield UNRESOLVED_REFERENCE.at(token.span, f'the note "{note}" is never called, so it has no number', hint)
        return
    yield UNRESOLVED_REFERENCE.at(token.span, f'nothing has the id "{name}"', nearest(name, survey.referable))


def page_references(survey: Survey) -> Iterator[Diagnostic]:
    """XREF006, and XREF002 for pages."""
    for mention in survey.all(Form.PAGE):
        for finding in _missing(survey, mention, mention.token.name):
            if finding.rule is INTO_EXCLUDED:
                yield finding
            else:
                yield UNRESOLVED_PAGE.at(finding.span, finding.message, finding.hint)


def internal_links(survey: Survey) -> Iterator[Diagnostic]:
    """XREF007, and XREF002 for links."""
    for mention in survey.all(Form.LINK):
        target = mention.token.name
        if not target.startswith("#"):
            continue
        for finding in _missing(survey, mention, target[1:]):
            if finding.rule is INTO_EXCLUDED:
                yield finding
            else:
                yield DEAD_LINK.at(finding.span, finding.message, finding.hint)


def wrong_kinds(survey: Survey) -> Iterator[Diagnostic]:
    """XREF003."""
    for form, (what, prefix) in LABELS.items():
        for mention in survey.all(form):
            name = mention.token.text if form is Form.HEADING else mention.token.name
            if name and not name.startswith(prefix):
                message = f'the id "{name}" is on a {what}'
                bare = name.split("-", 1)[1] if is_reference(name) and "-" in name else name
                yield WRONG_KIND.at(mention.token.span, message, f'write "{prefix}{bare}"')
    for mention in survey.all(Form.DEFINITION):
        name = mention.token.name
        if not is_reference(name):
            continue
        if name.startswith(("fig-", "tbl-")):
            hint = "describe it in figures.yaml or tables.yaml and leave the block empty"
            yield WRONG_KIND.at(mention.token.span, f'the block "{name}" has words in it', hint)
        else:
            message = f'the id "{name}" is neither on a heading nor on a note'
            yield WRONG_KIND.at(mention.token.span, message, "give it another beginning, or label a heading")


def never_referred_to(survey: Survey) -> Iterator[Diagnostic]:
    """XREF004."""
    if any(name.startswith(("sections/", "notes/", "figures.yaml", "tables.yaml")) for name in survey.report.broken):
        return
    decorative = {entry.figure.id for entry in survey.report.figures if entry.figure.decorative}
    for target in survey.index.targets.values():
        kinds = (TargetKind.FIGURE, TargetKind.TABLE)
        if target.kind in kinds and target.id not in survey.pointed_at | decorative:
            message = f'no text refers to the {target.kind.value} "{target.id}"'
            yield NEVER_REFERRED_TO.at(target.span, message, f"write @{target.id} in the sentence about it")


def groups(survey: Survey) -> Iterator[Diagnostic]:
    """XREF008."""
    references = {(mention.text, mention.token.group) for mention in survey.all(Form.REFERENCE)}
    for mention in survey.all(Form.CITATION):
        if mention.token.group and (mention.text, mention.token.group) in references:
            message = "references and citations share one pair of brackets"
            yield MIXED_GROUP.at(mention.token.span, message, "give each its own: [@fig-x] [@key]")


def duplicates(survey: Survey) -> Iterator[Diagnostic]:
    """XREF009."""
    places: dict[str, list[Span]] = defaultdict(list)
    report = survey.report
    for section in survey.index.order:
        places[section.id].append(section.place.at("id"))
    for number, entry in enumerate(report.settings.sections):
        if isinstance(entry, model.PartEntry):
            places[entry.id].append(report.place.at("sections", number, "id"))
    for name, span in (*survey.figures.items(), *survey.tables.items()):
        places[name].append(span)
    for mention in survey.printed(Form.DEFINITION, Form.IMAGE, Form.TABLE):
        places[mention.token.name].append(mention.token.span)
    for mention in survey.printed(Form.HEADING):
        places[mention.token.text].append(mention.token.span)
    places.pop("", None)  # what has no id
    for name, spans in places.items():
        first, *others = sorted(spans)
        for span in others:
            yield DUPLICATE_LABEL.at(span, f'the id "{name}" stands twice', f"the first one is at {first}")


def numbers(survey: Survey) -> Iterator[Diagnostic]:
    """XREF010."""
    for mention in survey.printed(Form.REFERENCE):
        target = survey.index.targets.get(mention.token.name)
        if mention.token.number_only and target and not target.number:
            message = f'"{target.id}" has no number'
            yield NO_NUMBER.at(mention.token.span, message, f"write @{target.id} to print its title")
