"""The pages of the PDF for an EPUB that is made without it: from an earlier layout of the same, or from a new one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from weasyprint.text.ffi import pango

from pipeline import __version__, toolchain
from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare, has_errors
from pipeline.document import Document
from pipeline.render.forms import Design
from pipeline.render.pagemap import PageMap, PageStart, Place, page_map
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates

NO_PAGE_LIST = declare(
    "EPUB108",
    "epub-no-page-list",
    Severity.WARNING,
    """
    The EPUB has no list of the pages of the PDF, because the pages of the PDF have errors.

    The list names the pages on which the PDF really prints the words. `proofpress build REPORT --to pdf` tells
    what is wrong with them.
    """,
)

_FORMAT = "pages-1"


def pages_of(
    document: Document, design: Design, templates: Templates, epoch: int, cache: Cache, findings: Findings
) -> PageMap | None:
    """The pages of the PDF of a report, laid out only when no earlier layout of the same is known.

    Args:
        document: the report.
        design: page size, colours, own style sheets.
        templates: the press's templates and the report's.
        epoch: the moment of the edition, in seconds since 1970.
        cache: where pages are kept.
        findings: told when the pages have errors. What these are is a matter of the PDF, and not told.

    Returns:
        The pages, or None when they have errors.
    """
    known = _read(cache.get(_key(document, design, templates, epoch)))
    if known is not None:
        return known
    aside = Findings()
    try:
        printed = print_pdf(document, design, templates, epoch, cache, aside)
    except StageFailedError as failed:
        aside.extend(failed.findings)
    else:
        if not has_errors(aside.all()):
            pages = page_map(document.imprint, printed.labels, printed.page_starts)
            keep_pages(pages, document, design, templates, epoch, cache)
            return pages
    codes = sorted({finding.rule.code for finding in aside.all() if finding.rule.severity is Severity.ERROR})
    message = f"the pages of the PDF have errors ({', '.join(codes)}), so there is no list of them"
    findings.add(NO_PAGE_LIST.at(Span(f"{document.imprint.slug}.epub"), message, "build the PDF, too"))
    return None


def keep_pages(
    pages: PageMap, document: Document, design: Design, templates: Templates, epoch: int, cache: Cache
) -> None:
    """Keep the pages of a PDF that was made without errors for an EPUB that is made alone. Arguments as above."""
    cache.put(_key(document, design, templates, epoch), json.dumps(asdict(pages)).encode())


def _read(stored: bytes | None) -> PageMap | None:
    if stored is None:
        return None
    entry = json.loads(stored)
    pages = (PageStart(page["label"], Place(**page["place"]) if page["place"] else None) for page in entry["pages"])
    return PageMap(entry["identifier"], tuple(pages))


def _key(document: Document, design: Design, templates: Templates, epoch: int) -> str:
    """A key from everything that decides where pages begin, the press's own code among it."""
    tools = "\n".join(f"{tool.name} {tool.version}" for tool in toolchain.versions())
    decides = [_FORMAT, __version__, tools, _pango(), str(epoch), design.page, repr(design.colors), repr(document)]
    files = [
        *design.stylesheets,
        *(path for folder in (templates.own, templates.report) if folder for path in _files(folder, "*")),
        *_files(Path(__file__).parent, "*.py"),
        *toolchain.fonts().values(),
    ]
    return key_of(*decides, *(part for path in files for part in (path.name, path.read_bytes())))


def _pango() -> str:
    """The version of the library that sets the lines, which is the system's."""
    return f"Pango {pango.pango_version()}"


def _files(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if path.is_file()]
