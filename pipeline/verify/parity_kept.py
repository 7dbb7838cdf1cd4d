"""What was counted when a chapter was compared and nothing was wrong, kept under all that was compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import unidata_version

from lxml import etree

from pipeline import document, wording
from pipeline.cache import Cache, key_of


class Kept:
    """What is kept of one kind of comparison.

    Args:
        cache: where it is kept.
        kind: the kind.
    """

    def __init__(self, cache: Cache, kind: str) -> None:
        self._cache = cache
        self._context = key_of(kind, *_code())

    def key(self, *compared: str) -> str:
        """The key for what is compared."""
        return key_of(self._context, *compared)

    def get(self, key: str) -> Any:
        """What was counted; None when that is not known."""
        stored = self._cache.get(key)
        return json.loads(stored) if stored is not None else None

    def put(self, key: str, counted: Any) -> None:
        """Keep it."""
        self._cache.put(key, json.dumps(counted).encode())


def _code() -> Iterator[str | bytes]:
    """What compares: the result of another version is worth nothing."""
    yield from (unidata_version, str(etree.LXML_VERSION))
    here = sorted(Path(__file__).parent.glob("*.py"))
    for path in (*here, Path(str(document.__file__)), Path(str(wording.__file__))):
        yield path.read_bytes()
