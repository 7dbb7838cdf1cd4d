"""The sequence of citations: every note and every citation in the text, in the order of print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.nodes import Nodes


@dataclass(frozen=True, slots=True)
class Citation:
    """One work in a group.

    Attributes:
        key: the work.
        mode: "NormalCitation", "AuthorInText" (`@key`) or "SuppressAuthor" (`-@key`).
        prefix: inlines before it.
        suffix: inlines after it.
        label: the CSL name of the locator, or "".
        locator: the place in the work, "12-14", or "".
    """

    key: str
    mode: str = "NormalCitation"
    prefix: Nodes = field(default_factory=list)
    suffix: Nodes = field(default_factory=list)
    label: str = ""
    locator: str = ""


Group = tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where works are cited.

    Attributes:
        groups: the groups of citations in it; none in a note that cites nothing (it still counts).
        note: whether the place is a note.
        leads: for a note, whether its first group stands at its beginning.
    """

    groups: tuple[Group, ...]
    note: bool
    leads: bool


@dataclass(frozen=True, slots=True)
class Sequel:
    """A stretch of the sequence of citations, as text: it is hashed with every build, and seldom read.

    Attributes:
        text: its slots.
        count: how many there are.
        works: the works cited in them, each once.
    """

    text: str
    count: int
    works: tuple[str, ...]


def sequel(slots: Sequence[Slot]) -> Sequel:
    """Slots as a stretch of the sequence."""
    values = [
        [[[(c.key, c.mode, c.prefix, c.suffix, c.label, c.locator) for c in group] for group in slot.groups],
         slot.note, slot.leads]
        for slot in slots
    ]  # fmt: skip
    works = dict.fromkeys(citation.key for slot in slots for group in slot.groups for citation in group)
    return Sequel(json.dumps(values), len(slots), tuple(works))


def slots_of(sequence: Iterable[Sequel]) -> tuple[Slot, ...]:
    """The slots of all stretches."""
    return tuple(
        Slot(tuple(tuple(Citation(*citation) for citation in group) for group in groups), note, leads)
        for stretch in sequence
        for groups, note, leads in json.loads(stretch.text)
    )
