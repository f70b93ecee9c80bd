"""What is a plan, before it is approved?  Its facts, and `plan.json`: the same plan gives the same file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from campaign_runner.model import money
from campaign_runner.model.plan_facts import LINES_SHOWN, Approval, PlanFacts, PlannedLine, PlanPart, Share
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.finance.report import Opener
from campaign_runner.reporting.table import csv_of, fits

PLAN_JSON = "plan.json"


@dataclass(frozen=True)
class PlanPaper:
    """A plan to be shown, and what of its lines is shown elsewhere: names of the `lists` with all of them."""

    facts: PlanFacts
    approval: Approval
    dialect: str
    lists: Sequence[str] = ()


def plan_json(plan: PlanPaper) -> bytes:
    """The file."""
    return orjson.dumps(as_values(plan.facts, plan.approval), option=orjson.OPT_INDENT_2) + b"\n"


def as_values(facts: PlanFacts, approval: Approval) -> dict[str, Any]:
    """The plan in plain values; money is decimal text."""
    return {
        "campaign": facts.order.campaign_id, "name": facts.order.campaign, "environment": facts.environment,
        "host": facts.host,
        "customer": facts.order.customer, "account": facts.order.account, "endpoint": facts.order.endpoint,
        "file": facts.source, "sheet": facts.sheet, "plan": facts.identity, "made_of": dict(facts.named),
        "rows": {"total": facts.rows, "to_send": facts.sending.lines, "held": facts.held, "dropped": facts.dropped,
                 "rejected": facts.rejected, "already_sent": facts.changes["already_sent"].lines},
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


_MONEY = "#,##0.00"

_HEADINGS = (
    Heading("Row", CellKind.NUMBER, "0"), Heading("Recipient"), Heading("Delivery method"), Heading("utid"),
    Heading("Reward"), Heading("Quantity", CellKind.NUMBER, "0"), Heading("Amount", CellKind.NUMBER, _MONEY),
    Heading("Total", CellKind.NUMBER, _MONEY), Heading("Currency"), Heading("externalRefLineItemID"),
)  # fmt: skip


def workbook(plan: PlanPaper) -> Opener | None:
    """`plan.xlsx`, where a page cannot hold the lines and a sheet can."""
    number = plan.facts.sending.lines
    if number <= LINES_SHOWN or not fits(number):
        return None
    return lambda draft: WorkbookFile(draft, SheetPlan("Plan", _HEADINGS, -1, number))


def csv(plan: PlanPaper) -> Opener | None:
    """`plan.csv`, where no sheet can hold the lines."""
    return None if fits(plan.facts.sending.lines) else lambda draft: csv_of(draft, _HEADINGS, plan.dialect)
