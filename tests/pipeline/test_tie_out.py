"""Whatever Tango answers: the books tie out, or they name the difference with the rows behind it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_runner import planning
from campaign_runner.app.session import open_campaign
from campaign_runner.app.steps.finish import books_of
from campaign_runner.app.views.uploads import latest_upload
from campaign_runner.ledger import batches
from campaign_runner.model import LineAnswer, Outcome, Receipt
from campaign_runner.placement import Placement, advance
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("every_report")

FACE = Decimal(25)
ROWS = tuple(f"{n},EMAIL,Person,Number{n},p{n}@example.com,,U561593,25" for n in range(5))
LOST = ("FAILED", "CANCELLED", "RETURNED")

answer = st.fixed_dictionaries({
    "word": st.sampled_from(["COMPLETE", "COMPLETE", "FAILED", "CANCELLED", "RETURNED", "PENDING", "STRANGE"]),
    "stated": st.sampled_from([None, FACE, FACE, Decimal(20)]),
    "currency": st.sampled_from(["", "USD", "USD", "EUR"]),
    "over": st.sampled_from([None, Decimal(0), Decimal(0), Decimal("0.01"), Decimal(-3)]),
    "fee": st.sampled_from([None, Decimal("0.50")]), "shipping": st.sampled_from([None, Decimal(5)]),
    "paid_in": st.sampled_from(["USD", "USD", "EUR"]), "shown": st.sampled_from([True, True, True, False]),
})  # fmt: skip
answers = st.tuples(*[answer] * len(ROWS))


class Says:
    """A Tango that gives one answer to every question."""

    def __init__(self, receipt):
        self.receipt = receipt

    def place(self, reference, body):
        raise AssertionError("nothing is to be placed")

    def look_up(self, reference):
        return self.receipt


@pytest.fixture
def accepted(office):
    """Five rows of 25 dollars that Tango has accepted, and not spoken of since."""
    office.run(office.file(*ROWS), patience=0)
    return office


def line(reference, said):
    extra = (said["fee"] or 0) + (said["shipping"] or 0)
    return LineAnswer(
        reference, said["word"], delivery_status="PROCESSING", face_value=said["stated"], currency=said["currency"],
        charged=None if said["over"] is None else FACE + extra + said["over"], charged_currency=said["paid_in"],
        fee=said["fee"], shipping_fee=said["shipping"],
    )  # fmt: skip


def books_after(office, said, *, stranger=False, counts_all=True):
    """The books after Tango has said this of each row; a `stranger` is a line that we never sent."""
    with tempfile.TemporaryDirectory() as folder:
        runtime = office.runtime()
        runtime = replace(runtime, state=Path(shutil.copytree(office.folder / "state", Path(folder) / "state")))
        with open_campaign(runtime) as campaign, latest_upload(campaign) as file:
            (batch,) = batches.due(campaign.ledger, campaign.key, 9e9)
            ours = batches.references(campaign.ledger, batch.id)
            states = [some.states["reference"] for some in books_of(campaign, file).pages.stated()]
            rows = {reference: row for part in states for row, reference in part.items()}
            told = {rows[reference]: each for reference, each in zip(ours, said, strict=True)}
            lines = [line(reference, told[rows[reference]]) for reference in ours if told[rows[reference]]["shown"]]
            lines += [line("never-sent", said[0])] * stranger
            total = len(ours) if counts_all else len(lines)
            receipt = Receipt(Outcome.ACCEPTED, order_status="COMPLETE", total=total, lines=tuple(lines))
            tango = Says(receipt)
            step = Placement(campaign.ledger, tango, office.clock, runtime.settings.order, planning.rebatch)
            advance(step, batch)
            return books_of(campaign, file).books, told


def unexplained(said):
    """Whether a row must be named, by the same question asked in another way than the ledger asks it."""
    if not said["shown"]:
        return True  # the POST's answer had accepted it, whatever the order counts now
    lost = said["word"] in LOST
    charged_otherwise = bool(said["over"]) and said["paid_in"] == "USD" and not lost
    stated_otherwise = said["stated"] not in (None, FACE) or said["currency"] == "EUR"
    return charged_otherwise or stated_otherwise or said["word"] == "STRANGE"


@settings(
    max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(answers, st.booleans())
def test_every_difference_is_named_with_its_rows_and_nothing_else_is(accepted, said, counts_all):
    books, told = books_after(accepted, said, counts_all=counts_all)
    named = {row for finding in books.findings if not finding.explained for row in finding.rows}
    assert named == {row for row, each in told.items() if unexplained(each)}
    assert books.ties_out == (not named)
    assert sum(books.rows.values()) == len(ROWS)
    assert sum(books.amounts["USD"].values()) == FACE * len(ROWS)


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(answers)
def test_a_line_that_only_tango_knows_is_a_conflict(accepted, said):
    books, _ = books_after(accepted, said, stranger=True)
    assert (books.ties_out, [finding.kind for finding in books.findings]) == (False, ["conflict"])
    assert books.rows["unknown"] == len(ROWS)


def test_what_is_charged_for_a_reward_that_failed_is_named_as_owed(accepted):
    whole = {"word": "COMPLETE", "stated": FACE, "currency": "USD", "over": Decimal(0), "fee": None, "shipping": None,
             "paid_in": "USD", "shown": True}  # fmt: skip
    books, told = books_after(accepted, [whole | {"word": "FAILED"}, *[whole] * 4])
    (row,) = (row for row, each in told.items() if each["word"] == "FAILED")
    (finding,) = books.findings
    assert (finding.kind, finding.rows, finding.explained) == ("refund expected", (row,), True)
    assert "25.00 USD" in finding.text
