"""Which lines of an order can be delivered, and what do they cost?  Shapes, places, dates, rewards, prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaign_runner.tango.simulator import checks
from campaign_runner.tango.simulator.answer import problem
from campaign_runner.tango.simulator.checks import Fault
from campaign_runner.tango.simulator.shop import POSTAL, Charge, Item, charge

_DATED = frozenset({"deliveryDate", "expirationDate"})


@dataclass(slots=True)
class Cashier:
    """Prices for accounts of one currency; remembers what it has worked out, for lines repeat themselves."""

    items: Mapping[str, Item]
    rates: dict[str, str]
    currency: str
    _known: dict[tuple[Any, ...], Charge] = field(default_factory=dict)
    _good_places: set[tuple[str, str, str]] = field(default_factory=set)

    def read(self, lines: Sequence[Any], now: datetime) -> tuple[list[Charge], list[dict[str, Any]]]:
        """A charge per line, or the problems of all lines (then the charges are not to be used)."""
        charges: list[Charge] = []
        problems: list[dict[str, Any]] = []
        for number, line in enumerate(lines):
            shape = checks.shape_of(line)
            if shape is not None and shape.fits(line) and self._fits(line, now):
                charges.append(self.price(line))
            else:
                problems += [
                    problem(key, f"{path} {message}", f"lineItems[{number}].{path}", value)
                    for path, key, message, value in self._faults(line, shape, now)
                ]
        return charges, problems

    def price(self, line: Mapping[str, Any], method: str = "") -> Charge:
        """What a line that fits costs."""
        method = method or line["deliveryMethod"]
        key = (line["utid"], line["amount"], line.get("quantity", 1), method, line.get("shippingMethod", ""))
        if key not in self._known:
            item = self.items[line["utid"].upper()]
            self._known[key] = charge(item, round(line["amount"] * 100), *key[2:], self.currency, self.rates)
        return self._known[key]

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

    def _fits(self, line: Mapping[str, Any], now: datetime) -> bool:
        key = (line["utid"], line["amount"], line.get("quantity", 1), line["deliveryMethod"],
               line.get("shippingMethod", ""))  # fmt: skip
        plain = key in self._known and not _DATED & line.keys()
        for part in ("recipient", "shipping", "bulkShipping"):
            address = line[part].get("address") if part in line else None
            if address:
                place = (address["country"], address["stateOrProvince"], address["postalCode"])
                plain = plain and place in self._good_places and line["deliveryMethod"] in POSTAL
        plain = plain and not self.items[line["utid"].upper()].takes_address
        return plain or not list(self._cross_faults(line, now))

    def _cross_faults(self, line: Mapping[str, Any], now: datetime) -> Iterator[Fault]:
        """Everything that is not about one field alone; the line has passed its shape."""
        yield from self.deal_faults(line, line["deliveryMethod"])
        yield from checks.date_faults(line, now)
        for part in ("recipient", "shipping", "bulkShipping"):
            address = line[part].get("address") if part in line else None
            if address:
                wrong = list(checks.place_faults(address, f"{part}.address"))
                yield from wrong
                if not wrong:
                    self._good_places.add((address["country"], address["stateOrProvince"], address["postalCode"]))

    def _faults(self, line: Any, shape: checks.Shape | None, now: datetime) -> list[Fault]:
        if shape is None:
            given = line.get("deliveryMethod") if isinstance(line, dict) else line
            return [("deliveryMethod", "422.009", f"must be one of {', '.join(checks.METHODS)}", given)]
        return list(shape.faults(line)) or list(self._cross_faults(line, now))
