"""Who had a part in a plan?  By account, from the signed log: who uploaded or corrected its file, decided about rows,
or accepted a warning for it.  None of them may approve it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from campaign_runner.ledger import events
from campaign_runner.ledger.sent_lines import DECIDED
from campaign_runner.ledger.submission_tables import checks, submissions
from campaign_runner.model.actor import Actor

SUBMITTED, CORRECTED, ACCEPTED = "file submitted", "cells corrected", "warning accepted"


def participants(connection: Connection, campaign_key: int, plan: str) -> list[Actor]:
    """The accounts that had a part in a plan, each once, in the order of what they did."""
    numbers, actors = _numbers(connection, campaign_key, plan), dict[Actor, None]()
    for event in events.of_kinds(connection, campaign_key, SUBMITTED, CORRECTED, DECIDED, ACCEPTED):
        data, actor = event["data"], event["actor"]
        of_file = event["kind"] in (SUBMITTED, CORRECTED) and data["number"] in numbers
        accepted = event["kind"] == ACCEPTED and data["plan"] == plan
        if actor and (of_file or accepted or event["kind"] == DECIDED):
            actors.setdefault(actor)
    return list(actors)


def made_approver_by(connection: Connection, email: str, since: str) -> list[Actor]:
    """Who gave this user the role of an approver since a time."""
    given = [
        event["actor"] for event in events.of_kinds(connection, 0, "user added", "roles set")
        if event["at"] >= since and event["data"]["user"].casefold() == email.casefold()
        and "approver" in str(event["data"].get("roles", "")).split()
    ]  # fmt: skip
    return [actor for actor in given if actor]


def accepted(connection: Connection, campaign_key: int, plan: str) -> list[str]:
    """The names of the warnings of a plan that somebody accepted."""
    log = events.of_kinds(connection, campaign_key, ACCEPTED)
    return sorted({str(event["data"]["name"]) for event in log if event["data"]["plan"] == plan})


def accept(connection: Connection, campaign_key: int, plan: str, name: str, at: str) -> None:
    """Somebody looked at a warning, and means it."""
    if name not in accepted(connection, campaign_key, plan):
        events.append(connection, campaign_key, at, ACCEPTED, plan=plan, name=name)


def _numbers(connection: Connection, campaign_key: int, plan: str) -> set[int]:
    """The submissions that come to this plan, and those of which they are corrections."""
    query = select(submissions.c.id, submissions.c.number, submissions.c.corrects)
    rows = {row.id: row for row in connection.execute(query.where(submissions.c.campaign == campaign_key))}
    waiting = list(connection.execute(select(checks.c.submission).where(checks.c.plan == plan)).scalars())
    numbers: set[int] = set()
    while waiting:
        row = rows.get(waiting.pop())
        if row is not None and row.number not in numbers:
            numbers.add(row.number)
            waiting.append(row.corrects)
    return numbers
