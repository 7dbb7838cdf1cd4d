"""What a finished PDF says of itself beside its pages: catalog, metadata, colour, attached files.

Each function sets one thing in a file that qpdf has open, and can be used by itself; `say` sets all that needs no
pages. Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pikepdf

from pipeline import __version__
from pipeline.document import Imprint
from pipeline.render.forms import Attached, Form
from pipeline.render.inks import screen_profile
from pipeline.render.xmp import NO_CLAIMS, Claims, description, packet, padded

TOOL = f"Proofpress {__version__}"


def say(pdf: pikepdf.Pdf, imprint: Imprint, attached: tuple[Attached, ...], epoch: int, form: Form) -> None:
    """All that a file says of itself, but for what has not been proved yet.

    Args:
        pdf: the file; it need not have pages.
        imprint: the facts about the publication.
        attached: the files that go with it.
        epoch: the moment that the file is dated with, in seconds since 1970.
        form: what kind of file it is.
    """
    say_what_it_is(pdf, imprint)
    if form.inks:
        say_inks(pdf, form.inks.name, form.inks.profile)
    else:
        say_colours(pdf)
    attach(pdf, attached, epoch)
    say_metadata(pdf, imprint, NO_CLAIMS, epoch, later=form.later, room=form.claims)


def say_what_it_is(pdf: pikepdf.Pdf, imprint: Imprint) -> None:
    """Language, title bar and tagging (ISO 14289-1, 7.1 and 7.2); readers begin with the outline."""
    pdf.Root.Lang = pikepdf.String(imprint.lang)
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    pdf.Root.PageMode = pikepdf.Name.UseOutlines
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


def say_colours(pdf: pikepdf.Pdf) -> None:
    """All colours are those of sRGB (ISO 19005-3, 6.2.3)."""
    profile = pdf.make_stream(screen_profile(), N=3, Alternate=pikepdf.Name.DeviceRGB)
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB2014"),
        Info=pikepdf.String("sRGB IEC61966-2.1"),
        RegistryName=pikepdf.String("http://www.color.org"),
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])


def say_inks(pdf: pikepdf.Pdf, name: str, profile: bytes) -> None:
    """All colours are inks of a press (ISO 19005-3, 6.2.3).

    Args:
        pdf: the file.
        name: what its profile calls the press and the paper.
        profile: an ICC profile for CMYK.
    """
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("Custom"),  # no name of a registry (ISO 32000-2, table 401)
        Info=pikepdf.String(name or "CMYK"),
        DestOutputProfile=pdf.make_stream(profile, N=4, Alternate=pikepdf.Name.DeviceCMYK),
    )
    pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])


def set_way_of_tabulator(pdf: pikepdf.Pdf) -> None:
    """The key goes from link to link in the order of the structure (ISO 14289-1, 7.18.3)."""
    pages: list[Any] = list(pdf.pages)
    for page in pages:
        page.obj.Tabs = pikepdf.Name.S


def set_pictures_plain(pdf: pikepdf.Pdf) -> None:
    """No picture asks to be smoothed when it is shown large (ISO 19005-3, 6.2.8: `Interpolate` is false)."""
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image" and "/Interpolate" in item:
            del item["/Interpolate"]


def attach(pdf: pikepdf.Pdf, attached: tuple[Attached, ...], epoch: int) -> None:
    """Attach the data that the report was made from (ISO 19005-3, 6.8; ISO 32000-2, 14.13).

    Args:
        pdf: the file.
        attached: what goes with it; names are unique.
        epoch: the moment that attachments are dated with, in seconds since 1970.
    """
    if not attached:
        return
    specifications = {item.name: _specification(pdf, item, _date(epoch)) for item in attached}
    names = pikepdf.Array()
    for name in sorted(specifications):
        names.append(pikepdf.String(name))
        names.append(specifications[name])
    if "/Names" not in pdf.Root:
        pdf.Root.Names = pikepdf.Dictionary()
    pdf.Root.Names.EmbeddedFiles = pdf.make_indirect(pikepdf.Dictionary(Names=names))
    pdf.Root.AF = pikepdf.Array([specifications[item.name] for item in attached])


def metadata(imprint: Imprint, claims: Claims, room: Claims, epoch: int) -> bytes:
    """The XMP packet.

    Args:
        imprint: the facts about the publication.
        claims: what was proved of the file.
        room: what may be claimed later in its place: the packet is as long as one with these claims.
        epoch: the moment that the file is dated with, in seconds since 1970.
    """
    stamp = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return padded(packet(imprint, claims, stamp, TOOL), len(packet(imprint, room, stamp, TOOL)))


def say_metadata(
    pdf: pikepdf.Pdf,
    imprint: Imprint,
    claims: Claims,
    epoch: int,
    *,
    later: bool = False,
    room: Claims = NO_CLAIMS,
) -> None:
    """The XMP packet, and the older dictionary with the same content where the version of PDF still knows it.

    Args:
        pdf: the file.
        imprint: the facts about the publication.
        claims: what was proved of the file.
        epoch: the moment that it is dated with, in seconds since 1970.
        later: whether it is a file of PDF 2.0, which says nothing outside the packet (ISO 19005-4, 6.1.3).
        room: what may be claimed later, in the place that is left for it.
    """
    stream = pdf.make_stream(metadata(imprint, claims, room, epoch))
    stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    pdf.Root.Metadata = stream
    if later:
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        return
    known = {
        "/Title": imprint.title,
        "/Author": ", ".join(creator.name for creator in imprint.creators),
        "/Subject": description(imprint),
        "/Keywords": ", ".join(imprint.keywords),
        "/Producer": TOOL,
        "/Creator": TOOL,
        "/CreationDate": _date(epoch),
        "/ModDate": _date(epoch),
    }
    entries = {key: pikepdf.String(value) for key, value in known.items() if value}
    pdf.trailer.Info = pdf.make_indirect(pikepdf.Dictionary(entries))


def _specification(pdf: pikepdf.Pdf, item: Attached, date: str) -> Any:
    stream = pdf.make_stream(item.data)
    stream.Type = pikepdf.Name.EmbeddedFile
    stream.Subtype = pikepdf.Name("/" + item.media_type)
    checksum = hashlib.md5(item.data, usedforsecurity=False).digest()
    stream.Params = pikepdf.Dictionary(
        Size=len(item.data), CheckSum=pikepdf.String(checksum), CreationDate=date, ModDate=date
    )
    specification = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec,
        F=pikepdf.String(item.name),
        UF=pikepdf.String(item.name),
        Desc=pikepdf.String(item.description),
        AFRelationship=pikepdf.Name.Data,
        EF=pikepdf.Dictionary(F=stream, UF=stream),
    )
    return pdf.make_indirect(specification)


def _date(epoch: int) -> str:
    """A moment as PDF writes it (ISO 32000-1, 7.9.4)."""
    return datetime.fromtimestamp(epoch, UTC).strftime("D:%Y%m%d%H%M%SZ")
