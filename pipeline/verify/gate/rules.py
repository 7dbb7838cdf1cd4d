"""What can be wrong with a PDF, whoever made it; each finding names the clause of its standard beside the code."""

from __future__ import annotations

from pipeline.diagnostics import Severity, declare

CONTENT_UNTAGGED = declare(
    "PDF101",
    "pdf-content-outside-structure",
    Severity.ERROR,
    """
    Something that a page shows is neither part of the structure nor marked as an artifact, or is both.

    A screen reader never comes to it, or reads aloud what only furnishes the page (ISO 14289-1, 7.1).
    """,
)
NOT_TAGGED = declare(
    "PDF102",
    "pdf-not-tagged",
    Severity.ERROR,
    """
    The file has no structure, does not say that it has one, or says that it is not sure of it.

    Without structure there is no order of reading (ISO 14289-1, 6.2 and 7.1; ISO 19005-3, 6.7).
    """,
)
TYPE_UNKNOWN = declare(
    "PDF103",
    "pdf-structure-type-unknown",
    Severity.ERROR,
    """
    A structure element has a type that is no standard one and is not said to mean one, or a standard type is said
    to mean another one (ISO 14289-1, 7.1; ISO 19005-3, 6.7.3.4).
    """,
)
MISNESTED = declare(
    "PDF104",
    "pdf-structure-misnested",
    Severity.ERROR,
    """
    A structure element stands where its kind cannot stand: a cell outside a row, an item outside a list.

    Readers that count rows and items count wrongly then (ISO 14289-1, 7.2; ISO 32000-1, 14.8.4).
    """,
)
LANGUAGE_UNKNOWN = declare(
    "PDF105",
    "pdf-language-unknown",
    Severity.ERROR,
    """
    The language of a text is not said, or what is said is no language tag.

    Voices are chosen by the language (ISO 14289-1, 7.2; BCP 47).

    Bad:   /Lang ()
    Good:  /Lang (en-GB)
    """,
)
ALTERNATIVE_MISSING = declare(
    "PDF106",
    "pdf-alternative-missing",
    Severity.ERROR,
    """
    A figure or formula has no words in its place, for those who do not see it (ISO 14289-1, 7.3 and 7.7).
    """,
)
HEADINGS_SKIP = declare(
    "PDF107",
    "pdf-headings-skip",
    Severity.ERROR,
    """
    Headings do not follow each other level by level, or are of two systems at once (ISO 14289-1, 7.4).

    Bad:   H1, H3
    Good:  H1, H2, H3
    """,
)
TABLE_UNCLEAR = declare(
    "PDF108",
    "pdf-table-unclear",
    Severity.ERROR,
    """
    A table cannot be told cell by cell: heads do not say what they are heads of, rows differ in length, or cells lie
    over one another (ISO 14289-1, 7.2 and 7.5).
    """,
)
TABLE_WITHOUT_HEADS = declare(
    "PDF124",
    "pdf-table-without-heads",
    Severity.WARNING,
    """
    A table has no head cell. A table that only places things on the page is no table in the structure; one that holds
    data says in a head what each of its columns or rows holds (ISO 14289-1, 7.5). Only a person can tell which it is.
    """,
)
NOTE_UNNAMED = declare(
    "PDF109",
    "pdf-note-unnamed",
    Severity.ERROR,
    """
    A note has no id in the structure, or has that of another one, so that nothing can lead to it
    (ISO 14289-1, 7.9).
    """,
)
ANNOTATION_UNTAGGED = declare(
    "PDF110",
    "pdf-annotation-outside-structure",
    Severity.ERROR,
    """
    A link, a field or another annotation has no place in the structure, or says nothing of itself
    (ISO 14289-1, 7.18).
    """,
)
METADATA_WRONG = declare(
    "PDF111",
    "pdf-metadata-wrong",
    Severity.ERROR,
    """
    The metadata of the file are missing, cannot be read, or lack what the standard asks for: a title, the part of the
    standard, a description of what is not commonly known (ISO 14289-1, 5 and 7.1; ISO 19005-3, 6.6).
    """,
)
STRUCTURE_BROKEN = declare(
    "PDF112",
    "pdf-structure-broken",
    Severity.ERROR,
    """
    The structure contradicts itself: what an element says of its contents, and what the contents say of their
    element, are two things (ISO 32000-1, 14.7.4).
    """,
)
LAYERS_UNNAMED = declare(
    "PDF113",
    "pdf-layers-unnamed",
    Severity.ERROR,
    """
    Optional content has no name, or switches itself on and off (ISO 14289-1, 7.10; ISO 19005-3, 6.9).
    """,
)
FEATURE_FORBIDDEN = declare(
    "PDF114",
    "pdf-feature-closed-to-readers",
    Severity.ERROR,
    """
    The file uses something that keeps readers with assistive technology out: a security setting that forbids them to
    read, a form of XFA, media or attached files without a description (ISO 14289-1, 7.11 to 7.20).
    """,
)
FONT_ABSENT = declare(
    "PDF120",
    "pdf-font-absent",
    Severity.ERROR,
    """
    A font is not in the file, is damaged, or lacks a glyph that is shown (ISO 14289-1, 7.21.4; ISO 19005-3, 6.2.11.4).
    """,
)
FONT_UNREADABLE = declare(
    "PDF121",
    "pdf-font-says-no-characters",
    Severity.ERROR,
    """
    A font does not say which characters its glyphs stand for: the text can be neither searched nor read aloud
    (ISO 14289-1, 7.21.7; ISO 19005-3, 6.2.11.7).
    """,
)
FONT_INCONSISTENT = declare(
    "PDF122",
    "pdf-font-inconsistent",
    Severity.ERROR,
    """
    What the file says about a font and what the font says itself differ: widths, glyphs, encodings
    (ISO 14289-1, 7.21.3 to 7.21.6; ISO 19005-3, 6.2.11).
    """,
)
GLYPH_MISSING = declare(
    "PDF123",
    "pdf-missing-character-shown",
    Severity.ERROR,
    """
    The glyph for "missing character" is shown: a box in place of a letter (ISO 14289-1, 7.21.8;
    ISO 19005-3, 6.2.11.8).
    """,
)
FILE_STRUCTURE = declare(
    "PDF201",
    "pdf-file-structure",
    Severity.ERROR,
    """
    The bytes of the file are not in the form that PDF/A asks for: header, trailer, cross-references, streams, limits
    (ISO 19005-3, 6.1).
    """,
)
COLOUR_UNDEFINED = declare(
    "PDF202",
    "pdf-colour-undefined",
    Severity.ERROR,
    """
    A colour depends on the device: the file does not say what it should look like (ISO 19005-3, 6.2.3 and 6.2.4).
    """,
)
GRAPHICS_FORBIDDEN = declare(
    "PDF203",
    "pdf-graphics-not-for-archives",
    Severity.ERROR,
    """
    A page uses something that will not look the same everywhere or for ever: smoothed pictures, transfer functions,
    references to other files, unknown operators (ISO 19005-3, 6.2).
    """,
)
ANNOTATION_FORBIDDEN = declare(
    "PDF204",
    "pdf-annotation-not-for-archives",
    Severity.ERROR,
    """
    An annotation is of a kind that archives do not keep, is hidden, is not printed, or has no look of its own
    (ISO 19005-3, 6.3).
    """,
)
ACTION_FORBIDDEN = declare(
    "PDF205",
    "pdf-action-not-for-archives",
    Severity.ERROR,
    """
    The file can do something: run a script, open a program, play a sound. An archive keeps what stands still
    (ISO 19005-3, 6.4 and 6.5).
    """,
)
ATTACHMENT_UNDESCRIBED = declare(
    "PDF206",
    "pdf-attachment-undescribed",
    Severity.ERROR,
    """
    An attached file does not say what it is or how it belongs to the document (ISO 19005-3, 6.8).
    """,
)
DESTINATION_BROKEN = declare(
    "PDF301",
    "pdf-destination-broken",
    Severity.ERROR,
    """
    A link or a line of the outline leads to a place that the file does not have.
    """,
)
LABELS_BROKEN = declare(
    "PDF302",
    "pdf-page-labels-broken",
    Severity.ERROR,
    """
    The labels of the pages begin behind the first page, come in a wrong order, or are of an unknown kind
    (ISO 32000-1, 12.4.2).
    """,
)
MARKUP_SHOWN = declare(
    "PDF303",
    "pdf-shows-markup",
    Severity.WARNING,
    """
    The text shows markup that should have become something else: `??`, `[^note]`, `{{ field }}`, `(**key?**)`.
    Text that the structure calls code may show any sign.
    """,
)
FOREIGN_FINDING = declare(
    "PDF310",
    "pdf-verapdf-finding",
    Severity.ERROR,
    """
    veraPDF, an independent checker, finds a fault. Its own name for the rule stands beside the code.
    """,
)
