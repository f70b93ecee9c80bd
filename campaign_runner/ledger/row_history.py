"""What happened to one row?  Its entry or line, its batches and attempts, every request and every move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from campaign_runner.ledger import events, held, sent_lines
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.line_columns import STATUS, UNITS
from campaign_runner.ledger.schema import attempts, batches, entries, line_items
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text
from campaign_runner.model.wording import sentence

_DECIDED = {
    sent_lines.RELEASED: "It was released: the next run of the file sends it.",
    sent_lines.DROPPED: "It was dropped: it is never sent.",
}
_TAKEN_BACK = "The decision was undone: run the file again."


def row_of(connection: Connection, campaign_key: int, upload: int, reference: str) -> int | None:
    """The row of a line reference, or the first row of an order reference; None if it is neither."""
    query = select(line_items.c.id, line_items.c.row, line_items.c.upload, line_items.c.identity)
    query = query.select_from(line_items.join(batches, batches.c.id == line_items.c.batch))
    query = query.where(or_(line_items.c.reference == reference, batches.c.reference == reference))
    query = query.where(line_items.c.campaign == campaign_key)
    line = connection.execute(query.order_by(line_items.c.row)).first()
    if line is None:
        return connection.execute(
            select(entries.c.row).where(entries.c.upload == upload, entries.c.reference == reference)
        ).scalar()
    if line.upload == upload:
        return int(line.row)
    newest = select(line_items.c.id).where(
        line_items.c.campaign == campaign_key,
        line_items.c.identity == line.identity,
        line_items.c.superseded.is_(False),
    )
    here = select(entries.c.row).where(entries.c.upload == upload, entries.c.line.in_(newest))
    return connection.execute(here).scalar()


def life(connection: Connection, campaign_key: int, file: Upload, row: int) -> dict[str, Any] | None:
    """Everything that the ledger knows of a row, None if the upload has no such row.

    `decisions` are what people did: submitted, shown, approved, released, corrected, erased, each with its time.
    """
    upload = file.id
    entry = connection.execute(
        select(entries).where(entries.c.upload == upload, entries.c.row == row)
    ).mappings().one_or_none()  # fmt: skip
    if entry and entry["line"] is None:
        decided = held.standing_of(connection, campaign_key, [entry["reference"]]) if entry["reference"] else {}
        decision = decided.get(entry["reference"], "")
        was_dropped = entry["status"] == RowStatus.CANCELLED
        since = _DECIDED.get(decision, _TAKEN_BACK if was_dropped else "")
        since = "" if was_dropped and decision == sent_lines.DROPPED else since
        reason = " ".join(sentence(part) for part in (entry["reason"], since) if part)
        units, currency = entry["units"], entry["currency"]
        worth = f"{text(from_units(units))} {currency}" if units >= 0 else ""
        return {"status": entry["status"], "worth": worth, "reason": reason, "what_to_do": "" if since else entry["remedy"],
                "reference": entry["reference"], "attempts": [],
                "decisions": _decisions(connection, campaign_key, file, row, {entry["reference"]})}  # fmt: skip
    mine = line_items.c.id == entry["line"] if entry else (line_items.c.upload == upload) & (line_items.c.row == row)
    place = (line_items.c.upload, line_items.c.row, line_items.c.identity)
    line = connection.execute(select(*place).where(mine).limit(1)).one_or_none()
    if line is None:
        return None
    lines = _lines(connection, *(column == value for column, value in zip(place, line, strict=True)))
    attempts = [_attempt(connection, campaign_key, dict(line)) for line in lines]
    return {"status": attempts[-1]["status"], "reason": attempts[-1]["reason"], "what_to_do": "",
            "reference": attempts[-1]["reference"], "attempts": attempts,
            "decisions": _decisions(
                connection, campaign_key, file, row, {one["reference"] for one in attempts}
            )}  # fmt: skip


def _decisions(
    connection: Connection, campaign_key: int, file: Upload, row: int, references: set[str]
) -> list[dict[str, Any]]:
    """The events of the campaign that this row had a part in, but for the moves of its orders."""
    tests: dict[str, Callable[[dict[str, Any]], bool]] = {
        "file planned": lambda data: True,
        "plan shown": lambda data: bool(file.plan) and data.get("plan") == file.plan,
        "plan approved": lambda data: bool(file.plan) and data.get("plan") == file.plan,
        "plan rejected": lambda data: bool(file.plan) and data.get("plan") == file.plan,
        "rows dropped": lambda data: bool(references & set(data.get("references", ()))),
        "decision taken back": lambda data: bool(references & set(data.get("references", ()))),
        "rows released": lambda data: bool(references & set(data.get("references", ()))),
        "failed lines planned again": lambda data: len(references) > 1,
        "line corrected": lambda data: data["line"] in references,
        "personal data erased": lambda data: True,
    }
    return [
        {"at": event["at"], "what": event["kind"], "actor": str(event["actor"] or ""), **event["data"]}
        for event in events.milestones(connection, campaign_key)
        if event["kind"] in tests and tests[event["kind"]](event["data"])
    ]


def _lines(connection: Connection, *where: ColumnElement[bool]) -> list[Any]:
    """All attempts of a row: they share its place and its identity."""
    query = (
        select(line_items, STATUS.label("now"), UNITS.label("units"), batches.c.reference.label("order_reference"),
               batches.c.state, batches.c.sent_at, batches.c.tango_order_id, batches.c.note, batches.c.lines)
        .select_from(line_items.join(batches, batches.c.id == line_items.c.batch))
        .where(*where)
        .order_by(line_items.c.attempt)
    )  # fmt: skip
    return list(connection.execute(query).mappings())


def _attempt(connection: Connection, campaign_key: int, line: dict[str, Any]) -> dict[str, Any]:
    asked = select(attempts).where(
        attempts.c.reference == line["order_reference"], attempts.c.campaign == campaign_key
    )
    requests = [
        {name: request[name] for name in ("at", "method", "outcome", "http_status", "code", "request_id", "message")}
        for request in connection.execute(asked.order_by(attempts.c.id)).mappings()
    ]
    moves = [
        {"at": event["at"], "from": event["data"]["from"], "to": event["data"]["to"]}
        for event in events.naming(connection, campaign_key, "batch moved", line["order_reference"])
        if event["data"]["batch"] == line["order_reference"]
    ]
    names = ("attempt", "reference", "order_reference", "tango_order_id", "tango_reference", "method", "utid",
             "currency", "delivery_status", "charged", "charged_currency", "fee", "reason", "sent_at", "lines")  # fmt: skip
    return {**{name: line[name] for name in names}, "status": line["now"], "identity": line["identity"].hex(),
            "shipping_fee": line["shipping_fee"], "updated_at": line["updated_at"], "position": line["position"],
            "face_value": text(from_units(line["units"])), "requests": requests, "moves": moves}  # fmt: skip
