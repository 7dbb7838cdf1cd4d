"""What can be wrong with a finished PDF."""

from __future__ import annotations

from pipeline.diagnostics import Severity, declare

UNSOUND = declare(
    "PDF001",
    "pdf-unsound",
    Severity.ERROR,
    """
    The finished PDF is not a sound file: it cannot be opened, is encrypted, or two readers do not agree about it.

    The press made the file itself, so this is a fault of the press or of the disk, and not of the report.
    """,
)

METADATA_MISSING = declare(
    "PDF002",
    "pdf-metadata-differ",
    Severity.ERROR,
    """
    The finished PDF does not say what the report says: its title, its language, or that it is tagged.

    Screen readers choose their voice by the language, and windows are named by the title (ISO 14289-1, 7.1, 7.2).
    """,
)

FONT_INCOMPLETE = declare(
    "PDF003",
    "pdf-font-incomplete",
    Severity.ERROR,
    """
    A font of the finished PDF is not in the file, or does not say which characters its glyphs stand for, or a
    glyph was printed that says "missing character".

    Without the first the page looks different elsewhere; without the second its text can be neither searched nor
    read aloud (ISO 14289-1, 7.21); the third is an empty box on paper.
    """,
)

OUTLINE_DIFFERS = declare(
    "PDF004",
    "pdf-outline-differs",
    Severity.ERROR,
    """
    The outline of the finished PDF is not that of the report: a heading is missing from it, is called otherwise,
    stands in another order, or its line leads to a page that the heading is not on.
    """,
)

BROKEN_LINK = declare(
    "PDF005",
    "pdf-broken-link",
    Severity.ERROR,
    """
    A link in the finished PDF leads nowhere: to a place that the file does not have, to a file beside it, or to an
    address that is not a full one.

    Bad:   [the data](data/camps.csv)
    Good:  [the data](https://example.org/camps.csv)
    """,
)

DESTINATION_ASTRAY = declare(
    "PDF006",
    "pdf-destination-astray",
    Severity.ERROR,
    """
    A place that links of the finished PDF lead to is not where the words are that it should lead to.

    The press finds the words on the pages by themselves and compares; page numbers in print depend on the same
    places.
    """,
)

LINK_LOST = declare(
    "PDF007",
    "pdf-link-lost",
    Severity.ERROR,
    """
    The words of a link are printed, and nothing happens when one clicks on them, or one comes to another place.
    """,
)

NOTE_FAULT = declare(
    "PDF008",
    "pdf-note-fault",
    Severity.ERROR,
    """
    In the finished PDF a note is not as it should be: it is called twice or never, is not printed, stands out of
    its order, has other words than in the report, or begins before its call or more than one page after it.

    Shorten the note or the notes around it, or move its call to another sentence.
    """,
)

TEXT_LOST = declare(
    "PDF009",
    "pdf-text-lost",
    Severity.ERROR,
    """
    Words of the report are not in the finished PDF, or stand out of their order.

    The text of every page is read back and compared with the report, word by word. The finding tells the first
    place of a chapter where they differ. A style sheet of the report's own that hides something has the same
    effect: what is not to be printed does not belong into the report.
    """,
)

TEXT_TWICE = declare(
    "PDF010",
    "pdf-text-twice",
    Severity.ERROR,
    """
    Words of the report are printed once more than the report has them.

    Heads of tables, which are repeated on every page of a table, and running heads are not counted.
    """,
)

REFERENCE_DIFFERS = declare(
    "PDF011",
    "pdf-reference-differs",
    Severity.ERROR,
    """
    A printed reference says another number than its target bears, or another page than its target stands on.
    """,
)

CONTENTS_DIFFER = declare(
    "PDF012",
    "pdf-contents-differ",
    Severity.ERROR,
    """
    A line of the printed contents is missing or stands there twice, or says another page or another number than its
    target has.
    """,
)

LABEL_DIFFERS = declare(
    "PDF013",
    "pdf-label-differs",
    Severity.ERROR,
    """
    A page of the finished PDF is labelled otherwise than the number says that is printed on it.

    Readers go to "page 12" by the label; it has to be the page that says 12 (ISO 32000-2, 12.4.2).
    """,
)

RESIDUE = declare(
    "PDF014",
    "pdf-markup-residue",
    Severity.ERROR,
    """
    The text of the finished PDF shows markup that should have become something else: `??`, `[^note]`, `[@key]`,
    `@fig-x`, `{{ field }}`, `(**key?**)`, or a TODO. What the report sets as code may show any sign.

    Bad:   as Table ?? shows
    Good:  as Table 3 shows
    """,
)

TEXT_OFF_PAGE = declare(
    "PDF015",
    "pdf-text-off-page",
    Severity.ERROR,
    """
    Text of the finished PDF lies outside its page, wholly or in part, and cannot be read.
    """,
)

DRAWING_TEXT_LOST = declare(
    "PDF016",
    "pdf-drawing-text-lost",
    Severity.WARNING,
    """
    A drawing has a text that does not appear on the pages of its chapter.

    The layout engine does not know every way in which SVG places text. Text that the drawing itself hides is told
    as well: remove it from the drawing.
    """,
)

MARK_OFF_PAGE = declare(
    "PDF017",
    "pdf-picture-off-page",
    Severity.ERROR,
    """
    A picture, a drawing or a line of the finished PDF reaches out of its page, and a part of it is cut off.

    What runs over two opposite edges of the page is meant to, like the ground of a cover.
    """,
)

TEXT_CLIPPED = declare(
    "PDF018",
    "pdf-text-clipped",
    Severity.ERROR,
    """
    Text of the finished PDF is cut off at the edge of what it stands in, a box or a drawing, and cannot be read.

    Bad:   <svg viewBox="0 0 100 50"><text x="90" y="20">Kazakhstan</text></svg>
    Good:  <svg viewBox="0 0 160 50"><text x="90" y="20">Kazakhstan</text></svg>
    """,
)

TEXT_OVERLAPS = declare(
    "PDF019",
    "pdf-text-overlaps",
    Severity.ERROR,
    """
    Two pieces of text of the finished PDF stand on one another, and neither can be read.

    Words that cannot be broken in too narrow a column, remarks at the side that stand too close to one another, and
    style sheets of the report's own are what does it.
    """,
)

TEXT_ON_PICTURE = declare(
    "PDF020",
    "pdf-text-on-picture",
    Severity.ERROR,
    """
    Text of the finished PDF stands on a picture or a drawing that it does not belong to.

    A drawing over the whole width or height of a page is a ground, and text may stand on it.
    """,
)

PAGE_EMPTY = declare(
    "PDF021",
    "pdf-page-empty",
    Severity.WARNING,
    """
    A page of the finished PDF is more than a quarter empty, and its chapter goes on behind it.

    Mostly a figure, a table or a box that cannot be broken did not fit, and no text stood behind it that could have
    come first. Move it by a paragraph, or make it smaller. Pages that end a chapter are not counted.
    """,
)

HEADING_AT_FOOT = declare(
    "PDF022",
    "pdf-heading-at-foot",
    Severity.WARNING,
    """
    A heading stands at the foot of a page of the finished PDF, with less than two lines of its text below it.

    Move a figure or a table near it by a paragraph, or add or take a line before it.
    """,
)

SINGLE_LINE = declare(
    "PDF023",
    "pdf-single-line",
    Severity.WARNING,
    """
    One line of a paragraph stands alone at the top or at the foot of a page or column of the finished PDF.

    A word more or less in the paragraph, or in one before it, mostly mends it.
    """,
)

FAR_FROM_REFERENCE = declare(
    "PDF024",
    "pdf-far-from-reference",
    Severity.WARNING,
    """
    A figure or table of the finished PDF stands more than a page from the first place of its chapter that names it.

    Pages between them that hold nothing but figures and tables are not counted.

    Bad:   See @fig-map.   (and the figure follows three pages on)
    Good:  See @fig-map.   (and the figure follows this paragraph)
    """,
)

BLANK_ABOVE_NOTES = declare(
    "PDF025",
    "pdf-blank-above-notes",
    Severity.WARNING,
    """
    Between the last line of text and the notes of a page of the finished PDF there is a large blank.

    The next line calls a note that did not fit on the page. Shorten that note, or move its call by a sentence.
    """,
)
