"""What happened, who did it, and is the log whole?  A page of events at a time, the newest first."""

from __future__ import annotations

from typing import Any

from campaign_runner.app.audit import verify_log
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, events
from campaign_runner.model.errors import UsageError


def audit_events(
    workspace: Workspace, *, campaign: str = "", since: str = "", kind: str = "", before: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    """Events before number `before` (0: the newest), of a campaign, since a day, of a kind."""
    if since and not since[:10].replace("-", "").isdigit():
        raise UsageError(f'"{since[:20]}" is not a day. Give year-month-day, such as 2026-10-01.')
    with workspace.ledger().read() as connection:
        names = {row["id"]: row["campaign_id"] for row in campaigns.listing(connection)}
        keys = [key for key, name in names.items() if name == campaign] if campaign else None
        page = events.page(connection, keys, since=since, kind=kind, before=before, limit=limit)
    return [
        {"number": one["id"], "at": one["at"], "campaign": names.get(one["campaign"], ""), "kind": one["kind"],
         "actor": str(one["actor"] or ""), "data": one["data"], "hash": one["hash"]}
        for one in page
    ]  # fmt: skip


def verify(workspace: Workspace) -> dict[str, Any]:
    """Whether nobody changed the log, or what it speaks of."""
    check = verify_log(workspace.state, workspace.settings.ledger.url)
    return {"whole": check.whole, "events": check.events, "head": check.head, "broken": check.broken, "why": check.why,
            "differences": [*check.differences, *check.missing]}  # fmt: skip
