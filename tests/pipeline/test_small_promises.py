"""Small rules that no other test would miss, each found by changing one word of the program."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from campaign_runner.ledger import batches, campaigns, erasure, open_ledger, schema
from campaign_runner.ledger.batch_moves import left_sending, mark_sending, settle
from campaign_runner.model import LineAnswer, Outcome
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.lifecycle import BATCH_MOVES, BatchState, RowStatus
from campaign_runner.tango.answers import of_answer
from tests.ledger.ledgers import AT, ORDER, every, line, planned, sent
from tests.pipeline.people import ANA, BEN
from tests.planning.known_rows import as_known
from tests.planning.known_rows import planned as planned_rows
from tests.planning.rows import ANA as A_ROW

LATER = "2027-01-01T00:00:00+00:00"


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path) as made:
        yield made


def test_a_line_counted_no_time_or_never_sent_is_not_in_another_order(office):
    handle = office.tango.handle

    def handled(request):
        answer = handle(request)
        if request.method == "POST":
            ours = [
                line["externalRefLineItemID"] for order in office.tango.orders() for line in order.order["lineItems"]
            ]
            answer.content["duplicateLineItemRefIds"] = {ours[0]: 0, "NEVER-SENT": 2}
        return answer

    office.tango.handle = handled
    assert office.run(office.file(ANA, BEN), patience=0).books.rows["pending"] == 2


def test_looks_at_an_open_order_become_rarer(office):
    office.run(office.file(ANA.replace("ana@", "sim-pending@")), patience=300)
    assert sum("/asyncOrders/customers" in seen.path for seen in office.tango.requests) < 12


def test_an_order_that_is_final_already_when_it_is_placed_is_accepted(office):
    handle = office.tango.handle

    def handled(request):
        answer = handle(request)
        answer.content |= {"status": "COMPLETE"} if request.method == "POST" else {}
        return answer

    office.tango.handle = handled
    assert office.run(office.file(ANA), patience=0).books.rows["pending"] == 1


def test_two_campaigns_may_reward_people_whom_nobody_names(office):
    nobody = "1,NONE,Gift,,,,U561593,25"
    office.run(office.file(nobody))
    office.values["campaign"]["id"] = "q5"
    assert office.run(office.file(nobody, name="q5.csv")).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_the_bytes_of_an_order_that_is_being_sent_are_not_erased(ledger):
    planned(ledger, (line(1),))
    mark_sending(ledger, every(ledger)[0], AT)
    assert erasure.erase(ledger, LATER, LATER) == {"files": 0, "orders": 0}
    assert batches.body(ledger, 1) == b"{}"


def test_only_what_is_final_is_booked_for_good(ledger):
    planned(ledger, (line(1), line(2), line(3)))
    batch = sent(ledger, every(ledger)[0])
    ours = batches.references(ledger, batch.id)
    words = dict(zip(ours, (RowStatus.PENDING, RowStatus.COMPLETED, RowStatus.UNKNOWN), strict=True))
    settle(ledger, batch, batch.state, AT, statuses=words, answers=[LineAnswer(ref, "") for ref in ours])
    assert [batches.standing(ledger, batch.id)[ref].final for ref in ours] == [False, True, False]


def test_a_settled_order_fails_the_lines_that_were_refused_and_no_others(ledger):
    planned(ledger, (line(1), line(2)))
    batch = sent(ledger, every(ledger)[0])
    first, second = batches.references(ledger, batch.id)
    settle(ledger, batch, batch.state, AT, refused={first: "no such e-mail"})
    settle(ledger, batches.get(ledger, batch.id), batch.state, AT)
    known = batches.standing(ledger, batch.id)
    assert (known[first].status, known[first].failed_by, known[second].status) == ("failed", "refused", None)


def test_a_run_that_begins_touches_its_own_campaign_alone(ledger):
    planned(ledger, (line(1),))
    with ledger.write("a test") as connection:
        other = campaigns.register(connection, "simulator", replace(ORDER, campaign_id="q5"), AT)
        connection.execute(schema.batches.update().values(campaign=other, due_at=5.0))
    (batch,) = every(ledger)
    mark_sending(ledger, batch, AT)
    assert left_sending(ledger, 1, AT) == 0
    assert (every(ledger)[0].state, every(ledger)[0].due_at) == (BatchState.SENDING, 5.0)
    assert left_sending(ledger, other, AT) == 1
    assert (every(ledger)[0].state, every(ledger)[0].due_at) == (BatchState.UNKNOWN, 0.0)


def test_what_may_have_been_sent_never_counts_as_planned_again():
    assert (BatchState.UNKNOWN, BatchState.PLANNED) not in BATCH_MOVES


def test_orders_are_made_alike_however_many_are_made_at_once(monkeypatch):
    rows = {number: {**A_ROW, "recipient.email": f"p{number}@example.com"} for number in range(2, 32)}
    made = planned_rows(rows, batch_size=4)
    whole = [(batch.reference, batch.body) for batch in made.batches()]
    for at_once in (1, 4, 5, 9):
        monkeypatch.setattr(sys.modules["campaign_runner.planning.plan"], "LINES_AT_ONCE", at_once)
        assert [(batch.reference, batch.body) for batch in made.batches()] == whole


@pytest.mark.parametrize("half", ["hi", "lo"])
def test_a_row_is_known_by_its_whole_digest(half):
    before = planned_rows({2: A_ROW})
    known = as_known(before)
    known[[half, f"content_{half}"]] += 1
    assert len(planned_rows({2: A_ROW}, known=as_known(before)).known) == 1
    assert len(planned_rows({2: A_ROW}, known=known).known) == 0


@pytest.mark.parametrize(
    ("status", "key", "named", "outcome"),
    [(422, "422.025", True, Outcome.LINES_REFUSED), (401, "401.001", False, Outcome.STOP_CONFIGURATION),
     (402, "402.001", False, Outcome.STOP_FUNDS), (409, "409.002", False, Outcome.IN_PROCESS),
     (503, "503.501", False, Outcome.RETRY), (422, "404.142", False, Outcome.STOP_CONFIGURATION),
     (422, "422.025", False, Outcome.TOO_LARGE), (400, "400.001", False, Outcome.TOO_LARGE)],
)  # fmt: skip
def test_words_of_size_override_only_what_halving_may_help(status, key, named, outcome):
    words = "line items: the maximum number was exceeded"
    assert of_answer("POST", status, [key], names_lines=named, message=words)[0] is outcome
