"""What compares editions with their document, as a digest: what another version has found is worth nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

from pipeline import document, wording
from pipeline.cache import key_of
from pipeline.verify.pdf_kept import digest_of_readers


@cache
def digest_of_comparison() -> str:
    """The digest of all modules beside this one, of what they know documents and words by, and of the libraries."""
    code = sorted(Path(__file__).parent.glob("*.py"))
    known = (Path(str(module.__file__)) for module in (document, wording))
    return key_of(digest_of_readers(), str(etree.LXML_VERSION), *(path.read_bytes() for path in (*code, *known)))
