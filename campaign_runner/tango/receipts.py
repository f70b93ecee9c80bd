"""What does an answer say that we keep?  Tango's JSON becomes a Receipt: no gift codes and no personal data.

Nothing is copied wholesale: a Receipt is put together from named fields, so whatever else stands in an answer (the
`reward.credentialList` of POST /orders above all) ends here. All keys are in lower case (`wire.read`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from campaign_runner.model import LineAnswer, Outcome, Receipt
from campaign_runner.model.lifecycle import LOST, RowStatus
from campaign_runner.tango import refusals, status_words, wire

# (HTTP status, the JSON of a 2xx answer) -> what it says; `http_status` and `request_id` are filled in by the caller.
Reader = Callable[[int, Any], Receipt]


def placed_async(status: int, answer: Any) -> Receipt:
    """POST /asyncOrders, flat or nested (`order{…}`). Who answers with an order that is already final did not just
    create it: a replay. Whether a 200 is one cannot be told (the pages disagree), so totals must be compared."""
    order = {**answer, **wire.section(answer, "order")} if isinstance(answer, dict) else {}
    word = wire.text(order.get("status") or order.get("orderstatus"), "status")
    reference = wire.text(order.get("externalrefid"), "reference")
    if not reference:
        return _not_understood("Tango's answer names no order.")
    return Receipt(
        Outcome.REPLAYED if status_words.order_is_final(word) else Outcome.ACCEPTED,
        order_reference=reference,
        order_status=word,
        tango_order_id=wire.text(order.get("referenceorderid"), "tango_order_id"),
        total=wire.count(order.get("totallineitems")),
        created_at=wire.moment(order.get("createdat") or order.get("created_at")),
        refused=refusals.failed_lines(order),
        duplicates=_counts(order.get("duplicatelineitemrefids")),
    )


def placed_single(status: int, answer: Any) -> Receipt:
    """POST /orders: 201 is a new order, 200 one whose externalRefID was seen before (tango-api.md, "Calls")."""
    order = {**answer, **wire.section(answer, "order")} if isinstance(answer, dict) else {}
    if not wire.text(order.get("externalrefid"), "reference"):
        return _not_understood("Tango's answer names no order.")
    return single_order(order, Outcome.REPLAYED if status == 200 else Outcome.ACCEPTED)


def page(status: int, answer: Any) -> Receipt:
    """One page of GET /asyncOrders/customers/…/accounts/…/{externalRefID}."""
    order = answer if isinstance(answer, dict) else {}
    reference, word = (
        wire.text(order.get("externalrefid"), "reference"),
        wire.text(order.get("orderstatus") or order.get("status"), "status"),
    )
    if not reference or not isinstance(order.get("lineitems"), list):
        return _not_understood("Tango's answer is not an order with its line items.")
    charged = wire.section(order, "amountcharged")
    return Receipt(
        Outcome.ACCEPTED,
        order_reference=reference,
        order_status=word,
        tango_order_id=wire.text(order.get("referenceorderid"), "tango_order_id"),
        total=wire.count(order.get("totallineitems")),
        created_at=wire.moment(order.get("createdat")),
        completed_at=wire.moment(order.get("completedat")),
        charged=_total(charged),
        charged_currency=wire.text(charged.get("currencycode"), "currency"),
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
        tango_order_id=wire.text(order.get("referenceorderid"), "tango_order_id"),
        total=1,
        created_at=wire.moment(order.get("createdat")),
        charged=line.charged,
        charged_currency=line.charged_currency,
        lines=(line,),
    )


def each_once(lines: Iterable[LineAnswer]) -> tuple[LineAnswer, ...]:
    """One answer for each line. Tango shows a reward that it issued again a second time, under a reference of its own:
    the one that is alive counts, and of several such the newest reference."""
    best: dict[str, LineAnswer] = {}
    for line in lines:
        other = best.get(line.reference)
        if other is None or _rank(line) > _rank(other):
            best[line.reference] = line
    return tuple(best.values())


def _rank(line: LineAnswer) -> tuple[int, int, str]:
    status = status_words.line_status(line.status)
    alive = 0 if status in LOST else 1 if status is RowStatus.UNKNOWN else 2
    return alive, len(line.tango_reference), line.tango_reference


def next_cursor(answer: dict[str, Any]) -> str:
    """The cursor of the next page, "" on the last one."""
    pages = wire.section(answer, "pagination")
    return wire.text(pages.get("nextcursor"), "cursor") if pages.get("nextpageavailable", True) is not False else ""


_MONEY = ("total", "value", "fee", "shippingfee", "exchangerate")


def _line(item: dict[str, Any]) -> LineAnswer:
    charged, face = wire.section(item, "amountcharged"), wire.section(item, "denomination")
    if isinstance(item.get("amount"), dict):
        face = item["amount"]
    amount = face.get("value") if face else item.get("amount")
    return LineAnswer(
        reference=wire.text(item.get("externalreflineitemid"), "reference"),
        status=wire.text(item.get("lineitemstatus"), "status"),
        tango_reference=wire.text(item.get("referencelineitemid") or item.get("referenceorderid"), "tango_reference"),
        delivery_status=wire.text(item.get("deliverystatus"), "delivery_status"),
        face_value=wire.money(amount),
        currency=wire.text(face.get("currencycode"), "currency"),
        charged=_total(charged),
        charged_currency=wire.text(charged.get("currencycode"), "currency"),
        fee=wire.money(charged.get("fee")),
        shipping_fee=wire.money(charged.get("shippingfee")),
        exchange_rate=wire.money(charged.get("exchangerate")),
        reason=refusals.sentences(item.get("lineitemerrors")),
        unreadable=wire.unreadable(amount, *(charged.get(name) for name in _MONEY)),
        delivery_method=wire.text(item.get("deliverymethod"), "method"),
        quantity=wire.count(item.get("quantity")),
        recipient=wire.section(item, "recipient"),
    )


def _total(charged: dict[str, Any]) -> Decimal | None:
    """What was charged in all; where no total is stated, the value."""
    total = wire.money(charged.get("total"))
    return wire.money(charged.get("value")) if total is None else total


def _counts(value: Any) -> dict[str, int]:
    pairs = value.written if isinstance(value, wire.Tally) else {}
    return {key: number for key, text in pairs.items() if (number := wire.count(text)) is not None}


def _not_understood(message: str) -> Receipt:
    return Receipt(Outcome.UNKNOWN, message=message)
