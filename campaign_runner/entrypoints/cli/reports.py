"""campaign-runner reports"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import Campaign, Environment, Every, GroupBy, Parquet, Since, Until
from campaign_runner.model.errors import UsageError

Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NAME", help="Write only this report, such as results.csv; repeatable."),
]


def reports_command(
    call: Call,
    campaign: Campaign = "",
    every: Every = False,
    group_by: GroupBy = None,
    since: Since = "",
    until: Until = "",
    parquet: Parquet = False,
    only: Only = None,
    environment: Environment = None,
) -> None:
    """Write all reports again from the ledger; with --all, finance reports for all campaigns of one environment.

    Example: campaign-runner reports --all --from 2026-10-01 --to 2026-12-31 --group-by "Cost centre"
    """
    from dataclasses import replace

    from campaign_runner.app import screen
    from campaign_runner.app.all_campaigns import report_all_campaigns
    from campaign_runner.app.reports import report_campaign
    from campaign_runner.app.steps.report_files import only_reports

    runtime = call.runtime(campaign=campaign or ("any" if every else ""), secret=False)
    assert runtime.finance is not None
    chosen = replace(runtime.finance, since=since, until=until, parquet=parquet)
    chosen = replace(chosen, group_by=tuple(group_by)) if group_by else chosen
    runtime = only_reports(replace(runtime, finance=chosen), only or (), every=every)
    if every:
        books = report_all_campaigns(runtime, environment or "")
        call.answer(books.plain(), *screen.finance(books, since, until))
        raise typer.Exit
    if environment:
        raise UsageError("--environment needs --all. A single campaign uses the environment in campaign.toml.")
    with call.terminal.progress() as progress:
        result = report_campaign(runtime, progress)
    end(call, result, screen.run(result.books, None, result.reports), runtime)
