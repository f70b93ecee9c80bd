"""check: is every row of the file valid?  Nothing is sent and nothing is kept."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date

from campaign_runner import planning
from campaign_runner.app.catalogue import CatalogueSnapshot, catalogue_snapshot, fetched_for_names
from campaign_runner.app.draft import LedgerHistory, PlanDraft, ReadOptions, is_long, prepare
from campaign_runner.app.file_copy import copied
from campaign_runner.app.finish import Result, finish_check
from campaign_runner.app.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import rule_book
from campaign_runner.app.unusual import unusual_in_itself
from campaign_runner.ledger import open_ledger
from campaign_runner.preflight import control_totals


def check_file(
    reading: ReadOptions, runtime: Runtime, progress: Progress = no_progress, *, expecting: bool = False
) -> Result:
    """Is every row valid?  Nothing is sent or kept; what is to be corrected is reported.

    `expecting`: control totals were given with the command, so that it is refused where they differ.
    """
    with copied(reading) as reading:
        return _check(reading, runtime, progress, expecting=expecting)


def _check(reading: ReadOptions, runtime: Runtime, progress: Progress, *, expecting: bool) -> Result:
    with (
        open_ledger(runtime.state, runtime.ledger_url, runtime.actor) if runtime.refresh else nullcontext() as ledger
    ):
        catalogue = catalogue_snapshot(runtime, ledger)
    dry = is_long(reading.file)  # a short file is looked at as a run would: by person, too
    draft = checked_draft(reading, runtime, catalogue, None, progress, dry=dry)
    if catalogue.index is None and draft.names_rewards:
        catalogue = fetched_for_names(runtime)
        draft = checked_draft(reading, runtime, catalogue, None, progress, dry=dry)
    reasons = reasons_against(draft, runtime)
    refused = (f"A run would be refused: {reason}" for reason in reasons)
    draft = draft.telling(*unusual_in_itself(runtime, draft), *refused)
    result = finish_check(draft, reading, runtime, progress)
    planning.refuse(reasons if expecting else [])
    return result


def checked_draft(
    reading: ReadOptions, runtime: Runtime, catalogue: CatalogueSnapshot, before: LedgerHistory | None, progress: Progress,
    canary: int = 0, *, dry: bool = False,
) -> PlanDraft:  # fmt: skip
    """The file, checked and planned, with what the catalogue says of it; `dry`: never to be sent."""
    draft = prepare(
        reading, runtime.settings, rule_book(runtime), today=today(runtime), past=before, catalogue=catalogue.context,
        progress=progress, dry=dry,
    )  # fmt: skip
    return replace(draft, plan=planning.with_canary(draft.plan, canary)).telling(*catalogue.notes)


def reasons_against(draft: PlanDraft, runtime: Runtime) -> list[str]:
    limits = runtime.settings.limits.model_dump(exclude={"max_per_person_year"})
    return [*planning.check_limits(draft.plan, rows=draft.rows, **limits), *against_its_total(draft)]


def today(runtime: Runtime) -> date:
    """The run's date, in UTC: what dates in the file are measured against."""
    return runtime.clock.now().date()


def against_its_total(draft: PlanDraft) -> list[str]:
    """The reason against a file whose own totals row says another total than its rows."""
    table, plan = draft.table, draft.plan
    if table.declared is None or table.mismatches:
        return list(table.mismatches)
    valid = plan.file[~plan.file["row"].isin(plan.late)] if len(plan.file) else plan.file
    said = control_totals.mismatch(table.declared, valid, (entry.units for entry in draft.rejected))
    return [said] if said else []
