"""The only caller of pandoc: a batch of requests in one process, with its messages as values.

pandoc is started as seldom as can be, and each text is read on its own. Work with many texts is divided among
processors (`in_batches`). The program is `pandoc lua` with the script beside this file. Its time is bounded, and its
memory where the system can do that (Linux). It reads standard input only and has no reason to open any other file.
"""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pipeline import toolchain, workers
from pipeline.diagnostics import Severity, Span, StageFailedError, declare

Item = TypeVar("Item")
Result = TypeVar("Result")
SCRIPT = Path(__file__).with_name("pandoc.lua")
MEMORY = 3 << 30  # bytes
SECONDS = 600
LEAST, MOST = 60_000, 300_000  # characters of Markdown that a process gets, when there are more

PANDOC_WARNING = declare(
    "PDC001",
    "pandoc-warning",
    Severity.ERROR,
    """
    pandoc reports something odd in a section. Its own words are kept; a report that is clean makes it say
    nothing.

    Bad:   ::: {.box}
           a box that is never closed
    Good:  ::: {.box}
           a box
           :::
    """,
)

PANDOC_FAILED = declare(
    "PDC002",
    "pandoc-failed",
    Severity.ERROR,
    """
    pandoc stopped, took too long or needed too much memory. The message is its own.
    """,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One piece of work.

    Attributes:
        action: "read" (text to AST), "write" (AST to text), "citeproc" (AST to AST) or "version".
        text: the input; an AST is JSON text.
        format: the reader or writer with its extensions; "" for citeproc.
    """

    action: str
    text: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A line of pandoc's log.

    Attributes:
        kind: pandoc's name for it, `UnclosedDiv`.
        text: pandoc's words.
        line: 1-based line of the input; 0 when pandoc names none.
        column: 1-based column; 0 when pandoc names none.
    """

    kind: str
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What pandoc answered to one request; `error` is "" when it went well."""

    result: str
    log: tuple[Message, ...]
    error: str


def run(requests: tuple[Request, ...]) -> tuple[Reply, ...]:
    """Carry out all requests in one pandoc process.

    Returns:
        one reply for each request, in the same order.

    Raises:
        StageFailedError: when the process dies or exceeds its bounds.
        ToolMissingError: when there is no pandoc.
    """
    if not requests:
        return ()
    texts = [request.text.encode("utf-8") for request in requests]
    heads = [
        {"action": request.action, "format": request.format, "bytes": len(text)}
        for request, text in zip(requests, texts, strict=True)
    ]
    payload = b"".join((json.dumps(heads).encode("ascii"), b"\n", *texts))
    command = [str(toolchain.pandoc()), "lua", str(SCRIPT)]
    here = Span("pandoc")
    try:
        status, answer, messages = _carried_out(command, payload)
    except subprocess.TimeoutExpired as error:
        raise StageFailedError(PANDOC_FAILED.at(here, f"no answer within {SECONDS} seconds")) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StageFailedError(PANDOC_FAILED.at(here, f"cannot be started: {reason}", 'run "make setup"')) from error
    words = messages.decode("utf-8", "replace").strip().splitlines()
    said = words[-1] if words else "no message"
    line, _, results = answer.partition(b"\n")
    try:
        answers = json.loads(line)
    except ValueError as error:
        raise StageFailedError(PANDOC_FAILED.at(here, f"stopped with status {status}: {said}")) from error
    try:
        if _is_whole(answers, results, len(requests)):
            return tuple(_replies(answers, results))
    except UnicodeDecodeError:  # the texts are not parted where the answers say
        pass
    raise StageFailedError(PANDOC_FAILED.at(here, f"gave no answer to some of the texts: {said}"))


def in_batches(
    items: Sequence[Item],
    characters: Sequence[int],
    work: Callable[[Sequence[Item]], Sequence[Result]],
    *,
    least: int = LEAST,
) -> list[Result]:
    """Work that needs pandoc for each item, done by several processes when there is much of it.

    Args:
        items: what is to be done.
        characters: how much Markdown each is, about.
        work: gives a result for each of some items; it may call `run`, and must not rely on being in this process.
        least: how many characters are worth a process.

    Returns:
        A result for each item, in their order.

    Raises:
        StageFailedError: when a process dies or exceeds its bounds, or as `work` raises it.
    """
    try:
        return workers.in_batches(items, characters, work, least=least, most=MOST)
    except workers.WorkFailedError as failed:
        message = f"some texts could not be worked on: {failed.reason}"
        raise StageFailedError(PANDOC_FAILED.at(Span("pandoc"), message)) from failed


def _carried_out(command: list[str], payload: bytes) -> tuple[int, bytes, bytes]:
    """Status, output and messages of a program; it does not outlive its time, nor an interruption of ours."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            # pandoc's own limit (+RTS -M) does not hold while it runs Lua.
            if hasattr(resource, "prlimit"):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
            answer, messages = process.communicate(payload, timeout=SECONDS)
        except BaseException:
            process.kill()
            raise
    return process.returncode, answer, messages


def program() -> str:
    """What names this pandoc in keys of the cache, without starting it: its path, size and date."""
    path = toolchain.pandoc()
    facts = path.stat()
    return f"{path} {facts.st_size} {facts.st_mtime_ns}"


def version() -> str:
    """The version of pandoc, "3.9"."""
    return _version_of(toolchain.pandoc())


@cache
def _version_of(program: Path) -> str:
    return run((Request("version", ""),))[0].result


def _is_whole(answers: object, results: bytes, count: int) -> bool:
    """Whether there is an answer to each of so many requests, and the texts are as long as the answers say."""
    if not isinstance(answers, list) or len(answers) != count or not all(type(answer) is dict for answer in answers):
        return False
    return bool(sum(answer.get("bytes", 0) for answer in answers) == len(results))


def _replies(answers: Sequence[Mapping[str, Any]], results: bytes) -> Iterator[Reply]:
    at = 0
    for answer in answers:
        start, at = at, at + answer.get("bytes", 0)
        entries = [entry for entry in answer.get("log") or () if entry.get("verbosity") != "INFO"]
        yield Reply(
            result=results[start:at].decode("utf-8"),
            log=tuple(_message(entry) for entry in entries),
            error=str(answer.get("error", "")).split("\nstack traceback")[0],
        )


def _message(entry: dict[str, object]) -> Message:
    where: object = next((entry[key] for key in ("openpos", "pos", "sourcepos") if key in entry), None)
    line, column = 0, 0
    if isinstance(where, dict):
        line, column = int(where.get("line", 0)), int(where.get("column", 0))
    return Message(str(entry.get("type", "")), str(entry.get("pretty", "")), line, column)
