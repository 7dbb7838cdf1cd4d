"""Notes: is each called once, from a place where a note can stand?"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.diagnostics import Diagnostic, Severity, Span, declare
from pipeline.index import reading_order
from pipeline.rules.survey import MATTER, Mention, Survey, TextKind, authored, nearest
from pipeline.scan import Form

UNDEFINED = declare(
    "NOTE001",
    "undefined-note",
    Severity.ERROR,
    """
    The text calls a note that no file in notes/ has. Its call would be printed as it is written.

    Bad:   It began in May.[^begining]
    Good:  It began in May.[^beginning]
    """,
)
UNUSED = declare(
    "NOTE002",
    "unused-note",
    Severity.WARNING,
    """
    A note stands in notes/ and no text calls it, so it is not printed. Call it where it belongs, delete
    it, or accept the finding under `allow` in report.yaml with the reason why it is kept.
    """,
)
CALLED_TWICE = declare(
    "NOTE003",
    "note-called-twice",
    Severity.ERROR,
    """
    A note is called in two places. It is printed once, under one number, and a reader of the second place
    would look for it on the wrong page. Refer to it instead.

    Bad:   ... in May.[^beginning] ... in June.[^beginning]
    Good:  ... in May.[^beginning] ... in June (see @note-beginning).
    """,
)
EMPTY = declare(
    "NOTE004",
    "empty-note",
    Severity.ERROR,
    """
    A note has neither citations nor a text: a number would lead to nothing.

    Bad:   - id: beginning
    Good:  - id: beginning
             cites: [{source: doe2019, locator: {page: "12"}}]
    """,
)
IN_A_NOTE = declare(
    "NOTE005",
    "note-in-a-note",
    Severity.ERROR,
    """
    The text of a note calls a note. A note under a note has no place on the page; refer to the other
    note, or say in this one what the other was to say.

    Bad:   text: The count is disputed.[^other-count]
    Good:  text: The count is disputed; see @note-other-count.
    """,
)
IN_TEXT = declare(
    "NOTE006",
    "note-in-text",
    Severity.ERROR,
    """
    A note is written in the text, as `^[...]` or `[^id]: ...`. Notes are written in notes/*.yaml, where
    their sources are checked, and called by their id.

    Bad:   It began in May.^[Report of 12 May, p. 3.]
    Good:  It began in May.[^beginning]     and in notes/*.yaml:
           - id: beginning
             cites: [{source: report2019, locator: {page: "3"}}]
    """,
)
NO_PLACE = declare(
    "NOTE007",
    "note-in-side-note",
    Severity.ERROR,
    """
    A note is called where no note can be printed: in a side note, in the head of a group of table rows, in
    the imprint, the colophon or the rights statement. With a citation style that puts citations into
    notes, this holds for citations too.

    Bad:   ::: side
           The figure is from a census.[^census]
           :::
    Good:  call the note in the text beside it
    """,
)
RESERVED_ID = declare(
    "NOTE008",
    "reserved-note-id",
    Severity.ERROR,
    """
    The id of a note begins with `cite-`. Such ids are made for citations in the text, and one of the two
    notes would be lost.

    Bad:   - id: cite-doe2019-1
    Good:  - id: doe2019-page
    """,
)


def undefined(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE001."""
    for mention in survey.all(Form.NOTE_CALL):
        name = mention.token.name
        if name not in survey.notes and not survey.is_lost(name, "notes/"):
            hint = nearest(name, survey.notes) or f'add "- id: {name}" to a file in notes/'
            yield UNDEFINED.at(mention.token.span, f'no note has the id "{name}"', hint)


def unused(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE002."""
    if survey.is_lost("", "sections/", "figures.yaml", "tables.yaml", "data/"):
        return
    called = {mention.token.name for mention in survey.all(Form.NOTE_CALL)}
    called |= {name.removeprefix("note-") for name in survey.pointed_at}
    for name, span in survey.notes.items():
        if name not in called:
            yield UNUSED.at(span, f'nothing calls the note "{name}"', f"call it with [^{name}], or delete it")


def called_twice(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE003."""
    first: dict[str, Span] = {}
    for section in survey.index.order:
        for read in reading_order(survey.report, section):
            token = read.token
            if token.form is not Form.NOTE_CALL or token.name not in survey.notes or token.within == "side":
                continue
            if token.name in first:
                message = f'the note "{token.name}" is called a second time'
                hint = f"it is called at {first[token.name]}; refer to it here with @note-{token.name}"
                yield CALLED_TWICE.at(token.span, message, hint)
            first.setdefault(token.name, token.span)


def empty(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE004."""
    for entry in survey.report.notes:
        if entry.text is not None or entry.note.cites:
            continue
        path, place = entry.place.path, entry.place
        text_was_faulty = authored(place, "text") and (*path, "text") not in place.styles
        cites_were_faulty = (*path, "cites", 0) in place.spans or (
            authored(place, "cites") and (*path, "cites") not in place.spans
        )
        if not text_was_faulty and not cites_were_faulty:
            message = f'the note "{entry.note.id}" has neither citations nor a text'
            yield EMPTY.at(entry.place.at("id"), message, 'add "cites:" or "text:"')


def in_a_note(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE005."""
    for mention in survey.all(Form.NOTE_CALL):
        if mention.text.kind is TextKind.NOTE:
            name = mention.token.name
            message = f'the note "{mention.text.owner}" calls the note "{name}"'
            yield IN_A_NOTE.at(mention.token.span, message, f"refer to it with @note-{name}")


def in_text(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE006."""
    for mention in survey.all(Form.INLINE_NOTE):
        name = mention.token.name or "an-id"
        message = f'the note "{name}" is written in the text' if mention.token.name else "a note is written in the text"
        hint = f'write it in notes/, as "- id: {name}" with cites or text, and call it with [^{name}]'
        yield IN_TEXT.at(mention.token.span, message, hint)


def without_a_place(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE007."""
    calls = list(survey.all(Form.NOTE_CALL))
    if survey.index.in_text_notes:
        calls += [mention for mention in survey.all(Form.CITATION) if mention.text.kind is not TextKind.NOTE]
    for mention in calls:
        where = _where(mention)
        if where:
            what = "a note is called" if mention.token.form is Form.NOTE_CALL else "a citation, here a note, stands"
            hint = "move it into the text beside it" if where == "a side note" else "write the words out"
            yield NO_PLACE.at(mention.token.span, f"{what} in {where}", hint)


def _where(mention: Mention) -> str:
    if mention.token.within == "side":
        return "a side note"
    return f"the {mention.text.kind.value}" if mention.text.kind in (*MATTER, TextKind.GROUP) else ""


def reserved_ids(survey: Survey) -> Iterator[Diagnostic]:
    """NOTE008."""
    for name, span in survey.notes.items():
        if name.startswith("cite-"):
            yield RESERVED_ID.at(span, f'the id "{name}" begins with "cite-"', "choose another id")
