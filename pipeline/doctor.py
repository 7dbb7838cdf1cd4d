"""What the press finds on this machine: tools, versions, typefaces, and the remedy where one is missing.

Facts only; the command line prints them. Nothing is tried that would change the machine.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path

from pipeline import toolchain
from pipeline.toolchain import ToolMissingError
from pipeline.verify.ace import find_ace
from pipeline.workspace import Workspace

SETUP = 'run "make setup"'
NOT_RUN = 'until then EPUBCheck is reported as "not run"'
OLDEST_PANGO = 14400  # 1.44.0, as WeasyPrint 70 demands
PATIENCE = 30  # seconds that a tool may take to tell its version


class State(Enum):
    """How a tool was found."""

    OK = "ok"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Fact:
    """What was found about one tool.

    Attributes:
        name: the tool or typeface.
        state: whether it is there and answers.
        detail: its version or place; why it cannot be used, when it is missing.
        remedy: what to do when it is missing; "" when nothing is.
        needed: whether nothing can be built without it. Without one that is not needed, checks are
            reported as not run.
    """

    name: str
    state: State
    detail: str
    remedy: str = ""
    needed: bool = True


def examine(workspace: Workspace) -> tuple[Fact, ...]:
    """All facts about this machine and the workspace."""
    return tuple(_facts(workspace))


def _facts(workspace: Workspace) -> Iterator[Fact]:
    yield Fact("Python", State.OK, platform.python_version())
    for tool in toolchain.versions():
        if tool.version:
            yield Fact(tool.name, State.OK, tool.version)
        else:
            yield Fact(tool.name, State.MISSING, "the package is not installed", SETUP)
    yield _pango()
    yield _answer("pandoc", toolchain.pandoc, "--version", SETUP)
    yield _fonts()
    yield _folder("citation styles", toolchain.citation_styles)
    yield _folder("citation locales", toolchain.citation_locales)
    yield from _epub_checker()
    yield _pdf_checker()
    yield _second_opinion(workspace)
    yield _build_folder(workspace)
    yield _reports(workspace)


def _pango() -> Fact:
    remedy = "install Pango 1.44 or newer (Debian: libpango-1.0-0, libpangoft2-1.0-0; macOS: brew install pango)"
    try:
        # WeasyPrint loads the library when it is imported and raises OSError when it is not there.
        from weasyprint.text.ffi import pango
    except (ImportError, OSError) as error:
        return Fact("Pango", State.MISSING, _first_line(str(error)), remedy)
    number = int(pango.pango_version())
    version = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    if number < OLDEST_PANGO:
        return Fact("Pango", State.MISSING, f"{version} is too old", remedy)
    return Fact("Pango", State.OK, version)


def _fonts() -> Fact:
    try:
        files = toolchain.fonts()
    except ToolMissingError as error:
        return Fact("typefaces", State.MISSING, str(error), SETUP)
    absent = [path.name for path in files.values() if not path.is_file()]
    if absent:
        return Fact("typefaces", State.MISSING, f"no file {', '.join(absent)}", SETUP)
    return Fact("typefaces", State.OK, ", ".join(Path(href).stem for href in files))


def _folder(name: str, find: Callable[[], Path]) -> Fact:
    try:
        folder = find()
    except ToolMissingError as error:
        return Fact(name, State.MISSING, str(error), SETUP)
    count = sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
    if not count:
        return Fact(name, State.MISSING, "the folder is empty", SETUP)
    return Fact(name, State.OK, f"{count:,} files")


def _epub_checker() -> Iterator[Fact]:
    remedy = f"install Java 11 or newer, or {SETUP}, which brings one; {NOT_RUN}"
    java = toolchain.java()
    if java is None:
        yield Fact("Java", State.MISSING, "no program found", remedy, needed=False)
    else:
        yield _answer("Java", lambda: java, "-version", remedy, needed=False)
    jar = toolchain.epubcheck_jar()
    if jar is None:
        remedy = f"{SETUP}; {NOT_RUN}"
        yield Fact("EPUBCheck", State.MISSING, "the package is not installed", remedy, needed=False)
    else:
        yield Fact("EPUBCheck", State.OK, metadata.version("epubcheck"), needed=False)


def _pdf_checker() -> Fact:
    remedy = 'install veraPDF (https://verapdf.org) to have PDF files checked by it, too; until then it is "not run"'
    program = toolchain.verapdf()
    if program is None:
        return Fact("veraPDF", State.MISSING, "no program on the PATH", remedy, needed=False)
    return _answer("veraPDF", lambda: program, "--version", remedy, needed=False)


def _second_opinion(workspace: Workspace) -> Fact:
    tools, lacking = find_ace(workspace.reader)
    if tools is None:
        remedy = 'install Node 20 or newer and Chromium, and run "make reader"; until then DAISY Ace is "not run"'
        return Fact("DAISY Ace", State.MISSING, lacking, remedy, needed=False)
    return Fact("DAISY Ace", State.OK, f"{tools.ace.parents[1]}, {tools.node}, {tools.browser}", needed=False)


def _answer(name: str, find: Callable[[], Path], option: str, remedy: str, *, needed: bool = True) -> Fact:
    """A program that tells its version when asked; one that does not answer counts as missing."""
    try:
        program = find()
    except ToolMissingError as error:
        return Fact(name, State.MISSING, str(error), remedy, needed)
    try:
        answer = subprocess.run(
            [program, option],
            capture_output=True,
            check=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.CalledProcessError as error:
        return Fact(name, State.MISSING, f"{program} ends with status {error.returncode}", remedy, needed)
    except subprocess.TimeoutExpired:
        return Fact(name, State.MISSING, f"{program} gives no answer in {PATIENCE} seconds", remedy, needed)
    except OSError as error:
        return Fact(name, State.MISSING, f"{program} cannot be run: {error.strerror}", remedy, needed)
    told = (answer.stdout or answer.stderr).decode("utf-8", "replace")  # Java tells its version on stderr
    return Fact(name, State.OK, _first_line(told).removeprefix(f"{name} "), needed=needed)


def _build_folder(workspace: Workspace) -> Fact:
    folder = workspace.build
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return Fact("build folder", State.OK, workspace.shown(workspace.build))
    shown = workspace.shown(workspace.build)
    return Fact("build folder", State.MISSING, f"{shown} cannot be written to", "make the folder writable")


def _reports(workspace: Workspace) -> Fact:
    names = [report.name for report in workspace.reports()]
    shown = workspace.shown(workspace.content)
    if names:
        return Fact("reports", State.OK, f"{len(names)} in {shown}: {', '.join(names)}", needed=False)
    remedy = "a report is a folder with a report.yaml in it"
    return Fact("reports", State.MISSING, f"none in {shown}", remedy, needed=False)


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
