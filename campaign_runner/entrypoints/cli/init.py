"""campaign-runner init"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to; default: the current folder.")]
Key = Annotated[list[str] | None, typer.Option("--key", help="Column that identifies each recipient; repeatable.")]


def init_command(call: Call, folder: Folder = Path(), key: Key = None) -> None:
    """Create a commented campaign.toml and an empty workbook.

    The campaign id is the folder's name and today's date. The column that identifies each recipient (--key, such as
    "Employee ID") is taken from a spreadsheet in the folder; at a terminal, `init` asks for it.

    Example: campaign-runner init q4-rewards
    """
    from campaign_runner.app import init as onboarding
    from campaign_runner.app.init import init_folder

    for name in ("campaign.toml", onboarding.WORKBOOK):
        call.terminal.may_overwrite(folder / name, call.yes)
    chosen = key or _key(call, onboarding.proposed_key(folder, call.schemas))
    made = init_folder(folder, call.schemas, chosen, now=datetime.now(UTC))
    names = [str(path) for path in made.written]
    then = f"Fill in the workbook, review campaign.toml, then run: campaign-runner check {names[-1]}"
    call.answer(asdict(made), f"Written: {', '.join(names)}", then)


def _key(call: Call, proposal: str) -> list[str]:
    """The column that names a row: asked for at a terminal, proposed by a file that is there."""
    if call.yes or not sys.stdin.isatty():
        return [proposal] if proposal else []
    question = "Which column identifies each recipient, so that a changed row is never sent twice? (- for none)"
    typed = call.terminal.ask_for(question, proposal)
    return [typed] if typed else []
