"""Checks of the numbers in a PDF: references, page references, and the contents."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.diagnostics import Diagnostic
from pipeline.verify.pdf_contents import ContentsLine
from pipeline.verify.pdf_file import Link
from pipeline.verify.pdf_inspection import Inspection, Verdict
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_rules import CONTENTS_DIFFER, REFERENCE_DIFFERS
from pipeline.verify.pdf_words import Hyperlink
from pipeline.verify.text import letters_of, shown

Faults = list[Diagnostic]


def check_references(look: Inspection) -> Verdict:
    """Every reference says the number of its target, and every page reference the page of its target."""
    faults: Faults = []
    numbers = pages = 0
    for printed, link in look.hyperlinks():
        if "pageref" in link.names:
            pages += 1
            faults += _page_reference(look, printed, link)
        elif "ref" in link.names:
            numbers += 1
            faults += _reference(look, printed, link)
    return Verdict(faults, f"{numbers} references and {pages} page references compared with their targets")


def _place(look: Inspection, printed: Printed, link: Hyperlink) -> str:
    runs = printed.between(link.start, link.end)
    return look.label(runs[0].page if runs else look.page_before(printed, link.start))


def _text(runs: tuple[Run, ...]) -> str:
    return " ".join(" ".join(run.text for run in runs).split())


def _missing(printed: Printed, link: Hyperlink) -> bool:
    return any(start < link.end and link.start < end for start, end in printed.gaps)


def _reference(look: Inspection, printed: Printed, link: Hyperlink) -> Iterator[Diagnostic]:
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
        borne = _text(at.between(number.start, number.end)) if _stands_alone(at, number.start, number.end) else ""
        borne = borne or number.text
        if not _says(said, borne):
            yield REFERENCE_DIFFERS.at(place, f'page {page} says "{said}"; "{target}" bears the number "{borne}"')
        return
    title = _title(look, target)
    if title and letters_of(title) != letters_of(said):
        yield REFERENCE_DIFFERS.at(place, f'page {page} says "{shown(said)}"; "{target}" is called "{title}"')


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


def _page_reference(look: Inspection, printed: Printed, link: Hyperlink) -> Iterator[Diagnostic]:
    target = link.href.removeprefix("#")
    place = look.locate(printed.strand.near(link.start))
    page = _place(look, printed, link)
    number = printed.at(link.end - 1)
    stands = look.page_of(target)
    if number is None:
        yield REFERENCE_DIFFERS.at(place, f'the page of "{target}" is not printed on page {page}')
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
    detail = f"{len(lines)} lines compared with the pages of their targets"
    return Verdict(faults, detail, "" if lines else "the report prints no contents")


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
