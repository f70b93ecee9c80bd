"""Who is told of it, and where?  Addresses of [notify]'s audiences, people by their accounts, programs of [webhooks]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from campaign_runner.ledger import actors, approvals, events, people
from campaign_runner.ledger.outbox import Message
from campaign_runner.model.actor import SIGNED_IN
from campaign_runner.model.roles import Role
from campaign_runner.notification.kinds import KINDS, Addressee, audiences
from campaign_runner.settings import secret

if TYPE_CHECKING:
    from campaign_runner.app.notify import Notifier

PERSONAL = "{email}"
NOTIFY, WEBHOOK = "notify", "webhook"
_ROLES = {
    Addressee.APPROVERS: Role.APPROVER,
    Addressee.FINANCE: Role.FINANCE,
    Addressee.OPERATORS: Role.ADMINISTRATOR,
}


def receivers(
    connection: Connection, notifier: Notifier, kind: str, notice: str, campaign_key: int, facts: Mapping[str, Any],
    at: str,
) -> Iterator[Message]:  # fmt: skip
    """One message for each receiver."""
    for who in audiences(kind, notifier.settings.notify.to) if KINDS[kind].to else ():
        for number, address in enumerate(addresses(who, notifier.environ), 1):
            persons = _persons(connection, notifier, who, campaign_key) if PERSONAL in address else [""]
            for person in persons:
                yield Message(notice, kind, campaign_key, NOTIFY, f"{who} {number}", person, facts, at)
    for name, target in notifier.settings.webhooks.items():
        if kind in (target.events or KINDS):
            yield Message(notice, kind, campaign_key, WEBHOOK, name, "", facts, at)


def addresses(who: Addressee, environ: Mapping[str, str]) -> list[str]:
    """The addresses of an audience: one a line, or with spaces between them."""
    return secret(variable_of(who), environ).split()


def variable_of(who: Addressee) -> str:
    """The variable that holds them."""
    return f"NOTIFY_{who.upper()}"


def submitter_of(connection: Connection, campaign_key: int) -> str:
    """Who brought the newest file: their account, else the name that was given; "" where nobody knows."""
    submitted = events.newest_of(connection, campaign_key, "file submitted")
    shown = approvals.shown(connection, campaign_key)
    actor = actors.unpacked(submitted["actor"]) if submitted else None
    if actor and actor.kind in SIGNED_IN:
        return str(actor.user)
    return shown[0].submitter if shown else ""


def _persons(connection: Connection, notifier: Notifier, who: Addressee, campaign_key: int) -> list[str]:
    """The e-mail addresses of an audience, each person once."""
    submitter = submitter_of(connection, campaign_key) if campaign_key else ""
    if who is Addressee.SUBMITTER:
        return [submitter if "@" in submitter else "?"]
    named = notifier.settings.approval.approvers if who is Addressee.APPROVERS else ()
    accounts = [
        user.email for user in people.everybody(connection) if _ROLES[who] in user.roles and not user.disabled_at
    ]
    mails = {people.folded(each) for each in named or accounts if "@" in each}
    return sorted(mails - ({people.folded(submitter)} if who is Addressee.APPROVERS else set())) or ["?"]
