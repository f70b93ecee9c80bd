"""What does the ledger have of many campaigns, asked at once?  The same few questions for one and for a thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from campaign_runner.ledger import (
    actors,
    approvals,
    jobs,
    people,
    row_status,
    sendings,
    submission_checks,
    submissions,
)
from campaign_runner.ledger.schema import campaigns, events, uploads
from campaign_runner.ledger.sendings import Sending
from campaign_runner.ledger.submission_checks import Check
from campaign_runner.ledger.submission_tables import submissions as submission_table
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KnownCampaign:
    """A row of `campaigns`; its newest submission with its check (`brief`), the wish to send it, the newest upload with
    its tally, what was decided about the plan, which jobs are under way, and who made it or submitted to it."""

    row: Mapping[str, Any]
    submission: Submission | None = None
    check: Check | None = None
    checking: bool = False
    wish: Sending | None = None
    upload: int = 0
    tally: Sequence[tuple[str, str, int, int]] = ()
    decision: str = ""
    driven: bool = False
    people: frozenset[str] = field(default_factory=frozenset)
    sends_earlier: bool = False  # what is to be sent is not the newest submission


def known_campaigns(connection: Connection, keys: Sequence[int]) -> list[KnownCampaign]:
    """What is known of these campaigns, in this order."""
    campaigns_by_key = {one.row["id"]: one for start in range(0, len(keys), AT_ONCE)
             for one in _known(connection, keys[start : start + AT_ONCE])}  # fmt: skip
    return [campaigns_by_key[key] for key in keys]


def _known(connection: Connection, keys: Sequence[int]) -> Iterator[KnownCampaign]:
    newest = submissions.newest_of(connection, keys)
    checks_by_id = submission_checks.briefs_of(connection, [one.id for one in newest.values()])
    wishes, decided = sendings.sendings_of(connection, keys), approvals.decided(connection, keys)
    latest = _latest_uploads(connection, keys)
    sums, people = row_status.tallies_of(connection, list(latest.values())), _people(connection, keys)
    checking, driven = (jobs.wanted_keys(connection, kind) for kind in (jobs.CHECK, jobs.DRIVE))
    rows = connection.execute(select(campaigns).where(campaigns.c.id.in_(keys))).mappings()
    for row in (dict(each) for each in rows):
        key = int(row["id"])
        submission, upload = newest.get(key), latest.get(key, 0)
        check = checks_by_id.get(submission.id) if submission else None
        wish = wishes.get(key)
        yield KnownCampaign(
            row, submission, check, submission is not None and str(submission.id) in checking,
            wish if wish and submission and wish.submission == submission.id else None, upload, sums.get(upload, ()),
            decided.get((key, check.plan), "") if check and check.plan else "", str(key) in driven, people[key],
            bool(wish and submission and wish.submission != submission.id and not wish.refused),
        )  # fmt: skip


def _latest_uploads(connection: Connection, keys: Sequence[int]) -> dict[int, int]:
    query = select(uploads.c.campaign, func.max(uploads.c.id)).where(uploads.c.campaign.in_(keys))
    return {int(key): int(upload) for key, upload in connection.execute(query.group_by(uploads.c.campaign))}


def _people(connection: Connection, keys: Sequence[int]) -> defaultdict[int, frozenset[str]]:
    """Who submitted something to each campaign, or made it."""
    made = select(events.c.campaign, events.c.actor).where(
        events.c.kind == "campaign opened", events.c.campaign.in_(keys)
    )
    brought = select(submission_table.c.campaign, submission_table.c.actor).distinct()
    people_of: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for query in (made, brought.where(submission_table.c.campaign.in_(keys))):
        for key, packed in connection.execute(query):
            if actor := actors.unpacked(packed):
                people_of[key] |= {actor.user}
    return people_of


def newest_keys(connection: Connection, before: int | None = None) -> list[int]:
    """The numbers of all campaigns, the newest first; `before`: only those that are older."""
    query = select(campaigns.c.id).order_by(campaigns.c.id.desc())
    return list(connection.execute(query if before is None else query.where(campaigns.c.id < before)).scalars())


def own_campaigns(connection: Connection, actor: Actor, user: int, keys: Sequence[int]) -> set[int]:
    """Those of `keys` that are an account's own."""
    own = people.shared_with(connection, user)
    for start in range(0, len(keys), 500):
        portion = keys[start : start + 500]
        opened = select(events.c.campaign, events.c.actor).where(
            events.c.campaign.in_(portion), events.c.kind == "campaign opened"
        )
        submitted = (
            select(submission_table.c.campaign, submission_table.c.actor)
            .where(submission_table.c.campaign.in_(portion))
            .distinct()
        )
        for query in (opened, submitted):
            own |= {key for key, packed in connection.execute(query) if actor.is_same_user(actors.unpacked(packed))}
    return own & set(keys)
