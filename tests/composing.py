"""Small reports for tests: written to a folder, read and composed as the press does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

from pipeline import toolchain
from pipeline.assemble import Provenance, manuscript_filters
from pipeline.cache import Cache
from pipeline.check import read_and_judge
from pipeline.compose import Styling, compose
from pipeline.diagnostics import Diagnostic, Findings, in_order
from pipeline.document import Chapter, Document
from pipeline.index import Index
from pipeline.report import Report
from pipeline.templating import Templates
from pipeline.wording import words_for
from pipeline.workspace import Workspace, templates_folder

NO_BREAK = "\u00a0"

SOURCES = """\
- {id: abel2019, type: book, title: The alpha book, author: [{family: Abel, given: Anna}], issued: 2019,
   publisher: Press}
- {id: baker2020, type: book, title: The beta book, author: [{family: Baker, given: Ben}], issued: 2020,
   publisher: Press}
- {id: cole2021, type: report, title: The gamma report, author: [{literal: Cole Office}], issued: 2021-05-04,
   publisher: Cole Office}
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A section file: its text, and what stands in its front matter."""

    body: str
    kind: str = "chapter"
    title: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """A report on its way through the press, and what was found."""

    report: Report
    index: Index
    document: Document
    findings: tuple[Diagnostic, ...]

    def chapter(self, identifier: str) -> Chapter:
        """A chapter by its id."""
        return next(chapter for chapter in self.document.chapters if chapter.id == identifier)

    def plain(self, identifier: str) -> str:
        """The words of a chapter's text, spaces joined, non-breaking ones as they are."""
        return words(self.chapter(identifier).html)

    def notes(self) -> dict[str, str]:
        """The words of every note, by its id."""
        return {note.id: words(note.html) for chapter in self.document.chapters for note in chapter.notes}

    def marks(self) -> dict[str, str]:
        """The printed mark of every note, by its id."""
        return {note.id: note.mark for chapter in self.document.chapters for note in chapter.notes}

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings, in the order of the files."""
        return tuple(finding.rule.code for finding in self.findings)


def words(html: str) -> str:
    """The text of a piece of markup; white space other than non-breaking is one space."""
    return " ".join(part for part in text_of(parsed(html)).replace("\n", " ").split(" ") if part)


def text_of(element: etree._Element) -> str:
    """The text of an element, as it stands."""
    return "".join(str(part) for part in element.itertext())


def parsed(html: str) -> etree._Element:
    """A piece of markup as a tree."""
    return etree.fromstring(f"<div>{html}</div>")


def write_report(
    root: Path,
    sections: Mapping[str, str | Text],
    *,
    name: str = "small",
    lang: str = "en-GB",
    settings: str = "",
    notes: str = "",
    sources: str = SOURCES,
    figures: str = "",
    tables: str = "",
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write a report into `root/content/<name>`.

    Args:
        root: the folder of the project.
        sections: texts by section id, in the order of print.
        name: the report's folder.
        lang: its language.
        settings: more lines of report.yaml; "sections:" among them replaces the order made from `sections`.
        notes: notes/notes.yaml.
        sources: sources.yaml.
        figures: figures.yaml.
        tables: tables.yaml.
        files: more files by path inside the report.
    """
    folder = root / "content" / name
    head = (
        f"title: A Small Report\nlang: {lang}\ndate: 2026-11-23\nversion: 1.0.0\n"
        "authors: [{name: An Author}]\npublisher: {name: A Publisher}\nrights: {holder: An Author, year: 2026}\n"
    )
    if "sections:" not in settings:
        settings += f"sections: [{', '.join(sections)}]\n"
    written: dict[str, str | bytes] = {"report.yaml": head + settings}
    for number, (identifier, text) in enumerate(sections.items(), 1):
        section = text if isinstance(text, Text) else Text(text)
        title = section.title or identifier.removeprefix("sec-").capitalize()
        lead = f"lead: {section.lead}\n" if section.lead else ""
        front = f"---\nid: {identifier}\ntitle: {title}\nkind: {section.kind}\n{lead}---\n"
        written[f"sections/{number:03}-{identifier}.md"] = front + section.body + "\n"
    for path, content in (
        ("notes/notes.yaml", notes), ("sources.yaml", sources), ("figures.yaml", figures), ("tables.yaml", tables),
    ):  # fmt: skip
        if content:
            written[path] = content
    for path, more in {**written, **(files or {})}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(more if isinstance(more, bytes) else more.encode("utf-8"))
    return folder


def workspace_of(report: Path, cache: Path | None = None) -> Workspace:
    """The workspace of a report written by `write_report`."""
    root = report.parent.parent
    return Workspace(root, root / "content", cache or root / "build", templates_folder(), None, date(2026, 11, 23))


def composed(report: Path, cache: Path | None = None) -> Composed:
    """Read, judge and compose a report.

    Args:
        report: its folder.
        cache: the folder that serves as build/, so that tests may share its cache.

    Raises:
        StageFailedError: when a stage gives up.
    """
    workspace, findings = workspace_of(report, cache), Findings()
    checked = read_and_judge(report, workspace, lambda _stage: None, findings)
    labels = words_for(checked.report.settings.lang, checked.report.settings.labels)
    templates = Templates(workspace.templates, checked.report.templates, workspace.shown, manuscript_filters(labels))
    document = compose(
        checked.report,
        checked.index,
        templates,
        Provenance("1", "3", toolchain.versions(), ""),
        Styling(checked.style, workspace.templates / "charts" / "theme.json"),
        Cache(workspace.cache),
        findings,
    )
    return Composed(checked.report, checked.index, document, in_order(findings.all()))
