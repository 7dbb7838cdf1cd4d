"""What the command `verify` does: files held against the standards, and against the sources of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import __version__
from pipeline.build import composed
from pipeline.cache import Cache
from pipeline.check import read_and_judge
from pipeline.checks import CheckResult
from pipeline.diagnostics import Diagnostic, Findings, StageFailedError, has_errors
from pipeline.formats import Account, Published
from pipeline.outcome import Progress
from pipeline.package import publish
from pipeline.verify.epub import check_epub
from pipeline.verify.gate.examine import Profile
from pipeline.verify.gate.page import conformance_page
from pipeline.verify.gate.verifying import Verified, verify_files
from pipeline.verify.parity import check_parity
from pipeline.verify.parity_text import Sources
from pipeline.workspace import Workspace

_ZIP = b"PK"


@dataclass(frozen=True, slots=True)
class Origin:
    """The report that files are said to be editions of, and the workspace it stands in."""

    folder: Path
    workspace: Workspace


class TooManyEditionsError(ValueError):
    """More than one PDF, or more than one EPUB, is to be compared with one report."""


def verify(
    files: Sequence[Path],
    profile: Profile | None,
    origin: Origin | None,
    workspace: Workspace,
    progress_of: Callable[[str], Progress],
    *,
    every: bool,
    page: Path | None = None,
) -> Account:
    """Read files back, whoever made them.

    Args:
        files: PDF files and EPUBs; what begins as a ZIP archive or is named .epub is taken for an EPUB.
        profile: the standards that PDF files are held against; None for those that each says it conforms to.
        origin: the report that they are compared with; None for no comparison.
        workspace: where the command runs.
        progress_of: gives what is told of a file, or of the comparison, as it goes on.
        every: whether there is one result for each rule, and not for each standard.
        page: where a page with every rule is written; None for nowhere.

    Raises:
        TooManyEditionsError: see there.
    """
    books = tuple(path for path in files if _is_book(path))
    prints = tuple(path for path in files if path not in books)
    if origin is not None and max(len(books), len(prints)) > 1:
        raise TooManyEditionsError("a report is compared with one PDF and one EPUB")
    verified = verify_files(prints, profile, workspace.shown, lambda path: progress_of(path.name)("verifying"))
    if page is not None:
        held = [(item.examination, item.others) for item in verified]
        title = ", ".join(path.name for path in prints)
        publish(page, conformance_page(title, "", held, f"Proofpress {__version__}"))
    findings = Findings()
    told = [_told(item, every=every) for item in verified]
    for path in books:
        progress_of(path.name)("verifying")
        size = path.stat().st_size if path.is_file() else 0
        told.append(Published("", workspace.shown(path), "epub", 0, size, check_epub(path, findings)))
    if origin is not None:
        name, compared = origin.folder.name, progress_of(origin.folder.name)
        parity = _compared(origin, next(iter(prints), None), next(iter(books), None), compared, findings)
        told.append(Published(name, workspace.shown(origin.folder), "sources", 0, 0, parity))
    found: tuple[Diagnostic, ...] = tuple(finding for item in verified for finding in item.findings)
    return Account(__version__, (*found, *findings.all()), tuple(told))


def _is_book(path: Path) -> bool:
    if path.suffix.lower() == ".epub":
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP)) == _ZIP
    except OSError:
        return False  # the gate tells why it cannot be read


def _told(item: Verified, *, every: bool) -> Published:
    known = item.examination
    return Published("", known.path, "pdf", known.pages, item.size, item.checks(every=every))


def _compared(
    origin: Origin, pdf: Path | None, epub: Path | None, progress: Progress, findings: Findings
) -> tuple[CheckResult, ...]:
    """What is printed held against what is written; nothing is compared with sources that have errors."""
    workspace, found, document = origin.workspace, Findings(), None
    checked = read_and_judge(origin.folder, workspace, progress, found)
    try:
        if not has_errors(checked.judged(found, workspace)):
            document = composed(checked, workspace, progress, found)
    except StageFailedError as failed:
        found.extend(failed.findings)
    judged = checked.judged(found, workspace)
    findings.extend(finding for finding in judged if finding.is_error)
    if document is None or has_errors(judged):
        return ()
    progress("comparing with the sources")
    sources = Sources(checked.report, checked.index, checked.places.of)
    return check_parity(document, sources, Cache(workspace.cache), findings, pdf, epub)
