"""What does Tango really have?  The stand-in, with look-ups that lag, and lines that come back to life.

`truth` is what every story is measured by: each line that was taken, whose it is, and whether it is a reward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from campaign_runner.simulator import Simulator
from campaign_runner.simulator.answer import Answer, Request
from tests.clock import HandClock

PHOENIX = "phoenix"  # a recipient whose first order is said to have failed, for some days, and has not
DEAD_FOR = timedelta(days=2)
_ORDER = re.compile(r".*/asyncOrders/customers/[^/]+/accounts/[^/]+/([^/?]+)")


@dataclass(frozen=True)
class Line:
    """One line that Tango took. `tag` names the row of the file (its note), `who` the recipient; `word` is Tango's own."""

    campaign: str
    order: str
    reference: str
    tag: str
    who: str
    reward: str
    amount: float
    word: str
    at: float

    @property
    def alive(self) -> bool:
        """Whether somebody has this reward, or will have it."""
        return self.word != "FAILED"


class Tango(Simulator):
    """The stand-in as stories need it; `lag(n)` makes the next n look-ups show a line less, in lines and in total."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock=clock, requests_per_second=1)
        self.time = clock
        self.struck = 0
        self.lagged = 0
        self.buried: dict[str, int] = {}
        self._lagging = 0
        self._deaf_list = 0

    def lag(self, looks: int) -> None:
        """Let the next looks at an order of two lines or more show one line less."""
        self._lagging = looks

    def handle(self, request: Request) -> Answer:
        answer = super().handle(request)
        match = _ORDER.fullmatch(request.path)
        if match and request.method == "GET" and isinstance(answer.content, dict) and "lineItems" in answer.content:
            self._bury(answer.content)
            self._shorten(answer.content)
        return answer

    def _shorten(self, order: dict[str, Any]) -> None:
        lines = order["lineItems"]
        if self._lagging and len(lines) > 1:
            self._lagging -= 1
            self.lagged += 1
            gone = lines.pop()
            order["totalLineItems"] -= 1
            _charge_less(order, gone)

    def _bury(self, order: dict[str, Any]) -> None:
        """Say that living lines have failed."""
        for line in order["lineItems"]:
            if (
                line["lineItemStatus"] == "COMPLETE"
                and self._word(line, order["externalRefID"], "COMPLETE") == "FAILED"
            ):
                line["lineItemStatus"], line["deliveryStatus"] = "FAILED", "FAILED"
                line["lineItemErrors"] = [{"errorCode": "FULFILMENT", "errorMessage": "Out of stock"}]
                _charge_less(order, line)
                reference = line["externalRefLineItemID"]
                self.buried[reference] = self.buried.get(reference, 0) + 1
        if order["lineItems"] and all(line["lineItemStatus"] == "FAILED" for line in order["lineItems"]):
            order["orderStatus"] = "FAILED"

    def _word(self, line: dict[str, Any], order: str, word: str) -> str:
        """A phoenix is dead for some days after it was first placed; a second attempt lives at once."""
        email = (line.get("recipient") or {}).get("email", "").lower()
        if not email.startswith(PHOENIX):
            return word
        placed = [one for one in self.orders() if email.encode() in one.body.lower()]
        first = next((one for one in placed if _campaign(one.reference) == _campaign(order)), None)
        young = first is not None and self.time.now().timestamp() < first.at + DEAD_FOR.total_seconds()
        return "FAILED" if first and first.reference == order and young else word

    def truth(self) -> list[Line]:
        """Every line that was taken, in the order of placing."""
        return list(self._truth())

    def _truth(self) -> Iterator[Line]:
        for order in self.orders():
            words, body = self.statuses(order.reference), order.order
            single = order.endpoint == "orders"
            for line in [body] if single else [line for _, line, _ in order.lines(body)]:
                reference = line["externalRefID" if single else "externalRefLineItemID"]
                word = words[reference]
                tag, name = (
                    line.get("notes" if single else "lineItemNote", ""),
                    line.get("recipient", {}).get("firstName", ""),
                )
                yield Line(
                    _campaign(order.reference), order.reference, reference, tag, name.lower() or tag, line["utid"],
                    line["amount"], word if single else self._word(line, order.reference, word), order.at,
                )  # fmt: skip

    def charged(self, campaign: str) -> float:
        """What the lines of a campaign cost that were not paid back."""
        return sum(line.amount for line in self.truth() if line.campaign == campaign and line.word in CHARGED)


CHARGED = frozenset({"COMPLETE", "PENDING"})


def _charge_less(order: dict[str, Any], line: dict[str, Any]) -> None:
    total = round(order["amountCharged"]["total"] - line["amountCharged"]["total"], 2)
    order["amountCharged"] = {**order["amountCharged"], "value": total, "total": total}
    if line["lineItemStatus"] == "FAILED":
        line["amountCharged"] = {**line["amountCharged"], "value": 0, "total": 0}


def _campaign(reference: str) -> str:
    """The campaign's id, with which every reference begins; the ids of the stories have no hyphen."""
    return reference.partition("-")[0]
