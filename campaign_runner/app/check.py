"""check: is every row of the file valid?  Nothing is sent and nothing is kept."""

from __future__ import annotations

from campaign_runner import planning
from campaign_runner.app.catalogue import CatalogueSnapshot, catalogue_snapshot, fetched_for_names
from campaign_runner.app.process.executor import is_long
from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions, checked_draft
from campaign_runner.app.steps.file_copy import copied
from campaign_runner.app.steps.finish_check import finish_check
from campaign_runner.app.steps.plan_warnings import unusual_in_itself
from campaign_runner.app.steps.result import Result
from campaign_runner.model.observed import observed
from campaign_runner.planning.plan_draft import PlanDraft
from campaign_runner.preflight import control_totals


@observed("stage", stage="check")
def check_file(
    reading: ReadOptions, runtime: Runtime, progress: Progress = no_progress, *, expecting: bool = False
) -> Result:
    """Is every row valid?  Nothing is sent or kept; what is to be corrected is reported.

    `expecting`: control totals were given with the command, so that it is refused where they differ.
    """
    with copied(reading) as reading:
        dry = is_long(reading.file)  # a short file is looked at as a run would: by person, too
        catalogue = _catalogue(runtime)
        draft = checked_draft(reading, runtime, catalogue, None, progress, dry=dry)
        if catalogue.index is None and draft.names_rewards:
            draft = checked_draft(reading, runtime, fetched_for_names(runtime), None, progress, dry=dry)
        reasons = reasons_against(draft, runtime)
        refused = (f"A run would be refused: {reason}" for reason in reasons)
        draft = draft.telling(*unusual_in_itself(runtime, draft), *refused)
        result = finish_check(draft, reading, runtime, progress)
        planning.refuse(reasons if expecting else [])
        return result


def _catalogue(runtime: Runtime) -> CatalogueSnapshot:
    """What is kept; Tango is asked only with --refresh."""
    if not runtime.refresh:
        return catalogue_snapshot(runtime, None)
    from campaign_runner.ledger import open_ledger

    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        return catalogue_snapshot(runtime, ledger)


def reasons_against(draft: PlanDraft, runtime: Runtime) -> list[str]:
    """Why a run of this file would be refused: limits, control totals, its own totals row."""
    limits = runtime.settings.limits.model_dump(exclude={"max_per_person_year"})
    return [*planning.check_limits(draft.plan, rows=draft.rows, **limits), *against_its_total(draft)]


def against_its_total(draft: PlanDraft) -> list[str]:
    """The reason against a file whose own totals row says another total than its rows."""
    table, plan = draft.table, draft.plan
    if table.declared is None or table.mismatches:
        return list(table.mismatches)
    valid = plan.file[~plan.file["row"].isin(plan.late)] if len(plan.file) else plan.file
    mismatch = control_totals.mismatch(table.declared, valid, (entry.units for entry in draft.rejected))
    return [mismatch] if mismatch else []
