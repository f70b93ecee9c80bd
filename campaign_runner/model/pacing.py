"""How fast may calls follow one another?  At the full quota; slower at once after a 429, faster again little by little."""

from __future__ import annotations

from typing import NamedTuple

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
