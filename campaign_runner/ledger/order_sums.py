"""What do the lines of each order come to?  Sums that are kept, so that nobody adds up a million lines to know.

There is one for the lines of an order that share upload, attempt, status and currency. Lines without a status of their
own are kept under "": when Tango accepts an order, no sum changes. Anyone who changes lines renews the sums of their
orders in the same transaction; what is planned is added up where it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, delete, func, insert, not_, select

from campaign_runner.ledger.line_columns import CHARGED, ODD, OF_BATCH, SAME, TOLD, UNITS
from campaign_runner.ledger.schema import batches, campaigns, line_items, tallies
from campaign_runner.model.lifecycle import LOST, BatchState

NAMES = tuple(column.name for column in tallies.c)
TALLIES = tallies.join(batches, batches.c.id == tallies.c.batch)
# The status of the lines of a sum: their own, or what their batch says.
STATUS = case((tallies.c.status != "", tallies.c.status), else_=OF_BATCH)
CURRENT = tallies.c.superseded.is_(False)


def _count(condition: Any, value: Any = 1) -> Any:
    return func.sum(case((condition, value), else_=0))


_KEYS = (line_items.c.batch, line_items.c.campaign, line_items.c.upload, line_items.c.superseded, line_items.c.status,
         line_items.c.currency)  # fmt: skip
_ADDED_UP = select(
    *_KEYS[:4], func.coalesce(line_items.c.status, ""), line_items.c.currency, func.count(), func.sum(UNITS),
    _count(SAME, CHARGED), _count(TOLD & SAME), _count(ODD),
).group_by(*_KEYS)  # fmt: skip
# Each order goes through these more than once: to put a statement together takes longer than to carry it out.
_FORGET = delete(tallies).where(tallies.c.batch == bindparam("number"))
_RENEW = insert(tallies).from_select(NAMES, _ADDED_UP.where(line_items.c.batch == bindparam("number")))


def renew(connection: Connection, numbers: Iterable[int]) -> None:
    """Add up the lines of these batches again: in the transaction that changed them."""
    for number in sorted(set(numbers)):
        connection.execute(_FORGET, {"number": number})
        connection.execute(_RENEW, {"number": number})


def renew_all(connection: Connection) -> None:
    """Add up every line of the ledger."""
    connection.execute(delete(tallies))
    connection.execute(insert(tallies).from_select(NAMES, _ADDED_UP))


def added_up(columns: Mapping[str, Sequence[Any]]) -> list[tuple[str, int, int]]:
    """(currency, lines, units) of the lines of a batch that nobody has sent."""
    units: Counter[str] = Counter()
    currencies = columns["currency"]
    for currency, quantity, face in zip(currencies, columns["quantity"], columns["face_units"], strict=True):
        units[currency] += quantity * face
    return [(currency, lines, units[currency]) for currency, lines in Counter(currencies).items()]


def planned(
    batch: int, campaign_key: int, upload: int, sums: Iterable[tuple[str, int, int]]
) -> Iterator[tuple[Any, ...]]:
    """What is kept of a batch that is about to be written down (`added_up`), as rows of `NAMES`."""
    return ((batch, campaign_key, upload, False, "", *of_currency, 0, 0, 0) for of_currency in sums)


def differing(connection: Connection) -> list[int]:
    """The batches whose sums are not those of their lines: none, unless somebody changed the ledger by hand."""
    kept = {tuple(row) for row in connection.execute(select(tallies))}
    added_up = {tuple(row) for row in connection.execute(_ADDED_UP)}
    return sorted({row[0] for row in kept ^ added_up})


# ---- what they tell ------------------------------------------------------------------------------------------------


def by_status(connection: Connection, **whose: int) -> list[tuple[str, str, int, int]]:
    """(status, currency, lines, units) of a `campaign_key` or an `upload`, newest attempts only."""
    where = [tallies.c[name] == number for name, number in whose.items()]
    query = select(STATUS, tallies.c.currency, func.sum(tallies.c.lines), func.sum(tallies.c.units))
    query = query.select_from(TALLIES).where(CURRENT, *where).group_by(STATUS, tallies.c.currency)
    return [(str(status), str(currency), int(lines), int(units)) for status, currency, lines, units
            in connection.execute(query)]  # fmt: skip


def by_upload(connection: Connection, uploads: Collection[int]) -> list[tuple[int, tuple[str, str, int, int]]]:
    """The same of several uploads, each time with which."""
    columns = (tallies.c.upload, STATUS, tallies.c.currency)
    query = select(*columns, func.sum(tallies.c.lines), func.sum(tallies.c.units)).select_from(TALLIES)
    query = query.where(CURRENT, tallies.c.upload.in_(uploads)).group_by(*columns)
    return [(int(upload), (str(status), str(currency), int(lines), int(units))) for upload, status, currency, lines, units
            in connection.execute(query)]  # fmt: skip


def elsewhere(connection: Connection, campaign_key: int, upload: int) -> Counter[tuple[int, str]]:
    """How many lines of each (upload, status) a campaign has from other uploads, newest attempts only."""
    query = select(tallies.c.upload, STATUS, func.sum(tallies.c.lines)).select_from(TALLIES)
    query = query.where(tallies.c.campaign == campaign_key, tallies.c.upload != upload, CURRENT)
    rows = connection.execute(query.group_by(tallies.c.upload, STATUS))
    return Counter({(number, str(status)): int(lines) for number, status, lines in rows})


def books(connection: Connection, campaign_key: int) -> list[tuple[str, int, int, int, int]]:
    """(currency, planned, placed, charged, lines charged) of a campaign: the first two of its lines in their newest
    attempt.

    Charged is what was charged in the reward's own currency for lines that were not lost, in any attempt: one that had
    failed, was placed again, and came back to life all the same is charged too.
    """
    left, kept = batches.c.state != BatchState.PLANNED, STATUS.not_in(LOST)
    columns = (_count(CURRENT, tallies.c.units), _count(left & CURRENT, tallies.c.units),
               _count(kept, tallies.c.charged), _count(kept, tallies.c.lines_charged))  # fmt: skip
    query = select(tallies.c.currency, *columns).select_from(TALLIES).where(tallies.c.campaign == campaign_key)
    rows = connection.execute(query.group_by(tallies.c.currency).order_by(tallies.c.currency))
    return [(str(currency), int(planned), int(placed), int(charged), int(lines))
            for currency, planned, placed, charged, lines in rows]  # fmt: skip


def of_batches(campaign_key: int, *conditions: Any) -> Select[tuple[int]]:
    """The batches of a campaign with lines of which all `conditions` (over `TALLIES`) are true."""
    return select(tallies.c.batch).select_from(TALLIES).where(tallies.c.campaign == campaign_key, *conditions)


def odd(campaign_key: int) -> Select[tuple[int]]:
    """The batches of a campaign in which a line may differ from what Tango says, in any attempt."""
    return select(tallies.c.batch).where(tallies.c.campaign == campaign_key, tallies.c.odd > 0)


# An accepted order is charged already, so that it is in the balance; of these nobody knows, or it is still to come.
UNPAID = (BatchState.PLANNED, BatchState.SENDING, BatchState.UNKNOWN)


def unpaid(connection: Connection, environment: str, account: str, replanned: int) -> dict[str, int]:
    """Ten-thousandths per currency of what is planned, or sent without an answer, for an account.

    Left out: what the campaign `replanned` has planned for the first time, which its new plan replaces.
    """
    mine = and_(batches.c.campaign == replanned, batches.c.state == BatchState.PLANNED, batches.c.attempt == 1)
    query = (
        select(tallies.c.currency, func.sum(tallies.c.units))
        .select_from(TALLIES.join(campaigns, campaigns.c.id == tallies.c.campaign))
        .where(campaigns.c.environment == environment, campaigns.c.account == account)
        .where(batches.c.state.in_(UNPAID), CURRENT, not_(mine))
        .where(STATUS.not_in(LOST))
        .group_by(tallies.c.currency)
    )
    return {str(currency): int(units) for currency, units in connection.execute(query)}
