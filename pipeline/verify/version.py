"""What compares editions with their document, as a digest: what another version has found is worth nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unicodedata import unidata_version

import pikepdf
from lxml import etree
from pypdfium2 import PDFIUM_INFO

from pipeline import document, wording
from pipeline.cache import key_of

_READERS = (
    "pdf_fonts.py", "pdf_glyphs.py", "pdf_kept.py", "pdf_page.py", "pdf_painted.py", "pdf_plain.py", "pdf_sheet.py",
    "pdf_places.py", "pdf_stretches.py", "text.py", "version.py",
)  # fmt: skip


def digest_of_readers() -> str:
    """The digest of all that reads a page: what another version of it read is worth nothing."""
    code = (Path(__file__).with_name(name).read_bytes() for name in _READERS)
    return key_of(str(PDFIUM_INFO), pikepdf.__version__, unidata_version, *code)


@cache
def digest_of_comparison() -> str:
    """The digest of all modules beside this one, of what they know documents and words by, and of the libraries."""
    code = sorted(Path(__file__).parent.glob("*.py"))
    known = (Path(str(module.__file__)) for module in (document, wording))
    return key_of(digest_of_readers(), str(etree.LXML_VERSION), *(path.read_bytes() for path in (*code, *known)))
