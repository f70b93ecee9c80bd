"""How fast may one process call?  A limiter in memory, for calls that no ledger paces (`doctor`, tests, one machine).

The generic cell rate algorithm with a burst of one: each call books the next free moment, at the full quota, and less
often after a 429. The ledger has the same rule as a row that all processes share.
"""

from __future__ import annotations

import threading
import time

from campaign_runner.model import PATIENCE, OnHold
from campaign_runner.model.ports import Pacing


class Pace:
    """At most `requests_per_second` calls a second; 0 means unpaced."""

    def __init__(self, requests_per_second: float) -> None:
        self.gap = 1 / requests_per_second if requests_per_second else 0.0
        self._pacing = Pacing()
        self._next = self._held = 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Book the next moment and return the seconds until then; raises OnHold."""
        with self._lock:
            now = time.monotonic()
            if self._held - now > PATIENCE:
                raise OnHold(self._held - now)
            moment = max(self._next, self._held, now)
            self._next = moment + self.gap / self._pacing.at(now)
            return moment - now

    def postpone(self, seconds: float) -> None:
        """Tango answered 429: nobody may call for so long, and everybody calls less often from now on."""
        with self._lock:
            now = time.monotonic()
            self._held, self._pacing = max(self._held, now + seconds), self._pacing.refused(now)
