"""How does a file become a plan in the ledger?  Checked, cleared and written down, all before the first order is sent."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import chain

from sqlalchemy import Connection

from campaign_runner import planning
from campaign_runner.app.catalogue import CatalogueSnapshot, catalogue_snapshot
from campaign_runner.app.check import reasons_against
from campaign_runner.app.plan import judged_by
from campaign_runner.app.process.executor import MANY, each, spare
from campaign_runner.app.process.gc_pause import gc_paused
from campaign_runner.app.process.progress import Progress
from campaign_runner.app.process.trim_memory import trim_memory
from campaign_runner.app.session import CampaignSession, since
from campaign_runner.app.steps import confirm, repaired
from campaign_runner.app.steps.draft import ReadOptions, checked_draft, fingerprint, read
from campaign_runner.app.steps.funds import affordable
from campaign_runner.app.steps.plan_approval import goes_on, require_approval, require_still
from campaign_runner.app.steps.plan_warnings import clock_notes, unusual_things
from campaign_runner.app.steps.read_history import decisions, past
from campaign_runner.app.views.uploads import LoadedUpload
from campaign_runner.ledger import campaigns, digests, events, held, overlaps, plans, recipient_texts
from campaign_runner.ledger import upload_progress as outcomes
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.ledger.overlaps import Overtaken
from campaign_runner.ledger.schema import PUT_OFF
from campaign_runner.ledger.sendings import is_still_wanted, was_called_off
from campaign_runner.ledger.sent_lines import is_decided_since, rewarded_elsewhere
from campaign_runner.model import RawTable
from campaign_runner.model.errors import RefusedBeforeSending
from campaign_runner.model.observed import observed
from campaign_runner.planning import Plan
from campaign_runner.planning.bodies import PlanPortion
from campaign_runner.planning.ledger_history import LedgerHistory
from campaign_runner.planning.plan_draft import PlanDraft, noted
from campaign_runner.planning.searchable_text import recipient_texts as texts_of

# Orders are packed while they are written down: so long may that take for some of them on a busy machine.
PACKING = 60.0


@observed("stage", stage="plan")
def write_down_plan(
    reading: ReadOptions, campaign: CampaignSession, progress: Progress, *, canary: int = 0, may_send: bool = True,
    partial: bool = False, anew: bool = False, wanted: str = "",
) -> LoadedUpload:  # fmt: skip
    """Check and plan the file and write the plan down; the very same file again costs nothing and changes nothing.

    Without `may_send` nobody is asked whether it is approved and can be paid: the next run does. `partial`: what the
    money does not reach is planned too, and waits for the next run; `anew`: plan it again whatever the ledger has;
    `wanted` names the only plan that may be written down ("": whichever it is).
    """
    runtime, ledger = campaign.runtime, campaign.ledger
    book = runtime.rule_book
    table = read(reading, runtime.settings, book)
    with ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.key)
        waiting = plans.put_off(connection, campaign.key)
        decided = decisions(connection, campaign.key, wanted)
        gone = upload is not None and was_called_off(connection, campaign.key, upload.id)
    inputs = fingerprint(runtime.settings, book, reading, decided)
    if (
        upload
        and not (runtime.refresh or waiting or anew or gone)
        and upload.fingerprint == inputs
        and upload.sha256 == file_sha256(reading.file)
        and (not may_send or goes_on(campaign, upload))
        and (not canary or _canary_is_cut(campaign, upload))
    ):
        if may_send:
            confirm.about_the_rest(campaign)
        return LoadedUpload(reading, upload, noted(table, upload.reading.get("notes", ())))
    catalogue = catalogue_snapshot(runtime, ledger, campaign.key)
    while True:
        before = past(ledger, runtime, wanted)
        with suppress(
            Overtaken
        ):  # another campaign planned the same people meanwhile, or somebody decided about rows
            return _planned(
                table, reading, campaign, progress, catalogue, before, canary, may_send=may_send, partial=partial,
                wanted=wanted,
            )  # fmt: skip


def _planned(
    table: RawTable, reading: ReadOptions, campaign: CampaignSession, progress: Progress, catalogue: CatalogueSnapshot,
    before: LedgerHistory, canary: int, *, may_send: bool, partial: bool, wanted: str,
) -> LoadedUpload:  # fmt: skip
    """Check, plan and write down; raises Overtaken."""
    runtime, ledger = campaign.runtime, campaign.ledger
    ledger.close_connections()
    checked = checked_draft(reading, runtime, catalogue, before, progress, canary, table=table)
    draft = repaired.with_corrected(checked, campaign)
    planning.refuse(reasons_against(draft, runtime))
    if not may_send:
        return _read(draft, reading, _write_down(draft, reading, campaign, "", before))
    unusual = unusual_things(runtime, ledger, campaign.key, draft, ask=True)
    name = require_approval(draft.telling(*unusual), campaign, *judged_by(draft, runtime, catalogue))
    if wanted not in ("", name):
        raise RefusedBeforeSending(
            f"The plan {wanted[:12]} is not what would be sent now: rows, rules, rewards or other campaigns have changed "
            "since. Nothing was sent. Plan again, review the new plan, and send that one."
        )
    now, later, notes = affordable(runtime, ledger, campaign.key, draft.plan, partial=partial)
    notes = [*clock_notes(runtime, ledger), *unusual, *notes]
    draft = replace(draft, plan=planning.with_canary(now, canary)).telling(*notes)
    later = later and planning.with_canary(later, 0)
    cautions = [problem.sentence for problem in draft.tally.cautions]
    confirm.about_plan(runtime, draft.plan.new, draft.plan.batch_count, [*unusual, *cautions])
    return _read(draft, reading, _write_down(draft, reading, campaign, name, before, later, wanted))


def _read(draft: PlanDraft, reading: ReadOptions, upload: Upload) -> LoadedUpload:
    return LoadedUpload(reading, upload, draft.table, draft.tally, draft.marks())


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
    wanted: str = "",
) -> Upload:
    """File, batches with their bytes, and rows that bring none: all in one transaction, before anything is sent.

    `name` is the plan's identity: what was approved, and is sent; `later` is what waits for money. Raises Overtaken
    where another campaign planned some of these people since `before` was read, or rows were decided about.
    """
    at, number = campaign.runtime.at(), campaign.key
    asked_for = {"sheet": reading.sheet, "hidden": reading.hidden, "notes": list(draft.notes), "about": draft.about}
    how = repaired.reading(draft, campaign, asked_for)
    new = Upload(
        0, number, draft.sha256, draft.fingerprint, reading.path.name, draft.table.sheet, how, draft.rows, at,
        plan=name,
    )  # fmt: skip
    trim_memory()
    with gc_paused(), campaign.ledger.write("write a plan down", durable=True, silent_seconds=PACKING) as connection:
        _not_overtaken(connection, campaign, [plan for plan in (draft.plan, later) if plan], before)
        require_still(connection, campaign, name)
        if wanted and not is_still_wanted(connection, number, wanted):
            raise RefusedBeforeSending("Sending this plan was cancelled meanwhile. Nothing was sent.")
        withdrawn = plans.withdraw_unsent(connection, number, at)
        upload = campaigns.add_upload(connection, new, reading.file)
        for plan, due_at in ((draft.plan, 0.0), (later, PUT_OFF)):
            if plan is not None:
                with closing(packed_batches(plan)) as planned:
                    plans.record(connection, number, upload.id, planned, len(plan.new), at, due_at=due_at)
                recipient_texts.record(connection, upload.id, texts_of(plan))
        rows = plans.record_entries(connection, upload.id, draft.entries())
        digests.write_file(connection, at, upload.id, rows)
        held.forget_shown(connection, number)
        campaigns.one_at_a_time(connection, number)  # last: who decides about rows waits for nothing longer
        if is_decided_since(connection, number, before.seen):
            raise Overtaken([])
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
    if overtaken := [fresh[contact] for plan in made for contact in plan.contacts() if contact in fresh]:
        raise Overtaken([overlaps.Overlap("", 0, one.campaign, one.day) for one in overtaken])


def packed_batches(plan: Plan) -> Generator[plans.PackedBatch, None, None]:
    """The batches of a plan in their order, with their packed bodies; close it where not all are taken."""
    with closing(each(_packed, plan.portions(), spare() if len(plan.new) >= MANY else 0)) as parts:
        yield from chain.from_iterable(parts)


def _packed(portion: PlanPortion) -> list[plans.PackedBatch]:
    return [plans.packed_batch(batch) for batch in portion.batches()]
