"""The formes of a report: set when they are not known yet, and kept under all that decides them."""

from __future__ import annotations

import hashlib
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
from pipeline.render.guesses import Guesses, guesses_of_last_time
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

_DELAY = 0.6  # of its size, that a gathering counts whose guesses are not sure


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


@dataclass(frozen=True, slots=True)
class _Order:
    """A gathering with the guesses for it, and what its forme is kept under."""

    task: Task
    key: str

    @property
    def gathering(self) -> Gathering:
        return self.task.gathering


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

    def guessed(self, gatherings: Sequence[Gathering]) -> Guesses:
        """The page numbers before the pages are counted."""
        return guesses_of_last_time(gatherings, self._cache, self._notebook)

    def remember(self, guesses: Guesses, known: Mapping[str, str]) -> None:
        """Keep the page numbers for the next time; they save layouts, and decide nothing."""
        self._cache.put(self._notebook, guesses.noted(known))

    def set(self, gatherings: Sequence[Gathering], guesses: Guesses) -> list[tuple[str, Forme]]:
        """The formes of all gatherings, with their keys; what is not known yet is laid out now.

        Args:
            gatherings: of the report.
            guesses: the page numbers that they are laid out with; told of every page that stands.

        Raises:
            StageFailedError: when a chapter cannot be laid out.
            BoundToSideError: when the report cannot be printed in this way.
        """
        orders = [self._ordered(item, guesses.of(number)) for number, item in enumerate(gatherings)]
        missing = [number for number, order in enumerate(orders) if not self._has(order.key)]
        self._set(orders, missing, guesses, meanwhile=lambda: [self._recall(order.key) for order in orders])
        gone = [number for number, order in enumerate(orders) if self._recall(order.key) is None]
        self._set(orders, gone, guesses)
        return [(order.key, self._formes[order.key]) for order in orders]

    def _set(
        self,
        orders: list[_Order],
        missing: list[int],
        guesses: Guesses,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Lay out some gatherings.

        Each is laid out with the best guesses that there are when its turn comes. So those whose guesses are not sure
        come later, except much larger ones: while the last one is laid out, nothing else is done.

        Args:
            orders: of all gatherings; those of which another guess is taken are replaced.
            missing: which are to be laid out.
            guesses: told of the pages.
            meanwhile: what else is to be done.

        Raises:
            StageFailedError: when a chapter cannot be laid out.
            BoundToSideError: when the report cannot be printed in this way.
        """
        weights = {n: orders[n].gathering.size * (1 if guesses.are_sure(n) else _DELAY) for n in missing}
        missing.sort(key=lambda number: -weights[number])
        self.laid_out += len(missing)

        def latest(piece: int) -> Task:
            number = missing[piece]
            guesses.renew(number)
            orders[number] = self._ordered(orders[number].gathering, guesses.of(number))
            return orders[number].task

        try:
            for piece, made in work_through(
                [orders[number].task for number in missing],
                lambda task: set_gathering(self._engine, task, self._edition, self._around.add_tags),
                processes=self._around.processes,
                latest=latest,
                meanwhile=meanwhile,
            ):
                self._keep(orders[missing[piece]].key, made)
                guesses.learn(missing[piece], made.forme.layout)
        except WorkFailedError as failed:
            id = orders[missing[failed.piece]].gathering.id
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

    def _ordered(self, gathering: Gathering, guessed: Mapping[str, str]) -> _Order:
        task = Task(gathering, tuple((id, _measure(guess)) for id, guess in guessed.items()))
        pictures = (f"{name} {self._assets.get(name, '')}" for name in gathering.assets)
        return _Order(task, key_of("forme", self._around.digest, gathering.markup, repr(task.guesses), *pictures))

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


def digest_of_code() -> str:
    """The digest of the modules that make formes: what another version of them made is worth nothing."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
