"""campaign-runner doctor"""

from __future__ import annotations

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, Schemas, State, Verbose
from campaign_runner.model.errors import ExitCode


def doctor_command(
    config: Config = None, state: State = STATE, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check settings, credentials, connection, account and ledger, and show how to fix them.

    Example: campaign-runner doctor
    """
    from campaign_runner.app.doctor import diagnose
    from campaign_runner.app.locations import config_path

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        path = config_path(config)
        checks = diagnose(options.runtime(path, state, REPORTS, schemas, campaign="" if path else "doctor"))
        if as_json:
            terminal.object(
                {one.subject: {"well": one.well, "found": one.found, "advice": one.advice} for one in checks}
            )
        else:
            terminal.say(
                *(
                    f"{'ok ' if one.well else '!! '} {one.subject}: {one.found.rstrip('.')}. {one.advice}".rstrip()
                    for one in checks
                )
            )
        raise typer.Exit(ExitCode.DONE if all(one.well for one in checks) else ExitCode.USAGE)
