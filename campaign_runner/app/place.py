"""In which order are planned batches placed?  The canary first; then the rest, followed until final."""

from __future__ import annotations

from campaign_runner.app import run_options
from campaign_runner.app.driver import Driver
from campaign_runner.model.errors import Halted
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.placement.circuit_breaker import CircuitBreaker

# What a run sees to even where nobody waits: lines to send, and lines of which nobody knows whether Tango has them.
IN_DOUBT = frozenset({BatchState.PLANNED, BatchState.UNKNOWN, BatchState.CONFLICT})


def place_and_follow(workers: Driver, guard: CircuitBreaker, patience: float, canary: bool, *, standing: bool) -> str:
    """Place what is planned, the canary first, and follow it; returns why the rest waits ("" = it does not)."""
    workers.saw, workers.sent_first = guard.saw, guard.most is not None
    sent = OPEN_BATCHES - {BatchState.PLANNED}
    try:
        guard.begin()
        if canary and (waiting := _canary_first(workers, guard, patience, standing=standing)):
            return waiting
        if canary:
            run_options.canary_ended(workers.ledger, workers.campaign)
        workers.advance(OPEN_BATCHES if workers.sent_first else IN_DOUBT)
        workers.advance(OPEN_BATCHES if patience else (), workers.deadline(patience))
        workers.look_back()
    except Halted as halt:
        workers.stopped, workers.saw = str(halt), lambda _: None
        workers.advance(sent if patience else (), workers.deadline(patience))
    return ""


def _canary_first(workers: Driver, guard: CircuitBreaker, patience: float, *, standing: bool) -> str:
    """Place the canary and wait for it; returns why the rest has to wait longer. Raises Halted where it fails.

    `standing`: nobody asked for one now, so that what an earlier run sent has to end well before anything else leaves.
    """
    sent, until = OPEN_BATCHES - {BatchState.PLANNED}, workers.deadline(patience)
    if standing:
        workers.advance(sent, until if patience else None, some="canary")
        if left := guard.canary(standing=True):
            return _not_final(left)
    workers.advance({BatchState.PLANNED}, some="canary")
    workers.advance(OPEN_BATCHES if patience else sent, until if patience else None, some="canary")
    left = guard.canary()
    return _not_final(left) if left else ""


def _not_final(left: int) -> str:
    return (
        f"The canary is not final yet ({left} of its lines open), so the rest was not sent. Run the same command "
        "again: it goes on where this one stopped. With --no-canary it sends the rest now."
    )
