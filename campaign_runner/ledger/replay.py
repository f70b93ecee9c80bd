"""What should be in the ledger, by its log of events alone?  Campaigns, files, orders, decisions, as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign_runner.ledger import digests, events, pauses, sent_lines
from campaign_runner.model.lifecycle import BatchState

Order = tuple[int, str]  # campaign, reference


@dataclass
class WrittenOrder:
    """An order as events tell it. `sent_at` and `tango_order_id` are None where no event speaks of them."""

    state: str
    order: str
    lines: str
    answers: str
    sent_at: str | None = None
    tango_order_id: str | None = None


@dataclass
class Expected:
    """Everything that events speak of, by its key in the ledger."""

    campaigns: dict[int, dict[str, str]] = field(default_factory=dict)
    orders: dict[Order, WrittenOrder] = field(default_factory=dict)
    files: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    plans: dict[tuple[int, str], tuple[str, int]] = field(default_factory=dict)
    decisions: list[tuple[int, str, str, str, str, str]] = field(default_factory=list)
    releases: dict[Order, sent_lines.RowDecision] = field(default_factory=dict)
    requests: list[Mapping[str, Any]] = field(default_factory=list)
    erased: set[Order] = field(default_factory=set)
    submissions: dict[tuple[int, int], tuple[str, str, int, Any]] = field(default_factory=dict)
    settings: dict[int, str] = field(default_factory=dict)
    corrected: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    sendings: dict[int, tuple[str, Any]] = field(default_factory=dict)
    halted: dict[int, str] = field(default_factory=dict)
    scheduled: dict[int, str] = field(default_factory=dict)
    # Of each account: its roles, and whether it is disabled. Of each token: whose, its roles, until when, whether revoked.
    accounts: dict[str, tuple[str, bool]] = field(default_factory=dict)
    tokens: dict[int, tuple[str, str, str, bool]] = field(default_factory=dict)


def replay(log: Iterable[Mapping[str, Any]]) -> Expected:
    """Follow the events from the first to the last."""
    expected = Expected()
    for event in log:
        follow = _FOLLOW.get(event["kind"])
        if follow is not None:
            follow(expected, event["campaign"], event["data"], event)
    return expected


def _opened(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.campaigns.setdefault(campaign_key, {}).update({str(name): str(value) for name, value in data.items()})


def _written(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    for reference, (state, order, lines, answers) in data["orders"].items():
        before = expected.orders.get((campaign_key, reference))
        sent_at, number = (before.sent_at, before.tango_order_id) if before else (None, None)
        expected.orders[campaign_key, reference] = WrittenOrder(state, order, lines, answers, sent_at, number)
        if data.get("erased"):
            expected.erased.add((campaign_key, reference))


def _moved(expected: Expected, campaign_key: int, data: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    order = expected.orders.get((campaign_key, data["batch"]))
    if order is None:  # from before events said what orders are
        return
    order.state = data.get("to", order.state)
    order.answers = data.get("answers", order.answers)
    order.tango_order_id = data.get("order", order.tango_order_id)
    if order.state == BatchState.SENDING and order.sent_at is None and data.get("from") == BatchState.PLANNED:
        order.sent_at = event["at"]


def _withdrawn(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    for reference in data["orders"]:
        expected.orders.pop((campaign_key, reference), None)


def _file(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.files[data["upload"]] = campaign_key, data["file"], data["rows"]


def _shown(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.plans[campaign_key, data["plan"]] = data["submitter"], data["lines"]


def _decided(expected: Expected, campaign_key: int, data: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    decision = event["kind"].removeprefix("plan ")
    expected.decisions.append((campaign_key, data["plan"], decision, data["by"], data.get("reason", ""), event["at"]))


def _decided_rows(expected: Expected, campaign_key: int, _: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    newest = sent_lines.decisions([event])
    expected.releases.update({(campaign_key, reference): one for reference, one in newest.items()})


def _requests(expected: Expected, _campaign: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.requests.append({name: data[name] for name in ("first", "last", "count", "digest")})


def _submitted(expected: Expected, campaign_key: int, data: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    what = data["sha256"], data["channel"], data["corrects"], event["actor"]
    expected.submissions[campaign_key, data["number"]] = what


def _rewritten(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    key = campaign_key, data["number"]
    expected.submissions[key] = (data["sha256"], *expected.submissions[key][1:])


def _corrected(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.corrected[campaign_key, data["number"]] = data["cells"]


def _wanted(expected: Expected, campaign_key: int, data: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    expected.sendings[campaign_key] = data["plan"], event["actor"]


def _halted(expected: Expected, campaign_key: int, data: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    expected.halted[campaign_key] = f"{event['at']} {data['reason']}"


def _resumed(expected: Expected, campaign_key: int, _: Mapping[str, Any], __: Mapping[str, Any]) -> None:
    expected.halted.pop(campaign_key, None)


def _scheduled(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.scheduled[campaign_key] = data["send_after"]


def _account(expected: Expected, _campaign: int, data: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    roles, disabled = expected.accounts.get(data["user"], ("", False))
    disabled = {"user disabled": True, "user enabled": False}.get(event["kind"], disabled)
    expected.accounts[data["user"]] = data.get("roles", roles), disabled


def _token(expected: Expected, _campaign: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.tokens[data["token"]] = data["user"], data["roles"], data["expires_at"], False


def _revoked(expected: Expected, _campaign: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.tokens[data["token"]] = (*expected.tokens[data["token"]][:3], True)


def _settings(expected: Expected, campaign_key: int, data: Mapping[str, Any], _: Mapping[str, Any]) -> None:
    expected.settings[campaign_key] = data["sha256"]


_FOLLOW = {
    "campaign opened": _opened, "campaign bound anew": _opened, digests.WRITTEN: _written, "batch moved": _moved,
    digests.ANSWERED: _moved, digests.WITHDRAWN: _withdrawn, digests.FILE: _file, "plan shown": _shown,
    "plan approved": _decided, "plan rejected": _decided, **dict.fromkeys(sent_lines.DECIDING, _decided_rows),
    digests.REQUESTS: _requests, "file submitted": _submitted, "cells corrected": _corrected,
    "corrections written": _rewritten, "sending wanted": _wanted, "settings kept": _settings,
    **dict.fromkeys(("user added", "roles set", "user disabled", "user enabled"), _account),
    "token created": _token, "token revoked": _revoked,
    pauses.HALTED: _halted, pauses.RESUMED: _resumed, pauses.SCHEDULED: _scheduled,
}  # fmt: skip
assert events.UPGRADED not in _FOLLOW  # what it says of an older ledger stands in the events that follow it
