"""In which order are planned batches placed?  The canary first; then the rest, followed until final."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from campaign_runner.app.halt import paused
from campaign_runner.app.process.progress import Progress
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps import run_options
from campaign_runner.app.steps.driver import Driver, Turn, driving
from campaign_runner.app.steps.safeguards import ledger_may_go
from campaign_runner.app.views.uploads import LoadedUpload
from campaign_runner.ledger import verification
from campaign_runner.model.errors import Halted
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.model.observed import observed
from campaign_runner.placement.circuit_breaker import CircuitBreaker

# What a run sees to even where nobody waits: lines to send, and lines of which nobody knows whether Tango has them.
IN_DOUBT = frozenset({BatchState.PLANNED, BatchState.UNKNOWN, BatchState.CONFLICT})


@dataclass(frozen=True)
class PlacingRules:
    """How far one run goes: `patience` = seconds to follow the orders after the last one was placed (0 = not at all);
    with `canary` some lines go first and must end well, `standing` if an earlier run asked for that;
    `max_failure_rate` = the share of final lines that may fail; `turn` = when to leave the rest for later."""

    patience: float
    canary: bool = False
    standing: bool = False
    max_failure_rate: float | None = None
    turn: Turn = field(default_factory=Turn)


@dataclass(frozen=True)
class Placed:
    """Why Tango or a person stopped it, and why the rest waits ("" = neither)."""

    stopped: str = ""
    waiting: str = ""


@observed("stage", stage="place and follow")
def place_file(
    campaign: CampaignSession, file: LoadedUpload, rules: PlacingRules, progress: Progress, *, prove_newest: bool
) -> Placed:
    """Place the batches of a planned file and follow them. Raises Overtaken where another campaign was faster."""
    if file.tally is None:
        _require_bodies(campaign)
    breaker = CircuitBreaker(campaign.ledger, campaign.key, file.upload.id, rules.max_failure_rate)
    waiting = ""
    asked = math.isinf(rules.turn.longest)
    with ledger_may_go(), driving(campaign.runtime, campaign.ledger, campaign.key, progress, asked=asked) as driver:
        driver.turn = rules.turn
        driver.step.unanswered.check()
        if prove_newest:
            driver.prove_newest()
        waiting = _place_and_follow(driver, breaker, rules)
    if breaker.canary_failed:
        run_options.after_a_failed_canary(campaign)
    return Placed(driver.stopped, paused(campaign) or waiting)


def _require_bodies(campaign: CampaignSession) -> None:
    """What was planned by an earlier run and may still be sent is what was written down then."""
    with campaign.ledger.read() as connection:
        verification.require_bodies(connection, campaign.key, (BatchState.PLANNED, BatchState.UNKNOWN))


def _place_and_follow(driver: Driver, breaker: CircuitBreaker, rules: PlacingRules) -> str:
    """Place what is planned, the canary first, and follow it; returns why the rest waits ("" = it does not)."""
    driver.saw, driver.sent_first = breaker.saw, breaker.most is not None
    sent = OPEN_BATCHES - {BatchState.PLANNED}
    try:
        breaker.begin()
        if rules.canary and (waiting := _canary_first(driver, breaker, rules)):
            return waiting
        if rules.canary:
            run_options.canary_ended(driver.ledger, driver.campaign)
        driver.advance(OPEN_BATCHES if driver.sent_first else IN_DOUBT)
        driver.advance(OPEN_BATCHES if rules.patience else (), driver.deadline(rules.patience))
        driver.look_back()
    except Halted as halt:
        driver.stopped, driver.saw = str(halt), lambda _: None
        driver.advance(sent if rules.patience else (), driver.deadline(rules.patience))
    return ""


def _canary_first(driver: Driver, breaker: CircuitBreaker, rules: PlacingRules) -> str:
    """Place the canary and wait for it; returns why the rest has to wait longer. Raises Halted where it fails.

    `standing`: nobody asked for one now, so that what an earlier run sent has to end well before anything else leaves.
    """
    sent, until = OPEN_BATCHES - {BatchState.PLANNED}, driver.deadline(rules.patience)
    if rules.standing:
        driver.advance(sent, until if rules.patience else None, which="canary")
        if left := breaker.canary(standing=True):
            return _not_final(left)
    driver.advance({BatchState.PLANNED}, which="canary")
    driver.advance(OPEN_BATCHES if rules.patience else sent, until if rules.patience else None, which="canary")
    left = breaker.canary()
    return _not_final(left) if left else ""


def _not_final(left: int) -> str:
    return (
        f"The canary is not final yet ({left} of its lines open), so the rest was not sent. Run the same command "
        "again to continue. With --no-canary, the rest is sent now."
    )
