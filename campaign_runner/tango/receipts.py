"""What does an answer say that we keep?  Tango's JSON becomes a Receipt: no gift codes and no personal data.

Nothing is copied wholesale: a Receipt is put together from named fields, so whatever else stands in an answer (the
`reward.credentialList` of POST /orders above all) ends here. All keys are in lower case (`wire.read`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from campaign_runner.model import LineAnswer, Outcome, Receipt
from campaign_runner.tango import refusals, wire, words

# (HTTP status, the JSON of a 2xx answer) -> what it says; `http_status` and `request_id` are filled in by the caller.
Reader = Callable[[int, Any], Receipt]


def placed_async(status: int, answer: Any) -> Receipt:
    """POST /asyncOrders, flat or nested (`order{…}`). Who answers with an order that is already final did not just
    create it: a replay. Whether a 200 is one cannot be told (the pages disagree), so totals must be compared."""
    order = {**answer, **wire.section(answer, "order")} if isinstance(answer, dict) else {}
    word = wire.text(order.get("status") or order.get("orderstatus"))
    reference = wire.text(order.get("externalrefid"))
    if not reference:
        return _not_understood("Tango's answer names no order.")
    return Receipt(
        Outcome.REPLAYED if words.order_is_final(word) else Outcome.ACCEPTED,
        order_reference=reference,
        order_status=word,
        tango_order_id=wire.text(order.get("referenceorderid")),
        total=wire.count(order.get("totallineitems")),
        created_at=wire.text(order.get("createdat") or order.get("created_at"), 40),
        refused=refusals.failed_lines(order),
        duplicates=_counts(order.get("duplicatelineitemrefids")),
    )


def placed_single(status: int, answer: Any) -> Receipt:
    """POST /orders: 201 is a new order, 200 one whose externalRefID was seen before (tango-api.md, "Calls")."""
    order = {**answer, **wire.section(answer, "order")} if isinstance(answer, dict) else {}
    if not wire.text(order.get("externalrefid")):
        return _not_understood("Tango's answer names no order.")
    return single_order(order, Outcome.REPLAYED if status == 200 else Outcome.ACCEPTED)


def page(status: int, answer: Any) -> Receipt:
    """One page of GET /asyncOrders/customers/…/accounts/…/{externalRefID}."""
    order = answer if isinstance(answer, dict) else {}
    reference, word = (
        wire.text(order.get("externalrefid")),
        wire.text(order.get("orderstatus") or order.get("status")),
    )
    if not reference or not isinstance(order.get("lineitems"), list):
        return _not_understood("Tango's answer is not an order with its line items.")
    charged = wire.section(order, "amountcharged")
    return Receipt(
        Outcome.ACCEPTED,
        order_reference=reference,
        order_status=word,
        tango_order_id=wire.text(order.get("referenceorderid")),
        total=wire.count(order.get("totallineitems")),
        created_at=wire.text(order.get("createdat"), 40),
        completed_at=wire.text(order.get("completedat"), 40),
        charged=_total(charged),
        charged_currency=wire.text(charged.get("currencycode"), 3),
        message=refusals.sentences(order.get("ordererrors")),
        lines=tuple(_line(item) for item in wire.objects(order["lineitems"])),
        next_cursor=next_cursor(order),
    )


def single_order(order: dict[str, Any], outcome: Outcome = Outcome.ACCEPTED) -> Receipt:
    """An order of /orders in the shape of an async order with one line, whose reference is the order's own."""
    line = _line(
        {**order, "externalreflineitemid": order.get("externalrefid"), "lineitemstatus": order.get("status")}
    )
    return Receipt(
        outcome,
        order_reference=line.reference,
        order_status=line.status,
        tango_order_id=wire.text(order.get("referenceorderid")),
        total=1,
        created_at=wire.text(order.get("createdat"), 40),
        charged=line.charged,
        charged_currency=line.charged_currency,
        lines=(line,),
    )


def next_cursor(answer: dict[str, Any]) -> str:
    """The cursor of the next page, "" on the last one."""
    pages = wire.section(answer, "pagination")
    return wire.text(pages.get("nextcursor"), 2000) if pages.get("nextpageavailable", True) is not False else ""


def _line(item: dict[str, Any]) -> LineAnswer:
    charged, face = wire.section(item, "amountcharged"), wire.section(item, "denomination")
    if isinstance(item.get("amount"), dict):
        face = item["amount"]
    amount = face.get("value") if face else item.get("amount")
    return LineAnswer(
        reference=wire.text(item.get("externalreflineitemid")),
        status=wire.text(item.get("lineitemstatus"), 40),
        tango_reference=wire.text(item.get("referencelineitemid")) or wire.text(item.get("referenceorderid")),
        delivery_status=wire.text(item.get("deliverystatus"), 40),
        face_value=wire.money(amount),
        currency=wire.text(face.get("currencycode"), 3),
        charged=_total(charged),
        charged_currency=wire.text(charged.get("currencycode"), 3),
        fee=wire.money(charged.get("fee")),
        shipping_fee=wire.money(charged.get("shippingfee")),
        exchange_rate=wire.money(charged.get("exchangerate")),
        reason=refusals.sentences(item.get("lineitemerrors")),
        recipient=wire.section(item, "recipient"),
    )


def _total(charged: dict[str, Any]) -> Decimal | None:
    """What was charged in all; where no total is stated, the value."""
    total = wire.money(charged.get("total"))
    return wire.money(charged.get("value")) if total is None else total


def _counts(value: Any) -> dict[str, int]:
    pairs = value.written if isinstance(value, wire.Tally) else {}
    return {key: number for key, found in pairs.items() if (number := wire.count(found)) is not None}


def _not_understood(message: str) -> Receipt:
    return Receipt(Outcome.UNKNOWN, message=message)
