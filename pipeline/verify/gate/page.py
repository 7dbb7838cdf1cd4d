"""The conformance report: one HTML page that says of each file what was asked, what was found and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from pipeline.checks import CheckResult, CheckState
from pipeline.verify.gate.examine import Examination, Judged
from pipeline.verify.gate.matterhorn import FOR_PEOPLE

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid #8886; }
.failed { color: #b3261e; font-weight: 600; } .not-run { color: #8a5a00; font-weight: 600; }
@media (prefers-color-scheme: dark) { .failed { color: #ff8a80; } .not-run { color: #ffc46b; } }
"""


def conformance_page(
    title: str, lang: str, files: Sequence[tuple[Examination, Sequence[CheckResult]]], tool: str
) -> bytes:
    """The page.

    Args:
        title: of the report, or of the run.
        lang: the language of the title; the page itself is in English.
        files: what was examined, with what other checkers say of it.
        tool: the name and version of the press.
    """
    body = _e(
        "body",
        _e("h1", "Conformance of ", _e("span", {"lang": lang}, title)),
        _e("p", f"Made by {tool} from the files alone."),
    )
    for examination, others in files:
        body.append(_e("h2", examination.path))
        body.append(_totals(examination, others))
        for standard in examination.standards:
            body.append(_rules(standard, [item for item in examination.judged if item.standard == standard]))
    body.append(_for_people())
    style = etree.Element("style")
    style.text = _STYLE
    head = _e(
        "head",
        _e("meta", {"charset": "utf-8"}),
        _e("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        _e("title", f"Conformance: {title}"),
        style,
    )
    page = _e("html", {"lang": "en"}, head, body)
    text: bytes = etree.tostring(page, method="html", doctype="<!DOCTYPE html>", encoding="utf-8", pretty_print=True)
    return text


def _totals(examination: Examination, others: Sequence[CheckResult]) -> etree._Element:
    rows = [_row(item.name, item.state, item.detail) for item in (*examination.summary(), *others)]
    return _table("In short", ("Standard", "State", "Detail"), rows)


def _rules(standard: str, judged: Iterable[Judged]) -> etree._Element:
    rows = [
        _e(
            "tr",
            _e("th", {"scope": "row"}, item.number),
            _e("td", " ".join(item.matterhorn)),
            _e("td", item.code),
            _e("td", item.says + (f": {item.detail}" if item.detail else "")),
            _state(item.state),
        )
        for item in judged
    ]
    return _table(standard, ("Clause", "Matterhorn", "Code", "What it asks for", "State"), rows)


def _for_people() -> etree._Element:
    rows = [_e("tr", _e("th", {"scope": "row"}, number), _e("td", asks)) for number, asks in FOR_PEOPLE.items()]
    return _table("Left to people: no program can say", ("Matterhorn", "What to look for"), rows)


def _table(caption: str, heads: Sequence[str], rows: Sequence[etree._Element]) -> etree._Element:
    head = _e("tr", *(_e("th", {"scope": "col"}, text) for text in heads))
    return _e("table", _e("caption", caption), _e("thead", head), _e("tbody", *rows))


def _row(title: str, state: CheckState, detail: str) -> etree._Element:
    return _e("tr", _e("th", {"scope": "row"}, title), _state(state), _e("td", detail))


def _state(state: CheckState) -> etree._Element:
    return _e("td", {"class": state.value.replace(" ", "-")}, state.value)


def _e(tag: str, *kids: etree._Element | str | dict[str, str]) -> etree._Element:
    """An element with attributes, texts and elements in it."""
    made = etree.Element(tag)
    for kid in kids:
        if isinstance(kid, dict):
            for key, value in kid.items():
                made.set(key, value)
        elif isinstance(kid, str):
            last = made[-1] if len(made) else None
            if last is None:
                made.text = (made.text or "") + kid
            else:
                last.tail = (last.tail or "") + kid
        else:
            made.append(kid)
    return made
