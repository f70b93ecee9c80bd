"""What does a person decide about held rows?  Released ones are sent by the next run, dropped ones never are.

Both can be taken back as long as nothing was sent for them. Who decided, when and why stays in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sqlalchemy import Connection

from campaign_runner.app.row_numbers import is_row
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, name_of, open_campaign, watch
from campaign_runner.ledger import campaigns, events, held, integrity, plans
from campaign_runner.ledger.actors import this_account
from campaign_runner.ledger.batch_moves import take_up
from campaign_runner.ledger.held import HeldRow
from campaign_runner.ledger.sent_lines import DROPPED, RELEASED, UNDONE
from campaign_runner.model.choices import HoldKind
from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import LOST
from campaign_runner.model.money import from_units
from campaign_runner.model.row_entry import HIDDEN, STRUCK
from campaign_runner.model.wording import cash

# `--held-as`: the rules that it stands for.
KINDS: dict[HoldKind, tuple[str, ...]] = {
    HoldKind.CHANGED: ("changed-after-sent",),
    HoldKind.DUPLICATE: ("duplicate", "duplicate-elsewhere"),
    HoldKind.ALREADY_REWARDED: ("already-rewarded",),
    HoldKind.HIDDEN: (HIDDEN,),
    HoldKind.STRUCK: (STRUCK,),
}

# Not a held row, but a line whose retry another campaign stopped: released by its row alone.
RETRY = "retry-stopped"
SHOWN = 50
_EVENTS = {RELEASED: "rows released", DROPPED: "rows dropped", UNDONE: "decision taken back"}
_REASON = "Give a reason with --reason; it is recorded in the ledger."


@dataclass(frozen=True)
class RowsAsked:
    """Which rows are meant: by number, e-mail address, name or key; all that are held for one cause; or all."""

    rows: Sequence[int | str] = ()
    held_as: HoldKind | None = None
    every: bool = False


@dataclass(frozen=True)
class ReleaseDecision:
    """The rows, and what to show of them."""

    rows: tuple[int, ...]
    sentences: tuple[str, ...]


def decide(
    runtime: Runtime, asked: RowsAsked, decision: str, reason: str, *, dry_run: bool = False, named: bool = True
) -> ReleaseDecision:
    """Release or drop held rows, or take that back, with a reason; returns what was decided, and its totals; with
    the recipients' names where they are to be `named`: only for that, and for rows that are not asked for by their
    number, the file is read, which takes pandas.

    Nobody is waited for who sends the campaign meanwhile: what is under way goes on as it was planned, and what was
    decided counts in the next plan. Only what changes planned orders needs the campaign for itself.

    Raises UsageError where a row is not held (or was sent already): then nothing is decided; CampaignHeld.
    """
    if not reason.strip():
        raise UsageError(_REASON)
    with open_campaign(runtime, beside=True) as campaign:
        with campaign.ledger.read() as connection:
            file, waiting, ours = _waiting(connection, campaign, undo=decision == UNDONE)
            waiting = (_stopped(connection, campaign) if decision == RELEASED and ours else {}) | waiting
        integrity.require_whole(campaign.ledger)
        chosen = _chosen(campaign, asked, waiting, file, ours=ours)
        called = _names_of(campaign, chosen) if ours and named else {}
        with (
            _held_where_planned(campaign, chosen, decision),
            campaign.ledger.write("decide held rows", durable=True, noting=name_of(campaign.runtime)) as connection,
        ):
            campaigns.one_at_a_time(connection, campaign.key)
            _require_still_waiting(connection, campaign, chosen, decision)
            sentences = tuple(_told(connection, chosen, called, decision))
            if not dry_run:
                _record(connection, campaign, chosen, decision, reason)
    return ReleaseDecision(tuple(chosen), sentences)


def _held_where_planned(
    campaign: CampaignSession, chosen: Mapping[int, HeldRow], decision: str
) -> AbstractContextManager[None]:
    """Undoing and a retry that was stopped change orders that are planned: nobody may send them meanwhile."""
    planned = decision == UNDONE or any(one.rule == RETRY for one in chosen.values())
    return campaign.ledger.hold(name_of(campaign.runtime)) if planned else nullcontext()


def _require_still_waiting(
    connection: Connection, campaign: CampaignSession, chosen: Mapping[int, HeldRow], decision: str
) -> None:
    """Nobody planned or decided otherwise since the rows were chosen; else raises UsageError."""
    file, waiting, _ = _waiting(connection, campaign, undo=decision == UNDONE)
    for row, one in chosen.items():
        if one.rule != RETRY and (row not in waiting or waiting[row].reference != one.reference):
            raise UsageError(
                f"Row {row} of {file} is not held any more: another run planned the file meanwhile, so nothing was "
                "decided. Look at the held rows again."
            )


def _waiting(
    connection: Connection, campaign: CampaignSession, *, undo: bool
) -> tuple[str, dict[int, HeldRow], bool]:
    """The file whose rows can be decided, its rows, and whether the ledger has the file itself."""
    upload = campaigns.latest_upload(connection, campaign.key)
    name, rows = held.shown(connection, campaign.key)
    ours = not name
    if upload is None and ours:
        raise UsageError(
            "No file of this campaign was planned yet. Run `campaign-runner plan FILE` first: it records which rows are "
            "held, and sends nothing."
        )
    if ours and upload is not None:
        file, rows = held.held_of_file(connection, upload.id)
        name = campaigns.upload(connection, file).name
    decided = held.standing_of(connection, campaign.key, [row.reference for row in rows.values()])
    if undo:
        again = {row: HeldRow(ref, "It was released.") for row, ref
                 in held.unsent_under(connection, campaign.key, upload.id if upload else 0).items()}  # fmt: skip
        return name, {row: one for row, one in rows.items() if one.reference in decided} | again, ours
    return name, rows, ours


def _stopped(connection: Connection, campaign: CampaignSession) -> dict[int, HeldRow]:
    """Rows of the newest file whose retry was stopped, because another campaign sent their recipients the same."""
    upload, looks = campaigns.latest_upload(connection, campaign.key), watch(campaign.runtime, campaign.key)
    if upload is None or looks is None:
        return {}
    lines = {number: HeldRow(reference, reason, RETRY, units, currency) for number, (reference, reason, units, currency)
             in held.put_aside(connection, campaign.key).items()}  # fmt: skip
    failed = {one.line_id: one.line for one in plans.failed_lines(connection, campaign.key, confirmed=False)}
    for number, overlap in looks.failed(connection, failed).items():
        line = failed[number]
        units = line.quantity * line.face_units
        lines[number] = HeldRow(line.reference, overlap.sentence, RETRY, units, line.currency)
    return {row: lines[line] for line, row in held.rows_in(connection, upload.id, lines).items()}


def _chosen(
    campaign: CampaignSession, asked: RowsAsked, waiting: Mapping[int, HeldRow], file: str, *, ours: bool
) -> dict[int, HeldRow]:
    """The rows that are meant, in the order of the file."""
    if not (asked.rows or asked.held_as or asked.every):
        raise UsageError("Name the rows: by number, e-mail address, name or key, or with --held-as or --all.")
    rows = {row for word in asked.rows for row in _rows(campaign, str(word).strip(), waiting, file, ours=ours)}
    if asked.held_as or asked.every:
        rules = KINDS[asked.held_as] if asked.held_as else ()
        every = {row: one for row, one in waiting.items() if one.rule != RETRY}
        rows |= {row for row, one in every.items() if asked.every or one.rule in rules}
    if not rows:
        raise UsageError(f"No row of {file} is held for this reason, so nothing was decided. {_known(waiting)}")
    return {row: waiting[row] for row in sorted(rows)}


def _rows(
    campaign: CampaignSession, word: str, waiting: Mapping[int, HeldRow], file: str, *, ours: bool
) -> list[int]:
    if is_row(word) and int(word) in waiting:
        return [int(word)]
    rows = _rows_of(campaign, word, waiting) if ours and not is_row(word) else []
    if not rows and ours and is_row(word):  # a key may be a number, too
        rows = [row for row in _rows_of(campaign, f" {word} ", waiting) if row in waiting]
    if not rows:
        what = f"Row {word}" if is_row(word) else f'"{word}"'
        how = "" if ours else " For a plan that was not run, give row numbers."
        raise UsageError(f"{what} of {file} is not held, so nothing was decided. {_known(waiting)}{how}")
    return rows


def _rows_of(campaign: CampaignSession, word: str, waiting: Mapping[int, HeldRow]) -> list[int]:
    from campaign_runner.app.find_rows import rows_of

    return rows_of(campaign, word, waiting)


def _names_of(campaign: CampaignSession, chosen: Mapping[int, HeldRow]) -> dict[int, str]:
    from campaign_runner.app.find_rows import names_of

    return names_of(campaign, chosen)


def _known(waiting: Mapping[int, HeldRow]) -> str:
    rows = sorted(waiting)
    more = f" and {len(rows) - 20:,} more" if len(rows) > 20 else ""
    return f"Held rows: {', '.join(map(str, rows[:20])) or 'none'}{more}."


def _told(
    connection: Connection, chosen: Mapping[int, HeldRow], called: Mapping[int, str], decision: str
) -> Iterator[str]:
    """Each row, and in money what will happen."""
    before = held.sent_lines(connection, {one.changed_line for one in chosen.values() if one.changed_line})
    for row, one in list(chosen.items())[:SHOWN]:
        name = f" ({called[row]})" if called.get(row) else ""
        yield f"Row {row}{name}: {one.reason}{_beside(one, before, decision)}"
    if len(chosen) > SHOWN:
        yield f"… and {len(chosen) - SHOWN:,} more."
    total = Counter[str]()
    for one in chosen.values():
        if one.units >= 0:
            total[one.currency] += one.units
    rows = "1 row" if len(chosen) == 1 else f"{len(chosen):,} rows"
    worth = " and ".join(_money(units, currency) for currency, units in sorted(total.items())) or "the rewards"
    again = all(one.rule == RETRY for one in chosen.values())
    after = {
        RELEASED: f"{worth} will be sent with the next {'`campaign-runner retry`' if again else 'run of the same file'}.",
        DROPPED: f"{worth} will not be sent.",
        UNDONE: "held again, nothing will be sent.",
    }
    yield f"{rows}, {after[decision]}" if decision != UNDONE else f"{rows} {after[decision]}"


def _beside(one: HeldRow, before: Mapping[int, tuple[int, str, str]], decision: str) -> str:
    """` 25.00 USD was sent; 30.00 USD more would be sent.`"""
    if decision != RELEASED or one.changed_line not in before or one.units < 0:
        return ""
    units, currency, status = before[one.changed_line]
    what = "was refunded by Tango" if status in LOST else "was sent"
    return f" {_money(units, currency)} {what}; {_money(one.units, one.currency)} more would be sent."


def _money(units: int, currency: str) -> str:
    return cash(from_units(units), currency).strip()


def _record(
    connection: Connection, campaign: CampaignSession, chosen: Mapping[int, HeldRow], decision: str, reason: str
) -> None:
    references, at, who = [one.reference for one in chosen.values()], campaign.runtime.at(), str(this_account())
    if decision != RELEASED:
        sent = held.sent_under(connection, campaign.key, references)
        if late := next((row for row, one in chosen.items() if one.reference in sent), None):
            day = sent[chosen[late].reference]
            raise UsageError(f"Row {late} was sent already, on {day}, so nothing was decided.")
    changed = {one.reference: one.changed_line for one in chosen.values()}
    again = [one.reference for one in chosen.values() if one.rule == RETRY]
    if again:
        take_up(connection, campaign.key, again, at)
        from campaign_runner import planning

        failed = [one for one in plans.failed_lines(connection, campaign.key, confirmed=False)
                  if one.line.reference in again]  # fmt: skip
        references += [planning.next_reference(campaign.runtime.settings.order, one) for one in failed]
    plans.record_release(
        connection, campaign.key, references, reason, at, decision=decision, actor=who, changed=changed
    )
    events.append(
        connection, campaign.key, at, _EVENTS[decision], rows=list(chosen), reason=reason, references=references
    )  # fmt: skip
