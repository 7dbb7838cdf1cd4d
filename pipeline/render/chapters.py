"""Layout by chapter: gatherings are set by several processes, each once, and bound into one PDF.

What a gathering looks like depends on its own text and on how many digits the page numbers have that it names. So it
is laid out with guesses; when all are set, the pages are counted, and only those whose guesses had another width are
set again. The rest is filling in: folios, page numbers, on which side a page is. Nothing waits for anything else.

A forme is kept under all that decides it (`_key`), and so is the stretch of the file that it becomes.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from lxml import etree

from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare
from pipeline.document import Asset
from pipeline.render import typefaces
from pipeline.render.binding import Chunk, Seat, room_for, seated
from pipeline.render.engine import ENGINE_COMPLAINT, Engine
from pipeline.render.forme import Face, Forme
from pipeline.render.forme_making import Made
from pipeline.render.gatherings import Gathering, divide
from pipeline.render.pages import Layout, joined
from pipeline.render.setting import Task, set_blank, set_gathering
from pipeline.render.volume import Facts, Seated, bound, room_for_whole
from pipeline.toolchain import fonts
from pipeline.workers import WorkFailedError, work_through

CHAPTER_FAILED = declare(
    "WPR013",
    "chapter-not-laid-out",
    Severity.ERROR,
    """
    A chapter could not be laid out: the process that did it died or took too long, and so did the next one.

    The layout of each chapter is bounded in time and memory, so that one cannot stop the whole machine. Divide the
    chapter, or make its largest table or picture smaller.
    """,
)

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

_LETTERS = 2400  # that a page holds, about, before any page is known
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Whole:
    """The printed report.

    Attributes:
        data: the file.
        layout: what was read from its pages.
        families: the font families that they are set in.
        set: how many gatherings had to be laid out, and
        of: how many there are.
    """

    data: bytes
    layout: Layout
    families: frozenset[str]
    set: int
    of: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides how every gathering looks, beside its own text.

    Attributes:
        digest: of style sheets, templates, fonts, versions.
        assets: the pictures of the report.
        cover: the word that labels the cover.
        processes: how many may work at once.
    """

    digest: str
    assets: tuple[Asset, ...]
    cover: str
    processes: int


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
        facts: what the file says of itself.
        around: what decides the look of every chapter.
        cache: keeps formes and stretches of files.
        findings: told of everything that is wrong but does not stop the printing.
        edition: the place of findings that belong to nothing in particular.

    Raises:
        StageFailedError: when a chapter cannot be laid out.
        BoundToSideError: when the report cannot be printed in this way.
    """
    press = _Press(engine, root, around, cache, edition)
    gatherings = divide(engine, root)
    guesses = press.guessed(gatherings)
    for _ in range(_ROUNDS):
        formes = press.set(gatherings, guesses)
        places = _places(gatherings, formes, press)
        layout = joined([(place.page, place.forme.layout) for place in places], around.cover)
        known = {id: layout.labels[page] for id, page in layout.anchors.items()}
        misfits = [forme.misfits(known) for forme in formes]
        if not any(misfits):
            break
        guesses = [
            {**guessed, **{id: known[id] for id in wrong}} for guessed, wrong in zip(guesses, misfits, strict=True)
        ]
    else:
        message = f"the page numbers that chapters name did not settle in {_ROUNDS} rounds"
        raise StageFailedError(PAGES_UNSETTLED.at(edition, message, "take one []{page=…} out of a crowded line"))
    press.remember(known)
    for forme in formes:
        findings.extend(forme.findings)
        for name in forme.linked:
            if name not in known:  # what the engine says of a link within a document
                findings.add(ENGINE_COMPLAINT.at(edition, f"No anchor #{name} for internal URI reference"))
    faces = typefaces.united(face for place in places for face in place.forme.faces)
    base = room_for_whole(sum(len(place.forme.bookmarks) for place in places), len(faces))
    rooms = accumulate((room_for(place.forme) for place in places), initial=base)
    stretches = []
    for place, first in zip(places, rooms, strict=False):
        forme = place.forme
        named = tuple((id, known[id]) for id in dict.fromkeys(slot.target for slot in forme.slots) if id in known)
        own = layout.labels[place.page : place.page + len(forme.sheets)]
        seat = Seat(first, place.page, own, named)
        stretches.append(Seated(forme, seat, press.seated(place.key, forme, seat)))
    subsets = [(face, press.subset(face)) for face in faces]
    data = bound(stretches, layout.labels, subsets, facts)
    return Whole(data, layout, frozenset(face.family for face in faces), press.laid_out, len(gatherings))


@dataclass(frozen=True, slots=True)
class _Place:
    """A forme, the key that it is kept under, and the index of its first page."""

    forme: Forme
    key: str
    page: int


def _places(gatherings: Sequence[Gathering], formes: Sequence[Forme], press: _Press) -> list[_Place]:
    """The formes in their order, with an empty page before each that has to begin on the other side."""
    places: list[_Place] = []
    page = 0
    for gathering, forme in zip(gatherings, formes, strict=True):
        if gathering.side and (page % 2 == 0) != (gathering.side == "right"):
            blank, key = press.blank()
            places.append(_Place(blank, key, page))
            page += len(blank.sheets)
        places.append(_Place(forme, press.keys[gathering.id], page))
        page += len(forme.sheets)
    return places


class _Press:
    """Sets gatherings, and remembers what was set."""

    def __init__(self, engine: Engine, root: etree._Element, around: Surroundings, cache: Cache, edition: Span) -> None:
        self._engine, self._root, self._around, self._cache, self._edition = engine, root, around, cache, edition
        self._notebook = key_of("page numbers", str(edition))
        self._assets = {asset.href: hashlib.sha256(asset.data).hexdigest() for asset in around.assets}
        self._formes: dict[str, Forme] = {}
        self._files: dict[str, bytes] = {}
        self.keys: dict[str, str] = {}
        self.laid_out = 0

    def guessed(self, gatherings: Sequence[Gathering]) -> list[dict[str, str]]:
        """The page numbers before the pages are counted: those of the last time, else so many letters to a page."""
        guesses: dict[str, str] = {}
        letters = 0
        for gathering in gatherings:
            share = gathering.size / max(1, len(gathering.markup))
            for id, place in _ids(gathering.markup):
                guesses.setdefault(id, str(1 + int((letters + place * share) / _LETTERS)))
            letters += gathering.size
        stored = self._cache.get(self._notebook)
        if stored is not None:
            guesses |= json.loads(stored)
        return [{id: guesses.get(id, "0") for id in gathering.targets} for gathering in gatherings]

    def remember(self, labels: Mapping[str, str]) -> None:
        """Keep the page numbers for the next time; they save layouts, and decide nothing."""
        self._cache.put(self._notebook, json.dumps(labels, sort_keys=True).encode())

    def set(self, gatherings: Sequence[Gathering], guesses: Sequence[Mapping[str, str]]) -> list[Forme]:
        """The formes of all gatherings; what is not known yet is laid out now."""
        tasks = [
            Task(item, tuple((id, _measure(guess)) for id, guess in guessed.items()))
            for item, guessed in zip(gatherings, guesses, strict=True)
        ]
        keys = [self._key(task) for task in tasks]
        self.keys = {item.id: key for item, key in zip(gatherings, keys, strict=True)}
        missing = [number for number, key in enumerate(keys) if self._recall(key) is None]
        missing.sort(key=lambda number: -tasks[number].gathering.size)
        self.laid_out += len(missing)
        try:
            for number, made in work_through(
                [tasks[number] for number in missing],
                lambda task: set_gathering(self._engine, task, self._edition),
                processes=self._around.processes,
            ):
                self._keep(keys[missing[number]], made)
        except WorkFailedError as failed:
            id = gatherings[missing[failed.piece]].id
            message = f'the chapter "{id}" could not be laid out: {failed.reason}'
            raise StageFailedError(CHAPTER_FAILED.at(self._edition, message, "divide the chapter")) from failed
        return [self._formes[key] for key in keys]

    def blank(self) -> tuple[Forme, str]:
        """An empty page, and its key."""
        key = key_of("blank", self._around.digest, self._root.get("class", ""), self._root.get("data-report", ""))
        if self._recall(key) is None:
            self._keep(key, set_blank(self._engine, self._root))
        return self._formes[key], key

    def seated(self, key: str, forme: Forme, seat: Seat) -> Chunk:
        """The stretch of the file that a forme becomes."""
        named = key_of("chunk", key, repr(seat.base), repr(seat.page % 2), repr(seat.labels), repr(seat.named))
        stored = self._cache.get(named)
        if stored is not None:
            chunk: Chunk = pickle.loads(stored)  # noqa: S301  # the cache is our own
            return chunk
        chunk = seated(forme, seat)
        self._cache.put(named, pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL))
        return chunk

    def subset(self, face: Face) -> bytes:
        """The part of a font file that is used."""
        glyphs = ",".join(map(str, sorted(face.widths)))
        key = key_of("face", face.file, repr(face.index), repr(face.axes), glyphs, repr(sorted(face.absent)))
        stored = self._cache.get(key)
        if stored is None:
            stored = typefaces.subset(face, self._font(face.file))
            self._cache.put(key, stored)
        return stored

    def _font(self, digest: str) -> bytes:
        file = self._files.get(digest) or self._cache.get(digest)
        if file is None:  # damaged, or gone since it was seen
            installed = (path.read_bytes() for path in fonts().values())
            file = next((data for data in installed if hashlib.sha256(data).hexdigest() == digest), None)
        if file is None:
            message = "a font that chapters were set in is not in the cache any more"
            raise StageFailedError(CHAPTER_FAILED.at(self._edition, message, 'run "make clean"'))
        return file

    def _key(self, task: Task) -> str:
        pictures = (f"{name} {self._assets.get(name, '')}" for name in task.gathering.assets)
        return key_of("forme", self._around.digest, task.gathering.markup, repr(task.guesses), *pictures)

    def _recall(self, key: str) -> Forme | None:
        if key not in self._formes:
            stored = self._cache.get(key)
            if stored is None:
                return None
            forme: Forme = pickle.loads(stored)  # noqa: S301  # the cache is our own
            if any(face.file not in self._files and not self._cache.holds(face.file) for face in forme.faces):
                return None
            self._formes[key] = forme
        return self._formes[key]

    def _keep(self, key: str, made: Made) -> None:
        self._formes[key] = made.forme
        for digest, data in made.files.items():
            if digest not in self._files:
                self._files[digest] = data
                if not self._cache.holds(digest):
                    self._cache.put(digest, data)
        self._cache.put(key, pickle.dumps(made.forme, pickle.HIGHEST_PROTOCOL))


def _measure(label: str) -> str:
    """A text as wide as a page number: what counts of digits is how many there are."""
    return "8" * len(label) if label.isdecimal() else label


def _ids(markup: str) -> list[tuple[str, int]]:
    """The ids in some markup, and where they stand in it."""
    found = []
    at = markup.find(' id="')
    while at >= 0:
        end = markup.index('"', at + 5)
        found.append((markup[at + 5 : end], at))
        at = markup.find(' id="', end)
    return found


def digest_of_code() -> str:
    """The digest of the modules that make formes: what another version of them made is worth nothing."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
