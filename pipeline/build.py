"""The order of the stages.

folder --load--> Report --index--> Index --rules--> findings      (check.py; an error ends the run here)
Report + Index --compose--> Document --render--> bytes --verify--> checks --publish--> build/<report>/
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from pipeline import __version__, pandoc, toolchain
from pipeline.assemble import Provenance, manuscript_filters
from pipeline.cache import Cache
from pipeline.check import Checked, read_and_judge
from pipeline.compose import Styling, compose
from pipeline.datasets import datasets
from pipeline.diagnostics import Findings, StageFailedError, has_errors
from pipeline.document import Document
from pipeline.outcome import Artefact, Edition, Outcome, Progress
from pipeline.package import Release, distribute, publish
from pipeline.render.catalog import Attached
from pipeline.render.epub import write_epub
from pipeline.render.finishing import PRINT_FORM, SCREEN_2_FORM, SCREEN_FORM
from pipeline.render.pagemap import PageMap, page_map
from pipeline.render.pagination import keep_pages, pages_of
from pipeline.render.paper import for_paper
from pipeline.render.pdf import Design, print_pdf
from pipeline.report import Report
from pipeline.templating import Templates
from pipeline.toolchain import Tool, ToolMissingError
from pipeline.verify.ace import prove_claim
from pipeline.verify.epub import check_epub
from pipeline.verify.gate.page import conformance_page
from pipeline.verify.parity import Done, check_parity
from pipeline.verify.parity_text import Sources
from pipeline.verify.proving import Proof, prove
from pipeline.wording import words_for
from pipeline.workspace import Workspace, source_commit


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of an edition, not yet verified.

    Attributes:
        edition: what it is.
        data: the file.
        pages: how many pages it has; 0 where it has none.
        page_map: where its pages begin in the text, for editions that have none of their own.
    """

    edition: Edition
    data: bytes
    pages: int
    page_map: PageMap | None = None


Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
UNPROVED = "unproved"  # the folder, beside the published files, of what failed
FORMS = {Edition.PDF: SCREEN_FORM, Edition.PDF2: SCREEN_2_FORM, Edition.PRINT: PRINT_FORM}
HANDED_ON = (Edition.PDF, Edition.EPUB)  # the editions of `dist`
MEDIA_TYPES = {Edition.PDF: "application/pdf", Edition.EPUB: "application/epub+zip"}


def build(
    report: Path, editions: tuple[Edition, ...], workspace: Workspace, progress: Progress, *, keep_going: bool
) -> Outcome:
    """Make the editions of a report, read them back, and publish them when nothing is wrong.

    Args:
        report: the report's folder.
        editions: what to make.
        workspace: where things are.
        progress: told the name of each stage as it begins.
        keep_going: whether to render in spite of errors, to find those of later stages too; nothing is
            published then.
    """
    return _pressed(report, editions, workspace, progress, keep_going=keep_going).outcome


def dist(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
    """Make the PDF, the EPUB and the folder that is handed on: named files, data, landing page, manifest, checksums."""
    pressed = _pressed(report, HANDED_ON, workspace, progress, keep_going=False)
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
    folder: Path, editions: tuple[Edition, ...], workspace: Workspace, progress: Progress, *, keep_going: bool
) -> _Pressed:
    findings = Findings()
    checked = read_and_judge(folder, workspace, progress, findings)

    def stopped() -> bool:
        return not keep_going and has_errors(checked.judged(findings, workspace))

    made: list[Made] = []
    document = None if stopped() else _tried(findings, composed, checked, workspace, progress, findings)
    for edition in sorted(editions, key=tuple(Edition).index):  # the PDF first: the EPUB names its pages
        if document is not None and not stopped():
            edited = _tried(findings, _rendered, edition, made, document, checked, workspace, progress, findings)
            made += [edited] if edited else []
    artefacts: tuple[Artefact, ...] = ()
    if document is not None and not has_errors(checked.judged(findings, workspace)):
        artefacts = _verified_and_published(made, document, checked, workspace, progress, findings)
    Cache(workspace.cache).trim()
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
    return Templates(workspace.templates, report.templates, workspace.shown, manuscript_filters(words))


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


def _rendered(
    edition: Edition,
    before: Sequence[Made],
    document: Document,
    checked: Checked,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
) -> Made:
    settings, templates = checked.report.settings, _templates(checked.report, workspace)
    colors = tuple(settings.design.colors.items())
    epoch = workspace.epoch(document.imprint.date)
    design = Design(settings.design.page, colors, checked.stylesheets)
    cache = Cache(workspace.cache)
    if edition is Edition.EPUB:
        known = next((made.page_map for made in before if made.page_map), None)
        if known is None:
            progress("finding the pages of the PDF")
            known = pages_of(document, design, templates, epoch, cache, findings)
        progress("binding the EPUB")
        data = write_epub(
            document,
            colors,
            templates,
            epoch,
            findings,
            known,
            fonts=settings.design.epub_fonts,
            certified_by=settings.accessibility.certified_by or "",
        )
        return Made(edition, data, 0)
    progress("laying out pages")
    attached = _data_of(checked.report)
    worded, form = _for(edition, document), FORMS[edition]
    printed = print_pdf(worded, design, templates, epoch, cache, findings, checked.place_of, attached, form)
    pages = page_map(document.imprint, printed.labels, printed.page_starts) if edition is Edition.PDF else None
    if pages is not None and not has_errors(findings.all()):
        keep_pages(pages, document, design, templates, epoch, cache)
    return Made(edition, printed.data, printed.pages, pages)


def _for(edition: Edition, document: Document) -> Document:
    """The document as an edition words it."""
    return for_paper(document) if edition is Edition.PRINT else document


def _data_of(report: Report) -> tuple[Attached, ...]:
    """The files that the numbers of a report come from: they go with the PDF."""
    return tuple(
        Attached(Path(name).name, "text/csv", (report.folder / name).read_bytes(), f"{report.settings.title}: {name}")
        for name in sorted(report.data)
    )


def _verified_and_published(
    made: list[Made],
    document: Document,
    checked: Checked,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
) -> tuple[Artefact, ...]:
    """Verify every edition aside; publish all of them, or none."""
    slug = checked.report.slug
    folder = workspace.build / slug
    folder.mkdir(parents=True, exist_ok=True)
    artefacts: list[Artefact] = []
    proofs: list[Proof] = []
    compared: Done | None = None
    sources = Sources(checked.report, checked.index, checked.place_of)
    epoch, cache = workspace.epoch(document.imprint.date), Cache(workspace.cache)
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=folder) as aside:
        finished = [Path(aside) / item.edition.file_name(slug) for item in made]
        for item, path in zip(made, finished, strict=True):
            _write_to_disk(path, item.data)
        for item, path in zip(made, finished, strict=True):
            progress(f"verifying the {item.edition.name}")
            if item.edition is Edition.EPUB:
                checks = check_epub(path, findings)
                if checked.report.settings.accessibility.certified_by:
                    place = checked.report.place.at("accessibility", "certified-by")
                    checks += (prove_claim(path, workspace.reader, place, findings),)
            else:
                worded, form = _for(item.edition, document), FORMS[item.edition]
                written = sources if item.edition is Edition.PDF else None
                proofs.append(prove(path, worded, form, epoch, cache, findings, checked.place_of, written))
                checks = proofs[-1].checks
                compared = compared or proofs[-1].compared
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            artefacts.append(Artefact(folder / path.name, item.edition, item.pages, checks, digest))
        progress("comparing the editions with the sources")
        paths = {item.edition: path for item, path in zip(made, finished, strict=True)}
        pdf, epub = paths.get(Edition.PDF), paths.get(Edition.EPUB)
        parity = check_parity(document, sources, cache, findings, pdf, epub, compared)
        artefacts[-1:] = [replace(last, checks=last.checks + parity) for last in artefacts[-1:]]
        if has_errors(checked.judged(findings, workspace)):
            _leave_unproved(folder / UNPROVED, finished, document, proofs)
            return ()
        for artefact, path in zip(artefacts, finished, strict=True):  # what was verified, and in one step
            path.replace(artefact.path)
    shutil.rmtree(folder / UNPROVED, ignore_errors=True)
    _write_conformance(folder, document, proofs)
    return tuple(artefacts)


def _leave_unproved(folder: Path, finished: list[Path], document: Document, proofs: list[Proof]) -> None:
    """Keep what failed where it can be looked at, and where nobody takes it for the report."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in finished:
        path.replace(folder / path.name)
    _write_conformance(folder, document, proofs)


def _write_conformance(folder: Path, document: Document, proofs: list[Proof]) -> None:
    if proofs:
        held = [(proof.examination, proof.others) for proof in proofs]
        page = conformance_page(document.imprint.title, document.imprint.lang, held, f"Proofpress {__version__}")
        publish(folder / "conformance.html", page)


def _write_to_disk(path: Path, data: bytes) -> None:
    """Write a file so that it is on the disk, and not only promised, before it takes the place of another."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
