"""Ask the official EPUBCheck program what it thinks of an EPUB, and believe it only when it finished."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import toolchain
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span, declare

EPUBCHECK_ERROR = declare(
    "EPUB001",
    "epubcheck-error",
    Severity.ERROR,
    """
    EPUBCheck, the official checker, found an error in the EPUB. Shops refuse such a book.

    The code behind our own is EPUBCheck's; its meaning is explained at https://www.w3.org/publishing/epubcheck/.
    Most often a template of the report writes markup that EPUB does not allow.
    """,
)

EPUBCHECK_WARNING = declare(
    "EPUB002",
    "epubcheck-warning",
    Severity.WARNING,
    """
    EPUBCheck, the official checker, warns of something in the EPUB. Some reading systems will mind it.
    """,
)

EPUBCHECK_BROKE = declare(
    "TOOL011",
    "epubcheck-broke-off",
    Severity.WARNING,
    """
    EPUBCheck broke off, did not end in time, or gave half an answer, so the EPUB was not checked by it.

    The check counts as not run and never as passed. Try `java -jar epubcheck.jar BOOK.epub` by hand; a lack
    of memory is the usual cause.
    """,
)

NAME = "EPUBCheck"
_HEAP = "-Xmx512m"
_SEVERITIES = {"FATAL": EPUBCHECK_ERROR, "ERROR": EPUBCHECK_ERROR, "WARNING": EPUBCHECK_WARNING}
_SILENT = frozenset({"INFO", "USAGE", "SUPPRESSED"})
_COUNTS = {"FATAL": "nFatal", "ERROR": "nError", "WARNING": "nWarning"}
_LONGEST_MESSAGE = 300  # characters; EPUBCheck lists every element that would have been allowed


@dataclass(frozen=True, slots=True)
class _Message:
    id: str
    severity: str
    text: str
    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Answer:
    version: str
    messages: tuple[_Message, ...]


class _NoAnswerError(Exception):
    """The program gave no whole answer; the message says why."""


def run_epubcheck(path: Path, shown: str, findings: Findings, timeout: float) -> CheckResult:
    """Run EPUBCheck on a file and turn its messages into findings.

    Args:
        path: the EPUB.
        shown: how the file is named in findings.
        findings: takes its errors and warnings, with EPUBCheck's code in `foreign`.
        timeout: seconds after which it is stopped.
    """
    java, jar = toolchain.java(), toolchain.epubcheck_jar()
    if java is None or jar is None:
        missing = "no Java is installed" if java is None else 'the package "epubcheck" is not installed'
        return CheckResult(NAME, CheckState.NOT_RUN, missing)
    try:
        answer = _ask(java, jar, path, timeout)
    except _NoAnswerError as reason:
        findings.add(EPUBCHECK_BROKE.at(Span(shown), f"EPUBCheck {reason}"))
        return CheckResult(NAME, CheckState.NOT_RUN, str(reason))
    errors = warnings = 0
    for message in answer.messages:
        if message.severity in _SILENT:
            continue
        rule = _SEVERITIES[message.severity]
        errors += rule is EPUBCHECK_ERROR
        warnings += rule is EPUBCHECK_WARNING
        place = Span(f"{shown}/{message.path}" if message.path else shown, message.line, message.column)
        findings.add(Diagnostic(rule, place, message.text, foreign=message.id))
    state = CheckState.FAILED if errors else CheckState.PASSED
    return CheckResult(f"{NAME} {answer.version}", state, f"{errors} errors, {warnings} warnings")


def _ask(java: Path, jar: Path, path: Path, timeout: float) -> _Answer:
    """EPUBCheck's whole answer.

    Raises:
        _NoAnswerError: when it crashed, ran too long, or its answer is not whole.
    """
    with tempfile.TemporaryDirectory(prefix="proofpress-") as folder:
        report, log = Path(folder, "epubcheck.json"), Path(folder, "epubcheck.log")
        command = [
            *(
                str(java),
                _HEAP,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                "-Dfile.encoding=UTF-8",
            ),
            *("-jar", str(jar), "--locale", "en", "--json", str(report), str(path.absolute())),
        ]
        code = _run(command, log, timeout)
        if code not in {0, 1}:  # 1: the book has errors
            raise _NoAnswerError(f"broke off with exit code {code}{_last_words(log)}")
        try:
            answer = _read(json.loads(report.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise _NoAnswerError(f"gave no answer{_last_words(log)}") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _NoAnswerError(f"gave half an answer ({type(error).__name__}: {error})") from error
    failed = any(_SEVERITIES.get(message.severity) is EPUBCHECK_ERROR for message in answer.messages)
    if failed != (code == 1):
        raise _NoAnswerError(f"contradicts itself: exit code {code}, but its report says otherwise")
    return answer


def _run(command: list[str], log: Path, timeout: float) -> int:
    """Run a program to its end, or end it and all that it started.

    Its words go to a file: a pipe would stay open for as long as any child of it lives.

    Raises:
        _NoAnswerError: when it cannot be started or does not end in time.
    """
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                start_new_session=True,
            )
        except OSError as error:
            raise _NoAnswerError(f"cannot be started: {error}") from error
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise _NoAnswerError(f"did not end within {timeout:g} seconds") from None
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f": {lines[-1].strip()[:_LONGEST_MESSAGE]}" if lines else ""


def _read(report: dict[str, Any]) -> _Answer:
    """The messages of a report; a field that is missing or of another kind raises."""
    checker = report["checker"]
    messages = tuple(message for entry in report["messages"] for message in _places(entry))
    counted = {severity: int(checker[field]) for severity, field in _COUNTS.items()}
    for severity, number in counted.items():
        if bool(number) != any(message.severity == severity for message in messages):
            raise ValueError(f"{number} of {severity} counted, another number told")
    return _Answer(str(checker["checkerVersion"]), messages)


def _places(entry: dict[str, Any]) -> Iterator[_Message]:
    """A message, once for each place it names."""
    severity, text = str(entry["severity"]), " ".join(str(entry["message"]).split())
    if severity not in _SEVERITIES and severity not in _SILENT:
        raise ValueError(f'unknown severity "{severity}"')
    if len(text) > _LONGEST_MESSAGE:
        text = f"{text[:_LONGEST_MESSAGE].rsplit(' ', 1)[0]} …"
    for place in entry["locations"] or [{"path": "", "line": 0, "column": 0}]:
        line, column = (max(int(place[field]), 0) for field in ("line", "column"))
        yield _Message(str(entry["ID"]), severity, text, str(place["path"] or ""), line, column)
