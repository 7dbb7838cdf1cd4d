"""The last pass over a PDF: what it says of itself, what goes with it; and what it conforms to, when that is proved."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf

from pipeline.document import Document, Kind
from pipeline.render.catalog import (
    attach,
    metadata,
    say_colours,
    say_inks,
    say_metadata,
    say_what_it_is,
    set_pictures_plain,
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
    """The file with all that it says of itself, but for what has not been proved yet.

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
        pdf.Root.PageMode = pikepdf.Name.UseOutlines
        gather_parts(pdf, _parts(document))
        say_what_it_is(pdf, document.imprint)
        set_pictures_plain(pdf)
        if form.inks:
            set_in_inks(pdf, form.inks)
            say_inks(pdf, form.inks.name, form.inks.profile)
        else:
            say_colours(pdf)
        attach(pdf, attached, epoch)
        if form.later:
            lead_to_elements(pdf)
        say_metadata(pdf, document.imprint, NO_CLAIMS, epoch, later=form.later, room=form.claims)
        return _saved(pdf, form)


def declared(data: bytes, document: Document, form: Form, epoch: int) -> bytes:
    """The file with declarations of what it conforms to; for the caller who has proved them.

    They take the place that `finished` left for them: every other byte stays as it was proved.
    """
    blank = metadata(document.imprint, NO_CLAIMS, form.claims, epoch)
    with pikepdf.open(BytesIO(data)) as pdf:
        claims = _fitting(form.claims, pdf)
        if data.count(blank) != 1:  # not a file that `finished` has left
            say_metadata(pdf, document.imprint, claims, epoch, later=form.later)
            return _saved(pdf, form)
    return data.replace(blank, metadata(document.imprint, claims, form.claims, epoch))


def _fitting(claims: Claims, pdf: pikepdf.Pdf) -> Claims:
    """PDF/A-4f is for files with others attached; one without is a plain PDF/A-4 (ISO 19005-4, annex A)."""
    if claims.pdfa == (4, "F") and "/AF" not in pdf.Root:
        return replace(claims, pdfa=(4, ""))
    return claims


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


def _parts(document: Document) -> list[tuple[str, list[str]]]:
    parts: list[tuple[str, list[str]]] = []
    for chapter in document.chapters:
        if chapter.part is not None:
            parts.append((chapter.part.id, []))
        if parts and chapter.kind is Kind.CHAPTER:
            parts[-1][1].append(chapter.id)
    return parts
