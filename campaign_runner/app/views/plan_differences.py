"""Which rows of a file are not as in the file that was sent last, and as in that of the plan approved last?  For `plan`;
the same rows, in the same form, as the pages show of an upload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.views.kept_rows import COMPARED, plain_change, spreadsheet_rows
from campaign_runner.app.views.uploads import restored_upload
from campaign_runner.ledger import campaigns, events
from campaign_runner.ledger.approvals import APPROVED
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.planning.kept_lines import row_changes
from campaign_runner.planning.plan_draft import PlanDraft

# This many changed rows are listed; all are counted.
LISTED = 100
Differences = Mapping[str, Mapping[str, Any]]


def plan_differences(campaign: CampaignSession, draft: PlanDraft, reading: ReadOptions, plan: str) -> Differences:
    """`upload` against the file planned last, `approved` against that of the plan approved last; {} for what there is
    not, or is this very file."""
    if draft.rows >= COMPARED:
        return {}
    with campaign.ledger.read() as connection:
        log = events.of_kinds(connection, campaign.key, f"plan {APPROVED}")
        named = [str(event["data"]["plan"]) for event in log if event["data"]["plan"] != plan]
        last = campaigns.latest_upload(connection, campaign.key)
        approved = campaigns.upload_of_plan(connection, campaign.key, named[-1]) if named else None
    older = {name: upload for name, upload in (("upload", last), ("approved", approved))
             if upload and not upload.purged_at and upload.sha256 != draft.sha256}  # fmt: skip
    if not older:
        return {}
    now = spreadsheet_rows(reading, campaign.runtime)
    return {name: _against(campaign, upload, now) for name, upload in older.items()}


def _against(campaign: CampaignSession, upload: Upload, now: list[Any]) -> Mapping[str, Any]:
    with restored_upload(campaign, upload) as file:
        before = spreadsheet_rows(file.reading, campaign.runtime)
    changes = row_changes(before, now) if len(before) < COMPARED else []
    return {
        "file": upload.name, "at": upload.created_at, "plan": upload.plan, "whole": len(before) < COMPARED,
        "rows": dict(Counter(change.kind for change in changes)),
        "changes": [{name: value for name, value in plain_change(change).items() if name != "about"}
                    for change in changes[:LISTED]],
    }  # fmt: skip
