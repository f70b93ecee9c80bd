"""When is Tango out of order?  After this many failed calls in a row; sooner where it was never reached."""

from __future__ import annotations

from typing import Protocol

from campaign_runner.model import Clock, Outcome, Receipt
from campaign_runner.model.errors import TangoStopped

# Where nothing at all was ever reached, a run gives up after this many seconds.
UNREACHED = 6.0


class Circuit(Protocol):
    """What all who call Tango know of whether it answers."""

    def failed(self) -> int:
        """No usable answer came; returns how many calls in a row had none."""
        ...

    def answered(self) -> None:
        """One came."""
        ...


class Unanswered:
    """Counts them, `most` in a row, those of others too where they share a `circuit`; `silent` of them came before this
    began, and `unreachable` says why nothing was reached then ("" = not tried)."""

    def __init__(self, clock: Clock, most: int, silent: int, unreachable: str, circuit: Circuit | None) -> None:
        self._clock, self._most, self._circuit = clock, most, circuit
        self.silent, self.unreachable, self.reached = silent, unreachable, False
        self._unreached_since: float | None = None

    def count(self, receipt: Receipt) -> None:
        """The circuit: when the service itself fails, going on would burn through the file."""
        failing = receipt.outcome in (Outcome.RETRY, Outcome.NOT_CONNECTED)
        if failing:
            self.silent = max(self.silent + 1, self._circuit.failed() if self._circuit else 0)
        else:
            self.silent = 0
            if self._circuit:
                self._circuit.answered()
        self.reached = self.reached or receipt.outcome is not Outcome.NOT_CONNECTED
        if not self.reached:
            since = self._unreached_since if self._unreached_since is not None else self._clock.monotonic()
            self._unreached_since = since
            if self.unreachable or self._clock.monotonic() - since >= UNREACHED:
                self.unreachable, self.silent = receipt.message, self._most

    def check(self) -> None:
        """Raise TangoStopped after `most` calls in a row without a usable answer, sooner where nothing was ever
        reached."""
        if self.unreachable and not self.reached and self.silent >= self._most:
            raise TangoStopped(
                f"Tango cannot be reached: {self.unreachable} What was not placed stays unsent. Check the network and "
                "the address (`campaign-runner doctor`), then run the same command again."
            )
        if self.silent >= self._most:
            raise TangoStopped(
                f"Tango gave no usable answer to {self.silent} calls in a row. The run stopped; what was not placed is "
                "unsent, what may have been placed is unknown and will be looked up. Run the same command again later."
            )
