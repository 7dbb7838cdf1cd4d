"""Chapters of a bound file hang in the parts of the report that they belong to, although each was drawn by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.render.forme import Forme, number_of, string


@dataclass(frozen=True, slots=True)
class Hanging:
    """What of the structure of a forme hangs elsewhere than in the Document element (ISO 32000-2, 14.7.2).

    Attributes:
        within: chapters: the number of their element in the forme, and that of the part's element in the file.
        gathered: parts: the number of their element in the forme, and those of their chapters in the file.
    """

    within: tuple[tuple[int, int], ...] = ()
    gathered: tuple[tuple[int, tuple[int, ...]], ...] = ()


NOTHING_HANGS = Hanging()


def hangings(formes: Sequence[tuple[Forme, int]], parts: Sequence[tuple[str, Sequence[str]]]) -> tuple[Hanging, ...]:
    """What hangs where in a file.

    Args:
        formes: the formes in their order, each with what is added to the numbers of its objects.
        parts: the id of each part, and the ids of its chapters in their order.

    Returns:
        For each forme, what of it hangs elsewhere.
    """
    if not parts:
        return (NOTHING_HANGS,) * len(formes)
    found = {
        name: (index, number_of(place))
        for index, (forme, _) in enumerate(formes)
        for name, place in forme.ids
        if place in forme.kids
    }
    within: dict[int, list[tuple[int, int]]] = {}
    gathered: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    for part, chapters in parts:
        home = found.get(string(part))
        kids = [found[string(chapter)] for chapter in chapters if string(chapter) in found]
        if home is None or not kids:
            continue
        index, number = home
        for at, kid in kids:
            within.setdefault(at, []).append((kid, formes[index][1] + number))
        gathered.setdefault(index, []).append((number, tuple(formes[at][1] + kid for at, kid in kids)))
    return tuple(Hanging(tuple(within.get(index, ())), tuple(gathered.get(index, ()))) for index in range(len(formes)))
