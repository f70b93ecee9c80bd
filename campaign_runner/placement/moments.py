"""When was that?  The ledger's times as seconds."""

from __future__ import annotations

from datetime import datetime


def seconds_of(at: str) -> float:
    """Seconds since 1970; 0 for no time, and for one that cannot be read (of a recovered order: Tango's own)."""
    try:
        return datetime.fromisoformat(at).timestamp() if at else 0.0
    except ValueError:
        return 0.0
