"""campaign-runner audit verify, audit export"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.common import with_every_option
from campaign_runner.entrypoints.cli.options import STATE, Config, Json, Quiet, State, Verbose
from campaign_runner.model.errors import ExitCode

if TYPE_CHECKING:
    from campaign_runner.app.audit import LogCheck


audit = typer.Typer(name="audit", no_args_is_help=True, help="Verify or export the audit log.")
SHOWN = 20

OldHead = Annotated[
    str, typer.Option("--head", metavar="HASH", help="Check that this head, noted earlier, is still in the log.")
]

Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Check that the head in this earlier report is still in the log."),
]


@audit.command()
@with_every_option
def verify(
    config: Config = None, state: State = STATE, head: OldHead = "", report: Report = None, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Verify the audit log, and compare the ledger with it. Shows what was changed, added or deleted.

    Example: campaign-runner audit verify --report reports/2026-q4-recognition/summary.json
    """
    from campaign_runner.app.audit import verify_log, wanted_heads
    from campaign_runner.app.locations import ledger_place

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        verdict = verify_log(*ledger_place(state, config), wanted_heads(head, report))
        terminal.object(asdict(verdict)) if as_json else terminal.say(*_verdict(verdict))
        raise typer.Exit(ExitCode.DONE if verdict.whole else ExitCode.NEEDS_ACTION)


def _verdict(found: LogCheck) -> Iterator[str]:
    """The result, and what to do about it."""
    backup = "Restore a backup of the ledger, and find out who had access."
    if found.broken is None:
        yield f"The chain of {found.events} events is intact; its head is {found.head}."
    else:
        yield f"The chain breaks at event {found.broken} of {found.events}: {found.why}. {backup}"
    yield from (f"The head {digest} is event {number} of the chain." for digest, number in found.proven.items())
    yield from (f"{why}: events were deleted or replaced since then. {backup}" for why in found.missing)
    for key, number in found.unproven.items():
        yield (
            f"{number} events are signed with the key {key}, which is missing: set "
            "CAMPAIGN_RUNNER_AUDIT_KEY, or restore the file audit.key of that ledger."
        )
    if found.differing:
        orders = "1 order" if found.differing == 1 else f"{found.differing} orders"
        yield f"The lines of {orders} do not add up to the recorded totals: they were changed. {backup}"
    if found.differences:
        many = len(found.differences)
        yield f"The ledger differs from its audit log in {many} {'place' if many == 1 else 'places'}. {backup}"
        yield from (f"  {one[:1].upper()}{one[1:]}." for one in found.differences[:SHOWN])
        if many > SHOWN:
            yield f"  … and {many - SHOWN} more: --json lists them all."
    if found.whole and not found.operator:
        yield (
            "The events are signed with a key stored beside the ledger: anyone who can write there could sign them again. "
            "Store the key elsewhere (CAMPAIGN_RUNNER_AUDIT_KEY), or compare with a head that you noted (--head, --report)."
        )


@audit.command()
@with_every_option
def export(
    config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Write every event of the audit log to standard output, one line of JSON each; with --json, as one object.

    Example: campaign-runner audit export > events.jsonl
    """
    from campaign_runner.app.audit import export_log
    from campaign_runner.app.locations import ledger_place

    with options.command_terminal(True, quiet, verbose):
        lines = export_log(*ledger_place(state, config))
        if as_json:
            sys.stdout.buffer.write(b'{"events": [' + b",".join(line.rstrip() for line in lines) + b"]}\n")
            return
        for line in lines:
            sys.stdout.buffer.write(line)
