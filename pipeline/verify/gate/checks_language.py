"""The language of everything that is read aloud (ISO 14289-1, 7.2; ISO 19005-3, 6.7.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.canvas import Mark, Piece
from pipeline.verify.gate.checks_content import owner_of
from pipeline.verify.gate.clauses import UA, Fault, Standard, clause
from pipeline.verify.gate.elements import structure
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import LANGUAGE_UNKNOWN
from pipeline.verify.gate.values import entry, identity, items, place

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_LEVEL_A = frozenset((Standard.A1, Standard.A2, Standard.A3))
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def is_language(value: Any) -> bool:
    """Whether a value is a language tag (RFC 3066, 2.1, to which both standards refer)."""
    return isinstance(value, pikepdf.String) and _LANGUAGE.fullmatch(str(value)) is not None


@clause("7.2-2", "the language of the outline is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-003")
def outline_language(file: Opened) -> Iterator[Fault]:
    """Titles of the outline have the language of the catalog."""
    if entry(entry(file.root, "/Outlines"), "/First") is not None and not is_language(file.root.get("/Lang")):
        yield Fault("the outline has titles, and the catalog says no language")


def _unknown_language(file: Opened, key: str) -> Iterator[Fault]:
    if is_language(file.root.get("/Lang")):
        return
    for element in structure(file).all:
        if element.get(key) is not None and element.language is None:
            yield Fault(f"the language of the {key[1:]} is not said", element.where)


def _unknown_in_marks(file: Opened, key: str) -> Iterator[Fault]:
    if is_language(file.root.get("/Lang")):
        return
    for canvas in painted(file):
        for mark, around in canvas.marks:
            if entry(mark.properties, key) is None or _mark_language(file, canvas.page, (*around, mark)):
                continue
            yield Fault(f"the language of the {key[1:]} of marked content is not said", canvas.where)


def _mark_language(file: Opened, page: int, marks: tuple[Mark, ...]) -> bool:
    if any(entry(mark.properties, "/Lang") is not None for mark in marks):
        return True
    owner = owner_of(file, Piece("text", page, marks))
    return owner is not None and owner.language is not None


@clause("7.2-21", "the language of every ActualText is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-002")
def actual_text_language(file: Opened) -> Iterator[Fault]:
    """Words in place of glyphs."""
    yield from _unknown_language(file, "/ActualText")


@clause("7.2-22", "the language of every Alt is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-002")
def alt_language(file: Opened) -> Iterator[Fault]:
    """Words in place of pictures."""
    yield from _unknown_language(file, "/Alt")


@clause("7.2-23", "the language of every expansion is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-002")
def expansion_language(file: Opened) -> Iterator[Fault]:
    """Expansions of abbreviations."""
    yield from _unknown_language(file, "/E")


@clause(
    "7.2-24", "the language of what annotations say is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-004"
)
def annotation_language(file: Opened) -> Iterator[Fault]:
    """`Contents` of annotations."""
    if is_language(file.root.get("/Lang")):
        return
    for page in file.looked_at:
        for note in items(entry(page.object, "/Annots")):
            if entry(note, "/Contents") is not None and not _object_language(file, note):
                yield Fault("the language of the Contents of an annotation is not said", page.where)


def _object_language(file: Opened, value: Any) -> bool:
    key = entry(value, "/StructParent")
    owner = structure(file).by_object.get(identity(structure(file).parents.get(key))) if key is not None else None
    return owner is not None and owner.language is not None


@clause("7.2-25", "the language of the names of fields is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-005")
def field_language(file: Opened) -> Iterator[Fault]:
    """`TU` of form fields."""
    if is_language(file.root.get("/Lang")):
        return
    for value in file.having("/TU"):
        if entry(value, "/TU") is not None and entry(value, "/FT") is not None and not _object_language(file, value):
            yield Fault("the language of the name of a field is not said", place(value))


@clause("7.2-29", "languages are language tags", LANGUAGE_UNKNOWN, UA)
def language_tags(file: Opened) -> Iterator[Fault]:
    """ISO 14289-1, 7.2."""
    for value, where in _languages(file):
        if not is_language(value):
            yield Fault(f'the language "{value}" is no language tag', where)


@clause("6.7.4-1", "languages are language tags or unknown", LANGUAGE_UNKNOWN, _LEVEL_A, level_a=True)
def archive_language_tags(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.7.4: an empty text says that the language is not known."""
    for value, where in _languages(file):
        if not is_language(value) and not (isinstance(value, pikepdf.String) and not len(bytes(value))):
            yield Fault(f'the language "{value}" is no language tag', where)


@once
def _languages(file: Opened) -> tuple[tuple[Any, str], ...]:
    return tuple(_all_languages(file))


def _all_languages(file: Opened) -> Iterator[tuple[Any, str]]:
    """What is said to be a language, and where."""
    if "/Lang" in file.root:
        yield file.root.get("/Lang"), "the catalog"
    for element in structure(file).all:
        if element.get("/Lang") is not None:
            yield element.get("/Lang"), element.where
    for canvas in painted(file):
        for mark, _ in canvas.marks:
            if entry(mark.properties, "/Lang") is not None:
                yield entry(mark.properties, "/Lang"), canvas.where


@clause(
    "7.2-30",
    "the language of every ActualText of marked content is known",
    LANGUAGE_UNKNOWN,
    {Standard.UA1},
    matterhorn="11-002",
)
def actual_text_in_marks(file: Opened) -> Iterator[Fault]:
    """Words in place of glyphs."""
    yield from _unknown_in_marks(file, "/ActualText")


@clause(
    "7.2-31",
    "the language of every Alt of marked content is known",
    LANGUAGE_UNKNOWN,
    {Standard.UA1},
    matterhorn="11-002",
)
def alt_in_marks(file: Opened) -> Iterator[Fault]:
    """Words in place of pictures."""
    yield from _unknown_in_marks(file, "/Alt")


@clause(
    "7.2-32",
    "the language of every expansion in marked content is known",
    LANGUAGE_UNKNOWN,
    {Standard.UA1},
    matterhorn="11-002",
)
def expansion_in_marks(file: Opened) -> Iterator[Fault]:
    """Expansions of abbreviations."""
    yield from _unknown_in_marks(file, "/E")


@clause("7.2-33", "the language of the metadata is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-006")
def metadata_language(file: Opened) -> Iterator[Fault]:
    """What has alternatives by language, as a title has, has that of the catalog where it says none (x-default)."""
    if is_language(file.root.get("/Lang")) or file.xmp is None:
        return
    for choice in file.xmp.iter(f"{_RDF}Alt"):
        if "x-default" in [item.get("{http://www.w3.org/XML/1998/namespace}lang") for item in choice.iter(f"{_RDF}li")]:
            yield Fault("the language of a text in the metadata is not said")
            return


@clause("7.2-34", "the language of all text is known", LANGUAGE_UNKNOWN, {Standard.UA1}, matterhorn="11-001")
def text_language(file: Opened) -> Iterator[Fault]:
    """By the catalog, by an element, or by marked content; that of artifacts, too, which are searched and copied."""
    if is_language(file.root.get("/Lang")):
        return
    for canvas in painted(file):
        texts = [piece for piece in canvas.pieces if piece.kind == "text"]
        loose = sum(1 for piece in texts if not _mark_language(file, canvas.page, piece.marks))
        if loose and canvas.shown:
            yield Fault(f"the language of {loose} pieces of text is not said", canvas.where)
