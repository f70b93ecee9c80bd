"""Is what runs by itself well?  Workers and jobs, backups, messages, events of Tango, certificates."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign_runner.app.health.health_checks import Diagnosis
from campaign_runner.app.sent_messages import messages_health
from campaign_runner.app.tango_events import VARIABLE
from campaign_runner.app.webhooks import PATH
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import Ledger, jobs, requests
from campaign_runner.model.errors import StateError
from campaign_runner.notification.kinds import Addressee
from campaign_runner.settings import Settings
from campaign_runner.settings.secrets import secret
from campaign_runner.tango import subscriptions

if TYPE_CHECKING:
    from campaign_runner.tango.client import Client

# A backup a night, and one that failed is not yet an alarm.
BACKUP_AGE = timedelta(hours=49)


def operations(settings: Settings, ledger: Ledger, now: datetime) -> Iterator[Diagnosis]:
    """All of it, in the order in which it is shown."""
    yield from workers(ledger)
    yield backups(settings, now)
    yield from messages()
    yield from messages_health(ledger)
    for url in dict.fromkeys((settings.base_url, settings.server.address)):
        if url.startswith("https:"):
            yield certificate(url, now)


def workers(ledger: Ledger) -> Iterator[Diagnosis]:
    """Is somebody there who takes the jobs, and which of them fail?"""
    with ledger.read() as connection:
        due, failing = jobs.longest_due(connection), jobs.failing(connection)
    late = f"a job has been due for {due:.0f} seconds, and no worker takes it"
    state = "no job waits for long" if due <= OVERDUE else late
    advice = "" if due <= OVERDUE else "Start a worker: campaign-runner worker. If one runs, read its log."
    yield Diagnosis("worker", due <= OVERDUE, state, advice, "jobs of the ledger")
    for kind, key, error in failing:
        advice = "It is retried automatically. If it keeps failing, report it with the worker's log."
        yield Diagnosis(f"job {kind} {key}", False, error, advice, "jobs of the ledger")


def backups(settings: Settings, now: datetime) -> Diagnosis:
    """How old is the newest backup?"""
    if not settings.retention.backups:
        return Diagnosis("backup", True, "not checked: [retention] backups is not set")
    folder = Path(settings.retention.backups)
    made = [path.stat().st_mtime for path in folder.glob("ledger-*")] if folder.is_dir() else []
    how = "Find out why deploy/backup.sh did not run (systemctl list-timers), and run it now."
    if not made:
        return Diagnosis("backup", False, "there is no backup of a ledger", how, str(folder))
    newest = datetime.fromtimestamp(max(made), UTC)
    well = now - newest <= BACKUP_AGE
    state = f"the newest is from {newest:%Y-%m-%d %H:%M} UTC"
    return Diagnosis("backup", well, state, "" if well else how, str(folder))


def messages(environ: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """Do the mail servers of [notify] take connections?  Of other services, what is written is looked at alone."""
    for name in (f"NOTIFY_{who.upper()}" for who in Addressee):
        for address in secret(name, environ).split():
            yield _service(name, address)


def _service(name: str, address: str) -> Diagnosis:
    """Nothing of an address is shown but the host of a mail server: it holds a secret."""
    subject = f"messages {name}"
    try:
        service: Any = import_module("apprise").Apprise.instantiate(address)
    except ImportError:
        how = "Install it: pip install 'campaign-runner[notify]'"
        return Diagnosis(subject, False, "Apprise is not installed, so nothing is sent", how, name)
    if service is None:
        return Diagnosis(subject, False, "Apprise does not understand this address", f"Correct {name}.", name)
    host, port = getattr(service, "smtp_host", ""), getattr(service, "port", None)
    if not host:
        state = f"an address of {service.service_name}; whether it answers was not tried"
        return Diagnosis(subject, True, state, "", name)
    how = f"Check the host and port in {name}, the network and the mail server. Messages are retried automatically."
    return answers(subject, host, int(port or 25), how)


def subscriptions_at_tango(settings: Settings, client: Client) -> Iterator[Diagnosis]:
    """Where events are signed for us: does Tango send them here, and until when?"""
    if not secret(VARIABLE):
        return
    address = settings.server.address
    _, listed = subscriptions.listed(client.webhooks)
    mine = [each for each in listed if each.url.startswith(address) and subscriptions.EVENT in each.events]
    state = (
        f"subscribed until {mine[0].expires_at or 'it is removed'}"
        if mine
        else "Tango does not send order events here"
    )
    how = "" if mine else "Run: campaign-runner webhook subscribe. Orders are looked up meanwhile."
    yield Diagnosis("webhook", bool(mine), state, how, mine[0].url if mine else f"{address}{PATH}")


SECONDS = 5.0
# A certificate should be renewed so many days before it ends.
DAYS_LEFT = 14


def certificate(url: str, now: datetime, context: ssl.SSLContext | None = None) -> Diagnosis:
    """Of an https address: is it trusted, and for how long?"""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    subject, where = f"certificate {host}", f"{host}:{port}"
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=host) as secure,
        ):
            known = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        advice = (
            "Have the server's certificate renewed or its chain completed; behind a proxy of your own, trust its CA."
        )
        return Diagnosis(subject, False, f"it is not trusted: {error.verify_message}", advice, where)
    except OSError as error:
        state = f"nothing answers there ({_why(error)})"
        return Diagnosis(subject, False, state, "Check address, network and proxy.", where)
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(known["notAfter"])), UTC)
    days = (until - now).days
    advice = "" if days >= DAYS_LEFT else "Renew it, or find out why it was not renewed automatically."
    return Diagnosis(subject, days >= DAYS_LEFT, f"valid until {until:%Y-%m-%d}, {days} days from now", advice, where)


def answers(subject: str, host: str, port: int, advice: str) -> Diagnosis:
    """Does something take connections there?  Nothing is sent."""
    where = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), SECONDS):
            return Diagnosis(subject, True, "takes connections", "", where)
    except OSError as error:
        return Diagnosis(subject, False, f"nothing answers there ({_why(error)})", advice, where)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


# A job that has been due for so long has nobody who takes it.
OVERDUE = 60.0
_NO_WORKER = "jobs are due, but no worker takes them: is a worker running?"


def readiness(workspace: Workspace) -> dict[str, Any]:
    """`ready`, and what of it is not. Tango alone does not make a server unready: people can still work."""
    try:
        with workspace.ledger().read() as connection:
            late = jobs.longest_due(connection) > OVERDUE
            silent = requests.silent_since(connection)
    except StateError as error:
        return {"ready": False, "ledger": str(error), "worker": "unknown", "Tango": "unknown"}
    tango = f"no usable answer to the newest call, {silent}" if silent else "ok"
    return {"ready": not late, "ledger": "ok", "worker": _NO_WORKER if late else "ok", "Tango": tango}
