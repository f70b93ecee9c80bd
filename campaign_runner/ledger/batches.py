"""Where is each batch in its life?  Every move is one transaction, checked against the table in `lifecycle`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    true,
)  # fmt: skip

from campaign_runner.ledger import corrections, order_sums, pauses
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.corrections import Booked
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import PUT_OFF, batches, line_items
from campaign_runner.ledger.store import Ledger
from campaign_runner.model.lifecycle import FINAL_LINES, OPEN_BATCHES, BatchState, RowStatus


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch as the ledger has it, without its body; an `adopted` one was found at Tango and has none."""

    id: int
    campaign: int
    reference: str
    state: BatchState
    attempt: int
    lines: int
    tries: int
    looks: int
    due_at: float
    sent_at: str
    tango_order_id: str
    adopted: bool
    canary: bool
    accepted: int
    shown: int
    counted: int
    absent: int
    absent_since: str
    updated_at: str


# Nothing else waits for so long: where the clock was set back, what seems to be due later than that is due.
LONGEST_WAIT = 2 * 86_400.0

# Some of a campaign's batches: those that go first, those of a second attempt.
WHICH: Mapping[str, Any] = {"all": true(), "canary": batches.c.canary, "again": batches.c.attempt > 1}

_COLUMNS = [batches.c.body.is_(None) if name == "adopted" else batches.c[name] for name in StoredBatch.__slots__]

# Every batch goes through these: to put a statement together takes longer than to carry it out.
_BODY = Prepared(select(batches.c.body).where(batches.c.id == bindparam("number")))


def due(
    ledger: Ledger, campaign_key: int, now: float, limit: int = 50, states: Collection[BatchState] = OPEN_BATCHES,
    which: str = "all", *, sent_first: bool = False,
) -> list[StoredBatch]:  # fmt: skip
    """Batches in `states` whose time has come, of `WHICH`: those never sent first, or last (`sent_first`). Nothing new
    while the campaign is halted, or before its hour."""
    kinds = [set(states) & {BatchState.PLANNED}, set(states) - {BatchState.PLANNED}]
    batches_due: list[StoredBatch] = []
    with ledger.read() as connection:
        if kinds[0] and pauses.of(connection, campaign_key).holds(now):
            kinds[0] = set()
        for kind in reversed(kinds) if sent_first else kinds:
            if kind and len(batches_due) < limit:
                values = {"campaign": campaign_key, "now": now, "most": limit - len(batches_due)}
                batches_due += map(stored_batch, connection.execute(_due(frozenset(kind), which), values))
    return batches_due


@cache
def _due(states: frozenset[BatchState], which: str) -> Select[Any]:
    mine = batches.c.state == next(iter(states)) if len(states) == 1 else batches.c.state.in_(sorted(states))
    query = select(*_COLUMNS).where(batches.c.campaign == bindparam("campaign"), mine, WHICH[which])
    query = query.where(_is_due(bindparam("now"))).order_by(batches.c.due_at, batches.c.id)
    return query.limit(bindparam("most", type_=Integer))


def _is_due(now: Any) -> Any:
    return or_(batches.c.due_at <= now, batches.c.due_at.between(now + LONGEST_WAIT, PUT_OFF - 1))


def next_due(
    ledger: Ledger, campaign_key: int, states: Collection[BatchState] = OPEN_BATCHES, which: str = "all", *,
    now: float = 0,
) -> float | None:  # fmt: skip
    """When the next batch in `states` wants a step (seconds since 1970), None if there is none; what is not to leave
    before an hour wants none before, and what is halted none."""
    with ledger.read() as connection:
        pause, moments = pauses.of(connection, campaign_key), list[float]()
        for kind in (set(states) & {BatchState.PLANNED}, set(states) - {BatchState.PLANNED}):
            is_new = BatchState.PLANNED in kind
            if kind and not (is_new and pause.halted_at):
                values = {"campaign": campaign_key, **({"now": now} if now else {})}
                (due,) = _next(frozenset(kind), which, bool(now))(connection, values).fetchone()
                moments += [] if due is None else [max(float(due), pause.send_after if is_new else 0.0)]
    return min(moments, default=None)


@cache
def _next(states: frozenset[BatchState], which: str, by_now: bool) -> Prepared:
    due_at = batches.c.due_at
    when = case((_is_due(bindparam("now")), 0.0), else_=due_at) if by_now else due_at
    mine = batches.c.state.in_(literal(str(state)) for state in sorted(states))
    return Prepared(select(func.min(when)).where(batches.c.campaign == bindparam("campaign"), mine, WHICH[which]))


def with_failed_lines(ledger: Ledger, campaign_key: int) -> list[StoredBatch]:
    """The batches in which a line is failed in its newest attempt: what a retry wants to be sure of."""
    return _with_lines(ledger, campaign_key, order_sums.CURRENT, order_sums.STATUS == RowStatus.FAILED)


def with_superseded_lines(ledger: Ledger, campaign_key: int) -> list[StoredBatch]:
    """The final batches of which a line was placed again since: such a line may come back to life."""
    return _with_lines(ledger, campaign_key, ~order_sums.CURRENT, batches.c.state == BatchState.FINAL)


def _with_lines(ledger: Ledger, campaign_key: int, *conditions: Any) -> list[StoredBatch]:
    those = order_sums.of_batches(campaign_key, *conditions)
    with ledger.read() as connection:
        rows = connection.execute(select(*_COLUMNS).where(batches.c.id.in_(those)).order_by(batches.c.id))
        return [stored_batch(row) for row in rows]


def get(ledger: Ledger, number: int) -> StoredBatch:
    """A batch by its number."""
    with ledger.read() as connection:
        return stored_batch(connection.execute(select(*_COLUMNS).where(batches.c.id == number)).one())


def body(ledger: Ledger, number: int) -> bytes:
    """The exact bytes to send."""
    with ledger.read() as connection:
        return unpack(_BODY(connection, {"number": number}).fetchone()[0])


def references(ledger: Ledger, number: int) -> list[str]:
    """The line references of a batch, in the order of its body."""
    query = select(line_items.c.reference).where(line_items.c.batch == number).order_by(line_items.c.position)
    with ledger.read() as connection:
        return list(connection.execute(query).scalars())


class Failures(NamedTuple):
    """Which lines an answer says failed by not showing them (`missing`), which failed ones once more (`again`), and
    which that had failed are not failed any more (`healed`)."""

    missing: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    healed: frozenset[str] = frozenset()


NO_FAILURES = Failures()


class LineState(NamedTuple):
    """What the ledger says of a line: its own status (None: its batch says it, no answer ever showed the line), what is
    booked, and whether that is final: what was final once is changed by corrections only.

    Of a failed line, since when, whether Tango said so again, and how it is known ("shown", "refused", "absent").
    """

    status: str | None
    delivery: str
    booked: Booked
    final: bool
    tango_reference: str = ""
    failed_at: str = ""
    failed_again_at: str = ""
    failed_by: str = ""


def standing(ledger: Ledger, number: int) -> dict[str, LineState]:
    """How each line of a batch stands, by reference."""
    columns = (line_items.c.campaign, line_items.c.reference, line_items.c.status, line_items.c.delivery_status)
    money = (line_items.c.charged, line_items.c.charged_currency, line_items.c.fee, line_items.c.shipping_fee)
    failed = (
        line_items.c.tango_reference,
        line_items.c.failed_at,
        line_items.c.failed_again_at,
        line_items.c.failed_by,
    )
    with ledger.read() as connection:
        sums = connection.execute(select(*columns, *failed, *money).where(line_items.c.batch == number)).all()
        again = any(row.status and row.status not in FINAL_LINES for row in sums)
        corrected = corrections.references(connection, sums[0].campaign) if again else frozenset[str]()
    return {
        reference: LineState(status, delivery, Booked(status or "", *amounts),
                         status in FINAL_LINES or reference in corrected, tango, *when_failed)
        for _, reference, status, delivery, tango, *when_failed, charged, paid_in, fee, shipping in sums
        for amounts in [(charged, paid_in, fee, shipping)]
    }  # fmt: skip


def stored_batch(row: Any) -> StoredBatch:
    number, campaign, reference, state, *rest = row
    return StoredBatch(number, campaign, reference, BatchState(state), *rest)
