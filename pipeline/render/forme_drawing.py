"""Draw laid-out pages so that they can be moved, and page numbers be filled in, when the whole report is known.

While pages are drawn, some functions of the layout engine (WeasyPrint 70.0) are replaced: whatever moves otherwise
than its surroundings is put between a saved and a restored state with a mark in it, and in place of a page number
there is a mark, too. What the marks are is said in `forme`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pydyf
import weasyprint
from weasyprint import document, draw
from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.pdf.stream import Stream
from weasyprint.stacking import StackingContext

from pipeline.render.forme import Slot
from pipeline.render.labels import roman
from pipeline.render.leaning import replacing
from pipeline.render.measured_drawing import MeasuredTexts, without_nothing
from pipeline.render.right_hand import SENTINEL, BoundToSideError, Margins
from pipeline.render.zones import zone_of

_FORMS = {str(SENTINEL): "decimal", roman(SENTINEL): "lower-roman", roman(SENTINEL).upper(): "upper-roman"}
_NUMBER = re.compile(rf"\b({'|'.join(_FORMS)})\b")
_SIGNS = "0123456789ivxlcdmIVXLCDM"
_ALIGNED = {"right": 1.0, "end": 1.0, "center": 0.5}
_LOOKS = (
    "font_family", "font_size", "font_weight", "font_style", "font_stretch", "font_variation_settings", "font_kerning",
    "font_variant_numeric", "font_variant_caps", "font_variant_position", "font_feature_settings", "lang",
)  # fmt: skip
_SHOWN = re.compile(rb"<([0-9a-f]{4})>")
_FONT = re.compile(rb"/(\w+) ([\d.]+) Tf")

_draw_inline_level = draw.draw_inline_level
_draw_stacking_context = draw.draw_stacking_context
_show_text = Stream.show_text


class Drawing:
    """Draws the pages of a gathering.

    Args:
        margins: what stands in the margins of each page.

    Attributes:
        slots: the places for page numbers, in the order of their marks.
        heads: of each page that was drawn, what stands in the margins of a right-hand page, and of a left-hand one.
    """

    def __init__(self, margins: Mapping[int, Margins]) -> None:
        self._margins = margins
        self._texts = MeasuredTexts()
        self._zone = 0.0
        self._margin: Any = None
        self._drawn: dict[int, bytes] = {}  # by the identity of a page's margins, which many pages share
        self._known: dict[tuple[str, ...], tuple[str, float, Mapping[str, tuple[int, float]]]] = {}
        self.slots: list[Slot] = []
        self.heads: dict[int, tuple[bytes, bytes]] = {}

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Replace what has to be replaced in the engine while a file is written."""
        moved = ("draw_background", "draw_border", "draw_outline", "draw_table", "draw_inline_level", "set_mask_border")
        replaced = [(draw, name, self._moving(getattr(draw, name))) for name in moved]
        replaced += [
            (draw, "draw_stacking_context", self._stacking_context),
            (draw, "draw_replacedbox", self._moving(draw.draw_replacedbox)),
            (draw, "draw_text", self._text),
            (document.Page, "paint", self._painted()),
            (Stream, "show_text", lambda stream, text: _show_text(stream, without_nothing(text))),
        ]
        with replacing(replaced):
            yield

    def _painted(self) -> Callable[..., None]:
        drawing, paint = self, document.Page.paint

        def painted(page: weasyprint.Page, stream: Any, scale: float = 1) -> None:
            margins = drawing._margins[id(page)]
            drawing._zone = 0.0
            paint(page, stream, scale)
            drawing.heads[id(page)] = (
                drawing._head(margins.right, stream, scale),
                drawing._head(margins.left, stream, scale),
            )

        return painted

    def _head(self, shell: Any, stream: Any, scale: float) -> bytes:
        """What stands in the margins of a page, as an artifact (ISO 32000-2, 14.8.2.2)."""
        if not shell.children:
            return b""
        if id(shell) in self._drawn:
            return self._drawn[id(shell)]
        self._zone = 0.0
        apart = stream.clone(tags=None)
        for box in shell.children:
            self._margin = box
            what = "Header" if box.at_keyword.startswith("@top") else "Footer"
            apart.begin_marked_content("Artifact", pydyf.Dictionary({"Type": "/Pagination", "Subtype": f"/{what}"}))
            with apart.stacked():
                apart.transform(a=scale, d=scale)  # the page's own stream has turned the axis down already
                _draw_stacking_context(apart, StackingContext.from_box(box, shell))
            apart.end_marked_content()
        self._margin = None
        return self._drawn.setdefault(id(shell), content_of(apart))

    # ------------------------------------------------------------------ zones

    def _moving(self, function: Callable[..., None]) -> Callable[..., None]:
        def moving(stream: Any, *arguments: Any, **options: Any) -> None:
            subject = arguments[1] if function is _draw_inline_level else arguments[0]  # first comes the page
            with self._in_zone(stream, zone_of(subject, self._zone)):
                function(stream, *arguments, **options)

        return moving

    def _stacking_context(self, stream: Any, context: Any) -> None:
        with self._in_zone(stream, zone_of(context.box, self._zone)):
            _draw_stacking_context(stream, context)

    @contextmanager
    def _in_zone(self, stream: Any, zone: float) -> Iterator[None]:
        if abs(zone - self._zone) < 1e-6:
            yield
            return
        around, self._zone = self._zone, zone
        try:
            with stream.stacked():
                stream.stream.append(b"\x04%s\x04" % number(zone - around))
                yield
        finally:
            self._zone = around

    # ------------------------------------------------------------------ page numbers

    def _text(self, stream: Any, box: Any, *rest: Any) -> None:
        target = box.element.get("data-page-of", "") if box.element is not None else ""
        form = self._form(box) if self._margin is not None else ""
        if not target and not form:
            self._texts.draw(stream, box, *rest)
            return
        font, size, glyphs = self._signs(stream, box)
        align = _ALIGNED.get(self._margin.style["text_align_all"], 0.0) if self._margin is not None else 0.0
        self.slots.append(
            Slot(
                target=target,
                form=form,
                guess=box.text.strip(),
                x=float(box.position_x),
                y=float(box.position_y + box.baseline),
                align=align,
                size=size,
                font=font,
                glyphs=glyphs,
                free=bool(form) or _has_room_of_its_own(box),
            )
        )
        stream.set_color(box.style["color"])
        stream.begin_text()
        stream.set_font_size(font, size)
        stream.stream.append(b"\x05%d\x05" % (len(self.slots) - 1))
        stream.end_text()

    def _form(self, box: Any) -> str:
        """How the number of the page is written in a text of its margin; "" when it is not there."""
        form = _FORMS.get(box.text.strip(), "")
        if not form and _NUMBER.search(box.text):
            raise BoundToSideError(f'the number of the page stands within other words: "{box.text}"')
        return form

    def _signs(self, stream: Any, box: Any) -> tuple[str, float, Mapping[str, tuple[int, float]]]:
        """Font, size, and the glyph and advance of every sign of page numbers, as they look in a text."""
        style = box.style
        key = tuple(str(style[name]) for name in _LOOKS)
        if key not in self._known:
            layout = box.pango_layout
            layout.reactivate(style)
            said, font, size, glyphs = layout.text, "", 0.0, {}
            for sign in _SIGNS:
                probe = stream.clone()
                layout.set_text(sign)
                draw_first_line(probe, box, "clip", "none", Matrix())
                found = content_of(probe)
                shown, named = _SHOWN.search(found), _FONT.search(found)
                if shown is not None and named is not None:
                    font, size, glyph = named[1].decode(), float(named[2]), int(shown[1], 16)
                    face = next(face for face in stream._fonts.values() if face.hash == font and glyph in face.widths)
                    glyphs[sign] = glyph, float(face.widths[glyph])
            layout.set_text(said)
            layout.deactivate()
            self._known[key] = font, size, glyphs
        return self._known[key]


def number(value: float) -> bytes:
    """A number as it is written in a content stream."""
    return bytes(pydyf._to_bytes(round(float(value), 4)))


def content_of(stream: Any) -> bytes:
    """The operators of a content stream."""
    return b"\n".join(pydyf._to_bytes(item) for item in stream.stream)


def _has_room_of_its_own(box: Any) -> bool:
    """Whether a text stands alone in a box of a fixed width, where a longer one moves nothing."""
    around = box.style.parent_style
    return "inline" in around["display"] and "flow-root" in around["display"] and around["width"] != "auto"
