"""All texts of a report searched for what they hold; what was found before is not looked for again.

What a text holds is kept by its words alone, so that it may move in its file. All that a file holds is kept beside
that, with its places, for most files are as they were: then there is one thing to read, and nothing to move.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from pipeline import outline, pandoc
from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Span, StageFailedError
from pipeline.outline import Outline, outline_of
from pipeline.plain_texts import are_sentences
from pipeline.scan import READER, VERSION, Form, Token, tokens_in
from pipeline.source import Embedded

Tokens: TypeAlias = tuple[Token, ...]
Values: TypeAlias = "tuple[tuple[Any, ...], ...]"
_FORMS = {form.value: form for form in Form}


def scan(texts: tuple[Embedded, ...], cache: Cache) -> tuple[Tokens, ...]:
    """What each text holds, in the order of the text; what is not cached is read.

    Raises:
        StageFailedError: when pandoc cannot read a text.
    """
    files: dict[str, list[Embedded]] = {}
    for text in texts:
        files.setdefault(text.file, []).append(text)
    keys = {file: _key_of_file(own) for file, own in files.items()}
    found: dict[Embedded, Tokens] = {}
    changed: list[str] = []
    for file, own in files.items():
        stored = cache.get(keys[file])
        if stored is None:
            changed.append(file)
        else:
            kept = pickle.loads(stored)  # noqa: S301  # the cache is our own
            found.update(zip(own, (_tokens(values, partial(Span, file)) for values in kept), strict=True))
    new = [text for file in changed for text in files[file]]
    found.update(zip(new, _text_by_text(new, cache), strict=True))
    for file in changed:
        values = tuple(_values(found[text]) for text in files[file])
        cache.put(keys[file], pickle.dumps(values, pickle.HIGHEST_PROTOCOL))
    return tuple(found[text] for text in texts)


def known_outline(text: str, cache: Cache) -> Outline | None:
    """The blocks of a text that was scanned before, or need not be, as the scan's reader sees them."""
    if are_sentences(text):
        return Outline((), ())
    stored = cache.get(_key(text))
    return None if stored is None else outline.unpacked(pickle.loads(stored)[1])  # noqa: S301  # the cache is our own


def _key_of_file(texts: Sequence[Embedded]) -> str:
    parts = (part for text in texts for part in (text.text, f"{text.line} {text.column} {text.indent}"))
    return key_of(VERSION, READER, "file", *parts)


def _key(text: str) -> str:
    return key_of(VERSION, outline.VERSION, READER, text)


def _text_by_text(texts: Sequence[Embedded], cache: Cache) -> Iterator[Tokens]:
    """What each text holds, wherever it stands."""
    keys = [_key(text.text) for text in texts]
    known = {key: _of_sentences(text.text) for key, text in zip(keys, texts, strict=True) if are_sentences(text.text)}
    for key in keys:
        if key not in known and (stored := cache.get(key)) is not None:
            known[key] = pickle.loads(stored)[0]  # noqa: S301  # the cache is our own
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    lengths = [len(text.text) for text in missing.values()]
    fresh = pandoc.in_batches(list(missing.values()), lengths, partial(_scanned, cache))
    known |= dict(zip(missing, fresh, strict=True))
    return (_tokens(known[key], text.span) for key, text in zip(keys, texts, strict=True))


def _of_sentences(text: str) -> Values:
    """What the scan finds in plain sentences: themselves."""
    return _values([Token(Form.PROSE, "", Span(""), keys=((text, Span("", 1, 1, len(text) + 1)),))])


def _scanned(cache: Cache, texts: Sequence[Embedded]) -> list[Values]:
    replies = pandoc.run(tuple(pandoc.Request("read", text.text, READER) for text in texts))
    results = []
    for text, reply in zip(texts, replies, strict=True):
        if reply.error:
            raise StageFailedError(pandoc.PANDOC_FAILED.at(text.span(1, 1), reply.error))
        tree = json.loads(reply.result)
        blocks = outline_of(tree["blocks"], text.text)  # before the scanner moves captions
        results.append(_values(tokens_in(tree, text.text)))
        kept = results[-1], outline.packed(blocks)
        cache.put(_key(text.text), pickle.dumps(kept, pickle.HIGHEST_PROTOCOL))
    return results


def _values(tokens: Iterable[Token]) -> Values:
    """Tokens as plain values, which are read several times faster; the file is left out of their places."""
    return tuple(
        (
            token.form.value,
            token.name,
            _numbers(token.span),
            token.level,
            token.text,
            tuple((key, _numbers(span)) for key, span in token.keys),
            token.bare,
            token.classes,
            token.number_only,
            token.within,
            token.group,
        )
        for token in tokens
    )


def _numbers(span: Span) -> tuple[int, int, int]:
    return span.line, span.column, span.end_column


def _tokens(values: Values, place: Callable[[int, int, int], Span]) -> Tokens:
    """The opposite of `_values`; `place` makes a place in the author's file of line, column and end."""
    return tuple(
        Token(_FORMS[form], name, place(*at), level, text, tuple([(key, place(*spot)) for key, spot in keys]), *more)
        for form, name, at, level, text, keys, *more in values
    )
