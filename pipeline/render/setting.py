"""Set a gathering: the whole way from its markup to a forme, as a worker goes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from pipeline.diagnostics import Findings, Span
from pipeline.render.engine import Engine
from pipeline.render.forme_making import Made, make_forme
from pipeline.render.gatherings import Gathering
from pipeline.render.pages import Layout, read_layout
from pipeline.render.settle_gathering import settle_gathering
from pipeline.render.tags import AddTags
from pipeline.render.trees import attributes_of, plain


@dataclass(frozen=True, slots=True)
class Task:
    """A gathering, and the page numbers that it is to be laid out with, by the id of their target."""

    gathering: Gathering
    guesses: tuple[tuple[str, str], ...]


def set_gathering(engine: Engine, task: Task, edition: Span, add_tags: AddTags) -> Made:
    """Lay a gathering out and draw it.

    Args:
        engine: the layout engine.
        task: what is to be set.
        edition: the place of findings that belong to nothing in particular.
        add_tags: gives the pages their structure.

    Raises:
        StageFailedError: when the engine stops in the middle.
        BoundToSideError: when the pages depend on which side they are on.
    """
    findings = Findings()
    with engine.heard_by(findings), engine.pictures_apart():
        root = etree.fromstring(task.gathering.markup, etree.XMLParser(huge_tree=True))
        pages, margins, layout = settle_gathering(engine, root, task.gathering.notes, task.guesses, findings, edition)
        return make_forme(engine, pages, margins, _lasting(layout), findings, add_tags)


def set_blank(engine: Engine, root: etree._Element, add_tags: AddTags) -> Made:
    """A page that is left empty so that the next gathering begins on its side."""
    findings = Findings()
    empty = etree.Element("html", attributes_of(root))
    etree.SubElement(etree.SubElement(empty, "head"), "title").text = root.findtext("head/title")
    etree.SubElement(empty, "body")
    with engine.heard_by(findings):
        pages, margins = engine.lay_out_right_hand(plain(empty), blank=True)
        return make_forme(engine, pages, margins, read_layout(pages, (), ""), findings, add_tags)


def _lasting(layout: Layout) -> Layout:
    """What of a layout is still asked for when the pages are drawn."""
    return replace(layout, blocks=(), flow={}, note_heights={})
