"""What does the stand-in tell of what it has?  Every GET: an order with its lines, lists, account, rewards, rates."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from math import inf
from typing import Any

from campaign_runner.simulator import test_values
from campaign_runner.simulator.answer import Answer, Refusal, Request, problem
from campaign_runner.simulator.state import PlacedOrder, SimulatorState
from campaign_runner.simulator.state_file import Event

LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How orders get on: by being asked for often enough, or with the knob `ends_after` this many seconds after they were
    placed, no matter who asks."""

    add: Callable[[Event], None]
    now: float
    polls_until_final: int
    ends_after: float = 0

    def look(self, placed: PlacedOrder) -> None:
        """Somebody asks for this order."""
        if not placed.final or (placed.magic and not placed.looks_after):
            final = placed.polls + 1 >= self.polls_until_final and not self.ends_after
            self._end(placed, self.now, final=final or placed.final)

    def pass_time(self, orders: Iterable[PlacedOrder]) -> None:
        """What has ended by now."""
        for placed in orders if self.ends_after else ():
            if not placed.final and placed.at + self.ends_after <= self.now:
                self._end(placed, placed.at + self.ends_after, final=True)

    def _end(self, placed: PlacedOrder, at: float, *, final: bool) -> None:
        self.add({"kind": "poll", "account": placed.account, "reference": placed.reference, "final": final, "at": at})


def order_page(world: SimulatorState, request: Request, customer: str, account: str, reference: str,
               progress: Progress) -> Answer:  # fmt: skip
    """One page of an order's lines. Asking for the first page is what lets time pass for the order."""
    placed = world.orders.get((account, reference))
    if placed is None or placed.endpoint != "asyncOrders" or placed.customer != customer:
        raise Refusal(404, problem("404.017", "There is no such order"))
    start, size = _window(request)
    if not start:
        progress.look(placed)
    order = placed.order
    taken = islice(placed.lines(order), start, start + size)
    lines = [_line(world, placed, index, line, spell) for index, line, spell in taken]
    return Answer(200, _order(placed) | _origin(order) | {
        "lineItems": lines, "pagination": _pagination(start, size, placed.count, len(lines)),
    })  # fmt: skip


def order_list(world: SimulatorState, request: Request, now: float) -> Answer:
    """GET /asyncOrders: filtered, in pages by cursor, without FAILED orders. Knobs: `list_lag`, it shows the orders as they
    were this many seconds ago; `list_repeats`, a page begins with the last order of the one before, as it was when it was
    placed; `list_grows`, it has no end, under a cursor that grows."""
    start, size = _window(request)
    then = now - world.knobs["list_lag"] if world.knobs.get("list_lag") else inf
    known = (order for order in _matching(world, request, "asyncOrders") if order.at <= then)
    orders = [order for order in (_as_of(order, then) for order in known) if order.status != "FAILED"]
    page = orders[start : start + size] if start < len(orders) or not world.knobs.get("list_grows") else orders[-1:]
    if start and world.knobs.get("list_repeats"):
        page = [replace(orders[min(start, len(orders)) - 1], final=False), *page]
    shown = [_order(order) | _origin(order.order) for order in page]
    total = start + size + 1 if world.knobs.get("list_grows") else len(orders)
    return Answer(200, {"orders": shown, "pagination": _pagination(start, size, total, len(shown))})


def _as_of(placed: PlacedOrder, then: float) -> PlacedOrder:
    return replace(placed, final=False) if placed.final and placed.ended_at > then else placed


def single_list(world: SimulatorState, request: Request, progress: Progress) -> Answer:
    """GET /orders: filtered, in numbered pages. Asking for one order by its reference lets time pass for it."""
    orders = list(_matching(world, request, "orders"))
    if "externalRefID" in request.query:
        for order in orders:
            progress.look(order)
    size, number = _number(request, "elementsPerBlock", 10), _number(request, "page", 0)
    shown = [single_order(world, order) for order in orders[number * size : (number + 1) * size]]
    page = {"number": number, "elementsPerBlock": size, "resultCount": len(shown), "totalCount": len(orders)}
    return Answer(200, {"page": page, "orders": shown})


def single_order(world: SimulatorState, placed: PlacedOrder) -> dict[str, Any]:
    """An order of /orders, gift codes and all: anyone who asks must know to leave them out."""
    order = placed.order
    spell = next(placed.spells())
    item = world.items[order["utid"].upper()]
    code = {"label": "Redemption code", "value": f"SIM-SECRET-{placed.number:08}", "type": "text",
            "credentialType": "redemptionCode"}  # fmt: skip
    reason = [{"errorCode": "FULFILMENT", "errorMessage": test_values.explained(spell)}] if spell else []
    return {
        "referenceOrderID": placed.tango_id, "externalRefID": placed.reference, "customerIdentifier": placed.customer,
        "accountIdentifier": placed.account, "status": placed.status, "createdAt": placed.created_at,
        "amountCharged": _single_charge(world, placed, order), "utid": item.utid, "rewardName": item.name,
        "denomination": {"value": order["amount"], "currencyCode": item.currency, "fee": 0, "total": order["amount"]},
        "reward": {"credentials": {"Redemption code": code["value"]}, "credentialList": [code],
                   "redemptionInstructions": "A test reward: it cannot be redeemed."},
        "sender": order.get("sender", {}), "recipient": order.get("recipient", {}), "lineItemErrors": reason,
        "sendEmail": order.get("sendEmail", True), "campaign": order.get("campaign", ""),
    }  # fmt: skip


def single_method(order: dict[str, Any]) -> str:
    """The delivery method of an order of /orders: as named, by its address, or by `sendEmail`."""
    if "deliveryMethod" in order:
        return str(order["deliveryMethod"])
    if "address" in order.get("recipient", {}):
        return "ADDRESS"
    return "EMAIL" if order.get("sendEmail", True) else "NONE"


def account(world: SimulatorState, identifier: str) -> Answer:
    """GET /accounts/{accountIdentifier}."""
    one = world.account(identifier)
    if not one.status:
        raise Refusal(404, problem("404.002", "There is no such account"))
    return Answer(200, {
        "accountIdentifier": identifier, "displayName": f"Simulated account {identifier}", "status": one.status,
        "currencyCode": one.currency, "currentBalance": one.cents / 100,
    })  # fmt: skip


def catalogue(world: SimulatorState) -> Answer:
    """GET /catalogs: one brand per kind of reward."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for item in world.items.values():
        kinds.setdefault(item.kind, []).append(item.shown())
    brands = [
        {"brandKey": f"B{number:06}", "brandName": kind.title(), "status": "active", "items": items}
        for number, (kind, items) in enumerate(kinds.items(), 1)
    ]
    return Answer(200, {"catalogName": "Simulated catalogue", "brands": brands})


def exchange_rates(world: SimulatorState, at: str) -> Answer:
    """GET /exchangerates: what one unit costs in US dollars."""
    rates = [
        {"rewardCurrency": code, "baseCurrency": "USD", "baseFx": float(rate), "lastModifiedDate": at}
        for code, rate in world.rates.items()
    ]
    return Answer(200, {"disclaimer": "Simulated rates", "exchangeRates": rates})


def _line(world: SimulatorState, placed: PlacedOrder, index: int, line: dict[str, Any], spell: str) -> dict[str, Any]:
    status = placed.status_of(spell)
    charged = world.cashier(placed.currency).price(line)
    shown = {
        "referenceLineItemId": f"LI-{placed.number}-{index}", "externalRefLineItemID": line["externalRefLineItemID"],
        "lineItemStatus": status, "deliveryStatus": "DELIVERED" if status == "COMPLETE" else "PENDING",
        "deliveryMethod": line["deliveryMethod"], "rewardName": world.items[line["utid"].upper()].name,
        "quantity": line.get("quantity", 1), "amount": line["amount"], "amountCharged": charged.shown(),
        "recipient": line.get("recipient"), "scheduledDeliveryDate": line.get("deliveryDate"),
    }  # fmt: skip
    if spell and placed.final and status != "PENDING":
        shown["lineItemErrors"] = [{"errorCode": "FULFILMENT", "errorMessage": test_values.explained(spell)}]
    return shown


def _order(placed: PlacedOrder) -> dict[str, Any]:
    charged = placed.cents - (placed.back if placed.final else 0)
    return {
        "referenceOrderID": placed.tango_id, "externalRefID": placed.reference, "orderStatus": placed.status,
        "createdAt": placed.created_at, "completedAt": placed.created_at if placed.final else None,
        "customerIdentifier": placed.customer, "accountIdentifier": placed.account,
        "amountCharged": {"currencyCode": placed.currency, "value": charged / 100, "total": charged / 100},
        "totalLineItems": placed.count, "orderErrors": [],
    }  # fmt: skip


def _origin(order: dict[str, Any]) -> dict[str, Any]:
    return {name: order.get(name) for name in ("campaign", "purchaseOrderNumber", "notes")}


def _single_charge(world: SimulatorState, placed: PlacedOrder, order: dict[str, Any]) -> dict[str, Any]:
    return world.cashier(placed.currency).price(order, single_method(order)).shown()


def _matching(world: SimulatorState, request: Request, endpoint: str) -> list[PlacedOrder]:
    """Orders that every filter of the query admits; a filter that nobody knows admits all."""
    asked = request.query

    def admits(order: PlacedOrder) -> bool:
        plain = {"externalRefID": order.reference, "accountIdentifier": order.account,
                 "customerIdentifier": order.customer}  # fmt: skip
        if any(name in asked and asked[name] != value for name, value in plain.items()):
            return False
        return "campaign" not in asked or order.order.get("campaign", "") == asked["campaign"]

    return [order for order in world.orders.values() if order.endpoint == endpoint and admits(order)]


def _window(request: Request) -> tuple[int, int]:
    size = _number(request, "maxResults", 100)
    if not 1 <= size <= LARGEST_PAGE:
        raise Refusal(400, problem("400.009", "maxResults must be 1 to 500"))
    cursor = request.query.get("nextCursor", "")
    try:
        return (int(base64.urlsafe_b64decode(cursor)) if cursor else 0), size
    except ValueError:
        raise Refusal(400, problem("400.009", "nextCursor is not one of ours")) from None


def _pagination(start: int, size: int, total: int, shown: int) -> dict[str, Any]:
    after = start + size if start + size < total else 0
    return {
        "prevCursor": None, "nextCursor": _cursor(after) if after else None, "prevPageAvailable": start > 0,
        "nextPageAvailable": bool(after), "maxResults": size, "numberOfElements": shown,
    }  # fmt: skip


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode()


def _number(request: Request, name: str, default: int) -> int:
    given = request.query.get(name, "")
    return int(given) if given.isascii() and given.isdigit() else default
