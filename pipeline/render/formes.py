"""The formes of a report: set when they are not known yet, and kept under all that decides them."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Severity, Span, StageFailedError, declare
from pipeline.document import Asset
from pipeline.render import typefaces
from pipeline.render.binding import Chunk, Seat, seated
from pipeline.render.engine import Engine
from pipeline.render.forme import Face, Forme, Stock
from pipeline.render.forme_making import Made
from pipeline.render.gatherings import Gathering
from pipeline.render.setting import Task, set_blank, set_gathering
from pipeline.render.tags import AddTags
from pipeline.toolchain import fonts
from pipeline.workers import WorkFailedError, in_batches, work_through

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

_LETTERS = 2400  # that a page holds, about, before any page is known


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides how every gathering looks, beside its own text.

    Attributes:
        digest: of style sheets, templates, fonts, versions.
        assets: the pictures of the report.
        cover: the word that labels the cover.
        processes: how many may work at once.
        add_tags: gives pages their structure.
    """

    digest: str
    assets: tuple[Asset, ...]
    cover: str
    processes: int
    add_tags: AddTags


class StaleError(Exception):
    """Something that was kept has gone since it was seen.

    Attributes:
        key: the forme that it belongs to.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Formes:
    """Sets gatherings, and remembers what was set.

    Args:
        engine: the layout engine.
        root: the prepared tree of the report.
        around: what decides the look of every chapter.
        cache: keeps formes and stretches of files.
        edition: the place of findings that belong to nothing in particular.

    Attributes:
        laid_out: how many gatherings had to be laid out.
    """

    def __init__(self, engine: Engine, root: etree._Element, around: Surroundings, cache: Cache, edition: Span) -> None:
        self._engine, self._root, self._around, self._cache, self._edition = engine, root, around, cache, edition
        self._notebook = key_of("page numbers, by gathering", str(edition))
        self._assets = {asset.href: hashlib.sha256(asset.data).hexdigest() for asset in around.assets}
        self._formes: dict[str, Forme] = {}
        self._stocks: dict[str, Stock] = {}
        self._files: dict[str, bytes] = {}
        self._stale: set[str] = set()
        self._holding = False
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
        before = json.loads(stored) if stored is not None else {"known": {}, "guessed": {}}
        guesses |= before["known"]
        return [
            {id: before["guessed"].get(gathering.id, {}).get(id) or guesses.get(id, "0") for id in gathering.targets}
            for gathering in gatherings
        ]

    def remember(
        self, gatherings: Sequence[Gathering], guesses: Sequence[Mapping[str, str]], known: Mapping[str, str]
    ) -> None:
        """Keep the page numbers for the next time; they save layouts, and decide nothing."""
        guessed = {gathering.id: own for gathering, own in zip(gatherings, guesses, strict=True)}
        self._cache.put(self._notebook, json.dumps({"known": known, "guessed": guessed}, sort_keys=True).encode())

    def set(self, gatherings: Sequence[Gathering], guesses: Sequence[Mapping[str, str]]) -> list[tuple[str, Forme]]:
        """The formes of all gatherings, with their keys; what is not known yet is laid out now.

        Raises:
            StageFailedError: when a chapter cannot be laid out.
            BoundToSideError: when the report cannot be printed in this way.
        """
        tasks = [
            Task(item, tuple((id, _measure(guess)) for id, guess in guessed.items()))
            for item, guessed in zip(gatherings, guesses, strict=True)
        ]
        keys = [self._key(task) for task in tasks]
        missing = [number for number, key in enumerate(keys) if not self._has(key)]
        self._set(tasks, keys, missing, meanwhile=lambda: [self._recall(key) for key in keys])
        gone = [number for number, key in enumerate(keys) if self._recall(key) is None]
        self._set(tasks, keys, gone)
        return [(key, self._formes[key]) for key in keys]

    def _set(
        self,
        tasks: Sequence[Task],
        keys: Sequence[str],
        missing: list[int],
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Lay out some gatherings.

        Raises:
            StageFailedError: when a chapter cannot be laid out.
            BoundToSideError: when the report cannot be printed in this way.
        """
        missing.sort(key=lambda number: -tasks[number].gathering.size)
        self.laid_out += len(missing)
        try:
            for number, made in work_through(
                [tasks[number] for number in missing],
                lambda task: set_gathering(self._engine, task, self._edition, self._around.add_tags),
                processes=self._around.processes,
                meanwhile=meanwhile,
            ):
                self._keep(keys[missing[number]], made)
        except WorkFailedError as failed:
            id = tasks[missing[failed.piece]].gathering.id
            message = f'the chapter "{id}" could not be laid out: {failed.reason}'
            raise StageFailedError(CHAPTER_FAILED.at(self._edition, message, "divide the chapter")) from failed

    def hold(self) -> None:
        """Keep what formes print at hand from now on, and trust the cache no more: things go from it."""
        self._holding = True
        self._stale |= self._formes.keys()
        self._formes.clear()

    def blank(self) -> tuple[str, Forme]:
        """An empty page, with its key."""
        key = key_of("blank", self._around.digest, self._root.get("class", ""), self._root.get("data-report", ""))
        if self._recall(key) is None:
            self._keep(key, set_blank(self._engine, self._root, self._around.add_tags))
        return key, self._formes[key]

    def seated(self, wanted: Sequence[tuple[str, Forme, Seat]]) -> list[Chunk]:
        """The stretches of the file that formes become.

        Args:
            wanted: formes with their keys and seats.

        Raises:
            StaleError: when what a forme prints is not kept any more; it has to be set again.
        """
        names = [_name_of_chunk(key, seat) for key, _, seat in wanted]
        missing = [number for number, name in enumerate(names) if not self._cache.holds(name)]
        sheets = [len(wanted[number][1].sheets) for number in missing]
        try:
            made = in_batches(
                missing, sheets, lambda some: [self._seated(names[n], *wanted[n]) for n in some], least=20, most=100
            )
            chunks = dict(zip(missing, made, strict=True))
            return [chunks.get(number) or self._chunk(names[number], *wanted[number]) for number in range(len(wanted))]
        except StaleError as stale:
            self._formes.pop(stale.key, None)
            self._stale.add(stale.key)
            raise
        except WorkFailedError as failed:
            message = f"the pages could not be bound: {failed.reason}"
            raise StageFailedError(CHAPTER_FAILED.at(self._edition, message)) from failed

    def _chunk(self, name: str, key: str, forme: Forme, seat: Seat) -> Chunk:
        """A stretch of the file that seems to be kept."""
        stored = self._cache.get(name)
        if stored is None:  # damaged, or gone since it was seen
            return self._seated(name, key, forme, seat)
        chunk: Chunk = pickle.loads(stored)  # noqa: S301  # the cache is our own
        return chunk

    def _seated(self, name: str, key: str, forme: Forme, seat: Seat) -> Chunk:
        """A stretch of the file, made now and kept."""
        stock = self._stocks.get(key)
        if stock is None:
            kept = self._cache.get(key_of(key, "stock"))
            if kept is None:
                raise StaleError(key)
            stock = pickle.loads(kept)  # noqa: S301  # the cache is our own
        chunk = seated(forme, stock, seat)
        self._cache.put(name, pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL))
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

    def _has(self, key: str) -> bool:
        """Whether a forme seems to be at hand; it has gone all the same when something of it is damaged."""
        kept = (key, key_of(key, "stock"))
        return key in self._formes or (key not in self._stale and all(self._cache.holds(name) for name in kept))

    def _recall(self, key: str) -> Forme | None:
        if key not in self._formes:
            stored = self._cache.get(key) if self._has(key) else None
            if stored is None:
                return None
            forme: Forme = pickle.loads(stored)  # noqa: S301  # the cache is our own
            if any(face.file not in self._files and not self._cache.holds(face.file) for face in forme.faces):
                return None
            self._formes[key] = forme
        return self._formes[key]

    def _keep(self, key: str, made: Made) -> None:
        self._formes[key] = made.forme
        self._stale.discard(key)
        self._cache.put(key_of(key, "stock"), pickle.dumps(made.stock, pickle.HIGHEST_PROTOCOL))
        if self._holding or not self._cache.holds(key_of(key, "stock")):
            self._stocks[key] = made.stock
        for digest, data in made.files.items():
            if digest not in self._files:
                self._files[digest] = data
                if not self._cache.holds(digest):
                    self._cache.put(digest, data)
        self._cache.put(key, pickle.dumps(made.forme, pickle.HIGHEST_PROTOCOL))


def _name_of_chunk(key: str, seat: Seat) -> str:
    """What a forme in its seat is kept under."""
    side = seat.page % 2
    return key_of("chunk", key, repr(seat.base), repr(side), repr(seat.labels), repr(seat.named), repr(seat.hanging))


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
