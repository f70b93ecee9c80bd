"""campaign-runner person: export, erase"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.command import command
from campaign_runner.entrypoints.cli.options import DryRun
from campaign_runner.model.errors import ExitCode

person = typer.Typer(name="person", no_args_is_help=True, help="Export or erase the data of one person.")
Who = Annotated[
    str, typer.Argument(metavar="EMAIL", help='E-mail address, phone number, or "NAME, STREET, ZIP" for letters.')
]
To = Annotated[
    Path, typer.Option("--to", metavar="FILE", help="A .json, .xlsx or .html file, or a folder for all three.")
]
KeepReports = Annotated[
    bool, typer.Option("--keep-reports", help="List reports that contain the person; delete none.")
]


@person.command("export")
@command
def export_command(call: Call, who: Who, to: To) -> None:
    """Export everything stored about a person: rewards, rows of files, corrections, reports, their account.

    Example: campaign-runner person export ana@example.com --to ana.xlsx
    """
    from campaign_runner.app.personal_data.person_export import write_export
    from campaign_runner.model.wording import count

    data, paths = write_export(call.runtime(campaign="any", secret=False), who, to)
    numbers = {
        "rewards": len(data.rewards),
        "rows": len(data.rows),
        "files": len(data.files),
        "texts": len(data.texts),
    }
    lines = [f"No data about {who} is stored."] if data.is_empty else [
        f"{count(numbers['rewards'], 'reward')}, {count(numbers['rows'], 'row')} of files, "
        f"{count(numbers['files'], 'file')} and {count(numbers['texts'], 'other text')} about {who}."
    ]  # fmt: skip
    files = {"files_written": [str(path) for path in paths]}
    call.answer(
        {**numbers, "account": data.account is not None, **files, "notes": data.notes},
        *lines, *data.notes[:1], *(f"  {path}" for path in paths),
    )  # fmt: skip


@person.command("erase")
@command
def erase_command(call: Call, who: Who, keep_reports: KeepReports = False, dry_run: DryRun = False) -> None:
    """Erase a person from every campaign and delete the reports that contain them; totals and references stay.

    Reports that somebody changed, and your own files, are listed but not deleted.

    Example: campaign-runner person erase ana@example.com
    """
    from campaign_runner.app import screen
    from campaign_runner.app.purge import purge_recipient

    runtime = call.runtime(campaign="any", secret=False)
    erased = purge_recipient(runtime, who, dry_run=dry_run, delete_reports=not keep_reports)
    nothing = f"Nothing to erase: the ledger has no final data of {who} that was not erased before."
    window = runtime.settings.identity.duplicate_window_days
    call.answer(asdict(erased), *screen.purged(erased, nothing, window, dry_run=dry_run))
    raise typer.Exit(ExitCode.NOT_FINISHED if erased.open or erased.uncleared else ExitCode.DONE)
