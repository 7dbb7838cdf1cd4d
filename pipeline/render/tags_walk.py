"""From the engine's boxes to the structure of a report: every element once, however many lines and pages it is on.

A box names the element that it was made for, so all boxes of an element lead to the same branch. What only
furnishes the page (running heads, folios, leaders, heads of tables on later pages, ornaments) is an artifact
(ISO 32000-1, 14.8.2.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes
from weasyprint.logger import LOGGER

from pipeline.render.tags_roles import (
    LISTS,
    PICTURES,
    Vocabulary,
    alternative,
    block_type,
    inline_type,
    is_ornament,
    names_of,
    numbering,
    scope,
    text_of,
)
from pipeline.render.tags_tree import Active, Branch, Content, put_behind_block
from pipeline.render.zones import across

_POINTS = 0.75  # to a CSS pixel
_COVERED = 0.6  # of the area of a link's box: what is covered so far needs no annotation of its own

_DIVIDED = "\u2010"  # the hyphen that the engine puts at the end of a line
_SOFT_HYPHEN = "\u00ad"

PAGE_HEAD = "<</Type /Pagination/Subtype /Header>>"
PAGE_FOOT = "<</Type /Pagination/Subtype /Footer>>"
REPEATED = "<</Type /Pagination>>"
ORNAMENT = "<</Type /Layout>>"


class Walk:
    """Gathers the structure page by page.

    Args:
        root: the `html` element.
        words: the structure types to use.
        note: the word for a note, which opens what a link to one says of itself.
    """

    def __init__(self, root: Element, words: Vocabulary, note: str) -> None:
        self.document = Branch("Document")
        self.artifacts: list[dict[int, str]] = []
        self.words: list[dict[int, str]] = []
        self.dropped: list[Active] = []
        self._words = words
        self._note = note[:1].upper() + note[1:]
        self._language = root.get("lang", "")
        self._parents = {child: parent for parent in root.iter() for child in parent}
        self._contents = {element for nav in root.iter("nav") for element in nav.iter()}
        self._known: dict[tuple[Element, str], Branch | None] = {}
        self._calls: dict[str, Branch] = {}
        self._notes: list[Branch] = []
        self._heads: set[Element] = set()
        self._covered: dict[tuple[Element | None, int], list[tuple[float, ...]]] = {}
        self._marks: dict[Any, dict[str, Any]] = {}
        self._page = 0
        self._height = 0.0

    def read(self, number: int, page: Any, marks: dict[Any, dict[str, Any]]) -> None:
        """Take in a page.

        Args:
            number: of the page, from 0.
            page: the engine's page.
            marks: which marked content draws which box; what is read is taken out.
        """
        self._page, self._height, self._marks = number, page.height, marks
        self.artifacts.append({})
        self.words.append({})
        self._read(page._page_box, self.document)
        assert not marks, f"{len(marks)} pieces of page {number + 1} have no place in the structure"

    def finish(self) -> Branch:
        """The structure: notes behind the blocks that call them."""
        for note in self._notes:
            call = self._calls.get(note.element.get("data-call", "")) if note.element is not None else None
            put_behind_block(note, call, self.document)
        return self.document

    # ------------------------------------------------------------ boxes

    def _read(self, box: Any, branch: Branch) -> None:
        box = getattr(box, "_box", box)  # an absolute box stands behind a placeholder
        if isinstance(box, boxes.MarginBox):
            self._furnish(box, PAGE_HEAD if box.at_keyword.startswith("@top") else PAGE_FOOT)
            return
        if getattr(box, "is_leader", False):
            self._furnish(box, ORNAMENT)
            return
        if isinstance(box, boxes.TextBox):
            self._hang(box, branch)
            return
        element = box.element
        frame = isinstance(box, (boxes.PageBox, boxes.LineBox, boxes.FootnoteAreaBox))
        if element is not None and not frame:
            if self._is_repeated(box, element):
                self._furnish(box, REPEATED)
                return
            found = self._branch(box, element, branch)
            if found is None:
                self._furnish(box, ORNAMENT)
                return
            branch = found
            if box.link_annotation is not None:
                branch = self._link(box, element, branch)
        if isinstance(box, boxes.ReplacedBox):
            self._picture(box, branch)
            return
        for child in box.children:
            self._read(child, branch)

    def _hang(self, box: Any, branch: Branch) -> None:
        mark = self._marks.pop(box, None)
        if mark is not None:
            late = box.element is not None and self._is_late(box.element)
            branch.kids.append(Content(self._page, mark["mcid"], late))
            if self._is_divided(box):
                self.words[-1][mark["mcid"]] = box.text[:-1] + _SOFT_HYPHEN

    def _is_divided(self, box: Any) -> bool:
        """Whether a line ends within a word, by a hyphen that its text does not have."""
        text = getattr(box, "text", "")
        if not text.endswith(_DIVIDED) or not text[:-1][-1:].isalpha() or box.element is None:
            return False
        return _DIVIDED not in "".join(box.element.itertext())

    def _is_late(self, element: Element) -> bool:
        """A page number in the contents stands first on the page's plan, and is read last."""
        return element in self._contents and "page" in names_of(element)

    def _furnish(self, box: Any, kind: str) -> None:
        """A box and all in it are no part of the text."""
        box = getattr(box, "_box", box)
        mark = self._marks.pop(box, None)
        if mark is not None:
            self.artifacts[-1][mark["mcid"]] = kind
        if box.link_annotation is not None:
            self.dropped.append(Active(self._page, box.link_annotation))
        for child in getattr(box, "children", ()):
            self._furnish(child, kind)

    def _is_repeated(self, box: Any, element: Element) -> bool:
        """The engine shows the head of a table again on each of its pages."""
        if element.tag not in ("thead", "tfoot") or not isinstance(box, boxes.TableRowGroupBox):
            return False
        if element in self._heads:
            return True
        self._heads.add(element)
        return False

    def _picture(self, box: Any, branch: Branch) -> None:
        self._hang(box, branch)
        if branch.role != "Figure" or "Layout" in branch.attributes:
            return
        left, top = box.content_box_x() * _POINTS, (self._height - box.content_box_y()) * _POINTS
        right, bottom = left + box.width * _POINTS, top - box.height * _POINTS
        left, bottom, right, top = (round(side, 3) for side in (left, bottom, right, top))
        sides = (across(left, box, _POINTS), bottom, across(right, box, _POINTS), top)
        branch.attributes["Layout"] = {"BBox": sides}
        branch.alternative = alternative(box.element)
        if not branch.alternative:
            LOGGER.error('Image "%s" has no required alt description', box.element.get("src", "unknown"))

    def _link(self, box: Any, element: Element, branch: Branch) -> Branch:
        """The branch of a link, with the annotation of this line; the engine has one for each box of the line."""
        active = Active(self._page, box.link_annotation)
        link = branch.within("Link")
        if link is None:
            link = branch = branch.add("Link", element)
        rectangle = tuple(map(float, active.annotation["Rect"]))
        covered = self._covered.setdefault((link.element, self._page), [])
        if any(_lies_in(rectangle, other) for other in covered):
            self.dropped.append(active)
            return branch
        covered.append(rectangle)
        owner = link.element if link.element is not None else element
        active.annotation["Contents"] = self._says(owner)
        link.kids.append(active)
        return branch

    def _says(self, link: Element) -> str:
        """What a link says of itself (ISO 14289-1, 7.18.5)."""
        words, target = text_of(link), link.get("href", "")
        if link.get("role") in ("doc-noteref", "doc-backlink"):
            return f"{self._note} {words}"
        if target.startswith("#") or not target or words == target:
            return words or target
        return f"{words} ({target})" if words else target

    # ------------------------------------------------------------ elements

    def _branch(self, box: Any, element: Element, around: Branch) -> Branch | None:
        """The branch of an element, made when it is met first; None for what is no part of the text."""
        _, _, pseudo = (box.element_tag or "").partition("::")
        key = (element, pseudo)
        if key not in self._known:
            made = self._pseudo(element, pseudo, around) if pseudo else self._made(box, element, around)
            self._known[key] = made
            if made is not None and not pseudo and made is not around:
                self._describe(made, element)
        return self._known[key]

    def _describe(self, branch: Branch, element: Element) -> None:
        holder = branch.parent if branch.role == "LBody" and element.tag == "li" and branch.parent else branch
        if element.get("id") and not holder.id and (holder.element is element or holder.element is None):
            holder.id = element.get("id", "")
        language = element.get("lang", "")
        if language and language != self._language and element is not self._parents.get(element):
            holder.language = language
        if element.tag == "abbr":
            holder.expansion = element.get("title", "")
        if "noteref" in names_of(element):
            self._calls[element.get("id", "")] = branch

    def _pseudo(self, element: Element, pseudo: str, around: Branch) -> Branch | None:
        if pseudo == "marker":
            item = around.within("LI", "TOCI")
            if item is None:
                return around
            if item.role == "TOCI":
                return None
            label = next((k for k in item.kids if isinstance(k, Branch) and k.role == "Lbl"), None)
            if label is None:
                label = Branch("Lbl", item, element)
                item.kids.insert(0, label)
            return label
        if pseudo in ("footnote-marker", "footnote-call"):
            return around.add("Lbl", element)
        return around

    def _made(self, box: Any, element: Element, around: Branch) -> Branch | None:
        if element.tag in ("html", "body"):
            return around
        if "footnote" in names_of(element):
            note = Branch(self._words.note, self.document, element)
            if self._words.note == "FENote":
                note.attributes["FENote"] = {"NoteType": "/Footnote"}
            self._notes.append(note)
            return note
        if element.tag in PICTURES:
            return self._made_picture(element, around)
        if element.tag == "a" and element.get("href"):
            return self._made_link(element, around)
        if element in self._contents and element.tag in (*LISTS, "li", "nav"):
            return self._made_contents(element, around)
        if element.tag in (*LISTS, "dl", "li", "dt", "dd") or "pair" in names_of(element):
            return self._made_list(box, element, around)
        if element.tag in ("th", "td"):
            return self._made_cell(box, element, around)
        role = block_type(element, self._words) or inline_type(element, self._words)
        if not role and self._needs_branch(element):
            role = "Span" if isinstance(box, (boxes.InlineBox, boxes.InlineBlockBox)) else "Div"
        if not role:
            return around
        figure = around.within("Figure")
        if figure is not None and role in ("P", "Div") and around.within("Caption") is None and figure.parent:
            return figure.parent.add(role, element)  # sources and remarks stand behind what they belong to
        branch = around.add(role, element)
        branch.keep = role == "TR"
        return branch

    def _needs_branch(self, element: Element) -> bool:
        if element.tag == "abbr" and element.get("title"):
            return True
        language = element.get("lang", "")
        names_itself = element.tag == "div" and bool(element.get("id"))
        return bool(language and language != self._language) or names_itself

    def _made_picture(self, element: Element, around: Branch) -> Branch | None:
        if is_ornament(element, self._parents.get(element)):
            return None
        figure = around.within("Figure")
        if figure is not None and figure.element is not None and figure.element.tag == "figure":
            pictures = sum(1 for inner in figure.element.iter() if inner.tag in PICTURES)
            if pictures == 1:
                return figure
        return around.add("Figure", element)

    def _made_link(self, element: Element, around: Branch) -> Branch:
        if element.get("role") == "doc-backlink":
            around = around.add("Lbl", element)
        elif element in self._contents:
            around = around.add("Reference", element)
        elif element.get("href", "").startswith("#") and self._words.reference:
            around = around.add(self._words.reference, element)
        return around.add("Link", element)

    def _made_contents(self, element: Element, around: Branch) -> Branch:
        if element.tag == "nav":
            return around
        return around.add("TOCI" if element.tag == "li" else "TOC", element)

    def _made_list(self, box: Any, element: Element, around: Branch) -> Branch:
        if element.tag in LISTS or element.tag == "dl":
            branch = around.add("L", element)
            style = box.style["list_style_type"]
            kind = self._words.terms if element.tag == "dl" else numbering(style, ordered=element.tag == "ol")
            branch.attributes["List"] = {"ListNumbering": f"/{kind}"}
            return branch
        if element.tag == "li":
            return around.add("LI", element).add("LBody", element)
        if element.tag == "div":
            return around.add("LI", element)
        return self._made_term(element, around)

    def _made_term(self, element: Element, around: Branch) -> Branch:
        """A term opens an item of its list, unless one stands open; its texts belong to the same item."""
        wanted = "Lbl" if element.tag == "dt" else "LBody"
        item = around if around.role == "LI" else None
        if item is None:
            last = next((kid for kid in reversed(around.kids) if isinstance(kid, Branch) and kid.role == "LI"), None)
            has_body = last is not None and any(_is(kid, "LBody") for kid in last.kids)
            item = last if last is not None and (wanted == "LBody" or not has_body) else around.add("LI", element)
        same = next((kid for kid in item.kids if isinstance(kid, Branch) and kid.role == wanted), None)
        if same is not None:
            return same.add("Div" if wanted == "LBody" else "Span", element)
        return item.add(wanted, element)

    def _made_cell(self, box: Any, element: Element, around: Branch) -> Branch:
        cell = around.add(element.tag.upper(), element)
        cell.keep = True
        spans = {"ColSpan": box.colspan, "RowSpan": box.rowspan}
        attributes: dict[str, Any] = {name: span for name, span in spans.items() if span != 1}
        if element.tag == "th":
            attributes["Scope"] = f"/{scope(element, in_head=cell.within('THead') is not None)}"
        if attributes:
            cell.attributes["Table"] = attributes
        return cell


def _lies_in(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    """Whether most of a rectangle lies in another one; they are given by two opposite corners."""
    left, right, bottom, top = *sorted(inner[::2]), *sorted(inner[1::2])
    west, east, south, north = *sorted(outer[::2]), *sorted(outer[1::2])
    common = max(0.0, min(right, east) - max(left, west)) * max(0.0, min(top, north) - max(bottom, south))
    return common >= _COVERED * (right - left) * (top - bottom)


def _is(kid: object, role: str) -> bool:
    return isinstance(kid, Branch) and kid.role == role


def html_of(pages: Any) -> Element | None:
    """The `html` element that pages were made from."""
    for page in pages:
        for box in _boxes(page._page_box):
            if box.element is not None and box.element_tag == "html":
                element: Element = box.element
                return element
    return None


def _boxes(page_box: Any) -> Iterator[Any]:
    return (getattr(child, "_box", child) for child in page_box.children)
