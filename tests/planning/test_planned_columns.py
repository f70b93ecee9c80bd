"""A long list of planned lines says of each line what its page says."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from campaign_runner.model.contact import name_and_ways
from campaign_runner.model.money import text
from campaign_runner.planning import planned_columns, searchable_text
from campaign_runner.planning.plan_preview import every_line
from tests.planning.rows import ANA, BEN, CRATE, planned

NAMES = {"U561593": "Anything"}
BOTH = {**CRATE, "recipient.firstName": "Dee", "recipient.lastName": "Fox", "recipient.email": "dee@example.com"}
ROWS = {2: ANA, 3: BEN, 4: CRATE, 5: BOTH, 7: {**ANA, "recipient.firstName": "A\\na\t\U0001f600", "amount": "0.125"},
        9: {"deliveryMethod": "BULKDIGITAL", "utid": "U154092", "amount": "10.00", "quantity": "3"}}  # fmt: skip


def as_on_the_page(plan):
    return [
        [str(line.row), line.recipient, line.method, line.utid, line.reward, str(line.quantity), text(line.amount),
         text(line.total), line.currency, line.reference]
        for line in every_line(plan, NAMES)
    ]  # fmt: skip


@pytest.mark.parametrize("bulk", ["shipping", "bulkShipping"])
def test_every_line_is_listed_as_on_the_page(bulk):
    rows = {
        row: {name.replace("shipping.", f"{bulk}."): cell for name, cell in cells.items()}
        for row, cells in ROWS.items()
    }
    plan = planned(rows)
    listed = [list(line) for part in planned_columns.planned_columns(plan, NAMES) for line in zip(*part, strict=True)]
    assert [[cell.as_py() for cell in line] for line in listed] == as_on_the_page(plan)


@pytest.mark.parametrize("bulk", ["shipping", "bulkShipping"])
def test_the_text_that_a_search_reads_has_the_name_and_every_way_of_each_line_in_the_order_of_the_rows(
    bulk, monkeypatch
):
    monkeypatch.setattr(searchable_text, "AT_ONCE", 4)
    odd = {**ANA, "recipient.firstName": "Zo\u00cb\nSTRA\u00dfE", "recipient.mobileNumber": "+14155550100"}
    cells = {8: odd, **ROWS}
    plan = planned(
        {
            row: {name.replace("shipping.", f"{bulk}."): cell for name, cell in one.items()}
            for row, one in cells.items()
        }
    )
    lines = plan.new.sort_values("row")
    people = [name_and_ways(orjson.loads(payload)) for payload in plan.payloads(lines)]
    texts = ["\t".join([name, *ways]).casefold().replace("\n", " ") if name or ways else "" for name, ways in people]
    parts = list(searchable_text.recipient_texts(plan))
    assert [(first, last) for first, last, _ in parts] == [(2, 5), (7, 9)]
    assert "\n".join(text for _, _, text in parts) == "\n".join(
        f"{row}\t{text}" for row, text in zip(lines["row"], texts, strict=True) if text
    )


def test_lines_that_lie_far_apart_are_read_one_by_one():
    plan = planned(ROWS)
    few = replace(plan, new=plan.new[plan.new["row"].isin([2, 9])])
    whole = [plan.payload(*place) for place in zip(few.new["offset"], few.new["length"], strict=True)]
    assert few.payloads(few.new) == whole
    assert plan.payloads(plan.new.iloc[:0]) == []
