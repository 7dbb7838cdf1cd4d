"""A report printed as the press does it, kept with its document, so that a changed file can be held against both."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.cache import Cache
from pipeline.checks import CheckState
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.document import Document
from pipeline.render.forms import SCREEN_FORM, Attached, Design
from pipeline.render.pdf import print_pdf
from pipeline.templating import Templates
from pipeline.verify.proving import prove
from pipeline.workspace import templates_folder
from tests.composing import composed

EPOCH = 1795435200
NO_CACHE = Cache(Path(os.devnull) / "cache")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A report's PDF and what it was made from."""

    path: Path
    document: Document


def press_report(report: Path, folder: Path) -> Pressed:
    """Print a report and prove it; it is proved, or the test has no ground to stand on."""
    content = folder / "content" / report.name
    shutil.copytree(report, content)
    document = composed(content).document
    templates = Templates(templates_folder(), None, Path.as_posix, {})
    attached = (Attached("data.csv", "text/csv", b"a,b\n1,2\n", "Data"),)
    findings = Findings()
    printed = print_pdf(document, Design("A4", (), ()), templates, EPOCH, NO_CACHE, findings, attached=attached)
    path = folder / f"{report.name}.pdf"
    path.write_bytes(printed.data)
    found, failed = proved(path, document)
    assert (found, failed) == ((), ()) and not findings.all(), (found, failed, findings.all())
    return Pressed(path, document)


def proved(path: Path, document: Document, cache: Cache = NO_CACHE) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    """What is found in a file, and the checks that fail; the file declares itself when nothing is."""
    findings = Findings()
    proof = prove(path, document, SCREEN_FORM, EPOCH, cache, findings)
    return findings.all(), tuple(check.name for check in proof.checks if check.state is CheckState.FAILED)
