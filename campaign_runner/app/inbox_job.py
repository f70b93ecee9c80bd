"""How do workers see to an inbox that is elsewhere?  One of them looks, at the times of [schedule] or all the time."""

from __future__ import annotations

import logging

from campaign_runner.app.incoming.inbox_place import InboxAway
from campaign_runner.app.workspace import Workspace
from campaign_runner.model.log import log

AWAY = 60.0
logger = logging.getLogger(__name__)


def collect_files(workspace: Workspace, _key: str) -> float | None:
    """Look once, and leave what is found to workers; seconds until the next look, None where [inbox] url says nothing."""
    if not workspace.settings.inbox.url:
        return None
    inbox = workspace.inbox
    try:
        with inbox.alone():
            inbox.look()
    except InboxAway as error:  # not the ledger, which would end this worker's turn
        log(logger, "the inbox cannot be reached", level=logging.WARNING, error=error)
        return AWAY
    return inbox.until_next()
