"""What a run makes and says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pipeline.checks import CheckResult
from pipeline.diagnostics import Diagnostic

Progress = Callable[[str], None]


class Edition(Enum):
    """A form in which a report comes out."""

    PDF = "pdf"
    EPUB = "epub"
    PDF2 = "pdf2"
    PRINT = "print"

    def file_name(self, slug: str) -> str:
        """What its file is called."""
        ending = {Edition.PDF: ".pdf", Edition.EPUB: ".epub", Edition.PDF2: "-ua2.pdf", Edition.PRINT: "-print.pdf"}
        return slug + ending[self]


@dataclass(frozen=True, slots=True)
class Artefact:
    """A finished file.

    Attributes:
        path: where it stands.
        edition: what it is.
        pages: how many pages it has; 0 where it has none.
        checks: what was read back from it.
        sha256: of the bytes that were read back, in hexadecimal; another build may replace the file.
    """

    path: Path
    edition: Edition
    pages: int
    checks: tuple[CheckResult, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: what it found, and the files that it published (none when there are errors)."""

    findings: tuple[Diagnostic, ...]
    artefacts: tuple[Artefact, ...]
