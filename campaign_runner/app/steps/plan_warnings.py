"""What is unusual about a plan?  Told, or asked about, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from campaign_runner.app.runtime import Runtime
from campaign_runner.planning.line_builder import halves
from campaign_runner.planning.plan import totals
from campaign_runner.planning.plan_draft import PlanDraft
from campaign_runner.preflight import clock_jumps
from campaign_runner.preflight import unusual as strange

if TYPE_CHECKING:
    import pandas as pd

    from campaign_runner.ledger import Ledger, reward_history

PAST = ("person", "currency", "face_units", "number", "units")
LOOK_BACK = 400  # days of a person's rewards that tell what is usual


def unusual_things(runtime: Runtime, ledger: Ledger, campaign_key: int, draft: PlanDraft, *, ask: bool) -> list[str]:
    """What is unusual about a plan, in sentences; with `ask`, raises RefusedBeforeSending where it may not be sent."""
    wanted = runtime.settings.preflight
    if not ask:
        return [str(one) for one in unusual_to_show(runtime, ledger, campaign_key, draft)]
    if wanted.unusual == "off":
        return []
    things = list(_unusual(runtime, ledger, campaign_key, draft))
    return strange.refuse(things, ask=wanted.unusual == "ask", accepted=wanted.accept, errors=wanted.refuse)


def unusual_to_show(runtime: Runtime, ledger: Ledger, campaign_key: int, draft: PlanDraft) -> list[strange.Warned]:
    """What is unusual about a plan and was not accepted beforehand, to be looked at one by one."""
    wanted = runtime.settings.preflight
    if wanted.unusual == "off":
        return []
    return [one for one in _unusual(runtime, ledger, campaign_key, draft) if one.name not in wanted.accept]


def unusual_in_itself(runtime: Runtime, draft: PlanDraft) -> list[str]:
    """What is unusual about a file, without what the ledger knows of people and campaigns."""
    wanted, plan = runtime.settings.preflight, draft.plan
    if wanted.unusual == "off":
        return []
    things = list(strange.at_cells(draft.tally.warned))
    if not plan.new.empty:
        things += strange.amounts(plan.new, plan.file, past_frame([]))
        things += strange.two_addresses(draft.remembered(), plan.file, keyed=bool(runtime.settings.identity.key))
    return [str(one) for one in things if one.name not in wanted.accept]


def _unusual(runtime: Runtime, ledger: Ledger, campaign_key: int, draft: PlanDraft) -> Iterator[strange.Warned]:
    from campaign_runner.ledger import reward_history

    environment, account = runtime.settings.tango.environment, runtime.settings.tango.account
    now, plan = runtime.clock.now(), draft.plan
    yield from strange.at_cells(draft.tally.warned)
    if plan.new.empty:
        return
    with ledger.read() as connection:
        before = past_frame(
            reward_history.given(connection, environment, (now - timedelta(days=LOOK_BACK)).isoformat())
        )
        last, sent = reward_history.last_campaign(connection, environment, account, campaign_key)
        most = runtime.settings.limits.max_per_person_year
        year = past_frame(reward_history.given(connection, environment, f"{now.year}-01-01")) if most else before
    file = plan.file
    yield from strange.amounts(plan.new, file, before)
    yield from strange.person_year(plan.new, year, most)
    yield from strange.two_addresses(draft.remembered(), file, keyed=bool(runtime.settings.identity.key))
    if not runtime.settings.identity.several_per_recipient:
        yield from strange.several_rewards(plan.new)
    yield from strange.like_keys(file)
    yield from strange.rewarded_elsewhere(plan.elsewhere)
    yield from strange.plan_twice(totals(file), sent, last)


def past_frame(given: Sequence[reward_history.Given]) -> pd.DataFrame:
    """What people were sent, as `preflight.unusual` wants it."""
    import pandas as pd

    frame = pd.DataFrame(given, columns=PAST)
    frame["person_hi"], frame["person_lo"] = halves([one.person for one in given])
    return frame.drop(columns="person")


def clock_notes(runtime: Runtime, ledger: Ledger) -> list[str]:
    """Whether this machine's clock jumped since the ledger's newest event."""
    from campaign_runner.ledger import events

    with ledger.read() as connection:
        return list(clock_jumps.against_ledger(runtime.clock.now(), events.newest_at(connection)))
