"""Colours and graphics (ISO 19005-3, 6.2): what looks the same on every device and for ever."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, entry, identity, items, name, number, pairs, place
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import COLOUR_UNDEFINED, GRAPHICS_FORBIDDEN

_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))
_INTENTS = frozenset("RelativeColorimetric AbsoluteColorimetric Perceptual Saturation".split())
_BLENDS = frozenset(
    "Normal Compatible Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight Difference "
    "Exclusion Hue Saturation Color Luminosity".split()
)
_CHANNELS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4, b"Lab ": 3}


def _profile(stream: Any) -> tuple[bytes, bytes, float] | None:
    """Class, colour space and version of an ICC profile (ISO 15076-1, 7.2); None when it is none."""
    try:
        data: bytes = stream.read_bytes()
    except (pikepdf.PdfError, AttributeError):
        return None
    if len(data) < 128 or data[36:40] != b"acsp":
        return None
    return data[12:16], data[16:20], data[8] + (data[9] >> 4) / 10


def _intents(file: Opened) -> list[Any]:
    return [item for item in items(entry(file.root, "/OutputIntents")) if name(entry(item, "/S")) == "GTS_PDFA1"]


@clause("6.2.2-1", "content streams hold known operators", GRAPHICS_FORBIDDEN, ARCHIVE)
def operators(file: Opened) -> Iterator[Fault]:
    """ISO 32000-1, annex A; between BX and EX, too."""
    for canvas in painted(file):
        if canvas.unknown:
            yield Fault(f"unknown operators: {', '.join(sorted(canvas.unknown))[:60]}", canvas.where)
        if canvas.broken:
            yield Fault(f"the content cannot be read: {canvas.broken}", canvas.where)


@clause("6.2.2-2", "content streams name their own resources", GRAPHICS_FORBIDDEN, _LATER)
def resources(file: Opened) -> Iterator[Fault]:
    """Whoever uses resources has them (ISO 19005-3, 6.2.2)."""
    for canvas in painted(file):
        if canvas.missing:
            yield Fault(f"resources are missing: {', '.join(sorted(canvas.missing))[:80]}", canvas.where)
        uses = canvas.forms or canvas.settings or any(p.font is not None or p.image is not None for p in canvas.pieces)
        if uses and not canvas.own:
            yield Fault("the resources are those of something around", canvas.where)


@clause("6.2.3-1", "the output profile is one of a device", COLOUR_UNDEFINED, ARCHIVE)
def output_profile(file: Opened) -> Iterator[Fault]:
    """Output intents (ISO 19005-3, 6.2.3)."""
    found = items(entry(file.root, "/OutputIntents"))
    profiles = {identity(entry(item, "/DestOutputProfile")) for item in found if "/DestOutputProfile" in item}
    if len(profiles) > 1:
        yield Fault("the output intents have different profiles")
    for item in found:
        if entry(item, "/DestOutputProfileRef") is not None and item in _intents(file):
            yield Fault("an output intent has its profile in another file", place(item))
        stream = entry(item, "/DestOutputProfile")
        if stream is None:
            if name(entry(item, "/S")) == "GTS_PDFA1" and entry(item, "/OutputConditionIdentifier") is None:
                yield Fault("the output intent says neither a profile nor a condition", place(item))
            continue
        read = _profile(stream)
        if read is None:
            yield Fault("the output profile is no profile", place(stream))
            continue
        kind, space, version = read
        if kind not in (b"prtr", b"mntr"):
            yield Fault(f'the output profile is of the class "{kind.decode("latin-1")}"', place(stream))
        if space not in (b"GRAY", b"RGB ", b"CMYK"):
            yield Fault(f'the output profile is for "{space.decode("latin-1")}"', place(stream))
        if number(entry(stream, "/N")) != _CHANNELS.get(space):
            yield Fault("the output profile has another number of channels than it says (N)", place(stream))
        if version >= 5:
            yield Fault(f"the output profile is of version {version}", place(stream))


@clause("6.2.4.2-1", "colour profiles are sound", COLOUR_UNDEFINED, ARCHIVE)
def colour_profiles(file: Opened) -> Iterator[Fault]:
    """ICCBased (ISO 19005-3, 6.2.4.2)."""
    for space in _spaces(file):
        if isinstance(space, pikepdf.Array) and len(space) > 1 and name(space[0]) == "ICCBased":
            read = _profile(space[1])
            if read is None:
                yield Fault("a colour profile is no profile", place(space[1]))
                continue
            kind, colours, version = read
            if kind not in (b"prtr", b"mntr", b"scnr", b"spac") or version >= 5:
                label = kind.decode("latin-1")
                yield Fault(f'a colour profile is of the class "{label}", version {version}', place(space[1]))
            if number(entry(space[1], "/N")) != _CHANNELS.get(colours):
                yield Fault("a colour profile has another number of channels than it says (N)", place(space[1]))


@clause("6.2.4.2-2", "four-colour profiles are not painted over each other", COLOUR_UNDEFINED, _LATER)
def overprinted(file: Opened) -> Iterator[Fault]:
    """ICCBased with four channels: no overprinting in mode 1 (ISO 19005-3, 6.2.4.2)."""
    for canvas in painted(file):
        for space in canvas.overprinted:
            profile = space[1] if isinstance(space, pikepdf.Array) and name(space[0]) == "ICCBased" else None
            if number(entry(profile, "/N")) == 4:
                yield Fault("a four-colour profile is painted over what is there (OPM 1)", canvas.where)
                break


def _spaces(file: Opened) -> Iterator[Any]:
    """Every colour space that something is painted in, and what it is made from."""
    seen: set[tuple[int, int]] = set()
    pending = [space for canvas in painted(file) for piece in canvas.pieces for space in piece.spaces]
    pending += [entry(setting, "/CS") for setting in _groups(file)]
    while pending:
        space = pending.pop()
        if identity(space) != (0, 0):
            if identity(space) in seen:
                continue
            seen.add(identity(space))
        yield space
        if isinstance(space, pikepdf.Array) and len(space) > 1:
            kind = name(space[0])
            if kind in ("Indexed", "Pattern"):
                pending.append(space[1])
            elif kind in ("Separation", "DeviceN") and len(space) > 2:
                pending.append(space[2])
            elif kind == "ICCBased" and entry(space[1], "/Alternate") is not None:
                continue


def _groups(file: Opened) -> Iterator[Any]:
    for holder in (*[page.object for page in file.pages], *[c.holder for c in painted(file)]):
        group = entry(holder, "/Group")
        if group is not None and name(entry(group, "/S")) == "Transparency":
            yield group


@clause("6.2.4.3-1", "device colours have a meaning", COLOUR_UNDEFINED, ARCHIVE)
def device_colours(file: Opened) -> Iterator[Fault]:
    """DeviceRGB, DeviceCMYK and DeviceGray need a default or an output intent of their kind (6.2.4.3)."""
    meant = set()
    for item in _intents(file):
        read = _profile(entry(item, "/DestOutputProfile"))
        if read is not None:
            meant.add(read[1])
    told: set[str] = set()
    for group in _groups(file):
        for device in _devices(entry(group, "/CS")):
            if not meant and device not in told:
                told.add(device)
                yield Fault(f"{device} has no meaning in a group", place(group))
    for canvas in painted(file):
        defaults = {key for key, _ in pairs(entry(canvas.resources, "/ColorSpace"))}
        for piece in canvas.pieces:
            for space in piece.spaces:
                for device in _devices(space):
                    fits = {
                        "DeviceRGB": "DefaultRGB" in defaults or b"RGB " in meant,
                        "DeviceCMYK": "DefaultCMYK" in defaults or b"CMYK" in meant,
                        "DeviceGray": "DefaultGray" in defaults or bool(meant),
                    }[device]
                    if not fits and (message := f"{device} has no meaning") not in told:
                        told.add(message)
                        yield Fault(message, canvas.where)


def _devices(space: Any, depth: int = 0) -> Iterator[str]:
    plain = space if isinstance(space, str) else name(space)
    if plain in ("DeviceRGB", "DeviceCMYK", "DeviceGray"):
        yield plain
    elif isinstance(space, pikepdf.Array) and len(space) and depth < 8:
        kind = name(space[0])
        if kind in ("Indexed", "Pattern") and len(space) > 1:
            yield from _devices(space[1], depth + 1)
        elif kind in ("Separation", "DeviceN") and len(space) > 2:
            yield from _devices(space[2], depth + 1)
        elif kind in ("DeviceRGB", "DeviceCMYK", "DeviceGray"):
            yield kind


@clause("6.2.4.4-1", "spot colours are the same everywhere", COLOUR_UNDEFINED, _LATER)
def spot_colours(file: Opened) -> Iterator[Fault]:
    """Separations of one name have one alternate space and one function; DeviceN lists its colorants (6.2.4.4)."""
    known: dict[str, tuple[str, Any]] = {}
    for space in _spaces(file):
        if not isinstance(space, pikepdf.Array) or len(space) < 4:
            continue
        if name(space[0]) == "Separation":
            title = name(space[1])
            both = (str(space[2]) if not isinstance(space[2], pikepdf.Array) else repr(space[2]), space[3])
            if title in known and (known[title][0] != both[0] or known[title][1] != both[1]):
                yield Fault(f'the spot colour "{title}" is defined in two ways', place(space))
            known.setdefault(title, both)
        if name(space[0]) == "DeviceN":
            wanted = [
                name(part)
                for part in items(space[1])
                if name(part) not in ("None", "Cyan", "Magenta", "Yellow", "Black")
            ]
            attributes = space[4] if len(space) > 4 else None
            listed = {key for key, _ in pairs(entry(attributes, "/Colorants"))}
            if len(items(space[1])) > 32 or any(title not in listed for title in wanted):
                yield Fault("a DeviceN colour space does not list its colorants", place(space))


@clause("6.2.5-1", "graphics states say nothing about devices", GRAPHICS_FORBIDDEN, ARCHIVE)
def graphics_states(file: Opened) -> Iterator[Fault]:
    """TR, TR2, HTP, HTO, halftones (ISO 19005-3, 6.2.5)."""
    for canvas in painted(file):
        for setting in canvas.settings:
            if "/TR" in setting:
                yield Fault("a graphics state has a transfer function (TR)", canvas.where)
            if "/TR2" in setting and name(setting.get("/TR2")) != "Default":
                yield Fault("a graphics state has a transfer function (TR2)", canvas.where)
            if "/HTP" in setting:
                yield Fault("a graphics state has an origin of halftones (HTP)", canvas.where)
            halftone = entry(setting, "/HT")
            kind = number(entry(halftone, "/HalftoneType"))
            if kind is not None and kind not in (1, 5):
                yield Fault(f"a halftone is of type {kind:.0f}", canvas.where)
            if entry(halftone, "/HalftoneName") is not None:
                yield Fault("a halftone has a name", canvas.where)
            intent = name(entry(setting, "/RI"))
            if intent and intent not in _INTENTS:
                yield Fault(f'the rendering intent is "{intent}"', canvas.where)


@clause("6.2.6-1", "rendering intents are known", GRAPHICS_FORBIDDEN, ARCHIVE)
def rendering_intents(file: Opened) -> Iterator[Fault]:
    """ISO 19005-3, 6.2.6."""
    for canvas in painted(file):
        for intent in canvas.intents - _INTENTS:
            yield Fault(f'the rendering intent is "{intent}"', canvas.where)
    for value in file.objects:
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
    for value in file.objects:
        if isinstance(value, pikepdf.Stream) and "/OPI" in value:
            yield Fault("a picture or form stands for one in another file (OPI)", place(value))


def _images_with(file: Opened, key: str, message: str) -> Iterator[Fault]:
    for value in file.objects:
        if isinstance(value, pikepdf.Stream) and name(entry(value, "/Subtype")) == "Image" and key in value:
            yield Fault(message, place(value))


@clause("6.2.8-3", "pictures are not smoothed", GRAPHICS_FORBIDDEN, ARCHIVE)
def smoothed_pictures(file: Opened) -> Iterator[Fault]:
    """Interpolate."""
    for value in file.objects:
        if isinstance(value, pikepdf.Stream) and entry(value, "/Interpolate") is True:
            yield Fault("a picture asks to be smoothed (Interpolate)", place(value))
    for canvas in painted(file):
        if any(image.get("I", image.get("Interpolate")) is True for image in canvas.inline):
            yield Fault("an inline picture asks to be smoothed (Interpolate)", canvas.where)


@clause("6.2.8-4", "pictures have known depths", GRAPHICS_FORBIDDEN, ARCHIVE)
def picture_depths(file: Opened) -> Iterator[Fault]:
    """BitsPerComponent: 1, 2, 4, 8 or 16; of masks 1."""
    for value in file.objects:
        if not isinstance(value, pikepdf.Stream) or name(entry(value, "/Subtype")) != "Image":
            continue
        bits = number(entry(value, "/BitsPerComponent"))
        filters = {name(found) for found in items(entry(value, "/Filter"))}
        if bits is not None and bits not in (1, 2, 4, 8, 16) and "JPXDecode" not in filters:
            yield Fault(f"a picture has {bits:.0f} bits per component", place(value))
        if entry(value, "/ImageMask") is True and bits not in (None, 1):
            yield Fault(f"a mask has {bits:.0f} bits per component", place(value))


@clause("6.2.8.3-1", "JPEG 2000 pictures are plain ones", GRAPHICS_FORBIDDEN, _LATER)
def wavelet_pictures(file: Opened) -> Iterator[Fault]:
    """JPX: 1, 3 or 4 channels, 1 to 38 bits, a colour specification that is known (ISO 19005-3, 6.2.8.3)."""
    for value in file.objects:
        if isinstance(value, pikepdf.Stream) and "JPXDecode" in {name(f) for f in items(entry(value, "/Filter"))}:
            try:
                data: bytes = value.read_raw_bytes()
            except pikepdf.PdfError:
                yield Fault("a JPEG 2000 picture cannot be read", place(value))
                continue
            yield from (Fault(message, place(value)) for message in _wavelet_faults(data))


def _wavelet_faults(data: bytes) -> Iterator[str]:
    at = data.find(b"ihdr")
    if at < 0 or len(data) < at + 16:
        yield "a JPEG 2000 picture has no header"
        return
    channels, bits = struct.unpack(">HB", data[at + 12 : at + 15])
    if channels not in (1, 3, 4):
        yield f"a JPEG 2000 picture has {channels} channels"
    if bits != 255 and not 1 <= (bits & 0x7F) + 1 <= 38:
        yield "a JPEG 2000 picture has too many bits"
    if bits == 255:
        yield "the channels of a JPEG 2000 picture differ in depth"
    specifications = []
    at = data.find(b"colr")
    while at >= 0:
        specifications.append((data[at + 4], data[at + 6], int.from_bytes(data[at + 7 : at + 11], "big")))
        at = data.find(b"colr", at + 4)
    if len(specifications) > 1 and sum(approximation == 1 for _, approximation, _ in specifications) != 1:
        yield "a JPEG 2000 picture has several colour specifications and prefers none"
    for method, _, listed in specifications:
        if method not in (1, 2, 3) or (method == 1 and listed in (19,)):
            yield "a JPEG 2000 picture has an unknown colour specification"


@clause("6.2.9-1", "forms are drawn by the page alone", GRAPHICS_FORBIDDEN, ARCHIVE)
def forms(file: Opened) -> Iterator[Fault]:
    """No PostScript, no references (ISO 19005-3, 6.2.9)."""
    for value in file.objects:
        if not isinstance(value, pikepdf.Stream):
            continue
        kind = name(entry(value, "/Subtype"))
        if kind == "PS" or (kind == "Form" and (name(entry(value, "/Subtype2")) == "PS" or "/PS" in value)):
            yield Fault("a form is in PostScript", place(value))
        if kind == "Form" and "/Ref" in value:
            yield Fault("a form shows a page of another file", place(value))


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
    if _intents(file):
        return
    for canvas in painted(file):
        if _is_transparent(canvas) and canvas.page:
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
