"""What a PDF says of itself, as objects to be bound with its pages: said in an empty file, and taken out of it.

`catalog` says things in a file that qpdf has open. A long report is not opened there a second time for that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pikepdf

_OF_THE_FILE = ("/Type", "/Pages")  # of the catalog, what says where the pages are
_CODING = ("/Length", "/Filter", "/DecodeParms")


@dataclass(frozen=True, slots=True)
class Statement:
    """Objects of a PDF, as text of PDF (ISO 32000-2, 7.3).

    Attributes:
        catalog: entries of the catalog but for its dictionary of names, and
        names: entries of that.
        info: the number of the information dictionary; 0 where there is none.
        objects: objects that are no streams, by number.
        streams: the streams: number, dictionary without length and filter, content.
        after: the first number that is not taken.
    """

    catalog: bytes
    names: bytes
    info: int
    objects: tuple[tuple[int, bytes], ...]
    streams: tuple[tuple[int, bytes, bytes], ...]
    after: int


def stated(say: Callable[[pikepdf.Pdf], None], first: int) -> Statement:
    """What is said in a file.

    Args:
        say: says it in a file that has no pages yet.
        first: the number of the first object that is made for it; from 3.
    """
    with pikepdf.new() as pdf:
        while len(pdf.objects) < first - 1:
            pdf.make_indirect(pikepdf.Dictionary())
        say(pdf)
        made: list[Any] = list(pdf.objects)[first - 1 :]
        streams = [item for item in made if isinstance(item, pikepdf.Stream)]
        return Statement(
            catalog=_entries(pdf.Root, without=(*_OF_THE_FILE, "/Names")),
            names=_entries(pdf.Root.get("/Names", pikepdf.Dictionary())),
            info=pdf.trailer.Info.objgen[0] if "/Info" in pdf.trailer else 0,
            objects=tuple((item.objgen[0], item.unparse(resolved=True)) for item in made if item not in streams),
            streams=tuple(
                (item.objgen[0], b"<<" + _entries(item.stream_dict, without=_CODING) + b">>", item.read_bytes())
                for item in streams
            ),
            after=first + len(made),
        )


def _entries(dictionary: Any, without: Collection[str] = ()) -> bytes:
    kept = pikepdf.Dictionary({key: value for key, value in dictionary.items() if key not in without})
    return kept.unparse()[2:-2].strip()
