"""Ledgers as older versions of the program left them."""

from __future__ import annotations

from pathlib import Path

OLDER = Path(__file__).parent / "older"
