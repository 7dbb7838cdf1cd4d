"""Files of the press with something changed in them, and everything else where the press has put it.

qpdf writes a whole file anew. Here a stretch in which nothing was changed stays the same to the byte, as it does when
an author edits another chapter.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pikepdf

from pipeline.render.binding import Chunk, file_of
from pipeline.verify.gate.opened import Opened

Change = Callable[[pikepdf.Pdf], None]


def entry_changed(key: str, where: float, other: float, how: str) -> Change:
    """A change of one entry of one object.

    Args:
        key: of the entry.
        where: which of the objects that have one, from 0 for the first to 1 for the last.
        other: another of them, in the same way.
        how: "delete" it, "exchange" it with that of the other, or "take" that.
    """

    def change(pdf: pikepdf.Pdf) -> None:
        holders: list[Any] = [
            item for item in pdf.objects if isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)) and key in item
        ]
        if not holders:
            return
        one, another = (holders[int(place * (len(holders) - 1))] for place in (where, other))
        if how == "delete":
            del one[key]
        elif how == "take":
            one[key] = another[key]
        else:
            one[key], another[key] = another[key], one[key]

    return change


_Object = tuple[bytes, bytes | None]  # the text, and of a stream its data
_ALONE, _PACKED = 1, 2  # where an object is (ISO 32000-1, table 18)


def relaid(path: Path, folder: Path, *changes: Change) -> Path:
    """A file with changes to objects that it has; new ones are not written.

    Args:
        path: a file of the press.
        folder: where the other one goes.
        changes: made to the objects as qpdf reads them.
    """
    file = Opened(path)
    before = _objects(file.pdf)
    for change in changes:
        change(file.pdf)
    after = _objects(file.pdf)
    table: dict[tuple[int, int], Any] = Opened(path).pdf.get_xref_table()
    places = {number: place for (number, _), place in table.items()}
    own = max(places)  # the stream of cross-references, which is written anew
    offsets = sorted(place.offset for place in places.values() if place.type == _ALONE)
    chunks = []
    for stretch in file.written.stretches:
        alone = [number for number in stretch.numbers if places[number].type == _ALONE and number != own]
        packed = [number for number in stretch.numbers if places[number].type == _PACKED]
        if not alone:
            continue
        if all(before[number] == after[number] for number in (*alone, *packed) if number in before):
            start = min(places[number].offset for number in alone)
            stop = offsets[offsets.index(start) + len(alone)]
            rows = tuple(
                (number, places[number].obj_stream_number, places[number].obj_stream_index) for number in packed
            )
            at = tuple((number, places[number].offset - start) for number in alone)
            chunks.append(Chunk(file.data[start:stop], at, rows))
        else:
            by_pack: dict[int, list[int]] = {}
            for number in packed:
                by_pack.setdefault(places[number].obj_stream_number, []).append(number)
            chunks.append(_written(alone, by_pack, after))
    out = folder / "relaid.pdf"
    root, info = (file.pdf.trailer[key].objgen[0] if key in file.pdf.trailer else 0 for key in ("/Root", "/Info"))
    out.write_bytes(file_of(chunks, "1.7", root, info, b"0" * 16))
    return out


def _objects(pdf: pikepdf.Pdf) -> dict[int, _Object]:
    found: dict[int, _Object] = {}
    values: list[Any] = [value for value in pdf.objects if isinstance(value, pikepdf.Object)]
    for value in values:
        if isinstance(value, pikepdf.Stream):
            found[value.objgen[0]] = value.stream_dict.unparse(resolved=True), value.read_raw_bytes()
        else:
            found[value.objgen[0]] = value.unparse(resolved=True), None
    return found


def _written(alone: Sequence[int], packs: Mapping[int, Sequence[int]], objects: Mapping[int, _Object]) -> Chunk:
    """A stretch: its objects by themselves, and those that are packed, in the streams in which they were."""
    data, offsets, rows = b"", [], []
    for number in alone:
        text, raw = objects[number]
        if number in packs:
            members = [(member, objects[member][0].replace(b"\n", b" ")) for member in packs[number]]
            at = accumulate((len(body) + 1 for _, body in members), initial=0)
            index = (
                b" ".join(b"%d %d" % (member, start) for (member, _), start in zip(members, at, strict=False)) + b"\n"
            )
            raw = zlib.compress(index + b"\n".join(body for _, body in members))
            sizes = len(members), len(index), len(raw)
            text = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % sizes
            rows += [(member, number, place) for place, (member, _) in enumerate(members)]
        offsets.append((number, len(data)))
        body = text if raw is None else text + b"\nstream\n" + raw + b"\nendstream"
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return Chunk(data, tuple(offsets), tuple(rows))
