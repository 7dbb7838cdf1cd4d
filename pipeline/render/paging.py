"""Stop the layout of a gathering where it turns out badly, and go on from there with the text in another order.

The pages before the place stay as they are; only what comes after is laid out again. The engine (WeasyPrint 70.0)
makes pages one after the other and keeps, for each, where it begins (`page_maker`): a second layout is given the
pages of the first and begins at the one that is to be another. The tree has to be the same up to that place, of the
same elements, so that a paragraph on two pages is one paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from weasyprint import layout

from pipeline.render import footnotes_layout


@dataclass(frozen=True, slots=True)
class Beginning:
    """The pages that are kept, and what the next one begins with.

    Attributes:
        pages: the engine's page boxes.
        starts: its `page_maker` for these pages and the next.
        handed: what is left of notes for the next page.
        begun: the ids of the notes that begin on these pages, with the page.
    """

    pages: tuple[Any, ...]
    starts: tuple[Any, ...]
    handed: tuple[Any, ...]
    begun: tuple[tuple[str, int], ...]


class StoppedError(Exception):
    """The layout was stopped, because the pages so far are not as they should be."""


class Paging:
    """Watches one layout page by page.

    Args:
        look: is given the pages so far after each, and whether it was the last; says from which on they have to be
            made again, or None.
        beginning: of an earlier layout of the same text.

    Attributes:
        beginning: when the layout was stopped: what the next one may begin with.
    """

    def __init__(self, look: Callable[[list[Any], bool], int | None], beginning: Beginning | None = None) -> None:
        self._look = look
        self._before = beginning
        self._rounds = 0
        self.beginning: Beginning | None = None

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Watch every layout that is made inside.

        Raises:
            StoppedError: from the layout.
        """
        inner = layout.make_all_pages

        def watched(context: Any, root_box: Any, html: Any, pages: list[Any]) -> Iterator[Any]:
            self._rounds += 1
            made = inner(context, root_box, html, pages)
            if self._before is not None:
                self._drop_begun(context)
                if self._rounds == 1:
                    made = self._resumed(context, root_box, html)
            return self._pages(context, made)

        layout.make_all_pages = watched
        try:
            yield
        finally:
            layout.make_all_pages = inner

    def _pages(self, context: Any, made: Iterator[Any]) -> Iterator[Any]:
        pages: list[Any] = []
        broken = [False]  # of each page, whether it begins with what is left of something beside the text
        for page in made:
            pages.append(page)
            broken.append(bool(context.broken_out_of_flow))
            is_last = context.page_maker[len(pages)][0] is None and not context.reported_footnotes
            again = self._look(pages, is_last) if self._rounds == 1 else None
            if again is not None:
                while again > 0 and broken[again]:
                    again -= 1
                self.beginning = self._beginning(context, pages, again)
                raise StoppedError
            yield page

    def _beginning(self, context: Any, pages: list[Any], again: int) -> Beginning | None:
        if again == 0 or any(any(by_page.values()) for by_page in context.running_elements.values()):
            return None
        earlier = self._before.begun if self._before is not None else ()
        begun = ((note.element.get("id", ""), page) for note, page in context.begun.items())
        return Beginning(
            pages=tuple(pages[:again]),
            starts=tuple(context.page_maker[: again + 1]),
            handed=tuple(context.handed.get(again, ())),
            begun=tuple(dict.fromkeys((id, page) for id, page in (*earlier, *begun) if page < again)),
        )

    def _resumed(self, context: Any, root_box: Any, html: Any) -> Iterator[Any]:
        before = self._before
        assert before is not None, "only what has begun is gone on with"
        starts = [(*start[:-1], _as_it_is(start[-1])) for start in before.starts]
        starts[-1][-1]["content_changed"] = True
        context.page_maker = starts
        context.handed = {len(before.pages): before.handed}
        context.reported_footnotes = list(before.handed)
        pages: Iterator[Any] = footnotes_layout.every_page(context, root_box, html, [*before.pages, None])
        return pages

    def _drop_begun(self, context: Any) -> None:
        """Notes that begin on the pages before are not called once more, not even in a repeated head."""
        assert self._before is not None, "only what has begun is gone on with"
        notes = {note.element.get("id", ""): note for note in context.footnotes}
        for id, page in self._before.begun:
            if id in notes:
                context.footnotes.remove(notes[id])
                context.begun[notes[id]] = page


def _as_it_is(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "content_changed": False, "pages_wanted": False}
