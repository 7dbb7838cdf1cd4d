"""The collector of garbage rests while a stage builds what lives on.

Reading and composing make some million objects that live as long as the build. Each time there are a quarter more
of them, the collector would look through them all, and find nothing: that was a third of the work of an edit.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """No garbage is looked for in here, and what was made counts as old behind it: it is not looked through at once.

    What nothing refers to any more is freed all the same; only circles stay, and these stages make none of size.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
