"""campaign-runner init"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import Json, Quiet, Schemas, Verbose, Yes
from campaign_runner.entrypoints.cli.terminal import Terminal

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; default: here.")]


Key = Annotated[list[str] | None, typer.Option("--key", help="A column that names each person; repeatable.")]


def init_command(
    folder: Folder = Path(), key: Key = None, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Write a commented campaign.toml, with an id from the folder's name and the day, and a template workbook.

    The column that names each person (--key, such as "Employee ID") is set where a spreadsheet of the folder has one;
    at a terminal you are asked.

    Example: campaign-runner init q4-rewards
    """
    from campaign_runner.app import init as onboarding
    from campaign_runner.app.init import init_folder

    with options.at_work(as_json, quiet, verbose) as terminal:
        for name in ("campaign.toml", onboarding.WORKBOOK):
            terminal.may_overwrite(folder / name, yes)
        chosen = key or _key(terminal, onboarding.proposed_key(folder, schemas), yes)
        written = [str(path) for path in init_folder(folder, schemas, chosen, now=datetime.now(UTC))]
        then = f"Fill in the workbook, look at campaign.toml, then: campaign-runner check {written[1]}"
        terminal.object({"written": written}) if as_json else terminal.say(f"Written: {', '.join(written)}", then)


def _key(terminal: Terminal, proposal: str, yes: bool) -> list[str]:
    """The column that names a row: asked for at a terminal, proposed by a file that is there."""
    if yes or not sys.stdin.isatty():
        return [proposal] if proposal else []
    question = "Which column names each person, so that a changed row is never sent twice? (- for none)"
    typed = terminal.ask_for(question, proposal)
    return [typed] if typed else []
