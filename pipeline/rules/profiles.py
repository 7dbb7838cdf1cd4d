"""The colour profile of the edition for printers: is it one, whole, and for four inks?"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.diagnostics import Diagnostic, Severity, declare
from pipeline.rules.survey import Survey

UNUSABLE_PROFILE = declare(
    "INK001",
    "unusable-output-profile",
    Severity.ERROR,
    """
    The file that `design: output-profile` names is no ICC profile, is damaged, or is not for printing with four
    inks. Colours are computed from it, so it has to be the profile of a press and a paper, of the class "prtr",
    for CMYK, with tables for the way from colours to inks. Printers say which one they print by.

    Bad:   output-profile: profiles/sRGB.icc
    Good:  output-profile: profiles/PSOcoated_v3.icc
    """,
)

_HEADER = 128  # bytes (ICC.1:2022, 7.2)
_TAG = 12  # bytes of an entry of the table of tags (7.3)
_MOST_TAGS = 1000
_NEEDED = (b"desc", b"wtpt", b"A2B0", b"B2A0")  # of an output profile with tables (8.5.2)
_KINDS = {b"mntr": "a screen", b"scnr": "a scanner", b"spac": "a colour space", b"link": "a way between devices"}


def unusable_output_profile(survey: Survey) -> Iterator[Diagnostic]:
    """INK001."""
    data, name = survey.report.output_profile, survey.report.settings.design.output_profile
    fault = "" if data is None else _fault_of(data)
    if fault:
        place = survey.report.place.at("design", "output-profile")
        yield UNUSABLE_PROFILE.at(place, f'"{name}" {fault}', "ask the printer for the profile of the press and paper")


def _fault_of(data: bytes) -> str:
    """What is wrong with an output profile for four inks, or ""."""
    if len(data) < _HEADER + 4 or data[36:40] != b"acsp":
        return "is no ICC profile"
    kind, colours, between = data[12:16], data[16:20], data[20:24]
    if kind != b"prtr":
        return f"is the profile of {_KINDS.get(kind, 'something else')}, not of a press"
    if colours != b"CMYK":
        return f"is for {_name(colours)}, not for CMYK"
    if between not in (b"Lab ", b"XYZ ") or data[8] not in (2, 4):  # PDF/A knows no later ones (ISO 19005-3, 6.2.3)
        return "is not of version 2 or 4 of the ICC's format"
    if int.from_bytes(data[:4], "big") != len(data):
        return "is damaged: its length is not what it says"
    tags = _tags(data)
    if tags is None:
        return "is damaged: its tables lie outside it"
    missing = [_name(tag) for tag in _NEEDED if tag not in tags]
    return f"has no table {', '.join(missing)}" if missing else ""


def _tags(data: bytes) -> frozenset[bytes] | None:
    """The signatures of its tags; None when some lie outside the file."""
    count = int.from_bytes(data[_HEADER : _HEADER + 4], "big")
    end = _HEADER + 4 + _TAG * count
    if count > _MOST_TAGS or end > len(data):
        return None
    found = set()
    for at in range(_HEADER + 4, end, _TAG):
        start, length = (int.from_bytes(data[at + offset : at + offset + 4], "big") for offset in (4, 8))
        if start < end or start + length > len(data):
            return None
        found.add(data[at : at + 4])
    return frozenset(found)


def _name(signature: bytes) -> str:
    return signature.decode("latin-1").strip() or "nothing"
