"""Results of stages, kept by the content that went into them.

A key is a hash of everything that decides the result; a stored value never changes. Two builds may read
and write at once: a value is written aside and renamed. A damaged or missing value is only a miss.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of stage results.

    Attributes:
        folder: where they are kept; it is made when the first value is stored.
    """

    folder: Path

    def get(self, key: str) -> bytes | None:
        """The value stored under a key, or None."""
        try:
            stored = self._path(key).read_bytes()
        except OSError:
            return None
        digest, value = stored[:32], stored[32:]
        return value if hashlib.sha256(value).digest() == digest else None

    def holds(self, key: str) -> bool:
        """Whether something is stored under a key."""
        return self._path(key).is_file()

    def put(self, key: str, value: bytes) -> None:
        """Store a value. A cache that cannot be written is no fault: the next run computes again."""
        path = self._path(key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(value).digest() + value)
                Path(aside).replace(path)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def key_of(*parts: str | bytes) -> str:
    """A key from everything that decides a result; the parts are kept apart by their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
