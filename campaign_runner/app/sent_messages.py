"""Which messages went out, which wait and why?  For administrators and `doctor`; and a test of every address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from campaign_runner.app.health.health_checks import Diagnosis
from campaign_runner.app.notices.notice_receivers import PERSONAL, addresses
from campaign_runner.app.notify import Notifier, deliver, is_wanted
from campaign_runner.app.process.server_address import server_address
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import Ledger, outbox
from campaign_runner.notification.kinds import Addressee
from campaign_runner.notification.services import send_to_people
from campaign_runner.notification.texts import worded
from campaign_runner.settings import Settings


def list_messages(workspace: Workspace, *, before: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """The newest first."""
    with workspace.ledger().read() as connection:
        return outbox.listing(connection, before=before, limit=limit)


def send_messages(workspace: Workspace) -> int:
    """Send what waits, however long it takes; how many were sent."""
    if not is_wanted(workspace.settings):
        return 0
    with workspace.ledger().write("send messages at once") as connection:
        outbox.hurry(connection)
    server = workspace.settings.server.address or server_address(workspace)
    return deliver(Notifier(workspace.ledger(), workspace.settings, workspace.clock, server), workspace.at(), 3600)


def send_tests(settings: Settings, person: str, environ: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
    """A test message to each address; `person` stands in for `{email}`. Who, and why it could not be sent ("" = it was)."""
    title, text = worded("test", settings.notify.language, {})
    return [
        (f"{who} {number}",
         "give your e-mail address with --to" if PERSONAL in address and not person
         else send_to_people(address, person, title, text))
        for who in Addressee
        for number, address in enumerate(addresses(who, environ), 1)
    ]  # fmt: skip


def messages_health(ledger: Ledger) -> list[Diagnosis]:
    """Receivers of whom messages could not be sent."""
    with ledger.read() as connection:
        troubled = outbox.troubled(connection)
    return [
        Diagnosis(f"messages to {target}", False, f"{number} not sent: {error}",
                  "They are retried for three days; campaign-runner notify retries at once.")
        for _, target, error, number in troubled
    ]  # fmt: skip
