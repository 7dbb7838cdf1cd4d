"""The gate and veraPDF on files of strangers, as the command `verify` runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import toolchain
from pipeline.checks import CheckResult
from pipeline.diagnostics import Diagnostic
from pipeline.verify.gate.apart import examine_apart
from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.examine import Examination, Profile
from pipeline.verify.gate.verapdf import check_with_verapdf

_NAMES = {
    "ua1": Standard.UA1,
    "ua2": Standard.UA2,
    "a1": Standard.A1,
    "a2": Standard.A2,
    "a3": Standard.A3,
    "a4": Standard.A4,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """A file that was verified.

    Attributes:
        examination: what the gate says.
        others: what other checkers say.
        findings: of all of them.
        size: of the file, in bytes.
    """

    examination: Examination
    others: tuple[CheckResult, ...]
    findings: tuple[Diagnostic, ...]
    size: int

    def checks(self, *, every: bool) -> tuple[CheckResult, ...]:
        """One result for each rule, or for each standard."""
        return (*(self.examination.checks() if every else self.examination.summary()), *self.others)


def profile_of(words: str) -> Profile | None:
    """The standards that are meant by "ua1,a3a"; None for "". A letter behind a part of PDF/A is its level.

    Raises:
        ValueError: when there is no such standard.
    """
    found: set[Standard] = set()
    levels: set[str] = set()
    for word in (part.strip().lower() for part in words.split(",") if part.strip()):
        plain = word if word in _NAMES else word[:-1]
        if plain not in _NAMES or (plain != word and (plain.startswith("ua") or word[-1] not in "abuef")):
            raise ValueError(f'there is no standard "{word}"; choose from {", ".join(_NAMES)}')
        found.add(_NAMES[plain])
        levels.add(word[len(plain) :])
    standards = frozenset({*found, Standard.FILE})
    return Profile(standards, level_a=not levels & {"b", "u"}, level_u="b" not in levels) if found else None


def verify_files(
    paths: Sequence[Path],
    profile: Profile | None,
    shown: Callable[[Path], str],
    told: Callable[[Path], None],
) -> tuple[Verified, ...]:
    """Verify files one by one.

    Args:
        paths: the files.
        profile: what to hold them against; None for what each of them says it conforms to.
        shown: what a file is called in findings.
        told: told of each file as it begins.
    """
    program = toolchain.verapdf()
    verified = []
    for path in paths:
        told(path)
        examination = examine_apart(path, shown(path), profile)
        standards = frozenset(standard for standard in Standard if standard.value in examination.standards)
        verdict, findings = check_with_verapdf(program, path, examination.path, standards)
        size = path.stat().st_size if path.is_file() else 0
        verified.append(Verified(examination, (verdict,), (*examination.findings, *findings), size))
    return tuple(verified)
