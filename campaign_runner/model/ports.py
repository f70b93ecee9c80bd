"""What of the outside world do the stages see?  A clock and a limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """Time as an argument; tests pass one that they turn by hand."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Limiter(Protocol):
    """Paces all calls of all processes that share it."""

    def reserve(self) -> float:
        """Book the next place and return how many seconds to wait for it."""
        ...

    def postpone(self, seconds: float) -> None:
        """Nobody may call for so long (429)."""
        ...
