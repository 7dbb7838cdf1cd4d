"""The editions of a report between the writer and the reader: how each words the report, and the bytes that it is."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.document import Document
from pipeline.outcome import Edition
from pipeline.render.forms import PRINT_FORM, SCREEN_2_FORM, SCREEN_FORM
from pipeline.render.pagemap import PageMap
from pipeline.render.paper import for_paper

FORMS = {Edition.PDF: SCREEN_FORM, Edition.PDF2: SCREEN_2_FORM, Edition.PRINT: PRINT_FORM}


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


def worded(edition: Edition, document: Document) -> Document:
    """The document as an edition words it."""
    return for_paper(document) if edition is Edition.PRINT else document
