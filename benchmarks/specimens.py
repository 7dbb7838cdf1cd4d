"""Reports of any length to measure with: the same words as a report of the press and as plain pandoc Markdown.

A chapter has about twelve pages: seven sections, forty notes (half of them citations), two tables, a drawing, and
some ten references, half of them with page numbers. Each chapter depends on its own number alone, so that a longer
report begins like a shorter one.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

SECTIONS = 7
NOTES = 40
WORKS = 25
WORDS = 2300

_NAMED = re.compile(r"@((?:sec|fig|tbl)-[\d-]*\d)")
_PAGE = re.compile(r"\[\]\{page=((?:sec|fig)-[\d-]*\d)\}")

_THINGS = (
    "archive audit border budget camp census clinic committee contract convention council court decree delegation "
    "district family fund harvest hearing household inspection institute inventory journey kindergarten ledger "
    "licence ministry mission municipality ordinance orchard parliament passport pension petition plan programme "
    "protocol province railway record register reservoir return school settlement shelter statute survey tariff "
    "teacher tender treaty tribunal valley village warehouse witness workshop"
).split()
_KINDS = (
    "annual careful coastal common consular distant early federal formal former harsh informal joint lasting late "
    "local mountain national northern official partial patient plain public quiet recent regional remote rural "
    "seasonal separate sober southern steady temporary urban voluntary written"
).split()
_DEEDS = (
    "accepted announced approved compared completed confirmed corrected counted delayed described documented doubled "
    "ended examined extended financed followed founded halved inspected listed moved named opened outlined postponed "
    "prepared published questioned received reduced repeated replaced reviewed signed suspended tested verified"
).split()
_NAMES = (
    "Almen Bereke Corvin Dastan Elmira Farrow Gulnar Hollis Indira Jasper Kamila Lorne Marat Noor Osman Petra".split()
)
_TOWNS = "Arkent Belsay Corran Dunmere Eskal Fernau Gorvel Harsen Istra Jolden Kessim Lorvik Marsa Nolde".split()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its id, caption and rows, the first of which is its head."""

    id: str
    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note: a citation with a page, or words, or both."""

    id: str
    work: str
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: blocks of Markdown in the press's dialect, and what they name."""

    number: int
    title: str
    blocks: tuple[str, ...]
    notes: tuple[Note, ...]
    tables: tuple[Table, ...]


class _Author:
    """Writes sentences, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def one(self, words: list[str]) -> str:
        return self.dice.choice(words)

    def thing(self) -> str:
        form = self.dice.randrange(4)
        if form == 0:
            return f"the {self.one(_KINDS)} {self.one(_THINGS)}"
        if form == 1:
            return f"the {self.one(_THINGS)} of {self.one(_TOWNS)}"
        if form == 2:
            return f"a {self.one(_KINDS)} {self.one(_THINGS)} and its {self.one(_THINGS)}"
        return f"the {self.one(_THINGS)}"

    def date(self) -> str:
        month = self.one("January March May June September October December".split())
        return f"{self.dice.randint(1, 28)} {month} {self.dice.randint(1990, 2025)}"

    def sentence(self) -> str:
        thing, dice = self.thing, self.dice

        def deed() -> str:
            return self.one(_DEEDS)

        forms: tuple[Callable[[], str], ...] = (
            lambda: f"{thing()} was {deed()} by {thing()}, and {thing()} had been {deed()} before {self.date()}",
            lambda: f"{self.one(_NAMES)} {deed()} {thing()}; what {thing()} {deed()} was not known",
            lambda: f"of {dice.randint(20, 900)} {self.one(_THINGS)}s in {self.one(_TOWNS)}, a few were {deed()}",
            lambda: f"according to {self.one(_NAMES)}, {thing()} “{deed()} {thing()} without {thing()}”",
            lambda: f"when {thing()} was *{deed()}*, {thing()} was rather {deed()} than {deed()}",
            lambda: f"between {self.date()} and {self.date()} {thing()} {deed()} {thing()}",
            lambda: f"no {self.one(_THINGS)} was {deed()} for {thing()}, although {thing()} {deed()} it",
        )  # fmt: skip
        text = dice.choice(forms)()
        return text[0].upper() + text[1:] + "."

    def heading(self) -> str:
        return f"{self.one(_KINDS).capitalize()} {self.one(_THINGS)} and {self.one(_THINGS)}"


def middle(chapters: int) -> int:
    """The number of the chapter in the middle of a report."""
    return (chapters + 1) // 2


def chapter(number: int, total: int) -> Chapter:
    """A chapter of a report that has `total` chapters."""
    author = _Author(number)
    dice = author.dice
    title = f"{author.heading()} in {author.one(_TOWNS)}"
    blocks: list[str] = []
    notes: list[Note] = []
    tables: list[Table] = []
    for section in range(1, SECTIONS + 1):
        blocks.append(f"## {author.heading()} {{#sec-{number}-{section}}}")
        words = 0
        while words < WORDS // SECTIONS:
            sentences = [author.sentence() for _ in range(dice.randint(4, 7))]
            words += sum(len(sentence.split()) for sentence in sentences)
            for place, sentence in enumerate(sentences):
                if dice.random() < 0.07:
                    sentence += _reference(author, number, total)
                if len(notes) < NOTES and dice.random() < 0.28:
                    notes.append(_note(author, number, len(notes) + 1))
                    sentence += f"[^{notes[-1].id}]"
                sentences[place] = sentence
            blocks.append(" ".join(sentences))
            if dice.random() < 0.06:
                blocks.append("\n".join(f"- {author.sentence()}" for _ in range(4)))
            if dice.random() < 0.05:
                blocks.append(f"> {author.sentence()} {author.sentence()}")
        if section in (2, 5):
            tables.append(_table(author, number, len(tables) + 1))
            blocks.append(f"::: {{#{tables[-1].id}}}\n:::")
        if section == 4:
            blocks.append(f"::: {{#fig-{number}}}\n:::")
    return Chapter(number, title, tuple(blocks), tuple(notes), tuple(tables))


def _reference(author: _Author, number: int, total: int) -> str:
    other = min(total, max(1, number + author.dice.choice((-2, -1, 0, 0, 0, 1, 2))))
    if author.dice.random() < 0.2:
        other = author.dice.randint(1, total)
    section = f"sec-{other}-{author.dice.randint(1, SECTIONS)}"
    forms = (
        f" See @{section}, []{{page={section}}}.",
        f" Compare @fig-{other} on []{{page=fig-{other}}}.",
        f" The counts stand in @tbl-{other}-2.",
        f" @{section} returns to it.",
    )
    return author.one(list(forms))


def _note(author: _Author, number: int, count: int) -> Note:
    dice = author.dice
    kind = dice.random()
    text = "" if kind < 0.5 else " ".join(author.sentence() for _ in range(dice.randint(1, 3)))
    work = f"w{number}x{dice.randint(1, WORKS)}" if kind < 0.75 else ""
    return Note(f"n-{number}-{count}", work, dice.randint(1, 300), text)


def _table(author: _Author, number: int, count: int) -> Table:
    dice = author.dice
    rows = [("Place", "Subject", "Count", "Share", "Cost")]
    for row in range(dice.randint(7, 14)):
        subject = f"{author.one(_KINDS)} {author.one(_THINGS)}"
        share = f"{dice.randint(1, 99)}.{dice.randint(0, 9)}"
        rows.append(
            (f"{author.one(_TOWNS)} {row + 1}", subject, str(dice.randint(1, 999)), share, str(dice.randint(1, 9999)))
        )
    return Table(f"tbl-{number}-{count}", f"{author.heading()} by place", tuple(rows))


def works(number: int) -> tuple[dict[str, object], ...]:
    """The works that a chapter may cite, as CSL data."""
    author = _Author(100_000 + number)
    found: list[dict[str, object]] = []
    for count in range(1, WORKS + 1):
        kind = ("book", "article-journal", "report")[count % 3]
        work: dict[str, object] = {
            "id": f"w{number}x{count}",
            "type": kind,
            "title": f"{author.heading()} of {author.one(_TOWNS)}",
            "author": [{"family": author.one(_NAMES), "given": author.one(_NAMES)}],
            "issued": author.dice.randint(1990, 2025),
            "language": "en",
        }
        if kind == "article-journal":
            work |= {"container-title": f"{author.one(_TOWNS)} Review", "volume": str(author.dice.randint(1, 60))}
        else:
            work |= {"publisher": f"{author.one(_TOWNS)} Press", "publisher-place": author.one(_TOWNS)}
        found.append(work)
    return tuple(found)


def drawing(number: int) -> str:
    """A bar chart as SVG."""
    dice = random.Random(200_000 + number)
    bars = "".join(
        f'<rect x="{40 + 28 * bar}" y="{200 - height}" width="20" height="{height}" fill="#1d4a42"/>'
        f'<text x="{50 + 28 * bar}" y="214" font-size="9" text-anchor="middle">{2000 + bar}</text>'
        for bar, height in enumerate(dice.randint(20, 180) for _ in range(16))
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="520" height="230" viewBox="0 0 520 230">'
        f'<path d="M36 10V200H500" stroke="#222222" fill="none"/>{bars}</svg>\n'
    )


# ---------------------------------------------------------------- as a report of the press


def write_report(folder: Path, chapters: int) -> None:
    """Write a report of so many chapters."""
    for name in ("sections", "notes", "data", "images"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings = {
        "title": "A Report to Measure With",
        "lang": "en-GB",
        "date": "2026-01-31",
        "version": "1.0.0",
        "authors": [{"name": "Proofpress"}],
        "publisher": {"name": "Proofpress"},
        "rights": {"holder": "Proofpress", "year": 2026, "license": "CC-BY-4.0"},
        "sections": [f"sec-{number}" for number in range(1, chapters + 1)],
        "figure-numbering": "chapter",
        "table-numbering": "chapter",
        "contents": {"depth": 2, "figures": False, "tables": False},
    }
    figures: list[dict[str, str]] = []
    tables: list[dict[str, object]] = []
    sources: list[dict[str, object]] = []
    for number in range(1, chapters + 1):
        made = chapter(number, chapters)
        write_section(folder, made)
        (folder / f"images/fig-{number}.svg").write_text(drawing(number), "utf-8")
        caption = _caption(number)
        figures.append(
            {
                "id": f"fig-{number}",
                "file": f"images/fig-{number}.svg",
                "caption": caption,
                "alt": f"Bar chart: {caption}.",
            }
        )
        cited = {note.work for note in made.notes}
        sources += [work for work in works(number) if work["id"] in cited]
        for table in made.tables:
            tables.append(_table_entry(table))
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows((tuple(h.lower() for h in table.rows[0]), *table.rows[1:]))
            (folder / f"data/{table.id}.csv").write_text(out.getvalue(), "utf-8")
    for name, value in (("report", settings), ("figures", figures), ("tables", tables), ("sources", sources)):
        (folder / f"{name}.yaml").write_text(_yaml(value), "utf-8")


def write_section(folder: Path, made: Chapter, added: str = "") -> None:
    """Write a chapter's text and notes; `added` goes before the words of its third paragraph."""
    blocks = _edited(made, added)
    head = f'---\nid: sec-{made.number}\ntitle: "{made.title}"\nkind: chapter\n---\n\n'
    (folder / f"sections/{made.number:03d}.md").write_text(head + "\n\n".join(blocks) + "\n", "utf-8")
    (folder / f"notes/{made.number:03d}.yaml").write_text(_yaml([_note_entry(note) for note in made.notes]), "utf-8")


def paragraphs(made: Chapter) -> tuple[int, ...]:
    """The places of a chapter's paragraphs among its blocks, which are headings, lists and other things too."""
    return tuple(place for place, block in enumerate(made.blocks) if block[0].isalpha())


def _edited(made: Chapter, added: str) -> list[str]:
    blocks = list(made.blocks)
    if added:
        third = paragraphs(made)[2]
        blocks[third] = f"{added} {blocks[third]}"
    return blocks


def prose(seed: int, words: int) -> str:
    """Sentences of their own, of at least so many words, to put into a chapter."""
    author = _Author(300_000 + seed)
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < words:
        sentences.append(author.sentence())
    return " ".join(sentences)


def _caption(number: int) -> str:
    return f"The counts of chapter {number}, year by year"


def _note_entry(note: Note) -> dict[str, object]:
    entry: dict[str, object] = {"id": note.id}
    if note.work:
        entry["cites"] = [{"source": note.work, "locator": {"page": str(note.page)}}]
    if note.text:
        entry["text"] = note.text
    return entry


def _table_entry(table: Table) -> dict[str, object]:
    columns: list[dict[str, object]] = [{"name": name.lower(), "title": name} for name in table.rows[0]]
    columns[0]["header"] = True
    for column in columns[2:]:
        column["align"] = "right"
    return {"id": table.id, "data": f"data/{table.id}.csv", "caption": table.caption, "columns": columns}


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)


# ---------------------------------------------------------------- as plain Markdown


def write_plain(folder: Path, chapters: int, added: str = "") -> Path:
    """Write the same report for pandoc alone: one Markdown file, `works.json`, drawings; returns the file.

    Args:
        folder: where to.
        chapters: how many.
        added: goes before the words of the third paragraph of the middle chapter.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = ["---\ntitle: A Report to Measure With\nlang: en-GB\n---"]
    cited: list[dict[str, object]] = []
    for number in range(1, chapters + 1):
        made = chapter(number, chapters)
        (folder / f"fig-{number}.svg").write_text(drawing(number), "utf-8")
        named = {note.work for note in made.notes}
        cited += [work for work in works(number) if work["id"] in named]
        text.append(f"# {made.title} {{#sec-{number}}}")
        blocks = _edited(made, added if number == middle(chapters) else "")
        text += [_plain(block, made) for block in blocks]
        text += [f"[^{note.id}]: {_plain_note(note)}" for note in made.notes]
    for work in cited:
        work["issued"] = {"date-parts": [[work["issued"]]]}
    (folder / "works.json").write_text(json.dumps(cited), "utf-8")
    path = folder / "report.md"
    path.write_text("\n\n".join(text) + "\n", "utf-8")
    return path


def _plain_note(note: Note) -> str:
    citation = f"[@{note.work}, p. {note.page}]" if note.work else ""
    return f"{citation} {note.text}".strip()


def _plain(block: str, made: Chapter) -> str:
    for table in made.tables:
        if block.startswith(f"::: {{#{table.id}}}"):
            head, *rows = table.rows
            lines = [head, ("---", "---", "--:", "--:", "--:"), *rows]
            body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
            return f"::: {{#{table.id}}}\n\n{body}\n\n: {table.caption}\n\n:::"
    if block.startswith("::: {#fig-"):
        return f"![{_caption(made.number)}](fig-{made.number}.svg){{#fig-{made.number}}}"
    return _PAGE.sub(r"[page](#\1){.pageref}", _NAMED.sub(r"[section or figure](#\1)", block))
