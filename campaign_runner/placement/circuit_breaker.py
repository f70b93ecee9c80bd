"""When does a run halt itself?  When its canary fails, or too large a share of its lines does; the rest stays unsent."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaign_runner.ledger import Ledger, upload_progress
from campaign_runner.model.errors import Halted
from campaign_runner.model.lifecycle import FINAL_LINES, LOST

_NEXT = "Read why they failed in failures.xlsx. What was not sent stays unsent"


@dataclass
class CircuitBreaker:
    """Watches one upload. `most` is the share of failed lines that is still borne (None: any)."""

    ledger: Ledger
    campaign: int
    upload: int
    most: float | None = None
    canary_failed: bool = False
    _ended: dict[int, tuple[int, int]] = field(default_factory=dict)

    def begin(self) -> None:
        """Count what ended before; raises Halted where that is bad enough."""
        if self.most is not None:
            with self.ledger.read() as connection:
                self._ended = upload_progress.ended(connection, self.upload)
            self._judge()

    def saw(self, batch: int) -> None:
        """A batch made a step; raises Halted where too many have failed and something is left to keep back."""
        if self.most is not None:
            with self.ledger.read() as connection:
                counts = upload_progress.ended(connection, self.upload, batch)
            self._ended |= counts
            if counts:
                self._judge()

    def canary(self, *, standing: bool = False) -> int:
        """How many lines of the canary are not final yet; raises Halted where one of them (or too many) failed.

        `standing`: of the canaries that this campaign sent from any file, whatever became of their lines since.
        """
        with self.ledger.read() as connection:
            counted = (
                upload_progress.standing_canary(connection, self.campaign)
                if standing
                else upload_progress.canary(connection, self.upload)
            )
        lines, failed = sum(counted.values()), sum(counted.get(status, 0) for status in LOST)
        if failed and failed > lines * (self.most or 0) and self._anything_unsent():
            self.canary_failed = True
            raise Halted(
                f"The canary failed: {failed} of {_lines(lines)}. {_NEXT}; a run with --no-canary sends the rest anyway."
            )
        return lines - sum(counted.get(status, 0) for status in FINAL_LINES)

    def _judge(self) -> None:
        failed, final = (sum(pair[place] for pair in self._ended.values()) for place in (0, 1))
        if self.most is not None and failed > final * self.most and self._anything_unsent():
            raise Halted(
                f"{failed} of the {_lines(final)} that are final failed, which is more than --max-failure-rate "
                f"{100 * self.most:g}% allows. {_NEXT}; a run with a higher rate, or without one, sends the rest anyway."
            )

    def _anything_unsent(self) -> bool:
        with self.ledger.read() as connection:
            return upload_progress.anything_unsent(connection, self.campaign)


def _lines(number: int) -> str:
    return f"{number:,} line{'' if number == 1 else 's'}"
