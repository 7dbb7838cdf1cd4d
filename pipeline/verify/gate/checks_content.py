"""What pages show and what the structure says of it (ISO 14289-1, 7.1, 7.2 and 7.20)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pikepdf

from pipeline.verify.gate.canvas import Canvas, Mark, Piece
from pipeline.verify.gate.clauses import UA, Fault, Standard, clause
from pipeline.verify.gate.elements import Element, Structure, structure
from pipeline.verify.gate.opened import Opened, Page
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import (
    CONTENT_UNTAGGED,
    FEATURE_FORBIDDEN,
    LANGUAGE_UNKNOWN,
    MARKUP_SHOWN,
    NOT_TAGGED,
    STRUCTURE_BROKEN,
)
from pipeline.verify.gate.typefaces import typefaces
from pipeline.verify.gate.values import entry, identity, items, place, text, tree_items

_LEVEL_A = UA | {Standard.A1, Standard.A2, Standard.A3}
_RESIDUE = re.compile(r"\?\?|\[\^[^\]\s]+\]|\{\{|\}\}|\{%|\(\*\*[^)]*\?\*\*\)|\[@[^\]\s]+")


def owner_of(file: Opened, piece: Piece) -> Element | None:
    """The structure element that something painted belongs to: that of the innermost marked content with a number."""
    page = file.pages[piece.page - 1].object if piece.page else None
    for mark in reversed(piece.marks):
        owner = structure(file).owner(mark, page)
        if owner is not None:
            return owner
    return None


def _is_artifact(marks: tuple[Mark, ...]) -> bool:
    return any(mark.tag == "Artifact" for mark in marks)


def _is_tagged(file: Opened, mark: Mark, page: int) -> bool:
    return structure(file).owner(mark, file.pages[page - 1].object if page else None) is not None


@clause("7.1-1", "no artifact stands inside tagged content", CONTENT_UNTAGGED, {Standard.UA1}, matterhorn="01-003")
def artifacts_in_content(file: Opened) -> Iterator[Fault]:
    """An artifact inside something real would be read or not, as the reader likes."""
    for canvas in painted(file):
        for mark, around in canvas.marks if canvas.shown else ():
            if mark.tag == "Artifact" and any(_is_tagged(file, outer, canvas.page) for outer in around):
                yield Fault("an artifact stands inside tagged content", canvas.where)


@clause("7.1-2", "no tagged content stands inside an artifact", CONTENT_UNTAGGED, {Standard.UA1}, matterhorn="01-004")
def content_in_artifacts(file: Opened) -> Iterator[Fault]:
    """Tagged content inside an artifact."""
    for canvas in painted(file):
        for mark, around in canvas.marks if canvas.shown else ():
            if mark.tag != "Artifact" and _is_artifact(around) and _is_tagged(file, mark, canvas.page):
                yield Fault("tagged content stands inside an artifact", canvas.where)


@clause("7.1-3", "all content is tagged or an artifact", CONTENT_UNTAGGED, UA, matterhorn="01-005")
def content_outside(file: Opened) -> Iterator[Fault]:
    """Something painted that belongs to nothing."""
    read, pages = structure(file), file.pages
    for canvas in painted(file):
        if not canvas.shown:
            continue
        loose = [p for p in canvas.pieces if not _is_artifact(p.marks) and not _is_owned(file, read, pages, p)]
        if loose:
            kinds = ", ".join(sorted({piece.kind for piece in loose}))
            yield Fault(f"{len(loose)} pieces ({kinds}) are neither tagged nor artifacts", canvas.where)


def _is_owned(file: Opened, read: Structure, pages: Sequence[Page], piece: Piece) -> bool:
    """Whether something painted belongs to an element, by the element's own word and by the parent tree."""
    page = pages[piece.page - 1].object if piece.page else None
    for mark in piece.marks:
        if mark.mcid is not None and read.owner(mark, page) is not None:
            holder = page if mark.stream == (0, 0) else file.pdf.get_object(mark.stream)
            if read.told(holder, mark.mcid) is not None:
                return True
    return False


@clause("6.2-1", "the file says that it is tagged", NOT_TAGGED, _LEVEL_A, archive="6.7.2.2-1", level_a=True)
def says_tagged(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 6.2; ISO 19005-3, 6.7.2.2."""
    if entry(entry(file.root, "/MarkInfo"), "/Marked") is not True:
        yield Fault("the catalog does not say that the file is tagged (MarkInfo, Marked)")


@clause("7.1-4", "the file is sure of its tags", NOT_TAGGED, {Standard.UA1}, matterhorn="01-007")
def has_suspects(file: Opened) -> Iterator[Fault]:
    """`Suspects` is not true."""
    if entry(entry(file.root, "/MarkInfo"), "/Suspects") is True:
        yield Fault("the catalog says that tags are doubtful (MarkInfo, Suspects)")


@clause("7.1-11", "the file has a structure tree", NOT_TAGGED, _LEVEL_A, archive="6.7.3.3-1", level_a=True)
def has_structure(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 7.1; ISO 19005-3, 6.7.3.2."""
    if not isinstance(entry(file.root, "/StructTreeRoot"), pikepdf.Dictionary):
        yield Fault("the catalog has no structure tree (StructTreeRoot)")


# ---------------------------------------------------------------- forms


@clause("7.20-1", "no form stands for a page of another file", FEATURE_FORBIDDEN, {Standard.UA1}, matterhorn="30-001")
def reference_forms(file: Opened) -> Iterator[Fault]:
    """Reference XObjects (ISO 32000-1, 8.10.4)."""
    for value in file.streams:
        if "/Ref" in value and entry(value, "/Subtype") == "/Form":
            yield Fault("a form shows a page of another file", place(value))


@clause("7.20-2", "a form with structure in it is painted once", FEATURE_FORBIDDEN, {Standard.UA1}, matterhorn="30-002")
def repeated_forms(file: Opened) -> Iterator[Fault]:
    """Marked content of a form belongs to one place of the structure, so the form stands in one place."""
    counts: dict[tuple[int, int], int] = {}
    for canvas in painted(file):
        for form in canvas.forms if canvas.shown else ():
            counts[identity(form)] = counts.get(identity(form), 0) + 1
    marked = {
        identity(canvas.holder)
        for canvas in painted(file)
        if any(_is_tagged(file, mark, canvas.page) and mark.stream != (0, 0) for mark, _ in canvas.marks)
    }
    for form in marked:
        if counts.get(form, 0) > 1:
            yield Fault("a form with tagged content is painted more than once", f"object {form[0]}")


@clause(
    "6.2.11.7.3-1", "signs of private use have words in their place", LANGUAGE_UNKNOWN,
    {Standard.A2, Standard.A3}, level_a=True,
)  # fmt: skip
def private_use(file: Opened) -> Iterator[Fault]:
    """Characters of the private use areas: `ActualText` (ISO 19005-3, 6.2.11.7.3)."""
    for canvas, _ in private_pieces(file, "/ActualText"):
        yield Fault("a sign of private use has no words in its place (ActualText)", canvas.where)


def private_pieces(file: Opened, *keys: str) -> Iterator[tuple[Canvas, Piece]]:
    """The texts with characters of the private use areas, and no words in their place under one of these keys."""
    private: dict[tuple[int, int], set[int]] = {}
    faces = {identity(face.font): face for face in typefaces(file)}
    for key, face in faces.items():
        private[key] = {code for code, _ in face.codes(visible=False) if is_private(face.character(code))}
    for canvas in painted(file):
        for piece in canvas.pieces:
            codes = private.get(identity(piece.font)) if piece.kind == "text" else None
            if codes and not _has_words(file, piece, keys):
                face = faces[identity(piece.font)]
                if any(codes & set(face.sequence(data)) for data in piece.codes):
                    yield canvas, piece


def is_private(characters: str | None) -> bool:
    """Whether a text has characters of the private use areas of Unicode."""
    return any(0xE000 <= ord(c) <= 0xF8FF or ord(c) >= 0xF0000 for c in characters or "")


@clause("6.2.10.8-1", "words in place of glyphs are no private signs", LANGUAGE_UNKNOWN, {Standard.A4})
def private_words(file: Opened) -> Iterator[Fault]:
    """ActualText without characters of the private use areas (ISO 19005-4, 6.2.10.8)."""
    for element in structure(file).all:
        if is_private(text(element.get("/ActualText"))):
            yield Fault("the words in place of an element are signs of private use (ActualText)", element.where)
    for canvas in painted(file):
        if any(is_private(text(entry(mark.properties, "/ActualText"))) for mark, _ in canvas.marks):
            yield Fault("the words in place of marked content are signs of private use (ActualText)", canvas.where)


def _has_words(file: Opened, piece: Piece, keys: tuple[str, ...]) -> bool:
    if any(entry(mark.properties, key) is not None for mark in piece.marks for key in keys):
        return True
    owner = owner_of(file, piece)
    around = (owner, *owner.ancestors()) if owner is not None else ()
    return any(element.get(key) is not None for element in around for key in keys)


# ---------------------------------------------------------------- what the text shows


@clause("residue", "the text shows no markup", MARKUP_SHOWN, {Standard.FILE})
def residue(file: Opened) -> Iterator[Fault]:
    """What should have become something else."""
    faces = {id(face.font): face for face in typefaces(file)}
    by_identity = {identity(face.font): face for face in typefaces(file)}
    read: dict[int, dict[bytes, str]] = {}
    for canvas in painted(file):
        if not canvas.shown or not file.data:
            continue
        letters: list[str] = []
        for piece in canvas.pieces:
            if piece.kind != "text" or _is_code(file, piece):
                letters.append(" ")
                continue
            face = by_identity.get(identity(piece.font)) or faces.get(id(piece.font))
            if face is not None:
                known = read.setdefault(id(face), {})
                for data in piece.codes:
                    if data not in known:  # many a piece of a line is shown on other pages, too
                        known[data] = face.words(data)
                    letters.append(known[data])
        for found in _RESIDUE.finditer("".join(letters)):
            yield Fault(f'the text shows "{found[0][:40]}"', canvas.where)


def _is_code(file: Opened, piece: Piece) -> bool:
    owner = owner_of(file, piece)
    return owner is not None and any(element.type == "Code" for element in (owner, *owner.ancestors()))


# ---------------------------------------------------------------- the tree and the pages


@clause("14.7.4-1", "elements and contents name each other", STRUCTURE_BROKEN, {Standard.FILE})
def parents_agree(file: Opened) -> Iterator[Fault]:
    """The parent tree says of each marked content the element that says it has it (ISO 32000-1, 14.7.4.4)."""
    read = structure(file)
    if read.root is None:
        return
    for canvas in painted(file):
        if not canvas.shown:
            continue
        key = entry(canvas.holder, "/StructParents")
        told = read.parents.get(key) if isinstance(key, int) else None
        owners = items(told) if isinstance(told, pikepdf.Array) else []
        for mark, _ in canvas.marks:
            if mark.mcid is None or (isinstance(canvas.holder, pikepdf.Stream) and key is None):
                continue
            by_tree = owners[mark.mcid] if 0 <= mark.mcid < len(owners) else None
            by_element = read.owner(mark, canvas.holder)
            if by_element is None:
                yield Fault(f"no element has marked content {mark.mcid}", canvas.where)
            elif identity(by_tree) != identity(by_element.object):
                yield Fault(
                    f"marked content {mark.mcid} belongs to {by_element.where}, and to another by the parent tree",
                    canvas.where,
                )


@clause("14.7.4-2", "what elements have is on their pages", STRUCTURE_BROKEN, {Standard.FILE})
def contents_exist(file: Opened) -> Iterator[Fault]:
    """Every content that an element has is there, once."""
    read = structure(file)
    there: set[tuple[tuple[int, int], int]] = set()
    for canvas in painted(file):
        numbers = [mark.mcid for mark, _ in canvas.marks if mark.mcid is not None]
        holder = identity(canvas.holder)
        there.update([(holder, mcid) for mcid in numbers])
        if canvas.shown and len(numbers) != len(set(numbers)):
            yield Fault("two marked contents have the same number", canvas.where)
    for element in read.all:
        for content in element.content:
            if content not in there:
                yield Fault(f"marked content {content[1]} of {element.where} is nowhere", element.where)
    for element, mcid in read.twice:
        yield Fault(f"marked content {mcid} belongs to two elements", element.where)


@clause("14.7.2-1", "the structure is a tree", STRUCTURE_BROKEN, {Standard.FILE})
def is_tree(file: Opened) -> Iterator[Fault]:
    """Every element says what it stands in, and stands in one place (ISO 32000-1, 14.7.2)."""
    read = structure(file)
    yield from (Fault(message, where) for message, where in read.faults)
    for element in read.all:
        around = element.parent.object if element.parent is not None else read.root
        if identity(element.get("/P")) != identity(around):
            yield Fault("an element says that it stands in another one than it does", element.where)
        if element.raw == "":
            yield Fault("an element has no type", element.where)


def ids_told(file: Opened) -> dict[str, tuple[int, int]]:
    """What the id tree says."""
    if file.trees.ids:  # elements of parts that are left out need not be read for it
        return {title: (number, 0) for title, number in file.ids.items()}
    tree = entry(structure(file).root, "/IDTree")
    return {str(key): identity(value) for key, value in tree_items(tree, "/Names")} if tree is not None else {}


@clause("14.7.2-2", "ids lead to the elements that have them", STRUCTURE_BROKEN, {Standard.FILE})
def ids_lead(file: Opened) -> Iterator[Fault]:
    """The id tree says of each id its element, and no two elements have one."""
    read = structure(file)
    tree = entry(read.root, "/IDTree")
    told = ids_told(file)
    seen: set[str] = set()
    for element in read.all:
        value = element.get("/ID")
        if value is None:
            continue
        if str(value) in seen:
            yield Fault(f'two elements have the id "{value}"', element.where)
        seen.add(str(value))
        if tree is not None and told.get(str(value), (0, 0)) != identity(element.object):
            yield Fault(f'the id "{value}" leads to another element', element.where)
