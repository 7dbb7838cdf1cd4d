"""The structure of the PDF: what screen readers, and programs that read a file again, know of its pages.

`tagger` makes a function that takes the place of `weasyprint.pdf.add_tags`. It may be given the pages of a whole
report or those of one chapter, and leaves its result in the engine's PDF:

- catalog `StructTreeRoot`: `K` is an array of one `Document` element; its `ParentTree` has the page index as the key
  of each page (`StructParents`), and the keys of annotations (`StructParent`) after those; `IDTree` maps the id of
  an HTML element to its structure element, and is there when there are ids. With the words of PDF/UA-2 it has
  `Namespaces`, an array of one dictionary that the elements refer to by `NS`.
- catalog `MarkInfo`, `ViewerPreferences`.

Everything is made of pydyf objects and references; no number of an object stands inside a string. Whoever joins
chapters has to join the `K` of the `Document` elements, move the keys of the parent trees, and join the id trees,
whose keys are unique over the report as the ids of its elements are.

What leads to other chapters is left by name. A link is an annotation whose `Dest` is the id of its target; the
structure element of the target is found under the same name in `IDTree`. So entries that need both, such as the
structure destinations and the `Ref` of PDF/UA-2, are added when the file is whole: see `structure`.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pydyf
from weasyprint.logger import LOGGER

from pipeline.render.tags_roles import PDF_2, Vocabulary
from pipeline.render.tags_tables import name_heads
from pipeline.render.tags_tree import Active, Branch, Content, tidy
from pipeline.render.tags_walk import Walk, html_of

AddTags = Callable[[Any, Any, Any, Sequence[Any]], None]
NAMESPACE = "http://iso.org/pdf2/ssn"

_PRINT = 4  # the flag of annotations that are printed, too (ISO 32000-1, table 165)


def tagger(words: Vocabulary, note: str) -> AddTags:
    """A function that tags pages.

    Args:
        words: `tags_roles.UA1` or `UA2`.
        note: the word for a note, in the language of the report.
    """

    def add_tags(pdf: Any, document: Any, pdf_version: Any, page_streams: Sequence[Any]) -> None:
        root = html_of(document.pages)
        assert root is not None, "the pages were not made from HTML"
        walk = Walk(root, words, note)
        for number, (page, stream) in enumerate(zip(document.pages, page_streams, strict=True)):
            walk.read(number, page, stream._tags)
            _mark(stream, walk.artifacts[number], walk.words[number])
        tree = walk.finish()
        tidy(tree)
        name_heads(tree)
        _drop(pdf, walk.dropped)
        _Writer(pdf, words).write(tree)
        if "Lang" not in pdf.catalog:
            LOGGER.error('Missing required "lang" attribute at the root of the document')
        pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})

    return add_tags


def _mark(stream: Any, artifacts: dict[int, str], words: dict[int, str]) -> None:
    """Turn pieces of marked content into artifacts, which have no number; give others the words that they mean.

    A word that is divided at the end of a line is a whole one to those who hear it (ISO 32000-1, 14.9.4).
    """
    parts = stream.stream
    for index, part in enumerate(parts):
        if not isinstance(part, pydyf.Dictionary) or "MCID" not in part or parts[index + 1] != b"BDC":
            continue
        if part["MCID"] in artifacts:
            parts[index - 1], parts[index] = "/Artifact", artifacts[part["MCID"]]
        elif part["MCID"] in words:
            part["ActualText"] = pydyf.String(words[part["MCID"]])


def _drop(pdf: Any, dropped: Sequence[Active]) -> None:
    """Take annotations off their pages: a link has one for each line, not one for each piece of it."""
    pages = [item for item in pdf.objects if isinstance(item, pydyf.Dictionary) and item.get("Type") == "/Page"]
    gone: dict[int, set[bytes]] = {}
    for active in dropped:
        gone.setdefault(active.page, set()).add(active.annotation.reference)
        active.annotation.free = "f"  # so that it is not written
    for number, references in gone.items():
        page = pages[number]
        left = [reference for reference in page["Annots"] if reference not in references]
        page["Annots"] = pydyf.Array(left)
        if not left:
            del page["Annots"]


class _Writer:
    """Writes a tree as structure elements."""

    def __init__(self, pdf: Any, words: Vocabulary) -> None:
        self._pdf = pdf
        self._pages = tuple(pdf.page_references)  # made anew at each look, so looked at once
        self._namespace: Any = None
        self._made: dict[int, Any] = {}
        self._owners: list[dict[int, bytes]] = [{} for _ in self._pages]
        self._annotations: list[tuple[Any, bytes]] = []
        self._names: dict[str, bytes] = {}
        if words.part == 2:
            self._namespace = self._added({"Type": "/Namespace", "NS": pydyf.String(NAMESPACE)})

    def write(self, tree: Branch) -> None:
        """Write the tree and all that leads into it."""
        parents = self._added({})
        root = self._added({"Type": "/StructTreeRoot", "ParentTree": parents.reference})
        branches = tuple(tree.branches())
        for branch in branches:
            self._made[id(branch)] = self._added({"Type": "/StructElem", "S": f"/{branch.role}"})
        for branch in branches:
            self._fill(branch, root)
        root["K"] = pydyf.Array([self._made[id(tree)].reference])
        numbers = pydyf.Array(self._numbers())
        parents["Nums"] = numbers
        root["ParentTreeNextKey"] = len(numbers) // 2
        if self._names:
            pairs = (part for name in sorted(self._names, key=_encoded) for part in self._name(name))
            root["IDTree"] = self._added({"Names": pydyf.Array(pairs)}).reference
        if self._namespace is not None:
            root["Namespaces"] = pydyf.Array([self._namespace.reference])
        self._pdf.catalog["StructTreeRoot"] = root.reference

    def _added(self, entries: dict[str, Any]) -> Any:
        made = pydyf.Dictionary(entries)
        self._pdf.add_object(made)
        return made

    def _name(self, name: str) -> tuple[Any, bytes]:
        return pydyf.String(name), self._names[name]

    def _fill(self, branch: Branch, root: Any) -> None:
        made = self._made[id(branch)]
        made["P"] = (self._made[id(branch.parent)] if branch.parent is not None else root).reference
        if self._namespace is not None and branch.role in PDF_2:
            made["NS"] = self._namespace.reference
        page = branch.first_page()
        if page is not None:
            made["Pg"] = self._pages[page]
        for key, text in (("Lang", branch.language), ("Alt", branch.alternative), ("E", branch.expansion)):
            if text:
                made[key] = pydyf.String(text)
        if branch.id:
            assert branch.id not in self._names, f"the id {branch.id} is there twice"
            self._names[branch.id] = made.reference
            made["ID"] = pydyf.String(branch.id)
        if branch.attributes:
            made["A"] = _attributes(branch)
        made["K"] = pydyf.Array(self._kid(kid, made.reference, page) for kid in branch.kids)

    def _kid(self, kid: Branch | Content | Active, owner: bytes, page: int | None) -> Any:
        if isinstance(kid, Branch):
            return self._made[id(kid)].reference
        if isinstance(kid, Active):
            kid.annotation["F"] = _PRINT
            kid.annotation["Contents"] = pydyf.String(kid.annotation["Contents"])
            self._annotations.append((kid.annotation, owner))
            entries = {"Type": "/OBJR", "Obj": kid.annotation.reference, "Pg": self._pages[kid.page]}
            return pydyf.Dictionary(entries)
        self._owners[kid.page][kid.mark] = owner
        if kid.page == page:
            return kid.mark
        return pydyf.Dictionary({"Type": "/MCR", "Pg": self._pages[kid.page], "MCID": kid.mark})

    def _numbers(self) -> Iterator[Any]:
        for number, owners in enumerate(self._owners):
            last = max(owners, default=-1)
            yield number
            yield pydyf.Array(owners.get(mark, "null") for mark in range(last + 1))
        for key, (annotation, owner) in enumerate(self._annotations, len(self._owners)):
            annotation["StructParent"] = key
            yield key
            yield owner


def _attributes(branch: Branch) -> Any:
    """The attributes of a structure element: one dictionary for each owner."""
    made = [
        pydyf.Dictionary({"O": f"/{owner}", **{key: _value(value) for key, value in entries.items()}})
        for owner, entries in branch.attributes.items()
    ]
    return made[0] if len(made) == 1 else pydyf.Array(made)


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return pydyf.Array(pydyf.String(item) if isinstance(item, str) else item for item in value)
    return value


def _encoded(name: str) -> bytes:
    """A name as its bytes in the file, which name trees are sorted by (ISO 32000-1, 7.9.6)."""
    return name.encode("ascii") if name.isascii() else BOM_UTF16_BE + name.encode("utf-16-be")
