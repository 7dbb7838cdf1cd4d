"""The data of a report as it is handed on: each CSV file, and the figures and tables that it stands behind.

A file is given away as it was read, cell for cell, with the columns that no table prints. A file that gives no more
than single values to the text is behind no figure and no table, and is not handed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline import markup
from pipeline.charts import data_files
from pipeline.document import Document
from pipeline.report import Report

_FOLDER = "data/"  # where a report keeps its data; said once, in the name of the folder that is handed on


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure or table that is made from a data file.

    Attributes:
        id: its anchor in every edition, "fig-totals".
        label: its printed number, "Figure 3".
        caption: its caption as it is printed, as plain text without calls of notes.
    """

    id: str
    label: str
    caption: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data file that is handed on.

    Attributes:
        name: its path in the report's folder, without "data/" before it.
        data: its bytes: CSV (RFC 4180) in UTF-8, lines ending in LF.
        shown: what is made from it, in the order of print.
    """

    name: str
    data: bytes
    shown: tuple[Shown, ...]


def datasets(report: Report, document: Document) -> tuple[Dataset, ...]:
    """The data behind the figures and tables that are printed.

    Args:
        report: the report as it was loaded.
        document: what was sent to print.

    Returns:
        the files in the order of the first figure or table that each stands behind.
    """
    behind: dict[str, list[Shown]] = {}
    sources = _sources(report)
    for shown in _printed(document, sources):
        for name in sources[shown.id]:
            behind.setdefault(name, []).append(shown)
    return tuple(
        Dataset(name.removeprefix(_FOLDER), report.data[name].text.encode(), tuple(shown))
        for name, shown in behind.items()
        if name in report.data
    )


def _sources(report: Report) -> Mapping[str, tuple[str, ...]]:
    """The data files of every chart and table, by its id."""
    charts = {entry.figure.id: data_files(entry.chart) for entry in report.figures if entry.chart is not None}
    return charts | {entry.table.id: (entry.table.data,) for entry in report.tables}


def _printed(document: Document, sources: Mapping[str, tuple[str, ...]]) -> Iterator[Shown]:
    """The figures and tables with data, in the order of print, with the words of their captions."""
    for chapter in document.chapters:
        for element in markup.parsed(chapter.html).iter("figure", "div"):
            id = element.get("id", "")
            if id in sources:
                caption = next(element.iter("figcaption", "caption"))
                yield Shown(id, _words(caption, "label"), _words(caption, "caption"))


def _words(caption: etree._Element, name: str) -> str:
    """The words of a part of a caption, with plain spaces between them."""
    parts = (markup.parsed(markup.bare_title(markup.inner(part))) for part in caption.findall(f"span[@class='{name}']"))
    return " ".join(" ".join("".join(map(str, part.itertext())) for part in parts).split())
