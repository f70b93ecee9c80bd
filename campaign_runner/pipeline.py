"""THE STORY: check, plan, run, track, retry, reports.

A spreadsheet is read, checked and planned; the plan is written down; its batches are placed and followed; everything
is reconciled and reported. Whatever stops a run, the same call again goes on where the ledger says.
Nothing here prints: values go back to the caller, progress goes to a callback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from campaign_runner import approval, asked, confirmation, gate, planning, question, repairing
from campaign_runner.closing import Read, Result, close, close_draft, close_latest
from campaign_runner.errors import Halted
from campaign_runner.gate import Stocked
from campaign_runner.guard import Guard
from campaign_runner.ledger import (
    batches,
    campaigns,
    digests,
    events,
    held,
    integrity,
    open_ledger,
    outcomes,
    overlaps,
    plans,
    sendings,
    verification,
)
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.overlaps import Overtaken
from campaign_runner.ledger.past import rewarded_elsewhere
from campaign_runner.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.memory import give_back
from campaign_runner.opening import Opened, decisions, opened, past, registered, rule_book, since, tell_older
from campaign_runner.outside import World
from campaign_runner.preparation import Draft, Past, Progress, Reading, fingerprint, is_long, noted, prepare, read
from campaign_runner.preparation.copying import copied
from campaign_runner.preparation.sealing import sealed
from campaign_runner.reconciliation.doubts import RELEASE_FIRST
from campaign_runner.sending import ledger_may_go, prove_places, reports_may_fail
from campaign_runner.validation.garbage import uncollected
from campaign_runner.workers import Workers, at_work, watch

# What a run sees to even where nobody waits: lines to send, and lines of which nobody knows whether Tango has them.
IN_DOUBT = frozenset({BatchState.PLANNED, BatchState.UNKNOWN, BatchState.CONFLICT})


# So many rows are named in a sentence.
NAMED = 10


def quiet(stage: str, done: int, total: int | None) -> None:
    """The progress callback of a caller that does not want to know."""


def check(reading: Reading, world: World, progress: Progress = quiet, *, expecting: bool = False) -> Result:
    """Is every row valid?  Nothing is sent or kept; what is to be corrected is reported.

    `expecting`: control totals were given with the command, so that it is refused where they differ.
    """
    with copied(reading) as reading:
        return _check(reading, world, progress, expecting=expecting)


def _check(reading: Reading, world: World, progress: Progress, *, expecting: bool) -> Result:
    with open_ledger(world.state, world.ledger_url, world.actor) if world.refresh else nullcontext() as ledger:
        shop = gate.stocked(world, ledger)
    dry = is_long(reading.file)  # a short file is looked at as a run would: by person, too
    draft = prepared(reading, world, shop, None, progress, dry=dry)
    if shop.shop is None and draft.names_rewards:
        shop = gate.fetched_for_names(world)
        draft = prepared(reading, world, shop, None, progress, dry=dry)
    reasons = _reasons_against(draft, world)
    refused = (f"A run would be refused: {reason}" for reason in reasons)
    draft = draft.telling(*gate.unusual_in_itself(world, draft), *refused)
    result = close_draft(draft, reading, world, progress)
    planning.refuse(reasons if expecting else [])
    return result


def plan(reading: Reading, world: World, progress: Progress = quiet, *, canary: int = 0) -> Result:
    """What would be sent, and what is there already?  Nothing is sent; the ledger keeps that this plan was shown."""
    with copied(reading) as reading, open_ledger(world.state, world.ledger_url, world.actor) as ledger:
        tell_older(world, ledger)
        before = past(ledger, world)
        read(reading, world.settings, rule_book(world))  # a file that cannot be used is no reason to ask Tango
        shop = gate.stocked(world, ledger)
        ledger.rest()
        draft = prepared(reading, world, shop, before, progress, canary)
        planning.refuse(_reasons_against(draft, world))
        number = registered(world, ledger)
        with ledger.write() as connection:
            held.show(connection, number, draft.plan.holds, draft.table.source, world.at())
        draft = repairing.with_corrected(draft, Opened(world, ledger, number))
        unusual = gate.unusual(world, ledger, number, draft, ask=False)
        foreseen = gate.foreseen(world, ledger, number, draft.plan)
        draft = draft.telling(*gate.clock_notes(world, ledger), *unusual, *foreseen)
        seen = approval.show(draft, Opened(world, ledger, number), *_judged_by(draft, world, shop))
        draft = draft.telling(*seen.notes)
        with ledger.read() as connection:
            before_now = sendings.sent_lines(
                connection, draft.plan.known["line_id"].tolist() if len(draft.plan.known) else []
            )
        result = close_draft(draft, reading, world, progress, seen.reports, before_now)
    return replace(result, plan=seen.facts.identity, approval=seen.approval)


def run(
    reading: Reading, world: World, *, patience: float = 600, canary: int = 0, max_failure_rate: float | None = None,
    partial_by_funds: bool = False, no_canary: bool = False, progress: Progress = quiet,
) -> Result:  # fmt: skip
    """The main job. `patience` = seconds to follow the orders after the last one was placed (0 = not at all).

    `canary` = how many lines go first, alone, and must end well; `max_failure_rate` = the share of final lines that
    may fail before what is left is kept back; `partial_by_funds` = send what the balance reaches. A campaign that began
    with a canary stays under it until that has ended well, or `no_canary`. Raises
    RefusedBeforeSending where nothing may be sent.
    """
    prove_places(world)
    with copied(reading) as reading, opened(world, register=True, sending=True) as campaign:
        integrity.require_whole(campaign.ledger)
        anew = False
        while True:
            first = asked.canary(campaign, canary, no_canary=no_canary)
            file = plan_into_ledger(reading, campaign, progress, canary=first, partial=partial_by_funds, anew=anew)
            asked.keep(campaign, reading, first, max_failure_rate, partial_by_funds=partial_by_funds)
            if file.tally is None:
                _require_bodies(campaign)
            guard, waiting = Guard(campaign.ledger, campaign.number, file.upload.id, max_failure_rate), ""
            try:
                with ledger_may_go(), at_work(campaign.world, campaign.ledger, campaign.number, progress) as workers:
                    if not anew:
                        workers.prove_newest()
                    waiting = _place_and_follow(workers, guard, patience, bool(first), standing=first != canary)
                break
            except Overtaken:  # another campaign was faster with some of these people: what is left is planned again
                anew = True
        if guard.canary_failed:
            asked.after_a_failed_canary(campaign)
        with reports_may_fail(campaign):
            return close(campaign, file, workers.stopped, progress, waiting, leave=True, placing=True)


def track(world: World, *, patience: float | None = None, progress: Progress = quiet) -> Result:
    """Look up what is open or unknown: once (None), or for `patience` seconds. Nothing is placed."""
    with opened(world) as campaign:
        with (
            ledger_may_go(),
            at_work(campaign.world, campaign.ledger, campaign.number, progress, may_send=False) as workers,
        ):
            if patience is None:
                workers.advance_once()
            else:
                workers.advance(OPEN_BATCHES - {BatchState.PLANNED}, workers.deadline(patience))
                workers.look_back()
        with reports_may_fail(campaign):
            return close_latest(campaign, workers.stopped, progress)


def retry(world: World, *, patience: float = 600, progress: Progress = quiet) -> Result:
    """Place the lines that failed at Tango again, as a new attempt under new references.

    Tango is asked for them once more before: only what it says failed twice, some time apart, is placed again; for a
    second word that is too young, `patience` is waited. Raises RefusedBeforeSending where the account cannot pay.
    """
    prove_places(world)
    with opened(world, sending=True) as campaign:
        integrity.require_whole(campaign.ledger)
        waiting = ""
        with ledger_may_go(), at_work(campaign.world, campaign.ledger, campaign.number, progress) as workers:
            workers.prove_newest(anyway=True)
            waiting = confirmation.confirmed(workers, patience)
            waiting = " ".join(filter(None, (waiting, _plan_again(campaign))))
            workers.advance({BatchState.PLANNED}, some="again")
            workers.advance(OPEN_BATCHES - {BatchState.PLANNED} if patience else (), workers.deadline(patience))
            workers.look_back()
        with reports_may_fail(campaign):
            return close_latest(campaign, workers.stopped, progress, waiting)


def _require_bodies(campaign: Opened) -> None:
    """What was planned by an earlier run and may still be sent is what was written down then."""
    with campaign.ledger.read() as connection:
        verification.require_bodies(connection, campaign.number, (BatchState.PLANNED, BatchState.UNKNOWN))


def failed_lines(world: World) -> int:
    """How many lines a `retry` would place again."""
    with opened(world) as campaign, campaign.ledger.read() as connection:
        return len(plans.failed_lines(connection, campaign.number, confirmed=False))


def reports(world: World, progress: Progress = quiet) -> Result:
    """Every report again, from the ledger alone."""
    with opened(world, looking=True) as campaign:
        return close_latest(campaign, "", progress)


# ---- from the file to the ledger ---------------------------------------------------------------------------------


def plan_into_ledger(
    reading: Reading, campaign: Opened, progress: Progress, *, canary: int = 0, may_send: bool = True,
    partial: bool = False, anew: bool = False,
) -> Read:  # fmt: skip
    """Check and plan the file and write the plan down; the very same file again costs nothing and changes nothing.

    Without `may_send` nobody is asked whether it is approved and can be paid: the next run does. `partial`: what the
    money does not reach is planned too, and waits for the next run; `anew`: plan it again whatever the ledger has.
    """
    world, ledger = campaign.world, campaign.ledger
    book = rule_book(world)
    table = read(reading, world.settings, book)
    with ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.number)
        waiting = plans.put_off(connection, campaign.number)
        decided = decisions(connection, campaign.number)
    said = fingerprint(world.settings, book, reading, decided)
    if (
        upload
        and not (world.refresh or waiting or anew)
        and upload.fingerprint == said
        and upload.sha256 == campaigns.file_sha256(reading.file)
        and (not may_send or approval.goes_on(campaign, upload))
        and (not canary or _canary_is_cut(campaign, upload))
    ):
        if may_send:
            question.about_the_rest(campaign)
        return Read(reading, upload, noted(table, upload.reading.get("notes", ())))
    shop = gate.stocked(world, ledger, campaign.number)
    while True:
        before = past(ledger, world)
        with suppress(Overtaken):  # another campaign planned the same people meanwhile
            return _planned(reading, campaign, progress, shop, before, canary, may_send=may_send, partial=partial)


def _planned(
    reading: Reading, campaign: Opened, progress: Progress, shop: Stocked, before: Past, canary: int, *,
    may_send: bool, partial: bool,
) -> Read:  # fmt: skip
    """Check, plan and write down; raises Overtaken."""
    world, ledger = campaign.world, campaign.ledger
    ledger.rest()
    draft = repairing.with_corrected(prepared(reading, world, shop, before, progress, canary), campaign)
    planning.refuse(_reasons_against(draft, world))
    if not may_send:
        return _read(draft, reading, _write_down(draft, reading, campaign, "", before))
    unusual = gate.unusual(world, ledger, campaign.number, draft, ask=True)
    name = approval.clear(draft.telling(*unusual), campaign, *_judged_by(draft, world, shop))
    now, later, told = gate.affordable(world, ledger, campaign.number, draft.plan, partial=partial)
    told = [*gate.clock_notes(world, ledger), *unusual, *told]
    draft = replace(draft, plan=planning.with_canary(now, canary)).telling(*told)
    later = later and planning.with_canary(later, 0)
    cautions = [problem.sentence for problem in draft.tally.cautions]
    question.about_plan(world, draft.plan.new, draft.plan.batch_count, [*unusual, *cautions])
    return _read(draft, reading, _write_down(draft, reading, campaign, name, before, later))


def _read(draft: Draft, reading: Reading, upload: Upload) -> Read:
    return Read(reading, upload, draft.table, draft.tally, draft.marks())


def prepared(
    reading: Reading, world: World, shop: Stocked, before: Past | None, progress: Progress, canary: int = 0, *,
    dry: bool = False,
) -> Draft:  # fmt: skip
    """The file, checked and planned, with what the catalogue says of it; `dry`: never to be sent."""
    draft = prepare(
        reading, world.settings, rule_book(world), today=today(world), past=before, knowledge=shop.knowledge,
        progress=progress, dry=dry,
    )  # fmt: skip
    return replace(draft, plan=planning.with_canary(draft.plan, canary)).telling(*shop.notes)


def _judged_by(draft: Draft, world: World, shop: Stocked) -> tuple[str, str, Mapping[str, str]]:
    """What else than file and settings a plan depends on: rule book and catalogue, with its names for people."""
    return rule_book(world).digest, shop.version(draft.plan.utids()), shop.titles


def _canary_is_cut(campaign: Opened, upload: Upload) -> bool:
    """Was this upload planned with a canary, or is nothing left that could be one?"""
    with campaign.ledger.read() as connection:
        return bool(outcomes.canary(connection, upload.id)) or not outcomes.anything_unsent(
            connection, campaign.number
        )


def _write_down(
    draft: Draft, reading: Reading, campaign: Opened, name: str, before: Past, later: planning.Plan | None = None
) -> Upload:
    """File, batches with their bytes, and rows that bring none: all in one transaction, before anything is sent.

    `name` is the plan's identity: what was approved, and is sent; `later` is what waits for money. Raises Overtaken
    where another campaign planned some of these people since `before` was read.
    """
    at, number = campaign.world.at(), campaign.number
    asked_for = {"sheet": reading.sheet, "hidden": reading.hidden, "notes": list(draft.told), "about": draft.about}
    how = repairing.reading(draft, campaign, asked_for)
    new = Upload(
        0, number, draft.sha256, draft.fingerprint, reading.path.name, draft.table.sheet, how, draft.rows, at,
        plan=name,
    )  # fmt: skip
    give_back()
    with uncollected(), campaign.ledger.write(durable=True) as connection:
        _not_overtaken(connection, campaign, [plan for plan in (draft.plan, later) if plan], before)
        withdrawn = plans.withdraw_unsent(connection, number, at)
        upload = campaigns.add_upload(connection, new, reading.file)
        for plan, due_at in ((draft.plan, 0.0), (later, batches.PUT_OFF)):
            if plan is not None:
                with closing(sealed(plan)) as planned:
                    plans.record(connection, number, upload.id, planned, len(plan.new), at, due_at=due_at)
        rows = plans.record_entries(connection, upload.id, draft.entries())
        digests.write_file(connection, at, upload.id, rows)
        held.forget_shown(connection, number)
        events.append(
            connection, number, at, "file planned", sha256=draft.sha256, rows=draft.rows, withdrawn=withdrawn,
            lines=len(draft.plan.new), batches=draft.plan.batch_count, totals=draft.plan.totals(),
            plan=name, **({"rule": rule} if (rule := campaign.world.settings.approval_rule) else {}),
            **({"put_off": len(later.new)} if later is not None else {}),
        )  # fmt: skip
    return upload


def _not_overtaken(connection: Connection, campaign: Opened, made: Sequence[planning.Plan], before: Past) -> None:
    """Raises Overtaken where people of these plans are in one of another campaign that was not there when they were
    made."""
    settings = campaign.world.settings
    if not settings.identity.duplicate_window_days:
        return
    overlaps.one_plan_at_a_time(connection)
    if not overlaps.moved(connection, campaign.number, before.seen):
        return
    now = rewarded_elsewhere(connection, campaign.number, settings.tango.environment, since(campaign.world))
    known = {one.contact for one in before.rewarded}
    fresh = {one.contact: one for one in now if one.contact not in known}
    if some := [fresh[contact] for plan in made for contact in plan.contacts() if contact in fresh]:
        raise Overtaken([overlaps.Overlap("", 0, one.campaign, one.day) for one in some])


def _plan_again(campaign: Opened) -> str:
    """Give every failed line a new attempt, in new batches; what is open already is not touched. Returns what is to be
    told: whose lines are left, for another campaign sent them the same since."""
    world = campaign.world
    with campaign.ledger.read() as connection:
        lines = [failed.line for failed in plans.failed_lines(connection, campaign.number)]
    gate.payable_again(world, campaign.ledger, campaign.number, lines)
    if not lines:
        return ""
    question.about_lines(world, lines)
    with campaign.ledger.write(durable=True) as connection:
        failed = plans.failed_lines(connection, campaign.number)
        looks = watch(world, campaign.number)
        left = looks.failed(connection, [one.line_id for one in failed]) if looks else {}
        failed = [one for one in failed if one.line_id not in left]
        attempts = planning.attempt_again(world.settings.order, failed, world.settings.tango.batch_size)
        plans.record_attempts(connection, campaign.number, attempts, world.at())
        events.append(connection, campaign.number, world.at(), "failed lines planned again", lines=len(failed))
    told = [f"Row {one.row} was not placed again. {one.sentence}" for one in list(left.values())[:NAMED]]
    return " ".join([*told, RELEASE_FIRST] if told else [])


def _reasons_against(draft: Draft, world: World) -> list[str]:
    limits = world.settings.limits.model_dump(exclude={"max_per_person_year"})
    return [*planning.check_limits(draft.plan, rows=draft.rows, **limits), *gate.against_its_total(draft)]


def today(world: World) -> date:
    """The run's date, in UTC: what dates in the file are measured against."""
    return world.clock.now().date()


# ---- from the ledger to Tango ------------------------------------------------------------------------------------


def _place_and_follow(workers: Workers, guard: Guard, patience: float, canary: bool, *, standing: bool) -> str:
    """Place what is planned, the canary first, and follow it; returns why the rest waits ("" = it does not)."""
    workers.saw, workers.sent_first = guard.saw, guard.most is not None
    sent = OPEN_BATCHES - {BatchState.PLANNED}
    try:
        guard.begin()
        if canary and (waiting := _canary_first(workers, guard, patience, standing=standing)):
            return waiting
        if canary:
            asked.canary_ended(workers.ledger, workers.campaign)
        workers.advance(OPEN_BATCHES if workers.sent_first else IN_DOUBT)
        workers.advance(OPEN_BATCHES if patience else (), workers.deadline(patience))
        workers.look_back()
    except Halted as halt:
        workers.stopped, workers.saw = str(halt), lambda _: None
        workers.advance(sent if patience else (), workers.deadline(patience))
    return ""


def _canary_first(workers: Workers, guard: Guard, patience: float, *, standing: bool) -> str:
    """Place the canary and wait for it; returns why the rest has to wait longer. Raises Halted where it fails.

    `standing`: nobody asked for one now, so that what an earlier run sent has to end well before anything else leaves.
    """
    sent, until = OPEN_BATCHES - {BatchState.PLANNED}, workers.deadline(patience)
    if standing:
        workers.advance(sent, until if patience else None, some="canary")
        if left := guard.canary(standing=True):
            return _not_final(left)
    workers.advance({BatchState.PLANNED}, some="canary")
    workers.advance(OPEN_BATCHES if patience else sent, until if patience else None, some="canary")
    left = guard.canary()
    return _not_final(left) if left else ""


def _not_final(left: int) -> str:
    return (
        f"The canary is not final yet ({left} of its lines open), so the rest was not sent. Run the same command "
        "again: it goes on where this one stopped. With --no-canary it sends the rest now."
    )
