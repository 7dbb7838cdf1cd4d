"""The structure of a report as a tree of its own, before anything of PDF: branches and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.render.tags_roles import GROUPING, INLINE


@dataclass(frozen=True, slots=True)
class Content:
    """A piece of marked content of a page; `late` when it is to be read after its neighbours."""

    page: int
    mark: int
    late: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Active:
    """An annotation of a page, as the engine's dictionary."""

    page: int
    annotation: Any


@dataclass(slots=True, eq=False)
class Branch:
    """A structure element.

    Attributes:
        role: its structure type.
        parent: what it stands in; None for the root.
        element: what it comes from; None for one that the press has put in.
        kids: what is in it, in the order of reading.
        attributes: by owner ("Table", "List", "Layout"); values are pydyf's.
        language, alternative, expansion, id: its entries `Lang`, `Alt`, `E` and `ID`, "" for none.
        keep: whether it stays when it is empty: the cells of a table do.
    """

    role: str
    parent: Branch | None = None
    element: Element | None = None
    kids: list[Branch | Content | Active] = field(default_factory=list)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    language: str = ""
    alternative: str = ""
    expansion: str = ""
    id: str = ""
    keep: bool = False

    def add(self, role: str, element: Element | None = None) -> Branch:
        """A new branch at its end."""
        branch = Branch(role, self, element)
        self.kids.append(branch)
        return branch

    def within(self, *types: str) -> Branch | None:
        """The nearest branch of some types, from this one outwards."""
        branch: Branch | None = self
        while branch is not None and branch.role not in types:
            branch = branch.parent
        return branch

    def branches(self) -> Iterator[Branch]:
        """This branch and all in it, in the order of reading."""
        pending = [self]
        while pending:
            branch = pending.pop()
            yield branch
            pending.extend(kid for kid in reversed(branch.kids) if isinstance(kid, Branch))

    def first_page(self) -> int | None:
        """The page on which its contents begin."""
        for kid in self.kids:
            page = kid.first_page() if isinstance(kid, Branch) else kid.page
            if page is not None:
                return page
        return None


def put_behind_block(note: Branch, call: Branch | None, root: Branch) -> None:
    """Put a note behind the block that calls it, and behind the notes that stand there already."""
    block = call
    while block is not None and block.parent is not None and block.parent.role not in GROUPING - {"BlockQuote"}:
        block = block.parent
    if block is None or block.parent is None:
        note.parent = root
        root.kids.append(note)
        return
    around = block.parent
    at = around.kids.index(block) + 1
    while at < len(around.kids) and _role(around.kids[at]) == note.role:
        at += 1
    note.parent = around
    around.kids.insert(at, note)


def tidy(root: Branch) -> None:
    """Bring a tree into the forms that the standards ask for.

    Empty branches go; captions stand first or last (ISO 14289-1, 7.2: veraPDF 7.2-16); rows beside a table's
    head get a body (7.2-14); text that stands among blocks gets a paragraph; the label of a note stands first.
    """
    _prune(root)
    for branch in list(root.branches()):
        if branch.role in ("Note", "FENote"):
            _open_with_label(branch)
    _prune(root)
    for branch in list(root.branches()):
        branch.kids.sort(key=_is_late)
        if branch.role == "Table":
            _put_rows_into_body(branch)
        if branch.role == "Figure":
            _without_picture(branch)
        if branch.role in ("Table", "Figure", "L"):
            _put_caption_to_edge(branch)
        if branch.role in GROUPING:
            _wrap_lines(branch)


def _is_late(kid: Branch | Content | Active) -> bool:
    return isinstance(kid, Content) and kid.late


def _role(kid: Branch | Content | Active) -> str:
    return kid.role if isinstance(kid, Branch) else ""


def _prune(branch: Branch) -> bool:
    branch.kids = [kid for kid in branch.kids if not isinstance(kid, Branch) or _prune(kid)]
    return bool(branch.kids) or branch.keep


def _open_with_label(note: Branch) -> None:
    """The number of a note stands in its first paragraph on paper, and before it in the tree."""
    label = next((branch for branch in note.branches() if branch.role == "Lbl"), None)
    if label is None or label.parent is None or label.parent is note:
        return
    label.parent.kids.remove(label)
    label.parent = note
    note.kids.insert(0, label)


def _put_rows_into_body(table: Branch) -> None:
    if not any(_role(kid) in ("THead", "TFoot") for kid in table.kids):
        return
    kept: list[Branch | Content | Active] = []
    body: Branch | None = None
    for kid in table.kids:
        if isinstance(kid, Branch) and kid.role == "TR":
            if body is None:
                body = Branch("TBody", table)
                kept.append(body)
            kid.parent = body
            body.kids.append(kid)
        else:
            kept.append(kid)
            body = None
    table.kids = kept


def _without_picture(figure: Branch) -> None:
    """A figure whose picture carries nothing is a group of words."""
    if any(isinstance(kid, Content) for kid in figure.kids) or figure.alternative:
        return
    if any(_role(kid) == "Figure" for kid in figure.kids):
        figure.role = "Div"  # several pictures, each with words of its own
    elif figure.kids:
        figure.role = "Div"
        for kid in figure.kids:
            if isinstance(kid, Branch) and kid.role == "Caption":
                kid.role = "P"


def _put_caption_to_edge(branch: Branch) -> None:
    at = next((at for at, kid in enumerate(branch.kids) if _role(kid) == "Caption"), None)
    if at is not None and at not in (0, len(branch.kids) - 1):
        branch.kids.insert(0, branch.kids.pop(at))


def _wrap_lines(branch: Branch) -> None:
    kept: list[Branch | Content | Active] = []
    line: Branch | None = None
    for at, kid in enumerate(branch.kids):
        label_of_note = at == 0 and branch.role in ("Note", "FENote") and _role(kid) == "Lbl"
        if label_of_note or (isinstance(kid, Branch) and kid.role not in INLINE):
            kept.append(kid)
            line = None
            continue
        if line is None:
            line = Branch("P", branch)
            kept.append(line)
        if isinstance(kid, Branch):
            kid.parent = line
        line.kids.append(kid)
    branch.kids = kept
