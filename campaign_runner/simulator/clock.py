"""What time is it at the stand-in?  The machine's, or one that tests turn by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class SimulatedClock(Protocol):
    """Time as an argument: tests pass one that they turn by hand."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class HostClock:
    """The machine's own time."""

    monotonic, sleep = staticmethod(time.monotonic), staticmethod(time.sleep)

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)
