"""What of the outside world do the stages see?  A clock and a limiter. And how fast may calls follow one another?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from datetime import datetime

PATIENCE = 60.0  # a hold that Tango asks for is waited for so long; after a longer one somebody comes back


class OnHold(Exception):
    """Tango has asked everybody to wait for longer than `PATIENCE`: no call is made before `seconds` have passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class Clock(Protocol):
    """Time as an argument; tests pass one that they turn by hand."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment: what nobody sets back or forward, for how long something takes."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Limiter(Protocol):
    """Paces all calls of all processes that share it."""

    @property
    def gap(self) -> float:
        """Seconds between two calls at the full quota; 0 = unpaced."""
        ...

    def reserve(self) -> float:
        """Book the next place and return how many seconds to wait for it; raises OnHold."""
        ...

    def postpone(self, seconds: float) -> None:
        """Tango answered 429: nobody may call for so long, and everybody calls less often from now on."""
        ...


SLOWER = 0.9  # each 429 takes a tenth of the pace away, at once
FASTER = 0.02 / 60  # of the quota, that each second without one gives back
SLOWEST = 0.05
ONE_INCIDENT = 1.0  # calls that were under way when the pace was taken back say nothing new


class Pacing(NamedTuple):
    """The share of the quota that Tango was last found to bear, and when that was learned (in seconds)."""

    share: float = 1.0
    since: float = 0.0

    def at(self, now: float) -> float:
        """The share of the quota that may be used now."""
        return min(1.0, self.share + FASTER * max(0.0, now - self.since))

    def refused(self, now: float) -> Pacing:
        """What a 429 teaches."""
        if self.share < 1.0 and 0 <= now - self.since < ONE_INCIDENT:
            return self
        return Pacing(max(SLOWEST, self.at(now) * SLOWER), now)
