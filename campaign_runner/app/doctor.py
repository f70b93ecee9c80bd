"""doctor: is everything there that a run needs?  Program, settings, ledger, operations, Tango, account, clock."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from campaign_runner.app.health.health_checks import Diagnosis, clocks, heads, permissions
from campaign_runner.app.health.operations_checks import operations, subscriptions_at_tango
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.connect_tango import connect_tango
from campaign_runner.ledger import events, open_ledger
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.model.wording import cash


def diagnose(runtime: Runtime) -> list[Diagnosis]:
    """Is everything there that a run needs?  Program, settings, state folder, ledger, Tango, account, clock."""
    settings = runtime.settings
    checks = [
        Diagnosis("program", True, f"Python {platform.python_version()} on {sys.platform}"),
        Diagnosis(
            "settings",
            True,
            f"campaign {settings.campaign.id}, environment {settings.tango.environment} at {settings.host}",
        ),
        Diagnosis("credentials", True, f"{runtime.credentials.kind} (not shown)"),
    ]
    try:
        with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
            checks += [_room(runtime.state), permissions(runtime.state), heads(ledger)]
            with ledger.read() as connection:
                broken = events.first_broken(connection)
            advice = "" if broken is None else "Restore a backup of the ledger: it was changed by hand."
            chain = "events form one unbroken chain"
            if broken is not None:
                chain = f"the chain of events breaks at {broken.number}: {broken.why}"
            where = "PostgreSQL, [ledger] url" if runtime.ledger_url else str(runtime.state)
            checks.append(Diagnosis("ledger", broken is None, chain, advice, where))
            checks += operations(settings, ledger, runtime.clock.now())
            with connect_tango(runtime, ledger, 0) as client:
                receipt, account = client.account()
                checks += subscriptions_at_tango(settings, client)
            checks.append(clocks(ledger, runtime.clock.now(), receipt.server_time, settings.finance.time_zone))
    except CampaignRunnerError as error:
        return [*checks, Diagnosis("ledger or address", False, str(error), "Fix this first.")]
    if account is None:
        answer = receipt.message or receipt.outcome.value
        return [
            *checks,
            Diagnosis("Tango", False, f"no account: {answer}", "Check base_url, network and credentials."),
        ]
    checks.append(Diagnosis("Tango", True, f"answers (request {receipt.request_id or 'without id'})"))
    state = f"{account.identifier} is {account.status or 'of unknown status'}"
    balance = f", balance {cash(account.balance, account.currency)}" if account.balance is not None else ""
    checks.append(Diagnosis("account", account.active, state + balance, "" if account.active else "Talk to Tango."))
    return checks


def _room(state: Path) -> Diagnosis:
    free = shutil.disk_usage(state).free // 2**20
    advice = "" if free > 500 else "Free some space: a run of a million rows needs about 2 GB."
    return Diagnosis("state folder", free > 500, f"{state} can be written, {free} MB free", advice, str(state))
