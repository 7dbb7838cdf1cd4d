"""Checks of the text of a PDF: notes, words, residue of markup."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby

from pipeline.diagnostics import Diagnostic
from pipeline.document import Document
from pipeline.verify.pdf_contents import words_of
from pipeline.verify.pdf_inspection import Inspection, Verdict, in_reference, quoted
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_rules import DRAWING_TEXT_LOST, NOTE_FAULT, RESIDUE, TEXT_LOST, TEXT_TWICE
from pipeline.verify.pdf_words import CONTENTS, StrandKind
from pipeline.verify.text import HYPHEN, is_numeral, letters_of, shown

_TWICE_FROM = 12  # letters; a shorter text may be the same by chance
_LINE_FROM = 30  # a line may begin within a word
_MOVED_FROM = 8
_WORD_FROM = 4
_SAME_LINE = 3.0  # PDF units by which the middles of texts on one line differ
_BODY = (StrandKind.TEXT, StrandKind.PART, StrandKind.FLOAT, StrandKind.SIDE)

_RESIDUE = re.compile(
    r"(?<![\w?!])\?\?(?![\w?!])"  # a reference without a number, and not a cry of surprise
    r"|\[\^[^\]\s]+\]|\[-?@[\w:.-]+|(?<![\w.])@(?:fig|sec|tbl|note|page)-\w+"
    r"|\{\{|\{%|\{:|\(\*\*[^*)]*\?\*\*\)|\]\{[#.]"
)
_TODO = re.compile(r"\bTODO\b")
_TODO_IS_A_WORD = ("es", "pt", "gl", "ast")  # "all"

Faults = list[Diagnostic]


def check_notes(look: Inspection) -> Verdict:
    """Every note is called once, printed once, in order, with its own words, near its call."""
    calls: dict[str, list[Run | None]] = defaultdict(list)
    for printed, link in look.hyperlinks():
        if "noteref" in link.names:
            calls[link.href.removeprefix("#")].append(printed.at(link.start))
    notes = [item for item in look.of_kind(StrandKind.NOTE) if item.strand.letters]
    faults: Faults = []
    later = 0
    last: tuple[tuple[int, int], str] = ((-1, -1), "")  # the place of the lowest note so far, and its id
    for note in notes:
        id = note.strand.id
        called = calls.pop(id, [])
        begins = note.matches[0].run if note.matches else None
        reasons = list(_faults_of_note(look, note, called, begins))
        if begins is not None:
            place = begins.page, begins.order
            if place < last[0]:
                page = look.label(begins.page)
                reasons.append(f'is printed on page {page} before "{last[1]}", which is called before it')
            last = max(last, (place, id))
            later += any(call is not None and begins.page == call.page + 1 for call in called)
        faults += [NOTE_FAULT.at(look.locate(id), f'note "{id}" {reason}') for reason in reasons]
    for id, called in calls.items():
        faults.append(NOTE_FAULT.at(look.locate(id), f'"{id}" is called {len(called)} times and is no note'))
    faults += _torn(look, notes)
    called_once = sum(len(note.strand.links) > 0 for note in notes)
    whole = sum(bool(note.matches) for note in notes)
    told = "{} notes called, {} printed, {} of them on the page after the call"
    return Verdict(faults, told, (called_once, whole, later))


def _faults_of_note(look: Inspection, note: Printed, calls: list[Run | None], begins: Run | None) -> Iterator[str]:
    if len(calls) != 1:
        yield f"is called {len(calls)} times"
    elif calls[0] is None:
        yield "has no call on any page"
    if begins is None:
        yield "is printed nowhere"
        return
    gaps = [gap for gap in note.gaps if not in_reference(note, gap)]
    if gaps:
        place = look.label(look.page_before(note, gaps[0][0]) if gaps[0][0] else begins.page)
        yield f'is not printed as it is written: on page {place} "{quoted(note, gaps[0])}" is missing'
    if any(run.page == begins.page and run.middle[1] > begins.middle[1] + _SAME_LINE for run in note.runs):
        yield f"goes on above its own beginning, on page {look.label(begins.page)}"
    if len(calls) == 1 and calls[0] is not None and begins.page - calls[0].page not in (0, 1):
        yield f"is called on page {look.label(calls[0].page)} and begins on {look.label(begins.page)}"


def _torn(look: Inspection, notes: list[Printed]) -> Iterator[Diagnostic]:
    """Notes whose lines stand between those of other notes.

    A note may go on at the foot of the next pages. There it stands before the notes that begin on the page,
    and on each page its lines stand together.
    """
    pieces = sorted(
        ((m.run.page, m.run.order, note.strand.id) for note in notes for m in note.matches),
        key=lambda piece: piece[:2],
    )
    last_page: dict[str, int] = {}
    for page, on_page in groupby(pieces, key=lambda piece: piece[0]):
        seen: set[str] = set()
        begun = ""
        for id, _ in groupby(on_page, key=lambda piece: piece[2]):
            continued = id in last_page
            message = ""
            if id in seen:
                message = f'note "{id}" goes on between the lines of another on page {look.label(page)}'
            elif continued and begun:
                message = f'note "{id}" goes on behind "{begun}", which begins on page {look.label(page)}'
            elif continued and last_page[id] != page - 1:
                message = f'note "{id}" goes on on page {look.label(page)}, but not on the page before it'
            if message:
                yield NOTE_FAULT.at(look.locate(id), message)
            if not continued:
                begun = id
            seen.add(id)
        last_page |= dict.fromkeys(seen, page)


# ---------------------------------------------------------------- text


def check_text(look: Inspection) -> Verdict:
    """Every word of the report is printed, once, in its order."""
    by_section: dict[str, list[Printed]] = defaultdict(list)
    for item in look.reading.printed:
        by_section[item.section].append(item)
    faults: Faults = []
    for section in look.sections:
        faults += _missing(look, by_section[section.id])
    twice, beside = _again(look, by_section)
    faults += twice
    drawn, undrawn = _pictures(look)
    faults += undrawn
    words = sum(item.strand.words for item in look.reading.printed) + words_of(look.document)
    texts = sum(len(picture.texts) for section in look.sections for picture in section.pictures)
    told = "{} words in {} sections, {} of {} texts in drawings, {} of the press's own beside them"
    return Verdict(faults, told, (words, len(look.sections), drawn, texts, beside))


def _missing(look: Inspection, strands: list[Printed]) -> Iterator[Diagnostic]:
    """The first place of a chapter where its words were not found."""
    gaps = [
        (item, gap) for item in strands if item.strand.kind in _BODY for gap in item.gaps if not in_reference(item, gap)
    ]
    if not gaps:
        return
    item, gap = gaps[0]
    page = look.label(look.page_before(item, gap[0]))
    lost = item.strand.letters[gap[0] : gap[1]]
    first, last = look.reading.pages[item.section]
    left = (run for run in look.reading.left if first <= run.page <= last and len(run.letters) >= _MOVED_FROM)
    moved = next((run for run in left if run.letters.rstrip(HYPHEN) in lost), None)
    how = f"stands out of its order, on page {look.label(moved.page)}" if moved else "is not printed"
    more = f" (and {len(gaps) - 1} more places of this chapter)" if len(gaps) > 1 else ""
    message = f'after page {page} "{quoted(item, gap)}" {how}{more}'
    if item.matches:
        message = message.replace("after page", "on page", 1)
    yield TEXT_LOST.at(look.locate(item.strand.near(gap[0])), message)


def _again(look: Inspection, by_section: Mapping[str, list[Printed]]) -> tuple[Faults, int]:
    """What is printed and not asked for: words of a chapter once more, or words of the press's own."""
    pages = look.reading.pages
    own = _own_words(look.document)
    faults: Faults = []
    others = 0
    for run in look.reading.left:
        around = [id for id in pages if pages[id][0] <= run.page <= pages[id][1]]
        if not around:
            continue  # the cover and the pages after it
        strands = [item for id in around for item in by_section[id]]
        letters = run.letters.rstrip(HYPHEN)
        lost = (item.strand.letters[start:end] for item in strands for start, end in item.gaps)
        if len(letters) < _TWICE_FROM or any(letters in text for text in (*own, *lost)):
            id = ""
        else:
            id = _source(strands, letters) or (_line(look, letters) if CONTENTS in around else "")
        if id:
            message = f'"{shown(run.text)}" is printed once more on page {look.label(run.page)}'
            faults.append(TEXT_TWICE.at(look.locate(id), message))
        else:
            others += len(letters) >= _WORD_FROM and not is_numeral(letters)
    return faults, others


def is_left_over(look: Inspection) -> bool:
    """Whether something is printed that may be words of the report once more."""
    own = _own_words(look.document)
    left = (run.letters.rstrip(HYPHEN) for run in look.reading.left)
    return any(len(letters) >= _TWICE_FROM and not any(letters in text for text in own) for letters in left)


def _own_words(document: Document) -> list[str]:
    """What the press prints over the contents and in the heads of pages."""
    words, imprint = document.words, document.imprint
    heads = [imprint.title, imprint.short_title, *(chapter.running_title for chapter in document.chapters)]
    heads += [words.contents, words.figures, words.tables, words.figures_and_tables]
    return [letters_of(head) for head in heads]


def _source(strands: list[Printed], letters: str) -> str:
    """Where in the report these letters are, as whole words or as a line, or ""."""
    for item in strands:
        at = item.strand.letters.find(letters)
        if at >= 0 and (at == 0 or at in item.strand.breaks or len(letters) >= _LINE_FROM):
            return item.strand.near(at)
    return ""


def _line(look: Inspection, letters: str) -> str:
    """The target of the line of the contents that has these letters, or ""."""
    for line in look.reading.contents:
        if letters in "".join(run.letters for run in line.runs):
            return line.entry.id
    return ""


def _pictures(look: Inspection) -> tuple[int, Faults]:
    """How many texts of drawings are on the pages of their chapter, and those that are not."""
    found = 0
    faults: Faults = []
    for section in look.sections:
        first, last = look.reading.pages[section.id]
        pages = look.pdf.pages[first : last + 1]
        drawn = [*look.reading.drawn[first : last + 1], *(r.letters for page in pages for r in page.runs)]
        for picture in section.pictures:
            for text in picture.texts:
                if any(text in letters for letters in drawn):
                    found += 1
                else:
                    message = f'"{shown(text)}" is in the drawing, and on no page of its chapter'
                    faults.append(DRAWING_TEXT_LOST.at(look.locate(picture.near), message))
    return found, faults


# ---------------------------------------------------------------- residue


def check_residue(look: Inspection) -> Verdict:
    """The text shows nothing that should have become something else."""
    code = "".join(section.code for section in look.sections)
    lang = look.document.imprint.lang.lower().partition("-")[0]
    patterns = (_RESIDUE,) if lang in _TODO_IS_A_WORD else (_RESIDUE, _TODO)
    owners = {m.run: (item, m.start) for item in look.reading.printed for m in item.matches}
    faults: Faults = []
    characters = 0
    for page in look.pdf.pages:
        text = ""
        starts: list[tuple[int, Run]] = []
        for run in page.runs:
            starts.append((len(text), run))
            text += run.text if run.drawn else f"{run.text} "
        characters += len(text)
        for found in (match for pattern in patterns for match in pattern.finditer(text)):
            if found[0] in code:
                continue
            run = [run for start, run in starts if start <= found.start()][-1]
            owner = owners.get(run)
            place = look.locate(owner[0].strand.near(owner[1])) if owner else look.file
            faults.append(RESIDUE.at(place, f'page {page.label} shows "{found[0]}"'))
    return Verdict(faults, "{} characters read", (characters,))
