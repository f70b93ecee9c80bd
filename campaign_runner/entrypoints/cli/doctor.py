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
    """Check settings, credentials, reachability, account and ledger; say what to do.

    Example: campaign-runner doctor
    """
    from campaign_runner.app.doctor import diagnose
    from campaign_runner.app.locations import config_path

    with options.at_work(as_json, quiet, verbose) as terminal:
        path = config_path(config)
        told = diagnose(options.runtime(path, state, REPORTS, schemas, campaign="" if path else "doctor"))
        if as_json:
            terminal.object(
                {one.subject: {"well": one.well, "found": one.found, "advice": one.advice} for one in told}
            )
        else:
            terminal.say(
                *(
                    f"{'ok ' if one.well else '!! '} {one.subject}: {one.found.rstrip('.')}. {one.advice}".rstrip()
                    for one in told
                )
            )
        raise typer.Exit(ExitCode.DONE if all(one.well for one in told) else ExitCode.USAGE)
