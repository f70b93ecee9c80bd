"""What is kept about one person?  Rewards with what was sent and became of them, an account, texts, and in which files."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, or_, select

from campaign_runner.ledger.actors import unpacked
from campaign_runner.ledger.line_columns import STATUS, UNITS
from campaign_runner.ledger.people_tables import sessions, tokens, users
from campaign_runner.ledger.recipient_erasure import theirs_in
from campaign_runner.ledger.schema import batches, campaigns, events, line_items, uploads
from campaign_runner.ledger.submission_tables import report_files, submissions
from campaign_runner.ledger.trace_removal import Trace, packed_file
from campaign_runner.model.contact import Contact
from campaign_runner.model.money import from_units, text

# Of texts that hold other people, too, the place is named alone.
_OWN_TEXT = frozenset({"corrections", "entries", "line_items", "problems", "attempts", "releases", "approvals"})
_LINE = (
    campaigns.c.campaign_id, campaigns.c.environment, batches.c.reference.label("order"), line_items.c.reference,
    batches.c.sent_at, line_items.c.row, line_items.c.method, line_items.c.utid, line_items.c.currency,
    UNITS.label("units"), STATUS.label("status"), line_items.c.tango_reference, line_items.c.delivery_status,
    line_items.c.charged, line_items.c.charged_currency, line_items.c.erased_at, line_items.c.key_text,
)  # fmt: skip


def rewards(
    connection: Connection, where: Iterable[Trace], contact: Contact, persons: Collection[bytes]
) -> Iterator[dict[str, Any]]:
    """Every line for this person: what was sent, as it was sent, and what became of it."""
    sent: dict[str, Any] = {}
    for trace in where:
        if trace.table == "batches" and trace.column == "body":
            sent |= theirs_in(packed_file(connection, "batches", trace.key[0]), contact)
    mine = or_(line_items.c.person.in_(persons), line_items.c.alias.in_(persons), line_items.c.reference.in_(sent))
    joined = line_items.join(batches, batches.c.id == line_items.c.batch)
    joined = joined.join(campaigns, campaigns.c.id == line_items.c.campaign)
    query = select(*_LINE).select_from(joined).where(mine).order_by(line_items.c.id)
    for row in connection.execute(query).mappings():
        values = {name: value for name, value in row.items() if name != "units"}
        yield {**values, "amount": text(from_units(row["units"])), "sent": sent.get(row["reference"], {})}


def files(connection: Connection, where: Iterable[Trace]) -> Iterator[dict[str, Any]]:
    """The stored files in which the person stands: `kind` is upload, submission or report, `number` its own."""
    for trace in where:
        if trace.table == "upload_parts":
            yield _file(connection, "upload", uploads, trace, uploads.c.created_at.label("at"))
        elif trace.table == "submission_parts":
            yield _file(connection, "submission", submissions, trace, submissions.c.at, submissions.c.options)
        elif trace.table == "report_parts":
            yield _file(connection, "report", report_files, trace, report_files.c.at)


def texts(where: Iterable[Trace]) -> Iterator[dict[str, str]]:
    """Where else the person stands, with the text where it is about them alone."""
    for trace in where:
        if trace.text and not (trace.table == "users" or trace.column == "actor"):
            shown = trace.text if trace.table in _OWN_TEXT else ""
            yield {"place": f"{trace.table}.{trace.column}", "row": ", ".join(map(str, trace.key)), "text": shown}


def account(connection: Connection, email: str) -> dict[str, Any] | None:
    """The account of the web application under this address, with sessions, tokens and what it did, counted."""
    row = connection.execute(select(users).where(users.c.email == email.casefold())).mappings().one_or_none()
    if row is None:
        return None
    names = ("email", "name", "roles", "issuer", "language", "created_at", "disabled_at")
    seen = select(sessions.c.began, sessions.c.seen, sessions.c.agent, sessions.c.address)
    mine = select(tokens.c.id, tokens.c.name, tokens.c.created_at, tokens.c.expires_at, tokens.c.used_at)
    return {
        **{name: row[name] for name in names},
        "sessions": _all(connection, seen.where(sessions.c.user == row["id"])),
        "tokens": _all(connection, mine.where(tokens.c.user == row["id"])),
        "acts": _acts(connection, row["email"]),
    }


def _acts(connection: Connection, email: str) -> list[dict[str, Any]]:
    """What they did, from the log: kind and time."""
    query = select(events.c.at, events.c.kind, events.c.actor).where(events.c.actor.contains(email, autoescape=True))
    acts = []
    for at, kind, actor in connection.execute(query.order_by(events.c.id)):
        who = unpacked(actor)
        if who is not None and who.user.casefold() == email:
            acts.append({"at": at, "kind": kind})
    return acts


def _all(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _file(
    connection: Connection, kind: str, table: Any, trace: Trace, at: ColumnElement[Any], *more: ColumnElement[Any]
) -> dict[str, Any]:
    joined = table.join(campaigns, campaigns.c.id == table.c.campaign)
    columns = (campaigns.c.campaign_id, campaigns.c.environment, table.c.name, at.label("at"), *more)
    if kind == "upload":
        columns = (*columns, uploads.c.sheet, uploads.c.reading)
    row = connection.execute(select(*columns).select_from(joined).where(table.c.id == trace.key[0])).mappings().one()
    values = dict(row)
    reading: Mapping[str, Any] = orjson.loads(values.pop("reading", None) or values.pop("options", None) or "{}")
    return {"kind": kind, "number": trace.key[0], **values, "reading": json.loads(json.dumps(dict(reading)))}
