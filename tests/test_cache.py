"""The cache: what is stored is what is found, and a damaged or unwritable cache is only a miss."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cache import Cache, key_of


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "deep" / "cache")


def files(cache: Cache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def test_what_was_stored_is_found(cache: Cache) -> None:
    key = key_of("a")
    assert cache.get(key) is None
    cache.put(key, b"\0value")
    assert cache.get(key) == b"\0value"
    cache.put(key, b"")
    assert cache.get(key) == b""


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 40])
def test_a_damaged_value_is_a_miss(cache: Cache, damage: bytes) -> None:
    key = key_of("a")
    cache.put(key, b"value")
    (stored,) = files(cache)
    stored.write_bytes(damage)
    assert cache.get(key) is None


def test_half_a_value_is_a_miss(cache: Cache) -> None:
    key = key_of("a")
    cache.put(key, b"a long value")
    (stored,) = files(cache)
    stored.write_bytes(stored.read_bytes()[:-1])
    assert cache.get(key) is None


def test_a_value_that_cannot_be_written_is_no_fault_and_leaves_nothing(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    cache.put(key_of("a"), b"value")
    assert cache.get(key_of("a")) is None
    assert files(cache) == []


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put(key_of("a"), b"value")
    assert cache.get(key_of("a")) is None


def test_an_interruption_leaves_nothing_unfinished(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(source: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cache.put(key_of("a"), b"value")
    assert files(cache) == []


def test_two_writers_at_once_leave_a_whole_value(cache: Cache) -> None:
    key, values = key_of("a"), [bytes([number]) * 100_000 for number in range(4)]
    seen: list[bytes | None] = []

    def work(value: bytes) -> None:
        for _ in range(20):
            cache.put(key, value)
            seen.append(cache.get(key))

    threads = [threading.Thread(target=work, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(seen) <= set(values)
    assert cache.get(key) in values
    assert len(files(cache)) == 1


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_parts_have_different_keys(one: list[str], other: list[str]) -> None:
    assert (key_of(*one) == key_of(*other)) == (one == other)


def test_a_text_and_its_bytes_are_the_same_part() -> None:
    assert key_of("ä", b"x") == key_of("ä".encode(), "x")
    assert key_of("\ud800") != key_of("\ud801")
