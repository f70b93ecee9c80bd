"""Which places are there to be killed at?  Small campaigns that between them pass every write and every request."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import replace

from tests.reliability.harness import Outcome, play
from tests.reliability.scenario import Row, Scenario

PLAIN = Scenario(
    seed=0, rows=(Row(1, 1), Row(2, 2), Row(3, 3, spell="sim-fails")), keyed=True, batch_size=2, endpoint="asyncOrders",
    account="acme-account", max_tries=2, faults=(), steps=(), crashes=(), preflight=True,
)  # fmt: skip
QUICK = replace(PLAIN, preflight=False)
BAD = tuple(Row(n, n, spell="sim-fails") for n in range(1, 5))
SCENARIOS = {
    "a run": PLAIN,
    "a refused line": QUICK.with_rows(Row(1, 1), Row(2, 2, spell="sim-422"), Row(3, 3, spell="sim-refused")),
    "halving": QUICK.with_rows(Row(1, 1), Row(2, 2, spell="sim-422-unnamed")),
    "one call per line": QUICK.with_rows(Row(1, 1), Row(2, 2, spell="sim-fails")).at("orders"),
    "retry": QUICK.then("retry"),
    "release": QUICK.with_rows(Row(1, 1), Row(1, 1)).then("release"),
    "an edited file": QUICK.then("edit"),
    "a lost ledger": QUICK.then("lose"),
    "a canary": replace(QUICK, canary=1),
    "a canary that fails": replace(QUICK.with_rows(*BAD[:3]), canary=1),
    "a halted run": replace(QUICK.with_rows(*BAD), max_failure_rate=0.1, batch_size=1, max_tries=1),
    "what the funds reach": replace(PLAIN, partial=True, account="sim-poor").with_rows(
        Row(1, 1, amount=60), Row(2, 2, amount=60)
    ),
}
LAST = 2  # the runs that every scenario ends with; they change nothing but in the first one
# What such a scenario is about happens in its first run, or in the one after that.
FROM_THE_FIRST = frozenset({"a run", "a canary that fails", "a halted run", "what the funds reach"})
# The same around every request, whatever it is about: the plain run is killed at each of them.
ALIKE = ("register a pace", "book the next request", "note a request", "a report")


@functools.cache
def played(name: str) -> Outcome:
    """What comes of a scenario in which nothing is killed."""
    return play(SCENARIOS[name])


def places(name: str) -> list[tuple[int, int]]:
    """(process, point) of every place where the scenario can be killed that the plain run does not have already."""
    outcome, steps = played(name), len(SCENARIOS[name].steps)
    end = len(outcome.points) - (1 if name in FROM_THE_FIRST else LAST)
    return [(n, point) for n in range(1 if steps else 0, end) for point, place in enumerate(outcome.points[n], 1)
            if name == "a run" or not place.startswith(ALIKE)]  # fmt: skip


def killed_everywhere() -> Counter[str]:
    """How often each place is killed at, in turn."""
    return Counter(played(name).points[n][point - 1] for name in SCENARIOS for n, point in places(name))
