"""Values of a PDF as pikepdf gives them, read with care.

They come from files of strangers: nothing is expected to be there or to be of the type that the standard says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_ARRAY, _DICTIONARY, _STREAM = pikepdf.ObjectType.array, pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream
_NO_NUMBERS = (_DICTIONARY, _ARRAY, pikepdf.ObjectType.name_, _STREAM, pikepdf.ObjectType.string)


def kind_of(value: Any) -> pikepdf.ObjectType | None:
    """The type of an object of the file; None of a plain number, a boolean, null, and what is none of a file.

    `isinstance` asks the same four times as slowly, which counts where it is asked of every operand.
    """
    return value._type_code if type(value) is pikepdf.Object else None


def entry(holder: Any, key: str) -> Any:
    """An entry of a dictionary or stream; None when it is absent or the holder is something else."""
    if type(holder) is not pikepdf.Object:
        return None
    kind = holder._type_code
    return holder.get(key) if kind is _DICTIONARY or kind is _STREAM else None


def is_holder(value: Any) -> bool:
    """Whether something is a dictionary or a stream."""
    return type(value) is pikepdf.Object and ((kind := value._type_code) is _DICTIONARY or kind is _STREAM)


def items(value: Any) -> list[Any]:
    """The items of an array; a single value as a list of one; nothing for None."""
    if value is None:
        return []
    return list(value) if kind_of(value) is _ARRAY else [value]


def name(value: Any) -> str:
    """A name without its slash, with U+FFFD for what is not UTF-8; "" for anything else."""
    if kind_of(value) is not pikepdf.ObjectType.name_:
        return ""
    try:
        return str(value)[1:]
    except UnicodeDecodeError:
        escaped = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), value.unparse())
        return escaped[1:].decode("utf-8", "replace")


def text(value: Any) -> str:
    """A text string; "" for anything else."""
    return str(value) if isinstance(value, pikepdf.String) else ""


def number(value: Any) -> float | None:
    """A number, or None."""
    if value is None or isinstance(value, bool) or kind_of(value) in _NO_NUMBERS:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, NotImplementedError):
        return None


def pairs(holder: Any) -> list[tuple[str, Any]]:
    """The entries of a dictionary or stream by their keys: without their slash, with U+FFFD for what is not UTF-8."""
    if not is_holder(holder):
        return []
    found = {key.removeprefix("/"): value for key, value in holder.items()}
    return [(_readable(key), found[key]) for key in sorted(found)]


def _readable(key: str) -> str:
    return key if key.isascii() else key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def identity(value: Any) -> tuple[int, int]:
    """The number of an indirect object; (0, 0) of a direct one."""
    return value.objgen if type(value) is pikepdf.Object else (0, 0)


def place(value: Any) -> str:
    """Where a value stands, for a message."""
    found = identity(value)[0]
    return f"object {found}" if found else ""


def tree_items(root: Any, key: str) -> Iterator[tuple[Any, Any]]:
    """The pairs of a name tree (`key` is "/Names") or number tree ("/Nums"), in the order of the file."""
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        found = identity(node)
        if found != (0, 0):
            if found in seen:
                continue
            seen.add(found)
        values = items(entry(node, key))
        yield from zip(values[::2], values[1::2], strict=False)
        pending.extend(reversed(items(entry(node, "/Kids"))))


def holders_in(*top: Any) -> tuple[tuple[Any, ...], dict[str, list[int]]]:
    """The dictionaries in some objects, and the places among them of those that have a key."""
    found: list[Any] = []
    places: dict[str, list[int]] = {}
    pending: list[tuple[Any, int]] = [(item, 0) for item in top]
    while pending:
        value, depth = pending.pop()
        if is_holder(value):
            entries = dict(value.items())
            keys = sorted(entries)
            for key in keys:
                places.setdefault(key, []).append(len(found))
            found.append(value)
            kids = [entries[key] for key in keys]
        elif kind_of(value) is _ARRAY:
            kids = list(value)
        else:
            continue
        if depth < 64:
            pending.extend((kid, depth + 1) for kid in kids if _is_direct_holder(kid))
    return tuple(found), places


def _is_direct_holder(value: Any) -> bool:
    kind = kind_of(value)
    return (kind is _DICTIONARY or kind is _ARRAY or kind is _STREAM) and not value.is_indirect
