"""Colours and graphics (ISO 19005-3, 6.2): what looks the same on every device and for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.verify.gate.clauses import ARCHIVE, Fault, Standard, clause
from pipeline.verify.gate.opened import Opened, once
from pipeline.verify.gate.painted import painted
from pipeline.verify.gate.rules import COLOUR_UNDEFINED, GRAPHICS_FORBIDDEN
from pipeline.verify.gate.values import entry, identity, is_holder, items, name, number, pairs, place

_LATER = frozenset((Standard.A2, Standard.A3, Standard.A4))
_PROCESS = frozenset(("None", "Cyan", "Magenta", "Yellow", "Black"))
_FAMILIES = frozenset(
    "DeviceGray DeviceRGB DeviceCMYK CalGray CalRGB Lab ICCBased Indexed I Pattern Separation DeviceN".split()
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


def output_intents(file: Opened, page: int = 0) -> list[Any]:
    """The output intents of PDF/A that hold for a page: its own, which PDF 2.0 knows, or those of the file."""
    own = entry(file.pages[page - 1].object, "/OutputIntents") if page and file.version.startswith("2") else None
    said = items(own) or items(entry(file.root, "/OutputIntents"))
    return [item for item in said if name(entry(item, "/S")) == "GTS_PDFA1"]


def _all_intents(file: Opened) -> list[Any]:
    """The output intents of the file and, in PDF 2.0, of its pages."""
    holders = [file.root, *(page.object for page in file.pages if file.version.startswith("2"))]
    return [item for holder in holders for item in items(entry(holder, "/OutputIntents"))]


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
        if canvas.borrows and not canvas.own:
            yield Fault("the resources are those of something around", canvas.where)


@clause("6.2.2-3", "resources that are named are there", GRAPHICS_FORBIDDEN, {Standard.A4, Standard.FILE})
def resources_there(file: Opened) -> Iterator[Fault]:
    """ISO 32000-1, 7.8.3; of the parts of PDF/A the fourth asks for it."""
    for canvas in painted(file):
        if canvas.missing:
            yield Fault(f"resources are missing: {', '.join(sorted(canvas.missing))[:80]}", canvas.where)


@clause("6.2.3-2", "output intents have one profile", COLOUR_UNDEFINED, ARCHIVE)
def one_profile(file: Opened) -> Iterator[Fault]:
    """All `DestOutputProfile` are the same object (ISO 19005-3, 6.2.3)."""
    found = [entry(item, "/DestOutputProfile") for item in items(entry(file.root, "/OutputIntents"))]
    if len({identity(profile) for profile in found if profile is not None}) > 1:
        yield Fault("the output intents have different profiles")


@clause("6.2.3-3", "output profiles are in the file", COLOUR_UNDEFINED, _LATER)
def profiles_inside(file: Opened) -> Iterator[Fault]:
    """No `DestOutputProfileRef` in an intent of PDF/X; of PDF/A-4 in none (ISO 19005-3, 6.2.3; ISO 19005-4, 6.2.3)."""
    for item in _all_intents(file):
        asked = name(entry(item, "/S")) == "GTS_PDFX" or file.version.startswith("2")
        if asked and entry(item, "/DestOutputProfileRef") is not None:
            yield Fault("an output intent has its profile in another file", place(item))


@clause("6.2.3-1", "the output profile is one of a device", COLOUR_UNDEFINED, ARCHIVE)
def output_profile(file: Opened) -> Iterator[Fault]:
    """Output intents: output or monitor, of a colour space that there is, before version 5 (ISO 19005-3, 6.2.3)."""
    for item in _all_intents(file):
        stream = entry(item, "/DestOutputProfile")
        if stream is None:
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


@clause("8.6.3-1", "colour spaces are of known kinds", COLOUR_UNDEFINED, {Standard.FILE})
def known_spaces(file: Opened) -> Iterator[Fault]:
    """What something is painted in (ISO 32000-1, 8.6.3)."""
    for space in colour_spaces(file):
        kind = space if isinstance(space, str) else name(space[0] if isinstance(space, pikepdf.Array) else space)
        if space is not None and kind not in _FAMILIES:
            yield Fault(f'a colour space is of an unknown kind, "{kind}"', place(space))


@clause("6.2.4.2-1", "colour profiles are sound", COLOUR_UNDEFINED, ARCHIVE)
def colour_profiles(file: Opened) -> Iterator[Fault]:
    """ICCBased (ISO 19005-3, 6.2.4.2)."""
    for space in colour_spaces(file):
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


@once
def _spaces_used(file: Opened) -> tuple[Any, ...]:
    """The colour spaces that something is painted in, each once where it is the same value."""
    used = {id(space): space for canvas in painted(file) for piece in canvas.pieces for space in piece.spaces}
    return tuple(used.values())


def colour_spaces(file: Opened) -> Iterator[Any]:
    """Every colour space that something is painted in, and what it is made from."""
    seen: set[tuple[int, int]] = set()
    pending = [*_spaces_used(file), *(entry(group, "/CS") for group, *_ in _groups(file))]
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
                pending += [inner for _, inner in pairs(entry(space[4], "/Colorants"))] if len(space) > 4 else []


def _groups(file: Opened) -> Iterator[tuple[Any, Any, int]]:
    """The transparency groups, with the resources beside them and the numbers of their pages."""
    for canvas in painted(file):
        group = entry(canvas.holder, "/Group")
        if group is not None and name(entry(group, "/S")) == "Transparency":
            yield group, canvas.resources, canvas.page


@clause("6.2.4.2-3", "the profile of the output is not used as a colour", COLOUR_UNDEFINED, {Standard.A4})
def own_profile(file: Opened) -> Iterator[Fault]:
    """PDF/A-4: no ICCBased with the four-colour profile of the output intent (ISO 19005-4, 6.2.4.2)."""
    meant = [_bytes(entry(item, "/DestOutputProfile")) for item in output_intents(file)]
    for space in colour_spaces(file):
        is_profile = isinstance(space, pikepdf.Array) and len(space) > 1 and name(space[0]) == "ICCBased"
        if is_profile and number(entry(space[1], "/N")) == 4 and _bytes(space[1]) in meant:
            yield Fault("a colour space has the profile of the output intent", place(space[1]))


def _bytes(stream: Any) -> bytes | None:
    try:
        data: bytes = stream.read_bytes()
    except (pikepdf.PdfError, AttributeError):
        return None
    return data


@once
def _meaningless(file: Opened) -> dict[str, list[Fault]]:
    """The uses of device colours that nothing gives a meaning to, by the device."""
    found: dict[str, list[Fault]] = {}
    for group, around, page in _groups(file):
        for device in _devices(entry(group, "/CS")):
            if not _is_meant(device, around, _meant(file, page)):
                found.setdefault(device, []).append(Fault(f"{device} has no meaning in a group", place(group)))
    for canvas in painted(file):
        spaces = {id(space): space for piece in canvas.pieces for space in piece.spaces}
        for device in {device for space in spaces.values() for device in _devices(space)}:
            if not _is_meant(device, canvas.resources, _meant(file, canvas.page)):
                found.setdefault(device, []).append(Fault(f"{device} has no meaning", canvas.where))
    return found


@once
def _known_meanings(_: Opened) -> dict[int, frozenset[bytes]]:
    return {}


def _meant(file: Opened, page: int) -> frozenset[bytes]:
    """The colour spaces of the output intents that hold for a page."""
    known = _known_meanings(file)
    if page not in known:
        profiles = [_profile(entry(item, "/DestOutputProfile")) for item in output_intents(file, page)]
        known[page] = frozenset(read[1] for read in profiles if read is not None)
    return known[page]


def _is_meant(device: str, resources: Any, meant: frozenset[bytes]) -> bool:
    """Whether a default of the resources or the output intent says what a device colour looks like."""
    if entry(entry(resources, "/ColorSpace"), device.replace("Device", "/Default")) is not None:
        return True
    return bool(meant) if device == "DeviceGray" else {"DeviceRGB": b"RGB ", "DeviceCMYK": b"CMYK"}[device] in meant


@clause("6.2.4.3-2", "DeviceRGB has a meaning", COLOUR_UNDEFINED, ARCHIVE)
def device_rgb(file: Opened) -> Iterator[Fault]:
    """A default, or an output intent for three colours (ISO 19005-3, 6.2.4.3)."""
    yield from _meaningless(file).get("DeviceRGB", ())


@clause("6.2.4.3-3", "DeviceCMYK has a meaning", COLOUR_UNDEFINED, ARCHIVE)
def device_cmyk(file: Opened) -> Iterator[Fault]:
    """A default, or an output intent for four colours."""
    yield from _meaningless(file).get("DeviceCMYK", ())


@clause("6.2.4.3-4", "DeviceGray has a meaning", COLOUR_UNDEFINED, ARCHIVE)
def device_grey(file: Opened) -> Iterator[Fault]:
    """A default, or an output intent."""
    yield from _meaningless(file).get("DeviceGray", ())


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


@clause("6.2.4.4-1", "several spot colours are each defined", COLOUR_UNDEFINED, _LATER)
def colorants(file: Opened) -> Iterator[Fault]:
    """DeviceN: `Colorants` has them (ISO 19005-3, 6.2.4.4)."""
    for space in colour_spaces(file):
        if isinstance(space, pikepdf.Array) and len(space) > 3 and name(space[0]) == "DeviceN":
            wanted = {name(part) for part in items(space[1])} - _PROCESS
            attributes = space[4] if len(space) > 4 else None
            if wanted - {key for key, _ in pairs(entry(attributes, "/Colorants"))} - _in_process(attributes):
                yield Fault("a DeviceN colour space does not list its colorants", place(space))


def _in_process(attributes: Any) -> set[str]:
    """The components of the process colour space of a DeviceN colour space."""
    return {name(part) for part in items(entry(entry(attributes, "/Process"), "/Components"))}


@clause("6.2.4.4-2", "spot colours are the same everywhere", COLOUR_UNDEFINED, _LATER)
def spot_colours(file: Opened) -> Iterator[Fault]:
    """Separations of one name have one alternate space and one function."""
    known: dict[str, tuple[Any, Any]] = {}
    for space in colour_spaces(file):
        if isinstance(space, pikepdf.Array) and len(space) > 3 and name(space[0]) == "Separation":
            title = name(space[1])
            before = known.setdefault(title, (space[2], space[3]))
            if before[0] != space[2] or before[1] != space[3]:
                yield Fault(f'the spot colour "{title}" is defined in two ways', place(space))


def _settings(file: Opened) -> Iterator[tuple[Any, str]]:
    for canvas in painted(file):
        for setting in canvas.settings:
            yield setting, canvas.where


@clause("6.2.5-1", "graphics states transfer nothing", GRAPHICS_FORBIDDEN, ARCHIVE)
def transfers(file: Opened) -> Iterator[Fault]:
    """No `TR` (ISO 19005-3, 6.2.5)."""
    yield from (Fault("a graphics state has a transfer function (TR)", at) for it, at in _settings(file) if "/TR" in it)


@clause("6.2.5-2", "graphics states transfer as usual", GRAPHICS_FORBIDDEN, ARCHIVE)
def default_transfers(file: Opened) -> Iterator[Fault]:
    """`TR2` is Default."""
    for setting, where in _settings(file):
        if "/TR2" in setting and name(setting.get("/TR2")) != "Default":
            yield Fault("a graphics state has a transfer function (TR2)", where)


@clause("6.2.5-3", "halftones begin nowhere", GRAPHICS_FORBIDDEN, _LATER)
def origins(file: Opened) -> Iterator[Fault]:
    """No `HTP`, which is `HTO` in PDF 2.0."""
    key = "/HTO" if file.version.startswith("2") else "/HTP"
    for setting, where in _settings(file):
        if key in setting:
            yield Fault(f"a graphics state has an origin of halftones ({key[1:]})", where)


@once
def _halftones(file: Opened) -> tuple[tuple[Any, str | None, str], ...]:
    return tuple(_all_halftones(file))


def _all_halftones(file: Opened) -> Iterator[tuple[Any, str | None, str]]:
    """The halftones with the colour that they are for, those inside others (type 5) as well."""
    for setting, where in _settings(file):
        halftone = entry(setting, "/HT")
        if not is_holder(halftone):
            continue
        yield halftone, None, where
        if number(entry(halftone, "/HalftoneType")) == 5:
            yield from ((inner, title, where) for title, inner in pairs(halftone) if is_holder(inner))


@clause("6.2.5-4", "halftones are of known types", GRAPHICS_FORBIDDEN, _LATER)
def halftone_types(file: Opened) -> Iterator[Fault]:
    """1 or 5."""
    for halftone, _, where in _halftones(file):
        if number(entry(halftone, "/HalftoneType")) not in (1, 5):
            yield Fault(f"a halftone is of type {entry(halftone, '/HalftoneType')}", where)


@clause("6.2.5-5", "halftones have no names", GRAPHICS_FORBIDDEN, _LATER)
def halftone_names(file: Opened) -> Iterator[Fault]:
    """No `HalftoneName`."""
    for halftone, _, where in _halftones(file):
        if entry(halftone, "/HalftoneName") is not None:
            yield Fault("a halftone has a name", where)


@clause("6.2.5-6", "halftones transfer only spot colours", GRAPHICS_FORBIDDEN, _LATER)
def halftone_transfers(file: Opened) -> Iterator[Fault]:
    """`TransferFunction` is there for spot colours alone (ISO 32000-1, table 130)."""
    for halftone, title, where in _halftones(file):
        spot = title is not None and title not in _PROCESS
        if title != "Default" and spot != (entry(halftone, "/TransferFunction") is not None):
            yield Fault("a halftone has a transfer function, or lacks that of a spot colour", where)
