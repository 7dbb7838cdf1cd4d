"""What is measured: the press in four states, the plain pipeline, and other tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from benchmarks.specimens import chapter, middle, prose, write_plain, write_report, write_section
from benchmarks.speed.measuring import Command, CommandFailedError
from benchmarks.speed.standing import Standing
from pipeline import toolchain

ROOT = Path(__file__).resolve().parents[2]
PLAIN = Path(__file__).with_name("plain")
STYLE = "chicago-notes-bibliography"  # the press's own, when a report names none
REPORT = "bench"

EDIT = prose(1, 12)
"""A sentence for the middle chapter: it moves lines and, as a rule, no chapter."""
SAVED = prose(3, 12)
"""A sentence like the first, for a press that watches: one that it has not set before."""
PAGE = prose(2, 600)
"""A paragraph for the second chapter: a page of lines, so that what follows has other page numbers."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One thing that is measured.

    Attributes:
        name: what options call it.
        title: what the table calls it.
        commands: what is run, one after the other.
        folder: where.
        result: the PDF that it makes.
        prepare: brings everything into the state in which it is run; not measured.
        added: what the PDF has to hold beside the report.
        missing: why it cannot be run here, or "".
        standing: what is measured instead of commands, when it stays loaded between edits.
    """

    name: str
    title: str
    commands: tuple[Command, ...]
    folder: Path
    result: Path
    prepare: Callable[[], None]
    added: str = ""
    missing: str = ""
    standing: Standing | None = None


PRESS = ("cold", "same", "edit", "page", "watch")
BASELINE = "baseline"
NAMES = (BASELINE, *PRESS, "typst", "typst-kept", "chromium")
"""All of them, in the order in which they take turns; the press's own are a row in which each needs the one before."""


def environment() -> Mapping[str, str]:
    """The variables of every command: this one's, and where the press's code is.

    Python keeps what it has compiled, as it does unless it is told not to: else every run would compile the press
    again, which nobody's second run does.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": str(ROOT)
    }


def runners(folder: Path, chapters: int) -> tuple[Runner, ...]:
    """Everything that can be measured on a report of so many chapters, which is written into a folder."""
    made = (*_press(folder / "press", chapters), *_others(folder / "plain", chapters))
    by_name = {runner.name: runner for runner in made}
    return tuple(by_name[name] for name in NAMES)


# ---------------------------------------------------------------- the press


def _press(folder: Path, chapters: int) -> tuple[Runner, ...]:
    """The press cold, unchanged, with two edits."""
    report, build = folder / "content" / REPORT, folder / "build"
    result = build / REPORT / f"{REPORT}.pdf"
    commands = ((sys.executable, "-m", "pipeline", "build", REPORT, "--to", "pdf"),)
    write_report(report, chapters)

    def write(number: int, added: str) -> None:
        write_section(report, chapter(number, chapters), added)

    def start_afresh() -> None:
        shutil.rmtree(build, ignore_errors=True)
        undo()

    def undo_and_lengthen() -> None:
        write(middle(chapters), "")
        _run_unmeasured(commands[0], folder)  # the pages are the old ones again, and the press knows them
        write(early, PAGE)

    def undo() -> None:
        write(middle(chapters), "")
        write(early, "")

    early = min(2, chapters)
    watching = Standing(
        (sys.executable, "-m", "pipeline", "watch", REPORT),
        "waiting for changes",
        lambda _: write(middle(chapters), SAVED),
    )
    return (
        Runner("cold", "press, cold", commands, folder, result, start_afresh),
        Runner("same", "press, nothing changed", commands, folder, result, lambda: None),
        Runner(
            "edit", "press, one paragraph edited", commands, folder, result, lambda: write(middle(chapters), EDIT), EDIT
        ),
        Runner("page", "press, a page added in front", commands, folder, result, undo_and_lengthen, PAGE),
        Runner("watch", "press watching, a paragraph saved", (), folder, result, undo, SAVED, standing=watching),
    )


def _run_unmeasured(command: Command, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=dict(environment()), capture_output=True, check=False)
    if done.returncode != 0:
        raise CommandFailedError(f"the build before the edit ended with status {done.returncode}")


# ---------------------------------------------------------------- the plain pipeline and the peers


def _others(folder: Path, chapters: int) -> tuple[Runner, ...]:
    edited = write_plain(folder, chapters, SAVED).read_bytes()
    report = write_plain(folder, chapters)
    before = report.read_bytes()
    _lay_out_tools(folder)

    def runner(name: str, title: str, *commands: Command, missing: str = "") -> Runner:
        result = folder / f"{name}.pdf"
        return Runner(name, title, commands, folder, result, lambda: result.unlink(missing_ok=True), missing=missing)

    def save(tells: IO[bytes]) -> None:
        report.write_bytes(edited)
        tells.write(b"\n")
        tells.flush()

    page, typeset = _pandoc("html5", "page.html", "report.html"), _pandoc("typst", "report.typ", "typeset.typ")
    no_typst = "" if find_spec("typst") else 'pip install ".[bench]" installs Typst'
    kept = Standing((sys.executable, "keep_typst.py", "typeset.typ", "kept.pdf", "fonts", *typeset), "waiting", save)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    return (
        runner(
            "baseline",
            "plain pipeline: pandoc, WeasyPrint",
            page,
            (sys.executable, "-m", "weasyprint", "--pdf-variant", "pdf/ua-1", "report.html", "baseline.pdf"),
            missing="" if _has_subsetter() else "WeasyPrint is slow without HarfBuzz-Subset (libharfbuzz-subset0)",
        ),
        runner(
            "typst",
            "pandoc, Typst",
            typeset,
            (sys.executable, "compile_typst.py", "typeset.typ", "typst.pdf", "fonts"),
            missing=no_typst,
        ),
        Runner(
            "typst-kept",
            "pandoc, Typst kept loaded, a paragraph saved",
            (),
            folder,
            folder / "kept.pdf",
            lambda: _write_back(report, before),
            SAVED,
            no_typst,
            kept,
        ),
        runner(
            "chromium",
            "pandoc, Chromium (no notes at the foot, no page references)",
            page,
            (
                chromium,
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
                *("--print-to-pdf=chromium.pdf", (folder / "report.html").absolute().as_uri()),
            ),
            missing="" if chromium else "there is no chromium on the PATH",
        ),
    )


def _has_subsetter() -> bool:
    """Whether WeasyPrint is installed as its makers want it; else it spends a quarter of a minute on fonts."""
    from weasyprint.text.ffi import harfbuzz_subset

    return bool(harfbuzz_subset)


def _write_back(report: Path, before: bytes) -> None:
    report.write_bytes(before)


def _pandoc(writer: str, template: str, result: str) -> Command:
    styles = [f"--css={name}.css" for name in ("tokens", "base", "print", "plain")] if writer == "html5" else []
    return (
        str(toolchain.pandoc()),
        *("report.md", "--from=markdown+smart", "--citeproc", f"--csl={STYLE}.csl", "--bibliography=works.json"),
        *("--metadata=reference-section-title:Bibliography", "--lua-filter=plain.lua", "--wrap=none"),
        *(f"--to={writer}", f"--template={template}", *styles, f"--output={result}"),
    )


def _lay_out_tools(folder: Path) -> None:
    """Put style sheets, typefaces, citation style, filter and templates beside the report."""
    (folder / "fonts").mkdir(exist_ok=True)
    for name, font in toolchain.fonts().items():
        shutil.copyfile(font, folder / name)
    for sheet in ("tokens", "base", "print"):
        shutil.copyfile(ROOT / "templates" / "css" / f"{sheet}.css", folder / f"{sheet}.css")
    shutil.copyfile(toolchain.citation_styles() / f"{STYLE}.csl", folder / f"{STYLE}.csl")
    for file in PLAIN.iterdir():
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
