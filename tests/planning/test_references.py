"""References never change: same row, same reference, on any machine, day and row order."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.planning.cutting import FIRST
from tests.planning.rows import ANA, BEN, CRATE, ORDER, planned, references


def test_references_and_bodies_are_pinned_for_ever(golden):
    batches = list(planned({2: ANA, 3: BEN, 4: CRATE}).batches(FIRST))
    golden("references.json", pinned(batches))


def test_orders_of_format_2_have_other_references_than_their_lines_ever_had(golden):
    """The lines of the first golden file and some more, so that they are cut: which line is in which order."""
    rows = {2: ANA, 3: BEN, 4: CRATE, **{n: {**ANA, "recipient.email": f"p{n}@example.com"} for n in range(5, 12)}}
    golden("references-2.json", pinned(planned(rows, batch_size=4).batches()))


def pinned(batches) -> str:
    content = {batch.reference: json.loads(batch.body) for batch in batches}
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_order_of_the_rows_changes_nothing():
    one, other = planned({2: ANA, 3: BEN, 4: CRATE}), planned({7: CRATE, 8: ANA, 90: BEN})
    assert [batch.body for batch in one.batches()] == [batch.body for batch in other.batches()]


def test_the_order_of_the_columns_changes_nothing():
    assert references(planned({2: ANA})) == references(planned({2: dict(reversed(ANA.items()))}))


@pytest.mark.parametrize(
    "changed",
    [{"customer": "other-customer"}, {"account": "other-account"}, {"campaign_id": "other"}, {"endpoint": "orders"}],
)
def test_references_are_bound_to_campaign_customer_account_and_endpoint(changed):
    assert references(planned({2: ANA}))[2] != references(planned({2: ANA}, replace(ORDER, **changed)))[2]


def test_the_texts_of_the_order_do_not_change_references():
    renamed = replace(ORDER, campaign="Fourth quarter", purchase_order="", notes="Hello")
    assert [b.reference for b in planned({2: ANA}).batches()] == [
        b.reference for b in planned({2: ANA}, renamed).batches()
    ]


def test_references_are_short_and_plain():
    long = planned({2: ANA}, replace(ORDER, campaign_id="c" * 40))
    for reference in [*references(long).values(), *(batch.reference for batch in long.batches())]:
        assert re.fullmatch(r"c{40}-[0-9a-f]{32}", reference)


def test_with_a_key_the_reference_survives_a_change_of_contents():
    before, after = {**ANA, "ID": "E-1"}, {**ANA, "ID": "E-1", "amount": "99.00"}
    assert references(planned({2: before}, key="ID")) == references(planned({2: after}, key="ID"))


def test_amounts_keep_their_digits_in_the_body():
    (batch,) = planned({2: {**ANA, "amount": "0.10"}}).batches()
    assert b'"amount":0.10,' in batch.body


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.lists(texts, min_size=1, max_size=5), st.lists(texts, min_size=1, max_size=5))
def test_different_cells_never_share_a_reference(one, other):
    """No delimiter trick: moving a character from one cell to the next changes the reference."""
    names = ["message", "lineItemNote", "emailSubject", "recipient.firstName", "recipient.lastName"]
    first, second = ({**ANA, **dict(zip(names, cells, strict=False))} for cells in (one, other))
    found = [references(planned({2: row}))[2] for row in (first, second)]
    assert (found[0] != found[1]) == (first != second)


@given(st.dictionaries(st.sampled_from(["message", "lineItemNote", "recipient.lastName"]), texts))
def test_the_body_says_exactly_what_the_row_says(extra):
    (batch,) = planned({2: {**ANA, **extra}}).batches()
    (line,) = json.loads(batch.body)["lineItems"]
    said = {"message": line.get("message"), "lineItemNote": line.get("lineItemNote")}
    said["recipient.lastName"] = line["recipient"].get("lastName")
    assert {name: text for name, text in said.items() if text is not None} == extra
