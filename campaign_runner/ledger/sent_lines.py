"""What must planning know of before?  Lines that left or may have, lines that never did, other campaigns, decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Select, case, func, literal, or_, select

from campaign_runner.ledger import events
from campaign_runner.ledger.bulk import fetched
from campaign_runner.ledger.line_columns import LINES, STATUS
from campaign_runner.ledger.packing import unpack
from campaign_runner.ledger.schema import batches, campaigns, entries, line_items, uploads
from campaign_runner.model.history import KnownLine, RewardedPerson, StoredLine, UnsentLine
from campaign_runner.model.lifecycle import LOST, BatchState, RowStatus

RELEASED, DROPPED, UNDONE = "release", "drop", "undone"

DECIDED = "rows decided"

DECIDING = (DECIDED, "rows released", "ledger recovered")

# Between the parts of a key that has several columns, as `planning.folding` joins them.
_PART = "\x1f"

_AT_ONCE = 500

_LEFT = or_(batches.c.state != BatchState.PLANNED, batches.c.attempt > 1)

_WAITS = (batches.c.state == BatchState.PLANNED, batches.c.attempt == 1)


class RowDecision(NamedTuple):
    """What a person decided about a held row; `changed_line`: the line that it seems to be, changed (0: none)."""

    decision: str
    reason: str
    at: str
    changed_line: int


class Waits(NamedTuple):
    """Why a row was held; `line`: the line that it seems to be, changed."""

    rule: str
    reason: str
    remedy: str
    line: int


def known_lines(connection: Connection, campaign_key: int) -> list[KnownLine]:
    """The lines of a campaign that were sent, in their newest attempt (see `unsent_lines` for the others)."""
    key = line_items.c.key_text
    parts = 1 + func.length(key) - func.length(func.replace(key, _PART, ""))
    erased = case((line_items.c.folded_key.is_not(None), -1), else_=0)
    names = ("person", "alias", "contact", "method", "utid", "quantity", "face_units", "currency")
    query = (
        select(line_items.c.id, line_items.c.identity, line_items.c.content, STATUS, line_items.c.origin,
               line_items.c.folded_key, func.coalesce(parts, erased), *(line_items.c[name] for name in names))
        .select_from(LINES)
        .where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), _LEFT)
    )  # fmt: skip
    return list(map(KnownLine._make, connection.execute(query)))


def unsent_lines(connection: Connection, campaign_key: int) -> list[UnsentLine]:
    """What `plans.withdraw_unsent` would take back."""
    origin = func.coalesce(line_items.c.origin, line_items.c.identity)
    query = select(origin, line_items.c.content, line_items.c.person).select_from(LINES)
    query = query.where(line_items.c.campaign == campaign_key, line_items.c.superseded.is_(False), *_WAITS)
    return list(map(UnsentLine._make, connection.execute(query)))


def rewarded_elsewhere(
    connection: Connection, campaign_key: int, environment: str, since: str
) -> list[RewardedPerson]:
    """What other campaigns of the environment sent from `since` on, or are about to send, and was not lost again."""
    columns = [line_items.c.contact, line_items.c.person, campaigns.c.campaign_id,
               func.substr(batches.c.sent_at, 1, 10), line_items.c.face_units, line_items.c.currency]  # fmt: skip
    query = elsewhere(campaign_key, environment, since, columns).where(line_items.c.contact.is_not(None))
    people = [RewardedPerson(*row) for row in fetched(connection, query)]
    return sorted(people, key=lambda one: one.day, reverse=True)


def elsewhere(campaign_key: int, environment: str, since: str, columns: Sequence[Any]) -> Select[Any]:
    """These columns of lines of other campaigns that were sent from `since` on, or are about to be, and not lost."""
    source = LINES.join(campaigns, campaigns.c.id == line_items.c.campaign)
    return (
        select(*columns).select_from(source)
        .where(campaigns.c.environment == environment, line_items.c.campaign != campaign_key)
        .where(or_(batches.c.state == BatchState.PLANNED, batches.c.sent_at >= since))
        .where(line_items.c.superseded.is_(False), STATUS.not_in(LOST))
    )  # fmt: skip


def waiting(connection: Connection, campaign_key: int, rules: Collection[str]) -> Iterator[tuple[str, Waits]]:
    """The rows that were ever held by these rules, by reference, the newest last."""
    query = select(entries.c.reference, entries.c.rule, entries.c.reason, entries.c.remedy, entries.c.changed_line)
    query = query.join(uploads, uploads.c.id == entries.c.upload).where(uploads.c.campaign == campaign_key)
    query = query.where(entries.c.status == literal(str(RowStatus.HELD), literal_execute=True))
    query = query.where(entries.c.rule.in_(sorted(rules)), entries.c.reference != "").order_by(entries.c.upload)
    for reference, *why in connection.execute(query):
        yield reference, Waits(*why)


def references_held_by(connection: Connection, upload: int, rule: str) -> frozenset[str]:
    """The references of the rows of an upload that are held by a rule."""
    query = select(entries.c.reference).where(entries.c.upload == upload, entries.c.rule == rule)
    query = query.where(entries.c.status == literal(str(RowStatus.HELD), literal_execute=True))
    return frozenset(str(reference) for reference in connection.execute(query).scalars())


def decided(connection: Connection, campaign_key: int, decision: str, until: float = inf) -> dict[str, str]:
    """References that a person decided so about `until` an event, each with the reason; by the log of events alone."""
    log = events.of_kinds(connection, campaign_key, *DECIDING)
    newest = decisions(event for event in log if event["id"] < until)
    return {reference: one.reason for reference, one in newest.items() if one.decision == decision}


def is_decided_since(connection: Connection, campaign_key: int, number: int) -> bool:
    """Whether anybody decided about rows of a campaign since an event."""
    return any(event["id"] > number for event in events.of_kinds(connection, campaign_key, *DECIDING))


def answered(connection: Connection, campaign_key: int) -> frozenset[int]:
    """Lines for which a changed row was released: they are accounted for."""
    newest = decisions(events.of_kinds(connection, campaign_key, *DECIDING)).values()
    return frozenset(one.changed_line for one in newest if one.changed_line and one.decision == RELEASED)


def decisions(log: Iterable[Mapping[str, Any]]) -> dict[str, RowDecision]:
    """The newest decision about each reference; events that nobody signed told of releases in words of their own."""
    newest: dict[str, RowDecision] = {}
    for event in log:
        data, at = event["data"], event["at"]
        if event["kind"] == DECIDED:
            changed = data["changed"]
            newest |= {
                ref: RowDecision(data["decision"], data["reason"], at, changed.get(ref, 0))
                for ref in data["references"]
            }
        elif not event["signed_by"]:
            reason = data.get("reason", "recovered: Tango has it")
            for reference in data.get("references") or data.get("released") or ():
                newest.setdefault(reference, RowDecision(RELEASED, reason, at, 0))
    return newest


def stored(connection: Connection, numbers: Collection[int]) -> Iterator[StoredLine]:
    """Some lines as they were sent, order after order."""
    names = ("id", "reference", "key_text", "method", "utid", "quantity", "face_units", "currency")
    wanted, several = sorted(set(numbers)), list[Any]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(line_items.c.batch, line_items.c.erased_at, *(line_items.c[name] for name in names))
        query = query.where(line_items.c.id.in_(wanted[start : start + _AT_ONCE]))
        several += connection.execute(query).all()
    bodies: dict[int, bytes | None] = {}
    for batch, erased, number, reference, key, *rest in sorted(several):
        if batch not in bodies:
            packed = connection.execute(select(batches.c.body).where(batches.c.id == batch)).scalar()
            bodies = {batch: unpack(packed) if packed else None}
        yield StoredLine(number, reference, None if erased else bodies[batch], key, *rest)


def held_by(connection: Connection, upload: int) -> dict[int, tuple[int, int]]:
    """Lines that a file holds, as {line: (upload, row)}, by its rows: those of reports about it that were corrected and
    run are at their rows of the file (rows that somebody added: of the report)."""
    holders: dict[int, tuple[int, int]] = {}
    for number, rows in _file_and_reports(connection, upload):
        own = select(line_items.c.id, line_items.c.row).where(line_items.c.upload == number)
        known = select(entries.c.line, entries.c.row).where(entries.c.upload == number, entries.c.line.is_not(None))
        for query in (own, known):
            for line, row in connection.execute(query):
                place = row if number == upload else rows.get(str(row), 0)
                holders[line] = (upload, place) if place else (number, row)
    return holders


def file_of(connection: Connection, upload: int) -> int:
    """The upload that an upload is a report about, or itself."""
    reading = connection.execute(select(uploads.c.reading).where(uploads.c.id == upload)).scalar()
    return int(orjson.loads(reading or "{}").get("about", 0)) or upload


def place_of(connection: Connection, upload: int, row: int) -> tuple[int, int]:
    """Where a row of the file that an upload is, or is a report about, was corrected last: upload and row."""
    file = file_of(connection, upload)
    place = (file, row)
    for number, rows in _file_and_reports(connection, file):
        place = next(((number, int(here)) for here, there in rows.items() if there == row), place)
    return place


def file_and_reports(connection: Connection, upload: int) -> Iterator[tuple[int, Mapping[str, int]]]:
    """The file that an upload is, or is a report about, and every report about it that was corrected and run, the
    oldest first, with its rows -> rows of the file."""
    yield from _file_and_reports(connection, file_of(connection, upload))


def _file_and_reports(connection: Connection, upload: int) -> Iterator[tuple[int, Mapping[str, int]]]:
    yield upload, {}
    query = select(uploads.c.id, uploads.c.reading).where(uploads.c.id > upload).order_by(uploads.c.id)
    for number, reading in connection.execute(query).all():
        stored = orjson.loads(reading)
        if stored.get("about") == upload:
            yield number, stored.get("rows", {})
