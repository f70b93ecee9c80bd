"""Which commands are there?  Arguments in, exit code out; everything that matters happens in `app`.

Heavy imports wait inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Annotated, NoReturn, Protocol, runtime_checkable

import typer

from campaign_runner import __version__
from campaign_runner.app.process.gc_pause import collect_seldom
from campaign_runner.entrypoints.cli.command import command
from campaign_runner.model.errors import ExitCode

# Each is a file beside this one with a function such as `check_command`, or a group of commands such as `audit`.
COMMANDS = (
    "init", "template", "rules", "catalogue", "check", "plan", "approve", "reject", "run", "track", "release",
    "drop", "retry", "halt", "resume", "withdraw", "schedule", "unschedule", "reports", "status", "explain",
    "recover", "reconcile", "purge", "worker", "inbox", "notify", "simulator", "doctor", "serve",
)  # fmt: skip
GROUPS = ("audit", "person", "user", "token", "webhook")
FAULT = (
    "campaign-runner: this is a fault in the program, not in your file. Nothing is lost, and you can safely run the same "
    "command again. Please report the fault with the lines above."
)


def program(words: Sequence[str] = ()) -> typer.Typer:
    """The command line; if the words begin with a command, that one alone: all of them take a tenth of a second to make."""
    app = typer.Typer(
        name="campaign-runner", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Send rewards to the recipients in a spreadsheet through Tango, follow them and report on every row.",
    )  # fmt: skip
    app.callback(invoke_without_command=True)(_version)
    wanted = {*words[:1]} & {*COMMANDS, *GROUPS}
    for name in COMMANDS:
        if name in (wanted or COMMANDS):
            app.command(name)(command(getattr(_module(name), f"{name}_command")))
    _list_whole(app)
    for name in GROUPS:
        if name in (wanted or GROUPS):
            group = getattr(_module(name), name)
            _list_whole(group)
            app.add_typer(group, short_help=group.info.help)
    return app


def _list_whole(commands: typer.Typer) -> None:
    """In the list, a command has its whole first sentence: of the help text alone it would be cut."""
    for one in commands.registered_commands:
        one.short_help = _first_sentence(one.callback.__doc__ or "") if one.callback else None


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).partition(". ")[0].removesuffix(".") + "."


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


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
    message: str

    def show(self) -> None:
        """Print it on standard error."""
        ...

    def format_message(self) -> str:
        """It as a sentence."""
        ...


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script; leaves with an exit code of the README's table."""
    collect_seldom()
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_code(words))


def _code(words: list[str]) -> int:
    try:
        return int(program(words)(args=words, standalone_mode=False) or ExitCode.DONE)
    except (KeyboardInterrupt, typer.Abort):
        _object(words, "interrupted: run the same command again", ExitCode.INTERRUPTED)
        return ExitCode.INTERRUPTED
    except Exception as error:
        if isinstance(error, UsageFault):
            error.message = error.message.replace("Value error, ", "")
            error.show()
            _object(words, error.format_message(), error.exit_code)
            return error.exit_code
        if sentence := _damage():
            print(f"campaign-runner: {sentence}", file=sys.stderr)
            _object(words, sentence, ExitCode.USAGE)
            return ExitCode.USAGE
        traceback.print_exc()
        print(FAULT, file=sys.stderr)
        _object(words, FAULT, ExitCode.FAULT)
        return ExitCode.FAULT  # Python's own code would be 1, which means "done, but some rows need action"


def _damage() -> str:
    """Where a ledger that is damaged gave what nothing can work with: that, as a sentence."""
    errors = sys.modules.get("campaign_runner.ledger.database_errors")
    return str(errors.damage()) if errors else ""


def _object(words: Sequence[str], message: str, code: int) -> None:
    """With --json there is one object on standard output, whatever goes wrong."""
    if "--json" in words:
        print(json.dumps({"error": message, "exit_code": int(code)}, ensure_ascii=False), flush=True)
