"""The gate as a program of its own: a file of a stranger may crash a reader or fill the memory, and only this one.

Started as `python -m pipeline.verify.gate.apart`, it reads what to do as JSON from its input and prints the
examination as JSON.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.checks import CheckState
from pipeline.diagnostics import Diagnostic, Span, declared_rules
from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.examine import Examination, Judged, Profile, examine, unreadable

MEMORY = 3 * 2**30  # bytes of address space that a file may take, the interpreter's own included
PATIENCE = 900  # seconds for one file
_PACKAGE = "pipeline.verify.gate.apart"


def examine_apart(
    path: Path, shown: str, profile: Profile | None = None, memory: int = MEMORY, patience: float = PATIENCE
) -> Examination:
    """Hold a file against standards, in a process of its own (see `examine`).

    Args:
        path: the file.
        shown: what it is called in findings.
        profile: the standards; None for those that the file names.
        memory: how many bytes the process may take.
        patience: how many seconds it may take.
    """
    task = {
        "path": str(path.resolve()),
        "shown": shown,
        "memory": memory,
        "standards": sorted(standard.name for standard in profile.standards) if profile else None,
        "level_a": profile.level_a if profile else True,
        "level_u": profile.level_u if profile else True,
    }
    folder = Path(__file__).resolve().parents[3]
    try:
        done = subprocess.run(
            [sys.executable, "-m", _PACKAGE],
            input=json.dumps(task),
            capture_output=True,
            encoding="utf-8",
            timeout=patience,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return unreadable(shown, f"it cannot be read within {patience:.0f} seconds")
    if done.returncode:
        return unreadable(shown, _reason(done.returncode, done.stderr, memory))
    try:
        return _restored(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError) as error:
        return unreadable(shown, f"what its reader said cannot be understood: {error}")


def _reason(code: int, told: str, memory: int) -> str:
    last = told.strip().splitlines()[-1:] or [""]
    if "MemoryError" in told or "bad_alloc" in told or "out of memory" in told.lower():
        return f"it needs more than {memory // 2**20:,} MB of memory"
    if code == -signal.SIGABRT:  # what the readers in C++ do when they get no more memory
        return f"its reader gave up: it needs more than {memory // 2**20:,} MB of memory, or makes the reader fail"
    if code < 0:
        return f"its reader crashed (signal {-code})"
    return f"its reader failed: {last[0]}"


def _restored(value: dict[str, Any]) -> Examination:
    rules = {rule.code: rule for rule in declared_rules()}
    judged = tuple(
        Judged(**{**item, "state": CheckState(item["state"]), "matterhorn": tuple(item["matterhorn"])})
        for item in value["judged"]
    )
    findings = tuple(
        Diagnostic(rules[item["rule"]], Span(value["path"]), item["message"], item["hint"], item["foreign"])
        for item in value["findings"]
    )
    return Examination(value["path"], tuple(value["standards"]), judged, findings, value["pages"])


def _stored(examination: Examination) -> dict[str, Any]:
    return {
        "path": examination.path,
        "standards": examination.standards,
        "pages": examination.pages,
        "judged": [{**asdict(item), "state": item.state.value} for item in examination.judged],
        "findings": [
            {"rule": f.rule.code, "message": f.message, "hint": f.hint, "foreign": f.foreign}
            for f in examination.findings
        ],
    }


def _main() -> None:
    task = json.load(sys.stdin)
    _bound(task["memory"])
    named = task["standards"]
    profile = Profile(frozenset(Standard[name] for name in named), task["level_a"], task["level_u"]) if named else None
    json.dump(_stored(examine(Path(task["path"]), task["shown"], profile)), sys.stdout)


def _bound(memory: int) -> None:
    """Let the process take so much memory and no more, where the system can be asked for that."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = memory if most == resource.RLIM_INFINITY else min(memory, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    except (ValueError, OSError):  # macOS knows the limit and does not keep it
        return


if __name__ == "__main__":
    _main()
