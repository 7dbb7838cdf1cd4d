"""Finds what matters in a Markdown text, each thing with its place: references, citations, notes, blocks.

pandoc's `commonmark_x` reader puts a position on every piece of text, so code, links and attributes are
told from prose by a real parser. The pieces of a run of text are joined again, and the few forms of
pandoc Markdown that this reader does not know (`@key`, `[^note]`) are read from the joined run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeAlias

from pipeline.diagnostics import Span
from pipeline.positions import (
    Run,
    heading_words,
    lines_of,
    piece_of,
    pieces_of,
    plain_words,
    position_of,
    position_or_first,
    span_of,
    unwrapped,
)

READER = "commonmark_x+sourcepos-smart-emoji-gfm_auto_identifiers-superscript-subscript"
VERSION = "scan-14"

Node: TypeAlias = "dict[str, Any]"


class Form(Enum):
    """What was found."""

    REFERENCE = "reference"  # @fig-x
    CITATION = "citation"  # a group of citations: [@a; @b], or a lone @a
    NOTE_CALL = "note-call"  # [^id]
    VALUE = "value"  # []{value=...}
    PAGE = "page"  # []{page=...}
    HEADING = "heading"
    PLACEMENT = "placement"  # ::: {#fig-x} with nothing in it
    IMAGE = "image"
    TABLE = "table"  # : Caption {#tbl-x}
    LINK = "link"
    BLOCK = "block"  # ::: name
    RAW = "raw"
    MATH = "math"
    INLINE_NOTE = "inline-note"  # ^[...] or [^x]: ...
    DEFINITION = "definition"  # an id on anything else
    EMPTY = "empty"  # []{...} with neither value nor page
    STRAY = "stray"  # {...} behind a word, which takes no attributes
    LANGUAGE = "language"  # the language of a span or a block
    PROSE = "prose"  # the words themselves: no code, no addresses


@dataclass(frozen=True, slots=True)
class Token:
    """One thing found.

    Attributes:
        form: what it is.
        name: its id, key or path; the words of a heading; the class of a block.
        span: its place in the author's file.
        level: of a heading, 1 to 6.
        text: for a heading its id, for an image its alt text, for raw markup its words, for a block its attributes.
        keys: for a citation, each key with its place; for prose, its pieces, a line break at the end of each but
            the last.
        bare: for a citation or reference: written without brackets.
        classes: of a heading, block or image.
        number_only: for a reference: `[-@fig-x]`.
        within: the class of the innermost block around it ("side", "box"), or "".
        group: for a citation or reference in brackets: which group of its text it belongs to, from 1.
    """

    form: Form
    name: str
    span: Span
    level: int = 0
    text: str = ""
    keys: tuple[tuple[str, Span], ...] = ()
    bare: bool = False
    classes: tuple[str, ...] = ()
    number_only: bool = False
    within: str = ""
    group: int = 0


REFERENCE_PREFIXES = ("sec-", "fig-", "tbl-", "note-")
_KEY = r"(?:\{[^{}\s]+\}|[^\W_](?:[\w]|[:.#$%&\-+?<>~/](?=\w))*|_\w*)"
_PIECE = re.compile(
    rf"(?P<note>\[\^(?P<note_id>[^\s\[\]^]+)\])|(?P<at>(?<![\w@\\])(?P<minus>-?)@(?P<key>{_KEY}))|(?P<super>\^[^\s^\[\]]+\^)|(?P<inline_note>\^\[)|(?P<open>\[)|(?P<close>\])"
)
_POSITIONED = frozenset({"wrapper", "data-pos"})
_CAPTION = re.compile(r"^(?:[Tt]able)?:\s")
_NOTE_TEXT = re.compile(r"^[ >]*(?:(?:[-+*]|\d+[.)])[ ]+)*(\[\^([^\s\]^]+)\]:)")


def tokens_in(tree: Node, text: str) -> tuple[Token, ...]:
    """What a text holds, in its order; places are those of the text itself, without a file.

    Args:
        tree: the document that the reader made of the text; captions move in it.
        text: the text.
    """
    return tuple(_Scanner(text).document(tree))


@dataclass(frozen=True, slots=True)
class Mention:
    """`@key` or `-@key` in a run of text, and how many things had been found before it."""

    key: str
    span: Span
    minus: bool
    place: int


class _Scanner:
    """Walks one tree; lines and columns are those of the text itself."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Token] = []
        self.within = ""
        self.groups = 0
        self.code_lines: set[int] = set()

    def document(self, tree: Node) -> list[Token]:
        self.blocks(tree["blocks"])
        self.note_texts()
        return self.found

    def note_texts(self) -> None:
        """`[^x]: ...` leaves no trace in the tree when it is not called; its line tells."""
        for number, line in enumerate(self.text.split("\n"), 1):
            found = _NOTE_TEXT.match(line)
            if found and number not in self.code_lines:
                self.add(Form.INLINE_NOTE, found[2], Span("", number, found.start(1) + 1, found.end(1) + 1))

    def add(self, form: Form, name: str, span: Span, **more: Any) -> None:
        self.found.append(Token(form, name, span, within=self.within, **more))

    # -- blocks

    def blocks(self, blocks: list[Node]) -> None:
        order = [unwrapped(block) for block in blocks]
        for number in range(len(order) - 1):
            if order[number]["t"] == "Table" and self.caption(order[number + 1]):
                # A caption is printed over its table, and so are its notes counted first.
                order[number : number + 2] = order[number + 1], order[number]
            elif order[number + 1]["t"] == "Table":
                self.caption(order[number])
        for block in order:
            self.block(block)

    def caption(self, block: Node) -> bool:
        """`: Caption {#tbl-x}` beside a table: this reader leaves it a paragraph, the id on its last piece."""
        last: Node = block["c"][-1] if block["t"] == "Para" else {"t": ""}
        attributes: list[Any] = last["c"][0] if last["t"] == "Span" else ["", [], []]
        if not attributes[0] or not _CAPTION.match(plain_words(block["c"])):
            return False
        block["c"].insert(0, {"t": "Caption", "c": [attributes[0], self.attributes_behind(attributes)]})
        attributes[0], attributes[1] = "", []
        return True

    def attributes_behind(self, attributes: list[Any]) -> Span:
        """The place of `{...}` behind a piece of text that carries them."""
        position = position_of(attributes[2])
        line = self.text.split("\n")[position.line - 1] if position.line else ""
        start = line.find("{", max(position.end_column, position.column) - 1)
        end = line.find("}", start)
        return Span("", position.line, start + 1, end + 2) if 0 <= start < end else position

    def block(self, block: Node) -> None:
        kind: str = block["t"]
        content: Any = block.get("c")
        if kind in ("Para", "Plain"):
            self.inlines(content)
        elif kind == "Header":
            self.heading(content)
        elif kind == "Div":
            self.div(content)
        elif kind == "BlockQuote":
            self.blocks(content)
        elif kind in ("BulletList", "OrderedList"):
            for item in content if kind == "BulletList" else content[1]:
                self.blocks(item)
        elif kind == "DefinitionList":
            for term, definitions in content:
                self.inlines(term)
                for definition in definitions:
                    self.blocks(definition)
        elif kind == "LineBlock":
            for line in content:
                self.inlines(line)
        elif kind == "Table":
            self.table(content)
        elif kind == "Figure":
            self.blocks(content[1][1])
            self.blocks(content[2])
        elif kind == "CodeBlock":
            first, last = lines_of(content[0][2])
            self.code_lines.update(range(first, last + 1))
        elif kind == "RawBlock":
            self.add(Form.RAW, content[0], self.place_of(content[1]), text=content[1].strip())

    def place_of(self, raw: str) -> Span:
        """Raw blocks are the one thing without a position: their first line is looked for in the text."""
        first = raw.strip().split("\n")[0]
        start = max(self.text.find(first), 0)
        column = start - self.text.rfind("\n", 0, start)
        return Span("", self.text.count("\n", 0, start) + 1, column, column + len(first))

    def heading(self, content: list[Any]) -> None:
        level, (identifier, classes, attributes), inlines = content
        position = position_of(attributes)
        at = len(self.found)
        self.inlines(inlines)
        token = Token(
            Form.HEADING, heading_words(inlines), position, level=level, text=identifier, classes=tuple(classes)
        )
        self.found.insert(at, token)

    def div(self, content: list[Any]) -> None:
        (identifier, classes, attributes), blocks = content
        position = position_of(attributes)
        settings = {key: value for key, value in attributes if key not in ("data-pos", "wrapper")}
        if identifier.startswith(("fig-", "tbl-")) and not blocks:
            self.add(Form.PLACEMENT, identifier, position, classes=tuple(classes))
            return
        if identifier:
            self.add(Form.DEFINITION, identifier, position)
        if "lang" in settings:
            self.add(Form.LANGUAGE, settings["lang"], position)
        if not any(key == "wrapper" for key, _ in attributes):
            name = classes[0] if classes else ""
            self.add(Form.BLOCK, name, position, classes=tuple(classes), text=json.dumps(settings))
            outside, self.within = self.within, name or self.within
            self.blocks(blocks)
            self.within = outside
            return
        self.blocks(blocks)

    def table(self, content: list[Any]) -> None:
        _, caption, _, head, bodies, foot = content
        self.blocks(caption[1])
        rows = list(head[1])
        for body in bodies:
            rows += [*body[2], *body[3]]
        for row in [*rows, *foot[1]]:
            for cell in row[1]:
                self.blocks(cell[4])

    # -- inlines

    def inlines(self, inlines: list[Node]) -> None:
        run, brackets = Run(), list[list[Mention]]()
        for inline in inlines:
            self.stray(inline)
            piece = piece_of(inline)
            if piece is not None:
                run.pieces.append(piece)
            else:
                self.read(run, brackets)
                run = Run()
                self.inline(inline)
        self.read(run, brackets)
        never_closed = enumerate(mention for group in brackets for mention in group)
        for _, mention in sorted(never_closed, key=lambda pair: (pair[1].place, pair[0]), reverse=True):
            behind = self.found[mention.place :]
            del self.found[mention.place :]
            self.group([mention], bare=True)
            self.found += behind

    def stray(self, inline: Node) -> None:
        """Attributes behind a word: this reader takes them, pandoc's own Markdown prints them as words."""
        if inline["t"] != "Span":
            return
        identifier, classes, settings = inline["c"][0]
        bare = not identifier and not classes and {key for key, _ in settings} <= _POSITIONED
        if not bare and ["wrapper", "1"] in settings:
            self.add(Form.STRAY, identifier, self.attributes_behind(inline["c"][0]))

    def inline(self, inline: Node) -> None:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        if kind == "Caption":
            self.add(Form.TABLE, content[0], content[1])
        elif kind == "Span":
            self.span(content)
        elif kind in ("Emph", "Underline", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps"):
            self.inlines(content)
        elif kind == "Quoted":
            self.inlines(content[1])
        elif kind == "Link":
            self.add(Form.LINK, content[2][0], position_or_first(content[0][2], content[1]))
            if content[2][0].removeprefix("mailto:") != plain_words(content[1]):
                self.inlines(content[1])
        elif kind == "Image":
            self.image(content)
        elif kind == "RawInline":
            self.add(Form.RAW, content[0], Span(""), text=content[1])
        elif kind == "Math":
            self.add(Form.MATH, "math", Span(""), text=content[1])
        elif kind == "Note":
            self.blocks(content)

    def span(self, content: list[Any]) -> None:
        (identifier, _classes, attributes), inlines = content
        position, settings = position_of(attributes), dict(attributes)
        if settings.get("wrapper"):
            before = len(self.found)
            self.inlines(inlines)
            for number in range(before, len(self.found)):
                if not self.found[number].span.line:
                    self.found[number] = replace(self.found[number], span=position)
            return
        if identifier:
            self.add(Form.DEFINITION, identifier, position)
        if "lang" in settings:
            self.add(Form.LANGUAGE, settings["lang"], position)
        for form, key in ((Form.VALUE, "value"), (Form.PAGE, "page")):
            if key in settings:
                self.add(form, settings[key], position, text=settings.get("format", ""))
        if not inlines and not identifier and not {"value", "page"} & set(settings):
            names = [key for key in settings if key != "data-pos"]
            self.add(Form.EMPTY, names[0] if names else "", position)
        self.inlines(inlines)

    def image(self, content: list[Any]) -> None:
        (identifier, classes, attributes), inlines, (target, _title) = content
        position = position_or_first(attributes, inlines)
        alt = dict(attributes).get("fig-alt", "")
        self.add(Form.IMAGE, identifier, position, text=alt, classes=(target, *classes))
        self.inlines(inlines)

    # -- runs of text

    def read(self, run: Run, brackets: list[list[Mention]]) -> None:
        """Read a run of text; `brackets` are those that earlier runs of the same text have opened."""
        text = run.text
        if not text:
            return
        for found in _PIECE.finditer(text):
            if found["note"]:
                self.add(Form.NOTE_CALL, found["note_id"], span_of(run, *found.span("note")))
            elif found["super"]:
                continue
            elif found["inline_note"]:
                self.add(Form.INLINE_NOTE, "", span_of(run, *found.span()))
                brackets.append([])
            elif found["open"]:
                brackets.append([])
            elif found["close"]:
                if brackets:
                    self.group(brackets.pop(), bare=False)
            else:
                key = found["key"].strip("{}")
                mention = Mention(key, span_of(run, *found.span("at")), bool(found["minus"]), len(self.found))
                if brackets:
                    brackets[-1].append(mention)
                else:
                    self.group([mention], bare=True)
        self.add(Form.PROSE, "", Span(""), keys=tuple(pieces_of(run)))

    def group(self, mentions: list[Mention], *, bare: bool) -> None:
        citations: list[tuple[str, Span]] = []
        self.groups += not bare
        number = 0 if bare else self.groups
        for mention in mentions:
            key, span = mention.key, mention.span
            if key.startswith(REFERENCE_PREFIXES):
                self.add(Form.REFERENCE, key, span, bare=bare, number_only=mention.minus, group=number)
            else:
                citations.append((key, span))
        if citations:
            self.add(Form.CITATION, citations[0][0], citations[0][1], keys=tuple(citations), bare=bare, group=number)
