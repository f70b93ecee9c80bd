"""campaign-runner catalogue"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.app.overrides import Overrides
from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.override_options import Refresh

Search = Annotated[
    str, typer.Argument(metavar="SEARCH", help="Words to search for, such as a name, utid or currency.")
]


def catalogue_command(call: Call, search: Search = "", refresh: Refresh = False) -> None:
    """List the rewards that Tango offers, or those that match every word of SEARCH.

    Example: campaign-runner catalogue "gift card EUR"
    """
    from campaign_runner.app import screen
    from campaign_runner.app.catalogue import find_rewards

    rewards = list(map(screen.reward, find_rewards(call.asking(Overrides(refresh)), search)))
    if call.as_json:
        call.terminal.object({"rewards": rewards})
    elif rewards:
        call.terminal.table(list(rewards[0]), [list(one.values()) for one in rewards])
    else:
        call.terminal.say(f'No reward has "{search}" in its name, utid, currency, countries or methods.')
