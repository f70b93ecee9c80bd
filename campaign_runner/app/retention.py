"""What do workers do by themselves, every night?  Old personal data is erased, as [retention] says."""

from __future__ import annotations

import logging

from campaign_runner.app.purge import purge_data
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.workspace import Workspace
from campaign_runner.settings import Credentials

NIGHT = 86_400.0
logger = logging.getLogger(__name__)


def erase_old_data(workspace: Workspace, _key: str) -> float | None:
    """Erase personal data of files older than [retention] days; again in a day. None where nothing is to be erased."""
    days = workspace.settings.retention.days
    if not days:
        return None
    runtime = Runtime(
        workspace.settings, workspace.state, workspace.state / "reports", Credentials(), workspace.schemas, workspace.clock,
        ledger_url=workspace.settings.ledger.url,
    )  # fmt: skip
    erased = purge_data(runtime, days)
    logger.info("Retention: %s", erased)
    return NIGHT
