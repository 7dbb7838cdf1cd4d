"""What the printer is asked for, and what comes back. Values alone, which go from one process to another."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.cache import Cache
from pipeline.diagnostics import Diagnostic
from pipeline.document import Document, Places
from pipeline.render.forms import Attached, Design, Form
from pipeline.render.pagemap import PageMap
from pipeline.templating import Templates


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be printed.

    Attributes:
        document: the report, as the edition words it.
        design: page size, colours, own style sheets.
        templates: the press's templates and the report's.
        epoch: the moment that the file is dated with, in seconds since 1970.
        cache: keeps what was laid out.
        places: where in the sources ids come from.
        attached: the files that go with the report.
        form: what kind of file it becomes.
    """

    document: Document
    design: Design
    templates: Templates
    epoch: int
    cache: Cache
    places: Places
    attached: tuple[Attached, ...]
    form: Form


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was printed.

    Attributes:
        findings: everything that is wrong.
        data: the file; empty when none could be made.
        pages: how many pages it has.
        page_map: where the pages begin in the text, if they are those that an EPUB names.
    """

    findings: tuple[Diagnostic, ...]
    data: bytes = b""
    pages: int = 0
    page_map: PageMap | None = None
