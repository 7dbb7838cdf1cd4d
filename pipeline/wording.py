"""The words and number forms that the press prints by itself, by language.

A report in a language that is not here gives the words under `labels:` in its settings. Only words that
were checked against published style guides and the CSL locale files stand here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "figure": "Figure", "figure-plural": "Figures", "table": "Table", "table-plural": "Tables",
        "chapter": "Chapter", "chapter-plural": "Chapters", "section": "Section", "section-plural": "Sections",
        "appendix": "Appendix", "appendix-plural": "Appendices", "part": "Part", "part-plural": "Parts",
        "note": "note", "note-plural": "notes", "page": "page", "and": "and", "source": "Source",
        "contents": "Contents", "pages": "Pages", "figures": "Figures", "tables": "Tables",
        "figures-and-tables": "Figures and tables", "notes": "Notes", "cover": "Cover",
        "title-page": "Title page", "bibliography": "Bibliography", "imprint": "Imprint",
        "colophon": "Colophon", "thousands": ",", "decimal": ".",
        "numerals": "zero one two three four five six seven eight nine ten",
    },
    "de": {
        "figure": "Abbildung", "figure-plural": "Abbildungen", "table": "Tabelle", "table-plural": "Tabellen",
        "chapter": "Kapitel", "chapter-plural": "Kapitel", "section": "Abschnitt", "section-plural": "Abschnitte",
        "appendix": "Anhang", "appendix-plural": "Anhänge", "part": "Teil", "part-plural": "Teile",
        "note": "Anmerkung", "note-plural": "Anmerkungen", "page": "Seite", "and": "und", "source": "Quelle",
        "contents": "Inhalt", "pages": "Seiten", "figures": "Abbildungen", "tables": "Tabellen",
        "figures-and-tables": "Abbildungen und Tabellen", "notes": "Anmerkungen", "cover": "Umschlag",
        "title-page": "Titelseite", "bibliography": "Literatur", "imprint": "Impressum",
        "colophon": "Kolophon", "thousands": ".", "decimal": ",",
        "numerals": "null eins zwei drei vier fünf sechs sieben acht neun zehn",
    },
    "fr": {
        "figure": "Figure", "figure-plural": "Figures", "table": "Tableau", "table-plural": "Tableaux",
        "chapter": "Chapitre", "chapter-plural": "Chapitres", "section": "Section", "section-plural": "Sections",
        "appendix": "Annexe", "appendix-plural": "Annexes", "part": "Partie", "part-plural": "Parties",
        "note": "note", "note-plural": "notes", "page": "page", "and": "et", "source": "Source",
        "contents": "Table des matières", "pages": "Pages", "figures": "Figures", "tables": "Tableaux",
        "figures-and-tables": "Figures et tableaux", "notes": "Notes", "cover": "Couverture",
        "title-page": "Page de titre", "bibliography": "Bibliographie", "imprint": "Mentions légales",
        "colophon": "Colophon", "thousands": "\u202f", "decimal": ",",
        "numerals": "zéro un deux trois quatre cinq six sept huit neuf dix",
    },
    "ru": {
        "figure": "Рисунок", "figure-plural": "Рисунки", "table": "Таблица", "table-plural": "Таблицы",
        "chapter": "Глава", "chapter-plural": "Главы", "section": "Раздел", "section-plural": "Разделы",
        "appendix": "Приложение", "appendix-plural": "Приложения", "part": "Часть", "part-plural": "Части",
        "note": "примечание", "note-plural": "примечания", "page": "страница", "and": "и", "source": "Источник",
        "contents": "Содержание", "pages": "Страницы", "figures": "Рисунки", "tables": "Таблицы",
        "figures-and-tables": "Рисунки и таблицы", "notes": "Примечания", "cover": "Обложка",
        "title-page": "Титульный лист", "bibliography": "Библиография", "imprint": "Выходные данные",
        "colophon": "Колофон", "thousands": "\u00a0", "decimal": ",",
        "numerals": "ноль один два три четыре пять шесть семь восемь девять десять",
    },
}  # fmt: skip


def known_languages() -> frozenset[str]:
    """The primary language subtags for which the press has words of its own."""
    return frozenset(WORDS)


def label_keys() -> frozenset[str]:
    """The words that a report may set under `labels:`."""
    return frozenset(WORDS["en"])


def words_for(lang: str, labels: Mapping[str, str]) -> Mapping[str, str]:
    """The words of a language, with a report's own in place of them; English where nothing else is known."""
    return {**WORDS["en"], **WORDS.get(lang.split("-")[0], {}), **labels}


def number(text: str, words: Mapping[str, str], form: str = "") -> str:
    """A number from a data file as it is printed.

    Args:
        text: the cell, "2199", "2,199" or "3.5"; what is not such a number is printed as it is.
        words: the words of the language, which hold its separators and numerals.
        form: "" with separators (not in four-digit years: those are written `format=plain`), "plain" as in
            the file, "words" for zero to ten in words.
    """
    found = _NUMBER.fullmatch(text.strip())
    if not found or form == "plain":
        return text
    whole = re.sub(r"\D", "", found["whole"])
    numerals = words["numerals"].split()
    if form == "words" and not found["sign"] and not found["fraction"] and int(whole) < len(numerals):
        return numerals[int(whole)]
    sign = {"-": "\u2212"}.get(found["sign"], found["sign"])
    grouped = f"{int(whole):,}".replace(",", words["thousands"])
    return sign + grouped + (words["decimal"] + found["fraction"][1:] if found["fraction"] else "")


# A comma stands before three digits or it is no thousands separator: "3,5" is not thirty-five. A number that
# begins with 0 is a code.
_NUMBER = re.compile(
    r"(?P<sign>[-+\u2212]?)(?P<whole>0|[1-9][0-9]{0,40}|[1-9][0-9]{0,2}(?:[,\u202f\u00a0][0-9]{3}){1,13})(?P<fraction>(?:\.[0-9]+)?)"
)
