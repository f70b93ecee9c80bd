"""What does the stand-in do with a request?  Log it, pace it, let a fault strike, answer it: one turn at a time."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from campaign_runner.simulator import event_subscriptions, fault_effects, placing, queries
from campaign_runner.simulator.answer import Answer, Refusal, Request, authenticate, envelope, problem, token
from campaign_runner.simulator.clock import HostClock, SimulatedClock
from campaign_runner.simulator.faults import Fault, Schedule, read
from campaign_runner.simulator.state import PlacedOrder, Seen, SimulatorState, faults_event
from campaign_runner.simulator.state_file import Journal

_ORDER = re.compile(r"/asyncOrders/customers/([^/]+)/accounts/([^/]+)/([^/]+)")
_ACCOUNT = re.compile(r"/accounts/([^/]+)")
JITTER = 0.05  # seconds
WATCH = 0.25  # seconds


class Simulator:
    """A Tango of your own. `requests_per_second=0` means unpaced; `faults` are counted from the world's beginning.

    May be shared by threads, and its `state_file` by processes. `clock` tells the time of orders, tokens and pacing.
    """

    def __init__(
        self, state_file: Path | None = None, *, clock: SimulatedClock | None = None, requests_per_second: float = 1.0,
        polls_until_final: int = 2, faults: Sequence[Fault | Mapping[str, Any]] = (),
    ) -> None:  # fmt: skip
        self.clock, self._rate, self._polls = clock or HostClock(), requests_per_second, polls_until_final
        self.faults_struck: Counter[str] = Counter()  # how often each kind of fault did
        self._world = SimulatorState()
        self._built_in = Schedule(read(faults), {})
        self._journal = Journal(state_file, self._world.apply)
        self._ended: list[PlacedOrder] = []
        self._watcher: threading.Thread | None = None
        self._closed = threading.Event()

    def now(self) -> datetime:
        """The time of this stand-in."""
        return self.clock.now()

    def handle(self, request: Request) -> Answer:
        """Answer one request; a slow answer is slow outside the turn, so that others go on."""
        with self._journal.turn():
            answer = self._handle(request)
        self._tell()
        if answer.delay:
            time.sleep(answer.delay)
        return answer

    def turned_away(self, request: Request) -> bool:
        """Whether the connection is to be cut before the body is read (the fault `cut-reading`)."""
        if not (self._built_in.cuts_reading or self._world.schedule.cuts_reading):
            return False
        with self._journal.turn():
            call = _call(request)
            fault = self._due(call)
            if fault is None or fault.kind != "cut-reading":
                return False
            self.faults_struck[fault.kind] += 1
            self._log(request, call, self.clock.now().timestamp(), 0)
            return True

    def set_faults(self, entries: Sequence[Fault | Mapping[str, Any]]) -> None:
        """Replace the faults that were set in this way; calls are counted from now."""
        with self._journal.turn():
            self._journal.add(faults_event(read(entries)))

    def change(self, **changes: Any) -> None:
        """Change the world: `accounts={id: {"cents": 0, "status": "FROZEN"}}`, `rates={"EUR": "1.10"}`,
        `rewards=[{"utid": …, "active": False}]`, `knobs={"most_lines": 100, "requests_per_second": 0, "ends_after": 600,
        "list_lag": 60}`."""
        with self._journal.turn():
            self._journal.add({"kind": "change", **changes})

    def orders(self) -> Iterator[PlacedOrder]:
        """All orders in the order of placing; the body is unpacked when asked for."""
        with self._journal.turn():
            placed = list(self._world.orders.values())
        return iter(placed)

    def statuses(self, reference: str) -> dict[str, str]:
        """The truth: the word of each line of the order of this reference."""
        return {
            line["externalRefLineItemID"]: order.status_of(spell)
            for order in self.orders()
            if order.reference == reference and order.endpoint == "asyncOrders"
            for _, line, spell in order.lines()
        } or {order.reference: order.status for order in self.orders() if order.reference == reference}

    @property
    def requests(self) -> list[Seen]:
        """Every request since the world's beginning: (at, method, path, status); status 0 was cut off unread."""
        with self._journal.turn():
            return list(self._world.seen)

    def close(self) -> None:
        """Close the state file."""
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join()
        self._journal.close()

    def _handle(self, request: Request) -> Answer:
        call, at = _call(request), self.clock.now().timestamp()
        number = len(self._world.seen) + 1
        fault = self._due(call) if call != "control" else None
        self.faults_struck.update([fault.kind] if fault else [])
        try:
            self._pace(call, at)
            served = fault is None or fault.effect.served
            answer = self._serve(request, call) if served else Answer(200, {})
            answer = fault.effect.change(answer, fault) if fault else answer
        except Refusal as refusal:
            answer = envelope(request, refusal, _request_id(number), self._at())
            answer = fault.effect.change(answer, fault) if fault and refusal.status != 429 else answer
        answer.headers.setdefault("X-REQUEST-ID", _request_id(number))
        self._log(request, call, at, answer.status)
        return answer

    def _serve(self, request: Request, call: str) -> Answer:
        if call == "control":
            return self._control(request)
        if call == "token":
            return token(request, len(self._world.seen))
        authenticate(request)
        route = _ROUTES.get((request.method, call))
        if route is None:
            raise Refusal(404, problem("404.000", f"Nothing is at {request.path}"))
        return route(self, request)

    def _place(self, request: Request) -> Answer:
        place = placing.place_single if request.path == "/orders" else placing.place_async
        return place(self._world, request, self.clock.now(), self._journal.add)

    def _look_up(self, request: Request) -> Answer:
        match = _ORDER.fullmatch(request.path)
        if match is None:
            return self._list(request)
        customer, account, reference = (unquote(part) for part in match.groups())
        return queries.order_page(self._world, request, customer, account, reference, self._progress())

    def _list(self, request: Request) -> Answer:
        if request.path == "/orders":
            return queries.single_list(self._world, request, self._progress())
        return queries.order_list(self._world, request, self._progress().now)

    def _progress(self) -> queries.Progress:
        """Time has passed for all orders."""
        now, ends_after = self.now().timestamp(), self._world.knobs.get("ends_after", 0)
        progress = queries.Progress(self._note, now, self._polls, ends_after)
        progress.pass_time(self._world.orders.values())
        return progress

    def _note(self, event: dict[str, Any]) -> None:
        """An order got on; where it ended, whoever subscribed is told."""
        order = self._world.orders[event["account"], event["reference"]]
        if event["final"] and not order.final and self._world.webhooks:
            self._ended.append(order)
        self._journal.add(event)

    def _tell(self) -> None:
        """Outside the turn: whoever is told may ask at once."""
        ended, self._ended = self._ended, []
        if ended:
            event_subscriptions.tell(list(self._world.webhooks.values()), ended, self.clock.now())

    def _subscriptions(self, request: Request) -> Answer:
        answer = event_subscriptions.answer(self._world, request, self._journal.add, self.clock.now())
        if self._world.webhooks and self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()
        return answer

    def _watch(self) -> None:
        """With the knob `ends_after` orders end though nobody asks: then events are sent all the same."""
        while not self._closed.wait(WATCH):
            if self._world.knobs.get("ends_after"):
                with self._journal.turn():
                    self._progress()
                self._tell()

    def _account(self, request: Request) -> Answer:
        return queries.account(self._world, unquote(request.path.rpartition("/")[2]))

    def _control(self, request: Request) -> Answer:
        """/simulator/faults (GET, POST a list) and /simulator/world (POST changes)."""
        name = request.path.rpartition("/")[2]
        if request.method == "GET":
            return Answer(200, {"faults": {kind: effect.about for kind, effect in fault_effects.FAULTS.items()}})
        try:
            content = orjson.loads(request.body)
            if name == "faults":
                self._journal.add(faults_event(read(content)))
            else:
                self._journal.add({"kind": "change", **content})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Refusal(400, problem("400.001", str(error))) from None
        return Answer(200, {"done": name})

    def _pace(self, call: str, now: float) -> None:
        """At most `requests_per_second` in any second (or one in as many seconds as it takes), but for what clocks and
        networks jitter; refused ones are free."""
        rate = self._world.knobs.get("requests_per_second", self._rate)
        if not rate or call in ("token", "control"):
            return
        allowed, passed = max(1, int(rate)), self._world.passed
        if len(passed) >= allowed and 0 <= now - passed[-allowed] < allowed / rate - JITTER:
            raise Refusal(429, problem("429.001", "You have exceeded the rate limit; wait a second and try again"))
        self._journal.add({"kind": "passed", "at": now})

    def _due(self, call: str) -> Fault | None:
        counts = self._world.counts
        return self._world.schedule.due(call, counts) or self._built_in.due(call, counts)

    def _log(self, request: Request, call: str, at: float, status: int) -> None:
        if call != "control":
            self._journal.add({"kind": "request", "at": at, "method": request.method,
                               "path": request.path, "call": call, "status": status})  # fmt: skip

    def _at(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds")


_ROUTES: dict[tuple[str, str], Callable[[Simulator, Request], Answer]] = {
    ("POST", "place"): Simulator._place,
    ("GET", "look_up"): Simulator._look_up,
    ("GET", "list"): Simulator._list,
    ("GET", "account"): Simulator._account,
    ("GET", "catalogue"): lambda simulator, _: queries.catalogue(simulator._world),
    **{(method, "webhooks"): Simulator._subscriptions for method in ("GET", "POST", "DELETE")},
    ("GET", "rates"): lambda simulator, _: queries.exchange_rates(simulator._world, simulator._at()),
}


def _call(request: Request) -> str:
    """Which of `faults.CALLS` this is; "control" for the stand-in's own, "" for nothing known."""
    path = request.path
    if path.startswith("/simulator/"):
        return "control"
    if path in ("/asyncOrders", "/orders"):
        if request.method == "POST":
            return "place"
        return "look_up" if path == "/orders" and "externalRefID" in request.query else "list"
    if _ORDER.fullmatch(path):
        return "look_up"
    if _ACCOUNT.fullmatch(path):
        return "account"
    if path == "/webhooks" or path.startswith("/webhooks/"):
        return "webhooks"
    return {"/catalogs": "catalogue", "/exchangerates": "rates", "/oauth/token": "token"}.get(path, "")


def _request_id(number: int) -> str:
    return f"sim-{number:08}"
