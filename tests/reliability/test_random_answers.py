"""Whatever Tango answers, and in whatever order: nothing is placed twice, nothing given up that Tango may have.

A table of answers is drawn; each request meets the next of them, until none is left. Then Tango is well again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from campaign_runner import planning, simulator
from campaign_runner.app.process.progress import no_progress
from campaign_runner.app.session import CampaignSession, open_campaign
from campaign_runner.app.steps.connect_tango import connect_tango
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.write_plan import write_down_plan
from campaign_runner.ledger import Ledger, batches, events, schema
from campaign_runner.ledger.batch_moves import left_sending
from campaign_runner.model.errors import TangoStopped
from campaign_runner.model.lifecycle import LINE_STATUS_OF_BATCH, OPEN_BATCHES, BatchState, RowStatus
from campaign_runner.placement import Placement, advance
from campaign_runner.simulator.answer import Answer, Request
from campaign_runner.simulator.fault_effects import FAULTS
from campaign_runner.simulator.faults import Fault
from campaign_runner.tango import answers
from tests.reliability.company import Company, server
from tests.reliability.everywhere import QUICK
from tests.reliability.scenario import Row

pytestmark = pytest.mark.no_cover
GRACE = 60
STEPS = 600  # more than any table that is drawn here can ask for
AGAIN = (400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 418, 422, 429, 500, 502, 503, 504, 302, 204)
# Statuses and keys with which Tango says that it did not take the order. After all others it may have it.
REFUSING = {400, 401, 402, 403, 405, 413, 415, 422, 428, 429}
BODIES: dict[str, Callable[[str], dict[str, Any] | bytes]] = {
    "errors": lambda key: {"errors": [{"i18nKey": key, "message": f"About {key}."}]},
    "named": lambda key: {"errors": [{"i18nKey": key, "message": "Wrong.", "path": "lineItems[0].recipient.email"}]},
    "strange": lambda key: {"errors": [{"i18nKey": key, "message": "Wrong.", "path": "lineItems[99].utid"}]},
    "flat": lambda key: {"i18nKey": key, "message": "Something."},
    "one": lambda key: {"error": {"i18nKey": key}},
    "html": lambda _: b"<html><body>Something</body></html>",
    "list": lambda _: b"[]",
    "empty": lambda _: b"",
}


@dataclass(frozen=True)
class Mood:
    """One answer: a fault of the stand-in, or any status with any key in any shape. `carried`: done all the same."""

    kind: str = ""
    status: int = 500
    key: str = ""
    shape: str = "errors"
    carried: bool = False
    cut: str = ""

    def sure(self) -> bool:
        """Whether it says for certain that nothing was done."""
        status = int(self.key[:3]) if self.key and self.shape not in ("html", "list", "empty") else self.status
        return status in REFUSING or self.status in REFUSING or self.key.startswith(("404.", "503.0"))

    def denies(self) -> bool:
        """Whether it says that there is no such order."""
        return self.status == 404 or self.key.startswith("404.")


class Moody(simulator.Simulator):
    """The stand-in with a table of moods.

    Two things it never does: carry out what it refuses, and deny an order that it has once the grace period is over.
    """

    moods: Iterator[Mood] = iter(())

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._first: dict[str, float] = {}

    def handle(self, request: Request) -> Answer:
        mood = next(self.moods, None)
        placing = request.method == "POST"
        reference = orjson.loads(request.body)["externalRefID"] if placing else request.path.rpartition("/")[2]
        now = self.clock.now().timestamp()
        first = self._first.setdefault(reference, now)
        if mood is None or (not placing and mood.denies() and now >= first + GRACE and self._has(reference)):
            return super().handle(request)
        if mood.kind:
            return FAULTS[mood.kind].change(super().handle(request), Fault(mood.kind, seconds=0))
        if placing and mood.carried and not mood.sure():
            super().handle(request)
        return Answer(mood.status, BODIES[mood.shape](mood.key), cut=mood.cut)

    def _has(self, reference: str) -> bool:
        return any(order.reference == reference for order in self.orders())


KEYS = sorted({*answers.BY_KEY, *answers.BY_KEY_OF_A_LOOK_UP, "401.001", "429.001", "500.001", "418.418", ""})
CARRIED_OUT = sorted(kind for kind, effect in FAULTS.items() if effect.served and kind != "slow")
MOODS = st.builds(Mood, st.sampled_from(CARRIED_OUT), carried=st.just(True)) | st.builds(
    Mood, st.just(""), st.sampled_from(AGAIN), st.sampled_from(KEYS), st.sampled_from(sorted(BODIES)), st.booleans(),
    st.sampled_from(["", "", "before", "half"]),
)  # fmt: skip
ROWS = st.lists(st.sampled_from(["", "", "", "sim-refused", "sim-422", "sim-422-unnamed", "sim-fails"]), min_size=1,
                max_size=5)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(MOODS, max_size=25), ROWS, st.integers(1, 3), st.integers(1, 3))
@example([Mood("lost-answer", carried=True), Mood(status=503, key="503.002")], ["", "sim-422"], 2, 1)
def test_any_table_of_answers_comes_to_an_end_with_nothing_twice_and_nothing_lost(moods, spells, size, tries):
    with company(spells, size, tries) as (made, tango), campaign(made) as held:
        tango.moods = iter(moods)
        for _ in range(STEPS):
            if not step(made, held):
                break
            nothing_is_given_up(made, held.ledger)
        else:
            raise AssertionError("it does not end")
        placed = [line for order in made.tango.orders() for line in made.tango.statuses(order.reference)]
        assert len(set(placed)) == len(placed)
        bodies = {reference: {body for one, body in made.sent if one == reference} for reference, _ in made.sent}
        assert {len(some) for some in bodies.values()} <= {1}
        assert all(status not in (RowStatus.UNSENT, RowStatus.UNKNOWN) for status in lines(held.ledger).values())


@contextmanager
def company(spells: list[str], size: int, tries: int) -> Iterator[tuple[Company, Moody]]:
    """Some rows and the moody stand-in."""
    rows = (Row(n, n, spell=spell, amount=10 + n) for n, spell in enumerate(spells))
    made = Company(replace(QUICK.with_rows(*rows), batch_size=size, max_tries=tries))
    made.tango = server().simulator = tango = Moody(clock=made.clock, requests_per_second=0)
    try:
        yield made, tango
    finally:
        made.close()


@contextmanager
def campaign(made: Company) -> Iterator[CampaignSession]:
    """Planned and written down, nothing sent."""
    path = Path(tempfile.mkdtemp(dir=made.folder)) / "q4.csv"
    path.write_text(made.sheet.text(), "utf-8")
    with open_campaign(made.runtime(), register=True) as held:
        write_down_plan(ReadOptions(path), held, no_progress)
        yield held


def step(made: Company, held: CampaignSession) -> bool:
    """One step of the batch whose turn it is, at the time at which it is due; a run that is stopped begins again."""
    runtime, ledger = held.runtime, held.ledger
    states = OPEN_BATCHES
    due = batches.next_due(ledger, held.key, states)
    if due is None:
        return False
    runtime.clock.sleep(max(0.0, due - runtime.clock.now().timestamp()) + 1)
    (batch, *_) = batches.due(ledger, held.key, runtime.clock.now().timestamp(), 1, states)
    with connect_tango(runtime, ledger, held.key) as client:
        place = client.place

        def placed(reference: str, body: bytes) -> Any:
            assert state_of(ledger, batch.id) is BatchState.SENDING, "sent before it was written down"
            made.sent.append((reference, body))
            return place(reference, body)

        vars(client)["place"] = placed
        runner = Placement(
            ledger, client, runtime.clock, runtime.settings.order, planning.rebatch, grace_seconds=GRACE
        )
        try:
            advance(runner, batch)
        except TangoStopped:
            left_sending(ledger, held.key, runtime.at())
    return True


def nothing_is_given_up(made: Company, ledger: Ledger) -> None:
    """No line is failed that Tango has, unless Tango itself says that it failed."""
    has = {reference: word for order in made.tango.orders()
           for reference, word in made.tango.statuses(order.reference).items()}  # fmt: skip
    for reference, status in lines(ledger).items():
        if has.get(reference, "FAILED") != "FAILED":
            assert status not in (RowStatus.FAILED, RowStatus.UNSENT), f"{reference} is {status}, but Tango has it"


def lines(ledger: Ledger) -> dict[str, RowStatus]:
    """What every line is by its own word, or by its batch's."""
    query = select(schema.line_items.c.reference, schema.line_items.c.status, schema.batches.c.state)
    query = query.where(schema.line_items.c.batch == schema.batches.c.id)
    with ledger.read() as connection:
        assert events.first_broken(connection) is None
        return {reference: RowStatus(status or LINE_STATUS_OF_BATCH[BatchState(state)])
                for reference, status, state in connection.execute(query)}  # fmt: skip


def state_of(ledger: Ledger, number: int) -> BatchState:
    """A batch's state, as anybody else would read it."""
    return batches.get(ledger, number).state
