"""What the printer of a report is told: how it wants to look, what goes with it, and what kind of file it becomes.

Values alone: whoever gives an order need not load what carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.render.tags_roles import UA1, UA2, Vocabulary
from pipeline.render.xmp import PRINT, SCREEN, SCREEN_2, Claims

if TYPE_CHECKING:  # it loads what computes colours
    from pipeline.render.inks import Inks


@dataclass(frozen=True, slots=True)
class Design:
    """How a report wants to look.

    Attributes:
        page: "A4" or "Letter".
        colors: values that replace colour tokens of `css/tokens.css`, by name ("accent", "#1d4a42").
        stylesheets: the report's own style sheets, read after the press's.
    """

    page: str
    colors: tuple[tuple[str, str], ...]
    stylesheets: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with the report.

    Attributes:
        name: as readers see it, "criteria.csv".
        media_type: "text/csv".
        data: its bytes.
        description: what it holds.
    """

    name: str
    media_type: str
    data: bytes
    description: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which the printed report comes out as a file.

    Attributes:
        words: the types of its structure.
        claims: what it is meant to conform to.
        version: of PDF.
        for_printers: whether it has bleed and crop marks.
        inks: of the press that it is made for; None for a file in the colours of the screen.
    """

    words: Vocabulary
    claims: Claims
    version: str
    for_printers: bool = False
    inks: Inks | None = None

    @property
    def later(self) -> bool:
        """Whether it is a file of PDF 2.0."""
        return self.version >= "2.0"


SCREEN_FORM = Form(UA1, SCREEN, "1.7")
SCREEN_2_FORM = Form(UA2, SCREEN_2, "2.0")
PRINT_FORM = Form(UA1, PRINT, "1.7", for_printers=True)
