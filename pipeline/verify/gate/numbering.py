"""Under which numbers the parts of a standard ask for the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ARCHIVE_4: Mapping[str, str] = MappingProxyType(
    {
        "6.1.4-2": "6.1.4-1", "6.1.6": "6.1.5", "6.1.7.1-3": "6.1.6.1-2", "6.1.7.1": "6.1.6.1", "6.1.7.2": "6.1.6.2",
        "6.1.8": "6.1.7", "6.1.9": "6.1.8", "6.1.10": "6.1.9", "6.1.12-3": "6.1.12-1", "6.1.12": "6.1.11",
        "6.2.8.3": "6.2.7.3", "6.2.8": "6.2.7.1", "6.2.9-1": "6.2.8.1-1", "6.2.9-2": "6.2.8.2-1",
        "6.2.10.8": "6.2.10.8", "6.2.10": "6.2.9", "6.2.11.2": "6.2.10.2", "6.2.11.3.1": "6.2.10.3.1",
        "6.2.11.3.2": "6.2.10.3.2", "6.2.11.3.3": "6.2.10.3.3", "6.2.11.4.1": "6.2.10.4.1", "6.2.11.5": "6.2.10.5",
        "6.2.11.6": "6.2.10.6",
        "6.2.11.7.2-2": "6.2.10.7-1", "6.2.11.8": "6.2.10.9", "6.4.1-3": "6.4.1-2", "6.5.1": "6.6.1",
        "6.6.2.1": "6.7.2.1", "6.6.4": "6.7.3", "6.8-3": "6.9-4", "6.8": "6.9", "6.9-5": "6.9-5", "6.9": "6.10",
        "6.10": "6.11", "6.11": "6.12",
    }
)  # fmt: skip
"""What ISO 19005-4 calls the clauses, or the single tests, of ISO 19005-3."""


def in_archive_4(number: str) -> str:
    """The number in ISO 19005-4 of what has a number in ISO 19005-3."""
    clause, _, test = number.rpartition("-")
    found = _ARCHIVE_4.get(clause)
    return _ARCHIVE_4.get(number) or (f"{found}-{test}" if found else number)
