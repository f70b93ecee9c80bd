"""campaign-runner rules"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import Json, Quiet, Schemas, Verbose

OneMethod = Annotated[
    str, typer.Argument(metavar="METHOD", help="Delivery method, such as EMAIL; default: an overview of all.")
]


def rules_command(
    method: OneMethod = "", schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show the rules of a delivery method as a table.

    Example: campaign-runner rules EMAIL
    """
    from campaign_runner.app.rules import rules_of_method

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        found = rules_of_method(method, schemas)
        terminal.object(found.plain()) if as_json else terminal.table(found.head, found.rows)
