"""The last pass over a PDF: what it says of itself, what goes with it; and what it conforms to, when that is proved."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf

from pipeline.document import Document, Kind
from pipeline.render.catalog import (
    metadata,
    say,
    say_metadata,
    set_pictures_plain,
    set_way_of_tabulator,
)
from pipeline.render.forms import Attached, Form
from pipeline.render.four_inks import set_in_inks
from pipeline.render.labels import page_labels
from pipeline.render.structure import gather_parts, lead_to_elements
from pipeline.render.xmp import NO_CLAIMS, Claims


def finished(
    data: bytes,
    labels: tuple[str, ...],
    document: Document,
    attached: tuple[Attached, ...],
    epoch: int,
    form: Form,
) -> bytes:
    """A file as the layout engine has left it, with all that it has to have, but for what has not been proved yet.

    Args:
        data: the pages as a file.
        labels: the label of every page.
        document: the report.
        attached: the files that go with it.
        epoch: the moment that the file is dated with, in seconds since 1970.
        form: what kind of file it becomes.
    """
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.Root.PageLabels = pdf.make_indirect(pikepdf.Object.parse(page_labels(labels)))
        gather_parts(pdf, parts_of(document))
        set_way_of_tabulator(pdf)
        set_pictures_plain(pdf)
        say(pdf, document.imprint, attached, epoch, form)
        return _converted(pdf, form)


def in_form(data: bytes, form: Form) -> bytes:
    """A bound file in the form that it is to have: in inks, or with what is new in PDF 2.0.

    Args:
        data: the file, with all that it says of itself.
        form: what kind of file it becomes.
    """
    if not form.inks and not form.later:
        return data
    with pikepdf.open(BytesIO(data)) as pdf:
        return _converted(pdf, form)


def _converted(pdf: pikepdf.Pdf, form: Form) -> bytes:
    if form.inks:
        set_in_inks(pdf, form.inks)
    if form.later:
        lead_to_elements(pdf)
    return _saved(pdf, form)


def declared(data: bytes, document: Document, form: Form, epoch: int) -> bytes:
    """The file with declarations of what it conforms to; for the caller who has proved them.

    They take the place that `finished` left for them: every other byte stays as it was proved.
    """
    blank = metadata(document.imprint, NO_CLAIMS, form.claims, epoch)
    claims = _fitting(form.claims, data)
    if data.count(blank) == 1:
        return data.replace(blank, metadata(document.imprint, claims, form.claims, epoch))
    with pikepdf.open(BytesIO(data)) as pdf:  # not a file that the press has left
        say_metadata(pdf, document.imprint, claims, epoch, later=form.later)
        return _saved(pdf, form)


def _fitting(claims: Claims, data: bytes) -> Claims:
    """PDF/A-4f is for files with others attached; one without is a plain PDF/A-4 (ISO 19005-4, annex A)."""
    if claims.pdfa != (4, "F"):
        return claims
    with pikepdf.open(BytesIO(data)) as pdf:
        return claims if "/AF" in pdf.Root else replace(claims, pdfa=(4, ""))


def _saved(pdf: pikepdf.Pdf, form: Form) -> bytes:
    """The same bytes for the same file."""
    out = BytesIO()
    pdf.save(
        out,
        force_version=form.version,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        fix_metadata_version=False,  # which would write the packet anew, without its padding
    )
    return out.getvalue()


def parts_of(document: Document) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The id of each part of a report, and the ids of its chapters in their order."""
    parts: list[tuple[str, tuple[str, ...]]] = []
    for chapter in document.chapters:
        if chapter.part is not None:
            parts.append((chapter.part.id, ()))
        if parts and chapter.kind is Kind.CHAPTER:
            parts[-1] = (parts[-1][0], (*parts[-1][1], chapter.id))
    return tuple(parts)
