"""Tango's catalogue is fetched at once, because an administrator asked for it; the log says with what result."""

from __future__ import annotations

from pathlib import Path

from campaign_runner.app.catalogue import reward_names
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import events
from campaign_runner.ledger.actors import this_account
from campaign_runner.model.errors import RefusedBeforeSending


def refresh_catalogue(workspace: Workspace, _key: str) -> None:
    """Fetch it; if that fails, the older one stays."""
    runtime = Runtime(
        workspace.settings, workspace.state, Path("reports"), workspace.credentials(), workspace.schemas, workspace.clock,
        workspace.stopping, ledger_url=workspace.settings.ledger.url, actor=this_account(), refresh=True,
    )  # fmt: skip
    try:
        outcome = f"{len(reward_names(runtime)):,} rewards"
    except RefusedBeforeSending as error:
        outcome = str(error)
    with workspace.ledger().write("catalogue refreshed") as connection:
        events.append(connection, 0, workspace.at(), "catalogue refreshed", outcome=outcome)
