"""The Matterhorn Protocol 1.1 (PDF Association, 2021): what of it only people can judge."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FOR_PEOPLE: Mapping[str, str] = MappingProxyType(
    {
        "01-001": "an artifact is tagged as real content",
        "01-002": "real content is marked as an artifact",
        "01-006": "a structure type or attribute does not fit what it tags",
        "02-002": "what a type of one's own is said to mean does not fit",
        "03-001": "something flickers",
        "03-002": "moving content can harm, and no words warn of it",
        "03-003": "a script makes something flicker",
        "04-001": "something is said by colour, form or place alone",
        "05-001": "media that play have no words in their place",
        "05-002": "sound is needed to understand, and there are no words",
        "06-004": "the title in the metadata does not name the document",
        "08-001": "text made by recognition has errors",
        "08-002": "text made by recognition is not tagged",
        "09-001": "the order of the tags is not that of reading",
        "09-002": "tags do not say what the content is",
        "09-003": "the tree does not stand in the order of reading",
        "11-007": "the language that is said is not the one that is written",
        "12-001": "stretched characters are not said as what they mean",
        "13-001": "graphics other than text are not tagged as figures",
        "13-002": "a link of graphics has no words that say where it leads",
        "13-003": "a caption is not tagged as one",
        "13-005": "words in place of a picture do not say what it shows",
        "13-006": "several pieces that make one figure are several figures",
        "13-007": "there is a more accessible form of the content than the figure",
        "13-008": "words in place of text in a picture are not that text",
        "14-001": "a heading is not tagged as one",
        "14-004": "the levels of headings do not fit the contents",
        "14-005": "a heading deeper than the sixth is tagged otherwise than H7 and so on",
        "15-001": "a row has a head cell that is not tagged as one",
        "15-002": "a column has a head cell that is not tagged as one",
        "15-004": "content is tagged as a table and is none",
        "15-005": "a cell's head cannot be told from the tags",
        "16-001": "a list that is numbered does not say how",
        "16-002": "an ordered list does not say that it is",
        "16-003": "content is a list and not tagged as one",
        "17-001": "a formula is not tagged as one",
        "18-001": "running heads and folios are not marked as such artifacts",
        "18-002": "line numbers or marks of the page are tagged as content",
        "18-003": "running heads and folios are tagged as content",
        "19-001": "a note is not tagged as one",
        "19-002": "a reference to a note is not tagged as one",
        "22-001": "threads of articles do not follow the order of reading",
        "24-001": "a button or field cannot be told by its name",
        "27-001": "ways through the document do not lead as its structure does",
        "28-001": "annotations do not stand where they are read",
        "28-003": "annotations that furnish the page are tagged as content",
        "28-013": "links that open the same place are said otherwise",
        "29-001": "an action needs a pointing device",
        "31-010": "a font is in the file without the right to have it there",
    }
)
"""Failure conditions that the protocol gives to people, with what to look for."""

ANSWERED_BY: Mapping[str, str] = MappingProxyType({"17-003": "10-001", "28-016": "21-001"})
"""Conditions for machines that the rule for another condition answers: formulas are made of glyphs, too; files that
are attached by an annotation are attached files."""
