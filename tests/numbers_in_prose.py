"""Every number that a report prints outside its data, and what answers for it.

    python -m tests.numbers_in_prose content/central-asia-returns

lists them. A number answers for itself in one of four ways:

* it is no figure but a name or a date (`Exempt`);
* it is bound to `data/` by `[]{value=...}`;
* its sentence calls a note, or refers to one, that leads to a work and to a fact; a number in a note needs the same of
  its own note;
* it stands in data: a cell of a table that names its source, or an alternative text whose chart is drawn from it (a
  number word there may also rest on the note of the caption: six weeks are 1.5 months in the data).

What is left is unproved. Number words count from two upwards, and so do fractions. "One" is left out, because it is
nearly always a pronoun, and so are ordinals, which give an order and no amount.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pipeline.cache import Cache
from pipeline.charts import data_files
from pipeline.diagnostics import Span
from pipeline.report import NoteEntry, Report
from pipeline.rules.survey import Survey, TextKind
from pipeline.scan import Form
from tests.readings import Reading, reading

ALTERNATIVE, ABSTRACT = "alternative text", "abstract"


class Proof(Enum):
    """What answers for a number."""

    EXEMPT = "a name or a date"
    VALUE = "bound to data/"
    NOTE = "a note with work and fact"
    DATA = "stands in the data"
    NONE = "UNPROVED"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is printed.

    Attributes:
        words: the number as it is written, or the name of the value.
        proof: what answers for it.
        why: for an exempt number the reason.
        span: its place; of a text without places inside, the place of the text.
        sentence: the words around it.
    """

    words: str
    proof: Proof
    why: str
    span: Span
    sentence: str


# fmt: off
_COUNTING = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy",
    "eighty", "ninety", "hundred", "thousand", "million", "dozen", "half", "halves", "thirds", "quarter", "quarters",
)
# fmt: on
_WORDS = "|".join(_COUNTING)
NUMBER = re.compile(rf"\d+(?:,\d{{3}})*(?:\.\d+)?|(?<!\w)(?:{_WORDS})s?(?:-(?:{_WORDS}|one))?(?!\w)", re.I)
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:19|20)\d\d"

EXEMPT: tuple[tuple[str, str], ...] = (
    ("a date", rf"(?:\d{{1,2}}(?:(?: and | to |, )\d{{1,2}})* )?{_MONTH}(?: {_YEAR})?(?: and {_MONTH} {_YEAR})?"),
    ("a date", rf"\b\d{{1,2}} {_MONTH}\b"),
    # Amounts of four digits are written with a comma, so these are years.
    ("a year", rf"(?<![\w,.]){_YEAR}(?![\w,.]\d|%| (?:people|children|women|men|adults|citizens)\b)"),
    ("the number of an instrument", r"\b[Rr]esolutions? \d{4}\b|\bNo\. \d+|\bCC BY \d\.\d"),
    (
        "a part of an instrument",
        r"\b(?:[Aa]rticles?|[Pp]aragraphs?) \d+(?:-\d+)?(?:\([\da-z]\))?(?: and (?:\d+)?\([\da-z]\))?",
    ),
    ("the name of an operation", r"\b(?:Zhusan|Mehr|Aikol)-\d\b(?: to -\d)?|(?<= to )-\d\b"),
    ("the legal age of a child", r"\bunder 18\b"),
    (
        "the States that the report is about",
        r"\b[Ff]our (?:States|programmes|national programmes|approaches)\b|\b[Aa]ll four\b",
    ),
    ("the number of a recommendation", r"\bRecommendations \d+ to \d+\b|, \d+ to \d+(?= for partners)"),
    (
        "the scale of the cover, proved from its drawing",
        r"\beighty people\b|\b28 people or fewer\b|\b(?:0\.35|1\.05) mm\b",
    ),
    ("the total of the data, in round words", r"\bmore than two thousand\b"),
)
_EXEMPT = tuple((why, re.compile(pattern)) for why, pattern in EXEMPT)

_VALUE = re.compile(r"\[\]\{value=\"([^\"]+)\"[^}]*\}")
_CALL = re.compile(r"\[\^([\w-]+)\]")
_REFERENCE = re.compile(r"@note-([\w-]+)")
_APPARATUS = re.compile(r"\{(?!\.box)[^}]*\}|\[\^[\w-]+\]|(?<!\w)@[\w-]+|\^\w\^|^\d+\. ", re.M)
_BLOCK = re.compile(r"\n[ ]*\n|\n(?=\d+\. |:   |::: |:::\n)")
# A sentence ends with its notes: the call behind the full stop belongs to what stands before it.
_END = re.compile(
    r"(?<!\n\d)(?<!\n\d\d)(?<!\bNo)(?<!\bn\.d)[.!?][\"'*)]*(?:\[\^[\w-]+\])*(?=\s+[\"'*(\[]*[A-Z@\[]|\s*$)"
)


@dataclass(frozen=True, slots=True)
class _Text:
    """A printed text, the kind of it, and what it belongs to."""

    words: str
    kind: TextKind | str
    owner: str
    at: Span
    indent: int


def in_words(prose: str) -> Iterator[tuple[int, str, str]]:
    """The numbers in plain words: where each begins, how it is written, and why it is no figure, or ""."""
    line = prose.replace("\n", " ")
    exempt = [(why, *found.span()) for why, pattern in _EXEMPT for found in pattern.finditer(line)]
    for found in NUMBER.finditer(line):
        reasons = [why for why, first, last in exempt if first <= found.start() and found.end() <= last]
        yield found.start(), found[0], "".join(reasons[:1])


def numbers(found: Reading) -> tuple[Number, ...]:
    """Every number that the report prints outside its data, in the order of the texts."""
    judge = _Judge(found.report)
    return tuple(number for text in _texts(found) for number in judge.numbers(text))


def _texts(found: Reading) -> Iterator[_Text]:
    survey = Survey(found.report, found.index)
    for text in survey.texts:
        if text.printed:
            place = text.words
            yield _Text(place.text, text.kind, text.owner, place.span(1, 1), place.indent)
    settings = found.report.settings
    yield _Text(settings.abstract or "", ABSTRACT, "", found.report.place.at("abstract"), 0)
    for figure in found.report.figures:
        yield _Text(figure.figure.alt or "", ALTERNATIVE, figure.figure.id, figure.place.at("alt"), 0)


class _Judge:
    """Finds what answers for the numbers of a report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.notes: Mapping[str, NoteEntry] = {entry.note.id: entry for entry in report.notes}
        self.drawn = {entry.figure.id: self.cells(data_files(entry.chart)) for entry in report.figures if entry.chart}

    def numbers(self, text: _Text) -> Iterator[Number]:
        start = 0
        for end in [*(found.start() for found in _BLOCK.finditer(text.words)), len(text.words)]:
            yield from self.block(text, start, end)
            start = end

    def block(self, text: _Text, start: int, end: int) -> Iterator[Number]:
        block = text.words[start:end]
        begin = 0
        for stop in [*(found.end() for found in _END.finditer(block)), len(block)]:
            yield from self.sentence(text, start + begin, block[begin:stop])
            begin = stop

    def sentence(self, text: _Text, offset: int, sentence: str) -> Iterator[Number]:
        for value in _VALUE.finditer(sentence):
            yield self.number(text, offset + value.start(), value[1], Proof.VALUE, "", sentence)
        prose = sentence
        for pattern in (_VALUE, _APPARATUS):
            prose = pattern.sub(lambda found: " " * len(found[0]), prose)
        for start, words, why in in_words(prose):
            proof = Proof.EXEMPT if why else self.proof(text, sentence, words)
            yield self.number(text, offset + start, words, proof, why, sentence)

    def proof(self, text: _Text, sentence: str, number: str) -> Proof:
        if text.kind == ALTERNATIVE:
            in_data = number.replace(",", "") in self.drawn.get(text.owner, ())
            return Proof.DATA if in_data else Proof.NONE if number[0].isdigit() else self.caption_note(text.owner)
        if text.kind in (TextKind.TABLE, TextKind.GROUP) and self.is_cell(text):
            return Proof.DATA
        named = [*_CALL.findall(sentence), *_REFERENCE.findall(sentence)]
        if text.kind is TextKind.NOTE:
            named.append(text.owner)
        return Proof.NOTE if any(self.is_sourced(name) for name in named) else Proof.NONE

    def is_sourced(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a note names facts, and cites a work itself or by way of the notes that it refers to."""
        entry = self.notes.get(name)
        if entry is None or name in seen or not entry.note.facts:
            return False
        if entry.note.cites:
            return True
        words = entry.text.text if entry.text else ""
        cited = entry.text and any(token.form is Form.CITATION for token in self.report.tokens_of(entry.text))
        return bool(cited) or any(self.is_sourced(other, seen | {name}) for other in _REFERENCE.findall(words))

    def caption_note(self, figure: str) -> Proof:
        captions = [entry.caption.text for entry in self.report.figures if entry.figure.id == figure]
        called = [name for caption in captions for name in _CALL.findall(caption)]
        return Proof.NOTE if any(self.is_sourced(name) for name in called) else Proof.NONE

    def cells(self, files: tuple[str, ...]) -> frozenset[str]:
        """Every cell of these data files."""
        return frozenset(cell.text for file in files for row in self.report.data[file].rows for cell in row)

    def is_cell(self, text: _Text) -> bool:
        """Whether a text of a table is a cell of its data, and the table says where the data come from."""
        entry = next(entry for entry in self.report.tables if entry.table.id == text.owner)
        return bool(entry.source) and text.at.path.endswith(".csv")

    def number(self, text: _Text, offset: int, words: str, proof: Proof, why: str, sentence: str) -> Number:
        before = text.words[:offset]
        line = before.count("\n")
        column = offset - before.rfind("\n") - 1
        column += text.at.column if not line else 1 + text.indent
        span = text.at if text.indent < 0 and line else Span(text.at.path, text.at.line + line, column)
        return Number(words, proof, why, span, " ".join(sentence.split()))


def main(folder: Path) -> int:
    """List the numbers of a report; 1 when one of them is unproved."""
    with tempfile.TemporaryDirectory() as cache:
        found = numbers(reading(folder.resolve(), Cache(Path(cache))))
    for number in found:
        sys.stdout.write(f"{number.span}: {number.words}: {number.why or number.proof.value}\n")
    counts = Counter(number.proof for number in found)
    sys.stdout.writelines(f"{counts[proof]} {proof.value}\n" for proof in Proof)
    return 1 if counts[Proof.NONE] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
