"""Which rows become lines, which are known, which are held."""

from __future__ import annotations

from campaign_runner.model import Order
from campaign_runner.planning import Decisions, LineBuilder, make_plan
from tests.planning.known_rows import NOTHING, as_known, planned
from tests.planning.rows import ANA, BEN, references


def test_equal_rows_are_held_but_the_first():
    made = planned({2: ANA, 3: BEN, 9: ANA})
    assert sorted(made.new["row"]) == [2, 3]
    assert [(hold.row, hold.rule, hold.reason) for hold in made.holds] == [
        (9, "duplicate", "It is the same as row 2.")
    ]


def test_a_released_duplicate_gets_a_reference_of_its_own():
    held = planned({2: ANA, 9: ANA}).holds[0]
    freed = planned({2: ANA, 9: ANA}, released={held.reference})
    assert freed.holds == ()
    assert references(freed)[9] == held.reference != references(freed)[2]


def test_rows_that_were_sent_are_known_and_not_planned_again():
    before = planned({2: ANA})
    again = planned({5: ANA, 6: BEN}, known=as_known(before))
    assert again.known[["row", "line_id"]].values.tolist() == [[5, 100]]
    assert again.new["row"].tolist() == [6]


def test_a_row_that_changed_after_it_was_sent_is_held():
    before = planned({2: {**ANA, "ID": "1"}}, keyed=True)
    after = planned({2: {**ANA, "ID": "1", "amount": "26.00"}}, known=as_known(before), keyed=True)
    assert [(hold.row, hold.rule) for hold in after.holds] == [(2, "changed-after-sent")]
    assert after.new.empty


def test_one_key_with_two_contents_holds_both_rows():
    made = planned({2: {**ANA, "ID": "1"}, 3: {**BEN, "ID": "1"}}, keyed=True)
    assert [hold.row for hold in made.holds] == [2, 3]
    assert made.new.empty


def test_hidden_rows_are_held_unless_they_were_sent_before():
    assert [hold.rule for hold in planned({2: ANA}, hidden={2}).holds] == ["hidden-row"]
    assert planned({2: ANA}, hidden={2}, known=as_known(planned({2: ANA}))).holds == ()


def test_rows_that_are_too_late_are_late_unless_they_were_sent_in_time():
    assert planned({2: ANA}, stale={2}).late == {2}
    assert planned({2: ANA}, stale={2}, known=as_known(planned({2: ANA}))).late == frozenset()


def test_two_equal_released_rows_never_share_a_reference():
    held = planned({2: ANA, 3: ANA, 4: ANA}).holds
    freed = planned({2: ANA, 3: ANA, 4: ANA}, released={hold.reference for hold in held})
    assert len(set(references(freed).values())) == 3


def test_batches_hold_at_most_the_batch_size_and_every_line_once():
    rows = {n: {**ANA, "recipient.email": f"p{n}@example.com"} for n in range(2, 13)}
    batches = list(planned(rows, batch_size=4).batches())
    assert max(len(batch.lines) for batch in batches) <= 4
    assert sorted(line.row for batch in batches for line in batch.lines) == list(rows)


def test_totals_are_quantity_times_face_value_to_the_cent():
    bulk = {**ANA, "deliveryMethod": "BULKDIGITAL", "quantity": "3", "amount": "0.10"}
    assert {c: str(t) for c, t in planned({2: ANA, 3: bulk}).totals().items()} == {"USD": "25.3"}


def test_an_empty_file_plans_nothing():
    made = make_plan(LineBuilder(Order("c", "acme-customer", "acme-account")), NOTHING, Decisions(), 500)
    assert (list(made.batches()), made.totals(), made.batch_count) == ([], {}, 0)
