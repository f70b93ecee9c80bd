"""Which campaigns are there, and how does each stand?  Plain values for the pages and the API, from the ledger alone.
Page by page, for whoever may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace, own_settings
from campaign_runner.ledger import campaigns, jobs, submissions
from campaign_runner.ledger.campaign_facts import KnownCampaign, known_campaigns, newest_keys, own_campaigns
from campaign_runner.ledger.pauses import Pause, instant
from campaign_runner.ledger.sendings import Sending, sending
from campaign_runner.ledger.submission_checks import Check, check_of
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.campaign_state import CampaignFacts, attention, state_of
from campaign_runner.model.errors import Conflict
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text
from campaign_runner.model.roles import Permission


def create_campaign(workspace: Workspace, actor: Actor, values: Mapping[str, Any]) -> str:
    """Make a campaign: `id`, and if wanted `name`, `purchase_order`, `notes`, `settings`; returns its id.

    Raises SettingsError for a value that cannot be, Conflict for an id that is taken.
    """
    extra = own_settings(values.get("settings") or {})
    texts = {name: values[name] for name in ("name", "purchase_order", "notes") if values.get(name)}
    own = {**extra, "campaign": {**extra.get("campaign", {}), **texts, "id": values.get("id", "")}}
    whole = workspace.merged(own)
    with workspace.ledger(actor).write("create a campaign", durable=True) as connection:
        if campaigns.keys_of(connection, whole.campaign.id):
            raise Conflict(f"The campaign {whole.campaign.id} exists already. Choose another id.")
        key = campaigns.register(connection, whole.tango.environment, whole.order, workspace.at())
        campaigns.set_settings(connection, key, own, workspace.at())
    return whole.campaign.id


def views_of(connection: Connection, keys: Sequence[int]) -> list[dict[str, Any]]:
    """Views of these campaigns, in this order."""
    now = jobs.now(connection)
    return [_view(known, now) for known in known_campaigns(connection, keys)]


def campaign_view(workspace: Workspace, campaign_id: str, campaign_key: int = 0) -> dict[str, Any]:
    """One campaign: id, texts, state, rows by status, amounts per currency and status, whether they tie out; its number
    saves a look-up."""
    key = campaign_key or workspace.key_of(campaign_id)
    with workspace.ledger().read() as connection:
        return views_of(connection, [key])[0]


def newest(connection: Connection, campaign_key: int) -> tuple[Submission | None, Check | None, Sending | None]:
    """The newest submission, what its check found, and the wish to send it."""
    submission = submissions.latest(connection, campaign_key)
    if submission is None:
        return None, None, None
    wish = sending(connection, campaign_key)
    mine = wish if wish and wish.submission == submission.id else None
    return submission, check_of(connection, submission.id), mine


def _view(known: KnownCampaign, now: float) -> dict[str, Any]:
    row, submission, check, wish = known.row, known.submission, known.check, known.wish
    own = orjson.loads(row["settings"]).get("campaign", {})
    planned = bool(known.upload) and (submission is None or submission.upload == known.upload or not check)
    if planned:
        rows, amounts = _sums(known.tally)
    else:
        result = check.result if check else {}
        rows, amounts = dict(result.get("rows", {})), dict(result.get("amounts", {}))
    pause = Pause(row["halted_at"], row["halted_by"], row["halted_why"], row["send_after"])
    facts = _facts(known, rows, pause, now, planned=planned)
    return {
        "id": row["campaign_id"], "key": row["id"], "environment": row["environment"], "created_at": row["created_at"],
        "name": own.get("name", ""), "purchase_order": own.get("purchase_order", ""), "notes": own.get("notes", ""),
        "state": str(state_of(facts)), "rows": rows, "amounts": amounts, "ties_out": _ties_out(rows, amounts),
        "upload": submission.number if submission else None, "plan": check.plan if check else "",
        "approval": facts.approval, "refused": wish.refused if wish else "",
        "scheduled": {"at": instant(pause.send_after), "zone": row["send_zone"]} if pause.send_after > now else None,
        "halted": {"at": pause.halted_at, "by": pause.by, "reason": pause.reason} if pause.halted_at else None,
        "under_way": _under_way(known, planned=planned),
        "paused": pause.sentence(now, row["campaign_id"]), "submitters": sorted(known.people),
    }  # fmt: skip


def _facts(
    known: KnownCampaign, rows: Mapping[str, int], pause: Pause, now: float, *, planned: bool
) -> CampaignFacts:
    halted, scheduled = bool(pause.halted_at), pause.send_after > now
    also: dict[str, Any] = {
        "planned": planned,
        "rows": rows,
        "halted": halted,
        "scheduled": scheduled,
        "driven": known.driven,
    }
    if known.submission is None:
        return CampaignFacts(**also)
    check, wish = known.check, known.wish
    checking, result = known.checking or check is None, check.result if check else {}
    return CampaignFacts(
        submitted=True, check="" if checking else str(check and check.state), errors=rows.get("rejected", 0),
        refused=bool(result.get("refused")), asked=bool(check and check.asked_at),
        approval=known.decision or str(result.get("approval", "not needed")),
        wanted=wish is not None and not wish.refused, **also,
    )  # fmt: skip


def _under_way(known: KnownCampaign, *, planned: bool) -> dict[str, int] | None:
    """Rows of the plan before the newest file that have not left, and that are not final, while it is being sent."""
    if planned or not known.driven or not (known.upload or known.sends_earlier):
        return None
    rows, _ = _sums(known.tally)
    return {"unsent": rows["unsent"], "open": rows["pending"] + rows["unknown"]}


def _sums(tally: Sequence[tuple[str, str, int, int]]) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """As `summary.json` has them: rows with their total, and amounts per currency with theirs."""
    rows = {str(status): 0 for status in RowStatus}
    units: dict[str, dict[str, int]] = {}
    for status, currency, number, worth in tally:
        rows[status] = rows.get(status, 0) + number
        if worth >= 0 and currency:
            per = units.setdefault(currency, dict.fromkeys(map(str, RowStatus), 0))
            per[status] = per.get(status, 0) + worth
    amounts = {
        currency: {"total": text(from_units(sum(per.values()))), **{s: text(from_units(u)) for s, u in per.items()}}
        for currency, per in sorted(units.items())
    }
    return {"total": sum(rows.values()), **rows}, amounts


def _ties_out(rows: Mapping[str, int], amounts: Mapping[str, Mapping[str, str]]) -> bool:
    from decimal import Decimal

    whole = rows.get("total", 0) == sum(number for status, number in rows.items() if status != "total")
    return whole and all(
        Decimal(per["total"]) == sum((Decimal(v) for s, v in per.items() if s != "total"), Decimal(0))
        for per in amounts.values()
    )


class CampaignList(NamedTuple):
    """A page of campaigns: first those that wait for the viewer. How many do, how many there are, and from where the
    next page goes on (None: there is none)."""

    waiting: list[dict[str, Any]]
    others: list[dict[str, Any]]
    number_waiting: int
    number: int
    following: int | None


def visible_campaigns(
    workspace: Workspace, viewer: Viewer, *, before: int | None = None, limit: int = 100
) -> tuple[list[dict[str, Any]], int | None]:
    """Views of the newest ones, and what `before` is for the next page, None after the last."""
    with workspace.ledger().read() as connection:
        keys = _keys(connection, viewer, before)
        shown = views_of(connection, keys[:limit])
    return shown, keys[limit - 1] if len(keys) > limit else None


def by_attention(workspace: Workspace, viewer: Viewer, *, start: int = 0, limit: int = 50) -> CampaignList:
    """All that the viewer sees, over all pages in one order: what waits for them, then the rest; the newest first in
    each place."""
    with workspace.ledger().read() as connection:
        views = views_of(connection, _keys(connection, viewer))
    placed = sorted(((attention(view, viewer.roles, viewer.email), view) for view in views), key=lambda one: one[0])
    page = placed[start : start + limit]
    groups: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for (later, _), view in page:
        groups[later].append(view)
    waiting = sum(not later for (later, _), _ in placed)
    following = start + limit if len(placed) > start + limit else None
    return CampaignList(groups[False], groups[True], waiting, len(placed), following)


def _keys(connection: Connection, viewer: Viewer, before: int | None = None) -> list[int]:
    keys = newest_keys(connection, before)
    if viewer.may(Permission.SEE):
        return keys
    own = own_campaigns(connection, viewer.actor, viewer.user, keys)
    return [key for key in keys if key in own]
