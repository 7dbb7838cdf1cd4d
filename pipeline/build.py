"""The order of the stages.

folder --load--> Report --index--> Index --rules--> findings      (check.py; an error ends the run here)
Report + Index --compose--> Document --render--> bytes --verify--> checks --publish--> build/<report>/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from pipeline import __version__, pandoc, toolchain
from pipeline.ahead import PRINTER, Ahead
from pipeline.assemble import Provenance, manuscript_filters
from pipeline.cache import Cache
from pipeline.check import Checked, read_and_judge
from pipeline.collecting import nothing_collected
from pipeline.compose import Styling, compose
from pipeline.datasets import datasets
from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare, has_errors
from pipeline.document import Document
from pipeline.editions import Made, form_of, places_of, worded
from pipeline.outcome import Artefact, Edition, Outcome, Progress
from pipeline.package import Release, distribute
from pipeline.render.forms import Attached, Design
from pipeline.render.order import Delivery, Order
from pipeline.report import Report
from pipeline.templating import Templates
from pipeline.toolchain import Tool, ToolMissingError
from pipeline.wording import words_for
from pipeline.workers import WorkFailedError
from pipeline.workspace import Workspace, source_commit

PRINTER_DIED = declare(
    "WPR016",
    "printer-died",
    Severity.ERROR,
    """
    The process that lays out and binds the pages died, and so did the one that was started in its place. Mostly the
    machine has no memory left.

    Close other programs, or build on a machine with more memory. Chapters are laid out in processes of their own;
    what needs room here is the whole report.
    """,
)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
HANDED_ON = (Edition.PDF, Edition.EPUB)  # the editions of `dist`
MEDIA_TYPES = {Edition.PDF: "application/pdf", Edition.EPUB: "application/epub+zip"}


def build(
    report: Path,
    editions: tuple[Edition, ...],
    workspace: Workspace,
    progress: Progress,
    printer: Ahead | None = None,
    *,
    keep_going: bool,
) -> Outcome:
    """Make the editions of a report, read them back, and publish them when nothing is wrong.

    Args:
        report: the report's folder.
        editions: what to make.
        workspace: where things are.
        progress: told the name of each stage as it begins.
        printer: has begun to load `PRINTER`; None when nothing has.
        keep_going: whether to render in spite of errors, to find those of later stages too; nothing is
            published then.
    """
    return _pressed(report, editions, workspace, progress, printer, keep_going=keep_going).outcome


def dist(report: Path, workspace: Workspace, progress: Progress, printer: Ahead | None = None) -> Outcome:
    """Make the PDF, the EPUB and the folder that is handed on: named files, data, landing page, manifest, checksums."""
    pressed = _pressed(report, HANDED_ON, workspace, progress, printer, keep_going=False)
    if pressed.document is None or not pressed.outcome.artefacts:
        return pressed.outcome
    progress("packing")
    imprint = pressed.document.imprint
    isbns = {Edition.PDF: imprint.isbn_pdf, Edition.EPUB: imprint.isbn_epub}
    releases = tuple(
        Release(item.path, item.edition.name, MEDIA_TYPES[item.edition], item.pages, isbns[item.edition])
        for item in pressed.outcome.artefacts
    )
    findings = Findings()
    written = distribute(
        imprint,
        releases,
        datasets(pressed.checked.report, pressed.document),
        _templates(pressed.checked.report, workspace),
        workspace.build / imprint.slug / "dist",
        (Tool("Proofpress", __version__), Tool("pandoc", pandoc.version()), *toolchain.versions()),
        source_commit(report),
        workspace.epoch(imprint.date),
        findings,
    )
    found = (*pressed.outcome.findings, *findings.all())
    if not written:  # the landing page has a fault; the editions stand in build/ all the same
        return Outcome(found, pressed.outcome.artefacts)
    by_suffix = {path.suffix: path for path in written}
    artefacts = tuple(replace(item, path=by_suffix[item.path.suffix]) for item in pressed.outcome.artefacts)
    return Outcome(found, artefacts)


@dataclass(frozen=True, slots=True)
class _Pressed:
    """A run and what it was made from; `document` is None when the run did not come so far."""

    outcome: Outcome
    checked: Checked
    document: Document | None


def _pressed(
    folder: Path,
    editions: tuple[Edition, ...],
    workspace: Workspace,
    progress: Progress,
    begun: Ahead | None,
    *,
    keep_going: bool,
) -> _Pressed:
    with begun or Ahead(PRINTER, now=False) as printer:
        return _pressed_by(printer, folder, editions, workspace, progress, keep_going=keep_going)


def _pressed_by(
    printer: Ahead,
    folder: Path,
    editions: tuple[Edition, ...],
    workspace: Workspace,
    progress: Progress,
    *,
    keep_going: bool,
) -> _Pressed:
    findings = Findings()
    checked = read_and_judge(folder, workspace, progress, findings)

    def stopped() -> bool:
        return not keep_going and has_errors(checked.judged(findings, workspace))

    made: list[Made] = []
    document = None if stopped() else _tried(findings, composed, checked, workspace, progress, findings)
    for edition in sorted(editions, key=tuple(Edition).index):  # the PDF first: the EPUB names its pages
        if document is None or stopped():
            break
        if edition is Edition.EPUB:
            edited = _tried(findings, _bound, made, document, checked, workspace, progress, findings)
        else:
            edited = _tried(findings, _printed, edition, printer, document, checked, workspace, progress, findings)
        made += [edited] if edited else []
    printer.end()  # it holds the pages of the whole report
    if Edition.PDF not in editions:
        Cache(workspace.cache).trim()
    artefacts: tuple[Artefact, ...] = ()
    if document is not None and not has_errors(checked.judged(findings, workspace)):
        from pipeline.proofing import proved_and_published

        artefacts = proved_and_published(made, document, checked, workspace, progress, findings)
    return _Pressed(Outcome(checked.judged(findings, workspace), artefacts), checked, document)


def _tried(
    findings: Findings, stage: Callable[Arguments, Result], *args: Arguments.args, **more: Arguments.kwargs
) -> Result | None:
    """What a stage gives, or None when it fails.

    With --keep-going a stage is given what earlier ones found errors in. That it trips over them is no news.
    """
    try:
        return stage(*args, **more)
    except StageFailedError as failed:
        findings.extend(failed.findings)
    except ToolMissingError:
        raise
    except Exception:
        if not has_errors(findings.all()):
            raise
    return None


def _templates(report: Report, workspace: Workspace) -> Templates:
    words = words_for(report.settings.lang, report.settings.labels)
    filters, kept = manuscript_filters(words), Cache(workspace.cache)
    return Templates(workspace.templates, report.templates, workspace.shown, filters, kept)


@nothing_collected()
def composed(checked: Checked, workspace: Workspace, progress: Progress, findings: Findings) -> Document:
    """The document of a report that has no errors.

    Raises:
        StageFailedError: when its parts cannot be put together.
    """
    progress("composing")
    report, index, templates = checked.report, checked.index, _templates(checked.report, workspace)
    provenance = Provenance(__version__, pandoc.version(), toolchain.versions(), source_commit(report.folder))
    styling = Styling(checked.style, workspace.templates / "charts" / "theme.json")
    return compose(report, index, templates, provenance, styling, Cache(workspace.cache), findings)


def _printed(
    edition: Edition,
    printer: Ahead,
    document: Document,
    checked: Checked,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
) -> Made:
    """A PDF.

    Raises:
        StageFailedError: when none can be made.
    """
    progress("laying out pages")
    templates = replace(_templates(checked.report, workspace), filters={})  # the manuscript is made
    words = worded(edition, document)
    order = Order(
        words,
        _design(checked),
        templates,
        workspace.epoch(document.imprint.date),
        Cache(workspace.cache),
        places_of(words, checked),
        _data_of(checked.report),
        form_of(edition, checked),
    )
    printer.ask("carry_out", order)
    from pipeline.proofing import compared_with_sources  # loaded, and done, while the pages are laid out

    cache, source = Cache(workspace.cache), None
    if edition is Edition.PDF:
        source = compared_with_sources(document, checked, cache)
        cache.trim()  # nothing else is to be done here meanwhile
    try:
        delivery: Delivery = printer.answer()
    except WorkFailedError as failed:
        place = Span(edition.file_name(checked.report.slug))
        raise StageFailedError(PRINTER_DIED.at(place, f"no pages came back: {failed.reason}")) from failed
    findings.extend(delivery.findings)
    if not delivery.data:
        raise StageFailedError(*delivery.findings)
    return Made(edition, words, delivery.data, delivery.pages, delivery.page_map, source)


def _bound(
    before: Sequence[Made],
    document: Document,
    checked: Checked,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
) -> Made:
    """The EPUB."""
    from pipeline.render.epub import write_epub

    settings, templates = checked.report.settings, _templates(checked.report, workspace)
    epoch, design = workspace.epoch(document.imprint.date), _design(checked)
    known = next((made.page_map for made in before if made.page_map), None)
    if known is None:
        from pipeline.render.pagination import pages_of  # which loads the layout engine

        progress("finding the pages of the PDF")
        known = pages_of(document, design, templates, epoch, Cache(workspace.cache), findings)
    progress("binding the EPUB")
    data = write_epub(
        document,
        design.colors,
        templates,
        epoch,
        findings,
        known,
        fonts=settings.design.epub_fonts,
        certified_by=settings.accessibility.certified_by or "",
    )
    return Made(Edition.EPUB, document, data, 0)


def _design(checked: Checked) -> Design:
    design = checked.report.settings.design
    return Design(design.page, tuple(design.colors.items()), checked.stylesheets)


def _data_of(report: Report) -> tuple[Attached, ...]:
    """The files that the numbers of a report come from: they go with the PDF."""
    return tuple(
        Attached(Path(name).name, "text/csv", (report.folder / name).read_bytes(), f"{report.settings.title}: {name}")
        for name in sorted(report.data)
    )
