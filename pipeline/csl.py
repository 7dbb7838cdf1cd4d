"""Citation styles and their locales: where they are, and what they say about themselves.

See https://docs.citationstyles.org/en/stable/specification.html.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache as remembered
from pathlib import Path

from lxml import etree

from pipeline import toolchain

CSL = "{http://purl.org/net/xbiblio/csl}"
LOCATORS = frozenset(
    {
        "act", "appendix", "article-locator", "book", "canon", "chapter", "column", "elocation", "equation", "figure",
        "folio", "issue", "line", "note", "number", "opus", "page", "paragraph", "part", "rule", "scene", "section",
        "sub-verbo", "supplement", "table", "timestamp", "title-locator", "verse", "version", "volume",
    }
)  # fmt: skip
"""What a locator can be (CSL 1.0.2, appendix IV)."""


def style_path(name: str, folder: Path) -> Path | None:
    """The CSL file of a style: a file of the report, or a style by name; None when there is neither.

    A dependent style only names the style that it follows, and pandoc would ask the network for that one,
    so it is looked up here, among the installed styles.
    """
    path = _named(name, folder)
    parent = _parent(path) if path else ""
    return _installed(parent) if parent else path


def _named(name: str, folder: Path) -> Path | None:
    if name.endswith(".csl"):
        path = folder / name
        return path if path.is_file() and path.resolve().is_relative_to(folder.resolve()) else None
    return _installed(name) or _installed(f"dependent/{name}")


def _installed(name: str) -> Path | None:
    path = toolchain.citation_styles() / f"{name}.csl"
    return path if re.fullmatch(r"(dependent/)?[\w.-]+", name) and path.is_file() else None


@remembered
def _parent(path: Path) -> str:
    """The name of the style that a dependent style follows ("apa"), or "" when a style stands for itself."""
    try:
        links = etree.parse(path, _parser()).iter(f"{CSL}link")
        parents = [link.get("href", "") for link in links if link.get("rel") == "independent-parent"]
    except (OSError, etree.XMLSyntaxError):
        return ""
    return parents[0].rstrip("/").rsplit("/", 1)[-1] or "unknown" if parents else ""


@remembered
def style_is_note(path: Path) -> bool:
    """Whether a style puts citations into notes (`class="note"`); a style that cannot be read does not."""
    try:
        return etree.parse(path, _parser()).getroot().get("class") == "note"
    except (OSError, etree.XMLSyntaxError):
        return False


def counts_back(path: Path) -> bool:
    """Whether a style refers to an earlier note by its number."""
    return b'"first-reference-note-number"' in path.read_bytes()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def locale_for(lang: str) -> str:
    """The CSL locale for a language tag: itself, the main one of its language, else American English."""
    folder = toolchain.citation_locales()
    if (folder / f"locales-{lang}.xml").is_file():
        return lang
    primary = lang.split("-")[0]
    main = {
        "en": "en-GB",
        "de": "de-DE",
        "fr": "fr-FR",
        "ru": "ru-RU",
        "es": "es-ES",
        "pt": "pt-PT",
        "zh": "zh-CN",
    }
    candidates = [main.get(primary, ""), primary, f"{primary}-{primary.upper()}"]
    candidates += sorted(path.stem.removeprefix("locales-") for path in folder.glob(f"locales-{primary}-*.xml"))
    return next((name for name in candidates if name and (folder / f"locales-{name}.xml").is_file()), "en-US")


@remembered
def locator_terms(locale: str) -> Mapping[str, str]:
    """The words by which citeproc, in a locale, tells what a locator is ("page" is "p." in English).

    pandoc reads a locator's label from text, in the words of the document's language, so the label must
    be written in those words: the short one, unless it could as well mean another ("v.").
    """
    return {**_clear_terms("en-US"), **_clear_terms(locale)}


def _clear_terms(locale: str) -> Mapping[str, str]:
    terms: dict[str, dict[str, str]] = {"long": {}, "short": {}}
    path = toolchain.citation_locales() / f"locales-{locale}.xml"
    for term in etree.parse(path, _parser()).iter(f"{CSL}term"):
        form, name = term.get("form", "long"), str(term.get("name"))
        single = term.find(f"{CSL}single")
        words = ((single.text if single is not None else term.text) or "").strip()
        if form in terms and words and name in LOCATORS:
            terms[form][name] = words
    meanings = Counter(words.lower() for words in terms["short"].values())
    clear = {name: words for name, words in terms["short"].items() if meanings[words.lower()] == 1}
    return {**terms["short"], **terms["long"], **clear}
