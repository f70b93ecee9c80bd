"""What happens when an order is placed at the stand-in?  POST /asyncOrders and POST /orders, check by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from campaign_runner.simulator import body_checks, test_values
from campaign_runner.simulator.answer import Answer, Refusal, Request, problem
from campaign_runner.simulator.body_shape import BodyShape, Fault
from campaign_runner.simulator.catalogue import Charge
from campaign_runner.simulator.queries import single_method, single_order
from campaign_runner.simulator.state import PlacedOrder, SimulatedAccount, SimulatorState, order_event
from campaign_runner.simulator.state_file import Event

Add = Callable[[Event], None]
# What such a line cost goes back to the account when the order is final.
_PAID_BACK = frozenset({"sim-fails", "sim-cancelled", "sim-returned"})


def place_async(world: SimulatorState, request: Request, now: datetime, add: Add) -> Answer:
    """Many lines, carried out later."""
    order = _read(request, body_checks.ASYNC_ORDER)
    old = _known(world, order, "asyncOrders", add)
    if old:
        return Answer(200, _summary(old))
    account = _account(world, order)
    charges = _found_good(world, account, order["lineItems"], request, now)
    refused = {ref: test_values.explained(spell) for ref, (_, spell) in charges.items() if spell == "sim-refused"}
    taken = [pair for reference, pair in charges.items() if reference not in refused]
    if not taken:
        raise Refusal(422, *(_named(number, "sim-refused") for number in range(len(order["lineItems"]))))
    placed = _settle(world, account, order, request, now, taken, refused, add)
    times = Counter(line["externalRefLineItemID"] for line in order["lineItems"])
    return Answer(201, _summary(placed, order, {ref: count for ref, count in times.items() if count > 1}))


def place_single(world: SimulatorState, request: Request, now: datetime, add: Add) -> Answer:
    """One reward, carried out at once."""
    order = _read(request, body_checks.SINGLE_ORDER)
    old = _known(world, order, "orders", add)
    if old:
        return Answer(200, single_order(world, old))
    account = _account(world, order)
    method = single_method(order)
    cashier = world.cashier(account.currency)
    faults = [*_single_faults(order, method), *body_checks.date_faults(order, now)] or list(
        cashier.deal_faults(order, method)
    )
    if faults:
        raise Refusal(422, *(problem(key, f"{path} {words}", path, value) for path, key, words, value in faults))
    spell = test_values.spell(order) if test_values.possible(request.body) else ""
    if spell in ("sim-422", "sim-422-unnamed", "sim-refused"):
        raise Refusal(422, problem("422.501", test_values.explained(spell)))
    placed = _settle(world, account, order, request, now, [(cashier.price(order, method), spell)], {}, add)
    return Answer(201, single_order(world, placed))


def _read(request: Request, shape: BodyShape) -> dict[str, Any]:
    if "json" not in request.headers.get("content-type", ""):
        raise Refusal(415, problem("415.001", "Content-Type must be application/json"))
    try:
        order = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Refusal(400, problem("400.001", "Malformed JSON")) from None
    order = body_checks.without_nulls(order) if b"null" in request.body else order
    if not shape.fits(order):
        raise Refusal(422, *(problem("422.001", f"{path} {words}", path or "body", value)
                             for path, _, words, value in shape.faults(order)))  # fmt: skip
    return dict(order)


def _known(world: SimulatorState, order: dict[str, Any], endpoint: str, add: Add) -> PlacedOrder | None:
    """The order that this reference already names; the body is not compared. The endpoints share no references."""
    old = world.orders.get((order["accountIdentifier"], order["externalRefID"]))
    if old is None:
        return None
    if old.endpoint != endpoint:
        raise Refusal(
            409, problem("409.024", f"This externalRefID was used with POST /{old.endpoint}", "externalRefID")
        )
    add({"kind": "again", "account": old.account, "reference": old.reference})
    return old


def _account(world: SimulatorState, order: dict[str, Any]) -> SimulatedAccount:
    account = world.account(order["accountIdentifier"])
    if not account.status:
        raise Refusal(404, problem("404.002", "There is no such account for this customer"))
    if account.status == "FROZEN":
        raise Refusal(422, problem("404.142", "Account has been frozen, please contact your Tango CSM"))
    if account.status != "ACTIVE":
        raise Refusal(403, problem("403.017", f"The account is {account.status}"))
    return account


def _found_good(
    world: SimulatorState, account: SimulatedAccount, lines: list[Any], request: Request, now: datetime
) -> dict[str, tuple[Charge, str]]:
    """What each line costs and its magic spell, by reference (of equal ones the first); else the order is refused."""
    if len(lines) > world.knobs.get("most_lines", 10_000):
        raise Refusal(413, problem("413.001", "Too many line items in one order"))
    charges, problems = world.cashier(account.currency).read(lines, now)
    spells = (
        [test_values.spell(line) for line in lines] if test_values.possible(request.body) and not problems else []
    )
    problems += [_named(number, spell) for number, spell in enumerate(spells) if spell == "sim-422"]
    if not problems and "sim-422-unnamed" in spells:
        problems = [problem("422.501", test_values.explained("sim-422-unnamed"))]
    if problems:
        raise Refusal(422, *problems)
    good: dict[str, tuple[Charge, str]] = {}
    for line, charged, spell in zip(lines, charges, spells or [""] * len(lines), strict=True):
        good.setdefault(line["externalRefLineItemID"], (charged, spell))
    return good


def _named(number: int, spell: str) -> dict[str, Any]:
    return problem("422.501", test_values.explained(spell), f"lineItems[{number}].recipient.email")


def _settle(
    world: SimulatorState, account: SimulatedAccount, order: dict[str, Any], request: Request, now: datetime,
    taken: list[tuple[Charge, str]], refused: dict[str, str], add: Add,
) -> PlacedOrder:  # fmt: skip
    """Charge the account and write the order down."""
    total = sum(charge.total for charge, _ in taken)
    if total > account.cents:
        lacking = f"{(total - account.cents) / 100:.2f} {account.currency}"
        raise Refusal(402, problem("402.001", f"Insufficient funds: {lacking} more are needed"))
    back = sum(charge.total for charge, spell in taken if spell in _PAID_BACK)
    values = {
        "number": len(world.orders) + 1, "endpoint": "orders" if "lineItems" not in order else "asyncOrders",
        "customer": order["customerIdentifier"], "account": account.identifier, "reference": order["externalRefID"],
        "at": now.timestamp(), "count": len(taken), "cents": total, "back": back, "currency": account.currency,
        "refused": refused, "magic": any(spell for _, spell in taken) or bool(refused),
    }  # fmt: skip
    add(order_event(values, request.body))
    return world.orders[account.identifier, order["externalRefID"]]


def _summary(
    placed: PlacedOrder, order: dict[str, Any] | None = None, duplicates: dict[str, int] | None = None
) -> dict[str, Any]:
    """The flat shape of a success; `failedLineItems` too when an old order is returned."""
    lines = (order or placed.order)["lineItems"] if placed.refused else ()
    failed = [
        {"lineItemId": f"LI-{placed.number}-{index}", "externalRefLineItemID": line["externalRefLineItemID"],
         "utid": line["utid"], "errors": [{"field": "recipient.email", "errorCodeValue": 422501,
                                           "errorCodeName": "TEST_VALUE",
                                           "message": placed.refused[line["externalRefLineItemID"]]}]}
        for index, line in enumerate(lines)
        if line["externalRefLineItemID"] in placed.refused
    ]  # fmt: skip
    return {
        "externalRefID": placed.reference, "status": placed.status, "totalLineItems": placed.count,
        "createdAt": placed.created_at, "failedLineItems": failed, "duplicateLineItemRefIds": duplicates or {},
    }  # fmt: skip


def _single_faults(order: dict[str, Any], method: str) -> list[Fault]:
    """What an order of /orders must say of its recipient, by delivery method."""
    recipient = order.get("recipient", {})
    needs: dict[str, tuple[str, ...]] = {
        "EMAIL": ("firstName", "email"), "PHONE": ("firstName", "mobileNumber"), "NONE": (),
        "EMBEDDED": ("firstName", "email"), "ADDRESS": ("firstName", "lastName", "address"),
    }  # fmt: skip
    if method not in needs:
        return [("deliveryMethod", "422.009", f"must be one of {', '.join(needs)}", method)]
    missing = [name for name in needs[method] if name not in recipient]
    faults: list[Fault] = [(f"recipient.{name}", "422.006", "is required", None) for name in missing]
    if method == "ADDRESS" and not missing:
        faults += body_checks.MAIL.faults(recipient, "recipient")
    if "address" in recipient and not faults:
        faults += body_checks.place_faults(recipient["address"], "recipient.address")
    if "etid" in order and method not in ("EMAIL", "PHONE"):
        faults.append(("etid", "422.007", "is not allowed for this delivery method", order["etid"]))
    return faults
