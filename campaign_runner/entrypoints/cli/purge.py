"""campaign-runner purge"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import DryRun, seconds
from campaign_runner.model.errors import ExitCode, UsageError

OlderThan = Annotated[
    str, typer.Option("--older-than", help="Erase files uploaded more than this many days ago, such as 400d.")
]

Recipient = Annotated[
    str,
    typer.Option(
        "--recipient", metavar="EMAIL|PHONE|NAME, STREET, ZIP", help="Erase one recipient from every campaign."
    ),
]

OfCampaign = Annotated[str, typer.Option("--campaign", metavar="ID", help="Erase one campaign.")]


def purge_command(
    call: Call,
    older_than: OlderThan = "",
    recipient: Recipient = "",
    campaign: OfCampaign = "",
    dry_run: DryRun = False,
) -> None:
    """Erase personal data of old files, of one recipient or of one campaign; by default, as the [retention] settings say.

    References, amounts, statuses and totals stay. Reports that contain the recipient are listed, not deleted.

    Example: campaign-runner purge --older-than 400d
    """
    from campaign_runner.app import screen
    from campaign_runner.app.purge import purge_campaign, purge_data, purge_recipient
    from campaign_runner.app.retention import apply_retention

    if [bool(older_than), bool(recipient), bool(campaign)].count(True) > 1:
        raise UsageError(
            'Give one of --older-than 400d, --recipient EMAIL, PHONE or "NAME, STREET, ZIP", --campaign ID; or none, and '
            "what [retention] says is erased."
        )
    days = seconds(older_than, "--older-than", "d") / 86_400 if older_than else 0
    runtime = call.runtime(campaign="any", secret=False)
    if older_than:
        erased = purge_data(runtime, days, dry_run=dry_run)
    elif recipient:
        erased = purge_recipient(runtime, recipient, dry_run=dry_run)
    elif campaign:
        erased = purge_campaign(runtime, campaign, dry_run=dry_run)
    else:
        erased = apply_retention(runtime, dry_run=dry_run)
    window = runtime.settings.identity.duplicate_window_days
    nothing = f"Nothing to erase: the ledger has no final data of {recipient or campaign} that was not erased before."
    if not recipient and not campaign:
        nothing = "Nothing to erase: nothing final is older than [retention] says."
    if older_than:
        nothing = f"Nothing to erase: nothing final is older than {days:g} days."
    call.answer(asdict(erased), *screen.purged(erased, nothing, window, dry_run=dry_run))
    raise typer.Exit(ExitCode.NOT_FINISHED if erased.open or erased.uncleared else ExitCode.DONE)
