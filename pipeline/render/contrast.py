"""Can the text be told from what it stands on? Asked of the laid-out pages, which know both colours.

WCAG 2.2, 1.4.3: 4.5 to 1, and 3 to 1 for large letters (18 points, or 14 points bold). What a picture or a drawing
shows under a text is not known here and not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from weasyprint.draw.color import get_color

from pipeline.diagnostics import Findings, Severity, Span, declare

CONTRAST_LOW = declare(
    "WPR031",
    "text-contrast-low",
    Severity.WARNING,
    """
    A text differs too little from what it stands on to be read by everyone (WCAG 2.2, 1.4.3): 4.5 to 1 is asked
    for, and 3 to 1 for large letters.

    Bad:   colors: {ink-2: "#aaaaaa"}
    Good:  colors: {ink-2: "#595959"}
    """,
)

_LARGE, _LARGE_BOLD, _BOLD = 24.0, 18.66, 700  # CSS pixels: 18 and 14 points
_NORMAL, _FOR_LARGE = 4.5, 3.0
_WHITE = (1.0, 1.0, 1.0)

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A text with its colours, and the nearest id."""

    text: str
    near: str
    ink: Colour
    ground: Colour
    large: bool


def contrast(one: Colour, other: Colour) -> float:
    """How much two colours differ, 1 to 21 (WCAG 2.2, "contrast ratio"); their parts go from 0 to 1."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True, slots=True)
class Faint:
    """A text that differs too little from what it stands on, and the nearest id."""

    near: str
    message: str


def faint_texts(pages: Iterable[Any]) -> tuple[Faint, ...]:
    """The texts of laid-out pages that cannot be told from their ground, each pair of colours once."""
    told: set[tuple[Colour, Colour, bool]] = set()
    found = []
    for page in pages:
        for shown in _texts(page._page_box, _WHITE, ""):
            key = (shown.ink, shown.ground, shown.large)
            ratio = contrast(shown.ink, shown.ground)
            if key not in told and ratio < (_FOR_LARGE if shown.large else _NORMAL):
                told.add(key)
                wanted = _FOR_LARGE if shown.large else _NORMAL
                colours = f"{_hex(shown.ink)} on {_hex(shown.ground)}"
                words = shown.text.strip()[:40]
                found.append(Faint(shown.near, f'"{words}" in {colours} has a contrast of {ratio:.1f}, not {wanted}'))
    return tuple(found)


def tell_faint(faint: Iterable[Faint], locate: Callable[[str], Span], edition: Span, findings: Findings) -> None:
    """Tell of texts that cannot be told from their ground.

    Args:
        faint: the texts.
        locate: where in the sources an id comes from.
        edition: the place of text near no id.
        findings: told of them.
    """
    for text in faint:
        findings.add(CONTRAST_LOW.at(locate(text.near) if text.near else edition, text.message))


def _texts(box: Any, ground: Colour, near: str) -> Iterator[_Shown]:
    pending = [(box, ground, near)]
    while pending:
        holder, under, around = pending.pop()
        inner = getattr(holder, "_box", holder)
        if type(inner).__name__ == "TextBox":
            if inner.text.strip():
                size, weight = float(inner.style["font_size"]), int(inner.style["font_weight"])
                large = size >= _LARGE or (size >= _LARGE_BOLD and weight >= _BOLD)
                ink = _over(get_color(inner.style, "color"), under)
                yield _Shown(inner.text, around, ink, under, large)
            continue
        under = _over(get_color(inner.style, "background_color"), under)
        element = inner.element
        if element is not None and hasattr(element, "get"):
            around = element.get("id") or around
        pending.extend((child, under, around) for child in getattr(inner, "children", ()))


def _over(colour: Any, ground: Colour) -> Colour:
    """A colour, as far as it is opaque, over another."""
    red, green, blue = (float(part) for part in colour.to("srgb").coordinates)
    alpha = float(colour.alpha)
    mixed = [alpha * part + (1 - alpha) * under for part, under in zip((red, green, blue), ground, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in colour)
