"""The last touches to the structure of a whole PDF, which need all of its chapters: parts, and what leads to where.

Structure elements are found by the ids of the report's elements, which `tags` puts into the file's `IDTree`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pikepdf


def elements_by_id(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """The structure elements that have ids."""
    root: Any = pdf.Root.get("/StructTreeRoot")
    tree = root.get("/IDTree") if isinstance(root, pikepdf.Dictionary) else None
    if tree is None:
        return {}
    return {str(name): element for name, element in pikepdf.NameTree(tree).items()}


def gather_parts(pdf: pikepdf.Pdf, parts: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Put chapters into the parts that they belong to.

    Args:
        pdf: the file.
        parts: the id of each part, and the ids of its chapters in their order.
    """
    known = elements_by_id(pdf)
    document: Any = pdf.Root.StructTreeRoot.K[0]
    for part_id, chapter_ids in parts:
        part = known.get(part_id)
        chapters = [known[id] for id in chapter_ids if id in known]
        if part is None:
            continue
        moved = {chapter.objgen for chapter in chapters if chapter.P.objgen == document.objgen}
        for chapter in chapters:
            if chapter.objgen in moved:
                chapter.P = part
                part.K.append(chapter)
        document.K = pikepdf.Array([kid for kid in document.K if kid.objgen not in moved])


def lead_to_elements(pdf: pikepdf.Pdf) -> None:
    """Give links, outline and contents the structure elements that they lead to (ISO 14289-2, 8.8 and 8.2.5.8).

    A link keeps its named destination beside the structure destination, for readers that know only that.
    """
    known = elements_by_id(pdf)
    named = dict(_destinations(pdf))
    pages: list[Any] = list(pdf.pages)
    for page in pages:
        for link in page.obj.get("/Annots", ()):
            if link.get("/Subtype") == "/Link" and isinstance(link.get("/Dest"), pikepdf.String):
                name = str(link.Dest)
                if name in known and name in named:
                    link.A = _going(known[name], named[name], link.Dest)
                    del link["/Dest"]
    _lead_outline(pdf, _Headings(pdf, known, named))
    _say_what_contents_mean(pdf, known)
    _connect_notes(known)


def _destinations(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    names = pdf.Root.get("/Names")
    tree = names.get("/Dests") if isinstance(names, pikepdf.Dictionary) else None
    if tree is not None:
        yield from ((str(name), value) for name, value in pikepdf.NameTree(tree).items())


def _going(element: Any, destination: Any, name: Any = None) -> pikepdf.Dictionary:
    rest = list(destination)[1:]
    return pikepdf.Dictionary(
        S=pikepdf.Name.GoTo,
        D=name if name is not None else pikepdf.Array(list(destination)),
        SD=pikepdf.Array([element, *rest]),
    )


class _Headings:
    """The headings of a file, to be found from the lines of its outline.

    A heading with an id is found by its destination, which is that of the line. Those without (titles of chapters)
    come on their page in the same order as the lines.
    """

    def __init__(self, pdf: pikepdf.Pdf, known: Mapping[str, Any], named: Mapping[str, Any]) -> None:
        self._document: Any = pdf.Root.StructTreeRoot.K[0]
        self._placed = {_spot(named[id]): element for id, element in known.items() if id in named and _heads(element)}
        self._left: dict[tuple[int, int], list[Any]] = {}
        for element in _elements(self._document):
            if _heads(element) and "/Pg" in element and "/ID" not in element:
                self._left.setdefault(element.Pg.objgen, []).append(element)

    def at(self, destination: Any) -> Any:
        found = self._placed.get(_spot(destination))
        if found is not None:
            return found
        left = self._left.get(destination[0].objgen)
        return left.pop(0) if left else self._document


def _heads(element: Any) -> bool:
    return str(element.S) in ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")


def _spot(destination: Any) -> tuple[Any, ...]:
    """The page and the place of a destination, so coarse that two ways to reckon it agree."""
    page, _, *where = list(destination)
    return (page.objgen, *(round(float(number)) for number in where[:2]))


def _elements(top: Any) -> Iterator[Any]:
    pending = [top]
    while pending:
        element = pending.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element
            kids = element.get("/K", ())
            pending.extend(reversed(list(kids) if isinstance(kids, pikepdf.Array) else [kids]))


def _lead_outline(pdf: pikepdf.Pdf, headings: _Headings) -> None:
    outline: Any = pdf.Root.get("/Outlines")
    pending = [outline.First] if outline is not None and "/First" in outline else []
    while pending:
        item = pending.pop()
        pending.extend(item[key] for key in ("/Next", "/First") if key in item)
        destination = item.get("/Dest")
        if isinstance(destination, pikepdf.Array):
            item.A = _going(headings.at(destination), destination)
            del item["/Dest"]


def _say_what_contents_mean(pdf: pikepdf.Pdf, known: Mapping[str, Any]) -> None:
    for entry in _elements(pdf.Root.StructTreeRoot.K[0]):
        if str(entry.S) == "/TOCI":
            links = (kid.Obj for inner in _elements(entry) for kid in _objects(inner))
            targets = [link.A.SD[0] for link in links if "/A" in link and "/SD" in link.A]
            if targets:
                entry.Ref = pikepdf.Array(targets[:1])


def _objects(element: Any) -> Iterator[Any]:
    kids = element.get("/K", ())
    for kid in kids if isinstance(kids, pikepdf.Array) else (kids,):
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR":
            yield kid


def _connect_notes(known: Mapping[str, Any]) -> None:
    """A note and its call name each other (ISO 14289-2, 8.2.5.14)."""
    for name, note in known.items():
        call = known.get(f"noteref-{name.removeprefix('note-')}") if name.startswith("note-") else None
        if call is not None and str(note.S) == "/FENote":
            note.Ref = pikepdf.Array([call])
            call.Ref = pikepdf.Array([note])
