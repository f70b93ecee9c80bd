"""What is there to tell?  Plain facts of an event, without personal data of recipients, and how people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import approvals, campaigns, failed_lines, jobs, outbox, row_status
from campaign_runner.ledger.outbox import Message
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.wording import per_currency
from campaign_runner.notification.kinds import KINDS
from campaign_runner.notification.texts import LABELS, why

if TYPE_CHECKING:
    from campaign_runner.app.notify import Notifier

# What is told of as failing must have failed so often in a row: a single failure is tried again within a second.
FAILURES = 3
OPEN = (RowStatus.UNSENT, RowStatus.UNKNOWN, RowStatus.PENDING)
_PAGES = {"approval_needed": "/plan?plan={plan}", "plan_rejected": "/plan", "finished": "/results", "halted": "",
          "correction_needed": "/problems", "service_failing": "/health", "digest": "/campaigns"}  # fmt: skip
_COMMANDS = {"approval_needed": "campaign-runner approve {campaign} --plan {plan} --as NAME",
             "halted": "campaign-runner resume {campaign} (if a person halted it), then run again"}  # fmt: skip


def of_event(connection: Connection, notifier: Notifier, kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an event of the log; {} where it is nothing to tell."""
    data, key = dict(event["data"]), int(event["campaign"])
    if kind == "approval_needed":
        plans = {plan.identity: plan for plan in approvals.shown(connection, key)}
        plan = plans.get(data["plan"])
        return {"plan": data["plan"], "lines": plan.lines if plan else 0, "totals": dict(plan.totals) if plan else {}}
    if kind == "rows_failed":
        order = failed_lines.failed_of_order(connection, key, str(data.get("batch", "")))
        return {"order": data["batch"], "order_key": order[0], "rows": order[1]} if order[1] else {}
    if kind == "halted" and "reason" in data:
        return {"why": data["reason"]}
    return data


def failed_rows(notifier: Notifier, message: Message) -> dict[str, Any]:
    """The failed lines of an order, as programs are told them."""
    with notifier.ledger.read() as connection:
        rows = failed_lines.failed_lines_of(connection, int(message.facts["order_key"]))
    return {"externalRefID": message.facts["order"], "rows": rows}


def named(notifier: Notifier, campaign_key: int) -> tuple[str, str]:
    """Id and environment of a campaign, "" for none."""
    if not campaign_key:
        return "", ""
    with notifier.ledger.read() as connection:
        row = campaigns.row(connection, campaign_key)
    return str(row["campaign_id"]), str(row["environment"])


def for_people(notifier: Notifier, message: Message, language: str) -> dict[str, Any]:
    """The facts with links, commands and figures as people read them."""
    facts, (campaign, _) = dict(message.facts), named(notifier, message.campaign)
    account = notifier.settings.tango.account
    if message.campaign:
        with notifier.ledger.read() as connection:
            account = str(campaigns.row(connection, message.campaign)["account"])
    shown = {**facts, "campaign": campaign, "account": account, "figures": _figures(facts, language)}
    if "why" in facts and message.kind in ("funds_short", "halted"):
        shown["why"] = why(str(facts.get("why", "")), language)
    if "totals" in facts:
        shown["worth"] = per_currency({name: Decimal(total) for name, total in facts["totals"].items()})
    if "ties_out" in facts:
        shown |= {"ties": facts["ties_out"], "open": not facts["ties_out"]}
    page = _PAGES.get(message.kind, "").format_map(shown)
    prefix = f"/campaigns/{campaign}" if campaign else ""
    shown["link"] = f"{notifier.server}{prefix}{page}" if notifier.server else ""
    shown["command"] = _COMMANDS.get(message.kind, "").format_map(shown) if not notifier.server else ""
    return {**shown, "offline": not notifier.server, "none": message.kind == "digest" and not shown["figures"]}


def look_around(notifier: Notifier, workspace: Workspace) -> None:
    """Keep messages of what no event says: a part that fails, and the summary of the day."""
    from campaign_runner.app.notices.notice_receivers import receivers

    zone = ZoneInfo(notifier.settings.finance.time_zone or "UTC")
    now = notifier.clock.now().astimezone(zone)
    wanted = [("service_failing", {"subject": part, "day": f"{now:%Y-%m-%d}"}) for part in _failing(workspace)]
    if (hour := notifier.settings.notify.digest) and f"{now:%H:%M}" >= hour:
        wanted.append(("digest", {"day": f"{now:%Y-%m-%d}", **_digest(notifier, now)}))
    with notifier.ledger.write("look around for messages") as connection:
        for kind, facts in wanted:
            notice = KINDS[kind].once.format(kind=kind, **facts)
            for message in receivers(connection, notifier, kind, notice, 0, facts, notifier.at()):
                outbox.add(connection, message)


def _failing(workspace: Workspace) -> list[str]:
    """Parts that need attention; jobs by their kind alone, since errors may say more."""
    with workspace.ledger().read() as connection:
        again = jobs.failing_kinds(connection, FAILURES)
    from campaign_runner.app.health.server_health import quick_health

    parts = [each.subject for each in quick_health(workspace) if not each.well]
    return sorted(
        {part for part in parts if not part.startswith(("job ", "messages "))} | {f"job {kind}" for kind in again}
    )


def _digest(notifier: Notifier, now: datetime) -> dict[str, Any]:
    """What is open, by campaign and status."""
    facts = {}
    with notifier.ledger.read() as connection:
        for each in campaigns.listing(connection):
            rows: Counter[str] = Counter()
            for status, _, lines, _ in row_status.campaign_tally(connection, int(each["id"])):
                rows[status] += lines
            if any(rows[status] for status in OPEN):
                facts[str(each["campaign_id"])] = dict(rows)
    return {"campaigns": facts, "since": f"{now - timedelta(days=1):%Y-%m-%d}"}


def _figures(facts: Mapping[str, Any], language: str) -> str:
    """`Completed: 12`, a line for each status, then the money of each."""
    labels = LABELS.get(language, LABELS["en"])
    lines = [_counted(facts.get("rows"), labels)] if isinstance(facts.get("rows"), Mapping) else []
    for currency, by in (facts.get("amounts") or {}).items():
        lines.append(
            ", ".join(f"{labels[name]}: {per_currency({currency: Decimal(sum_)})}" for name, sum_ in by.items())
        )
    for campaign, rows in (facts.get("campaigns") or {}).items():
        lines.append(f"{campaign}: {_counted(rows, labels)}")
    return "\n".join(filter(None, lines))


def _counted(rows: Any, labels: Mapping[str, str]) -> str:
    return ", ".join(f"{labels[name]}: {number:,}" for name, number in rows.items() if number)
