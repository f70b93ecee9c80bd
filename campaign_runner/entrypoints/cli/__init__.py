"""Which commands are there?  Arguments in, exit code out; everything that matters happens in `pipeline`.

Heavy imports wait inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn, Protocol, runtime_checkable

import typer

from campaign_runner import __version__
from campaign_runner.entrypoints.cli import approving, asking, auditing, beginning, rewarding
from campaign_runner.entrypoints.cli.common import with_every_option
from campaign_runner.model.errors import ExitCode

COMMANDS = (
    beginning.init, beginning.template, beginning.rules, beginning.catalogue, rewarding.check, rewarding.plan,
    approving.approve, approving.reject, rewarding.run, rewarding.track, asking.release, asking.drop, rewarding.retry,
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
    app.command()(with_every_option(command))
app.add_typer(auditing.audit)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"campaign-runner {__version__}")
        raise typer.Exit


@runtime_checkable
class UsageFault(Protocol):
    """What typer raises for a command line that it cannot read; its class is not a public one."""

    exit_code: int

    def show(self) -> None:
        """Say it on standard error."""
        ...

    def format_message(self) -> str:
        """It as a sentence."""
        ...


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script; leaves with an exit code of the README's table."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_code(words))


def _code(words: list[str]) -> int:
    try:
        return int(app(args=words, standalone_mode=False) or ExitCode.DONE)
    except (KeyboardInterrupt, typer.Abort):
        _object(words, "interrupted: run the same command again", ExitCode.INTERRUPTED)
        return ExitCode.INTERRUPTED
    except Exception as error:
        if isinstance(error, UsageFault):
            error.show()
            _object(words, error.format_message(), error.exit_code)
            return error.exit_code
        traceback.print_exc()
        print(FAULT, file=sys.stderr)
        _object(words, FAULT, ExitCode.FAULT)
        return ExitCode.FAULT  # Python's own code would be 1, which says "done, but some rows need action"


def _object(words: Sequence[str], message: str, code: int) -> None:
    """With --json there is one object on standard output, whatever goes wrong."""
    if "--json" in words:
        print(json.dumps({"error": message, "exit_code": int(code)}, ensure_ascii=False), flush=True)
