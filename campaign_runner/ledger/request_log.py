"""Which requests were made?  Each with its outcome and request id; no secrets, no personal data."""

from __future__ import annotations

from sqlalchemy import (
    Connection,
    func,
    select,
)  # fmt: skip

from campaign_runner.ledger import events, requests
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.schema import attempts
from campaign_runner.ledger.store import Ledger
from campaign_runner.model import Receipt

_ATTEMPT = Prepared(attempts.insert(), [column.name for column in attempts.c])


_LAST_ATTEMPT = Prepared(select(func.max(attempts.c.id)))


def record_attempt(
    ledger: Ledger, campaign_key: int, reference: str, at: str, method: str, receipt: Receipt, seconds: float
) -> None:
    """One request, with its outcome and request id; no secrets, no personal data. It is recorded even if another
    process holds the campaign now."""
    values = {"campaign": campaign_key, "reference": reference[:100], "at": at, "method": method,
              "outcome": receipt.outcome, "http_status": receipt.http_status, "code": receipt.code[:20],
              "message": receipt.message, "request_id": receipt.request_id[:100], "seconds": seconds}  # fmt: skip
    with ledger.write("note a request", fenced=False) as connection:
        events.alone(connection)
        number = 1 + (_LAST_ATTEMPT(connection).fetchone()[0] or 0)
        _ATTEMPT(connection, {**values, "id": number, "seal": requests.seal(connection, {**values, "id": number})})


def last_attempt(connection: Connection) -> int:
    """The number of the newest request: no answer came since, where it is the same."""
    return int(connection.execute(select(func.coalesce(func.max(attempts.c.id), 0))).scalar_one())


def first_look(ledger: Ledger, batch: StoredBatch) -> str:
    """When an order was looked up first since it was sent last; "" where it was not."""
    mine = (attempts.c.campaign == batch.campaign, attempts.c.reference == batch.reference)
    sent = (
        select(func.coalesce(func.max(attempts.c.id), 0)).where(*mine, attempts.c.method == "POST").scalar_subquery()
    )
    with ledger.read() as connection:
        return str(
            connection.execute(select(func.min(attempts.c.at)).where(*mine, attempts.c.id > sent)).scalar() or ""
        )


def silent_since(connection: Connection) -> str:
    """When the newest request was made, where no answer came to it; "" where one came, or none was made."""
    newest = select(attempts.c.at, attempts.c.http_status).order_by(attempts.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return str(row.at) if row and (not row.http_status or row.http_status >= 500) else ""
