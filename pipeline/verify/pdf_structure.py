"""Checks of what a PDF is beside its text: file, fonts, outline, links, page labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from urllib.parse import unquote

from pipeline.diagnostics import Diagnostic
from pipeline.verify.pdf_inspection import Inspection, Verdict
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_places import Destination, Link
from pipeline.verify.pdf_reading import Printed
from pipeline.verify.pdf_rules import (
    BROKEN_LINK,
    DESTINATION_ASTRAY,
    FONT_INCOMPLETE,
    LABEL_DIFFERS,
    LINK_LOST,
    METADATA_MISSING,
    OUTLINE_DIFFERS,
    UNSOUND,
)
from pipeline.verify.pdf_words import CONTENTS, Hyperlink, StrandKind
from pipeline.verify.text import is_numeral, letters_of, shown

_ADDRESS = re.compile(r"https?://(?!\S*\.invalid(?:[/:?#]|$))[^\s/?#]+\S*|mailto:[^\s@]+@\S+", re.IGNORECASE)
_BELOW = 4.0  # PDF units that a destination may stand below the foot of its words

Faults = list[Diagnostic]


def check_file(look: Inspection) -> Verdict:
    """The file is sound and says what the report says."""
    pdf, imprint = look.pdf, look.document.imprint
    faults: Faults = [UNSOUND.at(look.file, fault) for fault in pdf.faults]
    if " ".join(pdf.title.split()) != " ".join(imprint.title.split()):
        faults.append(METADATA_MISSING.at(look.file, f'the title of the file is "{pdf.title}"'))
    if pdf.lang.lower() != imprint.lang.lower():
        faults.append(METADATA_MISSING.at(look.file, f'the language of the file is "{pdf.lang}"'))
    if not pdf.tagged:
        faults.append(METADATA_MISSING.at(look.file, "the file is not tagged"))
    told = f"{{}} pages, {'tagged' if pdf.tagged else 'not tagged'}, {{}}"
    return Verdict(faults, told, (len(pdf.pages), pdf.lang))


def check_fonts(look: Inspection) -> Verdict:
    """Every font is in the file, and every glyph stands for a character."""
    faults: Faults = []
    for font in look.pdf.fonts:
        reasons = (
            (not font.embedded, "is not in the file"),
            (not font.mapped, "does not say which characters its glyphs stand for"),
            (font.silent > 0, f"has {font.silent} glyphs that stand for no character"),
            (font.missing, "lacks a character: a box is printed in its place"),
        )
        for wrong, reason in reasons:
            if wrong:
                message = f'the font "{font.name}", first used on page {look.label(font.page)}, {reason}'
                faults.append(FONT_INCOMPLETE.at(look.file, message))
    for page in look.pdf.pages:
        for run in page.runs:
            if "\ufffd" in run.text:
                message = f'page {look.label(run.page)} shows an unknown character: "{shown(run.text)}"'
                faults.append(FONT_INCOMPLETE.at(look.file, message))
    return Verdict(faults, "{} fonts", (len(look.pdf.fonts),))


# ---------------------------------------------------------------- outline


@dataclass(frozen=True, slots=True)
class HeadingPlace:
    """A heading that the outline should have.

    Attributes:
        title: its line in the outline.
        id: what it stands in, or the nearest thing before it.
        page: where it is printed; None when it was not found.
        foot: the lower edge of its first words.
    """

    title: str
    id: str
    page: int | None
    foot: float = 0.0


def check_outline(look: Inspection) -> Verdict:
    """The lines of the outline are the headings of the report, and lead to them."""
    return compare_outline(look, headings_of(look))


def compare_outline(look: Inspection, headings: Sequence[HeadingPlace]) -> Verdict:
    """Compare the outline with the headings, which are in the order of print."""
    wanted = [heading.title for heading in headings]
    found = [" ".join(mark.title.split()) for mark in look.pdf.outline]
    faults: Faults = []
    met = 0
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if kind == "equal":
            for heading, mark in zip(headings[i1:i2], look.pdf.outline[j1:j2], strict=True):
                if mark.at is None:
                    message = f'the line "{heading.title}" leads nowhere'
                    faults.append(OUTLINE_DIFFERS.at(look.locate(heading.id), message))
                elif heading.page is not None:
                    met += 1
                    faults += _astray(look, heading, heading.page, mark.at)
            continue
        for heading in headings[i1:i2]:
            others = f' where it has "{found[j1]}"' if j1 < j2 else ""
            message = f'the outline has no line "{heading.title}"{others}'
            faults.append(OUTLINE_DIFFERS.at(look.locate(heading.id), message))
        if i1 == i2:
            for title in found[j1:j2]:
                message = f'the outline has a line "{title}", and the report no such heading there'
                faults.append(OUTLINE_DIFFERS.at(look.file, message))
    unmet = sum(heading.page is None for heading in headings)
    undecided = f"{unmet} headings could not be found on the pages" if unmet else ""
    told = "{} lines for {} headings, {} pages compared"
    return Verdict(faults, told, (len(found), len(wanted), met), undecided)


def headings_of(look: Inspection) -> tuple[HeadingPlace, ...]:
    """The headings of the outline in order of print."""
    return tuple(_headings(look))


def _headings(look: Inspection) -> Iterator[HeadingPlace]:
    printed = {item.strand: item for item in look.reading.printed}
    for section in look.sections:
        if section.id == CONTENTS:
            yield _heading(look.document.words.contents, section.id, _title_of_contents(look, section.id))
        for kind in (StrandKind.PART, StrandKind.TEXT):
            for strand in section.strands:
                if strand.kind is kind:
                    for heading in strand.headings:
                        run = printed[strand].at(heading.start)
                        yield _heading(heading.title, strand.near(heading.start), run)


def _heading(title: str, id: str, run: Run | None) -> HeadingPlace:
    return HeadingPlace(title, id, run.page, run.box[1]) if run is not None else HeadingPlace(title, id, None)


def _title_of_contents(look: Inspection, id: str) -> Run | None:
    """The word "Contents" over the contents, which is the press's own and in no chapter."""
    first = look.reading.pages[id][0]
    wanted = letters_of(look.document.words.contents)
    heads = look.reading.heads[first]
    found = (run for run in look.pdf.pages[first].runs if run.letters == wanted and run not in heads)
    return next(found, None)


def _astray(look: Inspection, heading: HeadingPlace, page: int, at: Destination) -> Iterator[Diagnostic]:
    title = heading.title
    if at.page != page:
        message = f'the line "{title}" leads to page {look.label(at.page)}; it stands on {look.label(page)}'
        yield OUTLINE_DIFFERS.at(look.locate(heading.id), message)
    elif at.top is not None and at.top < heading.foot - _BELOW:
        yield OUTLINE_DIFFERS.at(look.locate(heading.id), f'the line "{title}" leads below the heading')


# ---------------------------------------------------------------- links


def check_links(look: Inspection) -> Verdict:
    """Links lead to what there is, destinations are where their words are, and every link of the report works."""
    followed = follow_links(look)
    return replace(followed, faults=[*broken_links(look), *followed.faults])


def broken_links(look: Inspection) -> Iterator[Diagnostic]:
    """Links of the file that lead to nothing."""
    pdf = look.pdf
    for link in (link for page in pdf.links for link in page):
        place = f"on page {look.label(link.page)}"
        if link.broken:
            yield BROKEN_LINK.at(look.file, f"a link {place} leads nowhere: {link.broken}")
        elif link.name and link.name not in pdf.destinations:
            yield BROKEN_LINK.at(look.file, f'the link to "#{link.name}" {place} leads nowhere')
        elif not link.name and not _ADDRESS.fullmatch(link.uri):
            yield BROKEN_LINK.at(look.file, f'the link to "{link.uri}" {place} is no full address')


def follow_links(look: Inspection) -> Verdict:
    """Destinations are where their words are, and every link of the report works."""
    pdf = look.pdf
    faults: Faults = []
    compared = 0
    for printed in look.reading.printed:
        for anchor in printed.strand.anchors:
            run = printed.at(anchor.start) if anchor.end > anchor.start else None
            at = pdf.destinations.get(anchor.id)
            if run is None or at is None:
                continue
            compared += 1
            message = ""
            if at.page != run.page:
                message = f"leads to page {look.label(at.page)}; its words are on {look.label(run.page)}"
            elif anchor.above is not None and not _is_near(at.top, run, anchor.above):
                message = f"leads to another place of page {look.label(at.page)} than that of its words"
            if message:
                faults.append(DESTINATION_ASTRAY.at(look.locate(anchor.id), f'"#{anchor.id}" {message}'))
    followed = 0
    for printed, hyperlink in look.hyperlinks():
        followed += 1
        faults += _lost(look, printed, hyperlink)
    links = sum(map(len, pdf.links))
    told = "{} links of the report in {} of the file, {} destinations compared"
    missing = not compared and any(item.strand.anchors for item in look.reading.printed)
    undecided = "no destination could be compared with its words" if missing else ""
    return Verdict(faults, told, (followed, links, compared), undecided)


def _is_near(top: float | None, run: Run, above: float) -> bool:
    return top is None or run.box[1] - _BELOW <= top <= run.box[3] + above


def _lost(look: Inspection, printed: Printed, hyperlink: Hyperlink) -> Iterator[Diagnostic]:
    for run in printed.between(hyperlink.start, hyperlink.end):
        near = [link for link in look.pdf.links[run.page] if link.covers(run)]
        if not any(_same(link, hyperlink.href) for link in near):
            target = next((_target(link) for link in near), "nowhere")
            message = f'"{shown(run.text)}" on page {look.label(run.page)} leads to {target}, not "{hyperlink.href}"'
            yield LINK_LOST.at(look.locate(printed.strand.near(hyperlink.start)), message)
            return


def _same(link: Link, href: str) -> bool:
    if href.startswith("#"):
        return link.name == unquote(href[1:]) or link.name == href[1:]
    return unquote(link.uri).rstrip("/") == unquote(href).rstrip("/")


def _target(link: Link) -> str:
    return f'"#{link.name}"' if link.name else f'"{link.uri}"' if link.uri else "nowhere"


# ---------------------------------------------------------------- pages


def check_labels(look: Inspection) -> Verdict:
    """The label of each page is the number printed on it."""
    running = {letters_of(chapter.running_title) for chapter in look.document.chapters}
    running.add(letters_of(look.document.imprint.short_title))
    faults: Faults = []
    numbered = 0
    for page, head in zip(look.pdf.pages, look.reading.heads, strict=True):
        numbers = [run for run in head if is_numeral(run.letters)]
        if len(numbers) > 1:  # a title that is a number
            numbers = [run for run in numbers if run.letters not in running] or numbers[:1]
        if not numbers:
            continue
        numbered += 1
        if numbers[0].letters != letters_of(page.label):
            message = f'the page that says "{numbers[0].text.strip()}" is labelled "{page.label}"'
            faults.append(LABEL_DIFFERS.at(look.file, message))
    undecided = "" if numbered else "no page has a page number in its head"
    return Verdict(faults, "{} of {} pages are numbered in print", (numbered, len(look.pdf.pages)), undecided)
