"""Results of stages, kept by the content that went into them.

A key is a hash of everything that decides the result; a stored value never changes. Two builds may read,
write and trim at once: a value is written aside and renamed. A damaged or missing value is only a miss.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 1 << 30  # bytes
ROOM = 0.8  # of the limit; what is left when something had to go, so that the next builds find nothing to do


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of stage results.

    Attributes:
        folder: where they are kept; it is made when the first value is stored.
        limit: bytes; when there are more, `trim` removes those that were not asked for longest.
    """

    folder: Path
    limit: int = LARGEST

    def get(self, key: str) -> bytes | None:
        """The value stored under a key, or None."""
        try:
            stored = self._path(key).read_bytes()
        except OSError:
            return None
        self._used(key)
        digest, value = stored[:32], stored[32:]
        if hashlib.sha256(value).digest() != digest:
            with contextlib.suppress(OSError):  # or `holds` would go on saying that it is there
                self._path(key).unlink()
            return None
        return value

    def holds(self, key: str) -> bool:
        """Whether something is stored under a key; it counts as asked for."""
        return self._used(key)

    def put(self, key: str, value: bytes) -> None:
        """Store a value. A cache that cannot be written is no fault: the next run computes again."""
        path = self._path(key)
        aside = path.with_name(f".new-{os.getpid()}-{threading.get_ident()}-{path.name[:16]}")
        with contextlib.suppress(OSError):
            try:
                file = aside.open("wb")
            except FileNotFoundError:
                aside.parent.mkdir(parents=True, exist_ok=True)
                file = aside.open("wb")
            try:
                with file:
                    file.write(hashlib.sha256(value).digest() + value)
                aside.replace(path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise

    def trim(self) -> None:
        """Remove the values that were not asked for longest, when there are more bytes than the limit.

        Another build may be using the same folder. What it asks for meanwhile stays; what it asks for too late is
        a miss. A file that cannot be removed is no fault.
        """
        stored = sorted(self._stored())
        left = sum(size for _, _, size in stored)
        if left <= self.limit:
            return
        for moment, path, size in stored:
            if left <= self.limit * ROOM:
                return
            try:
                if path.stat().st_mtime_ns != moment:
                    continue  # it was asked for since
                path.unlink()
            except FileNotFoundError:
                pass  # another build was quicker
            except OSError:
                continue
            left -= size

    def _stored(self) -> Iterator[tuple[int, Path, int]]:
        """When each file was asked for last, its path, and its bytes; half-written ones that were left, too."""
        waiting = [str(self.folder)]
        while waiting:
            with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    with contextlib.suppress(OSError):
                        stat = entry.stat(follow_symlinks=False)
                        yield stat.st_mtime_ns, Path(entry.path), stat.st_size

    def _used(self, key: str) -> bool:
        """Note that a value was asked for: its time of writing, which means nothing else, becomes now.

        Times of reading are not kept by every system.
        """
        try:
            os.utime(self._path(key))
        except FileNotFoundError:
            return False
        except OSError:  # a cache that can only be read
            return self._path(key).is_file()
        return True

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
