"""Under which numbers the parts of a standard ask for the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ARCHIVE_4: Mapping[str, str] = MappingProxyType(
    {
        "6.1.2-3": "6.1.2-1",
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

_UA_2: Mapping[str, str] = MappingProxyType(
    {
        "7.1-3": "8.2.2-1", "7.1-5": "8.2.4-1", "7.1-6": "8.2.4-2", "7.1-7": "8.2.4-3", "7.1-9": "8.11.1-1",
        "7.1-10": "8.11.2-1", "7.1-11": "8.2.1-1", "7.1-12": "8.2.1-2", "7.2-15": "8.2.5.26-1", "7.2-29": "8.4.4-2",
        "7.2-41": "8.2.5.26-2", "7.2-42": "8.2.5.26-3", "7.2-43": "8.2.5.26-4", "7.3-1": "8.2.5.28.2-1",
        "7.5-1": "8.2.5.26-5", "7.5-2": "8.2.5.26-6", "7.10-2": "8.7-2", "7.21.3.1": "8.4.5.3.1",
        "7.21.3.2": "8.4.5.3.2", "7.21.3.3": "8.4.5.4", "7.21.4.1": "8.4.5.5.1", "7.21.5": "8.4.5.6",
        "7.21.6": "8.4.5.7", "7.21.7": "8.4.5.8", "7.21.8": "8.4.5.9",
    }
)  # fmt: skip
"""What ISO 14289-2 calls the clauses, or the single tests, of ISO 14289-1."""


def in_archive_4(number: str) -> str:
    """The number in ISO 19005-4 of what has a number in ISO 19005-3."""
    return _renumbered(number, _ARCHIVE_4)


def in_ua_2(number: str) -> str:
    """The number in ISO 14289-2 of what has a number in ISO 14289-1."""
    return _renumbered(number, _UA_2)


def _renumbered(number: str, table: Mapping[str, str]) -> str:
    clause, _, test = number.rpartition("-")
    found = table.get(clause)
    return table.get(number) or (f"{found}-{test}" if found else number)
