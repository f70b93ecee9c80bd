"""campaign-runner template"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Config, Json, Methods, Quiet, Schemas, State, Verbose, Yes

Target = Annotated[Path, typer.Argument(metavar="FILE", help="The .xlsx or .csv file to write.")]

Rewards = Annotated[
    bool, typer.Option("--rewards", help="Add a drop-down of the rewards in Tango's catalogue, by name.")
]


def template_command(
    file: Target, method: Methods = None, rewards: Rewards = False, config: Config = None, state: State = STATE,
    schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Create an empty spreadsheet with headers, drop-downs, comments and an example row per delivery method.

    Example: campaign-runner template q4.xlsx --method EMAIL --method PHONE
    """
    from campaign_runner.app.template import write_empty_template

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        terminal.may_overwrite(file, yes)
        names = _names(config, state) if rewards else []
        made = write_empty_template(file, schemas, [name.upper() for name in method or ()], names)
        terminal.object(asdict(made)) if as_json else terminal.say(f"Written: {file}")


def _names(config: Path | None, state: Path | None) -> list[str]:
    from campaign_runner.app.catalogue import reward_names

    return reward_names(options.asking(config, state))
