"""A finished file for a press: every colour of its pages in four inks, as the profile of the press has it.

What is changed is what the layout engine writes: colours of lines, grounds and type, gradients, pictures of dots,
and the spaces that groups are blended in. Grey stays grey, which a press prints in black ink alone. In masks colours
are not seen, but how light they are is; so they become grey there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pipeline.render.inks import Inks

Key: TypeAlias = tuple[int, int]
Paint: TypeAlias = Callable[[float, float, float], tuple[float, ...]]
"""What a colour of red, green and blue is painted with."""

_DIGITS = 4  # behind the point; the inks are computed in steps of 1/255
_LIGHT = (0.3, 0.59, 0.11)  # how light red, green and blue are (ISO 32000-2, 10.4.2.2)
_COLOURS = {"rg": False, "RG": True}  # operators, and whether they are for lines


def set_in_inks(pdf: pikepdf.Pdf, inks: Inks) -> None:
    """Set all pages of a file in four inks.

    Args:
        pdf: the file; its colours are those of sRGB.
        inks: of the press.
    """
    masks = _Setter(pdf, lambda *colour: (sum(c * light for c, light in zip(colour, _LIGHT, strict=True)),))
    for item in list(pdf.objects):
        if isinstance(item, Dictionary) and item.get("/Type") == Name.ExtGState:
            mask = item.get("/SMask")
            if isinstance(mask, Dictionary):
                mask.G = masks.copied(mask.G)
    setter = _Setter(pdf, inks.of, inks)
    pages: list[Any] = list(pdf.pages)
    for page in pages:
        page.contents_coalesce()
        setter.set_holder(page.obj, page.obj.get("/Contents"))


@dataclass(slots=True)
class _Setter:
    """Sets what pages paint in other colours.

    Attributes:
        pdf: the file.
        paint: what a colour is painted with: one number for grey, four for inks.
        inks: of the press; None in masks.
        done: the objects that are set already.
    """

    pdf: pikepdf.Pdf
    paint: Paint
    inks: Inks | None = None
    done: set[Key] = field(default_factory=set)

    @property
    def space(self) -> Name:
        """The colour space that colours come to stand in."""
        return Name.DeviceCMYK if self.inks else Name.DeviceGray

    def copied(self, form: Any) -> Any:
        """A form XObject of a mask, and what is in it, in grey; what is shared with pages stays as it is."""
        copy = self._copy_of(form)
        if "/Group" in copy:
            copy.Group = Dictionary(dict(copy.Group.items()))
        if "/Resources" in copy:
            copy.Resources = Dictionary(dict(copy.Resources.items()))
            for kind in ("/XObject", "/Pattern", "/Shading"):
                if kind in copy.Resources:
                    copy.Resources[kind] = Dictionary(
                        {key: self._copied_resource(value) for key, value in copy.Resources[kind].items()}
                    )
        self._set_once(copy)
        return copy

    def _copied_resource(self, value: Any) -> Any:
        if isinstance(value, Stream):
            return self.copied(value) if value.get("/Subtype") != Name.Image else self._copy_of(value)
        copy = Dictionary(dict(value.items()))
        if "/Shading" in copy:
            copy.Shading = Dictionary(dict(copy.Shading.items()))
        return self.pdf.make_indirect(copy)

    def _copy_of(self, stream: Any) -> Any:
        copy = self.pdf.make_stream(stream.read_raw_bytes())
        for key, value in stream.items():
            if key != "/Length":
                copy[key] = value
        return copy

    def _set_once(self, item: Any) -> None:
        """Set a page's resource: a form, a pattern, a picture, a shading."""
        if item.is_indirect:
            if item.objgen in self.done:
                return
            self.done.add(item.objgen)
        if isinstance(item, Stream) and item.get("/Subtype") == Name.Image:
            self._set_picture(item)
        elif "/ShadingType" in item:
            self._set_shading(item)
        elif "/Shading" in item:
            self._set_once(item.Shading)
        elif isinstance(item, Stream):
            self.set_holder(item, item)

    def set_holder(self, holder: Any, content: Any) -> None:
        """Set what has resources and a content stream: a page, a form, a pattern that is painted."""
        group = holder.get("/Group")
        if group is not None and group.get("/CS") == Name.DeviceRGB:
            group.CS = self.space
        resources = holder.get("/Resources", Dictionary())
        for kind in ("/XObject", "/Pattern", "/Shading"):
            for _, value in sorted(resources.get(kind, Dictionary()).items()):
                self._set_once(value)
        if content is not None:
            content.write(pikepdf.unparse_content_stream(list(self._instructions(content))))

    def _instructions(self, content: Any) -> Iterator[Any]:
        for instruction in pikepdf.parse_content_stream(content):
            operator = str(instruction.operator)
            if operator not in _COLOURS:
                yield instruction
                continue
            red, green, blue = (float(operand) for operand in instruction.operands)
            painted = self.paint(red, green, blue)
            name = "k" if len(painted) == 4 else "g"
            yield _numbers(painted), pikepdf.Operator(name.upper() if _COLOURS[operator] else name)

    # ---------------------------------------------------------------- gradients and pictures

    def _set_shading(self, shading: Any) -> None:
        if shading.get("/ColorSpace") != Name.DeviceRGB or not isinstance(shading.Function, Dictionary):
            return
        shading.ColorSpace = self.space
        shading.Function = self._function(shading.Function)

    def _function(self, function: Any) -> Any:
        """The function of a gradient, which goes from colour to colour (ISO 32000-2, 7.10.3 and 7.10.4)."""
        made = Dictionary(dict(function.items()))
        if "/Functions" in made:
            made.Functions = Array([self._function(part) for part in made.Functions])
        for end, default in (("/C0", (0, 0, 0)), ("/C1", (1, 1, 1))):
            if "/Functions" not in made:
                red, green, blue = (float(channel) for channel in made.get(end, default))
                made[end] = Array(_numbers(self.paint(red, green, blue)))
        return made

    def _set_picture(self, picture: Any) -> None:
        plain = pikepdf.PdfImage(picture)
        if picture.get("/ImageMask") or plain.colorspace != "/DeviceRGB":
            return
        image = plain.as_pil_image()
        inked = self.inks.of_picture(image) if self.inks else image.convert("L")
        for key in ("/DecodeParms", "/Decode", "/Intent"):
            if key in picture:
                del picture[key]
        picture.ColorSpace, picture.BitsPerComponent = self.space, 8
        picture.write(inked.tobytes())


def _numbers(painted: Iterable[float]) -> list[Any]:
    return [round(channel, _DIGITS) for channel in painted]
