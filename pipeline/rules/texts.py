"""Words: what the dialect does not have, what was forgotten, and terms that are not used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.diagnostics import Diagnostic, Severity, Span, declare, did_you_mean
from pipeline.model import Term
from pipeline.rules.survey import Survey
from pipeline.scan import Form

RAW_HTML = declare(
    "TXT001",
    "raw-html",
    Severity.ERROR,
    """
    A text holds raw HTML, TeX or a comment. It would be printed in one edition and lost or broken in
    another; every edition is made from the same Markdown.

    Bad:   H<sub>2</sub>O<br>
    Good:  H~2~O\\
    """,
)
MATH = declare(
    "TXT002",
    "math-not-supported",
    Severity.ERROR,
    """
    A formula between dollar signs. The PDF cannot set it, so no edition does; write it in words and signs
    (x² + y²), or as a picture with an alternative text. A dollar sign before an amount is written `\\$`.

    Bad:   $x^2$      from $5 to $10
    Good:  x^2^       from \\$5 to \\$10
    """,
)
RELATIVE_LINK = declare(
    "TXT003",
    "relative-link",
    Severity.ERROR,
    """
    A link leads neither to an id of the report (`#sec-x`) nor to an address that begins with https://,
    http:// or mailto:. In a PDF or an EPUB there is nothing beside the file that it could lead to.

    Bad:   [the data](data/returns.csv)
    Good:  [the data](https://example.org/returns.csv)
    """,
)
UNWANTED_TERM = declare(
    "TXT004",
    "unwanted-term",
    Severity.ERROR,
    """
    A text uses a form that the report's own list of terms rejects (`terms` in report.yaml).

    Bad:   terms: [{term: e-mail, not: [email]}]    and   an email
    Good:  an e-mail
    """,
)
RESIDUE = declare(
    "TXT005",
    "residue",
    Severity.ERROR,
    """
    Something was left over from writing: TODO, TK, XXX, FIXME, two question marks, a placeholder in
    braces, or the beginning of a citation or note that never became one. In titles, alternative texts and
    the abstract, which are plain words, every mark of Markdown references is left over.

    Bad:   in TK cases [@ doe2019]
    Good:  in 14 cases [@doe2019]
    """,
)
WRONG_LANGUAGE = declare(
    "TXT008",
    "wrong-language",
    Severity.ERROR,
    """
    The language of a word or block is not a tag of the form `ru`, `de-AT` or `uz-Cyrl` (BCP 47). Readers' voices
    and the hyphenation depend on it, and no EPUB may have another.

    Bad:   [Wort]{lang=Deutsch_AT}
    Good:  [Wort]{lang=de-AT}
    """,
)
EMPTY_SPAN = declare(
    "TXT006",
    "empty-span",
    Severity.ERROR,
    """
    Brackets with nothing in them have attributes of which none says what to print. Often `value` or
    `page` is misspelt.

    Bad:   []{vlaue="returns.kazakhstan.total"}
    Good:  []{value="returns.kazakhstan.total"}
    """,
)
STRAY_ATTRIBUTES = declare(
    "TXT007",
    "stray-attributes",
    Severity.ERROR,
    """
    Attributes in braces stand behind something that takes none, and would be printed as words. They
    belong behind a heading, a picture, a link, brackets, or the caption of a pipe table, which stands
    directly over or under its table.

    Bad:   A paragraph about costs. {#sec-costs}
    Good:  ## Costs {#sec-costs}
    """,
)

INSTEAD = {
    "br": "end the line with a backslash",
    "sup": "write ^words^",
    "sub": "write ~words~",
    "b": "write **words**",
    "strong": "write **words**",
    "i": "write *words*",
    "em": "write *words*",
    "a": "write [words](https://...)",
    "img": 'write ![Caption](images/x.svg){#fig-x fig-alt="..."}',
    "div": "write ::: name and ::: around it",
    "span": "write [words]{lang=ru}",
    "table": "write a pipe table, or a table in tables.yaml",
    "p": "leave an empty line",
    "h1": "write ## Heading",
    "h2": "write ## Heading",
    "!--": "keep remarks outside the report's texts",
}
SCHEMES = ("http://", "https://", "mailto:")
_TAG = re.compile(r"<(!--|[A-Za-z][\w-]*)")
# Each alternative begins with a letter or mark, so that all other places are passed over at once.
_WORK_LEFT = re.compile(
    r"T(?<!\wT)(?:ODO|BD|KTK|K)\b|F(?<!\wF)IXME\b|X(?<!\wX)XX+\b|\?\?+|\{\{|\}\}|Lorem ipsum|lorem ipsum"
)
_BROKEN = re.compile(r"\[@(?![\w{])|\[\^(?![^\s\]^]+\])")
_MARKUP = re.compile(r"\[[@^-]|(?<![\w@])@(?:sec|fig|tbl|note)-|\]\{|\]\(")


def raw_html(survey: Survey) -> Iterator[Diagnostic]:
    """TXT001."""
    for mention in survey.all(Form.RAW):
        words = mention.token.text
        if words.startswith("</"):
            continue  # its beginning has been told
        tag = _TAG.match(words)
        hint = INSTEAD.get(tag[1].lower(), "") if tag else ""
        shown = words.split("\n")[0]
        shown = shown if len(shown) <= 40 else shown[:39] + "\u2026"
        yield RAW_HTML.at(mention.token.span, f'raw {mention.token.name} "{shown}"', hint or "write it in Markdown")


def math(survey: Survey) -> Iterator[Diagnostic]:
    """TXT002."""
    for mention in survey.all(Form.MATH):
        hint = "write it in words and signs; a dollar sign before an amount is written \\$"
        yield MATH.at(mention.token.span, f'the formula "{mention.token.text}"', hint)


def relative_links(survey: Survey) -> Iterator[Diagnostic]:
    """TXT003."""
    for mention in survey.all(Form.LINK):
        target = mention.token.name
        if not target.startswith(("#", *SCHEMES)) or target == "#":
            message = f'the link leads to "{target}"' if target else "the link leads nowhere"
            hint = "link to #id, or to an address that begins with https://"
            if target.startswith("www."):
                hint = f"write https://{target}"
            yield RELATIVE_LINK.at(mention.token.span, message, hint)


def empty_spans(survey: Survey) -> Iterator[Diagnostic]:
    """TXT006."""
    for mention in survey.all(Form.EMPTY):
        name = mention.token.name
        message = f'nothing is printed for "{name}"' if name else "the brackets are empty"
        yield EMPTY_SPAN.at(mention.token.span, message, did_you_mean(name, ("value", "page")))


def stray_attributes(survey: Survey) -> Iterator[Diagnostic]:
    """TXT007."""
    for mention in survey.all(Form.STRAY):
        name = mention.token.name
        message = f'the id "{name}" stands behind words' if name else "attributes stand behind words"
        hint = "put the words in brackets: [words]{...}"
        if name.startswith("tbl-"):
            hint = "put the caption directly over or under its table, with an empty line between"
        elif name.startswith("sec-"):
            hint = "put it behind a heading"
        yield STRAY_ATTRIBUTES.at(mention.token.span, message, hint)


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class _Words:
    """Running words as one text, and the pieces that say where each stands."""

    text: str
    pieces: tuple[tuple[str, Span], ...]

    def span(self, start: int, end: int) -> Span:
        """The place of the characters from `start` to before `end`, as far as it is known."""
        before = 0
        for piece, span in self.pieces:
            if before <= start < before + len(piece):
                offset = start - before
                if not span.end_column:  # only the beginning of the text is known
                    return span
                last = span.column + min(offset + end - start, len(piece.rstrip("\n")))
                return Span(span.path, span.line, span.column + offset, last)
            before += len(piece)
        return self.pieces[0][1]


def _prose(survey: Survey) -> Iterator[_Words]:
    for mention in survey.all(Form.PROSE):
        yield _Words("".join(piece for piece, _ in mention.token.keys), mention.token.keys)


def languages(survey: Survey) -> Iterator[Diagnostic]:
    """TXT008."""
    for mention in survey.all(Form.LANGUAGE):
        tag = mention.token.name
        if not _LANGUAGE.fullmatch(tag):
            yield WRONG_LANGUAGE.at(
                mention.token.span, f'"{tag}" is not a language tag', 'write "ru", "de-AT", "uz-Cyrl"'
            )


def terms(survey: Survey) -> Iterator[Diagnostic]:
    """TXT004."""
    wanted = survey.report.settings.terms
    plain = [_Words(text, ((text, span),)) for text, span in _plain(survey)] if wanted else []
    for words in (*_prose(survey), *plain) if wanted else ():
        for term in wanted:
            for start, end, found in _unwanted(words.text, term):
                reason = f" ({term.reason})" if term.reason else ""
                message = f'"{found}" is not the term of this report'
                yield UNWANTED_TERM.at(words.span(start, end), message, f'write "{term.term}"{reason}')


def _plain(survey: Survey) -> Iterator[tuple[str, Span]]:
    for text, span in survey.plain_words():
        yield text, Span(span.path, span.line, span.column)


def _unwanted(text: str, term: Term) -> Iterator[tuple[int, int, str]]:
    sound = [found.span() for found in _pattern(term.term).finditer(text)]
    for word in term.not_:
        for found in _pattern(word).finditer(text):
            start, end = found.span()
            if not any(first <= start and end <= last for first, last in sound):
                yield start, end, found[0]


@cache
def _pattern(words: str) -> re.Pattern[str]:
    """Whole words, over line ends too; a word in lower case is also met at the beginning of a sentence."""
    escaped = r"\s+".join(re.escape(word) for word in words.split())
    first = words.strip()[:1]
    if first.islower():
        escaped = f"[{first}{first.upper()}]" + escaped[len(re.escape(first)) :]
    return re.compile(rf"(?<!\w){escaped}(?!\w)")


def residue(survey: Survey) -> Iterator[Diagnostic]:
    """TXT005."""
    for words in _prose(survey):
        for pattern in (_WORK_LEFT, _BROKEN):
            for found in pattern.finditer(words.text):
                yield RESIDUE.at(words.span(*found.span()), f'"{found[0]}" is left over', "finish it, or delete it")
    for text, span in _plain(survey):
        for pattern in (_WORK_LEFT, _MARKUP):
            found_first = pattern.search(text)
            if found_first:
                message = f'"{found_first[0]}" is left over in "{_shortened(text)}", which is plain words'
                yield RESIDUE.at(span, message, "write it out, or delete it")


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "\u2026"
