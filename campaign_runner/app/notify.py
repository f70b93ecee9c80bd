"""Who is told of what happened?  Messages follow the log of events, are kept until they were sent, and stop nothing.

    notify_job       the kind of work `notify`: a worker tells people every minute, and when something happens
    told_afterwards  at the end of `run` and `track`: the same within a few seconds, for cron without a server
    deliver          both of them: read the log from the cursor on, then send what is due

A message is marked as in hand before it leaves and as sent after that: whoever is killed in between has it sent once more.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaign_runner.app.notices import notice_facts
from campaign_runner.app.notices.notice_receivers import addresses, receivers
from campaign_runner.app.notices.notice_sending import send
from campaign_runner.app.process.server_address import server_address
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import Ledger, events, open_ledger, outbox
from campaign_runner.ledger.ledger_files import FILE
from campaign_runner.model import Clock
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.model.log import log
from campaign_runner.notification.kinds import BY_EVENT, KINDS, Addressee
from campaign_runner.notification.ping import SUCCESS, ping
from campaign_runner.settings import Settings

EVERY = 60.0  # a worker looks into the log so often, if nothing happens
AT_MOST = 10.0  # seconds that sending may take at a time
KEPT_DAYS = 90
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notifier:
    """Where messages are kept, who is told, and by which addresses; `server` is where links lead ("" = there is none)."""

    ledger: Ledger
    settings: Settings
    clock: Clock
    server: str = ""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def at(self) -> str:
        """The time as the ledger writes it."""
        return self.clock.now().isoformat(timespec="milliseconds")


def is_wanted(settings: Settings, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether anybody is to be told of anything."""
    return bool(settings.webhooks) or any(addresses(who, environ) for who in Addressee)


def notify_job(workspace: Workspace, _key: str) -> float | None:
    """Tell whoever is to be told; None where nobody is. A dead man's switch hears that workers are at work."""
    settings = workspace.settings
    heard = ping(settings.notify.ping_url, SUCCESS, "worker")
    if not is_wanted(settings):
        return EVERY if heard else None
    notifier = Notifier(workspace.ledger(), settings, workspace.clock, server_address(workspace))
    notice_facts.look_around(notifier, workspace)
    deliver(notifier, workspace.at())
    with workspace.ledger().write("forget old messages") as connection:
        outbox.forget(connection, (workspace.clock.now() - timedelta(days=KEPT_DAYS)).isoformat())
        due = outbox.next_due(connection)
    return EVERY if due is None else min(EVERY, max(1.0, due))


@contextmanager
def told_afterwards(runtime: Runtime) -> Iterator[None]:
    """Whatever happens in the block: who is to be told of it hears of it within a few seconds, or later."""
    since = runtime.at()
    try:
        yield
    finally:
        try:
            if is_wanted(runtime.settings):
                _told(runtime, since)
        except Exception as error:  # it never changes how a run ends
            log(logger, "messages wait and are sent later", level=logging.WARNING, error=error)


def deliver(notifier: Notifier, since: str, seconds: float = AT_MOST) -> int:
    """Keep what the log holds for somebody, then send what is due, for so many seconds; how many were sent."""
    until, sent = time.monotonic() + seconds, 0
    while _collected(notifier, since):
        pass
    while time.monotonic() < until:
        with notifier.ledger.write("take a message") as connection:
            delivery = outbox.take(connection)
        if delivery is None:
            break
        why = send(notifier, delivery)
        with notifier.ledger.write("a message was sent" if not why else "a message waits") as connection:
            if why:
                age = notifier.clock.now() - datetime.fromisoformat(delivery.message.at)
                outbox.not_sent(connection, delivery, why, old=age.total_seconds() > outbox.GIVEN_UP_AFTER)
            else:
                outbox.sent(connection, delivery, notifier.at())
                sent += 1
    return sent


def _collected(notifier: Notifier, since: str) -> bool:
    """Keep messages for the next events, in one transaction with the cursor; False where there are no more."""
    oldest = (notifier.clock.now() - timedelta(seconds=outbox.GIVEN_UP_AFTER)).isoformat()
    with notifier.ledger.read() as connection:
        if not outbox.behind(connection):
            return False
    with notifier.ledger.write("collect messages") as connection:
        events.alone_with(connection, "outbox")
        outbox.begin(connection, since)
        messages, until = outbox.collect(connection, _events_for(notifier.settings))
        for event in messages:
            kind = BY_EVENT[event["kind"]]
            if event["at"] < oldest or not (facts := notice_facts.of_event(connection, notifier, kind, event)):
                continue
            notice = KINDS[kind].once.format(kind=kind, event=event["id"], campaign_key=event["campaign"], **facts)
            for message in receivers(connection, notifier, kind, notice, event["campaign"], facts, event["at"]):
                outbox.add(connection, message)
        outbox.move_cursor(connection, until)
    return len(messages) == outbox.AT_ONCE


def _events_for(settings: Settings) -> list[str]:
    """The events that somebody hears of; failed rows, of which there can be thousands, only where a program wants them."""
    programs = {kind for target in settings.webhooks.values() for kind in target.events or KINDS}
    return [event for event, kind in BY_EVENT.items() if KINDS[kind].to or kind in programs]


def _told(runtime: Runtime, since: str) -> None:
    """In a thread of its own, so that a service that hangs holds nobody up."""
    if not runtime.ledger_url and not (runtime.state / FILE).exists():
        return

    def tell() -> None:
        try:
            with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
                deliver(Notifier(ledger, runtime.settings, runtime.clock, _server(runtime)), since)
        except CampaignRunnerError as error:
            log(logger, "messages wait and are sent later", level=logging.WARNING, error=error)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    thread.join(AT_MOST + 1)


def _server(runtime: Runtime) -> str:
    return runtime.settings.server.address
