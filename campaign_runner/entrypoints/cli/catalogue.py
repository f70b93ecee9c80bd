"""campaign-runner catalogue"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.app.overrides import Overrides
from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.entrypoints.cli.override_options import Refresh

Search = Annotated[
    str, typer.Argument(metavar="SEARCH", help="Words to search for, such as a name, utid or currency.")
]


def catalogue_command(
    search: Search = "", config: Config = None, state: State = STATE, refresh: Refresh = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """List the rewards that Tango offers, or those that match every word of SEARCH.

    Example: campaign-runner catalogue "gift card EUR"
    """
    from campaign_runner.app import screen
    from campaign_runner.app.catalogue import find_rewards

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        found = list(map(screen.reward, find_rewards(options.asking(config, state, Overrides(refresh)), search)))
        if as_json:
            terminal.object({"rewards": found})
        elif found:
            terminal.table(list(found[0]), [list(one.values()) for one in found])
        else:
            terminal.say(f'No reward has "{search}" in its name, utid, currency, countries or methods.')
