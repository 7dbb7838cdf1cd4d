"""How far the strands of a document have been found on its pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_reading import Match, Printed
from pipeline.verify.pdf_words import PAGE_NUMBER, Strand
from pipeline.verify.text import HYPHEN, is_numeral, runs_right_to_left


def step(strand: Strand, at: int, letters: str) -> int:
    """Where a strand stands after a text object with these letters; -1 when it does not go on like this."""
    if strand.letters.startswith(letters, at):
        return at + len(letters)
    if letters.endswith(HYPHEN) and len(letters) > 1 and strand.letters.startswith(letters[:-1], at):
        return at + len(letters) - 1  # a hyphen that the layout has put at the end of a line
    if strand.letters.startswith(PAGE_NUMBER, at) and is_numeral(letters):
        return at + 1
    if strand.backwards and runs_right_to_left(letters):
        same = sorted(strand.letters[at : at + len(letters)]) == sorted(letters)
        return at + len(letters) if same else -1  # the order of the letters on the line is not the one in the text
    return -1


@dataclass(slots=True, eq=False)
class Progress:
    """How far a strand of a section has been found.

    Attributes:
        strand: the words.
        section: the id of the chapter that it belongs to.
        at: the letter that has to come next.
        matches, gaps: what was found and what was passed over.
        again: in a repeated head of a table: from where, to where.
    """

    strand: Strand
    section: str
    at: int = 0
    matches: list[Match] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    again: tuple[int, int] | None = None

    @property
    def begun(self) -> bool:
        """Whether some of it was found."""
        return bool(self.matches)

    @property
    def done(self) -> bool:
        """Whether its end is reached."""
        return self.at >= len(self.strand.letters)

    def take(self, end: int, run: Run) -> None:
        """Go on with a text object."""
        self.matches.append(Match(self.at, end, run))
        self.at = end

    def leap(self, to: int) -> None:
        """Pass over what does not come."""
        if to > self.at:
            self.gaps.append((self.at, to))
        self.at = to

    def printed(self) -> Printed:
        """The result."""
        return Printed(self.strand, self.section, tuple(self.matches), tuple(self.gaps))
