"""How is the whole campaign moved on?  A few threads advance the batches that are due; the ledger is the queue.

A stop, of Tango or of a person, lets the calls under way end first.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from campaign_runner import placement, planning
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import watch
from campaign_runner.app.steps import newest
from campaign_runner.app.steps.connect_tango import account_name, connect_tango
from campaign_runner.app.steps.following import Following
from campaign_runner.ledger import Ledger, batches
from campaign_runner.ledger.batch_moves import left_sending, look_now
from campaign_runner.ledger.batches import StoredBatch
from campaign_runner.ledger.limiter import SharedCircuit
from campaign_runner.ledger.overlaps import Overtaken
from campaign_runner.model.errors import Interrupted, NotNewest, TangoStopped
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.placement import Placement

if TYPE_CHECKING:
    from campaign_runner.tango.client import Client

# How many due batches are asked for at once.
AHEAD = 32
# What a request for the list is known by among the numbers of batches.
LIST = 0
LOOKING = frozenset({BatchState.UNKNOWN, BatchState.ACCEPTED, BatchState.CONFLICT, BatchState.FINAL})


@contextmanager
def driving(
    runtime: Runtime, ledger: Ledger, campaign_key: int, progress: Callable[[str, int, int | None], None], *,
    may_send: bool = True, asked: bool = True,
) -> Iterator[Driver]:  # fmt: skip
    """Workers on an open connection; where Tango stops the run, the block ends early and `stopped` says why. `asked`:
    somebody wants to know now, so that what waits for a person is looked at."""
    left_sending(ledger, campaign_key, runtime.at())
    if asked:
        look_now(ledger, campaign_key, runtime.clock.now().timestamp())
    tango, circuit = runtime.settings.tango, SharedCircuit(ledger, account_name(runtime))
    if asked:
        circuit.answered()  # somebody wants to know whether it does
    with connect_tango(runtime, ledger, campaign_key) as client:
        step = Placement(
            ledger, client, runtime.clock, runtime.settings.order, planning.rebatch, grace_seconds=tango.grace_seconds,
            max_silent=tango.max_failures_in_a_row, may_send=may_send, watch=watch(runtime, campaign_key),
            unreachable=next(iter(runtime.unreachable), ""), circuit=circuit, silent=0 if asked else circuit.silent(),
        )  # fmt: skip
        driver = Driver(runtime, ledger, campaign_key, step, client, lambda steps: progress("place", steps, None))
        try:
            yield driver
        except TangoStopped as stop:
            driver.stopped = str(stop)


@dataclass
class Turn:
    """Over after `longest` seconds; after `shortest` where `others_wait`. Times are of a clock that nobody sets."""

    longest: float = math.inf
    shortest: float = math.inf
    others_wait: Callable[[], bool] = lambda: False
    _began: float | None = field(default=None, init=False)
    _asked: float = field(default=-math.inf, init=False)
    _over: bool = field(default=False, init=False)

    def is_over(self, now: float) -> bool:
        """Whether the rest is left for later; the first question begins the turn."""
        self._began = now if self._began is None else self._began
        lasted = now - self._began
        if not self._over and lasted >= self.shortest and now - self._asked >= ASKED:
            self._asked, self._over = now, self.others_wait()
        return self._over or lasted >= self.longest


@dataclass
class Driver:
    """Moves one campaign's batches. `progress(n)` hears how many steps were made, `saw(batch)` which batch made one; with
    `sent_first`, looks that are due come before anything new is sent. `stopped` says why Tango stopped them; once
    the `turn` of this campaign is over, what is left is left."""

    runtime: Runtime
    ledger: Ledger
    campaign: int
    step: Placement
    tango: Client
    progress: Callable[[int], None]
    saw: Callable[[int], None] = lambda _: None
    sent_first: bool = False
    stopped: str = ""
    turn: Turn = field(default_factory=Turn)
    _busy: dict[Future[Any], int] = field(default_factory=dict)
    _steps: int = 0

    def __post_init__(self) -> None:
        order = self.runtime.settings.order
        self._following = Following(self.ledger, self.campaign, order, self.tango, self.step.time)

    def prove_newest(self, *, anyway: bool = False) -> None:
        """Before anything is sent: Tango has no order of this campaign that the ledger lacks (`newest.confirm`)."""
        newest.confirm(self.ledger, self.campaign, self.runtime.settings.order, self.tango, anyway=anyway)

    def advance(self, states: Collection[BatchState], until: float | None = None, which: str = "all") -> None:
        """Advance batches in `states` as they become due, until none is left or the moment `until` has come
        (`deadline`).

        `which` = of which batches (`ledger.batches.WHICH`). Without `until`, what is not due now is left. Raises
        TangoStopped and Interrupted.
        """
        queue: deque[StoredBatch] = deque()
        with ThreadPoolExecutor(self.runtime.workers) as pool:
            while True:
                now = self.runtime.clock.monotonic()
                goes_on = not self.turn.is_over(now) and (until is None or now < until)
                if goes_on and not self.runtime.stopping.is_set():
                    self._submit(pool, queue, states, which, self.step.time())
                if self._busy:
                    self._finish()
                elif self.runtime.stopping.is_set():
                    raise Interrupted("The run was interrupted. Nothing is lost: run the same command again.")
                elif not self._wait(states, which, until):
                    return

    def deadline(self, seconds: float) -> float:
        """The moment `seconds` from now, by a clock that nobody sets."""
        return self.runtime.clock.monotonic() + seconds

    def advance_once(self) -> None:
        """One look at everything that Tango has or may have; finished orders too, for a reward may come back late. What
        its list shows as open is left to the list."""
        looks = batches.due(self.ledger, self.campaign, float("inf"), 1_000_000, LOOKING)
        chosen = self._following.once(looks)
        self._each(chosen, self._look)
        if not self._following.relied_on:
            self._each([batch for batch in looks if batch not in chosen], self._look)

    def _look(self, batch: StoredBatch) -> None:
        self._following.asked(batch.id, final=placement.advance(self.step, batch) is None)

    def _confirm(self, batch: StoredBatch) -> None:
        placement.confirm(self.step, batch)

    def look_back(self) -> None:
        """One look at the final orders of which lines were placed again since: the first attempt may come to life."""
        self._each(batches.with_superseded_lines(self.ledger, self.campaign), self._look)

    def confirm(self) -> None:
        """One look at every order with failed lines, so that Tango says of each once more that it failed, or not."""
        self._each(batches.with_failed_lines(self.ledger, self.campaign), self._confirm)

    def wait(self, seconds: float) -> None:
        """Do nothing for so long; raises Interrupted."""
        until = self.deadline(seconds)
        while (left := until - self.runtime.clock.monotonic()) > 0:
            self._interrupted()
            self.runtime.clock.sleep(min(left, 1.0))

    def _each(self, those: Iterable[StoredBatch], step: Callable[[StoredBatch], object]) -> None:
        for batch in those:
            self._interrupted()
            step(batch)
            self.step.unanswered.check()
            self._count(1)

    def _interrupted(self) -> None:
        if self.runtime.stopping.is_set():
            raise Interrupted("The look-up was interrupted. Nothing is lost: run the same command again.")

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        queue: deque[StoredBatch],
        states: Collection[BatchState],
        which: str,
        now: float,
    ) -> None:
        """Give every free worker a batch. What is due is asked for some ahead, unless looks must not wait for it."""
        free = self.runtime.workers - len(self._busy)
        if free and not queue:
            ahead, busy = free if self.sent_first else AHEAD, set(self._busy.values())
            most = len(busy) + ahead
            ready = batches.due(self.ledger, self.campaign, now, most, states, which, sent_first=self.sent_first)
            ready = [batch for batch in ready if batch.id not in busy][:ahead]
            queue += self._following.to_ask(ready, busy, which)
        if free and self._following.wanted:
            self._busy[pool.submit(copy_context().run, self._following.read, self._following.begin())] = LIST
            free -= 1
        for _ in range(min(free, len(queue))):
            batch = queue.popleft()
            self._busy[pool.submit(copy_context().run, placement.advance, self.step, batch)] = batch.id

    def _finish(self) -> None:
        done, _ = wait(self._busy, return_when=FIRST_COMPLETED)
        moved = [self._busy.pop(future) for future in done]
        try:
            came = [future.result() for future in done]
            self.step.unanswered.check()
            for number, result in zip(moved, came, strict=True):
                if number == LIST:
                    self._following.heard(result)
                else:
                    self._following.asked(number, final=result is None)
                    self.saw(number)
        except (TangoStopped, NotNewest, Overtaken):
            wait(self._busy)
            raise
        self._count(len(done))

    def _wait(self, states: Collection[BatchState], which: str, until: float | None) -> bool:
        """Sleep until something may be due; False if there is nothing to wait for."""
        if self.turn.is_over(self.runtime.clock.monotonic()):
            return False
        now = self.step.time()
        due = batches.next_due(self.ledger, self.campaign, states, which, now=now)
        if due is None:
            return False
        wait, left = max(0.0, due - now), until - self.runtime.clock.monotonic() if until is not None else 0.0
        held = wait or self._following.held
        if (until is None and held > 0) or (until is not None and wait >= left):
            return False
        self.runtime.clock.sleep(min(max(held, 0.02), 1.0))
        return True

    def _count(self, steps: int) -> None:
        self._steps += steps
        self.progress(self._steps)


# How often it is asked whether others wait (seconds).
ASKED = 1.0
