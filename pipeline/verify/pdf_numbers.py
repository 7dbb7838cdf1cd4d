"""Checks of the numbers in a PDF: references, page references, and the contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.diagnostics import Diagnostic
from pipeline.document import Entry
from pipeline.verify.pdf_contents import ContentsLine
from pipeline.verify.pdf_inspection import Inspection, Verdict
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_places import Link
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_rules import CONTENTS_DIFFER, REFERENCE_DIFFERS
from pipeline.verify.pdf_words import Hyperlink, Label
from pipeline.verify.text import letters_of, shown

Faults = list[Diagnostic]


@dataclass(frozen=True, slots=True)
class Outward:
    """A reference to something in another part of the report than was looked at.

    Attributes:
        target: the id of what it refers to.
        said: what is printed: the words of the reference, or the letters of the page number.
        is_page: whether it refers to a page.
    """

    target: str
    said: str
    is_page: bool


@dataclass(frozen=True, slots=True)
class Borne:
    """The number of something, as the document has it and as it is printed where it belongs."""

    text: str
    printed: str


def check_references(look: Inspection, outward: list[Outward] | None = None) -> Verdict:
    """Every reference says the number of its target, and every page reference the page of its target.

    Args:
        look: the report, or a part of it.
        outward: of a part, takes the references to what is not in it; they are not judged.
    """
    faults: Faults = []
    numbers = pages = 0
    for printed, link in look.hyperlinks():
        if "pageref" in link.names:
            pages += 1
            faults += _page_reference(look, printed, link, outward)
        elif "ref" in link.names:
            numbers += 1
            faults += _reference(look, printed, link, outward)
    return Verdict(faults, "{} references and {} page references compared with their targets", (numbers, pages))


def numbers_borne(look: Inspection) -> dict[str, Borne]:
    """The numbers of all that is numbered, by its id."""
    return {id: _borne(printed, label) for id, (printed, label) in look.labels.items()}


def titles_of(look: Inspection) -> dict[str, str]:
    """The titles of the headings by their ids."""
    return {id: title for id in look.places if (title := _title(look, id))}


def says_number(said: str, borne: Borne | None, title: str) -> bool:
    """Whether a reference says the number, or the title, of what it refers to."""
    if borne is not None:
        return _says(said, borne.printed)
    return not title or letters_of(title) == letters_of(said)


def _place(look: Inspection, printed: Printed, link: Hyperlink) -> str:
    runs = printed.between(link.start, link.end)
    return look.label(runs[0].page if runs else look.page_before(printed, link.start))


def _text(runs: tuple[Run, ...]) -> str:
    return " ".join(" ".join(run.text for run in runs).split())


def _missing(printed: Printed, link: Hyperlink) -> bool:
    return any(start < link.end and link.start < end for start, end in printed.gaps)


def _reference(
    look: Inspection, printed: Printed, link: Hyperlink, outward: list[Outward] | None
) -> Iterator[Diagnostic]:
    target = link.href.removeprefix("#")
    place = look.locate(printed.strand.near(link.start))
    page = _place(look, printed, link)
    if _missing(printed, link):
        if any(link.start <= start and end <= link.end for start, end in printed.gaps):
            wanted = printed.strand.excerpt(link.start, link.end)
            said = _said(look, printed, link)
            message = f'page {page} does not print the reference "{wanted}" to "{target}"'
            yield REFERENCE_DIFFERS.at(place, f'{message} but "{said}"' if said else message)
        return  # a longer gap is told as lost text
    said = _text(printed.between(link.start, link.end))
    label = look.labels.get(target)
    if label is not None:
        at, number = label
        if any(start < number.end and number.start < end for start, end in at.gaps):
            return  # the number at the target is lost itself
        borne = _borne(at, number).printed
        if not _says(said, borne):
            yield REFERENCE_DIFFERS.at(place, f'page {page} says "{said}"; "{target}" bears the number "{borne}"')
        return
    if outward is not None and target not in look.places:
        outward.append(Outward(target, said, False))
    title = _title(look, target)
    if title and letters_of(title) != letters_of(said):
        yield REFERENCE_DIFFERS.at(place, f'page {page} says "{shown(said)}"; "{target}" is called "{title}"')


def _borne(printed: Printed, label: Label) -> Borne:
    said = ""
    if _stands_alone(printed, label.start, label.end):
        said = _text(printed.between(label.start, label.end))
    return Borne(label.text, said or label.text)


def _stands_alone(printed: Printed, start: int, end: int) -> bool:
    """Whether text objects print just this part of a strand."""
    found = [match for match in printed.matches if match.start < end and start < match.end]
    return bool(found) and found[0].start == start and found[-1].end == end


def _says(said: str, borne: str) -> bool:
    """Whether a reference has the number: the last word of "Figure 3", "Part I" or "2.1", as a word of its own."""
    number = letters_of(borne.split()[-1]) if borne.split() else ""
    return number in [letters_of(word.strip(",;:()[]")) for word in said.split()] or letters_of(said).endswith(
        letters_of(borne)
    )


def _said(look: Inspection, printed: Printed, link: Hyperlink) -> str:
    """What the PDF links to the target near the place where the reference is lost."""
    page = look.page_before(printed, link.start)
    target = link.href.removeprefix("#")
    for number in (page, page + 1):
        if number < len(look.pdf.pages):
            spots = [spot for spot in look.pdf.links[number] if spot.name == target]
            known = {match.run for item in look.reading.printed for match in item.matches}
            runs = [run for run in _covered(look, number, spots) if run not in known]
            if runs:
                return _text(tuple(runs))
    return ""


def _covered(look: Inspection, page: int, spots: list[Link]) -> list[Run]:
    return [run for run in look.pdf.pages[page].runs if any(spot.covers(run) for spot in spots)]


def _title(look: Inspection, id: str) -> str:
    found = look.places.get(id)
    if found is None:
        return ""
    printed, start, _ = found
    return next((heading.title for heading in printed.strand.headings if heading.start == start), "")


def _page_reference(
    look: Inspection, printed: Printed, link: Hyperlink, outward: list[Outward] | None
) -> Iterator[Diagnostic]:
    target = link.href.removeprefix("#")
    place = look.locate(printed.strand.near(link.start))
    page = _place(look, printed, link)
    number = printed.at(link.end - 1)
    stands = look.page_of(target)
    if number is None:
        yield REFERENCE_DIFFERS.at(place, f'the page of "{target}" is not printed on page {page}')
    elif outward is not None and target not in look.places:
        outward.append(Outward(target, number.letters, True))
    elif stands is None:
        yield REFERENCE_DIFFERS.at(place, f'page {page} refers to "{target}", which is on no page')
    elif number.letters != letters_of(look.label(stands)):
        message = f'page {page} says "page {number.text.strip()}"; "{target}" is on page {look.label(stands)}'
        yield REFERENCE_DIFFERS.at(place, message)


# ---------------------------------------------------------------- contents


def check_contents(look: Inspection) -> Verdict:
    """Every line of the contents is printed, with the page and the number of its target."""
    lines = look.reading.contents
    faults: Faults = []
    reached = (-1, -1)
    for line in lines:
        entry = line.entry
        reasons = list(_faults_of_line(look, line))
        if line.runs:
            place = line.runs[0].page, line.runs[0].order
            if place < reached:
                reasons.append("stands before the line that it should follow")
            reached = place
        text = " ".join(f"{entry.label} {entry.plain}".split())
        faults += [
            CONTENTS_DIFFER.at(look.locate(entry.id), f'the line "{text}" of the contents {reason}')
            for reason in reasons
        ]
    return contents_compared(len(lines), faults)


def contents_compared(lines: int, faults: Sequence[Diagnostic] = ()) -> Verdict:
    """The verdict on so many lines of the contents."""
    undecided = "" if lines else "the report prints no contents"
    return Verdict(faults, "{} lines compared with the pages of their targets", (lines,), undecided)


def numbers_in_contents(look: Inspection) -> tuple[str, ...] | None:
    """The page numbers in the lines of the contents; None when a line is not there, whole, once and in its place."""
    reached = (-1, -1)
    found = []
    for line in look.reading.contents:
        if not line.whole or line.again or line.number is None:
            return None
        place = line.runs[0].page, line.runs[0].order
        if place < reached:
            return None
        reached = place
        found.append(line.number.letters)
    return tuple(found)


def says_entry(entry: Entry, borne: Borne | None) -> bool:
    """Whether a line of the contents has the number of its target."""
    return borne is None or not entry.label or _says(entry.label, borne.text)


def _faults_of_line(look: Inspection, line: ContentsLine) -> Iterator[str]:
    entry = line.entry
    if not line.runs:
        yield "is not printed, or leads elsewhere"
        return
    if not line.whole:
        yield f'is printed "{shown(_text(line.runs))}"'
        return
    if line.again:
        yield "is printed more than once"
    label = look.labels.get(entry.id)
    if label is not None and entry.label and not _says(entry.label, label[1].text):
        yield f'has the number "{entry.label}"; its target bears "{label[1].text}"'
    stands = look.page_of(entry.id)
    if line.number is None:
        yield "has no page number"
    elif stands is None:
        yield "leads to something that is on no page"
    elif letters_of(look.label(stands)) != line.number.letters:
        yield f"says page {line.number.text.strip()}; its target is on page {look.label(stands)}"
