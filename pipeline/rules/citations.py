"""Citations: is every work known, used and complete, and is there such a style?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline import toolchain
from pipeline.diagnostics import Diagnostic, Severity, declare, did_you_mean
from pipeline.report import Report, WorkEntry
from pipeline.rules.survey import Survey, authored, is_reference, nearest
from pipeline.scan import REFERENCE_PREFIXES, Form
from pipeline.works import Work

UNKNOWN_SOURCE = declare(
    "CITE001",
    "unknown-source",
    Severity.ERROR,
    """
    A citation names a work that sources.yaml does not have.

    Bad:   [@deo2019, p. 12]
    Good:  [@doe2019, p. 12]
    """,
)
UNUSED_SOURCE = declare(
    "CITE002",
    "unused-source",
    Severity.WARNING,
    """
    A work stands in sources.yaml and nothing cites it. The bibliography lists works cited, so it will not
    be printed.
    """,
)
INCOMPLETE = declare(
    "CITE003",
    "source-incomplete",
    Severity.ERROR,
    """
    A work lacks what a reader needs to find it: an article its journal, a chapter its book, a page its
    address, a thesis its university; and every work (but laws, treaties, cases and standards) someone
    who is responsible for it: an author, an editor, a publisher, an authority.

    Bad:   - {id: doe2019, type: article-journal, title: Counting}
    Good:  - id: doe2019
             type: article-journal
             title: Counting
             author: [{family: Doe, given: Jane}]
             container-title: Journal of Counting
    """,
)
RESERVED_KEY = declare(
    "CITE004",
    "reserved-key",
    Severity.ERROR,
    """
    The id of a work begins like a reference inside the report (sec-, fig-, tbl-, note-), so `@id` would
    never be read as a citation.

    Bad:   - id: fig-2019
    Good:  - id: figueroa2019
    """,
)
UNKNOWN_STYLE = declare(
    "CITE005",
    "unknown-style",
    Severity.ERROR,
    """
    `citations: style:` names neither a CSL style that is installed nor a .csl file of the report.

    Bad:   style: chicago-note-bibliography
    Good:  style: chicago-notes-bibliography
    Good:  style: styles/own.csl
    """,
)

CONTAINED = frozenset(
    {
        "article-journal", "article-magazine", "article-newspaper", "chapter", "entry", "entry-dictionary",
        "entry-encyclopedia", "paper-conference",
    }
)  # fmt: skip
NEEDED: Mapping[str, str] = {
    **dict.fromkeys(CONTAINED, "container-title"),
    **dict.fromkeys(("webpage", "post", "post-weblog"), "URL"),
    "thesis": "publisher",
}
ANONYMOUS = frozenset({"bill", "classic", "hearing", "legal_case", "legislation", "regulation", "standard", "treaty"})
RESPONSIBLE = (
    "author", "editor", "publisher", "authority", "container-title", "director", "producer", "compiler",
    "translator", "organizer", "host", "interviewer", "narrator", "illustrator", "editorial-director",
    "series-creator", "contributor", "event-title",
)  # fmt: skip
PUBLISHED = frozenset({"book", "report", "pamphlet"})


def unknown_sources(survey: Survey) -> Iterator[Diagnostic]:
    """CITE001."""
    for mention in survey.all(Form.CITATION):
        for key, span in mention.token.keys:
            if key not in survey.works and not survey.is_lost(key, "sources.yaml"):
                yield UNKNOWN_SOURCE.at(span, f'no work has the id "{key}"', _meant(key, survey))
    for entry in survey.report.notes:
        for number, cite in enumerate(entry.note.cites):
            if cite.source not in survey.works and not survey.is_lost(cite.source, "sources.yaml"):
                span = entry.place.at("cites", number, "source")
                yield UNKNOWN_SOURCE.at(span, f'no work has the id "{cite.source}"', _meant(cite.source, survey))


def _meant(key: str, survey: Survey) -> str:
    hyphenated = key.replace(":", "-", 1)
    if is_reference(hyphenated):
        return f"a reference is written with a hyphen: @{hyphenated}"
    if f"{key}-" in REFERENCE_PREFIXES:
        return f"a reference names what it points to: @{key}-name"
    return nearest(key, survey.works) or f'add "- id: {key}" to sources.yaml'


def unused_sources(survey: Survey) -> Iterator[Diagnostic]:
    """CITE002."""
    if survey.is_lost("", "sections/", "notes/", "figures.yaml", "tables.yaml", "data/"):
        return
    cited = {key for mention in survey.all(Form.CITATION) for key, _ in mention.token.keys}
    cited |= {cite.source for entry in survey.report.notes for cite in entry.note.cites}
    for name, span in survey.works.items():
        if name not in cited and not is_reference(name):
            yield UNUSED_SOURCE.at(span, f'nothing cites the work "{name}"', f"cite it with [@{name}], or delete it")


def incomplete(survey: Survey) -> Iterator[Diagnostic]:
    """CITE003."""
    for entry in survey.report.works:
        work, span = entry.work, entry.place.at("id")
        needed = NEEDED.get(work.type, "")
        if needed and not _has(entry, needed):
            message = f'"{work.id}" has the type {work.type}, which needs "{needed}"'
            yield INCOMPLETE.at(span, message, f'add "{needed}:"')
        elif work.type in PUBLISHED and not any(_has(entry, key) for key in ("author", "editor", "publisher")):
            message = f'"{work.id}" names neither an author or editor nor a publisher'
            yield INCOMPLETE.at(span, message, 'add "author:" or "publisher:"')
        elif work.type not in ANONYMOUS and not any(_has(entry, key) for key in RESPONSIBLE):
            message = f'"{work.id}" does not say who is responsible for it'
            yield INCOMPLETE.at(span, message, 'add "author:", "editor:", "publisher:" or "authority:"')


_ATTRIBUTES: Mapping[str, str] = {field.alias or name: name for name, field in Work.model_fields.items()}


def _has(entry: WorkEntry, key: str) -> bool:
    """Whether a work has a key; one with a fault of its own counts, that fault has been told."""
    return getattr(entry.work, _ATTRIBUTES[key]) is not None or authored(entry.place, key)


def reserved_keys(survey: Survey) -> Iterator[Diagnostic]:
    """CITE004."""
    for name, span in survey.works.items():
        if is_reference(name):
            prefix = next(prefix for prefix in REFERENCE_PREFIXES if name.startswith(prefix))
            message = f'the id "{name}" begins with "{prefix}", like a reference inside the report'
            yield RESERVED_KEY.at(span, message, "choose another id")


def unknown_style(survey: Survey) -> Iterator[Diagnostic]:
    """CITE005."""
    report = survey.report
    style = report.settings.citations.style
    if style.endswith(".csl"):
        known = _inside(report, style)
        hint = "name a file inside the report's folder"
    else:
        known = _is_installed(style)
        hint = "" if known else did_you_mean(style, _installed()) or "name a CSL style, or a .csl file of the report"
    if not known:
        span = report.place.at("citations", "style")
        yield UNKNOWN_STYLE.at(span, f'there is no citation style "{style}"', hint)


def _inside(report: Report, name: str) -> bool:
    path = (report.folder / name).resolve()
    return path.is_relative_to(report.folder.resolve()) and path.is_file()


def _is_installed(style: str) -> bool:
    folder = toolchain.citation_styles()
    files = (folder / f"{style}.csl", folder / "dependent" / f"{style}.csl")
    return "/" not in style and any(path.is_file() for path in files)


def _installed() -> frozenset[str]:
    folder = toolchain.citation_styles()
    return frozenset(path.stem for path in (*folder.glob("*.csl"), *folder.glob("dependent/*.csl")))
