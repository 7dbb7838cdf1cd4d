"""Finished files leave the press: written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def publish(path: Path, data: bytes) -> None:
    """Put a file in its place in one step: a reader sees the old file or the new one, never a half.

    It is written beside its place under a name of its own and renamed when it is whole and on the disk.
    Two runs may publish the same file at once; the later one wins. Nothing is left behind when the
    writing fails or is interrupted.

    Args:
        path: where the file is to stand; its folder is made when it is missing.
        data: the bytes of the file.

    Raises:
        OSError: when the disk is full or the folder may not be written to; the old file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.parent / f".proofpress-{secrets.token_hex(8)}.part"
    try:
        # 0o666 is what an ordinary new file gets, less what the umask takes away; tempfile would give 0o600.
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
