"""campaign-runner inbox"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Json, Quiet, Schemas, State, Verbose, Wait

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that files are put into, with its subfolders.")]
Once = Annotated[
    bool, typer.Option("--once", help="Handle what is there, and end with the worst exit code of all files.")
]


def inbox_command(
    folder: Folder, once: Once = False, state: State = STATE, schemas: Schemas = None, wait: Wait = "10m",
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Run every spreadsheet that appears in a folder, and move it to done/ or failed/ with what came of it.

    Example: campaign-runner inbox /srv/rewards --once
    """
    from campaign_runner.app.inbox import Inbox

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        lines: list[str] = []
        tell = lines.append if as_json else terminal.say
        inbox = Inbox(folder.absolute(), tell, state, schemas, options.seconds(wait))
        with options.interruptible(inbox.stopping, terminal):
            code = inbox.watch(once=once)
        if as_json:
            terminal.object({"files": lines, "exit_code": int(code)})
        raise typer.Exit(code)
