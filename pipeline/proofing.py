"""Every edition is read back aside, and published only when all of them are proved."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline import __version__
from pipeline.cache import Cache
from pipeline.check import Checked
from pipeline.diagnostics import Findings, has_errors
from pipeline.document import Document
from pipeline.editions import FORMS, Made, places_of
from pipeline.outcome import Artefact, Edition, Progress
from pipeline.package import publish
from pipeline.verify.ace import prove_claim
from pipeline.verify.epub import check_epub
from pipeline.verify.gate.page import conformance_page
from pipeline.verify.parity import Compared, Done, check_parity, compare_source
from pipeline.verify.parity_text import Sources
from pipeline.verify.proving import Proof, prove
from pipeline.workspace import Workspace

UNPROVED = "unproved"  # the folder, beside the published files, of what failed


def compared_with_sources(document: Document, checked: Checked, cache: Cache) -> Compared | None:
    """The text of the document held against what the authors wrote; None when it is not well-formed."""
    return compare_source(document, _sources(checked), cache)


def _sources(checked: Checked) -> Sources:
    return Sources(checked.report, checked.index, checked.places.of)


def proved_and_published(
    made: list[Made],
    document: Document,
    checked: Checked,
    workspace: Workspace,
    progress: Progress,
    findings: Findings,
) -> tuple[Artefact, ...]:
    """Verify every edition aside; publish all of them, or none."""
    slug = checked.report.slug
    folder = workspace.build / slug
    folder.mkdir(parents=True, exist_ok=True)
    artefacts: list[Artefact] = []
    proofs: list[Proof] = []
    compared: Done | None = None
    sources = _sources(checked)
    epoch, cache = workspace.epoch(document.imprint.date), Cache(workspace.cache)
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=folder) as aside:
        finished = [Path(aside) / item.edition.file_name(slug) for item in made]
        for item, path in zip(made, finished, strict=True):
            path.write_bytes(item.data)
            _see_to_the_disk(path)
        for item, path in zip(made, finished, strict=True):
            progress(f"verifying the {item.edition.name}")
            if item.edition is Edition.EPUB:
                checks = check_epub(path, findings)
                if checked.report.settings.accessibility.certified_by:
                    place = checked.report.place.at("accessibility", "certified-by")
                    checks += (prove_claim(path, workspace.reader, place, findings),)
            else:
                form, locate = FORMS[item.edition], places_of(item.words, checked).of
                written = sources if item.edition is Edition.PDF else None
                proofs.append(prove(path, item.words, form, epoch, cache, findings, locate, written, item.source))
                checks = proofs[-1].checks
                compared = compared or proofs[-1].compared
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            artefacts.append(Artefact(folder / path.name, item.edition, item.pages, checks, digest))
        progress("comparing the editions with the sources")
        paths = {item.edition: path for item, path in zip(made, finished, strict=True)}
        pdf, epub = paths.get(Edition.PDF), paths.get(Edition.EPUB)
        parity = check_parity(document, sources, cache, findings, pdf, epub, compared)
        artefacts[-1:] = [replace(last, checks=last.checks + parity) for last in artefacts[-1:]]
        if has_errors(checked.judged(findings, workspace)):
            _leave_unproved(folder / UNPROVED, finished, document, proofs)
            return ()
        for path in finished:
            _see_to_the_disk(path)  # with what it declares
        for artefact, path in zip(artefacts, finished, strict=True):  # what was verified, and in one step
            path.replace(artefact.path)
    shutil.rmtree(folder / UNPROVED, ignore_errors=True)
    _write_conformance(folder, document, proofs)
    return tuple(artefacts)


def _leave_unproved(folder: Path, finished: list[Path], document: Document, proofs: list[Proof]) -> None:
    """Keep what failed where it can be looked at, and where nobody takes it for the report."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in finished:
        path.replace(folder / path.name)
    _write_conformance(folder, document, proofs)


def _write_conformance(folder: Path, document: Document, proofs: list[Proof]) -> None:
    if proofs:
        held = [(proof.examination, proof.others) for proof in proofs]
        page = conformance_page(document.imprint.title, document.imprint.lang, held, f"Proofpress {__version__}")
        publish(folder / "conformance.html", page)


def _see_to_the_disk(path: Path) -> None:
    """Have a file on the disk, and not only promised, before it takes the place of another."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
