"""Which commands are there?  Arguments in, exit code out; everything that matters happens in `app`.

Heavy imports wait inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated, NoReturn, Protocol, runtime_checkable

import typer

from campaign_runner import __version__
from campaign_runner.app.process.gc_pause import collect_seldom
from campaign_runner.entrypoints.cli.approve import approve_command
from campaign_runner.entrypoints.cli.audit import audit
from campaign_runner.entrypoints.cli.catalogue import catalogue_command
from campaign_runner.entrypoints.cli.check import check_command
from campaign_runner.entrypoints.cli.command import command
from campaign_runner.entrypoints.cli.doctor import doctor_command
from campaign_runner.entrypoints.cli.drop import drop_command
from campaign_runner.entrypoints.cli.explain import explain_command
from campaign_runner.entrypoints.cli.halt import halt_command
from campaign_runner.entrypoints.cli.inbox import inbox_command
from campaign_runner.entrypoints.cli.init import init_command
from campaign_runner.entrypoints.cli.notify import notify_command
from campaign_runner.entrypoints.cli.person import person
from campaign_runner.entrypoints.cli.plan import plan_command
from campaign_runner.entrypoints.cli.purge import purge_command
from campaign_runner.entrypoints.cli.reconcile import reconcile_command
from campaign_runner.entrypoints.cli.recover import recover_command
from campaign_runner.entrypoints.cli.reject import reject_command
from campaign_runner.entrypoints.cli.release import release_command
from campaign_runner.entrypoints.cli.reports import reports_command
from campaign_runner.entrypoints.cli.resume import resume_command
from campaign_runner.entrypoints.cli.retry import retry_command
from campaign_runner.entrypoints.cli.rules import rules_command
from campaign_runner.entrypoints.cli.run import run_command
from campaign_runner.entrypoints.cli.schedule import schedule_command
from campaign_runner.entrypoints.cli.serve import serve_command
from campaign_runner.entrypoints.cli.simulator import simulator_command
from campaign_runner.entrypoints.cli.status import status_command
from campaign_runner.entrypoints.cli.template import template_command
from campaign_runner.entrypoints.cli.token import token
from campaign_runner.entrypoints.cli.track import track_command
from campaign_runner.entrypoints.cli.unschedule import unschedule_command
from campaign_runner.entrypoints.cli.user import user
from campaign_runner.entrypoints.cli.webhook import webhook
from campaign_runner.entrypoints.cli.withdraw import withdraw_command
from campaign_runner.entrypoints.cli.worker import worker_command
from campaign_runner.model.errors import ExitCode

COMMANDS: dict[str, Callable[..., None]] = {
    "init": init_command,
    "template": template_command,
    "rules": rules_command,
    "catalogue": catalogue_command,
    "check": check_command,
    "plan": plan_command,
    "approve": approve_command,
    "reject": reject_command,
    "run": run_command,
    "track": track_command,
    "release": release_command,
    "drop": drop_command,
    "retry": retry_command,
    "halt": halt_command,
    "resume": resume_command,
    "withdraw": withdraw_command,
    "schedule": schedule_command,
    "unschedule": unschedule_command,
    "reports": reports_command,
    "status": status_command,
    "explain": explain_command,
    "recover": recover_command,
    "reconcile": reconcile_command,
    "purge": purge_command,
    "worker": worker_command,
    "inbox": inbox_command,
    "notify": notify_command,
    "simulator": simulator_command,
    "doctor": doctor_command,
    "serve": serve_command,
}

app = typer.Typer(
    name="campaign-runner", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Send rewards to the recipients in a spreadsheet through Tango, follow them and report on every row.",
)  # fmt: skip
FAULT = (
    "campaign-runner: this is a fault in the program, not in your file. Nothing is lost, and you can safely run the same "
    "command again. Please report the fault with the lines above."
)
for name, function in COMMANDS.items():
    app.command(name)(command(function))
for group in (audit, person, user, token, webhook):
    app.add_typer(group)


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
        return int(app(args=words, standalone_mode=False) or ExitCode.DONE)
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
