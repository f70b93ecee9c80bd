"""How long is one campaign driven before others have their turn?  Until nothing is left, or as long as nobody waits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

# How often it is asked whether others wait (seconds).
ASKED = 1.0


@dataclass
class Turn:
    """Over after `longest` seconds; after `shortest` where `others_wait`. Times are of a clock that nobody sets."""

    longest: float = math.inf
    shortest: float = math.inf
    others_wait: Callable[[], bool] = lambda: False
    _began: float | None = field(default=None, init=False)
    _asked: float = field(default=-math.inf, init=False)
    _over: bool = field(default=False, init=False)

    def is_over(self, now: float) -> bool:
        """Whether the rest is left for later; the first question begins the turn."""
        self._began = now if self._began is None else self._began
        lasted = now - self._began
        if not self._over and lasted >= self.shortest and now - self._asked >= ASKED:
            self._asked, self._over = now, self.others_wait()
        return self._over or lasted >= self.longest
