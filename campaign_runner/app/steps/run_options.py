"""What was a run asked for, and what of it stays?  Its canary stays until it has ended well; its options are repeated.

A canary that is forgotten by the next command, typed by somebody else or by a timer, protects nobody.
"""

from __future__ import annotations

from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger import Ledger, campaigns, events
from campaign_runner.model.choices import HiddenRows


def canary(campaign: CampaignSession, asked: int, *, no_canary: bool) -> int:
    """How many lines go first: as many as asked for, else as an earlier run was asked for and has not seen end well."""
    with campaign.ledger.read() as connection:
        before = campaigns.canary(connection, campaign.key)
    now = 0 if no_canary else asked or before
    if now != before:
        _set(campaign.ledger, campaign.key, now, campaign.runtime.at())
    return now


def canary_ended(ledger: Ledger, campaign_key: int) -> None:
    """It has ended well: the campaign is under no canary any more."""
    with ledger.write("end the canary") as connection:
        campaigns.set_canary(connection, campaign_key, 0)


def keep(
    campaign: CampaignSession,
    reading: ReadOptions,
    canary: int,
    max_failure_rate: float | None,
    *,
    partial_by_funds: bool,
) -> None:
    """Keep the options of this run for the next steps of this campaign."""
    options = {
        "--sheet": reading.sheet or "",
        "--hidden": "" if reading.hidden == HiddenRows.HOLD else str(reading.hidden),
        "--canary": str(canary or ""),
        "--max-failure-rate": "" if max_failure_rate is None else f"{100 * max_failure_rate:g}%",
    }
    switches = {"--partial-by-funds": ""} if partial_by_funds else {}
    _keep(
        campaign,
        {**{name: value for name, value in options.items() if value}, **switches, **campaign.runtime.options},
    )


def after_a_failed_canary(campaign: CampaignSession) -> None:
    """Anyone who sends the rest all the same has to say so."""
    with campaign.ledger.read() as connection:
        before = campaigns.asked(connection, campaign.key)
    _keep(campaign, {name: value for name, value in before.items() if name != "--canary"} | {"--no-canary": ""})


def _keep(campaign: CampaignSession, options: dict[str, str]) -> None:
    with campaign.ledger.read() as connection:
        before = campaigns.asked(connection, campaign.key)
    if options != before:
        with campaign.ledger.write("keep the options of a run") as connection:
            campaigns.set_asked(connection, campaign.key, options)


def _set(ledger: Ledger, campaign_key: int, lines: int, at: str) -> None:
    with ledger.write("set the canary") as connection:
        campaigns.set_canary(connection, campaign_key, lines)
        events.append(connection, campaign_key, at, "canary set", lines=lines)
