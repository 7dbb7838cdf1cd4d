"""The editions of a report between the writer and the reader: how each words the report, and the bytes that it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.check import Checked
from pipeline.diagnostics import StageFailedError
from pipeline.document import Document, Places
from pipeline.outcome import Edition
from pipeline.render.forms import PRINT_FORM, SCREEN_2_FORM, SCREEN_FORM, Form
from pipeline.render.pagemap import PageMap
from pipeline.render.paper import for_paper, source_of
from pipeline.rules.profiles import UNUSABLE_PROFILE

if TYPE_CHECKING:  # what reads editions is loaded when there is one
    from pipeline.verify.parity import Compared

FORMS = {Edition.PDF: SCREEN_FORM, Edition.PDF2: SCREEN_2_FORM, Edition.PRINT: PRINT_FORM}


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of an edition, not yet verified.

    Attributes:
        edition: what it is.
        words: the document as this edition words it.
        data: the file.
        pages: how many pages it has; 0 where it has none.
        page_map: where its pages begin in the text, for editions that have none of their own.
        source: what was found when its text was compared with the sources; None when that was not done.
    """

    edition: Edition
    words: Document
    data: bytes
    pages: int
    page_map: PageMap | None = None
    source: Compared | None = None


def worded(edition: Edition, document: Document) -> Document:
    """The document as an edition words it."""
    return for_paper(document) if edition is Edition.PRINT else document


def form_of(edition: Edition, checked: Checked) -> Form:
    """The form of an edition; the one for printers has the inks of the press that the report names.

    Raises:
        StageFailedError: when no colours can be computed from the profile of that press.
    """
    form, profile = FORMS[edition], checked.report.output_profile
    if not form.for_printers or profile is None:
        return form
    from pipeline.render.inks import Inks  # which loads what computes colours

    try:
        return replace(form, inks=Inks(profile))
    except ValueError as error:
        place = checked.report.place.at("design", "output-profile")
        message = f'"{checked.report.settings.design.output_profile}" is damaged: {error}'
        raise StageFailedError(UNUSABLE_PROFILE.at(place, message)) from error


def places_of(document: Document, checked: Checked) -> Places:
    """Where the ids of a worded document come from; a note that only paper has is of its chapter."""
    places = checked.places
    own = {note.id: source_of(note.id) for chapter in document.chapters for note in chapter.notes}
    added = {id: places.of(source) for id, source in own.items() if source != id}
    return Places({**places.spans, **added}, places.elsewhere)
