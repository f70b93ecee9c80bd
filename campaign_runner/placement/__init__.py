"""What is the next step of a batch?  `advance` moves one batch one idempotent step and says when to look again.

It knows the ledger and Tango, and no loop. Before the first byte leaves, `sending` is committed; what Tango says is
committed before the next step. Killed anywhere, the same call on the same ledger goes on: a batch left `sending` is
looked up and, if Tango never had it, sent again with the same bytes under the same reference.
"""

from __future__ import annotations

from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.placement.look import look
from campaign_runner.placement.run_state import Placement
from campaign_runner.placement.send_batch import look_at_refused, send

__all__ = ["Placement", "advance", "confirm"]

# A final order is looked at again only when somebody asks: a reward may come back weeks later.
LOOKED_AT = OPEN_BATCHES | {BatchState.FINAL}


def advance(step: Placement, batch: StoredBatch) -> float | None:
    """One step; None = final (or for a person), else seconds until the next. Raises TangoStopped, and Overtaken where
    another campaign was faster with recipients of an order that was never sent.

    `batch` is as the ledger has it: one that was moved since then is left alone (OrderMoved).
    """
    if batch.state is BatchState.PLANNED:
        return send(step, batch)
    return look(step, batch) if batch.state in LOOKED_AT else None


def confirm(step: Placement, batch: StoredBatch) -> None:
    """Look at an order with failed lines once more, before they are placed again. Raises TangoStopped."""
    if batch.state in (BatchState.REFUSED, BatchState.REPLACED):
        look_at_refused(step, batch)
    elif batch.state in LOOKED_AT - {BatchState.PLANNED, BatchState.SENDING, BatchState.UNKNOWN}:
        look(step, batch)
