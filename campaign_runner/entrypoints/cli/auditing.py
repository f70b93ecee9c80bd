"""The commands that close and audit: reconcile, audit verify, audit export, purge."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.common import with_every_option
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Campaign,
    Config,
    DryRun,
    Environment,
    Every,
    Json,
    Quiet,
    Reports,
    Schemas,
    Since,
    State,
    Until,
    Verbose,
)
from campaign_runner.model.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from campaign_runner.app.audit import LogCheck

audit = typer.Typer(name="audit", no_args_is_help=True, help="Prove and export the log of events.")
SHOWN = 20
OldHead = Annotated[
    str, typer.Option("--head", metavar="HASH", help="A head that was noted before: is it still in the chain?")
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="A report written before: is its head in the chain?")
]
Statement = Annotated[Path, typer.Option("--statement", help="Tango's order history export (CSV).")]
OlderThan = Annotated[str, typer.Option("--older-than", help="Everything of files older than so many days: 400d.")]
Recipient = Annotated[
    str, typer.Option("--recipient", metavar="EMAIL|PHONE", help="One recipient, in every campaign.")
]
OfCampaign = Annotated[str, typer.Option("--campaign", metavar="ID", help="Everything of one campaign.")]


def reconcile(
    statement: Statement, campaign: Campaign = "", every: Every = False, since: Since = "", until: Until = "",
    environment: Environment = "", config: Config = None, state: State = STATE,
    reports: Reports = REPORTS, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Match the books against Tango's order history: matched, different, missing, extra.

    Example: campaign-runner reconcile --all --statement history.csv --from 2026-10-01 --to 2026-12-31
    """
    from dataclasses import replace

    from campaign_runner.app import audit, screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(
            config, state, reports, schemas, campaign=campaign or ("any" if every else ""), secret=False
        )
        assert runtime.finance is not None
        runtime.finance = replace(runtime.finance, since=since, until=until)
        if environment and not every:
            raise UsageError("--environment goes with --all; one campaign is that of campaign.toml.")
        found = audit.reconcile_all(runtime, statement, environment) if every else audit.reconcile(runtime, statement)
        terminal.object(found.plain()) if as_json else terminal.say(*screen.statement(found))
        raise typer.Exit(ExitCode.DONE if found.agrees else ExitCode.NEEDS_ACTION)


@audit.command()
@with_every_option
def verify(
    config: Config = None, state: State = STATE, head: OldHead = "", report: Report = None, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Verify the audit log, and that the ledger is what the log says. Names what was changed, added or deleted.

    Example: campaign-runner audit verify --report reports/2026-q4-recognition/summary.json
    """
    from campaign_runner import settings
    from campaign_runner.app import audit
    from campaign_runner.reporting import stated_head

    with options.at_work(as_json, quiet, verbose) as terminal:
        wanted = [*([stated_head.given(head)] if head else []), *(stated_head.of_report(report) if report else [])]
        url = settings.ledger_url(options.config_path(config, None))
        verdict = audit.verify(options.state_path(state, config), url, wanted)
        terminal.object(asdict(verdict)) if as_json else terminal.say(*_verdict(verdict))
        raise typer.Exit(ExitCode.DONE if verdict.whole else ExitCode.NEEDS_ACTION)


def _verdict(found: LogCheck) -> Iterator[str]:
    """What was found, and what to do about it."""
    backup = "Put a backup of the ledger in place, and find out who had access."
    if found.broken is None:
        yield f"The chain of {found.events} events is whole; its head is {found.head}."
    else:
        yield f"The chain breaks at event {found.broken} of {found.events}: {found.why}. {backup}"
    yield from (f"The head {digest} is event {number} of the chain." for digest, number in found.proven.items())
    yield from (f"{why}: events were deleted or replaced since then. {backup}" for why in found.missing)
    for key, number in found.unproven.items():
        yield (
            f"{number} events are signed with the key {key}, which is not here: give it with "
            "CAMPAIGN_RUNNER_AUDIT_KEY, or put the file audit.key of that ledger back."
        )
    if found.differing:
        orders = "1 order" if found.differing == 1 else f"{found.differing} orders"
        yield f"The lines of {orders} do not add up to the sums that were kept: they were changed. {backup}"
    if found.differences:
        many = len(found.differences)
        yield f"The ledger is not what its events say, in {many} {'place' if many == 1 else 'places'}. {backup}"
        yield from (f"  {one[:1].upper()}{one[1:]}." for one in found.differences[:SHOWN])
        if many > SHOWN:
            yield f"  … and {many - SHOWN} more: --json lists them all."
    if found.whole and not found.operator:
        yield (
            "The events are signed with a key that is kept beside the ledger: whoever may write there could sign anew. "
            "Keep the key elsewhere (CAMPAIGN_RUNNER_AUDIT_KEY), or compare with a head that you noted (--head, --report)."
        )


@audit.command()
@with_every_option
def export(
    config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Every event as a line of JSON, on standard output; with --json, all of them in one object.

    Example: campaign-runner audit export > events.jsonl
    """
    from campaign_runner import settings
    from campaign_runner.app import audit

    with options.at_work(True, quiet, verbose):
        lines = audit.export(
            options.state_path(state, config), settings.ledger_url(options.config_path(config, None))
        )
        if as_json:
            sys.stdout.buffer.write(b'{"events": [' + b",".join(line.rstrip() for line in lines) + b"]}\n")
            return
        for line in lines:
            sys.stdout.buffer.write(line)


def purge(
    older_than: OlderThan = "", recipient: Recipient = "", campaign: OfCampaign = "", config: Config = None,
    state: State = STATE, reports: Reports = REPORTS, dry_run: DryRun = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Erase personal data of old files, of one recipient or of one campaign; references, amounts, statuses and totals
    stay. Reports that hold the recipient are listed, not deleted.

    Example: campaign-runner purge --older-than 400d
    """
    from campaign_runner.app import audit

    with options.at_work(as_json, quiet, verbose) as terminal:
        if [bool(older_than), bool(recipient), bool(campaign)].count(True) != 1:
            raise UsageError("Give one of --older-than 400d, --recipient EMAIL or PHONE, --campaign ID.")
        days = options.seconds(older_than, "--older-than", "d") / 86_400 if older_than else 0
        runtime = options.runtime(config, state, reports, None, campaign="any", secret=False)
        if older_than:
            erased = audit.purge(runtime, days, dry_run=dry_run)
        elif recipient:
            erased = audit.purge_recipient(runtime, recipient, dry_run=dry_run)
        else:
            erased = audit.purge_campaign(runtime, campaign, dry_run=dry_run)
        window = runtime.settings.identity.duplicate_window_days
        nothing = f"The ledger holds nothing of {recipient or campaign} that is final and was not erased before."
        if older_than:
            nothing = f"Nothing is older than {days:g} days, is final and was not erased before: nothing to do."
        terminal.object(erased) if as_json else terminal.say(*_purged(erased, nothing, window, dry_run))
        raise typer.Exit(ExitCode.NOT_FINISHED if erased.get("open") else ExitCode.DONE)


def _purged(erased: Mapping[str, Any], nothing: str, window: int, dry_run: bool) -> Iterator[str]:
    """What was erased, what stays, and what to do about the rest."""
    from campaign_runner.reporting.wording import count

    parts = [(erased["files"], "file"), (erased["orders"], "order"), (erased.get("lines", 0), "line")]
    copies = erased.get("simulator_orders", 0)
    if not any(number for number, _ in parts) and not copies:
        if late := erased.get("hashes"):
            yield f"The keyed hashes of {count(late, 'line')} were erased: campaigns are no longer compared with them."
        elif not erased.get("open"):
            yield nothing
    else:
        what = f"{count(erased['files'], 'file')} and the contents of {count(erased['orders'], 'order')}"
        if copies:
            what += f", and {count(copies, 'order')} in the simulator's memory,"
        if dry_run:
            yield f"{what} would be erased. Nothing was erased (--dry-run)."
        else:
            yield f"{what} erased. References, amounts, statuses, totals and the chain of events stay."
            yield (
                f"The keyed hashes by which recipients are recognised stay for {window} days after sending, so that "
                "nobody is rewarded twice; the next purge after that erases them."
            )
    if still := erased.get("open"):
        yield f"{count(still, 'order or file', 'orders or files')} with lines that are not final: run purge again later."
    if typed := erased.get("events"):
        yield (
            f"{count(typed, 'event')} of the audit log {'names' if typed == 1 else 'name'} the recipient, in a reason that "
            "somebody typed. They stay, because the chain would break without them."
        )
    if reports := erased.get("reports"):
        yield "These files still hold names or contact data. Delete them, or write them again (campaign-runner reports):"
        yield from (f"  {path}" for path in reports)
