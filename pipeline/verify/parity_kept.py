"""What was counted when a chapter was compared and nothing was wrong, kept under all that was compared."""

from __future__ import annotations

import json
from typing import Any

from pipeline.cache import Cache, key_of
from pipeline.verify.version import digest_of_comparison


class Kept:
    """What is kept of one kind of comparison.

    Args:
        cache: where it is kept.
        kind: the kind.
    """

    def __init__(self, cache: Cache, kind: str) -> None:
        self._cache = cache
        self._context = key_of(kind, digest_of_comparison())

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
