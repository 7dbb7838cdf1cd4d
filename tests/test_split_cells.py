"""Cells of divided rows: their words are printed once, also when a page has no room for them."""

from __future__ import annotations

import pytest
import weasyprint
from weasyprint.layout import block

from benchmarks.notes_fuzz.check import check
from benchmarks.notes_fuzz.documents import document
from pipeline.render import split_cells
from pipeline.render.engine import improved
from pipeline.render.footnotes import continued
from pipeline.render.leaning import moved
from pipeline.render.split_cells import gone_on_with

CROWDED = 68  # the seed of a document with notes in the cells of a table whose rows are divided


def faults(*, go_on: bool) -> dict[str, int]:
    source = document(CROWDED, 80, 3000)
    with improved() if go_on else continued():
        printed = weasyprint.HTML(string=source.html).render()
    return dict(check(source, printed, printed.write_pdf()).faults)


def test_the_engine_is_the_one_that_this_was_written_for() -> None:
    assert not moved(split_cells.LEANED_UPON), "read these functions against split_cells.py, then note their digests"


@pytest.mark.artefact
def test_words_that_the_engine_prints_twice_are_printed_once() -> None:
    assert faults(go_on=False) == {"body words": 2}, "if the engine does it right now, split_cells can go"
    assert faults(go_on=True) == {}


def test_names_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = block.block_container_layout
    with pytest.raises(ZeroDivisionError), gone_on_with():
        assert block.block_container_layout is not before
        raise ZeroDivisionError
    assert block.block_container_layout is before
    monkeypatch.setattr(weasyprint, "__version__", "70.1")
    with gone_on_with():
        assert block.block_container_layout is before
