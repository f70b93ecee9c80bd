"""What may a person decide, and what may they ask?  Release held rows, follow one row."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from campaign_runner.app import explain as explanation
from campaign_runner.app.find_rows import is_row, rows_of
from campaign_runner.app.health_checks import Diagnosis, clocks, heads, permissions
from campaign_runner.app.release import RowsAsked, decide
from campaign_runner.app.runtime import Runtime, connect_tango
from campaign_runner.app.session import CampaignSession, open_campaign
from campaign_runner.ledger import campaigns, events, open_ledger, row_history, sent_lines
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.sent_lines import DROPPED, RELEASED, UNDONE
from campaign_runner.model.errors import CampaignRunnerError, UsageError
from campaign_runner.reporting.wording import cash


def release(
    runtime: Runtime, rows: Sequence[int | str], reason: str, *, held_as: str = "", every: bool = False, undo: bool = False,
    dry_run: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Release held rows of the newest file (or take that back), with a reason; the next `run` places them. Returns what
    was decided, with what it comes to.

    Raises UsageError for a row that is not held: then nothing is released.
    """
    return decide(
        runtime, RowsAsked(rows, held_as, every), UNDONE if undo else RELEASED, reason, dry_run=dry_run
    ).told


def drop(
    runtime: Runtime, rows: Sequence[int | str], reason: str, *, held_as: str = "", every: bool = False,
    dry_run: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Say that held rows are not to be sent, with a reason; otherwise as `release`."""
    return decide(runtime, RowsAsked(rows, held_as, every), DROPPED, reason, dry_run=dry_run).told


def explain(runtime: Runtime, what: str) -> dict[str, Any]:
    """The whole life of one row: by its number in the newest file, by an e-mail address, name or key that stands there
    once, or by a line or order reference."""
    with open_campaign(runtime, looking=True) as campaign:
        upload, row = _latest(campaign), int(what) if is_row(what) else None
        with campaign.ledger.read() as connection:
            files = dict.fromkeys((upload.id, sent_lines.file_of(connection, upload.id)))
            named = [
                (number, row_history.row_of(connection, campaign.key, number, what))
                for number in files
                if row is None
            ]
        place = next(((number, found) for number, found in named if found is not None), None)
        if row is None and place is None:
            row = _only(rows_of(campaign, what), what)
        with campaign.ledger.read() as connection:
            if row is not None:
                place = sent_lines.place_of(connection, upload.id, row)
            number, row = place or (upload.id, None)
            upload = campaigns.upload(connection, number)
            life = row_history.life(connection, campaign.key, upload, row) if row is not None else None
        if row is None or life is None:
            raise UsageError(
                f"{what} is neither a row with contents in {upload.name} nor a reference of this campaign."
            )
        return {"campaign": runtime.settings.campaign.id, "file": upload.name, "sheet": upload.sheet, "row": row,
                "handed_in": upload.created_at, "sha256": upload.sha256, **explanation.of_row(campaign, upload, row),
                **life}  # fmt: skip


def doctor(runtime: Runtime) -> list[Diagnosis]:
    """Is everything there that a run needs?  Program, settings, state folder, ledger, Tango, account, clock."""
    settings = runtime.settings
    told = [
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
            told += [_room(runtime.state), permissions(runtime.state), heads(ledger)]
            with ledger.read() as connection:
                broken = events.first_broken(connection)
            advice = "" if broken is None else "Restore a backup of the ledger: somebody changed it by hand."
            found = "events form one unbroken chain"
            if broken is not None:
                found = f"the chain of events breaks at {broken.number}: {broken.why}"
            told.append(Diagnosis("ledger", broken is None, found, advice))
            with connect_tango(runtime, ledger, 0) as client:
                receipt, account = client.account()
            told.append(clocks(ledger, runtime.clock.now(), receipt.server_time, settings.finance.time_zone))
    except CampaignRunnerError as error:
        return [*told, Diagnosis("ledger or address", False, str(error), "Fix this first.")]
    if account is None:
        said = receipt.message or receipt.outcome.value
        return [*told, Diagnosis("Tango", False, f"no account: {said}", "Check base_url, network and credentials.")]
    told.append(Diagnosis("Tango", True, f"answers (request {receipt.request_id or 'without id'})"))
    state = f"{account.identifier} is {account.status or 'of unknown status'}"
    balance = f", balance {cash(account.balance, account.currency)}" if account.balance is not None else ""
    told.append(Diagnosis("account", account.active, state + balance, "" if account.active else "Talk to Tango."))
    return told


def _only(rows: Sequence[int], what: str) -> int | None:
    """The one row that was named; raises UsageError where there are several."""
    if len(rows) > 1:
        numbers = ", ".join(map(str, rows[:20]))
        raise UsageError(f'"{what}" stands in {len(rows):,} rows: {numbers}. Say which row.')
    return rows[0] if rows else None


def _room(state: Path) -> Diagnosis:
    free = shutil.disk_usage(state).free // 2**20
    advice = "" if free > 500 else "Make room: a run of a million rows needs about 2 GB."
    return Diagnosis("state folder", free > 500, f"{state} can be written, {free} MB free", advice)


def _latest(campaign: CampaignSession) -> Upload:
    with campaign.ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.key)
    if upload is None:
        raise UsageError("No file of this campaign was ever planned. Run it first: campaign-runner run FILE")
    return upload
