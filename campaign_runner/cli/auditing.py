"""The commands that close and audit: reconcile, audit verify, audit export, purge."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.cli import options
from campaign_runner.cli.common import with_every_option
from campaign_runner.cli.options import (
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
)  # fmt: skip
from campaign_runner.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from campaign_runner.audit import Verdict

audit = typer.Typer(name="audit", no_args_is_help=True, help="Prove and export the log of events.")
SHOWN = 20
OldHead = Annotated[
    str, typer.Option("--head", metavar="HASH", help="A head that was noted before: is it still in the chain?")
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="A report written before: is its head in the chain?")
]
Statement = Annotated[Path, typer.Option("--statement", help="Tango's order history export (CSV).")]
OlderThan = Annotated[str, typer.Option("--older-than", help="Days: 400d.")]


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

    from campaign_runner import audit
    from campaign_runner.reporting import screen

    with options.at_work(as_json, quiet, verbose) as terminal:
        world = options.world(
            config, state, reports, schemas, campaign=campaign or ("any" if every else ""), secret=False
        )
        assert world.finance is not None
        world.finance = replace(world.finance, since=since, until=until)
        if environment and not every:
            raise UsageError("--environment goes with --all; one campaign is that of campaign.toml.")
        found = audit.reconcile_all(world, statement, environment) if every else audit.reconcile(world, statement)
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
    from campaign_runner import audit, settings
    from campaign_runner.reporting import heads

    with options.at_work(as_json, quiet, verbose) as terminal:
        wanted = [*([heads.given(head)] if head else []), *(heads.of_report(report) if report else [])]
        url = settings.ledger_url(options.config_path(config, None))
        verdict = audit.verify(options.state_path(state, config), url, wanted)
        terminal.object(asdict(verdict)) if as_json else terminal.say(*_verdict(verdict))
        raise typer.Exit(ExitCode.DONE if verdict.whole else ExitCode.NEEDS_ACTION)


def _verdict(found: Verdict) -> Iterator[str]:
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
    from campaign_runner import audit, settings

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
    older_than: OlderThan, config: Config = None, state: State = STATE, dry_run: DryRun = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Erase personal data of files older than so many days; references, amounts, statuses and totals stay.

    Example: campaign-runner purge --older-than 400d
    """
    from campaign_runner import audit

    with options.at_work(as_json, quiet, verbose) as terminal:
        days = options.seconds(older_than if older_than[-1:] == "d" else f"{older_than}d", "--older-than") / 86_400
        told = audit.purge(
            options.world(config, state, REPORTS, None, campaign="any", secret=False), days, dry_run=dry_run
        )
        terminal.object(told) if as_json else terminal.say(_purged(told, days, dry_run))


def _purged(told: Mapping[str, int], days: float, dry_run: bool) -> str:
    """What was erased, and what stays."""
    from campaign_runner.reporting.wording import count

    if not told["files"] and not told["orders"] and (late := told.get("hashes")):
        return f"The keyed hashes of {count(late, 'line')} were erased: campaigns are no longer compared with them."
    if not told["files"] and not told["orders"]:
        return f"Nothing is older than {days:g} days, is final and was not erased before: nothing to do."
    what = f"{count(told['files'], 'file')} and the contents of {count(told['orders'], 'order')}"
    if dry_run:
        return f"{what} would be erased. Nothing was erased (--dry-run)."
    return (
        f"{what} erased. References, amounts, statuses, totals and the chain of events stay. Reports that were written "
        "before still hold names: delete them, or write them again with `campaign-runner reports`."
    )
