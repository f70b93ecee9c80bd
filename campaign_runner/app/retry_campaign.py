"""How are failed lines placed again from a page?  A job, which Tango is asked for before, and which is driven on after."""

from __future__ import annotations

import tempfile
from pathlib import Path

from campaign_runner.app.jobs import PASSING
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import events, jobs, stored_reports
from campaign_runner.ledger.actors import this_account
from campaign_runner.ledger.sendings import sending
from campaign_runner.model.errors import CampaignRunnerError

WANTED = "retry wanted"


def retry_campaign(workspace: Workspace, key: str) -> float | None:
    """Place what failed again, as a new attempt; a refusal stands in the log."""
    number = int(key)
    with workspace.ledger().read() as connection:
        wish = sending(connection, number)
    actor = wish.actor if wish else this_account()
    ledger = workspace.ledger(actor)
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        try:
            result = retry_failed(workspace.runtime(number, actor, Path(folder)), patience=0)
        except PASSING:
            raise
        except CampaignRunnerError as error:
            with ledger.write("refuse to retry") as connection:
                events.append(connection, number, workspace.at(), "retry refused", why=str(error))
            return None
        with ledger.write("keep reports") as connection:
            stored_reports.store(connection, number, result.reports, workspace.at())
            if wish:
                jobs.want(connection, jobs.DRIVE, number, workspace.at())
    return None
