"""The stages that need only the sources: read, number, judge. Nothing is rendered, so they are quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.cache import Cache
from pipeline.collecting import nothing_collected
from pipeline.csl import counts_back, style_is_note, style_path
from pipeline.diagnostics import Diagnostic, Findings, Severity, declare
from pipeline.document import Places
from pipeline.index import Index, build_index
from pipeline.load import load
from pipeline.outcome import Outcome, Progress
from pipeline.report import Report
from pipeline.rules import apply_allowances
from pipeline.rules import check as check_rules
from pipeline.source import read_text
from pipeline.workspace import Workspace

DEFAULT_STYLE = "chicago-notes-bibliography"


COUNTS_BACK = declare(
    "CITE007",
    "counts-back-across-sections",
    Severity.ERROR,
    """
    The citation style refers to an earlier note by its number ("n 12"), and the notes of the report are
    counted anew in each section, so that the number could be that of several notes.

    Bad:   note-numbering: section      with      style: oscola
    Good:  note-numbering: report
    """,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A report whose sources have been read and judged.

    Attributes:
        report: the report.
        index: its anchors and numbers.
        style: its citation style; the default one when the report names none that exists.
        stylesheets: its own style sheets, as far as they can be read.
    """

    report: Report
    index: Index
    style: Path
    stylesheets: tuple[Path, ...]

    @property
    def places(self) -> Places:
        """Where the ids that artefacts name come from."""
        spans = {id: target.span for id, target in self.index.targets.items()}
        return Places(spans, self.report.place.span)

    def judged(self, findings: Findings, workspace: Workspace) -> tuple[Diagnostic, ...]:
        """The findings without those that the report allows."""
        return apply_allowances(findings.all(), self.report, workspace.today)


def check(report: Path, workspace: Workspace, progress: Progress) -> Outcome:
    """Read a report and apply every rule to its source."""
    findings = Findings()
    checked = read_and_judge(report, workspace, progress, findings)
    return Outcome(checked.judged(findings, workspace), ())


@nothing_collected()
def read_and_judge(folder: Path, workspace: Workspace, progress: Progress, findings: Findings) -> Checked:
    """Read a report, number it, and apply every rule.

    Raises:
        StageFailedError: when pandoc cannot run.
    """
    progress("reading")
    report = load(folder, workspace.shown, Cache(workspace.cache), findings)
    style = style_path(report.settings.citations.style, folder) or style_path(DEFAULT_STYLE, folder)
    assert style is not None, "the default style is installed with the press"
    if report.settings.note_numbering == "section" and counts_back(style):
        message = f'the style "{style.stem}" refers to earlier notes by their numbers, which stand in every section'
        findings.add(COUNTS_BACK.at(report.place.at("note-numbering"), message, 'write "note-numbering: report"'))
    index = build_index(report, in_text_notes=style_is_note(style))
    progress("checking")
    findings.extend(check_rules(report, index))
    return Checked(report, index, style, _stylesheets(report, workspace, findings))


def _stylesheets(report: Report, workspace: Workspace, findings: Findings) -> tuple[Path, ...]:
    named = enumerate(report.settings.design.stylesheets)
    paths = ((report.folder / name, report.place.at("design", "stylesheets", number)) for number, name in named)
    return tuple(
        path
        for path, place in paths
        if read_text(path, report.folder, workspace.shown(path), place, findings) is not None
    )
