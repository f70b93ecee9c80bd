"""What is the state of the stand-in?  Accounts, orders, rewards, and what was asked of it: all made by `apply`."""

from __future__ import annotations

import base64
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from campaign_runner.simulator import test_values
from campaign_runner.simulator.catalogue import ITEMS, RATES, Item
from campaign_runner.simulator.charging import Cashier
from campaign_runner.simulator.faults import Fault, Schedule, read
from campaign_runner.simulator.state_file import Event

FUNDS = 100_000_000_00  # cents: a hundred million, enough for a million rewards


class Seen(NamedTuple):
    """One request in the log."""

    at: float
    method: str
    path: str
    status: int


@dataclass(slots=True)
class SimulatedAccount:
    """`status` "" means that there is no such account."""

    identifier: str
    currency: str = "USD"
    cents: int = FUNDS
    status: str = "ACTIVE"


@dataclass(slots=True)
class PlacedOrder:
    """One order; `packed` is the compressed body, `size` bytes as it came (0: packed by an older stand-in), `refused` the
    lines left out, `count` those taken.

    `cents` were charged, `back` of them go back when the order becomes final. `posts` counts how often it was sent.
    """

    number: int
    endpoint: str
    customer: str
    account: str
    reference: str
    at: float
    packed: bytes
    count: int
    cents: int
    back: int
    currency: str
    refused: dict[str, str]
    magic: bool
    polls: int = 0
    final: bool = False
    posts: int = 1
    looks_after: int = 0
    size: int = 0
    ended_at: float = 0.0

    @property
    def body(self) -> bytes:
        """The exact bytes of the first POST."""
        return (
            bytes(_zstd().decompress(self.packed, self.size, asbytes=True))
            if self.size
            else zlib.decompress(self.packed)
        )

    @property
    def order(self) -> dict[str, Any]:
        """The body as JSON."""
        content: dict[str, Any] = orjson.loads(self.body)
        return content

    @property
    def created_at(self) -> str:
        """As Tango writes times."""
        return datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def tango_id(self) -> str:
        """`referenceOrderID`."""
        return f"RA-SIM-{self.number:08}"

    def lines(self, order: dict[str, Any] | None = None) -> Iterator[tuple[int, dict[str, Any], str]]:
        """(index, line, magic spell) of each line that was taken, the first of equal references."""
        taken: set[str] = set()
        for index, line in enumerate((order or self.order)["lineItems"]):
            reference = line["externalRefLineItemID"]
            if reference not in self.refused and reference not in taken:
                taken.add(reference)
                yield index, line, test_values.spell(line) if self.magic else ""

    def status_of(self, spell: str) -> str:
        """The word of a line, or of an order of /orders."""
        if not self.final and (spell or self.endpoint == "asyncOrders"):
            return "PENDING"
        late = test_values.MUCH_LATER.get(spell) if self.looks_after else None
        return late or test_values.LATER.get(spell, "COMPLETE")

    def spells(self) -> Iterator[str]:
        """The magic spells of all lines."""
        if not self.magic:
            yield ""
        elif self.endpoint == "orders":
            yield test_values.spell(self.order)
        else:
            yield from (spell for _, _, spell in self.lines())

    @property
    def status(self) -> str:
        """The word of the whole order."""
        words = {self.status_of(spell) for spell in self.spells()}
        if "PENDING" in words:
            return "PENDING"
        return words.pop() if len(words) == 1 else "PARTIAL"


@dataclass
class SimulatorState:
    """Everything the stand-in knows. `orders` are keyed by (account, externalRefID), for both endpoints alike."""

    accounts: dict[str, SimulatedAccount] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=lambda: {item.utid: item for item in ITEMS})
    rates: dict[str, str] = field(default_factory=lambda: dict(RATES))
    orders: dict[tuple[str, str], PlacedOrder] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    passed: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    knobs: dict[str, float] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=lambda: Schedule((), {}))
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    webhooks_ever: set[str] = field(default_factory=set)
    _cashiers: dict[str, Cashier] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Let one event happen; `kind` names the method."""
        getattr(self, f"_{event['kind']}")(event)

    def account(self, identifier: str) -> SimulatedAccount:
        """Any identifier is an account, opened with ample funds when first asked for."""
        if identifier not in self.accounts:
            self.accounts[identifier] = replace(SimulatedAccount(identifier), **test_values.account(identifier))
        return self.accounts[identifier]

    def cashier(self, currency: str) -> Cashier:
        """Prices in a currency."""
        if currency not in self._cashiers:
            self._cashiers[currency] = Cashier(self.items, self.rates, currency)
        return self._cashiers[currency]

    def _request(self, event: Event) -> None:
        self.seen.append(Seen(event["at"], event["method"], event["path"], event["status"]))
        for call in ("", event["call"]):
            self.counts[call] = self.counts.get(call, 0) + 1

    def _passed(self, event: Event) -> None:
        self.passed.append(event["at"])

    def _order(self, event: Event) -> None:
        values = {key: value for key, value in event.items() if key != "kind"}
        order = PlacedOrder(**{**values, "packed": base64.b64decode(values["packed"])})
        self.orders[order.account, order.reference] = order
        self.account(order.account).cents -= order.cents

    def _again(self, event: Event) -> None:
        self.orders[event["account"], event["reference"]].posts += 1

    def _poll(self, event: Event) -> None:
        order = self.orders[event["account"], event["reference"]]
        order.polls += 1
        order.looks_after += order.final
        if event["final"] and not order.final:
            order.final, order.ended_at = True, event.get("at", 0.0)
            self.account(order.account).cents += order.back

    def _webhook(self, event: Event) -> None:
        self.webhooks_ever.add(event["id"])
        if event["values"] is None:
            self.webhooks.pop(event["id"], None)
        else:
            self.webhooks[event["id"]] = event["values"]

    def _faults(self, event: Event) -> None:
        self.schedule = Schedule(read(event["faults"]), dict(self.counts))

    def _change(self, event: Event) -> None:
        """Accounts, rewards, rates and knobs from outside; what is not named stays as it is."""
        for identifier, values in event.get("accounts", {}).items():
            self.accounts[identifier] = replace(self.account(identifier), **values)
        for values in event.get("rewards", ()):
            utid = values["utid"].upper()
            known = self.items.get(utid, Item(utid, values.get("name", utid)))
            lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
            self.items[utid] = replace(known, **{**values, **lists, "utid": utid})
        self.rates.update(event.get("rates", {}))
        self.knobs.update(event.get("knobs", {}))
        self._cashiers.clear()


def order_event(values: Mapping[str, Any], body: bytes) -> Event:
    """The event that places an order."""
    packed = base64.b64encode(_zstd().compress(body, asbytes=True)).decode()
    return {"kind": "order", **values, "packed": packed, "size": len(body)}


def _zstd() -> Any:
    """A third of zlib's time, of which a stand-in without orders has no need."""
    import pyarrow as pa

    return pa.Codec("zstd", compression_level=1)


def faults_event(faults: list[Fault]) -> Event:
    """The event that sets up faults; calls are counted from here."""
    return {"kind": "faults", "faults": [fault.plain() for fault in faults]}
