"""What the comparison of editions needs of a PDF: taken from the reading that checked it, so that it is read once.

It carries the digest of the file that it was read from: of another file it says nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.verify.pagelist import letters_without_hyphens
from pipeline.verify.pdf_inspection import Inspection, in_reference
from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_words import StrandKind

_PACKET = (b"<?xpacket begin", b"<?xpacket end")


@dataclass(frozen=True, slots=True)
class PrintedStrand:
    """A strand of the document on paper.

    Attributes:
        letters: its letters.
        gaps: the parts that were not found; those in references are left out, which are judged as such.
    """

    letters: str
    gaps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PrintedText:
    """The text of a finished PDF, read against its document.

    Attributes:
        digest: of the file that it was read from.
        unreadable: the fonts whose text cannot be read back, "" for none.
        strands: of each chapter, what is printed of it.
        labels: what each page is called.
        pages: of each page, the letters of the text on it, without those of notes, heads and folios.
    """

    digest: str
    unreadable: str
    strands: Mapping[str, tuple[PrintedStrand, ...]]
    labels: tuple[str, ...]
    pages: tuple[str, ...]


def printed_text(look: Inspection, digest: str) -> PrintedText:
    """What a PDF prints.

    Args:
        look: the PDF, read against its document.
        digest: of the file, by `digest_of`.
    """
    strands: dict[str, list[PrintedStrand]] = {}
    for item in look.reading.printed:
        gaps = tuple(gap for gap in item.gaps if not in_reference(item, gap))
        strands.setdefault(item.section, []).append(PrintedStrand(item.strand.letters, gaps))
    return PrintedText(
        digest,
        unreadable_in(look),
        {section: tuple(found) for section, found in strands.items()},
        tuple(page.label for page in look.pdf.pages),
        letters_of_pages(look),
    )


def unreadable_in(look: Inspection) -> str:
    """The fonts whose text cannot be read back, "" for none."""
    return ", ".join(sorted({font.name for font in look.pdf.unreadable}))


def digest_of(data: bytes) -> str:
    """The digest by which a file is known."""
    return hashlib.sha256(data).hexdigest()


def carried_over(text: PrintedText | None, before: bytes, after: Path) -> PrintedText | None:
    """The same text for the same file with other metadata; None when something else of it is another.

    Args:
        text: what was read of the file.
        before: the bytes that it was read from.
        after: the file as it is now.
    """
    now = after.read_bytes()
    if text is None or text.digest != digest_of(before) or len(before) != len(now):
        return None
    start = now.find(_PACKET[0])
    end = now.find(_PACKET[1], start)
    if start < 0 or end < 0 or before[:start] != now[:start] or before[end:] != now[end:]:
        return None
    return replace(text, digest=digest_of(now))


def letters_of_pages(look: Inspection) -> tuple[str, ...]:
    """Of each page, the letters of the text on it, without those of notes, heads and folios."""
    found: list[list[Run]] = [[] for _ in look.pdf.pages]
    for printed in look.reading.printed:
        if printed.strand.kind is not StrandKind.NOTE:
            for match in printed.matches:
                found[match.run.page].append(match.run)
    for line in look.reading.contents:
        for run in line.runs:
            found[run.page].append(run)
    return tuple(letters_without_hyphens("".join(run.letters for run in sorted(runs, key=_order))) for runs in found)


def _order(run: Run) -> int:
    return run.order
