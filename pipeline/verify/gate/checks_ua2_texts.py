"""Texts, pictures, files and layers in PDF/UA-2 (ISO 14289-2, 8.4 to 8.7, 8.14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.checks_annotations import annotations_of, configurations
from pipeline.verify.gate.checks_content import is_private, owner_of, private_pieces
from pipeline.verify.gate.checks_language import is_language
from pipeline.verify.gate.clauses import Fault, Standard, clause
from pipeline.verify.gate.elements import structure
from pipeline.verify.gate.opened import Opened
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import (
    ALTERNATIVE_MISSING,
    FEATURE_FORBIDDEN,
    LANGUAGE_UNKNOWN,
    LAYERS_UNNAMED,
)
from pipeline.verify.gate.values import entry, identity, items, place, text, tree_items

_UA2 = frozenset((Standard.UA2,))


@clause("8.4.3-1", "signs of private use have words in their place", LANGUAGE_UNKNOWN, _UA2)
def private_signs(file: Opened) -> Iterator[Fault]:
    """ActualText or Alt (ISO 14289-2, 8.4.3); artifacts are not read."""
    for canvas, piece in private_pieces(file, "/ActualText", "/Alt"):
        if not any(mark.tag == "Artifact" for mark in piece.marks):
            yield Fault("a sign of private use has no words in its place (ActualText, Alt)", canvas.where)


def _private_words(file: Opened, key: str) -> Iterator[Fault]:
    message = f"the words in place of something are signs of private use ({key[1:]})"
    for element in structure(file).all:
        if is_private(text(element.get(key))):
            yield Fault(message, element.where)
    for canvas in painted(file):
        if any(is_private(text(entry(mark.properties, key))) for mark, _ in canvas.marks):
            yield Fault(message, canvas.where)


@clause("8.4.3-2", "words in place of glyphs are no private signs", LANGUAGE_UNKNOWN, _UA2)
def private_actual_text(file: Opened) -> Iterator[Fault]:
    """ActualText."""
    yield from _private_words(file, "/ActualText")


@clause("8.4.3-3", "words in place of pictures are no private signs", LANGUAGE_UNKNOWN, _UA2)
def private_alt(file: Opened) -> Iterator[Fault]:
    """Alt."""
    yield from _private_words(file, "/Alt")


@clause("8.4.4-1", "the language of the file is said", LANGUAGE_UNKNOWN, _UA2)
def file_language(file: Opened) -> Iterator[Fault]:
    """`Lang` of the catalog, not empty (ISO 14289-2, 8.4.4)."""
    if not is_language(file.root.get("/Lang")):
        yield Fault("the catalog says no language (Lang)")


@clause("8.5.1-1", "what is no text stands in a Figure or a Formula", ALTERNATIVE_MISSING, _UA2)
def pictures_tagged(file: Opened) -> Iterator[Fault]:
    """Real content without words in its place (ISO 14289-2, 8.5.1)."""
    for canvas in painted(file):
        for piece in canvas.pieces if canvas.shown else ():
            owner = owner_of(file, piece) if piece.kind != "text" else None
            if owner is None or any(mark.tag == "Artifact" for mark in piece.marks):
                continue
            around = (owner, *owner.ancestors())
            worded = any(entry(mark.properties, "/ActualText") is not None for mark in piece.marks)
            if not worded and not any(e.type in _PICTURES or e.get("/ActualText") is not None for e in around):
                yield Fault(f"something that is no text ({piece.kind}) stands in {owner.where}", canvas.where)


_PICTURES = frozenset(("Figure", "Formula", "Artifact"))


@clause("8.6-1", "what people read are no private signs", LANGUAGE_UNKNOWN, _UA2)
def private_strings(file: Opened) -> Iterator[Fault]:
    """Titles of the outline, what annotations say, names of fields (ISO 14289-2, 8.6)."""
    holders = [(item, place(item)) for item in file.having("/Title", "/TU")]
    holders += [(note, page.where) for page, note in annotations_of(file)]
    for holder, where in holders:
        if any(is_private(text(entry(holder, key))) for key in ("/Title", "/TU", "/Contents")):
            yield Fault("a text for people has signs of private use", where)


@clause("8.7-1", "layers are named when there are several ways to show them", LAYERS_UNNAMED, _UA2)
def layers_named(file: Opened) -> Iterator[Fault]:
    """Configurations: `Name`, when there are `Configs` (ISO 14289-2, 8.7)."""
    if items(entry(entry(file.root, "/OCProperties"), "/Configs")):
        for label, value in configurations(file):
            if not text(entry(value, "/Name")):
                yield Fault(f"the configuration of optional content ({label}) has no name")


@clause("8.14.1-1", "attached files are described", FEATURE_FORBIDDEN, _UA2)
def files_described(file: Opened) -> Iterator[Fault]:
    """`Desc` of every file in EmbeddedFiles (ISO 14289-2, 8.14.1)."""
    tree: Any = entry(entry(file.root, "/Names"), "/EmbeddedFiles")
    for _, value in tree_items(tree, "/Names") if tree is not None else ():
        if isinstance(value, pikepdf.Dictionary) and entry(value, "/Desc") is None:
            yield Fault("an attached file has no description (Desc)", f"object {identity(value)[0]}")
