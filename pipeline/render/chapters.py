"""Layout by chapter: gatherings are set by several processes, each once, and bound into one PDF.

What a gathering looks like depends on its own text and on how many digits the page numbers have that it names. So it
is laid out with guesses; when all are set, the pages are counted, and only those whose guesses had another width are
set again. The rest is filling in: folios, page numbers, on which side a page is. Nothing waits for anything else.

Formes are kept (`formes`), and so are the stretches of the file that they become.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lxml import etree

from pipeline.cache import Cache
from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare
from pipeline.render import typefaces
from pipeline.render.binding import Seat, room_for
from pipeline.render.contrast import Faint
from pipeline.render.engine import ENGINE_COMPLAINT, Engine
from pipeline.render.forme import Forme
from pipeline.render.formes import Formes, StaleError, Surroundings
from pipeline.render.gatherings import Gathering, divide
from pipeline.render.pagemap import Place
from pipeline.render.pages import Layout, joined
from pipeline.render.parts import hangings
from pipeline.render.right_hand import BoundToSideError
from pipeline.render.volume import Facts, Seated, bound, room_for_whole

PAGES_UNSETTLED = declare(
    "WPR014",
    "page-numbers-unsettled",
    Severity.ERROR,
    """
    A page number in the text has another width than the room that was left for it, each time the layout is repeated:
    with the one number a line breaks so that its target moves to another page, and with the other it moves back.

    Take a page reference out of the line, or say the section instead of the page.
    """,
)

_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Whole:
    """The printed report.

    Attributes:
        data: the file.
        layout: what was read from its pages.
        families: the font families that they are set in.
        faint: the texts that differ too little from what they stand on.
        starts: where in the text each page begins, or None for a page without words of it.
        set: how many gatherings had to be laid out, and
        of: how many there are.
    """

    data: bytes
    layout: Layout
    families: frozenset[str]
    faint: tuple[Faint, ...]
    starts: tuple[Place | None, ...]
    set: int
    of: int


def print_by_chapter(
    engine: Engine,
    root: etree._Element,
    facts: Facts,
    around: Surroundings,
    cache: Cache,
    findings: Findings,
    edition: Span,
) -> Whole:
    """Print a report chapter by chapter.

    Args:
        engine: the layout engine.
        root: the prepared tree of the report.
        facts: what the whole file has.
        around: what decides the look of every chapter.
        cache: keeps formes and stretches of files.
        findings: told of everything that is wrong but does not stop the printing.
        edition: the place of findings that belong to nothing in particular.

    Raises:
        StageFailedError: when a chapter cannot be laid out.
        BoundToSideError: when the report cannot be printed in this way.
    """
    formes = Formes(engine, root, around, cache, edition)
    gatherings = divide(engine, root, cache, around.digest)
    settled = _settled(formes, gatherings, around.cover, edition)
    try:
        data, families = _bound(formes, settled, facts)
    except StaleError:  # it is set once more, and stays at hand this time
        formes.hold()
        settled = _settled(formes, gatherings, around.cover, edition)
        data, families = _bound(formes, settled, facts)
    for place in settled.places:
        findings.extend(place.forme.findings)
        for name in place.forme.linked:
            if name not in settled.known:  # what the engine says of a link within a document
                findings.add(ENGINE_COMPLAINT.at(edition, f"No anchor #{name} for internal URI reference"))
    faint = tuple(text for place in settled.places for text in place.forme.faint)
    starts = tuple(start for place in settled.places for start in place.forme.starts)
    return Whole(data, settled.layout, families, faint, starts, formes.laid_out, len(gatherings))


@dataclass(frozen=True, slots=True)
class _Place:
    """A forme, the key that it is kept under, and the index of its first page."""

    forme: Forme
    key: str
    page: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """The formes in their places, the layout of the whole report, and the page number of every id."""

    places: tuple[_Place, ...]
    layout: Layout
    known: Mapping[str, str]


def _settled(formes: Formes, gatherings: Sequence[Gathering], cover: str, edition: Span) -> _Settled:
    """All gatherings, set so that the page numbers that they name have room."""
    guesses = formes.guessed(gatherings)
    for _ in range(_ROUNDS):
        found = formes.set(gatherings, guesses)
        places = _places(gatherings, found, formes)
        layout = joined([(place.page, place.forme.layout) for place in places], cover)
        known = {id: layout.labels[page] for id, page in layout.anchors.items()}
        misfits = [forme.misfits(known) for _, forme in found]
        if not any(misfits):
            formes.remember(guesses, known)
            return _Settled(places, layout, known)
        for number, wrong in enumerate(misfits):
            guesses.correct(number, {id: known[id] for id in wrong})
    message = f"the page numbers that chapters name did not settle in {_ROUNDS} rounds"
    raise StageFailedError(PAGES_UNSETTLED.at(edition, message, "take one []{page=…} out of a crowded line"))


def _bound(formes: Formes, settled: _Settled, facts: Facts) -> tuple[bytes, frozenset[str]]:
    """The file, and the font families in it."""
    places, layout, known = settled.places, settled.layout, settled.known
    faces = typefaces.united(face for place in places for face in place.forme.faces)
    base = room_for_whole(facts.statement, sum(len(place.forme.bookmarks) for place in places), len(faces))
    rooms = list(accumulate((room_for(place.forme) for place in places), initial=base))[:-1]
    hung = hangings([(place.forme, first) for place, first in zip(places, rooms, strict=True)], facts.parts)
    wanted = []
    for place, first, hanging in zip(places, rooms, hung, strict=True):
        forme = place.forme
        named = tuple((id, known[id]) for id in dict.fromkeys(slot.target for slot in forme.slots) if id in known)
        own = layout.labels[place.page : place.page + len(forme.sheets)]
        seat = Seat(first, place.page, own, named, hanging)
        if any(sheet.patterned and seat.is_left(number) for number, sheet in enumerate(forme.sheets)):
            raise BoundToSideError("a pattern stands on a left-hand page")
        wanted.append((place.key, forme, seat))
    chunks = formes.seated(wanted)
    stretches = [Seated(forme, seat, chunk) for (_, forme, seat), chunk in zip(wanted, chunks, strict=True)]
    subsets = [(face, formes.subset(face)) for face in faces]
    return bound(stretches, layout.labels, subsets, facts), frozenset(face.family for face in faces)


def _places(gatherings: Sequence[Gathering], found: Sequence[tuple[str, Forme]], formes: Formes) -> tuple[_Place, ...]:
    """The formes in their order, with an empty page before each that has to begin on the other side."""
    places: list[_Place] = []
    page = 0
    for gathering, (key, forme) in zip(gatherings, found, strict=True):
        if gathering.side and (page % 2 == 0) != (gathering.side == "right"):
            blank_key, blank = formes.blank()
            places.append(_Place(blank, blank_key, page))
            page += len(blank.sheets)
        places.append(_Place(forme, key, page))
        page += len(forme.sheets)
    return tuple(places)
