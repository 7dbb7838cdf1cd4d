"""A second look at what was not found: is it painted in another order than it is read?

Around a wrong word the right ones are found where they belong. What a style sheet has positioned is painted after
the rest of its page; when it stands where it is read, all is well.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.verify.pdf_page import Run
from pipeline.verify.pdf_progress import Progress
from pipeline.verify.pdf_reading import Match
from pipeline.verify.text import HYPHEN

_FAR = 40  # letters that may be missing before each letter that is found
_SAME_LINE = 2.0  # PDF units by which the heights of texts on one line differ

Gap = tuple[int, int]


def settle(item: Progress, left: list[Run], pages: tuple[int, int]) -> list[Run]:
    """Fill the gaps of a strand from the text objects that belong to no other.

    Args:
        item: the strand.
        left: the text objects, in the order of painting.
        pages: the first and last page of its section.

    Returns:
        What is left then.
    """
    for gap in list(item.gaps):
        before, after = _around(item, gap)
        low = (before.page, before.order) if before else (pages[0], -1)
        high = (after.page, after.order) if after else (pages[1] + 1, 0)
        between = [run for run in left if low < (run.page, run.order) < high]
        left = _filled(item, gap, _found(item, gap, between), left)
    for gap in list(item.gaps):
        before, after = _around(item, gap)
        first, last = before.page if before else pages[0], after.page if after else pages[1]
        below = gap in item.strand.captions
        placed = [run for run in left if first <= run.page <= last and (below or _is_read(before, run, after))]
        found = _found(item, gap, placed)
        if sum(match.end - match.start for match in found) == gap[1] - gap[0]:
            left = _filled(item, gap, found, left)
    item.gaps.sort()
    return left


def _around(item: Progress, gap: Gap) -> tuple[Run | None, Run | None]:
    """The text objects that print what stands before a gap and behind it."""
    before = max((m for m in item.matches if m.end <= gap[0]), key=lambda m: m.end, default=None)
    after = min((m for m in item.matches if m.start >= gap[1]), key=lambda m: m.start, default=None)
    return before.run if before else None, after.run if after else None


def _found(item: Progress, gap: Gap, runs: Iterable[Run]) -> list[Match]:
    """What of a gap these text objects print, in this order."""
    at, found = gap[0], []
    for run in runs:
        letters = run.letters if len(run.letters) == 1 else run.letters.rstrip(HYPHEN)
        start = item.strand.letters.find(letters, at, gap[1])
        if letters and 0 <= start - at <= _FAR * len(letters):
            at = start + len(letters)
            found.append(Match(start, at, run))
    return found


def _filled(item: Progress, gap: Gap, found: list[Match], left: list[Run]) -> list[Run]:
    if not found:
        return left
    item.matches = sorted([*item.matches, *found], key=lambda match: match.start)
    item.gaps.remove(gap)
    edges = [gap[0], *(edge for match in found for edge in (match.start, match.end)), gap[1]]
    item.gaps += [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    used = {match.run for match in found}
    return [run for run in left if run not in used]


def _is_read(before: Run | None, run: Run, after: Run | None) -> bool:
    """Whether a text stands between two others as one reads: lines from above, words from the left."""
    return (before is None or _precedes(before, run)) and (after is None or _precedes(run, after))


def _precedes(first: Run, second: Run) -> bool:
    if first.page != second.page:
        return first.page < second.page
    if abs(first.middle[1] - second.middle[1]) > _SAME_LINE:
        return first.middle[1] > second.middle[1]
    return first.box[0] < second.box[0]
