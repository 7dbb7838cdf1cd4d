"""A finished PDF against its document and against the standards; only then does it say that it conforms to them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pikepdf

from pipeline import toolchain
from pipeline.cache import Cache
from pipeline.checks import CheckResult
from pipeline.diagnostics import Diagnostic, Findings, Span, has_errors
from pipeline.document import Document
from pipeline.render.finishing import declared
from pipeline.render.forms import Form
from pipeline.render.xmp import Claims
from pipeline.verify.gate.batches import Desk
from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.examine import Examination, Profile, examine, take_part
from pipeline.verify.gate.opened import NotReadableError
from pipeline.verify.gate.verapdf import check_with_verapdf
from pipeline.verify.parity import Compared, Done, compare_print
from pipeline.verify.parity_text import Sources
from pipeline.verify.pdf import check_and_read, place_of_id
from pipeline.verify.pdf_print import check_for_printers
from pipeline.verify.printed_text import PrintedText, carried_over
from pipeline.workers import WorkFailedError, processors, work_through

_PARTS_UA = {1: Standard.UA1, 2: Standard.UA2}
_PARTS_A = {1: Standard.A1, 2: Standard.A2, 3: Standard.A3, 4: Standard.A4}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a PDF.

    Attributes:
        checks: every check, in short.
        examination: every rule of the standards.
        others: what other checkers say.
        compared: what was compared with the sources meanwhile; None when nothing was.
    """

    checks: tuple[CheckResult, ...]
    examination: Examination
    others: tuple[CheckResult, ...]
    compared: Done | None = None


def prove(
    path: Path,
    document: Document,
    form: Form,
    epoch: int,
    cache: Cache,
    findings: Findings,
    locate: Callable[[str], Span] = place_of_id,
    sources: Sources | None = None,
    source: Compared | None = None,
) -> Proof:
    """Check a PDF, and let it declare what it conforms to when nothing is wrong.

    Args:
        path: the file; it is written again when its declarations are.
        document: what was sent to print.
        form: what kind of file it is, and what it is meant to conform to.
        epoch: the moment that the file is dated with.
        cache: keeps what was read of pages.
        findings: takes everything that is wrong.
        locate: where in the sources an id comes from.
        sources: what the authors wrote, when the file is to be compared with it at the same time, and
        source: what the comparison of that with the document has found (see `check_parity`).
    """
    profile = _profile(form.claims)
    own = Findings()
    others: tuple[CheckResult, ...] = ()

    def compare(claiming: Path, desk: Desk) -> _Compared:
        wrong = Findings()
        checks, text = check_and_read(path, document, cache, wrong, locate, sound=True)
        if form.for_printers:
            checks = (*checks, *check_for_printers(path, document, wrong, locate))
        like = compare_print(document, sources, cache, text) if sources is not None and text is not None else None
        said = examine(claiming, path.name, profile, only_declared=True, cache=cache)
        with suppress(NotReadableError):  # the other process says so
            take_part(path, profile, cache, desk)
        return _Compared(checks, wrong.all(), text, like, said)

    def judge(desk: Desk) -> Examination:
        return examine(path, path.name, profile, undeclared=True, locate=locate, cache=cache, desk=desk)

    with tempfile.TemporaryDirectory(prefix=".shared-", dir=path.parent) as shared:
        desk, claiming = Desk(Path(shared)), Path(shared) / path.name  # what it will say when all else is proved
        claiming.write_bytes(_declared(path, document, form, epoch))
        compared, examination = _at_once(partial(compare, claiming, desk), partial(judge, desk))
        printed = compared.text
        own.extend(compared.wrong)
        own.extend(examination.findings)
        if not has_errors(own.all()):
            printed = carried_over(printed, path.read_bytes(), claiming)
            claiming.replace(path)
            own.extend(compared.said.findings)
            examination = _together(examination, compared.said)
            verdict, found = _verapdf(path, profile)
            own.extend(found)
            others = (verdict,)
    findings.extend(own.all())
    done = Done(source, compared.like, printed) if source is not None else None
    return Proof((*compared.checks, *examination.summary(), *others), examination, others, done)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What one of the two processes has found.

    Attributes:
        checks, wrong: of the file against its document.
        text: what was read of it.
        like: the comparison of that with the sources.
        said: what the declarations are held against.
    """

    checks: tuple[CheckResult, ...]
    wrong: tuple[Diagnostic, ...]
    text: PrintedText | None
    like: Compared | None
    said: Examination


def _declared(path: Path, document: Document, form: Form, epoch: int) -> bytes:
    """The file with its declarations; as it is, when it cannot be read: then it will not be proved."""
    data = path.read_bytes()
    try:
        return declared(data, document, form, epoch)
    except pikepdf.PdfError:
        return data


First = TypeVar("First")
Second = TypeVar("Second")


def _at_once(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What two functions return, called in processes of their own where there is more than one processor."""
    if processors() < 2:
        return first(), second()
    both: tuple[Callable[[], Any], ...] = (first, second)
    try:
        done = dict(work_through(both, lambda do: do(), processes=2))
    except WorkFailedError:  # a process came to its bounds; here there are none
        return first(), second()
    return done[0], done[1]


def _profile(claims: Claims) -> Profile:
    standards = {Standard.FILE}
    if claims.pdfua is not None:
        standards.add(_PARTS_UA[claims.pdfua])
    if claims.pdfa is not None:
        standards.add(_PARTS_A[claims.pdfa[0]])
    return Profile(frozenset(standards))


def _together(first: Examination, second: Examination) -> Examination:
    standards = tuple(sorted({*first.standards, *second.standards}))
    judged, findings = (*first.judged, *second.judged), (*first.findings, *second.findings)
    return Examination(first.path, standards, judged, findings, first.pages)


def _verapdf(path: Path, profile: Profile) -> tuple[CheckResult, tuple[Diagnostic, ...]]:
    return check_with_verapdf(toolchain.verapdf(), path, path.name, profile.standards)
