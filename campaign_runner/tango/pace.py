"""How fast may one process call?  A limiter in memory, for calls that no ledger paces (`doctor`, tests, one machine).

The generic cell rate algorithm with a burst of one: each call books the next free moment, at 95 % of the quota. The
ledger has the same rule as a row that all processes share.
"""

from __future__ import annotations

import threading
import time

from campaign_runner.model import PATIENCE, OnHold

MARGIN = 0.95


class Pace:
    """At most `requests_per_second` calls a second; 0 means unpaced."""

    def __init__(self, requests_per_second: float) -> None:
        self._gap = 1 / (requests_per_second * MARGIN) if requests_per_second else 0.0
        self._next = self._held = 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Book the next moment and return the seconds until then; raises OnHold."""
        with self._lock:
            now = time.monotonic()
            if self._held - now > PATIENCE:
                raise OnHold(self._held - now)
            moment = max(self._next, self._held, now)
            self._next = moment + self._gap
            return moment - now

    def postpone(self, seconds: float) -> None:
        """Nobody may call for so long."""
        with self._lock:
            self._held = max(self._held, time.monotonic() + seconds)
