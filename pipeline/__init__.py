"""Proofpress: structured reports in; print-ready PDF and EPUB out, every reference checked."""

from __future__ import annotations

__version__ = "0.1.0"
