"""What several tests share: one cache, a reader of reports, settings of hypothesis."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.cache import Cache
from pipeline.scanning import scan
from pipeline.source import Embedded
from tests.pressing import Pressed, press_report
from tests.readings import CLEAN, DEMO, RETURNS, TESTS, Reader, Reading, reading

# A slow machine is not a fault of the code; what is found once is found again.
settings.register_profile("press", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("press")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What texts hold is found once for all tests, and for the fixtures of rules by one start of pandoc."""
    cache = Cache(tmp_path_factory.mktemp("cache"))
    sections = [path.read_text(encoding="utf-8") for path in sorted((TESTS / "rules").glob("*/sections/*.md"))]
    bodies = [text.split("---\n", 2)[2] for text in sections if text.startswith("---\n")]
    scan(tuple(Embedded(body, "", 1, 1, 0) for body in bodies), cache)
    return cache


@pytest.fixture(scope="session")
def read(cache: Cache) -> Reader:
    """Reads and checks the report in a folder."""
    return lambda folder: reading(folder, cache)


@pytest.fixture(scope="session")
def returns(read: Reader) -> Reading:
    """The report in content/, read once for all tests."""
    return read(RETURNS)


@pytest.fixture
def spoilt_returns(tmp_path: Path, read: Reader) -> Callable[[str, str, str], Reading]:
    """Replaces words, which must be there once, in a copy of the report in content/, and reads it."""
    folder = tmp_path / "report"
    shutil.copytree(RETURNS, folder)

    def replace(file: str, old: str, new: str) -> Reading:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return read(folder)

    return replace


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A copy of the clean report, to be spoilt."""
    folder = tmp_path / "report"
    shutil.copytree(CLEAN, folder)
    return folder


@pytest.fixture
def spoil(clean: Path) -> Callable[[str, str, str], None]:
    """Replaces words in a file of the clean report; they must be there."""

    def replace(file: str, old: str, new: str) -> None:
        text = (clean / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        (clean / file).write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture(scope="session")
def pressed_demo(tmp_path_factory: pytest.TempPathFactory) -> Pressed:
    """The demo report, printed and proved once for all tests."""
    return press_report(DEMO, tmp_path_factory.mktemp("demo"))
