"""campaign-runner init"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import Json, Quiet, Schemas, Verbose, Yes
from campaign_runner.entrypoints.cli.terminal import Terminal

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to; default: the current folder.")]
Key = Annotated[list[str] | None, typer.Option("--key", help="Column that identifies each recipient; repeatable.")]


def init_command(
    folder: Folder = Path(), key: Key = None, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Create a commented campaign.toml and an empty workbook.

    The campaign id is the folder's name and today's date. The column that identifies each recipient (--key, such as
    "Employee ID") is taken from a spreadsheet in the folder; at a terminal you are asked.

    Example: campaign-runner init q4-rewards
    """
    from campaign_runner.app import init as onboarding
    from campaign_runner.app.init import init_folder

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        for name in ("campaign.toml", onboarding.WORKBOOK):
            terminal.may_overwrite(folder / name, yes)
        chosen = key or _key(terminal, onboarding.proposed_key(folder, schemas), yes)
        made = init_folder(folder, schemas, chosen, now=datetime.now(UTC))
        names = [str(path) for path in made.written]
        then = f"Fill in the workbook, review campaign.toml, then run: campaign-runner check {names[-1]}"
        terminal.object(asdict(made)) if as_json else terminal.say(f"Written: {', '.join(names)}", then)


def _key(terminal: Terminal, proposal: str, yes: bool) -> list[str]:
    """The column that names a row: asked for at a terminal, proposed by a file that is there."""
    if yes or not sys.stdin.isatty():
        return [proposal] if proposal else []
    question = "Which column identifies each recipient, so that a changed row is never sent twice? (- for none)"
    typed = terminal.ask_for(question, proposal)
    return [typed] if typed else []
