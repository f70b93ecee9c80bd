"""campaign-runner doctor"""

from __future__ import annotations

from dataclasses import replace

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.model.errors import ExitCode


def doctor_command(call: Call) -> None:
    """Check settings, credentials, connection, account and ledger, and show how to fix what is wrong.

    Example: campaign-runner doctor
    """
    from campaign_runner.app.doctor import diagnose
    from campaign_runner.app.process.locations import config_path

    path = config_path(call.config)
    checks = diagnose(replace(call, config=path).runtime(campaign="" if path else "doctor"))
    call.answer(
        {
            one.subject: {"well": one.well, "found": one.found, "where": one.where, "advice": one.advice}
            for one in checks
        },
        *(
            f"{'ok ' if one.well else '!! '} {one.subject}: {one.found.rstrip('.')}. {one.advice}".rstrip()
            for one in checks
        ),
    )
    raise typer.Exit(ExitCode.DONE if all(one.well for one in checks) else ExitCode.USAGE)
