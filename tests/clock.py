"""A clock that tests turn by hand: sleeping takes no time, and is written down."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class HandClock:
    """Starts on a fixed day; `sleep` moves it on."""

    def __init__(self, start: str = "2026-11-22T09:00:00") -> None:
        self._now = datetime.fromisoformat(start).replace(tzinfo=UTC)
        self._passed = 0.0
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        with self._lock:
            return self._passed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)
            self._passed += seconds

    def turn(self, **by: float) -> None:
        """Move on without anybody sleeping: `turn(days=8)`; or set the clock back."""
        with self._lock:
            self._now += timedelta(**by)
            self._passed += max(0.0, timedelta(**by).total_seconds())
