"""Find the words of a document on the pages of its PDF: which text object prints which words.

Text objects are taken in the order in which the page is painted. Each goes on with the strand whose next letters
it has; where several could go on, the one that fits the objects after it best. A strand whose next letters do not
come is taken up again further on, and what was passed over is lost, unless it turns up out of its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.document import Document
from pipeline.verify.pdf_contents import read_contents
from pipeline.verify.pdf_file import PdfFile
from pipeline.verify.pdf_page import Page, Run
from pipeline.verify.pdf_progress import Progress, step
from pipeline.verify.pdf_reading import Reading
from pipeline.verify.pdf_settle import settle
from pipeline.verify.pdf_words import CONTENTS, PAGE_NUMBER, Section, Strand, StrandKind
from pipeline.verify.text import HYPHEN, is_numeral

_SURE = 12  # letters that go on with a strand by chance as good as never
_AHEAD = 40  # letters after which looking ahead is enough
_OBJECTS_AHEAD = 8
_PASSED_AHEAD = 2  # short objects in between, such as the marks of lists, that looking ahead passes over
_SHORT = 4
_SOON = 400  # letters: a few lines
_LOST_FROM = 8  # letters of an object that is looked for further on
_LOST_PROOF = 24
_LOST_WITHIN = 20_000  # letters: about six pages
_SAME_LINE = 3.0  # PDF units by which the middles of texts on one line differ
_HEAD_OBJECTS = 6  # a head is at most so many objects, painted last
_HEAD_GAP = 6.0  # PDF units between a head and the text below it


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
    return {section.id: found[section.id] for section in sections}


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


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to go on: the strand, where it stands afterwards, and how many letters fit, ahead included."""

    progress: Progress
    end: int
    fits: int
    again: tuple[int, int] | None = None


class _Matcher:
    def __init__(self, sections: Sequence[Section], pages: Mapping[str, tuple[int, int]]) -> None:
        self.progress = {s.id: [Progress(strand, s.id) for strand in s.strands] for s in sections}
        self.pages = pages
        self.left: list[Run] = []
        self.current: Progress | None = None

    def all(self) -> list[Progress]:
        """Every strand; what did not come until the end is lost, unless it stands out of its order."""
        found = [item for items in self.progress.values() for item in items]
        for item in found:
            item.leap(len(item.strand.letters))
            self.left = settle(item, self.left, self.pages[item.section])
        return found

    def read(self, number: int, runs: Sequence[Run]) -> None:
        """Find the words of a page."""
        printed_on = any(first <= number <= last for first, last in self.pages.values())
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
                if printed_on:
                    self.left.append(run)
                continue
            self.current = way.progress
            if way.again is not None:
                way.progress.again = way.again if way.again[0] < way.again[1] else None
            else:
                way.progress.again = None
                way.progress.take(way.end, run)

    def _way(self, scope: Sequence[Progress], ahead: Sequence[Run]) -> _Way | None:
        """The best way to go on with the next text object."""
        letters = ahead[0].letters
        current = self.current
        if current is not None and current.again is None and len(letters) >= _SURE:
            end = step(current.strand, current.at, letters)
            if end > 0:
                return _Way(current, end, len(letters))
        best: _Way | None = None
        page = ahead[0].page
        for way in self._ways(scope, ahead):
            if _is_likely(way, ahead[0]) and (best is None or self._weight(way, page) > self._weight(best, page)):
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

    def _weight(self, way: _Way, page: int) -> tuple[int, bool, bool, bool, bool]:
        """What makes a way better than another; of two that are alike the one of the earlier section is better."""
        item = way.progress
        first, last = self.pages[item.section]
        return way.fits, item is self.current, way.again is None, item.begun, first <= page <= last

    def _ways(self, scope: Sequence[Progress], ahead: Sequence[Run]) -> Iterator[_Way]:
        letters = ahead[0].letters
        likely = (letters[0], PAGE_NUMBER)
        for item in scope:
            strand = item.strand
            # most strands do not go on with this letter, and there are many
            goes_on = strand.letters.startswith(likely, item.at) or strand.backwards
            end = step(strand, item.at, letters) if goes_on else -1
            if end > 0 and not item.done:
                yield _Way(item, end, _fits(strand, item.at, len(strand.letters), ahead))
            for start, stop in self._repeats(item, ahead[0]) if strand.repeats or item.again is not None else ():
                end = step(strand, start, letters)
                if 0 < end <= stop:
                    yield _Way(item, item.at, _fits(strand, start, stop, ahead), (end, stop))

    def _repeats(self, item: Progress, run: Run) -> Iterable[tuple[int, int]]:
        """The heads of tables that may come again: at the top of the page or column after the last row."""
        if item.again is not None:
            return (item.again,)
        if not item.strand.repeats or not item.matches:
            return ()
        last = item.matches[-1].run
        if last.page == run.page and run.box[1] < last.box[3]:
            return ()
        return (part for part in item.strand.repeats if part[1] <= item.at)

    def _further_on(self, scope: Sequence[Progress], ahead: Sequence[Run]) -> _Way | None:
        """Take up a strand behind what is lost of it."""
        letters = ahead[0].letters.rstrip(HYPHEN)
        if len(letters) < _LOST_FROM:
            return None
        best: tuple[int, int, Progress] | None = None
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
    above = run.middle[1] >= last.middle[1] - _SAME_LINE
    goes_back = last.page == run.page and above and run.box[0] < last.box[0]
    return not goes_back  # to the left, and not down: the mark of a list, which is painted after its text
