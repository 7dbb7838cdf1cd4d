"""Content streams that are written plainly, as the press and most others write them, read without a parser.

Plain is what has one meaning at a glance: names of letters and digits, strings in pairs of hexadecimal digits, flat
arrays and dictionaries, no comments and no pictures within the stream. Whatever else a stream has in it, the parser
of qpdf reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SPACE = rb"[ \n\r\t]"
_NAME = rb"/[A-Za-z0-9.+_-]++"
_NUMBER = rb"[-+]?(?:[0-9]{1,9}+(?:\.[0-9]{0,20}+)?|\.[0-9]{1,20}+)"
_STRING = rb"<(?:[0-9A-Fa-f]{2})*+>"
_END = rb"(?![^ \n\r\t/<>\[\]])"  # of what is not closed by a sign of its own (ISO 32000-2, 7.2.3)
_VALUE = rb"(?:" + _STRING + rb"|" + _NUMBER + _END + rb"|" + _NAME + _END + rb")"
_ARRAY = rb"\[(?:" + _VALUE + rb"|" + _SPACE + rb"++)*+\]"
_ENTRY = _NAME + _END + _SPACE + rb"*+" + _VALUE + _SPACE + rb"*+"
_DICTIONARY = rb"<<" + _SPACE + rb"*+(?:" + _ENTRY + rb")*+>>"
_ONE = rb"|".join((_NUMBER, rb"[A-Za-z]++[*01]?", _NAME, _ARRAY, _DICTIONARY, _STRING))
_PLAIN = re.compile(_SPACE + rb"*+(?:(?:" + _ONE + rb")(?:" + _SPACE + rb"++|\Z))*+")
_TOKEN = re.compile(
    rb"(?<![^ \n\r\t])(?:([qQ])|/([A-Za-z0-9.+_-]+)[ \n\r\t]+[-+.0-9]+[ \n\r\t]+Tf"
    rb"|\[([^\[\]/]*)\][ \n\r\t]+TJ|(<[0-9A-Fa-f]*>)[ \n\r\t]+Tj)(?![^ \n\r\t])"
)
_STATES = re.compile(rb"[qQ](?<![^ \n\r\t][qQ])(?![^ \n\r\t])")  # looking back last makes it quick
_SHOWS = re.compile(rb"T[fJj](?<![^ \n\r\t]T[fJj])(?![^ \n\r\t])")
_PICTURE = tuple(re.compile(rb"%b(?<![^ \n\r\t]%b)(?![^ \n\r\t])" % (word, word)) for word in (b"BI", b"ID", b"EI"))


def shown_in(content: bytes) -> Mapping[bytes, list[bytes]] | None:
    """What a content stream shows: the names of fonts, and for each operator its strings, in hexadecimal digits.

    Args:
        content: the stream as it is decoded.

    Returns:
        The names of the fonts that are chosen, without the stroke, in the order of the stream, and the strings that
        are shown in each; None when the stream is not plain.
    """
    if _PLAIN.fullmatch(content) is None or any(word.search(content) for word in _PICTURE):
        return None
    found = _TOKEN.findall(content)
    if len(found) != len(_STATES.findall(content)) + len(_SHOWS.findall(content)):
        return None
    shown: dict[bytes, list[bytes]] = {}
    current: list[bytes] | None = None
    kept: list[list[bytes] | None] = []
    for state, font, strings, string in found:
        if strings:
            if current is not None:
                current.append(strings)
        elif font:
            current = shown.setdefault(font, [])
        elif state == b"q":
            kept.append(current)
        elif state:
            current = kept.pop() if kept else None
        elif current is not None:
            current.append(string)
    return shown
