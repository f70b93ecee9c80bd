"""How is a check closed?  With the books as they would be, and the reports of what is to be corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from campaign_runner import reporting
from campaign_runner.app.process.progress import Progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.report_files import marked, naming_reports, report_folder, report_targets
from campaign_runner.app.steps.result import Result, in_money
from campaign_runner.model.observed import observed
from campaign_runner.planning.plan_draft import PlanDraft
from campaign_runner.reconciliation.foreseen import checked_exit_code, foresee
from campaign_runner.reporting import registry


@observed("stage", stage="report")
def finish_check(
    draft: PlanDraft, reading: ReadOptions, runtime: Runtime, progress: Progress, also: Mapping[str, Path] | None = None,
    before: Iterable[tuple[str, str, str, int, int]] = (),
) -> Result:  # fmt: skip
    """What would be in the books, and the reports of what is to be corrected; `also` names others, `before` is
    what was sent before (`ledger.sent_when`). Nothing was sent."""
    opened = foresee(
        draft.table, draft.counts(), draft.unwell, draft.rows, draft.plan.batch_count, order=runtime.settings.order,
        environment=runtime.settings.tango.environment,
    )  # fmt: skip
    dropped = len(draft.plan.holds) - len(draft.plan.waiting)
    books = replace(opened.books, host=runtime.settings.host, sent_before=in_money(before), dropped=dropped)
    code = checked_exit_code(books)
    names, marks = registry.names_of_check(), draft.marks()
    places = report_targets(runtime, names, reading.path)
    books = naming_reports(books, places, bool(marks and draft.table.sheet), names)
    with marked(reading, draft.table, marks, places) as annotated:
        written = reporting.write_reports(
            replace(opened, books=books), report_folder(runtime), exit_code=code, problems=draft.tally,
            only=frozenset(names), progress=progress, also=lambda: {**annotated(), **(also or {})}, targets=places,
        )  # fmt: skip
    return Result(
        books, written, code, draft.tally, columns=draft.table.columns, problems=tuple(draft.problems),
        held=tuple(draft.plan.waiting), head=draft.table.head,
    )  # fmt: skip
