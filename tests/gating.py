"""Small PDFs with one fault each, and the gate asked about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.checks import CheckState
from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.examine import Examination, Profile, examine

Spoil = Callable[[Pdf], None]
BOTH = Profile(frozenset((Standard.UA1, Standard.A3, Standard.FILE)))


def examined(path: Path, data: bytes, profile: Profile | None = BOTH) -> Examination:
    """What the gate says of a file."""
    path.write_bytes(data)
    return examine(path, path.name, profile)


def broken(examination: Examination) -> set[str]:
    """The clauses that a file breaks, by their numbers in their standards."""
    return {item.number for item in examination.judged if item.state is not CheckState.PASSED}


def to_look_at(examination: Examination) -> set[str]:
    """The clauses that only warn of something."""
    return {item.number for item in examination.judged if item.state is CheckState.PASSED and item.detail}


# ---------------------------------------------------------------- finding things in the small PDF


def elements(pdf: Pdf) -> Iterator[Any]:
    """The structure elements, in the order of reading."""
    pending = [pdf.Root.StructTreeRoot.K[0]]
    while pending:
        element = pending.pop()
        if isinstance(element, Dictionary) and "/S" in element:
            yield element
            pending.extend(reversed(list(element.K)))


def element(pdf: Pdf, role: str, at: int = 0) -> Any:
    """An element of a type."""
    return [found for found in elements(pdf) if "/" + role == found.S][at]


def note(pdf: Pdf, kind: str) -> Any:
    """An annotation of a kind."""
    return next(found for found in pdf.pages[0].obj.Annots if found.Subtype == "/" + kind)


def page(pdf: Pdf) -> Any:
    """The page."""
    return pdf.pages[0].obj


def resources(pdf: Pdf) -> Any:
    """The resources of the page."""
    return page(pdf).Resources


def inner(pdf: Pdf) -> Any:
    """The CID font."""
    return resources(pdf).Font.F1.DescendantFonts[0]


def paint(pdf: Pdf, more: bytes) -> None:
    """Paint something more."""
    contents = page(pdf).Contents
    page(pdf).Contents = pdf.make_stream(contents.read_bytes() + b"\n" + more)


def repaint(pdf: Pdf, old: bytes, new: bytes) -> None:
    """Paint something otherwise."""
    data = page(pdf).Contents.read_bytes()
    assert old in data
    page(pdf).Contents = pdf.make_stream(data.replace(old, new, 1))


def put(pdf: Pdf, role: str, around: Any, at: int | None = None, **entries: Any) -> Any:
    """A new element in another one."""
    kind = Name("/" + role)
    made = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=kind, P=around, K=Array(), **entries))
    kids = list(around.K)
    kids.insert(len(kids) if at is None else at, made)
    around.K = Array(kids)
    return made


def rename(pdf: Pdf, role: str, other: str, at: int = 0) -> None:
    """Give an element another type."""
    element(pdf, role, at).S = Name("/" + other)


def swap(around: Any, one: int, other: int) -> None:
    """Change the places of two kids."""
    kids = list(around.K)
    kids[one], kids[other] = kids[other], kids[one]
    around.K = Array(kids)


def remove(around: Any, at: int) -> None:
    """Take a kid out."""
    kids = list(around.K)
    del kids[at]
    around.K = Array(kids)


def replaced(pdf: Pdf, old: bytes, new: bytes) -> None:
    """Say something else in the metadata."""
    data = pdf.Root.Metadata.read_bytes()
    assert old in data, old
    pdf.Root.Metadata.write(data.replace(old, new))


def annotate(pdf: Pdf, kind: str, **entries: Any) -> Any:
    """A new annotation, outside the structure."""
    made = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=Array([0, 0, 9, 9]), F=4, **entries)
    )
    page(pdf).Annots.append(made)
    return made


def hold(pdf: Pdf, value: Any) -> None:
    """Keep a value somewhere in the file, where no reader looks for it."""
    pdf.Root.Extra = pdf.make_indirect(value)


def without(holder: Callable[[Pdf], Any], key: str) -> Spoil:
    """Take an entry away."""

    def spoil(pdf: Pdf) -> None:
        del holder(pdf)["/" + key]

    return spoil


def with_(holder: Callable[[Pdf], Any], key: str, value: Callable[[Pdf], Any] | object) -> Spoil:
    """Set an entry."""

    def spoil(pdf: Pdf) -> None:
        holder(pdf)["/" + key] = value(pdf) if callable(value) else value

    return spoil


def both(*spoils: Spoil) -> Spoil:
    """One fault after the other."""

    def spoil(pdf: Pdf) -> None:
        for one in spoils:
            one(pdf)

    return spoil


def text(value: str) -> String:
    """A text string."""
    return String(value)
