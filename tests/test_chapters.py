"""Layout by chapter: the same pages as in one piece, the same bytes from a warm cache, whatever was edited before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from weasyprint.pdf import fonts as pdf_fonts

from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Findings, Span
from pipeline.document import Chapter, Document, Entry, Kind
from pipeline.render import pdf as pdf_module
from pipeline.render.binding import APART, IN_STREAM, global_chunk
from pipeline.render.engine import Engine, Sheet
from pipeline.render.fetch import ReportFetcher
from pipeline.render.forms import SCREEN_2_FORM, SCREEN_FORM, Attached, Design, Form
from pipeline.render.gatherings import divide
from pipeline.render.paging import Paging
from pipeline.render.pdf import PrintedPdf, print_pdf
from pipeline.render.right_hand import BoundToSideError
from pipeline.templating import Templates
from pipeline.toolchain import fonts
from pipeline.workspace import templates_folder
from tests.documents import RICH, call, note

EPOCH = 1795435200
A4 = Design("A4", (), ())
OWN = Templates(templates_folder(), None, Path.as_posix, {})
NO_CACHE = Cache(Path(os.devnull) / "cache")
WORDS = "The clerk of the district wrote down what had been said, and nobody asked for it again. "


def printing(
    document: Document,
    cache: Cache = NO_CACHE,
    design: Design = A4,
    form: Form = SCREEN_FORM,
    attached: tuple[Attached, ...] = (),
) -> PrintedPdf:
    findings = Findings()
    printed = print_pdf(document, design, OWN, EPOCH, cache, findings, attached=attached, form=form)
    assert findings.all() == ()
    return printed


def texts(data: bytes) -> list[str]:
    """The text of every page, with spaces and line ends made one."""
    pages = (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    return [" ".join(re.sub("[\ufffe\u00ad\u2060]", "", page).split()) for page in pages]


def chapter(number: int, paragraphs: list[int], kind: Kind = Kind.CHAPTER) -> Chapter:
    """A chapter whose paragraphs have so many sentences; the first has a note and names the page of another."""
    id = f"sec-{number}"
    other = f'<a class="pageref" href="#sec-{number % 3 + 1}" data-front="false">the page</a>'
    first = f"<p>Beginning.{call(f'n{number}', str(number))} See {other}. {WORDS}</p>"
    rest = "".join(f"<p>Paragraph {place}. {WORDS * count}</p>" for place, count in enumerate(paragraphs, 1))
    notes = (note(f"n{number}", str(number), f"<p>The note of chapter {number}.</p>"),)
    return Chapter(id, kind, str(number), f"Chapter {number}", f"Chapter {number}", "Running", "", first + rest, notes)


def report(*chapters: list[int]) -> Document:
    made = tuple(chapter(number, paragraphs) for number, paragraphs in enumerate(chapters, 1))
    lines = tuple(Entry(item.id, item.label, item.title, item.plain_title, 1, front=False) for item in made)
    return replace(RICH, chapters=made, contents=lines, figures=(), tables=(), assets=(), cover="")


def in_one(
    monkeypatch: pytest.MonkeyPatch,
    document: Document,
    form: Form = SCREEN_FORM,
    attached: tuple[Attached, ...] = (),
) -> PrintedPdf:
    """The same report, laid out as one long document."""

    def refuse(*_: object) -> None:
        raise BoundToSideError("to compare")

    with monkeypatch.context() as patched:
        patched.setattr(pdf_module, "print_by_chapter", refuse)
        return printing(document, form=form, attached=attached)


def said(data: bytes) -> dict[str, object]:
    """What a file says beside its pages: catalog, information, attached files, tabulator, elements down to sections."""

    def value(item: Any) -> object:
        if isinstance(item, pikepdf.Stream):
            return {"": item.read_bytes(), **value_of_all(item.stream_dict)}
        if isinstance(item, pikepdf.Dictionary):
            return value_of_all(item)
        return [value(one) for one in item] if isinstance(item, pikepdf.Array) else str(item)

    def value_of_all(item: Any) -> dict[str, object]:
        return {key: value(one) for key, one in item.items() if key not in ("/Length", "/Filter", "/DecodeParms")}

    def tree(element: Any, depth: int) -> object:
        kids = [tree(kid, depth - 1) for kid in element.K if isinstance(kid, pikepdf.Dictionary)] if depth else []
        assert all(kid.P.objgen == element.objgen for kid in element.K if depth and "/S" in kid)
        return str(element.S), str(element.get("/ID")), kids

    with pikepdf.open(BytesIO(data)) as pdf:
        root = pdf.Root
        plain = ("/Lang", "/MarkInfo", "/PageMode", "/ViewerPreferences", "/PageLabels", "/OutputIntents", "/Metadata")
        return {
            "version": pdf.pdf_version,
            "structure": tree(root.StructTreeRoot.K[0], 2),
            "attached": value(root.Names.EmbeddedFiles),
            "associated": value(root.AF),
            "tabs": [str(page.obj.Tabs) for page in pdf.pages],
            "smoothed": [
                item.objgen for item in pdf.objects if isinstance(item, pikepdf.Stream) and "/Interpolate" in item
            ],
            **{key: value(root[key]) for key in plain},
            **({key: str(item) for key, item in pdf.docinfo.items()} if "/Info" in pdf.trailer else {"no": "/Info"}),
        }


def outline(data: bytes) -> list[tuple[str, int]]:
    """The lines of the outline with their pages."""
    with pikepdf.open(BytesIO(data)) as pdf, pdf.open_outline() as opened:
        found = []
        pending = list(reversed(opened.root))
        while pending:
            item = pending.pop()
            assert item.destination is not None
            found.append((item.title, pdf.pages.index(pikepdf.Page(item.destination[0]))))
            pending.extend(reversed(item.children))
        return found


@pytest.mark.artefact
class TestTheSamePages:
    def test_as_when_the_report_is_laid_out_in_one_piece(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for document in (RICH, report([3, 8, 30], [40], [2] * 12)):
            apart, whole = printing(document), in_one(monkeypatch, document)
            assert apart.labels == whole.labels
            assert texts(apart.data) == texts(whole.data)
            assert outline(apart.data) == outline(whole.data)
            places = [(item.id, item.call, item.text) for item in apart.notes]
            assert places == [(item.id, item.call, item.text) for item in whole.notes]

    @pytest.mark.parametrize("form", [SCREEN_FORM, SCREEN_2_FORM])
    def test_the_whole_file_says_the_same_as_one_that_was_in_one_piece(
        self, monkeypatch: pytest.MonkeyPatch, form: Form
    ) -> None:
        attached = (Attached("data (1).csv", "text/csv", b"a;b\r\n" * 9, "The <data> \u2013 5 0 R"),)
        apart = said(printing(RICH, form=form, attached=attached).data)
        assert apart == said(in_one(monkeypatch, RICH, form=form, attached=attached).data)
        assert ("/Part" in str(apart["structure"])) is any(item.part for item in RICH.chapters)

    def test_who_looks_at_pages_alone_need_not_read_the_structure(self) -> None:
        """A reader that wants one object of a stream mostly reads all of them (ISO 32000-2, 7.5.7)."""
        with pikepdf.open(BytesIO(printing(RICH).data)) as pdf:
            streams: dict[int, list[Any]] = {}
            for (number, _), place in pdf.get_xref_table().items():
                item = pdf.get_object(number, 0)
                if place.type == 2 and isinstance(item, pikepdf.Dictionary):  # in an object stream
                    streams.setdefault(place.obj_stream_number or 0, []).append(item)
            kinds = {number: {str(item.get("/Type", "")) for item in held} for number, held in streams.items()}
            elements = {
                number: [item for item in held if item.get("/Type", "") == "/StructElem"]
                for number, held in streams.items()
            }
            beside = [item for number, kind in kinds.items() if "/Page" in kind for item in elements[number]]
            assert beside and all(item.P.S in ("/Document", "/Part") for item in beside), "what chapters begin with"
            apart = [number for number, kind in kinds.items() if not kind & {"/Page", "/Catalog"}]
            assert sum(len(elements[number]) for number in apart) > 50

    def test_everything_stands_where_it_stood_on_left_pages_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Side notes, wide figures, key figures and openers: every text object at the same place of the same page."""

        def boxes(data: bytes) -> list[list[tuple[int, ...]]]:
            pages = []
            for page in pypdfium2.PdfDocument(data):
                found = page.get_textpage()
                pages.append([tuple(round(side) for side in found.get_rect(n)) for n in range(found.count_rects())])
            return pages

        at = next(place for place, item in enumerate(RICH.chapters) if item.kind is Kind.CHAPTER)
        extra = replace(chapter(9, [1]), html=f"<p>{WORDS}</p>", notes=())
        shifted = replace(RICH, chapters=(*RICH.chapters[: at + 1], extra, *RICH.chapters[at + 1 :]))
        first = replace(RICH, chapters=(*RICH.chapters[:at], extra, *RICH.chapters[at:]))
        sides = [printing(item).labels for item in (RICH, shifted, first)]
        assert len({len(labels) for labels in sides}) > 1, "what was on the right comes to stand on the left"
        for document in (RICH, shifted, first):
            assert boxes(printing(document).data) == boxes(in_one(monkeypatch, document).data)

    @pytest.mark.parametrize(
        ("rule", "printed_on_1"),
        [
            ("@page { @bottom-center { content: 'Page ' counter(page) } }", "Page 1"),
            ("@page { @bottom-center { content: 'of ' counter(pages) } }", "of {pages}"),
            ("h1::after { content: ' see ' target-counter('#sec-3', page) }", "see {third}"),
        ],
    )
    def test_a_style_sheet_that_needs_the_whole_report_gets_it(
        self, tmp_path: Path, rule: str, printed_on_1: str
    ) -> None:
        own = tmp_path / "own.css"
        own.write_text(rule)
        printed = printing(report([3], [3], [3]), design=Design("A4", (), (own,)))
        of_third = [
            label for label, text in zip(printed.labels, texts(printed.data), strict=True) if "Chapter 3" in text
        ]
        third = of_third[-1]
        wanted = printed_on_1.format(pages=printed.pages, third=third)
        assert wanted in texts(printed.data)[printed.labels.index("1")]

    def test_in_one_piece_fonts_do_not_depend_on_a_library_of_the_system(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with_it = in_one(monkeypatch, RICH)
        monkeypatch.setattr(pdf_fonts, "harfbuzz_subset", None)
        assert in_one(monkeypatch, RICH) == with_it  # and `in_one` asks for no complaint of the engine


@pytest.mark.artefact
class TestGoingOn:
    FIGURE = f'<div class="box"><p class="box-kind">Note</p><p class="box-title">Box</p><p>{WORDS * 9}</p></div>'

    def test_gives_the_same_bytes_as_beginning_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        stops = tmp_path / "stops"  # the layout is made in another process
        beginning = Paging._beginning

        def told(paging: Paging, *arguments: object) -> object:
            found = beginning(paging, *arguments)  # type: ignore[arg-type]
            stops.open("a").write("went on, " if found else "began again, ")
            return found

        long = report([40], [1], [1])
        first = long.chapters[0]
        parts = [f"<p>Line {place}. {WORDS * (place % 5 + 1)}</p>" for place in range(40)]
        for place in (9, 19, 29):
            parts.insert(place, self.FIGURE)
        notes = "".join(f"<p>Called{call(f'm{place}', str(place))}.</p>" for place in range(5))
        more = tuple(note(f"m{place}", str(place), f"<p>{WORDS * 12}</p>") for place in range(5))
        holed = replace(first, html=first.html + notes + "".join(parts), notes=(*first.notes, *more))
        document = replace(long, chapters=(holed, *long.chapters[1:]))
        monkeypatch.setattr(Paging, "_beginning", told)
        resumed = printing(document)
        assert "went on" in stops.read_text(), "a box leaves a hole that text can fill"
        monkeypatch.setattr(Paging, "_beginning", lambda *_: None)
        assert printing(document).data == resumed.data


@pytest.mark.artefact
class TestCache:
    @settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(1, 60)), min_size=2, max_size=4))
    def test_a_warm_build_gives_the_bytes_of_a_cold_one_after_any_edits(
        self, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, int]]
    ) -> None:
        cache = Cache(tmp_path_factory.mktemp("cache"))
        chapters = [[1, 2], [3], [2, 2, 2]]
        for number, place, length in edits:
            paragraphs = chapters[number]
            paragraphs[place % (len(paragraphs) + 1) : place + 1] = [length]
            document = report(*chapters)
            assert printing(document, cache).data == printing(document).data

    def test_only_what_changed_is_laid_out(self, tmp_path: Path) -> None:
        cache = Cache(tmp_path)
        all_of_it = printing(report([3], [30], [3]), cache).rounds
        assert all_of_it >= 6
        assert printing(report([3], [30], [3]), cache).rounds == 0
        assert printing(report([3], [31], [3]), cache).rounds == 1
        longer = printing(report([60], [31], [3]), cache)
        assert longer.rounds == 1, "a page more before them changes nothing in the other chapters"
        assert longer.data == printing(report([60], [31], [3])).data

    def test_what_one_process_laid_out_the_next_one_knows(self, tmp_path: Path) -> None:
        """Sets have another order in every process: no key may hang on it."""
        program = (
            "import sys; from pathlib import Path; from pipeline.cache import Cache; from tests.test_chapters import *;"
            "print(printing(report([3], [30], [3]), Cache(Path(sys.argv[1]))).rounds)"
        )
        rounds = [
            subprocess.run(
                [sys.executable, "-c", program, str(tmp_path)],
                env={**os.environ, "PYTHONHASHSEED": seed},
                cwd=Path(__file__).resolve().parents[1],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for seed in ("1", "2", "3")
        ]
        assert int(rounds[0]) >= 6
        assert rounds[1:] == ["0", "0"]

    @pytest.mark.parametrize("spoil", ["cut", "emptied", "removed"])
    def test_what_is_damaged_is_made_again(self, tmp_path: Path, spoil: str) -> None:
        document = report([3], [30], [3])
        good = printing(document, Cache(tmp_path)).data
        for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
            kept = path.read_bytes()
            if spoil == "removed":
                path.unlink()
            else:
                path.write_bytes(kept[: len(kept) // 2] if spoil == "cut" else b"")
        assert printing(document, Cache(tmp_path)).data == good

    def test_what_a_forme_prints_may_go_while_it_is_needed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document = report([3], [30], [3])
        good = printing(document, Cache(tmp_path)).data
        get: Callable[[Cache, str], bytes | None] = Cache.get
        stocks = {key_of(path.parent.name + path.name, "stock") for path in tmp_path.rglob("*")}
        seen: set[str] = set()

        def forgets_once(cache: Cache, key: str) -> bytes | None:
            if key in stocks and key not in seen:
                seen.add(key)
                return None
            return get(cache, key)

        for path in tmp_path.rglob("*"):  # the finished stretches are gone, so that stocks are asked for
            if path.is_file() and b"pipeline.render.binding" in path.read_bytes():
                path.unlink()
        monkeypatch.setattr(Cache, "get", forgets_once)
        assert printing(document, Cache(tmp_path)).data == good
        assert seen


def test_there_are_numbers_for_all_object_streams_of_the_whole_file() -> None:
    """However many objects are large: the next numbers are those of chapters."""
    objects = dict.fromkeys(range(1, 501), b"(" + b"x" * 30000 + b")")
    chunk = global_chunk(objects, (), 501)
    streams = {stream for _, stream, _ in chunk.packed}
    assert len(chunk.packed) == 500 and {number for number, _ in chunk.offsets} == streams
    assert max(streams) < 501 + 500 // IN_STREAM + 2 + APART


class TestGatherings:
    def divided(self, body: str, css: str) -> list[tuple[str, str]]:
        root = etree.fromstring(f'<html lang="en"><head><title>t</title></head><body>{body}</body></html>')
        findings, place = Findings(), Span("x.pdf")
        fetcher = ReportFetcher((), fonts(), OWN, findings, place)
        engine = Engine((Sheet(css, "x.css"),), fetcher, findings, place)
        with tempfile.TemporaryDirectory() as folder:
            divided = [divide(engine, root, Cache(Path(folder)), css) for _ in range(2)]  # then from the cache
        assert divided[0] == divided[1]
        return [(item.id, item.side) for item in divided[0]]

    SECTIONS = '<section id="a"><p>a</p></section><section id="b"><p>b</p></section><section id="c"><p>c</p></section>'

    def test_sections_stay_together_where_no_page_begins(self) -> None:
        assert self.divided(self.SECTIONS, "") == [("a", "")]

    def test_a_forced_break_parts_them(self) -> None:
        assert self.divided(self.SECTIONS, "#b { break-before: page } #c { break-before: right }") == [
            ("a", ""), ("b", ""), ("c", "right"),
        ]  # fmt: skip
        assert self.divided(self.SECTIONS, "#a { break-after: left }") == [("a", ""), ("b", "left")]

    def test_a_break_inside_counts_where_it_is_at_the_edge(self) -> None:
        assert self.divided(self.SECTIONS, "#b p { break-before: page }") == [("a", ""), ("b", "")]
        floating = "#b p { break-before: page; position: absolute }"
        assert self.divided(self.SECTIONS, floating) == [("a", "")]

    def test_pages_of_another_name_part_them(self) -> None:
        assert self.divided(self.SECTIONS, "#b { page: other } #c { page: other }") == [("a", ""), ("b", "")]
