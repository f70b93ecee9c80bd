"""Which commands are there?  Arguments in, exit code out; everything that matters happens in `pipeline`.

Heavy imports wait inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from campaign_runner import __version__
from campaign_runner.cli import approving, asking, auditing, beginning, rewarding
from campaign_runner.errors import ExitCode

COMMANDS = (
    beginning.init, beginning.template, beginning.rules, beginning.catalogue, rewarding.check, rewarding.plan,
    approving.approve, approving.reject, rewarding.run, rewarding.track, asking.release, rewarding.retry,
    rewarding.reports, asking.status, asking.explain, rewarding.recover, auditing.reconcile, auditing.purge,
    beginning.simulator, asking.doctor,
)  # fmt: skip

app = typer.Typer(
    name="campaign-runner", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="From a spreadsheet of reward recipients to rewards that arrived, and books that close.",
)  # fmt: skip
FAULT = (
    "campaign-runner: this is a fault of the program, not of your file. Nothing is lost, and running the same command "
    "again is safe. Please report it with the lines above."
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(auditing.audit)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"campaign-runner {__version__}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script; leaves with an exit code of the README's table."""
    try:
        app(args=list(arguments) if arguments is not None else None, standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception:
        traceback.print_exc()
        print(FAULT, file=sys.stderr)
        sys.exit(ExitCode.FAULT)  # Python's own code would be 1, which says "done, but some rows need action"
    sys.exit(ExitCode.DONE)
