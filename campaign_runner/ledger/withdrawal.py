"""How is taken back what was planned and never left?  Its lines go, and its rows are cancelled, as if dropped by hand.

    withdraw(connection, campaign_key, reason, at) -> Withdrawn

A later run of the same file does not send them, unless somebody releases them. A further attempt that never left is
given up: the attempt before it, which failed, counts again. Anyone who works on the campaign meanwhile finds the orders
gone (`pauses.Paused`), and goes on with the others.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from campaign_runner.ledger import adoption, digests, events, plans, sent_lines
from campaign_runner.ledger.line_columns import LINES, UNITS
from campaign_runner.ledger.schema import batches, entries, line_items
from campaign_runner.model.contact import without_contacts
from campaign_runner.model.lifecycle import BatchState, RowStatus
from campaign_runner.model.money import from_units, text

WITHDRAWN = "campaign withdrawn"
RULE = "dropped"  # as a row that somebody dropped has it
REMEDY = "Delete the row, or release it to send it."


class Withdrawn(NamedTuple):
    """Lines that were never sent and are cancelled, their value by currency in whole units, further attempts that were
    given up, and whether a sending that nobody had planned yet was called off."""

    lines: int
    units: dict[str, int]
    attempts: int
    called_off: bool = False


def withdraw(connection: Connection, campaign_key: int, reason: str, at: str) -> Withdrawn:
    """Take back what never left, with the reason; nothing else is touched."""
    waiting = _waiting(connection, campaign_key)
    if waiting:
        batches_of = select(batches.c.id).where(batches.c.campaign == campaign_key)
        connection.execute(batches_of.where(batches.c.state == BatchState.PLANNED).with_for_update())
    attempts = adoption.restore_attempts(connection, campaign_key, at)
    plans.withdraw_unsent(connection, campaign_key, at)
    reason = without_contacts(reason)
    why, total = f"withdrawn ({reason})", Counter[str]()
    uploads: set[int] = set()
    for upload, row, reference, units, currency in waiting:
        total[currency] += int(units)
        values = {"upload": upload, "row": row, "status": RowStatus.CANCELLED, "reference": reference, "units": units,
                  "currency": currency, "rule": RULE, "reason": f"Dropped: {why}", "remedy": REMEDY}  # fmt: skip
        if upload:
            uploads.add(upload)
            connection.execute(insert(entries).values(**values))
    for upload in sorted(uploads):
        digests.write_file(connection, at, upload)
    references = [row[2] for row in waiting]
    if references:
        plans.record_release(connection, campaign_key, references, why, at, decision=sent_lines.DROPPED)
    totals = {currency: text(from_units(units)) for currency, units in sorted(total.items())}
    events.append(
        connection, campaign_key, at, WITHDRAWN, reason=reason, lines=len(waiting), attempts=attempts, totals=totals
    )
    return Withdrawn(len(waiting), dict(total), attempts)


def _waiting(connection: Connection, campaign_key: int) -> list[tuple[int, int, str, int, str]]:
    """The lines of first attempts that never left: (upload, row, reference, units, currency)."""
    columns = (line_items.c.upload, line_items.c.row, line_items.c.reference, UNITS, line_items.c.currency)
    query = select(*columns).select_from(LINES).where(line_items.c.campaign == campaign_key)
    query = query.where(batches.c.state == BatchState.PLANNED, batches.c.attempt == 1)
    return [(int(u), int(r), str(ref), int(units), str(c)) for u, r, ref, units, c in connection.execute(query)]
