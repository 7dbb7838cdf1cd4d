"""Random documents whose every word is a token that names its place.

A body word is `b17e`, the sixth word of note 3 is `n3x5e`, a word in the head of a table, which is printed on every
page of the table, is `h17e`. So a word that is missing, doubled or out of place is found in any text read back.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"n(\d+)x(\d+)e|([bh])(\d+)e")

_PAGES = (("A5", 12), ("A4", 20), ("letter", 20), ("A6", 9), ("148mm 105mm", 10))
_KINDS = (
    ("paragraph", 14.0), ("list", 2.0), ("table", 1.5), ("heading", 1.5), ("quote", 1.0), ("figure", 1.0),
    ("columns", 0.7), ("box", 0.7), ("terms", 0.5), ("grid", 0.4), ("flex", 0.3), ("float", 0.3),
)  # fmt: skip
_STYLE = """
.fn { float: footnote; line-height: 1.25; text-indent: 0; font-weight: 400; text-align: left; font-style: normal }
.fn span { display: block }
h2 { break-after: avoid }
table { border-collapse: collapse; width: 100% }
td, th { border: .5pt solid; vertical-align: top; padding: 2pt }
figure { break-inside: avoid; margin: 1em 0 }
figure div { background: #c9d5ca }
.columns { column-count: 2; column-gap: 6mm }
.box { background: #e8ede6; padding: 6pt; box-decoration-break: clone; margin: 1em 0 }
.grid { display: grid; grid-template-columns: 1fr 1fr; column-gap: 4mm; break-inside: avoid }
.flex { display: flex; gap: 4mm }
.flex div { flex: 1 }
.aside { float: right; width: 40%; margin: 0 0 1em 1em }
.one-piece { break-inside: avoid }
"""
# Call and mark are elements of the text, as the press has them, and the engine's own are there, but empty.
_OWN_MARK = """
.fn::footnote-call { content: none; font-size: inherit; vertical-align: baseline; line-height: 0 }
.fn::footnote-marker { content: none; line-height: 0 }
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A document and what its print has to show.

    Attributes:
        html: the document.
        margin: of its pages, in millimetres.
        notes: how many words each note has.
        unordered: body words that pages may show in another order: those of cells and of what stands side by side.
    """

    html: str
    margin: int
    notes: tuple[int, ...]
    unordered: frozenset[int] = frozenset()


def document(seed: int, notes: int, longest: int = 3000, *, only: tuple[str, ...] = ()) -> Source:
    """A document.

    Args:
        seed: the same seed gives the same document.
        notes: how many notes it has, at least.
        longest: the most words that a note has; below 300, no note is long.
        only: kinds of blocks to take; all when empty.
    """
    return _Writer(seed, notes, longest, only).source()


def note_tokens(note: int, words: int) -> list[str]:
    """The words of a note."""
    return [f"n{note}x{word}e" for word in range(words)]


class _Writer:
    def __init__(self, seed: int, notes: int, longest: int, only: tuple[str, ...]) -> None:
        self.random = random.Random(seed)
        self.wanted = notes
        self.longest = longest
        self.kinds = tuple(kind for kind in _KINDS if not only or kind[0] in only)
        self.notes: list[int] = []
        self.body = 0
        self.unordered: set[int] = set()
        self.density = self.random.choice((0.01, 0.02, 0.05, 0.1))
        self.own_mark = self.random.random() < 0.5
        huge = longest >= 1000 and self.random.random() < 0.3
        self.huge = self.random.randrange(max(1, notes)) if huge else -1

    def source(self) -> Source:
        style, margin = self.style()
        blocks = "".join(self.blocks())
        return Source(
            html=f'<html lang="en"><title>t</title><meta charset="utf-8"><style>{style}</style><body>{blocks}',
            margin=margin,
            notes=tuple(self.notes),
            unordered=frozenset(self.unordered),
        )

    def style(self) -> tuple[str, int]:
        choose = self.random.choice
        size, margin = choose(_PAGES)
        small = size in ("A6", "148mm 105mm")
        orphans, widows = choose(((1, 1), (2, 2), (3, 3), (2, 3), (4, 2)))
        text = choose((8, 9)) if small else choose((9, 10, 11))
        area = choose(("", "padding-top: 3pt", "margin-top: 12pt; padding-top: 6pt"))
        ceiling = choose(("", "", "", "max-height: 45%"))
        policy = choose(("auto", "auto", "line", "block"))
        return (
            f"@page {{ size: {size}; margin: {margin}mm; @bottom-center {{ content: counter(page) }}"
            f" @footnote {{ border-top: .5pt solid; {area}; {ceiling} }} }}"
            f" html {{ orphans: {orphans}; widows: {widows}; text-align: {choose(('left', 'justify'))} }}"
            f' body {{ margin: 0; font: {text}pt/{choose((1.2, 1.35, 1.5))} "DejaVu Serif" }}'
            f" .fn {{ font-size: {choose((6, 7, 8))}pt; margin-bottom: {choose((0, 0, 2))}pt;"
            f" footnote-policy: {policy} }}"
            f"{_OWN_MARK if self.own_mark else ''}"
            f" p {{ margin: 0 0 {choose((0, 0.5, 1))}em; text-indent: {choose((0, 1.2))}em }}"
            f" tr {{ break-inside: {choose(('auto', 'avoid'))} }}" + _STYLE
        ), margin

    def blocks(self) -> Iterator[str]:
        names, weights = zip(*self.kinds, strict=True)
        while len(self.notes) < self.wanted:
            kind = self.random.choices(names, weights)[0]
            yield getattr(self, kind)()

    def words(self, least: int, most: int, density: float | None = None, letter: str = "b") -> str:
        density = self.density if density is None else density
        out = []
        for _ in range(self.random.randint(least, most)):
            word = f"{letter}{self.body}e"
            self.body += 1
            if self.random.random() < density and len(self.notes) < self.wanted:
                word += self.note()
            out.append(word)
        return " ".join(out)

    def note(self) -> str:
        number, chance = len(self.notes), self.random.random()
        if number == self.huge:
            count = self.longest
        elif chance < 0.02 and self.longest >= 300:
            count = self.random.randint(300, min(800, self.longest))
        else:
            count = self.random.randint(1, min(40, self.longest))
        self.notes.append(count)
        words = note_tokens(number, count)
        text = " ".join(words)
        if count > 60 and self.random.random() < 0.4:  # several paragraphs in a note
            cut = self.random.randint(10, count - 10)
            text = f"{' '.join(words[:cut])}<span>{' '.join(words[cut:])}</span>"
        if self.own_mark:
            text = f"<span>{number + 1} {text}</span>"
        return f'<span class="fn">{text}</span>'

    def aside_words(self, least: int, most: int) -> str:
        """Words of which one cannot say before which others a page shows them."""
        first = self.body
        text = self.words(least, most)
        self.unordered.update(range(first, self.body))
        return text

    # ---------------------------------------------------------- kinds of blocks

    def paragraph(self) -> str:
        name = ' class="one-piece"' if self.random.random() < 0.05 else ""
        return f"<p{name}>{self.words(5, 150)}</p>"

    def list(self) -> str:
        items = "".join(f"<li>{self.words(3, 50)}</li>" for _ in range(self.random.randint(2, 7)))
        return f"<ul>{items}</ul>" if self.random.random() < 0.5 else f"<ol>{items}</ol>"

    def heading(self) -> str:
        return f"<h2>{self.words(1, 6, 0.05)}</h2>"

    def quote(self) -> str:
        return f"<blockquote><p>{self.words(20, 60)}</p></blockquote>"

    def terms(self) -> str:
        pairs = (f"<dt>{self.words(1, 4, 0.1)}</dt><dd>{self.words(5, 30)}</dd>" for _ in range(3))
        return f"<dl>{''.join(pairs)}</dl>"

    def box(self) -> str:
        name = self.random.choice(("box", "box one-piece"))
        return f'<div class="{name}"><p>{self.words(10, 60)}</p><p>{self.words(5, 40)}</p></div>'

    def figure(self) -> str:
        height = self.random.randint(10, 45)
        picture = f'<div style="height: {height}mm"></div>'
        return f"<figure>{picture}<figcaption>{self.words(4, 25, 0.1)}</figcaption></figure>"

    def columns(self) -> str:
        first = self.body
        text = "".join(f"<p>{self.words(10, 80)}</p>" for _ in range(self.random.randint(1, 3)))
        self.unordered.update(range(first, self.body))
        return f'<div class="columns">{text}</div>'

    def grid(self) -> str:
        return f'<div class="grid">{"".join(f"<div>{self.aside_words(3, 25)}</div>" for _ in range(4))}</div>'

    def flex(self) -> str:
        return f'<div class="flex">{"".join(f"<div>{self.aside_words(3, 25)}</div>" for _ in range(2))}</div>'

    def float(self) -> str:
        return f'<div class="aside">{self.aside_words(3, 15)}</div><p>{self.aside_words(40, 120)}</p>'

    def table(self) -> str:
        columns = self.random.randint(2, 4)
        first = self.body
        caption = f"<caption>{self.words(3, 12, 0.1)}</caption>" if self.random.random() < 0.5 else ""
        head = "".join(f"<th>{self.words(1, 4, 0.06, 'h')}</th>" for _ in range(columns))
        rows = "".join(
            f"<tr>{''.join(f'<td>{self.words(2, 14)}</td>' for _ in range(columns))}</tr>"
            for _ in range(self.random.randint(2, 12))
        )
        self.unordered.update(range(first, self.body))
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
