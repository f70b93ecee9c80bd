"""campaign-runner rules"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call

OneMethod = Annotated[
    str, typer.Argument(metavar="METHOD", help="Delivery method, such as EMAIL; default: an overview of all.")
]


def rules_command(call: Call, method: OneMethod = "") -> None:
    """Show the rules of a delivery method as a table.

    Example: campaign-runner rules EMAIL
    """
    from campaign_runner.app.rules import rules_of_method

    table = rules_of_method(method, call.schemas)
    call.terminal.object(table.plain()) if call.as_json else call.terminal.table(table.head, table.rows)
