"""What may a person decide, and what may they ask?  Release held rows, follow one row."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaign_runner import explanation
from campaign_runner.errors import CampaignRunnerError, UsageError
from campaign_runner.ledger import campaigns, events, integrity, lives, open_ledger, plans
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.opening import Opened, opened
from campaign_runner.outside import World, connect


def release(world: World, rows: Sequence[int], reason: str, *, dry_run: bool = False) -> list[str]:
    """Let held rows of the newest file go, with a reason; the next `run` places them. Returns what was decided.

    Raises UsageError for a row that is not held: then nothing is released.
    """
    if not reason.strip():
        raise UsageError("Say why with --reason: it is kept in the ledger for whoever asks later.")
    with opened(world) as campaign, campaign.ledger.write() as connection:
        integrity.require_whole(campaign.ledger)
        upload = _latest(campaign)
        held = lives.held(connection, upload.id)
        if strange := [row for row in rows if row not in held]:
            known = ", ".join(map(str, sorted(held))) or "none"
            raise UsageError(
                f"Row {strange[0]} of {upload.name} is not held, so nothing was released. Held rows: {known}."
            )
        told = [f"Row {row}: {held[row].reason}" for row in rows]
        if not dry_run:
            references = [held[row].reference for row in rows]
            changed = {held[row].reference: held[row].changed_line for row in rows}
            plans.let_go(connection, campaign.number, references, reason, world.at(), changed=changed)
            events.append(
                connection, campaign.number, world.at(), "rows released", rows=list(rows), reason=reason,
                references=references,
            )  # fmt: skip
    return told


def explain(world: World, what: str) -> dict[str, Any]:
    """The whole life of one row: by its number in the newest file, or by a line or order reference."""
    with opened(world) as campaign:
        upload = _latest(campaign)
        with campaign.ledger.read() as connection:
            row = int(what) if what.isdigit() else lives.row_of(connection, campaign.number, upload.id, what)
            life = lives.life(connection, campaign.number, upload, row) if row is not None else None
        if row is None or life is None:
            raise UsageError(
                f"{what} is neither a row with contents in {upload.name} nor a reference of this campaign."
            )
        return {"campaign": world.settings.campaign.id, "file": upload.name, "sheet": upload.sheet, "row": row,
                "handed_in": upload.created_at, "sha256": upload.sha256, **explanation.of_row(campaign, upload, row),
                **life}  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """One thing that `doctor` looked at; `advice` says what to do where it is not well."""

    subject: str
    well: bool
    found: str
    advice: str = ""


def doctor(world: World) -> list[Diagnosis]:
    """Is everything there that a run needs?  Program, settings, state folder, ledger, Tango, account, clock."""
    settings = world.settings
    told = [
        Diagnosis("program", True, f"Python {platform.python_version()} on {sys.platform}"),
        Diagnosis("settings", True, f"campaign {settings.campaign.id}, environment {settings.tango.environment}"),
        Diagnosis("credentials", True, f"{world.credentials.kind} (not shown)"),
    ]
    try:
        with open_ledger(world.state, world.ledger_url, world.actor) as ledger:
            told.append(_room(world.state))
            with ledger.read() as connection:
                broken = events.first_broken(connection)
            advice = "" if broken is None else "Restore a backup of the ledger: somebody changed it by hand."
            found = "events form one unbroken chain"
            if broken is not None:
                found = f"the chain of events breaks at {broken.number}: {broken.why}"
            told.append(Diagnosis("ledger", broken is None, found, advice))
            with connect(world, ledger, 0) as client:
                receipt, account = client.account()
    except CampaignRunnerError as error:
        return [*told, Diagnosis("ledger or address", False, str(error), "Mend this first.")]
    if account is None:
        said = receipt.message or receipt.outcome.value
        return [*told, Diagnosis("Tango", False, f"no account: {said}", "Check base_url, network and credentials.")]
    told.append(Diagnosis("Tango", True, f"answers (request {receipt.request_id or 'without id'})"))
    state = f"{account.identifier} is {account.status or 'of unknown status'}"
    balance = f", balance {account.balance} {account.currency}" if account.balance is not None else ""
    told.append(Diagnosis("account", account.active, state + balance, "" if account.active else "Talk to Tango."))
    return told


def _room(state: Path) -> Diagnosis:
    free = shutil.disk_usage(state).free // 2**20
    advice = "" if free > 500 else "Make room: a run of a million rows needs about 2 GB."
    return Diagnosis("state folder", free > 500, f"{state} can be written, {free} MB free", advice)


def _latest(campaign: Opened) -> Upload:
    with campaign.ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.number)
    if upload is None:
        raise UsageError("No file of this campaign was ever planned. Run it first: campaign-runner run FILE")
    return upload
