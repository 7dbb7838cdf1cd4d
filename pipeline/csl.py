"""Citation styles and their locales: where they are, and what they say about themselves.

See https://docs.citationstyles.org/en/stable/specification.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache as remembered
from pathlib import Path

from lxml import etree

from pipeline import toolchain

CSL = "{http://purl.org/net/xbiblio/csl}"


def style_path(name: str, folder: Path) -> Path | None:
    """The CSL file of a style: a file of the report, or a style by name; None when there is neither."""
    if name.endswith(".csl"):
        path = folder / name
        return path if path.is_file() and path.resolve().is_relative_to(folder.resolve()) else None
    path = toolchain.citation_styles() / f"{name}.csl"
    if not path.is_file():
        path = toolchain.citation_styles() / "dependent" / f"{name}.csl"
    return path if path.is_file() and re.fullmatch(r"[\w.-]+", name) else None


@remembered
def style_is_note(path: Path) -> bool:
    """Whether a style puts citations into notes (`class="note"`); a style that cannot be read does not."""
    try:
        return etree.parse(path, _parser()).getroot().get("class") == "note"
    except (OSError, etree.XMLSyntaxError):
        return False


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
    be written in those words.
    """
    terms: dict[str, str] = {}
    for name in ("en-US", locale):
        path = toolchain.citation_locales() / f"locales-{name}.xml"
        for form in ("long", "short"):
            for term in etree.parse(path, _parser()).iter(f"{CSL}term"):
                if term.get("form", "long") == form:
                    single = term.find(f"{CSL}single")
                    words = (single.text if single is not None else term.text) or ""
                    if words.strip():
                        terms[str(term.get("name"))] = words.strip()
    return terms
