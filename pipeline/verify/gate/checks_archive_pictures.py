"""Pictures, forms and transparency in archives (ISO 19005-3, 6.2.6 to 6.2.10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.verify.gate.checks_archive_graphics import output_intents
from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import COLOUR_UNDEFINED, GRAPHICS_FORBIDDEN
from pipeline.verify.gate.values import entry, items, name, number, place
from pipeline.verify.gate.wavelets import Wavelet, wavelet

_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))
_INTENTS = frozenset("RelativeColorimetric AbsoluteColorimetric Perceptual Saturation".split())
_BLENDS = frozenset(
    "Normal Compatible Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight Difference "
    "Exclusion Hue Saturation Color Luminosity".split()
)


@clause("6.2.6-1", "rendering intents are known", GRAPHICS_FORBIDDEN, ARCHIVE - {Standard.A4})
def rendering_intents(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.2.6."""
    for canvas in painted(file):
        said = {name(entry(setting, "/RI")) for setting in canvas.settings if "/RI" in setting}
        said |= {name(image["Intent"]) for image in canvas.inline if "Intent" in image}
        for intent in (canvas.intents | said) - _INTENTS:
            yield Fault(f'the rendering intent is "{intent}"', canvas.where)
    for value in file.having("/Intent"):
        intent = name(entry(value, "/Intent")) if name(entry(value, "/Subtype")) == "Image" else ""
        if intent and intent not in _INTENTS:
            yield Fault(f'the rendering intent is "{intent}"', place(value))


@clause("6.2.8-1", "pictures have no second form", GRAPHICS_FORBIDDEN, ARCHIVE)
def alternate_pictures(file: Opened) -> Iterator[Fault]:
    """Alternates."""
    yield from _images_with(file, "/Alternates", "a picture has another form (Alternates)")


@clause("6.2.8-2", "pictures stand for no others", GRAPHICS_FORBIDDEN, ARCHIVE)
def picture_proxies(file: Opened) -> Iterator[Fault]:
    """OPI."""
    yield from _images_with(file, "/OPI", "a picture stands for one in another file (OPI)")


def _images_with(file: Opened, key: str, message: str) -> Iterator[Fault]:
    yield from (Fault(message, place(value)) for value in _images(file) if key in value)


@clause("6.2.8-3", "pictures are not smoothed", GRAPHICS_FORBIDDEN, ARCHIVE)
def smoothed_pictures(file: Opened) -> Iterator[Fault]:
    """Interpolate."""
    for value in file.streams:
        if entry(value, "/Interpolate") is True:
            yield Fault("a picture asks to be smoothed (Interpolate)", place(value))
    for canvas in painted(file):
        if any(image.get("I", image.get("Interpolate")) is True for image in canvas.inline):
            yield Fault("an inline picture asks to be smoothed (Interpolate)", canvas.where)


@clause("6.2.8-4", "pictures have known depths", GRAPHICS_FORBIDDEN, ARCHIVE)
def picture_depths(file: Opened) -> Iterator[Fault]:
    """BitsPerComponent: 1, 2, 4, 8 or 16."""
    for value in _images(file):
        bits = number(entry(value, "/BitsPerComponent"))
        if entry(value, "/ImageMask") is not True and bits is not None and bits not in (1, 2, 4, 8, 16):
            yield Fault(f"a picture has {bits:.0f} bits per component", place(value))
    for where, bits in _inline_depths(file, masks=False):
        if bits not in (1, 2, 4, 8, 16):
            yield Fault(f"an inline picture has {bits:.0f} bits per component", where)


@clause("6.2.8-5", "masks have one bit", GRAPHICS_FORBIDDEN, ARCHIVE)
def mask_depths(file: Opened) -> Iterator[Fault]:
    """BitsPerComponent of image masks: 1."""
    for value in _images(file):
        bits = number(entry(value, "/BitsPerComponent"))
        if entry(value, "/ImageMask") is True and bits not in (None, 1):
            yield Fault(f"a mask has {bits:.0f} bits per component", place(value))
    for where, bits in _inline_depths(file, masks=True):
        if bits != 1:
            yield Fault(f"an inline mask has {bits:.0f} bits per component", where)


def _inline_depths(file: Opened, *, masks: bool) -> Iterator[tuple[str, float]]:
    for canvas in painted(file):
        for image in canvas.inline:
            bits = number(image.get("BPC", image.get("BitsPerComponent")))
            if bits is not None and (image.get("IM", image.get("ImageMask")) is True) == masks:
                yield canvas.where, bits


def _images(file: Opened) -> Iterator[Any]:
    for value in file.streams:
        if name(entry(value, "/Subtype")) == "Image":
            yield value


@once
def _wavelets(file: Opened) -> tuple[tuple[Any, Wavelet | None], ...]:
    """The JPEG 2000 pictures, and what they say of themselves; None of one without a header."""
    return tuple(
        (value, wavelet(value))
        for value in _images(file)
        if "JPXDecode" in {name(packed) for packed in items(entry(value, "/Filter"))}
    )


@clause("6.2.8.3-1", "JPEG 2000 pictures have known channels", GRAPHICS_FORBIDDEN, _LATER)
def wavelet_channels(file: Opened) -> Iterator[Fault]:
    """1, 3 or 4 (ISO 19005-3, 6.2.8.3)."""
    for value, read in _wavelets(file):
        if read is None:
            yield Fault("a JPEG 2000 picture has no header", place(value))
        elif read.channels not in (1, 3, 4):
            yield Fault(f"a JPEG 2000 picture has {read.channels} channels", place(value))


@clause("6.2.8.3-2", "JPEG 2000 pictures prefer one colour space", GRAPHICS_FORBIDDEN, _LATER)
def wavelet_preference(file: Opened) -> Iterator[Fault]:
    """Of several specifications one is marked as the best, unless the file says the colour space."""
    for value, read in _wavelets(file):
        if read is not None and "/ColorSpace" not in value and len(read.colours) != 1 and read.preferred != 1:
            yield Fault("a JPEG 2000 picture has several colour specifications and prefers none", place(value))


@clause("6.2.8.3-3", "JPEG 2000 pictures say their colours in known ways", GRAPHICS_FORBIDDEN, _LATER)
def wavelet_methods(file: Opened) -> Iterator[Fault]:
    """METH 1, 2 or 3, unless the file says the colour space."""
    for value, read in _wavelets(file):
        if read is not None and "/ColorSpace" not in value and read.best.method not in (1, 2, 3):
            yield Fault("a JPEG 2000 picture says its colours in an unknown way", place(value))


@clause("6.2.8.3-4", "JPEG 2000 pictures are of known colour spaces", GRAPHICS_FORBIDDEN, _LATER)
def wavelet_spaces(file: Opened) -> Iterator[Fault]:
    """Not CIEJab (19), unless the file says the colour space."""
    for value, read in _wavelets(file):
        if read is not None and "/ColorSpace" not in value and read.best.listed == 19:
            yield Fault("a JPEG 2000 picture is in CIEJab", place(value))


@clause("6.2.8.3-5", "JPEG 2000 pictures have one depth", GRAPHICS_FORBIDDEN, _LATER)
def wavelet_depths(file: Opened) -> Iterator[Fault]:
    """1 to 38 bits, the same in all channels."""
    for value, read in _wavelets(file):
        if read is not None and (read.depths_differ or not 1 <= read.bits <= 38):
            yield Fault("a JPEG 2000 picture has too many bits, or several depths", place(value))


@clause("6.2.9-1", "forms stand for nothing else", GRAPHICS_FORBIDDEN, ARCHIVE)
def form_proxies(file: Opened) -> Iterator[Fault]:
    """No `OPI`, `PS` or `Subtype2` PS (ISO 19005-3, 6.2.9)."""
    for value in _forms(file):
        if name(entry(value, "/Subtype2")) == "PS" or "/PS" in value:
            yield Fault("a form is in PostScript", place(value))
        if "/OPI" in value:
            yield Fault("a form stands for one in another file (OPI)", place(value))


@clause("6.2.9-2", "forms show no other file", GRAPHICS_FORBIDDEN, ARCHIVE)
def form_references(file: Opened) -> Iterator[Fault]:
    """No `Ref`."""
    yield from (Fault("a form shows a page of another file", place(it)) for it in _forms(file) if "/Ref" in it)


def _forms(file: Opened) -> Iterator[Any]:
    for value in file.streams:
        if name(entry(value, "/Subtype")) == "Form":
            yield value


@clause("6.2.9-3", "nothing is in PostScript", GRAPHICS_FORBIDDEN, ARCHIVE - {Standard.A4})
def post_script(file: Opened) -> Iterator[Fault]:
    """XObjects of the kind PS."""
    for value in file.streams:
        if name(entry(value, "/Subtype")) == "PS":
            yield Fault("a picture is in PostScript", place(value))


@clause("6.2.10-1", "blend modes are known", GRAPHICS_FORBIDDEN, _LATER)
def blend_modes(file: Opened) -> Iterator[Fault]:
    """ISO 32000-1, tables 136 and 137."""
    for canvas in painted(file):
        for setting in canvas.settings:
            for mode in items(entry(setting, "/BM")):
                if name(mode) not in _BLENDS:
                    yield Fault(f'the blend mode is "{name(mode)}"', canvas.where)


@clause("6.2.10-2", "transparency has a colour space", COLOUR_UNDEFINED, _LATER)
def transparency(file: Opened) -> Iterator[Fault]:
    """A page with transparency has a group with a colour space, unless there is an output intent."""
    for canvas in painted(file):
        intents = output_intents(file, canvas.page) if canvas.page else []
        said = any(entry(item, "/DestOutputProfile") is not None for item in intents)
        if canvas.page and not said and _is_transparent(canvas):
            page = file.pages[canvas.page - 1].object
            if entry(entry(page, "/Group"), "/CS") is None:
                yield Fault("transparency has no colour space", canvas.where)


def _is_transparent(canvas: Any) -> bool:
    for setting in canvas.settings:
        alpha = [number(entry(setting, key)) for key in ("/ca", "/CA")]
        if any(value is not None and value < 1 for value in alpha):
            return True
        if entry(setting, "/SMask") is not None and name(entry(setting, "/SMask")) != "None":
            return True
        if any(name(mode) not in ("Normal", "Compatible") for mode in items(entry(setting, "/BM"))):
            return True
    soft = any(entry(piece.image, "/SMask") is not None for piece in canvas.pieces if piece.image is not None)
    return soft or name(entry(entry(canvas.holder, "/Group"), "/S")) == "Transparency"


@clause("6.4-1", "nothing is transparent", GRAPHICS_FORBIDDEN, {Standard.A1})
def no_transparency(file: Opened) -> Iterator[Fault]:
    """PDF/A-1 (ISO 19005-1, 6.4)."""
    for canvas in painted(file):
        if _is_transparent(canvas):
            yield Fault("something is transparent", canvas.where)
