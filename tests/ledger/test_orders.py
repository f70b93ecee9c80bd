"""The two transactions of an order: before its first byte leaves, and when Tango has answered."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text

from campaign_runner.ledger import batches, coordination_tables, events, open_ledger, schema
from campaign_runner.ledger.batch_moves import mark_sending, settle
from campaign_runner.ledger.compiled_sql import Prepared
from campaign_runner.ledger.packing import pack
from campaign_runner.ledger.requests import record_attempt
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import ExitCode, OrderMoved, StateError
from campaign_runner.model.lifecycle import BatchState

AT = "2026-11-22T09:00:00.000+00:00"
BODY = b'{"externalRefID":"q4-1"}'
ACCEPTED = Receipt(Outcome.ACCEPTED, 201, order_reference="q4-1", tango_order_id="RA-1", total=1)


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path) as made:
        with made.write("a test") as connection:
            names = {"environment": "simulator", "campaign_id": "q4", "customer": "c", "account": "a"}
            connection.execute(insert(schema.campaigns).values(**names, endpoint="asyncOrders", created_at=AT))
            order = {"campaign": 1, "reference": "q4-1", "state": "planned", "attempt": 1, "lines": 1}
            connection.execute(insert(schema.batches).values(**order, body=pack(BODY)))
        yield made


def planned(ledger):
    (batch,) = batches.due(ledger, 1, 0)
    return batch


def requests(ledger):
    with ledger.read() as connection:
        rows = select(schema.attempts.c.method, schema.attempts.c.outcome).order_by(schema.attempts.c.id)
        return [tuple(row) for row in connection.execute(rows)]


def moves(ledger):
    with ledger.read() as connection:
        assert events.first_broken(connection) is None
        return [(event["data"]["from"], event["data"]["to"]) for event in events.every(connection)]


def test_the_bytes_to_send_come_with_the_mark_that_they_are_sent(ledger):
    sent, body = mark_sending(ledger, planned(ledger), AT)
    assert (body, sent.tries, sent.sent_at) == (BODY, 1, AT)
    assert batches.get(ledger, sent.id) == sent
    assert moves(ledger) == [("planned", "sending")]


def test_an_order_that_somebody_else_has_moved_is_left_alone(ledger):
    batch = planned(ledger)
    mark_sending(ledger, batch, AT)
    with pytest.raises(OrderMoved, match="q4-1 was changed by another process") as moved:
        mark_sending(ledger, batch, AT)
    assert moved.value.exit_code is ExitCode.CAMPAIGN_HELD
    assert moves(ledger) == [("planned", "sending")]


def test_an_order_whose_bytes_are_damaged_is_not_marked_as_sent(ledger):
    with ledger.write("a test") as connection:
        connection.execute(schema.batches.update().values(body=b"\0\0\0\x09damaged"))
    with pytest.raises(OSError, match=r"(?i)zstd"):
        mark_sending(ledger, planned(ledger), AT)
    assert (batches.get(ledger, 1).state, moves(ledger)) == (BatchState.PLANNED, [])


def test_every_request_is_written_down_at_once_and_stays_whatever_becomes_of_the_order(ledger):
    sent, _ = mark_sending(ledger, planned(ledger), AT)
    record_attempt(ledger, 1, "q4-1", AT, "POST", ACCEPTED, 0.2)
    settle(ledger, sent, BatchState.UNKNOWN, AT)
    with pytest.raises(RuntimeError, match="changed by another process"):
        settle(ledger, sent, BatchState.ACCEPTED, AT)
    record_attempt(ledger, 1, "q4-1", AT, "GET", Receipt(Outcome.RETRY, 503), 0.2)
    assert requests(ledger) == [("POST", "accepted"), ("GET", "retry")]
    assert moves(ledger) == [("planned", "sending"), ("sending", "unknown")]


def test_what_breaks_under_a_prepared_statement_is_told_like_any_other_trouble(ledger):
    with ledger.read() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
        assert Prepared(select(coordination_tables.pace.c.name))(connection).fetchone() is None
    with pytest.raises(StateError, match="read-only"):
        forget_the_pace(ledger)


def forget_the_pace(ledger):
    with ledger.read() as connection:
        Prepared(coordination_tables.pace.delete())(connection)
