"""WeasyPrint 70.0, and everything that is known about its inside: this module and `pages` are written for it alone.

Three things go beyond its public interface and are kept together here, behind a check of the version: it is given
a tree instead of text, its log is read line by line, and fonts are cut down by the press's own library.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.etree import ElementTree

import weasyprint
from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont
from lxml import etree
from weasyprint import document as engine_document
from weasyprint import pdf as engine_pdf
from weasyprint.css.counters import CounterStyle
from weasyprint.pdf import fonts as pdf_fonts

from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare
from pipeline.render import measured_lines, shortcuts
from pipeline.render.fetch import BASE_URL, ReportFetcher
from pipeline.render.footnotes import continued
from pipeline.render.leaning import VERSION, replacing
from pipeline.render.paging import Paging, StoppedError
from pipeline.render.read_ahead import read_sheet, taken
from pipeline.render.right_hand import BoundToSideError, Margins, right_hand_pages
from pipeline.render.split_cells import gone_on_with
from pipeline.render.tags import AddTags
from pipeline.render.trees import plain
from pipeline.render.typefaces import cut_down
from pipeline.render.whole_words import kept_whole

ENGINE_COMPLAINT = declare(
    "WPR001",
    "layout-engine-complaint",
    Severity.ERROR,
    """
    The layout engine left something out: a style it does not know, a link without a target, a picture without a
    text in its place.

    It would print the report all the same, without what it did not understand; so every line of its log is a
    finding. A fault in a style sheet is told with file, line and column.

    Bad:   p { colour: red }
    Good:  p { color: red }
    """,
)

ENGINE_CRASH = declare(
    "WPR008",
    "layout-engine-crash",
    Severity.ERROR,
    """
    The layout engine stopped in the middle. This is a fault of the engine that some combination of blocks and
    styles brings out; the finding says what it was doing.

    Try the report without its own style sheets first, then without the section that was added last.
    """,
)

ENGINE_VERSION = declare(
    "WPR012",
    "layout-engine-version",
    Severity.ERROR,
    """
    Another version of the layout engine is installed than the one the press was proved with.

    The press reads the engine's pages back before they are written; another version may keep them in another way,
    and then nothing that is said about notes, page numbers and margins would be worth anything.

    Run `make setup`, which installs the right one.
    """,
)

_POSITION = re.compile(r" at (\d+):(\d+)")
_QUOTED_SELECTOR = re.compile(r"selector, '(.+)'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A style sheet: its text, and how its place is shown to the author."""

    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Written:
    """A PDF, and the font families that its pages are set in."""

    data: bytes
    families: frozenset[str]


@dataclass(frozen=True, slots=True)
class Breaks:
    """What the style sheets say of the edges of an element.

    Attributes:
        before, after: the values of `break-before` of the element and of what stands first in it, and the same
            of `break-after` and what stands last, from the outside inwards.
        first_page, last_page: the names of the pages that it begins and ends on.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    first_page: str
    last_page: str


class _TreeHTML(weasyprint.HTML):  # type: ignore[misc]
    """`weasyprint.HTML` for a tree that exists already; its own constructor only reads text, as HTML."""

    def __init__(self, tree: ElementTree.Element, fetcher: ReportFetcher) -> None:
        self.base_url = BASE_URL
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class Engine:
    """The layout engine with a report's style sheets and fonts loaded.

    Args:
        sheets: the style sheets, in the order in which they win.
        fetcher: the only way to any resource.
        findings: told of everything the engine complains about.
        edition: the place of complaints that belong to no style sheet.
        decorative: the pictures whose empty text says that they carry nothing; no complaint is due about them.

    Raises:
        StageFailedError: when another version of the engine is installed.
    """

    def __init__(
        self,
        sheets: tuple[Sheet, ...],
        fetcher: ReportFetcher,
        findings: Findings,
        edition: Span,
        decorative: frozenset[str] = frozenset(),
    ) -> None:
        if weasyprint.__version__ != VERSION:
            message = f"WeasyPrint {weasyprint.__version__} is installed, the press needs {VERSION}"
            raise StageFailedError(ENGINE_VERSION.at(edition, message, 'run "make setup"'))
        self._fetcher = fetcher
        self._findings = findings
        self._edition = edition
        self._decorative = {f'Image "{source}" has no required alt description' for source in decorative}
        ahead = taken([sheet.text for sheet in sheets])
        self._fonts = ahead.fonts
        self._pictures: dict[str, object] = {}
        self._sheets = [ahead.read.get(sheet.text) or self._load(sheet) for sheet in sheets]

    @contextmanager
    def heard_by(self, findings: Findings) -> Iterator[None]:
        """Tell other findings, meanwhile, what the engine complains about and what the fetcher refuses."""
        before, self._findings = self._findings, findings
        try:
            with self._fetcher.heard_by(findings):
                yield
        finally:
            self._findings = before

    @contextmanager
    def pictures_apart(self) -> Iterator[None]:
        """Forget the pictures that are loaded meanwhile: each holds on to all pages of the layout that it stands in."""
        before, self._pictures = self._pictures, {}
        try:
            yield
        finally:
            self._pictures = before

    def lay_out(self, tree: ElementTree.Element) -> weasyprint.Document:
        """The pages of a tree.

        Raises:
            StageFailedError: when the engine stops in the middle.
        """
        with self._log_read(self._complain), self._crashes_told("laying out pages"), improved():
            return _TreeHTML(tree, self._fetcher).render(
                font_config=self._fonts, stylesheets=self._sheets, cache=self._pictures, pdf_tags=True
            )

    def lay_out_right_hand(
        self, tree: ElementTree.Element, *, blank: bool = False, paging: Paging | None = None
    ) -> tuple[weasyprint.Document, dict[int, Margins]]:
        """The pages of a tree, all as right-hand ones, and what stands in their margins, by their identity.

        Args:
            tree: what is laid out.
            blank: whether its pages are ones that were left empty.
            paging: watches the layout.

        Raises:
            StoppedError: when `paging` has stopped the layout.
            StageFailedError: when the engine stops in the middle.
            BoundToSideError: when the pages depend on which side they are on.
        """
        with self._log_read(self._complain), self._crashes_told("laying out pages"), improved():
            html = _TreeHTML(tree, self._fetcher)
            watched = paging.in_place() if paging is not None else nullcontext()
            with right_hand_pages(html, blank=blank) as margins, watched:
                pages = html.render(
                    font_config=self._fonts, stylesheets=self._sheets, cache=self._pictures, pdf_tags=True
                )
        return pages, {id(page): margin for page, margin in zip(pages.pages, margins, strict=True)}

    def breaks(self, tree: etree._Element) -> tuple[Breaks, ...]:
        """What the style sheets say of the edges of each element in the body of a tree."""
        html = _TreeHTML(plain(tree), self._fetcher)
        options = dict(weasyprint.DEFAULT_OPTIONS) | {"stylesheets": self._sheets}
        with self._log_read(lambda message: None), shortcuts.taken():  # each complaint comes again from the layout
            context = engine_document.Document._build_layout_context(html, self._fonts, CounterStyle(), {}, options)
        body = html.etree_element.find("body")
        assert body is not None, "the print template has a body"
        return tuple(_breaks(element, context.style_for) for element in body)

    def draw(self, pages: weasyprint.Document, add_tags: AddTags) -> Any:
        """The pages as the engine's PDF, before it is a file.

        Args:
            pages: what was laid out.
            add_tags: gives them their structure, in place of the engine's own function.

        Raises:
            StageFailedError: when the engine stops in the middle.
        """
        options = dict(weasyprint.DEFAULT_OPTIONS) | {"pdf_tags": True, "cache": self._pictures}
        with (
            self._log_read(self._complain),
            self._crashes_told("drawing pages"),
            _tagged_by(add_tags),
            shortcuts.taken(),
        ):
            return engine_pdf.generate_pdf(pages, None, 1, **options)

    def write(self, pages: weasyprint.Document, add_tags: AddTags) -> Written:
        """The pages as a tagged PDF.

        Args:
            pages: what was laid out.
            add_tags: gives the file its structure, in place of the engine's own function.

        Raises:
            StageFailedError: when the engine stops in the middle.
        """
        with self._log_read(self._complain), self._crashes_told("writing the PDF"), _fonts_cut_by_the_press():
            with _tagged_by(add_tags):
                data = pages.write_pdf(pdf_tags=True, cache=self._pictures)
            return Written(data, frozenset(font.family for font in pages.fonts.values()))

    def _load(self, sheet: Sheet) -> weasyprint.CSS:
        def complain(message: str) -> None:
            at = _POSITION.search(message)
            place = Span(sheet.shown, int(at[1]), int(at[2])) if at else _place_of_selector(sheet, message)
            self._findings.add(ENGINE_COMPLAINT.at(place, _POSITION.sub("", message)))

        with self._log_read(complain), self._crashes_told(f"reading {sheet.shown}"):
            return read_sheet(sheet.text, self._fetcher, self._fonts)

    def _complain(self, message: str) -> None:
        self._findings.add(ENGINE_COMPLAINT.at(self._edition, message))

    @contextmanager
    def _log_read(self, told: Callable[[str], None]) -> Iterator[None]:
        handler = _Listener(lambda message: None if self._is_told(message) else told(message))
        logger = logging.getLogger("weasyprint")
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)

    def _is_told(self, message: str) -> bool:
        """Whether nothing need be said: the fetcher has said it better, or it is as the author wants it."""
        return message in self._decorative or any(url in message for url in self._fetcher.refused)

    @contextmanager
    def _crashes_told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (StageFailedError, BoundToSideError, StoppedError):
            raise
        except Exception as error:  # the engine asserts what it believes; any kind of error may come out
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            finding = ENGINE_CRASH.at(self._edition, f"the layout engine stopped while {doing} ({what})")
            raise StageFailedError(finding) from error


def _breaks(element: ElementTree.Element, style_for: Callable[..., Any]) -> Breaks:
    first, last = list(_edge(element, 0, style_for)), list(_edge(element, -1, style_for))
    return Breaks(
        before=tuple(style["break_before"] for style in first),
        after=tuple(style["break_after"] for style in last),
        first_page=first[-1]["page"] if first else "",
        last_page=last[-1]["page"] if last else "",
    )


def _edge(element: ElementTree.Element, side: int, style_for: Callable[..., Any]) -> Iterator[Any]:
    """The styles of an element and of what stands at one of its ends, as far as it stands in the flow."""
    inner: ElementTree.Element | None = element
    while inner is not None:
        style = style_for(inner)
        in_flow = style["float"] == "none" and style["position"] in ("static", "relative")
        if not in_flow or style["display"][0] in ("none", "inline", "contents"):
            return
        yield style
        inner = inner[side] if len(inner) else None


class _Listener(logging.Handler):
    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told(record.getMessage())


def _place_of_selector(sheet: Sheet, message: str) -> Span:
    """The engine names a selector that it cannot use, but not its line: it is looked for in the text."""
    quoted = _QUOTED_SELECTOR.search(message)
    at = sheet.text.find(quoted[1].split("',")[0].strip()) if quoted else -1
    if at < 0:
        return Span(sheet.shown)
    before = sheet.text[:at]
    return Span(sheet.shown, before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)


@contextmanager
def improved() -> Iterator[None]:
    """Notes that continue, words that stay whole, cells that go on, and less work."""
    with continued(), kept_whole(), gone_on_with(), shortcuts.taken(), measured_lines.taken():
        yield


@contextmanager
def _tagged_by(add_tags: AddTags) -> Iterator[None]:
    original = weasyprint.pdf.add_tags
    weasyprint.pdf.add_tags = add_tags
    try:
        yield
    finally:
        weasyprint.pdf.add_tags = original


@contextmanager
def _fonts_cut_by_the_press() -> Iterator[None]:
    """Fonts are cut down by the same library on every machine, and keep the date of their makers.

    The engine would use a system library, and complain where there is none. What it makes of a variable font would have
    the date of the run (fontTools: recalcTimestamp).
    """
    with replacing(
        (
            (pdf_fonts.Font, "subset", _cut_down),
            (pdf_fonts, "TTFont", partial(TTFont, recalcTimestamp=False)),
        )
    ):
        yield


def _cut_down(font: Any, to_unicode: Mapping[int, str], hinting: bool) -> None:  # as it is called
    if to_unicode:
        absent = set(font.missing.values())
        used = (glyph for glyph in to_unicode if glyph not in absent)
        font.file_content = cut_down(font.file_content, font.index, used, absent=bool(absent))
