"""What is known of a portion of a finished PDF in which nothing is wrong: enough to judge the whole of many such."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.diagnostics import Diagnostic, Span, declared_rules
from pipeline.verify.layout import Flow, Lowest
from pipeline.verify.layout_sheet import Band, Size, Standing
from pipeline.verify.pdf_numbers import Borne, Outward
from pipeline.verify.pdf_structure import HeadingPlace


@dataclass(frozen=True, slots=True)
class FontShown:
    """What is shown in a font: the first page, the codes of the characters, and the digest of their glyphs."""

    font: str
    page: int
    glyphs: str
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A check in which nothing is wrong: what is told of it, its figures, and what it warns of."""

    told: str
    figures: tuple[int, ...]
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a portion; its pages count from 0, and places in the sources are ids.

    Attributes:
        checks: the checks that can be made of it alone.
        fonts: what is shown in which font, in the order in which they are met.
        headings: of the outline.
        borne, titles, pages: of ids, the numbers, the titles, and the pages where their words begin.
        untargeted: the ids of elements to which nothing in the file leads.
        outward: references to other portions.
        listed: the page numbers in the lines of the contents.
        standing, areas, lowest: how its pages are filled (see `layout_sheet`).
        flow: see `layout.Flow`.
        strands: of each section, the letters of its strands, all of which are printed.
        letters: of each page, the letters of the text on it (see `printed_text.PrintedText`).
    """

    checks: Mapping[str, Counted]
    fonts: tuple[FontShown, ...]
    headings: tuple[HeadingPlace, ...]
    borne: Mapping[str, Borne]
    titles: Mapping[str, str]
    pages: Mapping[str, int]
    untargeted: tuple[str, ...]
    outward: tuple[Outward, ...]
    listed: tuple[str, ...]
    standing: tuple[Standing, ...]
    areas: Mapping[Size, Band]
    lowest: Mapping[int, Lowest]
    flow: Flow
    strands: Mapping[str, tuple[str, ...]]
    letters: tuple[str, ...]


def packed(facts: Facts) -> bytes:
    """Facts as they are kept."""
    flow = facts.flow
    value = (
        [(name, check.told, check.figures, _told(check.warnings)) for name, check in facts.checks.items()],
        [(font.font, font.page, font.glyphs, font.codes) for font in facts.fonts],
        [(heading.title, heading.id, heading.page, heading.foot) for heading in facts.headings],
        [(id, borne.text, borne.printed) for id, borne in facts.borne.items()],
        facts.titles,
        facts.pages,
        facts.untargeted,
        [(reference.target, reference.said, reference.is_page) for reference in facts.outward],
        facts.listed,
        [(page.page, page.size, page.notes, page.text, page.bands) for page in facts.standing],
        list(facts.areas.items()),
        [(page, lowest.id, lowest.words) for page, lowest in facts.lowest.items()],
        (flow.pages, _told(flow.headings), _told(flow.single), _told(flow.far)),
        facts.strands,
        facts.letters,
    )
    return json.dumps(value, separators=(",", ":")).encode()


def unpacked(stored: bytes) -> Facts:
    """Facts that were kept."""
    (
        checks, fonts, headings, borne, titles, pages, untargeted, outward, listed, standing, areas, lowest, flow,
        strands, letters,
    ) = json.loads(stored)  # fmt: skip
    rules = {rule.code: rule for rule in declared_rules()}

    def told(found: Iterable[Sequence[str]]) -> tuple[Diagnostic, ...]:
        return tuple(rules[code].at(Span(id), message, hint) for code, id, message, hint in found)

    return Facts(
        {name: Counted(said, tuple(figures), told(warnings)) for name, said, figures, warnings in checks},
        tuple(FontShown(font, page, glyphs, tuple(codes)) for font, page, glyphs, codes in fonts),
        tuple(HeadingPlace(*heading) for heading in headings),
        {id: Borne(text, printed) for id, text, printed in borne},
        titles,
        pages,
        tuple(untargeted),
        tuple(Outward(*reference) for reference in outward),
        tuple(listed),
        tuple(
            Standing(page, _pair(size), notes, text, tuple(map(_pair, bands)))
            for page, size, notes, text, bands in standing
        ),
        {_pair(size): _pair(area) for size, area in areas},
        {page: Lowest(id, words) for page, id, words in lowest},
        Flow(flow[0], *map(told, flow[1:])),
        {id: tuple(found) for id, found in strands.items()},
        tuple(letters),
    )


def _told(warnings: Iterable[Diagnostic]) -> list[tuple[str, str, str, str]]:
    return [(found.rule.code, found.span.path, found.message, found.hint) for found in warnings]


def _pair(values: Any) -> Any:
    return values[0], values[1]
