"""How does one message leave?  In the words and language of whoever is told, or as a signed event for a program."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from campaign_runner.app.notices import notice_facts
from campaign_runner.app.notices.notice_receivers import NOTIFY, addresses
from campaign_runner.ledger import people
from campaign_runner.ledger.outbox import Delivery, Message
from campaign_runner.model.errors import StateError
from campaign_runner.model.log import log
from campaign_runner.notification import webhook_post
from campaign_runner.notification.kinds import Addressee
from campaign_runner.notification.services import send_to_people
from campaign_runner.notification.texts import worded
from campaign_runner.settings import secret

if TYPE_CHECKING:
    from campaign_runner.app.notify import Notifier

logger = logging.getLogger(__name__)
_NOBODY = "no e-mail address is known: set [approval] submitter or approvers, or add accounts to the server"
_GONE = "its address is no longer set"


def send(notifier: Notifier, delivery: Delivery) -> str:
    """Why it could not be sent, "" where it was. One message that cannot even be made holds up no other."""
    try:
        if delivery.message.channel == NOTIFY:
            return _to_people(notifier, delivery.message)
        return _to_program(notifier, delivery)
    except StateError:
        raise
    except Exception as error:
        log(logger, "message could not be made", level=logging.ERROR, error=error, number=delivery.id)
        return f"a fault in the program ({type(error).__name__}): please report it"


def webhook_secrets(name: str, environ: Mapping[str, str]) -> list[str]:
    """The secrets of a target; several while one replaces another."""
    return secret(secret_of(name), environ).split()


def secret_of(target: str) -> str:
    """The variable that holds the secret of a target."""
    return f"WEBHOOK_SECRET_{target.upper().replace('-', '_')}"


def payload(notifier: Notifier, message: Message) -> dict[str, Any]:
    """What a program gets: references and the campaign's own keys of rows, no other personal data."""
    campaign, environment = notice_facts.named(notifier, message.campaign)
    about = {"campaign": campaign, "environment": environment} if campaign else {}
    data = notice_facts.failed_rows(notifier, message) if message.kind == "rows_failed" else message.facts
    return {"id": message.notice, "event": message.kind, "occurred_at": message.at, **about, "data": data}


def _to_people(notifier: Notifier, message: Message) -> str:
    who, _, number = message.target.partition(" ")
    known = addresses(Addressee(who), notifier.environ)
    if int(number) > len(known):
        return _GONE
    if message.person == "?":
        return _NOBODY
    language = _language(notifier, message.person)
    title, text = worded(message.kind, language, notice_facts.for_people(notifier, message, language))
    return send_to_people(known[int(number) - 1], message.person, title, text)


def _to_program(notifier: Notifier, delivery: Delivery) -> str:
    message = delivery.message
    target, secrets = (
        notifier.settings.webhooks.get(message.target),
        webhook_secrets(message.target, notifier.environ),
    )
    if target is None:
        return _GONE
    if not secrets:
        return f"set {secret_of(message.target)}, which signs its events"
    body, at = orjson.dumps(payload(notifier, message)), int(notifier.clock.now().timestamp())
    return webhook_post.post(target.url, body, secrets, at, message.kind, str(delivery.id), loopback=target.loopback)


def _language(notifier: Notifier, person: str) -> str:
    if person:
        with notifier.ledger.read() as connection:
            user = people.by_email(connection, person)
        if user and user.language:
            return user.language
    return notifier.settings.notify.language
