"""What was held against the standards before, and need not be again: parts of our own files in which nothing was wrong.

Kept of such a part is which codes of which fonts it shows: fonts are judged by all that is set in them, and one may
say of a code something else in the next file.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import pikepdf

from pipeline.cache import key_of
from pipeline.diagnostics import Rule
from pipeline.verify.gate.clauses import Fault
from pipeline.verify.gate.cmaps import pairs
from pipeline.verify.gate.division import Division, LeftOut, Part, Use, numbers_of
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.parts import divide
from pipeline.verify.gate.rules import LINK_EMPTY, MARKUP_SHOWN, TABLE_WITHOUT_HEADS
from pipeline.verify.gate.typefaces import Typeface
from pipeline.verify.gate.values import identity

_TOLD_ONE_BY_ONE = (LINK_EMPTY, MARKUP_SHOWN, TABLE_WITHOUT_HEADS)  # each fault for itself, not the first of many
_MOST_AT_ONCE = 100  # pages that are judged at once: what is found of a page takes half a megabyte
_LEAST_AT_ONCE, _SHARES = 40, 8  # a file of some hundred pages is divided into so many, for two processes to share
_WHERE = re.compile(r"(page|object) (\d+)")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a part shows in a font.

    Attributes:
        mark: of the font, by which it is known.
        page: the first page of the part with text in it, counted from that of the part.
        order: how many fonts are met on that page before it.
        strings, visible: the strings shown (see `typefaces.Typeface`).
        characters: the digest of what its codes stand for.
    """

    mark: bytes
    page: int
    order: int
    strings: tuple[bytes, ...]
    visible: tuple[bytes, ...]
    characters: str


Sound: TypeAlias = tuple[str, tuple[_Shown, ...]]
"""The key of a part that is sound, and what it shows."""


@dataclass(slots=True)
class Holding:
    """The parts of a file: those that are known to be sound, and those that are not.

    Attributes:
        file: the file.
        division: its parts.
        sound: the parts that are known to be sound, with what they show.
        new: the others.
        to_keep: those of the sound ones that are not kept yet.
    """

    file: Opened
    division: Division
    sound: list[tuple[Part, tuple[_Shown, ...]]] = field(default_factory=list)
    new: list[Part] = field(default_factory=list)
    to_keep: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        faces = self._faces()
        for part in self.division.parts:
            stored = self.file.cache.get(part.key) if self.file.cache is not None and part.key else None
            shown: tuple[_Shown, ...] = pickle.loads(stored) if stored is not None else ()  # noqa: S301  # our own
            if stored is None or any(
                one.mark not in faces or _characters(faces[one.mark], one.strings) != one.characters for one in shown
            ):
                self.new.append(part)
            else:
                self.sound.append((part, shown))

    def leave_out(self) -> LeftOut:
        """What need not be looked at again."""
        if not self.sound:
            return LeftOut()
        faces, numbers = self._faces(), self._page_numbers()
        uses: dict[bytes, list[tuple[int, _Shown]]] = {}  # of each font, with the first page of each part
        for part, shown in self.sound:
            pages = sorted(numbers[page] for page in part.pages)
            for one in shown:
                uses.setdefault(one.mark, []).append((pages[one.page], one))
        left = [part for part, _ in self.sound]
        return self._without(
            left,
            numbers_of(left) | self.file.written.packs,
            tuple(_together(faces[mark], found) for mark, found in uses.items()),
        )

    def batches(self) -> tuple[tuple[Part, ...], ...]:
        """New parts to be judged one batch after the other; none when they are few enough to be judged at once."""
        pages = sum(len(part.pages) for part in self.new)
        if pages <= _MOST_AT_ONCE:
            return ()
        most = min(_MOST_AT_ONCE, max(_LEAST_AT_ONCE, pages // _SHARES))
        batches: list[list[Part]] = [[]]
        for part in self.new:
            if part.key:  # the others have to do with each other
                if batches[-1] and sum(len(one.pages) for one in (*batches[-1], part)) > most:
                    batches.append([])
                batches[-1].append(part)
        return tuple(map(tuple, batches))

    def all_but(self, batch: Iterable[Part]) -> LeftOut:
        """What is left out when nothing but some parts is looked at."""
        mine = tuple(batch)
        chosen = set(map(id, mine))
        others = [part for part in self.division.parts if id(part) not in chosen]
        return self._without(others, frozenset(self.file.written.numbers) - numbers_of(mine))

    def found_sound(self, batch: Iterable[Part], faults: Iterable[tuple[Rule, Fault]]) -> tuple[Sound, ...]:
        """Note that some parts were judged; those in which there is nothing to look at need not be judged again.

        Args:
            batch: the parts, which are those that are looked at.
            faults: what was found.

        Returns:
            The parts that are sound.
        """
        found, numbers = tuple(batch), self._page_numbers()
        touched, shown = _touched(faults), self._shown(found)
        if touched is None or shown is None:
            return ()
        firsts = {part.key: min((numbers[page] for page in part.pages), default=0) for part in found}
        sound = tuple(
            (part.key, shown[firsts[part.key]])
            for part in found
            if firsts[part.key] in shown and not touched & _places(part, numbers)
        )
        self.take_for_sound(sound)
        return sound

    def take_for_sound(self, sound: Iterable[Sound]) -> None:
        """Note which parts were judged, here or by another process that has the same file open, and are sound."""
        new = {part.key: part for part in self.new if part.key}
        for key, shown in sound:
            if (part := new.pop(key, None)) is not None:
                self.new.remove(part)
                self.sound.append((part, shown))
                self.to_keep.append(part)

    def keep(self, faults: Iterable[tuple[Rule, Fault]]) -> None:
        """Keep the new parts in which nothing is wrong; for the caller who knows that the file has no errors.

        Args:
            faults: what there is to look at.
        """
        told, cache = tuple(faults), self.file.cache
        if _touched(told) is None or cache is None:
            return
        self.found_sound([part for part in self.new if part.key], told)
        fresh = set(map(id, self.to_keep))
        for part, shown in self.sound:
            if id(part) in fresh:
                cache.put(part.key, pickle.dumps(shown, pickle.HIGHEST_PROTOCOL))
        self.to_keep.clear()
        for key, known in self.division.to_keep():
            cache.put(key, known)

    def _without(self, left: Sequence[Part], objects: frozenset[int], uses: tuple[Use, ...] = ()) -> LeftOut:
        numbers = self._page_numbers()
        return LeftOut(
            frozenset(root for part in left for root in part.roots),
            frozenset(numbers[page] for part in left for page in part.pages),
            objects,
            uses,
            self.division.trees,
        )

    def _faces(self) -> dict[bytes, Typeface]:
        """The fonts by their marks."""
        return {mark: Typeface(self.file.pdf.get_object(number, 0), 0) for mark, number in self.division.fonts.items()}

    def _page_numbers(self) -> dict[int, int]:
        """The numbers of the pages by those of their objects."""
        return {identity(page.object)[0]: page.number for page in self.file.pages}

    def _shown(self, parts: Iterable[Part]) -> dict[int, tuple[_Shown, ...]] | None:
        """What some parts show, by their first pages; None when it cannot be told by parts."""
        marks = {number: mark for mark, number in self.division.fonts.items()}
        numbers = self._page_numbers()
        first: dict[int, tuple[int, list[int]]] = {}  # of each page, the first one of its part, and all of these
        found: dict[int, dict[bytes, tuple[int, int, Typeface]]] = {}
        for part in parts:
            pages = sorted(numbers[page] for page in part.pages)
            found |= {page: {} for page in pages[:1]}
            first |= dict.fromkeys(pages, (pages[0], pages))
        met: dict[int, int] = {}
        for canvas in painted(self.file):
            for piece in canvas.pieces:
                if piece.kind != "text" or piece.font is None:
                    continue
                mark = marks.get(identity(piece.font)[0])
                if mark is None or not canvas.shown or canvas.page not in first:
                    return None  # a stream that is read once for the file
                start, pages = first[canvas.page]
                if mark not in found[start]:
                    order = met[canvas.page] = met.get(canvas.page, -1) + 1
                    found[start][mark] = pages.index(canvas.page), order, Typeface(piece.font, canvas.page)
                face = found[start][mark][2]
                face.strings.update(piece.codes)
                if piece.rendering != 3:
                    face.visible.update(piece.codes)
        return {
            start: tuple(
                _Shown(mark, page, order, strings, _condensed(face, face.visible), _characters(face, strings))
                for mark, (page, order, face) in shown.items()
                for strings in (_condensed(face, face.strings),)
            )
            for start, shown in found.items()
        }


def hold(file: Opened, standards: Iterable[str], clauses: int) -> Holding | None:
    """Divide a file of our own; None when it cannot be divided, or is none of our own.

    Args:
        file: the file.
        standards: the names of what it is held against.
        clauses: how many clauses are asked.
    """
    if file.cache is None or "PDF/UA-2" in standards:  # there, links lead from part to part
        return None
    division = divide(file, key_of(_judges(), *sorted(standards), str(clauses)))
    return Holding(file, division) if division is not None else None


def _touched(faults: Iterable[tuple[Rule, Fault]]) -> set[tuple[str, int]] | None:
    """The pages and objects that there is something to look at in; None when more may be wrong than faults say."""
    touched: set[tuple[str, int]] = set()
    for rule, fault in faults:
        places = _WHERE.findall(fault.where)
        if rule not in _TOLD_ONE_BY_ONE or not places:
            return None
        touched.update((kind, int(number)) for kind, number in places)
    return touched


def _places(part: Part, numbers: dict[int, int]) -> set[tuple[str, int]]:
    """The pages and objects of a part, as faults name them."""
    return {*(("page", numbers[page]) for page in part.pages), *(("object", number) for number in part.objects)}


@lru_cache(maxsize=1)
def _judges() -> str:
    """The digest of all that judges a part: what another version of it said is worth nothing."""
    code = (path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return key_of(pikepdf.__version__, pikepdf.__libqpdf_version__, *code)


def _together(face: Typeface, shown: list[tuple[int, _Shown]]) -> Use:
    """What several parts show in a font."""
    page, order = min((page, one.order) for page, one in shown)
    strings, visible = ({s for _, one in shown for s in getattr(one, which)} for which in ("strings", "visible"))
    return Use(face.font, page, order, _condensed(face, strings), _condensed(face, visible))


def _condensed(face: Typeface, strings: set[bytes]) -> tuple[bytes, ...]:
    """Strings with the same codes, each once where every code has the same length."""
    if face.kind != "Type0":
        return (bytes(sorted({code for string in strings for code in string})),)
    if face.cmap[1] is not None or any(len(string) % 2 for string in strings):
        return tuple(sorted(strings))
    return (b"".join(code.to_bytes(2, "big") for code in sorted(set(pairs(b"".join(strings))))),)


def _characters(face: Typeface, strings: Iterable[bytes]) -> str:
    """The digest of what the codes in some strings stand for."""
    said: list[Any] = [face.character(code) for string in strings for code in face.sequence(string)]
    return key_of(repr(said))
