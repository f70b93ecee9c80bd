"""What is a plan, before anybody says yes to it?  Its facts, and `plan.json`: the same plan gives the same file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.model import Order, Problem, money
from campaign_runner.reporting.atomic import private_folder, replacing
from campaign_runner.reporting.stated_head import StatedHead
from campaign_runner.reporting.targets import Targets

PLAN_JSON = "plan.json"
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
    """A row that is kept back, with whom it is for."""

    row: int
    recipient: str
    reason: str
    remedy: str


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
    its name and the day it was handed in, empty for the first one); `names` are the catalogue's, by utid, `host` is
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

    def name(self, utid: str) -> str:
        """A reward as people call it, if the catalogue tells."""
        return f"{self.names[utid]} ({utid})" if utid in self.names else utid


def write_plan_json(facts: PlanFacts, approval: Approval, targets: Targets) -> Path:
    """Write `plan.json` into the folder; returns its path."""
    private_folder(targets.folder)
    path = targets.of(PLAN_JSON)
    with replacing(path, targets.sign) as draft:
        draft.write_bytes(orjson.dumps(as_values(facts, approval), option=orjson.OPT_INDENT_2) + b"\n")
    return path


def as_values(facts: PlanFacts, approval: Approval) -> dict[str, Any]:
    """The plan in plain values; money is decimal text."""
    return {
        "campaign": facts.order.campaign_id, "name": facts.order.campaign, "environment": facts.environment,
        "host": facts.host,
        "customer": facts.order.customer, "account": facts.order.account, "endpoint": facts.order.endpoint,
        "file": facts.source, "sheet": facts.sheet, "plan": facts.identity, "made_of": dict(facts.named),
        "rows": {"total": facts.rows, "to_send": facts.sending.lines, "held": facts.held, "rejected": facts.rejected,
                 "already_sent": facts.changes["already_sent"].lines},
        "to_send": {**_share(facts.sending), "orders": facts.batches, "canary_lines": facts.canary},
        "by": {title: [_part(part) for part in parts] for title, parts in facts.parts.items()},
        "rewards": dict(facts.names),
        "largest": [_large(line) for line in facts.largest],
        "first_time_recipients": {"people": facts.first_time_people, **_share(facts.first_time)},
        "since": {"file": facts.since[0], "at": facts.since[1]} if facts.since[0] else None,
        "changes": {name: _share(share) for name, share in facts.changes.items()},
        "approval": {"state": approval.state, "says": approval.sentence, "command": approval.command},
        **({"ledger_head": approval.head.digest, "ledger_events": approval.head.events} if approval.head else {}),
    }  # fmt: skip


def _share(share: Share) -> dict[str, Any]:
    totals = {currency: money.text(total) for currency, total in share.totals.items()}
    return {"lines": share.lines, "rewards": share.rewards, "totals": totals}


def _part(part: PlanPart) -> dict[str, Any]:
    return {"label": part.label, "currency": part.currency, "lines": part.lines, "rewards": part.rewards,
            "total": money.text(part.total)}  # fmt: skip


def _large(line: PlannedLine) -> dict[str, Any]:
    return {"row": line.row, "recipient": line.recipient, "deliveryMethod": line.method, "utid": line.utid,
            "quantity": line.quantity, "amount": money.text(line.amount), "total": money.text(line.total),
            "currency": line.currency}  # fmt: skip
