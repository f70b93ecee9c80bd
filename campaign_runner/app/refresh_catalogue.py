"""Tango's catalogue is fetched again: at once because an administrator asked for it (the log says with what result), or
before it is too old to judge by."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from campaign_runner.app.catalogue import catalogue_snapshot, reward_names
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import catalogues, events
from campaign_runner.ledger.actors import this_account
from campaign_runner.model.errors import RefusedBeforeSending
from campaign_runner.preflight import catalogue_cache

# A worker fetches it again so long before it is too old to judge by, and looks so often.
EARLY, LOOK_AGAIN = timedelta(hours=2), 1800.0


def refresh_catalogue(workspace: Workspace, _key: str) -> None:
    """Fetch it; if that fails, the older one stays."""
    try:
        outcome = f"{len(reward_names(_runtime(workspace))):,} rewards"
    except RefusedBeforeSending as error:
        outcome = str(error)
    with workspace.ledger().write("catalogue refreshed") as connection:
        events.append(connection, 0, workspace.at(), "catalogue refreshed", outcome=outcome)


def keep_catalogue_fresh(workspace: Workspace, _key: str) -> float | None:
    """The work of a worker: fetch again what is kept and used before it is too old; seconds until the next look."""
    if workspace.settings.preflight.catalogue == "off":
        return None
    ledger, environment, source = (
        workspace.ledger(), workspace.settings.tango.environment, workspace.settings.base_url,
    )  # fmt: skip
    early = (workspace.clock.now() - catalogue_cache.FRESH + EARLY).isoformat()
    with ledger.read() as connection:
        used = catalogues.kept(connection, environment, source)
        young = catalogues.kept(connection, environment, source, early)
    if used and not young:
        catalogue_snapshot(_runtime(workspace), ledger)
    return LOOK_AGAIN


def _runtime(workspace: Workspace) -> Runtime:
    return Runtime(
        workspace.settings, workspace.state, Path("reports"), workspace.credentials(), workspace.schemas, workspace.clock,
        workspace.stopping, ledger_url=workspace.settings.ledger.url, actor=this_account(), refresh=True,
    )  # fmt: skip
