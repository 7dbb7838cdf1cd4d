"""Ask DAISY Ace, the accessibility checker for EPUB, what it thinks of a book.

Ace is a program for Node that opens every page in a browser. It is no part of the press: where Node, Ace or a
browser is missing the check is not run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span, declare
from pipeline.verify.text import shown

ACE_VIOLATION = declare(
    "EPUB010",
    "ace-violation",
    Severity.ERROR,
    """
    DAISY Ace found in the finished EPUB what some readers cannot use: a heading without words, a picture without
    a text in its place, a page list that leads nowhere.

    The code behind our own is that of Ace or of axe, which it uses; https://kb.daisy.org/publishing/ explains it.
    """,
)

CLAIM_NOT_PROVED = declare(
    "EPUB011",
    "claim-not-proved",
    Severity.ERROR,
    """
    The report names somebody who certifies that its EPUB is accessible, and DAISY Ace has not passed it: it found
    something, or was not run. A claim that was not proved is not published.

    What Ace can find is only a part of WCAG; the rest is what the certifier answers for.

    Good:  run `make reader`, which installs Ace; or take `accessibility: certified-by` out of report.yaml
    """,
)

ACE_BROKE = declare(
    "TOOL021",
    "ace-broke-off",
    Severity.WARNING,
    """
    DAISY Ace broke off, did not end in time, or gave half an answer, so the EPUB was not checked by it.

    The check counts as not run and never as passed.
    """,
)

NAME = "DAISY Ace"
_OLDEST_NODE = 20
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class AceTools:
    """What Ace needs: Node, its own program, a browser."""

    node: Path
    ace: Path
    browser: Path


class _NoAnswerError(Exception):
    """Ace gave no whole answer; the message says why."""


def find_browser() -> Path | None:
    """The system's Chromium, or None."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    return Path(found) if found else None


def find_node() -> tuple[Path | None, str]:
    """Node, or None and why it cannot be used."""
    found = shutil.which("node")
    if found is None:
        return None, "no Node is installed"
    try:
        answer = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=30, check=True)
        version = answer.stdout.strip().removeprefix("v")
        number = int(version.partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return None, f"Node does not tell its version: {error}"
    if number < _OLDEST_NODE:
        return None, f"Node {version} is too old, {_OLDEST_NODE} is needed"
    return Path(found), ""


def find_ace(modules: Path) -> tuple[AceTools | None, str]:
    """The tools for a check, or None and what is missing.

    Args:
        modules: the folder `node_modules` that Ace was installed in.
    """
    node, reason = find_node()
    ace = modules / "@daisy" / "ace-cli" / "bin" / "ace.js"
    browser = find_browser()
    if node is None:
        return None, reason
    if not ace.is_file():
        return None, 'Ace is not installed: run "make reader"'
    if browser is None:
        return None, "no Chromium is installed"
    return AceTools(node, ace, browser), ""


def prove_claim(path: Path, modules: Path, place: Span, findings: Findings) -> CheckResult:
    """Run Ace on a book that claims to be accessible.

    Args:
        path: the EPUB.
        modules: as in `find_ace`.
        place: where the claim stands.
        findings: takes the violations, and the claim itself when Ace has not passed the book.
    """
    result = run_ace(path, *find_ace(modules), findings)
    if result.state is not CheckState.PASSED:
        message = f"the EPUB cannot be called accessible: {result.name} {result.state.value}, {result.detail}"
        findings.add(CLAIM_NOT_PROVED.at(place, message, 'run "make reader", or make no claim'))
    return result


def run_ace(
    path: Path, tools: AceTools | None, reason: str, findings: Findings, *, timeout: float = 600.0
) -> CheckResult:
    """Run Ace on a file and turn its violations into findings.

    Args:
        path: the EPUB.
        tools: what `find_ace` found, or None.
        reason: why there are no tools.
        findings: takes the violations, with the code of Ace or axe in `foreign`.
        timeout: seconds after which it is stopped.
    """
    if tools is None:
        return CheckResult(NAME, CheckState.NOT_RUN, reason)
    try:
        version, documents, found = _ask(path, tools, timeout)
    except _NoAnswerError as error:
        findings.add(ACE_BROKE.at(Span(path.name), f"Ace {error}"))
        return CheckResult(NAME, CheckState.NOT_RUN, str(error))
    findings.extend(found)
    state = CheckState.FAILED if found else CheckState.PASSED
    return CheckResult(f"{NAME} {version}", state, f"{len(found)} violations in {documents} files")


def _ask(path: Path, tools: AceTools, timeout: float) -> tuple[str, int, list[Diagnostic]]:
    """The version of Ace, how many documents it looked at, and what it found.

    Raises:
        _NoAnswerError: when it crashed, ran too long, or its answer is not whole.
    """
    with tempfile.TemporaryDirectory(prefix="proofpress-") as folder:
        # Ace keeps its settings and log in the home folder; the one it gets is gone afterwards.
        told = {"PUPPETEER_EXECUTABLE_PATH": str(tools.browser), "HOME": folder, "XDG_CONFIG_HOME": folder}
        command = [str(tools.node), str(tools.ace), "--silent", "--outdir", f"{folder}/ace", str(path.absolute())]
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", **told}
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout
            )
        except OSError as error:
            raise _NoAnswerError(f"cannot be started: {error}") from error
        except subprocess.TimeoutExpired:
            raise _NoAnswerError(f"did not end within {timeout:g} seconds") from None
        try:
            report = json.loads(Path(folder, "ace", "report.json").read_text(encoding="utf-8"))
            documents = len(report["assertions"])
            version = str(report["earl:assertedBy"]["doap:release"]["doap:revision"])
            found = list(_violations(report, path.name))
            outcome = report["earl:result"]["earl:outcome"]
        except FileNotFoundError:
            last = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()[-1:]
            raise _NoAnswerError(f"gave no answer (exit code {done.returncode}){': '.join(['', *last])}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise _NoAnswerError(f"gave half an answer ({type(error).__name__}: {error})") from error
    if not documents or (outcome == "pass") != (not found):
        raise _NoAnswerError(f'contradicts itself: "{outcome}" with {len(found)} violations in {documents} files')
    return version, documents, found


def _violations(report: dict[str, Any], name: str) -> Iterator[Diagnostic]:
    for document in report["assertions"]:
        page = document["earl:testSubject"]["url"]
        for assertion in document["assertions"]:
            if assertion["earl:result"]["earl:outcome"] != "fail":
                continue
            test, result = assertion["earl:test"], assertion["earl:result"]
            message = (
                f"{test['dct:description']} ({test['earl:impact']}): {' '.join(result['dct:description'].split())}"
            )
            yield Diagnostic(ACE_VIOLATION, Span(f"{name}/{page}"), shown(message, 300), foreign=test["dct:title"])
