"""What else is erased of a recipient, besides files and orders?  Every text in which they stand; what may not change stays.

Where a value is compared with the log of events, or is the account of somebody who acted, it stays, and is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, and_, delete, select, update

from campaign_runner.ledger import check_parts, digests, stored_reports
from campaign_runner.ledger.personal_traces import Trace
from campaign_runner.ledger.schema import attempts, batches, metadata
from campaign_runner.ledger.submission_tables import report_files
from campaign_runner.model.contact import Contact

# Of what a check found, counts and sums stay.
IMPERSONAL = ("rows", "amounts", "approval", "exit_code", "ties_out")
# The log itself, what is compared with it, and accounts of people who work with the program.
STAYS = frozenset({
    ("events", "data"), ("events", "actor"), ("releases", "reason"), ("releases", "actor"), ("approvals", "reason"),
    ("approvals", "name"), ("plans_shown", "submitter"), ("submissions", "actor"), ("corrections", "actor"),
    ("sendings", "actor"), ("campaigns", "halted_by"), ("campaigns", "settings"), ("claims", "holder"),
    ("claims", "process"), ("tokens", "name"), ("users", "email"), ("users", "name"), ("users", "subject"),
    ("deliveries", "person"),
})  # fmt: skip
# Dealt with order by order and file by file, as long as they are not open.
_ELSEWHERE = frozenset({"batches", "line_items", "upload_parts", "submission_parts", "trial_rewards"})


def remove(connection: Connection, where: Iterable[Trace], contact: Contact, at: str) -> None:
    """Take the recipient out of every text, and out of the stored reports."""
    files: set[int] = set()
    requests: set[int] = set()
    for trace in where:
        if trace.table in _ELSEWHERE or (trace.table, trace.column) in STAYS:
            continue
        if special := _SPECIAL.get(trace.table):
            special(connection, trace)
            continue
        _set(connection, trace, "" if trace.table == "attempts" else contact.without(trace.text))
        if trace.table in ("uploads", "entries"):
            files.add(trace.key[0])
        if trace.table == "attempts":
            requests.add(trace.key[0])
    for upload in sorted(files):
        digests.write_file(connection, at, upload)
    digests.write_orders(connection, at, _orders(connection, requests), erased=True)


def _orders(connection: Connection, requests: Collection[int]) -> list[int]:
    theirs = and_(batches.c.campaign == attempts.c.campaign, batches.c.reference == attempts.c.reference)
    query = select(batches.c.id).join(attempts, theirs).where(attempts.c.id.in_(requests)).distinct()
    return list(connection.execute(query).scalars())


def impersonal(result: str) -> str:
    """What stays of the result of a check."""
    kept = {name: value for name, value in orjson.loads(result).items() if name in IMPERSONAL}
    return orjson.dumps(kept).decode()


def _row(trace: Trace) -> Any:
    table = metadata.tables[trace.table]
    return and_(*(column == value for column, value in zip(table.primary_key.columns, trace.key, strict=True)))


def _set(connection: Connection, trace: Trace, text: str) -> None:
    table = metadata.tables[trace.table]
    connection.execute(update(table).where(_row(trace)).values({trace.column: text}))


def _delete(connection: Connection, trace: Trace) -> None:
    connection.execute(delete(metadata.tables[trace.table]).where(_row(trace)))


def _result(connection: Connection, trace: Trace) -> None:
    _set(connection, trace, impersonal(trace.text))


def _lists(connection: Connection, trace: Trace) -> None:
    """Lists of rows go; the counts stay."""
    check_parts.forget(connection, [trace.key[0]])


def _report(connection: Connection, trace: Trace) -> None:
    """A report can be written again."""
    stored_reports.forget(connection, report_files.c.id == trace.key[0])


_SPECIAL: Mapping[str, Callable[[Connection, Trace], None]] = {
    "check_parts": _lists, "checks": _result, "report_parts": _report, "held_shown": _delete, "idempotency": _delete,
}  # fmt: skip
