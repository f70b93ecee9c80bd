"""plan: what would be sent, and what was sent before?  The ledger keeps that this plan was shown; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from campaign_runner import planning
from campaign_runner.app.catalogue import CatalogueSnapshot, catalogue_snapshot
from campaign_runner.app.check import reasons_against
from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, register_campaign, tell_older
from campaign_runner.app.steps import repaired
from campaign_runner.app.steps.draft import ReadOptions, checked_draft, read
from campaign_runner.app.steps.file_copy import copied
from campaign_runner.app.steps.finish_check import finish_check
from campaign_runner.app.steps.funds import funds_notes
from campaign_runner.app.steps.plan_approval import show_plan
from campaign_runner.app.steps.plan_warnings import clock_notes, unusual_to_show
from campaign_runner.app.steps.read_history import past
from campaign_runner.app.steps.result import Result
from campaign_runner.app.views.plan_differences import Differences, plan_differences
from campaign_runner.ledger import held, open_ledger, sent_when
from campaign_runner.model.observed import observed
from campaign_runner.planning.plan_draft import PlanDraft


@observed("stage", stage="plan")
def plan_file(
    reading: ReadOptions, runtime: Runtime, progress: Progress = no_progress, *, canary: int = 0,
    look: Callable[[PlanDraft], None] | None = None,
) -> Result:  # fmt: skip
    """What would be sent, and what is there already?  Nothing is sent; the ledger keeps that this plan was shown.
    `look` is given the draft while its lines can be read; without it, the result says which rows are not as before."""
    with copied(reading) as reading, open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        tell_older(runtime, ledger)
        before = past(ledger, runtime)
        table = read(
            reading, runtime.settings, runtime.rule_book
        )  # one that cannot be used is no reason to ask Tango
        catalogue = catalogue_snapshot(runtime, ledger)
        ledger.close_connections()
        draft = checked_draft(reading, runtime, catalogue, before, progress, canary, table=table)
        planning.refuse(reasons_against(draft, runtime))
        number = register_campaign(runtime, ledger)
        with ledger.write("show held rows") as connection:
            held.show(connection, number, draft.plan.holds, draft.table.source, runtime.at())
        draft = repaired.with_corrected(draft, CampaignSession(runtime, ledger, number))
        unusual = unusual_to_show(runtime, ledger, number, draft)
        foreseen = funds_notes(runtime, ledger, number, draft.plan)
        draft = draft.telling(*clock_notes(runtime, ledger), *map(str, unusual), *foreseen)
        seen = show_plan(draft, CampaignSession(runtime, ledger, number), *judged_by(draft, runtime, catalogue))
        differences: Differences = {}
        if look:
            look(draft)
        else:
            differences = plan_differences(
                CampaignSession(runtime, ledger, number), draft, reading, seen.facts.identity
            )
        draft = draft.telling(*seen.notes)
        with ledger.read() as connection:
            before_now = sent_when.sent_lines(
                connection, draft.plan.known["line_id"].tolist() if len(draft.plan.known) else []
            )
        result = finish_check(draft, reading, runtime, progress, seen.reports, before_now)
    return replace(
        result, plan=seen.facts.identity, approval=seen.approval, funds=tuple(foreseen),
        differences=differences, unusual=tuple((one.name, one.sentence) for one in unusual),
    )  # fmt: skip


def judged_by(draft: PlanDraft, runtime: Runtime, catalogue: CatalogueSnapshot) -> tuple[str, str, Mapping[str, str]]:
    """What else than file and settings a plan depends on: rule book and catalogue, with its names for people."""
    return runtime.rule_book.digest, catalogue.version(draft.plan.utids()), catalogue.titles
