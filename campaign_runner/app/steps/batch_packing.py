"""How do the batches of a plan become what the ledger keeps?  By all processors, while the first are written down."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import chain

from campaign_runner.app.process.executor import MANY, each, spare
from campaign_runner.ledger import plans
from campaign_runner.planning import Plan
from campaign_runner.planning.plan_portion import PlanPortion


def packed_batches(plan: Plan) -> Generator[plans.PackedBatch, None, None]:
    """The batches of a plan in their order, with their packed bodies; close it where not all are taken."""
    with closing(each(_packed, plan.portions(), spare() if len(plan.new) >= MANY else 0)) as parts:
        yield from chain.from_iterable(parts)


def _packed(portion: PlanPortion) -> list[plans.PackedBatch]:
    return [plans.packed_batch(batch) for batch in portion.batches()]
