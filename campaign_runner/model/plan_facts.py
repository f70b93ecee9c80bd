"""What is a plan, before it is approved?  Its facts, as plan.json and plan.html have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from campaign_runner.model import Order, Problem


@dataclass(frozen=True, slots=True)
class StatedHead:
    """The hash of an event, and its number where it is known."""

    digest: str
    events: int | None = None

    def __str__(self) -> str:
        """As reports carry it."""
        return f"event {self.events} of the ledger, head {self.digest}" if self.events else f"the head {self.digest}"


REWARD = "reward"  # the table of totals by reward


@dataclass(frozen=True, slots=True)
class Share:
    """Some lines with their money per currency; `rewards` = their quantities added up."""

    lines: int = 0
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    rewards: int = 0


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One row of a table of totals: what falls to one method, reward or group, in one currency."""

    label: str
    currency: str
    lines: int
    rewards: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Approval:
    """Does this plan need a yes, and has it one?  `state` is not needed, open, approved or rejected; `head` is that of
    the ledger's chain of events where the plan was shown first; `who` says to the submitter who may approve."""

    state: str = "not needed"
    sentence: str = "No approval is needed."
    command: str = ""
    head: StatedHead | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything that `plan.json` and `plan.html` say. `identity` names the plan: another one, another plan.

    `parts` are tables of totals by title, `changes` the differences to the last file of this campaign (`since` =
    its name and the day it was submitted, empty for the first one); `names` are the catalogue's, by utid, `host` is
    where the orders go. `listed` are the first lines by their rows, `notes` are sentences, `problems` and `warnings` the
    first of them, `held_rows` the first held ones; `problem_count` and `warning_count` count all.
    """

    identity: str
    named: Mapping[str, str]
    order: Order
    environment: str
    source: str
    sheet: str
    rows: int
    held: int
    rejected: int
    sending: Share
    batches: int
    canary: int
    parts: Mapping[str, tuple[PlanPart, ...]]
    largest: tuple[PlannedLine, ...]
    first_time: Share
    first_time_people: int
    since: tuple[str, str]
    changes: Mapping[str, Share]
    names: Mapping[str, str] = field(default_factory=dict)
    host: str = ""
    notes: tuple[str, ...] = ()
    listed: tuple[PlannedLine, ...] = ()
    held_rows: tuple[Held, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    problem_count: int = 0
    warning_count: int = 0
    dropped: int = 0

    def name(self, utid: str) -> str:
        """A reward as people call it, if the catalogue tells."""
        return f"{self.names[utid]} ({utid})" if utid in self.names else utid


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line that would be sent; `recipient` is a name, an address or a number, as the file has it, `reward` the name
    that the catalogue has for it ("" = none)."""

    row: int
    recipient: str
    method: str
    utid: str
    quantity: int
    amount: Decimal
    total: Decimal
    currency: str
    reference: str
    reward: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is held back, with whom it is for."""

    row: int
    recipient: str
    reason: str
    remedy: str


LINES_SHOWN = 500
