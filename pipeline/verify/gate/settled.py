"""What is known of a stretch of a file whose parts are all its own: it need not be read and divided again.

A chapter that is the same to the byte in the next file is divided as it was, as long as what its parts name outside of
it is the same, too. Nothing is known of whether it is sound: only which parts it has, and their digests.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.verify.gate.digests import Digests, Needs
from pipeline.verify.gate.division import Part
from pipeline.verify.gate.trees import Named, Parents
from pipeline.verify.gate.written import Stretch, Texts, Written

EVERYWHERE = (b"/AF ", b"/EF ")
"""Keys that are asked for also where nobody looks: a stretch that has one is read every time."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A stretch.

    Attributes:
        parts: its parts; their keys are those in the file in which it was read.
        kinds: the numbers of the objects of parts, by what they are.
        ids: the numbers of its elements by their ids, as they are written.
        needs: what else decides about its parts.
        texts: what has to be known of its objects: the texts of those that belong to no part, as the nodes of trees do
            not, and of the elements that parts begin with.
    """

    parts: tuple[Part, ...]
    kinds: Mapping[str, tuple[int, ...]]
    ids: Mapping[bytes, int]
    needs: Needs
    texts: Texts

    def still_holds(self, digests: Digests, parents: Parents, places: Named, ids: Named) -> bool:
        """Whether what its parts depend on is in this file what it was.

        Args:
            digests: tells what stands for objects outside of parts.
            parents: what the parent tree of the file says.
            places: its named destinations.
            ids: what its id tree says.
        """
        return (
            self.ids.items() <= ids.numbers.items()
            and all(parents.values.get(key, b"") == value for key, value in self.needs.parents.items())
            and all(places.numbers.get(title) == page for title, page in self.needs.places.items())
            and self.needs.targets <= places.numbers.keys()
            and all(digests.is_called(number, name) for number, name in self.needs.named.items())
        )


def settled(
    stretch: Stretch,
    written: Written,
    parts: Sequence[Part],
    kinds: Mapping[int, str],
    ids: Mapping[bytes, int],
    needs: Needs,
    digests: Digests,
) -> Settled | None:
    """What is to be known of a stretch; None when it has to be read every time.

    Args:
        stretch: the stretch.
        written: the objects of the file.
        parts: the parts that have objects in it.
        kinds: what the objects of the file that belong to parts are.
        ids: the numbers of elements by their ids.
        needs: what the digests of these parts depend on.
        digests: has made them.
    """
    own = frozenset(stretch.numbers)
    read = written.of(stretch)
    everything = b"\n".join(read.texts.values())
    if any(key in everything for key in EVERYWHERE) or not own.isdisjoint(digests.frame):
        return None
    if not own.isdisjoint(digests.fonts.values()):
        return None  # they are known by what else is in the file
    if not all(part.digest and own.issuperset(part.objects) for part in parts):
        return None
    for number in {number for part in parts for number in part.shared}:
        if number not in own:
            needs.named[number] = digests.deep[number]
        else:
            needs.named.update((other, digests.deep[other]) for other in digests.below[number])
    roots = {root for part in parts for root in part.roots}
    seen = {number for part in parts for number in (*part.objects, *part.streams, *part.shared)}.union(read.packs)
    texts = {number: text for number, text in read.texts.items() if number not in seen or number in roots}
    named = {number: name for number, name in needs.named.items() if number not in own}
    return Settled(
        tuple(parts),
        {kind: tuple(n for n in stretch.numbers if kinds.get(n) == kind) for kind in set(kinds.values())},
        ids,
        Needs(named, needs.parents, needs.places, needs.targets),
        Texts(texts, read.streams, read.packs),
    )


def packed(known: Settled) -> bytes:
    """To be kept."""
    return pickle.dumps(known, pickle.HIGHEST_PROTOCOL)


def unpacked(stored: bytes) -> Settled:
    """What was kept."""
    known: Settled = pickle.loads(stored)  # noqa: S301  # our own
    return known
