"""The cache: what is stored is what is found, and a damaged or unwritable cache is only a miss."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cache import Cache, key_of

ROOT = Path(__file__).resolve().parent.parent


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
    assert not cache.holds(key), "so that it is stored again"


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


# ---------------------------------------------------------------- bounds


def aged(cache: Cache, *keys: str) -> None:
    """Makes values old, the first the oldest."""
    for age, key in enumerate(keys, 1):
        os.utime(cache.folder / key[:2] / key[2:], ns=(age * 10**9, age * 10**9))


def test_what_was_not_asked_for_longest_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=10 * 1032)
    keys = [key_of(str(number)) for number in range(11)]
    for key in keys:
        cache.put(key, b"x" * 1000)  # and 32 bytes of digest
    aged(cache, *keys)
    assert cache.get(keys[0]) == b"x" * 1000
    assert cache.holds(keys[1])
    cache.trim()
    assert [key for key in keys if cache.get(key) is None] == keys[2:5], "to four fifths of the limit"
    cache.trim()
    assert len(files(cache)) == 8


def test_within_the_limit_nothing_goes(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=2 * 1032)
    for number in range(2):
        cache.put(key_of(str(number)), b"x" * 1000)
    cache.trim()
    assert len(files(cache)) == 2


def test_what_an_ended_build_left_half_written_goes_too(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=5000)
    cache.put(key_of("a"), b"x" * 3000)
    half = tmp_path / "ab" / ".new-half"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"x" * 3000)
    os.utime(half, ns=(1, 1))
    cache.trim()
    assert not half.exists()
    assert cache.holds(key_of("a"))


def test_a_value_that_is_asked_for_while_others_go_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path, limit=2000)
    first, second, third = (key_of(name) for name in "abc")
    for key in (first, second, third):
        cache.put(key, b"x" * 1000)
    aged(cache, first, second, third)
    plain = Path.unlink

    def asked_meanwhile(path: Path, missing_ok: bool = False) -> None:
        plain(path, missing_ok)
        assert cache.holds(second)

    monkeypatch.setattr(Path, "unlink", asked_meanwhile)
    cache.trim()
    assert [cache.holds(key) for key in (first, second, third)] == [False, True, False]


def test_a_cache_that_cannot_be_trimmed_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    Cache(tmp_path / "none").trim()
    (tmp_path / "file").write_text("x")
    Cache(tmp_path / "file", limit=0).trim()
    cache = Cache(tmp_path / "cache", limit=10)
    cache.put(key_of("a"), b"a value")
    monkeypatch.setattr(Path, "unlink", refused)
    cache.trim()
    assert cache.get(key_of("a")) == b"a value"


CROWD = """\
import random, sys
from pathlib import Path
from pipeline.cache import Cache, key_of
cache, dice = Cache(Path(sys.argv[1]), limit=60_000), random.Random(sys.argv[2])
found = missed = 0
for turn in range(1500):
    name = str(dice.randrange(40))
    value = name.encode() * 2000
    stored = cache.get(key_of(name))
    assert stored in (None, value), "a wrong value"
    if stored is None:
        missed += 1
        cache.put(key_of(name), value)
    else:
        found += 1
    if turn % 10 == 0:
        cache.trim()
print(found, missed)
"""


@pytest.mark.process
def test_builds_that_write_and_trim_at_once_never_read_a_wrong_value(cache: Cache) -> None:
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, str(cache.folder), str(number)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for process in crowd:
        said, complaints = process.communicate(timeout=600)
        assert process.returncode == 0, complaints
        found, missed = map(int, said.split())
        assert found > 100 and missed > 100, "values came and went"
    Cache(cache.folder, limit=60_000).trim()
    assert sum(path.stat().st_size for path in files(cache)) <= 60_000
