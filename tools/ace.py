"""Check finished EPUBs with DAISY Ace: `make ace`.

    tools/ace.py [BOOK.epub …]     all that are in build/ when none is named

Prints a line for each book. Exit code 1 when Ace found something; a check that was not run is told and is no failure,
unless --required says that it must run.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.checks import CheckState  # noqa: E402 - the path comes first
from pipeline.diagnostics import Findings  # noqa: E402
from pipeline.verify.ace import find_ace, run_ace  # noqa: E402


def main(arguments: list[str]) -> int:
    """Check the books and say how it went."""
    required = "--required" in arguments
    named = [Path(argument) for argument in arguments if argument != "--required"]
    books = named or sorted((ROOT / "build").glob("*/*.epub"))
    if not books:
        print("no EPUB in build/: make epub", file=sys.stderr)
        return 2
    tools, reason = find_ace(ROOT / "tests" / "reader" / "node_modules")
    failed = False
    for book in books:
        findings = Findings()
        result = run_ace(book, tools, reason, findings)
        print(f"{book.name}  {result.state.value:8} {result.name}: {result.detail}")
        for finding in findings.all():
            print(f"  {finding.span}: {finding.rule.code} [{finding.foreign}]: {finding.message}")
        failed |= result.state is CheckState.FAILED or (required and result.state is CheckState.NOT_RUN)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
