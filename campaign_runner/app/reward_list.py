"""Which rewards can a person choose from while they correct a file?  Those of the catalogue that is kept; a worker fetches
it anew where an administrator wants that."""

from __future__ import annotations

from typing import Any

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import catalogues, events, jobs
from campaign_runner.model.actor import Actor
from campaign_runner.preflight import catalogue_cache
from campaign_runner.preflight.catalogue_cache import CachedCatalogue

MOST = 500


def reward_list(workspace: Workspace) -> list[tuple[str, str]]:
    """(utid, name) of the company's rewards by name; [] where no catalogue is kept."""
    kept = _kept(workspace)
    rewards = kept.catalogue.rewards.values() if kept else ()
    return sorted(((one.utid, one.name) for one in rewards), key=lambda one: one[1].casefold())[:MOST]


def catalogue_state(workspace: Workspace) -> dict[str, Any]:
    """When it was fetched ("" = never), how many rewards it has, and whether it is being fetched."""
    kept = _kept(workspace)
    with workspace.ledger().read() as connection:
        busy = jobs.is_wanted(connection, jobs.REFRESH, "")
    return {
        "at": kept.at.isoformat() if kept else "",
        "rewards": len(kept.catalogue.rewards) if kept else 0,
        "busy": busy,
    }


def want_catalogue(workspace: Workspace, actor: Actor) -> None:
    """Have it fetched anew; the log says who wanted it."""
    with workspace.ledger(actor).write("want the catalogue") as connection:
        jobs.want(connection, jobs.REFRESH, "", workspace.at())
        events.append(connection, 0, workspace.at(), "catalogue refresh wanted")


def _kept(workspace: Workspace) -> CachedCatalogue | None:
    """As the ledger has it for all machines; else as this one fetched it, from before it was kept there."""
    environment, source = workspace.settings.tango.environment, workspace.settings.base_url
    with workspace.ledger().read() as connection:
        content = catalogues.kept(connection, environment, source, "")
    if content:
        return catalogue_cache.read(content, source)
    return catalogue_cache.load(catalogue_cache.path(workspace.state, environment), source)
