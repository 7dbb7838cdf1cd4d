"""The run as a whole: what stops it, what it publishes, and what a hostile machine or report can do to it.

The editions themselves are made and read back in other files; here most of them are stand-ins, so that what goes wrong
can be chosen.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import build as building
from pipeline import proofing
from pipeline.ahead import Ahead
from pipeline.checks import CheckResult, CheckState
from pipeline.cli import press
from pipeline.diagnostics import Findings, Rule, Severity, Span, StageFailedError
from pipeline.document import Document
from pipeline.render import printing
from pipeline.render.pagemap import PageMap
from pipeline.render.pdf import PrintedPdf
from pipeline.toolchain import ToolMissingError
from pipeline.verify.gate.examine import Examination
from pipeline.verify.proving import Proof
from tests.composing import Composed, composed, workspace_of, write_report
from tests.documents import RICH
from tests.readings import CLEAN

ROOT = Path(__file__).resolve().parent.parent
LATE = Rule("WPR901", "late-fault", Severity.ERROR, "Late.")
ODD = Rule("WPR902", "odd-thing", Severity.WARNING, "Odd.")
SECRET = "root:x:0:0:the secret of this machine"
BESIDE = ("conformance.html", proofing.UNPROVED)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'


@dataclass
class StandIns:
    """What the stand-ins for the stages after the composition do, and what was asked of them."""

    pdf: bytes = b"%PDF new"
    epub: bytes = b"EPUB new"
    render: Callable[[Findings], None] = lambda findings: None
    verify: Callable[[Path, Findings], None] = lambda path, findings: None
    stages: list[str] = field(default_factory=list)


class AtHand(Ahead):
    """The printer in this process, where stand-ins can be seen at work."""

    def __init__(self, module: str, *, now: bool = True, ready: object = None) -> None:
        super().__init__(module, now=False, ready=ready)
        self._forks = False


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one sound report, in which the command is started."""
    write_report(tmp_path, {"sec-a": "Text.[^n]"}, notes="- {id: n, text: N}\n", sources="")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def composition() -> str:
    """What is composed: the report itself, or always the same document."""
    return "stand-in"


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch, composition: str) -> StandIns:
    made = StandIns()

    def print_pdf(document: object, design: object, templates: object, epoch: int, cache: object, findings: Findings,
                  locate: object, attached: object, form: object) -> PrintedPdf:  # fmt: skip
        made.stages.append("pdf")
        made.render(findings)
        return PrintedPdf(made.pdf, 7, (), (), 1, ())

    def write_epub(document: object, colors: object, templates: object, epoch: int, findings: Findings, pages: object,
                   *, fonts: bool, certified_by: str) -> bytes:  # fmt: skip
        made.stages.append("epub")
        made.render(findings)
        return made.epub

    def pages_of(*arguments: object) -> PageMap:
        made.stages.append("pages")
        return PageMap("urn:x", ())

    def check(path: Path, *more: object) -> tuple[CheckResult, ...]:
        made.stages.append(f"verify {path.suffix[1:]}")
        findings = next(value for value in more if isinstance(value, Findings))
        made.verify(path, findings)
        return (CheckResult("stand-in", CheckState.PASSED, ""),)

    def prove(path: Path, *more: object) -> Proof:
        return Proof(check(path, *more), Examination(path.name, (), (), (), 7), ())

    def compose(*arguments: object) -> Document:
        return RICH

    if composition == "stand-in":
        monkeypatch.setattr(building, "compose", compose)
    monkeypatch.setattr("pipeline.ahead.Ahead", AtHand)
    monkeypatch.setattr(building, "Ahead", AtHand)
    monkeypatch.setattr(printing, "print_pdf", print_pdf)
    monkeypatch.setattr("pipeline.render.epub.write_epub", write_epub)
    monkeypatch.setattr(proofing, "prove", prove)
    monkeypatch.setattr("pipeline.render.pagination.pages_of", pages_of)
    monkeypatch.setattr(proofing, "check_epub", check)
    monkeypatch.setattr(proofing, "check_parity", lambda *_: ())
    return made


@pytest.fixture
def last_good(project: Path) -> dict[str, tuple[bytes, int]]:
    """Editions of an earlier run, with the moment at which they were written."""
    folder = project / "build" / "small"
    folder.mkdir(parents=True)
    for name in ("small.pdf", "small.epub"):
        (folder / name).write_bytes(b"the last good " + name.encode())
        os.utime(folder / name, ns=(1_000_000_000, 1_000_000_000))
    return published(project)


def published(project: Path) -> dict[str, tuple[bytes, int]]:
    """The editions in build/small, and whatever else is left there but what is said about them."""
    folder = project / "build" / "small"
    paths = [path for path in folder.iterdir() if path.name not in BESIDE] if folder.is_dir() else []
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(press, list(arguments), prog_name="proofpress")


def retouch(project: Path) -> None:
    section = project / "content" / "small" / "sections" / "001-sec-a.md"
    section.write_text(section.read_text("utf-8").replace("Text.", "Texts."), "utf-8")


def spoil(project: Path) -> None:
    section = project / "content" / "small" / "sections" / "001-sec-a.md"
    section.write_text(section.read_text("utf-8").replace("Text.", "Text @fig-none."), "utf-8")


def fault(findings: Findings) -> None:
    findings.add(LATE.at(Span("small.pdf"), "late"))


# ---------------------------------------------------------------- what is published, and when


def test_a_sound_report_is_made_verified_and_published(project: Path, stand_ins: StandIns) -> None:
    stand_ins.render = lambda findings: findings.add(ODD.at(Span("small.pdf"), "odd"))
    result = run("build")
    assert (result.exit_code, stand_ins.stages) == (0, ["pdf", "epub", "verify pdf", "verify epub"])
    assert {name: data for name, (data, _) in published(project).items()} == {
        "small.pdf": b"%PDF new",
        "small.epub": b"EPUB new",
    }
    assert "7 pages" in result.stdout


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_an_unchanged_report_is_told_as_before_and_no_stage_runs(project: Path, stand_ins: StandIns, form: str) -> None:
    stand_ins.render = lambda findings: findings.add(ODD.at(Span("content/small/report.yaml", 1, 8, 9), "odd", "even"))
    first = run("build", "--format", form)
    assert first.exit_code == 0 and "WPR902" in first.stdout
    stages, files = list(stand_ins.stages), published(project)
    second = run("build", "--format", form)
    assert (second.exit_code, second.stdout) == (0, first.stdout)
    assert second.stderr == "small: nothing has changed\n"
    assert (stand_ins.stages, published(project)) == (stages, files)
    retouch(project)
    assert run("build", "--keep-going").exit_code == 0
    assert stand_ins.stages == stages * 2


@pytest.mark.parametrize("options", [(), ("--keep-going",)])
def test_an_error_is_found_again_in_every_run(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]], options: tuple[str, ...]
) -> None:
    stand_ins.render = fault
    first, second = run("build", *options), run("build", *options)
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert second.stdout == first.stdout
    assert stand_ins.stages.count("pdf") == 2
    assert published(project) == last_good


def test_what_was_verified_is_what_is_published(project: Path, stand_ins: StandIns) -> None:
    read: list[bytes] = []
    stand_ins.verify = lambda path, findings: read.append(path.read_bytes())
    assert run("build").exit_code == 0
    assert read == [b"%PDF new", b"EPUB new"]


def test_one_edition_leaves_the_other_alone(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    assert run("build", "--to", "epub").exit_code == 0
    assert stand_ins.stages == ["pages", "epub", "verify epub"]
    now = published(project)
    assert now["small.pdf"] == last_good["small.pdf"]
    assert now["small.epub"][0] == b"EPUB new"


def _claim(project: Path) -> None:
    settings = project / "content" / "small" / "report.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}accessibility: {{certified-by: An Examiner}}\n", "utf-8")


@pytest.mark.usefixtures("stand_ins")
def test_a_claim_that_was_not_proved_is_not_published(project: Path, last_good: dict[str, tuple[bytes, int]]) -> None:
    """DAISY Ace is not installed in this project."""
    _claim(project)
    result = run("build")
    assert result.exit_code == 1
    assert "report.yaml:9:31: error EPUB011 claim-not-proved: the EPUB cannot be called accessible" in result.stdout
    assert published(project) == last_good


@pytest.mark.usefixtures("stand_ins")
def test_a_claim_that_was_proved_is_published(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def proved(path: Path, *_: object) -> CheckResult:
        assert path.read_bytes() == b"EPUB new"
        return CheckResult("DAISY Ace", CheckState.PASSED, "0 violations in 3 files")

    monkeypatch.setattr(proofing, "prove_claim", proved)
    _claim(project)
    result = run("build")
    assert result.exit_code == 0
    assert "passed   DAISY Ace: 0 violations in 3 files" in result.stdout


def test_an_error_in_the_sources_stops_before_anything_is_made(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    spoil(project)
    result = run("build")
    assert (result.exit_code, stand_ins.stages) == (1, [])
    assert "XREF001" in result.stdout
    assert published(project) == last_good


@pytest.mark.parametrize("composition", ["real"])
def test_an_error_of_the_composition_stops_before_pages_are_laid_out(
    project: Path, composition: str, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    section = project / "content" / "small" / "sections" / "001-sec-a.md"
    section.write_text(section.read_text("utf-8") + "\n::: box\nnever closed\n", "utf-8")
    result = run("build")
    assert (result.exit_code, stand_ins.stages) == (1, [])
    assert "001-sec-a.md:8:1: error PDC001" in result.stdout
    assert published(project) == last_good


@pytest.mark.parametrize("composition", ["real"])
def test_keep_going_finds_more_and_publishes_nothing(
    project: Path, composition: str, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    spoil(project)
    stand_ins.render = fault
    result = run("build", "--keep-going")
    assert (result.exit_code, stand_ins.stages) == (1, ["pdf", "epub"])
    assert "XREF001" in result.stdout and "WPR901" in result.stdout
    assert published(project) == last_good


@pytest.mark.parametrize("options", [(), ("--keep-going",)])
@pytest.mark.parametrize("stage", ["render", "verify"])
def test_an_error_of_a_late_stage_publishes_nothing(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]], options: tuple[str, ...], stage: str
) -> None:
    if stage == "render":
        stand_ins.render = fault
    else:
        stand_ins.verify = lambda path, findings: fault(findings) if path.suffix == ".epub" else None
    result = run("build", *options)
    assert result.exit_code == 1
    assert result.stdout.count("WPR901") == 1
    assert published(project) == last_good
    aside = project / "build" / "small" / proofing.UNPROVED
    left = {path.name for path in aside.iterdir()} if aside.is_dir() else set()
    assert left == ({"small.pdf", "small.epub", "conformance.html"} if stage == "verify" else set())


def test_what_failed_once_does_not_stay_when_all_is_well_again(project: Path, stand_ins: StandIns) -> None:
    stand_ins.verify = lambda path, findings: fault(findings)
    assert run("build").exit_code == 1
    aside = project / "build" / "small" / proofing.UNPROVED
    assert aside.is_dir()
    stand_ins.verify = lambda path, findings: None
    assert run("build").exit_code == 0
    assert not aside.exists()


def test_a_stage_that_gives_up_ends_neither_the_other_edition_nor_the_run(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    def give_up(findings: Findings) -> None:
        raise StageFailedError(LATE.at(Span(f"stage {len(stand_ins.stages)}"), "gave up"))

    stand_ins.render = give_up
    result = run("build", "--keep-going")
    assert (result.exit_code, result.stdout.count("WPR901")) == (1, 2)
    assert published(project) == last_good


def test_what_a_late_stage_trips_over_after_errors_is_no_news(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    def trip(findings: Findings) -> None:
        raise KeyError("fig-none")

    stand_ins.render = trip
    result = run("build")
    assert result.exit_code == 70, "without errors before, it is a fault of the press"
    spoil(project)
    result = run("build", "--keep-going")
    assert result.exit_code == 1
    assert "XREF001" in result.stdout and "KeyError" not in result.output
    assert published(project) == last_good


def test_a_missing_tool_is_told_in_spite_of_errors(project: Path, stand_ins: StandIns) -> None:
    def missing(findings: Findings) -> None:
        raise ToolMissingError("no fonts")

    spoil(project)
    stand_ins.render = missing
    assert run("build", "--keep-going").exit_code == 3


def test_a_landing_page_with_a_fault_is_a_finding_and_the_editions_stay(project: Path, stand_ins: StandIns) -> None:
    template = project / "content" / "small" / "templates" / "dist" / "index.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{{ nothing }}")
    result = run("dist")
    assert result.exit_code == 1
    assert "templates/dist/index.html.j2:1: error TPL001" in result.stdout
    assert set(published(project)) == {"small.pdf", "small.epub"}


@pytest.mark.parametrize("composition", ["real"])
def test_the_data_that_is_handed_on_is_what_was_printed(project: Path, stand_ins: StandIns) -> None:
    """Also when somebody changes the file while the editions are being made."""
    tables = "- {id: tbl-a, data: data/a.csv, caption: Counts, columns: [{name: a, title: A}]}\n"
    body = "As @tbl-a says.\n\n::: {#tbl-a}\n:::"
    folder = write_report(project, {"sec-a": body}, sources="", tables=tables, files={"data/a.csv": "a\n1\n"})
    shutil.rmtree(folder / "notes")

    def change_the_file(path: Path, findings: Findings) -> None:
        (folder / "data" / "a.csv").write_text("a\n2\n", "utf-8")

    stand_ins.verify = change_the_file
    result = run("dist")
    assert result.exit_code == 0, result.output
    dist = project / "build" / "small" / "dist"
    assert (dist / "small-1.0.0-data" / "a.csv").read_bytes() == b"a\n1\n"
    assert (folder / "data" / "a.csv").read_bytes() == b"a\n2\n"


# ---------------------------------------------------------------- a hostile machine


def test_a_file_that_cannot_take_its_place_leaves_the_old_ones(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "build/small/small.pdf")

    monkeypatch.setattr(os, "fsync", full)
    result = run("build")
    assert result.exit_code == 2
    assert "the disk is full" in result.stderr and "stay as they were" in result.stderr
    assert published(project) == last_good
    assert stand_ins.stages == ["pdf", "epub"], "nothing was verified that is not on the disk"


@pytest.fixture
def small_disk(project: Path) -> Iterator[Path]:
    """A disk of four megabytes under build/."""
    folder = project / "build"
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def test_a_full_disk_is_told_plainly_and_leaves_the_last_good_files(
    project: Path, small_disk: Path, stand_ins: StandIns
) -> None:
    assert run("build").exit_code == 0
    before = published(project)
    retouch(project)
    stand_ins.pdf, stand_ins.epub = b"%PDF" + b"x" * 3_000_000, b"E" * 3_000_000
    result = run("build")
    assert result.exit_code == 2, result.output
    assert "the disk is full" in result.stderr
    assert published(project) == before
    assert "Traceback" not in result.output


def test_a_build_folder_that_is_a_file_is_told_plainly(project: Path, stand_ins: StandIns) -> None:
    (project / "build").write_text("in the way")
    result = run("build")
    assert result.exit_code == 2
    assert "a part of the path is a file" in result.stderr or "a file stands where a folder is needed" in result.stderr


def test_an_interruption_while_verifying_leaves_nothing_behind(
    project: Path, stand_ins: StandIns, last_good: dict[str, tuple[bytes, int]]
) -> None:
    def interrupt(path: Path, findings: Findings) -> None:
        raise KeyboardInterrupt

    stand_ins.verify = interrupt
    result = run("build")
    assert result.exit_code == 130
    assert published(project) == last_good


@pytest.mark.artefact
def test_a_build_ended_by_the_system_leaves_the_last_good_files(tmp_path: Path) -> None:
    shutil.copytree(CLEAN, tmp_path / "content" / "small")
    folder = tmp_path / "build" / "small"
    folder.mkdir(parents=True)
    (folder / "small.pdf").write_bytes(b"old")
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "build", "--to", "pdf"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while "laying out pages" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=600)
    assert process.returncode == 143
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"small.pdf": b"old"}


GUARD = """\
import socket, sys
def closed(*_):
    raise SystemExit("the press asked for the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = closed
from pipeline.cli import main
main()
"""


@pytest.mark.artefact
def test_a_build_needs_no_network(tmp_path: Path) -> None:
    report = tmp_path / "content" / "clean"
    shutil.copytree(CLEAN, report)
    settings = report / "report.yaml"
    # A dependent style: pandoc by itself would fetch the one that it follows.
    settings.write_text(settings.read_text("utf-8") + "citations: {style: 2d-materials}\n", "utf-8")
    command = [sys.executable, "-c", GUARD, "build", "clean", "-q"]
    closed = ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") and subprocess.run([*closed, "true"], capture_output=True, check=False).returncode == 0:
        command = closed + command
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (tmp_path / "build" / "clean").iterdir()} == {
        "clean.pdf",
        "clean.epub",
        "conformance.html",
    }


# ---------------------------------------------------------------- a hostile report


@pytest.fixture(scope="module")
def thief(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Composed]:
    """A report that asks in every way that there is for a file that is not its own."""
    root = tmp_path_factory.mktemp("thief")
    outside = root / "outside"
    (outside / "css").mkdir(parents=True)
    for name in ("secret.svg", "secret.csv", "secret.css", "secret.csl", "secret.md", "secret.yaml", "css/print.css"):
        (outside / name).write_text(SECRET)
    report = write_report(
        root,
        {
            "sec-a": "Text.\n\n::: {#fig-a}\n:::\n\n::: {#fig-b}\n:::\n\n::: {#fig-c}\n:::\n\n::: {#tbl-a}\n:::\n\n"
            "![One](../../outside/secret.svg){fig-alt=x}\n\n![Two](images/link.svg){fig-alt=x}\n\n"
            "![Three](/etc/passwd){fig-alt=x}\n\n![Four](file:///etc/passwd){fig-alt=x}\n\n[]{value=link.a.b}"
        },
        sources="",
        settings="design: {stylesheets: [../../outside/secret.css, link.css]}\ncitations: {style: link.csl}\n",
        figures=(
            "- {id: fig-a, file: ../../outside/secret.svg, alt: A, caption: A}\n"
            "- {id: fig-b, file: images/link.svg, alt: A, caption: B}\n"
            "- {id: fig-c, chart: link.vl.yaml, alt: A, caption: C}\n"
        ),
        tables=(
            "- {id: tbl-a, data: ../../outside/secret.csv, caption: C, columns: [{name: a, title: A, header: true}]}\n"
        ),
        files={
            "templates/manuscript/imprint.md.j2": '{% include "../../../outside/secret.md" %}',
            "templates/manuscript/colophon.md.j2": '{% include "/etc/passwd" %}',
            "templates/cover.svg.j2": '<svg>{% include "link.j2" %}</svg>',
            "images/own.svg": SVG,
        },
    )
    for link, target in (
        ("images/link.svg", "secret.svg"), ("link.css", "secret.css"), ("link.csl", "secret.csl"),
        ("data/link.csv", "secret.csv"), ("link.vl.yaml", "secret.yaml"), ("sections/900.md", "secret.md"),
        ("notes/link.yaml", "secret.yaml"), ("templates/link.j2", "secret.md"), ("templates/css", "css"),
    ):  # fmt: skip
        (report / link).parent.mkdir(exist_ok=True)
        (report / link).symlink_to(outside / target)
    return report, composed(report)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("figures.yaml:1:21", "SRC005"),
        ("figures.yaml:2:21", "SRC005"),
        ("figures.yaml:3:22", "SRC005"),
        ("tables.yaml:1:21", "SRC005"),
        ("report.yaml:8:24", "SRC005"),
        ("report.yaml:8:50", "SRC005"),
        ("report.yaml:9:20", "CITE005"),
        ("data/link.csv", "SRC005"),
        ("notes/link.yaml", "SRC005"),
        ("sections/900.md", "SRC005"),
        ("sections/001-sec-a.md:20:1", "SRC005"),
        ("sections/001-sec-a.md:22:1", "SRC005"),
        ("sections/001-sec-a.md:24:1", "SRC005"),
        ("sections/001-sec-a.md:26:1", "FIG006"),
        ("templates/manuscript/imprint.md.j2:1", "TPL002"),
        ("templates/manuscript/colophon.md.j2:1", "TPL002"),
        ("templates/cover.svg.j2:1", "TPL001"),
    ],
)
def test_a_file_outside_the_report_is_refused_at_its_place(thief: tuple[Path, Composed], place: str, code: str) -> None:
    found = {(str(finding.span).removeprefix("content/small/"), finding.rule.code) for finding in thief[1].findings}
    assert (place, code) in found


def test_nothing_of_it_comes_into_the_document_or_the_findings(thief: tuple[Path, Composed]) -> None:
    _, made = thief
    assert SECRET not in repr(made.document) and "root:" not in repr(made.document)
    assert SECRET not in repr(made.findings)
    assert all(SECRET.encode() not in asset.data for asset in made.document.assets)


@pytest.mark.artefact
def test_nothing_of_it_is_published(thief: tuple[Path, Composed], monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = thief
    outcome = building.build(report, building.HANDED_ON, workspace_of(report), lambda _stage: None, keep_going=True)
    assert outcome.artefacts == ()
    assert any(finding.rule.code == "TPL001" and "css" in finding.message for finding in outcome.findings)
    assert SECRET not in repr(outcome.findings)
    assert not (report.parent.parent / "build" / "small").exists()


@pytest.mark.process
@pytest.mark.artefact
def test_what_the_printer_finds_is_told_by_a_command_that_has_not_loaded_it(tmp_path: Path) -> None:
    """The printer is another process, and its kinds of findings are not those of the command's own modules."""
    report = tmp_path / "content" / "one"
    shutil.copytree(CLEAN, report)
    with (report / "report.yaml").open("a") as settings:
        settings.write("design: {stylesheets: [own.css]}\n")
    (report / "own.css").write_text("p { colour: red }\n")
    command = [sys.executable, "-m", "pipeline", "build", "one", "--to", "pdf", "--format", "json"]
    where = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=where, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "WPR001" in done.stdout and "own.css" in done.stdout and "colour" in done.stdout
