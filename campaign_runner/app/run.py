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

from campaign_runner import planning
from campaign_runner.app import approve, clearance, confirm, confirmed_failures, repaired, run_options
from campaign_runner.app.clearance import CatalogueSnapshot
from campaign_runner.app.driver import Driver, driving, watch
from campaign_runner.app.finish import LoadedUpload, Result, finish, finish_check, finish_latest
from campaign_runner.app.preparation import (
    LedgerHistory,
    PlanDraft,
    Progress,
    ReadOptions,
    fingerprint,
    is_long,
    noted,
    prepare,
    read,
)
from campaign_runner.app.preparation.batch_packing import packed_batches
from campaign_runner.app.preparation.file_copy import copied
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.safeguards import ledger_may_go, prove_places, reports_may_fail
from campaign_runner.app.session import (
    CampaignSession,
    decisions,
    open_campaign,
    past,
    register_campaign,
    rule_book,
    since,
    tell_older,
)
from campaign_runner.ledger import (
    batches,
    campaigns,
    digests,
    events,
    held,
    integrity,
    open_ledger,
    overlaps,
    plans,
    sent_when,
    verification,
)
from campaign_runner.ledger import (
    progress as outcomes,
)
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.overlaps import Overtaken
from campaign_runner.ledger.sent_lines import rewarded_elsewhere
from campaign_runner.model.errors import Halted
from campaign_runner.model.gc_pause import gc_paused
from campaign_runner.model.lifecycle import OPEN_BATCHES, BatchState
from campaign_runner.model.trim_memory import trim_memory
from campaign_runner.placement.circuit_breaker import CircuitBreaker
from campaign_runner.reconciliation.doubts import RELEASE_FIRST

# What a run sees to even where nobody waits: lines to send, and lines of which nobody knows whether Tango has them.
IN_DOUBT = frozenset({BatchState.PLANNED, BatchState.UNKNOWN, BatchState.CONFLICT})


# So many rows are named in a sentence.
NAMED = 10


def quiet(stage: str, done: int, total: int | None) -> None:
    """The progress callback of a caller that does not want to know."""


def check(reading: ReadOptions, runtime: Runtime, progress: Progress = quiet, *, expecting: bool = False) -> Result:
    """Is every row valid?  Nothing is sent or kept; what is to be corrected is reported.

    `expecting`: control totals were given with the command, so that it is refused where they differ.
    """
    with copied(reading) as reading:
        return _check(reading, runtime, progress, expecting=expecting)


def _check(reading: ReadOptions, runtime: Runtime, progress: Progress, *, expecting: bool) -> Result:
    with (
        open_ledger(runtime.state, runtime.ledger_url, runtime.actor) if runtime.refresh else nullcontext() as ledger
    ):
        shop = clearance.catalogue_snapshot(runtime, ledger)
    dry = is_long(reading.file)  # a short file is looked at as a run would: by person, too
    draft = prepared(reading, runtime, shop, None, progress, dry=dry)
    if shop.shop is None and draft.names_rewards:
        shop = clearance.fetched_for_names(runtime)
        draft = prepared(reading, runtime, shop, None, progress, dry=dry)
    reasons = _reasons_against(draft, runtime)
    refused = (f"A run would be refused: {reason}" for reason in reasons)
    draft = draft.telling(*clearance.unusual_in_itself(runtime, draft), *refused)
    result = finish_check(draft, reading, runtime, progress)
    planning.refuse(reasons if expecting else [])
    return result


def plan(reading: ReadOptions, runtime: Runtime, progress: Progress = quiet, *, canary: int = 0) -> Result:
    """What would be sent, and what is there already?  Nothing is sent; the ledger keeps that this plan was shown."""
    with copied(reading) as reading, open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        tell_older(runtime, ledger)
        before = past(ledger, runtime)
        read(reading, runtime.settings, rule_book(runtime))  # a file that cannot be used is no reason to ask Tango
        shop = clearance.catalogue_snapshot(runtime, ledger)
        ledger.close_connections()
        draft = prepared(reading, runtime, shop, before, progress, canary)
        planning.refuse(_reasons_against(draft, runtime))
        number = register_campaign(runtime, ledger)
        with ledger.write() as connection:
            held.show(connection, number, draft.plan.holds, draft.table.source, runtime.at())
        draft = repaired.with_corrected(draft, CampaignSession(runtime, ledger, number))
        unusual = clearance.unusual(runtime, ledger, number, draft, ask=False)
        foreseen = clearance.foreseen(runtime, ledger, number, draft.plan)
        draft = draft.telling(*clearance.clock_notes(runtime, ledger), *unusual, *foreseen)
        seen = approve.show(draft, CampaignSession(runtime, ledger, number), *_judged_by(draft, runtime, shop))
        draft = draft.telling(*seen.notes)
        with ledger.read() as connection:
            before_now = sent_when.sent_lines(
                connection, draft.plan.known["line_id"].tolist() if len(draft.plan.known) else []
            )
        result = finish_check(draft, reading, runtime, progress, seen.reports, before_now)
    return replace(result, plan=seen.facts.identity, approval=seen.approval)


def run(
    reading: ReadOptions, runtime: Runtime, *, patience: float = 600, canary: int = 0, max_failure_rate: float | None = None,
    partial_by_funds: bool = False, no_canary: bool = False, progress: Progress = quiet,
) -> Result:  # fmt: skip
    """The main job. `patience` = seconds to follow the orders after the last one was placed (0 = not at all).

    `canary` = how many lines go first, alone, and must end well; `max_failure_rate` = the share of final lines that
    may fail before what is left is kept back; `partial_by_funds` = send what the balance reaches. A campaign that began
    with a canary stays under it until that has ended well, or `no_canary`. Raises
    RefusedBeforeSending where nothing may be sent.
    """
    prove_places(runtime)
    with copied(reading) as reading, open_campaign(runtime, register=True, sending=True) as campaign:
        integrity.require_whole(campaign.ledger)
        anew = False
        while True:
            first = run_options.canary(campaign, canary, no_canary=no_canary)
            file = plan_into_ledger(reading, campaign, progress, canary=first, partial=partial_by_funds, anew=anew)
            run_options.keep(campaign, reading, first, max_failure_rate, partial_by_funds=partial_by_funds)
            if file.tally is None:
                _require_bodies(campaign)
            guard, waiting = CircuitBreaker(campaign.ledger, campaign.key, file.upload.id, max_failure_rate), ""
            try:
                with ledger_may_go(), driving(campaign.runtime, campaign.ledger, campaign.key, progress) as workers:
                    if not anew:
                        workers.prove_newest()
                    waiting = _place_and_follow(workers, guard, patience, bool(first), standing=first != canary)
                break
            except Overtaken:  # another campaign was faster with some of these people: what is left is planned again
                anew = True
        if guard.canary_failed:
            run_options.after_a_failed_canary(campaign)
        with reports_may_fail(campaign):
            return finish(campaign, file, workers.stopped, progress, waiting, leave=True, placing=True)


def track(runtime: Runtime, *, patience: float | None = None, progress: Progress = quiet) -> Result:
    """Look up what is open or unknown: once (None), or for `patience` seconds. Nothing is placed."""
    with open_campaign(runtime) as campaign:
        with (
            ledger_may_go(),
            driving(campaign.runtime, campaign.ledger, campaign.key, progress, may_send=False) as workers,
        ):
            if patience is None:
                workers.advance_once()
            else:
                workers.advance(OPEN_BATCHES - {BatchState.PLANNED}, workers.deadline(patience))
                workers.look_back()
        with reports_may_fail(campaign):
            return finish_latest(campaign, workers.stopped, progress)


def retry(runtime: Runtime, *, patience: float = 600, progress: Progress = quiet) -> Result:
    """Place the lines that failed at Tango again, as a new attempt under new references.

    Tango is asked for them once more before: only what it says failed twice, some time apart, is placed again; for a
    second word that is too young, `patience` is waited. Raises RefusedBeforeSending where the account cannot pay.
    """
    prove_places(runtime)
    with open_campaign(runtime, sending=True) as campaign:
        integrity.require_whole(campaign.ledger)
        waiting = ""
        with ledger_may_go(), driving(campaign.runtime, campaign.ledger, campaign.key, progress) as workers:
            workers.prove_newest(anyway=True)
            waiting = confirmed_failures.confirmed(workers, patience)
            waiting = " ".join(filter(None, (waiting, _plan_again(campaign))))
            workers.advance({BatchState.PLANNED}, some="again")
            workers.advance(OPEN_BATCHES - {BatchState.PLANNED} if patience else (), workers.deadline(patience))
            workers.look_back()
        with reports_may_fail(campaign):
            return finish_latest(campaign, workers.stopped, progress, waiting)


def _require_bodies(campaign: CampaignSession) -> None:
    """What was planned by an earlier run and may still be sent is what was written down then."""
    with campaign.ledger.read() as connection:
        verification.require_bodies(connection, campaign.key, (BatchState.PLANNED, BatchState.UNKNOWN))


def failed_lines(runtime: Runtime) -> int:
    """How many lines a `retry` would place again."""
    with open_campaign(runtime) as campaign, campaign.ledger.read() as connection:
        return len(plans.failed_lines(connection, campaign.key, confirmed=False))


def reports(runtime: Runtime, progress: Progress = quiet) -> Result:
    """Every report again, from the ledger alone."""
    with open_campaign(runtime, looking=True) as campaign:
        return finish_latest(campaign, "", progress)


# ---- from the file to the ledger ---------------------------------------------------------------------------------


def plan_into_ledger(
    reading: ReadOptions, campaign: CampaignSession, progress: Progress, *, canary: int = 0, may_send: bool = True,
    partial: bool = False, anew: bool = False,
) -> LoadedUpload:  # fmt: skip
    """Check and plan the file and write the plan down; the very same file again costs nothing and changes nothing.

    Without `may_send` nobody is asked whether it is approved and can be paid: the next run does. `partial`: what the
    money does not reach is planned too, and waits for the next run; `anew`: plan it again whatever the ledger has.
    """
    runtime, ledger = campaign.runtime, campaign.ledger
    book = rule_book(runtime)
    table = read(reading, runtime.settings, book)
    with ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.key)
        waiting = plans.put_off(connection, campaign.key)
        decided = decisions(connection, campaign.key)
    said = fingerprint(runtime.settings, book, reading, decided)
    if (
        upload
        and not (runtime.refresh or waiting or anew)
        and upload.fingerprint == said
        and upload.sha256 == campaigns.file_sha256(reading.file)
        and (not may_send or approve.goes_on(campaign, upload))
        and (not canary or _canary_is_cut(campaign, upload))
    ):
        if may_send:
            confirm.about_the_rest(campaign)
        return LoadedUpload(reading, upload, noted(table, upload.reading.get("notes", ())))
    shop = clearance.catalogue_snapshot(runtime, ledger, campaign.key)
    while True:
        before = past(ledger, runtime)
        with suppress(Overtaken):  # another campaign planned the same people meanwhile
            return _planned(reading, campaign, progress, shop, before, canary, may_send=may_send, partial=partial)


def _planned(
    reading: ReadOptions, campaign: CampaignSession, progress: Progress, shop: CatalogueSnapshot, before: LedgerHistory, canary: int, *,
    may_send: bool, partial: bool,
) -> LoadedUpload:  # fmt: skip
    """Check, plan and write down; raises Overtaken."""
    runtime, ledger = campaign.runtime, campaign.ledger
    ledger.close_connections()
    draft = repaired.with_corrected(prepared(reading, runtime, shop, before, progress, canary), campaign)
    planning.refuse(_reasons_against(draft, runtime))
    if not may_send:
        return _read(draft, reading, _write_down(draft, reading, campaign, "", before))
    unusual = clearance.unusual(runtime, ledger, campaign.key, draft, ask=True)
    name = approve.clear(draft.telling(*unusual), campaign, *_judged_by(draft, runtime, shop))
    now, later, told = clearance.affordable(runtime, ledger, campaign.key, draft.plan, partial=partial)
    told = [*clearance.clock_notes(runtime, ledger), *unusual, *told]
    draft = replace(draft, plan=planning.with_canary(now, canary)).telling(*told)
    later = later and planning.with_canary(later, 0)
    cautions = [problem.sentence for problem in draft.tally.cautions]
    confirm.about_plan(runtime, draft.plan.new, draft.plan.batch_count, [*unusual, *cautions])
    return _read(draft, reading, _write_down(draft, reading, campaign, name, before, later))


def _read(draft: PlanDraft, reading: ReadOptions, upload: Upload) -> LoadedUpload:
    return LoadedUpload(reading, upload, draft.table, draft.tally, draft.marks())


def prepared(
    reading: ReadOptions, runtime: Runtime, shop: CatalogueSnapshot, before: LedgerHistory | None, progress: Progress, canary: int = 0, *,
    dry: bool = False,
) -> PlanDraft:  # fmt: skip
    """The file, checked and planned, with what the catalogue says of it; `dry`: never to be sent."""
    draft = prepare(
        reading, runtime.settings, rule_book(runtime), today=today(runtime), past=before, knowledge=shop.knowledge,
        progress=progress, dry=dry,
    )  # fmt: skip
    return replace(draft, plan=planning.with_canary(draft.plan, canary)).telling(*shop.notes)


def _judged_by(draft: PlanDraft, runtime: Runtime, shop: CatalogueSnapshot) -> tuple[str, str, Mapping[str, str]]:
    """What else than file and settings a plan depends on: rule book and catalogue, with its names for people."""
    return rule_book(runtime).digest, shop.version(draft.plan.utids()), shop.titles


def _canary_is_cut(campaign: CampaignSession, upload: Upload) -> bool:
    """Was this upload planned with a canary, or is nothing left that could be one?"""
    with campaign.ledger.read() as connection:
        return bool(outcomes.canary(connection, upload.id)) or not outcomes.anything_unsent(connection, campaign.key)


def _write_down(
    draft: PlanDraft,
    reading: ReadOptions,
    campaign: CampaignSession,
    name: str,
    before: LedgerHistory,
    later: planning.Plan | None = None,
) -> Upload:
    """File, batches with their bytes, and rows that bring none: all in one transaction, before anything is sent.

    `name` is the plan's identity: what was approved, and is sent; `later` is what waits for money. Raises Overtaken
    where another campaign planned some of these people since `before` was read.
    """
    at, number = campaign.runtime.at(), campaign.key
    asked_for = {"sheet": reading.sheet, "hidden": reading.hidden, "notes": list(draft.told), "about": draft.about}
    how = repaired.reading(draft, campaign, asked_for)
    new = Upload(
        0, number, draft.sha256, draft.fingerprint, reading.path.name, draft.table.sheet, how, draft.rows, at,
        plan=name,
    )  # fmt: skip
    trim_memory()
    with gc_paused(), campaign.ledger.write(durable=True) as connection:
        _not_overtaken(connection, campaign, [plan for plan in (draft.plan, later) if plan], before)
        withdrawn = plans.withdraw_unsent(connection, number, at)
        upload = campaigns.add_upload(connection, new, reading.file)
        for plan, due_at in ((draft.plan, 0.0), (later, batches.PUT_OFF)):
            if plan is not None:
                with closing(packed_batches(plan)) as planned:
                    plans.record(connection, number, upload.id, planned, len(plan.new), at, due_at=due_at)
        rows = plans.record_entries(connection, upload.id, draft.entries())
        digests.write_file(connection, at, upload.id, rows)
        held.forget_shown(connection, number)
        events.append(
            connection, number, at, "file planned", sha256=draft.sha256, rows=draft.rows, withdrawn=withdrawn,
            lines=len(draft.plan.new), batches=draft.plan.batch_count, totals=draft.plan.totals(),
            plan=name, **({"rule": rule} if (rule := campaign.runtime.settings.approval_rule) else {}),
            **({"put_off": len(later.new)} if later is not None else {}),
        )  # fmt: skip
    return upload


def _not_overtaken(
    connection: Connection, campaign: CampaignSession, made: Sequence[planning.Plan], before: LedgerHistory
) -> None:
    """Raises Overtaken where people of these plans are in one of another campaign that was not there when they were
    made."""
    settings = campaign.runtime.settings
    if not settings.identity.duplicate_window_days:
        return
    overlaps.one_plan_at_a_time(connection)
    if not overlaps.moved(connection, campaign.key, before.seen):
        return
    now = rewarded_elsewhere(connection, campaign.key, settings.tango.environment, since(campaign.runtime))
    known = {one.contact for one in before.rewarded}
    fresh = {one.contact: one for one in now if one.contact not in known}
    if some := [fresh[contact] for plan in made for contact in plan.contacts() if contact in fresh]:
        raise Overtaken([overlaps.Overlap("", 0, one.campaign, one.day) for one in some])


def _plan_again(campaign: CampaignSession) -> str:
    """Give every failed line a new attempt, in new batches; what is open already is not touched. Returns what is to be
    told: whose lines are left, for another campaign sent them the same since."""
    runtime = campaign.runtime
    with campaign.ledger.read() as connection:
        lines = [failed.line for failed in plans.failed_lines(connection, campaign.key)]
    clearance.payable_again(runtime, campaign.ledger, campaign.key, lines)
    if not lines:
        return ""
    confirm.about_lines(runtime, lines)
    with campaign.ledger.write(durable=True) as connection:
        failed = plans.failed_lines(connection, campaign.key)
        looks = watch(runtime, campaign.key)
        left = looks.failed(connection, [one.line_id for one in failed]) if looks else {}
        failed = [one for one in failed if one.line_id not in left]
        attempts = planning.attempt_again(runtime.settings.order, failed, runtime.settings.tango.batch_size)
        plans.record_attempts(connection, campaign.key, attempts, runtime.at())
        events.append(connection, campaign.key, runtime.at(), "failed lines planned again", lines=len(failed))
    told = [f"Row {one.row} was not placed again. {one.sentence}" for one in list(left.values())[:NAMED]]
    return " ".join([*told, RELEASE_FIRST] if told else [])


def _reasons_against(draft: PlanDraft, runtime: Runtime) -> list[str]:
    limits = runtime.settings.limits.model_dump(exclude={"max_per_person_year"})
    return [*planning.check_limits(draft.plan, rows=draft.rows, **limits), *clearance.against_its_total(draft)]


def today(runtime: Runtime) -> date:
    """The run's date, in UTC: what dates in the file are measured against."""
    return runtime.clock.now().date()


# ---- from the ledger to Tango ------------------------------------------------------------------------------------


def _place_and_follow(
    workers: Driver, guard: CircuitBreaker, patience: float, canary: bool, *, standing: bool
) -> str:
    """Place what is planned, the canary first, and follow it; returns why the rest waits ("" = it does not)."""
    workers.saw, workers.sent_first = guard.saw, guard.most is not None
    sent = OPEN_BATCHES - {BatchState.PLANNED}
    try:
        guard.begin()
        if canary and (waiting := _canary_first(workers, guard, patience, standing=standing)):
            return waiting
        if canary:
            run_options.canary_ended(workers.ledger, workers.campaign)
        workers.advance(OPEN_BATCHES if workers.sent_first else IN_DOUBT)
        workers.advance(OPEN_BATCHES if patience else (), workers.deadline(patience))
        workers.look_back()
    except Halted as halt:
        workers.stopped, workers.saw = str(halt), lambda _: None
        workers.advance(sent if patience else (), workers.deadline(patience))
    return ""


def _canary_first(workers: Driver, guard: CircuitBreaker, patience: float, *, standing: bool) -> str:
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
