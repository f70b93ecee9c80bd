"""What is new in an answer of Tango, and what of it corrects what was booked."""

from __future__ import annotations

from decimal import Decimal

from campaign_runner.ledger.batches import LineState
from campaign_runner.ledger.corrections import Booked
from campaign_runner.model import LineAnswer, Outcome, Receipt
from campaign_runner.placement.line_updates import news

COMPLETED = LineState("completed", "DISPATCHED", Booked("completed", "25.50", "USD", "0.50", ""), True)
REFUNDABLE = LineState("failed", "", Booked("failed", "25.50", "USD", "", ""), True)


def said(known, status="COMPLETE", delivery="DISPATCHED", charged="25.5", currency="USD", fee="0.5"):
    amounts = [None if text is None else Decimal(text) for text in (charged, fee)]
    line = LineAnswer(
        "line-1", status, delivery_status=delivery, charged=amounts[0], charged_currency=currency, fee=amounts[1]
    )
    return news(Receipt(Outcome.ACCEPTED, order_status="COMPLETE", total=1, lines=(line,)), {"line-1": known})


def test_the_same_answer_again_is_no_news():
    assert said(COMPLETED).lines == ()


def test_a_parcel_that_arrives_is_news_and_no_correction():
    told = said(COMPLETED, delivery="DELIVERED")
    assert (len(told.lines), told.corrected) == (1, {})


def test_a_reward_that_comes_back_is_a_correction():
    told = said(COMPLETED, status="RETURNED")
    assert told.corrected["line-1"][1] == Booked("cancelled", "25.5", "USD", "0.5", "")


def test_a_charge_that_is_given_back_is_a_correction_though_the_status_stays():
    told = said(REFUNDABLE, status="FAILED", delivery="", charged="0", fee=None)
    assert [booked.charged for booked in told.corrected["line-1"]] == ["25.50", "0"]


def test_an_answer_that_is_silent_about_money_takes_none_back():
    told = said(COMPLETED, status="CANCELLED", charged=None, currency="", fee=None)
    assert told.corrected["line-1"][1] == Booked("cancelled", "25.50", "USD", "0.50", "")
    assert told.lines[0].charged == Decimal("25.50")


def test_a_line_that_was_final_once_is_corrected_when_it_is_final_again():
    reopened = LineState("pending", "PENDING", Booked("pending", "25.50", "USD", "0.50", ""), True)
    assert said(reopened).corrected["line-1"][1].status == "completed"


def test_what_was_never_final_is_completed_without_a_correction():
    told = said(LineState(None, "", Booked(""), False))
    assert (told.statuses, told.corrected) == ({"line-1": "completed"}, {})
