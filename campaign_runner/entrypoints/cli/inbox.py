"""campaign-runner inbox"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import MetricsFile, Wait, seconds

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to watch, with its subfolders.")]
Once = Annotated[
    bool,
    typer.Option("--once", help="Process the files that are there, then end with the worst of their exit codes."),
]


def inbox_command(
    call: Call, folder: Folder, once: Once = False, wait: Wait = "10m", metrics_file: MetricsFile = None
) -> None:
    """Run every spreadsheet that appears in a folder, and move it to done/ or failed/ with its results.

    Example: campaign-runner inbox /srv/rewards --once
    """
    from campaign_runner.app.dead_mans_switch import watched
    from campaign_runner.app.inbox import Inbox
    from campaign_runner.app.process import executor
    from campaign_runner.app.process.gc_pause import collect_as_usual
    from campaign_runner.app.process.metrics_file import EVERY, metrics_written

    if not once:
        collect_as_usual()
    executor.begin()
    lines: list[str] = []
    tell = lines.append if call.as_json else call.terminal.say
    inbox = Inbox(folder.absolute(), tell, call.state, schemas=call.schemas, patience=seconds(wait))
    with (
        watched(inbox.own.notify.ping_url if once else "", "inbox"),
        call.interruptible(inbox.stopping),
        metrics_written(metrics_file, "inbox", inbox.ledger_place, every=EVERY),
    ):
        code = inbox.watch(once=once)
        if call.as_json:
            call.terminal.object({"files": lines, "exit_code": int(code)})
        raise typer.Exit(code)
