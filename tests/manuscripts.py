"""Random manuscripts whose print is known: Markdown made of paragraphs, lists, tables, quotations, code and blocks.

Every piece is drawn together with the words that it has to become. Numbers are counted here, in the plainest
way, and not by the press.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

LITERAL = (
    "alpha", "Osh", "Жамбыл", "2,199", "x_y", "AT&T", "5%", "C#", "mail@example.org", "a/b", "(2019)", "naïve", "40+",
    "[sic]", "well-known", "1:3", "=", "£5", "U.S.", "\\@fig-1", "\\[^n1]", "`@fig-1`", "`[^n1] | x`", "§4", "п.",
    "~12", "#tag", "^", "<5", "{x}", "@", "e.g.", "и", "\\*", "http://example.org",
    "“so”", "—", "…", "x", "y", "z",
)  # fmt: skip
"""Words that are printed as they are, less the backslashes and backticks; some look like markup."""


@dataclass(slots=True)
class Manuscript:
    """A report's texts and what they have to become.

    Attributes:
        bodies: the Markdown of each chapter.
        printed: the words of each chapter's text.
        notes: by id, the Markdown of each note.
        printed_notes: by id, the words of each note.
        marks: the ids of the notes in the order of their calls.
    """

    bodies: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    printed_notes: dict[str, str] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)


class Writer:
    """Writes a random manuscript.

    Args:
        seed: decides everything.
        chapters: how many chapters there are; each has two headings and one figure that can be referred to.
    """

    def __init__(self, seed: int, chapters: int = 4) -> None:
        self.random = Random(seed)
        self.chapters = chapters
        self.manuscript = Manuscript()
        self.references: dict[str, str] = {}
        for chapter in range(1, chapters + 1):
            self.references[f"sec-c{chapter}"] = f"Chapter {chapter}"
            self.references[f"fig-{chapter}"] = f"Figure {chapter}"
            for heading in (1, 2):
                self.references[f"sec-c{chapter}h{heading}"] = f"Section {chapter}.{heading}"

    def write(self) -> Manuscript:
        """The manuscript."""
        made = self.manuscript
        for chapter in range(1, self.chapters + 1):
            parts = [self.blocks(3)]
            for heading in (1, 2):
                title, title_printed = self.words(4, notes=True)
                source = f"## {title} end {{#sec-c{chapter}h{heading}}}"
                parts.append((source, f"{chapter}.{heading} {title_printed} end"))
                parts.append(self.blocks(3))
            parts.append((f"::: {{#fig-{chapter}}}\n:::", f"Figure {chapter} Caption {chapter}"))
            parts.append(self.blocks(2))
            made.bodies.append("\n\n".join(source for source, _ in parts) + "\n")
            made.printed.append(" ".join(printed for _, printed in parts))
        for identifier in list(made.marks):
            made.notes[identifier], made.printed_notes[identifier] = self.note()
        return made

    def note(self) -> tuple[str, str]:
        """The text of a note: it calls no note."""
        parts = [self.paragraph(notes=False)]
        if self.random.random() < 0.3:
            parts.append(self.items("-", 0, notes=False))
        if self.random.random() < 0.3:
            parts.append(self.paragraph(notes=False))
        return "\n\n".join(source for source, _ in parts), " ".join(printed for _, printed in parts)

    # -- blocks

    def blocks(self, most: int, depth: int = 0) -> tuple[str, str]:
        """Some blocks, an empty line between them."""
        kinds: list[Callable[[], tuple[str, str]]] = [
            lambda: self.paragraph(),
            lambda: self.paragraph(),
            lambda: self.items("-", depth),
            lambda: self.items("1.", depth),
            self.table,
            self.code,
            self.quotation,
            self.definitions,
        ]
        if depth < 2:
            kinds.append(lambda: self.box(depth))
        parted = [self.paragraph()]
        for _ in range(self.random.randint(1, most)):
            # Two lists, or code after a list, are one thing to Markdown unless words stand between them.
            parted += [self.random.choice(kinds)(), self.paragraph()]
        return "\n\n".join(source for source, _ in parted), " ".join(printed for _, printed in parted)

    def paragraph(self, notes: bool = True) -> tuple[str, str]:
        """A paragraph, sometimes on several lines."""
        source, printed = self.words(self.random.randint(1, 12), notes=notes)
        return f"Words{self.random.choice([' ', chr(10)]) if source[0].isalpha() else ' '}{source}", f"Words {printed}"

    def items(self, sign: str, depth: int, notes: bool = True) -> tuple[str, str]:
        """A list, tight or loose, sometimes with one inside."""
        indent, gap = " " * (len(sign) + 1), self.random.choice(["\n", "\n\n"])
        sources, printed = [], []
        for _ in range(self.random.randint(1, 3)):
            source, words = self.words(4, notes=notes)
            source = f"{sign} Item {source}"
            words = f"Item {words}"
            if depth < 2 and self.random.random() < 0.25:
                inner, inner_words = self.items("-", depth + 1, notes)
                source += gap + "\n".join(indent + line if line else "" for line in inner.split("\n"))
                words += " " + inner_words
            sources.append(source)
            printed.append(words)
        return gap.join(sources), " ".join(printed)

    def table(self) -> tuple[str, str]:
        """A pipe table of three columns."""
        rows, printed = [], []
        for number in range(self.random.randint(2, 4)):
            cells = [self.words(2, notes=True, cell=True) for _ in range(3)]
            rows.append("| " + " | ".join(source for source, _ in cells) + " |")
            printed += [words for _, words in cells]
            if number == 0:
                rows.append("|---|:--:|---:|")
        return "\n".join(rows), " ".join(printed)

    def code(self) -> tuple[str, str]:
        """A block of code that holds what is a call or a reference elsewhere."""
        words = " ".join(self.random.choices(["[^n1]", "@fig-1", "[@fig-1]", "::: x", "|", "# x", "x"], k=4))
        return f"```\n{words}\n```", words

    def quotation(self) -> tuple[str, str]:
        """A quotation of one or two paragraphs."""
        parts = [self.words(5, notes=True) for _ in range(self.random.randint(1, 2))]
        return "\n>\n".join(f"> Said {source}" for source, _ in parts), " ".join(f"Said {words}" for _, words in parts)

    def definitions(self) -> tuple[str, str]:
        """Key figures."""
        number, number_printed = self.words(1, notes=False)
        source, printed = self.words(4, notes=True)
        return f"::: key-figures\nSome {number}\n\n:   Of {source}\n:::", f"Some {number_printed} Of {printed}"

    def box(self, depth: int) -> tuple[str, str]:
        """A box with blocks in it."""
        source, printed = self.blocks(2, depth + 1)
        colons = ":" * (6 - depth)
        return f'{colons} {{.box title="A title"}}\n{source}\n{colons}', f"A title {printed}"

    # -- words

    def words(self, count: int, *, notes: bool, cell: bool = False) -> tuple[str, str]:
        """So many words, among them references and, if wanted, calls of notes."""
        sources, printed = [], []
        for _ in range(count):
            source, words = self.atom(notes, cell)
            sources.append(source)
            printed.append(words)
        return " ".join(sources), " ".join(printed)

    def atom(self, notes: bool, cell: bool) -> tuple[str, str]:
        """A word, a reference, or a word with a call behind it."""
        draw = self.random.random()
        if draw < 0.18:
            source, printed = self.reference()
            form = self.random.choice(["{}", "({})", "*{}*", "{},", "{}.", "**{}**", "{};", "“{}”"])
            return form.format(source), form.replace("*", "").format(printed)
        if draw < 0.32 and notes:
            self.manuscript.marks.append(f"n{len(self.manuscript.marks) + 1}")
            call, mark = f"[^{self.manuscript.marks[-1]}]", str(len(self.manuscript.marks))
            forms = ["word{}", "*word*{}", "word.{}", "word{},", "“word”{}", "word{} (x)", "*word{}*"]
            form = self.random.choice(forms)
            return form.format(call), form.replace("*", "").format(mark)
        literal = self.random.choice([word for word in LITERAL if not (cell and "|" in word)])
        if draw > 0.98:
            return "[слово]{lang=ru}", "слово"
        return literal, literal.replace("\\", "").replace("`", "")

    def reference(self) -> tuple[str, str]:
        """A reference in one of its forms."""
        target = self.random.choice(list(self.references))
        label = self.references[target]
        number = label.split(" ")[1]
        figures = [name for name in self.references if name.startswith("fig-")]
        first, second, third = (self.random.choice(figures) for _ in range(3))
        numbers = [name.removeprefix("fig-") for name in (first, second, third)]
        forms = [
            (f"@{target}", label),
            (f"[@{target}]", label),
            (f"[-@{target}]", number),
            (f"[Part @{target}]", f"Part {number}"),
            (f"[see also @{target}]", f"see also {label}"),
            (f"[@{target}, left]", f"{label}, left"),
            (f"@{target} [left]", f"{label} [left]"),
            (f"[@{first}; @{second}]", f"Figures {numbers[0]} and {numbers[1]}"),
            (f"[@{first}; @{second}; @{third}]", f"Figures {numbers[0]}, {numbers[1]} and {numbers[2]}"),
            (f"[@{first}; @sec-c1; @{third}]", f"Figure {numbers[0]}, Chapter 1 and Figure {numbers[2]}"),
        ]
        return self.random.choice(forms)
