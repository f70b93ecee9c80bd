"""How do the batches of a plan become what the ledger keeps?  By all processors, while the first are written down."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import chain

from campaign_runner.app.executor import MANY, each, spare
from campaign_runner.ledger import plans
from campaign_runner.planning import Plan


def packed_batches(plan: Plan) -> Generator[plans.PackedBatch, None, None]:
    """The batches of a plan in their order, with their packed bodies; whoever may not take all closes it."""

    def made(part: list[tuple[int, int]]) -> list[plans.PackedBatch]:
        return [plans.packed_batch(batch) for batch in plan.made(part)]

    with closing(each(made, plan.parts(), spare() if len(plan.new) >= MANY else 0)) as parts:
        yield from chain.from_iterable(parts)
