"""Read a finished PDF back and compare it with the document that was sent to print.

Nothing here trusts the renderer: pages, texts, links and numbers are read from the file, and the words of the
document are looked for on its pages. What could not be decided is told as not run, never as passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from pipeline.cache import Cache
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Findings, Span
from pipeline.document import Document
from pipeline.verify.layout import check_pages
from pipeline.verify.layout_area import check_area
from pipeline.verify.pdf_alone import DoubtfulError
from pipeline.verify.pdf_file import UnusablePdfError, opened, read_pdf
from pipeline.verify.pdf_inspection import Inspection, Verdict, inspect
from pipeline.verify.pdf_joined import check_in_portions
from pipeline.verify.pdf_numbers import check_contents, check_references
from pipeline.verify.pdf_prose import check_notes, check_residue, check_text
from pipeline.verify.pdf_rules import UNSOUND
from pipeline.verify.pdf_strands import sections_of
from pipeline.verify.pdf_structure import (
    check_file,
    check_fonts,
    check_labels,
    check_links,
    check_outline,
)
from pipeline.verify.printed_text import PrintedText, digest_of, printed_text, unreadable_in

_MOST_FINDINGS = 20  # of one check; the number of all is in its detail


def place_of_id(id: str) -> Span:
    """A place that is only an id, for callers that know no sources."""
    return Span(id)


def check_pdf(
    path: Path,
    document: Document,
    cache: Cache,
    findings: Findings,
    locate: Callable[[str], Span] = place_of_id,
) -> tuple[CheckResult, ...]:
    """Check a finished PDF against the document that it was made from.

    Nothing is fetched, and nothing is written but to the cache. The time grows with the number of pages, and nine
    tenths of it are for chapters that were not compared before: of one that is the same, on pages that are made from
    the same bytes, the cache knows all that the whole needs. As soon as anything is wrong, or could be, the whole
    file is looked at instead, so that what is told never depends on what was kept.

    Args:
        path: the PDF.
        document: what was sent to print.
        cache: keeps what was read from pages.
        findings: takes everything that is wrong with it.
        locate: where in the sources an id (`note-…`, `sec-…`, `fig-…`) comes from.
    """
    return check_and_read(path, document, cache, findings, locate)[0]


def check_and_read(
    path: Path,
    document: Document,
    cache: Cache,
    findings: Findings,
    locate: Callable[[str], Span] = place_of_id,
    *,
    sound: bool = False,
) -> tuple[tuple[CheckResult, ...], PrintedText | None]:
    """Check a finished PDF (see `check_pdf`), and keep its text for the comparison with other editions.

    Args:
        path: the PDF.
        document: what was sent to print.
        cache: keeps what was read from pages.
        findings: takes everything that is wrong with it.
        locate: where in the sources an id comes from.
        sound: whether the gate makes sure at the same time that qpdf can read every object of the file, which takes
            as long and as much memory as all the rest when little has changed.

    Returns:
        The checks, and the text; None when it cannot be read.
    """
    try:
        digest = digest_of(path.read_bytes())
        with suppress(DoubtfulError), opened(path, cache, sound=sound) as file:
            verdicts, text = check_in_portions(file, document, cache, path.name, locate, digest)
            return tuple(_told(name, verdicts[name], findings) for name in _CHECKS), text
        pdf = read_pdf(path, cache)
        sections = sections_of(document)
    except (UnusablePdfError, OSError) as unusable:
        findings.add(UNSOUND.at(Span(path.name), str(unusable)))
        first = CheckResult("PDF file", CheckState.FAILED, str(unusable))
        return (first, *_not_run("the file cannot be read", without="PDF file")), None
    except etree.XMLSyntaxError as error:
        return tuple(_not_run(f"the document is not well-formed: {error.msg}")), None
    look = inspect(document, pdf, sections, path.name, locate)
    unreadable = unreadable_in(look)
    results = []
    for name, check in _CHECKS.items():
        if unreadable and name in _NEED_TEXT:
            reason = f"text in {unreadable} cannot be read back"
            results.append(CheckResult(name, CheckState.NOT_RUN, reason))
        else:
            results.append(_told(name, check(look), findings))
    return tuple(results), printed_text(look, digest)


def _told(name: str, verdict: Verdict, findings: Findings) -> CheckResult:
    findings.extend(verdict.faults[:_MOST_FINDINGS])
    if any(fault.is_error for fault in verdict.faults):
        return CheckResult(name, CheckState.FAILED, f"{verdict.detail}; {len(verdict.faults)} wrong")
    if verdict.undecided:
        return CheckResult(name, CheckState.NOT_RUN, verdict.undecided)
    return CheckResult(name, CheckState.PASSED, verdict.detail)


def _not_run(reason: str, without: str = "") -> list[CheckResult]:
    return [CheckResult(name, CheckState.NOT_RUN, reason) for name in _CHECKS if name != without]


_CHECKS: Mapping[str, Callable[[Inspection], Verdict]] = MappingProxyType(
    {
        "PDF file": check_file,
        "PDF fonts": check_fonts,
        "PDF outline": check_outline,
        "PDF links": check_links,
        "PDF notes": check_notes,
        "PDF text": check_text,
        "PDF references": check_references,
        "PDF contents": check_contents,
        "PDF page labels": check_labels,
        "PDF residue": check_residue,
        "PDF page area": check_area,
        "PDF pages": check_pages,
    }
)
_NEED_TEXT = frozenset(
    (
        "PDF outline",
        "PDF links",
        "PDF notes",
        "PDF text",
        "PDF references",
        "PDF contents",
        "PDF page labels",
        "PDF residue",
        "PDF pages",
    )
)
