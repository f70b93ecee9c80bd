"""campaign-runner template"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import Methods

Target = Annotated[Path, typer.Argument(metavar="FILE", help="The .xlsx or .csv file to write.")]

Rewards = Annotated[
    bool, typer.Option("--rewards", help="Add a drop-down of the rewards in Tango's catalogue, by name.")
]


def template_command(call: Call, file: Target, method: Methods = None, rewards: Rewards = False) -> None:
    """Create an empty spreadsheet with headers, drop-downs, comments and an example row per delivery method.

    Example: campaign-runner template q4.xlsx --method EMAIL --method PHONE
    """
    from campaign_runner.app.catalogue import reward_names
    from campaign_runner.app.template import write_empty_template

    call.terminal.may_overwrite(file, call.yes)
    names = reward_names(call.asking()) if rewards else []
    made = write_empty_template(file, call.schemas, [name.upper() for name in method or ()], names)
    call.answer(asdict(made), f"Written: {file}")
