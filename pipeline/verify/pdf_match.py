"""Find the words of a document on the pages of its PDF: which text object prints which words.

Text objects are taken in the order in which the page is painted. Each goes on with the strand whose next letters
it has; where several could go on, the one that fits the objects after it best. A strand whose next letters do not
come is taken up again further on, and what was passed over is lost, unless it turns up out of its place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.document import Document
from pipeline.verify.pdf_contents import ContentsLine, read_contents
from pipeline.verify.pdf_file import Page, PdfFile, Run
from pipeline.verify.pdf_words import CONTENTS, PAGE_NUMBER, Section, Strand, StrandKind
from pipeline.verify.text import HYPHEN, is_numeral, runs_right_to_left

_SURE = 12  # letters that go on with a strand by chance as good as never
_AHEAD = 40  # letters after which looking ahead is enough
_OBJECTS_AHEAD = 8
_PASSED_AHEAD = 2  # short objects in between, such as the marks of lists, that looking ahead passes over
_SHORT = 4
_SOON = 400  # letters: a few lines
_LOST_FROM = 8  # letters of an object that is looked for further on
_LOST_PROOF = 24
_LOST_WITHIN = 20_000  # letters: about six pages
_HEAD_OBJECTS = 6  # a head is at most so many objects, painted last
_HEAD_GAP = 6.0  # PDF units between a head and the text below it


@dataclass(frozen=True, slots=True)
class Match:
    """The letters of a strand from `start` to before `end` are printed by a text object."""

    start: int
    end: int
    run: Run


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """A strand as it was found.

    Attributes:
        strand: the words.
        section: the id of the chapter that it belongs to.
        matches: what prints it, in order.
        gaps: the parts that were not found.
    """

    strand: Strand
    section: str
    matches: tuple[Match, ...]
    gaps: tuple[tuple[int, int], ...]

    def at(self, offset: int) -> Run | None:
        """The text object that prints the letter at a place, or None when it was not found."""
        index = bisect_right(self.matches, offset, key=lambda match: match.start) - 1
        if index < 0 or offset >= self.matches[index].end:
            return None
        return self.matches[index].run

    def between(self, start: int, end: int) -> tuple[Run, ...]:
        """The text objects that print the letters from `start` to before `end`."""
        first = max(0, bisect_right(self.matches, start, key=lambda match: match.start) - 1)
        found = []
        for match in self.matches[first:]:
            if match.start >= end:
                break
            if match.end > start:
                found.append(match.run)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Reading:
    """A PDF read against the document.

    Attributes:
        printed: every strand of the document.
        left: the text objects that belong to no strand, on the pages of the document's sections.
        heads: of each page, the text objects in its head.
        drawn: of each page, the letters in its drawings.
        pages: of each section, its first page and its last.
        contents: the lines of the contents.
    """

    printed: tuple[Printed, ...]
    left: tuple[Run, ...]
    heads: tuple[tuple[Run, ...], ...]
    drawn: tuple[str, ...]
    pages: Mapping[str, tuple[int, int]]
    contents: tuple[ContentsLine, ...]


def match(document: Document, sections: Sequence[Section], pdf: PdfFile, running: frozenset[str]) -> Reading:
    """Read a PDF against a document.

    Args:
        document: what was sent to print.
        sections: the document's words, in order of print.
        pdf: the file.
        running: the words that heads of pages may show, as they are compared.
    """
    pages = _pages_of(sections, pdf)
    heads = tuple(_head(page, running) for page in pdf.pages)
    contents = read_contents(document, pdf, *pages[CONTENTS]) if CONTENTS in pages else ()
    lines = {run for line in contents if line.whole for run in line.runs}
    matcher = _Matcher(sections, pages)
    for number, page in enumerate(pdf.pages):
        apart = lines.union(heads[number])
        matcher.read(number, [r for r in page.runs if not (r.drawn or r.artifact or r in apart)])
    return Reading(
        printed=tuple(item.printed() for item in matcher.all()),
        left=tuple(matcher.left),
        heads=heads,
        drawn=tuple("".join(run.letters for run in page.runs if run.drawn) for page in pdf.pages),
        pages=pages,
        contents=contents,
    )


def _pages_of(sections: Sequence[Section], pdf: PdfFile) -> dict[str, tuple[int, int]]:
    """The first and last page of each section, as far as its destination says; wide where it says nothing."""
    found: dict[str, tuple[int, int]] = {}
    last = len(pdf.pages) - 1
    for section in reversed(sections):
        first = min((d.page for name in _ids(section) if (d := pdf.destinations.get(name))), default=last + 1)
        if first > last:  # no destination, or a wrong one
            found[section.id] = (0, last)
        else:
            found[section.id] = (first, last)
            last = first
    return found


def _ids(section: Section) -> Iterator[str]:
    yield section.id
    yield from (strand.id for strand in section.strands if strand.kind is StrandKind.PART)


def _head(page: Page, running: frozenset[str]) -> tuple[Run, ...]:
    """The running head and the page number: painted last, above everything else."""
    for count in range(min(_HEAD_OBJECTS, len(page.runs) - 1), 0, -1):
        head, rest = page.runs[-count:], page.runs[:-count]
        floor = max(run.box[3] for run in rest)
        above = all(run.box[1] > floor + _HEAD_GAP for run in head)
        if above and all(run.artifact or run.letters in running or is_numeral(run.letters) for run in head):
            return head
    return ()


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
class _Progress:
    """How far a strand has been found."""

    strand: Strand
    section: str
    at: int = 0
    matches: list[Match] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    again: tuple[int, int] | None = None  # in a repeated head of a table: from where, to where

    @property
    def begun(self) -> bool:
        return bool(self.matches)

    @property
    def done(self) -> bool:
        return self.at >= len(self.strand.letters)

    def take(self, end: int, run: Run) -> None:
        self.matches.append(Match(self.at, end, run))
        self.at = end

    def leap(self, to: int) -> None:
        if to > self.at:
            self.gaps.append((self.at, to))
        self.at = to

    def printed(self) -> Printed:
        return Printed(self.strand, self.section, tuple(self.matches), tuple(self.gaps))


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to go on: the strand, where it stands afterwards, and how many letters fit, ahead included."""

    progress: _Progress
    end: int
    fits: int
    again: tuple[int, int] | None = None


class _Matcher:
    def __init__(self, sections: Sequence[Section], pages: Mapping[str, tuple[int, int]]) -> None:
        self.progress = {s.id: [_Progress(strand, s.id) for strand in s.strands] for s in sections}
        self.pages = pages
        self.left: list[Run] = []
        self.current: _Progress | None = None

    def all(self) -> list[_Progress]:
        """Every strand; what did not come until the end is lost, unless it stands out of its order."""
        found = [item for items in self.progress.values() for item in items]
        for item in found:
            item.leap(len(item.strand.letters))
            self._settle(item)
        return found

    def read(self, number: int, runs: Sequence[Run]) -> None:
        """Find the words of a page."""
        scope = [
            item
            for section, (first, last) in self.pages.items()
            if first - 1 <= number <= last + 1
            for item in self.progress[section]
            if not item.done or item.strand.repeats
        ]
        for index, run in enumerate(runs):
            ahead = runs[index : index + _OBJECTS_AHEAD]
            way = self._way(scope, ahead) or self._further_on(scope, ahead)
            if way is None:
                if scope:
                    self.left.append(run)
                continue
            self.current = way.progress
            if way.again is not None:
                way.progress.again = way.again if way.again[0] < way.again[1] else None
            else:
                way.progress.again = None
                way.progress.take(way.end, run)

    def _way(self, scope: Sequence[_Progress], ahead: Sequence[Run]) -> _Way | None:
        """The best way to go on with the next text object."""
        letters = ahead[0].letters
        current = self.current
        if current is not None and current.again is None and len(letters) >= _SURE:
            end = step(current.strand, current.at, letters)
            if end > 0:
                return _Way(current, end, len(letters))
        best: _Way | None = None
        for way in self._ways(scope, ahead):
            if _is_likely(way, ahead[0]) and (best is None or self._weight(way) > self._weight(best)):
                best = way
        if best is None or (best.fits < _SURE and best.progress is not current):
            return self._soon(ahead) or best
        return best

    def _soon(self, ahead: Sequence[Run]) -> _Way | None:
        """Go on with the strand of the last text object when only a few words of it are missing."""
        item, letters = self.current, ahead[0].letters
        if item is None or item.done or item.again is not None:
            return None
        strand, at = item.strand, item.at
        while (at := strand.letters.find(letters, at + 1, item.at + _SOON)) >= 0:
            fits = _fits(strand, at, len(strand.letters), ahead) if at in strand.breaks else 0
            if fits >= _SURE:
                item.leap(at)
                return _Way(item, step(strand, at, letters), fits)
        return None

    def _weight(self, way: _Way) -> tuple[int, bool, bool, bool]:
        item = way.progress
        return way.fits, item is self.current, way.again is None, item.begun

    def _ways(self, scope: Sequence[_Progress], ahead: Sequence[Run]) -> Iterator[_Way]:
        letters = ahead[0].letters
        for item in scope:
            strand = item.strand
            end = step(strand, item.at, letters)
            if end > 0 and not item.done:
                yield _Way(item, end, _fits(strand, item.at, len(strand.letters), ahead))
            for start, stop in self._repeats(item, ahead[0].page):
                end = step(strand, start, letters)
                if 0 < end <= stop:
                    yield _Way(item, item.at, _fits(strand, start, stop, ahead), (end, stop))

    def _repeats(self, item: _Progress, page: int) -> Iterable[tuple[int, int]]:
        """The heads of tables that may come again: at the top of the page after the last row."""
        if item.again is not None:
            return (item.again,)
        if not item.strand.repeats or not item.matches or item.matches[-1].run.page == page:
            return ()
        return (part for part in item.strand.repeats if part[1] <= item.at)

    def _further_on(self, scope: Sequence[_Progress], ahead: Sequence[Run]) -> _Way | None:
        """Take up a strand behind what is lost of it."""
        letters = ahead[0].letters.rstrip(HYPHEN)
        if len(letters) < _LOST_FROM:
            return None
        best: tuple[int, int, _Progress] | None = None
        for item in scope:
            if item.done or not (item.begun or self.pages[item.section][0] <= ahead[0].page):
                continue
            strand = item.strand
            at = strand.letters.find(letters, item.at, item.at + _LOST_WITHIN)
            if at < 0 or _fits(strand, at, len(strand.letters), ahead) < min(_LOST_PROOF, len(strand.letters) - at):
                continue
            if best is None or (not item.begun, at - item.at) < (not best[2].begun, best[0] - best[2].at):
                best = at, step(strand, at, ahead[0].letters), item
        if best is None or best[1] < 0:
            return None
        best[2].leap(best[0])
        return _Way(best[2], best[1], _LOST_PROOF)

    def _settle(self, item: _Progress) -> None:
        """Look into the gaps once more: around a wrong word the right ones are found, where they belong."""
        for gap in list(item.gaps):
            before = max((m for m in item.matches if m.end <= gap[0]), key=lambda m: m.end, default=None)
            after = min((m for m in item.matches if m.start >= gap[1]), key=lambda m: m.start, default=None)
            first, last = self.pages[item.section]
            low = (before.run.page, before.run.order) if before else (first, -1)
            high = (after.run.page, after.run.order) if after else (last + 1, 0)
            at, taken = gap[0], []
            for run in self.left:
                if low < (run.page, run.order) < high:
                    letters = run.letters if len(run.letters) == 1 else run.letters.rstrip(HYPHEN)
                    start = item.strand.letters.find(letters, at, gap[1])
                    if 0 <= start - at <= _AHEAD * len(letters):
                        at = start + len(letters)
                        taken.append(Match(start, at, run))
            if taken:
                used = {found.run for found in taken}
                self.left = [run for run in self.left if run not in used]
                item.matches = sorted([*item.matches, *taken], key=lambda m: m.start)
                item.gaps.remove(gap)
                edges = [gap[0], *(edge for found in taken for edge in (found.start, found.end)), gap[1]]
                item.gaps += [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
        item.gaps.sort()


def _fits(strand: Strand, at: int, stop: int, ahead: Sequence[Run]) -> int:
    """How many letters of the next text objects a strand has from a place on."""
    start, passed = at, 0
    for run in ahead:
        end = step(strand, at, run.letters)
        if end > stop:
            break
        if end > 0:
            at = end
        elif len(run.letters) > _SHORT or is_numeral(run.letters) or passed == _PASSED_AHEAD:
            break
        else:
            passed += 1
        if at - start >= _AHEAD:
            break
    return at - start


def _is_likely(way: _Way, run: Run) -> bool:
    """Whether a way to go on is more than chance."""
    item, strand = way.progress, way.progress.strand
    if way.fits >= _SURE:
        return True
    if way.again is not None:
        return way.again[0] in strand.breaks
    if not item.begun:
        return way.fits >= len(strand.letters)
    if way.end not in strand.breaks and way.end < len(strand.letters) and not run.letters.endswith(HYPHEN):
        return False
    last = item.matches[-1].run
    goes_back = last.page == run.page and run.box[1] >= last.box[3] - 1 and run.box[0] < last.box[0]
    return not goes_back  # up and to the left, as the mark of a list does that is painted after its text
