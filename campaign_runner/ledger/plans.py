"""How does a plan get into the ledger?  In one transaction, with the exact bytes of every batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, delete, func, insert, select, true, update

from campaign_runner.ledger import digests, events, order_sums, recipient_texts, schema, sent_lines
from campaign_runner.ledger import failed_lines as failures
from campaign_runner.ledger.bulk import insert_many
from campaign_runner.ledger.decision_tables import releases
from campaign_runner.ledger.failed_lines import replaced
from campaign_runner.ledger.line_columns import STATUS
from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.schema import PUT_OFF, batches, entries, line_indexes, line_items, meta
from campaign_runner.model import Batch, LineItem, line_columns
from campaign_runner.model.contact import without_contacts
from campaign_runner.model.lifecycle import BatchState, RowStatus
from campaign_runner.model.row_entry import RowEntry

# Above this many new lines in an almost empty ledger it is quicker to drop the indexes and build them once at the end.
BULK = 50_000

LINES_AT_ONCE = 25_000

# What a planned line says of itself, and what only Tango will tell.
OF_LINE = (
    "row", "reference", "identity", "content", "contact", "person", "alias", "origin", "folded_key", "key_text", "method",
    "utid", "quantity", "face_units", "currency",
)  # fmt: skip

UNTOLD: dict[str, int | str] = dict.fromkeys(
    ("reason", "tango_reference", "delivery_status", "stated", "stated_currency", "charged", "charged_currency", "fee",
     "shipping_fee", "exchange_rate", "updated_at", "failed_at", "failed_again_at", "failed_by"), "",
)  # fmt: skip

_NEW_BATCH = insert(batches).returning(batches.c.id)


class PackedBatch(NamedTuple):
    """A planned batch as the ledger keeps it: the body packed, of the lines the columns `OF_LINE`, their sums, and the
    digests of the order and of its lines."""

    reference: str
    attempt: int
    canary: bool
    body: bytes
    lines: Mapping[str, Sequence[Any]]
    sums: Sequence[tuple[str, int, int]]
    digests: tuple[str, str]


class Failed(NamedTuple):
    """A line that failed at Tango; see `planning.attempts.FailedLine`."""

    line_id: int
    attempt: int
    line: LineItem
    body: bytes


class Attempted(Protocol):
    """A new batch for failed lines; see `planning.attempts.Attempt`."""

    @property
    def batch(self) -> Batch:
        """The batch."""
        ...

    @property
    def line_ids(self) -> tuple[int, ...]:
        """The ledger's numbers of its lines, in its order."""
        ...


def secret(connection: Connection) -> bytes:
    """The key under which this ledger hashes contacts."""
    return bytes(connection.execute(select(meta.c.secret)).scalar_one())


def released(connection: Connection, campaign_key: int) -> frozenset[str]:
    """The references that a person let go."""
    return frozenset(sent_lines.decided(connection, campaign_key, sent_lines.RELEASED))


def withdraw_unsent(connection: Connection, campaign_key: int, at: str = "") -> int:
    """Take back what was planned from an earlier file and never left: the new file decides. Returns the lines."""
    unsent = select(batches.c.id).where(
        batches.c.campaign == campaign_key, batches.c.state == BatchState.PLANNED, batches.c.attempt == 1
    )
    theirs = select(schema.tallies.c.upload).where(schema.tallies.c.batch.in_(unsent)).distinct()
    files = list(connection.scalars(theirs))
    gone = connection.execute(delete(line_items).where(line_items.c.batch.in_(unsent))).rowcount
    connection.execute(delete(schema.tallies).where(schema.tallies.c.batch.in_(unsent)))
    recipient_texts.tidy(connection, files)
    mine = delete(batches).where(batches.c.id.in_(unsent.scalar_subquery())).returning(batches.c.reference)
    withdrawn = list(connection.execute(mine).scalars())
    # Of a batch whose lines had all moved on to these nothing is left: its reference may be planned again.
    left = select(line_items.c.batch).where(line_items.c.batch == batches.c.id)
    hollow = (batches.c.campaign == campaign_key, batches.c.state == BatchState.REPLACED, ~left.exists())
    withdrawn += connection.execute(delete(batches).where(*hollow).returning(batches.c.reference)).scalars()
    if withdrawn:
        events.append(connection, campaign_key, at, digests.WITHDRAWN, orders=sorted(withdrawn))
    return gone


def put_off(connection: Connection, campaign_key: int) -> bool:
    """Whether batches of this campaign wait for a run that plans them again."""
    query = select(batches.c.id).where(batches.c.campaign == campaign_key, batches.c.due_at >= PUT_OFF).limit(1)
    return connection.execute(query).first() is not None


def packed_batch(batch: Batch) -> PackedBatch:
    """A batch, ready to be written down; in any process."""
    columns = line_columns(batch.lines)
    kept = {name: columns[name] for name in OF_LINE}
    body, many = pack(batch.body), len(kept["row"])
    order = digests.of_order(batch.reference, batch.attempt, many, batch.canary, body)
    digest = (order, digests.of_planned(kept, batch.attempt))
    return PackedBatch(batch.reference, batch.attempt, batch.canary, body, kept, order_sums.added_up(kept), digest)


def record(
    connection: Connection, campaign_key: int, upload: int, planned: Iterable[PackedBatch], lines: int, at: str, *,
    due_at: float = 0,
) -> None:  # fmt: skip
    """Write batches and their lines; `lines` is how many there are (it decides how indexes are kept: a server keeps them,
    since anyone who works on another campaign would wait for them)."""
    bulk = connection.dialect.name == "sqlite" and lines >= BULK and lines > _lines_before(connection)
    if bulk:
        for index in line_indexes:
            index.drop(connection, checkfirst=True)
    same = {"campaign": campaign_key, "upload": upload, "superseded": False, **UNTOLD}
    names = ("batch", "position", *OF_LINE, "attempt")
    references: dict[str, list[str]] = {}
    for portion in _some(planned):
        rows: list[tuple[Any, ...]] = []
        sums: list[tuple[Any, ...]] = []
        for batch in portion:
            number, places = _add_batch(connection, campaign_key, batch, at, due_at), range(len(batch.lines["row"]))
            rows += zip(repeat(number), places, *(batch.lines[name] for name in OF_LINE), repeat(batch.attempt))
            sums += order_sums.planned(number, campaign_key, upload, batch.sums)
            references[batch.reference] = [BatchState.PLANNED.value, *batch.digests, ""]
        insert_many(connection, line_items, names, rows, same)
        insert_many(connection, schema.tallies, order_sums.NAMES, sums)
    if bulk:
        for index in line_indexes:
            index.create(connection)
    if references:
        events.append(connection, campaign_key, at, digests.WRITTEN, orders=references)


def failed_lines(connection: Connection, campaign_key: int, *, confirmed: bool = True) -> list[Failed]:
    """Lines that failed at Tango in their newest attempt, each with the body it was sent in; `confirmed`: only those of
    which Tango said so twice, some time apart, and of which no earlier attempt came back to life. Lines in whose place
    something else was sent since are history."""
    query = (
        select(line_items, batches.c.body)
        .select_from(line_items.join(batches, batches.c.id == line_items.c.batch))
        .where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), STATUS == RowStatus.FAILED)
        .where(batches.c.body.is_not(None), line_items.c.erased_at == "")
        .where(line_items.c.failed_again_at != "" if confirmed else true())
        .order_by(line_items.c.batch, line_items.c.position)
    )
    alive = failures.alive(connection, campaign_key) if confirmed else frozenset()
    records = [
        row for row in connection.execute(query).mappings()
        if (row["upload"], row["row"], bytes(row["identity"])) not in alive
    ]  # fmt: skip
    history = replaced(connection, campaign_key, [row["id"] for row in records])
    return [_failed(row) for row in records if row["id"] not in history]


def record_attempts(connection: Connection, campaign_key: int, attempts: Iterable[Attempted], at: str) -> None:
    """Move failed lines into new batches; what they were stays as a superseded line, linked by its identity."""
    columns = [column.name for column in line_items.c if column.name not in ("id", "superseded")]
    touched: set[int] = set()
    for attempt in attempts:
        number = _add_batch(connection, campaign_key, packed_batch(attempt.batch), at)
        for position, (line, line_id) in enumerate(zip(attempt.batch.lines, attempt.line_ids, strict=True)):
            mine = line_items.c.id == line_id
            before = dict(connection.execute(select(line_items).where(mine)).mappings().one())
            moved = {"batch": number, "position": position, "reference": line.reference, "status": None,
                     "attempt": attempt.batch.attempt, **UNTOLD, "superseded": False}  # fmt: skip
            connection.execute(update(line_items).where(mine).values(**moved))
            old = {name: before[name] for name in columns}
            connection.execute(insert(line_items).values(**old, superseded=True))
            touched |= {number, before["batch"]}
    order_sums.renew(connection, touched)
    digests.write_orders(connection, at, touched)


def record_release(
    connection: Connection, campaign_key: int, references: Iterable[str], reason: str, at: str, *,
    decision: str = sent_lines.RELEASED, actor: str = "", changed: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Write down what was decided about held rows: the newest decision counts. `changed`: the line that a row seems to
    be, changed, by reference."""
    wanted, reason = list(dict.fromkeys(references)), without_contacts(reason)
    mine = (releases.c.campaign == campaign_key, releases.c.reference == bindparam("ref"))
    if wanted:
        connection.execute(delete(releases).where(*mine), [{"ref": reference} for reference in wanted])
    rows = [(campaign_key, ref, reason, at, decision, actor, (changed or {}).get(ref, 0)) for ref in wanted]
    names = ("campaign", "reference", "reason", "at", "decision", "actor", "changed_line")
    insert_many(connection, releases, names, rows)
    content = {"decision": decision, "reason": reason, "references": wanted, "changed": changed or {}}
    events.append(connection, campaign_key, at, sent_lines.DECIDED, **content)


def record_entries(connection: Connection, upload: int, rows: Iterable[RowEntry]) -> str:
    """Write rows that bring no new line; returns their digest."""
    every = list(rows)
    insert_many(connection, entries, ("upload", *RowEntry._fields), [(upload, *row) for row in every])
    return digests.of_entries(map(tuple, every))


def _failed(row: Any) -> Failed:
    line = LineItem(
        row["reference"], row["row"], b"", row["method"], row["utid"], row["quantity"], row["face_units"],
        row["currency"], row["identity"], row["content"], row["contact"], row["person"], row["alias"], row["origin"],
        row["folded_key"], row["key_text"],
    )  # fmt: skip
    return Failed(row["id"], row["attempt"], line, unpack(row["body"]))


def _add_batch(connection: Connection, campaign_key: int, batch: PackedBatch, at: str, due_at: float = 0) -> int:
    values = {"campaign": campaign_key, "reference": batch.reference, "state": BatchState.PLANNED, "updated_at": at,
              "lines": len(batch.lines["row"]), "body": batch.body, "attempt": batch.attempt, "due_at": due_at,
              "canary": batch.canary}  # fmt: skip
    return int(connection.execute(_NEW_BATCH, values).scalar_one())


def _lines_before(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(line_items.c.id), 0))).scalar_one())


def _some(planned: Iterable[PackedBatch]) -> Iterator[list[PackedBatch]]:
    """Batches in groups of about `LINES_AT_ONCE` lines."""
    group: list[PackedBatch] = []
    lines = 0
    for batch in planned:
        group.append(batch)
        lines += len(batch.lines["row"])
        if lines >= LINES_AT_ONCE:
            yield group
            group, lines = [], 0
    if group:
        yield group
