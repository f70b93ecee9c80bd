"""Which lines of an order can be delivered, and what do they cost?  Shapes, places, dates, rewards, prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaign_runner.simulator import body_checks
from campaign_runner.simulator.answer import problem
from campaign_runner.simulator.body_shape import BodyShape, Fault
from campaign_runner.simulator.catalogue import POSTAL, Charge, Item, charge

# What a price depends on: utid, amount, quantity, delivery and shipping method.
Deal = tuple[str, float, int, str, str]
_SPECIAL = frozenset({"deliveryDate", "expirationDate", "shipping", "bulkShipping"})


@dataclass(slots=True)
class Cashier:
    """Prices for accounts of one currency; remembers what it has worked out, for lines repeat themselves."""

    items: Mapping[str, Item]
    rates: dict[str, str]
    currency: str
    _known: dict[Deal, Charge] = field(default_factory=dict)
    _easy: dict[Deal, Charge] = field(default_factory=dict)

    def read(self, lines: Sequence[Any], now: datetime) -> tuple[list[Charge], list[dict[str, Any]]]:
        """A charge per line, or the problems of all lines (then the charges are not to be used)."""
        charges: list[Charge] = []
        problems: list[dict[str, Any]] = []
        for number, line in enumerate(lines):
            shape = body_checks.shape_of(line)
            charged = self._charge(line, now) if shape is not None and shape.fits(line) else None
            if charged:
                charges.append(charged)
                continue
            problems += [
                problem(key, f"{path} {message}", f"lineItems[{number}].{path}", value)
                for path, key, message, value in self._faults(line, shape, now)
            ]
        return charges, problems

    def price(self, line: Mapping[str, Any], method: str = "") -> Charge:
        """What a line that fits costs."""
        deal = _deal(line, method or line["deliveryMethod"])
        charged = self._known.get(deal)
        if charged is None:
            item = self.items[line["utid"].upper()]
            charged = self._known[deal] = charge(
                item, round(line["amount"] * 100), *deal[2:], self.currency, self.rates
            )
        return charged

    def deal_faults(self, line: Mapping[str, Any], method: str) -> Iterator[Fault]:
        """What is wrong between a line and the reward that it asks for."""
        item = self.items.get(line["utid"].upper())
        if item is None or not item.active:
            yield "utid", "422.031", "is not in your catalogue" if item is None else "is not active", line["utid"]
            return
        cents = round(line["amount"] * 100)
        if item.face and cents != item.face:
            yield "amount", "422.025", f"must be {item.face / 100:.2f} for {item.name}", line["amount"]
        elif not item.face and not item.low <= cents <= item.high:
            bounds = f"{item.low / 100:.2f} and {item.high / 100:.2f}"
            yield "amount", "422.024", f"must lie between {bounds} for {item.name}", line["amount"]
        elif item.whole and cents % 100:
            yield "amount", "422.026", f"must be a whole number for {item.name}", line["amount"]
        if line.get("quantity", 1) > item.most:
            yield "quantity", "422.028", f"may be at most {item.most} for {item.name}", line["quantity"]
        if method not in item.methods:
            yield "deliveryMethod", "422.030", f"is not possible for {item.name}", method
        if "expirationDate" in line and item.kind != "promo link":
            yield "expirationDate", "422.110", "is possible for Promo Links only", line["expirationDate"]
        address = line.get("recipient", {}).get("address")
        if address and method not in POSTAL and not item.takes_address:
            yield "recipient.address", "422.105", "must be left out for digital rewards", None
        if item.takes_address and not address:
            yield "recipient.address", "422.006", f"is required for {item.name}", None

    def _charge(self, line: Mapping[str, Any], now: datetime) -> Charge | None:
        """The price of a line that has passed its shape; None where something else is wrong with it.

        A deal that was found good before is good again, unless the line has dates or an address to look at.
        """
        special = not _SPECIAL.isdisjoint(line) or "address" in line.get("recipient", ())
        deal = _deal(line, line["deliveryMethod"])
        if not special and deal in self._easy:
            return self._easy[deal]
        if any(self._cross_faults(line, now)):
            return None
        charged = self.price(line)
        if not special:
            self._easy[deal] = charged
        return charged

    def _cross_faults(self, line: Mapping[str, Any], now: datetime) -> Iterator[Fault]:
        """Everything that is not about one field alone."""
        yield from self.deal_faults(line, line["deliveryMethod"])
        yield from body_checks.date_faults(line, now)
        for part in ("recipient", "shipping", "bulkShipping"):
            address = line[part].get("address") if part in line else None
            if address:
                yield from body_checks.place_faults(address, f"{part}.address")

    def _faults(self, line: Any, shape: BodyShape | None, now: datetime) -> list[Fault]:
        if shape is None:
            given = line.get("deliveryMethod") if isinstance(line, dict) else line
            return [("deliveryMethod", "422.009", f"must be one of {', '.join(body_checks.METHODS)}", given)]
        return list(shape.faults(line)) or list(self._cross_faults(line, now))


def _deal(line: Mapping[str, Any], method: str) -> Deal:
    return line["utid"], line["amount"], line.get("quantity", 1), method, line.get("shippingMethod", "")
