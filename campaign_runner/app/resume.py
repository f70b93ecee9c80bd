"""resume: what was halted leaves again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_runner.app.halt import drive_again, wish
from campaign_runner.ledger import pauses
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaign_runner.app.runtime import Runtime


def resume_campaign(runtime: Runtime) -> str:
    """Resume the campaign of the settings; returns what to show. Raises UsageError where it is not halted."""
    name = runtime.settings.campaign.id
    with wish(runtime, "resume a campaign") as (connection, key):
        if not resume(connection, key, runtime.at()):
            raise UsageError(f"The campaign {name} is not halted, so there is nothing to resume.")
    return (
        f"The campaign {name} was resumed. Run the same file again to send the rest; workers continue automatically."
    )


def resume(connection: Connection, key: int, at: str) -> bool:
    """The same in a transaction of the caller's; False where it was not halted."""
    if not pauses.resume(connection, key, at):
        return False
    drive_again(connection, key, at)
    return True
