"""campaign-runner notify"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import ServerCall
from campaign_runner.model.errors import ExitCode

Test = Annotated[bool, typer.Option("--test", help="Send a test message to every address in the settings.")]
To = Annotated[
    str,
    typer.Option("--to", metavar="EMAIL", help="With --test: the e-mail address to use for {email} in an address."),
]


def notify_command(call: ServerCall, test: Test = False, to: To = "") -> None:
    """Send the waiting messages now, and list those that could not be sent (then exit code 1).

    Example: campaign-runner notify --test --to ana@example.com
    """
    from campaign_runner.app.sent_messages import list_messages, send_messages, send_tests

    with call.workspace() as workspace:
        if test:
            tried = send_tests(workspace.settings, to)
            lines = [f"{who}: {why or 'sent'}" for who, why in tried] or [
                "No address is set: see docs/notifications.md."
            ]
            call.answer({"tests": [{"to": who, "error": why} for who, why in tried]}, *lines)
            raise typer.Exit(ExitCode.NEEDS_ACTION if any(why for _, why in tried) else ExitCode.DONE)
        sent = send_messages(workspace)
        left = [each for each in list_messages(workspace, limit=500) if each["state"] != "sent"]
        lines = [
            f"{each['kind']} {each['campaign']} to {each['target']}: {each['error'] or 'waits'}" for each in left
        ]
        call.answer({"sent": sent, "not_sent": left}, f"{sent} sent, {len(left)} not sent.", *lines)
        raise typer.Exit(ExitCode.NEEDS_ACTION if left else ExitCode.DONE)
