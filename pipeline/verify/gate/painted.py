"""What the pages of a PDF paint: content streams followed step by step (see `tape`), with what holds at each of them.

Pages, form XObjects, patterns, glyphs of Type 3 fonts and the looks of annotations are all content streams. A form
is read once for the file, and once more for each place of the structure that it is painted in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.canvas import Canvas, Mark, Piece, State
from pipeline.verify.gate.opened import NotReadableError, Opened, once
from pipeline.verify.gate.tape import DEVICES, INLINE, PAINTS, PATTERNS, SHOWS, Shelf, shelf
from pipeline.verify.gate.values import entry, identity, is_holder, items, kind_of, name, number, pairs

_FILLS = frozenset("b B b* B* f F f*".split())
_STROKES = frozenset("b B b* B* s S".split())
_MARKS = frozenset(("BMC", "BDC"))
_NAME = pikepdf.ObjectType.name_
_DEEPEST = 12  # forms inside one another
_MOST_READINGS = 20_000  # of forms, in one file


@once
def painted(file: Opened) -> tuple[Canvas, ...]:
    """All content streams of the pages, and of what stands on them."""
    painter = _Painter(shelf(file))
    for page in file.looked_at:
        painter.page(page.number, page.object)
    return tuple(painter.canvases)


def pieces(file: Opened, *, shown: bool = True) -> Iterator[Piece]:
    """Everything that is painted; without the looks of annotations, unless these are asked for, too."""
    for canvas in painted(file):
        if canvas.shown or not shown:
            yield from canvas.pieces


def inherited(page: Any, key: str) -> Any:
    """An entry of a page, or of the nodes above it (ISO 32000-1, 7.7.3.4)."""
    seen = set()
    node = page
    while isinstance(node, pikepdf.Dictionary) and identity(node) not in seen:
        if key in node:
            return node.get(key)
        seen.add(identity(node))
        node = node.get("/Parent")
    return None


class _Painter:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.canvases: list[Canvas] = []
        self.seen: set[tuple[tuple[int, int], int]] = set()
        self.readings = 0
        self.settings: dict[tuple[int, int], dict[str, Any]] = {}  # what graphics states say that are objects

    def page(self, number: int, page: Any) -> None:
        resources = inherited(page, "/Resources")
        canvas = Canvas(f"page {number}", number, page, True, resources, "/Resources" in page)
        self.run(canvas, page, (), 0)
        for note in items(entry(page, "/Annots")):
            for look in _looks(entry(note, "/AP")):
                self.form(look, number, resources, False, (), 0)

    def form(self, form: Any, page: int, around: Any, shown: bool, marks: tuple[Mark, ...], depth: int) -> None:
        self.readings += 1
        if self.readings > _MOST_READINGS:
            raise NotReadableError(f"its forms are painted more than {_MOST_READINGS:,} times")
        own = entry(form, "/Resources") is not None
        resources = entry(form, "/Resources") if own else around
        where = f"page {page}, object {identity(form)[0]}"
        canvas = Canvas(where, page, form, shown, resources, own)
        if depth > _DEEPEST:
            canvas.broken = f"more than {_DEEPEST} forms stand inside one another"
            self.canvases.append(canvas)
            return
        self.run(canvas, form, marks, depth)

    def run(self, canvas: Canvas, stream: Any, marks: tuple[Mark, ...], depth: int) -> None:
        self.canvases.append(canvas)
        try:
            tape = self.shelf.tape(stream)
        except (pikepdf.PdfError, TypeError, ValueError, RuntimeError) as error:
            canvas.broken = str(error).splitlines()[0]
            return
        reader = _Reader(self, canvas, marks, depth)
        canvas.unknown, canvas.limits = tape.unknown, tape.limits
        for operator, operands in tape.steps:
            reader.take(operator, operands)
        reader.end()


class _Reader:
    """Follows one content stream."""

    def __init__(self, painter: _Painter, canvas: Canvas, marks: tuple[Mark, ...], depth: int) -> None:
        self.painter = painter
        self.canvas = canvas
        self.depth = depth
        self.state = State()
        self.stack: list[State] = []
        self.base = len(marks)
        self.marks = list(marks)
        self.around = marks  # the marks as they are kept with what is painted
        self.set_before: set[tuple[int, int]] = set()  # the graphics states that were met
        self.found: dict[tuple[str, str], Any] = {}  # resources that are objects of their own
        self.stream = identity(canvas.holder) if isinstance(canvas.holder, pikepdf.Stream) else (0, 0)

    def resource(self, kind: str, key: Any) -> Any:
        if kind_of(key) is _NAME:
            word = str(key)
            if (kind, word) in self.found:
                return self.found[kind, word]
            found = entry(entry(self.canvas.resources, kind), word)
            if identity(found) != (0, 0):
                self.found[kind, word] = found
        else:
            found = None
        self.canvas.borrows = True
        if found is None:
            self.canvas.missing.add(f"{kind[1:]} {key}")
        return found

    def take(self, operator: str, operands: tuple[Any, ...]) -> None:
        if operator in SHOWS:
            self.show(operands)
        elif operator == "q":
            self.stack.append(self.state.copy())
            self.canvas.deepest = max(self.canvas.deepest, len(self.stack))
        elif operator == "Q":
            if self.stack:
                self.state = self.stack.pop()
            else:
                self.canvas.unbalanced = True
        elif operator in _MARKS:
            self.open(operands)
        elif operator == "EMC":
            if len(self.marks) > self.base:
                self.marks.pop()
                self.around = tuple(self.marks)
            else:
                self.canvas.unbalanced = True
        elif operator in PAINTS:
            self.paint(operator, operands)
        elif operator == "Do":
            if operands:
                self.do(self.resource("/XObject", operands[0]))
        elif operator == INLINE:
            self.inline_image(operands[0])
        else:
            self.set(operator, operands)

    def end(self) -> None:
        if len(self.marks) > self.base or self.stack:
            self.canvas.unbalanced = True

    # ------------------------------------------------------------ states

    def set(self, operator: str, operands: tuple[Any, ...]) -> None:
        state = self.state
        if operator in DEVICES:
            if operator.islower():
                state.fill = DEVICES[operator]
            else:
                state.stroke = DEVICES[operator]
        elif operator in ("cs", "CS") and operands:
            space = self.space(operands[0])
            if operator == "cs":
                state.fill = space
            else:
                state.stroke = space
        elif operator in PATTERNS:
            self.pattern(self.resource("/Pattern", operands[0]), fill=operator == "scn")
        elif operator == "Tf" and len(operands) == 2:
            state.font, state.size = self.resource("/Font", operands[0]), number(operands[1]) or 0.0
        elif operator == "Tr" and operands:
            state.rendering = int(number(operands[0]) or 0)
        elif operator == "gs" and operands:
            self.setting(self.resource("/ExtGState", operands[0]))
        elif operator == "ri" and operands:
            self.canvas.intents.add(name(operands[0]))

    def setting(self, setting: Any) -> None:
        if not is_holder(setting):
            self.canvas.missing.add("ExtGState that is none")
            return
        found = identity(setting)
        if found == (0, 0) or found not in self.set_before:
            self.set_before.add(found)
            self.canvas.settings.append(setting)
        said = self.painter.settings.get(found)
        if said is None:
            said = {key: entry(setting, key) for key in ("/Font", "/OP", "/op", "/OPM")}
            said["/G"] = entry(entry(setting, "/SMask"), "/G")
            if found != (0, 0):
                self.painter.settings[found] = said
        font = items(said["/Font"])
        if len(font) == 2:
            self.state.font, self.state.size = font[0], number(font[1]) or 0.0
        over, inside, group = said["/OP"], said["/op"], said["/G"]
        if over is not None:
            self.state.stroke_over = self.state.fill_over = over is True
        if inside is not None:
            self.state.fill_over = inside is True
        if said["/OPM"] is not None:
            self.state.mode = int(number(said["/OPM"]) or 0)
        if group is not None:
            self.inner(group, shown=False)  # a mask is no content: it only says where others show

    def space(self, key: Any) -> Any:
        if name(key) in ("DeviceGray", "DeviceRGB", "DeviceCMYK", "Pattern"):
            return name(key)
        return self.resource("/ColorSpace", key)

    def pattern(self, pattern: Any, *, fill: bool) -> None:
        if pattern is None:
            return
        space = entry(entry(pattern, "/Shading"), "/ColorSpace")
        if fill:
            self.state.fill = space if space is not None else "Pattern"
        else:
            self.state.stroke = space if space is not None else "Pattern"
        if entry(pattern, "/PatternType") == 1 and isinstance(pattern, pikepdf.Stream):
            self.inner(pattern, shown=False)
        for setting in items(entry(pattern, "/ExtGState")):
            self.setting(setting)

    # ------------------------------------------------------------ marked content

    def open(self, operands: tuple[Any, ...]) -> None:
        properties: Any = operands[1] if len(operands) > 1 else None
        if isinstance(properties, pikepdf.Name):
            properties = self.resource("/Properties", properties)
        found = number(entry(properties, "/MCID"))
        if found is not None and is_holder(properties) and len(properties.keys()) == 1:
            properties = None  # so that no clause has to ask it for more
        mark = Mark(
            name(operands[0]) if operands else "", None if found is None else int(found), properties, self.stream
        )
        self.canvas.marks.append((mark, self.around))
        self.marks.append(mark)
        self.around = tuple(self.marks)

    # ------------------------------------------------------------ painting

    def add(self, kind: str, spaces: tuple[Any, ...] = (), image: Any = None) -> None:
        self.canvas.pieces.append(Piece(kind, self.canvas.page, self.around, spaces=spaces, image=image))

    def show(self, codes: tuple[bytes, ...]) -> None:
        state = self.state
        mode = state.rendering
        spaces = ((state.fill,) if mode in (0, 2, 4, 6) else ()) + ((state.stroke,) if mode in (1, 2, 5, 6) else ())
        piece = Piece("text", self.canvas.page, self.around, state.font, codes, mode, spaces)
        self.canvas.pieces.append(piece)
        self.canvas.overprinted += self.state.overprinted
        if name(entry(state.font, "/Subtype")) == "Type3":
            self.glyphs(state.font)

    def glyphs(self, font: Any) -> None:
        if (identity(font), -1) in self.painter.seen or self.depth > _DEEPEST:
            return
        self.painter.seen.add((identity(font), -1))
        resources = entry(font, "/Resources")
        for key, glyph in pairs(entry(font, "/CharProcs")):
            if isinstance(glyph, pikepdf.Stream):
                around = resources if resources is not None else self.canvas.resources
                canvas = Canvas(f"glyph {key}", self.canvas.page, glyph, False, around, resources is not None)
                self.painter.run(canvas, glyph, (), self.depth + 1)

    def paint(self, operator: str, operands: tuple[Any, ...]) -> None:
        if operator == "sh":
            shading = self.resource("/Shading", operands[0]) if operands else None
            self.add("shading", (entry(shading, "/ColorSpace"),))
            return
        fill = (self.state.fill,) if operator in _FILLS else ()
        stroke = (self.state.stroke,) if operator in _STROKES else ()
        self.add("path", fill + stroke)
        self.canvas.overprinted += self.state.overprinted

    def do(self, xobject: Any) -> None:
        kind = name(entry(xobject, "/Subtype"))
        if kind == "Image":
            is_mask = entry(xobject, "/ImageMask") is True
            space = self.state.fill if is_mask else entry(xobject, "/ColorSpace")
            self.add("image", (space,), xobject)
        elif kind == "Form":
            self.canvas.forms.append(xobject)
            self.inner(xobject)
        elif kind != "PS":
            self.canvas.missing.add("XObject that is none")

    def inner(self, form: Any, *, shown: bool = True) -> None:
        """A stream inside: read again where it stands in another place of the structure."""
        if not isinstance(form, pikepdf.Stream):
            return
        around = self.around
        in_page = shown and self.canvas.shown
        context = 4 * self.canvas.page + 2 * in_page + bool(around) if around or in_page else 0
        if (identity(form), context) in self.painter.seen:
            return
        self.painter.seen.add((identity(form), context))
        self.painter.form(form, self.canvas.page, self.canvas.resources, in_page, around, self.depth + 1)

    def inline_image(self, image: Any) -> None:
        tokens = list(getattr(image, "_image_object", ()))
        known = {name(key): value for key, value in zip(tokens[::2], tokens[1::2], strict=False)}
        self.canvas.inline.append(known)
        space = known.get("CS", known.get("ColorSpace"))
        plain = {"G": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}.get(name(space), name(space))
        if plain and not plain.startswith(("Device", "Indexed", "I")):
            space = self.resource("/ColorSpace", space)
        elif plain:
            space = plain
        if known.get("IM", known.get("ImageMask")) is True:
            space = self.state.fill
        self.add("inline image", (space,))


def _looks(appearance: Any) -> Iterator[Any]:
    """The streams of an appearance dictionary, also those for several states."""
    for _, look in pairs(appearance):
        if isinstance(look, pikepdf.Stream):
            yield look
        else:
            yield from (inner for _, inner in pairs(look) if isinstance(inner, pikepdf.Stream))
