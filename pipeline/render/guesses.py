"""The page numbers that chapters are laid out with before all pages are counted.

A guess decides nothing but time: a chapter whose guesses turn out to have another width is laid out again. So page
numbers of the last time come first; without them, so many letters to a page, as the chapters that stand already have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.cache import Cache
from pipeline.render.gatherings import Gathering
from pipeline.render.labels import roman
from pipeline.render.pages import Layout

_LETTERS = 2200.0  # on a page, before any page is known
_TRUST = 1.0  # how many pages must be known for them to count as much as that figure
_VAGUE = 0.12  # the share by which the number of pages may be wrong while no page is known,
_CLOSE = 0.04  # and while some are
_WITHIN = 0.7  # pages, by which a place in a chapter that is not laid out yet may be wrong


@dataclass(frozen=True, slots=True)
class _Spot:
    """An id: the number of its gathering, and how many letters of this one stand before it."""

    gathering: int
    letters: float


class Guesses:
    """The guesses of a report.

    Args:
        gatherings: all of them, in order.
        known: the pages of the last time, by id.
        used: what gatherings were laid out with then, by their ids: what they were kept under depends on it.
    """

    def __init__(
        self, gatherings: Sequence[Gathering], known: Mapping[str, str], used: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._gatherings = gatherings
        self._layouts: dict[int, Layout] = {}
        self._reckoned: list[tuple[float, float]] = []
        self._first = next((number for number, item in enumerate(gatherings) if item.begins_folios), 0)
        self._firm = [
            {id: label for id in item.targets if (label := used.get(item.id, {}).get(id) or known.get(id))}
            for item in gatherings
        ]
        self._loose: list[dict[str, str]] = [{} for _ in gatherings]
        for number in range(len(gatherings)):
            self.renew(number)

    def of(self, number: int) -> Mapping[str, str]:
        """What a gathering is laid out with, by the ids of the targets."""
        return {id: self._firm[number].get(id) or self._loose[number][id] for id in self._gatherings[number].targets}

    def learn(self, number: int, layout: Layout) -> None:
        """Take note of the pages of a gathering."""
        self._layouts[number] = layout
        self._reckoned = []

    def renew(self, number: int) -> None:
        """Guess anew for a gathering, from the pages that are known by now; the pages of the last time stay."""
        guessed = (id for id in self._gatherings[number].targets if id not in self._firm[number])
        self._loose[number] = {id: self._label(id) for id in guessed}

    def correct(self, number: int, pages: Mapping[str, str]) -> None:
        """Take other page numbers for some targets of a gathering."""
        self._firm[number].update(pages)

    def are_sure(self, number: int) -> bool:
        """Whether all guesses of a gathering have most probably as many digits as the page numbers will have."""
        return all(map(self._is_sure, self._loose[number]))

    def noted(self, known: Mapping[str, str]) -> bytes:
        """What the next time begins with (see `guesses_of_last_time`)."""
        used = {item.id: self.of(number) for number, item in enumerate(self._gatherings)}
        return json.dumps({"known": dict(known), "guessed": used}, sort_keys=True).encode()

    @cached_property
    def _spots(self) -> Mapping[str, _Spot]:
        return _spots(self._gatherings)

    def _label(self, id: str) -> str:
        page, off = self._page(id)
        front = off is not None and self._spots[id].gathering < self._first
        return roman(int(page)) if front else str(int(page))

    def _is_sure(self, id: str) -> bool:
        page, off = self._page(id)
        return off is None or len(str(max(1, int(page - off)))) == len(str(int(page + off)))

    def _page(self, id: str) -> tuple[float, float | None]:
        """The page of an id, and by how many pages this may be wrong; None for an id that is nowhere."""
        spot = self._spots.get(id)
        if spot is None:
            return 0.0, None
        start, vague = self._starts()[spot.gathering]
        layout = self._layouts.get(spot.gathering)
        share = _CLOSE if self._layouts else _VAGUE
        if layout is not None:
            return start + layout.anchors.get(id, 0), vague * share
        within = spot.letters / self._rate()
        return start + within, (vague + within) * share + _WITHIN

    def _starts(self) -> list[tuple[float, float]]:
        """The first page of every gathering, and how many of the pages before it are guessed."""
        if not self._reckoned:
            rate = self._rate()
            page, vague = 1.0, 0.0
            for number, gathering in enumerate(self._gatherings):
                if number == self._first:
                    page, vague = 1.0, 0.0
                self._reckoned.append((page, vague))
                layout = self._layouts.get(number)
                own = max(1.0, gathering.size / rate) if layout is None else len(layout.rooms)
                page += own
                vague += own if layout is None else 0.0
        return self._reckoned

    def _rate(self) -> float:
        """The letters of a page."""
        known = [(self._gatherings[number].size, len(layout.rooms)) for number, layout in self._layouts.items()]
        letters = sum(size for size, _ in known) + _TRUST * _LETTERS
        return letters / (sum(pages for _, pages in known) + _TRUST)


def guesses_of_last_time(gatherings: Sequence[Gathering], cache: Cache, notebook: str) -> Guesses:
    """Guesses that begin with what is kept of the last time, if anything is.

    Args:
        gatherings: of the report.
        cache: where it is kept.
        notebook: its name there.
    """
    stored = cache.get(notebook)
    before = json.loads(stored) if stored is not None else {"known": {}, "guessed": {}}
    return Guesses(gatherings, before["known"], before["guessed"])


def _spots(gatherings: Sequence[Gathering]) -> dict[str, _Spot]:
    spots: dict[str, _Spot] = {}
    for number, gathering in enumerate(gatherings):
        share = gathering.size / max(1, len(gathering.markup))
        at = gathering.markup.find(' id="')
        while at >= 0:
            end = gathering.markup.index('"', at + 5)
            spots.setdefault(gathering.markup[at + 5 : end], _Spot(number, at * share))
            at = gathering.markup.find(' id="', end)
    return spots
