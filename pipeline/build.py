"""The order of the stages.

    folder --load--> Report --index--> Index --rules--> findings   (an error ends the run here)
    Report + Index --compose--> Document --render--> bytes --verify--> checks --publish--> build/<report>/
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pipeline import __version__, pandoc, toolchain
from pipeline.assemble import Provenance, manuscript_filters
from pipeline.cache import Cache
from pipeline.checks import CheckResult
from pipeline.citations import style_is_note, style_path
from pipeline.compose import Styling, compose
from pipeline.diagnostics import Diagnostic, Findings, Span, StageFailedError, has_errors
from pipeline.document import Document
from pipeline.index import Index, build_index
from pipeline.load import load
from pipeline.package import publish
from pipeline.render.epub import write_epub
from pipeline.render.pdf import Design, print_pdf
from pipeline.report import Report
from pipeline.rules import apply_allowances, check as check_rules
from pipeline.templating import Templates
from pipeline.verify.epub import check_epub
from pipeline.verify.pdf import check_pdf
from pipeline.wording import words_for
from pipeline.workspace import Workspace, source_commit


class Edition(Enum):
    """A form in which a report comes out."""

    PDF = "pdf"
    EPUB = "epub"


@dataclass(frozen=True, slots=True)
class Artefact:
    """A finished file.

    Attributes:
        path: where it stands.
        edition: what it is.
        pages: how many pages it has; 0 where it has none.
        checks: what was read back from it.
    """

    path: Path
    edition: Edition
    pages: int
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: what it found, and the files that it published (none when there are errors)."""

    findings: tuple[Diagnostic, ...]
    artefacts: tuple[Artefact, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A report whose sources have been read and judged."""

    report: Report
    index: Index
    style: Path


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of an edition, not yet verified."""

    edition: Edition
    data: bytes
    pages: int


Progress = Callable[[str], None]
DEFAULT_STYLE = "chicago-notes-bibliography"


def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
    """Read a report and apply every rule to its source."""
    findings = Findings()
    checked = _checked(report, workspace, progress, findings)
    return Outcome(apply_allowances(findings.all(), checked.report, workspace.today), ())


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
    findings = Findings()
    checked = _checked(report, workspace, progress, findings)

    def judged() -> tuple[Diagnostic, ...]:
        return apply_allowances(findings.all(), checked.report, workspace.today)

    if has_errors(judged()) and not keep_going:
        return Outcome(judged(), ())
    made: list[Made] = []
    try:
        document, templates = _composed(checked, workspace, progress, findings)
        for edition in editions:
            try:
                made.append(_rendered(edition, document, checked, templates, workspace, progress, findings))
            except StageFailedError as failed:
                findings.extend(failed.findings)
    except StageFailedError as failed:
        findings.extend(failed.findings)
    if has_errors(judged()):
        return Outcome(judged(), ())
    return _published(made, document, checked.report, workspace, progress, findings, judged)


def _checked(folder: Path, workspace: Workspace, progress: Progress, findings: Findings) -> Checked:
    progress("reading")
    report = load(folder, workspace.shown, Cache(workspace.cache), findings)
    style = style_path(report.settings.citations.style, folder) or style_path(DEFAULT_STYLE, folder)
    assert style is not None, "the default style is installed with the press"
    index = build_index(report, in_text_notes=style_is_note(style))
    progress("checking")
    findings.extend(check_rules(report, index))
    return Checked(report, index, style)


def _composed(
    checked: Checked, workspace: Workspace, progress: Progress, findings: Findings
) -> tuple[Document, Templates]:
    progress("composing")
    report, index = checked.report, checked.index
    words = words_for(report.settings.lang, report.settings.labels)
    templates = Templates(workspace.templates, report.templates, workspace.shown, manuscript_filters(words))
    provenance = Provenance(__version__, pandoc.version(), toolchain.versions(), source_commit(report.folder))
    styling = Styling(checked.style, workspace.templates / "charts" / "theme.json")
    cache = Cache(workspace.cache)
    return compose(report, index, templates, provenance, styling, cache, findings), templates


def _rendered(
    edition: Edition,
    document: Document,
    checked: Checked,
    templates: Templates,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
) -> Made:
    settings = checked.report.settings
    colors = tuple(settings.design.colors.items())
    epoch = workspace.epoch(document.imprint.date)
    if edition is Edition.EPUB:
        progress("binding the EPUB")
        return Made(edition, write_epub(document, colors, templates, epoch, findings), 0)
    progress("laying out pages")
    sheets = tuple(checked.report.folder / name for name in settings.design.stylesheets)
    design = Design(settings.design.page, colors, sheets)
    printed = print_pdf(document, design, templates, epoch, findings, lambda anchor: place_of(anchor, checked))
    return Made(edition, printed.data, printed.pages)


def place_of(anchor: str, checked: Checked) -> Span:
    """The source of an anchor that an artefact names."""
    target = checked.index.targets.get(anchor.replace("noteref-", "note-", 1))
    return target.span if target else checked.report.place.span


def _published(
    made: list[Made],
    document: Document,
    report: Report,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
    judged: Callable[[], tuple[Diagnostic, ...]],
) -> Outcome:
    """Verify every edition aside; publish all of them, or none."""
    folder = workspace.build / report.slug
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=folder) as aside:
        artefacts: list[Artefact] = []
        for item in made:
            progress(f"verifying the {item.edition.name}")
            path = Path(aside) / f"{report.slug}.{item.edition.value}"
            path.write_bytes(item.data)
            checks = check_epub(path, findings) if item.edition is Edition.EPUB else check_pdf(path, document, findings)
            artefacts.append(Artefact(folder / path.name, item.edition, item.pages, checks))
        if has_errors(judged()):
            return Outcome(judged(), ())
        for item, artefact in zip(made, artefacts, strict=True):
            publish(artefact.path, item.data)
    return Outcome(judged(), tuple(artefacts))
