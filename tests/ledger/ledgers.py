"""A ledger with lines in every state, and what they come to when they are added up one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from campaign_runner.ledger import Ledger, batches, campaigns, order_sums, plans, schema
from campaign_runner.ledger.batch_moves import mark_sending, replace_batch, settle
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.model import Batch, LineAnswer, LineItem, Order
from campaign_runner.model.lifecycle import LINE_STATUS_OF_BATCH, LOST, BatchState, RowStatus

AT = "2026-04-01T00:00:00.000+00:00"
ORDER = Order("q4", "acme-customer", "acme-account")


def line(number: int, *, currency: str = "USD", attempt: int = 1) -> LineItem:
    """One of two rewards of 25."""
    digest = sha256(str(number).encode()).digest()[:16]
    return LineItem(f"q4-{number}-{attempt}", number, b"{}", "EMAIL", "U561593", 2, 250_000, currency, digest, digest)


def planned(ledger: Ledger, *parts: tuple[LineItem, ...], name: str = "q4.csv") -> tuple[int, int]:
    """A file with a batch of each part of its lines; returns (campaign, upload)."""
    lines = sum(map(len, parts))
    with ledger.write("a test") as connection:
        campaign = campaigns.register(connection, "simulator", ORDER, AT)
        new = campaigns.Upload(0, campaign, "", "", name, "", {}, lines, AT)
        upload = campaigns.add_upload(connection, new, Path(__file__)).id
        made = [Batch(f"{name}-{number}", part, b"{}") for number, part in enumerate(parts)]
        plans.record(connection, campaign, upload, map(plans.packed_batch, made), lines, AT)
    return campaign, upload


def every(ledger: Ledger) -> list[StoredBatch]:
    """All batches."""
    with ledger.read() as connection:
        numbers = list(connection.execute(select(schema.batches.c.id).order_by(schema.batches.c.id)).scalars())
    return [batches.get(ledger, number) for number in numbers]


def sent(ledger: Ledger, batch: StoredBatch, state: BatchState = BatchState.ACCEPTED) -> StoredBatch:
    """A planned batch after an answer that says nothing of its lines."""
    settle(ledger, mark_sending(ledger, batch, AT)[0], state, AT)
    return batches.get(ledger, batch.id)


def answered(ledger: Ledger, batch: StoredBatch, **words: Any) -> None:
    """Tango says of the lines of a batch, in turn: `status`, and what it charged in `currency`."""
    status, charged, currency = words["status"], words.get("charged"), words.get("currency", "USD")
    ours = batches.references(ledger, batch.id)[: words.get("lines")]
    said = [LineAnswer(ref, "", charged=charged and Decimal(charged), charged_currency=currency) for ref in ours]
    settle(
        ledger,
        batch,
        words.get("state", batch.state),
        AT,
        statuses=dict.fromkeys(ours, RowStatus(status)),
        answers=said,
    )


def in_many_states(ledger: Ledger) -> tuple[int, int]:
    """Unsent, pending, completed, failed, unknown, refunded, replaced and tried again; in two currencies."""
    parts = [tuple(line(10 * part + n, currency="EUR" if n == 2 else "USD") for n in range(3)) for part in range(7)]
    campaign, upload = planned(ledger, *parts)
    _, pending, done, failed, puzzling, refused, replaced = every(ledger)
    sent(ledger, pending)
    answered(ledger, sent(ledger, done), status="completed", charged="50", state=BatchState.FINAL)
    answered(ledger, sent(ledger, failed), status="failed", charged="50.01", lines=2)
    answered(ledger, sent(ledger, puzzling), status="unknown", lines=1)
    sent(ledger, refused, BatchState.REFUSED)
    keep = batches.references(ledger, replaced.id)
    new = [("q4.csv-6a", b"{}", keep[1:])]
    replace_batch(ledger, mark_sending(ledger, replaced, AT)[0], new, {keep[0]: "no such e-mail"}, AT, "")
    return campaign, upload


def retried(ledger: Ledger, campaign: int) -> None:
    """Every failed line that can be is planned again, in one batch."""
    with ledger.write("a test") as connection:
        failed = plans.failed_lines(connection, campaign, confirmed=False)
        attempt = max((one.attempt for one in failed), default=1) + 1
        lines = tuple(replace(one.line, reference=f"{one.line.reference}-{attempt}") for one in failed)
        again = Again(
            Batch(f"again-{attempt}-{len(every(ledger))}", lines, b"{}", attempt),
            tuple(one.line_id for one in failed),
        )
        plans.record_attempts(connection, campaign, [again] if failed else [], AT)


class Again(NamedTuple):
    """As `planning.attempts.Attempt`."""

    batch: Batch
    line_ids: tuple[int, ...]


def added_up(connection: Connection, campaign: int) -> dict[str, tuple[int, ...]]:
    """currency -> lines, units, units placed, units charged, lines charged: each line looked at by itself."""
    found: dict[str, list[int]] = {}
    every = connection.execute(select(schema.line_items, schema.batches.c.state).join_from(
        schema.line_items, schema.batches, schema.batches.c.id == schema.line_items.c.batch)).mappings()  # fmt: skip
    for row in (row for row in every if row["campaign"] == campaign):
        status = row["status"] or LINE_STATUS_OF_BATCH[BatchState(row["state"])]
        units, sums = row["quantity"] * row["face_units"], found.setdefault(row["currency"], [0] * 5)
        same = row["charged_currency"] in ("", row["currency"]) and status not in LOST
        charged = int(Decimal(row["charged"] or 0) * 10_000) if same else 0
        told = 1 if same and row["charged"] else 0
        here = 0 if row["superseded"] else 1
        new = (here, here * units, here * units if row["state"] != BatchState.PLANNED else 0, charged, told)
        found[row["currency"]] = [before + more for before, more in zip(sums, new, strict=True)]
    return {currency: tuple(sums) for currency, sums in sorted(found.items())}


def kept(connection: Connection, campaign: int) -> dict[str, tuple[int, ...]]:
    """The same as the ledger tells it from its sums."""
    lines: Counter[str] = Counter()
    for _, currency, count, _ in order_sums.by_status(connection, campaign=campaign):
        lines[currency] += count
    return {currency: (lines[currency], *sums) for currency, *sums in order_sums.books(connection, campaign)}
