"""What does each recipient get, and which rows are not as they were?  Page by page, from what the check kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from campaign_runner.app.views.plan_view import checked
from campaign_runner.app.views.upload_view import MASK
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import submission_checks, submissions
from campaign_runner.ledger.submission_checks import LINES, SINCE_APPROVED, SINCE_UPLOAD, check_of
from campaign_runner.model.contact import is_personal, recipient_text
from campaign_runner.model.money import from_units, text

# Rows of a part, and at most this many of all, as a check keeps them.
PART, MOST = 500, 100_000
AT_ONCE = 50


class Page(NamedTuple):
    """Some rows, and from where the next page goes on (None: there is none)."""

    rows: list[dict[str, Any]]
    following: int | None


def plan_lines(
    workspace: Workspace, campaign_key: int, *, start: int = 0, limit: int = AT_ONCE, contacts: bool = True
) -> Page:
    """What each recipient gets by the newest plan, in the order of the rows; raises as `plan_view`."""
    rows, following, names = _of_plan(workspace, campaign_key, LINES, start, limit)
    return Page([_line(one, names, contacts=contacts) for one in rows], following)


def plan_changes(
    workspace: Workspace, campaign_key: int, *, start: int = 0, limit: int = AT_ONCE, contacts: bool = True
) -> Page:
    """Which lines of the newest plan are not as in the plan that was approved last; raises as `plan_view`."""
    rows, following, names = _of_plan(workspace, campaign_key, SINCE_APPROVED, start, limit)
    return Page([_change(one, names, contacts=contacts) for one in rows], following)


def upload_changes(
    workspace: Workspace,
    campaign_key: int,
    number: int,
    *,
    start: int = 0,
    limit: int = AT_ONCE,
    contacts: bool = True,
) -> tuple[Mapping[str, Any], Page]:
    """Which rows of an upload are not as in the one before it: its totals ({}: nothing to compare), and a page."""
    with workspace.ledger().read() as connection:
        submission = submissions.numbered(connection, campaign_key, number)
        check = check_of(connection, submission.id)
        says = check.result.get(f"since_{SINCE_UPLOAD}", {}) if check else {}
        rows, following = _page(connection, submission.id, SINCE_UPLOAD, start, limit) if says else ([], None)
    return says, Page([_cells(one, contacts=contacts) for one in rows], following)


def _of_plan(
    workspace: Workspace, campaign_key: int, kind: str, start: int, limit: int
) -> tuple[list[Mapping[str, Any]], int | None, Mapping[str, str]]:
    """A page of the newest plan, and the names of its rewards."""
    with workspace.ledger().read() as connection:
        submission, check = checked(connection, campaign_key)
        return *_page(connection, submission.id, kind, start, limit), check.result["plan"].get("rewards", {})


def _page(
    connection: Connection, submission: int, kind: str, start: int, limit: int
) -> tuple[list[Mapping[str, Any]], int | None]:
    rows: list[Mapping[str, Any]] = []
    number = start // PART
    while len(rows) <= start % PART + limit:
        part = submission_checks.part(connection, submission, kind, number)
        if part is None:
            break
        rows += _rows(part)
        number += 1
    shown = rows[start % PART :]
    return shown[:limit], start + limit if len(shown) > limit else None


def _rows(part: bytes) -> Iterator[Mapping[str, Any]]:
    read = orjson.loads(part)
    if isinstance(read, list):
        yield from read
        return
    columns = read["columns"]
    for values in zip(*columns.values(), read["payloads"], strict=True):
        yield dict(zip((*columns, "payload"), values, strict=True))


def _line(one: Mapping[str, Any], names: Mapping[str, str], *, contacts: bool) -> dict[str, Any]:
    payload, units = one["payload"], one["face_units"]
    shown = {
        "row": one["row"], "recipient": recipient_text(payload), "deliveryMethod": payload.get("deliveryMethod", ""),
        "utid": one["utid"], "reward": names.get(one["utid"], ""), "quantity": one["quantity"],
        "amount": text(from_units(units)), "total": text(from_units(units * one["quantity"])), "currency": one["currency"],
        "deliveryDate": payload.get("deliveryDate", ""), "emailSubject": payload.get("emailSubject", ""),
        "message": payload.get("message", ""), "externalRefLineItemID": one["reference"],
    }  # fmt: skip
    hidden = ("recipient", "emailSubject", "message")
    return shown if contacts else {**shown, **{name: MASK for name in hidden if shown[name]}}


def _change(one: Mapping[str, Any], names: Mapping[str, str], *, contacts: bool) -> dict[str, Any]:
    about = one["about"]
    worth = {name: about.get(name, "") for name in ("utid", "amount", "currency")}
    shown = {"kind": one["kind"], "row": one["row"], "row_before": one["row_before"],
             "recipient": recipient_text(_nested(about)) if contacts else MASK, **worth,
             "reward": names.get(worth["utid"], "")}  # fmt: skip
    sides = {side: one[side] if one["kind"] == "changed" else {} for side in ("before", "after")}
    hide = {side: {name: MASK if not contacts and is_personal(name) else value for name, value in values.items()}
            for side, values in sides.items()}  # fmt: skip
    return {**shown, **hide}


def _cells(one: Mapping[str, Any], *, contacts: bool) -> dict[str, Any]:
    """Cells by header: which of them tell who somebody is, nobody knows of a file."""
    sides = {side: one[side] if contacts else dict.fromkeys(one[side], MASK) for side in ("before", "after")}
    return {"kind": one["kind"], "row": one["row"], "row_before": one["row_before"], **sides}


def _nested(values: Mapping[str, str]) -> dict[str, Any]:
    """The parts of a line that name somebody, as the payload has them."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        above, _, leaf = name.partition(".")
        if leaf and "." not in leaf:
            made.setdefault(above, {})[leaf] = value
    return made
