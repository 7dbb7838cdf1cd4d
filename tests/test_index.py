"""Numbers and anchors: decided once, from the source, in the order in which a reader meets things."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cache import Cache
from pipeline.diagnostics import Findings
from pipeline.index import Index, TargetKind, build_index, letters, roman, slug
from pipeline.load import load
from tests.readings import DEMO, Reader

Spoil = Callable[[str, str, str], None]
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@dataclass(frozen=True)
class Written:
    """A section to write: its kind, and what stands in it, each with the letter of what it is."""

    kind: str
    items: tuple[str, ...]


def indexed(folder: Path, cache: Cache, in_text_notes: bool = True) -> Index:
    findings = Findings()
    report = load(folder, lambda path: path.relative_to(folder).as_posix(), cache, findings)
    assert findings.all() == ()
    return build_index(report, in_text_notes)


# ---------------------------------------------------------------- a property

ITEMS = st.sampled_from(["note", "figure", "table", "citation", "heading", "subheading", "caption-note", "words"])
SECTIONS = st.lists(
    st.builds(
        Written,
        st.sampled_from(["front", "chapter", "chapter", "appendix", "back"]),
        st.lists(ITEMS, max_size=6).map(tuple),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip
ORDER = ("front", "chapter", "appendix", "back")


def write(sections: list[Written], folder: Path, by: str) -> list[tuple[str, str]]:
    """Write a report; returns what a reader meets, in order: (kind, id)."""
    for name in ("sections", "notes", "images", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "images" / "a.svg").write_text(PICTURE)
    (folder / "data" / "a.csv").write_text("a\n1\n")
    met: list[tuple[str, str]] = []
    notes, figures, tables = "", "", ""
    ids = []
    count = 0
    for number, section in enumerate(sections):
        body = "Words.\n\n"
        for item in section.items:
            count += 1
            name = f"x{count}"
            if item == "note":
                body += f"Words.[^{name}]\n\n"
                notes += f"- {{id: {name}, text: Words.}}\n"
                met.append(("note", name))
            elif item == "citation":
                body += "Words @rfc4180.\n\n"
                met.append(("note", ""))
            elif item in ("figure", "caption-note"):
                call = f"[^{name}]" if item == "caption-note" else ""
                body += f"::: {{#fig-{name}}}\n:::\n\n"
                figures += f"- {{id: fig-{name}, file: images/a.svg, caption: 'Words{call}', alt: Words}}\n"
                met.append(("figure", f"fig-{name}"))
                if call:
                    notes += f"- {{id: {name}, text: Words.}}\n"
                    met.append(("note", name))
            elif item == "table":
                body += f"::: {{#tbl-{name}}}\n:::\n\n"
                tables += f"- {{id: tbl-{name}, data: data/a.csv, caption: Words, columns: [{{name: a, title: A}}]}}\n"
                met.append(("table", f"tbl-{name}"))
            elif item in ("heading", "subheading"):
                body += f"{'##' if item == 'heading' else '###'} Words {{#sec-{name}}}\n\n"
        ids.append(f"sec-s{number}")
        head = f"---\nid: sec-s{number}\ntitle: Words\nkind: {section.kind}\n---\n\n"
        # File names run against the printed order, which report.yaml alone decides.
        (folder / "sections" / f"{99 - number}.md").write_text(head + body)
    (folder / "notes" / "a.yaml").write_text(notes)
    (folder / "figures.yaml").write_text(figures)
    (folder / "tables.yaml").write_text(tables)
    (folder / "sources.yaml").write_text("- {id: rfc4180, type: standard, title: CSV}\n")
    (folder / "report.yaml").write_text(
        "title: A\nlang: en\ndate: 2026-01-01\nversion: 1\nauthors: [{name: A}]\npublisher: {name: A}\n"
        f"rights: {{holder: A, year: 2026}}\nsections: [{', '.join(ids)}]\nnote-numbering: {by}\n"
    )
    return met


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    SECTIONS.map(lambda found: sorted(found, key=lambda one: ORDER.index(one.kind))),
    st.sampled_from(["report", "section"]),
)
def test_numbers_run_in_the_order_of_reading(
    tmp_path_factory: pytest.TempPathFactory, cache: Cache, sections: list[Written], by: str
) -> None:
    folder = tmp_path_factory.mktemp("report")
    met = write(sections, folder, by)
    index = indexed(folder, cache)
    shutil.rmtree(folder)

    notes = [name for kind, name in met if kind == "note"]
    assert [call.id for call in index.notes if call.entry] == [name for name in notes if name]
    assert [call.number for call in index.notes] == list(range(1, len(notes) + 1))
    assert [bool(call.entry) for call in index.notes] == [bool(name) for name in notes]
    assert len({call.id for call in index.notes}) == len(notes)
    for section in index.order:
        marks = [call.mark for call in index.notes_of(section.id)]
        if by == "section":
            assert marks == [str(number) for number in range(1, len(marks) + 1)]
    if by == "report":
        assert [call.mark for call in index.notes] == [str(call.number) for call in index.notes]

    for kind in ("figure", "table"):
        names = [name for what, name in met if what == kind]
        assert [index.targets[name].number for name in names] == [str(n) for n in range(1, len(names) + 1)]

    chapters = [one for one in index.order if one.head.kind.value == "chapter"]
    assert [index.targets[one.id].number for one in chapters] == [str(n) for n in range(1, len(chapters) + 1)]
    appendices = [one for one in index.order if one.head.kind.value == "appendix"]
    assert [index.targets[one.id].number for one in appendices] == [letters(n) for n in range(1, len(appendices) + 1)]
    for section in index.order:
        label = index.targets[section.id].number
        numbers = [target.number for target in index.headings[section.id] if target.level == 2]
        assert numbers == [f"{label}.{n}" if label else "" for n in range(1, len(numbers) + 1)]
    assert [section.id for section in index.order] == [f"sec-s{number}" for number in range(len(sections))]


# ---------------------------------------------------------------- examples


def test_citations_in_the_text_are_notes_only_in_a_note_style(clean: Path, cache: Cache, spoil: Spoil) -> None:
    spoil("sections/20-two.md", "The second", "The second [@rfc4180] and @rfc4180")
    assert [call.id for call in indexed(clean, cache).notes] == ["fact", "cite-rfc4180-1", "cite-rfc4180-2"]
    assert [call.id for call in indexed(clean, cache, in_text_notes=False).notes] == ["fact"]


@pytest.mark.parametrize(("depth", "numbers"), [(0, ["", ""]), (2, ["1.1", ""]), (3, ["1.1", "1.1.1"])])
def test_the_depth_of_numbers(clean: Path, cache: Cache, spoil: Spoil, depth: int, numbers: list[str]) -> None:
    spoil("report.yaml", "lang: en-GB", f"lang: en-GB\nnumber-depth: {depth}")
    spoil("sections/10-one.md", "::: {#fig-box}", "### Deepest\n\n::: {#fig-box}")
    assert [target.number for target in indexed(clean, cache).headings["sec-one"]] == numbers


def test_a_heading_without_a_number_is_passed_over(clean: Path, cache: Cache, spoil: Spoil) -> None:
    spoil("sections/10-one.md", "## Deeper {#sec-deeper}", "## Aside {.unnumbered}\n\n## Deeper {#sec-deeper}")
    assert [target.number for target in indexed(clean, cache).headings["sec-one"]] == ["", "1.1"]


def test_numbers_by_chapter(clean: Path, cache: Cache, spoil: Spoil) -> None:
    spoil("report.yaml", "lang: en-GB", "lang: en-GB\nfigure-numbering: chapter")
    spoil("sections/80-more.md", "More is", '![A](images/box.svg){#fig-more fig-alt="A"}\n\nMore is')
    targets = indexed(clean, cache).targets
    assert (targets["fig-box"].number, targets["fig-more"].number) == ("1.1", "A.1")
    assert targets["tbl-counts"].number == "1"


def test_ids_that_are_made_differ_from_those_that_are_written(clean: Path, cache: Cache, spoil: Spoil) -> None:
    spoil(
        "sections/20-two.md",
        "The second",
        "## Costs {#sec-two-costs}\n\n## Costs\n\n## Costs\n\n## \u0413\u043b\u0430\u0432\u0430 1\n\nThe second",
    )
    ids = [target.id for target in indexed(clean, cache).headings["sec-two"]]
    assert ids == ["sec-two-costs", "sec-two-costs-2", "sec-two-costs-3", "sec-two-\u0433\u043b\u0430\u0432\u0430-1"]


def test_a_part_has_a_roman_number_and_stands_before_its_first_section(clean: Path, cache: Cache) -> None:
    index = indexed(clean, cache)
    assert index.parts["sec-two"].number == "I"
    assert (index.targets["sec-part-rest"].kind, index.targets["sec-part-rest"].section) == (TargetKind.PART, "sec-two")


def test_what_is_excluded_is_known_and_has_no_number(clean: Path, cache: Cache) -> None:
    index = indexed(clean, cache)
    assert index.excluded == {"sec-draft": "sec-draft", "sec-inside-draft": "sec-draft"}
    assert not set(index.excluded) & set(index.targets)


def test_the_rows_of_a_table_are_read_in_the_order_of_print(clean: Path, cache: Cache, spoil: Spoil) -> None:
    spoil("tables.yaml", "  totals:", "  rows: [There, Here, Both]\n  totals:")
    spoil("data/counts.csv", "Here,331", "Here,331[^here]")
    spoil("data/counts.csv", "There,", "There,")
    spoil("data/counts.csv", '"1,020",\u2013', '"1,020[^there]",\u2013')
    notes = "- {id: here, text: A.}\n- {id: there, text: B.}\n"
    (clean / "notes" / "more.yaml").write_text(notes)
    assert [call.id for call in indexed(clean, cache).notes] == ["fact", "there", "here"]


def test_the_demo_has_one_of_everything(read: Reader) -> None:
    index = read(DEMO).index
    assert {target.kind for target in index.targets.values()} == set(TargetKind)
    assert [call.number for call in index.notes] == list(range(1, len(index.notes) + 1))
    kinds = {section.head.kind.value for section in index.order}
    assert kinds == {"front", "chapter", "appendix", "back"}
    assert set(index.excluded) == {"sec-offcut"}


@pytest.mark.parametrize(
    ("number", "written"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (1999, "MCMXCIX")]
)
def test_roman(number: int, written: str) -> None:
    assert roman(number) == written


@pytest.mark.parametrize(("number", "written"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (703, "AAA")])
def test_letters(number: int, written: str) -> None:
    assert letters(number) == written


@given(st.text(max_size=20))
def test_a_slug_is_of_words_and_hyphens(text: str) -> None:
    made = slug(text)
    assert made
    assert made == slug(made)
    assert not set(made) & set(" .,;:/@#[]{}")
