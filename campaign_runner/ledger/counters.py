"""How does everything stand, in figures?  One table of metrics, each with what it says and where the ledger has it.

Nothing is counted in a process: whoever asks reads sums that are kept, or a few rows by an index. No figure names a
person or a campaign. `docs/metrics.md` is made of this table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Float, Select, bindparam, case, func, select, union_all

from campaign_runner.ledger import jobs as job_queue
from campaign_runner.ledger.coordination_tables import circuits, pace
from campaign_runner.ledger.order_sums import CURRENT, STATUS, TALLIES
from campaign_runner.ledger.outbox_tables import deliveries
from campaign_runner.ledger.people_tables import sessions, users
from campaign_runner.ledger.schema import attempts, batches, campaigns, entries, tallies, uploads
from campaign_runner.ledger.submission_tables import jobs
from campaign_runner.model.lifecycle import BatchState
from campaign_runner.model.money import UNITS

GAUGE, COUNTER = "gauge", "counter"
_NOW: BindParameter[float] = bindparam("now", type_=Float)
_ENVIRONMENT = campaigns.c.environment
_BATCHES = batches.join(campaigns, campaigns.c.id == batches.c.campaign)
# By campaign and state, as the index has them: no order is read for its state alone.
_ALL = select(campaigns.c.id)
_LINES = TALLIES.join(campaigns, campaigns.c.id == tallies.c.campaign)
_NEWEST = select(func.max(uploads.c.id).label("upload"), uploads.c.campaign).group_by(uploads.c.campaign).subquery()
_FOLLOWED = (BatchState.SENDING, BatchState.UNKNOWN, BatchState.ACCEPTED, BatchState.CONFLICT)
_UNKNOWN = (BatchState.SENDING, BatchState.UNKNOWN)


class Metric(NamedTuple):
    """`query` gives rows of labels (its columns' names) with the value last; `now` may be a parameter of it. What is not
    in the ledger has none."""

    name: str
    kind: str
    help: str
    query: Select[Any] | None = None


class Sample(NamedTuple):
    """One value of a metric."""

    labels: Mapping[str, str]
    value: float


def _rows() -> Select[Any]:
    """Line items, and the rows of each campaign's newest file that have none: as `status` counts them."""
    lines = select(_ENVIRONMENT.label("environment"), STATUS.label("status"), func.sum(tallies.c.lines).label("n"))
    lines = lines.select_from(_LINES).where(CURRENT).group_by(_ENVIRONMENT, STATUS)
    others = select(_ENVIRONMENT, entries.c.status, func.count()).select_from(
        _NEWEST.join(campaigns, campaigns.c.id == _NEWEST.c.campaign).join(
            entries, entries.c.upload == _NEWEST.c.upload
        )
    )
    others = others.where(entries.c.line.is_(None)).group_by(_ENVIRONMENT, entries.c.status)
    both = union_all(lines, others).subquery()
    return select(both.c.environment, both.c.status, func.sum(both.c.n)).group_by(both.c.environment, both.c.status)


def _seconds_since(moment: Any) -> Any:
    return case((moment < _NOW, _NOW - moment), else_=0.0)


METRICS: tuple[Metric, ...] = (
    Metric("rows", GAUGE, "Rows by environment and status, as `status` counts them.", _rows()),
    Metric(
        "amount", GAUGE, "Face value of the line items by environment, status and currency, in units of the currency.",
        select(_ENVIRONMENT.label("environment"), STATUS.label("status"), tallies.c.currency,
               func.sum(tallies.c.units) / float(UNITS)).select_from(_LINES).where(CURRENT)
        .group_by(_ENVIRONMENT, STATUS, tallies.c.currency),
    ),
    Metric(
        "orders", GAUGE, "Orders by environment and state (planned, sending, unknown, accepted, conflict, …).",
        select(_ENVIRONMENT.label("environment"), batches.c.state, func.count()).select_from(_BATCHES)
        .group_by(_ENVIRONMENT, batches.c.state),
    ),
    Metric(
        "orders_overdue_seconds", GAUGE, "For how long the order that waits longest should have been looked up at Tango.",
        select(_ENVIRONMENT.label("environment"), _seconds_since(func.min(batches.c.due_at))).select_from(_BATCHES)
        .where(batches.c.campaign.in_(_ALL), batches.c.state.in_(_FOLLOWED), batches.c.due_at > 0)
        .group_by(_ENVIRONMENT),
    ),
    Metric(
        "orders_oldest_unknown_seconds", GAUGE,
        "Age of the oldest order for which it is not known whether Tango has it.",
        select(_ENVIRONMENT.label("environment"), func.min(batches.c.sent_at)).select_from(_BATCHES)
        .where(batches.c.campaign.in_(_ALL), batches.c.state.in_(_UNKNOWN), batches.c.sent_at != "")
        .group_by(_ENVIRONMENT),
    ),
    Metric(
        "requests_total", COUNTER, "Requests to Tango by method, outcome and HTTP status (0: no answer).",
        select(attempts.c.method, attempts.c.outcome, attempts.c.http_status, func.count())
        .group_by(attempts.c.method, attempts.c.outcome, attempts.c.http_status),
    ),
    Metric(
        "unanswered_calls", GAUGE, "Calls in a row without a usable answer, by account; Tango's next answer makes it 0.",
        select(circuits.c.name.label("account"), circuits.c.silent),
    ),
    Metric(
        "pace_share", GAUGE, "The share of the allowed pace that Tango last accepted, by account.",
        select(pace.c.name.label("account"), pace.c.share),
    ),
    Metric(
        "pace_held_seconds", GAUGE, "For how long no call is made because Tango asked to wait, by account.",
        select(pace.c.name.label("account"), case((pace.c.held_until > _NOW, pace.c.held_until - _NOW), else_=0.0)),
    ),
    Metric(
        "jobs", GAUGE, "Jobs that wait or are under way, by kind.",
        select(jobs.c.kind, func.count()).group_by(jobs.c.kind),
    ),
    Metric(
        "job_failures", GAUGE, "The highest number of failures in a row of a job, by kind.",
        select(jobs.c.kind, func.max(jobs.c.failures)).group_by(jobs.c.kind),
    ),
    Metric(
        "job_longest_due_seconds", GAUGE, "For how long the job that waits longest has been due, with no worker taking it.",
        select(_seconds_since(func.coalesce(func.min(jobs.c.due_at), _NOW))).where(jobs.c.leased_until <= _NOW),
    ),
    Metric(
        "messages_overdue_seconds", GAUGE, "For how long the message that waits longest should have been sent.",
        select(_seconds_since(func.coalesce(func.min(deliveries.c.due_at), _NOW)))
        .where(deliveries.c.state == "waiting", deliveries.c.due_at <= _NOW),
    ),
    Metric(
        "campaigns", GAUGE, "Campaigns by environment.",
        select(_ENVIRONMENT.label("environment"), func.count()).group_by(_ENVIRONMENT),
    ),
    Metric(
        "campaigns_halted", GAUGE, "Halted campaigns: no new order is sent until somebody resumes them.",
        select(func.count()).where(campaigns.c.halted_at != ""),
    ),
    Metric(
        "campaigns_recovering", GAUGE, "Campaigns with a recovery that did not finish: until then nothing may be sent.",
        select(func.count()).where(campaigns.c.recovering != ""),
    ),
    Metric(
        "messages", GAUGE, "Messages by channel (notify, webhook) and state (waiting, sent, failed).",
        select(deliveries.c.channel, deliveries.c.state, func.count()).group_by(deliveries.c.channel, deliveries.c.state),
    ),
    Metric("users", GAUGE, "Accounts.", select(func.count()).select_from(users)),
    Metric("sessions", GAUGE, "Sessions that were not ended.", select(func.count()).select_from(sessions)),
)  # fmt: skip


def measured(connection: Connection) -> Iterator[tuple[Metric, list[Sample]]]:
    """Every metric of the table with its values, in the table's order."""
    now = job_queue.now(connection)
    for metric in METRICS:
        assert metric.query is not None
        names = list(metric.query.selected_columns.keys())[:-1]
        wanted = {"now": now} if "now" in metric.query.compile().params else {}
        yield (
            metric,
            [
                Sample(dict(zip(names, map(str, labels), strict=True)), _number(value, now))
                for *labels, value in connection.execute(metric.query, wanted)
            ],
        )


def _number(value: Any, now: float) -> float:
    """A moment of the ledger's is a text, and its figure is its age; what has no rows is 0."""
    if isinstance(value, str):
        return max(0.0, now - datetime.fromisoformat(value).timestamp())
    return float(value or 0)
